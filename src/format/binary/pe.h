/*
 * pe.h - PE32 and PE32+ images of Windows: what is in them, and who owns each of their bytes.
 *
 * Programs, libraries, drivers and .NET assemblies for x86, x86-64, arm and arm64.
 * Source: Microsoft "PE Format"; "Windows Authenticode Portable Executable Signature Format" 1.0; ECMA-335 part II.24-25.
 */
#ifndef PL_FORMAT_BINARY_PE_H
#define PL_FORMAT_BINARY_PE_H

#include "format/binary/image.h"

#define PL_PE_I386   0x014cu
#define PL_PE_ARMNT  0x01c4u
#define PL_PE_X86_64 0x8664u
#define PL_PE_ARM64  0xaa64u

#define PL_PE_CODE        0x00000020u /* section flags */
#define PL_PE_DISCARDABLE 0x02000000u
#define PL_PE_EXECUTE     0x20000000u
#define PL_PE_WRITE       0x80000000u

#define PL_PE_DIRECTORIES 16u
enum pl_pe_directory {
    PL_PE_EXPORTS,
    PL_PE_IMPORTS,
    PL_PE_RESOURCES,
    PL_PE_EXCEPTIONS,
    PL_PE_CERTIFICATES, /* the only one whose address is a byte of the file */
    PL_PE_RELOCATIONS,
    PL_PE_DEBUG,
    PL_PE_TLS = 9,
    PL_PE_LOAD_CONFIG,
    PL_PE_BOUND_IMPORTS,
    PL_PE_IMPORT_ADDRESSES,
    PL_PE_DELAY_IMPORTS,
    PL_PE_CLR
};

struct pl_pe_section {
    pl_bytes name;          /* long names of COFF resolved */
    uint32_t virtual_bytes; /* as the header says */
    uint32_t address;       /* relative to the image base */
    uint32_t file_bytes;    /* as the header says */
    uint32_t offset;        /* bytes in the file */
    uint32_t flags;
    bool is_readable; /* [offset, offset + file_bytes) lies inside the file and over no other section */
};

/* Everything points into the file's bytes or the arena. */
struct pl_pe {
    bool is_64;
    bool is_dotnet;
    bool is_signed; /* has a certificate table with at least one entry */
    uint16_t machine;
    uint16_t flags;
    uint32_t symbols_offset; /* of COFF symbols, bytes in the file; their names follow them */
    uint32_t n_symbols;
    uint32_t entry; /* address relative to the base; 0 when none */
    uint64_t base;
    uint32_t header_bytes;
    struct {
        uint32_t address;
        uint32_t length;
    } directories[PL_PE_DIRECTORIES];
    struct pl_pe_section *sections;
    size_t n_sections;
    struct pl_image_range *ranges; /* sorted, disjoint, and they tile the file */
    size_t n_ranges;
    pl_bytes dll_name;       /* of the export table; empty when none */
    pl_bytes pdb_path;       /* of the CodeView record; empty when none */
    pl_bytes clr_version;    /* of the metadata root; empty when none */
    pl_bytes clr_assembly;   /* "Name 1.2.3.4"; empty when it is none */
    pl_bytes clr_references; /* the assemblies that it asks for, like this, with commas between */
    size_t n_tls_callbacks;
};

/* A PE image by its bytes: MZ, and a PE signature where it points. */
bool pl_pe_is(pl_bytes data);

/*
 * Read `data`. Odd things go to `findings` (NULL: nobody wants them): image.overlay, image.gap, image.damaged, image.writable-code,
 * image.unowned-section, image.code-outside-text, image.embedded-program, sig.appended-data, sig.digest-mismatch.
 * PL_E_INPUT when the headers are not whole; err->offset says where.
 * Time O(n log n) and memory O(n) in the bytes of the file.
 */
PL_MUST_USE pl_status pl_pe_read(pl_bytes data, struct pl_arena *arena, struct pl_findings *findings,
                                 struct pl_pe *out, struct pl_err *err);

#endif
