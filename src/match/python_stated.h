/*
 * python_stated.h - what a Python project says of itself: strings and lines of setup.py, setup.cfg, pyproject.toml and the files beside them.
 *
 *     setup.py     install_requires=["Babel >= 2.7"]      babel>=2.7
 *     setup.cfg    license = BSD-3-Clause                 license=bsd-3-clause, license, bsd-3-clause
 */
#ifndef PL_MATCH_PYTHON_STATED_H
#define PL_MATCH_PYTHON_STATED_H

#include "base/map.h"
#include "match/match.h"

struct pl_stated {
    const struct pl_match *m;
    struct pl_map said; /* squashed: in small letters, without blanks, quotes and parentheses */
    size_t bytes;       /* of all files that were read */
};

/* Read all of them once. In m->scratch, until pl_stated_reset(). O(files). */
PL_MUST_USE pl_status pl_stated_read(const struct pl_match *m, struct pl_stated *out, struct pl_err *err);
void pl_stated_reset(struct pl_stated *x);

/* Does the project say this, whatever the blanks, the quotes and the case? */
bool pl_stated_has(const struct pl_stated *x, pl_bytes text);
/* The same for the name of a project, in which "-", "_" and "." are one (PEP 503). */
bool pl_stated_has_name(const struct pl_stated *x, pl_bytes name);
/*
 * Does the project ask for this: "Babel (>=2.7) ; extra == 'i18n'", "importlib-metadata>=1; python_version < '3.8'"? In whatever order the versions
 * stand; name, versions and marker each have to be said.
 */
bool pl_stated_requires(const struct pl_stated *x, pl_bytes requirement);
/* The name at the front of a requirement: "Babel". */
pl_bytes pl_stated_name_of(pl_bytes requirement);

#endif
