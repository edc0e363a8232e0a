/*
 * code_x86.c - atoms of x86-64 and i386 code.
 *
 * Zydis decodes in its minimal mode: mnemonic, lengths and the raw fields of the encoding; operands are read from those where an atom may
 * be, which is three times faster than having all of them. Nothing is allocated for an instruction.
 *
 * Source: Intel SDM 2A, chapter 2 (ModRM, SIB, RIP-relative addressing); GCC and clang switch sequences as seen in their output.
 * Not read here: addresses made of more than one instruction; i386 position-independent code only through its GOT register.
 */
#include "feature/code_image.h"
#include "feature/mnemonics.h"

#include <Zydis/Zydis.h>
#include <string.h>

#define LEAST_SUM 0x10000 /* a number that is added: smaller ones are places in a structure */

struct x86 {
    const struct pl_code_image *im;
    struct pl_code_sink *sink;
    ZydisDecoder decoder;
    bool is_64;
    uint64_t begin, end; /* addresses of the range */
    struct pl_code_switch sw;
    struct pl_code_counted counted;
};

static void init_decoder(ZydisDecoder *d, enum pl_code_machine machine)
{
    bool is_64 = machine == PL_CODE_X86_64;
    (void)ZydisDecoderInit(d, is_64 ? ZYDIS_MACHINE_MODE_LONG_64 : ZYDIS_MACHINE_MODE_LEGACY_32,
                           is_64 ? ZYDIS_STACK_WIDTH_64 : ZYDIS_STACK_WIDTH_32); /* these pairs are valid */
    (void)ZydisDecoderEnableMode(d, ZYDIS_DECODER_MODE_MINIMAL, ZYAN_TRUE);
}

static bool has_memory(const ZydisDecodedInstruction *in)
{
    return (in->attributes & ZYDIS_ATTRIB_HAS_MODRM) && in->raw.modrm.mod != 3;
}

static bool has_index(const ZydisDecodedInstruction *in)
{
    return in->raw.modrm.rm == 4 && (in->raw.sib.index != 4 || in->raw.rex.X != 0);
}

/* May the number that stands at this address be an absolute address? */
static bool is_absolute(const struct x86 *x, uint64_t place, uint64_t value)
{
    if (!x->im->is_fixed)
        return false;
    if (!x->im->knows_operands)
        return pl_code_span_at(x->im, value) != NULL;
    const struct pl_code_slot *slot = pl_code_slot_at(x->im, place);
    return slot != NULL && slot->is_operand;
}

/* The address of a memory operand when it is known: RIP-relative, absolute, or by the GOT register. */
static bool memory_address(const struct x86 *x, const ZydisDecodedInstruction *in, uint64_t next,
                           uint64_t *address)
{
    uint8_t mod = in->raw.modrm.mod;
    uint8_t rm = in->raw.modrm.rm;
    bool has_sib = rm == 4;
    uint64_t displacement = (uint64_t)in->raw.disp.value;
    if (in->raw.disp.size != 32)
        return false;
    if (!has_memory(in)) { /* MOV of the accumulator has the address alone */
        *address = displacement & UINT32_MAX;
        return in->opcode_map == ZYDIS_OPCODE_MAP_DEFAULT && in->opcode >= 0xa0 && in->opcode <= 0xa3 &&
               is_absolute(x, next - in->length + in->raw.disp.offset, *address);
    }
    if (mod == 0 && rm == 5) {
        *address = x->is_64 ? next + displacement : displacement & UINT32_MAX;
        return true;
    }
    bool is_bare = mod == 0 && has_sib && in->raw.sib.base == 5; /* [index * scale + displacement] */
    *address = x->is_64 ? displacement : displacement & UINT32_MAX;
    if ((is_bare || mod == 2) && is_absolute(x, next - in->length + in->raw.disp.offset, *address))
        return true;
    if (!x->is_64 && x->im->got_base != 0 && mod == 2) {
        *address = (x->im->got_base + displacement) & UINT32_MAX;
        return pl_code_span_at(x->im, *address) != NULL;
    }
    return false;
}

