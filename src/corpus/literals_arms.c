/*
 * literals_arms.c - literals with lines of the preprocessor between them: one text for each choice of arms.
 *
 *     "bB:cd:l"            kept as     start "bB:cd:l" if "m" end "nNo:p"
 *     #ifdef ENABLE_MERGE
 *     "m"                  explains    bB:cd:lnNo:p and bB:cd:lmnNo:p
 *     #endif
 *     "nNo:p"
 *
 * The choices are not written out, since twenty #if make a million of them: a string is compared along the pattern with the set of all places
 * that it can have come to. Conditions are not read, so that every arm may be taken; an #if without an #else may be left out.
 *
 * A use of so many macros, with so many definitions each, that it is not expanded in all of its ways is kept so as well: each macro is an #if with
 * an arm for each of its own ways ("%s: " F_dev ", " F_ino, formats that configure chooses).
 *
 * Source: C17 6.4.5, 6.10.1. Not read: literals whose run begins or ends within an arm.
 */
#include "corpus/literals_set.h"
#include "format/text/clit.h"

#include <stdlib.h>
#include <string.h>

#define MAX_PATTERN_NODES 1024u /* the schema of debuginfod has 64 macros and four #if in 8 KB */
#define MAX_DEPTH         8u
#define MAX_LIST_TOKENS   1000u
#define MAX_STRING_BYTES  16383u
#define PLACE_WORDS       ((MAX_STRING_BYTES + 1) / 64)

/* ---- gathering ---- */

struct scan {
    struct gathered *g;
    struct pl_macro_run *run;
    pl_bytes data;
    struct pl_clit lexer;
    struct pl_clit_token t;
    struct pl_buf joined;
    struct pl_buf text;
    size_t first_node; /* of the pattern; all behind it is dropped when it comes to nothing */
    size_t first_text;
    size_t stretch; /* where the present stretch of literals begins; SIZE_MAX outside of one */
    size_t stretch_end;
    bool has_macro; /* in the present stretch */
    bool has_else[MAX_DEPTH];
    size_t depth;
    size_t n_pieces; /* stretches and #if at the top */
    size_t n_ifs;
    size_t n_texts;
    bool is_broken;
    bool is_out_of_memory;
};

static void add_node(struct scan *s, enum literal_arm_kind kind, pl_bytes text)
{
    uint64_t at = s->g->texts.n;
    if (s->g->arms.n - s->first_node >= MAX_PATTERN_NODES)
        s->is_broken = true;
    if (s->is_broken)
        return;
    struct literal_arm *node = PL_VEC_ADD(&s->g->arms);
    pl_buf_add(&s->g->texts, text);
    if (node == NULL || s->g->texts.why != PL_OK) {
        s->is_out_of_memory = s->is_broken = true;
        return;
    }
    *node = (struct literal_arm){.text = at, .length = (uint32_t)text.n, .kind = kind};
}

/* The value of a text of literals alone; false when there is anything else in it. */
static bool join(struct scan *s, pl_bytes text)
{
    struct pl_clit lexer;
    struct pl_clit_token t;
    size_t n = 0;
    pl_buf_clear(&s->joined);
    pl_clit_init(&lexer, text, PL_CLIT_C);
    for (; pl_clit_next(&lexer, &t); n++) {
        if (t.kind != PL_CLIT_STRING)
            return false;
        pl_clit_decode(&t, PL_CLIT_C, &s->joined);
    }
    s->is_out_of_memory = s->is_out_of_memory || s->joined.why == PL_E_NOMEM;
    return n > 0 && s->joined.why == PL_OK;
}

