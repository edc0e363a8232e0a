/*
 * doctor.c - plumb doctor: what this machine gives, tried out.
 */
#include "command.h"

#include <stdio.h>

static int run_doctor(const struct options *o)
{
    struct pl_err err = {0};
    char sandbox[PL_SANDBOX_TEXT_BYTES];
    if (o->n_words > 0)
        return usage_error("plumb doctor takes no argument", NULL);
    (void)printf("plumb     %s\n", pl_version());
    pl_status st = pl_sandbox_try(sandbox, &err);
    if (st != PL_OK) {
        (void)printf("sandbox   cannot be entered (%s): %s\n", sandbox, err.text);
        (void)puts("          packages are not examined but with --no-sandbox");
        return PL_EXIT_INCONCLUSIVE;
    }
    (void)printf("sandbox   %s\n", sandbox);
    (void)puts(sandbox[0] == 'l' && sandbox[1] == 'i'
                   ? "          the process that examines has limits on memory and time, but can open files"
                   : "          the process that examines can open no file, socket or program");
    return PL_EXIT_PASS;
}

const struct command command_doctor = {.name = "doctor",
                                       .arguments = "",
                                       .help = "say what this machine gives, such as a sandbox",
                                       .run = run_doctor};
