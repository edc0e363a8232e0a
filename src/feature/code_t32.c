/*
 * code_t32.c - the instruction set of 32-bit ARM with instructions of two or four bytes; code_a32.c says the rest.
 *
 * Source: Arm Architecture Reference Manual for ARMv7-A, A6.
 */
#include "feature/code_a32.h"

/* ---- T32 of two bytes ---- */

/* A6.2.2 and A6.2.3: arithmetic on two registers, and on any two; branches to a register. */
static void data_or_branch(struct pl_a32 *a, uint32_t w, uint32_t pc, uint64_t at)
{
    unsigned any = (w >> 4 & 8) | (w & 7);
    if ((w & 0xff00) == 0x4400 && (w >> 3 & 15) == PL_A32_PC) {
        pl_a32_add_pc(a, any, pc + 4, at);
    } else if ((w & 0xff00) == 0x4700) { /* BX, BLX */
        pl_code_switch_end(&a->sw, a->im, a->sink, at);
        pl_a32_forget_all(a, PL_A32_CALL_CHANGES);
    } else if ((w & 0xff00) != 0x4500 && (w & 0xffc0) != 0x4280 && (w & 0xffc0) != 0x42c0 &&
               (w & 0xffc0) != 0x4200) {
        pl_a32_forget(a, (w & 0xfc00) == 0x4400 ? any : w & 7);
    }
}

/* A6.2.5 */
static void miscellaneous(struct pl_a32 *a, uint32_t w, uint32_t pc, uint64_t at)
{
    if ((w & 0xf500) == 0xb100) /* CBZ, CBNZ */
        pl_a32_branch_to(a, at, pc + 4 + (w >> 3 & 0x40) + (w >> 2 & 0x3e), PL_USE_BRANCH);
    else if ((w & 0xfe00) == 0xbc00)
        pl_a32_forget_all(a, w & 0xff);
    else if ((w & 0xff00) == 0xb200 || (w & 0xff00) == 0xba00)
        pl_a32_forget(a, w & 7);
}

