/*
 * walk.h - what the walk and the readers of the formats say to each other. Private to this folder.
 *
 * A reader of a format is handed a container, claims what it owns of its bytes, and makes a record of each member:
 *
 *     pl_member_begin()     a new record, its name looked at, its path made
 *     pl_member_slice()     its contents lie in the container as they are, or
 *     pl_member_read()      they come out of a reader, or
 *     pl_member_opaque()    nobody can read them
 *     pl_member_end()       hand it on: the walk goes down into it, or the receiver gets it
 *
 * Whatever a reader does not claim of its container becomes a finding `archive.gap`. A reader that finds its container
 * damaged returns PL_E_INPUT with the offset: the walk makes a finding of it, or fails when it is the input itself.
 */
#ifndef PL_FORMAT_ARCHIVE_WALK_H
#define PL_FORMAT_ARCHIVE_WALK_H

#include "base/map.h"
#include "format/archive/reader.h"
#include "format/archive/unpack.h"

#define PL_SIZE_UNKNOWN UINT64_MAX

struct pl_walk {
    const struct pl_limits *limits;
    struct pl_arena *arena;
    const struct pl_unpack_sink *sink;
    size_t next_order;
    uint64_t entries; /* records made, without the input itself */
    uint64_t
        unpacked_bytes; /* what decoders put out; a member that lies in its container as it is counts no second time */
    uint64_t heap_bytes; /* of all contents that went to the heap, whether or not they are still there */
    bool is_stopped;     /* the receiver said so; its status goes up as it is */
};

/* A container while its members are being read. */
struct pl_container {
    struct pl_walk *walk;
    struct pl_file *file;
    pl_bytes prefix;      /* of the paths of its members: "data.tar.xz!/" */
    struct pl_map seen;   /* names of members so far */
    struct pl_map folded; /* the same in small letters */
    uint64_t opaque_from; /* nobody looked at the bytes from here on; PL_NO_OFFSET when all was read */
    const char *opaque_rule;
    bool is_full; /* a limit forbids more members: stop, with PL_OK */
};

/* One member as its container describes it. Borrowed; pl_member_begin() keeps copies. */
struct pl_entry {
    pl_bytes name;
    pl_bytes link_target;
    enum pl_entry_type type;
    uint32_t mode;
    uint64_t at;             /* byte of the container where the description stands */
    bool is_name_given;      /* by us, not by the container: not checked */
    bool is_duplicate_error; /* no honest writer of this format makes two members of one name */
    pl_bytes path_name;      /* what the path ends in when that is not the name; none when it is */
};

enum pl_archive_shape {
    PL_ARCHIVE_SHELF, /* members in places that tables tell: needs all bytes in memory */
    PL_ARCHIVE_FLOW,  /* members one after the other: read as it comes */
    PL_ARCHIVE_STREAM /* one compressed content */
};

struct pl_archive_format {
    const char *name; /* what pl_file.container says */
    enum pl_archive_shape shape;
    /* Is it one, by its bytes? For a FLOW `bytes` may be only the first PL_READER_PEEK_BYTES. */
    bool (*probe)(pl_bytes bytes);
    /* `in` gives the bytes of a FLOW and is NULL for the others, which read c->file->data. */
    pl_status (*unpack)(struct pl_container *c, struct pl_reader *in, struct pl_err *err);
};

#define PL_ARCHIVE(name) extern const struct pl_archive_format pl_archive_##name;
#include "format/archive/archives.def"
#undef PL_ARCHIVE

/* The first row of archives.def that says yes; NULL when none does. Only FLOWs when only_flow. */
const struct pl_archive_format *pl_archive_find(pl_bytes bytes, bool only_flow);

/* Members. *out is NULL and c->is_full set when the limit of entries is reached. */
PL_MUST_USE pl_status pl_member_begin(struct pl_container *c, const struct pl_entry *e, struct pl_file **out,
                                      struct pl_err *err);
/* `slice` is part of c->file->data. */
PL_MUST_USE pl_status pl_member_slice(struct pl_container *c, struct pl_file *f, pl_bytes slice,
                                      struct pl_err *err);
