/*
 * key_pem.c - keys as PEM texts and files: PKCS#8 (RFC 5958), encrypted by PBES2 (RFC 8018), and SubjectPublicKeyInfo.
 *
 * Not read: the older forms that name an algorithm in the first line ("BEGIN EC PRIVATE KEY"); `openssl pkey -in OLD -out NEW` makes PKCS#8 of them.
 */
#include "attest/key_private.h"
#include "io/read.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PBKDF2_ROUNDS 600000
#define SALT_BYTES    16
#define MAX_BLOCKS    16 /* PEM blocks that are looked at before the key */

static pl_status of_info(PKCS8_PRIV_KEY_INFO *info, struct pl_key **out, struct pl_err *err)
{
    EVP_PKEY *pkey = info == NULL ? NULL : EVP_PKCS82PKEY(info);
    PKCS8_PRIV_KEY_INFO_free(info);
    if (pkey == NULL)
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET,
                       "key: the PKCS#8 block holds no key that is known here");
    return pl_key_of_pkey(pkey, true, out, err);
}

static pl_status of_encrypted(pl_bytes der, pl_bytes passphrase, struct pl_key **out, struct pl_err *err)
{
    const unsigned char *p = der.p;
    X509_SIG *sealed = d2i_X509_SIG(NULL, &p, (long)der.n);
    if (sealed == NULL)
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "key: not an encrypted PKCS#8 key");
    if (passphrase.n == 0) {
        X509_SIG_free(sealed);
        pl_status st =
            pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "key: it is encrypted, and there is no passphrase");
        pl_err_hint(err, "--passphrase-file FILE reads it from the first line of a file");
        return st;
    }
    PKCS8_PRIV_KEY_INFO *info = PKCS8_decrypt(sealed, (const char *)passphrase.p, (int)passphrase.n);
    X509_SIG_free(sealed);
    if (info == NULL)
        return pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "key: the passphrase does not open it");
    return of_info(info, out, err);
}

static pl_status of_block(const char *name, pl_bytes der, pl_bytes passphrase, struct pl_key **out,
                          struct pl_err *err)
{
    const unsigned char *p = der.p;
    if (strcmp(name, "PUBLIC KEY") == 0)
        return pl_key_of_spki(der, out, err);
    if (strcmp(name, "PRIVATE KEY") == 0)
        return of_info(d2i_PKCS8_PRIV_KEY_INFO(NULL, &p, (long)der.n), out, err);
    if (strcmp(name, "ENCRYPTED PRIVATE KEY") == 0)
        return of_encrypted(der, passphrase, out, err);
    pl_status st =
        pl_fail(err, PL_E_UNSUPPORTED, PL_NO_OFFSET, "key: a block '%.40s' is not read here", name);
    pl_err_hint(err, "openssl pkey -in OLD -out NEW makes PKCS#8 of it");
    return st;
}

pl_status pl_key_of_pem(pl_bytes pem, pl_bytes passphrase, struct pl_key **out, struct pl_err *err)
{
    if (pem.n > PL_KEY_FILE_MAX_BYTES)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "key: larger than %u bytes", PL_KEY_FILE_MAX_BYTES);
    BIO *in = BIO_new_mem_buf(pem.n == 0 ? (const void *)"" : pem.p, (int)pem.n);
    pl_status st =
        in == NULL ? pl_fail_nomem(err) : pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "key: no PEM block in it");
    for (int i = 0; in != NULL && i < MAX_BLOCKS; i++) {
        char *name = NULL;
        char *header = NULL;
        unsigned char *der = NULL;
        long n = 0;
        if (PEM_read_bio(in, &name, &header, &der, &n) != 1)
            break;
        bool is_parameters =
            strcmp(name, "EC PARAMETERS") == 0; /* openssl ecparam -genkey writes one before the key */
        if (!is_parameters)
            st = of_block(name, pl_bytes_of(der, (size_t)n), passphrase, out, err);
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_clear_free(der, (size_t)n);
        if (!is_parameters)
            break;
    }
    BIO_free(in);
    ERR_clear_error();
    return st;
}

static pl_status take_bio(BIO *bio, bool is_written, struct pl_buf *out, struct pl_err *err)
{
    char *p = NULL;
    long n = bio == NULL ? 0 : BIO_get_mem_data(bio, &p);
    if (is_written && n > 0)
        pl_buf_add(out, pl_bytes_of(p, (size_t)n));
    BIO_free(bio);
    return is_written && n > 0 ? pl_buf_done(out, err) : pl_fail_nomem(err);
}