void pl_a32_t16(struct pl_a32 *a, uint32_t w, uint32_t pc, uint64_t at)
{
    unsigned low = w & 7;
    unsigned middle = w >> 8 & 7;
    uint32_t next = (pc + 4) & ~3u;
    switch (w >> 11) {
    case 4: pl_a32_forget(a, middle); return; /* MOV of a byte: dull */
    case 5: pl_code_switch_compare(&a->sw, w & 0xff); return;
    case 6:
    case 7: pl_a32_forget(a, middle); return;
    case 8: data_or_branch(a, w, pc, at); return;
    case 9: pl_a32_load_word(a, middle, next + (w & 0xff) * 4, at); return;
    case 10:
    case 11:
        if ((w & 0xfe00) == 0x5800)
            pl_a32_load_by_sum(a, low, w >> 3 & 7, w >> 6 & 7, at);
        else if ((w & 0xfe00) >= 0x5600)
            pl_a32_forget(a, low);
        return;
    case 12:
        if (a->held[w >> 3 & 7] == PL_HELD_ADDRESS)
            pl_code_refer(a->im, a->sink, at, a->value[w >> 3 & 7] + (w >> 6 & 31) * 4, PL_USE_LOAD, 4);
        return;
    case 13: pl_a32_load_by_address(a, low, w >> 3 & 7, (w >> 6 & 31) * 4, at, 4); return;
    case 15: pl_a32_load_by_address(a, low, w >> 3 & 7, w >> 6 & 31, at, 1); return;
    case 17: pl_a32_load_by_address(a, low, w >> 3 & 7, (w >> 6 & 31) * 2, at, 2); return;
    case 19: pl_a32_forget(a, middle); return;
    case 20: pl_a32_hold_address(a, middle, next + (w & 0xff) * 4, at, false); return;
    case 21: pl_a32_forget(a, middle); return;
    case 22:
    case 23: miscellaneous(a, w, pc, at); return;
    case 25: pl_a32_forget_all(a, w & 0xff); return;
    case 26:
    case 27:
        if ((w & 0xff00) == 0xdf00)
            (void)pl_code_emit(a->sink, PL_ATOM_SYSCALL, at, 0);
        else if ((w & 0xff00) != 0xde00) {
            if ((w & 0xfe00) == 0xd800)
                a->sw.is_bounded = a->sw.has_limit;
            pl_a32_branch_to(a, at, pc + 4 + (uint32_t)((int32_t)(w << 24) >> 23), PL_USE_BRANCH);
        }
        return;
    case 28: pl_a32_branch_to(a, at, pc + 4 + (uint32_t)((int32_t)(w << 21) >> 20), PL_USE_JUMP); return;
    default:
        if (w >> 11 < 4)
            pl_a32_forget(a, low); /* shifts and sums */
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

static void t32_branch(struct pl_a32 *a, uint32_t w, uint32_t pc, uint64_t at)
{
    uint32_t target = pc + 4 + t32_distance(w);
    if ((w & 0xd000) == 0xd000)
        pl_a32_branch_to(a, at, target, PL_USE_CALL);
    else if ((w & 0xd000) == 0xc000)
        pl_a32_branch_to(a, at, target & ~3u, PL_USE_CALL);
    else if ((w & 0xd000) == 0x9000)
        pl_a32_branch_to(a, at, target, PL_USE_JUMP);
    else if ((w & 0xd000) == 0x8000 && (w >> 23 & 7) != 7) {
        uint32_t d = (w >> 26 & 1) << 20 | (w >> 11 & 1) << 19 | (w >> 13 & 1) << 18 |
                     (w >> 16 & 0x3f) << 12 | (w & 0x7ff) << 1;
        if ((w >> 22 & 14) == 8)
            a->sw.is_bounded = a->sw.has_limit;
        pl_a32_branch_to(a, at, pc + 4 + (uint32_t)((int32_t)(d << 11) >> 11), PL_USE_BRANCH);
    }
}

static void t32_immediate(struct pl_a32 *a, uint32_t w, uint32_t pc, uint64_t at)
{
    unsigned rd = w >> 8 & 15;
    unsigned rn = w >> 16 & 15;
    uint32_t imm16 = (w >> 4 & 0xf000) | (w >> 15 & 0x800) | (w >> 4 & 0x700) | (w & 0xff);
    uint32_t imm12 = imm16 & 0xfff;
    if ((w & 0xfbf08000) == 0xf2400000) { /* MOVW */
        pl_a32_hold_number(a, rd, imm16, at);
    } else if ((w & 0xfbf08000) == 0xf2c00000) { /* MOVT */
        if (a->held[rd] == PL_HELD_NUMBER) {
            pl_a32_take_back(a, rd);
            pl_a32_hold_number(a, rd, (a->value[rd] & 0xffff) | imm16 << 16, at);
        } else {
            pl_a32_forget(a, rd);
        }
    } else if ((w & 0xfb5f8000) == 0xf20f0000) { /* ADR */
        uint32_t base = (pc + 4) & ~3u;
        pl_a32_hold_address(a, rd, (w >> 23 & 1) != 0 ? base - imm12 : base + imm12, at, false);
    } else if ((w & 0xfa000000) == 0xf0000000) {
        uint32_t value = t32_expanded(w);
        unsigned kind = w >> 21 & 15;
        if (kind == 13 && rd == PL_A32_PC)
            pl_code_switch_compare(&a->sw, value);
        if (rn != 13)
            pl_a32_constant(a, at, value);
        if (rd != PL_A32_PC)
            pl_a32_forget(a, rd);
    } else {
        pl_a32_forget(a, rd);
    }
}

static void t32_table(struct pl_a32 *a, uint32_t w, uint32_t pc, uint64_t at)
{
    bool is_wide = (w & 0x10) != 0;
    uint64_t bytes = (a->sw.limit + 1) * (is_wide ? 2 : 1);
    if (!a->sw.has_limit || bytes >= a->end - pc)
        return;
    a->sw.entry_bytes = is_wide ? 2 : 1;
    a->sw.is_bounded = true; /* by the jump before it, or there would be no table */
    if ((w >> 16 & 15) == PL_A32_PC)
        a->skip_to = (pc + 4 + bytes + 1) & ~(uint64_t)1;
    pl_code_switch_end(&a->sw, a->im, a->sink, at);
}

static void t32_load(struct pl_a32 *a, uint32_t w, uint32_t pc, uint64_t at)
{
    unsigned rt = w >> 12 & 15;
    unsigned rn = w >> 16 & 15;
    unsigned width = 1u << (w >> 21 & 3);
    uint32_t base = (pc + 4) & ~3u;
    bool is_load = (w >> 20 & 1) != 0;
    if (rn == PL_A32_PC && is_load)
        pl_a32_load_word(a, rt, (w >> 23 & 1) != 0 ? base + (w & 0xfff) : base - (w & 0xfff), at);
    else if ((w >> 23 & 1) != 0 && is_load)
        pl_a32_load_by_address(a, rt, rn, w & 0xfff, at, width);
    else if ((w >> 23 & 1) != 0 && a->held[rn] == PL_HELD_ADDRESS)
        pl_code_refer(a->im, a->sink, at, a->value[rn] + (w & 0xfff), PL_USE_LOAD, width);
    else if ((w & 0xff0) == 0 && is_load)
        pl_a32_load_by_sum(a, rt, rn, w & 15, at);
    else if ((w & 0xd00) == 0x900 || (w & 0xd00) == 0xd00)
        pl_a32_forget(a, rn); /* the base moves */
    if (is_load && rn != PL_A32_PC)
        pl_a32_forget(a, rt);
}

void pl_a32_t32(struct pl_a32 *a, uint32_t w, uint32_t pc, uint64_t at)
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
        pl_a32_shared(a, w, pc + 4, at);
    else if ((w & 0xfe400000) == 0xe8000000)
        pl_a32_forget_all(a, (w >> 20 & 1) != 0 ? w & 0xffff : 0); /* of several registers */
    else if ((w & 0xfe400000) == 0xe8400000)
        pl_a32_forget_all(a, 1u << (w >> 12 & 15) | 1u << (w >> 8 & 15));
    else
        pl_a32_forget(a, w >> 8 & 15);
}
