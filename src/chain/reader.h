/*
 * reader.h - from whatever names components to a chain that nobody has looked at yet.
 *
 * One row of readers.def a kind of input. A reader adds components and dependencies; what is odd is a finding, and only what makes no sense at
 * all is an error.
 */
#ifndef PL_CHAIN_READER_H
#define PL_CHAIN_READER_H

#include "chain/builder.h"
#include "supply/supply.h"

#include <jansson.h>

/* What there is to read. Exactly one of json, purl and folder is there. */
struct pl_chain_input {
    const json_t *json;         /* of a document */
    const struct pl_purl *purl; /* a package to find the dependencies of */
    const char *folder;         /* an unpacked product */
    struct pl_supply *supply;   /* NULL when only documents are read */
    const struct pl_limits *limits;
};

struct pl_chain_reader {
    const char *name; /* "package-lock" */
    bool (*accepts)(const struct pl_chain_input *in);
    /* Add all, set chain->format, and say which component is the root. */
    pl_status (*read)(const struct pl_chain_input *in, struct pl_chain_builder *b, uint32_t *root,
                      struct pl_err *err);
};

/*
 * Fill `chain` from `subject`: a purl, a folder, or a document ("-" is standard input), the last two in a process of their own. `supply` finds the
 * dependencies of a purl.
 * PL_E_INPUT: no document of a known kind, or not JSON (err says at which byte); PL_E_UNSUPPORTED: an edition that is not read.
 */
PL_MUST_USE pl_status pl_chain_read(const char *subject, struct pl_supply *supply,
                                    const struct pl_limits *limits, struct pl_chain *chain,
                                    struct pl_err *err);
/* The same for the text of a document, in this process. */
PL_MUST_USE pl_status pl_chain_read_document(pl_bytes text, const struct pl_limits *limits,
                                             struct pl_chain *chain, struct pl_err *err);

/* The string at a key of an object; no bytes (.p NULL) when it is no string. Lives as long as the object. */
pl_bytes pl_chain_text(const json_t *object, const char *key);
/* The same as a C string, NULL when it is none. */
const char *pl_chain_str(const json_t *object, const char *key);
/* The list at a key: NULL when there is none. PL_E_INPUT when something else stands there. */
PL_MUST_USE pl_status pl_chain_list(const json_t *object, const char *key, const json_t **out,
                                    struct pl_err *err);
/* "SHA-256" and "SHA256" as libcrypto calls it; NULL for algorithms that prove nothing or are not known. */
const char *pl_chain_algorithm(pl_bytes name);

/*
 * Components of an object as "packages" of a lock file is one: by place, each with what its manifest says. `product` has name and version of
 * the product. package_lock.c.
 */
PL_MUST_USE pl_status pl_chain_read_packages(struct pl_chain_builder *b, const json_t *packages,
                                             const json_t *product, uint32_t *root, struct pl_err *err);

#endif
