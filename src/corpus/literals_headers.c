/*
 * literals_headers.c - what the sources get out of the headers of their build dependencies.
 *
 * A packed header (headers.h) is a list of definitions. One is *reached* when the own source holds its name, or the body of another one
 * that is reached does; not further than MAX_STEPS from the source. Of those that are reached, the words become KIND_HEADER_WORD (what they call may
 * be imported) and the literals RULE_HEADER. Nothing else of a header explains anything, so that one that happens to be there for
 * another part of the build does not; literals of other definitions of a header of C++ explain loosely. Two steps were enough for 1.3 % of imports of a prototype; glibc's ctype.h needs three, libstdc++'s
 * containers six. Headers that this source cannot be compiled with are left out: those of C++ where nothing is C++, those that have to be asked for.
 */
#include "corpus/literals_set.h"
#include "feature/source_code.h"
#include "format/text/clit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_STEPS       6u
#define HEADERS_OF_CPP  "usr/include/c++/"
#define MAX_LINES       (8u << 20)
#define UNREACHED_BYTES 5u

/* One of maybe 60,000: its line is read again when it is wanted. */
struct definition {
    const uint8_t *at; /* in the text of its package */
    uint32_t header;   /* index into headers_seen */
    uint32_t next;     /* of the same slot: index + 1, or 0 */
    uint32_t steps;    /* from the source; 0: not reached */
};

struct header_seen {
    pl_bytes file;
    uint32_t package;
};

struct reach {
    const struct pl_headers *headers;
    size_t n_headers;
    bool has_cpp;    /* the own source holds C++ */
    bool has_tgmath; /* it asks for tgmath.h */
    PL_VEC(struct header_seen) headers_seen;
    PL_VEC(struct definition) all; /* in order of the packages and their lines */
    uint32_t *slots;
    size_t n_slots; /* power of two */
    PL_VEC(uint32_t) queue;
};

static struct pl_headers_line line_of(const struct reach *r, const struct definition *d)
{
    const struct header_seen *header = &r->headers_seen.v[d->header];
    pl_bytes text = r->headers[header->package].text;
    struct pl_headers_reader reader = {.rest = pl_bytes_from(text, (size_t)(d->at - text.p)),
                                       .file = header->file};
    struct pl_headers_line line = {.body = {NULL, 0}};
    pl_headers_next(&reader, &line);
    return line;
}

/* C++, and what becomes C++ where its project wants it: Objective-C, xsubpp's, Cython's and SWIG's input. */
static bool is_for_cpp(pl_bytes path)
{
    static const char *const others[] = {".mm", ".xs", ".pyx", ".i"};
    pl_bytes plain = pl_bytes_sub(path, 0, pl_bytes_ends(path, PL_LIT(".in")) ? path.n - 3 : path.n);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (pl_bytes_ends(plain, pl_bytes_of_str(others[i])))
            return true;
    return pl_source_language_of(path) == PL_SOURCE_CPP;
}

static bool has_cpp(const struct pl_literals *l)
{
    for (size_t i = 0; i < l->n_files; i++)
        if (is_for_cpp(pl_index_file(l->index, l->files[i])->path))
            return true;
    return false;
}

/*
 * Can a file of the source see this header? tgmath.h gives each function of math.h a macro of many ways, which only who includes it by name gets:
 * C17 7.25.
 */
static bool is_open(const struct reach *r, pl_bytes file)
{
    if (pl_bytes_starts(file, PL_LIT(HEADERS_OF_CPP)))
        return r->has_cpp;
    return r->has_tgmath || !pl_bytes_eq_str(file, "usr/include/tgmath.h");
}

