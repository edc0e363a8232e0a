/*
 * statement.c - reading and writing statements, and our own predicate.
 */
#include "attest/statement.h"

#include "base/json.h"

#include <string.h>

#define KEEP_DEPTH 5 /* statement, predicate, report, bytes or files, one of them, its members */
#define DIGEST_HEX 64

pl_status pl_statement_read(pl_bytes json, struct pl_statement *out, struct pl_err *err)
{
    struct pl_statement s = {0};
    pl_status st = pl_json_doc_read(json, KEEP_DEPTH, &s.doc, err);
    if (st != PL_OK)
        return st;
    const struct pl_json_node *root = pl_json_root(&s.doc);
    s.subjects = pl_json_get(&s.doc, root, "subject");
    s.predicate = pl_json_get(&s.doc, root, "predicate");
    s.predicate_type = pl_json_plain(pl_json_get(&s.doc, root, "predicateType"));
    if (!pl_json_is(pl_json_get(&s.doc, root, "_type"), PL_STATEMENT_TYPE))
        st = pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "statement: _type is not %s", PL_STATEMENT_TYPE);
    else if (s.predicate_type.n == 0)
        st = pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "statement: no predicateType");
    else if (s.subjects == NULL || s.subjects->kind != PL_JSON_ARRAY || s.subjects->first == 0)
        st = pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "statement: no subject");
    const struct pl_json_node *one = st == PL_OK ? pl_json_first(&s.doc, s.subjects) : NULL;
    for (; one != NULL && st == PL_OK; one = pl_json_next(&s.doc, one))
        if (pl_json_first(&s.doc, pl_json_get(&s.doc, one, "digest")) == NULL)
            st = pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "statement: a subject without a digest");
    if (st == PL_OK)
        *out = s;
    else
        pl_statement_reset(&s);
    return st;
}

void pl_statement_reset(struct pl_statement *s)
{
    pl_json_doc_reset(&s->doc);
    *s = (struct pl_statement){0};
}

static bool sha256_of(const struct pl_statement *s, const struct pl_json_node *subject, pl_sha256 *out)
{
    pl_bytes hex = pl_json_plain(pl_json_get(&s->doc, pl_json_get(&s->doc, subject, "digest"), "sha256"));
    return hex.n == DIGEST_HEX && pl_unhex(hex, out->b, PL_SHA256_BYTES);
}

bool pl_statement_is_about(const struct pl_statement *s, const pl_sha256 *digest)
{
    const struct pl_json_node *one = pl_json_first(&s->doc, s->subjects);
    for (; one != NULL; one = pl_json_next(&s->doc, one)) {
        pl_sha256 named;
        if (sha256_of(s, one, &named) && pl_sha256_eq(&named, digest))
            return true;
    }
    return false;
}

pl_status pl_statement_subject(const struct pl_statement *s, pl_sha256 *out, struct pl_err *err)
{
    if (!sha256_of(s, pl_json_first(&s->doc, s->subjects), out))
        return pl_fail(err, PL_E_UNSUPPORTED, PL_NO_OFFSET, "statement: the first subject has no SHA-256");
    return PL_OK;
}

const struct pl_json_node *pl_statement_at(const struct pl_statement *s, const char *const *path)
{
    const struct pl_json_node *at = s->predicate;
    for (; *path != NULL; path++)
        at = pl_json_get(&s->doc, at, *path);
    return at;
}

pl_status pl_statement_write(const struct pl_report *r, const char *predicate_type, pl_bytes predicate,
                             struct pl_buf *out, struct pl_err *err)
{
    struct pl_json j;
    char hex[PL_SHA256_HEX_BYTES];
    if (!r->has_subject_digest) {
        pl_status st = pl_fail(err, PL_E_INPUT, PL_NO_OFFSET,
                               "the report names no digest of a package: nothing to attest");
        pl_err_hint(err, "a check that could not read its package has no account; see errors in the report");
        return st;
    }
    pl_hex(r->subject_sha256.b, PL_SHA256_BYTES, hex);
    pl_json_init(&j, out, 0);
    pl_json_object(&j);
    pl_json_kv_str(&j, "_type", PL_STATEMENT_TYPE);
    pl_json_key(&j, "subject");
    pl_json_array(&j);
    pl_json_object(&j);
    pl_json_key(&j, "name");
    pl_json_quoted(&j, pl_bytes_of_str(r->subject_purl != NULL ? r->subject_purl : r->subject_name));
    pl_json_key(&j, "digest");
    pl_json_object(&j);
    pl_json_kv_str(&j, "sha256", hex);
    pl_json_end_object(&j);
    pl_json_end_object(&j);
    pl_json_end_array(&j);
    pl_json_kv_str(&j, "predicateType", predicate_type);
    pl_json_key(&j, "predicate");
    pl_buf_add(out, predicate);
    pl_buf_add_byte(out, '}');
    return pl_buf_done(out, err);
}

/* Copy JSON that is known to be good without the blanks between its tokens. */
static void add_compact(pl_bytes json, struct pl_buf *out)
{
    bool in_string = false;
    size_t from = 0;
    for (size_t i = 0; i < json.n; i++) {
        uint8_t c = json.p[i];
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
            pl_buf_add(out, pl_bytes_sub(json, from, i - from));
            from = i + 1;
        }
    }
    pl_buf_add(out, pl_bytes_from(json, from));
}

pl_status pl_account_write(pl_bytes report_json, struct pl_buf *out, struct pl_err *err)
{
    pl_sha256 digest;
    char hex[PL_SHA256_HEX_BYTES];
    pl_status st = pl_sha256_of(report_json, &digest, err);
    if (st != PL_OK)
        return st;
    pl_hex(digest.b, PL_SHA256_BYTES, hex);
    pl_buf_printf(out, "{\"reportDigest\":{\"sha256\":\"%s\"},\"report\":", hex);
    add_compact(report_json, out);
    pl_buf_add_byte(out, '}');
    return pl_buf_done(out, err);
}
