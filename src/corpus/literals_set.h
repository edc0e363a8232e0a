/*
 * literals_set.h - what literals_build.c fills and literals.c asks; nobody else includes this.
 */
#ifndef PL_CORPUS_LITERALS_SET_H
#define PL_CORPUS_LITERALS_SET_H

#include "base/buf.h"
#include "corpus/literals.h"
#include "corpus/macros.h"

#define PL_LITERAL_NEAR_BYTES 8u /* shorter literals have neighbours by chance */
#define PL_LITERAL_END_BYTES  8u /* of a literal's start or end that is looked up for the loose rules */

#define PL_LITERAL_FORMATS  256u
#define PL_LITERAL_VERSIONS 4096u

#define PL_LITERAL_MACRO_BYTES 512u /* longer arguments of macros are not kept */

/* Rows of the rule table; some are also the kinds of entries. */
enum literal_rule {
    RULE_EQUAL,
    RULE_TILED,
    RULE_NUL_PIECE,
    RULE_VECTOR_PIECE,
    RULE_WORD,
    RULE_FILE,
    RULE_MACRO_TEXT,
    RULE_HEADER,
    RULE_MACRO,
    RULE_BUILD_VALUE,
    RULE_CHARACTERS,
    RULE_PUTS,
    RULE_TYPE_NAME,
    RULE_SIGNATURE,
    RULE_FORMATTED,
    RULE_OTHER_VERSION,
    RULE_OPTIONS,
    RULE_DEFINED,
    RULE_RUST_PIECE,
    RULE_RUST_PLACE,
    RULE_GO_JOINED,
    RULE_GO_VERSION,
    RULE_SWIG,
    RULE_NICK,
    RULE_DBUS,
    RULE_WHOLE_FILE,
    RULE_CONCAT,
    RULE_ARMS,
    RULE_CONFIGURED,
    RULE_EXPANDED,
    RULE_TEXT,
    RULE_LINES,
    RULE_UNREACHED,
    RULE_COUNT,
    /* Entries that explain no string by themselves. */
    KIND_HEADER_WORD = RULE_COUNT, /* in a definition of a header that the source reaches */
    KIND_MACRO_WORD,               /* in what a use of a macro expands to, and not in the source */
    KIND_BUILD_WORD,               /* in a build file, 2 bytes and more; behind -l shorter ones too */
    KIND_LIBRARY,                  /* soname that a -dev package of the build has a link to */
    KIND_IDENTIFIER,               /* anywhere in a C++ header */
    KIND_BUILD_TEXT,               /* the build files define a macro as this text, for all units */
    KIND_SCRIPT_WORD, /* in a script of the source, or another language that is not compiled to machine code */
    KIND_INLINE_WORD,   /* in an inline function that the source reaches, of no package of the toolchain */
    KIND_TEMPLATE_WORD, /* in a literal of such a file */
    KIND_JOINED_FRONT,  /* what a macro joins an argument to, in front of it */
    KIND_JOINED_END,    /* and behind it */
    KIND_JOINED_CPP,    /* behind it, by any macro of a header in a tree with C++ */
    KIND_DEFINE_FRONT,  /* how names of macros begin that a script looks for: literals_defines.c */
    KIND_SWIG_INPUT,    /* that the own source has one: literals_swig.c */
    KIND_DBUS_NAME,     /* of an interface, method, signal or property: literals_dbus.c */
    KIND_DBUS_CLASS,    /* what classes for an interface are called, without the namespace */
    KIND_GO_TEXT        /* a literal of Go, whatever other language has it, too */
};

struct literal {
    uint32_t hash;   /* of kind and text: its low half */
    uint32_t text;   /* where its bytes begin in `texts` */
    uint32_t length; /* bytes */
    uint32_t file;   /* position in `files`, and behind them in `header_files` */
    uint32_t line_1based;
    uint8_t kind; /* enum literal_rule */
};

/* Which part of a literal a key is made of. */
enum key_part { KEY_FIRST_THIRD, KEY_MIDDLE_THIRD, KEY_LAST_THIRD, KEY_START, KEY_END, KEY_PARTS };

struct literal_key {
    uint32_t key;
    uint32_t literal;
};

/* Literals with #if between them, in order: literals_arms.c. */
enum literal_arm_kind {
    ARM_START, /* of a pattern, with its place */
    ARM_TEXT,
    ARM_IF,
    ARM_ELSE,
    ARM_END,    /* no arm may be taken */
    ARM_END_ALL /* one is */
};

#define PL_LITERAL_STRING_BYTES 65536u /* of the longest string that is asked for */

#define ARM_STARTS 257u /* lists of patterns: of each byte, and of those that begin with no text */

/* What every string is that a pattern makes: most are none of its, and need not be tried. */
struct literal_arm_limits {
    uint64_t least, most; /* bytes */
    uint64_t first[4];    /* a bit for each byte that it may begin with */
};

struct literal_arm {
    uint64_t text; /* where its bytes begin in `texts` */
    uint32_t length;
    uint32_t file;
    uint32_t line_1based;
    enum literal_arm_kind kind;
};