/* ---- the print ---- */

/* Does adding this number to where the instruction stands give the GOT? i386 code finds it so. */
static bool leads_to_got(const struct x86 *x, const ZydisDecodedInstruction *in, uint64_t next)
{
    return !x->is_64 && x->im->got_base != 0 && in->mnemonic == ZYDIS_MNEMONIC_ADD &&
           in->raw.imm[0].size == 32 &&
           ((next - in->length + (uint64_t)in->raw.imm[0].value.s) & UINT32_MAX) == x->im->got_base;
}

/*
 * A linker that knows the address writes LEA for a load from the GOT, CALL for a call through it, and MOV of a number where that fits: all of
 * them become what the assembler wrote, with LEA for the load.
 */
static void write_one_way(const struct x86 *x, const ZydisDecodedInstruction *in, uint8_t *b, bool is_number)
{
    size_t modrm = in->raw.modrm.offset;
    if (in->mnemonic == ZYDIS_MNEMONIC_CALL && in->length == 6 && b[0] == 0x67 && b[1] == 0xe8) {
        b[0] = 0xff;
        b[1] = 0x15;
    }
    if (in->mnemonic != ZYDIS_MNEMONIC_MOV || !x->is_64 || modrm < 2)
        return;
    if (in->raw.modrm.mod == 0 && in->raw.modrm.rm == 5 && b[modrm - 1] == 0x8b)
        b[modrm - 1] = 0x8d;
    if (is_number && b[modrm - 1] == 0xc7 && in->raw.modrm.mod == 3 && in->raw.rex.W != 0) {
        b[modrm - 2] = (uint8_t)(0x48 | in->raw.rex.B << 2);
        b[modrm - 1] = 0x8d;
        b[modrm] = (uint8_t)((in->raw.modrm.rm & 7) << 3 | 5);
    }
}

static void add_to_print(struct x86 *x, const ZydisDecodedInstruction *in, pl_bytes code, uint64_t next)
{
    uint8_t b[ZYDIS_MAX_INSTRUCTION_LENGTH];
    uint64_t address;
    size_t masked = 0;
    uint64_t value = (uint64_t)in->raw.imm[0].value.s;
    bool is_long = in->raw.imm[0].size == 32;
    bool is_far = is_long && in->raw.imm[0].is_relative && next + value - x->begin >= x->end - x->begin;
    bool is_number = is_long && !in->raw.imm[0].is_relative &&
                     is_absolute(x, next - in->length + in->raw.imm[0].offset, value & UINT32_MAX);
    if (!x->sink->keeps_plain)
        return;
    memcpy(b, code.p, in->length);
    if (in->raw.disp.size == 32 && memory_address(x, in, next, &address)) {
        memset(b + in->raw.disp.offset, 0, 4);
        masked += 4;
    }
    if (is_far || is_number || leads_to_got(x, in, next)) {
        memset(b + in->raw.imm[0].offset, 0, 4);
        masked += 4;
    }
    write_one_way(x, in, b, is_number);
    bool is_fill = in->mnemonic == ZYDIS_MNEMONIC_NOP || in->mnemonic == ZYDIS_MNEMONIC_INT3;
    pl_code_print_add(x->sink, b, in->length, masked, is_fill);
}

/* ---- atoms ---- */

