/*
 * elf_strings.c - whose strings does this image hold?
 *
 * Each string of the data sections is looked for in the literals of the source: by the strict rules (grade B), then by the
 * loose ones (grade C). What no rule explains is unaccounted; so is everything else when the strings say that the file is
 * not from this source at all.
 *
 * Measured on 130 files of 14 Debian packages: 0.4 % of 37,167 strings unexplained; no file over 10 %, and against the source of another
 * package that shares gnulib (sed and grep, m4 and coreutils) 28 to 51 %, against one that does not 47 to 90 %.
 */
#include "match/elf_strings.h"

#include "base/parallel.h"
#include "format/text/words.h"
#include "match/bindings.h"
#include "match/elf_sections.h"
#include "match/foreign.h"
#include "match/made_source.h"

#include <stdlib.h>
#include <string.h>

#define FOREIGN_PPM         250000u /* of the strings unexplained: the file is not from this source */
#define FOREIGN_MIN_STRINGS 10u     /* unexplained; fewer say nothing about a file */
#define TELLING_LETTERS     4u
#define HOST_BYTES          4u
#define MAX_HOSTS           64u /* strings of one file whose host is looked for in all sources */
#define CAMEL_LETTERS       2u
#define BUILD_LETTERS       6u /* that sbuild draws for each build */
#define SHOWN_STRINGS       3u
#define PIECE_SEARCHES      64u /* strings of one file that are tried as pieces */

struct counts {
    size_t strings; /* clear ones */
    size_t unexplained;
    uint64_t unexplained_bytes;
};

/*
 * Is this more than letters that a table or a list of options is made of? Four letters and more, in one case or in words that begin with a
 * capital, and not simply in the order of the alphabet: "WALLET", "updater7", "RemoteThread"; no "eEfF", no "QRSTUV89".
 */
static bool is_telling(pl_bytes word)
{
    size_t letters = 0;
    size_t uppers = 0;
    size_t rising = 0;
    size_t run = 0; /* lower-case letters since the last capital */
    bool is_camel = true;
    uint8_t last = 0;
    for (size_t i = 0; i < word.n; i++) {
        uint8_t c = word.p[i];
        if (!pl_is_letter(c))
            continue;
        is_camel = is_camel && !(pl_is_upper(c) && letters > 0 && run < CAMEL_LETTERS);
        run = pl_is_upper(c) ? 0 : run + 1;
        rising += (c | 0x20) > last;
        last = c | 0x20;
        letters++;
        uppers += pl_is_upper(c);
    }
    bool is_one_case = uppers == 0 || uppers == letters;
    return letters >= TELLING_LETTERS && rising < letters &&
           (is_one_case || (is_camel && run >= CAMEL_LETTERS && pl_is_upper(word.p[0])));
}

/* Programs that show how they were configured hold the flags that a distribution gives to every build: dpkg-buildflags(1), rpm's redhat-hardened-cc1. */
static bool is_of_build_flags(pl_bytes word)
{
    static const char *const words[] = {
        "_FORTIFY_SOURCE", "Wdate", "Werror",       "Wformat",  "Wstack", "clash",  "debug",       "ffile",
        "fdebug",          "fcf",   "fstack",       "fzero",    "gpr",    "macro",  "noexecstack", "prefix",
        "protector",       "relro", "reproducible", "security", "specs",  "strong", "fhardened"};
    return pl_bytes_is_one_of(word, words, sizeof words / sizeof words[0]);
}

static bool is_known_word(const struct pl_match *m, pl_bytes word)
{
    return !is_telling(word) || is_of_build_flags(word) || pl_match_has_word(m, word);
}

/*
 * Words of a string that stand nowhere: neither in any text of the sources nor in a header of the build. A macro may stand there as -DNAME, a library as -lname. What could hide: a
 * known word with that letter before it.
 */
static uint32_t count_novel_words(const struct pl_match *m, pl_bytes text)
{
    const uint8_t *start = text.p;
    uint32_t n = 0;
    pl_bytes word;
    while (pl_words_next(&text, &word)) {
        bool is_flag = word.p[0] == 'D' || (word.p[0] == 'l' && word.p > start && word.p[-1] == '-');
        n += !is_known_word(m, word) && !(is_flag && word.n > 3 && is_known_word(m, pl_bytes_from(word, 1)));
    }
    return n;
}

static bool is_word_byte(uint8_t b)
{
    return pl_is_word_byte(b) || b == '-';
}