typedef PL_VEC(struct literal_arm) literal_arms;

/* An inline function of a header that the source reaches. */
struct header_body {
    pl_bytes text; /* borrowed from the packed headers */
    pl_bytes path; /* as the compiler sees it: "/usr/include/x.h" */
    uint32_t file;
};

struct pl_literals {
    const struct pl_index *index;
    pl_source_ref *files; /* in order of preference; malloc */
    size_t n_files;
    PL_VEC(const struct pl_source_file *) header_files; /* names only; in header_arena */
    struct pl_arena header_arena;
    PL_VEC(struct header_body) bodies; /* while the set is built */
    PL_VEC(struct literal) literals;   /* in source order */
    literal_arms arms;
    size_t *arm_starts;                    /* patterns of `arms`, in lists by how they begin; malloc */
    struct literal_arm_limits *arm_limits; /* beside arm_starts; malloc */
    size_t arm_ends[ARM_STARTS];           /* of each list */
    struct pl_buf texts;
    uint32_t *slots;          /* open addressing on `hash`: index + 1, or 0; malloc */
    size_t n_slots;           /* power of two */
    struct literal_key *keys; /* sorted by key, then literal; malloc */
    size_t n_keys;
    struct literal_key
        *formats; /* literals with a conversion of a number, by a hash of what is before it; malloc */
    size_t n_formats;
    uint32_t *versions; /* literals that come from headers and hold a number and a letter; malloc */
    size_t n_versions;
    uint64_t *starts;              /* bits: of which beginnings and lengths there are literals; malloc */
    size_t n_start_bits;           /* a power of two */
    struct pl_text_memory *memory; /* literals_text.c: what was asked before */
    bool has_headers;              /* packages with headers of the build were given */
    bool has_cpp;                  /* a file of the source may be compiled as C++ */
    bool has_go;                   /* a file of Go is among the sources */
    bool has_dbus;                 /* literals_dbus.c: the own source describes an interface */
};

struct pl_text_memory *pl_text_memory_new(void);    /* NULL when out of memory */
void pl_text_memory_free(struct pl_text_memory *m); /* accepts NULL */

uint64_t pl_literal_hash(enum literal_rule kind, pl_bytes text);
uint32_t pl_literal_key(enum key_part part, pl_bytes text);
pl_bytes pl_literal_text(const struct pl_literals *l, const struct literal *e);
/* The literal of this kind and text, or NULL. */
const struct literal *pl_literal_find(const struct pl_literals *l, enum literal_rule kind, pl_bytes text);

/* literals.c: the keys equal to that of `text`: [*first, returned). At most 2048. */
size_t pl_literal_key_range(const struct pl_literals *l, enum key_part part, pl_bytes text, size_t *first);
/* Tell of a literal that explains something; *found becomes true. */
PL_MUST_USE pl_status pl_literal_set_hit(const struct pl_literals *l, const struct literal *e,
                                         enum literal_rule rule, struct pl_arena *arena, bool *found,
                                         struct pl_literal_hit *out, struct pl_err *err);

/* What the source has as it stands, and by which rule; NULL when it has not. */
const struct literal *pl_literal_find_exact(const struct pl_literals *l, pl_bytes string,
                                            enum literal_rule *rule);
/* literals_places.c: files and lines that `string`, not empty, names. */
const struct literal *pl_literal_find_file(const struct pl_literals *l, pl_bytes string);
const struct literal *pl_literal_find_place(const struct pl_literals *l, pl_bytes string);
const struct literal *pl_literal_find_place_and_text(const struct pl_literals *l, pl_bytes string);

/* literals_forms.c: literals or identifiers that `string`, not empty, is made of; NULL when one of its parts is not known. */
const struct literal *pl_literal_find_type_name(const struct pl_literals *l, pl_bytes string);
/* An identifier of the source or, for C++, of a header of the build. */
const struct literal *pl_literal_find_identifier(const struct pl_literals *l, pl_bytes word);
/* One, or a word of the language, or a number. */
bool pl_literal_is_type_word(const struct pl_literals *l, pl_bytes word);
const struct literal *pl_literal_find_signature(const struct pl_literals *l, pl_bytes string);
const struct literal *pl_literal_find_qualified(const struct pl_literals *l, pl_bytes string);
const struct literal *pl_literal_find_formatted(const struct pl_literals *l, pl_bytes string);
const struct literal *pl_literal_find_other_version(const struct pl_literals *l, pl_bytes string);
const struct literal *pl_literal_find_cmake_file(const struct pl_literals *l, pl_bytes string);
const struct literal *pl_literal_find_made_file(const struct pl_literals *l, pl_bytes string);
const struct literal *pl_literal_find_options(const struct pl_literals *l, pl_bytes string);
/* The formats that begin with `start` and a number: [*first, returned) of l->formats. At most
 * PL_LITERAL_FORMATS. */
size_t pl_literal_formats(const struct pl_literals *l, pl_bytes start, size_t *first);

