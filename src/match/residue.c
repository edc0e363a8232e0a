/*
 * residue.c - counting novel words in what is left.
 *
 * A gap may begin or end inside a word, because coverage ate what it shares with the source; the whole word is what counts. Rules that
 * read a format claim whole fields, and a word does not go on into a field. A word of digits alone is never novel: dates, sizes and
 * versions are what builds put in; nor is an alphabet, which says nothing. In files that are not text only long words count, since
 * short ones arise by chance, and their case does not, since what writes such files often writes names in capitals (iconvconfig(8)).
 */
#include "match/residue.h"

#include "base/buf.h"
#include "base/quote.h"
#include "classify/classify.h"
#include "format/text/words.h"
#include "match/asleep.h"
#include "match/generated.h"
#include "match/layout.h"
#include "match/linked_sources.h"
#include "match/own_generator.h"
#include "match/pieces.h"
#include "match/written.h"

#include <string.h>

#define SAMPLE_BYTES 160u
/* By chance, 8 printable bytes in a row that form a word stand in about one of 10^5 positions of random data. */
#define BINARY_WORD_MIN_BYTES 8u
#define BINARY_WORD_RANGE                                                                                    \
    1024u /* bytes that hold one by chance in 1 of 100 cases; in four times as many it takes one byte more */

/* Chi-square of random bytes is below this once in 10^9: 255 less six standard deviations. */
#define TOO_EVEN 120u

static uint64_t chi_square(uint64_t squares, uint64_t values, uint64_t n)
{
    return n == 0 ? 0 : (uint64_t)((__uint128_t)squares * values / n) - n;
}

uint64_t pl_unevenness(pl_bytes bytes)
{
    uint64_t counts[256] = {0};
    uint64_t squares = 0; /* at most 2^60 for the largest file that is held in memory, 2^30 bytes */
    uint64_t most = 0;
    for (size_t i = 0; i < bytes.n; i++)
        counts[bytes.p[i]]++;
    for (size_t i = 0; i < 256; i++) {
        squares += counts[i] * counts[i];
        most = counts[i] > most ? counts[i] : most;
    }
    uint64_t others = chi_square(squares - most * most, 255, bytes.n - most);
    return others < TOO_EVEN ? others : chi_square(squares, 256, bytes.n);
}

static bool is_word_byte(uint8_t c)
{
    return pl_is_word_byte(c) || c >= 0x80;
}

static bool is_number(pl_bytes word)
{
    for (size_t i = 0; i < word.n; i++)
        if (word.p[i] < '0' || word.p[i] > '9')
            return false;
    return true;
}

/* "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_": neighbours in the character set or the same again, but for a few seams? */
static bool is_alphabet(pl_bytes word)
{
    size_t seams = 0;
    for (size_t i = 1; i < word.n; i++)
        seams += word.p[i] != word.p[i - 1] + 1 && word.p[i] != word.p[i - 1];
    return word.n >= 26 && seams <= word.n / 13;
}

/*
 * Does a run of bytes in a file that is not text say something: eight characters in a row, four different ones among them? Tables of
 * bits and of negative numbers (LC_CTYPE of a locale) are full of runs of 0xff and 0x55, and what is no UTF-8 is no text. A word of three
 * letters in any order can hide behind this.
 */
static bool says_something(pl_bytes word, size_t least)
{
    uint32_t kinds[4];
    size_t n_kinds = 0;
    size_t run = 0;
    while (word.n > 0) {
        uint32_t c = 0;
        size_t k = 0;
        size_t n = pl_utf8_next(word, &c);
        word = pl_bytes_from(word, n == 0 ? 1 : n);
        run = n == 0 ? 0 : run + 1;
        n_kinds = n == 0 ? 0 : n_kinds;
        while (k < n_kinds && kinds[k] != c)
            k++;
        if (n > 0 && k == n_kinds && k < 4)
            kinds[n_kinds++] = c;
        if (run >= least && n_kinds == 4)
            return true;
    }
    return false;
}