/*
 * "libpython3.11.so", of which a -dev package of the build has libpython3.11.so.1: configure writes that name down for dlopen(), also with its folder
 * below /usr/lib.
 */
static bool is_linker_name(const struct pl_match *m, pl_bytes text)
{
    char name[64];
    if (pl_bytes_starts(text, PL_LIT("/usr/lib/")) && pl_bytes_find(text, PL_LIT(".."), 0) == SIZE_MAX)
        text = pl_bytes_basename(text);
    if (!pl_bytes_ends(text, PL_LIT(".so")) || text.n + 2 > sizeof name)
        return false;
    memcpy(name, text.p, text.n);
    name[text.n] = '.';
    for (char digit = '0'; digit <= '9'; digit++) {
        name[text.n + 1] = digit;
        if (pl_literals_word(m->literals, PL_WORD_LIBRARY, pl_bytes_of(name, text.n + 2), NULL, NULL))
            return true;
    }
    return false;
}

/*
 * Is it a slash of a path: one that says where it begins ("/var", "./x", "~/x", "%s/x", "https://x"), before a hidden name, or one of two in a row of words ("http:/", cut off, is one)? A single one between two
 * words is a part of a name, of which messages and tables are full ("KeyRingReport/AcceptPackageKey", "Reader/Writer"). What it could hide: the name of a file without an ending in a
 * folder below the one in which the user happens to be.
 */
static bool is_of_path(pl_bytes text, size_t i)
{
    bool is_conversion = i > 1 && text.p[i - 2] == '%';
    if (i == 0 || !is_word_byte(text.p[i - 1]) || is_conversion || (i + 1 < text.n && text.p[i + 1] == '.'))
        return (i > 0 && text.p[i - 1] == ':') || (i + 1 < text.n && text.p[i + 1] > ' ');
    for (size_t k = i + 1; k < text.n && text.p[k] > ' '; k++)
        if (text.p[k] == '/')
            return true;
    return false;
}

/*
 * Does it lead out of the program: "/var/tmp/x", "C:\\x", "$HOME", "a.example", "d3dcompiler_47.dll"? A dot at the end of a sentence does not; nor does a tilde
 * by itself, which stands between the letters of tables.
 */
static bool names_place(pl_bytes text)
{
    /* "ASCII//TRANSLIT": what iconv_open(3) of glibc takes behind a character set */
    if (pl_bytes_ends(text, PL_LIT("//TRANSLIT")) || pl_bytes_ends(text, PL_LIT("//IGNORE")))
        return pl_bytes_find_byte(text, '/', 0) + 2 < text.n &&
               pl_bytes_find_byte(text, '/', 0) + 1 != pl_bytes_rfind_byte(text, '/');
    for (size_t i = 0; i < text.n; i++) {
        bool is_inside = i > 0 && i + 1 < text.n && is_word_byte(text.p[i - 1]) && pl_is_lower(text.p[i + 1]);
        if (memchr("\\$", text.p[i], 2) != NULL || (text.p[i] == '.' && is_inside) ||
            (text.p[i] == '/' && is_of_path(text, i)))
            return true;
    }
    return false;
}

/*
 * "/build/picosat-0SOYAJ/picosat-965": where the folder that a build of Debian was given begins, whose six letters at its end nobody knows, and its length; 0 where there
 * is none. sbuild(1).
 */
static size_t build_folder(pl_bytes text, size_t *at)
{
    pl_bytes begin = PL_LIT("/build/");
    *at = pl_bytes_find(text, begin, 0);
    if (*at == SIZE_MAX)
        return 0;
    *at += begin.n;
    pl_bytes rest = pl_bytes_from(text, *at);
    pl_bytes folder = pl_bytes_sub(rest, 0, pl_bytes_find_byte(rest, '/', 0));
    size_t dash = pl_bytes_rfind_byte(folder, '-');
    if (dash == SIZE_MAX || folder.n - dash != BUILD_LETTERS + 1)
        return 0;
    *at += dash + 1;
    return BUILD_LETTERS;
}

/* Does it name a place, and hold a word that stands nowhere, but for the letters of a build's folder? A made source is none: __FILE__ says its path. */
static bool leads_out(const struct pl_match *m, pl_bytes text)
{
    size_t at;
    size_t letters = build_folder(text, &at);
    if (!names_place(text) || pl_made_source_input(m, text) != NULL)
        return false;
    if (letters == 0)
        return count_novel_words(m, text) > 0;
    return count_novel_words(m, pl_bytes_sub(text, 0, at)) > 0 ||
           count_novel_words(m, pl_bytes_from(text, at + letters)) > 0;
}

