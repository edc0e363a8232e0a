/*
 * code_image.h - what the files of the code reader share; nobody else includes this.
 *
 *     code.c         order of work; ties atoms to functions, cold parts to their owners
 *     code_space.c   addresses: spans, areas, slots, ways in
 *     code_elf.c     an ELF image: addresses, relocated pointers, symbols, entries
 *     code_object.c  an ELF object file: linked in memory
 *     code_coff.c    an object file of Windows: the same
 *     code_pe.c      a PE image: addresses, imports, exports, symbols, entries
 *     code_pe_unwind.c .pdata: where functions begin and end
 *     code_macho.c   a Mach-O image: the same; code_macho_fix.c its pointers, code_macho_unwind.c its compact unwind data
 *     code_parts.c   several images in one file
 *     code_go.c      the function table of Go programs
 *     code_unwind.c  .eh_frame: where functions begin and end
 *     code_plt.c     the linker's stubs
 *     code_cut.c     all of these into disjoint functions, and the gaps between them
 *     code_refer.c   what an address means: a string, an import, a function, data
 *     code_counted.c texts that a number ends: Go's and Rust's
 *     code_print.c   what of a function stays equal when it is linked
 *     code_switch.c  switches, of any machine
 *     code_x86.c     decoding x86-64 and i386
 *     code_a64.c     decoding aarch64
 *     code_a32.c     decoding 32-bit ARM; code_t32.c its second instruction set
 *     code_listing.c an instruction as text
 *
 * Each loader knows one format and fills in the same struct; the others know none.
 */
#ifndef PL_FEATURE_CODE_IMAGE_H
#define PL_FEATURE_CODE_IMAGE_H

#include "base/cursor.h"
#include "base/vec.h"
#include "feature/code.h"
#include "format/binary/elf.h"

/* Executable bytes. */
struct pl_code_area {
    uint64_t address;
    uint64_t offset;
    uint64_t size;
    bool is_plt;
};

enum pl_code_seed_rank { PL_SEED_STUB, PL_SEED_UNWIND, PL_SEED_SYMBOL, PL_SEED_START };

/* In pl_function.flags until code.c has tied everything: see pl_code_seed.is_inside. */
#define PL_FUNCTION_INSIDE 0x80000000u

/* A place where a function begins. */
struct pl_code_seed {
    uint64_t address;
    uint64_t size; /* bytes; 0 when unknown */
    uint32_t rank; /* enum pl_code_seed_rank */
    uint32_t flags;
    bool is_padded; /* fill at the end does not belong to it */
    bool is_inside; /* the unwind entry says that a frame exists already: a split-off part */
    uint64_t
        part_of; /* address of the function that the unwind entry says it is a part of; 0 when it does not say */
    pl_bytes name;
    pl_bytes file; /* as in pl_function */
};

/* A part and the function it belongs to, by address. */
struct pl_code_part {
    uint64_t address;
    uint64_t owner;
};

/* Text up to a NUL in read-only data: [from, end) in the file. */
struct pl_code_text {
    uint32_t from;
    uint32_t end;
};

/* Text of two bytes a character; `text` is the same as UTF-8. */
struct pl_code_wide {
    uint32_t from;
    uint32_t end;
    pl_bytes text;
};

typedef PL_VEC(uint64_t) pl_code_addresses;

struct pl_code_range {
    uint64_t address;
    uint64_t size;
};

/* How a text ends. */
enum pl_code_texts {
    PL_TEXTS_NUL, /* by a NUL */
    PL_TEXTS_GO,  /* by a number that goes along with its address, in the order of Go's arguments */
    PL_TEXTS_RUST /* the same, in the order of C's; some have a NUL all the same */
};

