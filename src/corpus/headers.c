/*
 * headers.c - packing the headers of a .deb, and reading the packed text.
 */
#include "corpus/headers.h"

#include "base/map.h"
#include "base/vec.h"
#include "format/archive/unpack.h"
#include "format/text/clit.h"
#include "format/text/header.h"

#define MAGIC          "plumbline headers 8\n"
#define MAX_PATH_BYTES 4096u

/* A package while its headers are read. */
struct packing {
    struct pl_buf *out;
    struct pl_arena arena; /* of the identifiers */
    struct pl_map seen;
    PL_VEC(pl_bytes) words; /* in order of appearance */
    struct pl_buf libraries;
};

/*
 * DBI's Driver.xst, of which a driver's build makes NAME.xsi, and its NAME.xs includes that. Kept as one definition called "xsi": who has the word can have all that is in it.
 */
static bool is_xs_template(pl_bytes name)
{
    return pl_bytes_starts(name, PL_LIT("usr/lib/")) &&
           pl_bytes_find(name, PL_LIT("/auto/"), 0) != SIZE_MAX && pl_bytes_ends(name, PL_LIT(".xst"));
}

static bool is_header(const struct pl_file *f)
{
    pl_bytes name = f->name;
    if (f->type != PL_ENTRY_FILE || f->container != NULL || f->data.p == NULL || !f->is_whole)
        return false;
    bool is_library_folder =
        pl_bytes_starts(name, PL_LIT("usr/lib/")) && pl_bytes_find(name, PL_LIT("/include/"), 0) != SIZE_MAX;
    /* perl(1) keeps those of its own in the folder CORE of its library, modules theirs in auto/MODULE. */
    is_library_folder |= pl_bytes_starts(name, PL_LIT("usr/lib/")) &&
                         (pl_bytes_find(name, PL_LIT("/CORE/"), 0) != SIZE_MAX ||
                          pl_bytes_find(name, PL_LIT("/auto/"), 0) != SIZE_MAX) &&
                         pl_bytes_ends(name, PL_LIT(".h"));
    is_library_folder |= is_xs_template(name);
    bool is_for_windows = pl_bytes_starts(name, PL_LIT("usr/share/mingw-w64/include/"));
    return (pl_bytes_starts(name, PL_LIT("usr/include/")) || is_library_folder || is_for_windows) &&
           name.n <= MAX_PATH_BYTES && pl_bytes_find_byte(name, '\n', 0) == SIZE_MAX &&
           pl_bytes_find_byte(f->data, 0, 0) == SIZE_MAX;
}

static bool is_cpp_word(pl_bytes word)
{
    return pl_bytes_eq_str(word, "namespace") || pl_bytes_eq_str(word, "template") ||
           pl_bytes_eq_str(word, "class");
}

static bool is_tag_word(pl_bytes word)
{
    return pl_bytes_eq_str(word, "struct") || pl_bytes_eq_str(word, "union") || pl_bytes_eq_str(word, "enum");
}

/*
 * Keep the identifiers of a C++ header, each once; of a C header the names of its structures, unions and enumerations, which C++ writes into the names of
 * functions that take them: open(FT_Library) is _Z4openP14FT_LibraryRec_.
 */
static pl_status take_words(struct packing *p, pl_bytes text, struct pl_err *err)
{
    struct pl_clit lexer;
    struct pl_clit_token t;
    bool is_cpp = false;
    pl_clit_init(&lexer, text, PL_CLIT_C);
    while (!is_cpp && pl_clit_next(&lexer, &t))
        is_cpp = t.kind == PL_CLIT_WORD && is_cpp_word(t.body);
    pl_clit_init(&lexer, text, PL_CLIT_C);
    bool is_named = false; /* by the word before */
    while (pl_clit_next(&lexer, &t)) {
        uint64_t was;
        bool is_kept = is_cpp || is_named;
        is_named = t.kind == PL_CLIT_WORD && is_tag_word(t.body);
        if (!is_kept || t.kind != PL_CLIT_WORD || pl_is_digit(t.body.p[0]) ||
            pl_map_get(&p->seen, t.body, &was))
            continue;
        pl_bytes kept = pl_arena_keep(&p->arena, t.body);
        pl_bytes *slot = kept.p == NULL ? NULL : PL_VEC_ADD(&p->words);
        if (slot == NULL)
            return kept.p == NULL ? pl_arena_fail(&p->arena, err) : pl_fail_nomem(err);
        *slot = kept;
        pl_status st = pl_map_set(&p->seen, kept, 1, err);
        if (st != PL_OK)
            return st;
    }
    return PL_OK;
}

/* usr/lib/x86_64-linux-gnu/libfoo.so, a link to libfoo.so.5.1: programs that link it ask for libfoo.so.5 or the like. */
static void take_library(struct packing *p, const struct pl_file *f)
{
    pl_bytes target = pl_bytes_basename(f->link_target);
    size_t so = pl_bytes_find(target, PL_LIT(".so."), 0);
    if (f->type != PL_ENTRY_SYMLINK || !pl_bytes_ends(f->name, PL_LIT(".so")) || so == SIZE_MAX ||
        pl_bytes_find_byte(target, '\n', 0) != SIZE_MAX)
        return;
    size_t dot = pl_bytes_find_byte(target, '.', so + 4);
    pl_buf_printf(&p->libraries, "%.*s\n", PL_ARG(pl_bytes_sub(target, 0, dot)));
    if (dot != SIZE_MAX)
        pl_buf_printf(&p->libraries, "%.*s\n", PL_ARG(target));
}

