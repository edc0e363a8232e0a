/*
 * code_a64.c - atoms of AArch64 code.
 *
 * Instructions have four bytes, and those that form addresses or constants have few shapes; these are read from their bits, and the others only
 * for the register they write. An address is made of two instructions: ADRP gives a page to a register, and a later ADD or load adds the rest.
 * What each register holds is followed in order of text; a call forgets those that it may change, and so does an unconditional jump, since
 * what stands behind it is entered from elsewhere.
 *
 * Source: Arm Architecture Reference Manual for A-profile, C4.1 (top-level encodings) and C6.2; AAPCS64, 6.1 (registers).
 * Not read here: addresses made by other means; whether an instruction of a known group is allocated.
 */
#include "feature/code_image.h"

#define ZERO_OR_STACK 31u
#define CALL_CHANGES  0x4007ffffu /* x0 to x18 and x30 */
#define NOP           0xd503201fu

struct a64 {
    const struct pl_code_image *im;
    struct pl_code_sink *sink;
    uint64_t begin, end;  /* addresses of the range */
    uint64_t address[32]; /* that a register holds */
    uint32_t known;       /* one bit a register */
    uint32_t whole;       /* the same: a sum already, no page alone */
    bool is_building;     /* MOVZ or MOVN and MOVKs in a row */
    uint8_t built;        /* register */
    uint64_t value;
    uint64_t value_at;
    struct pl_code_switch sw;
    struct pl_code_counted counted;
};

static uint64_t sign_extend(uint64_t value, unsigned bits)
{
    uint64_t sign = (uint64_t)1 << (bits - 1);
    value &= (sign << 1) - 1;
    return (value ^ sign) - sign;
}

static bool has_counted(const struct a64 *a)
{
    return a->sink->texts_are != PL_TEXTS_NUL;
}

static void forget(struct a64 *a, unsigned reg)
{
    if (has_counted(a))
        pl_code_counted_write(&a->counted, reg);
    a->known &= ~((uint32_t)1 << reg);
}

static void hold(struct a64 *a, unsigned reg, uint64_t address)
{
    if (reg == ZERO_OR_STACK)
        return;
    a->known |= (uint32_t)1 << reg;
    a->whole &= ~((uint32_t)1 << reg);
    a->address[reg] = address;
}

static bool holds(const struct a64 *a, unsigned reg)
{
    return reg != ZERO_OR_STACK && (a->known >> reg & 1) != 0;
}

static void end_constant(struct a64 *a)
{
    if (a->is_building)
        pl_code_constant(a->sink, a->value_at, a->value, (pl_bytes){NULL, 0});
    a->is_building = false;
}

static void refer_address(struct a64 *a, uint64_t at, uint64_t address, unsigned rd)
{
    size_t before = a->sink->atoms.n;
    if (address >= a->begin && address < a->end)
        return;
    pl_code_refer(a->im, a->sink, at, address, PL_USE_ADDRESS, 0);
    if (has_counted(a) && a->sink->atoms.n == before + 1)
        pl_code_counted_address(&a->counted, rd, before);
    pl_code_switch_table(&a->sw, a->sink, before, address);
}

/* ---- data processing with immediates ---- */

static void page_or_place(struct a64 *a, uint32_t w, uint64_t at, uint64_t pc)
{
    uint64_t imm = sign_extend((uint64_t)(w >> 5 & 0x7ffff) << 2 | (w >> 29 & 3), 21);
    unsigned rd = w & 31;
    if (w >> 31 != 0) {
        hold(a, rd, (pc & ~(uint64_t)0xfff) + (imm << 12));
        return;
    }
    hold(a, rd, pc + imm);
    refer_address(a, at, pc + imm, rd);
}

