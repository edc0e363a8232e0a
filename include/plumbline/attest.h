/*
 * attest.h - results that others can rely on: signing an account, verifying one, keys, trust, and a log of what was signed.
 *
 * Every call gives an outcome that can be written as text or JSON and has an exit code, also when it fails; other than PL_OK is returned
 * only when not even that could be made (PL_E_NOMEM). Nothing here uses the network. Texts in options are borrowed for the call; zero is
 * a good default for every field that does not say otherwise.
 */
#ifndef PLUMBLINE_ATTEST_H
#define PLUMBLINE_ATTEST_H

#include "plumbline/plumbline.h"

struct pl_outcome;

PL_API void pl_outcome_free(struct pl_outcome *o); /* accepts NULL */
PL_API enum pl_exit pl_outcome_exit(const struct pl_outcome *o);
/* The reason for the exit code; NULL when there is none to give. */
PL_API const struct pl_err *pl_outcome_error(const struct pl_outcome *o);
/* Write it as "text" or "json"; one of pl_attest() also as "intoto" and "vsa", when it was asked for that. PL_E_USAGE for other formats. */
PL_API PL_MUST_USE pl_status pl_outcome_write(const struct pl_outcome *o, const char *format,
                                              const struct pl_write_options *options,
                                              bool (*put)(void *ctx, const void *bytes, size_t n), void *ctx,
                                              struct pl_err *err);
/* Can every outcome be written in it, also one that failed? */
PL_API bool pl_is_outcome_format(const char *format);
/* The outcome of a call that could not begin: a bad flag, a missing argument. */
PL_API PL_MUST_USE pl_status pl_outcome_of_error(const char *verb, const char *subject,
                                                 const struct pl_err *why, struct pl_outcome **out,
                                                 struct pl_err *err);

struct pl_key_options {
    const char *path;            /* of the private key */
    const char *algorithm;       /* to make one: "ed25519" (the default) or "p256" */
    const char *passphrase_file; /* its first line encrypts and opens the key; NULL: no passphrase */
};

/* Make a key: PATH (mode 0600) and PATH.pub. Neither may exist. */
PL_API PL_MUST_USE pl_status pl_key_gen(const struct pl_key_options *options, struct pl_outcome **out,
                                        struct pl_err *err);
/* Say what a key file holds. */
PL_API PL_MUST_USE pl_status pl_key_show(const struct pl_key_options *options, struct pl_outcome **out,
                                         struct pl_err *err);

struct pl_attest_options {
    const char *report;      /* a file that plumb check -o json=PATH wrote */
    const char *const *keys; /* private ones; each signs */
    size_t n_keys;
    const char *passphrase_file;
    bool wants_account; /* format "intoto": the whole account */
    bool
        wants_vsa; /* format "vsa": a verification summary, which names the account's envelope when there is one */
    const char
        *verifier_id;     /* URI of who says so in the summary; NULL: https://plumbline.dev/verifier/KEYID */
    const char *resource; /* URI under which consumers get the package; NULL: the report's purl or name */
    const char *chain; /* a report of plumb chain, for dependencyLevels; NULL: no claim about dependencies */
    const char *log;   /* folder of a log to append to; NULL: none. The first key signs its checkpoint */
    const char *log_name; /* of a log that begins with this; NULL: one made of the key's id */
};

PL_API PL_MUST_USE pl_status pl_attest(const struct pl_attest_options *options, struct pl_outcome **out,
                                       struct pl_err *err);

struct pl_verify_options {
    const char *attestation;
    const char *package;     /* the file that it must be about; NULL: any */
    const char *const *keys; /* public keys that are trusted; none means those of the trust store */
    size_t n_keys;
    unsigned threshold;      /* distinct keys that must have signed; 0 is 1 */
    const char *trust_dir;   /* NULL: $XDG_CONFIG_HOME/plumbline/trust */
    const char *log;         /* folder of the log that it must stand in; NULL: none */
    int64_t at_s;            /* judge expiries as of then, seconds since 1970; 0: now */
    const char *verifier_id; /* a summary must be by this verifier; NULL: any */
    unsigned level;          /* the least own level; 0: whatever is attested */
    /* The same account made again, to be compared with what was signed; NULL: not asked for. */
    const struct pl_report *again;
    bool is_unconfined; /* judge in this process, and not in a child without files, network and programs */
    /* Told of each criterion before anything is opened; may be NULL. */
    void (*criterion)(void *ctx, const char *name, const char *wanted);
    void *ctx;
};

PL_API PL_MUST_USE pl_status pl_verify(const struct pl_verify_options *options, struct pl_outcome **out,
                                       struct pl_err *err);

struct pl_trust_options {
    const char *dir;     /* NULL: $XDG_CONFIG_HOME/plumbline/trust */
    const char *key;     /* add: a file with a public key */
    const char *name;    /* add: what to call it (NULL: the file's name without .pub); remove: which */
    const char *expires; /* add: "2027-06-01", from when on it counts no more; NULL: never */
    int64_t at_s;        /* list: judge as of then; 0: now */
};

PL_API PL_MUST_USE pl_status pl_trust_add(const struct pl_trust_options *options, struct pl_outcome **out,
                                          struct pl_err *err);
PL_API PL_MUST_USE pl_status pl_trust_list(const struct pl_trust_options *options, struct pl_outcome **out,
                                           struct pl_err *err);
PL_API PL_MUST_USE pl_status pl_trust_remove(const struct pl_trust_options *options, struct pl_outcome **out,
                                             struct pl_err *err);

struct pl_log_check_options {
    const char *log; /* its folder */
    const char *const
        *keys; /* one of which must have signed the checkpoint; none means those of the trust store */
    size_t n_keys;
    const char *trust_dir;
    int64_t at_s; /* as above */
    /* A file with the last checkpoint that was seen: the log must have grown from it, and then the new one is written there. It is made when it is not
     * there. NULL: only what the log is now is checked. */
    const char *seen;
};

/* Check all of a log: its signature, every entry and tile, and that it grew from what was seen. */
PL_API PL_MUST_USE pl_status pl_log_check(const struct pl_log_check_options *options, struct pl_outcome **out,
                                          struct pl_err *err);

struct pl_bundle_options {
    const char *bundle;       /* a Sigstore bundle */
    const char *artifact;     /* what it must be about */
    const char *trusted_root; /* Sigstore's trust root, as JSON */
    const char *key;          /* a public key that must have signed; NULL: a certificate with the next two */
    const char *identity;     /* its subject alternative name */
    const char *issuer;       /* who vouched for that name */
    bool is_unconfined;       /* as in pl_verify_options */
    void (*criterion)(void *ctx, const char *name, const char *wanted); /* as in pl_verify_options */
    void *ctx;
};

/* Verify what another signed by way of Sigstore: log, time, certificate, signature, artifact, identity. */
PL_API PL_MUST_USE pl_status pl_verify_bundle(const struct pl_bundle_options *options,
                                              struct pl_outcome **out, struct pl_err *err);

struct pl_packument_options {
    const char *packument; /* the npm registry's document of a package, as JSON */
    const char *package;   /* the .tgz */
    const char *keys;      /* the registry's keys, as JSON */
    bool is_unconfined;    /* as in pl_verify_options */
    void (*criterion)(void *ctx, const char *name, const char *wanted);
    void *ctx;
};

/* Verify the npm registry's signature over a package. */
PL_API PL_MUST_USE pl_status pl_verify_packument(const struct pl_packument_options *options,
                                                 struct pl_outcome **out, struct pl_err *err);

#endif
