/*
 * tables_switch.c - tables that compilers make from switch statements.
 *
 *     switch (state) {                     one list a result, from the lowest label to the highest:
 *     case A: return 'R';                  'R', 'D', 'D', '?'
 *     case B:
 *     case C: return 'D';                  What no case names has the value of the default, of the return behind the
 *     default: return '?';                 switch, or one that nobody knows.
 *     }
 *
 * Every case must do nothing but return a constant, or assign constants and break; GCC then reads the result from a table, CSWTCH. Labels
 * must be known, values need not be.
 *
 * A chain of "if (x == A) ... else if (x == B)" is read in the same way, up to the first arm that is no such thing; and so is one of choices,
 * x == A || x == B ? 'R' : x >= C && x <= D ? 'D' : '?'.
 *
 * Source: GCC tree-switch-conversion.cc and gimple-if-to-switch.cc (descriptions at their heads).
 */
#include "corpus/tables_read.h"

#include <string.h>

#define MAX_CASES   512u
#define MAX_SPAN    1024u
#define MAX_RESULTS 4u
#define MIN_CASES   4u
#define MIN_CHOICES 2u   /* one is a comparison */
#define MAX_SKIPPED 256u /* tokens of what is switched on */

struct result {
    uint64_t name; /* of the variable; 1 for what is returned */
    struct table_value fallback;
    struct table_value values[MAX_CASES];
    bool is_set[MAX_CASES];
};

struct cases {
    uint64_t labels[MAX_CASES];
    size_t n;
    struct result results[MAX_RESULTS];
    size_t n_results;
};

static const struct table_value unknown = {.kind = PL_ITEM_UNKNOWN};

static bool is_word(const struct table_reader *r, size_t i, const char *word)
{
    return pl_table_is_kind(r, i, TABLE_WORD) && pl_bytes_eq_str(pl_table_token_text(r, i), word);
}

static bool skip(struct table_reader *r, uint8_t kind)
{
    bool is_there = pl_table_is_kind(r, r->at, kind);
    r->at += is_there;
    return is_there;
}

static struct result *result_of(struct cases *c, uint64_t name)
{
    for (size_t i = 0; i < c->n_results; i++)
        if (c->results[i].name == name)
            return &c->results[i];
    if (c->n_results == MAX_RESULTS)
        return NULL;
    struct result *slot = &c->results[c->n_results++];
    memset(slot->is_set, 0, sizeof slot->is_set);
    slot->name = name;
    slot->fallback = unknown;
    return slot;
}

/* A constant up to the semicolon; unknown when it is none. False when no semicolon follows. */
static bool read_value(struct table_reader *r, struct table_value *out)
{
    *out = pl_table_expression(r);
    if (pl_table_is_kind(r, r->at, ';')) {
        r->at++;
        return true;
    }
    *out = unknown;
    for (size_t i = 0; i < MAX_SKIPPED && r->at < r->end; i++, r->at++) {
        uint8_t kind = r->t[r->at].kind;
        if (kind == ';') {
            r->at++;
            return true;
        }
        if (kind == '{' || kind == '}' || kind == TABLE_MARK)
            return false;
    }
    return false;
}

/* The labels [first, c->n), or the default when is_default, give this value. */
static bool set(struct cases *c, uint64_t name, size_t first, bool is_default, struct table_value v)
{
    struct result *result = result_of(c, name);
    if (result == NULL)
        return false;
    if (is_default)
        result->fallback = v;
    for (size_t i = first; i < c->n; i++) {
        result->values[i] = v;
        result->is_set[i] = true;
    }
    return true;
}

/* "assert(0);": behind a call the value is no constant of the switch. False when it is no call alone. */
static bool skip_call(struct table_reader *r)
{
    size_t i = r->at + 1;
    size_t depth = 0;
    if (!pl_table_is_kind(r, r->at, TABLE_WORD) || !pl_table_is_kind(r, i, '('))
        return false;
    for (; i < r->end && i - r->at < MAX_SKIPPED; i++) {
        depth += pl_table_is_kind(r, i, '(');
        depth -= pl_table_is_kind(r, i, ')');
        if (depth == 0)
            break;
    }
    bool is_call = depth == 0 && pl_table_is_kind(r, i + 1, ';');
    r->at = is_call ? i + 2 : r->at;
    return is_call;
}