static void add_or_subtract(struct a64 *a, uint32_t w, uint64_t at)
{
    unsigned rd = w & 31;
    unsigned rn = w >> 5 & 31;
    uint64_t imm = (uint64_t)(w >> 10 & 0xfff) << ((w >> 22 & 1) != 0 ? 12 : 0);
    bool is_subtract = (w >> 30 & 1) != 0;
    bool sets_flags = (w >> 29 & 1) != 0;
    if (holds(a, rn) && !is_subtract && !sets_flags && w >> 31 != 0) {
        uint64_t address = a->address[rn] + imm;
        bool was_whole = (a->whole >> rn & 1) != 0;
        bool is_shifted = (w >> 22 & 1) != 0; /* the middle of three */
        hold(a, rd, address);
        a->whole |= is_shifted ? 0 : (uint32_t)1 << rd;
        /* From one object to the middle of a string nobody counts. */
        bool is_middle =
            was_whole && pl_code_text_at(a->im, address).n > 0 && pl_code_text_at(a->im, address - 1).n > 0;
        if (!is_shifted && !is_middle)
            refer_address(a, at, address, rd);
        return;
    }
    if (sets_flags && is_subtract && rd == ZERO_OR_STACK)
        pl_code_switch_compare(&a->sw, imm);
    if (rn != ZERO_OR_STACK)
        pl_code_constant(a->sink, at, imm, (pl_bytes){NULL, 0});
    if (!(sets_flags && rd == ZERO_OR_STACK))
        forget(a, rd);
}

/* A run of ones, rotated, and repeated to the width of the register; false when the fields mean nothing. */
static bool bit_mask(uint32_t w, uint64_t *out)
{
    unsigned n = w >> 22 & 1;
    unsigned rotate = w >> 16 & 63;
    unsigned ones = w >> 10 & 63;
    unsigned size = 64;
    if (n == 0)
        for (size = 32; size >= 2 && (ones & size) != 0; size /= 2)
            ;
    if (size < 2 || (w >> 31 == 0 && n != 0))
        return false;
    ones &= size - 1;
    rotate &= size - 1;
    if (ones == size - 1)
        return false;
    uint64_t mask = ((uint64_t)1 << (ones + 1)) - 1;
    uint64_t all = size == 64 ? ~(uint64_t)0 : ((uint64_t)1 << size) - 1;
    if (rotate > 0)
        mask = (mask >> rotate | mask << (size - rotate)) & all;
    for (unsigned width = size; width < 64; width *= 2)
        mask |= mask << width;
    *out = w >> 31 != 0 ? mask : mask & UINT32_MAX;
    return true;
}

static void move_wide(struct a64 *a, uint32_t w, uint64_t at)
{
    unsigned rd = w & 31;
    unsigned shift = (w >> 21 & 3) * 16;
    uint64_t imm = (uint64_t)(w >> 5 & 0xffff) << shift;
    unsigned kind = w >> 29 & 3;
    uint64_t width = w >> 31 != 0 ? ~(uint64_t)0 : UINT32_MAX;
    forget(a, rd);
    if (kind == 3) {
        if (!a->is_building || a->built != rd) {
            end_constant(a);
            return;
        }
        a->value = ((a->value & ~((uint64_t)0xffff << shift)) | imm) & width;
        if (has_counted(a))
            pl_code_counted_number(&a->counted, rd, a->value);
        return;
    }
    end_constant(a);
    a->is_building = true;
    a->built = (uint8_t)rd;
    a->value = (kind == 0 ? ~imm : imm) & width;
    a->value_at = at;
    if (has_counted(a))
        pl_code_counted_number(&a->counted, rd, a->value);
}

/* ---- loads and stores ---- */

static void refer_memory(struct a64 *a, uint32_t w, uint64_t at, uint64_t address, unsigned log2_bytes,
                         bool is_vector)
{
    bool is_float = is_vector && (log2_bytes == 2 || log2_bytes == 3);
    pl_code_refer(a->im, a->sink, at, address, is_float ? PL_USE_FLOAT : PL_USE_LOAD, 1u << log2_bytes);
}