struct pl_code_image {
    pl_bytes data; /* the whole file */
    size_t part;   /* of a file that holds several images: its number, and where it lies */
    uint64_t part_offset;
    uint64_t part_size;
    struct pl_arena *arena;
    struct pl_err *err;
    enum pl_code_machine machine;
    bool is_big_endian;
    bool is_fixed;                /* loaded where it says, so that absolute addresses stand in the code */
    bool knows_operands;          /* slots say of every operand that it is an absolute address */
    bool has_thunks;              /* a jump through the pointer of an import is a stub, wherever it stands */
    bool has_wide;                /* strings of two bytes a character are usual */
    bool is_go;                   /* it has the table of functions of a Go program */
    uint64_t go_table;            /* where in the file that stands */
    enum pl_code_texts texts_are; /* of Go: those of functions in its table */
    uint64_t got_base;            /* i386: what the GOT register holds; 0 when unknown */
    PL_VEC(struct pl_code_span) spans; /* by address, disjoint */
    PL_VEC(struct pl_code_area) areas; /* by address, disjoint */
    PL_VEC(struct pl_code_slot) slots; /* by address, each once */
    PL_VEC(struct pl_code_seed) seeds;
    PL_VEC(struct pl_code_entry) entries;
    PL_VEC(struct pl_code_text) texts; /* by from, disjoint */
    PL_VEC(struct pl_code_wide) wides; /* by from, disjoint */
    PL_VEC(struct pl_code_range)
    strings; /* objects of 32 bytes with a pointer to text at 16: Core Foundation's */
    PL_VEC(struct pl_code_range) holes; /* data between instructions; by address once settled */
    PL_VEC(struct pl_code_part) parts;  /* in no order */
    pl_code_addresses tables;           /* of absolute addresses that a switch jumps by; in order once cut */
    PL_VEC(struct pl_function) functions; /* by address, disjoint, once cut */
    PL_VEC(struct pl_code_gap) gaps;
    PL_VEC(pl_bytes) jump_names; /* imports in the order of the lazy relocations */
    uint64_t max_functions;      /* what limits leave for this part */
    uint64_t max_atoms;
    bool no_memory;       /* sticky */
    const char *too_many; /* then: no_memory says that there are more of these than allowed */
};

/* How an instruction uses an address. */
enum pl_code_use {
    PL_USE_ADDRESS,  /* computes it */
    PL_USE_LOAD,     /* reads or writes `width` bytes there */
    PL_USE_ELEMENT,  /* the same, at a distance that is not known */
    PL_USE_FLOAT,    /* reads a float or double there */
    PL_USE_CALL,     /* calls there */
    PL_USE_INDIRECT, /* calls or jumps to what stands there */
    PL_USE_JUMP,
    PL_USE_BRANCH, /* jumps there under a condition */
    PL_USE_TABLE   /* jumps to one of the addresses in a table there */
};

/* What decoding a range gives. Atoms of kind CALL carry the address in `value` and the pl_code_use in `hash` until code.c ties them. */
struct pl_code_sink {
    PL_VEC(struct pl_atom) atoms;
    pl_code_addresses tables; /* that switches jump by */
    PL_VEC(uint8_t) plain;    /* code_print.c: the instructions of one function, without addresses */
    size_t plain_end;         /* bytes of it before the fill at its end */
    size_t plain_masked;      /* bytes of it that were addresses */
    pl_shape_jumps jumps;     /* of one function */
    struct pl_shape shape;    /* of it, but for its loops */
    bool keeps_plain;
    bool keeps_jumps;             /* inside the range too */
    enum pl_code_texts texts_are; /* of the function */
    bool is_bad;                  /* some byte was no instruction */
    uint64_t max_atoms;
    bool no_memory; /* sticky */
    bool is_full;   /* then: no_memory says that there are more than max_atoms */
};

/* What was seen of a switch in the last instructions: a comparison, a jump on "above", the address of a table. */
struct pl_code_switch {
    uint64_t limit; /* immediate of the last comparison */
    uint32_t since_limit;
    bool has_limit;
    bool is_bounded; /* a jump on "above" came after it */
    uint32_t since_table;
    bool has_table;
    unsigned entry_bytes; /* of the table */
    uint64_t table;       /* address */
    size_t table_atom;
};

#define PL_COUNTED_EVENTS 16u

/* An address or a number in a register, or stored at `place` from a register on. */
struct pl_code_event {
    uint8_t kind; /* code_counted.c */
    uint8_t reg;
    uint32_t at; /* instruction */
    uint64_t place;
    uint64_t value; /* a number, or the index of an atom */
};

/* What the last instructions did with addresses of texts and with numbers. */
struct pl_code_counted {
    const struct pl_code_image *im;
    struct pl_code_sink *sink;
    struct pl_code_event events[PL_COUNTED_EVENTS];
    size_t n;
    uint32_t now;
};

