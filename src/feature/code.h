/*
 * code.h - the functions of a compiled image and their atoms.
 */
#ifndef PL_FEATURE_CODE_H
#define PL_FEATURE_CODE_H

#include "base/arena.h"
#include "feature/atoms.h"
#include "feature/shape.h"
#include "model/limits.h"

enum pl_code_machine { PL_CODE_NONE, PL_CODE_X86_64, PL_CODE_I386, PL_CODE_A64, PL_CODE_A32 };

enum pl_function_flags {
    PL_FUNCTION_UNWIND = 1,      /* bounded by an unwind entry */
    PL_FUNCTION_EXPORTED = 2,    /* has a name that other images can use */
    PL_FUNCTION_THUNK = 4,       /* one jump */
    PL_FUNCTION_COLD = 8,        /* a split-off part; `owner` is the function it belongs to */
    PL_FUNCTION_PLT = 16,        /* linker's stub for an import */
    PL_FUNCTION_RUNTIME = 32,    /* compiler's and C library's start-up code, by content */
    PL_FUNCTION_BAD_DECODE = 64, /* some byte of it is no instruction */
    PL_FUNCTION_CALLED = 128,    /* an instruction of another function calls it, or jumps to its start */
    PL_FUNCTION_POINTED = 256,   /* an instruction computes its address, or a pointer in data holds it */
    PL_FUNCTION_GO = 512         /* in the table of a Go program */
};

struct pl_code_print {
    uint64_t v[2]; /* the front of a SHA-256 */
};

static inline int pl_code_print_compare(const struct pl_code_print *a, const struct pl_code_print *b)
{
    for (unsigned i = 0; i < 2; i++)
        if (a->v[i] != b->v[i])
            return a->v[i] < b->v[i] ? -1 : 1;
    return 0;
}

/* All zero: too few bytes to tell it from others. */
static inline bool pl_code_print_is_none(const struct pl_code_print *p)
{
    return (p->v[0] | p->v[1]) == 0;
}

struct pl_function {
    uint64_t address; /* virtual */
    uint64_t offset;  /* byte in the file */
    uint64_t size;    /* bytes */
    uint32_t first_atom;
    uint32_t n_atoms; /* in address order of the instructions */
    uint32_t owner;   /* of a cold part: index of its function; else its own index */
    uint32_t flags;
    enum pl_code_machine machine;
    pl_bytes name; /* from a symbol or export; empty when stripped */
    /*
     * Digest of its instructions without the operands that are addresses, and without fill at its end: equal for a function in an object
     * file and in whatever it was linked into. All zero when there are too few other bytes to tell one function from another.
     */
    struct pl_code_print print;
    struct pl_shape shape; /* x86 only */
    pl_bytes
        file; /* source file that the image itself says it comes from; a hint; empty when it does not say */
};

/* A range of executable bytes between functions: padding, or something else. */
struct pl_code_gap {
    uint64_t offset;
    uint64_t length;
    bool is_fill; /* nops, int3 or zeros only */
};

/* A place that control can enter from outside of ordinary calls. */
struct pl_code_entry {
    const char *what; /* "entry point", "init_array[0]", "ifunc resolver", "export" */
    uint64_t address;
    uint32_t function; /* index, or PL_NO_TARGET when it is in none */
};

/*
 * A pointer in data that the loader fills in. What it holds: `name` when another image defines it, else `target`.
 */
struct pl_code_slot {
    uint64_t address;  /* virtual, of the pointer */
    uint64_t target;   /* virtual; 0 when another image defines it */
    pl_bytes name;     /* symbol without its version; empty when there is none */
    pl_bytes text;     /* the string it points to, if it is one */
    pl_bytes library;  /* that is asked for the name; empty when any may define it */
    uint32_t function; /* index of the function that begins at `target`, or PL_NO_TARGET */
    bool is_copy;      /* no pointer: the loader copies the object of that name here */
    bool is_operand;   /* stands in an instruction */
    bool is_resolver;  /* the loader calls `target` to learn the pointer */
};

/* A loaded part of the file. */
struct pl_code_span {
    uint64_t address;
    uint64_t memory_bytes; /* at least size */
    uint64_t offset;
    uint64_t size; /* bytes in the file */
    bool is_writable;
};

struct pl_code {
    pl_bytes image;                /* the bytes that offsets count in; borrowed */
    struct pl_function *functions; /* by address; disjoint */
    size_t n_functions;
    struct pl_atom *atoms;
    size_t n_atoms;
    struct pl_code_gap *gaps;
    size_t n_gaps;
    struct pl_code_entry *entries;
    size_t n_entries;
    struct pl_code_slot *slots; /* by address */
    size_t n_slots;
    uint64_t *data; /* addresses of data that functions refer to, in order, each once */
    size_t n_data;
    struct pl_code_span *spans; /* by address; disjoint */
    size_t n_spans;
    unsigned word_bytes; /* of a pointer: 4 or 8 */
    bool is_big_endian;
    bool is_go;              /* it carries the table of functions of a Go program */
    uint64_t go_table;       /* where in the file that stands (format/binary/go_table.h) */
    bool is_rust;            /* it names files of Rust's own library */
    uint64_t code_bytes;     /* executable bytes in sections or segments */
    const char *unsupported; /* why there are no atoms ("no decoder for elf-riscv"); NULL when there are */
};

/*
 * Cut the executable parts of an image of any known format into functions and gather their atoms. Everything is taken from `arena` and
 * borrows from `image`. PL_E_INPUT when it is no image; PL_E_LIMIT when it has more than limits->functions, atoms than limits->tokens, or
 * fills the arena. Never fails on odd code: what cannot be decoded is flagged. O(n log n).
 */
PL_MUST_USE pl_status pl_code_of(pl_bytes image, const struct pl_limits *limits, struct pl_arena *arena,
                                 struct pl_code *out, struct pl_err *err);

/* The first of code->data that is not below `address`, as an index; n_data when all are. O(log n). */
size_t pl_code_data_from(const struct pl_code *code, uint64_t address);

#define PL_CODE_TEXT_BYTES 128

/*
 * The instruction at the front of `code`, which stands at `address`, as text in Intel's spelling; words of ARM code as numbers. Gives its
 * length in bytes, 0 when `code` is empty. A byte that is no instruction is shown as a byte.
 */
size_t pl_code_text_of(enum pl_code_machine machine, uint64_t address, pl_bytes code,
                       char text[PL_CODE_TEXT_BYTES]);

/*
 * The pointers of the object at `address`: those up to the next place that code refers to, or to 64 bytes without one. *n is their
 * number. Borrowed; NULL when there is none. O(log n + *n).
 */
const struct pl_code_slot *pl_code_table(const struct pl_code *code, uint64_t address, size_t *n);

#endif
