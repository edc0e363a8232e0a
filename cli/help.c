/*
 * help.c - plumb help [-a | VERB | exit | table], plumb version.
 */
#include "command.h"

#include <stdio.h>
#include <string.h>

#define HELP_COLUMN 28

bool flag_is_for(const struct flag *f, const char *verb)
{
    bool is_for_some = false;
    for (const char *at = f->help; at != NULL; at = strstr(at, "; ")) {
        char word[32];
        at += strspn(at, "; ");
        size_t n = strcspn(at, " :");
        size_t colon = strcspn(at, ":;");
        if (at[colon] != ':' || n >= sizeof word)
            continue;
        memcpy(word, at, n);
        word[n] = '\0';
        is_for_some |= command_find(word) != NULL;
        if (strcmp(word, verb) == 0)
            return true;
    }
    return !is_for_some;
}

/* All, or those that the verb uses. */
static void print_flags(const char *verb)
{
    char formats[256];
    (void)puts("\nflags (switches have a --no- form; the last one wins):");
    for (size_t i = 0; flag_at(i) != NULL; i++) {
        const struct flag *f = flag_at(i);
        char left[48];
        if (verb != NULL && !flag_is_for(f, verb))
            continue;
        (void)snprintf(left, sizeof left, "%c%c%s --%s %s", f->letter == 0 ? ' ' : '-',
                       f->letter == 0 ? ' ' : f->letter, f->letter == 0 ? " " : ",", f->name,
                       f->value == NULL ? "" : f->value);
        (void)printf("  %-28s %s\n", left, f->help);
    }
    options_list_formats(formats, sizeof formats);
    (void)printf("\nformats: %s\n", formats);
    (void)fputs("\nenvironment, before the flags:", stdout);
    for (size_t i = 0, n = 0; flag_at(i) != NULL; i++) {
        char variable[64];
        flag_variable(flag_at(i), variable, sizeof variable);
        if (flag_at(i)->is_in_environment)
            (void)printf("%s %s", n++ % 5 == 0 ? "\n " : "", variable);
    }
    (void)puts("\n  PLUMB_APT_ROOT: the folder with etc/apt; default /\n"
               "  PLUMB_GIT_MIRROR: --git-mirror");
}

/*
 * Verbs and flags for programs, such as the one that makes the manual page: a line each, tabs between.
 *
 *     verb <TAB> name <TAB> arguments <TAB> help
 *     flag <TAB> name <TAB> letter <TAB> value <TAB> variable <TAB> help
 *     format <TAB> name
 */
static int print_table(void)
{
    char formats[256];
    for (size_t i = 0; command_at(i) != NULL; i++)
        (void)printf("verb\t%s\t%s\t%s\n", command_at(i)->name, command_at(i)->arguments,
                     command_at(i)->help);
    for (size_t i = 0; flag_at(i) != NULL; i++) {
        const struct flag *f = flag_at(i);
        char variable[64];
        flag_variable(f, variable, sizeof variable);
        (void)printf("flag\t%s\t%.1s\t%s\t%s\t%s\n", f->name, f->letter == 0 ? "" : &f->letter,
                     f->value == NULL ? "" : f->value, f->is_in_environment ? variable : "", f->help);
    }
    options_list_formats(formats, sizeof formats);
    for (char *word = formats, *end; *word != '\0'; word = end) {
        end = word + strcspn(word, " ");
        (void)printf("format\t%.*s\n", (int)(end - word), word);
        end += strspn(end, " ");
    }
    return PL_EXIT_PASS;
}

static int print_exit_codes(void)
{
    (void)puts(
        "exit codes:\n"
        "   0  pass          all that was asked was examined and the policy holds\n"
        "   1  fail          something contradicts the source or the publication, or the policy is not met\n"
        "   2  usage         bad flag, bad policy or configuration\n"
        "   3  inconclusive  bytes stay unaccounted or were not examined, and nothing contradicts\n"
        "   4  input         a subject, source or attestation is missing or unreadable; or no subject at "
        "all\n"
        "   5  network       needed the network and could not; or a miss under --offline\n"
        "   6  trust         a bad signature or an authenticated digest that does not fit\n"
        "  70  bug           an internal error; says how to report it\n\n"
        "several subjects: any 6 gives 6, else any 1 gives 1, else any 3, 4 or 5 gives 3");
    return PL_EXIT_PASS;
}

static int print_verb(const char *name)
{
    const struct command *c = command_find(name);
    if (c == NULL)
        return unknown_verb(name);
    (void)printf("plumb %s%s%s\n  %s\n", c->name, c->arguments[0] == '\0' ? "" : " ", c->arguments, c->help);
    print_flags(c->name);
    return PL_EXIT_PASS;
}

/* A verb whose arguments are long has its help on a line of its own. */
static void print_line(const struct command *c)
{
    char left[64];
    int n = snprintf(left, sizeof left, "plumb %s %s", c->name, c->arguments);
    if (n >= HELP_COLUMN)
        (void)printf("  %s\n  %*s %s\n", left, HELP_COLUMN, "", c->help);
    else
        (void)printf("  %-*s %s\n", HELP_COLUMN, left, c->help);
}

static int run_help(const struct options *o)
{
    if (o->n_words > 0 && strcmp(o->words[0], "exit") == 0)
        return print_exit_codes();
    if (o->n_words > 0 && strcmp(o->words[0], "table") == 0)
        return print_table();
    if (o->n_words > 0)
        return print_verb(o->words[0]);
    (void)puts("plumb: is every shipped byte accounted for by source?\n");
    for (size_t i = 0; command_at(i) != NULL; i++)
        if (command_at(i)->is_common || o->wants_all)
            print_line(command_at(i));
    (void)puts(
        "\ntry:  plumb check ./dist/app_1.2_amd64.deb --source .\n"
        "      plumb check pkg:deb/debian/xz-utils\n"
        "      plumb chain package-lock.json\n"
        "      plumb explain text.unaccounted\n"
        "exit: 0 pass  1 fail  2 usage  3 inconclusive  4 input  5 network  6 trust   (plumb help exit)");
    if (o->wants_all)
        print_flags(NULL);
    return PL_EXIT_PASS;
}

const struct command command_help = {
    .name = "help", .arguments = "[VERB|exit|table]", .help = "this help; -a for all of it", .run = run_help};

static int run_version(const struct options *o)
{
    (void)o; /* takes nothing */
    (void)printf("plumb %s\n", pl_version());
    return PL_EXIT_PASS;
}

const struct command command_version = {
    .name = "version", .arguments = "", .help = "the version of plumb", .run = run_version};
