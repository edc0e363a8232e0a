/*
 * code_plt.c - the linker's stubs: small pieces of code that jump to where a pointer leads.
 *
 * Each row is one shape of stub, whole, with its padding; `?` is a digit of an address. What fits no row is not a stub, so that code put
 * between stubs is seen.
 *
 * Source: psABI for x86-64 1.0, section 5.2 and appendix on CET; i386 psABI 4, 5.2; AArch64 ELF ABI; shapes as GNU ld 2.40 and lld 14
 * write them; gold, x86_64.cc, first_plt_entry[].
 */
#include "feature/code_image.h"

enum stub_kind {
    STUB_HEAD,     /* calls the loader */
    STUB_RIP,      /* jumps through a pointer at a distance from the next instruction */
    STUB_ABSOLUTE, /* ... at an address */
    STUB_GOT,      /* ... at a distance from the GOT */
    STUB_LAZY,     /* pushes the number of a relocation */
    STUB_PAGE,     /* aarch64: page and offset */
    STUB_SUM       /* 32-bit ARM: the program counter, and three parts of a distance */
};

struct stub {
    enum pl_code_machine machine;
    const char *pattern;
    enum stub_kind kind;
    uint8_t at;  /* byte where the address or number stands */
    uint8_t end; /* byte behind that instruction */
};

static const struct stub stubs[] = {
    {PL_CODE_X86_64, "ff35???????? ff25???????? 0f1f4000", STUB_HEAD, 0, 0},
    {PL_CODE_X86_64, "ff35???????? ff25???????? 90909090", STUB_HEAD, 0, 0}, /* gold */
    {PL_CODE_X86_64, "ff35???????? f2ff25???????? 0f1f00", STUB_HEAD, 0, 0},
    {PL_CODE_X86_64, "ff25???????? 68???????? e9????????", STUB_RIP, 2, 6},
    {PL_CODE_X86_64, "ff25???????? 6690", STUB_RIP, 2, 6},
    {PL_CODE_X86_64, "f30f1efa 68???????? f2e9???????? 90", STUB_LAZY, 5, 0},
    {PL_CODE_X86_64, "f30f1efa 68???????? e9???????? 6690", STUB_LAZY, 5, 0},
    {PL_CODE_X86_64, "f30f1efa f2ff25???????? 0f1f440000", STUB_RIP, 7, 11},
    {PL_CODE_X86_64, "f30f1efa ff25???????? 660f1f440000", STUB_RIP, 6, 10},
    {PL_CODE_X86_64, "f2ff25???????? 90", STUB_RIP, 3, 7},
    {PL_CODE_I386, "ff35???????? ff25???????? 00000000", STUB_HEAD, 0, 0},
    {PL_CODE_I386, "ff35???????? ff25???????? 90909090", STUB_HEAD, 0, 0},
    {PL_CODE_I386, "ffb304000000 ffa308000000 00000000", STUB_HEAD, 0, 0},
    {PL_CODE_I386, "ffb304000000 ffa308000000 90909090", STUB_HEAD, 0, 0},
    {PL_CODE_I386, "ff25???????? 68???????? e9????????", STUB_ABSOLUTE, 2, 0},
    {PL_CODE_I386, "ffa3???????? 68???????? e9????????", STUB_GOT, 2, 0},
    {PL_CODE_I386, "ff25???????? 6690", STUB_ABSOLUTE, 2, 0},
    {PL_CODE_I386, "ffa3???????? 6690", STUB_GOT, 2, 0},
    {PL_CODE_I386, "f30f1efb ffa3???????? 660f1f440000", STUB_GOT, 6, 0},
    {PL_CODE_I386, "f30f1efb ff25???????? 660f1f440000", STUB_ABSOLUTE, 6, 0},
    {PL_CODE_A64, "f07bbfa9 ?????? ?? ?????? ?? ?????? ?? 20021fd6 1f2003d5 1f2003d5 1f2003d5", STUB_HEAD, 0,
     0},
    {PL_CODE_X86_64, "4c8d1d???????? 4153 ff25???????? 90", STUB_HEAD, 0, 0}, /* Mach-O's __stub_helper */
    {PL_CODE_X86_64, "68???????? e9????????", STUB_HEAD, 0, 0},
    {PL_CODE_A64, "?????? ?? ?????? 91 f047bfa9 ?????? ?? ???? ??f9 00021fd6", STUB_HEAD, 0, 0},
    {PL_CODE_A64, "50000018 ???????? ????????", STUB_HEAD, 0, 0},
    {PL_CODE_A64, "?????? ?? ???? ??f9 ?????? 91 20021fd6", STUB_PAGE, 0, 0},
    {PL_CODE_A32, "04e02de5 04e09fe5 0ee08fe0 08f0bee5 ????????", STUB_HEAD, 0, 0},
    {PL_CODE_A32, "04e02de5 ??e68fe2 ??ea8ee2 ??f?bee5 d4d4d4d4 d4d4d4d4 d4d4d4d4 d4d4d4d4", STUB_HEAD, 0, 0},
    {PL_CODE_A32, "??c68fe2 ??ca8ce2 ??f?bce5 d4d4d4d4", STUB_SUM, 0, 0},
    {PL_CODE_A32, "??c68fe2 ??ca8ce2 ??f?bce5", STUB_SUM, 0, 0},
    {PL_CODE_A32, "7847 c046 ??c68fe2 ??ca8ce2 ??f?bce5", STUB_SUM, 4, 0},
    {PL_CODE_A32, "7847 fde7 ??c68fe2 ??ca8ce2 ??f?bce5", STUB_SUM, 4, 0},
    {PL_CODE_A64, "5f2403d5 ?????? ?? ???? ??f9 ?????? 91 20021fd6 1f2003d5", STUB_PAGE, 4, 0},
};