/* What stands behind labels: "return x;" or "a = x; b = y; break;". */
static bool read_body(struct table_reader *r, struct cases *c, size_t first, bool is_default)
{
    struct table_value v;
    bool has_brace = skip(r, '{');
    while (is_default && first == c->n && skip_call(r))
        ;
    for (;;) {
        if (is_word(r, r->at, "return")) {
            r->at++;
            bool is_good = read_value(r, &v) && set(c, 1, first, is_default, v);
            if (is_word(r, r->at, "break") && pl_table_is_kind(r, r->at + 1, ';'))
                r->at += 2;
            return is_good && (!has_brace || skip(r, '}'));
        }
        if (is_word(r, r->at, "break")) {
            r->at++;
            return skip(r, ';') && (!has_brace || skip(r, '}'));
        }
        if (pl_table_is_kind(r, r->at, '}') && !has_brace)
            return true; /* the last case needs no break */
        if (!pl_table_is_kind(r, r->at, TABLE_WORD) || !pl_table_is_kind(r, r->at + 1, '='))
            return false;
        uint64_t name = pl_table_text_hash(pl_table_token_text(r, r->at));
        r->at += 2;
        if (!read_value(r, &v) || !set(c, name, first, is_default, v))
            return false;
    }
}

/* "case x: case y: default:" and what is done there. False when it is no such switch. */
static bool read_case(struct table_reader *r, struct cases *c)
{
    size_t first = c->n;
    bool is_default = false;
    bool has_label = false;
    for (;; has_label = true) {
        while (skip(r, TABLE_MARK))
            ;
        if (is_word(r, r->at, "default")) {
            r->at++;
            is_default = true;
        } else if (is_word(r, r->at, "case")) {
            r->at++;
            struct table_value v = pl_table_expression(r);
            if (v.kind != PL_ITEM_NUMBER || c->n == MAX_CASES)
                return false;
            c->labels[c->n++] = v.bits;
        } else {
            break;
        }
        if (!skip(r, ':'))
            return false;
    }
    return has_label && read_body(r, c, first, is_default);
}

static bool span_of(const struct cases *c, int64_t *lowest, uint64_t *span)
{
    int64_t low = INT64_MAX;
    int64_t high = INT64_MIN;
    for (size_t i = 0; i < c->n; i++) {
        int64_t label = (int64_t)c->labels[i];
        low = label < low ? label : low;
        high = label > high ? label : high;
    }
    *lowest = low;
    *span = (uint64_t)high - (uint64_t)low + 1;
    return c->n >= MIN_CASES && *span <= MAX_SPAN;
}

static void add_table(struct table_reader *r, const struct cases *c, const struct result *result, size_t from,
                      struct table_output *out)
{
    int64_t lowest;
    uint64_t span;
    if (!span_of(c, &lowest, &span))
        return;
    struct pl_table table = {.unit = r->unit,
                             .at = r->t[from].at,
                             .end = r->t[r->at - 1].at + 1,
                             .first = (uint32_t)out->items.n,
                             .n = (uint32_t)span,
                             .first_row = (uint32_t)out->rows.n};
    for (uint64_t i = 0; i < span; i++) {
        struct pl_table_item *item = PL_VEC_ADD(&out->items);
        r->is_out_of_memory |= item == NULL;
        if (item == NULL)
            return;
        *item = (struct pl_table_item){
            .value = result->fallback.bits, .at = r->t[from].at, .kind = result->fallback.kind};
    }
    for (size_t i = 0; i < c->n; i++) {
        struct pl_table_item *item = &out->items.v[table.first + (c->labels[i] - (uint64_t)lowest)];
        if (!result->is_set[i])
            continue;
        item->value = result->values[i].bits;
        item->kind = result->values[i].kind;
    }
    struct pl_table *slot = PL_VEC_ADD(&out->tables);
    r->is_out_of_memory |= slot == NULL;
    if (slot != NULL)
        *slot = table;
}

