/*
 * tar_header.c - header blocks of tar archives.
 *
 *     0     100   108  116  124   136    148       156   157   257    263      265    297    329       337       345
 *     | name | mode | uid | gid | size | mtime | checksum | type | link | magic | version | uname | gname | devmajor | devminor |
 *     ustar: 345 prefix 500 unused 512      GNU: 345 atime 357 ctime 369 offset 381 names 385 pad 386 sparse map
 *            482 extended 483 real size 495 unused 512      v7: all but the device numbers is unused from 257 on
 *
 * Source: POSIX.1-2017 pax "ustar Interchange Format"; GNU tar "tar.h" for base-256 numbers and the GNU fields.
 * A text field ends at its first NUL. What stands behind that NUL, and in unused parts, is hidden: a gap.
 */
#include "base/status.h"
#include "format/archive/tar.h"

struct field {
    uint16_t at;
    uint16_t n;
};

static const struct field NAME = {0, 100};
static const struct field MODE = {100, 8};
static const struct field SIZE = {124, 12};
static const struct field CHECKSUM = {148, 8};
static const struct field LINK = {157, 100};
static const struct field MAGIC = {257, 8};
static const struct field OWNER = {265, 64};
static const struct field PREFIX = {345, 155};

#define TYPE_AT     156
#define EXTENDED_AT 482

static pl_bytes view(pl_bytes block, struct field f)
{
    return pl_bytes_sub(block, f.at, f.n);
}

static pl_bytes text(pl_bytes block, struct field f)
{
    pl_bytes b = view(block, f);
    size_t end = pl_bytes_find_byte(b, 0, 0);
    return pl_bytes_sub(b, 0, end == SIZE_MAX ? b.n : end);
}

/* Octal with spaces before and spaces or NULs after; or base 256 when the first byte says so. */
static bool number(pl_bytes b, uint64_t *out)
{
    uint64_t value = 0;
    size_t i = 0;
    if (b.n > 0 && b.p[0] == 0x80) {
        for (i = 1; i < b.n; i++) {
            if (value >> 56 != 0)
                return false;
            value = value << 8 | b.p[i];
        }
        *out = value;
        return true;
    }
    while (i < b.n && b.p[i] == ' ')
        i++;
    for (; i < b.n && b.p[i] >= '0' && b.p[i] <= '7'; i++)
        value = value << 3 | (uint64_t)(b.p[i] - '0'); /* twelve digits of three bits: fits */
    *out = value;
    for (; i < b.n; i++)
        if (b.p[i] != ' ' && b.p[i] != 0)
            return false;
    return true;
}

bool pl_tar_is_header(pl_bytes block)
{
    uint64_t want;
    uint32_t sum = 0;
    int32_t signed_sum = 0; /* what old tars with a signed char wrote */
    if (block.n < PL_TAR_BLOCK_BYTES || block.p[0] == 0 || !number(view(block, CHECKSUM), &want))
        return false;
    for (size_t i = 0; i < PL_TAR_BLOCK_BYTES; i++) {
        bool is_sum = i >= CHECKSUM.at && i < (size_t)CHECKSUM.at + CHECKSUM.n;
        sum += is_sum ? ' ' : block.p[i];
        signed_sum += is_sum ? ' ' : (int8_t)block.p[i];
    }
    return want == sum || (signed_sum >= 0 && want == (uint32_t)signed_sum);
}

pl_status pl_tar_header_read(pl_bytes block, uint64_t at, struct pl_tar_header *out, struct pl_err *err)
{
    struct pl_tar_header h = {.name = text(block, NAME), .link = text(block, LINK), .type = block.p[TYPE_AT]};
    pl_bytes magic = view(block, MAGIC);
    uint64_t mode = 0;
    if (pl_bytes_starts(magic, PL_LIT("ustar\0")))
        h.dialect = PL_TAR_USTAR;
    else if (pl_bytes_eq(magic, PL_LIT("ustar  \0")))
        h.dialect = PL_TAR_GNU;
    if (h.dialect != PL_TAR_V7)
        h.owner = view(block, OWNER);
    if (h.dialect == PL_TAR_USTAR)
        h.prefix = text(block, PREFIX);
    if (!number(view(block, SIZE), &h.size) || h.size > INT64_MAX)
        return pl_fail(err, PL_E_INPUT, at + SIZE.at, "tar: size of a member is no number");
    if (number(view(block, MODE), &mode))
        h.mode = (uint32_t)mode & 07777;
    h.is_extended = h.dialect == PL_TAR_GNU && h.type == 'S' && block.p[EXTENDED_AT] != 0;
    *out = h;
    return PL_OK;
}