/* Macros in a stretch: one arm for each way that they expand in. */
static void add_ways(struct scan *s, pl_bytes stretch)
{
    size_t ways = 1;
    add_node(s, ARM_IF, pl_bytes_sub(stretch, 0, 0));
    for (size_t way = 0; way < ways && way < PL_MACRO_WAYS && !s->is_broken; way++) {
        pl_buf_clear(&s->text);
        s->is_out_of_memory = !pl_macros_expand(s->run, stretch, way, &s->text, &ways);
        bool is_empty = pl_bytes_trim(pl_buf_bytes(&s->text)).n == 0; /* the macro gives nothing */
        s->is_broken = s->is_out_of_memory || (!join(s, pl_buf_bytes(&s->text)) && !is_empty);
        if (way > 0)
            add_node(s, ARM_ELSE, pl_bytes_sub(stretch, 0, 0));
        add_node(s, ARM_TEXT, pl_buf_bytes(&s->joined));
    }
    add_node(s, ARM_END_ALL, pl_bytes_sub(stretch, 0, 0));
}

/* What is there of the stretch becomes nodes. */
static void flush(struct scan *s)
{
    if (s->stretch == SIZE_MAX)
        return;
    pl_bytes stretch = pl_bytes_sub(s->data, s->stretch, s->stretch_end - s->stretch);
    if (s->has_macro)
        add_ways(s, stretch);
    else if (join(s, stretch))
        add_node(s, ARM_TEXT, pl_buf_bytes(&s->joined));
    else
        s->is_broken = true;
    s->stretch = SIZE_MAX;
    s->has_macro = false;
}

static void end_stretch(struct scan *s)
{
    s->n_pieces += s->stretch != SIZE_MAX && s->depth == 0;
    flush(s);
}

static void extend(struct scan *s, size_t from, size_t end)
{
    if (s->stretch == SIZE_MAX)
        s->stretch = from;
    s->stretch_end = end;
}

/* A line of the preprocessor, "#" being s->t: moves to the first token of the next line. False when the pattern ends before it. */
static bool take_directive(struct scan *s, bool *has_token)
{
    pl_bytes none = pl_bytes_sub(s->data, 0, 0);
    *has_token = pl_clit_next(&s->lexer, &s->t);
    bool is_word = *has_token && s->t.kind == PL_CLIT_WORD && !s->t.is_first;
    pl_bytes word = is_word ? s->t.body : none;
    bool is_if = pl_bytes_starts(word, PL_LIT("if")); /* if, ifdef, ifndef */
    bool is_else = pl_bytes_eq_str(word, "else");
    end_stretch(s);
    if (is_if) {
        s->is_broken = s->is_broken || s->depth == MAX_DEPTH;
        s->n_pieces += s->depth == 0;
        s->n_ifs++;
        add_node(s, ARM_IF, none);
        if (!s->is_broken)
            s->has_else[s->depth++] = false;
    } else if (s->depth > 0 && (is_else || pl_bytes_starts(word, PL_LIT("elif")))) {
        s->has_else[s->depth - 1] = s->has_else[s->depth - 1] || is_else;
        add_node(s, ARM_ELSE, none);
    } else if (s->depth > 0 && pl_bytes_eq_str(word, "endif")) {
        s->depth--;
        add_node(s, s->has_else[s->depth] ? ARM_END_ALL : ARM_END, none);
    } else {
        s->is_broken = s->is_broken || s->depth > 0;
        return false;
    }
    while (*has_token && !s->t.is_first)
        *has_token = pl_clit_next(&s->lexer, &s->t);
    return true;
}

/* A literal or a macro; false for anything else, which ends the pattern. */
static bool take_token(struct scan *s)
{
    if (s->t.kind == PL_CLIT_STRING) {
        s->n_texts++;
        if (s->has_macro)
            flush(s); /* each macro has its own ways */
        extend(s, s->t.offset, s->t.offset + s->t.length);
        return true;
    }
    unsigned use = s->t.kind == PL_CLIT_WORD ? pl_macros_use(s->run->m, s->t.body) : 0;
    size_t end = (use & PL_MACRO_WITH_LIST) != 0 ? pl_clit_skip_list(&s->lexer, MAX_LIST_TOKENS) : 0;
    if (end == 0 && (use & PL_MACRO_ALONE) != 0)
        end = s->t.offset + s->t.length;
    /* A word beside a literal is a macro, and no other token may stand there. C17 6.4.5. */
    if (end == 0 && s->t.kind == PL_CLIT_WORD && s->n_texts > 0)
        end = s->t.offset + s->t.length;
    if (end == 0)
        return false;
    flush(s);
    extend(s, s->t.offset, end);
    s->has_macro = true;
    return true;
}

