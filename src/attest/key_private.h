/*
 * key_private.h - what the files about keys share.
 */
#ifndef PL_ATTEST_KEY_PRIVATE_H
#define PL_ATTEST_KEY_PRIVATE_H

#include "attest/key.h"

#include <openssl/evp.h>

struct pl_key {
    EVP_PKEY *pkey; /* owned */
    enum pl_key_kind kind;
    bool is_private;
    pl_sha256 spki;
    char id[PL_KEY_ID_BYTES];
};

/* Takes over `pkey`, also when it fails. */
PL_MUST_USE pl_status pl_key_of_pkey(EVP_PKEY *pkey, bool is_private, struct pl_key **out,
                                     struct pl_err *err);

#endif