/* Claim one text field: what stands behind its end must be zero. */
static pl_status own_text(struct pl_container *c, uint64_t at, pl_bytes block, struct field f,
                          struct pl_err *err)
{
    pl_bytes value = text(block, f);
    pl_bytes rest = pl_bytes_from(view(block, f), value.n);
    pl_status st = pl_own(c, at + f.at, value.n, PL_CLASS_STRUCTURE, err);
    return st == PL_OK
               ? pl_own_padding(c, at + f.at + value.n, rest, "bytes behind the end of a header field", err)
               : st;
}

static pl_status own_number(struct pl_container *c, uint64_t at, pl_bytes block, struct field f,
                            struct pl_err *err)
{
    pl_bytes b = view(block, f);
    uint64_t value;
    bool is_negative = b.n > 0 && b.p[0] == 0xff; /* base 256, a time before 1970 */
    if (is_negative || number(b, &value))
        return pl_own(c, at + f.at, f.n, PL_CLASS_STRUCTURE, err);
    return pl_own_gap(c, at + f.at, f.n, "header field is no number", err);
}

/* How to check each field; a type of 'z' must be zero, 's' is known to be structure. */
struct field_rule {
    struct field field;
    char kind; /* t text, n number, z zero, s structure */
};

static const struct field_rule common_rules[] = {
    {{0, 100}, 't'},  {{100, 8}, 'n'}, {{108, 8}, 'n'}, {{116, 8}, 'n'},   {{124, 12}, 'n'},
    {{136, 12}, 'n'}, {{148, 8}, 's'}, {{156, 1}, 's'}, {{157, 100}, 't'},
};
/* GNU tar writes device numbers in v7 archives too. */
static const struct field_rule v7_rules[] = {
    {{257, 72}, 'z'},
    {{329, 8}, 'n'},
    {{337, 8}, 'n'},
    {{345, 167}, 'z'},
};
static const struct field_rule ustar_rules[] = {
    {{257, 8}, 's'}, {{265, 32}, 't'},  {{297, 32}, 't'}, {{329, 8}, 'n'},
    {{337, 8}, 'n'}, {{345, 155}, 't'}, {{500, 12}, 'z'},
};
static const struct field_rule gnu_rules[] = {
    {{257, 8}, 's'},  {{265, 32}, 't'}, {{297, 32}, 't'}, {{329, 8}, 'n'},   {{337, 8}, 'n'},
    {{345, 12}, 'n'}, {{357, 12}, 'n'}, {{369, 12}, 'n'}, {{381, 131}, 'z'},
};
static const struct field_rule gnu_sparse_rules[] = {
    {{257, 8}, 's'}, {{265, 32}, 't'}, {{297, 32}, 't'}, {{329, 8}, 'n'},
    {{337, 8}, 'n'}, {{345, 12}, 'n'}, {{357, 12}, 'n'}, {{369, 12}, 'n'},
    {{381, 5}, 'z'}, {{386, 97}, 's'}, {{483, 12}, 'n'}, {{495, 17}, 'z'},
};

static pl_status own_fields(struct pl_container *c, uint64_t at, pl_bytes block,
                            const struct field_rule *rules, size_t n, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < n && st == PL_OK; i++) {
        struct field f = rules[i].field;
        switch (rules[i].kind) {
        case 't': st = own_text(c, at, block, f, err); break;
        case 'n': st = own_number(c, at, block, f, err); break;
        case 'z':
            st = pl_own_padding(c, at + f.at, view(block, f), "bytes in an unused part of a header", err);
            break;
        default: st = pl_own(c, at + f.at, f.n, PL_CLASS_STRUCTURE, err); break;
        }
    }
    return st;
}

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

pl_status pl_tar_header_own(struct pl_container *c, uint64_t at, pl_bytes block,
                            const struct pl_tar_header *h, struct pl_err *err)
{
    pl_status st = own_fields(c, at, block, common_rules, COUNT(common_rules), err);
    if (st != PL_OK)
        return st;
    if (h->dialect == PL_TAR_V7)
        return own_fields(c, at, block, v7_rules, COUNT(v7_rules), err);
    if (h->dialect == PL_TAR_USTAR)
        return own_fields(c, at, block, ustar_rules, COUNT(ustar_rules), err);
    if (h->type == 'S')
        return own_fields(c, at, block, gnu_sparse_rules, COUNT(gnu_sparse_rules), err);
    return own_fields(c, at, block, gnu_rules, COUNT(gnu_rules), err);
}
