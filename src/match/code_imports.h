/*
 * code_imports.h - why an image may import a symbol.
 *
 * A table of rules, as for strings (corpus/literals.h): a verdict reads strict ones only. What no strict rule explains is a *novel* import: the
 * source has no way to ask for it.
 */
#ifndef PL_MATCH_CODE_IMPORTS_H
#define PL_MATCH_CODE_IMPORTS_H

#include "corpus/literals.h"

struct pl_import_rule {
    const char *name; /* "import.source" */
    bool is_strict;
    const char *what;   /* one sentence */
    const char *source; /* where the behaviour is specified */
};

struct pl_import_hit {
    const struct pl_import_rule *rule;
    const char *
        source; /* "src/main.c:120" in the arena that was given, or static; NULL for what every program has */
};

/*
 * The first rule that explains the import of `name` (without its version); *found is false and *out untouched when none
 * does. A few probes of hash tables; safe from many threads. PL_E_NOMEM and PL_E_LIMIT from the arena only.
 */
PL_MUST_USE pl_status pl_import_explain(const struct pl_literals *l, pl_bytes name, struct pl_arena *arena,
                                        bool *found, struct pl_import_hit *out, struct pl_err *err);

/*
 * Can nobody tell whether the source asks for it: no header of the build is known, or it stands where a loose rule looks (a header of C++, a build file, a
 * generator's template)? False for a function that acts (import_acts.h): a header does not call one on its own account. `arena` is for scratch.
 */
bool pl_import_is_open(const struct pl_literals *l, pl_bytes name, struct pl_arena *arena);

#endif
