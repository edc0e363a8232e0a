/*
 * vsa.c - the SLSA Verification Summary Attestation: the short form, for those who only want to know whether and how far.
 *
 * Levels are ours, LCAL_0 to LCAL_4 (docs/levels.md): the specification keeps names that begin with SLSA_ for itself.
 * Source: SLSA 1.2, verification_summary. A report that is not a pass is FAILED there, since the format knows no third word.
 */
#include "attest/statement.h"

#include "base/json.h"

#define LEVELS 5

static void write_verifier(struct pl_json *j, const struct pl_vsa *v)
{
    pl_json_key(j, "verifier");
    pl_json_object(j);
    pl_json_kv_str(j, "id", v->verifier_id);
    pl_json_key(j, "version");
    pl_json_object(j);
    pl_json_kv_str(j, "plumb", PL_VERSION);
    pl_json_end_object(j);
    pl_json_end_object(j);
}

static void write_digest(struct pl_json *j, const pl_sha256 *digest)
{
    char hex[PL_SHA256_HEX_BYTES];
    pl_hex(digest->b, PL_SHA256_BYTES, hex);
    pl_json_key(j, "digest");
    pl_json_object(j);
    pl_json_kv_str(j, "sha256", hex);
    pl_json_end_object(j);
}

static void write_policy(struct pl_json *j, const struct pl_report *r)
{
    struct pl_buf uri;
    const char *name = r->policy.name != NULL ? r->policy.name : "default";
    pl_buf_init(&uri, 4096);
    pl_buf_printf(&uri, "https://plumbline.dev/policy/%s", name);
    pl_json_key(j, "policy");
    pl_json_object(j);
    pl_json_key(j, "uri");
    pl_json_quoted(j, pl_buf_bytes(&uri));
    if (r->policy.has_digest)
        write_digest(j, &r->policy.sha256);
    pl_json_end_object(j);
    pl_buf_reset(&uri);
}

static void write_inputs(struct pl_json *j, const struct pl_vsa *v)
{
    if (v->account == NULL)
        return;
    pl_json_key(j, "inputAttestations");
    pl_json_array(j);
    pl_json_object(j);
    if (v->account_uri != NULL)
        pl_json_kv_str(j, "uri", v->account_uri);
    write_digest(j, v->account);
    pl_json_end_object(j);
    pl_json_end_array(j);
}

static void write_levels(struct pl_json *j, const struct pl_report *r, const struct pl_vsa *v)
{
    char name[16] = "LCAL_0";
    bool is_pass = r->exit == PL_EXIT_PASS;
    pl_json_kv_str(j, "verificationResult", is_pass ? "PASSED" : "FAILED");
    pl_json_key(j, "verifiedLevels");
    pl_json_array(j);
    name[5] = (char)('0' + (r->level < LEVELS ? r->level : 0));
    pl_json_str(j, is_pass ? name : "FAILED");
    pl_json_end_array(j);
    if (!v->has_dependencies)
        return;
    pl_json_key(j, "dependencyLevels");
    pl_json_object(j);
    for (int i = 0; i < LEVELS; i++) {
        name[5] = (char)('0' + i);
        if (v->dependency_levels[i] > 0)
            pl_json_kv_u64(j, name, v->dependency_levels[i]);
    }
    pl_json_end_object(j);
}

pl_status pl_vsa_write(const struct pl_report *r, const struct pl_vsa *v, struct pl_buf *out,
                       struct pl_err *err)
{
    struct pl_json j;
    pl_json_init(&j, out, 0);
    pl_json_object(&j);
    write_verifier(&j, v);
    pl_json_kv_str(&j, "timeVerified", v->time_verified);
    pl_json_key(&j, "resourceUri");
    pl_json_quoted(&j, pl_bytes_of_str(v->resource));
    write_policy(&j, r);
    write_inputs(&j, v);
    write_levels(&j, r, v);
    pl_json_kv_str(&j, "slsaVersion", "1.2");
    pl_json_end_object(&j);
    return pl_buf_done(out, err);
}