/* Bytes of a scalar floating-point operand in memory; 0 for everything else. */
static unsigned float_bytes(const ZydisDecodedInstruction *in)
{
    switch (in->mnemonic) {
    case ZYDIS_MNEMONIC_MOVSS:
    case ZYDIS_MNEMONIC_ADDSS:
    case ZYDIS_MNEMONIC_SUBSS:
    case ZYDIS_MNEMONIC_MULSS:
    case ZYDIS_MNEMONIC_DIVSS:
    case ZYDIS_MNEMONIC_MINSS:
    case ZYDIS_MNEMONIC_MAXSS:
    case ZYDIS_MNEMONIC_COMISS:
    case ZYDIS_MNEMONIC_UCOMISS:
    case ZYDIS_MNEMONIC_CVTSS2SD:
    case ZYDIS_MNEMONIC_CMPSS:
    case ZYDIS_MNEMONIC_VMOVSS:
    case ZYDIS_MNEMONIC_VADDSS:
    case ZYDIS_MNEMONIC_VMULSS: return 4;
    case ZYDIS_MNEMONIC_MOVSD:
        return in->opcode_map == ZYDIS_OPCODE_MAP_0F ? 8 : 0; /* else it is the string instruction */
    case ZYDIS_MNEMONIC_ADDSD:
    case ZYDIS_MNEMONIC_SUBSD:
    case ZYDIS_MNEMONIC_MULSD:
    case ZYDIS_MNEMONIC_DIVSD:
    case ZYDIS_MNEMONIC_MINSD:
    case ZYDIS_MNEMONIC_MAXSD:
    case ZYDIS_MNEMONIC_COMISD:
    case ZYDIS_MNEMONIC_UCOMISD:
    case ZYDIS_MNEMONIC_CVTSD2SS:
    case ZYDIS_MNEMONIC_CMPSD:
    case ZYDIS_MNEMONIC_VMOVSD:
    case ZYDIS_MNEMONIC_VADDSD:
    case ZYDIS_MNEMONIC_VMULSD: return in->opcode_map == ZYDIS_OPCODE_MAP_0F ? 8 : 0;
    case ZYDIS_MNEMONIC_FLD:
    case ZYDIS_MNEMONIC_FADD:
    case ZYDIS_MNEMONIC_FSUB:
    case ZYDIS_MNEMONIC_FSUBR:
    case ZYDIS_MNEMONIC_FMUL:
    case ZYDIS_MNEMONIC_FDIV:
    case ZYDIS_MNEMONIC_FDIVR:
    case ZYDIS_MNEMONIC_FCOM:
    case ZYDIS_MNEMONIC_FCOMP:
        return in->opcode == 0xd8 || in->opcode == 0xd9   ? 4
               : in->opcode == 0xdc || in->opcode == 0xdd ? 8
                                                          : 0;
    default: return 0;
    }
}

static bool is_vector(const ZydisDecodedInstruction *in)
{
    return in->encoding != ZYDIS_INSTRUCTION_ENCODING_LEGACY ||
           (in->opcode_map == ZYDIS_OPCODE_MAP_0F &&
            (in->opcode == 0x28 || in->opcode == 0x6f || in->opcode == 0x10));
}

static uint64_t cut_to(uint64_t value, unsigned bits)
{
    return bits == 0 || bits >= 64 ? value : value & (((uint64_t)1 << bits) - 1);
}

/* lea eax, [rbx+rcx+0x428a2f98]: additions of a number from the source, of which hashes and ciphers are full. */
static void refer_sum(struct x86 *x, const ZydisDecodedInstruction *in, uint64_t at)
{
    uint64_t value = cut_to((uint64_t)in->raw.disp.value, 32);
    bool is_far = (int32_t)value >= LEAST_SUM || (int32_t)value <= -LEAST_SUM;
    if (in->mnemonic == ZYDIS_MNEMONIC_LEA && in->operand_width == 32 && in->raw.disp.size == 32 && is_far)
        pl_code_constant(x->sink, at, value,
                         pl_bytes_sub(x->im->data, (size_t)(at + in->raw.disp.offset), 4));
}

