/*
 * source_steps.c - the instructions of assembly in order, with the macros of the file put in: atoms of their functions.
 *
 *     #define ROUND(a, b) addl a, b; roll $7, b     .macro round a b ... .endm     %macro round 2 ... %endmacro
 *     sub ROUND { ... $code.=<<___; ... ___ }        &ROUND($i, @V)      (OpenSSL's perlasm)
 *
 * A macro has a list of steps, each an instruction or the call of another one; of several definitions of a name all are put in, one behind
 * the other. What no macro of this file explains interrupts the run. Repetitions are read once.
 * Not read: macros of other files, instructions that are written as bytes, what Perl computes.
 */
#include "feature/source_steps.h"

#include "base/order.h"
#include "feature/mnemonics.h"

#include <stdlib.h>

#define MAX_DEPTH     12u      /* of macros in macros */
#define MAX_FUNCTION  16384u   /* steps of one function */
#define MAX_FILE      4000000u /* of all functions of a file: time is bounded */
#define MAX_PERL_WORD 20u

static void add(struct pl_source_steps *s, uint16_t mnemonic, uint32_t symbol)
{
    struct pl_source_step *step = s->no_memory ? NULL : PL_VEC_ADD(&s->steps);
    if (step == NULL)
        s->no_memory = true;
    else
        *step = (struct pl_source_step){.mnemonic = mnemonic, .symbol = symbol};
}

/* Words of assemblers that lay out, and macros that stand for such: they are no steps. */
static bool is_layout(pl_bytes word)
{
    static const char *const words[] = {"align",   "ALIGN", "alignz", "global",  "extern",         "section",
                                        "SECTION", "ELF",   "bits",   "default", "GLOBAL_FUNCTION"};
    return pl_bytes_is_one_of(word, words, sizeof words / sizeof words[0]) ||
           pl_bytes_starts(word, PL_LIT("CFI_")) || pl_bytes_starts(word, PL_LIT("cfi_"));
}

/* The first token behind the labels of a statement: "name:", ".L1:", "1:", "EXTN(name):", "${name}_x:". */
static uint32_t behind_labels(const struct pl_source_reader *r, uint32_t i, uint32_t to)
{
    for (uint32_t k = i; k < to && k < i + 8; k++) {
        uint8_t kind = r->t[k].kind;
        if (kind == ':') {
            i = k + 1;
        } else if (kind != PL_TOKEN_WORD && kind != PL_TOKEN_NUMBER && kind != '.' && kind != '$' &&
                   kind != '(' && kind != ')' && kind != '{' && kind != '}')
            break;
        if (k + 1 < to && (r->t[k + 1].flags & PL_TOKEN_SPACED) && kind != ':')
            break;
    }
    return i;
}

/* An instruction in quotes that Perl appends: $code.="\tpxor\t$a,$b\n" */
static void add_quoted(struct pl_source_steps *s, const struct pl_source_reader *r, uint32_t i)
{
    pl_bytes text = pl_bytes_sub(r->lex.text, r->t[i].at, r->t[i].length);
    size_t at = 1;
    size_t n = 0;
    while (at < text.n && (text.p[at] == ' ' || text.p[at] == '\t'))
        at++;
    if (pl_bytes_starts(pl_bytes_from(text, at), PL_LIT("\\t")))
        at += 2;
    while (at + n < text.n && n < MAX_PERL_WORD &&
           ((text.p[at + n] >= 'a' && text.p[at + n] <= 'z') || pl_is_digit(text.p[at + n])))
        n++;
    uint16_t mnemonic = pl_mnemonic_of(pl_bytes_sub(text, at, n));
    if (mnemonic != PL_NO_MNEMONIC)
        add(s, mnemonic, 0);
}

/* Statements of Perl between pieces of assembly: calls of what writes an instruction or more, &mov(..), &ROUND(..). */
static void add_perl(struct pl_source_steps *s, const struct pl_source_reader *r, uint32_t i, uint32_t to)
{
    for (; i + 2 < to; i++) {
        bool is_call = r->t[i].kind == '&' && r->t[i + 1].kind == PL_TOKEN_WORD && r->t[i + 2].kind == '(';
        if (is_call)
            add(s, pl_mnemonic_of(pl_source_text_at(r, i + 1)), r->t[i + 1].link);
        else if (r->t[i].kind == '=' && r->t[i + 1].kind == PL_TOKEN_STRING)
            add_quoted(s, r, i + 1);
    }
}

