/*
 * sigstore.h - Sigstore bundles (0.1 to 0.3) checked against a trust root that the user supplies, without network.
 *
 * Source: sigstore/protobuf-specs (bundle, trust root), the Sigstore client specification, RFC 6962 for certificate timestamps.
 */
#ifndef PL_ATTEST_SIGSTORE_H
#define PL_ATTEST_SIGSTORE_H

#include "attest/dsse.h"
#include "attest/merkle.h"
#include "format/text/jsondoc.h"

#include <openssl/x509.h>

#define PL_SIGSTORE_MAX_BYTES ((size_t)64 << 20)

/* From when to when something counts, both ends included; seconds since 1970. */
struct pl_valid {
    int64_t start;
    int64_t end; /* INT64_MAX when it has none */
};

struct pl_sigstore_log {
    pl_bytes id;        /* 32 bytes by which entries name it */
    struct pl_key *key; /* owned; NULL for a kind that is not known here */
    struct pl_valid valid;
};

struct pl_sigstore_authority {
    STACK_OF(X509) * chain; /* owned; from the one that signs down to the root */
    struct pl_valid valid;
};

struct pl_sigstore_root {
    struct pl_arena arena;
    PL_VEC(struct pl_sigstore_log) tlogs;
    PL_VEC(struct pl_sigstore_log) ctlogs;
    PL_VEC(struct pl_sigstore_authority) authorities;
    PL_VEC(struct pl_sigstore_authority) timestampers;
};

PL_MUST_USE pl_status pl_sigstore_root_read(pl_bytes json, struct pl_sigstore_root *out, struct pl_err *err);
void pl_sigstore_root_reset(struct pl_sigstore_root *r);

/* One entry of a transparency log, as the bundle has it. */
struct pl_sigstore_entry {
    pl_bytes log_id;
    pl_bytes kind;
    pl_bytes version;
    uint64_t log_index;       /* over all shards */
    uint64_t integrated_time; /* seconds; 0 when there is none */
    pl_bytes promise;         /* signed entry timestamp; no bytes when there is none */
    bool has_proof;
    uint64_t index; /* in its tree */
    uint64_t size;
    pl_sha256 root;
    pl_sha256 hashes[PL_MERKLE_MAX_HEIGHT];
    size_t n_hashes;
    pl_bytes checkpoint;
    pl_bytes body;
};

struct pl_sigstore_bundle {
    struct pl_arena arena;
    bool is_first_version;         /* 0.1: the proof may be missing */
    STACK_OF(X509) * certificates; /* owned; the signer's first. NULL when a key is used instead */
    PL_VEC(struct pl_sigstore_entry) entries;
    PL_VEC(pl_bytes) timestamps; /* DER TimeStampResp (RFC 3161) */
    bool is_envelope;
    struct pl_dsse envelope;
    pl_sha256 digest; /* of the artifact, when there is no envelope */
    pl_bytes signature;
};

PL_MUST_USE pl_status pl_sigstore_bundle_read(pl_bytes json, struct pl_sigstore_bundle *out,
                                              struct pl_err *err);
void pl_sigstore_bundle_reset(struct pl_sigstore_bundle *b);

/*
 * The log entry is in a trusted log: its promise, inclusion and checkpoint. PL_E_TRUST when not. *time is what the promise vouches for; 0: nothing.
 */
PL_MUST_USE pl_status pl_sigstore_check_promise(const struct pl_sigstore_root *r,
                                                const struct pl_sigstore_entry *e, int64_t *time,
                                                struct pl_err *err);
/* The entry's log was in office at `time`. */
PL_MUST_USE pl_status pl_sigstore_check_log_time(const struct pl_sigstore_root *r,
                                                 const struct pl_sigstore_entry *e, int64_t time,
                                                 struct pl_err *err);
PL_MUST_USE pl_status pl_sigstore_check_inclusion(const struct pl_sigstore_root *r,
                                                  const struct pl_sigstore_entry *e, struct pl_err *err);
/* The entry is about this signature by this key or certificate. `material` is its DER: certificate or SubjectPublicKeyInfo. */
PL_MUST_USE pl_status pl_sigstore_check_body(const struct pl_sigstore_bundle *b,
                                             const struct pl_sigstore_entry *e, pl_bytes material,
                                             struct pl_err *err);
/* A timestamp (RFC 3161) over the signature by a trusted authority; *time is what it says. */
PL_MUST_USE pl_status pl_sigstore_check_timestamp(const struct pl_sigstore_root *r, pl_bytes response,
                                                  pl_bytes signature, int64_t *time, struct pl_err *err);
/* The signer's certificate was issued by a trusted authority, for signing code, and was valid at `time`; a certificate log promised to hold it. */
PL_MUST_USE pl_status pl_sigstore_check_certificate(const struct pl_sigstore_root *r,
                                                    const struct pl_sigstore_bundle *b, int64_t time,
                                                    struct pl_err *err);
/* Its names: the subject alternative name and the issuer of the identity (Fulcio's 1.3.6.1.4.1.57264.1.8 or 1.1); "" when it has none. In the arena. */
PL_MUST_USE pl_status pl_sigstore_identity(X509 *certificate, struct pl_arena *arena, const char **name,
                                           const char **issuer, struct pl_err *err);
/* The source that the certificate says it was built from: repository URI, revision, ref (Fulcio's 1.12 to 1.14); NULL for what it does not say. */
void pl_sigstore_source(X509 *certificate, struct pl_arena *arena, const char *said[3]);
/* Is the SCT extension of a certificate good? Part of pl_sigstore_check_certificate(). */
PL_MUST_USE pl_status pl_sigstore_check_sct(const struct pl_sigstore_root *r, X509 *leaf, X509 *issuer,
                                            struct pl_err *err);

/* Seconds of an RFC 3339 time in UTC ("2021-01-12T11:53:27.000Z"); false for anything else. */
bool pl_rfc3339_read(pl_bytes text, int64_t *out);

#endif