/* The pattern that begins at s->lexer.at. */
static void scan_pattern(struct scan *s)
{
    bool has_token = pl_clit_next(&s->lexer, &s->t);
    while (has_token && !s->is_broken) {
        if (s->t.is_first && pl_clit_is_byte(&s->t, '#')) {
            if (!take_directive(s, &has_token))
                break;
            continue;
        }
        if (!take_token(s))
            break;
        has_token = pl_clit_next(&s->lexer, &s->t);
    }
    end_stretch(s);
    s->is_broken = s->is_broken || s->depth > 0 || s->n_ifs == 0 || s->n_pieces < 2;
}

static void open_pattern(struct scan *s, struct gathered *g, struct pl_macro_run *run, pl_bytes data,
                         size_t start)
{
    *s = (struct scan){.g = g,
                       .run = run,
                       .data = data,
                       .first_node = g->arms.n,
                       .first_text = g->texts.n,
                       .stretch = SIZE_MAX};
    pl_buf_init(&s->joined, 1u << 16);
    pl_buf_init(&s->text, 1u << 16);
    pl_clit_init(&s->lexer, data, PL_CLIT_C);
    s->lexer.at = start;
    add_node(s, ARM_START, pl_bytes_sub(data, 0, 0));
}

/* Keep or drop what was scanned from `first_node` on. */
static bool end_pattern(struct scan *s, uint32_t file, uint32_t line)
{
    if (!s->is_broken) {
        s->g->arms.v[s->first_node].file = file;
        s->g->arms.v[s->first_node].line_1based = line;
    } else {
        s->g->arms.n = s->first_node;
        s->g->texts.n = s->first_text;
    }
    pl_buf_reset(&s->joined);
    pl_buf_reset(&s->text);
    return !s->is_out_of_memory;
}

bool pl_literals_gather_arms(struct gathered *g, struct pl_macro_run *run, pl_bytes data, size_t start,
                             uint32_t file, uint32_t line, size_t *end)
{
    struct scan s;
    open_pattern(&s, g, run, data, start);
    scan_pattern(&s);
    if (!s.is_broken)
        *end = s.t.offset;
    return end_pattern(&s, file, line);
}

bool pl_literals_gather_ways(struct gathered *g, struct pl_macro_run *run, pl_bytes use, uint32_t file)
{
    struct scan s;
    uint32_t line = run->line_1based;
    open_pattern(&s, g, run, use, 0);
    for (bool has_token = pl_clit_next(&s.lexer, &s.t); has_token && !s.is_broken;
         has_token = pl_clit_next(&s.lexer, &s.t)) {
        bool is_text = s.t.kind == PL_CLIT_STRING;
        s.is_broken = s.is_broken || !take_token(&s);
        s.n_ifs += !is_text;
    }
    end_stretch(&s);
    s.is_broken = s.is_broken || s.n_texts == 0 || s.n_ifs < 2;
    return end_pattern(&s, file, line);
}

bool pl_literals_merge_arms(struct pl_literals *l, const struct gathered *g)
{
    for (size_t i = 0; i < g->arms.n; i++) {
        struct literal_arm *node = PL_VEC_ADD(&l->arms);
        if (node == NULL)
            return false;
        *node = g->arms.v[i];
        node->text = l->texts.n;
        pl_buf_add(&l->texts, pl_bytes_sub(pl_buf_bytes(&g->texts), g->arms.v[i].text, node->length));
        if (l->texts.why != PL_OK)
            return false;
    }
    return true;
}

/* ---- asking ---- */

/* Places in the string, one bit each. Of most strings all are in the first word, and no others are touched. */
struct places {
    uint64_t bits[PLACE_WORDS];
};

