/*
 * javaclass.h - compiled Java: a .class file with each byte owned by its constant pool, a field, a method or an attribute.
 *
 * Tables are numbered as in the file. What a part uses of the constant pool is listed, so that a constant that no part
 * needs can be seen.
 */
#ifndef PL_FORMAT_BINARY_JAVACLASS_H
#define PL_FORMAT_BINARY_JAVACLASS_H

#include "base/bytes.h"
#include "base/status.h"
#include "base/vec.h"

#define PL_JAVACLASS_NONE UINT32_MAX

enum pl_javaclass_tag {
    PL_JAVA_UTF8 = 1,
    PL_JAVA_INTEGER = 3,
    PL_JAVA_FLOAT = 4,
    PL_JAVA_LONG = 5,
    PL_JAVA_DOUBLE = 6,
    PL_JAVA_CLASS = 7,
    PL_JAVA_STRING = 8,
    PL_JAVA_FIELD_REF = 9,
    PL_JAVA_METHOD_REF = 10,
    PL_JAVA_INTERFACE_METHOD_REF = 11,
    PL_JAVA_NAME_AND_TYPE = 12,
    PL_JAVA_METHOD_HANDLE = 15,
    PL_JAVA_METHOD_TYPE = 16,
    PL_JAVA_DYNAMIC = 17,
    PL_JAVA_INVOKE_DYNAMIC = 18,
    PL_JAVA_MODULE = 19,
    PL_JAVA_PACKAGE = 20
};

enum {
    PL_JAVA_ACC_STATIC = 0x0008,
    PL_JAVA_ACC_BRIDGE = 0x0040,
    PL_JAVA_ACC_INTERFACE = 0x0200,
    PL_JAVA_ACC_SYNTHETIC = 0x1000,
    PL_JAVA_ACC_ENUM = 0x4000,
    PL_JAVA_ACC_MODULE = 0x8000
};

struct pl_javaclass_constant {
    uint8_t tag; /* 0: the second half of a long or double, and number 0 */
    uint16_t a,
        b; /* numbers of constants; of a method handle: its kind and the member; of dynamic ones: the bootstrap method */
    uint64_t offset;
    uint64_t length;
    pl_bytes text;  /* PL_JAVA_UTF8; borrowed from the file, modified UTF-8 */
    uint64_t value; /* of the four kinds of numbers, as their bits */
};

struct pl_javaclass_attribute {
    pl_bytes name;
    uint64_t offset; /* of its header of 6 bytes */
    uint64_t length; /* with the header */
    pl_bytes body;
    uint32_t member; /* it belongs to; PL_JAVACLASS_NONE: to the class */
    uint8_t level;   /* 0 of the class, a field or a method; 1 of code; 1 and more of a record's component */
    bool is_known;   /* its body was read, and nothing is left over */
};

struct pl_javaclass_member {
    bool is_method;
    uint16_t access;
    pl_bytes name;
    pl_bytes descriptor;
    uint64_t offset;
    uint64_t length;
    uint16_t constant; /* of a field: its ConstantValue, 0 when it has none */
    pl_bytes code;     /* of a method: its instructions; empty when it has none */
    uint64_t code_offset;
    bool has_lines;
    uint32_t first_line, last_line; /* the smallest and largest of its line table */
};

/* Constant `number` is used by `member` (PL_JAVACLASS_NONE: the class), in instructions or elsewhere. */
struct pl_javaclass_use {
    uint32_t member;
    uint16_t number;
    bool is_string; /* the text of an annotation */
};

struct pl_javaclass_inner {
    pl_bytes inner; /* "pkg/Outer$1" */
    pl_bytes outer; /* empty: it is local or anonymous */
    pl_bytes name;  /* empty: it is anonymous */
};

struct pl_javaclass_bootstrap {
    uint16_t method; /* number of the method handle */
    uint32_t first;  /* of its arguments in bootstrap_arguments */
    uint32_t n;
};

struct pl_javaclass {
    pl_bytes data; /* borrowed */
    uint16_t major;
    uint16_t access;
    pl_bytes name;  /* "pkg/Outer$Inner" */
    pl_bytes super; /* empty for java/lang/Object and modules */
    pl_bytes source_file;
    pl_bytes enclosing_class, enclosing_method; /* of local and anonymous classes */
    uint64_t pool_end, head_end;                /* the constant pool and the interfaces end here */
    PL_VEC(struct pl_javaclass_constant) constants;
    PL_VEC(uint16_t) interfaces;
    PL_VEC(struct pl_javaclass_member) members; /* fields, then methods */
    PL_VEC(struct pl_javaclass_attribute) attributes;
    PL_VEC(struct pl_javaclass_use) uses;
    PL_VEC(struct pl_javaclass_inner) inners;
    PL_VEC(struct pl_javaclass_bootstrap) bootstraps;
    PL_VEC(uint16_t) bootstrap_arguments;
    uint64_t end; /* behind the last attribute of the class */
};

/* One instruction. */
struct pl_javaclass_instruction {
    uint32_t at; /* byte in the code */
    uint32_t length;
    uint8_t opcode;    /* of a wide one: that of the instruction it widens */
    uint16_t constant; /* number in the pool, 0 when it has none */
    int32_t value;     /* of bipush, sipush, iconst; of a switch: the number of its cases */
};

/*
 * Read all of `data`. PL_E_INPUT when it is no class file or its parts make no sense; PL_E_UNSUPPORTED for a version that is newer than
 * those known here. A known attribute with bytes left over, and one that is not known, are listed with is_known false. Reset in every case.
 */
PL_MUST_USE pl_status pl_javaclass_read(pl_bytes data, struct pl_javaclass *out, struct pl_err *err);
void pl_javaclass_reset(struct pl_javaclass *c);

/* The next instruction of `code` at *at; false at the end, and with *at before the end when the instruction makes no sense. */
bool pl_javaclass_next(pl_bytes code, uint32_t *at, struct pl_javaclass_instruction *out);

/* Texts behind a number; empty when it is something else. */
pl_bytes pl_javaclass_utf8(const struct pl_javaclass *c, uint32_t number);
/* Of a class, string, module, package or method type: its text; of anything with a name and type: the name. */
pl_bytes pl_javaclass_text(const struct pl_javaclass *c, uint32_t number);
/* Of a field or method: the class it is asked of. */
pl_bytes pl_javaclass_owner(const struct pl_javaclass *c, uint32_t number);
pl_bytes pl_javaclass_descriptor(const struct pl_javaclass *c, uint32_t number);
/* The constant; that of number 0, without a tag, when there is none of that number. */
const struct pl_javaclass_constant *pl_javaclass_at(const struct pl_javaclass *c, uint32_t number);

#endif
