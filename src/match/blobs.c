/*
 * blobs.c - blobs of a release, how random they look, and who names them.
 *
 * A blob is a file that is no text, or a text with a long run of base64. Identity with the revision says nothing about it: xz 5.6.0 carried its
 * payload in test files that were in git. What can be said is whether anything asks for it: all texts of the source are cut into words as
 * file names are made of, and looked up among the names of the blobs. A word in a file that a build reads counts as a build rule; in a makefile in
 * recipes alone, since variables list what is packed (EXTRA_DIST). Patterns ("*.xz") and names that are put together at run time are not seen.
 *
 * Source: Shannon 1948, section 6; Automake manual, "Basics of Distribution".
 */
#include "match/blobs.h"

#include "base/buf.h"
#include "base/map.h"
#include "base/quote.h"
#include "classify/classify.h"
#include "match/layout.h"

#include <stdlib.h>
#include <string.h>

#define LOG_BITS       20u
#define RANDOM_PPM     900000u
#define RANDOM_BYTES   256u
#define LISTED         10u
#define NAME_MIN_BYTES 4u
#define MAX_NAMED_BY   3u
#define WRAPPED_MIN    60u /* a shorter line of base64 is the last of its run */
#define MAX_TEXT_BYTES (16u << 20)
#define PICTURE_SUFFIXES                                                                                     \
    ".png", ".jpg", ".jpeg", ".gif", ".ico", ".icns", ".bmp", ".webp", ".ttf", ".otf", ".woff", ".woff2",    \
        ".pdf"

struct blob {
    struct pl_file *file;
    pl_bytes path;                   /* in the source tree */
    uint32_t named_by[MAX_NAMED_BY]; /* units */
    size_t n_named_by;
    uint32_t rule; /* the unit of a build rule that names it */
    bool has_rule;
    size_t next; /* of the same name, position + 1; 0: none */
};

struct blobs {
    const struct pl_match *m;
    PL_VEC(struct blob) list;
    struct pl_map by_name;
};

/* Logarithm to base 2 of x > 0, in units of 2^-LOG_BITS, rounded down: by squaring, one bit a step (Knuth, TAOCP 1, 1.2.2 exercise 25). */
static uint64_t log2_fixed(uint64_t x)
{
    unsigned whole = 63u - (unsigned)__builtin_clzll(x);
    uint64_t m = whole >= 31 ? x >> (whole - 31) : x << (31 - whole);
    uint64_t out = whole;
    for (unsigned i = 0; i < LOG_BITS; i++) {
        m = (m * m) >> 31;
        out <<= 1;
        if (m >> 32) {
            m >>= 1;
            out |= 1;
        }
    }
    return out;
}

uint32_t pl_entropy_ppm(pl_bytes bytes)
{
    uint64_t counts[256] = {0};
    if (bytes.n == 0)
        return 0;
    for (size_t i = 0; i < bytes.n; i++)
        counts[bytes.p[i]]++;
    __uint128_t sum = (__uint128_t)bytes.n * log2_fixed(bytes.n);
    for (size_t i = 0; i < 256; i++)
        if (counts[i] > 0)
            sum -= (__uint128_t)counts[i] * log2_fixed(counts[i]);
    return (uint32_t)(sum * 125000 / bytes.n >> LOG_BITS);
}

static bool is_base64_byte(uint8_t c)
{
    return pl_is_alnum(c) || c == '+' || c == '/' || c == '=';
}

bool pl_find_base64(pl_bytes text, size_t *offset, size_t *length)
{
    size_t best = 0;
    size_t start = 0; /* of the run */
    size_t line = 0;  /* bytes of its present line */
    size_t digits = 0;
    for (size_t i = 0; i <= text.n; i++) {
        uint8_t c = i < text.n ? text.p[i] : 0;
        if (is_base64_byte(c)) {
            line++;
            digits += c >= '0' && c <= '9';
            continue;
        }
        bool goes_on =
            (c == '\n' || (c == '\r' && i + 1 < text.n && text.p[i + 1] == '\n')) && line >= WRAPPED_MIN;
        if (goes_on && c == '\r')
            continue; /* the line feed behind it decides */
        if (goes_on) {
            line = 0;
            continue;
        }
        /* In random base64 one character in six is a digit; in words none is. */
        if (i - start >= PL_BASE64_MIN_BYTES && i - start > best && digits * 20 > i - start) {
            best = i - start;
            *offset = start;
            *length = best;
        }
        start = i + 1;
        line = 0;
        digits = 0;
    }
    return best > 0;
}

void pl_blob_measure(struct pl_file *f)
{
    size_t offset;
    size_t length;
    if (f->data.p == NULL || f->data.n < PL_BLOB_MIN_BYTES)
        return;
    if (!pl_looks_like_text(f->data))
        f->blob = (struct pl_blob){.length = f->data.n, .entropy_ppm = pl_entropy_ppm(f->data)};
    else if (f->data.n >= PL_BASE64_MIN_BYTES && pl_find_base64(f->data, &offset, &length))
        f->blob = (struct pl_blob){.offset = offset,
                                   .length = length,
                                   .entropy_ppm = pl_entropy_ppm(pl_bytes_sub(f->data, offset, length)),
                                   .is_text = true};
}