static void refer_memory(struct x86 *x, const ZydisDecodedInstruction *in, uint64_t at, uint64_t next)
{
    uint64_t address;
    if (!memory_address(x, in, next, &address)) {
        refer_sum(x, in, at);
        return;
    }
    enum pl_code_use use = PL_USE_LOAD;
    unsigned width = float_bytes(in);
    if (in->mnemonic == ZYDIS_MNEMONIC_LEA)
        use = PL_USE_ADDRESS;
    else if (in->mnemonic == ZYDIS_MNEMONIC_CALL || in->mnemonic == ZYDIS_MNEMONIC_JMP)
        use = !has_index(in)                       ? PL_USE_INDIRECT
              : in->mnemonic == ZYDIS_MNEMONIC_JMP ? PL_USE_TABLE
                                                   : PL_USE_ADDRESS;
    else if (width > 0)
        use = PL_USE_FLOAT;
    else if (in->mnemonic == ZYDIS_MNEMONIC_NOP)
        return;
    else
        width = is_vector(in) ? 16 : in->operand_width / 8u;
    bool is_element = has_index(in) || in->raw.modrm.mod == 2;
    if (use == PL_USE_LOAD && x->im->is_fixed && is_element && has_memory(in))
        use = PL_USE_ELEMENT;
    size_t before = x->sink->atoms.n;
    pl_code_refer(x->im, x->sink, at, address, use, width);
    bool may_be_table = use == PL_USE_ADDRESS || use == PL_USE_TABLE;
    if (may_be_table)
        pl_code_switch_table(&x->sw, x->sink, before, address);
}

/* Does it move the stack pointer, so that its number is the size of a frame? */
static bool is_stack_step(const ZydisDecodedInstruction *in)
{
    return (in->mnemonic == ZYDIS_MNEMONIC_ADD || in->mnemonic == ZYDIS_MNEMONIC_SUB ||
            in->mnemonic == ZYDIS_MNEMONIC_AND) &&
           (in->attributes & ZYDIS_ATTRIB_HAS_MODRM) && in->raw.modrm.mod == 3 && in->raw.modrm.rm == 4 &&
           in->raw.rex.B == 0;
}

static void refer_immediate(struct x86 *x, const ZydisDecodedInstruction *in, uint64_t at, uint64_t next)
{
    switch (in->mnemonic) {
    case ZYDIS_MNEMONIC_MOV:
    case ZYDIS_MNEMONIC_CMP:
    case ZYDIS_MNEMONIC_ADD:
    case ZYDIS_MNEMONIC_SUB:
    case ZYDIS_MNEMONIC_AND:
    case ZYDIS_MNEMONIC_OR:
    case ZYDIS_MNEMONIC_XOR:
    case ZYDIS_MNEMONIC_TEST:
    case ZYDIS_MNEMONIC_IMUL:
    case ZYDIS_MNEMONIC_PUSH:
    case ZYDIS_MNEMONIC_ADC:
    case ZYDIS_MNEMONIC_SBB: break;
    default: return;
    }
    if (in->raw.imm[0].size == 0 || in->raw.imm[0].is_relative)
        return;
    uint64_t value = cut_to((uint64_t)in->raw.imm[0].value.s, in->operand_width);
    if (in->mnemonic == ZYDIS_MNEMONIC_CMP)
        pl_code_switch_compare(&x->sw, value);
    if (in->raw.imm[0].size < 16 || is_stack_step(in))
        return; /* one byte is always dull */
    if (in->raw.imm[0].size == 32 && is_absolute(x, next - in->length + in->raw.imm[0].offset, value)) {
        pl_code_refer(x->im, x->sink, at, value, PL_USE_ADDRESS, 0);
        return;
    }
    if (leads_to_got(x, in, next))
        return;
    pl_bytes raw = pl_bytes_sub(x->im->data, (size_t)(at + in->raw.imm[0].offset), in->raw.imm[0].size / 8u);
    pl_code_constant(x->sink, at, value, raw);
}

static uint64_t branch_target(const struct x86 *x, const ZydisDecodedInstruction *in, uint64_t next)
{
    uint64_t target = next + (uint64_t)in->raw.imm[0].value.s;
    return x->is_64 ? target : target & UINT32_MAX;
}