static void load_literal(struct a64 *a, uint32_t w, uint64_t at, uint64_t pc)
{
    bool is_vector = (w >> 26 & 1) != 0;
    uint64_t address = pc + sign_extend((uint64_t)(w >> 5 & 0x7ffff) << 2, 21);
    unsigned log2_bytes = is_vector ? 2 + (w >> 30) : 2 + (w >> 30 & 1);
    if (w >> 30 == 3)
        return; /* prefetch */
    if (!is_vector)
        forget(a, w & 31);
    refer_memory(a, w, at, address, log2_bytes, is_vector);
}

/* STR of a register of 64 bits, and STP of two. */
static void count_stored(struct a64 *a, uint32_t w)
{
    unsigned rn = w >> 5 & 31;
    uint64_t pair = sign_extend(w >> 15 & 0x7f, 7) * 8;
    if (!has_counted(a))
        return;
    if ((w & 0xffc00000) == 0xf9000000)
        pl_code_counted_store(&a->counted, rn, (uint64_t)(w >> 10 & 0xfff) * 8, w & 31);
    if ((w & 0xffc00000) != 0xa9000000)
        return;
    pl_code_counted_store(&a->counted, rn, pair, w & 31);
    pl_code_counted_store(&a->counted, rn, pair + 8, w >> 10 & 31);
}

static void load_or_store(struct a64 *a, uint32_t w, uint64_t at)
{
    bool is_vector = (w >> 26 & 1) != 0;
    unsigned rn = w >> 5 & 31;
    unsigned log2_bytes = w >> 30;
    bool is_load = (w >> 22 & 3) != 0;
    if (is_vector) {
        is_load = (w >> 22 & 1) != 0;
        log2_bytes += (w >> 23 & 1) != 0 ? 4 : 0;
    }
    if ((w & 0x3b000000) == 0x39000000 && holds(a, rn) && log2_bytes <= 4)
        refer_memory(a, w, at, a->address[rn] + ((uint64_t)(w >> 10 & 0xfff) << log2_bytes), log2_bytes,
                     is_vector);
    else if ((w & 0x3b200c00) == 0x38200800)
        a->sw.entry_bytes = 1u << (w >> 30); /* register by register: a table of switch offsets is read so */
    else if ((w & 0x3b200400) == 0x38000400)
        forget(a, rn); /* before or after: the base moves */
    if (is_load && !is_vector)
        forget(a, w & 31);
}

static void memory(struct a64 *a, uint32_t w, uint64_t at, uint64_t pc)
{
    count_stored(a, w);
    if ((w & 0x3b000000) == 0x18000000) {
        load_literal(a, w, at, pc);
    } else if ((w & 0x3a000000) == 0x38000000) {
        load_or_store(a, w, at);
    } else if ((w & 0x3a000000) == 0x28000000) { /* pairs */
        if ((w >> 23 & 1) != 0)
            forget(a, w >> 5 & 31);
        if ((w >> 22 & 1) != 0 && (w >> 26 & 1) == 0) {
            forget(a, w & 31);
            forget(a, w >> 10 & 31);
        }
    } else {
        forget(a, w & 31);
        forget(a, w >> 16 & 31); /* the status of an exclusive store */
    }
}

/* ---- the rest ---- */

static void branch_to(struct a64 *a, uint64_t at, uint64_t target, enum pl_code_use use)
{
    bool is_inside = target >= a->begin && target < a->end;
    if (use == PL_USE_CALL || !is_inside || a->sink->keeps_jumps)
        pl_code_refer(a->im, a->sink, at, target, use, 0);
}

