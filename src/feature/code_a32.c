/*
 * code_a32.c - atoms of 32-bit ARM code, in either of its instruction sets: A32 of four bytes, T32 of two or four.
 *
 * Which set a function is in stands nowhere in a stripped image, but nearly every A32 instruction has 14 in its upper four bits. Addresses and
 * large numbers come from words behind the code that are loaded relative to the program counter, or from a pair MOVW and MOVT; position-independent
 * code then adds the program counter, or a pointer to the GOT. Such words are skipped when decoding comes to them. What each register holds is
 * followed in order of text, as in code_a64.c.
 *
 * Source: Arm Architecture Reference Manual for ARMv7-A, A5 (A32), A6 (T32) and A8.8; AAPCS32, 6.1.
 * Not read here: whether an instruction is allocated; vector instructions; prints, since what a linker fills in are words that look like any other.
 */
#include "feature/code_image.h"

#define PC           15u
#define CALL_CHANGES 0x500fu /* r0 to r3, r12 and r14 */

enum held { HELD_NOTHING, HELD_NUMBER, HELD_ADDRESS };

struct a32 {
    const struct pl_code_image *im;
    struct pl_code_sink *sink;
    uint64_t begin, end;
    uint64_t offset; /* of begin, in the file */
    bool is_thumb;
    uint8_t held[16]; /* enum held */
    uint32_t value[16];
    size_t atom
        [16]; /* of a number: its constant, which goes when the number turns out to be a part of an address */
    struct pl_code_switch sw;
    uint64_t skip_to;      /* a table stands up to here */
    PL_VEC(uint8_t) words; /* one a word of the range: is loaded from */
};

static void forget(struct a32 *a, unsigned reg)
{
    a->held[reg] = HELD_NOTHING;
}

static void forget_all(struct a32 *a, uint32_t which)
{
    for (unsigned i = 0; i < 16; i++)
        if (which >> i & 1)
            forget(a, i);
}

static void hold_number(struct a32 *a, unsigned reg, uint32_t value, uint64_t at)
{
    size_t before = a->sink->atoms.n;
    forget(a, reg);
    if (a->im->is_fixed && pl_code_span_at(a->im, value) != NULL) {
        pl_code_refer(a->im, a->sink, at, value, PL_USE_ADDRESS, 0);
        a->held[reg] = HELD_ADDRESS;
        a->value[reg] = value;
        return;
    }
    pl_code_constant(a->sink, at, value, (pl_bytes){NULL, 0});
    a->held[reg] = HELD_NUMBER;
    a->value[reg] = value;
    a->atom[reg] = a->sink->atoms.n > before ? before : SIZE_MAX;
}

/* The number was no constant of the program. */
static void take_back(struct a32 *a, unsigned reg)
{
    if (a->held[reg] == HELD_NUMBER && a->atom[reg] < a->sink->atoms.n)
        a->sink->atoms.v[a->atom[reg]].kind = PL_ATOM_KIND_COUNT;
    a->atom[reg] = SIZE_MAX;
}

static void hold_address(struct a32 *a, unsigned reg, uint32_t address, uint64_t at, bool may_be_start)
{
    size_t before = a->sink->atoms.n;
    a->held[reg] = HELD_ADDRESS;
    a->value[reg] = address;
    bool is_inside = address >= a->begin && address < a->end;
    if (is_inside && !(may_be_start && a->sink->keeps_jumps))
        return;
    pl_code_refer(a->im, a->sink, at, address, PL_USE_ADDRESS, 0);
    pl_code_switch_table(&a->sw, a->sink, before, address);
}

static uint8_t *word_at(struct a32 *a, uint64_t address)
{
    uint64_t i = address / 4 - a->begin / 4;
    return address >= a->begin && i < a->words.n ? &a->words.v[i] : NULL;
}

static void mark_word(struct a32 *a, uint64_t address)
{
    uint8_t *word = word_at(a, address);
    if (word != NULL)
        *word = 1;
}

