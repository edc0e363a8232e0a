/*
 * read_json.h - tables of keys: what is read into which field of a struct. For read.c and read_file.c.
 */
#ifndef PL_REPORT_READ_JSON_H
#define PL_REPORT_READ_JSON_H

#include "base/json_in.h"
#include "base/map.h"
#include "report/read.h"

struct pl_report_counts {
    uint64_t by_class[PL_CLASS_COUNT];
    uint64_t by_grade[PL_GRADE_COUNT];
    uint64_t total;
};

/* What a finding says of itself, until all files are known. */
struct pl_report_tie {
    pl_bytes path;
    const char *id;
    size_t at; /* where in the text it begins */
};

struct pl_report_reader {
    struct pl_json_in in;
    struct pl_report *r;
    const struct pl_report_limits *limits;
    struct pl_map texts; /* texts that were met: the address of the copy in the report */
    uint64_t n_claims;
    uint64_t all_bytes; /* of files */
    struct pl_report_counts bytes;
    const char *verdict;
    uint64_t exit_code;
    PL_VEC(struct pl_report_tie) ties; /* one for each placed finding */
};

struct pl_json_field {
    const char *key;
    bool is_optional;
    bool (*read)(struct pl_report_reader *x, void *to);
    size_t at; /* of the field in the struct */
};

/* One object by its table of at most 64 keys: each once, none unknown, none missing. */
bool pl_read_object(struct pl_report_reader *x, const struct pl_json_field *fields, size_t n, void *into);

/* Readers for tables. Texts are C strings or pl_bytes in the report's arena; the same text is kept once. */
bool pl_read_u64(struct pl_report_reader *x, void *to);
bool pl_read_bool(struct pl_report_reader *x, void *to);
bool pl_read_text(struct pl_report_reader *x, void *to);         /* const char * */
bool pl_read_text_or_null(struct pl_report_reader *x, void *to); /* const char * */
bool pl_read_quoted(struct pl_report_reader *x, void *to);       /* const char *, once quoted by pl_quote() */
bool pl_read_quoted_or_null(struct pl_report_reader *x, void *to); /* const char * */
bool pl_read_quoted_bytes(struct pl_report_reader *x, void *to);   /* pl_bytes: it may hold a NUL */
bool pl_read_sha256(struct pl_report_reader *x, void *to);
bool pl_read_offset(struct pl_report_reader *x, void *to); /* null is PL_NO_OFFSET */
bool pl_read_counts(struct pl_report_reader *x, void *to); /* struct pl_report_counts */

/* A string that is one of names(0) to names(n - 1). */
bool pl_read_word(struct pl_report_reader *x, const char *(*name)(int i), int n, int *out);
/* Up to `max` named texts; the first that is not there has no name. */
bool pl_read_facts(struct pl_report_reader *x, struct pl_fact *facts, size_t max);
/* Is one more of a kind allowed? */
bool pl_read_room(struct pl_report_reader *x, uint64_t n, uint64_t max, const char *what);
bool pl_read_nomem(struct pl_report_reader *x);

/* All items of an array. */
bool pl_read_list(struct pl_report_reader *x, bool (*item)(struct pl_report_reader *x));

/* One more of each for the report. */
bool pl_read_file(struct pl_report_reader *x);
bool pl_read_finding(struct pl_report_reader *x);
bool pl_read_policy(struct pl_report_reader *x, void *to);
/* What can be said once all is read: findings lie in files that are there, sums sum, verdicts fit. */
bool pl_read_tie(struct pl_report_reader *x);

#endif