static bool read_package(struct reach *r, uint32_t package)
{
    struct pl_headers_reader reader;
    struct pl_headers_line line;
    const uint8_t *file = NULL;
    bool is_seen = false;
    bool is_packed = pl_headers_open(r->headers[package].text, &reader);
    while (is_packed && r->all.n < MAX_LINES && pl_headers_next(&reader, &line)) {
        if (line.body.n == 0)
            continue;
        if (line.file.p != file) {
            file = line.file.p;
            is_seen = is_open(r, line.file);
            struct header_seen *header = is_seen ? PL_VEC_ADD(&r->headers_seen) : NULL;
            if (is_seen && header == NULL)
                return false;
            if (is_seen)
                *header = (struct header_seen){line.file, package};
        }
        if (!is_seen)
            continue;
        struct definition *d = PL_VEC_ADD(&r->all);
        if (d == NULL)
            return false;
        *d = (struct definition){.at = line.name.p, .header = (uint32_t)(r->headers_seen.n - 1)};
    }
    return true;
}

static bool read_all(struct reach *r)
{
    for (uint32_t i = 0; i < r->n_headers; i++)
        if (!read_package(r, i))
            return false;
    r->n_slots = 1024;
    while (r->n_slots < r->all.n)
        r->n_slots *= 2;
    r->slots = calloc(r->n_slots, sizeof *r->slots);
    if (r->slots == NULL)
        return false;
    /* Backwards, so that a chain is in order. */
    for (size_t i = r->all.n; i > 0; i--) {
        uint32_t *slot = &r->slots[pl_bytes_hash(line_of(r, &r->all.v[i - 1]).name, 0) & (r->n_slots - 1)];
        r->all.v[i - 1].next = *slot;
        *slot = (uint32_t)i;
    }
    return true;
}

/* All definitions of that name are reached. */
static bool reach_name(struct reach *r, pl_bytes name, uint32_t steps)
{
    for (uint32_t i = r->slots[pl_bytes_hash(name, 0) & (r->n_slots - 1)]; i != 0; i = r->all.v[i - 1].next) {
        struct definition *d = &r->all.v[i - 1];
        if (!pl_bytes_eq(line_of(r, d).name, name))
            continue;
        if (d->steps != 0)
            return true; /* and with it all the others of this name */
        uint32_t *slot = PL_VEC_ADD(&r->queue);
        if (slot == NULL)
            return false;
        d->steps = steps;
        *slot = i - 1;
    }
    return true;
}

static bool reach_all(struct reach *r, const struct pl_literals *l)
{
    for (size_t i = 0; i < r->all.n; i++) {
        pl_bytes name = line_of(r, &r->all.v[i]).name;
        if (r->all.v[i].steps == 0 && pl_literal_find(l, RULE_WORD, name) != NULL && !reach_name(r, name, 1))
            return false;
    }
    for (size_t at = 0; at < r->queue.n; at++) {
        const struct definition d = r->all.v[r->queue.v[at]];
        struct pl_clit lexer;
        struct pl_clit_token t;
        if (d.steps >= MAX_STEPS)
            continue;
        pl_clit_init(&lexer, line_of(r, &d).body, PL_CLIT_C);
        while (pl_clit_next(&lexer, &t))
            if (t.kind == PL_CLIT_WORD && !reach_name(r, t.body, d.steps + 1))
                return false;
    }
    return true;
}

/*
 * The literals of definitions [first, end) that were not reached, in a header of C++ of which others were: classes lead to each other by bases, members and types that no
 * line has, so that more of a header can be in the program than names say. Loose.
 */
static bool gather_unreached(struct reach *r, size_t first, size_t end, struct gathered *g, uint32_t file)
{
    struct pl_buf text;
    pl_buf_init(&text, SIZE_MAX / 2);
    for (size_t i = first; i < end && r->has_cpp; i++) {
        struct pl_clit lexer;
        struct pl_clit_token t;
        if (r->all.v[i].steps != 0)
            continue;
        pl_clit_init(&lexer, line_of(r, &r->all.v[i]).body, PL_CLIT_C);
        while (pl_clit_next(&lexer, &t)) {
            if (t.kind != PL_CLIT_STRING)
                continue;
            pl_buf_clear(&text);
            pl_clit_decode(&t, PL_CLIT_C, &text);
            if (text.why == PL_OK && text.n >= UNREACHED_BYTES &&
                !pl_literal_add(&g->own, RULE_UNREACHED, pl_buf_bytes(&text), file, 1)) {
                pl_buf_reset(&text);
                return false;
            }
        }
    }
    pl_buf_reset(&text);
    return true;
}