/* A word relative to the program counter. */
static void load_word(struct a32 *a, unsigned reg, uint32_t address, uint64_t at)
{
    pl_bytes bytes = pl_code_bytes_at(a->im, address, 4);
    struct pl_cursor c = pl_cursor_of(bytes);
    mark_word(a, address);
    forget(a, reg);
    if (bytes.n == 4 && reg != PC)
        hold_number(a, reg, pl_cursor_u32le(&c), at);
}

static void load_float(struct a32 *a, uint32_t address, uint64_t at, unsigned width)
{
    mark_word(a, address);
    if (width == 8)
        mark_word(a, address + 4);
    pl_code_refer(a->im, a->sink, at, address, PL_USE_FLOAT, width);
}

static void branch_to(struct a32 *a, uint64_t at, uint32_t target, enum pl_code_use use)
{
    bool is_inside = target >= a->begin && target < a->end;
    if (use == PL_USE_CALL || !is_inside || a->sink->keeps_jumps)
        pl_code_refer(a->im, a->sink, at, target, use, 0);
    if (use == PL_USE_CALL || use == PL_USE_JUMP)
        forget_all(a, CALL_CHANGES);
}

/* Adds the program counter to what the register holds: a number becomes an address. */
static void add_pc(struct a32 *a, unsigned reg, uint32_t pc, uint64_t at)
{
    if (a->held[reg] != HELD_NUMBER) {
        forget(a, reg);
        return;
    }
    take_back(a, reg);
    hold_address(a, reg, a->value[reg] + pc, at, true);
}

static void load_by_address(struct a32 *a, unsigned rt, unsigned rn, uint32_t offset, uint64_t at,
                            unsigned width)
{
    if (a->held[rn] == HELD_ADDRESS)
        pl_code_refer(a->im, a->sink, at, a->value[rn] + offset, PL_USE_LOAD, width);
    forget(a, rt);
}

/* Through the GOT: the sum of its address and a number. */
static void load_by_sum(struct a32 *a, unsigned rt, unsigned rn, unsigned rm, uint64_t at)
{
    unsigned base = a->held[rn] == HELD_ADDRESS ? rn : rm;
    unsigned index = base == rn ? rm : rn;
    if (a->held[base] == HELD_ADDRESS && a->held[index] == HELD_NUMBER) {
        take_back(a, index);
        pl_code_refer(a->im, a->sink, at, a->value[base] + a->value[index], PL_USE_LOAD, 4);
    }
    forget(a, rt);
}

static void constant(struct a32 *a, uint64_t at, uint32_t value)
{
    pl_code_constant(a->sink, at, value, (pl_bytes){NULL, 0});
}

/* Instructions with one encoding but for the upper four bits: of the floating-point unit, and system calls. */
static void shared(struct a32 *a, uint32_t w, uint32_t pc, uint64_t at)
{
    bool is_double = (w & 0x100) != 0;
    if ((w & 0x0f3f0e00) == 0x0d1f0a00) { /* load relative to the program counter */
        uint32_t distance = (w & 0xff) * 4;
        load_float(a, (w >> 23 & 1) != 0 ? (pc & ~3u) + distance : (pc & ~3u) - distance, at,
                   is_double ? 8 : 4);
    } else if ((w & 0x0fb00ef0) == 0x0eb00a00) { /* an immediate: sign, exponent, fraction */
        uint64_t imm = (w >> 12 & 0xf0) | (w & 15);
        uint64_t exponent = (imm >> 6 & 1) != 0 ? 0x3fc | (imm >> 4 & 3) : 0x400 | (imm >> 4 & 3);
        struct pl_atom *atom =
            pl_code_emit(a->sink, PL_ATOM_FLOAT, at, imm >> 7 << 63 | exponent << 52 | (imm & 15) << 48);
        if (atom != NULL)
            atom->hash = pl_atom_hash_value(atom->value);
    } else if ((w & 0x0f100e10) == 0x0e100a10) {
        forget(a, w >> 12 & 15); /* to a general register */
    }
}

/* ---- A32 ---- */

static uint32_t rotated(uint32_t w)
{
    uint32_t imm = w & 0xff;
    unsigned by = (w >> 8 & 15) * 2;
    return by == 0 ? imm : imm >> by | imm << (32 - by);
}

