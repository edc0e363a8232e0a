/*
 * atoms.h - what no compiler may drop: the vocabulary that binary and source functions share.
 *
 * An atom is a string a function refers to, an import it calls, a distinctive constant, a call of another function. Both sides hash an
 * atom's value in the same way, so that equal atoms have equal hashes. docs/matching.md, "Functions".
 */
#ifndef PL_FEATURE_ATOMS_H
#define PL_FEATURE_ATOMS_H

#include "base/bytes.h"

enum pl_atom_kind {
    PL_ATOM_STRING, /* text: the string without its NUL (binary), a joined literal, decoded (source) */
    PL_ATOM_IMPORT, /* text: the symbol without its version (binary only; the source has PL_ATOM_CALL) */
    PL_ATOM_CALL,   /* binary: a call or reference to another function of the image, in `target`;
                         source: text is the identifier that is called or whose address is taken */
    PL_ATOM_CONSTANT, /* value: an immediate or a literal number that is not an address, below PL_ATOM_DULL or a dull mask */
    PL_ATOM_FLOAT, /* value: the bits of a double; binary: `text` is its bytes in the file */
    PL_ATOM_DATA, /* binary: a reference to data that is no string, by address in `value`; source: a file-scope object by name */
    PL_ATOM_SWITCH,      /* value: number of cases; binary: `text` is the table's bytes in the file */
    PL_ATOM_SYSCALL,     /* binary: a raw system call instruction */
    PL_ATOM_STRING_PART, /* source: a literal with a macro's value before or behind it */
    PL_ATOM_NAME,        /* source: a name that is not called */
    PL_ATOM_STEPS,       /* source: instructions in a row, of assembly; only the hash (feature/mnemonics.h) */
    /* Of scripts only (feature/script_atoms.h): */
    PL_ATOM_CHUNK,    /* a constant part of a template */
    PL_ATOM_PROPERTY, /* the name of a property, method or key */
    PL_ATOM_GLOBAL,   /* a name that the language or its host defines */
    PL_ATOM_MODULE,   /* what an import names */
    PL_ATOM_REGEX,
    PL_ATOM_WORD, /* any name, where nothing renames names */
    PL_ATOM_KIND_COUNT
};

#define PL_NO_TARGET UINT32_MAX

struct pl_atom {
    uint64_t hash;   /* pl_atom_hash() of the value; 0 where only `target` or `value` counts */
    uint64_t value;  /* constants, floats, addresses */
    uint64_t at;     /* byte in the file: of the instruction (binary), of the token (source) */
    pl_bytes text;   /* strings and names; borrowed from the file, the tree or the arena */
    uint32_t target; /* PL_ATOM_CALL, binary: index of the called function; else PL_NO_TARGET */
    uint8_t kind;    /* enum pl_atom_kind */
};

/* Deterministic on every machine; the kind is not part of it, so that an import equals a source call of that name. */
uint64_t pl_atom_hash_text(pl_bytes text);
uint64_t pl_atom_hash_value(uint64_t value);

/* Is this number too common to tell anything: small, a power of two or one less, an all-ones mask, a character? */
bool pl_atom_is_dull(uint64_t value);

#endif
