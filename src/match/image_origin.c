/*
 * image_origin.c - what made an image: Go, Rust, or the packer UPX. Hints of whoever wrote the bytes, and no proof.
 *
 * Source: Go, debug/buildinfo (since 1.18 the texts stand behind the header, each with its length as LEB128); Rust, paths of the standard library in
 * panic messages; UPX, src/conf.h and src/packhead.cpp.
 */
#include "match/image_view.h"

#define TEXT_BYTES 256u
#define GO_HEAD    32u /* magic 14, word 1, flags 1, and 16 for older versions */
#define GO_INLINE  2u
#define HASH_BYTES 40u

/* A text with its length in front. */
static pl_bytes counted(struct pl_cursor *c)
{
    uint64_t n = 0;
    for (unsigned shift = 0; shift < 28; shift += 7) {
        uint8_t byte = pl_cursor_u8(c);
        n |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0)
            break;
    }
    pl_bytes text = pl_cursor_take(c, n);
    return c->bad ? PL_LIT("") : text;
}

/* "go1.21.4", and the module as "path\tgithub.com/evanw/esbuild/cmd/esbuild" between markers of 16 bytes. */
static pl_status add_go(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    size_t at = pl_bytes_find(f->data, PL_LIT("\xff Go buildinf:"), 0);
    struct pl_cursor c = pl_cursor_at(f->data, at == SIZE_MAX ? UINT64_MAX : (uint64_t)at + 15);
    uint8_t flags = pl_cursor_u8(&c);
    pl_cursor_skip(&c, GO_HEAD - 16);
    if (c.bad || (flags & GO_INLINE) == 0)
        return PL_OK;
    pl_bytes version = pl_bytes_sub(counted(&c), 0, TEXT_BYTES);
    pl_bytes modules = counted(&c);
    pl_bytes line = PL_LIT("");
    if (modules.n > 16)
        modules = pl_bytes_from(modules, 16);
    while (pl_bytes_line(&modules, &line) && !pl_bytes_starts(line, PL_LIT("path\t")))
        line = PL_LIT("");
    pl_status st = PL_OK;
    if (pl_bytes_starts(version, PL_LIT("go")) && pl_image_is_text(version))
        st = pl_image_fact(m, f, "go.version", version, err);
    if (st == PL_OK && line.n > 5 && line.n < TEXT_BYTES && pl_image_is_text(line))
        st = pl_image_fact(m, f, "go.package", pl_bytes_from(line, 5), err);
    return st;
}

/* "/rustc/<commit>/library/core/src/..." */
static pl_status add_rust(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    pl_bytes front = PL_LIT("/rustc/");
    for (size_t at = 0; (at = pl_bytes_find(f->data, front, at)) != SIZE_MAX; at += front.n) {
        pl_bytes hash = pl_bytes_sub(f->data, at + front.n, HASH_BYTES);
        uint8_t raw[HASH_BYTES / 2];
        if (hash.n == HASH_BYTES && pl_unhex(hash, raw, sizeof raw))
            return pl_image_fact(m, f, "rust.commit", hash, err);
    }
    return PL_OK;
}

/* The packer puts its name before its header, which has versions behind it. */
static pl_status add_packer(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    size_t at = pl_bytes_find(f->data, PL_LIT("UPX!"), 0);
    struct pl_cursor c = pl_cursor_at(f->data, at == SIZE_MAX ? UINT64_MAX : (uint64_t)at + 4);
    uint8_t version = pl_cursor_u8(&c);
    uint8_t format = pl_cursor_u8(&c);
    bool is_named =
        pl_bytes_find(f->data, PL_LIT("$Info: This file is packed with the UPX"), 0) != SIZE_MAX ||
        pl_bytes_find(f->data, PL_LIT("UPX0\0\0\0\0"), 0) != SIZE_MAX;
    if (c.bad || !is_named || version < 10 || version > 20 || format == 0)
        return PL_OK;
    return pl_image_fact(m, f, "packer", PL_LIT("UPX"), err);
}

pl_status pl_image_origin(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    pl_status st = add_packer(m, f, err);
    if (st == PL_OK)
        st = add_go(m, f, err);
    return st == PL_OK ? add_rust(m, f, err) : st;
}