/* Words of an inline function of a library: what a copy of it in the program may call. */
static bool gather_inline(pl_bytes body, struct gathered *g, uint32_t file)
{
    struct pl_clit lexer;
    struct pl_clit_token t;
    pl_clit_init(&lexer, body, PL_CLIT_C);
    while (pl_clit_next(&lexer, &t))
        if (t.kind == PL_CLIT_WORD && !pl_literal_add(&g->own, KIND_INLINE_WORD, t.body, file, 1))
            return false;
    return true;
}

/* A header by the package that it comes in, and by its path, which __FILE__ says in a copy of an inline function that no source names. What it could hide: such a path. */
static const char *add_header(struct pl_literals *l, struct gathered *g, const char *package, pl_bytes file)
{
    struct pl_source_file *f = pl_arena_take(&l->header_arena, sizeof *f);
    const char *path = pl_arena_printf(&l->header_arena, "%s: %.*s", package, PL_ARG(file));
    const char *installed = pl_arena_printf(&l->header_arena, "/%.*s", PL_ARG(file));
    const struct pl_source_file **slot =
        f == NULL || path == NULL || installed == NULL ? NULL : PL_VEC_ADD(&l->header_files);
    if (slot == NULL)
        return NULL;
    *f = (struct pl_source_file){.path = pl_bytes_of_str(path)};
    *slot = f;
    uint32_t number = (uint32_t)(l->n_files + l->header_files.n - 1);
    return pl_literal_add(&g->own, RULE_FILE, pl_bytes_of_str(installed), number, 1) ? installed : NULL;
}

/* Gather the definitions [first, end), all of one header. */
static bool gather_file(struct reach *r, size_t first, size_t end, struct pl_literals *l, struct gathered *g,
                        struct pl_buf *text)
{
    const struct header_seen *header = &r->headers_seen.v[r->all.v[first].header];
    const char *installed = add_header(l, g, r->headers[header->package].package, header->file);
    pl_buf_clear(text);
    for (size_t i = first; i < end; i++) {
        const struct pl_headers_line line = line_of(r, &r->all.v[i]);
        if (r->all.v[i].steps != 0)
            pl_buf_printf(text, "#define %.*s%s%.*s%s %.*s\n", PL_ARG(line.name),
                          line.parameters.p == NULL ? "" : "(", PL_ARG(line.parameters),
                          line.parameters.p == NULL ? "" : ")", PL_ARG(line.body));
    }
    if (text->why != PL_OK || installed == NULL)
        return false;
    if (text->n == 0)
        return true;
    struct gather_text t = {.text = pl_buf_bytes(text),
                            .path = l->header_files.v[l->header_files.n - 1]->path,
                            .file = (uint32_t)(l->n_files + l->header_files.n - 1),
                            .mode = GATHER_HEADER};
    pl_literals_gather(g, &t);
    if (!gather_unreached(r, first, end, g, t.file))
        return false;
    for (size_t i = first; i < end; i++) {
        const struct pl_headers_line line = line_of(r, &r->all.v[i]);
        if (r->all.v[i].steps == 0 || line.is_macro)
            continue;
        struct header_body *body = PL_VEC_ADD(&l->bodies);
        if (body == NULL)
            return false;
        *body = (struct header_body){line.body, pl_bytes_of_str(installed), t.file};
        if (r->headers[header->package].rank != PL_RANK_TOOLCHAIN && !gather_inline(line.body, g, t.file))
            return false;
    }
    return !g->is_out_of_memory;
}