static void refer_branch(struct x86 *x, const ZydisDecodedInstruction *in, uint64_t at, uint64_t next)
{
    bool is_call = in->mnemonic == ZYDIS_MNEMONIC_CALL;
    bool is_jump = in->mnemonic == ZYDIS_MNEMONIC_JMP;
    if (in->mnemonic == ZYDIS_MNEMONIC_JNBE || in->mnemonic == ZYDIS_MNEMONIC_JBE)
        x->sw.is_bounded = x->sw.has_limit;
    uint64_t target = branch_target(x, in, next);
    if (!is_call && target >= x->begin && target < x->end && !x->sink->keeps_jumps)
        return;
    if (is_call && target == next)
        return; /* i386: call the next instruction, to learn where it is */
    pl_code_refer(x->im, x->sink, at, target,
                  is_call   ? PL_USE_CALL
                  : is_jump ? PL_USE_JUMP
                            : PL_USE_BRANCH,
                  0);
}

/* ---- the shape ---- */

static void add_jump(struct x86 *x, uint64_t at, uint64_t target, bool is_conditional)
{
    struct pl_shape_jump *jump = PL_VEC_ADD(&x->sink->jumps);
    if (jump == NULL)
        x->sink->no_memory = true;
    else
        *jump = (struct pl_shape_jump){at, target, is_conditional};
}

static void add_relative(struct x86 *x, const ZydisDecodedInstruction *in, uint64_t next)
{
    uint64_t target = branch_target(x, in, next);
    bool is_jump = in->mnemonic == ZYDIS_MNEMONIC_JMP;
    bool is_inside = target >= x->begin && target < x->end;
    if (in->mnemonic == ZYDIS_MNEMONIC_CALL)
        return;
    if (!is_jump)
        pl_shape_count(&x->sink->shape.branches);
    if (is_inside || is_jump)
        add_jump(x, next - in->length, is_inside ? target : 0, !is_jump);
}

/* A call or jump to what a register or a place in memory says that has no fixed address. */
static void add_indirect(struct x86 *x, const ZydisDecodedInstruction *in, uint64_t next)
{
    uint64_t address;
    bool is_jump = in->mnemonic == ZYDIS_MNEMONIC_JMP;
    bool has_base = has_memory(in) && in->raw.modrm.mod == 2;
    bool is_fixed = has_memory(in) && memory_address(x, in, next, &address) && !(has_base && x->is_64);
    if (is_fixed && has_base) /* i386: through the GOT, or a table */
        x->sink->shape.flags |= PL_SHAPE_MAY_INDIRECT;
    if (is_jump)
        add_jump(x, next - in->length, 0, false);
    if (is_jump && (x->sw.has_table || has_index(in) || is_fixed))
        x->sink->shape.flags |= PL_SHAPE_MAY_INDIRECT | PL_SHAPE_MAY_LOOP; /* the table of a switch */
    else if (!is_fixed)
        pl_shape_count(&x->sink->shape.indirect);
}

static void add_to_shape(struct x86 *x, const ZydisDecodedInstruction *in, uint64_t next)
{
    if (!x->sink->keeps_plain)
        return;
    x->sink->shape.flags |= PL_SHAPE_KNOWN;
    if ((in->attributes & ZYDIS_ATTRIB_IS_RELATIVE) && in->raw.imm[0].is_relative)
        add_relative(x, in, next);
    else if (in->mnemonic == ZYDIS_MNEMONIC_CALL || in->mnemonic == ZYDIS_MNEMONIC_JMP)
        add_indirect(x, in, next);
    else if (in->mnemonic == ZYDIS_MNEMONIC_RET || in->mnemonic == ZYDIS_MNEMONIC_UD2 ||
             in->mnemonic == ZYDIS_MNEMONIC_HLT)
        add_jump(x, next - in->length, 0, false);
}

/* ---- texts with a length ---- */

static unsigned register_of(const ZydisDecodedInstruction *in)
{
    return in->raw.modrm.reg | (unsigned)in->raw.rex.R << 3;
}