/*
 * How long a word of a gap has to be. A quarter of all bytes goes on with a word, so that 400 KB of numbers hold several of eight bytes. What it could hide: words of up to
 * that length in large data that nothing explains, which is listed all the same.
 */
static size_t least_word(uint64_t gap)
{
    size_t least = BINARY_WORD_MIN_BYTES;
    for (uint64_t range = BINARY_WORD_RANGE; range < gap && least < 24; range *= 4)
        least++;
    return least;
}

/* Does a claim of one of the text rules, which claim bytes and not fields, stand on this byte? */
static bool may_cut_words(const struct pl_file *f, uint64_t at)
{
    size_t low = 0;
    for (size_t n = f->ledger.settled.n; low < n;) {
        size_t mid = low + (n - low) / 2;
        const struct pl_claim *c = &f->ledger.settled.v[mid];
        if (c->offset + c->length <= at)
            low = mid + 1;
        else
            n = mid;
    }
    return low == f->ledger.settled.n || f->ledger.settled.v[low].offset > at ||
           pl_bytes_starts(pl_bytes_of_str(f->ledger.settled.v[low].rule), PL_LIT("text."));
}

/* The gap, widened to the borders of the words it cuts. */
static pl_bytes whole_words(const struct pl_file *f, uint64_t offset, uint64_t length)
{
    pl_bytes data = f->data;
    size_t first = (size_t)offset;
    size_t end = (size_t)(offset + length);
    if (is_word_byte(data.p[first]) && (first == 0 || may_cut_words(f, first - 1)))
        while (first > 0 && offset - first < PL_WORD_MAX_BYTES && is_word_byte(data.p[first - 1]))
            first--;
    if (is_word_byte(data.p[end - 1]) && (end == data.n || may_cut_words(f, end)))
        while (end < data.n && end - (offset + length) < PL_WORD_MAX_BYTES && is_word_byte(data.p[end]))
            end++;
    return pl_bytes_sub(data, first, end - first);
}

static bool in_field(pl_bytes control, const char *field, pl_bytes word)
{
    pl_bytes line;
    while (pl_bytes_line(&control, &line)) {
        if (!pl_bytes_starts(line, pl_bytes_of_str(field)))
            continue;
        pl_bytes value = pl_bytes_from(line, strlen(field));
        pl_bytes known;
        while (pl_words_next(&value, &known))
            if (pl_bytes_eq(known, word))
                return true;
    }
    return false;
}

static bool is_own_name(const struct pl_file *control, pl_bytes word)
{
    static const char *const fields[] = {"Package:", "Source:", "Version:", "Architecture:"};
    if (control == NULL || control->data.p == NULL)
        return false;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (in_field(control->data, fields[i], word))
            return true;
    return false;
}

/*
 * "CFLAGS_fungw_duktape" in a fragment of a makefile, a list of options or a text: two words of the source with a line between them, as a generator puts
 * the name of a module behind that of a variable. What it could hide: another pair of the source's words; not in a script or a program.
 */
static bool is_joined(const struct pl_index *ix, const struct pl_file *f, pl_bytes word)
{
    static const char *const kinds[] = {"text", "make", "config", "pkg-config"};
    if (f->kind == NULL ||
        !pl_bytes_is_one_of(pl_bytes_of_str(f->kind), kinds, sizeof kinds / sizeof kinds[0]))
        return false;
    for (size_t at = pl_bytes_find_byte(word, '_', PL_WORD_MIN_BYTES); at != SIZE_MAX;
         at = pl_bytes_find_byte(word, '_', at + 1))
        if (word.n - at > PL_WORD_MIN_BYTES && pl_index_has_word(ix, pl_bytes_sub(word, 0, at)) &&
            pl_index_has_word(ix, pl_bytes_from(word, at + 1)))
            return true;
    return false;
}

