/*
 * elf_strings.h - what the files of the string rung share, for ELF and other images; nobody else includes this.
 *
 *     elf_cut.c       cuts strings out of data
 *     elf_refer.c     tells strings from tables that look like text
 *     elf_modified.c  finds strings that are a source literal but for a byte or two
 *     elf_strings.c   the rung: explains, claims, judges the file as a whole
 */
#ifndef PL_MATCH_ELF_STRINGS_H
#define PL_MATCH_ELF_STRINGS_H

#include "match/image_view.h"

#define PL_ELF_STRING_BYTES  4u /* shorter runs of text are data */
#define PL_ELF_COUNTED_BYTES 5u /* strings of this length on are counted: shorter ones are as often numbers */

/* The bytes between two NULs of a data section, or the text at their end. */
struct pl_elf_string {
    uint64_t offset;   /* bytes in the file */
    pl_bytes text;     /* without the NUL behind it */
    size_t file_bytes; /* from offset on, with its end: text.n + 1, or twice that */
    bool is_wide;      /* two bytes a character in the file; `text` is a copy in one */
    bool is_text;      /* all of `text` is printable or UTF-8 */
    bool is_clear;     /* begins behind a NUL, is text, and is long enough to be counted */
    bool is_modified;
    bool is_used;              /* code or a pointer refers to it, or nobody knows; see pl_elf_find_used() */
    struct pl_literal_hit hit; /* rule NULL: not explained */
};

typedef PL_VEC(struct pl_elf_string) pl_elf_strings;

/*
 * All runs between NULs in the data of an image that nothing has claimed, in file order; of wide strings, copies taken from `arena`. PL_E_NOMEM, PL_E_LIMIT.
 * O(n) in the bytes of data.
 */
PL_MUST_USE pl_status pl_elf_cut(const struct pl_file *f, const struct pl_image_view *view,
                                 struct pl_arena *arena, pl_elf_strings *out, struct pl_err *err);
/* Of an image of Go or Rust: the runs, cut where code and pointers say that texts end. Decodes the image. PL_E_NOMEM. */
PL_MUST_USE pl_status pl_elf_cut_counted(const struct pl_match *m, const struct pl_file *f,
                                         pl_elf_strings *strings, struct pl_err *err);
/* The longest end of `bytes` that is text; its length. */
size_t pl_elf_text_tail(pl_bytes bytes);

/* Of a string that the sources do not have: a warning where the program holds the code of other packages, too. */
enum pl_severity pl_elf_severity(const struct pl_match *m);

/*
 * Find strings that are a source literal but for one or two bytes, the true literal being nowhere in the file: marks them and adds a
 * finding code.modified-string each, over the differing bytes. Strings must have been explained by the strict rules.
 */
PL_MUST_USE pl_status pl_elf_find_modified(const struct pl_match *m, struct pl_file *f,
                                           pl_elf_strings *strings, struct pl_err *err);

/*
 * Of the clear strings that no strict rule explains: find out whether code or a pointer refers to them, and explain those that are referred to in
 * their middle alone, from there on. Decodes the image, so only when there are such strings.
 */
PL_MUST_USE pl_status pl_elf_find_used(const struct pl_match *m, const struct pl_file *f,
                                       pl_elf_strings *strings, struct pl_err *err);

static inline bool pl_elf_is_strict(const struct pl_elf_string *s)
{
    return s->hit.rule != NULL && s->hit.rule->is_strict;
}

#endif
