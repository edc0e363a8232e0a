/*
 * macho_signature.c - the code signature at the end of a Mach-O image, and whether its page digests are those of the file.
 *
 *     super blob: | 0xfade0cc0 | length | count | count times: | slot | offset | |, blobs: | magic | length | ... |     all big-endian
 *     code directory: | 0xfade0c02 | length | version | flags | digests at | identifier at | special | pages | limit | size, kind, platform, page |
 *
 * Source: Apple, xnu osfmk/kern/cs_blobs.h. The CMS signature is read to the end of its DER; certificates are not verified here.
 */
#include "base/digest.h"
#include "format/binary/der.h"
#include "format/binary/macho_reader.h"

#define SUPER_BLOB     0xfade0cc0u
#define CODE_DIRECTORY 0xfade0c02u
#define CMS_BLOB       0xfade0b01u
#define MAX_BLOBS      64u
#define MAX_PAGE_LOG2  24u

struct directory {
    pl_bytes all;
    uint64_t offset; /* in the image */
    uint32_t digests_at;
    uint32_t n_special;
    uint32_t n_pages;
    uint64_t limit; /* bytes that are covered */
    uint8_t digest_bytes;
    const char *algorithm; /* NULL: not known */
    uint8_t page_log2;     /* 0: one page for all */
};

static bool read_directory(struct pl_macho_reader *r, struct directory *d)
{
    static const char *const algorithms[] = {NULL, "SHA1", "SHA256", "SHA256", "SHA384", "SHA512"};
    struct pl_cursor c = pl_cursor_at(d->all, 8);
    uint32_t version = pl_cursor_u32be(&c);
    pl_cursor_skip(&c, 4);
    d->digests_at = pl_cursor_u32be(&c);
    uint32_t identifier_at = pl_cursor_u32be(&c);
    d->n_special = pl_cursor_u32be(&c);
    d->n_pages = pl_cursor_u32be(&c);
    d->limit = pl_cursor_u32be(&c);
    d->digest_bytes = pl_cursor_u8(&c);
    uint8_t kind = pl_cursor_u8(&c);
    pl_cursor_skip(&c, 1);
    d->page_log2 = pl_cursor_u8(&c);
    pl_cursor_skip(&c, 4);
    uint64_t head = c.at;
    uint32_t team_at = 0;
    if (version >= 0x20100)
        pl_cursor_skip(&c, 4);
    if (version >= 0x20200)
        team_at = pl_cursor_u32be(&c);
    if (version >= 0x20300) {
        pl_cursor_skip(&c, 4);
        uint64_t limit = pl_cursor_u64be(&c);
        d->limit = limit != 0 ? limit : d->limit;
    }
    pl_cursor_skip(&c, version >= 0x20400 ? 24 : 0);
    pl_cursor_skip(&c, version >= 0x20500 ? 8 : 0);
    pl_cursor_skip(&c, version >= 0x20600 ? 16 : 0);
    uint64_t before = (uint64_t)d->n_special * d->digest_bytes;
    uint64_t behind = (uint64_t)d->n_pages * d->digest_bytes;
    if (c.bad || head == 0 || d->digest_bytes == 0 || before > d->digests_at || d->digests_at > d->all.n ||
        behind > d->all.n - d->digests_at || d->page_log2 > MAX_PAGE_LOG2)
        return false;
    d->algorithm = kind < sizeof algorithms / sizeof algorithms[0] ? algorithms[kind] : NULL;
    (void)pl_macho_own(r, d->offset, c.at, PL_IMAGE_SIGNATURE, "code directory"); /* inside: it was read */
    (void)pl_macho_own(r, d->offset + d->digests_at - before, before + behind, PL_IMAGE_SIGNATURE,
                       "code directory");
    uint32_t texts[] = {identifier_at, team_at};
    for (int i = 0; i < 2; i++) {
        pl_bytes text;
        if (texts[i] == 0 || !pl_image_string(d->all, texts[i], 1024, &text) || !pl_image_is_text(text))
            continue;
        (void)pl_macho_own(r, d->offset + texts[i], text.n + 1, PL_IMAGE_SIGNATURE, "code directory");
        if (i == 0 && r->macho->identifier.n == 0)
            r->macho->identifier = text;
    }
    return true;
}

static bool digest_fits(struct pl_macho_reader *r, const struct directory *d, pl_bytes bytes, uint64_t at)
{
    uint8_t digest[PL_DIGEST_MAX_BYTES];
    size_t n;
    pl_status st = pl_digest_parts(d->algorithm, &bytes, 1, digest, &n, r->map->err);
    if (st != PL_OK) {
        r->map->st = st;
        return true;
    }
    size_t used = d->digest_bytes < n ? d->digest_bytes : n;
    return pl_bytes_eq(pl_bytes_of(digest, used), pl_bytes_sub(d->all, (size_t)at, used));
}