/*
 * Does it name a host in a URL of which no text of the sources has the name: "http://drop.invalid/x | sh"? Each of its words may stand somewhere by
 * itself. RFC 3986, 3.2.2.
 */
static bool has_foreign_host(const struct pl_match *m, pl_bytes text)
{
    size_t at = pl_bytes_find(text, PL_LIT("://"), 0);
    if (at == SIZE_MAX)
        return false;
    size_t end = at + 3;
    while (end < text.n && ((is_word_byte(text.p[end]) && text.p[end] != '_') || text.p[end] == '.'))
        end++;
    pl_bytes host = pl_bytes_sub(text, at + 3, end - at - 3);
    bool is_whole = end == text.n || memchr("/:?# \t\n\"')>", text.p[end], 10) != NULL;
    if (!is_whole || host.n < HOST_BYTES || pl_bytes_find(host, PL_LIT("."), 0) == SIZE_MAX)
        return false;
    for (uint32_t u = 0; u < pl_index_unit_count(m->index); u++)
        if (pl_bytes_find(pl_index_unit_file(m->index, u)->data, host, 0) != SIZE_MAX)
            return false;
    return true;
}

/*
 * What was put into a literal leads out of the program by words of no source: "list (use -l -l for full listing)" made "/var/tmp/.x/metrics" is no
 * configured form of it. Versions and directories of the build have words that stand somewhere.
 */
static bool is_led_out(const struct pl_match *m, pl_bytes text, pl_bytes literal)
{
    size_t start = pl_bytes_common_start(text, literal);
    size_t end = pl_bytes_common_end(pl_bytes_from(text, start), literal);
    while (start > 0 && is_word_byte(text.p[start - 1])) /* whole words */
        start--;
    while (end > 0 && is_word_byte(text.p[text.n - end]))
        end--;
    pl_bytes middle = pl_bytes_sub(text, start, text.n - start - end);
    return pl_elf_severity(m) == PL_SEVERITY_ERROR && names_place(middle) && count_novel_words(m, middle) > 0;
}

/* Strings to ask for, and which of the file's each is. */
struct asked {
    pl_bytes *texts;
    size_t *which;
    struct pl_literal_hit *hits;
    size_t n;
};

static pl_status ask_none(struct asked *a, size_t most, struct pl_err *err)
{
    a->texts = calloc(most + 1, sizeof *a->texts);
    a->which = calloc(most + 1, sizeof *a->which);
    a->hits = calloc(most + 1, sizeof *a->hits);
    a->n = 0;
    return a->texts == NULL || a->which == NULL || a->hits == NULL ? pl_fail_nomem(err) : PL_OK;
}

static void ask_for(struct asked *a, pl_bytes text, size_t which)
{
    a->texts[a->n] = text;
    a->which[a->n++] = which;
}

static void free_asked(struct asked *a)
{
    free(a->texts);
    free(a->which);
    free(a->hits);
}

static pl_status answer_all(const struct pl_match *m, struct asked *a, struct pl_err *err)
{
    return pl_literals_explain_all(m->literals, a->texts, a->n, m->jobs, m->arena, a->hits, err);
}

static bool is_answer(const struct pl_match *m, pl_bytes text, const struct pl_literal_hit *hit)
{
    return hit->rule != NULL && (hit->rule->is_strict || !is_led_out(m, text, hit->text));
}

/* A table may touch a string: try the text at its end, as strictly as any other. */
static pl_status explain_tails(const struct pl_match *m, pl_elf_strings *strings, struct pl_err *err)
{
    struct asked a;
    pl_status st = ask_none(&a, strings->n, err);
    for (size_t i = 0; i < strings->n && st == PL_OK; i++) {
        const struct pl_elf_string *s = &strings->v[i];
        size_t tail = s->hit.rule != NULL || s->is_text ? 0 : pl_elf_text_tail(s->text);
        if (tail >= PL_ELF_STRING_BYTES)
            ask_for(&a, pl_bytes_from(s->text, s->text.n - tail), i);
    }
    if (st == PL_OK)
        st = answer_all(m, &a, err);
    for (size_t i = 0; i < a.n && st == PL_OK; i++) {
        struct pl_elf_string *s = &strings->v[a.which[i]];
        if (a.hits[i].rule == NULL || !a.hits[i].rule->is_strict)
            continue;
        s->offset += s->text.n - a.texts[i].n;
        s->file_bytes = a.texts[i].n + 1;
        s->text = a.texts[i];
        s->hit = a.hits[i];
    }
    free_asked(&a);
    return st;
}