static void a32_immediate(struct a32 *a, uint32_t w, uint32_t pc, uint64_t at)
{
    unsigned rd = w >> 12 & 15;
    unsigned rn = w >> 16 & 15;
    uint32_t imm = rotated(w);
    switch (w >> 21 & 15) {
    case 8:
        if ((w & 0x0ff00000) == 0x03000000) /* MOVW */
            hold_number(a, rd, (w >> 4 & 0xf000) | (w & 0xfff), at);
        return;
    case 10:
        if ((w & 0x0ff00000) != 0x03400000) {
            pl_code_switch_compare(&a->sw, imm);
            constant(a, at, imm);
        } else if (a->held[rd] == HELD_NUMBER) { /* MOVT */
            take_back(a, rd);
            hold_number(a, rd, (a->value[rd] & 0xffff) | ((w >> 4 & 0xf000) | (w & 0xfff)) << 16, at);
        } else {
            forget(a, rd);
        }
        return;
    case 2:
    case 4:
        if (rn == PC && rd != PC) {
            hold_address(a, rd, (w >> 21 & 15) == 4 ? pc + 8 + imm : pc + 8 - imm, at, false);
            return;
        }
        break;
    case 9:
    case 11: constant(a, at, imm); return;
    default: break;
    }
    if (rn != 13)
        constant(a, at, imm);
    forget(a, rd);
}

static void a32_register(struct a32 *a, uint32_t w, uint32_t pc, uint64_t at)
{
    unsigned rd = w >> 12 & 15;
    unsigned rn = w >> 16 & 15;
    unsigned rm = w & 15;
    bool is_add = (w & 0x0fe00ff0) == 0x00800000;
    if ((w & 0x0fffff30) == 0x012fff10) { /* BX, BLX */
        pl_code_switch_end(&a->sw, a->im, a->sink, at);
        forget_all(a, CALL_CHANGES);
    } else if ((w & 0x0ff0f010) ==
               0x0080f000) { /* ADD to the program counter: into a list of jumps, or by a table */
        for (uint64_t i = 0;
             rn != PC && a->held[rn] == HELD_ADDRESS && a->sw.has_limit && i <= a->sw.limit && i < a->words.n;
             i++)
            mark_word(a, a->value[rn] + 4 * i);
        a->sw.is_bounded = a->sw.has_limit;
        pl_code_switch_end(&a->sw, a->im, a->sink, at);
    } else if (is_add && (rn == PC || rm == PC) && rd == (rn == PC ? rm : rn)) {
        add_pc(a, rd, pc + 8, at);
    } else if ((w & 0x0f900000) == 0x01100000) {
        return; /* compares */
    } else if ((w & 0x90) == 0x90 && (w & 0x60) == 0) {
        forget(a, rn); /* products keep their result there */
        forget(a, rd);
    } else {
        forget(a, rd);
    }
}

static void a32_memory(struct a32 *a, uint32_t w, uint32_t pc, uint64_t at)
{
    unsigned rt = w >> 12 & 15;
    unsigned rn = w >> 16 & 15;
    bool is_load = (w >> 20 & 1) != 0;
    bool is_up = (w >> 23 & 1) != 0;
    uint32_t imm = w & 0xfff;
    bool is_simple = (w & 0x01200000) == 0x01000000;
    if ((w & 0x0ffff010) == 0x079ff000) { /* load of the program counter from a table that follows */
        uint64_t bytes = 4 * (a->sw.limit + 1);
        a->sw.is_bounded = a->sw.has_limit;
        if (a->sw.has_limit && bytes < a->end - pc)
            a->skip_to = pc + 8 + bytes;
        pl_code_switch_end(&a->sw, a->im, a->sink, at);
        return;
    }
    if (!is_simple)
        forget(a, rn);
    if ((w >> 25 & 1) != 0) {
        if (rn == PC && is_up && (w & 0xff0) == 0 && a->held[w & 15] == HELD_NUMBER) {
            take_back(a, w & 15);
            pl_code_refer(a->im, a->sink, at, a->value[w & 15] + pc + 8, PL_USE_LOAD, 4);
        } else if (is_load && is_simple && (w & 0xff0) == 0) {
            load_by_sum(a, rt, rn, w & 15, at);
        }
    } else if (rn == PC && is_load) {
        load_word(a, rt, is_up ? pc + 8 + imm : pc + 8 - imm, at);
        return;
    } else if (is_simple && is_up && is_load) {
        load_by_address(a, rt, rn, imm, at, (w >> 22 & 1) != 0 ? 1 : 4);
    } else if (is_simple && is_up && a->held[rn] == HELD_ADDRESS) {
        pl_code_refer(a->im, a->sink, at, a->value[rn] + imm, PL_USE_LOAD, 4);
    }
    if (is_load)
        forget(a, rt);
}

