/*
 * explain.c - plumb explain TAG|RULE: what a finding means, what a rule does.
 */
#include "command.h"

#include <stdio.h>
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

static int list_all(void)
{
    const char *name;
    const char *what;
    const char *source;
    (void)puts("findings:");
    for (size_t i = 0; pl_tag_at(i) != NULL; i++)
        (void)printf("  %-26s %s\n", pl_tag_at(i)->tag, pl_tag_at(i)->title);
    (void)puts("\nrules, in the order in which they are tried:");
    for (size_t i = 0; pl_rule_at(i, &name, &what, &source); i++)
        (void)printf("  %-26s %s\n", name, what);
    return PL_EXIT_PASS;
}

static int run_explain(const struct options *o)
{
    const char *name;
    const char *what;
    const char *source;
    if (o->n_words == 0)
        return list_all();
    const struct pl_tag_info *t = pl_tag_find(o->words[0]);
    if (t != NULL)
        return explain_tag(t);
    for (size_t i = 0; pl_rule_at(i, &name, &what, &source); i++) {
        if (strcmp(name, o->words[0]) != 0)
            continue;
        (void)printf("%s: a rule that explains bytes\n", name);
        paragraph("what it does", what);
        paragraph("where that is specified", source);
        return PL_EXIT_PASS;
    }
    char text[256];
    (void)snprintf(text, sizeof text, "no finding or rule is called '%s'", o->words[0]);
    return usage_error(text, "plumb explain lists them all");
}

const struct command command_explain = {.name = "explain",
                                        .arguments = "TAG|RULE",
                                        .help = "why a finding was reported, what a rule does",
                                        .is_common = true,
                                        .run = run_explain};
