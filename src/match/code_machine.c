/*
 * code_machine.c - is a source file written for another machine, by what its path says?
 *
 *     simd/arm/aarch64/jsimd.c   cipher/serpent-armv7-neon.S   libavcodec/mips/vp9_mc_msa.c
 *
 * Trees keep the same functions once for each machine, in folders and files that are named after it. A path speaks of the machines whose names
 * are whole words of it; one that names the image's own, too, is for that.
 *
 * Source: the names are those of GNU config.sub and of Debian's architectures, and of the vector units that such files are named after.
 */
#include "match/code_align.h"

enum { X86_64 = 1, I386 = 2, A64 = 4, A32 = 8, OTHER = 16 };

struct machine_name {
    const char *word;
    unsigned machines;
};

static const struct machine_name machines[] = {
    {"x86", X86_64 | I386}, {"x86_64", X86_64},   {"amd64", X86_64},    {"x64", X86_64},
    {"i386", I386},         {"i486", I386},       {"i586", I386},       {"i686", I386},
    {"ia32", I386},         {"aarch64", A64},     {"arm64", A64},       {"armv8", A64 | A32},
    {"arm", A64 | A32},     {"armv4", A32},       {"armv5", A32},       {"armv6", A32},
    {"armv7", A32},         {"thumb", A32},       {"mips", OTHER},      {"mips32", OTHER},
    {"mips64", OTHER},      {"ppc", OTHER},       {"ppc64", OTHER},     {"ppc64le", OTHER},
    {"powerpc", OTHER},     {"powerpc64", OTHER}, {"loongarch", OTHER}, {"loongarch64", OTHER},
    {"riscv", OTHER},       {"riscv64", OTHER},   {"s390", OTHER},      {"s390x", OTHER},
    {"sparc", OTHER},       {"sparc64", OTHER},   {"sparcv9", OTHER},   {"alpha", OTHER},
    {"hppa", OTHER},        {"ia64", OTHER},      {"m68k", OTHER},      {"avr32", OTHER},
};

/* Vector units say less: simd/i386/jidctint-sse2.asm. */
static const struct machine_name units[] = {
    {"sse2", X86_64 | I386},  {"ssse3", X86_64 | I386}, {"avx", X86_64 | I386}, {"avx2", X86_64 | I386},
    {"aesni", X86_64 | I386}, {"neon", A64 | A32},      {"altivec", OTHER},     {"vsx", OTHER},
};

static unsigned named_by(const struct machine_name *names, size_t n, pl_bytes word)
{
    for (size_t i = 0; i < n; i++)
        if (pl_bytes_eq_str(word, names[i].word))
            return names[i].machines;
    return 0;
}

static bool is_of_word(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '_';
}

bool pl_code_is_for_another(enum pl_code_machine machine, pl_bytes path)
{
    static const unsigned own[] = {[PL_CODE_NONE] = 0,
                                   [PL_CODE_X86_64] = X86_64,
                                   [PL_CODE_I386] = I386,
                                   [PL_CODE_A64] = A64,
                                   [PL_CODE_A32] = A32};
    unsigned of_machines = 0;
    unsigned of_units = 0;
    for (size_t at = 0; at < path.n;) {
        size_t end = at;
        while (end < path.n && is_of_word(path.p[end]))
            end++;
        pl_bytes word = pl_bytes_sub(path, at, end - at);
        of_machines |= named_by(machines, sizeof machines / sizeof machines[0], word);
        of_units |= named_by(units, sizeof units / sizeof units[0], word);
        at = end + 1;
    }
    unsigned named = of_machines != 0 ? of_machines : of_units;
    return named != 0 && own[machine] != 0 && (named & own[machine]) == 0;
}
