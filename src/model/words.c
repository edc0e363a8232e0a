/*
 * words.c - the names of the closed vocabularies.
 */
#include "model/words.h"

#include <stddef.h>

const char *pl_class_name(enum pl_class c)
{
    static const char *const names[PL_CLASS_COUNT + 1] = {
        [PL_CLASS_IDENTICAL] = "identical",     [PL_CLASS_DERIVED] = "derived",
        [PL_CLASS_GENERATED] = "generated",     [PL_CLASS_TOOLCHAIN] = "toolchain",
        [PL_CLASS_STRUCTURE] = "structure",     [PL_CLASS_SIGNATURE] = "signature",
        [PL_CLASS_WAIVED] = "waived",           [PL_CLASS_OPAQUE] = "opaque",
        [PL_CLASS_UNACCOUNTED] = "unaccounted", [PL_CLASS_MEMBERS] = "members",
    };
    return names[c];
}

const char *pl_grade_name(enum pl_grade g)
{
    static const char *const names[PL_GRADE_COUNT] = {NULL, "A", "B", "C"};
    return names[g];
}

const char *pl_role_name(enum pl_role r)
{
    static const char *const names[] = {"active", "passive", "structure"};
    return names[r];
}

const char *pl_link_name(enum pl_link l)
{
    static const char *const names[] = {"shipped", "published", "sourced", "origin"};
    return names[l];
}

const char *pl_verdict_name(enum pl_verdict v)
{
    static const char *const names[] = {"unchecked", "holds", "broken", "unproven"};
    return names[v];
}

const char *pl_how_name(enum pl_how h)
{
    static const char *const names[] = {"given", "verified", "claimed"};
    return names[h];
}

const char *pl_severity_name(enum pl_severity s)
{
    static const char *const names[] = {"note", "warning", "error"};
    return names[s];
}

const char *pl_rule_verdict_name(enum pl_rule_verdict v)
{
    static const char *const names[] = {"pass", "warn", "fail", "waived"};
    return names[v];
}

const char *pl_entry_type_name(enum pl_entry_type t)
{
    static const char *const names[] = {"file", "directory", "symlink", "hardlink", "special"};
    return names[t];
}