/* Those of the C++ library last: a word that another header has is that one's (match/code_imports.c asks whose it is). */
static bool gather_reached(struct reach *r, struct pl_literals *l, struct gathered *g)
{
    struct pl_buf text;
    bool is_good = true;
    pl_buf_init(&text, SIZE_MAX / 2);
    for (size_t i = 0; i < 2 * r->all.n && is_good;) {
        size_t first = i % r->all.n;
        size_t end = first + 1;
        while (end < r->all.n && r->all.v[end].header == r->all.v[first].header)
            end++;
        pl_bytes file = r->headers_seen.v[r->all.v[first].header].file;
        if (pl_bytes_starts(file, PL_LIT(HEADERS_OF_CPP)) == (i >= r->all.n))
            is_good = gather_file(r, first, end, l, g, &text);
        i += end - first;
    }
    pl_buf_reset(&text);
    return is_good;
}

/*
 * What the macros of a header of C++ join to their arguments, reached or not: its classes use them (STATE_PROPERTY(focusable) of a property, name##Changed), and of a class all
 * identifiers are known. Kept where a capital or a line begins it.
 */
static bool add_joined(const struct reach *r, struct gathered *g, const struct pl_headers_line *line)
{
    struct pl_clit lexer;
    struct pl_clit_token t;
    unsigned marks = 0;
    if (!r->has_cpp || !line->is_macro || line->parameters.n == 0 ||
        pl_bytes_find(line->body, PL_LIT("##"), 0) == SIZE_MAX)
        return true;
    pl_clit_init(&lexer, line->body, PL_CLIT_C);
    while (pl_clit_next(&lexer, &t)) {
        bool is_mark = pl_clit_is_byte(&t, '#');
        bool begins =
            t.kind == PL_CLIT_WORD && (t.body.p[0] == '_' || (t.body.p[0] >= 'A' && t.body.p[0] <= 'Z'));
        if (marks == 2 && begins && t.body.n >= 3 && !pl_literal_add(&g->own, KIND_JOINED_CPP, t.body, 0, 1))
            return false;
        marks = is_mark ? marks + 1 : 0;
    }
    return true;
}

static bool add_all_joined(const struct reach *r, struct gathered *g)
{
    for (size_t i = 0; i < r->all.n; i++) {
        const struct pl_headers_line line = line_of(r, &r->all.v[i]);
        if (!add_joined(r, g, &line))
            return false;
    }
    return true;
}

/* The macros among what is reached; inline functions are none. */
static bool add_macros(const struct reach *r, struct pl_macros *m)
{
    for (size_t i = 0; i < r->all.n; i++) {
        const struct pl_headers_line line = line_of(r, &r->all.v[i]);
        if (r->all.v[i].steps != 0 && line.is_macro &&
            !pl_macros_add(m, line.name, line.parameters, line.body))
            return false;
    }
    return true;
}

/* __VERSION__ is the compiler's: GCC manual, "Common Predefined Macros". Its headers come in a package of that version. */
static bool add_compiler_version(struct pl_literals *l, const struct pl_headers *headers, size_t n,
                                 struct pl_macros *m)
{
    for (size_t i = 0; i < n; i++) {
        pl_bytes version = pl_bytes_of_str(headers[i].version);
        pl_bytes upstream = pl_bytes_sub(version, 0, pl_bytes_find_byte(version, '-', 0));
        if (!pl_bytes_starts(pl_bytes_of_str(headers[i].package), PL_LIT("libgcc-")) || upstream.n == 0)
            continue;
        const char *text = pl_arena_printf(&l->header_arena, "\"%.*s\"", PL_ARG(upstream));
        if (text == NULL ||
            !pl_macros_add(m, PL_LIT("__VERSION__"), (pl_bytes){NULL, 0}, pl_bytes_of_str(text)))
            return false;
    }
    return true;
}

/*
 * Limits of types, in the words of the compiler, so that #x of an argument that names one can be told: "(size) <= (0x7fffffff)". Nothing but
 * numbers, and the source's own definitions stand beside them. Source: GCC 12, `gcc -dM -E` of <limits.h> on a 64-bit machine; glibc 2.36
 * <stdint.h>.
 */
