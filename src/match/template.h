/*
 * template.h - matching a text against a template with variables, and what each variable stands for.
 */
#ifndef PL_MATCH_TEMPLATE_H
#define PL_MATCH_TEMPLATE_H

#include "base/bytes.h"
#include "base/status.h"
#include "base/vec.h"
#include "match/claim.h"

#define PL_TEMPLATE_VALUE_MAX 256u /* a longer value is not a substitution */

/* One piece of a text: a literal that stands in the template at `template_offset`, or the value of a variable there. */
struct pl_template_part {
    size_t offset; /* in the text */
    size_t length;
    size_t template_offset;
    pl_bytes variable; /* "@prefix@", "${PERL}"; no bytes for a literal. Borrowed from the template */
};

/* What a variable was found to be; the same throughout a file. */
struct pl_template_value {
    pl_bytes variable;
    pl_bytes value; /* borrowed from the text */
};

/* State over one file. */
struct pl_template {
    bool is_active; /* values with shell metacharacters are not accepted */
    PL_VEC(struct pl_template_value) values;
    PL_VEC(struct pl_template_part) parts; /* of the last match */
};

void pl_template_init(struct pl_template *t, bool is_active);
void pl_template_reset(struct pl_template *t);

/* Does `source` have a variable: @NAME@ or ${NAME}? */
bool pl_template_has_variable(pl_bytes source);

/* The bytes of `source` that are no variable; *before: those that stand before the first one, all of them when there is none. */
size_t pl_template_own_bytes(pl_bytes source, pl_bytes *before);

/*
 * *found: is `text` all of `source` with variables replaced, none by more than PL_TEMPLATE_VALUE_MAX bytes or by a line
 * feed, each by the value it had before, at least one of them replaced at all? Then t->parts tells how, and new values are kept; else both are
 * as they were before, but for the parts. Gives up (not found) after a bounded number of steps.
 */
PL_MUST_USE pl_status pl_template_match(struct pl_template *t, pl_bytes source, pl_bytes text, bool *found,
                                        struct pl_err *err);

/*
 * Claim the parts of the last match: the text begins at where->offset of f, the template at where->source_offset of where->unit. Literals
 * have `literal_grade`, values have B and a note such as "@prefix@=/usr".
 */
PL_MUST_USE pl_status pl_template_claim(const struct pl_match *m, struct pl_file *f,
                                        const struct pl_template *t, const struct pl_run *where,
                                        enum pl_grade literal_grade, struct pl_err *err);

#endif
