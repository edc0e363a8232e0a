/*
 * help.c - plumb help [-a | VERB | exit], plumb version.
 */
#include "command.h"

#include <stdio.h>
#include <string.h>

static void print_flags(void)
{
    char formats[256];
    (void)puts("\nflags, the same for every verb (switches have a --no- form; the last one wins):");
    for (size_t i = 0; flag_at(i) != NULL; i++) {
        const struct flag *f = flag_at(i);
        char left[48];
        (void)snprintf(left, sizeof left, "%c%c%s --%s %s", f->letter == 0 ? ' ' : '-',
                       f->letter == 0 ? ' ' : f->letter, f->letter == 0 ? " " : ",", f->name,
                       f->value == NULL ? "" : f->value);
        (void)printf("  %-28s %s\n", left, f->help);
    }
    options_list_formats(formats, sizeof formats);
    (void)printf("\nformats: %s\n", formats);
    (void)puts("\nenvironment: PLUMB_CACHE_DIR is --cache-dir, PLUMB_OFFLINE=1 is --offline, and so on for "
               "color, progress,\n"
               "quiet, verbose, jobs, timeout and limit. PLUMB_APT_ROOT: the folder with etc/apt; default /");
}

static int print_exit_codes(void)
{
    (void)puts("exit codes:\n"
               "   0  pass          all that was asked was examined and the policy holds\n"
               "   1  fail          a broken link: something contradicts the source or the publication\n"
               "   2  usage         bad flag, bad policy or configuration\n"
               "   3  inconclusive  bytes stay unaccounted or were not examined, and nothing contradicts\n"
               "   4  input         a subject or a source is missing or unreadable\n"
               "   5  network       needed the network and could not; or a miss under --offline\n"
               "   6  trust         a bad signature or an authenticated digest that does not fit\n"
               "  70  bug           an internal error");
    return PL_EXIT_PASS;
}

static int print_verb(const char *name)
{
    const struct command *c = command_find(name);
    if (c == NULL)
        return usage_error("no help on that", "plumb help -a lists all verbs");
    (void)printf("plumb %s %s\n  %s\n", c->name, c->arguments, c->help);
    print_flags();
    return PL_EXIT_PASS;
}

static int run_help(const struct options *o)
{
    if (o->n_words > 0)
        return strcmp(o->words[0], "exit") == 0 ? print_exit_codes() : print_verb(o->words[0]);
    (void)puts("plumb: is every shipped byte accounted for by source?\n");
    for (size_t i = 0; command_at(i) != NULL; i++) {
        const struct command *c = command_at(i);
        char left[48];
        if (!c->is_common && !o->wants_all)
            continue;
        (void)snprintf(left, sizeof left, "plumb %s %s", c->name, c->arguments);
        (void)printf("  %-24s %s\n", left, c->help);
    }
    (void)puts(
        "\ntry:  plumb check ./dist/app_1.2_amd64.deb --source .\n"
        "      plumb check pkg:deb/debian/xz-utils\n"
        "      plumb chain package-lock.json\n"
        "      plumb explain text.unaccounted\n"
        "exit: 0 pass  1 fail  2 usage  3 inconclusive  4 input  5 network  6 trust   (plumb help exit)");
    if (o->wants_all)
        print_flags();
    return PL_EXIT_PASS;
}

const struct command command_help = {
    .name = "help", .arguments = "[VERB|exit]", .help = "this help; -a for all of it", .run = run_help};

static int run_version(const struct options *o)
{
    (void)o; /* takes nothing */
    (void)printf("plumb %s\n", pl_version());
    return PL_EXIT_PASS;
}

const struct command command_version = {
    .name = "version", .arguments = "", .help = "the version of plumb", .run = run_version};
