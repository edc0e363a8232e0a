/*
 * command.h - a verb is one file and one row of commands.def.
 */
#ifndef PLUMB_COMMAND_H
#define PLUMB_COMMAND_H

#include "options.h"

struct command {
    const char *name;
    const char *arguments; /* "PKG" */
    const char *help;      /* one line */
    bool is_common;        /* shown by plain `plumb help` */
    int (*run)(const struct options *o);
};

/* The i-th command, NULL past the last. */
const struct command *command_at(size_t i);
const struct command *command_find(const char *name);

/* Whether the verb uses the flag: the help of one that only some use says "VERB: what for; VERB WORD: what for". */
bool flag_is_for(const struct flag *f, const char *verb);

/* Print a usage error to standard error, with `hint` below it unless NULL; gives PL_EXIT_USAGE. */
int usage_error(const char *text, const char *hint);

/* The usage error of a verb that is none; names the nearest one, which is never run. */
int unknown_verb(const char *verb);

/* Write text from a foreign file or name to `to` with everything unprintable escaped. */
void put_quoted(void *to, const char *text);

#endif
