/*
 * read.c - from JSON back to a report.
 *
 * docs/report.schema.json, key by key in tables, in any order. What refers to something else (a finding to its file) is tied at the end.
 */
#include "report/read.h"

#include "report/read_json.h"
#include "report/report.h"

#include <stdlib.h>
#include <string.h>

#define N(fields) (sizeof(fields) / sizeof(fields)[0])

struct pl_report_limits pl_report_limits_default(void)
{
    return (struct pl_report_limits){
        .document_bytes = (uint64_t)1 << 30,
        .files = 1000000,
        .claims = 16000000,
        .findings = 1000000,
        .string_bytes = (size_t)1 << 20,
        .memory_bytes = (uint64_t)4 << 30,
    };
}

static bool read_schema(struct pl_report_reader *x, void *to)
{
    const char *schema;
    (void)to;
    if (!pl_read_text(x, &schema))
        return false;
    return strcmp(schema, PL_REPORT_SCHEMA) == 0 ||
           pl_json_in_fail(&x->in, x->in.value_at, PL_E_UNSUPPORTED, "not a report of this kind: %s expected",
                           PL_REPORT_SCHEMA);
}

static bool read_verdict(struct pl_report_reader *x, void *to)
{
    (void)to;
    return pl_read_text(x, &x->verdict);
}

static bool read_exit_code(struct pl_report_reader *x, void *to)
{
    (void)to;
    return pl_read_u64(x, &x->exit_code);
}

static bool read_subject_digest(struct pl_report_reader *x, void *to)
{
    struct pl_report *r = to;
    if (pl_json_in_is_null(&x->in))
        return true;
    r->has_subject_digest = true;
    return pl_read_sha256(x, &r->subject_sha256);
}

static bool read_subject(struct pl_report_reader *x, void *to)
{
    static const struct pl_json_field fields[] = {
        {"name", false, pl_read_quoted, offsetof(struct pl_report, subject_name)},
        {"purl", false, pl_read_text_or_null, offsetof(struct pl_report, subject_purl)},
        {"sha256", false, read_subject_digest, 0},
        {"size", false, pl_read_u64, offsetof(struct pl_report, subject_size)},
    };
    (void)to;
    return pl_read_object(x, fields, N(fields), x->r);
}

static const char *how_name(int i)
{
    return pl_how_name((enum pl_how)i);
}

static bool read_how(struct pl_report_reader *x, void *to)
{
    int i = 0;
    bool is_read = pl_read_word(x, how_name, PL_HOW_CLAIMED + 1, &i);
    *(enum pl_how *)to = (enum pl_how)i;
    return is_read;
}

static const char *rank_name(int i)
{
    return i == 0 ? "own" : "helper";
}

static bool read_rank(struct pl_report_reader *x, void *to)
{
    int i = 0;
    bool is_read = pl_read_word(x, rank_name, 2, &i);
    *(bool *)to = i == 1;
    return is_read;
}

/* "swh:1:rev:" and 40 hex digits, of which the digits are kept. */
static bool read_swhid(struct pl_report_reader *x, const char *type, const char **to)
{
    const char *text = NULL;
    char prefix[16] = "swh:1:rev:";
    uint8_t id[PL_SHA1_BYTES];
    memcpy(prefix + 6, type, 3);
    if (!pl_read_quoted_or_null(x, &text))
        return false;
    if (text == NULL)
        return true;
    if (strncmp(text, prefix, 10) != 0 || !pl_unhex(pl_bytes_of_str(text + 10), id, sizeof id))
        return pl_json_in_fail(&x->in, x->in.value_at, PL_E_INPUT, "%s and 40 hex digits expected", prefix);
    *to = text + 10;
    return true;
}

static bool read_release(struct pl_report_reader *x, void *to)
{
    return read_swhid(x, "rel", to);
}

static bool read_revision(struct pl_report_reader *x, void *to)
{
    return read_swhid(x, "rev", to);
}

static bool read_directory(struct pl_report_reader *x, void *to)
{
    return read_swhid(x, "dir", to);
}

