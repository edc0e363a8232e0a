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
#include "feature/code_a32.h"

void pl_a32_forget(struct pl_a32 *a, unsigned reg)
{
    a->held[reg] = PL_HELD_NOTHING;
}

void pl_a32_forget_all(struct pl_a32 *a, uint32_t which)
{
    for (unsigned i = 0; i < 16; i++)
        if (which >> i & 1)
            pl_a32_forget(a, i);
}

void pl_a32_hold_number(struct pl_a32 *a, unsigned reg, uint32_t value, uint64_t at)
{
    size_t before = a->sink->atoms.n;
    pl_a32_forget(a, reg);
    if (a->im->is_fixed && pl_code_span_at(a->im, value) != NULL) {
        pl_code_refer(a->im, a->sink, at, value, PL_USE_ADDRESS, 0);
        a->held[reg] = PL_HELD_ADDRESS;
        a->value[reg] = value;
        return;
    }
    pl_code_constant(a->sink, at, value, (pl_bytes){NULL, 0});
    a->held[reg] = PL_HELD_NUMBER;
    a->value[reg] = value;
    a->atom[reg] = a->sink->atoms.n > before ? before : SIZE_MAX;
}

/* The number was no constant of the program. */
void pl_a32_take_back(struct pl_a32 *a, unsigned reg)
{
    if (a->held[reg] == PL_HELD_NUMBER && a->atom[reg] < a->sink->atoms.n)
        a->sink->atoms.v[a->atom[reg]].kind = PL_ATOM_KIND_COUNT;
    a->atom[reg] = SIZE_MAX;
}

void pl_a32_hold_address(struct pl_a32 *a, unsigned reg, uint32_t address, uint64_t at, bool may_be_start)
{
    size_t before = a->sink->atoms.n;
    a->held[reg] = PL_HELD_ADDRESS;
    a->value[reg] = address;
    bool is_inside = address >= a->begin && address < a->end;
    if (is_inside && !(may_be_start && a->sink->keeps_jumps))
        return;
    pl_code_refer(a->im, a->sink, at, address, PL_USE_ADDRESS, 0);
    pl_code_switch_table(&a->sw, a->sink, before, address);
}

static uint8_t *word_at(struct pl_a32 *a, uint64_t address)
{
    uint64_t i = address / 4 - a->begin / 4;
    return address >= a->begin && i < a->words.n ? &a->words.v[i] : NULL;
}

static void mark_word(struct pl_a32 *a, uint64_t address)
{
    uint8_t *word = word_at(a, address);
    if (word != NULL)
        *word = 1;
}

/* A word relative to the program counter. */
void pl_a32_load_word(struct pl_a32 *a, unsigned reg, uint32_t address, uint64_t at)
{
    pl_bytes bytes = pl_code_bytes_at(a->im, address, 4);
    struct pl_cursor c = pl_cursor_of(bytes);
    mark_word(a, address);
    pl_a32_forget(a, reg);
    if (bytes.n == 4 && reg != PL_A32_PC)
        pl_a32_hold_number(a, reg, pl_cursor_u32le(&c), at);
}

static void load_float(struct pl_a32 *a, uint32_t address, uint64_t at, unsigned width)
{
    mark_word(a, address);
    if (width == 8)
        mark_word(a, address + 4);
    pl_code_refer(a->im, a->sink, at, address, PL_USE_FLOAT, width);
}

void pl_a32_branch_to(struct pl_a32 *a, uint64_t at, uint32_t target, enum pl_code_use use)
{
    bool is_inside = target >= a->begin && target < a->end;
    if (use == PL_USE_CALL || !is_inside || a->sink->keeps_jumps)
        pl_code_refer(a->im, a->sink, at, target, use, 0);
    if (use == PL_USE_CALL || use == PL_USE_JUMP)
        pl_a32_forget_all(a, PL_A32_CALL_CHANGES);
}

/* Adds the program counter to what the register holds: a number becomes an address. */
void pl_a32_add_pc(struct pl_a32 *a, unsigned reg, uint32_t pc, uint64_t at)
{
    if (a->held[reg] != PL_HELD_NUMBER) {
        pl_a32_forget(a, reg);
        return;
    }
    pl_a32_take_back(a, reg);
    pl_a32_hold_address(a, reg, a->value[reg] + pc, at, true);
}