/* The statement [i, to). */
static void add_statement(struct pl_source_steps *s, const struct pl_source_reader *r, uint32_t i,
                          uint32_t to)
{
    i = behind_labels(r, i, to);
    if (i >= to)
        return;
    bool is_directive = r->t[i].kind == '.' || r->t[i].kind == '%' || r->t[i].kind == '#';
    pl_bytes word = pl_source_text_at(r, i);
    if (is_directive) {
        pl_bytes name = i + 1 < to ? pl_source_text_at(r, i + 1) : (pl_bytes){0};
        if (r->t[i].kind == '.' && (pl_bytes_eq_str(name, "byte") || pl_bytes_eq_str(name, "long")))
            add(s, PL_NO_MNEMONIC, 0);
        return;
    }
    bool is_perl =
        s->is_perl &&
        (word.n == 0 || (i + 1 < to && r->t[i + 1].kind == '(' && !(r->t[i + 1].flags & PL_TOKEN_SPACED)));
    if (is_perl) {
        add_perl(s, r, i, to);
        return;
    }
    if (word.n == 0 || is_layout(word))
        return;
    uint16_t mnemonic = pl_mnemonic_of(word);
    if (mnemonic == PL_SILENT_MNEMONIC && i + 1 < to && r->t[i + 1].kind == PL_TOKEN_WORD)
        mnemonic = pl_mnemonic_of(pl_source_text_at(r, i + 1)); /* rep movsb */
    if (mnemonic != PL_NO_MNEMONIC || !s->is_perl || s->list_of[r->t[i].link] != 0)
        add(s, mnemonic, r->t[i].link);
}

/* Statements end with their line, and at a semicolon where that begins no comment. */
static void add_range(struct pl_source_steps *s, const struct pl_source_reader *r, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to;) {
        uint32_t end = i + 1;
        while (end < to && !(r->t[end].flags & PL_TOKEN_FIRST) &&
               (r->t[end - 1].kind != ';' || s->is_nasm || s->is_perl))
            end++;
        uint32_t stop = end;
        for (uint32_t k = i; k < end && stop == end; k++)
            if (r->t[k].kind == ';' && s->is_nasm)
                stop = k;
        add_statement(s, r, i, stop);
        i = end;
    }
}

/* ---- macros ---- */

static void add_list(struct pl_source_steps *s, const struct pl_source_reader *r, uint32_t name,
                     uint32_t from, uint32_t to)
{
    uint32_t symbol = r->t[name].link;
    uint32_t first = (uint32_t)s->steps.n;
    add_range(s, r, from, to);
    struct pl_source_step_list *list = s->no_memory ? NULL : PL_VEC_ADD(&s->lists);
    if (list == NULL) {
        s->no_memory = true;
        return;
    }
    *list = (struct pl_source_step_list){
        .first = first, .n = (uint32_t)s->steps.n - first, .next = s->list_of[symbol]};
    s->list_of[symbol] = (uint32_t)s->lists.n;
}

bool pl_source_begins_macro(pl_bytes word)
{
    return pl_bytes_eq_str(word, "macro") || pl_bytes_eq_str(word, "imacro");
}

bool pl_source_ends_macro(pl_bytes word)
{
    return pl_bytes_eq_str(word, "endm") || pl_bytes_eq_str(word, "endmacro");
}

/* The first line from `i` on that begins with such a directive, its mark (. or %) before it; `to` when there is none. */
static uint32_t find_directive(const struct pl_source_reader *r, uint32_t i, uint32_t to,
                               bool (*is_it)(pl_bytes word))
{
    for (; i + 1 < to; i++)
        if ((r->t[i].flags & PL_TOKEN_FIRST) && (r->t[i].kind == '.' || r->t[i].kind == '%') &&
            is_it(pl_source_text_at(r, i + 1)))
            return i;
    return to;
}

static void read_blocks(struct pl_source_steps *s, const struct pl_source_reader *r, uint32_t from,
                        uint32_t to)
{
    for (uint32_t i = find_directive(r, from, to, pl_source_begins_macro); i + 3 < to;) {
        uint32_t end = find_directive(r, i, to, pl_source_ends_macro);
        uint32_t body = i + 3;
        while (body < end && !(r->t[body].flags & PL_TOKEN_FIRST))
            body++;
        if (r->t[i + 2].kind == PL_TOKEN_WORD)
            add_list(s, r, i + 2, body, end);
        i = find_directive(r, end, to, pl_source_begins_macro);
    }
}

static bool begins_line(const struct pl_source_reader *r, uint32_t i)
{
    uint32_t at = r->t[i].at;
    return at > 0 && at < r->lex.text.n && r->lex.text.p[at - 1] == '\n';
}

