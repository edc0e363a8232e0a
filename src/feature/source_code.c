/*
 * source_code.c - what a source file defines: the lexer, the reader of its language, and the result in order.
 */
#include "feature/source_code.h"

#include "feature/source_read.h"
#include "format/text/clit.h"

#include <stdlib.h>
#include <string.h>

#define MAX_TEXT_BYTES   ((size_t)1 << 30) /* positions are 32 bits wide, and tokens are many */
#define MAX_STRING_BYTES ((size_t)64 << 20)

struct suffix {
    const char *text;
    enum pl_source_language language;
};

/* .xs: C, with declarations that xsubpp writes as C, perlxs(1). .i: C and C++ with directives of SWIG. */
static const struct suffix suffixes[] = {
    {".c", PL_SOURCE_C},        {".h", PL_SOURCE_C},     {".inc", PL_SOURCE_C},   {".def", PL_SOURCE_C},
    {".y", PL_SOURCE_C},        {".l", PL_SOURCE_C},     {".lex", PL_SOURCE_C},   {".gperf", PL_SOURCE_C},
    {".cc", PL_SOURCE_CPP},     {".cpp", PL_SOURCE_CPP}, {".icc", PL_SOURCE_CPP}, {".cxx", PL_SOURCE_CPP},
    {".c++", PL_SOURCE_CPP},    {".C", PL_SOURCE_CPP},   {".hh", PL_SOURCE_CPP},  {".hpp", PL_SOURCE_CPP},
    {".hxx", PL_SOURCE_CPP},    {".h++", PL_SOURCE_CPP}, {".H", PL_SOURCE_CPP},   {".ipp", PL_SOURCE_CPP},
    {".tcc", PL_SOURCE_CPP},    {".inl", PL_SOURCE_CPP}, {".yy", PL_SOURCE_CPP},  {".ypp", PL_SOURCE_CPP},
    {".ll", PL_SOURCE_CPP},     {".m", PL_SOURCE_OBJC},  {".mm", PL_SOURCE_OBJC}, {".rs", PL_SOURCE_RUST},
    {".go", PL_SOURCE_GO},      {".S", PL_SOURCE_ASM},   {".s", PL_SOURCE_ASM},   {".sx", PL_SOURCE_ASM},
    {".asm", PL_SOURCE_ASM},    {".xs", PL_SOURCE_C},    {".epp", PL_SOURCE_CPP}, {".pgc", PL_SOURCE_C},
    {".pl", PL_SOURCE_PERLASM}, {".i", PL_SOURCE_CPP},
};

enum pl_source_language pl_source_language_of(pl_bytes path)
{
    pl_bytes name = pl_bytes_basename(path);
    if (pl_clit_is_header_template(name))
        return PL_SOURCE_C;
    if (pl_bytes_ends(name, PL_LIT(".in")))
        name.n -= 3;
    size_t dot = pl_bytes_rfind_byte(name, '.');
    if (dot == SIZE_MAX)
        return PL_SOURCE_NONE;
    pl_bytes tail = pl_bytes_from(name, dot);
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (pl_bytes_eq_str(tail, suffixes[i].text))
            return suffixes[i].language;
    return PL_SOURCE_NONE;
}

static int by_offset(const void *pa, const void *pb)
{
    const struct pl_definition *a = pa;
    const struct pl_definition *b = pb;
    if (a->offset != b->offset)
        return a->offset < b->offset ? -1 : 1;
    if (a->length != b->length)
        return a->length > b->length ? -1 : 1;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->first_atom != b->first_atom)
        return a->first_atom < b->first_atom ? -1 : 1;
    return pl_bytes_cmp(a->name, b->name);
}

static uint32_t count_lines(pl_bytes text, uint64_t from, uint64_t to)
{
    uint32_t n = 0;
    const uint8_t *p = text.p + from;
    const uint8_t *end = text.p + to;
    while (p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
        n++;
        p++;
    }
    return n;
}