void pl_a32_load_by_address(struct pl_a32 *a, unsigned rt, unsigned rn, uint32_t offset, uint64_t at,
                            unsigned width)
{
    if (a->held[rn] == PL_HELD_ADDRESS)
        pl_code_refer(a->im, a->sink, at, a->value[rn] + offset, PL_USE_LOAD, width);
    pl_a32_forget(a, rt);
}

/* Through the GOT: the sum of its address and a number. */
void pl_a32_load_by_sum(struct pl_a32 *a, unsigned rt, unsigned rn, unsigned rm, uint64_t at)
{
    unsigned base = a->held[rn] == PL_HELD_ADDRESS ? rn : rm;
    unsigned index = base == rn ? rm : rn;
    if (a->held[base] == PL_HELD_ADDRESS && a->held[index] == PL_HELD_NUMBER) {
        pl_a32_take_back(a, index);
        pl_code_refer(a->im, a->sink, at, a->value[base] + a->value[index], PL_USE_LOAD, 4);
    }
    pl_a32_forget(a, rt);
}

void pl_a32_constant(struct pl_a32 *a, uint64_t at, uint32_t value)
{
    pl_code_constant(a->sink, at, value, (pl_bytes){NULL, 0});
}

/* Instructions with one encoding but for the upper four bits: of the floating-point unit, and system calls. */
void pl_a32_shared(struct pl_a32 *a, uint32_t w, uint32_t pc, uint64_t at)
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
        pl_a32_forget(a, w >> 12 & 15); /* to a general register */
    }
}

/* ---- A32 ---- */

static uint32_t rotated(uint32_t w)
{
    uint32_t imm = w & 0xff;
    unsigned by = (w >> 8 & 15) * 2;
    return by == 0 ? imm : imm >> by | imm << (32 - by);
}

static void a32_immediate(struct pl_a32 *a, uint32_t w, uint32_t pc, uint64_t at)
{
    unsigned rd = w >> 12 & 15;
    unsigned rn = w >> 16 & 15;
    uint32_t imm = rotated(w);
    switch (w >> 21 & 15) {
    case 8:
        if ((w & 0x0ff00000) == 0x03000000) /* MOVW */
            pl_a32_hold_number(a, rd, (w >> 4 & 0xf000) | (w & 0xfff), at);
        return;
    case 10:
        if ((w & 0x0ff00000) != 0x03400000) {
            pl_code_switch_compare(&a->sw, imm);
            pl_a32_constant(a, at, imm);
        } else if (a->held[rd] == PL_HELD_NUMBER) { /* MOVT */
            pl_a32_take_back(a, rd);
            pl_a32_hold_number(a, rd, (a->value[rd] & 0xffff) | ((w >> 4 & 0xf000) | (w & 0xfff)) << 16, at);
        } else {
            pl_a32_forget(a, rd);
        }
        return;
    case 2:
    case 4:
        if (rn == PL_A32_PC && rd != PL_A32_PC) {
            pl_a32_hold_address(a, rd, (w >> 21 & 15) == 4 ? pc + 8 + imm : pc + 8 - imm, at, false);
            return;
        }
        break;
    case 9:
    case 11: pl_a32_constant(a, at, imm); return;
    default: break;
    }
    if (rn != 13)
        pl_a32_constant(a, at, imm);
    pl_a32_forget(a, rd);
}

static void a32_register(struct pl_a32 *a, uint32_t w, uint32_t pc, uint64_t at)
{
    unsigned rd = w >> 12 & 15;
    unsigned rn = w >> 16 & 15;
    unsigned rm = w & 15;
    bool is_add = (w & 0x0fe00ff0) == 0x00800000;
    if ((w & 0x0fffff30) == 0x012fff10) { /* BX, BLX */
        pl_code_switch_end(&a->sw, a->im, a->sink, at);
        pl_a32_forget_all(a, PL_A32_CALL_CHANGES);
    } else if ((w & 0x0ff0f010) ==
               0x0080f000) { /* ADD to the program counter: into a list of jumps, or by a table */
        for (uint64_t i = 0; rn != PL_A32_PC && a->held[rn] == PL_HELD_ADDRESS && a->sw.has_limit &&
                             i <= a->sw.limit && i < a->words.n;
             i++)
            mark_word(a, a->value[rn] + 4 * i);
        a->sw.is_bounded = a->sw.has_limit;
        pl_code_switch_end(&a->sw, a->im, a->sink, at);
    } else if (is_add && (rn == PL_A32_PC || rm == PL_A32_PC) && rd == (rn == PL_A32_PC ? rm : rn)) {
        pl_a32_add_pc(a, rd, pc + 8, at);
    } else if ((w & 0x0f900000) == 0x01100000) {
        return; /* compares */
    } else if ((w & 0x90) == 0x90 && (w & 0x60) == 0) {
        pl_a32_forget(a, rn); /* products keep their result there */
        pl_a32_forget(a, rd);
    } else {
        pl_a32_forget(a, rd);
    }
}