/* code_counted.c: which texts the image has; before anything is decoded. */
void pl_code_find_texts(struct pl_code_image *im);
/* The text that a pointer in data leads to, as the image's texts are. */
pl_bytes pl_code_slot_text(const struct pl_code_image *im, const struct pl_code_slot *slot);
/* Of an image of Rust, when all is decoded: texts of C. PL_E_NOMEM. */
PL_MUST_USE pl_status pl_code_settle_alone(const struct pl_code_image *im, struct pl_code_sink *sink);
/* An instruction passes. Registers go by their numbers in instructions, places by a register or PL_COUNTED_FIXED and a distance. */
#define PL_COUNTED_FIXED 255u
void pl_code_counted_step(struct pl_code_counted *c);
/* A call or a jump: what was seen says nothing of what comes. */
void pl_code_counted_end(struct pl_code_counted *c);
/* The register holds something else. */
void pl_code_counted_write(struct pl_code_counted *c, unsigned reg);
/* It holds what another one does. */
void pl_code_counted_copy(struct pl_code_counted *c, unsigned to, unsigned from);
/* It holds the address of which this atom was made: data from now on, until a length is found. */
void pl_code_counted_address(struct pl_code_counted *c, unsigned reg, size_t atom);
void pl_code_counted_number(struct pl_code_counted *c, unsigned reg, uint64_t value);
/* A register, or a number, is stored. */
void pl_code_counted_store(struct pl_code_counted *c, unsigned base, uint64_t place, unsigned reg);
void pl_code_counted_store_number(struct pl_code_counted *c, unsigned base, uint64_t place, uint64_t value);

/* code_print.c: one instruction more; `masked` of its bytes were addresses, and are zero now. */
void pl_code_print_add(struct pl_code_sink *sink, const uint8_t *bytes, size_t n, size_t masked,
                       bool is_fill);
/* The print of what was added since the last one. */
pl_status pl_code_print_end(struct pl_code_sink *sink, enum pl_code_machine machine,
                            struct pl_code_print *out, struct pl_err *err);

/* code_switch.c: an instruction passes. */
void pl_code_switch_age(struct pl_code_switch *s);
void pl_code_switch_compare(struct pl_code_switch *s, uint64_t limit);
/* The atoms from `before` on were made by a use of `address` that may be of a table. */
void pl_code_switch_table(struct pl_code_switch *s, const struct pl_code_sink *sink, size_t before,
                          uint64_t address);
/* An indirect jump at byte `at`: behind a bounded comparison and the address of a table it is a switch, and its atom is made. */
void pl_code_switch_end(struct pl_code_switch *s, const struct pl_code_image *im, struct pl_code_sink *sink,
                        uint64_t at);

/* Is it NULL-free: does [address, address + size) lie in one area or span? NULL when not. O(log n). */
const struct pl_code_area *pl_code_area_at(const struct pl_code_image *im, uint64_t address);
const struct pl_code_span *pl_code_span_at(const struct pl_code_image *im, uint64_t address);
/* `n` bytes of the file at an address; empty when they are not all in the file. */
pl_bytes pl_code_bytes_at(const struct pl_code_image *im, uint64_t address, uint64_t n);
const struct pl_code_slot *pl_code_slot_at(const struct pl_code_image *im, uint64_t address);
/* Text from an address in read-only data up to its NUL; empty when there is none. */
pl_bytes pl_code_text_at(const struct pl_code_image *im, uint64_t address);
/* May all of these bytes stand in a string? */
bool pl_code_is_text(pl_bytes b);
/* Does a text begin here, behind a NUL, so that it ends with one, too? */
bool pl_code_stands_alone(const struct pl_code_image *im, uint64_t address);
uint32_t pl_code_function_at(const struct pl_function *functions, size_t n, uint64_t address);

struct pl_atom *pl_code_emit(struct pl_code_sink *sink, enum pl_atom_kind kind, uint64_t at, uint64_t value);
/* Add the atoms of a use of `address` by the instruction at byte `at`. */
void pl_code_refer(const struct pl_code_image *im, struct pl_code_sink *sink, uint64_t at, uint64_t address,
                   enum pl_code_use use, unsigned width);
/* Add the constant unless it is dull; `raw` is its bytes in the file where they can be text. */
void pl_code_constant(struct pl_code_sink *sink, uint64_t at, uint64_t value, pl_bytes raw);

/* Fields in the byte order of the image. */
uint16_t pl_code_u16(const struct pl_code_image *im, struct pl_cursor *c);
uint32_t pl_code_u32(const struct pl_code_image *im, struct pl_cursor *c);
uint64_t pl_code_u64(const struct pl_code_image *im, struct pl_cursor *c);
/* code_space.c: what lies outside of the file is left out. Memory trouble is sticky. */
void pl_code_add_span(struct pl_code_image *im, struct pl_code_span span);
void pl_code_add_area(struct pl_code_image *im, struct pl_code_area area);
void pl_code_add_strings(struct pl_code_image *im, uint64_t address, uint64_t size);
void pl_code_add_hole(struct pl_code_image *im, uint64_t address, uint64_t size);
void pl_code_add_slot(struct pl_code_image *im, struct pl_code_slot slot);
void pl_code_add_entry(struct pl_code_image *im, const char *what, uint64_t address);
/* Sort spans and areas, slots, and holes, so that each address is in one at most. */
void pl_code_settle_space(struct pl_code_image *im);
void pl_code_settle_slots(struct pl_code_image *im);
void pl_code_settle_holes(struct pl_code_image *im);
/* The first hole that ends behind `address`. */
size_t pl_code_first_hole(const struct pl_code_image *im, uint64_t address);
/*
 * code_elf.c: fill in everything up to the seeds. *unsupported is set when there is no decoder; functions with a known end are cut then, too.
 * A sticky im->no_memory is looked at by who calls.
 */