static pl_status explain_strict(const struct pl_match *m, pl_elf_strings *strings, struct pl_err *err)
{
    struct asked a;
    pl_status st = ask_none(&a, strings->n, err);
    for (size_t i = 0; i < strings->n && st == PL_OK; i++)
        ask_for(&a, strings->v[i].text, i);
    if (st == PL_OK)
        st = answer_all(m, &a, err);
    for (size_t i = 0; i < a.n && st == PL_OK; i++)
        if (is_answer(m, a.texts[i], &a.hits[i]))
            strings->v[i].hit = a.hits[i];
    free_asked(&a);
    return st == PL_OK ? explain_tails(m, strings, err) : st;
}

/* Strings that are tried as pieces of literals; nearly all in vain, so that the few that are none are asked for again. */
struct pieces {
    const struct pl_match *m;
    struct pl_elf_string *strings[PIECE_SEARCHES];
    bool found[PIECE_SEARCHES];
    size_t n;
};

static pl_status try_pieces(void *ctx, unsigned worker, size_t i, struct pl_err *err)
{
    struct pieces *p = ctx;
    struct pl_literal_hit unused;
    struct pl_arena arena;
    (void)worker;
    pl_arena_init(&arena, p->m->scratch->max_bytes);
    pl_status st =
        pl_literals_explain_pieces(p->m->literals, p->strings[i]->text, &arena, &p->found[i], &unused, err);
    pl_arena_reset(&arena);
    return st;
}

/* What is aligned to vectors may be the constants of inlined copies. */
static pl_status explain_pieces(const struct pl_match *m, pl_elf_strings *strings, struct pl_err *err)
{
    struct pieces p = {.m = m};
    for (size_t i = 0; i < strings->n && p.n < PIECE_SEARCHES; i++) {
        struct pl_elf_string *s = &strings->v[i];
        if (s->is_clear && !s->is_wide && !pl_elf_is_strict(s) && s->offset % PL_LITERAL_PIECE_BYTES == 0)
            p.strings[p.n++] = s;
    }
    pl_status st = pl_parallel(m->jobs, p.n, &p, try_pieces, err);
    for (size_t i = 0; i < p.n && st == PL_OK; i++)
        if (p.found[i])
            st = pl_literals_explain_pieces(m->literals, p.strings[i]->text, m->arena, &p.found[i],
                                            &p.strings[i]->hit, err);
    return st;
}

/* Whatever is left is looked for in the source text as it stands. */
static pl_status explain_loose(const struct pl_match *m, pl_elf_strings *strings, struct pl_err *err)
{
    struct asked a;
    pl_status st = ask_none(&a, strings->n, err);
    for (size_t i = 0; i < strings->n && st == PL_OK; i++) {
        const struct pl_elf_string *s = &strings->v[i];
        if (s->hit.rule == NULL && s->is_clear && !s->is_modified)
            ask_for(&a, s->text, i);
    }
    if (a.n > 0 && st == PL_OK)
        st = pl_literals_explain_text(m->literals, a.texts, a.n, m->arena, a.hits, err);
    for (size_t i = 0; i < a.n && st == PL_OK; i++)
        strings->v[a.which[i]].hit = a.hits[i];
    free_asked(&a);
    return st;
}

static pl_status claim_strings(struct pl_file *f, const struct pl_image_view *view,
                               const pl_elf_strings *strings, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < strings->n && st == PL_OK; i++) {
        const struct pl_elf_string *s = &strings->v[i];
        bool is_long =
            s->text.n >= PL_ELF_STRING_BYTES || s->is_clear; /* what is left of a clear one is a string */
        bool is_explained = s->hit.rule != NULL && !s->is_modified && is_long;
        if (is_explained)
            st = pl_match_claim(f, s->offset, s->file_bytes, PL_CLASS_DERIVED,
                                s->hit.rule->is_strict ? PL_GRADE_B : PL_GRADE_C, s->hit.rule->name,
                                s->hit.source, err);
        else if (s->is_modified || s->is_clear)
            st = pl_match_claim(f, s->offset, s->file_bytes, PL_CLASS_UNACCOUNTED, PL_GRADE_NONE,
                                view->string_rule, NULL, err);
    }
    return st;
}

/*
 * What nobody refers to and no rule explains is no string that the program has: tables of two-byte characters are full of letters. Measured on glibc's
 * modules of character sets, where 614 of 616 "strings" of one were of its tables.
 */