static bool ends_in(pl_bytes text, const char *const *suffixes)
{
    for (size_t i = 0; suffixes[i] != NULL; i++)
        if (pl_bytes_ends(text, pl_bytes_of_str(suffixes[i])))
            return true;
    return false;
}

static bool is_build_file(pl_bytes path)
{
    static const char *const suffixes[] = {
        ".am",          ".mk",          ".m4",        ".cmake",       "CMakeLists.txt", "meson.build",
        "configure.ac", "configure.in", "Makefile",   "Makefile.in",  "debian/rules",   "setup.py",
        "build.rs",     ".gyp",         "autogen.sh", "bootstrap.sh", "build.sh",       "BUILD",
        ".bazel",       "SConstruct",   NULL};
    return ends_in(pl_bytes_basename(path), suffixes) || ends_in(path, suffixes);
}

/* The logical line of byte `at`: back over lines that end in a backslash. */
static pl_bytes logical_line(pl_bytes text, size_t at)
{
    size_t start = at;
    while (start > 0 && !(text.p[start - 1] == '\n' && (start < 2 || text.p[start - 2] != '\\')))
        start--;
    return pl_bytes_sub(text, start, at - start);
}

/* Names in variables of makefiles are lists of what is packed, and what is installed is not read; only recipes read. */
static bool is_read_at(pl_bytes path, pl_bytes text, size_t at)
{
    pl_bytes line = logical_line(text, at);
    pl_bytes base = pl_bytes_basename(path);
    bool is_make = pl_bytes_starts(base, PL_LIT("Makefile")) ||
                   pl_bytes_starts(base, PL_LIT("GNUmakefile")) || pl_bytes_ends(base, PL_LIT(".am")) ||
                   pl_bytes_ends(base, PL_LIT(".mk"));
    if (is_make || pl_bytes_ends(path, PL_LIT("debian/rules")))
        return line.n > 0 && line.p[0] == '\t';
    line = pl_bytes_trim(line);
    return pl_bytes_find(line, PL_LIT("install"), 0) == SIZE_MAX && !pl_bytes_starts(line, PL_LIT("#")) &&
           !pl_bytes_starts(line, PL_LIT("dnl"));
}

static void note_name(struct blobs *x, uint32_t unit, pl_bytes text, pl_bytes word)
{
    uint64_t at;
    if (!pl_map_get(&x->by_name, word, &at))
        return;
    const struct pl_source_file *by = pl_index_unit_file(x->m->index, unit);
    bool is_rule = is_build_file(by->path) && is_read_at(by->path, text, (size_t)(word.p - text.p));
    for (size_t i = (size_t)at + 1; i != 0; i = x->list.v[i - 1].next) {
        struct blob *b = &x->list.v[i - 1];
        bool is_known = b->n_named_by > 0 && b->named_by[b->n_named_by - 1] == unit;
        if (b->n_named_by < MAX_NAMED_BY && !is_known)
            b->named_by[b->n_named_by++] = unit;
        if (is_rule && !b->has_rule) {
            b->has_rule = true;
            b->rule = unit;
        }
    }
}

static bool is_name_byte(uint8_t c)
{
    return pl_is_alnum(c) || c == '.' || c == '_' || c == '-' || c == '+' || c >= 0x80;
}

static void read_names(struct blobs *x, uint32_t unit)
{
    pl_bytes text = pl_index_unit_file(x->m->index, unit)->data;
    size_t start = 0;
    for (size_t i = 0; i <= text.n && i <= MAX_TEXT_BYTES; i++) {
        if (i < text.n && is_name_byte(text.p[i]))
            continue;
        size_t n = i - start;
        while (n > 0 && text.p[start + n - 1] == '.')
            n--;
        if (n >= NAME_MIN_BYTES)
            note_name(x, unit, text, pl_bytes_sub(text, start, n));
        start = i + 1;
    }
}

static pl_status list_blobs(struct blobs *x, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < x->m->n_files && st == PL_OK; i++) {
        struct pl_file *f = x->m->files[i];
        pl_bytes path;
        uint64_t older = 0;
        if (f->blob.length == 0 || !pl_layout_path(x->m, f, &path))
            continue;
        struct blob *b = PL_VEC_ADD(&x->list);
        if (b == NULL)
            return pl_fail_nomem(err);
        pl_bytes name = pl_bytes_basename(path);
        bool has_older = pl_map_get(&x->by_name, name, &older);
        *b = (struct blob){.file = f, .path = path, .next = has_older ? (size_t)older + 1 : 0};
        st = pl_map_set(&x->by_name, name, x->list.n - 1, err);
    }
    return st;
}

/* "12,345 bytes, entropy 998123 ppm, named by a, b". */
static void describe(const struct blobs *x, const struct blob *b, struct pl_buf *out)
{
    pl_add_thousands(out, b->file->blob.length);
    pl_buf_printf(out, " bytes%s, entropy %u ppm", b->file->blob.is_text ? " of base64" : "",
                  b->file->blob.entropy_ppm);
    for (size_t i = 0; i < b->n_named_by; i++)
        pl_buf_printf(out, "%s%.*s", i == 0 ? ", named by " : ", ",
                      PL_ARG(pl_index_unit_file(x->m->index, b->named_by[i])->path));
}

