/*
 * java_source.h - what a .java file declares: classes within each other, their members, and what stands between which tokens.
 *
 * A member is a range of tokens. The bodies of classes within it (anonymous, local) are not its own: lambdas are. Positions are numbers of
 * tokens of `lex`; classes and members have numbers in order of the text.
 */
#ifndef PL_FEATURE_JAVA_SOURCE_H
#define PL_FEATURE_JAVA_SOURCE_H

#include "base/arena.h"
#include "base/buf.h"
#include "feature/source_lex.h"

#define PL_JAVA_NONE UINT32_MAX

enum pl_java_class_kind {
    PL_JAVA_KIND_CLASS,
    PL_JAVA_KIND_INTERFACE,
    PL_JAVA_KIND_ENUM,
    PL_JAVA_KIND_RECORD
};

struct pl_java_class {
    pl_bytes name;        /* empty: anonymous */
    pl_bytes super;       /* anonymous: the last name of the type behind `new`, or the enumeration */
    uint32_t outer;       /* number of the class around it, or PL_JAVA_NONE */
    uint32_t member;      /* number of the member around it when it is anonymous or local, or PL_JAVA_NONE */
    uint32_t head;        /* its first token: of the modifiers, or of `new` */
    uint32_t open, close; /* its braces */
    uint8_t kind;
};

enum pl_java_member_kind {
    PL_JAVA_METHOD,
    PL_JAVA_CONSTRUCTOR,
    PL_JAVA_FIELD,
    PL_JAVA_INITIALISER,
    PL_JAVA_ENUM_CONSTANT,
    PL_JAVA_COMPONENT /* of a record */
};

struct pl_java_parameter {
    pl_bytes type; /* the last name of it: "Entry" of Map.Entry<K, V>[] */
    uint8_t dimensions;
};

struct pl_java_member {
    pl_bytes name;
    uint32_t class;
    uint32_t first, end;      /* tokens, modifiers included */
    uint32_t first_parameter; /* of methods and constructors */
    uint32_t n_parameters;
    uint8_t kind;
    bool is_static;
};

struct pl_java_literal {
    uint32_t token;
    uint8_t kind; /* PL_TOKEN_STRING, PL_TOKEN_CHARACTER or PL_TOKEN_NUMBER */
    bool is_float;
    pl_bytes
        text; /* of strings and characters: in modified UTF-8, as a class file has it; of numbers: as written */
    uint64_t value; /* of numbers; of characters the first UTF-16 unit */
};

struct pl_java_source {
    struct pl_source_lex lex;
    struct pl_arena arena; /* decoded texts */
    PL_VEC(struct pl_java_class) classes;
    PL_VEC(struct pl_java_member) members;
    PL_VEC(struct pl_java_parameter) parameters;
    PL_VEC(struct pl_java_literal) literals; /* by token */
    pl_bytes package;                        /* "org.example"; in the arena */
};

/*
 * Read a text. Total: what is not understood is passed over. `text` is borrowed until the reset, which is needed in every case.
 * Decoded texts are `max_bytes` at most. PL_E_NOMEM, PL_E_LIMIT.
 */
PL_MUST_USE pl_status pl_java_source_read(pl_bytes text, const struct pl_limits *limits, size_t max_bytes,
                                          struct pl_java_source *out, struct pl_err *err);
void pl_java_source_reset(struct pl_java_source *s);

/* The line of a token, counted from 1. O(length of the text before it). */
uint32_t pl_java_line_of(const struct pl_java_source *s, uint32_t token);
/* Does a token of this kind compute something from numbers? */
bool pl_java_is_operator(uint8_t kind);
/* The first literal at or behind a token. */
size_t pl_java_first_literal(const struct pl_java_source *s, uint32_t token);

/* Append a string or character, between the quotes, in modified UTF-8 (JVMS 4.4.7). `is_latin1`: a byte is a character. */
void pl_java_decode(pl_bytes body, bool is_block, bool is_latin1, struct pl_buf *out);
bool pl_java_is_utf8(pl_bytes text);
/* The first UTF-16 unit of a text in modified UTF-8. */
uint64_t pl_java_first_unit(pl_bytes text);

#endif