static bool read_git(struct pl_report_reader *x, void *to)
{
    static const struct pl_json_field fields[] = {
        {"ref", false, pl_read_quoted_or_null, offsetof(struct pl_source_git, ref)},
        {"folder", false, pl_read_quoted_or_null, offsetof(struct pl_source_git, folder)},
        {"found", false, pl_read_bool, offsetof(struct pl_source_git, is_found)},
        {"signer", false, pl_read_quoted_or_null, offsetof(struct pl_source_git, signer)},
        {"release", false, read_release, offsetof(struct pl_source_git, tag)},
        {"revision", false, read_revision, offsetof(struct pl_source_git, commit)},
        {"directory", false, read_directory, offsetof(struct pl_source_git, tree)},
    };
    if (pl_json_in_is_null(&x->in))
        return true;
    struct pl_source_git *git = pl_arena_take(&x->r->arena, sizeof *git);
    if (git == NULL)
        return pl_read_nomem(x);
    *(const struct pl_source_git **)to = git;
    return pl_read_object(x, fields, N(fields), git);
}

static bool read_one_source(struct pl_report_reader *x)
{
    static const struct pl_json_field fields[] = {
        {"name", false, pl_read_quoted, offsetof(struct pl_report_source, name)},
        {"uri", false, pl_read_quoted, offsetof(struct pl_report_source, uri)},
        {"revision", false, pl_read_quoted_or_null, offsetof(struct pl_report_source, revision)},
        {"sha256", false, pl_read_sha256, offsetof(struct pl_report_source, sha256)},
        {"how", false, read_how, offsetof(struct pl_report_source, how)},
        {"rank", false, read_rank, offsetof(struct pl_report_source, is_helper)},
        {"files", false, pl_read_u64, offsetof(struct pl_report_source, files)},
        {"bytes", false, pl_read_u64, offsetof(struct pl_report_source, bytes)},
        {"git", false, read_git, offsetof(struct pl_report_source, git)},
        {"missing", true, pl_read_quoted_or_null, offsetof(struct pl_report_source, missing)},
    };
    struct pl_report_source *one = NULL;
    if (!pl_read_room(x, x->r->sources.n, x->limits->findings, "sources"))
        return false;
    one = PL_VEC_ADD(&x->r->sources);
    return one == NULL ? pl_read_nomem(x) : pl_read_object(x, fields, N(fields), one);
}

static bool read_sources(struct pl_report_reader *x, void *to)
{
    (void)to;
    return pl_read_list(x, read_one_source);
}

static bool read_level_number(struct pl_report_reader *x, void *to)
{
    uint64_t level;
    if (!pl_read_u64(x, &level))
        return false;
    if (level > 4)
        return pl_json_in_fail(&x->in, x->in.value_at, PL_E_INPUT, "levels go from 0 to 4");
    *(unsigned *)to = (unsigned)level;
    return true;
}

static bool read_chain_level(struct pl_report_reader *x, void *to)
{
    if (pl_json_in_is_null(&x->in))
        return true;
    x->r->has_chain_level = true;
    return read_level_number(x, to);
}

static bool read_level(struct pl_report_reader *x, void *to)
{
    static const struct pl_json_field fields[] = {
        {"own", false, read_level_number, offsetof(struct pl_report, level)},
        {"chain", false, read_chain_level, offsetof(struct pl_report, chain_level)},
        {"violation", false, read_level_number, offsetof(struct pl_report, violation)},
    };
    (void)to;
    return pl_read_object(x, fields, N(fields), x->r);
}

static const char *verdict_name(int i)
{
    return pl_verdict_name((enum pl_verdict)i);
}

static bool read_link_verdict(struct pl_report_reader *x, void *to)
{
    int i = 0;
    bool is_read = pl_read_word(x, verdict_name, PL_VERDICT_UNPROVEN + 1, &i);
    *(enum pl_verdict *)to = (enum pl_verdict)i;
    return is_read;
}