static void a32_instruction(struct a32 *a, uint32_t w, uint32_t pc, uint64_t at)
{
    bool is_always = w >> 28 == 14;
    if (w >> 28 == 15) {
        if ((w & 0x0e000000) == 0x0a000000) /* BLX: to the other instruction set */
            branch_to(a, at, pc + 8 + (uint32_t)((int32_t)(w << 8) >> 6) + (w >> 23 & 2), PL_USE_CALL);
        return;
    }
    switch (w >> 25 & 7) {
    case 0: a32_register(a, w, pc, at); return;
    case 1: a32_immediate(a, w, pc, at); return;
    case 3:
        if ((w & 0x10) != 0) {
            forget(a, w >> 12 & 15);
            return;
        }
        a32_memory(a, w, pc, at);
        return;
    case 2: a32_memory(a, w, pc, at); return;
    case 4:
        if ((w >> 20 & 1) != 0)
            forget_all(a, w & 0xffff);
        return;
    case 5:
        if ((w >> 28) == 8 || (w >> 28) == 9) /* "higher", "lower or same" */
            a->sw.is_bounded = a->sw.has_limit;
        branch_to(a, at, pc + 8 + (uint32_t)((int32_t)(w << 8) >> 6),
                  (w >> 24 & 1) != 0 ? PL_USE_CALL
                  : is_always        ? PL_USE_JUMP
                                     : PL_USE_BRANCH);
        return;
    default:
        if ((w & 0x0f000000) == 0x0f000000)
            (void)pl_code_emit(a->sink, PL_ATOM_SYSCALL, at, 0);
        else
            shared(a, w, pc + 8, at);
        return;
    }
}

/* ---- T32 of two bytes ---- */