/* Every page of the image in front of the signature. */
static void check_pages(struct pl_macho_reader *r, const struct directory *d)
{
    uint64_t first_bad = UINT64_MAX;
    uint64_t end_bad = 0;
    size_t n_bad = 0;
    uint64_t page = d->page_log2 == 0 ? d->limit : 1ull << d->page_log2;
    uint64_t needed = page == 0 ? 0 : (d->limit + page - 1) / page;
    if (d->limit > r->data.n || needed != d->n_pages) {
        pl_image_odd(r->map, "sig.digest-mismatch", PL_SEVERITY_ERROR, r->base + d->offset, d->all.n,
                     "the code directory has %u page digests, and the image needs another number",
                     (unsigned)d->n_pages);
        return;
    }
    for (uint32_t i = 0; i < d->n_pages && pl_image_spend(r->map, 1); i++) {
        uint64_t from = i * page;
        uint64_t to = from + page < d->limit ? from + page : d->limit;
        pl_bytes bytes = pl_bytes_sub(r->data, (size_t)from, (size_t)(to - from));
        if (digest_fits(r, d, bytes, d->digests_at + (uint64_t)i * d->digest_bytes))
            continue;
        first_bad = first_bad == UINT64_MAX ? from : first_bad;
        end_bad = to;
        n_bad++;
    }
    if (n_bad > 0)
        pl_image_odd(r->map, "sig.digest-mismatch", PL_SEVERITY_ERROR, r->base + first_bad,
                     end_bad - first_bad, "%zu of %u pages are not those that were signed", n_bad,
                     (unsigned)d->n_pages);
}

/* Requirements, entitlements: blobs of the signature whose digests stand in front of those of the pages. */
static void check_special(struct pl_macho_reader *r, const struct directory *d, uint32_t slot, pl_bytes blob,
                          uint64_t at)
{
    if (slot == 0 || slot > d->n_special)
        return;
    if (!digest_fits(r, d, blob, d->digests_at - (uint64_t)slot * d->digest_bytes))
        pl_image_odd(r->map, "sig.digest-mismatch", PL_SEVERITY_ERROR, r->base + at, blob.n,
                     "part %u of the code signature is not the one that was signed", (unsigned)slot);
}

static void own_blob(struct pl_macho_reader *r, uint64_t at, pl_bytes blob, uint32_t magic)
{
    pl_bytes rest = pl_bytes_from(blob, 8);
    struct pl_der der;
    if (magic != CMS_BLOB) {
        (void)pl_macho_own(r, at, blob.n, PL_IMAGE_SIGNATURE, "code signature"); /* inside */
        return;
    }
    (void)pl_macho_own(r, at, 8, PL_IMAGE_SIGNATURE, "code signature"); /* inside */
    if (pl_der_take(&rest, PL_DER_SEQUENCE, &der))
        (void)pl_macho_own(r, at + 8, der.whole.n, PL_IMAGE_SIGNATURE, "CMS signature"); /* inside */
}

struct blob {
    uint32_t slot;
    uint64_t at; /* in the image */
    pl_bytes bytes;
    uint32_t magic;
};

static size_t read_blobs(struct pl_macho_reader *r, pl_bytes super, uint64_t offset, struct blob *blobs)
{
    struct pl_cursor c = pl_cursor_at(super, 8);
    uint32_t n = pl_cursor_u32be(&c);
    size_t n_blobs = 0;
    if (c.bad || n > MAX_BLOBS)
        return 0;
    for (uint32_t i = 0; i < n; i++) {
        struct blob *b = &blobs[n_blobs];
        b->slot = pl_cursor_u32be(&c);
        uint32_t at = pl_cursor_u32be(&c);
        struct pl_cursor head = pl_cursor_at(super, at);
        b->magic = pl_cursor_u32be(&head);
        uint32_t length = pl_cursor_u32be(&head);
        if (c.bad || head.bad || length < 8 || length > super.n - at) {
            pl_macho_damaged(r, offset + at, "a part of the code signature lies outside of it");
            continue;
        }
        b->at = offset + at;
        b->bytes = pl_bytes_sub(super, at, length);
        n_blobs++;
    }
    (void)pl_macho_own(r, offset, 12 + 8ull * n, PL_IMAGE_SIGNATURE, "code signature");
    return n_blobs;
}

static void read_parts(struct pl_macho_reader *r, const struct blob *blobs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct directory d = {.all = blobs[i].bytes, .offset = blobs[i].at};
        if (blobs[i].magic != CODE_DIRECTORY) {
            own_blob(r, blobs[i].at, blobs[i].bytes, blobs[i].magic);
            continue;
        }
        if (!read_directory(r, &d)) {
            pl_macho_damaged(r, blobs[i].at, "the code directory does not read as such");
            continue;
        }
        r->is_signed = true;
        if (r->map->findings == NULL || d.algorithm == NULL)
            continue;
        check_pages(r, &d);
        for (size_t k = 0; k < n; k++)
            if (blobs[k].magic != CODE_DIRECTORY && blobs[k].magic != CMS_BLOB)
                check_special(r, &d, blobs[k].slot, blobs[k].bytes, blobs[k].at);
    }
}

void pl_macho_read_signature(struct pl_macho_reader *r, uint64_t offset, uint64_t length)
{
    struct blob blobs[MAX_BLOBS];
    struct pl_cursor c = pl_cursor_at(r->data, offset);
    pl_bytes all = pl_cursor_take(&c, length);
    if (c.bad) {
        pl_macho_damaged(r, offset, "the code signature lies outside of the image");
        return;
    }
    c = pl_cursor_of(all);
    uint32_t magic = pl_cursor_u32be(&c);
    uint32_t used = pl_cursor_u32be(&c);
    if (magic == SUPER_BLOB && used <= all.n)
        read_parts(r, blobs, read_blobs(r, pl_bytes_sub(all, 0, used), offset, blobs));
    else
        pl_macho_damaged(r, offset, "the code signature does not read as such");
    pl_macho_fill(r, offset, offset + length, PL_IMAGE_AS_SIGNATURE, "in or behind the code signature");
}