/* `size` bytes of `in`, or all of it when PL_SIZE_UNKNOWN. f->size is what came out; f->is_whole when that was all. */
PL_MUST_USE pl_status pl_member_read(struct pl_container *c, struct pl_file *f, struct pl_reader *in,
                                     uint64_t size, struct pl_err *err);
/* `size` bytes that are not looked at, for the reason `rule`. */
/* Digest `head`, then what `in` still gives up to `left` bytes more; hold nothing: the file is larger than may be looked at. */
PL_MUST_USE pl_status pl_member_large(const struct pl_walk *w, struct pl_file *f, pl_bytes head,
                                      struct pl_reader *in, uint64_t left, struct pl_err *err);
PL_MUST_USE pl_status pl_member_opaque(struct pl_file *f, uint64_t size, const char *rule,
                                       struct pl_err *err);
/* The contents of a symlink are its target: keep them as such, and check. Contents beyond name_bytes are a finding. */
PL_MUST_USE pl_status pl_member_link_from_contents(struct pl_container *c, struct pl_file *f,
                                                   struct pl_err *err);
/* Takes `f` over, also on failure. */
PL_MUST_USE pl_status pl_member_end(struct pl_container *c, struct pl_file *f, struct pl_err *err);

/* Give the content of a FLOW that comes out of `in` a record of its own, a member of c, and read it. */
PL_MUST_USE pl_status pl_member_flow(struct pl_container *c, const struct pl_archive_format *format,
                                     struct pl_reader *in, struct pl_err *err);

/*
 * How many more bytes may come out of a stream of `packed_bytes` that gave `made` so far; *why names the limit. Whoever
 * hands bytes out adds them to walk->unpacked_bytes.
 */
uint64_t pl_walk_allowance(const struct pl_walk *w, uint64_t packed_bytes, uint64_t made, const char **why);

/* Claim bytes of the container; neighbours that say the same become one. */
PL_MUST_USE pl_status pl_own(struct pl_container *c, uint64_t at, uint64_t n, enum pl_class class,
                             struct pl_err *err);
/* Take back the claims on bytes from `at` on: what they were claimed for did not come. */
void pl_disown(struct pl_container *c, uint64_t at);
/* Bytes that nothing owns: claimed PL_CLASS_UNACCOUNTED, finding `archive.gap`. Nothing for n == 0. */
PL_MUST_USE pl_status pl_own_gap(struct pl_container *c, uint64_t at, uint64_t n, const char *what,
                                 struct pl_err *err);
/* Bytes that should be zero: structure when they are, else from the first that is not a gap. `bytes` stand at `at`. */
PL_MUST_USE pl_status pl_own_padding(struct pl_container *c, uint64_t at, pl_bytes bytes, const char *what,
                                     struct pl_err *err);
/* A limit forbids to look at the container from `at` on: finding `archive.limit`, the rest opaque, c->is_full. */
PL_MUST_USE pl_status pl_own_limit(struct pl_container *c, uint64_t at, const char *what, struct pl_err *err);
/* A finding on the container without a claim. */
PL_MUST_USE pl_status pl_note(struct pl_container *c, const char *tag, enum pl_severity severity, uint64_t at,
                              uint64_t n, const char *what, struct pl_err *err);

/* How grave bytes are that travel in a header and describe nothing: an identifier fits into a few, a payload does not. */
#define PL_CARRIED_BYTES 128u
static inline enum pl_severity pl_carried_severity(uint64_t n)
{
    return n > PL_CARRIED_BYTES ? PL_SEVERITY_WARNING : PL_SEVERITY_NOTE;
}

/*
 * A finding when `packed` bytes at `at` hold more than their contents can need: what is written over and over, or into choices that no unpacker sees, does
 * not come out. Stored as they are, contents take 5 bytes more for 16 KiB; fixed codes of deflate an eighth more.
 */
#define PL_EXCESS_BYTES 1024u
PL_MUST_USE pl_status pl_note_excess(struct pl_container *c, uint64_t at, uint64_t packed, uint64_t made,
                                     struct pl_err *err);

/* asar.c: jansson seeds its hash tables from a device, once. */
void pl_asar_prepare(void);

#endif