static unsigned other_register_of(const ZydisDecodedInstruction *in)
{
    return in->raw.modrm.rm | (unsigned)in->raw.rex.B << 3;
}

/* Where a store without an index goes: a register and a distance from it, or an address. */
static bool place_of(const struct x86 *x, const ZydisDecodedInstruction *in, uint64_t next, unsigned *base,
                     uint64_t *place)
{
    *base = PL_COUNTED_FIXED;
    if (memory_address(x, in, next, place))
        return !has_index(in);
    *base = in->raw.modrm.rm == 4 ? in->raw.sib.base | (unsigned)in->raw.rex.B << 3 : other_register_of(in);
    *place = (uint64_t)in->raw.disp.value;
    return !has_index(in) && !(in->raw.modrm.mod == 0 && (*base & 7) == 5);
}

/* MOV, LEA and XOR as compilers use them for addresses and lengths; `before` is the number of atoms before the instruction. */
static void count_texts(struct x86 *x, const ZydisDecodedInstruction *in, uint64_t next, size_t before)
{
    struct pl_code_counted *c = &x->counted;
    unsigned base;
    uint64_t place;
    uint64_t number = cut_to((uint64_t)in->raw.imm[0].value.s, 32);
    pl_code_counted_step(c);
    if (in->opcode_map != ZYDIS_OPCODE_MAP_DEFAULT || in->operand_width < 32)
        return;
    bool is_memory = has_memory(in);
    if (in->opcode == 0x8d && x->sink->atoms.n == before + 1)
        pl_code_counted_address(c, register_of(in), before);
    else if (in->opcode >= 0xb8 && in->opcode <= 0xbf)
        pl_code_counted_number(c, (in->opcode & 7u) | (unsigned)in->raw.rex.B << 3, number);
    else if (in->opcode == 0xc7 && !is_memory)
        pl_code_counted_number(c, other_register_of(in), number);
    else if (in->opcode == 0xc7 && place_of(x, in, next, &base, &place))
        pl_code_counted_store_number(c, base, place, number);
    else if (in->opcode == 0x89 && is_memory && place_of(x, in, next, &base, &place))
        pl_code_counted_store(c, base, place, register_of(in));
    else if ((in->opcode == 0x31 || in->opcode == 0x33) && !is_memory &&
             register_of(in) == other_register_of(in))
        pl_code_counted_number(c, register_of(in), 0);
    else if (in->opcode == 0x8b && !is_memory)
        pl_code_counted_copy(c, register_of(in), other_register_of(in));
    else if (in->opcode == 0x89 && !is_memory)
        pl_code_counted_copy(c, other_register_of(in), register_of(in));
    else if (in->opcode == 0x8b || in->opcode == 0x8d || in->opcode == 0x33)
        pl_code_counted_write(c, register_of(in));
    else if (in->opcode == 0x31 && !is_memory)
        pl_code_counted_write(c, other_register_of(in));
}

static void instruction(struct x86 *x, const ZydisDecodedInstruction *in, uint64_t at, uint64_t next)
{
    size_t before = x->sink->atoms.n;
    pl_code_switch_age(&x->sw);
    if (in->mnemonic == ZYDIS_MNEMONIC_CALL || in->mnemonic == ZYDIS_MNEMONIC_JMP ||
        in->mnemonic == ZYDIS_MNEMONIC_RET)
        pl_code_counted_end(&x->counted);
    if ((in->attributes & ZYDIS_ATTRIB_IS_RELATIVE) && in->raw.imm[0].is_relative) {
        refer_branch(x, in, at, next);
        return;
    }
    refer_memory(x, in, at, next);
    if (in->raw.imm[0].size > 0)
        refer_immediate(x, in, at, next);
    if (x->sink->texts_are != PL_TEXTS_NUL)
        count_texts(x, in, next, before);
    if (in->mnemonic == ZYDIS_MNEMONIC_JMP)
        pl_code_switch_end(&x->sw, x->im, x->sink, at);
    bool is_gate = in->mnemonic == ZYDIS_MNEMONIC_INT && in->raw.imm[0].value.u == 0x80;
    if (is_gate || in->mnemonic == ZYDIS_MNEMONIC_SYSCALL || in->mnemonic == ZYDIS_MNEMONIC_SYSENTER)
        (void)pl_code_emit(x->sink, PL_ATOM_SYSCALL, at, 0);
}

