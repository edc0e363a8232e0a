/*
 * pyc_code.c - instructions and the table of their lines.
 *
 *     instruction    | opcode | argument |, an EXTENDED_ARG before it has the higher bits; caches behind it are zeros, which is no act
 *     line table     | 1 code:4 length:3 | bytes without bit 7 ...       an entry stands for 1 to 8 instruction words
 *
 * Source: CPython Lib/opcode.py of 3.11, 3.12 and Include/opcode_ids.h of 3.13; Objects/locations.md (3.11) for the table.
 */
#include "format/binary/pyc_code.h"

#define ONE_LINE_FIRST 10u
#define NO_COLUMNS     13u
#define LONG_FORM      14u
#define NO_LOCATION    15u
#define SHARED         0xc0u /* a local that inner functions use, too: read to be handed to them */

struct pl_pyc_opcodes {
    uint16_t magic;
    uint8_t extended;
    uint8_t binary, compare, compare_shift, contains, is, negative, invert, not ;
    uint8_t constant, returns, return_constant, keywords; /* 0: there is none */
    uint8_t load_name, store_name, delete_name, load_global, store_global, delete_global;
    uint8_t load_attribute, attribute_shift, load_method, store_attribute, delete_attribute, load_super;
    uint8_t import, import_from, name_in_dict;
    uint8_t local, local_checked, two_locals;
};

static const struct pl_pyc_opcodes tables[] = {
    {.magic = 3495,
     .extended = 144,
     .binary = 122,
     .compare = 107,
     .contains = 118,
     .is = 117,
     .negative = 11,
     .invert = 15,
     .not = 12,
     .constant = 100,
     .returns = 83,
     .keywords = 172,
     .load_name = 101,
     .store_name = 90,
     .delete_name = 91,
     .load_global = 116,
     .store_global = 97,
     .delete_global = 98,
     .load_attribute = 106,
     .load_method = 160,
     .store_attribute = 95,
     .delete_attribute = 96,
     .import = 108,
     .import_from = 109,
     .local = 124},
    {.magic = 3531,
     .extended = 144,
     .binary = 122,
     .compare = 107,
     .compare_shift = 4,
     .contains = 118,
     .is = 117,
     .negative = 11,
     .invert = 15,
     .not = 12,
     .constant = 100,
     .returns = 83,
     .return_constant = 121,
     .keywords = 172,
     .load_name = 101,
     .store_name = 90,
     .delete_name = 91,
     .load_global = 116,
     .store_global = 97,
     .delete_global = 98,
     .load_attribute = 106,
     .attribute_shift = 1,
     .store_attribute = 95,
     .delete_attribute = 96,
     .load_super = 141,
     .import = 108,
     .import_from = 109,
     .name_in_dict = 175,
     .local = 124,
     .local_checked = 127},
    {.magic = 3571,
     .extended = 71,
     .binary = 45,
     .compare = 58,
     .compare_shift = 5,
     .contains = 59,
     .is = 76,
     .negative = 42,
     .invert = 41,
     .not = 43,
     .constant = 83,
     .returns = 36,
     .return_constant = 103,
     .load_name = 92,
     .store_name = 114,
     .delete_name = 67,
     .load_global = 91,
     .store_global = 113,
     .delete_global = 66,
     .load_attribute = 82,
     .attribute_shift = 1,
     .store_attribute = 108,
     .delete_attribute = 63,
     .load_super = 93,
     .import = 75,
     .import_from = 74,
     .name_in_dict = 90,
     .local = 85,
     .local_checked = 87,
     .two_locals = 88},
};

bool pl_pyc_acts_begin(struct pl_pyc_acts *x, const struct pl_pyc *pyc, const struct pl_pyc_code *code)
{
    *x = (struct pl_pyc_acts){.code = code->instructions,
                              .lines = code->lines,
                              .kinds = code->kinds,
                              .base_line = code->first_line};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        if (tables[i].magic == (pyc->magic & 0xffffu))
            x->table = &tables[i];
    return x->table != NULL;
}

/* Six bits a byte, the lowest first; bit 6 says that another one follows. */
static uint32_t varint(struct pl_pyc_acts *x)
{
    uint32_t value = 0;
    for (unsigned shift = 0; x->line_at < x->lines.n && !(x->lines.p[x->line_at] & 0x80); shift += 6) {
        uint8_t b = x->lines.p[x->line_at++];
        if (shift < 30)
            value |= (uint32_t)(b & 63) << shift;
        if (!(b & 64))
            break;
    }
    return value;
}

static int64_t signed_varint(struct pl_pyc_acts *x)
{
    uint32_t v = varint(x);
    return v & 1 ? -(int64_t)(v >> 1) : (int64_t)(v >> 1);
}

