/*
 * builtin.c - the policies that come with the program. `plumb policy show builtin:NAME` prints them.
 *
 * They are read like any other, so that what is shown is what holds.
 */
#include "judge/ruleset.h"

static const struct pl_builtin_policy policies[] = {
    {"builtin:strict",
     "# Every byte that does something follows from source whose publication was verified.\n"
     "version: 1\n"
     "require:\n"
     "  level: 3\n"
     "  unaccounted: 0\n"
     "  unaccounted_passive: default   # as much as the link `sourced` allows\n"
     "  opaque: 0\n"
     "  grade: {code: C, text: B}\n"
     "  source: verified\n"
     "severity:\n"
     "  archive.gap: error\n"
     "  code.in-padding: error\n"
     "  image.overlay: error\n"
     "  sig.appended-data: error\n"},
    {"builtin:release", "# For what you build and ship yourself: every byte that does something follows from "
                        "the source you name.\n"
                        "# Publication comes after this gate, so that no level is required.\n"
                        "version: 1\n"
                        "require:\n"
                        "  unaccounted: 0\n"
                        "  unaccounted_passive: default\n"
                        "  opaque: 0\n"
                        "  source: verified\n"},
    {"builtin:observe",
     "# For a first look: what contradicts its source fails, everything else is a warning.\n"
     "version: 1\n"
     "rules:\n"
     "  - match: {}\n"
     "    require: {level: 3, unaccounted: 0, unaccounted_passive: default, opaque: 0, source: verified}\n"
     "    effective_on: 9999-12-31\n"
     "    reason: this policy observes\n"},
    {"builtin:vendor-binary",
     "# For what others ship without source: nothing may hide where no structure owns it.\n"
     "version: 1\n"
     "require:\n"
     "  level: 1\n"
     "severity:\n"
     "  archive.gap: error\n"
     "  archive.overlap: error\n"
     "  code.in-padding: error\n"
     "  image.overlay: error\n"
     "  image.writable-code: error\n"
     "  sig.appended-data: error\n"},
    {"builtin:distro", "# For packages of a distribution: published and signed by it, from its own verified "
                       "source. What no rule explains yet is\n"
                       "# bounded and not forbidden.\n"
                       "version: 1\n"
                       "require:\n"
                       "  level: 2\n"
                       "  unaccounted: 1%\n"
                       "  unaccounted_passive: 5%\n"
                       "  source: verified\n"},
};

const struct pl_builtin_policy *pl_builtin_policy_at(size_t i)
{
    return i < sizeof policies / sizeof policies[0] ? &policies[i] : NULL;
}
