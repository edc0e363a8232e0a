/*
 * elf_sections.c - the sections that compilers and linkers make, recognised by what is in them.
 *
 * A name alone proves nothing: a section called .plt is PL_ELF_TOOLCHAIN only when it is made of PLT entries, .got only when
 * each word is zero or an address of this image. What does not read so is code or data like any other.
 *
 * Source: LSB 5.0 chapter 10 (.eh_frame, .eh_frame_hdr), psABI x86-64 1.0 section 5.2 (PLT), gABI (notes), GDB manual section
 * 18.3 (.gnu_debuglink), binutils 2.40 bfd/elfxx-x86.h (the IBT and BND forms of the PLT).
 * Not read here: .gcc_except_table is taken at its name (its tables have no count of their own).
 */
#include "format/binary/elf_reader.h"

#include <string.h>

static bool is_address(const struct pl_elf_reader *r, uint64_t value)
{
    for (size_t i = 0; i < r->elf->n_segments; i++) {
        const struct pl_elf_segment *s = &r->elf->segments[i];
        if (s->type == PL_ELF_PT_LOAD && value >= s->vaddr && value - s->vaddr <= s->memory_bytes)
            return true;
    }
    return false;
}

/* Address tables: .got, .got.plt, .init_array and the like. All ones and all zeros mark the ends of old tables. */
static void read_addresses(struct pl_elf_reader *r, uint32_t section)
{
    const struct pl_elf_section *s = &r->elf->sections[section];
    struct pl_cursor c = pl_cursor_of(pl_elf_section_bytes(r->data, s));
    uint64_t none = r->elf->is_64 ? UINT64_MAX : UINT32_MAX;
    uint64_t strange = 0;
    bool is_object = r->elf->type == PL_ELF_ET_REL;
    while (pl_cursor_left(&c) >= pl_elf_word_bytes(r)) {
        uint64_t value = pl_elf_word(r, &c);
        strange += value != 0 && value != none && !is_object && !is_address(r, value);
    }
    pl_elf_own_part(r, section, 0, c.at, strange == 0 ? PL_ELF_TOOLCHAIN : PL_ELF_DATA);
    pl_elf_own_rest(r, section, c.at);
}

static uint64_t align_up(uint64_t n, uint64_t align)
{
    return (n + align - 1) / align * align;
}

/* Four digests of 20 letters of Base64 for file names, with a slash between them. Source: Go, src/cmd/internal/buildid and cmd/go/internal/work/buildid.go. */
static bool is_go_build_id(pl_bytes text)
{
    enum { DIGEST = 20, DIGESTS = 4 };
    if (text.n != DIGESTS * (DIGEST + 1) - 1)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.p[i];
        bool is_good = i % (DIGEST + 1) == DIGEST ? c == '/' : pl_is_word_byte(c) || c == '-';
        if (!is_good)
            return false;
    }
    return true;
}

/* .note.gnu.build-id, .note.ABI-tag, .note.gnu.property, .note.go.buildid: what they may hold. */
static bool is_known_note(const struct pl_elf_reader *r, pl_bytes owner, uint32_t type, pl_bytes text)
{
    if (pl_bytes_eq(owner, PL_LIT("GNU\0"))) {
        if (type == 1)
            return text.n == 16;
        if (type == 3)
            return text.n > 0 && text.n <= 64;
        if (type != 5)
            return type == 4 && text.n <= 32; /* version of gold */
        struct pl_cursor c = pl_cursor_of(text);
        while (pl_cursor_left(&c) > 0) {
            (void)pl_elf_u32(r, &c); /* type */
            uint64_t n = pl_elf_u32(r, &c);
            if (n > 16)
                return false;
            pl_cursor_skip(&c, align_up(n, pl_elf_word_bytes(r)));
        }
        return !c.bad;
    }
    if (pl_bytes_eq(owner, PL_LIT("Go\0\0")) && type == 4)
        return is_go_build_id(text);
    return text.n == 0;
}

uint64_t pl_elf_read_notes(struct pl_elf_reader *r, pl_bytes notes, uint64_t align)
{
    struct pl_cursor c = pl_cursor_of(notes);
    uint64_t good = 0;
    while (pl_cursor_left(&c) > 0) {
        uint64_t name_bytes = pl_elf_u32(r, &c);
        uint64_t text_bytes = pl_elf_u32(r, &c);
        uint32_t type = pl_elf_u32(r, &c);
        pl_bytes owner = pl_cursor_take(&c, name_bytes);
        pl_bytes pad = pl_cursor_take(&c, align_up(name_bytes, 4) - name_bytes);
        pl_bytes text = pl_cursor_take(&c, text_bytes);
        uint64_t tail = align_up(text_bytes, align) - text_bytes;
        pl_bytes pad2 = pl_cursor_take(&c, tail < pl_cursor_left(&c) ? tail : pl_cursor_left(&c));
        if (c.bad || !pl_bytes_all(pad, 0) || !pl_bytes_all(pad2, 0) || !is_known_note(r, owner, type, text))
            break;
        if (type == 3 && pl_bytes_eq(owner, PL_LIT("GNU\0")))
            r->elf->build_id = text;
        good = c.at;
    }
    return good;
}