static void t16_instruction(struct a32 *a, uint32_t w, uint32_t pc, uint64_t at)
{
    unsigned low = w & 7;
    unsigned middle = w >> 8 & 7;
    uint32_t next = (pc + 4) & ~3u;
    switch (w >> 11) {
    case 4: forget(a, middle); return; /* MOV of a byte: dull */
    case 5: pl_code_switch_compare(&a->sw, w & 0xff); return;
    case 6:
    case 7: forget(a, middle); return;
    case 8:
        if ((w & 0xff00) == 0x4400 && (w >> 3 & 15) == PC)
            add_pc(a, (w >> 4 & 8) | low, pc + 4, at);
        else if ((w & 0xff00) == 0x4700) { /* BX, BLX */
            pl_code_switch_end(&a->sw, a->im, a->sink, at);
            forget_all(a, CALL_CHANGES);
        } else if ((w & 0xff00) != 0x4500 && (w & 0xffc0) != 0x4280 && (w & 0xffc0) != 0x42c0 &&
                   (w & 0xffc0) != 0x4200) {
            forget(a, (w & 0xfc00) == 0x4400 ? (w >> 4 & 8) | low : low);
        }
        return;
    case 9: load_word(a, middle, next + (w & 0xff) * 4, at); return;
    case 10:
    case 11:
        if ((w & 0xfe00) == 0x5800)
            load_by_sum(a, low, w >> 3 & 7, w >> 6 & 7, at);
        else if ((w & 0xfe00) >= 0x5600)
            forget(a, low);
        return;
    case 12:
        if (a->held[w >> 3 & 7] == HELD_ADDRESS)
            pl_code_refer(a->im, a->sink, at, a->value[w >> 3 & 7] + (w >> 6 & 31) * 4, PL_USE_LOAD, 4);
        return;
    case 13: load_by_address(a, low, w >> 3 & 7, (w >> 6 & 31) * 4, at, 4); return;
    case 15: load_by_address(a, low, w >> 3 & 7, w >> 6 & 31, at, 1); return;
    case 17: load_by_address(a, low, w >> 3 & 7, (w >> 6 & 31) * 2, at, 2); return;
    case 19: forget(a, middle); return;
    case 20: hold_address(a, middle, next + (w & 0xff) * 4, at, false); return;
    case 21: forget(a, middle); return;
    case 22:
    case 23:
        if ((w & 0xf500) == 0xb100) /* CBZ, CBNZ */
            branch_to(a, at, pc + 4 + (w >> 3 & 0x40) + (w >> 2 & 0x3e), PL_USE_BRANCH);
        else if ((w & 0xfe00) == 0xbc00)
            forget_all(a, w & 0xff);
        else if ((w & 0xff00) == 0xb200 || (w & 0xff00) == 0xba00)
            forget(a, low);
        return;
    case 25: forget_all(a, w & 0xff); return;
    case 26:
    case 27:
        if ((w & 0xff00) == 0xdf00)
            (void)pl_code_emit(a->sink, PL_ATOM_SYSCALL, at, 0);
        else if ((w & 0xff00) != 0xde00) {
            if ((w & 0xfe00) == 0xd800)
                a->sw.is_bounded = a->sw.has_limit;
            branch_to(a, at, pc + 4 + (uint32_t)((int32_t)(w << 24) >> 23), PL_USE_BRANCH);
        }
        return;
    case 28: branch_to(a, at, pc + 4 + (uint32_t)((int32_t)(w << 21) >> 20), PL_USE_JUMP); return;
    default:
        if (w >> 11 < 4)
            forget(a, low); /* shifts and sums */
        return;
    }
}

/* ---- T32 of four bytes: w has the first half above the second ---- */

static uint32_t t32_expanded(uint32_t w)
{
    uint32_t imm12 = (w >> 15 & 0x800) | (w >> 4 & 0x700) | (w & 0xff);
    uint32_t byte = imm12 & 0xff;
    switch (imm12 >> 8) {
    case 0: return byte;
    case 1: return byte << 16 | byte;
    case 2: return byte << 24 | byte << 8;
    case 3: return byte << 24 | byte << 16 | byte << 8 | byte;
    default: break;
    }
    unsigned by = imm12 >> 7;
    byte = 0x80 | (byte & 0x7f);
    return byte >> by | byte << (32 - by);
}

static uint32_t t32_distance(uint32_t w)
{
    uint32_t s = w >> 26 & 1;
    uint32_t i1 = (w >> 13 & 1) == s;
    uint32_t i2 = (w >> 11 & 1) == s;
    uint32_t d = s << 24 | i1 << 23 | i2 << 22 | (w >> 16 & 0x3ff) << 12 | (w & 0x7ff) << 1;
    return (uint32_t)((int32_t)(d << 7) >> 7);
}

static void t32_branch(struct a32 *a, uint32_t w, uint32_t pc, uint64_t at)
{
    uint32_t target = pc + 4 + t32_distance(w);
    if ((w & 0xd000) == 0xd000)
        branch_to(a, at, target, PL_USE_CALL);
    else if ((w & 0xd000) == 0xc000)
        branch_to(a, at, target & ~3u, PL_USE_CALL);
    else if ((w & 0xd000) == 0x9000)
        branch_to(a, at, target, PL_USE_JUMP);
    else if ((w & 0xd000) == 0x8000 && (w >> 23 & 7) != 7) {
        uint32_t d = (w >> 26 & 1) << 20 | (w >> 11 & 1) << 19 | (w >> 13 & 1) << 18 |
                     (w >> 16 & 0x3f) << 12 | (w & 0x7ff) << 1;
        if ((w >> 22 & 14) == 8)
            a->sw.is_bounded = a->sw.has_limit;
        branch_to(a, at, pc + 4 + (uint32_t)((int32_t)(d << 11) >> 11), PL_USE_BRANCH);
    }
}