/* "a = x; b = y;" of one arm of an if, or "return x;". */
static bool read_arm(struct table_reader *r, struct cases *c, size_t first, bool is_default)
{
    bool has_brace = skip(r, '{');
    do {
        struct table_value v;
        uint64_t name = 1;
        if (is_word(r, r->at, "return")) {
            r->at++;
        } else if (pl_table_is_kind(r, r->at, TABLE_WORD) && pl_table_is_kind(r, r->at + 1, '=')) {
            name = pl_table_text_hash(pl_table_token_text(r, r->at));
            r->at += 2;
        } else {
            return false;
        }
        if (!read_value(r, &v) || !set(c, name, first, is_default, v))
            return false;
    } while (has_brace && !pl_table_is_kind(r, r->at, '}'));
    return !has_brace || skip(r, '}');
}

/* "(x == A || x == B)" of one word x. */
static bool read_condition(struct table_reader *r, struct cases *c, pl_bytes *subject)
{
    if (!skip(r, '('))
        return false;
    do {
        pl_bytes word =
            pl_table_is_kind(r, r->at, TABLE_WORD) ? pl_table_token_text(r, r->at) : (pl_bytes){NULL, 0};
        bool is_equal =
            pl_table_is_kind(r, r->at + 1, TABLE_EQUAL) && pl_table_token_text(r, r->at + 1).p[0] == '=';
        if (word.n == 0 || !is_equal || c->n == MAX_CASES || (subject->n > 0 && !pl_bytes_eq(*subject, word)))
            return false;
        *subject = word;
        r->at += 2;
        struct table_value v = pl_table_operand(r);
        if (v.kind != PL_ITEM_NUMBER)
            return false;
        c->labels[c->n++] = v.bits;
    } while (skip(r, TABLE_BOTH));
    return skip(r, ')');
}

/* if (x == A) y = 1; else if (x == B) y = 2; ... which compilers read as a switch over x. */
size_t pl_tables_read_chain(struct table_reader *r, size_t at, struct table_output *out)
{
    struct cases c;
    size_t kept = r->at;
    pl_bytes subject = {NULL, 0};
    bool is_good = true;
    size_t end = at + 1;
    c.n = c.n_results = 0;
    for (r->at = at; is_good;) {
        size_t first = c.n;
        while (skip(r, TABLE_MARK))
            ;
        size_t start = r->at;
        bool is_else = is_word(r, r->at, "else");
        r->at += is_else;
        bool is_if = is_word(r, r->at, "if");
        r->at += is_if;
        if (!is_if && !is_else)
            break;
        is_good = (!is_if || read_condition(r, &c, &subject)) && read_arm(r, &c, first, !is_if);
        if (!is_good) {
            c.n = first;
            r->at = start;
        }
        end = r->at > end ? r->at : end;
        if (!is_if)
            break;
    }
    for (size_t k = 0; k < c.n_results && !r->is_out_of_memory && r->at > at; k++)
        add_table(r, &c, &c.results[k], at, out);
    r->at = kept;
    return end;
}

/* "x == A", or "x >= A && x <= B" for every label between. */
static bool read_labels(struct table_reader *r, struct cases *c, pl_bytes *subject)
{
    uint64_t ends[2];
    bool is_range = false;
    for (unsigned i = 0; i <= is_range; i++) {
        pl_bytes word =
            pl_table_is_kind(r, r->at, TABLE_WORD) ? pl_table_token_text(r, r->at) : (pl_bytes){NULL, 0};
        pl_bytes sign = pl_table_is_kind(r, r->at + 1, TABLE_EQUAL) ? pl_table_token_text(r, r->at + 1)
                                                                    : (pl_bytes){NULL, 0};
        is_range = i == 0 ? pl_bytes_starts(sign, PL_LIT(">")) : is_range;
        bool is_sign = pl_bytes_starts(sign, i == 1 ? PL_LIT("<") : is_range ? PL_LIT(">") : PL_LIT("="));
        if (word.n == 0 || !is_sign || (subject->n > 0 && !pl_bytes_eq(*subject, word)))
            return false;
        *subject = word;
        r->at += 2;
        struct table_value v = pl_table_operand(r);
        ends[i] = v.bits;
        bool goes_on = i == 1 || !is_range ||
                       (pl_table_is_kind(r, r->at, TABLE_BOTH) && pl_table_token_text(r, r->at).p[0] == '&');
        if (v.kind != PL_ITEM_NUMBER || !goes_on)
            return false;
        r->at += i == 0 && is_range;
    }
    uint64_t span = is_range ? ends[1] - ends[0] : 0;
    if (span >= MAX_CASES - c->n)
        return false;
    for (uint64_t i = 0; i <= span; i++)
        c->labels[c->n++] = ends[0] + i;
    return true;
}

