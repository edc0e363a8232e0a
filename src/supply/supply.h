/*
 * supply.h - find a package and its source by name, fetch both, and say why they are the published ones.
 *
 * A table of suppliers, one row a purl type (suppliers.def). Everything handed out was checked against an authenticated index,
 * link by link; the links are listed with it.
 */
#ifndef PL_SUPPLY_SUPPLY_H
#define PL_SUPPLY_SUPPLY_H

#include "base/arena.h"
#include "base/digest.h"
#include "io/ask.h"
#include "model/words.h"
#include "supply/purl.h"

struct pl_supply;

/* Borrowed until pl_supply_open() returns, but ctx, which is handed to the callbacks until close. */
struct pl_supply_options {
    bool is_offline;        /* no network call at all */
    const char *cache_dir;  /* NULL: $XDG_CACHE_HOME/plumbline, else ~/.cache/plumbline */
    uint32_t timeout_ms;    /* to connect, and without progress; 0 is 30,000 */
    uint32_t release_age_s; /* a release file fetched within that time is not asked for again; 0 is 900 */
    const char *apt_root;   /* where etc/apt is; NULL is "/" */
    const char *keyring; /* for apt sources that name none; NULL is Debian's archive keyring under apt_root */
    const char *git_mirror; /* folder or template of git repositories (git_fetch.c); NULL: none */
    void (*log)(void *ctx, enum pl_severity severity,
                const char *message); /* raw text: quote it; may be NULL */
    void (*progress)(void *ctx, const char *what, uint64_t done_bytes,
                     uint64_t total_bytes); /* may be NULL; comes from several threads */
    void *ctx;
    /* A process may be started by another thread only while this one holds no lock of a library. All may be NULL. */
    void (*pause)(bool is_begin);   /* around a wait for the network, in which it holds none */
    void (*forking)(bool is_begin); /* around the start of a process by this one */
    void (*holding)(bool is_begin); /* around the work of a thread that is started while this one is paused */
    bool is_unconfined;             /* documents and packed indices are read in this process */
};

/* One link of the chain from a key to the bytes. */
struct pl_supply_step {
    const char *what; /* "release index", "package index", "package"... */
    const char *uri;
    pl_sha256 sha256;
};

/* One file of a source package. */
struct pl_supply_artifact {
    const char *name; /* "xz-utils_5.4.1-1.dsc" */
    const char *uri;
    pl_sha256 sha256;
    pl_bytes bytes;
};

/* A package, its source, or both, each file checked. Owns all that it points to. */
struct pl_supplied {
    const char *purl; /* canonical, with version and arch; NULL without a package */
    const char *package;
    const char *version;
    const char *arch;
    const char *filename; /* without folders */
    const char *uri;
    pl_bytes bytes; /* of the package */
    pl_sha256 sha256;
    bool is_exact; /* the version is the one asked for (or none was asked for) */

    const char *source_name; /* NULL when no source was asked for */
    const char *source_version;
    const char *source_why;               /* why there is no source; NULL when there is one */
    struct pl_supply_artifact *artifacts; /* the .dsc first */
    size_t n_artifacts;

    const char *repository;        /* URL of the git repository that the metadata claims; NULL */
    const char *repository_folder; /* of the package in it; "" */
    const char *repository_commit; /* that the metadata claims; NULL */

    enum pl_how how;           /* of the source: claimed when only the metadata names it */
    enum pl_verdict published; /* of the link; holds when this was returned with a package */
    const char *why;           /* "sha256 listed in Packages, that listed in InRelease, that signed by …" */
    struct pl_supply_step *steps;
    size_t n_steps;
};

void pl_supplied_free(struct pl_supplied *s); /* accepts NULL */

/* Whatever waits for a network at that moment of the monotonic clock ends with PL_E_LIMIT, and names the seconds; 0: no such moment. */
void pl_supply_set_deadline(struct pl_supply *s, uint64_t deadline_ns, uint32_t seconds);

/* Whether and how another process is asked to read what nobody should read here: fills in `forking` and `is_here`. */
void pl_supply_asking(const struct pl_supply *s, struct pl_ask *ask);

/* Let go of the memory behind the files of the source, which stay readable: once they are unpacked nobody looks at them again. */
void pl_supplied_let_go(const struct pl_supplied *s);

/* What the signed indices say about a file somebody has. */
enum pl_publication_answer {
    PL_PUBLICATION_EQUAL,     /* listed with this digest */
    PL_PUBLICATION_OTHER,     /* name, version and architecture are listed with another digest */
    PL_PUBLICATION_NOT_LISTED /* nobody lists that version */
};

struct pl_publication {
    enum pl_publication_answer answer;
    enum pl_verdict published; /* holds, broken, unproven */
    const char *why;
    const char *purl;     /* canonical, by the publisher's name; NULL when not listed */
    pl_sha256 listed;     /* digest and place of the published file, when listed */
    uint64_t listed_size; /* bytes */
    const char *listed_uri;
    struct pl_supply_step *steps;
    size_t n_steps;
};

void pl_publication_free(struct pl_publication *p); /* accepts NULL */

/*
 * A supply serves one thread at a time. Opening reads nothing but the options; sources are read at the first question.
 */
PL_MUST_USE pl_status pl_supply_open(const struct pl_supply_options *options, struct pl_supply **out,
                                     struct pl_err *err);
void pl_supply_close(struct pl_supply *s); /* accepts NULL; what was supplied stays valid */