static int by_end(const void *pa, const void *pb)
{
    const struct pl_definition *a = *(struct pl_definition *const *)pa;
    const struct pl_definition *b = *(struct pl_definition *const *)pb;
    uint64_t ends[2] = {a->offset + a->length, b->offset + b->length};
    return ends[0] < ends[1] ? -1 : ends[0] > ends[1];
}

/* Lines are counted once over the text for the beginnings, and once for the ends. */
static pl_status number_lines(struct pl_source_code *out, pl_bytes text, struct pl_err *err)
{
    struct pl_definition **ends = malloc((out->n_definitions + 1) * sizeof *ends);
    if (ends == NULL)
        return pl_fail_nomem(err);
    uint64_t at = 0;
    uint32_t line = 1;
    for (size_t i = 0; i < out->n_definitions; i++) {
        struct pl_definition *d = &out->definitions[i];
        line += count_lines(text, at, d->offset);
        at = d->offset;
        d->first_line = line;
        ends[i] = d;
    }
    qsort(ends, out->n_definitions, sizeof *ends, by_end);
    at = 0;
    line = 1;
    for (size_t i = 0; i < out->n_definitions; i++) {
        uint64_t last = ends[i]->offset + ends[i]->length;
        last -= last > ends[i]->offset; /* the last byte is on the last line */
        line += last > at ? count_lines(text, at, last) : 0;
        at = last > at ? last : at;
        ends[i]->last_line = line;
    }
    free(ends);
    return PL_OK;
}

static void *keep(struct pl_arena *arena, const void *v, size_t n, size_t size)
{
    void *copy = pl_arena_take_n(arena, n + (n == 0), size);
    if (copy != NULL && n > 0)
        memcpy(copy, v, n * size);
    return copy;
}

static pl_status finish(struct pl_source_reader *r, struct pl_source_code *out, struct pl_err *err)
{
    struct pl_source_code code = {
        .n_definitions = r->definitions.n, .n_atoms = r->atoms.n, .n_includes = r->lex.includes.n};
    for (size_t i = 0; i < r->resolvers.n; i++)
        for (size_t k = 0; k < r->definitions.n; k++)
            if (pl_bytes_eq(r->definitions.v[k].name, r->resolvers.v[i]) &&
                r->definitions.v[k].kind == PL_DEFINITION_FUNCTION)
                r->definitions.v[k].flags |= PL_DEFINITION_IFUNC;
    code.definitions = keep(r->arena, r->definitions.v, r->definitions.n, sizeof *code.definitions);
    code.atoms = keep(r->arena, r->atoms.v, r->atoms.n, sizeof *code.atoms);
    code.includes = keep(r->arena, r->lex.includes.v, r->lex.includes.n, sizeof *code.includes);
    if (code.definitions == NULL || code.atoms == NULL || code.includes == NULL)
        return pl_arena_fail(r->arena, err);
    qsort(code.definitions, code.n_definitions, sizeof *code.definitions, by_offset);
    pl_status st = number_lines(&code, r->lex.text, err);
    if (st == PL_OK)
        *out = code;
    return st;
}

/* A header whose suffix says C holds C++ when it says class, namespace, template, operator or :: the way only C++ does. */
static bool looks_like_cpp(const struct pl_source_lex *x, uint32_t end)
{
    static const char *const names[] = {"class", "namespace", "template", "operator"};
    uint64_t words[4];
    const struct pl_token *t = x->tokens.v;
    for (unsigned i = 0; i < 4; i++)
        if (!pl_map_get(&x->names, pl_bytes_of_str(names[i]), &words[i]))
            words[i] = UINT64_MAX;
    for (uint32_t i = 1; i + 2 < end; i++) {
        if (t[i].kind != PL_TOKEN_WORD)
            continue;
        uint8_t next = t[i + 1].kind;
        uint8_t second = t[i + 2].kind;
        if ((next == PL_TOKEN_SCOPE && second == PL_TOKEN_WORD) ||
            (t[i].link == words[0] && next == PL_TOKEN_WORD &&
             (second == '{' || second == ':' || second == ';')) ||
            (t[i].link == words[1] && (next == '{' || (next == PL_TOKEN_WORD && second == '{'))) ||
            (t[i].link == words[2] && next == '<') ||
            (t[i].link == words[3] && (next == PL_TOKEN_OPERATOR || next == '=') && second == '('))
            return true;
    }
    return false;
}