static void read_note_section(struct pl_elf_reader *r, uint32_t section)
{
    const struct pl_elf_section *s = &r->elf->sections[section];
    uint64_t good = pl_elf_read_notes(r, pl_elf_section_bytes(r->data, s), s->align == 8 ? 8 : 4);
    pl_elf_own_part(r, section, 0, good, PL_ELF_TOOLCHAIN);
    /* A note of a kind not known here is data: it may hold anything. */
    pl_elf_own_part(r, section, good, s->size - good, PL_ELF_DATA);
}

/* Records of length and contents; a length of 0 ends the section. */
static void read_eh_frame(struct pl_elf_reader *r, uint32_t section)
{
    const struct pl_elf_section *s = &r->elf->sections[section];
    struct pl_cursor c = pl_cursor_of(pl_elf_section_bytes(r->data, s));
    uint64_t good = 0;
    while (pl_cursor_left(&c) >= 4) {
        uint64_t start = c.at;
        uint64_t n = pl_elf_u32(r, &c);
        if (n == UINT32_MAX)
            n = pl_elf_u64(r, &c);
        good = c.at;
        if (n == 0)
            break;
        uint64_t id_at = c.at;
        struct pl_cursor record = pl_cursor_of(pl_cursor_take(&c, n));
        uint64_t back = pl_elf_u32(r, &record); /* 0: a common entry; else the distance back to one */
        if (c.bad || record.bad || (back > id_at && r->elf->type != PL_ELF_ET_REL)) {
            good = start;
            break;
        }
        good = c.at;
    }
    pl_elf_own_part(r, section, 0, good, PL_ELF_TOOLCHAIN);
    pl_elf_own_rest(r, section, good);
}

static void read_eh_frame_hdr(struct pl_elf_reader *r, uint32_t section)
{
    const struct pl_elf_section *s = &r->elf->sections[section];
    struct pl_cursor c = pl_cursor_of(pl_elf_section_bytes(r->data, s));
    pl_bytes forms = pl_cursor_take(&c, 4);
    (void)pl_elf_u32(r, &c); /* where .eh_frame is */
    uint64_t n = pl_elf_u32(r, &c);
    if (c.bad || !pl_bytes_eq(forms, PL_LIT("\x01\x1b\x03\x3b")) || n > (s->size - 12) / 8) {
        /* Without a search table (count omitted) the header is 8 bytes. */
        bool is_short = forms.n == 4 && forms.p[0] == 1 && s->size == 8;
        pl_elf_own_part(r, section, 0, s->size, is_short ? PL_ELF_TOOLCHAIN : PL_ELF_DATA);
        return;
    }
    pl_elf_own_part(r, section, 0, 12 + n * 8, PL_ELF_TOOLCHAIN);
    pl_elf_own_rest(r, section, 12 + n * 8);
}

/* One text and its NUL. */
static void read_interp(struct pl_elf_reader *r, uint32_t section)
{
    const struct pl_elf_section *s = &r->elf->sections[section];
    pl_bytes bytes = pl_elf_section_bytes(r->data, s);
    size_t end = pl_bytes_find_byte(bytes, 0, 0);
    if (end == SIZE_MAX) {
        pl_elf_odd(r, "image.damaged", PL_SEVERITY_ERROR, s->offset, s->size, "the loader's name has no end");
        pl_elf_own_part(r, section, 0, s->size, PL_ELF_DATA);
        return;
    }
    r->elf->interp = pl_bytes_sub(bytes, 0, end);
    pl_elf_own_part(r, section, 0, end + 1, PL_ELF_STRUCTURE);
    pl_elf_own_rest(r, section, end + 1);
}

/* A file name, its NUL, zeros up to a multiple of 4, four bytes of checksum. */
static void read_debuglink(struct pl_elf_reader *r, uint32_t section)
{
    const struct pl_elf_section *s = &r->elf->sections[section];
    pl_bytes bytes = pl_elf_section_bytes(r->data, s);
    size_t end = pl_bytes_find_byte(bytes, 0, 0);
    size_t crc = end == SIZE_MAX ? bytes.n : align_up(end + 1, 4);
    if (end == SIZE_MAX || end > 255 || crc + 4 > bytes.n ||
        !pl_bytes_all(pl_bytes_sub(bytes, end, crc - end), 0)) {
        pl_elf_own_part(r, section, 0, s->size, PL_ELF_DATA);
        return;
    }
    r->elf->debuglink = pl_bytes_sub(bytes, 0, end);
    pl_elf_own_part(r, section, 0, crc + 4, PL_ELF_TOOLCHAIN);
    pl_elf_own_rest(r, section, crc + 4);
}