static bool has(const struct places *p, size_t at)
{
    return (p->bits[at / 64] >> (at % 64) & 1) != 0;
}

static void put(struct places *p, size_t at)
{
    p->bits[at / 64] |= 1ull << (at % 64);
}

static void copy_places(struct places *to, const struct places *from, size_t n_words)
{
    for (size_t i = 0; i < n_words; i++)
        to->bits[i] = from->bits[i];
}

static void join_places(struct places *to, const struct places *from, size_t n_words)
{
    for (size_t i = 0; i < n_words; i++)
        to->bits[i] |= from->bits[i];
}

/* Go on over `text` from all places. False when it stands behind none of them. */
static bool go_behind(struct places *places, size_t n_words, pl_bytes string, pl_bytes text)
{
    __attribute__((uninitialized)) struct places to;
    bool is_somewhere = false;
    memset(&to, 0, n_words * sizeof to.bits[0]);
    for (size_t word = 0; word < n_words; word++)
        for (uint64_t left = places->bits[word]; left != 0; left &= left - 1) {
            size_t at = word * 64 + (size_t)__builtin_ctzll(left);
            if (at + text.n > string.n || !pl_bytes_starts(pl_bytes_from(string, at), text))
                continue;
            put(&to, at + text.n);
            is_somewhere = true;
        }
    copy_places(places, &to, n_words);
    return is_somewhere;
}

struct open_if {
    struct places entry;
    struct places result;
};

/* Is the string one of those that the pattern behind `node` makes? Most begin otherwise, and nothing is set up for these. */
static bool makes(const struct pl_literals *l, size_t node, pl_bytes string)
{
    __attribute__((uninitialized)) struct open_if open[MAX_DEPTH + 1];
    __attribute__((uninitialized)) struct places now;
    size_t n_words = string.n / 64 + 1;
    size_t depth = 0;
    memset(&now, 0, n_words * sizeof now.bits[0]);
    put(&now, 0);
    for (; node < l->arms.n && l->arms.v[node].kind != ARM_START; node++) {
        const struct literal_arm *a = &l->arms.v[node];
        struct open_if *inner = depth > 0 ? &open[depth - 1] : NULL;
        switch (a->kind) {
        case ARM_START: break;
        case ARM_TEXT:
            if (!go_behind(&now, n_words, string, pl_bytes_of(l->texts.p + a->text, a->length)) && depth == 0)
                return false;
            break;
        case ARM_IF:
            memset(&open[depth].result, 0, n_words * sizeof now.bits[0]);
            copy_places(&open[depth++].entry, &now, n_words);
            break;
        case ARM_ELSE:
            join_places(&inner->result, &now, n_words);
            copy_places(&now, &inner->entry, n_words);
            break;
        case ARM_END:
        case ARM_END_ALL:
            join_places(&now, &inner->result, n_words);
            if (a->kind == ARM_END)
                join_places(&now, &inner->entry, n_words);
            depth--;
            break;
        }
    }
    return has(&now, string.n);
}

/* What may stand before a node: how many bytes, and whether there may be none. */
struct reach {
    uint64_t least, most;
    bool may_be_empty;
};

static const struct reach nothing = {UINT64_MAX, 0, false};

static void join_reach(struct reach *to, struct reach from)
{
    to->least = from.least < to->least ? from.least : to->least;
    to->most = from.most > to->most ? from.most : to->most;
    to->may_be_empty = to->may_be_empty || from.may_be_empty;
}

