/*
 * file.h - one file of a package, at any depth: what it is, and what became of each of its bytes.
 *
 * A container (a .deb, a gzip stream, a tar in it) is a file too. The bytes that carry its members are
 * accounted for in the records of the members. For every file
 *
 *     size == bytes claimed as PL_CLASS_MEMBERS + sum of the classes
 *
 * and a leaf has no PL_CLASS_MEMBERS.
 */
#ifndef PL_MODEL_FILE_H
#define PL_MODEL_FILE_H

#include "base/digest.h"
#include "base/store.h"
#include "model/finding.h"
#include "model/ledger.h"

#define PL_NO_PARENT  SIZE_MAX
#define PL_FILE_FACTS 10

/*
 * A range that nothing explains, seen more closely: how many of its words stand nowhere in the sources. The judge turns
 * residues into findings.
 */
struct pl_residue {
    uint64_t offset;
    uint64_t length;
    uint32_t words;
    uint32_t novel_words; /* of those, in no source file */
    bool is_data;         /* of an executable image */
    uint64_t unevenness;  /* of data: chi-square of its bytes; about 255 when they are random */
    pl_bytes made;        /* why it may stand in no source and be honest; no bytes when nothing says so */
    pl_bytes sample;      /* the first novel words, comma separated */
    pl_bytes bytes;       /* as they stand in the file, the first 200 */
};

/* A thing of an image that no strict rule explains. The judge turns it into a finding. */
enum pl_foreign_kind {
    PL_FOREIGN_STRING,
    PL_FOREIGN_IMPORT,
    PL_FOREIGN_LIBRARY, /* asked of the loader by name */
    PL_FOREIGN_RUNPATH, /* where the loader is told to look */
    PL_FOREIGN_SECTION,
    PL_FOREIGN_LOADER, /* what is to load it, or to be loaded beside it */
    PL_FOREIGN_KINDS
};

struct pl_foreign {
    enum pl_foreign_kind kind;
    uint64_t offset; /* bytes in the file */
    uint64_t length;
    pl_bytes text;          /* the beginning of it */
    const char *loose_rule; /* static: the loose rule that explains it; NULL when none does */
    uint32_t novel_words;   /* of strings: words that stand in no source and no header of the build */
    bool is_used;     /* of strings: code or a pointer refers to it; bytes of a table can look like text */
    bool names_place; /* of strings: a path, a file or a host, or a part of a command that leads to one */
    bool names_host;  /* of strings: a host in a URL that no source names */
};

/* The atoms of a script and what became of them (docs/matching.md, "JavaScript and TypeScript"). */
struct pl_script_account {
    uint64_t atoms;
    uint64_t explained; /* in their place of a source */
    uint64_t helper;    /* of a unit that a bundler or transpiler puts in */
    uint64_t context;   /* in the sources, not here */
    uint64_t novel;     /* in no source */
};

/*
 * Neighbouring atoms of a script that nothing explains. The judge turns runs into findings.
 */
struct pl_script_run {
    uint64_t offset;
    uint64_t length;
    uint32_t context;
    uint32_t novel;
    uint32_t novel_weak;        /* of the novel ones: too short to tell anything */
    uint32_t sensitive_context; /* names that run code, reach network, environment or secrets */
    uint32_t sensitive_novel;
    uint32_t sensitive_beside; /* explained ones within or next to the run */
    uint32_t addresses;        /* novel strings that hold a URL or a network address */
    uint32_t escaped;          /* strings spelled with escapes where none are needed, or packed data */
    uint32_t numbers;          /* of context and novel: what codes of characters are */
    uint32_t bare;             /* bytes of a statement without any atom, over the limit */
    pl_bytes sample;           /* the first novel atoms, comma separated */
    pl_bytes bytes;            /* as they stand in the file, the first 200 */
    pl_bytes missing; /* the source that could not be had and may be what this is of; no bytes: none */
};