static struct counts count_strings(const pl_elf_strings *strings)
{
    struct counts c = {0};
    for (size_t i = 0; i < strings->n; i++) {
        const struct pl_elf_string *s = &strings->v[i];
        bool is_unexplained = s->hit.rule == NULL && !s->is_modified;
        if (!s->is_clear || (is_unexplained && !s->is_used))
            continue;
        c.strings++;
        if (is_unexplained) {
            c.unexplained++;
            c.unexplained_bytes += s->file_bytes;
        }
    }
    return c;
}

enum pl_severity pl_elf_severity(const struct pl_match *m)
{
    return m->codebase != NULL && pl_codebase_links_all(m->codebase) ? PL_SEVERITY_WARNING
                                                                     : PL_SEVERITY_ERROR;
}

/*
 * Is more than half of its strings known, and are its functions those of the source? Then another source has a part in it, and what of it contradicts has a finding of its own. Against
 * a wrong source at least 52 % of the strings are unknown where gnulib is shared, else 64 %. What it could hide: strings that name nothing outside of the program.
 */
static bool is_partly_of_source(const struct pl_file *f, const struct counts *c)
{
    return 2 * c->unexplained < c->strings && pl_match_is_of_source(f);
}

/*
 * Where a quarter of the strings and more is of another source, one that is nearly a literal may be that source's: libCbcSolver has texts of its own parameters and older ones of Clp's; Cython
 * writes "co_flags" into a module whose source says "cxxflags". What
 * it could hide: a byte or two of a string in such a file.
 */
static void doubt_modified(struct pl_file *f)
{
    for (size_t i = 0; i < f->findings.list.n; i++)
        if (strcmp(f->findings.list.v[i].tag, "code.modified-string") == 0)
            f->findings.list.v[i].severity = PL_SEVERITY_WARNING;
}

/* Of an image whose source another package holds nothing contradicts: its functions are known by names alone, if at all. */
static void doubt_functions(struct pl_file *f)
{
    doubt_modified(f);
    f->is_of_absent = true;
    for (size_t i = 0; i < f->findings.list.n; i++)
        if (strcmp(f->findings.list.v[i].tag, "code.unaccounted-function") == 0 ||
            strcmp(f->findings.list.v[i].tag, "code.misplaced-atom") == 0)
            f->findings.list.v[i].severity = PL_SEVERITY_WARNING;
}

static pl_status report_wrong_source(const struct pl_match *m, struct pl_file *f,
                                     const pl_elf_strings *strings, const struct counts *c,
                                     struct pl_err *err)
{
    struct pl_finding *finding = NULL;
    size_t shown = 0;
    const struct pl_source_file *input = pl_bindings_input(m, f);
    bool is_of_source = input == NULL && is_partly_of_source(f, c);
    if (input != NULL)
        doubt_modified(f);
    if (input == NULL && 2 * c->unexplained < c->strings && !is_of_source)
        input = pl_bindings_part(m, f);
    const struct pl_source_file *absent = input == NULL && !is_of_source ? pl_bindings_absent(m, f) : NULL;
    if (absent != NULL)
        doubt_functions(f);
    input = absent != NULL ? absent : input;
    pl_status st = pl_findings_add(
        &f->findings, "file.unaccounted",
        input == NULL && !is_of_source ? pl_elf_severity(m) : PL_SEVERITY_WARNING, 0, f->size, &finding, err,
        "%zu of %zu strings are unknown to the source: %s", c->unexplained, c->strings,
        is_of_source     ? "a part of this file is made from another one, for its functions are of this one"
        : input == NULL  ? "this file is not made from it"
        : absent != NULL ? "another package holds the source that it is called after"
                         : "a generator that is not at hand makes this file, or a part of it");
    if (st == PL_OK && input != NULL)
        st = pl_finding_fact(&f->findings, finding, "input", input->path, err);
    for (size_t i = 0; i < strings->n && shown < SHOWN_STRINGS && finding != NULL && st == PL_OK; i++) {
        const struct pl_elf_string *s = &strings->v[i];
        if (!s->is_clear || s->hit.rule != NULL || s->is_modified || !s->is_used)
            continue;
        st = pl_finding_fact(&f->findings, finding, "string", pl_bytes_sub(s->text, 0, 200), err);
        shown++;
    }
    return st;
}

