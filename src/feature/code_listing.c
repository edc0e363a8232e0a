/*
 * code_listing.c - an instruction as text, for people.
 *
 * Zydis formats x86 in Intel's spelling. ARM code is shown by words of four bytes: what its atoms are is said beside them.
 * Nothing here decides anything.
 */
#include "feature/code.h"

#include <Zydis/Zydis.h>
#include <stdio.h>

static size_t x86_text(bool is_64, uint64_t address, pl_bytes code, char text[PL_CODE_TEXT_BYTES])
{
    ZydisDecoder decoder;
    ZydisFormatter formatter;
    ZydisDecodedInstruction in;
    ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
    /* These pairs are valid, and so is the style. */
    (void)ZydisDecoderInit(&decoder, is_64 ? ZYDIS_MACHINE_MODE_LONG_64 : ZYDIS_MACHINE_MODE_LEGACY_32,
                           is_64 ? ZYDIS_STACK_WIDTH_64 : ZYDIS_STACK_WIDTH_32);
    (void)ZydisFormatterInit(&formatter, ZYDIS_FORMATTER_STYLE_INTEL);
    (void)ZydisFormatterSetProperty(&formatter, ZYDIS_FORMATTER_PROP_HEX_UPPERCASE, ZYAN_FALSE);
    (void)ZydisFormatterSetProperty(&formatter, ZYDIS_FORMATTER_PROP_ADDR_PADDING_ABSOLUTE,
                                    ZYDIS_PADDING_DISABLED);
    if (ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, code.p, code.n, &in, operands)) &&
        ZYAN_SUCCESS(ZydisFormatterFormatInstruction(&formatter, &in, operands, in.operand_count_visible,
                                                     text, PL_CODE_TEXT_BYTES, address, NULL)))
        return in.length;
    (void)snprintf(text, PL_CODE_TEXT_BYTES, ".byte 0x%02x", code.p[0]);
    return 1;
}

size_t pl_code_text_of(enum pl_code_machine machine, uint64_t address, pl_bytes code,
                       char text[PL_CODE_TEXT_BYTES])
{
    uint32_t word = 0;
    text[0] = '\0';
    if (code.n == 0)
        return 0;
    if (machine == PL_CODE_X86_64 || machine == PL_CODE_I386)
        return x86_text(machine == PL_CODE_X86_64, address, code, text);
    if (code.n < 4) {
        (void)snprintf(text, PL_CODE_TEXT_BYTES, ".byte 0x%02x", code.p[0]);
        return 1;
    }
    for (size_t i = 4; i-- > 0;)
        word = word << 8 | code.p[i];
    (void)snprintf(text, PL_CODE_TEXT_BYTES, ".word 0x%08x", (unsigned)word);
    return 4;
}
