/*
 * mnemonics.c - names of x86 instructions, their other spellings, and the hash of some in a row.
 */
#include "feature/mnemonics.h"

#include "feature/atoms.h"

#include <Zydis/Zydis.h>
#include <pthread.h>
#include <string.h>

#define SLOTS      8192u /* of the table of names; a power of two, four times their number */
#define NAME_BYTES 20u   /* of the longest name */
#define SIZES      "bwlq"

_Static_assert(ZYDIS_MNEMONIC_MAX_VALUE * 4u < SLOTS, "the table of names is too full");
_Static_assert(ZYDIS_MNEMONIC_MAX_VALUE < PL_SILENT_MNEMONIC, "a mnemonic is 16 bits");

/* Names that Zydis does not use. */
static const char *const spellings[][2] = {
    {"movabs", "mov"},   {"movslq", "movsxd"}, {"movzb", "movzx"},  {"movzbl", "movzx"}, {"movzbq", "movzx"},
    {"movzbw", "movzx"}, {"movzw", "movzx"},   {"movzwl", "movzx"}, {"movzwq", "movzx"}, {"movsbl", "movsx"},
    {"movsbq", "movsx"}, {"movsbw", "movsx"},  {"movswl", "movsx"}, {"movswq", "movsx"}, {"cltq", "cdqe"},
    {"cqto", "cqo"},     {"cltd", "cdq"},      {"cwtl", "cwde"},    {"sal", "shl"},      {"int3", "nop"},
};

/* Conditions that have another name: behind j, cmov and set. */
static const char *const conditions[][2] = {
    {"e", "z"},   {"ne", "nz"}, {"c", "b"},   {"nae", "b"}, {"ae", "nb"}, {"nc", "nb"}, {"na", "be"},
    {"a", "nbe"}, {"nge", "l"}, {"ge", "nl"}, {"ng", "le"}, {"g", "nle"}, {"pe", "p"},  {"po", "np"},
};

static const char *const prefixes[] = {"rep", "repe", "repz", "repne", "repnz", "lock", "bnd", "notrack"};

static uint16_t slots[SLOTS]; /* mnemonics by the hash of their names */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static uint16_t *slot_of(pl_bytes name)
{
    size_t at = (size_t)pl_atom_hash_text(name) & (SLOTS - 1);
    while (slots[at] != 0 && !pl_bytes_eq_str(name, ZydisMnemonicGetString((ZydisMnemonic)slots[at])))
        at = (at + 1) & (SLOTS - 1);
    return &slots[at];
}

static void fill_slots(void)
{
    for (unsigned m = 1; m <= ZYDIS_MNEMONIC_MAX_VALUE; m++) {
        const char *name = ZydisMnemonicGetString((ZydisMnemonic)m);
        if (name != NULL)
            *slot_of(pl_bytes_of_str(name)) = (uint16_t)m;
    }
}

/* One number for what the operands tell apart. */
uint16_t pl_mnemonic_canonical(unsigned mnemonic)
{
    switch (mnemonic) {
    case ZYDIS_MNEMONIC_MOVD:
    case ZYDIS_MNEMONIC_MOVQ: return ZYDIS_MNEMONIC_MOV;
    case ZYDIS_MNEMONIC_VMOVQ: return ZYDIS_MNEMONIC_VMOVD;
    case ZYDIS_MNEMONIC_NOP:
    case ZYDIS_MNEMONIC_INT3:
    case ZYDIS_MNEMONIC_ENDBR32:
    case ZYDIS_MNEMONIC_ENDBR64: return PL_SILENT_MNEMONIC;
    default: return (uint16_t)mnemonic;
    }
}

static uint16_t named(pl_bytes name)
{
    uint16_t m = *slot_of(name);
    return m == 0 ? PL_NO_MNEMONIC : pl_mnemonic_canonical(m);
}

/* jne: jnz; cmovae: cmovnb. */
static uint16_t named_by_condition(pl_bytes word)
{
    static const char *const stems[] = {"j", "cmov", "set"};
    char name[NAME_BYTES];
    for (size_t s = 0; s < sizeof stems / sizeof stems[0]; s++) {
        size_t stem = strlen(stems[s]);
        if (!pl_bytes_starts(word, pl_bytes_of_str(stems[s])))
            continue;
        for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++) {
            size_t n = strlen(conditions[i][1]);
            if (!pl_bytes_eq_str(pl_bytes_from(word, stem), conditions[i][0]))
                continue;
            memcpy(name, stems[s], stem);
            memcpy(name + stem, conditions[i][1], n);
            return named(pl_bytes_of(name, stem + n));
        }
    }
    return PL_NO_MNEMONIC;
}

static uint16_t spelled(pl_bytes word)
{
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++)
        if (pl_bytes_eq_str(word, spellings[i][0]))
            return named(pl_bytes_of_str(spellings[i][1]));
    uint16_t m = named(word);
    return m != PL_NO_MNEMONIC ? m : named_by_condition(word);
}

uint16_t pl_mnemonic_of(pl_bytes word)
{
    (void)pthread_once(&once, fill_slots); /* fails only on misuse */
    if (word.n < 2 || word.n >= NAME_BYTES)
        return PL_NO_MNEMONIC;
    if (pl_bytes_is_one_of(word, prefixes, sizeof prefixes / sizeof prefixes[0]))
        return PL_SILENT_MNEMONIC;
    uint16_t m = spelled(word);
    bool has_size = m == PL_NO_MNEMONIC && strchr(SIZES, word.p[word.n - 1]) != NULL;
    return has_size ? spelled(pl_bytes_sub(word, 0, word.n - 1)) : m;
}

uint64_t pl_steps_add(struct pl_steps *s, uint16_t mnemonic)
{
    uint64_t packed = 0;
    if (mnemonic == PL_SILENT_MNEMONIC)
        return 0;
    if (mnemonic == PL_NO_MNEMONIC) {
        *s = (struct pl_steps){0};
        return 0;
    }
    memmove(s->last, s->last + 1, sizeof s->last - sizeof s->last[0]);
    s->last[PL_STEPS - 1] = mnemonic;
    for (unsigned i = 0; i < PL_STEPS; i++)
        packed = packed << 16 | s->last[i];
    return s->last[0] == 0 ? 0 : pl_atom_hash_value(packed);
}
