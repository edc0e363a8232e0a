/*
 * macho.c - universal header, header and load commands of Mach-O images.
 *
 *     | header 28 or 32 | load commands: | kind 4 | length 4 | ... | | padding | sections ... | __LINKEDIT tables ... | code signature |
 *
 * Source: <mach-o/loader.h>, <mach-o/fat.h>. Not read here: the contents of entitlements, prelinked kernels.
 */
#include "format/binary/macho_reader.h"

#define MAX_IMAGES    16u
#define MAX_COMMANDS  4096u
#define LC_ID_DYLIB   0x0du
#define LC_SEGMENT    0x01u
#define LC_SEGMENT_64 0x19u
#define LC_UUID       0x1bu
#define CLASS_VERSION 45u

static bool is_thin(pl_bytes data)
{
    return pl_bytes_starts(data, PL_LIT("\xcf\xfa\xed\xfe")) ||
           pl_bytes_starts(data, PL_LIT("\xce\xfa\xed\xfe")) ||
           pl_bytes_starts(data, PL_LIT("\xfe\xed\xfa\xcf")) ||
           pl_bytes_starts(data, PL_LIT("\xfe\xed\xfa\xce"));
}

static bool is_fat(pl_bytes data)
{
    struct pl_cursor c = pl_cursor_of(data);
    uint32_t magic = pl_cursor_u32be(&c);
    uint32_t n = pl_cursor_u32be(&c);
    return !c.bad && (magic == 0xcafebabeu || magic == 0xcafebabfu) && n < CLASS_VERSION;
}

bool pl_macho_is(pl_bytes data)
{
    return is_thin(data) || is_fat(data);
}

uint32_t pl_macho_u32(const struct pl_macho_reader *r, struct pl_cursor *c)
{
    return r->is_big_endian ? pl_cursor_u32be(c) : pl_cursor_u32le(c);
}

uint64_t pl_macho_word(const struct pl_macho_reader *r, struct pl_cursor *c)
{
    if (!r->is_64)
        return pl_macho_u32(r, c);
    return r->is_big_endian ? pl_cursor_u64be(c) : pl_cursor_u64le(c);
}

void pl_macho_damaged(struct pl_macho_reader *r, uint64_t offset, const char *what)
{
    pl_image_odd(r->map, "image.damaged", PL_SEVERITY_ERROR, r->base + offset, 0, "%s", what);
}

bool pl_macho_own(struct pl_macho_reader *r, uint64_t offset, uint64_t length, enum pl_image_owner owner,
                  const char *what)
{
    if (length == 0)
        return true;
    if (offset > r->data.n || length > r->data.n - offset) {
        pl_image_odd(r->map, "image.damaged", PL_SEVERITY_ERROR, PL_NO_OFFSET, 0,
                     "%s of %llu bytes at 0x%llx lies outside of the image", what, (unsigned long long)length,
                     (unsigned long long)offset);
        return false;
    }
    pl_image_own(r->map, r->base + offset, length, owner, what);
    return true;
}

void pl_macho_fill(struct pl_macho_reader *r, uint64_t from, uint64_t to, enum pl_image_fill as,
                   const char *what)
{
    if (to > r->data.n)
        to = r->data.n;
    if (from < to)
        pl_image_fill(r->map, r->base + from, r->base + to, as, what);
}

/* Commands hold fixed fields and then perhaps a name; only a name and zeros may follow what is known. */
static void own_command(struct pl_macho_reader *r, uint32_t kind, uint64_t at, pl_bytes command)
{
    static const struct {
        uint32_t kind;
        uint32_t fixed;
    } with_name[] = {{0x0c, 24},        {0x0d, 24},        {0x0e, 12}, {0x0f, 12},        {0x80000018u, 24},
                     {0x8000001cu, 12}, {0x8000001fu, 24}, {0x20, 24}, {0x80000023u, 24}, {0x27, 12},
                     {0x12, 12},        {0x13, 12},        {0x14, 12}, {0x15, 12}};
    uint64_t used = command.n;
    for (size_t i = 0; i < sizeof with_name / sizeof with_name[0]; i++) {
        pl_bytes name;
        if (with_name[i].kind == kind && pl_image_string(command, with_name[i].fixed, 4096, &name) &&
            pl_image_is_text(name))
            used = with_name[i].fixed + name.n + 1;
    }
    if (used > command.n)
        used = command.n;
    (void)pl_macho_own(r, at, used, PL_IMAGE_STRUCTURE, "load commands"); /* inside by construction */
    pl_macho_fill(r, at + used, at + command.n, PL_IMAGE_AS_PADDING, "behind the name in a load command");
}

static void read_command(struct pl_macho_reader *r, uint32_t kind, uint64_t at, pl_bytes command)
{
    pl_bytes name;
    if (kind == LC_SEGMENT || kind == LC_SEGMENT_64)
        pl_macho_read_segment(r, at, command);
    else if (kind == LC_ID_DYLIB && pl_image_string(command, 24, 4096, &name) && r->base == 0)
        r->macho->install_name = name;
    else if (kind == LC_UUID && r->macho->uuid.n == 0)
        r->macho->uuid = pl_bytes_sub(command, 8, 16);
    else
        (void)pl_macho_read_tables(r, kind, command); /* the others have all they say in themselves */
    own_command(r, kind, at, command);
}