size_t pl_code_fits(pl_bytes code, const char *pattern)
{
    size_t nibbles = 0;
    for (const char *p = pattern; *p != 0; p++) {
        if (*p == ' ')
            continue;
        if (nibbles / 2 >= code.n)
            return 0;
        int have = nibbles % 2 == 0 ? code.p[nibbles / 2] >> 4 : code.p[nibbles / 2] & 15;
        if (*p != '?' && pl_small_hex_value(*p) != have)
            return 0;
        nibbles++;
    }
    return nibbles / 2;
}

/* The pointer that adrp and ldr at byte `at` of a stub read. */
static uint64_t page_pointer(pl_bytes code, uint64_t address, size_t at)
{
    struct pl_cursor c = pl_cursor_at(code, at);
    uint32_t adrp = pl_cursor_u32le(&c);
    uint32_t load = pl_cursor_u32le(&c);
    uint64_t pages = ((uint64_t)(adrp >> 5 & 0x7ffff) << 2) | (adrp >> 29 & 3);
    if (pages & 0x100000)
        pages |= ~(uint64_t)0x1fffff;
    return ((address + at) & ~(uint64_t)0xfff) + (pages << 12) + (load >> 10 & 0xfff) * 8;
}

/* The pointer that add, add and ldr at byte `at` of a stub read. */
static uint64_t sum_pointer(pl_bytes code, uint64_t address, size_t at)
{
    struct pl_cursor c = pl_cursor_at(code, at);
    uint64_t high = (uint64_t)(pl_cursor_u32le(&c) & 0xff) << 20;
    uint64_t middle = (uint64_t)(pl_cursor_u32le(&c) & 0xff) << 12;
    uint64_t low = pl_cursor_u32le(&c) & 0xfff;
    return (address + at + 8 + high + middle + low) & UINT32_MAX;
}

static pl_bytes stub_name(const struct pl_code_image *im, const struct stub *s, pl_bytes code,
                          uint64_t address)
{
    struct pl_cursor c = pl_cursor_at(code, s->at);
    uint32_t number = s->kind == STUB_HEAD ? 0 : pl_cursor_u32le(&c);
    uint64_t pointer = 0;
    switch (s->kind) {
    case STUB_HEAD: return (pl_bytes){NULL, 0};
    case STUB_LAZY: return number < im->jump_names.n ? im->jump_names.v[number] : (pl_bytes){NULL, 0};
    case STUB_RIP: pointer = address + s->end + (uint64_t)(int64_t)(int32_t)number; break;
    case STUB_ABSOLUTE: pointer = number; break;
    case STUB_GOT: pointer = (im->got_base + number) & UINT32_MAX; break;
    case STUB_SUM: pointer = sum_pointer(code, address, s->at); break;
    case STUB_PAGE: pointer = page_pointer(code, address, s->at); break;
    }
    const struct pl_code_slot *slot = pl_code_slot_at(im, pointer);
    return slot == NULL ? (pl_bytes){NULL, 0} : slot->name;
}

bool pl_code_is_thunk_of(const struct pl_code_image *im, pl_bytes code, uint64_t address, pl_bytes *name)
{
    static const struct stub jumps[] = {
        {PL_CODE_X86_64, "ff25????????", STUB_RIP, 2, 6},
        {PL_CODE_I386, "ff25????????", STUB_ABSOLUTE, 2, 0},
        {PL_CODE_A64, "?????? ?? ???? ??f9 00021fd6", STUB_PAGE, 0, 0},
    };
    for (size_t i = 0; i < sizeof jumps / sizeof jumps[0]; i++) {
        if (jumps[i].machine != im->machine || pl_code_fits(code, jumps[i].pattern) != code.n)
            continue;
        *name = stub_name(im, &jumps[i], code, address);
        return name->n > 0;
    }
    return false;
}

static void read_area(struct pl_code_image *im, const struct pl_code_area *a)
{
    size_t step = im->machine == PL_CODE_A64 || im->machine == PL_CODE_A32 ? 4 : im->has_thunks ? 1 : 8;
    for (uint64_t at = 0; at < a->size && !im->no_memory;) {
        pl_bytes code = pl_bytes_sub(im->data, (size_t)(a->offset + at), (size_t)(a->size - at));
        size_t n = 0;
        const struct stub *s = NULL;
        for (size_t i = 0; i < sizeof stubs / sizeof stubs[0] && n == 0; i++) {
            s = &stubs[i];
            n = s->machine == im->machine ? pl_code_fits(code, s->pattern) : 0;
        }
        pl_bytes name;
        size_t thunk = im->machine == PL_CODE_A64 ? 12 : 6;
        if (n == 0 && im->has_thunks &&
            pl_code_is_thunk_of(im, pl_bytes_sub(code, 0, thunk), a->address + at, &name)) {
            pl_code_seed_add(im, (struct pl_code_seed){.address = a->address + at,
                                                       .size = thunk,
                                                       .rank = PL_SEED_STUB,
                                                       .flags = PL_FUNCTION_PLT,
                                                       .name = name});
            at += thunk;
            continue;
        }
        if (n > 0)
            pl_code_seed_add(im, (struct pl_code_seed){.address = a->address + at,
                                                       .size = n,
                                                       .rank = PL_SEED_STUB,
                                                       .flags = PL_FUNCTION_PLT,
                                                       .name = stub_name(im, s, code, a->address + at)});
        at += n > 0 ? n : step;
    }
}

void pl_code_read_stubs(struct pl_code_image *im)
{
    for (size_t i = 0; i < im->areas.n; i++)
        if (im->areas.v[i].is_plt)
            read_area(im, &im->areas.v[i]);
}
