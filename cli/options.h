/*
 * options.h - the one table of flags: parsing, help and completion read it.
 */
#ifndef PLUMB_OPTIONS_H
#define PLUMB_OPTIONS_H

#include "plumbline/policy.h"

#define MAX_OUTPUTS  16
#define MAX_SOURCES  32
#define MAX_KEYRINGS 8
#define MAX_KEYS     64
#define MAX_WORDS    1024

enum tri { AUTO, ALWAYS, NEVER };
enum progress { PROGRESS_AUTO, PROGRESS_BAR, PROGRESS_PLAIN, PROGRESS_NONE };

struct output {
    const char *format;
    const char *path; /* NULL: standard output */
};

/* Everything that the command line says. Strings point into argv. */
struct options {
    const char *verb;
    const char *words[MAX_WORDS]; /* positionals after the verb */
    size_t n_words;
    struct output outputs[MAX_OUTPUTS];
    size_t n_outputs;
    const char *sources[MAX_SOURCES];
    size_t n_sources;
    const char *keyrings[MAX_KEYRINGS];
    size_t n_keyrings;
    const char *git_mirror;
    bool takes_history;
    unsigned required_chain;    /* 0: none */
    const char *product;        /* NULL: none */
    unsigned component_seconds; /* 0: the default */
    bool takes_no_results;      /* of earlier runs */
    enum tri color;
    enum progress progress;
    bool is_quiet;
    bool is_verbose;
    bool is_offline;
    bool is_confined;
    bool is_report_only;
    const char *policy; /* NULL: looked for */
    const char *policy_keys[MAX_KEYS];
    size_t n_policy_keys;
    int64_t at_s;               /* 0: now */
    const char *reason, *owner; /* waive */
    bool wants_help;
    bool wants_all;
    unsigned jobs;
    unsigned timeout_ms;
    size_t row_limit;
    const char *cache_dir;
    const char *keys[MAX_KEYS];
    size_t n_keys;
    const char *passphrase_file;
    const char *algorithm;
    unsigned threshold; /* 0: 1 */
    unsigned min_level;
    const char *trust_dir;
    const char *name;
    const char *expires;
    const char *log;
    const char *seen;
    const char *verifier;
    const char *resource;
    const char *chain_report;
    bool is_recheck;
    const char *trusted_root;
    const char *identity;
    const char *issuer;
    const char *registry_keys;
    const char *bundle;
    const char *packument;
};

/* One flag. `value` names its argument in the help; NULL for a switch, which also has a --no- form. */
struct flag {
    const char *name;
    char letter; /* 0 when there is none */
    const char *value;
    const char *help;
    bool is_in_environment; /* PLUMB_NAME is read before the flags */
    /* Store the value ("1" or "0" for a switch); false when it is not acceptable. */
    bool (*set)(struct options *o, const char *value);
    const char *choices; /* the values that it takes, a space between them; NULL when they are many */
};

/* The i-th flag, NULL past the last. */
const struct flag *flag_at(size_t i);

/* PLUMB_CACHE_DIR for --cache-dir. */
void flag_variable(const struct flag *f, char *out, size_t n);

/* The names of all formats, a space between them. */
void options_list_formats(char *out, size_t n);

/* What of it a check needs. */
struct pl_check_options options_for_check(const struct options *o, const char *subject,
                                          struct pl_observer observer);

/* Read the environment, then argv. On failure `why` (of `n` bytes) says what is wrong; the exit code is then 2. */
bool options_parse(int argc, char **argv, struct options *out, char *why, size_t n);

#endif