static void a32_memory(struct pl_a32 *a, uint32_t w, uint32_t pc, uint64_t at)
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
        pl_a32_forget(a, rn);
    if ((w >> 25 & 1) != 0) {
        if (rn == PL_A32_PC && is_up && (w & 0xff0) == 0 && a->held[w & 15] == PL_HELD_NUMBER) {
            pl_a32_take_back(a, w & 15);
            pl_code_refer(a->im, a->sink, at, a->value[w & 15] + pc + 8, PL_USE_LOAD, 4);
        } else if (is_load && is_simple && (w & 0xff0) == 0) {
            pl_a32_load_by_sum(a, rt, rn, w & 15, at);
        }
    } else if (rn == PL_A32_PC && is_load) {
        pl_a32_load_word(a, rt, is_up ? pc + 8 + imm : pc + 8 - imm, at);
        return;
    } else if (is_simple && is_up && is_load) {
        pl_a32_load_by_address(a, rt, rn, imm, at, (w >> 22 & 1) != 0 ? 1 : 4);
    } else if (is_simple && is_up && a->held[rn] == PL_HELD_ADDRESS) {
        pl_code_refer(a->im, a->sink, at, a->value[rn] + imm, PL_USE_LOAD, 4);
    }
    if (is_load)
        pl_a32_forget(a, rt);
}

static void a32_instruction(struct pl_a32 *a, uint32_t w, uint32_t pc, uint64_t at)
{
    bool is_always = w >> 28 == 14;
    if (w >> 28 == 15) {
        if ((w & 0x0e000000) == 0x0a000000) /* BLX: to the other instruction set */
            pl_a32_branch_to(a, at, pc + 8 + (uint32_t)((int32_t)(w << 8) >> 6) + (w >> 23 & 2), PL_USE_CALL);
        return;
    }
    switch (w >> 25 & 7) {
    case 0: a32_register(a, w, pc, at); return;
    case 1: a32_immediate(a, w, pc, at); return;
    case 3:
        if ((w & 0x10) != 0) {
            pl_a32_forget(a, w >> 12 & 15);
            return;
        }
        a32_memory(a, w, pc, at);
        return;
    case 2: a32_memory(a, w, pc, at); return;
    case 4:
        if ((w >> 20 & 1) != 0)
            pl_a32_forget_all(a, w & 0xffff);
        return;
    case 5:
        if ((w >> 28) == 8 || (w >> 28) == 9) /* "higher", "lower or same" */
            a->sw.is_bounded = a->sw.has_limit;
        pl_a32_branch_to(a, at, pc + 8 + (uint32_t)((int32_t)(w << 8) >> 6),
                         (w >> 24 & 1) != 0 ? PL_USE_CALL
                         : is_always        ? PL_USE_JUMP
                                            : PL_USE_BRANCH);
        return;
    default:
        if ((w & 0x0f000000) == 0x0f000000)
            (void)pl_code_emit(a->sink, PL_ATOM_SYSCALL, at, 0);
        else
            pl_a32_shared(a, w, pc + 8, at);
        return;
    }
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

static void walk(struct pl_a32 *a, pl_bytes code)
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
            pl_a32_t16(a, half, pc, at);
        else if (pl_cursor_left(&c) >= 2)
            pl_a32_t32(a, half << 16 | pl_cursor_u16le(&c), pc, at);
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
    struct pl_a32 a = {.im = im, .sink = sink, .begin = address, .end = address + code.n, .offset = offset};
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
