/*
 * archive_build.h - archives built byte by byte in a test, honest or not.
 */
#ifndef PL_TEST_ARCHIVE_BUILD_H
#define PL_TEST_ARCHIVE_BUILD_H

#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

static inline void build_pad(struct pl_buf *b, size_t align)
{
    while (b->n % align != 0)
        pl_buf_add_byte(b, 0);
}

/* One ustar header block. */
static inline void build_tar_header(struct pl_buf *b, const char *name, char type, uint64_t size,
                                    const char *link)
{
    uint8_t block[512] = {0};
    uint32_t sum = 0;
    (void)snprintf((char *)block, 100, "%s", name);
    (void)snprintf((char *)block + 100, 8, "0000644");
    (void)snprintf((char *)block + 124, 12, "%011llo", (unsigned long long)size);
    memset(block + 148, ' ', 8);
    block[156] = (uint8_t)type;
    (void)snprintf((char *)block + 157, 100, "%s", link);
    memcpy(block + 257,
           "ustar\0"
           "00",
           8);
    for (int i = 0; i < 512; i++)
        sum += block[i];
    (void)snprintf((char *)block + 148, 8, "%06o", sum);
    pl_buf_add(b, pl_bytes_of(block, 512));
}

static inline void build_tar_file(struct pl_buf *b, const char *name, pl_bytes contents)
{
    build_tar_header(b, name, '0', contents.n, "");
    pl_buf_add(b, contents);
    build_pad(b, 512);
}

static inline void build_zeros(struct pl_buf *b, size_t n)
{
    uint8_t *p = n == 0 ? NULL : pl_buf_grow(b, n);
    if (p != NULL)
        memset(p, 0, n);
}

static inline void build_ar_member(struct pl_buf *b, const char *name, pl_bytes contents)
{
    if (b->n == 0)
        pl_buf_add_str(b, "!<arch>\n");
    pl_buf_printf(b, "%-16s%-12d%-6d%-6d%-8s%-10zu`\n", name, 0, 0, 0, "100644", contents.n);
    pl_buf_add(b, contents);
    if (b->n % 2 == 1)
        pl_buf_add_byte(b, '\n');
}

static inline void build_le(struct pl_buf *b, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        pl_buf_add_byte(b, (uint8_t)(value >> (8 * i)));
}

/* A stored zip member; gives the offset of its local header. */
static inline size_t build_zip_local(struct pl_buf *b, const char *name, pl_bytes contents)
{
    size_t at = b->n;
    build_le(b, 0x04034b50, 4);
    build_le(b, 10, 2);
    build_le(b, 0, 8); /* flags, method, time, date */
    build_le(b, crc32_z(0, contents.p, contents.n), 4);
    build_le(b, contents.n, 4);
    build_le(b, contents.n, 4);
    build_le(b, strlen(name), 2);
    build_le(b, 0, 2);
    pl_buf_add_str(b, name);
    pl_buf_add(b, contents);
    return at;
}

static inline void build_zip_central(struct pl_buf *b, const char *name, pl_bytes contents, size_t local_at)
{
    build_le(b, 0x02014b50, 4);
    build_le(b, 10, 2);
    build_le(b, 10, 2);
    build_le(b, 0, 8);
    build_le(b, crc32_z(0, contents.p, contents.n), 4);
    build_le(b, contents.n, 4);
    build_le(b, contents.n, 4);
    build_le(b, strlen(name), 2);
    build_le(b, 0, 6); /* extra, comment, disk */
    build_le(b, 0, 6); /* attributes */
    build_le(b, local_at, 4);
    pl_buf_add_str(b, name);
}

static inline void build_zip_end(struct pl_buf *b, size_t entries, size_t directory_at, const char *comment)
{
    size_t bytes = b->n - directory_at;
    build_le(b, 0x06054b50, 4);
    build_le(b, 0, 4);
    build_le(b, entries, 2);
    build_le(b, entries, 2);
    build_le(b, bytes, 4);
    build_le(b, directory_at, 4);
    build_le(b, strlen(comment), 2);
    pl_buf_add_str(b, comment);
}

/* A gzip member over `contents`. */
static inline void build_gzip(struct pl_buf *b, pl_bytes contents)
{
    z_stream z = {0};
    uint8_t out[65536];
    if (deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return;
    z.next_in = (z_const Bytef *)(uintptr_t)contents.p;
    z.avail_in = (uInt)contents.n;
    int rc;
    do {
        z.next_out = out;
        z.avail_out = sizeof out;
        rc = deflate(&z, Z_FINISH);
        pl_buf_add(b, pl_bytes_of(out, sizeof out - z.avail_out));
    } while (rc == Z_OK);
    (void)deflateEnd(&z); /* its state is sound */
}

#endif