/* A file name, its NUL, the 20 bytes of its build id: dwz(1), DWARF 5 section 7.3.6. */
static void read_debugaltlink(struct pl_elf_reader *r, uint32_t section)
{
    const struct pl_elf_section *s = &r->elf->sections[section];
    pl_bytes bytes = pl_elf_section_bytes(r->data, s);
    size_t end = pl_bytes_find_byte(bytes, 0, 0);
    bool is_known = end != SIZE_MAX && end > 0 && end <= 255 && bytes.n == end + 1 + 20;
    for (size_t i = 0; is_known && i < end; i++)
        is_known = bytes.p[i] > 0x20 && bytes.p[i] < 0x7f;
    pl_elf_own_part(r, section, 0, s->size, is_known ? PL_ELF_TOOLCHAIN : PL_ELF_DATA);
}

/* Idents of compilers and linkers, one after another, each with its NUL. */
static void read_comment(struct pl_elf_reader *r, uint32_t section)
{
    static const char *const makers[] = {
        "GCC:", "clang", "Debian clang", "Ubuntu clang", "Linker:", "LLVM", "rustc", "GNU", "ghc"};
    const struct pl_elf_section *s = &r->elf->sections[section];
    pl_bytes rest = pl_elf_section_bytes(r->data, s);
    pl_bytes ident;
    bool is_known = true;
    while (is_known && pl_bytes_split(&rest, 0, &ident)) {
        is_known = ident.n == 0;
        for (size_t i = 0; i < sizeof makers / sizeof makers[0] && ident.n <= 128; i++)
            is_known = is_known || pl_bytes_starts(ident, pl_bytes_of_str(makers[i]));
    }
    pl_elf_own_part(r, section, 0, s->size, is_known ? PL_ELF_TOOLCHAIN : PL_ELF_DATA);
}

static void read_as_toolchain(struct pl_elf_reader *r, uint32_t section)
{
    pl_elf_own_part(r, section, 0, r->elf->sections[section].size, PL_ELF_TOOLCHAIN);
}

/* Contents that fit one of the patterns one after another; '?' is any byte. Written as hex. */
static size_t pattern_bytes(pl_bytes code, const char *pattern)
{
    size_t n = 0;
    for (const char *p = pattern; p[0] != 0; p += 2, n++) {
        uint8_t byte;
        if (n >= code.n)
            return 0;
        if (p[0] == '?')
            continue;
        static const char digits[] = "0123456789abcdef";
        byte = (uint8_t)((strchr(digits, p[0]) - digits) << 4 | (strchr(digits, p[1]) - digits));
        if (code.p[n] != byte)
            return 0;
    }
    return n;
}

static const char *const x86_64_stubs[] = {
    /* .plt: head; lazy entry; the same with bnd; with endbr64, and both */
    "ff35????????ff25????????0f1f4000",
    "ff35????????ff25????????90909090", /* gold */
    "ff35????????f2ff25????????0f1f00",
    "ff25????????68????????e9????????",
    "68????????f2e9????????0f1f440000",
    "f30f1efa68????????f2e9????????90",
    "f30f1efa68????????e9????????6690",
    /* .plt.sec and .plt.got */
    "f30f1efaf2ff25????????0f1f440000",
    "f30f1efaff25????????660f1f440000",
    "ff25????????6690",
    "f2ff25????????90",
    /* .init and .fini of crti.o and crtn.o, with and without endbr64 */
    "f30f1efa4883ec08488b05????????4885c07402ffd04883c408c3",
    "4883ec08488b05????????4885c07402ffd04883c408c3",
    "f30f1efa4883ec084883c408c3",
    "4883ec084883c408c3",
    NULL,
};

/* .plt*, .init, .fini: the linker's when every byte belongs to a stub, else code like any other. */
static void read_stubs(struct pl_elf_reader *r, uint32_t section)
{
    const struct pl_elf_section *s = &r->elf->sections[section];
    pl_bytes rest = pl_elf_section_bytes(r->data, s);
    bool is_known = r->elf->machine == PL_ELF_EM_X86_64;
    while (is_known && rest.n > 0) {
        size_t n = 0;
        for (size_t i = 0; x86_64_stubs[i] != NULL && n == 0; i++)
            n = pattern_bytes(rest, x86_64_stubs[i]);
        is_known = n > 0;
        rest = pl_bytes_from(rest, n);
    }
    pl_elf_own_part(r, section, 0, s->size, is_known ? PL_ELF_TOOLCHAIN : PL_ELF_CODE);
}