/*
 * "Keywords", where the template of the file has "_Keywords": intltool-merge(8) takes the line below off, which marks what is to be translated. Only where the own source has the
 * file with ".in" or ".in.in" behind its name. What it could hide: a word that is known with a line below.
 */
static bool is_marked(const struct pl_match *m, const struct pl_file *f, pl_bytes word)
{
    static const char *const ends[] = {".in", ".in.in"};
    pl_bytes base = pl_bytes_basename(f->name);
    const char *marked = pl_arena_printf(m->scratch, "_%.*s", PL_ARG(word));
    if (marked == NULL || !pl_index_has_word(m->index, pl_bytes_of_str(marked)))
        return false;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        const char *name = pl_arena_printf(m->scratch, "%.*s%s", PL_ARG(base), ends[i]);
        pl_units units = pl_index_units_of_name(m->index, pl_bytes_of_str(name == NULL ? "" : name));
        for (size_t k = 0; k < units.n; k++)
            if (pl_index_unit_is_own(m->index, units.v[k]) &&
                pl_bytes_find(pl_index_unit_file(m->index, units.v[k])->data, pl_bytes_of_str(marked), 0) !=
                    SIZE_MAX)
                return true;
    }
    return false;
}

/* Files of autotools, whose comments nothing reads. */
static bool has_shell_comments(const struct pl_match *m, const struct pl_file *f,
                               const struct pl_generated_kind *kind)
{
    static const char *const copied[] = {"config.guess", "config.sub", "config.rpath", "install-sh",
                                         "ltmain.sh"};
    pl_bytes base = pl_bytes_basename(f->name);
    if (kind != NULL || m->pieces == NULL || m->layout == NULL)
        return kind != NULL && kind->lines != PL_LINES_PLAIN;
    if (pl_bytes_is_one_of(base, copied, sizeof copied / sizeof copied[0]))
        return true;
    return pl_bytes_ends(base, PL_LIT(".m4"));
}

/* Does the line of `word`, a view of `data`, begin as a comment of shell, make or m4 does? */
static bool is_in_comment(pl_bytes data, pl_bytes word)
{
    size_t start = (size_t)(word.p - data.p);
    while (start > 0 && data.p[start - 1] != '\n' && (size_t)(word.p - data.p) - start < 4096)
        start--;
    while (start < data.n && (data.p[start] == ' ' || data.p[start] == '\t'))
        start++;
    pl_bytes line = pl_bytes_from(data, start);
    return (pl_bytes_starts(line, PL_LIT("#")) && !pl_bytes_starts(line, PL_LIT("#!")) &&
            !pl_bytes_starts(line, PL_LIT("#define")) && !pl_bytes_starts(line, PL_LIT("#include"))) ||
           pl_bytes_starts(line, PL_LIT("dnl "));
}

/* "x86_64-linux-gnu", which each build of Debian puts into paths: Debian Wiki, Multiarch/Tuples. */
static bool is_of_triplet(pl_bytes word)
{
    static const char *const parts[] = {"x86_64",  "i386",        "i686",   "aarch64",   "arm",
                                        "linux",   "gnu",         "gnux32", "gnueabihf", "gnueabi",
                                        "riscv64", "powerpc64le", "s390x",  "mips64el",  "loongarch64"};
    return pl_bytes_is_one_of(word, parts, sizeof parts / sizeof parts[0]);
}

