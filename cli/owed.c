/*
 * owed.c - the document of a run that came to nothing: a slip on the command line, or a bug of ours.
 *
 * The document for a bug is written beforehand, since a process that has just crashed can do nothing but hand it over. The handler is for this process
 * alone: the child that examines dies of its signals, and is told apart by them. Where somebody handles the signal already (a sanitizer), it stays theirs.
 */
#include "owed.h"

#include "command.h"
#include "plumbline/attest.h"
#include "plumbline/chain.h"
#include "plumbline/policy.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DOCUMENT_BYTES 16384u
#define STACK_BYTES    65536u
#define REPORT_TEXT                                                                                          \
    "plumb: internal error: this is a bug of plumb, and not of what it looked at\n"                          \
    "       please report it with the command, the output of plumb version and, where you can, the input\n"  \
    "       https://plumbline.dev/bugs\n"

struct document {
    char text[DOCUMENT_BYTES];
    size_t n;
};

static const char *verb = "";
static bool is_owed;
static pid_t owner;
static struct document bug;

static bool put_document(void *ctx, const void *bytes, size_t n)
{
    struct document *d = ctx;
    if (n > sizeof d->text - d->n)
        return false;
    memcpy(d->text + d->n, bytes, n);
    d->n += n;
    return true;
}

/* In the form that the verb's own JSON has; nothing when there is no memory for it. */
static void compose(const struct pl_err *why, struct document *d)
{
    struct pl_report *r = NULL;
    struct pl_gate_result *g = NULL;
    struct pl_chain *c = NULL;
    struct pl_outcome *o = NULL;
    pl_status st;
    d->n = 0;
    if (strcmp(verb, "check") == 0)
        st = pl_report_of_error("", why, &r, NULL) == PL_OK
                 ? pl_report_write(r, "json", NULL, put_document, d, NULL)
                 : PL_E_NOMEM;
    else if (strcmp(verb, "gate") == 0)
        st = pl_gate_of_error(why, &g, NULL) == PL_OK ? pl_gate_write(g, "json", NULL, put_document, d, NULL)
                                                      : PL_E_NOMEM;
    else if (strcmp(verb, "chain") == 0)
        st = pl_chain_of_error("", why, &c, NULL) == PL_OK
                 ? pl_chain_write(c, "json", NULL, put_document, d, NULL)
                 : PL_E_NOMEM;
    else
        st = pl_outcome_of_error(verb, "", why, &o, NULL) == PL_OK
                 ? pl_outcome_write(o, "json", NULL, put_document, d, NULL)
                 : PL_E_NOMEM;
    if (st != PL_OK)
        d->n = 0;
    pl_report_free(r);
    pl_gate_free(g);
    pl_chain_free(c);
    pl_outcome_free(o);
}

static void write_all(int fd, const char *text, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, text, n);
        if (done <= 0)
            return; /* nobody is left to be told */
        text += done;
        n -= (size_t)done;
    }
}

static void crashed(int signal_number)
{
    if (getpid() != owner) {
        (void)signal(signal_number, SIG_DFL); /* the parent wants to see what its child died of */
        (void)raise(signal_number);
        return;
    }
    write_all(STDOUT_FILENO, bug.text, bug.n);
    write_all(STDERR_FILENO, REPORT_TEXT, sizeof REPORT_TEXT - 1);
    _exit(PL_EXIT_BUG);
}

static void watch_for_crashes(void)
{
    static const int signals[] = {SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE};
    static char stack[STACK_BYTES];
    const stack_t own = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_handler = crashed, .sa_flags = SA_ONSTACK};
    struct sigaction before;
    if (sigaltstack(NULL, &(stack_t){0}) != 0 || sigaltstack(&own, NULL) != 0)
        action.sa_flags = 0; /* a stack that ran over then ends without a word */
    (void)sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler == SIG_DFL)
            (void)sigaction(signals[i], &action, NULL); /* without it a crash is a crash */
}

/* -o json, -ojson, --output json, --output=json; with a path the document is a file, which is left as it was. */
static bool asks_for_json(int argc, char **argv, int i)
{
    const char *arg = argv[i];
    if (strcmp(arg, "-o") == 0 || strcmp(arg, "--output") == 0)
        return i + 1 < argc && strcmp(argv[i + 1], "json") == 0;
    return strcmp(arg, "-ojson") == 0 || strcmp(arg, "--output=json") == 0;
}

void owed_begin(int argc, char **argv)
{
    struct pl_err why = {.status = PL_E_BUG, .offset = PL_NO_OFFSET};
    owner = getpid();
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        is_owed = is_owed || asks_for_json(argc, argv, i);
        if (verb[0] == '\0' && command_find(argv[i]) != NULL)
            verb = command_find(argv[i])->name;
    }
    if (is_owed) {
        (void)snprintf(why.text, sizeof why.text, "internal error");
        (void)snprintf(why.hint, sizeof why.hint, "a bug of plumb: https://plumbline.dev/bugs");
        compose(&why, &bug);
    }
    watch_for_crashes();
}

void owed_usage(const char *text, const char *hint)
{
    static struct document document;
    struct pl_err why = {.status = PL_E_USAGE, .offset = PL_NO_OFFSET};
    if (!is_owed)
        return;
    (void)snprintf(why.text, sizeof why.text, "%s", text);
    (void)snprintf(why.hint, sizeof why.hint, "%s", hint == NULL ? "plumb help lists what there is" : hint);
    compose(&why, &document);
    (void)fwrite(document.text, 1, document.n, stdout);
    is_owed = false;
}

void owed_report_bug(void)
{
    write_all(STDERR_FILENO, REPORT_TEXT, sizeof REPORT_TEXT - 1);
}