/* Read the next entry of the table; false at its end. */
static bool next_entry(struct pl_pyc_acts *x)
{
    if (x->line_at >= x->lines.n)
        return false;
    uint8_t head = x->lines.p[x->line_at++];
    unsigned form = (head >> 3) & 15;
    x->entry_end += ((size_t)(head & 7) + 1) * 2;
    if (form == LONG_FORM || form == NO_COLUMNS)
        x->base_line += signed_varint(x);
    else if (form >= ONE_LINE_FIRST && form < NO_COLUMNS)
        x->base_line += form - ONE_LINE_FIRST;
    while (x->line_at < x->lines.n && !(x->lines.p[x->line_at] & 0x80))
        x->line_at++; /* ends and columns */
    bool is_known = form != NO_LOCATION && x->base_line > 0 && x->base_line < UINT32_MAX;
    x->line = is_known ? (uint32_t)x->base_line : 0;
    return true;
}

static bool is_name(const struct pl_pyc_opcodes *t, uint8_t op)
{
    return op == t->load_name || op == t->store_name || op == t->delete_name || op == t->store_global ||
           op == t->delete_global || op == t->load_method || op == t->store_attribute ||
           op == t->delete_attribute || op == t->import_from || op == t->name_in_dict;
}

static bool operator_of(const struct pl_pyc_opcodes *t, uint8_t op, uint32_t arg, struct pl_pyc_act *out)
{
    if (op == t->binary)
        out->value = arg;
    else if (op == t->compare)
        out->value = PL_PYC_LESS + (arg >> t->compare_shift);
    else if (op == t->contains)
        out->value = PL_PYC_IN + (arg & 1);
    else if (op == t->is)
        out->value = PL_PYC_IS + (arg & 1);
    else if (op == t->negative)
        out->value = PL_PYC_NEGATIVE;
    else if (op == t->invert)
        out->value = PL_PYC_INVERT;
    else if (op == t->not )
        out->value = PL_PYC_NOT;
    else
        return false;
    out->kind = PL_PYC_ACT_OPERATOR;
    if ((op == t->binary && out->value >= PL_PYC_LESS) || out->value >= PL_PYC_OPERATORS)
        out->value = PL_PYC_OPERATORS; /* no compiler writes it */
    return true;
}

static bool is_deletion(const struct pl_pyc_opcodes *t, uint8_t op)
{
    return op == t->delete_name || op == t->delete_global;
}

/*
 * `except E as e` ends with `e = None; del e`, at whatever line comes before: is the present instruction one of these two? What is stored and deleted at once is
 * nobody's name.
 */
static bool is_cleared(const struct pl_pyc_acts *x)
{
    const struct pl_pyc_opcodes *t = x->table;
    size_t store = is_deletion(t, x->code.p[x->at]) ? x->at - 2 : x->at;
    if (x->at < 2 || store + 4 > x->code.n)
        return false;
    const uint8_t *p = x->code.p + store;
    return (p[0] == t->store_name || p[0] == t->store_global) && is_deletion(t, p[2]) && p[1] == p[3];
}

static bool act_of(struct pl_pyc_acts *x, uint8_t op, uint32_t arg, struct pl_pyc_act *out)
{
    const struct pl_pyc_opcodes *t = x->table;
    if (op == 0)
        return false; /* a cache */
    if (operator_of(t, op, arg, out))
        return true;
    out->value = arg;
    if (op == t->constant || op == t->keywords) {
        out->kind = PL_PYC_ACT_CONSTANT;
    } else if (op == t->returns || op == t->return_constant) {
        out->kind = op == t->returns ? PL_PYC_ACT_RETURN : PL_PYC_ACT_RETURN_CONSTANT;
    } else if (op == t->import) {
        out->kind = PL_PYC_ACT_IMPORT;
    } else if (op == t->load_global) {
        out->kind = PL_PYC_ACT_NAME;
        out->value = arg >> 1;
    } else if (op == t->load_attribute || op == t->load_super) {
        out->kind = PL_PYC_ACT_NAME;
        out->value = op == t->load_super ? arg >> 2 : arg >> t->attribute_shift;
    } else if (is_name(t, op)) {
        out->kind = PL_PYC_ACT_NAME;
        return !is_cleared(x);
    } else if (op == t->local || op == t->local_checked) {
        out->kind = PL_PYC_ACT_LOCAL;
        return arg >= x->kinds.n || !(x->kinds.p[arg] & SHARED);
    } else if (op == t->two_locals) {
        out->kind = PL_PYC_ACT_LOCAL;
        out->value = arg >> 4;
        x->second = (arg & 15) + 1;
    } else {
        return false;
    }
    return true;
}

bool pl_pyc_acts_next(struct pl_pyc_acts *x, struct pl_pyc_act *out)
{
    uint32_t arg = 0;
    if (x->second > 0) {
        *out = (struct pl_pyc_act){PL_PYC_ACT_LOCAL, x->second - 1, x->line, x->second_at};
        x->second = 0;
        return true;
    }
    for (; x->at + 2 <= x->code.n; x->at += 2) {
        uint8_t op = x->code.p[x->at];
        arg = arg << 8 | x->code.p[x->at + 1];
        while (x->at >= x->entry_end && next_entry(x))
            ;
        if (op == x->table->extended)
            continue;
        *out = (struct pl_pyc_act){.line = x->at < x->entry_end ? x->line : 0, .at = (uint32_t)x->at};
        bool is_act = act_of(x, op, arg, out);
        arg = 0;
        if (is_act) {
            x->second_at = (uint32_t)x->at;
            x->at += 2;
            return true;
        }
    }
    return false;
}
