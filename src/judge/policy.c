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
        .script_novel_atoms = 8,
        .script_novel_sensitive = 1,
        .script_context_sensitive = 2,
        .script_sensitive_numbers = 8,
        .random_data_bytes = 256,
        .random_data_evenness = 187,
        .random_data_floor = 340,
        .random_data_unevenness = 800,
        .residues_per_file = 20,
        .foreign_is_error = {[PL_FOREIGN_STRING] = true,
                             [PL_FOREIGN_IMPORT] = true,
                             [PL_FOREIGN_LIBRARY] = true,
                             [PL_FOREIGN_RUNPATH] = true,
                             [PL_FOREIGN_SECTION] = true,
                             [PL_FOREIGN_LOADER] = true},
        .foreign_string_words = 1,
        .foreign_noise_count = 10,
        .foreign_noise_ppm = 100000,
        .foreign_per_file = 20,
    };
}
