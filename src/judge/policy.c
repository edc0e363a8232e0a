/*
 * policy.c - the built-in policy.
 */
#include "judge/policy.h"

struct pl_policy pl_policy_default(void)
{
    return (struct pl_policy){
        .name = "default",
        .passive_unaccounted_ppm = 10000,
        .novel_words = 1,
        .residues_per_file = 20,
    };
}