static void branch(struct a64 *a, uint32_t w, uint64_t at, uint64_t pc)
{
    if ((w & 0x7c000000) == 0x14000000) {
        bool is_call = w >> 31 != 0;
        branch_to(a, at, pc + sign_extend((uint64_t)(w & 0x3ffffff) << 2, 28),
                  is_call ? PL_USE_CALL : PL_USE_JUMP);
        a->known &= ~CALL_CHANGES;
        pl_code_counted_end(&a->counted);
    } else if ((w & 0xff000000) == 0x54000000) {
        if ((w & 14) == 8) /* "higher" and "lower or same" */
            a->sw.is_bounded = a->sw.has_limit;
        branch_to(a, at, pc + sign_extend((uint64_t)(w >> 5 & 0x7ffff) << 2, 21), PL_USE_BRANCH);
    } else if ((w & 0x7e000000) == 0x34000000) {
        branch_to(a, at, pc + sign_extend((uint64_t)(w >> 5 & 0x7ffff) << 2, 21), PL_USE_BRANCH);
    } else if ((w & 0x7e000000) == 0x36000000) {
        branch_to(a, at, pc + sign_extend((uint64_t)(w >> 5 & 0x3fff) << 2, 16), PL_USE_BRANCH);
    } else if ((w & 0xfe000000) == 0xd6000000) { /* by a register: jump, call, return */
        if ((w >> 21 & 3) == 0)
            pl_code_switch_end(&a->sw, a->im, a->sink, at);
        a->known &= ~CALL_CHANGES;
        pl_code_counted_end(&a->counted);
    } else if ((w & 0xffe0001f) == 0xd4000001) {
        (void)pl_code_emit(a->sink, PL_ATOM_SYSCALL, at, 0);
    } else if ((w & 0xfff00000) == 0xd5300000) {
        forget(a, w & 31); /* reads a system register */
    }
}

static void immediate(struct a64 *a, uint32_t w, uint64_t at, uint64_t pc)
{
    uint64_t mask;
    bool is_orr = (w >> 29 & 3) == 1 && (w >> 5 & 31) == ZERO_OR_STACK; /* MOV of a bit mask */
    switch (w >> 23 & 7) {
    case 0:
    case 1: page_or_place(a, w, at, pc); return;
    case 2: add_or_subtract(a, w, at); return;
    case 4:
        if (!bit_mask(w, &mask))
            break;
        pl_code_constant(a->sink, at, mask, (pl_bytes){NULL, 0});
        if (!is_orr || !has_counted(a))
            break;
        forget(a, w & 31);
        pl_code_counted_number(&a->counted, w & 31, mask);
        return;
    default: break; /* bit fields and extracts */
    }
    if ((w & 31) != ZERO_OR_STACK)
        forget(a, w & 31);
}

/* FMOV with an immediate: sign, three bits of exponent around zero, four of fraction. */
static void float_immediate(struct a64 *a, uint32_t w, uint64_t at)
{
    uint64_t imm = w >> 13 & 0xff;
    uint64_t exponent = (imm >> 6 & 1) != 0 ? 0x3fc | (imm >> 4 & 3) : 0x400 | (imm >> 4 & 3);
    uint64_t bits = imm >> 7 << 63 | exponent << 52 | (imm & 15) << 48;
    struct pl_atom *atom = pl_code_emit(a->sink, PL_ATOM_FLOAT, at, bits);
    if (atom != NULL)
        atom->hash = pl_atom_hash_value(bits);
}

/* FMOV to a floating-point register of what was just built: a number that compilers take from memory elsewhere. */
static bool is_built_float(struct a64 *a, uint32_t w)
{
    union {
        uint32_t bits;
        float value;
    } narrow = {.bits = (uint32_t)a->value};
    union {
        double value;
        uint64_t bits;
    } wide = {.value = (double)narrow.value};
    bool is_double = (w & 0xfffffc00) == 0x9e670000;
    if (!a->is_building || (!is_double && (w & 0xfffffc00) != 0x1e270000) || (w >> 5 & 31) != a->built)
        return false;
    uint64_t bits = is_double ? a->value : wide.bits;
    struct pl_atom *atom = pl_code_emit(a->sink, PL_ATOM_FLOAT, a->value_at, bits);
    if (atom != NULL)
        atom->hash = pl_atom_hash_value(bits);
    a->is_building = false;
    return true;
}

