/*
 * main.c - plumb: find the verb and run it.
 */
#include "command.h"
#include "owed.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMMAND(name) extern const struct command command_##name;
#include "commands.def"
#undef COMMAND

static const struct command *const commands[] = {
#define COMMAND(name) &command_##name,
#include "commands.def"
#undef COMMAND
};

const struct command *command_at(size_t i)
{
    return i < sizeof commands / sizeof commands[0] ? commands[i] : NULL;
}

const struct command *command_find(const char *name)
{
    for (size_t i = 0; command_at(i) != NULL; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

void put_quoted(void *to, const char *text)
{
    FILE *f = to;
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < 0x20 || c >= 0x7f)
            (void)fprintf(f, "\\x%02x", c);
        else
            (void)fputc(c, f);
    }
}

int usage_error(const char *text, const char *hint)
{
    (void)fputs("plumb: ", stderr);
    put_quoted(stderr, text);
    (void)fputc('\n', stderr);
    if (hint != NULL)
        (void)fprintf(stderr, "       %s\n", hint);
    owed_usage(text, hint);
    return PL_EXIT_USAGE;
}

int unknown_verb(const char *verb)
{
    char text[512];
    char hint[128];
    const char *nearest = NULL;
    size_t best = PL_NEAR_WORD;
    for (size_t i = 0; command_at(i) != NULL; i++) {
        size_t d = pl_word_distance(verb, commands[i]->name);
        if (d < best && 2 * d <= strlen(verb)) {
            best = d;
            nearest = commands[i]->name;
        }
    }
    (void)snprintf(text, sizeof text, "unknown verb '%s'", verb);
    if (nearest != NULL)
        (void)snprintf(hint, sizeof hint, "did you mean: plumb %s", nearest);
    else
        (void)snprintf(hint, sizeof hint, "plumb help lists the verbs");
    return usage_error(text, hint);
}

#define OWN_MAPPING_BYTES (32 * 1024)
#define HEAPS             1

/* A check lets go of large things as it goes. Give them back to the system at once: set here, the bound does not rise with each large block that is
 * freed, up to 32 MiB; and one heap leaves fewer holes than one for each thread. */
static void settle_memory(void)
{
    (void)mallopt(M_MMAP_THRESHOLD, OWN_MAPPING_BYTES); /* both are wishes */
    (void)mallopt(M_ARENA_MAX, HEAPS);
}

int main(int argc, char **argv)
{
    struct options o;
    char why[512];
    (void)signal(SIGPIPE, SIG_IGN); /* a closed pipe is a write error, reported as one */
    (void)signal(SIGXFSZ, SIG_IGN); /* and so is a file size limit */
    settle_memory();
    owed_begin(argc, argv);
    if (!options_parse(argc, argv, &o, why, sizeof why))
        return usage_error(why, NULL);
    if (o.verb == NULL)
        return command_find("help")->run(&o);
    const struct command *c = command_find(o.verb);
    if (c == NULL)
        return unknown_verb(o.verb);
    if (o.wants_help) {
        o.words[0] = o.verb;
        o.n_words = 1;
        return command_find("help")->run(&o);
    }
    int code = c->run(&o);
    if (code == PL_EXIT_BUG)
        owed_report_bug();
    return code;
}