void pl_code_decode_x86(const struct pl_code_image *im, struct pl_code_sink *sink, uint64_t address,
                        pl_bytes code, uint64_t offset)
{
    struct x86 x = {.im = im,
                    .sink = sink,
                    .begin = address,
                    .end = address + code.n,
                    .counted = {.im = im, .sink = sink}};
    x.is_64 = im->machine == PL_CODE_X86_64;
    x.sw.entry_bytes = x.is_64 && im->is_fixed ? 8 : 4;
    init_decoder(&x.decoder, im->machine);
    ZydisDecodedInstruction in;
    for (size_t at = 0; at < code.n && !sink->no_memory;) {
        if (!ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(&x.decoder, NULL, code.p + at, code.n - at, &in))) {
            sink->is_bad = true;
            pl_code_print_add(sink, code.p + at, 1, 0, false);
            at++;
            continue;
        }
        add_to_print(&x, &in, pl_bytes_from(code, at), address + at + in.length);
        add_to_shape(&x, &in, address + at + in.length);
        instruction(&x, &in, offset + at, address + at + in.length);
        at += in.length;
    }
}

/* The i386 assembler's old way to fill: lea that moves a register to itself. */
static size_t lea_fill(pl_bytes code)
{
    static const char *const patterns[] = {"8d7600",         "8d742600", "8d742600",     "8db600000000",
                                           "8db42600000000", "8d7f00",   "8dbf00000000", "8dbc2700000000"};
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        size_t n = pl_code_fits(code, patterns[i]);
        if (n > 0)
            return n;
    }
    return 0;
}

size_t pl_code_step_x86(enum pl_code_machine machine, pl_bytes code, bool *is_fill)
{
    ZydisDecoder decoder;
    ZydisDecodedInstruction in;
    *is_fill = true;
    if (code.p[0] == 0xcc || code.p[0] == 0x90)
        return 1;
    size_t zeros = code.n < 4 ? code.n : 4;
    if (pl_bytes_all(pl_bytes_sub(code, 0, zeros), 0))
        return zeros;
    size_t n = machine == PL_CODE_I386 ? lea_fill(code) : 0;
    if (n > 0)
        return n;
    *is_fill = false;
    init_decoder(&decoder, machine);
    if (!ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(&decoder, NULL, code.p, code.n, &in)))
        return 1;
    /* A displacement would be room for a message. */
    *is_fill = in.mnemonic == ZYDIS_MNEMONIC_NOP && in.raw.disp.value == 0 && in.raw.imm[0].size == 0;
    return in.length;
}

size_t pl_code_steps(enum pl_code_machine machine, pl_bytes code, uint64_t *out, size_t most)
{
    struct pl_steps steps = {0};
    ZydisDecoder decoder;
    ZydisDecodedInstruction in;
    size_t n = 0;
    if (machine != PL_CODE_X86_64 && machine != PL_CODE_I386)
        return 0;
    init_decoder(&decoder, machine);
    for (size_t at = 0; at < code.n && n < most;) {
        bool is_known =
            ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(&decoder, NULL, code.p + at, code.n - at, &in));
        uint16_t mnemonic = is_known ? pl_mnemonic_canonical(in.mnemonic) : PL_NO_MNEMONIC;
        uint64_t hash = pl_steps_add(&steps, mnemonic);
        at += is_known ? in.length : 1;
        if (hash != 0)
            out[n++] = hash;
    }
    return n;
}
