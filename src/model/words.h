/*
 * words.h - the closed vocabularies: classes, grades, roles, links, verdicts.
 *
 * The names that reports print stand in words.c, once. They are API: docs/levels.md explains each.
 */
#ifndef PL_MODEL_WORDS_H
#define PL_MODEL_WORDS_H

/* What a byte of a leaf is. Order is the order of every report. */
enum pl_class {
    PL_CLASS_IDENTICAL,
    PL_CLASS_DERIVED,
    PL_CLASS_GENERATED,
    PL_CLASS_TOOLCHAIN,
    PL_CLASS_STRUCTURE,
    PL_CLASS_SIGNATURE,
    PL_CLASS_WAIVED,
    PL_CLASS_OPAQUE,
    PL_CLASS_UNACCOUNTED,
    PL_CLASS_COUNT,
    /* Not a class: bytes of a container whose account stands in the records of its members. */
    PL_CLASS_MEMBERS = PL_CLASS_COUNT
};

/* How strong a `derived` explanation is; every other class has PL_GRADE_NONE. */
enum pl_grade { PL_GRADE_NONE, PL_GRADE_A, PL_GRADE_B, PL_GRADE_C, PL_GRADE_COUNT };

/* What the bytes of a file can do. */
enum pl_role {
    PL_ROLE_ACTIVE,   /* executed, interpreted, or deciding what is executed */
    PL_ROLE_PASSIVE,  /* documentation, translations, media, test data */
    PL_ROLE_STRUCTURE /* a container: its members have roles of their own */
};

enum pl_link { PL_LINK_SHIPPED, PL_LINK_PUBLISHED, PL_LINK_SOURCED, PL_LINK_ORIGIN, PL_LINK_COUNT };

enum pl_verdict { PL_VERDICT_UNCHECKED, PL_VERDICT_HOLDS, PL_VERDICT_BROKEN, PL_VERDICT_UNPROVEN };

/* How we came to a package or a source. */
enum pl_how { PL_HOW_GIVEN, PL_HOW_VERIFIED, PL_HOW_CLAIMED };

enum pl_severity { PL_SEVERITY_NOTE, PL_SEVERITY_WARNING, PL_SEVERITY_ERROR };

/* What became of a rule of a policy. */
enum pl_rule_verdict { PL_RULE_PASS, PL_RULE_WARN, PL_RULE_FAIL, PL_RULE_WAIVED };

/* What stands in a directory or an archive. */
enum pl_entry_type {
    PL_ENTRY_FILE,
    PL_ENTRY_DIRECTORY,
    PL_ENTRY_SYMLINK,
    PL_ENTRY_HARDLINK,
    PL_ENTRY_SPECIAL
};

const char *pl_class_name(enum pl_class c);
const char *pl_grade_name(enum pl_grade g); /* "A", "B", "C"; NULL for none */
const char *pl_role_name(enum pl_role r);
const char *pl_link_name(enum pl_link l);
const char *pl_verdict_name(enum pl_verdict v);
const char *pl_how_name(enum pl_how h);
const char *pl_severity_name(enum pl_severity s);
const char *pl_rule_verdict_name(enum pl_rule_verdict v);
const char *pl_entry_type_name(enum pl_entry_type t);

#endif
