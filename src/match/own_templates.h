/*
 * own_templates.h - lines that a script of the tree can write, with holes where it puts a value.
 *
 *     print >>f, "struct %s *%s_new(void);" % (name, name)      struct <hole> *<hole>_new(void);
 */
#ifndef PL_MATCH_OWN_TEMPLATES_H
#define PL_MATCH_OWN_TEMPLATES_H

#include "base/arena.h"
#include "base/vec.h"

#define PL_HOLE           0 /* the byte that stands for a hole in a template; no text has it */
#define PL_TEMPLATE_HOLES 12u

struct pl_own_template {
    pl_bytes text; /* without blanks at both ends; not empty */
    size_t at;     /* byte of the script where its literal begins */
    bool has_holes;
};

typedef PL_VEC(struct pl_own_template) pl_own_templates;

/* Is it a script, by the end of its name, that may write other files? */
bool pl_is_generator(pl_bytes path);

/*
 * Append the lines of all string literals of a script and, but for Python, its lines themselves, since here-documents are no literals. Templates that
 * say nothing but holes are left out, and so are those with more than PL_TEMPLATE_HOLES. O(script).
 */
PL_MUST_USE pl_status pl_own_templates_read(pl_bytes path, pl_bytes script, struct pl_arena *arena,
                                            pl_own_templates *out, struct pl_err *err);

#endif