static bool is_picture(pl_bytes path)
{
    static const char *const suffixes[] = {PICTURE_SUFFIXES, NULL};
    return ends_in(path, suffixes);
}

static pl_status warn(const struct blobs *x, const struct blob *b, struct pl_err *err)
{
    struct pl_finding *finding;
    struct pl_findings *to = &b->file->findings;
    struct pl_buf words;
    pl_buf_init(&words, 4096);
    describe(x, b, &words);
    pl_status st = pl_buf_done(&words, err);
    if (st == PL_OK)
        st = pl_findings_add(to, "tree.opaque-blob", PL_SEVERITY_WARNING, b->file->blob.offset,
                             b->file->blob.length, &finding, err,
                             "a build rule reads this opaque file, which looks random or compressed");
    if (st == PL_OK)
        st = pl_finding_fact(to, finding, "read by", pl_index_unit_file(x->m->index, b->rule)->path, err);
    if (st == PL_OK)
        st = pl_finding_fact(to, finding, "blob", pl_buf_bytes(&words), err);
    pl_buf_reset(&words);
    return st;
}

/* Those that a rule reads first, then the larger ones. */
static int by_weight(const void *a, const void *b)
{
    const struct blob *x = a;
    const struct blob *y = b;
    if (x->has_rule != y->has_rule)
        return x->has_rule ? -1 : 1;
    if (x->file->blob.length != y->file->blob.length)
        return x->file->blob.length > y->file->blob.length ? -1 : 1;
    return pl_bytes_cmp(x->path, y->path);
}

static pl_status summarise(struct blobs *x, struct pl_findings *findings, struct pl_err *err)
{
    uint64_t total = 0;
    size_t random = 0;
    size_t rules = 0;
    size_t unnamed = 0;
    struct pl_finding *finding;
    for (size_t i = 0; i < x->list.n; i++) {
        const struct blob *b = &x->list.v[i];
        total += b->file->blob.length;
        random += b->file->blob.entropy_ppm >= RANDOM_PPM;
        rules += b->has_rule;
        unnamed += b->n_named_by == 0;
    }
    pl_status st =
        pl_findings_add(findings, "tree.opaque-blob", PL_SEVERITY_NOTE, PL_NO_OFFSET, 0, &finding, err,
                        "%zu opaque files of %llu bytes: %zu look random or compressed, %zu stand in a build "
                        "rule, %zu are named nowhere",
                        x->list.n, (unsigned long long)total, random, rules, unnamed);
    for (size_t i = 0; i < x->list.n && i < LISTED && st == PL_OK; i++) {
        static const char *const names[LISTED] = {"blob",   "blob 2", "blob 3", "blob 4", "blob 5",
                                                  "blob 6", "blob 7", "blob 8", "blob 9", "blob 10"};
        struct pl_buf words;
        pl_buf_init(&words, 8192);
        pl_buf_printf(&words, "%.*s: ", PL_ARG(x->list.v[i].path));
        describe(x, &x->list.v[i], &words);
        st = pl_buf_done(&words, err);
        if (st == PL_OK)
            st = pl_finding_fact(findings, finding, names[i], pl_buf_bytes(&words), err);
        pl_buf_reset(&words);
    }
    return st;
}

static pl_status report(struct blobs *x, struct pl_findings *findings, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t u = 0; u < pl_index_unit_count(x->m->index); u++) {
        uint32_t unit = (uint32_t)u;
        const struct pl_source_tree *tree =
            pl_index_tree(x->m->index, pl_index_unit_ref(x->m->index, unit).tree);
        if (tree->rank == PL_RANK_OWN && pl_index_unit_is_text(x->m->index, unit) &&
            !pl_index_unit_file(x->m->index, unit)->is_superseded)
            read_names(x, unit);
    }
    /* The list in each name's chain is by position: nothing is looked up any more. */
    qsort(x->list.v, x->list.n, sizeof x->list.v[0], by_weight);
    for (size_t i = 0; i < x->list.n && st == PL_OK; i++) {
        const struct blob *b = &x->list.v[i];
        if (b->has_rule && b->file->blob.entropy_ppm >= RANDOM_PPM && b->file->blob.length >= RANDOM_BYTES &&
            !is_picture(b->path))
            st = warn(x, b, err);
    }
    return st == PL_OK ? summarise(x, findings, err) : st;
}

pl_status pl_blobs_report(const struct pl_match *m, struct pl_findings *findings, struct pl_err *err)
{
    struct blobs x = {.m = m};
    if (m->layout == NULL || m->index == NULL)
        return PL_OK;
    pl_map_init(&x.by_name);
    pl_status st = list_blobs(&x, err);
    if (st == PL_OK && x.list.n > 0)
        st = report(&x, findings, err);
    pl_map_reset(&x.by_name);
    PL_VEC_FREE(&x.list);
    return st;
}