/* literals_compiled.c: what the compilers of Go and Rust make of the source. */
const struct literal *pl_literal_find_rust_assertion(const struct pl_literals *l, pl_bytes string);
const struct literal *pl_literal_find_rust_place(const struct pl_literals *l, pl_bytes string);
const struct literal *pl_literal_find_go_version(const struct pl_literals *l, pl_bytes string);
const struct literal *pl_literal_find_go_joined(const struct pl_literals *l, pl_bytes string);

/* literals_defines.c: names of macros that a script of the source looks for in headers. False when out of memory. */
bool pl_literals_add_defines(struct pl_literals *l);
/* How such names begin, when `string` is like one; else NULL. */
const struct literal *pl_literal_find_defined(const struct pl_literals *l, pl_bytes string);

/* literals_swig.c: whether the own source has an input of SWIG. False when out of memory. */
bool pl_literals_add_swig(struct pl_literals *l);
/* That input, when SWIG writes `string`, not empty, out of names of the source; else NULL. */
const struct literal *pl_literal_find_swig(const struct pl_literals *l, pl_bytes string);

/* literals_nicks.c: entries RULE_NICK. False when out of memory. */
bool pl_literals_add_nicks(struct pl_literals *l);

/* literals_dbus.c: names of D-Bus interfaces of the own source. False when out of memory. */
bool pl_literals_add_dbus(struct pl_literals *l);
/* Which of them, or of the tool's words, make `string`, not empty; else NULL. */
const struct literal *pl_literal_find_dbus(const struct pl_literals *l, pl_bytes string);

/* literals_index.c: false where no literal is the string, or it and a line end. Most are none. */
bool pl_literal_may_be(const struct pl_literals *l, pl_bytes string);
/* What find functions need beside the hash table. False when out of memory. */
bool pl_literals_index(struct pl_literals *l);

/* literals_gather.c: what one run of files holds. */
struct gathered_part {
    uint64_t text;
    uint32_t length;
    bool is_macro;
};

/* Literals with macros between them, or the value of a macro. */
struct gathered_group {
    uint32_t first_part;
    uint32_t n_parts;
    uint32_t file;
    uint32_t line_1based;
    uint64_t define;        /* name of the macro that this is the value of, in texts */
    uint32_t define_length; /* 0: not a value */
};

struct gathered {
    struct pl_literals own; /* literals, texts and slots only; empty once they were handed over */
    struct pl_buf texts;    /* of the parts, and names of macros */
    PL_VEC(struct gathered_part) parts;
    PL_VEC(struct gathered_group) groups;
    literal_arms arms;
    struct recent_text *
        recent; /* literals_gather.c: what is known to be in `own`, or in what was gathered before; malloc, or NULL */
    bool is_out_of_memory;
};

/* Add unless there. False when out of memory or over the limit of the texts. */
bool pl_literal_add(struct pl_literals *l, enum literal_rule kind, pl_bytes text, uint32_t file,
                    uint32_t line);
enum gather_mode {
    GATHER_SOURCE,
    GATHER_HEADER,   /* definitions of headers that the source reaches */
    GATHER_EXPANSION /* what a use of a macro expands to */
};

struct gather_text {
    pl_bytes text;
    pl_bytes path;
    uint32_t file;
    enum gather_mode mode;
    const struct pl_literals *known; /* of an expansion: words and literals in here are not gathered again */
    uint32_t line_1based;            /* where all of it stands; 0: count the lines of the text */
};

void pl_literals_gather(struct gathered *g, const struct gather_text *t);

/* literals_macros.c: what the uses of macros in the files [first, last) expand to. False when out of memory. */
bool pl_literals_gather_macros(const struct pl_literals *l, const struct pl_macros *m, size_t first,
                               size_t end, struct gathered *g);

/*
 * literals_arms.c: the pattern of literals that begins at byte `start` of a file, if it has an #if in it; *end is behind it then, else untouched.
 * False when out of memory.
 */
bool pl_literals_gather_arms(struct gathered *g, struct pl_macro_run *run, pl_bytes data, size_t start,
                             uint32_t file, uint32_t line, size_t *end);
/* A use with too many ways to expand as a pattern: an #if for each of its macros. False when out of memory. */
bool pl_literals_gather_ways(struct gathered *g, struct pl_macro_run *run, pl_bytes use, uint32_t file);
bool pl_literals_merge_arms(struct pl_literals *l, const struct gathered *g);
/* Once all are merged. False when out of memory. */
bool pl_literals_index_arms(struct pl_literals *l);
/* Does a pattern make this string? *out is a literal of its place. O(patterns that begin with its first byte or with a macro). */
bool pl_literal_find_arms(const struct pl_literals *l, pl_bytes string, struct literal *out);

/* literals_headers.c: what the own source, gathered in l, reaches of the headers. False when out of memory. */
bool pl_literals_gather_headers(struct pl_literals *l, const struct pl_headers *headers, size_t n,
                                struct pl_macros *m, struct gathered *g);
bool pl_literals_add_identifiers(struct pl_literals *l, const struct pl_headers *headers, size_t n);

/* The same for the uses in inline functions of headers. */
bool pl_literals_gather_bodies(const struct pl_literals *l, const struct pl_macros *m, struct gathered *g);

#endif