/* Bytes that nobody can read: all of a file that is no text, or the longest run of base64 in one that is. */
struct pl_blob {
    uint64_t offset;
    uint64_t length;      /* 0: none, or nobody looked */
    uint32_t entropy_ppm; /* of 8 bits a byte */
    bool is_text;
};

/* The line of a byte of a text, counted from 1. */
struct pl_line_mark {
    uint64_t offset;
    uint64_t line;
};

struct pl_code_kept;

struct pl_file {
    size_t order;        /* position in the walk, parents before members; unique in a package */
    size_t parent_order; /* of the container it came out of, or PL_NO_PARENT */
    pl_bytes path;       /* from the package down: "data.tar.xz!/usr/bin/xz"; raw bytes, quoted when shown */
    pl_bytes name;       /* inside its container, without leading "./" or "/": "usr/bin/xz" */
    enum pl_entry_type type;
    uint32_t mode;        /* permission bits as the container has them, 0 when it has none */
    pl_bytes link_target; /* of symlinks and hardlinks */
    uint32_t depth;

    uint64_t size;
    const char *container; /* "ar", "tar", "gzip"... or NULL for a leaf */
    bool is_whole;         /* data below is all of it; false when a limit cut it off or the reader gave up */
    pl_bytes data;         /* contents while being examined; .p NULL before, after, and for no contents */
    uint8_t *heap;         /* what pl_file_release() frees; owned */
    const struct pl_store *store; /* that `heap` came from; NULL: malloc(3) */

    bool has_digests;
    pl_sha256 sha256;
    pl_sha1 git_blob;
    pl_md5 md5;

    struct pl_fact facts
        [PL_FILE_FACTS]; /* what a reader learnt, such as {"elf.soname", "liblzma.so.5"}; up to a NULL name */
    const char *kind;    /* static, from classify/: "elf-x86_64", "script-sh", "man"... */
    enum pl_role role;
    bool is_asked; /* plumb explain is about a byte of it */
    bool
        is_other_version; /* made by a tool's version that is not at hand: what is left contradicts nothing */
    bool
        is_of_absent; /* an image whose source the build files name, and another package holds: an import contradicts nothing */
    bool is_added;              /* laid out like its source, which has no file at this path */
    uint32_t functions;         /* of an image that were looked for in the source; 0: nobody looked */
    uint32_t matched_functions; /* of those, that are one function of the source: grade B */
    const struct pl_code_kept
        *code; /* those functions, for copies in other images: match/code_copies.h; NULL */
    struct pl_blob blob;
    struct pl_ledger ledger;
    struct pl_findings findings;
    PL_VEC(struct pl_residue) residues;
    PL_VEC(struct pl_foreign) foreign;
    uint64_t asked[PL_FOREIGN_KINDS]; /* how many things of each kind were looked at */
    struct pl_script_account script;  /* no atoms: the file was not compared as a script */
    PL_VEC(struct pl_script_run) script_runs;
    PL_VEC(struct pl_line_mark)
    lines; /* by rising offset: of every first and last byte that a finding may name */
};

#define PL_FILE_SHOWN_BYTES 200u

/* Fill in `bytes` of residues and script runs, as views of the contents; nothing when these are gone. */
void pl_file_show(struct pl_file *f);
/* Fill in `lines` from the contents, which are taken for text. */
PL_MUST_USE pl_status pl_file_mark_lines(struct pl_file *f, struct pl_err *err);
/* The line of a byte that has a mark; 0 for any other. */
uint64_t pl_file_line(const struct pl_file *f, uint64_t offset);
/* Free the contents, and what shows them; records, ledger and findings stay. */
void pl_file_release(struct pl_file *f);
/* Free everything the record owns (not what its arenas own). */
void pl_file_reset(struct pl_file *f);
/* Fill in the three digests from f->data. */
PL_MUST_USE pl_status pl_file_digest(struct pl_file *f, struct pl_err *err);

#endif