/* Where the condition in front of the '?' begins; that token when it has another form. */
static size_t choice_start(const struct table_reader *r, size_t at)
{
    size_t i = at;
    bool is_comparison = false;
    for (; i > 0 && at - i < MAX_SKIPPED; i--) {
        uint8_t before = r->t[i - 1].kind;
        is_comparison = is_comparison || before == TABLE_EQUAL;
        if (before != TABLE_WORD && before != TABLE_NUMBER && before != TABLE_CHARACTER &&
            before != TABLE_EQUAL && before != TABLE_BOTH)
            break;
    }
    i += is_word(r, i, "return");
    return is_comparison && i < at ? i : at;
}

static void read_choices(struct table_reader *r, size_t from, struct table_output *out)
{
    struct cases c;
    pl_bytes subject = {NULL, 0};
    unsigned n_choices = 0;
    c.n = c.n_results = 0;
    r->at = from;
    for (;; n_choices++) {
        size_t first = c.n;
        bool is_last = !pl_table_is_kind(r, r->at + 1, TABLE_EQUAL);
        bool is_good = true;
        while (is_good && !is_last && (is_good = read_labels(r, &c, &subject)) &&
               pl_table_is_kind(r, r->at, TABLE_BOTH) && pl_table_token_text(r, r->at).p[0] == '|')
            r->at++;
        if (!is_good || (!is_last && !skip(r, '?')))
            return;
        struct table_value v = pl_table_operand(r);
        if (v.kind != PL_ITEM_NUMBER || !set(&c, 1, first, is_last, v))
            return;
        if (is_last)
            break;
        if (!skip(r, ':'))
            return;
    }
    bool is_end =
        pl_table_is_kind(r, r->at, ';') || pl_table_is_kind(r, r->at, ',') || pl_table_is_kind(r, r->at, ')');
    if (is_end && n_choices >= MIN_CHOICES)
        add_table(r, &c, &c.results[0], from, out);
}

size_t pl_tables_read_choice(struct table_reader *r, size_t at, struct table_output *out)
{
    size_t kept = r->at;
    size_t from = choice_start(r, at);
    if (from < at)
        read_choices(r, from, out);
    size_t end = r->at > at ? r->at : at + 1;
    r->at = kept;
    return end;
}

size_t pl_tables_read_switch(struct table_reader *r, size_t at, struct table_output *out)
{
    struct cases c;
    size_t depth = 0;
    size_t kept = r->at;
    c.n = c.n_results = 0;
    size_t i = at + 1;
    for (; i < r->end && i - at < MAX_SKIPPED; i++) {
        depth += pl_table_is_kind(r, i, '(');
        depth -= pl_table_is_kind(r, i, ')') && depth > 0;
        if (depth == 0)
            break;
    }
    r->at = i + 1;
    bool is_good = depth == 0 && pl_table_is_kind(r, i, ')') && skip(r, '{');
    while (is_good && !pl_table_is_kind(r, r->at, '}')) {
        while (skip(r, TABLE_MARK))
            ;
        is_good = pl_table_is_kind(r, r->at, '}') || read_case(r, &c);
    }
    size_t end = r->at + 1;
    if (is_good && is_word(r, end, "return")) {
        struct table_value v;
        r->at = end + 1;
        bool is_value = read_value(r, &v);
        for (size_t k = 0; is_value && k < c.n_results; k++)
            if (c.results[k].name == 1 && c.results[k].fallback.kind == PL_ITEM_UNKNOWN)
                c.results[k].fallback = v;
    }
    r->at = end;
    for (size_t k = 0; is_good && k < c.n_results && !r->is_out_of_memory; k++)
        add_table(r, &c, &c.results[k], at, out);
    r->at = kept;
    return is_good ? end : at + 1;
}