/* sub NAME { ... }, from a line to the next brace that begins one. */
static void read_subs(struct pl_source_steps *s, const struct pl_source_reader *r, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i + 2 < to; i++) {
        if (!begins_line(r, i) || !pl_bytes_eq_str(pl_source_text_at(r, i), "sub") ||
            r->t[i + 1].kind != PL_TOKEN_WORD)
            continue;
        uint32_t end = i + 2;
        bool is_one_line = true;
        while (end < to && !(begins_line(r, end) && (!is_one_line || r->t[end].kind != '{') &&
                             (r->t[end].kind == '}' || pl_bytes_eq_str(pl_source_text_at(r, end), "sub")))) {
            is_one_line = false;
            end++;
        }
        add_list(s, r, i + 1, i + 2, end);
        i = end - 1;
    }
}

/* #define NAME(a, b) ... */
static void read_defines(struct pl_source_steps *s, struct pl_source_reader *r)
{
    const struct pl_token *before = r->t;
    r->t = r->lex.macro_tokens.v;
    for (size_t i = 0; i < r->lex.macros.n; i++) {
        const struct pl_macro_text *m = &r->lex.macros.v[i];
        uint32_t body = m->first + 1;
        uint32_t to = m->first + m->n;
        if (m->n < 2 || r->t[m->first].kind != PL_TOKEN_WORD)
            continue;
        if (r->t[body].kind == '(' && !(r->t[body].flags & PL_TOKEN_SPACED))
            body = pl_source_skip(r, body, to);
        if (body < to)
            add_list(s, r, m->first, body, to);
    }
    r->t = before;
}

void pl_source_steps_init(struct pl_source_steps *s, struct pl_source_reader *r, uint32_t from, uint32_t to,
                          bool is_nasm, bool is_perl)
{
    *s = (struct pl_source_steps){.is_nasm = is_nasm, .is_perl = is_perl};
    s->list_of = calloc(r->lex.symbols.n + 1, sizeof *s->list_of);
    s->no_memory = s->list_of == NULL;
    if (s->no_memory)
        return;
    read_blocks(s, r, from, to);
    if (is_perl)
        read_subs(s, r, from, to);
    read_defines(s, r);
}

void pl_source_steps_reset(struct pl_source_steps *s)
{
    PL_VEC_FREE(&s->steps);
    PL_VEC_FREE(&s->lists);
    PL_VEC_FREE(&s->hashes);
    free(s->list_of);
}

/* ---- a function ---- */

static void expand(struct pl_source_steps *s, struct pl_steps *last, uint32_t first, uint32_t n,
                   unsigned depth)
{
    for (uint32_t i = first; i < first + n && s->n_expanded < MAX_FILE && s->left > 0 && !s->no_memory; i++) {
        struct pl_source_step step = s->steps.v[i];
        uint32_t list = step.mnemonic == PL_NO_MNEMONIC ? s->list_of[step.symbol] : 0;
        s->n_expanded++;
        if (list != 0 && depth < MAX_DEPTH) {
            for (; list != 0; list = s->lists.v[list - 1].next)
                expand(s, last, s->lists.v[list - 1].first, s->lists.v[list - 1].n, depth + 1);
            continue;
        }
        s->left--;
        s->is_broken |= step.mnemonic == PL_NO_MNEMONIC;
        uint64_t hash = pl_steps_add(last, step.mnemonic);
        uint64_t *slot = hash == 0 ? NULL : PL_VEC_ADD(&s->hashes);
        if (slot != NULL)
            *slot = hash;
        else
            s->no_memory = s->no_memory || hash != 0;
    }
}

void pl_source_steps_emit(struct pl_source_steps *s, struct pl_source_reader *r, uint32_t from, uint32_t to)
{
    struct pl_steps last = {0};
    size_t first = s->steps.n;
    s->hashes.n = 0;
    s->is_broken = s->is_perl; /* Perl may write anything between the lines */
    s->left = MAX_FUNCTION;
    if (!s->no_memory)
        add_range(s, r, from, to);
    if (!s->no_memory)
        expand(s, &last, (uint32_t)first, (uint32_t)(s->steps.n - first), 0);
    s->steps.n = first;
    if (s->no_memory)
        r->why = PL_E_NOMEM;
    if (s->hashes.n > 1)
        qsort(s->hashes.v, s->hashes.n, sizeof *s->hashes.v, pl_order_u64);
    for (size_t i = 0; i < s->hashes.n && r->why == PL_OK; i++)
        if (i == 0 || s->hashes.v[i] != s->hashes.v[i - 1])
            pl_source_emit_hash(r, PL_ATOM_STEPS, from, s->hashes.v[i]);
    if (s->is_broken && r->why == PL_OK)
        pl_source_emit_hash(r, PL_ATOM_STEPS, from, PL_STEPS_UNKNOWN);
}
