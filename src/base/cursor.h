/*
 * cursor.h - reading foreign bytes in order: it turns bad at the first step too far, and stays bad.
 *
 * Read all the fields of a record, then ask once: if (c.bad). A bad cursor gives zeros and empty slices.
 */
#ifndef PL_BASE_CURSOR_H
#define PL_BASE_CURSOR_H

#include "base/bytes.h"

struct pl_cursor {
    pl_bytes all;
    size_t at;
    bool bad;
};

struct pl_cursor pl_cursor_of(pl_bytes all);
/* A cursor at byte `at` of `all`; bad when that is past the end. */
struct pl_cursor pl_cursor_at(pl_bytes all, uint64_t at);

size_t pl_cursor_left(const struct pl_cursor *c);
uint8_t pl_cursor_u8(struct pl_cursor *c);
uint16_t pl_cursor_u16le(struct pl_cursor *c);
uint32_t pl_cursor_u32le(struct pl_cursor *c);
uint64_t pl_cursor_u64le(struct pl_cursor *c);
uint16_t pl_cursor_u16be(struct pl_cursor *c);
uint32_t pl_cursor_u32be(struct pl_cursor *c);
uint64_t pl_cursor_u64be(struct pl_cursor *c);
/* Unsigned LEB128, of which bits above 64 are dropped; bad when it is longer than `max_bytes`. Source: DWARF 5, 7.6. */
#define PL_ULEB_ANY UINT_MAX
uint64_t pl_cursor_uleb(struct pl_cursor *c, unsigned max_bytes);
pl_bytes pl_cursor_take(struct pl_cursor *c, uint64_t n);
void pl_cursor_skip(struct pl_cursor *c, uint64_t n);

#endif
