/*
 * explain.c - plumb explain TAG|RULE|FILE@OFFSET: what a finding means, what a rule does, why a byte is in its class.
 *
 * FILE is a file, or a package and a path in it: pkg.deb!/data.tar.xz!/usr/bin/xz, pkg:deb/debian/xz-utils!/usr/bin/xz.
 */
#include "command.h"
#include "output.h"
#include "progress.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Print a paragraph under a label, broken at 78 columns. */
static void paragraph(const char *label, const char *text)
{
    (void)printf("\n%s\n ", label);
    int column = 1;
    while (*text != '\0') {
        int n = (int)strcspn(text, " ");
        if (column + n + 1 > 78) {
            (void)printf("\n ");
            column = 1;
        }
        (void)printf(" %.*s", n, text);
        column += n + 1;
        text += n;
        text += strspn(text, " ");
    }
    (void)putchar('\n');
}

static int explain_tag(const struct pl_tag_info *t)
{
    (void)printf("%s: %s\n", t->tag, t->title);
    paragraph("meaning", t->meaning);
    paragraph("example", t->example);
    paragraph("benign causes", t->benign);
    paragraph("known attacks", t->attacks);
    paragraph("what to do", t->resolve);
    return PL_EXIT_PASS;
}

/* Rules are the steps that are tried, and what a report names for some of a file's bytes. */
static const struct {
    const char *heading;
    bool (*at)(size_t i, const char **name, const char **what, const char **source);
} rule_lists[] = {{"rules, in the order in which they are tried:", pl_rule_at},
                  {"what a report names for some of a file's bytes:", pl_claim_rule_at}};
#define N_RULE_LISTS (sizeof rule_lists / sizeof rule_lists[0])

static int list_all(void)
{
    const char *name;
    const char *what;
    const char *source;
    (void)puts("findings:");
    for (size_t i = 0; pl_tag_at(i) != NULL; i++)
        (void)printf("  %-26s %s\n", pl_tag_at(i)->tag, pl_tag_at(i)->title);
    for (size_t k = 0; k < N_RULE_LISTS; k++) {
        (void)printf("\n%s\n", rule_lists[k].heading);
        for (size_t i = 0; rule_lists[k].at(i, &name, &what, &source); i++)
            (void)printf("  %-26s %s\n", name, what);
    }
    return PL_EXIT_PASS;
}

/* False when no rule has that name. */
static bool explain_rule(const char *wanted)
{
    const char *name;
    const char *what;
    const char *source;
    for (size_t k = 0; k < N_RULE_LISTS; k++)
        for (size_t i = 0; rule_lists[k].at(i, &name, &what, &source); i++) {
            if (strcmp(name, wanted) != 0)
                continue;
            (void)printf("%s: a rule that explains bytes\n", name);
            paragraph("what it does", what);
            paragraph("where that is specified", source);
            return true;
        }
    return false;
}

/* Where the offset of FILE@OFFSET begins; NULL when `thing` is no place. A version such as @5.4.1 is no number. */
static const char *offset_of(const char *thing, uint64_t *offset)
{
    const char *at = strrchr(thing, '@');
    char *end;
    if (at == NULL || at == thing || at[1] < '0' || at[1] > '9')
        return NULL;
    bool is_hex = at[1] == '0' && (at[2] == 'x' || at[2] == 'X');
    errno = 0;
    unsigned long long value = strtoull(at + 1, &end, is_hex ? 16 : 10);
    if (errno != 0 || *end != '\0' || (is_hex && end == at + 3))
        return NULL;
    *offset = value;
    return at;
}

static pl_status write_explanation(const void *x, const char *format, const struct pl_write_options *options,
                                   bool (*put)(void *ctx, const void *bytes, size_t n), void *ctx,
                                   struct pl_err *err)
{
    return pl_explanation_write(x, format, options, put, ctx, err);
}

static int explain_place(const struct options *o, const char *thing, const char *at, uint64_t offset)
{
    char subject[4096];
    struct progress_line line;
    struct pl_explanation *x = NULL;
    struct pl_err err = {0};
    if ((size_t)(at - thing) >= sizeof subject)
        return usage_error("the path is too long", NULL);
    (void)snprintf(subject, sizeof subject, "%.*s", (int)(at - thing), thing);
    char *inside = strstr(subject, "!/");
    if (inside != NULL) {
        *inside = '\0';
        inside += 2;
    }
    progress_begin(&line, o);
    struct pl_check_options c = options_for_check(o, subject, progress_observer(&line));
    pl_status st = pl_explain(&c, inside, offset, &x, &err);
    progress_end(&line);
    if (st != PL_OK) {
        (void)fputs("plumb: ", stderr);
        put_quoted(stderr, err.subject[0] == '\0' ? subject : err.subject);
        (void)fputs(": ", stderr);
        put_quoted(stderr, err.text);
        (void)fputc('\n', stderr);
        return pl_exit_of_status(st);
    }
    int failed = write_outputs(o, write_explanation, x);
    pl_explanation_free(x);
    return failed;
}

static int unknown_name(const char *name)
{
    const char *nearest = NULL;
    const char *other;
    const char *what;
    const char *source;
    char text[256];
    char hint[128];
    size_t best = PL_NEAR_WORD;
    for (size_t i = 0; pl_tag_at(i) != NULL; i++)
        if (pl_word_distance(name, pl_tag_at(i)->tag) < best) {
            nearest = pl_tag_at(i)->tag;
            best = pl_word_distance(name, nearest);
        }
    for (size_t k = 0; k < N_RULE_LISTS; k++)
        for (size_t i = 0; rule_lists[k].at(i, &other, &what, &source); i++)
            if (pl_word_distance(name, other) < best) {
                nearest = other;
                best = pl_word_distance(name, nearest);
            }
    (void)snprintf(text, sizeof text, "no finding or rule is called '%s'", name);
    if (nearest != NULL)
        (void)snprintf(hint, sizeof hint, "did you mean: plumb explain %s", nearest);
    else
        (void)snprintf(
            hint, sizeof hint,
            "plumb explain lists them all; a byte is named FILE@OFFSET, such as app.deb!/usr/bin/app@0x1f40");
    return usage_error(text, hint);
}

static int run_explain(const struct options *o)
{
    uint64_t offset;
    if (o->n_words == 0)
        return list_all();
    const struct pl_tag_info *t = pl_tag_find(o->words[0]);
    if (t != NULL)
        return explain_tag(t);
    if (explain_rule(o->words[0]))
        return PL_EXIT_PASS;
    const char *at = offset_of(o->words[0], &offset);
    if (at != NULL)
        return explain_place(o, o->words[0], at, offset);
    return unknown_name(o->words[0]);
}

const struct command command_explain = {
    .name = "explain",
    .arguments = "TAG|RULE|FILE@OFFSET",
    .help = "why a finding was reported, what a rule does, why a byte is in its class",
    .is_common = true,
    .run = run_explain};