/* Names end in '*' when anything may follow. `read` NULL: known, code or data by its flags. */
struct section_kind {
    const char *name;
    void (*read)(struct pl_elf_reader *r, uint32_t section);
};

static const struct section_kind section_kinds[] = {
    {".interp", read_interp},
    {".eh_frame", read_eh_frame},
    {".eh_frame_hdr", read_eh_frame_hdr},
    {".gcc_except_table*", read_as_toolchain},
    {".got*", read_addresses},
    {".init_array*", read_addresses},
    {".fini_array*", read_addresses},
    {".preinit_array*", read_addresses},
    {".ctors*", read_addresses},
    {".dtors*", read_addresses},
    {".jcr", read_addresses},
    {".tm_clone_table", read_addresses},
    {".plt*", read_stubs},
    {".init", read_stubs},
    {".fini", read_stubs},
    {".comment", read_comment},
    {".gnu_debuglink", read_debuglink},
    {".gnu_debugaltlink", read_debugaltlink},
    {".text*", NULL},
    {".rodata*", NULL},
    {".data*", NULL},
    {".bss*", NULL},
    {".tdata*", NULL},
    {".tbss*", NULL},
    {".sdata*", NULL},
    {".srodata*", NULL},
    {".lrodata*", NULL},
    {".ldata*", NULL},
    {".rela*", NULL},
    {".note*", NULL},
    {".debug*", NULL},
    {".zdebug*", NULL},
    {".stab*", NULL},
    {".gnu.*", NULL},
    {".gnu_*", NULL},
    {".ARM.*", NULL},
    {".MIPS.*", NULL},
    {".llvm*", NULL},
    {".opd", NULL},
    {".toc", NULL},
    {".branch_lt", NULL},
    {".glink", NULL},
    {".iplt", NULL},
    {".stapsdt.base", NULL},
    {".probes", NULL},
    {".rustc", NULL},
    {".fpcdata", NULL},
    {".PyRuntime", NULL},
    {".gresource.*", NULL},
    {"__libc_*", NULL},
    {".gopclntab", NULL},
    {".gosymtab", NULL},
    {".go.buildinfo", NULL},
    {".go.fipsinfo", NULL},
    {".go_export", NULL},
    {".itablink", NULL},
    {".typelink", NULL},
    {".noptrdata", NULL},
    {".noptrbss", NULL},
    {".qt*", NULL},
    {".symtab*", NULL},
    {".stack_sizes", NULL},
    {".group", NULL},
};

static const struct section_kind *kind_of(pl_bytes name)
{
    for (size_t i = 0; i < sizeof section_kinds / sizeof section_kinds[0]; i++) {
        pl_bytes want = pl_bytes_of_str(section_kinds[i].name);
        if (want.p[want.n - 1] == '*' ? pl_bytes_starts(name, pl_bytes_sub(want, 0, want.n - 1))
                                      : pl_bytes_eq(name, want))
            return &section_kinds[i];
    }
    return NULL;
}

/* A section called like a C identifier is reached by __start_NAME, which the linker makes. ld(1), "Orphan Sections". */
static bool is_identifier(pl_bytes name)
{
    for (size_t i = 0; i < name.n; i++) {
        uint8_t b = name.p[i];
        bool is_word =
            (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || b == '_' || (i > 0 && b >= '0' && b <= '9');
        if (!is_word)
            return false;
    }
    return name.n > 0;
}

void pl_elf_read_section(struct pl_elf_reader *r, uint32_t section)
{
    const struct pl_elf_section *s = &r->elf->sections[section];
    const struct section_kind *kind = kind_of(s->name);
    bool is_code = (s->flags & PL_ELF_SHF_EXECINSTR) != 0;
    bool is_object = r->elf->type == PL_ELF_ET_REL;
    /* Types above PROGBITS that are neither tables nor known names belong to a machine: unwind, attributes. */
    bool is_expected = kind != NULL || is_object || (is_identifier(s->name) && !is_code) ||
                       (s->type != PL_ELF_SHT_PROGBITS && (s->flags & PL_ELF_SHF_ALLOC) == 0);
    if (!is_expected)
        pl_elf_odd(r, "image.unowned-section", PL_SEVERITY_WARNING, s->offset, s->size,
                   "section %s has a name that no compiler or linker makes", pl_elf_name(r, section));
    if (s->type == PL_ELF_SHT_NOTE)
        read_note_section(r, section);
    else if (kind != NULL && kind->read != NULL)
        kind->read(r, section);
    else
        pl_elf_own_part(r, section, 0, s->size, is_code ? PL_ELF_CODE : PL_ELF_DATA);
}