static pl_status read_commands(struct pl_macho_reader *r, uint64_t at, uint32_t n, uint32_t length,
                               struct pl_err *err)
{
    if (length > r->data.n - at || n > MAX_COMMANDS)
        return pl_fail(err, PL_E_INPUT, r->base + at, "mach-o: load commands cut short");
    uint64_t end = at + length;
    r->sections_at = r->data.n;
    for (uint32_t i = 0; i < n; i++) {
        struct pl_cursor c = pl_cursor_at(pl_bytes_sub(r->data, 0, (size_t)end), at);
        uint32_t kind = pl_macho_u32(r, &c);
        uint32_t bytes = pl_macho_u32(r, &c);
        if (c.bad || bytes < 8 || bytes > end - at)
            return pl_fail(err, PL_E_INPUT, r->base + at, "mach-o: load command has no possible size");
        read_command(r, kind, at, pl_bytes_sub(r->data, (size_t)at, bytes));
        at += bytes;
    }
    pl_macho_fill(r, at, r->sections_at > at ? r->sections_at : at, PL_IMAGE_AS_PADDING,
                  "behind the load commands");
    return PL_OK;
}

static pl_status read_thin(struct pl_macho_reader *r, struct pl_err *err)
{
    if (!is_thin(r->data))
        return pl_fail(err, PL_E_INPUT, r->base, "mach-o: no image where the universal header says");
    r->is_big_endian = r->data.p[0] == 0xfe;
    r->is_64 = r->data.p[r->is_big_endian ? 3 : 0] == 0xcf;
    struct pl_cursor c = pl_cursor_at(r->data, 12);
    r->type = pl_macho_u32(r, &c);
    uint32_t n = pl_macho_u32(r, &c);
    uint32_t length = pl_macho_u32(r, &c);
    pl_cursor_skip(&c, r->is_64 ? 8 : 4);
    if (c.bad)
        return pl_fail(err, PL_E_INPUT, r->base, "mach-o: header cut short");
    (void)pl_macho_own(r, 0, c.at, PL_IMAGE_STRUCTURE, "Mach-O header"); /* inside: it was read */
    pl_status st = read_commands(r, c.at, n, length, err);
    if (st == PL_OK)
        pl_macho_fill_segments(r);
    return st;
}

static pl_status read_image(struct pl_image_map *map, struct pl_macho *out, uint64_t at, uint64_t n,
                            struct pl_err *err)
{
    struct pl_macho_reader r = {
        .map = map, .macho = out, .base = at, .data = pl_bytes_sub(map->data, (size_t)at, (size_t)n)};
    pl_status st = read_thin(&r, err);
    PL_VEC_FREE(&r.segments);
    out->is_signed = out->is_signed && r.is_signed;
    out->n_images++;
    if (st == PL_OK && map->st == PL_OK)
        pl_image_fill(map, at, at + n, PL_IMAGE_AS_OVERLAY, "behind the image");
    return st;
}

/* | magic | count | then | cpu | kind | offset | length | alignment |, all big-endian; the newer form has 8 bytes for two and 4 to spare. */
static pl_status read_fat(struct pl_image_map *map, struct pl_macho *out, struct pl_err *err)
{
    struct pl_cursor c = pl_cursor_of(map->data);
    bool is_wide = pl_cursor_u32be(&c) == 0xcafebabfu;
    uint32_t n = pl_cursor_u32be(&c);
    uint64_t before = 0;
    pl_status st = PL_OK;
    out->is_fat = true;
    if (n == 0 || n > MAX_IMAGES)
        return pl_fail(err, PL_E_INPUT, 4, "mach-o: universal file of %u images", (unsigned)n);
    pl_image_own(map, 0, 8 + (uint64_t)n * (is_wide ? 32 : 20), PL_IMAGE_STRUCTURE, "universal header");
    for (uint32_t i = 0; i < n && st == PL_OK; i++) {
        pl_cursor_skip(&c, 8);
        uint64_t at = is_wide ? pl_cursor_u64be(&c) : pl_cursor_u32be(&c);
        uint64_t length = is_wide ? pl_cursor_u64be(&c) : pl_cursor_u32be(&c);
        pl_cursor_skip(&c, is_wide ? 8 : 4);
        if (c.bad || at < c.at || at < before || at > map->data.n || length > map->data.n - at)
            return pl_fail(err, PL_E_INPUT, 8, "mach-o: image %u of the universal file lies elsewhere",
                           (unsigned)i);
        pl_image_fill(map, before, at, PL_IMAGE_AS_PADDING, "between the images of a universal file");
        before = at + length;
        st = read_image(map, out, at, length, err);
    }
    return st;
}

pl_status pl_macho_read(pl_bytes data, struct pl_arena *arena, struct pl_findings *findings,
                        struct pl_macho *out, struct pl_err *err)
{
    struct pl_image_map map;
    *out = (struct pl_macho){.is_signed = true};
    pl_image_init(&map, data, "Mach-O", arena, findings, err);
    pl_status st = is_fat(data) ? read_fat(&map, out, err) : read_image(&map, out, 0, data.n, err);
    if (st == PL_OK)
        st = pl_image_finish(&map, &out->ranges, &out->n_ranges);
    pl_image_reset(&map);
    return st;
}