/*
 * The package of that purl and its source. Without a version the highest one, over all sources of this machine; without
 * `arch` this machine's.
 * PL_E_NOT_FOUND: no usable index has it. PL_E_NETWORK: no network, or a miss when offline (the hint says what to do).
 * PL_E_TRUST: a signature or digest does not fit (err names the URL). PL_E_UNSUPPORTED: no supplier for that type. PL_E_IO: the cache
 * cannot be written.
 */
PL_MUST_USE pl_status pl_supply_fetch(struct pl_supply *s, const struct pl_purl *purl,
                                      struct pl_supplied **out, struct pl_err *err);

/*
 * The same for a package that a lock file pins and that is only compared with: what the registry said of that version before is not asked for
 * again.
 */
PL_MUST_USE pl_status pl_supply_fetch_pinned(struct pl_supply *s, const struct pl_purl *purl,
                                             struct pl_supplied **out, struct pl_err *err);

/*
 * The highest versions of a package, highest first, at most `max`; those before a release (1.0.0-rc.1) are left out. The texts are in
 * `arena`. PL_E_UNSUPPORTED where the index does not tell.
 */
PL_MUST_USE pl_status pl_supply_versions(struct pl_supply *s, const struct pl_purl *purl,
                                         struct pl_arena *arena, pl_bytes *out, size_t max, size_t *n,
                                         struct pl_err *err);

/* Is there a supplier for packages of that type ("deb", "npm")? */
bool pl_supply_knows(pl_bytes purl_type);

/*
 * A digest over what the publisher's index says of that version and its source: it is another one when either changes. Documents that do not
 * change are taken from the cache; the package itself is not fetched. Errors as pl_supply_fetch().
 */
PL_MUST_USE pl_status pl_supply_fingerprint(struct pl_supply *s, const struct pl_purl *purl, pl_sha256 *out,
                                            struct pl_err *err);

/*
 * One Debian package without its source: that version when it is listed, else the highest (out->is_exact says which).
 * `version` and `arch` may be NULL.
 */
PL_MUST_USE pl_status pl_supply_fetch_deb(struct pl_supply *s, const char *name, const char *version,
                                          const char *arch, struct pl_supplied **out, struct pl_err *err);

/* One Debian source package; `version` may be NULL for the highest. */
PL_MUST_USE pl_status pl_supply_fetch_source(struct pl_supply *s, const char *name, const char *version,
                                             struct pl_supplied **out, struct pl_err *err);

/*
 * Is the .deb that says it is `name` `version` `arch`, and has this digest, what was published? Fetches indices only. Errors as
 * pl_supply_fetch(), but never PL_E_NOT_FOUND.
 */
PL_MUST_USE pl_status pl_supply_publication(struct pl_supply *s, pl_bytes name, pl_bytes version,
                                            pl_bytes arch, const pl_sha256 *digest,
                                            struct pl_publication **out, struct pl_err *err);

/* A package with headers that a build may have used; texts live in the arena that was given. */
struct pl_dev_package {
    const char *name;
    const char *version;
    const char *uri;
    pl_sha256 sha256;
    bool is_toolchain; /* the compiler's and the C library's, which every build has */
};

struct pl_dev_packages {
    struct pl_dev_package *v; /* toolchain first, then in order of `build_depends` and of the way there */
    size_t n;
    const char **missing; /* named, and in no index */
    size_t n_missing;
    bool is_cut; /* there were more than PL_MAX_DEV_PACKAGES */
};

#define PL_MAX_DEV_PACKAGES 192u

/*
 * The -dev packages that `toolchain` and `build_depends` (lists as in debian/control) name for `arch`, and those that they depend on. Of
 * alternatives the first that is listed counts, as apt would choose. Fetches indices only. Errors as pl_supply_publication().
 */
PL_MUST_USE pl_status pl_supply_dev_packages(struct pl_supply *s, pl_bytes toolchain, pl_bytes build_depends,
                                             const char *arch, struct pl_arena *arena,
                                             struct pl_dev_packages *out, struct pl_err *err);

/* A package that another one needs; texts live in the arena that was given. */
struct pl_deb_node {
    const char *name;
    const char *version;
    const char *purl; /* canonical, with version and arch */
};

struct pl_deb_need {
    uint32_t from;       /* a node */
    uint32_t to;         /* a node; UINT32_MAX when nothing that is listed satisfies it */
    const char *missing; /* then: the first alternative */
};

struct pl_deb_closure {
    struct pl_deb_node *v; /* the package itself first, then in order of the finding */
    size_t n;
    struct pl_deb_need *needs;
    size_t n_needs;
};

#define PL_MAX_DEB_CLOSURE 20000u

/*
 * The package of that purl and all that it needs to run: Pre-Depends and Depends, and what those need. Of alternatives one that is needed anyway
 * counts, else the first that is listed in a version that fits; a virtual package is the one of its providers that apt would take: by
 * priority, then by name. Fetches indices only. Errors as pl_supply_fetch().
 */
PL_MUST_USE pl_status pl_supply_depends(struct pl_supply *s, const struct pl_purl *purl,
                                        struct pl_arena *arena, struct pl_deb_closure *out,
                                        struct pl_err *err);

/*
 * What was derived from the bytes of that digest, in the form of that name ("headers-1"), kept in the cache. What has been damaged there counts
 * as absent: PL_E_NOT_FOUND. *heap is the caller's to free.
 */
PL_MUST_USE pl_status pl_supply_derived_read(struct pl_supply *s, const pl_sha256 *of, const char *form,
                                             uint8_t **heap, size_t *n, struct pl_err *err);
PL_MUST_USE pl_status pl_supply_derived_write(struct pl_supply *s, const pl_sha256 *of, const char *form,
                                              pl_bytes derived, struct pl_err *err);

#endif