pl_status pl_key_private_pem(const struct pl_key *k, pl_bytes passphrase, struct pl_buf *out,
                             struct pl_err *err)
{
    unsigned char salt[SALT_BYTES];
    if (!k->is_private)
        return pl_fail(err, PL_E_USAGE, PL_NO_OFFSET, "key: there is no private part");
    BIO *bio = BIO_new(BIO_s_secmem());
    PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(k->pkey);
    bool is_written = false;
    if (bio != NULL && info != NULL && passphrase.n == 0) {
        is_written = PEM_write_bio_PKCS8_PRIV_KEY_INFO(bio, info) == 1;
    } else if (bio != NULL && info != NULL && RAND_bytes(salt, SALT_BYTES) == 1) {
        X509_SIG *sealed = PKCS8_encrypt(-1, EVP_aes_256_cbc(), (const char *)passphrase.p, (int)passphrase.n,
                                         salt, SALT_BYTES, PBKDF2_ROUNDS, info);
        is_written = sealed != NULL && PEM_write_bio_PKCS8(bio, sealed) == 1;
        X509_SIG_free(sealed);
    }
    PKCS8_PRIV_KEY_INFO_free(info);
    return take_bio(bio, is_written, out, err);
}

pl_status pl_key_public_pem(const struct pl_key *k, struct pl_buf *out, struct pl_err *err)
{
    BIO *bio = BIO_new(BIO_s_mem());
    return take_bio(bio, bio != NULL && PEM_write_bio_PUBKEY(bio, k->pkey) == 1, out, err);
}

/* Nobody but its owner, who is we or root, may read or write it. */
static pl_status refuse_shared(int fd, const char *path, const char *what, struct pl_err *err)
{
    struct stat sb;
    pl_status st = PL_OK;
    if (fstat(fd, &sb) != 0)
        return pl_fail_errno(err, "cannot stat");
    if ((sb.st_mode & 077) != 0) {
        st = pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "others may read or write this %s (mode %04o)", what,
                     (unsigned)sb.st_mode & 07777u);
        pl_err_hint(err, "chmod 600 it; when it lay open, make a new one");
    } else if (sb.st_uid != geteuid() && sb.st_uid != 0) {
        st = pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "this %s belongs to somebody else", what);
    }
    if (st != PL_OK)
        pl_err_about(err, path);
    return st;
}

/* The file on the heap; *fd stays open, so that what is asked about it is asked about what was read. */
static pl_status slurp(const char *path, uint8_t **heap, size_t *n, int *fd, struct pl_err *err)
{
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (*fd < 0) {
        pl_status st = errno == ENOENT ? pl_fail(err, PL_E_NOT_FOUND, PL_NO_OFFSET, "no such file")
                                       : pl_fail_errno(err, "cannot open");
        pl_err_about(err, path);
        return st;
    }
    pl_status st = pl_io_read_fd(*fd, PL_KEY_FILE_MAX_BYTES, heap, n, err);
    if (st != PL_OK) {
        (void)close(*fd); /* opened for reading */
        pl_err_about(err, path);
    }
    return st;
}

pl_status pl_passphrase_read(const char *file, uint8_t **out, size_t *n, struct pl_err *err)
{
    uint8_t *heap = NULL;
    size_t all = 0;
    int fd;
    *out = NULL;
    *n = 0;
    if (file == NULL)
        return PL_OK;
    pl_status st = slurp(file, &heap, &all, &fd, err);
    if (st != PL_OK)
        return st;
    st = refuse_shared(fd, file, "passphrase", err);
    (void)close(fd); /* opened for reading */
    size_t line = 0;
    while (line < all && heap[line] != '\n' && heap[line] != '\r')
        line++;
    if (st == PL_OK && line == 0) {
        st = pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "the passphrase file begins with an empty line");
        pl_err_about(err, file);
    }
    if (st != PL_OK) {
        pl_passphrase_free(heap, all);
        return st;
    }
    *out = heap;
    *n = line;
    return PL_OK;
}

void pl_passphrase_free(uint8_t *p, size_t n)
{
    if (p != NULL)
        OPENSSL_cleanse(p, n);
    free(p);
}

pl_status pl_key_read(const char *path, const char *passphrase_file, struct pl_key **out, struct pl_err *err)
{
    uint8_t *pem = NULL;
    uint8_t *secret = NULL;
    struct pl_key *key = NULL;
    size_t n = 0;
    size_t n_secret = 0;
    int fd;
    pl_status st = slurp(path, &pem, &n, &fd, err);
    if (st != PL_OK)
        return st;
    if (pl_bytes_find(pl_bytes_of(pem, n), PL_LIT("PRIVATE KEY"), 0) != SIZE_MAX)
        st = refuse_shared(fd, path, "private key", err);
    (void)close(fd); /* opened for reading */
    if (st == PL_OK)
        st = pl_passphrase_read(passphrase_file, &secret, &n_secret, err);
    if (st == PL_OK)
        st = pl_key_of_pem(pl_bytes_of(pem, n), pl_bytes_of(secret, n_secret), &key, err);
    pl_passphrase_free(secret, n_secret);
    pl_passphrase_free(pem, n);
    if (st != PL_OK) {
        pl_err_about(err, path);
        return st;
    }
    *out = key;
    return PL_OK;
}
