/*
 * debian.h - what the rungs for files that Debian's tools re-make have in common. Private to match/.
 */
#ifndef PL_MATCH_DEBIAN_H
#define PL_MATCH_DEBIAN_H

#include "match/match.h"

/* Where in a .deb a file stands. */
struct pl_deb_place {
    pl_bytes package; /* path of the .deb with its "!/" when it is not the input itself, else no bytes */
    bool is_control;  /* a member of control.tar.*; else of data.tar.* */
    pl_bytes name;    /* "md5sums", "usr/bin/xz" */
};

/* False for what is no direct member of control.tar.* or data.tar.*: a member of an archive in there can have any name. */
bool pl_deb_place_of(const struct pl_file *f, struct pl_deb_place *out);
/* Is `f` the control file of that name? */
bool pl_deb_is_control(const struct pl_file *f, const char *name);

/* A file of the package's own source; NULL when there is none at that path. *where (may be NULL) is its path as text. */
const struct pl_source_file *pl_own_file(const struct pl_match *m, const char *path);

/* Lines with their place: text without LF, length with it. */
struct pl_lines {
    pl_bytes all;
    size_t next;
    pl_bytes text;
    size_t offset;
    size_t length;
};

struct pl_lines pl_lines_of(pl_bytes all);
bool pl_lines_next(struct pl_lines *l);

/* Does `text` hold `line` as a line of its own (trimmed at both ends on both sides)? */
bool pl_has_line(pl_bytes text, pl_bytes line);

/*
 * The first file of the package's own source in debian/ whose path ends in `suffix` (any when "") and that has `line`
 * as pl_has_line() says; NULL when none.
 */
const struct pl_source_file *pl_own_debian_line(const struct pl_match *m, const char *suffix, pl_bytes line);
/* A path of the source as a text for claims; valid as long as the report, which takes over the names of the trees. */
const char *pl_own_name(const struct pl_source_file *f);

/* Does `value` follow from `template` when each ${VAR} in it becomes some text without line end? */
bool pl_matches_vars(pl_bytes template, pl_bytes value);

/* Claim one range; note may be NULL. Texts are borrowed. */
PL_MUST_USE pl_status pl_remade_claim(struct pl_file *f, size_t offset, size_t length,
                                      const struct pl_claim *how, struct pl_err *err);

/* The value of a field of the package's control file, in PL_PASS_PACKAGE; no bytes when it has none. */
pl_bytes pl_deb_field(const struct pl_match *m, const struct pl_file *f, const char *name);

#endif