static void t32_immediate(struct a32 *a, uint32_t w, uint32_t pc, uint64_t at)
{
    unsigned rd = w >> 8 & 15;
    unsigned rn = w >> 16 & 15;
    uint32_t imm16 = (w >> 4 & 0xf000) | (w >> 15 & 0x800) | (w >> 4 & 0x700) | (w & 0xff);
    uint32_t imm12 = imm16 & 0xfff;
    if ((w & 0xfbf08000) == 0xf2400000) { /* MOVW */
        hold_number(a, rd, imm16, at);
    } else if ((w & 0xfbf08000) == 0xf2c00000) { /* MOVT */
        if (a->held[rd] == HELD_NUMBER) {
            take_back(a, rd);
            hold_number(a, rd, (a->value[rd] & 0xffff) | imm16 << 16, at);
        } else {
            forget(a, rd);
        }
    } else if ((w & 0xfb5f8000) == 0xf20f0000) { /* ADR */
        uint32_t base = (pc + 4) & ~3u;
        hold_address(a, rd, (w >> 23 & 1) != 0 ? base - imm12 : base + imm12, at, false);
    } else if ((w & 0xfa000000) == 0xf0000000) {
        uint32_t value = t32_expanded(w);
        unsigned kind = w >> 21 & 15;
        if (kind == 13 && rd == PC)
            pl_code_switch_compare(&a->sw, value);
        if (rn != 13)
            constant(a, at, value);
        if (rd != PC)
            forget(a, rd);
    } else {
        forget(a, rd);
    }
}

static void t32_table(struct a32 *a, uint32_t w, uint32_t pc, uint64_t at)
{
    bool is_wide = (w & 0x10) != 0;
    uint64_t bytes = (a->sw.limit + 1) * (is_wide ? 2 : 1);
    if (!a->sw.has_limit || bytes >= a->end - pc)
        return;
    a->sw.entry_bytes = is_wide ? 2 : 1;
    a->sw.is_bounded = true; /* by the jump before it, or there would be no table */
    if ((w >> 16 & 15) == PC)
        a->skip_to = (pc + 4 + bytes + 1) & ~(uint64_t)1;
    pl_code_switch_end(&a->sw, a->im, a->sink, at);
}

static void t32_load(struct a32 *a, uint32_t w, uint32_t pc, uint64_t at)
{
    unsigned rt = w >> 12 & 15;
    unsigned rn = w >> 16 & 15;
    unsigned width = 1u << (w >> 21 & 3);
    uint32_t base = (pc + 4) & ~3u;
    bool is_load = (w >> 20 & 1) != 0;
    if (rn == PC && is_load)
        load_word(a, rt, (w >> 23 & 1) != 0 ? base + (w & 0xfff) : base - (w & 0xfff), at);
    else if ((w >> 23 & 1) != 0 && is_load)
        load_by_address(a, rt, rn, w & 0xfff, at, width);
    else if ((w >> 23 & 1) != 0 && a->held[rn] == HELD_ADDRESS)
        pl_code_refer(a->im, a->sink, at, a->value[rn] + (w & 0xfff), PL_USE_LOAD, width);
    else if ((w & 0xff0) == 0 && is_load)
        load_by_sum(a, rt, rn, w & 15, at);
    else if ((w & 0xd00) == 0x900 || (w & 0xd00) == 0xd00)
        forget(a, rn); /* the base moves */
    if (is_load && rn != PC)
        forget(a, rt);
}

