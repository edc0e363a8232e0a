/*
 * elf.h - ELF images and object files: what is in them, and who owns each of their bytes.
 *
 * ELF32 and ELF64, both byte orders, any machine; relocatable, executable, shared, core.
 * Source: System V gABI 4.2 (ELF-64 object file format), psABI for x86-64, LSB 5.0 (.eh_frame, GNU extensions).
 */
#ifndef PL_FORMAT_BINARY_ELF_H
#define PL_FORMAT_BINARY_ELF_H

#include "model/finding.h"

#define PL_ELF_NO_SECTION UINT32_MAX

#define PL_ELF_ET_REL    1
#define PL_ELF_ET_EXEC   2
#define PL_ELF_ET_DYN    3
#define PL_ELF_ET_CORE   4
#define PL_ELF_EM_386    3
#define PL_ELF_EM_X86_64 62

#define PL_ELF_PT_LOAD      1
#define PL_ELF_PT_DYNAMIC   2
#define PL_ELF_PT_INTERP    3
#define PL_ELF_PT_NOTE      4
#define PL_ELF_PT_GNU_STACK 0x6474e551u
#define PL_ELF_PF_X         1u
#define PL_ELF_PF_W         2u

#define PL_ELF_SHT_NULL          0
#define PL_ELF_SHT_PROGBITS      1
#define PL_ELF_SHT_SYMTAB        2
#define PL_ELF_SHT_STRTAB        3
#define PL_ELF_SHT_RELA          4
#define PL_ELF_SHT_HASH          5
#define PL_ELF_SHT_DYNAMIC       6
#define PL_ELF_SHT_NOTE          7
#define PL_ELF_SHT_NOBITS        8
#define PL_ELF_SHT_REL           9
#define PL_ELF_SHT_DYNSYM        11
#define PL_ELF_SHT_INIT_ARRAY    14
#define PL_ELF_SHT_FINI_ARRAY    15
#define PL_ELF_SHT_PREINIT_ARRAY 16
#define PL_ELF_SHT_GROUP         17
#define PL_ELF_SHT_SYMTAB_SHNDX  18
#define PL_ELF_SHT_RELR          19
#define PL_ELF_SHT_GNU_HASH      0x6ffffff6u
#define PL_ELF_SHT_GNU_VERDEF    0x6ffffffdu
#define PL_ELF_SHT_GNU_VERNEED   0x6ffffffeu
#define PL_ELF_SHT_GNU_VERSYM    0x6fffffffu
#define PL_ELF_SHF_WRITE         1u
#define PL_ELF_SHF_ALLOC         2u
#define PL_ELF_SHF_EXECINSTR     4u
#define PL_ELF_SHF_MERGE         0x10u
#define PL_ELF_SHF_STRINGS       0x20u

/* What kind of thing owns a range; match/ turns this into a class. */
enum pl_elf_owner {
    PL_ELF_STRUCTURE, /* headers, tables, names, padding: read to the end, and they hold nothing else */
    PL_ELF_TOOLCHAIN, /* unwind tables, PLT, GOT, crt arrays, notes of the linker: recognised by content */
    PL_ELF_CODE,      /* executable bytes */
    PL_ELF_DATA,      /* initialised data, and tables that did not read as what they are called */
    PL_ELF_UNOWNED    /* an overlay, a gap that holds data, bytes of a table that nothing refers to */
};

/* `what` is printable and lives in the arena: "ELF header", "section .dynsym", "alignment padding". */
struct pl_elf_range {
    uint64_t offset; /* bytes in the file */
    uint64_t length;
    enum pl_elf_owner owner;
    uint32_t section; /* index, or PL_ELF_NO_SECTION */
    const char *what;
};

struct pl_elf_section {
    pl_bytes name;
    uint32_t type;
    uint32_t link;
    uint32_t info;
    uint64_t flags;
    uint64_t addr;
    uint64_t offset;
    uint64_t size; /* bytes in the file, unless type is NOBITS */
    uint64_t align;
    uint64_t entsize;
    bool is_readable; /* lies inside the file and over no other section: bytes may be looked at */
};

struct pl_elf_segment {
    uint32_t type;
    uint32_t flags;
    uint64_t offset;
    uint64_t vaddr;
    uint64_t file_bytes;
    uint64_t memory_bytes;
    uint64_t align;
};

/* Everything points into the file's bytes or the arena. */
struct pl_elf {
    bool is_64;
    bool is_big_endian;
    uint16_t type;
    uint16_t machine;
    uint64_t entry;
    uint64_t section_table_offset;
    uint32_t names_section; /* index of the section with section names; 0 when none */
    struct pl_elf_segment *segments;
    size_t n_segments;
    struct pl_elf_section *sections;
    size_t n_sections;
    /*
     * In order of precedence; together they hold every byte of the file. They overlap only in damaged files, and then the
     * earlier one in the list holds.
     */
    struct pl_elf_range *ranges;
    size_t n_ranges;
    pl_bytes soname;    /* DT_SONAME; empty when none */
    pl_bytes interp;    /* path of the loader, without NUL; empty when none */
    pl_bytes build_id;  /* raw bytes of the GNU build-id note; empty when none */
    pl_bytes debuglink; /* file name in .gnu_debuglink; empty when none */
};

bool pl_elf_is(pl_bytes data);

/*
 * Read `data`. Odd things go to `findings` (NULL: nobody wants them): image.overlay, image.gap, image.writable-code,
 * image.unowned-section, image.code-outside-text, image.damaged.
 * PL_E_INPUT when there is no whole ELF header or a kind of ELF that nobody makes; err->offset says where.
 * Time and memory are O(n log n) and O(n) in the bytes of the file.
 */
PL_MUST_USE pl_status pl_elf_read(pl_bytes data, struct pl_arena *arena, struct pl_findings *findings,
                                  struct pl_elf *out, struct pl_err *err);

/* Bytes of a readable section; empty for NOBITS and others. */
pl_bytes pl_elf_section_bytes(pl_bytes data, const struct pl_elf_section *s);

#endif
