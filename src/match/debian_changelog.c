/*
 * debian_changelog.c - changelogs as dh_installchangelogs ships them: whole, trimmed, or with a rebuild's entry.
 *
 *     xz-utils (5.4.1-1+b1) sid; urgency=low, binary-only=yes        the entry of a binary-only rebuild,
 *                                                                    on top or in changelog.Debian.ARCH
 *       * Binary-only non-maintainer upload for amd64; no source changes.
 *       * Rebuild with Python 3.11 only
 *
 *      -- amd64 Build Daemon <buildd@...>  Tue, 31 Jan 2023 15:54:17 +0000
 *
 *     ... entries, byte for byte the first ones of debian/changelog ...
 *
 *     # Older entries have been removed from this changelog.
 *     # To read the complete changelog use `apt changelog xz-utils`.
 *
 * Source: dh_installchangelogs(1), deb-changelog(5), sbuild(1) for the rebuild's entry.
 */
#include "match/debian.h"

#include <string.h>

enum { MAX_REBUILD_LINES = 6, MAX_REBUILD_LINE_BYTES = 256 };

#define RULE "debian.changelog"

/* Which source file the shipped one is made from; NULL for files that are none of these. */
static const char *source_path(const struct pl_file *f)
{
    pl_bytes name = pl_bytes_basename(f->name);
    if (pl_bytes_find(f->path, PL_LIT("usr/share/doc/"), 0) == SIZE_MAX)
        return NULL;
    if (pl_bytes_starts(name, PL_LIT("changelog")))
        return "debian/changelog";
    if (pl_bytes_starts(name, PL_LIT("NEWS.Debian")))
        return "debian/NEWS";
    return NULL;
}

/* The name of the package from usr/share/doc/NAME/. */
static pl_bytes doc_package(const struct pl_file *f)
{
    size_t at = pl_bytes_find(f->path, PL_LIT("usr/share/doc/"), 0);
    pl_bytes rest = pl_bytes_from(f->path, at == SIZE_MAX ? f->path.n : at + 14);
    pl_bytes name = {NULL, 0};
    (void)pl_bytes_split(&rest, '/', &name); /* no bytes when there is no name */
    return name;
}

/* "NAME (VERSION) ...", as views. */
static bool read_head(pl_bytes line, pl_bytes *name, pl_bytes *version)
{
    size_t open = pl_bytes_find(line, PL_LIT(" ("), 0);
    size_t close = pl_bytes_find_byte(line, ')', open == SIZE_MAX ? line.n : open);
    if (open == SIZE_MAX || close == SIZE_MAX)
        return false;
    *name = pl_bytes_sub(line, 0, open);
    *version = pl_bytes_sub(line, open + 2, close - open - 2);
    return true;
}

/* "SOURCE_VERSION+bN" */
static bool is_rebuild_of(pl_bytes version, pl_bytes source_version)
{
    uint64_t number;
    pl_bytes rest = pl_bytes_from(version, source_version.n);
    return pl_bytes_starts(version, source_version) && pl_bytes_starts(rest, PL_LIT("+b")) &&
           pl_bytes_to_u64(pl_bytes_from(rest, 2), &number);
}

static bool is_plain(pl_bytes line)
{
    for (size_t i = 0; i < line.n; i++)
        if (line.p[i] < 0x20 || line.p[i] == 0x7f)
            return false;
    return line.n <= MAX_REBUILD_LINE_BYTES;
}

static bool is_no_change_line(pl_bytes line)
{
    return pl_bytes_starts(line, PL_LIT("  * Binary-only non-maintainer upload for ")) &&
           pl_bytes_ends(line, PL_LIT("; no source changes."));
}