static bool read_one_step(struct pl_report_reader *x)
{
    static const struct pl_json_field fields[] = {
        {"what", false, pl_read_quoted, offsetof(struct pl_report_step, what)},
        {"uri", false, pl_read_quoted, offsetof(struct pl_report_step, uri)},
        {"sha256", false, pl_read_sha256, offsetof(struct pl_report_step, sha256)},
    };
    struct pl_report_step *one = NULL;
    if (!pl_read_room(x, x->r->publication.n, x->limits->findings, "steps of publication"))
        return false;
    one = PL_VEC_ADD(&x->r->publication);
    return one == NULL ? pl_read_nomem(x) : pl_read_object(x, fields, N(fields), one);
}

static bool read_steps(struct pl_report_reader *x, void *to)
{
    (void)to;
    return pl_read_list(x, read_one_step);
}

static const struct pl_json_field link_fields[] = {
    {"verdict", false, read_link_verdict, offsetof(struct pl_link_result, verdict)},
    {"why", false, pl_read_quoted, offsetof(struct pl_link_result, why)},
    {"evidence", false, read_steps, 0}, /* of `published` alone */
};

static bool read_published(struct pl_report_reader *x, void *to)
{
    return pl_read_object(x, link_fields, N(link_fields), to);
}

static bool read_link(struct pl_report_reader *x, void *to)
{
    return pl_read_object(x, link_fields, N(link_fields) - 1, to);
}

static bool read_links(struct pl_report_reader *x, void *to)
{
    static const struct pl_json_field fields[] = {
        {"shipped", false, read_link, PL_LINK_SHIPPED * sizeof(struct pl_link_result)},
        {"published", false, read_published, PL_LINK_PUBLISHED * sizeof(struct pl_link_result)},
        {"sourced", false, read_link, PL_LINK_SOURCED * sizeof(struct pl_link_result)},
        {"origin", false, read_link, PL_LINK_ORIGIN * sizeof(struct pl_link_result)},
    };
    (void)to;
    return pl_read_object(x, fields, N(fields), x->r->links);
}

static bool read_files(struct pl_report_reader *x, void *to)
{
    (void)to;
    return pl_read_list(x, pl_read_file);
}

static bool read_bytes(struct pl_report_reader *x, void *to)
{
    (void)to;
    return pl_read_counts(x, &x->bytes);
}

static bool read_findings(struct pl_report_reader *x, void *to)
{
    (void)to;
    return pl_read_list(x, pl_read_finding);
}

static const char *status_name(int i)
{
    return i == 0 ? NULL : pl_status_name((pl_status)-i);
}

static bool read_status(struct pl_report_reader *x, void *to)
{
    int i = 0;
    bool is_read = pl_read_word(x, status_name, -PL_E_BUG + 1, &i);
    *(pl_status *)to = (pl_status)-i;
    return is_read;
}

/* A text into a field of struct pl_err. */
static bool read_error_text(struct pl_report_reader *x, void *to)
{
    const char *text;
    if (!pl_read_quoted(x, &text))
        return false;
    size_t n = strlen(text);
    if (n >= PL_ERR_TEXT_BYTES)
        return pl_json_in_fail(&x->in, x->in.value_at, PL_E_LIMIT, "a text of more than %d bytes",
                               PL_ERR_TEXT_BYTES - 1);
    memcpy(to, text, n + 1);
    return true;
}

static bool read_one_error(struct pl_report_reader *x)
{
    static const struct pl_json_field fields[] = {
        {"status", false, read_status, offsetof(struct pl_err, status)},
        {"subject", false, read_error_text, offsetof(struct pl_err, subject)},
        {"offset", false, pl_read_offset, offsetof(struct pl_err, offset)},
        {"message", false, read_error_text, offsetof(struct pl_err, text)},
        {"hint", false, read_error_text, offsetof(struct pl_err, hint)},
    };
    struct pl_err *one = NULL;
    if (!pl_read_room(x, x->r->errors.n, x->limits->findings, "errors"))
        return false;
    one = PL_VEC_ADD(&x->r->errors);
    return one == NULL ? pl_read_nomem(x) : pl_read_object(x, fields, N(fields), one);
}

static bool read_errors(struct pl_report_reader *x, void *to)
{
    (void)to;
    return pl_read_list(x, read_one_error);
}

