/*
 * chain.h - a product as a graph of components: what each one is, what was found out about it, and where the chain is weakest.
 *
 * Components are sorted by key, so that their numbers depend on what they are and not on where a document names them.
 */
#ifndef PL_MODEL_CHAIN_H
#define PL_MODEL_CHAIN_H

#include "model/graph.h"
#include "model/measure.h"
#include "model/report.h"
#include "plumbline/chain.h"

#define PL_LEVEL_MAX     4u
#define PL_LEVEL_NEUTRAL 5u /* of the product that a document describes: it never sets a minimum */

struct pl_component_source {
    const char *name;
    const char *uri;
    const char *revision; /* NULL when there is none */
    char sha256[PL_SHA256_HEX_BYTES];
    enum pl_how how;
};

struct pl_component_finding {
    const char *tag;
    enum pl_severity severity;
    const char *path;
    const char *message;
    char sha256
        [PL_SHA256_HEX_BYTES]; /* of the file, or of the package for a finding about all of it; "" when neither has one */
    uint64_t offset; /* in the file; PL_NO_OFFSET: about all of it */
    uint64_t length;
};

/* One edited file of a copy in a product: lines that it has and the published one lacks, and the other way round. */
struct pl_component_delta {
    const char *path;
    bool is_text; /* else nobody can tell lines */
    uint64_t added;
    uint64_t removed;
    const char *added_at;   /* "12-14, 80", the first few; lines of the product's file */
    const char *removed_at; /* lines of the published file */
};

/* What a check found out, without its ledger. Texts live as long as the chain. */
struct pl_component_result {
    unsigned level;
    unsigned violation; /* the level that a broken link would have earned; 0 when none is broken */
    enum pl_exit exit;
    struct pl_link_result links[PL_LINK_COUNT];
    bool has_digest;
    pl_sha256 sha256;
    uint64_t size; /* bytes of the package */
    uint64_t total_bytes;
    uint64_t unaccounted;
    uint64_t opaque;
    struct pl_measure measure; /* what policies judge; all 0 when only the package was looked at */
    struct pl_component_source *sources;
    size_t n_sources;
    struct pl_component_finding *findings; /* the first ones: errors before warnings */
    size_t n_findings;
    uint64_t errors;
    uint64_t warnings;
    const char *delta_of; /* of a copy with changes: the purl that it is a copy of; NULL */
    const char *copy_at;  /* the folder of a copy that is not where its manager would have put it; NULL */
    struct pl_component_delta *delta;
    size_t n_delta;
};

/* One more place of a component in the product. */
struct pl_place {
    const char *path;
    const struct pl_place *next;
};

struct pl_component;
/* Something about it contradicts; never true of what was not examined. */
bool pl_component_is_broken(const struct pl_component *c);

struct pl_component {
    const char *key;              /* unique: the canonical purl, else the document's own name for it */
    const char *purl;             /* NULL when it has none */
    const char *name;             /* for people: "@babel/core" */
    const char *version;          /* "" when not known */
    const char *reference;        /* what the document calls it (bom-ref, SPDXID, path); NULL */
    const char *scope;            /* static: "required", "dev", "optional" */
    const char *elsewhere;        /* it comes from there, and not from where its type is published; NULL */
    const char *pinned_algorithm; /* static: "SHA512"; NULL when the document pins no digest */
    const char *pinned_hex;
    bool pins_package; /* the digest is of the package as it is installed, and of nothing else */
    const char *place; /* in the product: "node_modules/a"; NULL */
    const struct pl_place *more_places;
    bool is_product;                          /* the document is about it: there is no package to look at */
    const struct pl_component_result *result; /* NULL: not examined */
    const char *why_not;                      /* then: why; never NULL once the chain is solved */
    bool is_cached;                           /* the result is from an earlier run */
    bool is_late;                             /* there is no result, since it took too long */
    uint8_t own;                              /* 0 when not examined */
    uint8_t chain;
};

/* What lifts the product to `level`: all components that it reaches whose own level is below. No smaller set does. */
struct pl_chain_step {
    unsigned level;
    uint32_t *v;
    uint32_t n;
    uint32_t more; /* of those: the ones that no step before has */
};

struct pl_chain {
    struct pl_arena arena; /* all texts and arrays */
    const char *subject;   /* as the user named it */
    const char *format;    /* "package-lock 3", "CycloneDX 1.6"; static or in the arena */
    pl_bytes document; /* the document as it was read, for those who write it again; no bytes for others */
    PL_VEC(struct pl_component) components;
    uint32_t root;
    PL_VEC(struct pl_edge) edges; /* as they were read; `graph` has them sorted */
    struct pl_graph graph;
    struct pl_condensation groups;
    uint64_t work; /* what sorting took, and graphs that were built before; pl_chain_work() has it all */
    struct pl_findings findings;

    uint8_t level;           /* of the chain */
    unsigned required;       /* 0: nothing is */
    const char *required_by; /* "--require", or "plumb.yaml:4"; NULL: nobody requires anything */
    const char *product;     /* folder or archive that the components were looked for in; NULL */
    uint64_t own_counts[PL_LEVEL_MAX +
                        1]; /* examined components by their own level, the product itself left out */
    uint64_t chain_counts[PL_LEVEL_MAX + 1];
    uint64_t unexamined;
    uint64_t depth;
    uint64_t cached;
    uint32_t *path; /* from the root to what sets the level */
    uint32_t n_path;
    uint64_t other_paths; /* at most PL_CHAIN_MOST_PATHS */
    uint32_t *weakest;    /* all components at that level */
    uint32_t n_weakest;
    uint32_t *dependants; /* of each of the weakest; UINT32_MAX when there are too many to count */
    struct pl_chain_step steps[PL_LEVEL_MAX];
    unsigned n_steps;

    PL_VEC(struct pl_err) errors; /* what kept the chain from being read */
    enum pl_exit exit;
    unsigned jobs;
    char started[32];
    uint64_t elapsed_us;
};

#define PL_CHAIN_MOST_PATHS 1000000u

/* An empty chain on the heap; NULL when out of memory. pl_chain_free() frees it. */
struct pl_chain *pl_chain_new(const struct pl_limits *limits);

/* Components, dependencies and groups looked at, keys moved and compared, from the first step to the last: time follows it. */
static inline uint64_t pl_chain_work(const struct pl_chain *c)
{
    return c->work + c->graph.work + c->groups.work;
}

#endif