pl_status pl_code_load_elf(struct pl_code_image *im, const char **unsupported);
/* code_elf_fixed.c: slots for the pointers in data that no relocation names; seeds are known. */
void pl_code_add_fixed_pointers(struct pl_code_image *im, const struct pl_elf *elf);
/* code_object.c: the same for an ELF object file; offsets stay those of the file, and im->data becomes a relocated copy */
pl_status pl_code_load_object(struct pl_code_image *im, const struct pl_elf *elf, const char **unsupported);
/* code_coff.c: the same for an object file of Windows */
bool pl_code_is_coff(pl_bytes data);
pl_status pl_code_load_coff(struct pl_code_image *im, const char **unsupported);
/* code_pe.c: the same for PE */
pl_status pl_code_load_pe(struct pl_code_image *im, const char **unsupported);
/* code_macho.c: the same for the part of a Mach-O file that im says, and where part `i` lies; false when there is none. */
pl_status pl_code_load_macho(struct pl_code_image *im, const char **unsupported);
bool pl_code_part_of_macho(pl_bytes data, size_t i, uint64_t *offset, uint64_t *size);
void pl_code_gather_texts(struct pl_code_image *im);
void pl_code_seed_add(struct pl_code_image *im, struct pl_code_seed seed);
/* code_parts.c: put `part` behind what `all` holds. When its addresses are not all above, `all` is unsupported and as it was but for its size. */
pl_status pl_code_join(struct pl_code *all, const struct pl_code *part, struct pl_arena *arena,
                       struct pl_err *err);
/* code_unwind.c */
void pl_code_read_unwind(struct pl_code_image *im, pl_bytes table, uint64_t table_address, bool is_64);
/* code_go.c: seeds of the function table of a Go program, if it is one. */
void pl_code_read_go(struct pl_code_image *im);
/* code_plt.c: seeds of all stubs. */
void pl_code_read_stubs(struct pl_code_image *im);
/* Is all of `code` a jump through the pointer of an import? Then its name. */
bool pl_code_is_thunk_of(const struct pl_code_image *im, pl_bytes code, uint64_t address, pl_bytes *name);
/* The pattern of hex digits, `?` for any digit, spaces ignored, fits the front of `code`: its bytes, else 0. */
size_t pl_code_fits(pl_bytes code, const char *pattern);
/* code_runtime.c: is this start-up code, by content? */
bool pl_code_is_runtime(enum pl_code_machine machine, pl_bytes code);
/* code_cut.c: functions with a known end; then those between them that begin at `starts`, and the gaps. */
void pl_code_cut_sized(struct pl_code_image *im);
void pl_code_cut_rest(struct pl_code_image *im, pl_code_addresses *starts);
/* Remember the tables of switches that decoding found. */
void pl_code_note_tables(struct pl_code_image *im, const struct pl_code_sink *sink);
/* Decode a range into atoms, by machine. `address` is of the first byte. */
void pl_code_decode(const struct pl_code_image *im, struct pl_code_sink *sink, uint64_t address,
                    pl_bytes code, uint64_t offset);
void pl_code_decode_x86(const struct pl_code_image *im, struct pl_code_sink *sink, uint64_t address,
                        pl_bytes code, uint64_t offset);
void pl_code_decode_a64(const struct pl_code_image *im, struct pl_code_sink *sink, uint64_t address,
                        pl_bytes code, uint64_t offset);
/*
 * Bytes of the instruction at the front of `code`, 1 when it is none; *is_fill: a no-operation that carries nothing, a trap, or zeros.
 */
size_t pl_code_step(const struct pl_code_image *im, pl_bytes code, bool *is_fill);
size_t pl_code_step_x86(enum pl_code_machine machine, pl_bytes code, bool *is_fill);
size_t pl_code_step_a64(pl_bytes code, bool *is_fill);
void pl_code_decode_a32(const struct pl_code_image *im, struct pl_code_sink *sink, uint64_t address,
                        pl_bytes code, uint64_t offset);
size_t pl_code_step_a32(pl_bytes code, bool *is_fill);
/* An address of code as it stands in a table: without the bit that says in which instruction set of 32-bit ARM it is. */
uint64_t pl_code_address(const struct pl_code_image *im, uint64_t address);

#endif