static bool read_note(struct pl_report_reader *x)
{
    const char **note = NULL;
    if (!pl_read_room(x, x->r->notes.n, x->limits->findings, "notes"))
        return false;
    note = PL_VEC_ADD(&x->r->notes);
    return note == NULL ? pl_read_nomem(x) : pl_read_quoted(x, note);
}

static bool read_notes(struct pl_report_reader *x, void *to)
{
    (void)to;
    return pl_read_list(x, read_note);
}

/* A short text into an array of the report. */
static bool read_short(struct pl_report_reader *x, char *to, size_t room)
{
    const char *text;
    if (!pl_read_text(x, &text))
        return false;
    size_t n = strlen(text);
    if (n >= room)
        return pl_json_in_fail(&x->in, x->in.value_at, PL_E_INPUT, "a text of at most %zu bytes expected",
                               room - 1);
    memcpy(to, text, n + 1);
    return true;
}

static bool read_started(struct pl_report_reader *x, void *to)
{
    struct pl_report *r = to;
    return read_short(x, r->started, sizeof r->started);
}

static bool read_jobs(struct pl_report_reader *x, void *to)
{
    uint64_t jobs;
    if (!pl_read_u64(x, &jobs))
        return false;
    *(unsigned *)to = (unsigned)jobs;
    return jobs <= UINT16_MAX || pl_json_in_fail(&x->in, x->in.value_at, PL_E_INPUT, "too many jobs");
}

static bool read_run(struct pl_report_reader *x, void *to)
{
    static const struct pl_json_field fields[] = {
        {"tool", false, pl_read_text, offsetof(struct pl_report, tool)},
        {"started", false, read_started, 0},
        {"elapsed_us", false, pl_read_u64, offsetof(struct pl_report, elapsed_us)},
        {"jobs", false, read_jobs, offsetof(struct pl_report, jobs)},
        {"sandbox", true, pl_read_text_or_null, offsetof(struct pl_report, sandbox)},
        {"notes", false, read_notes, 0},
    };
    (void)to;
    return pl_read_object(x, fields, N(fields), x->r);
}

static void read_document(struct pl_report_reader *x)
{
    static const struct pl_json_field fields[] = {
        {"schema", false, read_schema, 0},
        {"verdict", false, read_verdict, 0},
        {"exit_code", false, read_exit_code, 0},
        {"subject", false, read_subject, 0},
        {"sources", false, read_sources, 0},
        {"level", false, read_level, 0},
        {"links", false, read_links, 0},
        {"bytes", false, read_bytes, 0},
        {"files", false, read_files, 0},
        {"findings", false, read_findings, 0},
        {"policy", false, pl_read_policy, 0},
        {"errors", false, read_errors, 0},
        {"run", false, read_run, 0},
    };
    if (x->in.all.n > x->limits->document_bytes)
        (void)pl_json_in_fail(&x->in, 0, PL_E_LIMIT, "more than %llu bytes",
                              (unsigned long long)x->limits->document_bytes);
    else
        (void)pl_read_object(x, fields, N(fields), x->r); /* told by pl_json_in_done() */
}

pl_status pl_report_read(pl_bytes text, const struct pl_report_limits *limits, struct pl_report **out,
                         struct pl_err *err)
{
    const struct pl_report_limits usual = pl_report_limits_default();
    struct pl_report_reader x = {.limits = limits == NULL ? &usual : limits};
    struct pl_limits life = pl_limits_default();
    life.memory_bytes = x.limits->memory_bytes;
    x.r = pl_report_new(&life);
    if (x.r == NULL)
        return pl_fail_nomem(err);
    pl_map_init(&x.texts);
    pl_json_in_init(&x.in, text, &x.r->arena, x.limits->string_bytes, "report");
    read_document(&x);
    if (x.in.why == PL_OK)
        (void)pl_read_tie(&x); /* told by pl_json_in_done() */
    pl_status st = pl_json_in_done(&x.in, err);
    pl_map_reset(&x.texts);
    PL_VEC_FREE(&x.ties);
    if (st == PL_OK)
        *out = x.r;
    else
        pl_report_free(x.r);
    return st;
}
