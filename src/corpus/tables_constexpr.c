/*
 * tables_constexpr.c - lists that a compiler works out: functions of C++ that are one expression, put in for each element.
 *
 *     constexpr int f(int a, int b) { return a - (b << 8); }
 *     std::array<int16_t, 256>{f(seq, 1)...}      f(0, 1), f(1, 1), ... f(255, 1)
 *
 * The names of parameters stand for their values while the body is read. All is counted in 64 bits, as in tables_value.c, so that a function whose
 * value depends on the width of a parameter gives another number than the compiler, and explains nothing.
 *
 * Source: C++17 [dcl.constexpr], [temp.variadic]; std::index_sequence counts from 0, [utility.intseq].
 * Not read: bodies of more than one statement, and expansions of other packs.
 */
#include "corpus/tables_read.h"

#define MAX_PACK  4096u  /* elements of one list */
#define MAX_CALLS 65536u /* of one list */
#define MAX_DEPTH 24u

static bool is_word(const struct table_reader *r, size_t i, const char *word)
{
    return pl_table_is_kind(r, i, TABLE_WORD) && pl_bytes_eq_str(pl_table_token_text(r, i), word);
}

/* "(int len, int16_t offset)", r->at being behind the parenthesis: the last word of each is its name. Behind it then. */
static bool read_parameters(struct table_reader *r, struct table_function *f)
{
    unsigned words = 0;
    for (; r->at < r->end; r->at++) {
        bool is_end = pl_table_is_kind(r, r->at, ')');
        if (pl_table_is_kind(r, r->at, TABLE_WORD)) {
            words++;
        } else if (is_end || pl_table_is_kind(r, r->at, ',')) {
            if (words < 2 || f->n_parameters == TABLE_PARAMETERS)
                return false;
            f->parameters[f->n_parameters++] = pl_table_token_text(r, r->at - 1);
            words = 0;
            if (is_end) {
                r->at++;
                return true;
            }
        } else if (!pl_table_is_kind(r, r->at, ':')) {
            return false;
        }
    }
    return false;
}

/* Behind "constexpr": "int16_t NAME(...) { return EXPRESSION; }". */
static void read_function(struct table_reader *r)
{
    struct table_function f = {.n_parameters = 0};
    while (pl_table_is_kind(r, r->at, TABLE_WORD) || pl_table_is_kind(r, r->at, ':'))
        r->at++;
    if (!pl_table_is_kind(r, r->at, '(') || !pl_table_is_kind(r, r->at - 1, TABLE_WORD))
        return;
    f.name = pl_table_token_text(r, r->at++ - 1);
    if (!read_parameters(r, &f) || !pl_table_is_kind(r, r->at, '{') || !is_word(r, r->at + 1, "return"))
        return;
    f.first = r->at + 2;
    for (f.end = f.first;
         f.end < r->end && !pl_table_is_kind(r, f.end, ';') && !pl_table_is_kind(r, f.end, '}');)
        f.end++;
    if (!pl_table_is_kind(r, f.end, ';') || !pl_table_is_kind(r, f.end + 1, '}'))
        return;
    struct table_function *slot = PL_VEC_ADD(&r->functions);
    r->is_out_of_memory |= slot == NULL;
    if (slot != NULL)
        *slot = f;
}

void pl_tables_read_functions(struct table_reader *r)
{
    for (r->at = 0; r->at < r->end && !r->is_out_of_memory; r->at++) {
        size_t start = r->at;
        if (!is_word(r, start, "constexpr"))
            continue;
        r->at++;
        read_function(r);
        r->at = start;
    }
    r->at = 0;
}

const struct table_value *pl_table_bound(const struct table_reader *r, pl_bytes name)
{
    for (size_t i = r->n_bound; i-- > r->first_bound;)
        if (pl_bytes_eq(r->bound[i].name, name))
            return &r->bound[i].value;
    return NULL;
}

/* Values of the arguments between the parenthesis at r->at and its end, behind which r->at is then. */
static bool read_arguments(struct table_reader *r, struct table_value *values, unsigned *n)
{
    r->at++;
    for (*n = 0; *n < TABLE_PARAMETERS; r->at++) {
        values[*n] = pl_table_choice(r);
        if (values[(*n)++].kind != PL_ITEM_NUMBER)
            return false;
        if (pl_table_is_kind(r, r->at, ')')) {
            r->at++;
            return true;
        }
        if (!pl_table_is_kind(r, r->at, ','))
            return false;
    }
    return false;
}

