/*
 * pe_certificates.c - the certificate table, and whether the digest that is signed is the digest of the file.
 *
 *     | length 4 | revision 2 | type 2 | PKCS #7 signed data in DER ... | zeros to 8 |   one after the other
 *
 * A signature covers the file without its own table, so bytes behind the DER change nothing for who verifies: CVE-2013-3900, and the way
 * d3dcompiler_47.dll carried the payload of 3CX. Signature bytes end where the DER ends.
 * Source: "Windows Authenticode Portable Executable Signature Format" 1.0; RFC 2315. Certificates are not verified here.
 */
#include "base/digest.h"
#include "format/binary/der.h"
#include "format/binary/pe_reader.h"

#define ENTRY_HEAD_BYTES 8u
#define TYPE_PKCS7       2u

/* The digest in SpcIndirectDataContent, and its algorithm. */
struct signed_digest {
    pl_bytes algorithm; /* contents of the OID */
    pl_bytes value;
};

/*
 * ContentInfo { oid, [0] SignedData { version, algorithms, ContentInfo { oid, [0] SpcIndirectDataContent { data, DigestInfo { { oid, ... },
 * value } } } ... } }
 */
static bool find_digest(pl_bytes der, struct signed_digest *out)
{
    struct pl_der d;
    pl_bytes at = der;
    if (!pl_der_take(&at, PL_DER_SEQUENCE, &d))
        return false;
    at = d.contents;
    if (!pl_der_take(&at, PL_DER_OID, &d) || !pl_der_take(&at, PL_DER_CONTEXT0, &d))
        return false;
    at = d.contents;
    if (!pl_der_take(&at, PL_DER_SEQUENCE, &d))
        return false;
    at = d.contents;
    if (!pl_der_take(&at, PL_DER_INTEGER, &d) || !pl_der_take(&at, PL_DER_SET, &d) ||
        !pl_der_take(&at, PL_DER_SEQUENCE, &d))
        return false;
    at = d.contents;
    if (!pl_der_take(&at, PL_DER_OID, &d) || !pl_der_take(&at, PL_DER_CONTEXT0, &d))
        return false;
    at = d.contents;
    if (!pl_der_take(&at, PL_DER_SEQUENCE, &d))
        return false;
    at = d.contents;
    if (!pl_der_take(&at, PL_DER_SEQUENCE, &d) || !pl_der_take(&at, PL_DER_SEQUENCE, &d))
        return false;
    at = d.contents;
    struct pl_der algorithm;
    if (!pl_der_take(&at, PL_DER_SEQUENCE, &algorithm) || !pl_der_take(&at, PL_DER_OCTETS, &d))
        return false;
    out->value = d.contents;
    at = algorithm.contents;
    if (!pl_der_take(&at, PL_DER_OID, &d))
        return false;
    out->algorithm = d.contents;
    return true;
}

