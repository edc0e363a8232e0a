/*
 * javaclass_code.c - the instructions of a method, one after the other.
 *
 * Source: JVMS SE 21, 6.5.
 */
#include "format/binary/javaclass.h"

#include "base/cursor.h"

enum {
    ICONST_M1 = 2,
    ICONST_5 = 8,
    BIPUSH = 16,
    SIPUSH = 17,
    LDC = 18,
    LDC2_W = 20,
    IINC = 132,
    TABLESWITCH = 170,
    LOOKUPSWITCH = 171,
    GETSTATIC = 178,
    CHECKCAST = 192,
    INSTANCEOF = 193,
    INVOKEINTERFACE = 185,
    INVOKEDYNAMIC = 186,
    NEW = 187,
    NEWARRAY = 188,
    ANEWARRAY = 189,
    WIDE = 196,
    MULTIANEWARRAY = 197,
    IFNULL = 198,
    GOTO_W = 200,
    JSR_W = 201
};

/* Bytes of operands that are no number of a constant; -1: no such instruction, or one with a length of its own. */
static int plain_operands(uint8_t op)
{
    if (op <= 15 || (op >= 26 && op <= 53) || (op >= 59 && op <= 131) || (op >= 133 && op <= 152) ||
        (op >= 172 && op <= 177) || op == 190 || op == 191 || op == 194 || op == 195)
        return 0;
    if (op == BIPUSH || op == NEWARRAY || op == 169 || (op >= 21 && op <= 25) || (op >= 54 && op <= 58))
        return 1;
    if (op == SIPUSH || op == IINC || (op >= 153 && op <= 168) || op == IFNULL || op == IFNULL + 1)
        return 2;
    if (op == GOTO_W || op == JSR_W)
        return 4;
    return -1;
}

static void take_switch(struct pl_cursor *c, bool is_table, struct pl_javaclass_instruction *out)
{
    pl_cursor_skip(c, (4 - c->at % 4) % 4);
    pl_cursor_skip(c, 4); /* default */
    int64_t low = (int32_t)pl_cursor_u32be(c);
    int64_t n = low;
    if (is_table)
        n = (int64_t)(int32_t)pl_cursor_u32be(c) - low + 1;
    if (n < 0 || n > INT32_MAX) {
        c->bad = true;
        return;
    }
    pl_cursor_skip(c, (uint64_t)n * (is_table ? 4 : 8));
    out->value = (int32_t)n;
}

static void take_wide(struct pl_cursor *c, struct pl_javaclass_instruction *out)
{
    out->opcode = pl_cursor_u8(c);
    uint8_t op = out->opcode;
    if (op == IINC)
        pl_cursor_skip(c, 4);
    else if ((op >= 21 && op <= 25) || (op >= 54 && op <= 58) || op == 169)
        pl_cursor_skip(c, 2);
    else
        c->bad = true;
}

/* An instruction with a number of a constant. */
static void take_reference(struct pl_cursor *c, struct pl_javaclass_instruction *out)
{
    uint8_t op = out->opcode;
    if (op == LDC) {
        out->constant = pl_cursor_u8(c);
        return;
    }
    if (!(op > LDC && op <= LDC2_W) && !(op >= GETSTATIC && op <= NEW) && op != ANEWARRAY &&
        op != CHECKCAST && op != INSTANCEOF && op != MULTIANEWARRAY) {
        c->bad = true;
        return;
    }
    out->constant = pl_cursor_u16be(c);
    if (op == INVOKEINTERFACE || op == INVOKEDYNAMIC)
        pl_cursor_skip(c, 2);
    else if (op == MULTIANEWARRAY)
        pl_cursor_skip(c, 1);
}

bool pl_javaclass_next(pl_bytes code, uint32_t *at, struct pl_javaclass_instruction *out)
{
    struct pl_cursor c = pl_cursor_at(code, *at);
    if (*at >= code.n)
        return false;
    *out = (struct pl_javaclass_instruction){.at = *at, .opcode = pl_cursor_u8(&c)};
    uint8_t op = out->opcode;
    int operands = plain_operands(op);
    if (op >= ICONST_M1 && op <= ICONST_5)
        out->value = (int32_t)op - 3;
    if (op == BIPUSH)
        out->value = (int8_t)pl_cursor_u8(&c);
    else if (op == SIPUSH)
        out->value = (int16_t)pl_cursor_u16be(&c);
    else if (op == TABLESWITCH || op == LOOKUPSWITCH)
        take_switch(&c, op == TABLESWITCH, out);
    else if (op == WIDE)
        take_wide(&c, out);
    else if (operands >= 0)
        pl_cursor_skip(&c, (uint64_t)operands);
    else
        take_reference(&c, out);
    if (c.bad)
        return false;
    out->length = (uint32_t)(c.at - *at);
    *at = (uint32_t)c.at;
    return true;
}
