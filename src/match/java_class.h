/*
 * java_class.h - a class file beside a .java file: which class of it, and what each member has that its source does not.
 */
#ifndef PL_MATCH_JAVA_CLASS_H
#define PL_MATCH_JAVA_CLASS_H

#include "match/java_scope.h"

enum pl_java_verdict {
    PL_JAVA_FITS,         /* everything it uses stands in its own source, and that is something */
    PL_JAVA_PLACED,       /* nothing contradicts */
    PL_JAVA_MADE,         /* by the compiler: an accessor, a bridge, the table of an enumeration */
    PL_JAVA_CONTRADICTED, /* uses what its source does not have */
    PL_JAVA_STRANGE       /* the class in the source has no such member */
};

/* What one member came to. */
struct pl_java_outcome {
    enum pl_java_verdict verdict;
    uint32_t source_member;  /* that it was compared with, or PL_JAVA_NONE */
    uint32_t fitting, weak;  /* atoms */
    uint32_t misplaced;      /* in the sources, but not in this member's */
    uint32_t novel;          /* in no source */
    bool has_lines_of_other; /* its line table is that of another member */
};

struct pl_java_check {
    const struct pl_javaclass *class;
    const struct pl_java_source *source;
    const struct pl_java_tree *tree;
    struct pl_java_scope scope;
    uint64_t scope_key;   /* of what the scope holds; 0 nothing */
    struct pl_map fields; /* that the class reads or writes, by name; and names of types */
    uint32_t *line_starts;
    uint32_t n_lines;
    uint32_t placed; /* the class of the source */
    bool is_made; /* the compiler's own class: the table of a switch, the tag of an accessor, package-info */
    pl_bytes bridge; /* name of the method when the compiler made it to call another of that name */
    bool is_template;
    bool is_enum_table;               /* the scope is that of the constants of an enumeration */
    struct pl_java_outcome *outcomes; /* by member */
    pl_java_atoms atoms;              /* of the member looked at last */
};

/*
 * Compare. `is_template`: the build puts values into the source's strings. *out is to be reset in every case; all pointers stay borrowed until then. PL_OK with placed == PL_JAVA_NONE and !is_made: the
 * file has no such class.
 */
PL_MUST_USE pl_status pl_java_check(const struct pl_javaclass *class, const struct pl_java_source *source,
                                    const struct pl_java_tree *tree, bool is_template,
                                    struct pl_java_check *out, struct pl_err *err);
void pl_java_check_reset(struct pl_java_check *x);
/* Members that are contradicted or strange. */
uint32_t pl_java_check_foreign(const struct pl_java_check *x);

enum pl_java_atom_verdict {
    PL_JAVA_ATOM_FITS,
    PL_JAVA_ATOM_OWN,
    PL_JAVA_ATOM_WEAK,
    PL_JAVA_ATOM_MISPLACED,
    PL_JAVA_ATOM_NOVEL
};

/* The atoms of a member and what each came to, for a report: verdicts[i] is of x->atoms.v[i]; from the arena. */
PL_MUST_USE pl_status pl_java_check_explain(struct pl_java_check *x, uint32_t member, struct pl_arena *arena,
                                            uint8_t **verdicts, struct pl_err *err);

#endif