/* The same walk as that of makes(). */
static struct literal_arm_limits limits_of(const struct pl_literals *l, size_t node)
{
    struct {
        struct reach entry;
        struct reach result;
    } open[MAX_DEPTH + 1];
    struct reach now = {0, 0, true};
    struct literal_arm_limits out = {0};
    size_t depth = 0;
    for (; node < l->arms.n && l->arms.v[node].kind != ARM_START; node++) {
        const struct literal_arm *a = &l->arms.v[node];
        switch (a->kind) {
        case ARM_START: break;
        case ARM_TEXT:
            if (now.may_be_empty && a->length > 0)
                out.first[l->texts.p[a->text] / 64] |= 1ull << l->texts.p[a->text] % 64;
            now.may_be_empty = now.may_be_empty && a->length == 0;
            now.least += a->length;
            now.most += a->length;
            break;
        case ARM_IF:
            open[depth].entry = now;
            open[depth++].result = nothing;
            break;
        case ARM_ELSE:
            join_reach(&open[depth - 1].result, now);
            now = open[depth - 1].entry;
            break;
        case ARM_END:
        case ARM_END_ALL:
            depth--;
            join_reach(&now, open[depth].result);
            if (a->kind == ARM_END)
                join_reach(&now, open[depth].entry);
            break;
        }
    }
    out.least = now.least;
    out.most = now.most;
    return out;
}

static bool may_make(const struct literal_arm_limits *limits, pl_bytes string)
{
    return string.n >= limits->least && string.n <= limits->most &&
           (string.n == 0 || (limits->first[string.p[0] / 64] >> string.p[0] % 64 & 1) != 0);
}

/* Which of the ARM_STARTS lists a pattern is in: by the byte that it begins with, and the last one where it does not begin with a text. */
static size_t start_of(const struct pl_literals *l, size_t pattern)
{
    const struct literal_arm *first = &l->arms.v[pattern + 1];
    bool has_text = first->kind == ARM_TEXT && first->length > 0;
    return has_text ? l->texts.p[first->text] : ARM_STARTS - 1;
}

bool pl_literals_index_arms(struct pl_literals *l)
{
    size_t next[ARM_STARTS + 1] = {0};
    size_t n = 0;
    for (size_t i = 0; i + 1 < l->arms.n; i++)
        if (l->arms.v[i].kind == ARM_START) {
            next[start_of(l, i) + 1]++;
            n++;
        }
    l->arm_starts = calloc(n + 1, sizeof *l->arm_starts);
    l->arm_limits = calloc(n + 1, sizeof *l->arm_limits);
    if (l->arm_starts == NULL || l->arm_limits == NULL)
        return false;
    for (size_t k = 0; k < ARM_STARTS; k++) {
        next[k + 1] += next[k];
        l->arm_ends[k] = next[k + 1];
    }
    for (size_t i = 0; i + 1 < l->arms.n; i++)
        if (l->arms.v[i].kind == ARM_START)
            l->arm_starts[next[start_of(l, i)]++] = i;
    for (size_t i = 0; i < n; i++)
        l->arm_limits[i] = limits_of(l, l->arm_starts[i] + 1);
    return true;
}

/* The first pattern of a list that makes the string; SIZE_MAX: none does. */
static size_t find_in_list(const struct pl_literals *l, size_t list, pl_bytes string)
{
    for (size_t i = list == 0 ? 0 : l->arm_ends[list - 1]; i < l->arm_ends[list]; i++) {
        size_t pattern = l->arm_starts[i];
        if (may_make(&l->arm_limits[i], string) && makes(l, pattern + 1, string))
            return pattern;
    }
    return SIZE_MAX;
}

bool pl_literal_find_arms(const struct pl_literals *l, pl_bytes string, struct literal *out)
{
    if (string.n > MAX_STRING_BYTES)
        return false;
    size_t of_byte = string.n == 0 ? SIZE_MAX : find_in_list(l, string.p[0], string);
    size_t others = find_in_list(l, ARM_STARTS - 1, string);
    size_t pattern = of_byte < others ? of_byte : others;
    if (pattern == SIZE_MAX)
        return false;
    const struct literal_arm *first = &l->arms.v[pattern + 1];
    *out = (struct literal){.text = (uint32_t)first->text,
                            .length = first->kind == ARM_TEXT ? first->length : 0,
                            .file = l->arms.v[pattern].file,
                            .line_1based = l->arms.v[pattern].line_1based,
                            .kind = RULE_ARMS};
    return true;
}