/* `control` is that of the package and `own` the script that wrote the file, looked up once for all words; NULL when there is none. */
static pl_status look_closer(const struct pl_match *m, const struct pl_file *f, const struct pl_file *control,
                             const struct pl_own *own, struct pl_asleep *asleep, struct pl_residue *out,
                             struct pl_err *err)
{
    bool is_text = pl_looks_like_text(f->data);
    size_t least = least_word(out->length);
    const struct pl_generated_kind *kind = m->pieces == NULL ? NULL : pl_generated_kind(f);
    bool has_comments = has_shell_comments(m, f, kind);
    bool is_pasted = kind != NULL || has_comments;
    struct pl_buf sample;
    pl_bytes rest = whole_words(f, out->offset, out->length);
    pl_bytes word;
    if (is_pasted) {
        pl_status built = pl_pieces_build(m->pieces, err);
        if (built != PL_OK)
            return built;
    }
    pl_buf_init(&sample, SAMPLE_BYTES + 2 + PL_WORD_MAX_BYTES);
    while (pl_words_next(&rest, &word)) {
        if (!is_text && !says_something(word, least))
            continue;
        out->words++;
        if (is_number(word) || is_alphabet(word) || is_of_triplet(word) ||
            pl_index_has_word(m->index, word) || is_own_name(control, word) ||
            (is_text && is_joined(m->index, f, word)) || (is_pasted && pl_pieces_derives(m->pieces, word)) ||
            (own != NULL && pl_own_derives(own, word)) || (has_comments && is_in_comment(f->data, word)) ||
            (is_text && (pl_asleep_holds(asleep, word) || is_marked(m, f, word))))
            continue;
        bool is_known = false;
        pl_status st = is_text ? PL_OK : pl_index_has_word_in_any_case(m->index, word, &is_known, err);
        if (st != PL_OK) {
            pl_buf_reset(&sample);
            return st;
        }
        if (is_known)
            continue;
        out->novel_words++;
        if (sample.n < SAMPLE_BYTES) {
            pl_buf_add_str(&sample, sample.n > 0 ? ", " : "");
            pl_buf_add(&sample, word);
        }
    }
    pl_status st = pl_buf_done(&sample, err);
    if (st == PL_OK && sample.n > 0) {
        out->sample = pl_arena_keep(m->arena, pl_buf_bytes(&sample));
        if (out->sample.p == NULL)
            st = pl_arena_fail(m->arena, err);
    }
    pl_buf_reset(&sample);
    return st;
}

/* Did a script of the tree write most of it, line by line? */
static bool is_mostly_own(const struct pl_file *f)
{
    uint64_t own = 0;
    for (size_t i = 0; i < f->ledger.settled.n; i++)
        if (pl_bytes_eq_str(pl_bytes_of_str(f->ledger.settled.v[i].rule), PL_OWN_RULE))
            own += f->ledger.settled.v[i].length;
    return 2 * own >= f->ledger.size && own > 0;
}

pl_status pl_residues(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    uint64_t offset;
    uint64_t length;
    const struct pl_file *control = NULL;
    struct pl_own *own = NULL;
    struct pl_asleep asleep;
    pl_bytes missing = {NULL, 0};
    pl_status st = is_mostly_own(f) ? pl_own_open(m, f, &own, err) : PL_OK;
    if (st == PL_OK)
        st = pl_linked_missing(m, f, &missing, err);
    if (st == PL_OK && missing.n == 0)
        st = pl_written_by(m, f, &missing, err);
    pl_asleep_init(&asleep, f->data, f->kind);
    f->is_other_version = m->pieces != NULL && pl_generated_by_another(m, f);
    for (uint64_t from = 0; st == PL_OK && pl_ledger_gap(&f->ledger, from, &offset, &length);
         from = offset + length) {
        struct pl_residue *slot = PL_VEC_ADD(&f->residues);
        if (slot == NULL) {
            st = pl_fail_nomem(err);
            break;
        }
        *slot = (struct pl_residue){.offset = offset, .length = length, .made = missing};
        if (control == NULL && f->residues.n == 1)
            control = pl_match_control(m, "control");
        st = look_closer(m, f, control, own, &asleep, slot, err);
        if (st == PL_OK && slot->novel_words > 0 && pl_manifest_is_for_people(f, offset, length))
            slot->novel_words = 0;
    }
    pl_own_close(own);
    return st;
}