static bool add_limits(struct pl_macros *m)
{
    static const struct {
        const char *name, *body;
    } limits[] = {
        {"CHAR_BIT", "8"},
        {"SCHAR_MAX", "0x7f"},
        {"UCHAR_MAX", "(0x7f * 2 + 1)"},
        {"SHRT_MAX", "0x7fff"},
        {"USHRT_MAX", "(0x7fff * 2 + 1)"},
        {"INT_MAX", "0x7fffffff"},
        {"INT_MIN", "(-0x7fffffff - 1)"},
        {"UINT_MAX", "(0x7fffffff * 2U + 1U)"},
        {"LONG_MAX", "0x7fffffffffffffffL"},
        {"LONG_MIN", "(-0x7fffffffffffffffL - 1L)"},
        {"ULONG_MAX", "(0x7fffffffffffffffL * 2UL + 1UL)"},
        {"LLONG_MAX", "0x7fffffffffffffffLL"},
        {"LLONG_MIN", "(-0x7fffffffffffffffLL - 1LL)"},
        {"ULLONG_MAX", "(0x7fffffffffffffffLL * 2ULL + 1ULL)"},
        {"SIZE_MAX", "(18446744073709551615UL)"},
        {"SSIZE_MAX", "0x7fffffffffffffffL"},
        {"INT32_MAX", "(2147483647)"},
        {"UINT32_MAX", "(4294967295U)"},
        {"INT64_MAX", "(9223372036854775807L)"},
        {"UINT64_MAX", "(18446744073709551615UL)"},
    };
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        if (!pl_macros_add(m, pl_bytes_of_str(limits[i].name), (pl_bytes){NULL, 0},
                           pl_bytes_of_str(limits[i].body)))
            return false;
    return true;
}

bool pl_literals_gather_headers(struct pl_literals *l, const struct pl_headers *headers, size_t n,
                                struct pl_macros *m, struct gathered *g)
{
    struct reach r = {.headers = headers,
                      .n_headers = n,
                      .has_cpp = has_cpp(l),
                      .has_tgmath = pl_literal_find(l, RULE_WORD, PL_LIT("tgmath")) != NULL};
    l->has_cpp = r.has_cpp;
    bool is_good = read_all(&r) && reach_all(&r, l) && gather_reached(&r, l, g) && add_macros(&r, m) &&
                   add_all_joined(&r, g) && add_compiler_version(l, headers, n, m) && add_limits(m);
    PL_VEC_FREE(&r.headers_seen);
    PL_VEC_FREE(&r.all);
    PL_VEC_FREE(&r.queue);
    free(r.slots);
    return is_good;
}

/*
 * libnspr4-dev has no link for the linker, since libnspr4.so has no version in its name and is in libnspr4 itself. Debian Policy 8.4 calls the package after the
 * library. What this could hide: libX.so of somebody else, where libX-dev of the build has nothing but headers.
 */
static bool add_library_of_name(struct pl_literals *l, const struct pl_headers *h)
{
    char text[128];
    pl_bytes name = pl_bytes_of_str(h->package == NULL ? "" : h->package);
    if (h->rank == PL_RANK_TOOLCHAIN || !pl_bytes_starts(name, PL_LIT("lib")) ||
        !pl_bytes_ends(name, PL_LIT("-dev")))
        return true;
    int n = snprintf(text, sizeof text, "%.*s.so", PL_ARG(pl_bytes_sub(name, 0, name.n - 4)));
    return n < 0 || (size_t)n >= sizeof text ||
           pl_literal_add(l, KIND_LIBRARY, pl_bytes_of(text, (size_t)n), 0, 1);
}

bool pl_literals_add_identifiers(struct pl_literals *l, const struct pl_headers *headers, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct pl_headers_reader reader;
        struct pl_headers_line line;
        bool is_packed = pl_headers_open(headers[i].text, &reader);
        bool has_library = !is_packed;
        while (is_packed && pl_headers_next(&reader, &line)) {
            has_library = has_library || line.is_library;
            if (line.body.n == 0 &&
                !pl_literal_add(l, line.is_library ? KIND_LIBRARY : KIND_IDENTIFIER, line.name, 0, 1))
                return false;
        }
        if (!has_library && !add_library_of_name(l, &headers[i]))
            return false;
    }
    return true;
}