static void t32_instruction(struct a32 *a, uint32_t w, uint32_t pc, uint64_t at)
{
    if ((w & 0xf8008000) == 0xf0008000)
        t32_branch(a, w, pc, at);
    else if ((w & 0xf8008000) == 0xf0000000)
        t32_immediate(a, w, pc, at);
    else if ((w & 0xfff0ffe0) == 0xe8d0f000)
        t32_table(a, w, pc, at);
    else if ((w & 0xfe000000) == 0xf8000000)
        t32_load(a, w, pc, at);
    else if ((w & 0xef000000) == 0xef000000 || (w & 0xec000000) == 0xec000000)
        shared(a, w, pc + 4, at);
    else if ((w & 0xfe400000) == 0xe8000000)
        forget_all(a, (w >> 20 & 1) != 0 ? w & 0xffff : 0); /* of several registers */
    else if ((w & 0xfe400000) == 0xe8400000)
        forget_all(a, 1u << (w >> 12 & 15) | 1u << (w >> 8 & 15));
    else
        forget(a, w >> 8 & 15);
}

/* ---- the range ---- */

static bool is_thumb(pl_bytes code)
{
    size_t words = 0;
    size_t always = 0;
    struct pl_cursor c = pl_cursor_of(pl_bytes_sub(code, 0, 4096));
    while (pl_cursor_left(&c) >= 4) {
        words++;
        always += pl_cursor_u32le(&c) >> 28 == 14;
    }
    return always * 2 < words || words == 0;
}

static void walk(struct a32 *a, pl_bytes code)
{
    struct pl_cursor c = pl_cursor_of(code);
    while (pl_cursor_left(&c) >= 2 && !a->sink->no_memory) {
        uint32_t pc = (uint32_t)(a->begin + c.at);
        uint64_t at = a->offset + c.at;
        const uint8_t *word = pc % 4 == 0 ? word_at(a, pc) : NULL;
        bool is_word = word != NULL && *word != 0;
        if (pc < a->skip_to || is_word) {
            uint64_t step = is_word ? 4 : a->skip_to - pc;
            pl_cursor_skip(&c, step < pl_cursor_left(&c) ? step : pl_cursor_left(&c));
            continue;
        }
        pl_code_switch_age(&a->sw);
        if (!a->is_thumb && pl_cursor_left(&c) >= 4) {
            a32_instruction(a, pl_cursor_u32le(&c), pc, at);
            continue;
        }
        uint32_t half = pl_cursor_u16le(&c);
        if (half >> 11 < 29)
            t16_instruction(a, half, pc, at);
        else if (pl_cursor_left(&c) >= 2)
            t32_instruction(a, half << 16 | pl_cursor_u16le(&c), pc, at);
    }
}

/* Without the constants that were taken back. */
static void compact(struct pl_code_sink *sink, size_t from)
{
    size_t n = from;
    for (size_t i = from; i < sink->atoms.n; i++)
        if (sink->atoms.v[i].kind != PL_ATOM_KIND_COUNT)
            sink->atoms.v[n++] = sink->atoms.v[i];
    sink->atoms.n = n;
}

void pl_code_decode_a32(const struct pl_code_image *im, struct pl_code_sink *sink, uint64_t address,
                        pl_bytes code, uint64_t offset)
{
    struct a32 a = {.im = im, .sink = sink, .begin = address, .end = address + code.n, .offset = offset};
    size_t before = sink->atoms.n;
    a.is_thumb = address % 4 != 0 || is_thumb(code);
    a.sw.entry_bytes = 4;
    for (size_t i = 0; i < code.n / 4 + 2 && !sink->no_memory; i++)
        if (PL_VEC_ADD(&a.words) == NULL)
            sink->no_memory = true;
    walk(&a, code);
    compact(sink, before);
    PL_VEC_FREE(&a.words);
}

size_t pl_code_step_a32(pl_bytes code, bool *is_fill)
{
    struct pl_cursor c = pl_cursor_of(code);
    uint32_t half = pl_cursor_u16le(&c);
    struct pl_cursor w = pl_cursor_of(code);
    uint32_t word = pl_cursor_u32le(&w);
    *is_fill = true;
    if (!w.bad && (word == 0xe320f000 || word == 0xe1a00000 || word == 0x8000f3af))
        return 4;
    *is_fill = c.bad ? pl_bytes_all(code, 0) : half == 0 || half == 0xbf00 || half == 0x46c0;
    return code.n < 2 ? code.n : 2;
}
