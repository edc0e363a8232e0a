/*
 * pyc.h - compiled Python: the header, and each code object with the names and constants that it uses.
 */
#ifndef PL_FORMAT_BINARY_PYC_H
#define PL_FORMAT_BINARY_PYC_H

#include "base/bytes.h"
#include "base/status.h"
#include "base/vec.h"

#define PL_PYC_HEADER_BYTES 16u
#define PL_PYC_DEPTH        64u /* code objects and tuples within each other */

enum pl_pyc_kind {
    PL_PYC_NAME,   /* global, attribute, imported module, local or free variable */
    PL_PYC_STRING, /* a constant */
    PL_PYC_NUMBER, /* a whole number among the constants, in `value` */
    PL_PYC_FLOAT,  /* bits of a double, in `value` */
    PL_PYC_BOOL,   /* 0 or 1, in `value` */
    PL_PYC_OTHER   /* file name and the like: says nothing about what is done */
};

/* A text or number that a code object refers to. */
struct pl_pyc_fact {
    enum pl_pyc_kind kind;
    uint32_t code; /* index of the code object */
    uint64_t offset;
    uint64_t length; /* bytes of its record; a reference's own when it stands elsewhere */
    pl_bytes text;   /* borrowed from the file */
    int64_t value;
    uint32_t item; /* its index in the tuple it stands in; UINT32_MAX: in none */
    uint32_t
        top; /* the index, in the outermost tuple, of what it is a part of: of constants, what instructions count by */
};

/* A code object: [offset, offset + length) of the file, those inside of it included. */
struct pl_pyc_code {
    uint64_t offset;
    uint64_t length;
    pl_bytes name;
    uint32_t first_line;
    pl_bytes instructions;
    pl_bytes lines; /* co_linetable, or co_lnotab */
    pl_bytes kinds; /* of local names, from 3.11 on: a byte each */
    /* Facts of the parts: [constants, names) constants, [names, locals) global names and attributes, [locals, end) local ones. */
    uint32_t constants, names, locals, end;
};

struct pl_pyc {
    uint32_t magic;
    uint32_t flags;
    uint32_t source_size;             /* of the .py, when flags are 0; else 0 */
    uint64_t source_hash;             /* of the .py, when bit 0 of flags is set (PEP 552); else 0 */
    PL_VEC(struct pl_pyc_code) codes; /* inner ones before those around them */
    PL_VEC(struct pl_pyc_fact) facts;
    PL_VEC(struct pl_pyc_fact) refs; /* what later records refer back to, by number */
    uint64_t end;                    /* behind the last record */
};

/*
 * Read all of `data`. PL_E_UNSUPPORTED for a version without a reader (3.8 to 3.13 have one), PL_E_INPUT for records that make no
 * sense or reach over the end, PL_E_LIMIT for more than PL_PYC_DEPTH levels. Reset in every case.
 */
PL_MUST_USE pl_status pl_pyc_read(pl_bytes data, struct pl_pyc *out, struct pl_err *err);
void pl_pyc_reset(struct pl_pyc *p);

#endif