static void take_xs_template(struct packing *p, pl_bytes text)
{
    struct pl_clit lexer;
    struct pl_clit_token t;
    pl_buf_add_str(p->out, "xsi{");
    pl_clit_init(&lexer, text, PL_CLIT_C);
    while (pl_clit_next(&lexer, &t)) {
        pl_bytes token = pl_bytes_sub(text, t.offset, t.length);
        if (pl_bytes_find_byte(token, '\n', 0) == SIZE_MAX)
            pl_buf_printf(p->out, " %.*s", PL_ARG(token));
    }
    pl_buf_add_byte(p->out, '\n');
}

static bool only_data(void *ctx, struct pl_file *f)
{
    (void)ctx; /* the path decides */
    return f->depth == 0 || (f->depth <= 2 && pl_bytes_starts(f->path, PL_LIT("data.tar")));
}

static pl_status visit(void *ctx, struct pl_file *f, struct pl_err *err)
{
    struct packing *p = ctx;
    pl_status st = PL_OK;
    take_library(p, f);
    if (is_header(f)) {
        size_t start = p->out->n;
        pl_buf_printf(p->out, "@%.*s\n", PL_ARG(f->name));
        size_t body = p->out->n;
        if (is_xs_template(f->name))
            take_xs_template(p, f->data);
        else
            pl_header_thin(f->data, p->out);
        if (p->out->n == body && p->out->why == PL_OK)
            p->out->n = start;
        st = pl_buf_done(p->out, err);
        if (st == PL_OK)
            st = take_words(p, f->data, err);
    }
    pl_file_reset(f);
    return st;
}

pl_status pl_headers_pack(pl_bytes deb, const struct pl_limits *limits, struct pl_buf *out,
                          struct pl_err *err)
{
    struct packing p = {.out = out};
    struct pl_arena walk;
    struct pl_unpack_sink sink = {.ctx = &p, .wants = only_data, .file = visit};
    pl_arena_init(&walk, (size_t)limits->memory_bytes);
    pl_arena_init(&p.arena, (size_t)limits->memory_bytes);
    pl_map_init(&p.seen);
    pl_buf_init(&p.libraries, 1u << 20);
    pl_buf_add_str(out, MAGIC);
    pl_status st = pl_unpack(deb, PL_LIT(""), limits, &walk, &sink, err);
    if (st == PL_OK)
        st = pl_buf_done(&p.libraries, err);
    if (st == PL_OK && p.libraries.n > 0) {
        pl_buf_add_str(out, "@!\n");
        pl_buf_add(out, pl_buf_bytes(&p.libraries));
    }
    pl_buf_reset(&p.libraries);
    if (st == PL_OK && p.words.n > 0)
        pl_buf_add_str(out, "@\n");
    for (size_t i = 0; i < p.words.n && st == PL_OK; i++) {
        pl_buf_add(out, p.words.v[i]);
        pl_buf_add_byte(out, '\n');
    }
    if (st == PL_OK)
        st = pl_buf_done(out, err);
    PL_VEC_FREE(&p.words);
    pl_map_reset(&p.seen);
    pl_arena_reset(&p.arena);
    pl_arena_reset(&walk);
    return st;
}

bool pl_headers_open(pl_bytes text, struct pl_headers_reader *out)
{
    if (!pl_bytes_starts(text, PL_LIT(MAGIC)))
        return false;
    *out = (struct pl_headers_reader){.rest = pl_bytes_from(text, sizeof MAGIC - 1)};
    return true;
}

/* "NAME body", "NAME(a,b) body", "NAME{ body"; false when it is neither. */
static bool read_definition(pl_bytes line, struct pl_headers_line *out)
{
    size_t n = 0;
    while (n < line.n && line.p[n] != ' ' && line.p[n] != '(' && line.p[n] != '{')
        n++;
    out->name = pl_bytes_sub(line, 0, n);
    out->is_macro = n >= line.n || line.p[n] != '{';
    n += !out->is_macro;
    if (n < line.n && line.p[n] == '(') {
        size_t close = pl_bytes_find_byte(line, ')', n);
        if (close == SIZE_MAX)
            return false;
        out->parameters = pl_bytes_sub(line, n + 1, close - n - 1);
        n = close + 1;
    }
    out->body = pl_bytes_from(line, n + 1);
    return out->name.n > 0 && n < line.n && line.p[n] == ' ' && out->body.n > 0;
}

bool pl_headers_next(struct pl_headers_reader *r, struct pl_headers_line *out)
{
    pl_bytes line;
    while (pl_bytes_line(&r->rest, &line)) {
        struct pl_headers_line l = {.name = line};
        if (line.n > 0 && line.p[0] == '@') {
            r->file = pl_bytes_from(line, 1);
            continue;
        }
        l.is_library = pl_bytes_eq_str(r->file, "!") && line.n > 0;
        l.file = l.is_library ? pl_bytes_sub(line, 0, 0) : r->file;
        bool is_identifier = l.is_library || (r->file.n == 0 && line.n > 0);
        if (!is_identifier && (r->file.n == 0 || !read_definition(line, &l)))
            continue; /* of another form, or damaged */
        *out = l;
        return true;
    }
    return false;
}