/* Bytes of the rebuild's entry at the front, its last LF included; 0 when its shape is not exactly that. */
static size_t rebuild_length(pl_bytes data, pl_bytes source)
{
    struct pl_lines l = pl_lines_of(data);
    struct pl_lines s = pl_lines_of(source);
    pl_bytes name;
    pl_bytes version;
    pl_bytes source_name;
    pl_bytes source_version;
    if (!pl_lines_next(&l) || !pl_lines_next(&s) || !read_head(l.text, &name, &version) ||
        !read_head(s.text, &source_name, &source_version) || !pl_bytes_eq(name, source_name) ||
        !is_rebuild_of(version, source_version) || !pl_bytes_ends(l.text, PL_LIT(", binary-only=yes")) ||
        !is_plain(l.text))
        return 0;
    if (!pl_lines_next(&l) || l.text.n != 0 || !pl_lines_next(&l) || !is_no_change_line(l.text) ||
        !is_plain(l.text))
        return 0;
    for (int i = 0; i < MAX_REBUILD_LINES && pl_lines_next(&l) && l.text.n > 0; i++)
        if (!pl_bytes_starts(l.text, PL_LIT("  ")) || !is_plain(l.text))
            return 0;
    if (l.text.n != 0 || !pl_lines_next(&l) || !pl_bytes_starts(l.text, PL_LIT(" -- ")) || !is_plain(l.text))
        return 0;
    return l.offset + l.length;
}

/* Where the common front of both ends, cut back to the end of an entry. */
static size_t common_entries(pl_bytes data, pl_bytes source)
{
    size_t n = 0;
    size_t most = data.n < source.n ? data.n : source.n;
    while (n < most && data.p[n] == source.p[n])
        n++;
    while (n > 0 && data.p[n - 1] != '\n')
        n--;
    return n;
}

/* The two lines that say that older entries are missing; 0 when they do not stand there. */
static size_t trimmed_note(const struct pl_match *m, pl_bytes rest, pl_bytes package)
{
    const char *note = pl_arena_printf(m->scratch,
                                       "# Older entries have been removed from this changelog.\n"
                                       "# To read the complete changelog use `apt changelog %.*s`.\n",
                                       PL_ARG(package));
    pl_bytes text = pl_bytes_of_str(note);
    return note != NULL && pl_bytes_starts(rest, text) ? text.n : 0;
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    const char *path = source_path(f);
    const struct pl_source_file *source = path == NULL ? NULL : pl_own_file(m, path);
    if (source == NULL)
        return PL_OK;
    struct pl_claim how = {.rule = RULE, .source = path};
    size_t front = rebuild_length(f->data, source->data);
    pl_status st = PL_OK;
    if (front > 0) {
        how.class = PL_CLASS_DERIVED;
        how.grade = PL_GRADE_C;
        how.note = "the entry of a binary-only rebuild, written by the build daemon";
        st = pl_remade_claim(f, 0, front, &how, err);
        if (front < f->data.n && f->data.p[front] == '\n')
            front++;
    }
    pl_bytes rest = pl_bytes_from(f->data, front);
    size_t same = common_entries(rest, source->data);
    size_t note = trimmed_note(m, pl_bytes_from(rest, same), doc_package(f));
    bool explains_all = same + note == rest.n;
    if (st != PL_OK || (front == 0 && !explains_all))
        return st; /* the rungs below say which lines are whose */
    how = (struct pl_claim){.rule = RULE, .source = path, .class = PL_CLASS_DERIVED, .grade = PL_GRADE_A};
    if (front > 0)
        st = pl_remade_claim(f, front - 1, 1, &how, err);
    if (st == PL_OK && explains_all) {
        st = pl_remade_claim(f, front, same, &how, err);
        how = (struct pl_claim){.rule = RULE, .class = PL_CLASS_GENERATED, .note = "older entries left out"};
        if (st == PL_OK)
            st = pl_remade_claim(f, front + same, note, &how, err);
    }
    return st;
}

const struct pl_rung pl_rung_debian_changelog = {
    .rule = RULE,
    .what = "A shipped changelog is the front of debian/changelog, with dh_installchangelogs' note or a "
            "rebuild's entry.",
    .source = "dh_installchangelogs(1), deb-changelog(5)",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