/* Every string that no strict rule explains, for the judge. */
static pl_status note_foreign(const struct pl_match *m, struct pl_file *f, const pl_elf_strings *strings,
                              struct pl_err *err)
{
    pl_status st = PL_OK;
    unsigned asked = 0;
    for (size_t i = 0; i < strings->n && st == PL_OK; i++) {
        const struct pl_elf_string *s = &strings->v[i];
        f->asked[PL_FOREIGN_STRING] += s->is_clear;
        if (!s->is_clear || s->is_modified || pl_elf_is_strict(s) ||
            pl_elf_is_mark_of_moc(m, f, s->offset, s->text))
            continue;
        st = pl_foreign_add(m, f, PL_FOREIGN_STRING, s->offset, s->text,
                            s->hit.rule == NULL ? NULL : s->hit.rule->name, err);
        if (st == PL_OK) {
            struct pl_foreign *last = &f->foreign.v[f->foreign.n - 1];
            last->is_used = s->is_used;
            last->length = s->file_bytes - (s->is_wide ? 2 : 1);
            last->novel_words = count_novel_words(m, s->text);
            /* A program that holds other packages' code has their strings, too. */
            bool is_asked = pl_elf_severity(m) == PL_SEVERITY_ERROR && names_place(s->text) &&
                            !is_linker_name(m, s->text);
            last->names_place = is_asked && leads_out(m, s->text);
            if (is_asked && (!last->names_place || last->novel_words == 0 || !last->is_used) &&
                asked++ < MAX_HOSTS)
                last->names_host = has_foreign_host(m, s->text);
        }
    }
    return st;
}

/* A file of another source: nothing more is said of its code and data. */
static pl_status claim_foreign(struct pl_file *f, const struct pl_image_view *view, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < view->n_ranges && st == PL_OK; i++) {
        const struct pl_image_range *range = &view->ranges[i];
        if (range->owner != PL_IMAGE_CODE && range->owner != PL_IMAGE_DATA)
            continue;
        struct pl_claim c = {.offset = range->offset,
                             .length = range->length,
                             .class = PL_CLASS_UNACCOUNTED,
                             .rule = view->foreign_rule,
                             .source_offset = PL_NO_OFFSET,
                             .note = "its strings are not from this source"};
        st = pl_ledger_claim(&f->ledger, &c, err);
    }
    return st;
}

static pl_status match_strings(const struct pl_match *m, struct pl_file *f, const struct pl_image_view *view,
                               pl_elf_strings *strings, bool *is_wrong_source, struct pl_err *err)
{
    pl_status st = explain_strict(m, strings, err);
    if (st == PL_OK)
        st = explain_pieces(m, strings, err);
    if (st == PL_OK)
        st = pl_elf_find_used(m, f, strings, err);
    if (st == PL_OK)
        st = pl_elf_find_modified(m, f, strings, err);
    if (st == PL_OK)
        st = explain_loose(m, strings, err);
    if (st != PL_OK)
        return st;
    struct counts c = count_strings(strings);
    *is_wrong_source = c.unexplained >= FOREIGN_MIN_STRINGS &&
                       (uint64_t)c.unexplained * 1000000 > (uint64_t)c.strings * FOREIGN_PPM;
    if (*is_wrong_source)
        st = report_wrong_source(m, f, strings, &c, err);
    /* Of one that is made of this source all the same its strings, code and data are judged one by one. */
    if (*is_wrong_source && is_partly_of_source(f, &c)) {
        *is_wrong_source = false;
        doubt_modified(f);
    }
    if (st == PL_OK && !*is_wrong_source)
        st = note_foreign(m, f, strings, err);
    return st == PL_OK ? claim_strings(f, view, strings, err) : st;
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    struct pl_image_view view;
    pl_elf_strings strings = {0};
    bool is_wrong_source = false;
    bool found;
    pl_status st = pl_image_view_read(f, m->scratch, &found, &view, err);
    if (st != PL_OK || !found)
        return st;
    if (m->literals != NULL) {
        st = pl_elf_cut(f, &view, m->scratch, &strings, err);
        if (st == PL_OK)
            st = pl_elf_cut_counted(m, f, &strings, err);
        if (st == PL_OK)
            st = match_strings(m, f, &view, &strings, &is_wrong_source, err);
    }
    if (st == PL_OK && is_wrong_source)
        st = claim_foreign(f, &view, err);
    PL_VEC_FREE(&strings);
    return st;
}

const struct pl_rung pl_rung_elf_strings = {
    .rule = "elf.strings",
    .what = "strings in the data of an executable image, found among the literals of the source",
    .source = "C17 6.4.5; docs of the rules in corpus/literals.c",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