static const char *algorithm_name(pl_bytes oid)
{
    static const struct {
        const char *oid;
        uint8_t n;
        const char *name;
    } known[] = {
        {"\x2b\x0e\x03\x02\x1a", 5, "SHA1"},
        {"\x60\x86\x48\x01\x65\x03\x04\x02\x01", 9, "SHA256"},
        {"\x60\x86\x48\x01\x65\x03\x04\x02\x02", 9, "SHA384"},
        {"\x60\x86\x48\x01\x65\x03\x04\x02\x03", 9, "SHA512"},
        {"\x2a\x86\x48\x86\xf7\x0d\x02\x05", 8, "MD5"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (pl_bytes_eq(oid, pl_bytes_of(known[i].oid, known[i].n)))
            return known[i].name;
    return NULL;
}

/* All of the file but the checksum, the entry of the certificate directory and what begins at `table_at`. */
static void check_digest(struct pl_pe_reader *r, uint64_t at, uint64_t table_at, pl_bytes der)
{
    static const uint8_t zeros[8] = {0};
    struct signed_digest d;
    uint8_t digest[PL_DIGEST_MAX_BYTES];
    size_t n;
    if (r->map.findings == NULL || !find_digest(der, &d))
        return; /* some other signed data: the caller has looked at its shape */
    const char *name = algorithm_name(d.algorithm);
    pl_bytes covered = pl_bytes_sub(r->data, 0, (size_t)table_at);
    pl_bytes parts[4] = {
        pl_bytes_sub(covered, 0, r->checksum_at),
        pl_bytes_sub(covered, r->checksum_at + 4, r->certificate_entry_at - r->checksum_at - 4),
        pl_bytes_from(covered, r->certificate_entry_at + 8),
        pl_bytes_of(zeros, (8 - table_at % 8) % 8),
    };
    if (name == NULL) {
        pl_image_odd(&r->map, "sig.unknown-digest", PL_SEVERITY_WARNING, at, der.n,
                     "the signature names a digest that is not known here");
        return;
    }
    pl_status st = pl_digest_parts(name, parts, 4, digest, &n, r->map.err);
    if (st != PL_OK) {
        r->map.st = st;
        return;
    }
    if (!pl_bytes_eq(pl_bytes_of(digest, n), d.value))
        pl_image_odd(&r->map, "sig.digest-mismatch", PL_SEVERITY_ERROR, at, der.n,
                     "the signature is for other bytes than these: its %s digest does not fit the file",
                     name);
}

/* What follows the signature in its entry: up to seven zeros may. */
static void own_slack(struct pl_pe_reader *r, uint64_t at, uint64_t end)
{
    pl_bytes slack = pl_bytes_sub(r->data, (size_t)at, (size_t)(end - at));
    size_t pad = (8 - at % 8) % 8;
    if (pad > slack.n)
        pad = slack.n;
    while (pad > 0 && !pl_bytes_all(pl_bytes_sub(slack, 0, pad), 0))
        pad--;
    pl_image_own(&r->map, at, pad, PL_IMAGE_STRUCTURE, "padding");
    slack = pl_bytes_from(slack, pad);
    if (slack.n == 0)
        return;
    bool is_zero = pl_bytes_all(slack, 0);
    pl_image_own(&r->map, at + pad, slack.n, is_zero ? PL_IMAGE_STRUCTURE : PL_IMAGE_UNOWNED,
                 "behind a signature");
    pl_image_odd(&r->map, "sig.appended-data", is_zero ? PL_SEVERITY_WARNING : PL_SEVERITY_ERROR, at + pad,
                 slack.n, "%zu bytes%s after the end of a digital signature", slack.n,
                 is_zero ? ", all zero," : "");
}

static void read_entry(struct pl_pe_reader *r, uint64_t at, uint64_t end, uint16_t type, uint64_t table_at)
{
    uint64_t body = at + ENTRY_HEAD_BYTES;
    pl_bytes rest = pl_bytes_sub(r->data, (size_t)body, (size_t)(end - body));
    struct pl_der der;
    pl_image_own(&r->map, at, ENTRY_HEAD_BYTES, PL_IMAGE_STRUCTURE, "certificate table");
    r->pe->is_signed = true;
    if (type != TYPE_PKCS7 || !pl_der_take(&rest, PL_DER_SEQUENCE, &der) || !pl_der_is_nested(der.whole)) {
        pl_image_own(&r->map, body, end - body, PL_IMAGE_UNOWNED, "behind a signature");
        pl_image_odd(&r->map, "sig.appended-data", PL_SEVERITY_ERROR, body, end - body,
                     "%llu bytes in the certificate table are no signature",
                     (unsigned long long)(end - body));
        return;
    }
    pl_image_own(&r->map, body, der.whole.n, PL_IMAGE_SIGNATURE, "Authenticode signature");
    own_slack(r, body + der.whole.n, end);
    check_digest(r, body, table_at, der.whole);
}

void pl_pe_read_certificates(struct pl_pe_reader *r)
{
    uint64_t table_at = r->pe->directories[PL_PE_CERTIFICATES].address;
    uint64_t length = r->pe->directories[PL_PE_CERTIFICATES].length;
    if (table_at == 0 || length == 0)
        return;
    if (table_at > r->data.n || length > r->data.n - table_at ||
        table_at < (uint64_t)r->certificate_entry_at + 8) {
        pl_pe_damaged(r, table_at, "the certificate table lies outside of the file");
        return;
    }
    uint64_t end = table_at + length;
    uint64_t at = table_at;
    while (at < end && pl_image_spend(&r->map, ENTRY_HEAD_BYTES)) {
        struct pl_cursor c = pl_cursor_at(pl_bytes_sub(r->data, 0, (size_t)end), at);
        uint32_t n = pl_cursor_u32le(&c);
        pl_cursor_skip(&c, 2);
        uint16_t type = pl_cursor_u16le(&c);
        if (c.bad || n < ENTRY_HEAD_BYTES || n > end - at)
            break;
        uint64_t entry_end = at + n;
        read_entry(r, at, entry_end, type, table_at);
        at = (entry_end + 7) & ~7ull;
        if (at > end)
            at = end;
        pl_image_fill(&r->map, entry_end, at, PL_IMAGE_AS_SIGNATURE, "behind a signature");
    }
    pl_image_fill(&r->map, at, end, PL_IMAGE_AS_SIGNATURE, "behind the last signature");
}