struct table_value pl_table_call(struct table_reader *r, pl_bytes name)
{
    struct table_value v = {.kind = PL_ITEM_UNKNOWN};
    struct table_value values[TABLE_PARAMETERS];
    const struct table_function *f = NULL;
    unsigned n;
    if (r->functions.n == 0 || r->n_calls++ >= MAX_CALLS || r->depth >= MAX_DEPTH ||
        !read_arguments(r, values, &n))
        return v;
    for (size_t i = 0; i < r->functions.n; i++)
        if (r->functions.v[i].n_parameters == n && pl_bytes_eq(r->functions.v[i].name, name)) {
            if (f != NULL)
                return v; /* two with as many parameters: their types decide, which are not known */
            f = &r->functions.v[i];
        }
    if (f == NULL || r->n_bound + n > TABLE_BOUND)
        return v;
    size_t at = r->at;
    size_t end = r->end;
    size_t first_bound = r->first_bound;
    unsigned nested = r->nested;
    r->first_bound = r->n_bound;
    for (unsigned i = 0; i < n; i++)
        r->bound[r->n_bound++] = (struct table_binding){f->parameters[i], values[i]};
    r->at = f->first;
    r->end = f->end;
    r->nested = 0;
    r->depth++;
    v = pl_table_choice(r);
    if (r->at != f->end)
        v.kind = PL_ITEM_UNKNOWN;
    r->depth--;
    r->n_bound = r->first_bound;
    r->first_bound = first_bound;
    r->nested = nested;
    r->at = at;
    r->end = end;
    v.is_plain = false;
    return v;
}

/* "array<T, 256>{f(seq)...}", the brace being token `at`: the number of elements; 0 when it is something else. *dots: where the expression ends. */
static uint64_t pack_length(struct table_reader *r, size_t at, size_t *dots, pl_bytes *pack)
{
    if (!pl_table_is_kind(r, at, '{') || at < 5 || !pl_table_is_kind(r, at - 1, '>') ||
        !pl_table_is_kind(r, at - 2, TABLE_NUMBER) || !pl_table_is_kind(r, at - 3, ',') ||
        r->functions.n == 0)
        return 0;
    size_t i = at + 1;
    while (i < r->end && !pl_table_is_kind(r, i, '}') && !pl_table_is_kind(r, i, '.'))
        i++;
    if (i < at + 4 || !pl_table_is_kind(r, i, '.') || !pl_table_is_kind(r, i + 1, '.') ||
        !pl_table_is_kind(r, i + 2, '.') || !pl_table_is_kind(r, i + 3, '}') ||
        !pl_table_is_kind(r, i - 1, ')') || !pl_table_is_kind(r, i - 2, TABLE_WORD))
        return 0;
    *dots = i;
    *pack = pl_table_token_text(r, i - 2);
    size_t was = r->at;
    r->at = at - 2;
    struct table_value n = pl_table_operand(r);
    r->at = was;
    return n.kind == PL_ITEM_NUMBER && n.bits <= MAX_PACK ? n.bits : 0;
}

size_t pl_tables_read_pack(struct table_reader *r, size_t at, struct table_output *out)
{
    size_t dots;
    pl_bytes pack;
    uint64_t n = pack_length(r, at, &dots, &pack);
    size_t end = r->end;
    struct pl_table table = {.unit = r->unit,
                             .at = n == 0 ? 0 : r->t[at].at,
                             .first = (uint32_t)out->items.n,
                             .first_row = (uint32_t)out->rows.n,
                             .n = (uint32_t)n};
    bool is_good = n >= 2;
    if (!is_good)
        return at + 1;
    table.end = r->t[dots].at;
    r->n_calls = 0;
    for (uint64_t i = 0; i < n && is_good && !r->is_out_of_memory; i++) {
        r->bound[0] = (struct table_binding){pack, {.bits = i, .kind = PL_ITEM_NUMBER}};
        r->n_bound = 1;
        r->first_bound = 0;
        r->at = at + 1;
        r->end = dots;
        struct table_value v = pl_table_expression(r);
        is_good = v.kind == PL_ITEM_NUMBER && r->at == dots;
        struct pl_table_item *item = is_good ? PL_VEC_ADD(&out->items) : NULL;
        r->is_out_of_memory |= is_good && item == NULL;
        if (item != NULL)
            *item = (struct pl_table_item){.value = v.bits, .at = table.at, .kind = PL_ITEM_NUMBER};
    }
    r->n_bound = 0;
    r->end = end;
    struct pl_table *slot = is_good && !r->is_out_of_memory ? PL_VEC_ADD(&out->tables) : NULL;
    r->is_out_of_memory |= is_good && slot == NULL;
    if (slot != NULL)
        *slot = table;
    else
        out->items.n = table.first;
    return at + 1;
}