static void instruction(struct a64 *a, uint32_t w, uint64_t at, uint64_t pc)
{
    bool is_move_wide = (w & 0x1f800000) == 0x12800000;
    pl_code_switch_age(&a->sw);
    pl_code_counted_step(&a->counted);
    if (is_move_wide) {
        move_wide(a, w, at);
        return;
    }
    if (is_built_float(a, w))
        return;
    end_constant(a);
    switch (w >> 25 & 15) {
    case 0:
    case 1:
    case 3: a->sink->is_bad |= w != 0; return; /* zeros stand behind calls that never return */
    case 8:
    case 9: immediate(a, w, at, pc); return;
    case 10:
    case 11: branch(a, w, at, pc); return;
    case 4:
    case 6:
    case 12:
    case 14: memory(a, w, at, pc); return;
    case 7:
    case 15:
        if ((w & 0xffa01fe0) == 0x1e201000)
            float_immediate(a, w, at);
        forget(a, w & 31); /* when it moves to a general register; else it is no loss */
        return;
    default:
        forget(a, w & 31);
        if (has_counted(a) && (w & 0xffe0ffe0) == 0xaa0003e0) /* MOV of a register */
            pl_code_counted_copy(&a->counted, w & 31, w >> 16 & 31);
        return;
    }
}

/* The fields of an instruction that a linker fills in; asked before it is executed, since it may change the register it reads. */
static uint32_t address_fields(const struct a64 *a, uint32_t w, uint64_t pc)
{
    bool is_place = (w & 0x9f000000) == 0x10000000;
    uint64_t target = pc;
    if ((w & 0x9f000000) == 0x90000000)
        return 0x60ffffe0;
    if ((w & 0x7f800000) == 0x11000000 || (w & 0x3b000000) == 0x39000000)
        return holds(a, w >> 5 & 31) ? 0x003ffc00 : 0;
    if ((w & 0x7c000000) == 0x14000000)
        target += sign_extend((uint64_t)(w & 0x3ffffff) << 2, 28);
    else if (is_place)
        target += sign_extend((uint64_t)(w >> 5 & 0x7ffff) << 2 | (w >> 29 & 3), 21);
    else if ((w & 0x3b000000) == 0x18000000)
        target += sign_extend((uint64_t)(w >> 5 & 0x7ffff) << 2, 21);
    if (target - a->begin < a->end - a->begin)
        return 0;
    return (w & 0x7c000000) == 0x14000000 ? 0x03ffffff : is_place ? 0x60ffffe0 : 0x00ffffe0;
}

static void add_to_print(struct a64 *a, uint32_t w, uint64_t pc)
{
    uint32_t fields = address_fields(a, w, pc);
    uint32_t plain = w & ~fields;
    uint8_t b[4] = {(uint8_t)plain, (uint8_t)(plain >> 8), (uint8_t)(plain >> 16), (uint8_t)(plain >> 24)};
    pl_code_print_add(a->sink, b, 4, fields != 0 ? 3 : 0, w == NOP || w == 0);
}

void pl_code_decode_a64(const struct pl_code_image *im, struct pl_code_sink *sink, uint64_t address,
                        pl_bytes code, uint64_t offset)
{
    struct a64 a = {.im = im,
                    .sink = sink,
                    .begin = address,
                    .end = address + code.n,
                    .counted = {.im = im, .sink = sink}};
    struct pl_cursor c = pl_cursor_of(code);
    a.sw.entry_bytes = 4;
    while (pl_cursor_left(&c) >= 4 && !sink->no_memory) {
        size_t at = c.at;
        uint32_t w = pl_cursor_u32le(&c);
        add_to_print(&a, w, address + at);
        instruction(&a, w, offset + at, address + at);
    }
    end_constant(&a);
    if (pl_cursor_left(&c) > 0 || address % 4 != 0)
        sink->is_bad = true;
}

size_t pl_code_step_a64(pl_bytes code, bool *is_fill)
{
    struct pl_cursor c = pl_cursor_of(code);
    uint32_t w = pl_cursor_u32le(&c);
    *is_fill = c.bad ? pl_bytes_all(code, 0) : w == NOP || w == 0;
    return code.n < 4 ? code.n : 4;
}