static void read_c_family(struct pl_source_reader *r, uint32_t end)
{
    if (r->language != PL_SOURCE_CPP && looks_like_cpp(&r->lex, end)) {
        pl_source_add_words(&r->lex, PL_SOURCE_CPP);
        r->is_cpp = true;
    }
    if (r->language == PL_SOURCE_OBJC)
        pl_source_read_objc(r, 1, end);
    else
        pl_source_read_c(r, 1, end);
    pl_source_read_macros(r);
}

static void read_all(struct pl_source_reader *r)
{
    if (r->language == PL_SOURCE_PERLASM && !pl_source_is_perlasm(r->lex.text))
        return;
    bool is_c = r->language == PL_SOURCE_C || r->language == PL_SOURCE_CPP;
    if (is_c && pl_source_is_grammar(r->lex.text)) {
        pl_source_read_grammar(r);
        return;
    }
    bool is_read = is_c && pl_source_is_builtins(r->lex.text)
                       ? pl_source_lex_builtins(&r->lex)
                       : pl_source_lex_range(&r->lex, 0, r->lex.text.n);
    if (!is_read)
        return;
    uint32_t end = (uint32_t)r->lex.tokens.n;
    if (!pl_source_lex_finish(&r->lex))
        return;
    r->t = r->lex.tokens.v;
    switch (r->language) {
    case PL_SOURCE_RUST: pl_source_read_rust(r, 1, end); break;
    case PL_SOURCE_PERLASM:
    case PL_SOURCE_ASM:
        pl_source_read_asm(r, 1, end);
        pl_source_read_macros(r);
        break;
    case PL_SOURCE_GO: pl_source_read_go(r, 1, end); break;
    default: read_c_family(r, end); break;
    }
}

static pl_status ended_by(const struct pl_source_reader *r, struct pl_err *err)
{
    if (r->lex.why == PL_E_NOMEM || r->why == PL_E_NOMEM)
        return pl_fail_nomem(err);
    if (r->lex.why == PL_E_LIMIT)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "more than %zu tokens", r->lex.max_tokens);
    if (r->why != PL_OK)
        return pl_fail(err, r->why, PL_NO_OFFSET, "more than the memory that is allowed holds");
    return PL_OK;
}

pl_status pl_source_code_of(pl_bytes text, enum pl_source_language language, const struct pl_limits *limits,
                            struct pl_arena *arena, struct pl_source_code *out, struct pl_err *err)
{
    if (text.n > MAX_TEXT_BYTES)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "more than 1 GiB");
    struct pl_source_reader r = {.language = language, .arena = arena, .function = 1, .last_function = 1};
    pl_buf_init(&r.joined, MAX_STRING_BYTES);
    pl_buf_init(&r.pieces, MAX_STRING_BYTES);
    pl_source_lex_init(&r.lex, text, language, limits->tokens);
    r.is_cpp = language == PL_SOURCE_CPP;
    r.sym_static = pl_source_symbol(&r.lex, PL_LIT("static"));
    r.sym_extern = pl_source_symbol(&r.lex, PL_LIT("extern"));
    if (language != PL_SOURCE_NONE && r.lex.why == PL_OK)
        read_all(&r);
    pl_source_clear(&r, &r.joined);
    pl_source_clear(&r, &r.pieces);
    pl_status st = ended_by(&r, err);
    if (st == PL_OK)
        st = finish(&r, out, err);
    pl_buf_reset(&r.joined);
    pl_buf_reset(&r.pieces);
    PL_VEC_FREE(&r.definitions);
    PL_VEC_FREE(&r.atoms);
    PL_VEC_FREE(&r.parts);
    PL_VEC_FREE(&r.resolvers);
    pl_source_lex_reset(&r.lex);
    return st;
}
