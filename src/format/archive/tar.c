/*
 * tar.c - tar archives: v7, ustar, pax and GNU, read as they flow.
 *
 *     | header: 512 | contents, padded with zeros to 512 | header | ... | zeros: 512 | zeros: 512 | zeros up to a record |
 *
 * Some "members" describe the one after them: pax 'x' (and 'g' for all), GNU 'L' long name and 'K' long link. Their
 * contents are structure when the next header uses them, and a gap when it does not.
 *
 * Source: POSIX.1-2017 pax, "pax Extended Header"; GNU tar manual, "Basic Tar Format". Of directories, links and devices the
 * size is ignored as GNU tar, dpkg and Python do; a size that is not 0 is reported, since other readers believe it.
 * Not read here: sparse files (old GNU 'S' and pax GNU.sparse.*); they are listed, and their contents are opaque.
 */
#include "format/archive/tar.h"
#include "base/size.h"
#include "base/status.h"
#include "format/archive/names.h"

#include <string.h>

#define BLOCK PL_TAR_BLOCK_BYTES
/* The most that a pax header or a long name may hold; GNU tar itself writes a few hundred bytes. */
#define EXTRA_BYTES (1024u * 1024u)

/* Users and groups of one archive: those of a release are one or two. More, and their names may carry something else. */
#define MAX_OWNERS 16u

/* What describes the next member: 'x', 'L' and 'K'. */
enum extra_kind { EXTRA_PAX, EXTRA_NAME, EXTRA_LINK, EXTRA_KINDS };

struct tar {
    struct pl_container *c;
    struct pl_reader *in;
    struct pl_buf extra[EXTRA_KINDS]; /* contents of the last of each kind */
    bool has_kind[EXTRA_KINDS];       /* and whether there was one for the next member */
    uint64_t extra_at;                /* where the description of the next member begins */
    bool has_extra;
    uint64_t owners[MAX_OWNERS]; /* pl_bytes_hash() of the names of user and group of members, each once */
    size_t n_owners;
    bool has_told_owners;
};

/* What pax says about the next member. Views of what the last 'x' holds. */
struct pax {
    pl_bytes path;
    pl_bytes link;
    uint64_t size;
    bool has_size;
    bool is_sparse;
};

static bool tar_probe(pl_bytes b)
{
    return pl_tar_is_header(b);
}

static enum extra_kind extra_kind(uint8_t type)
{
    return type == 'L' ? EXTRA_NAME : type == 'K' ? EXTRA_LINK : EXTRA_PAX;
}

static uint64_t padding_of(uint64_t size)
{
    return (BLOCK - size % BLOCK) % BLOCK;
}

/* Did the reader end because of something that its maker reports? */
static bool is_cut_above(const struct pl_reader *in)
{
    return in->end == PL_READER_DAMAGED || in->end == PL_READER_LIMIT;
}

static pl_status cut_short(const struct tar *t, const char *what, struct pl_err *err)
{
    t->c->is_full = true;
    return is_cut_above(t->in) ? PL_OK : pl_fail(err, PL_E_INPUT, t->in->at, "tar: %s cut short", what);
}

/* Zeros up to the next block. */
static pl_status read_padding(struct tar *t, uint64_t size, struct pl_err *err)
{
    pl_bytes pad;
    uint64_t at = t->in->at;
    size_t n = (size_t)padding_of(size);
    pl_status st = pl_reader_take(t->in, n, &pad, err);
    if (st == PL_OK)
        st = pl_own_padding(t->c, at, pad, "padding of a member is not zero", err);
    return st == PL_OK && pad.n < n ? cut_short(t, "padding of a member", err) : st;
}

/* ---- descriptions of the next member ---- */

static pl_status drop_extra(struct tar *t, uint64_t end, struct pl_err *err)
{
    pl_status st = PL_OK;
    if (t->has_extra) {
        pl_disown(t->c, t->extra_at);
        st = pl_own_gap(t->c, t->extra_at, end - t->extra_at, "description of a member that does not follow",
                        err);
    }
    t->has_extra = false;
    for (int i = 0; i < EXTRA_KINDS; i++) {
        pl_buf_clear(&t->extra[i]);
        t->has_kind[i] = false;
    }
    return st;
}

static bool is_number(pl_bytes value)
{
    for (size_t i = 0; i < value.n; i++)
        if ((value.p[i] < '0' || value.p[i] > '9') && value.p[i] != '.' && value.p[i] != '-')
            return false;
    return true;
}

static bool is_number_key(pl_bytes key)
{
    static const char *const numbers[] = {
        "size", "mtime", "atime", "ctime", "uid", "gid", "LIBARCHIVE.creationtime"};
    return pl_bytes_is_one_of(key, numbers, sizeof numbers / sizeof numbers[0]);
}

/* Does the record say something of the file, and no more than that? */
static bool describes_file(pl_bytes key, pl_bytes value)
{
    static const char *const paths[] = {"path", "linkpath"};
    static const char *const names[] = {"uname", "gname", "hdrcharset", "charset"};
    if (pl_bytes_is_one_of(key, paths, sizeof paths / sizeof paths[0]))
        return true;
    if (is_number_key(key))
        return value.n <= PL_CARRIED_BYTES && is_number(value);
    if (pl_bytes_is_one_of(key, names, sizeof names / sizeof names[0]))
        return value.n <= PL_CARRIED_BYTES;
    return pl_bytes_starts(key, PL_LIT("GNU.sparse."));
}

/* Take one record "LENGTH KEY=VALUE\n" off *rest; false when it is not one. */
static bool pax_record(pl_bytes *rest, pl_bytes *key, pl_bytes *value)
{
    uint64_t n;
    size_t space = pl_bytes_find_byte(*rest, ' ', 0);
    if (space == SIZE_MAX || !pl_bytes_to_u64(pl_bytes_sub(*rest, 0, space), &n) || n > rest->n ||
        n < space + 3)
        return false;
    pl_bytes record = pl_bytes_sub(*rest, space + 1, (size_t)n - space - 1);
    size_t equals = pl_bytes_find_byte(record, '=', 0);
    if (equals == SIZE_MAX || record.p[record.n - 1] != '\n')
        return false;
    *key = pl_bytes_sub(record, 0, equals);
    *value = pl_bytes_sub(record, equals + 1, record.n - equals - 2);
    *rest = pl_bytes_from(*rest, (size_t)n);
    return true;
}

static void apply_record(struct pax *out, pl_bytes key, pl_bytes value)
{
    if (pl_bytes_eq_str(key, "path"))
        out->path = value;
    else if (pl_bytes_eq_str(key, "linkpath"))
        out->link = value;
    else if (pl_bytes_eq_str(key, "size"))
        out->has_size = pl_bytes_to_u64(value, &out->size) && out->size <= INT64_MAX;
    else if (pl_bytes_starts(key, PL_LIT("GNU.sparse.")))
        out->is_sparse = true;
}

/* What a record says that describes no file, or gives one more rights than its mode does. */
static pl_status note_record(struct tar *t, uint64_t at, uint64_t n, pl_bytes key, pl_bytes value,
                             struct pl_err *err)
{
    struct pl_findings *f = &t->c->file->findings;
    struct pl_finding *finding = NULL;
    pl_status st = PL_OK;
    if (pl_bytes_ends(key, PL_LIT("xattr.security.capability")))
        st = pl_findings_add(f, "file.privileged", PL_SEVERITY_WARNING, at, n, &finding, err,
                             "tar: a pax header gives a member capabilities, whoever starts it");
    else if (!describes_file(key, value))
        st = pl_findings_add(
            f, "archive.comment", is_number_key(key) ? PL_SEVERITY_WARNING : pl_carried_severity(value.n), at,
            n, &finding, err, "tar: pax keyword that describes no file, or more than its value");
    return st == PL_OK && finding != NULL
               ? pl_finding_fact(f, finding, "keyword", pl_bytes_sub(key, 0, 256), err)
               : st;
}

/* Read the records in `body`, which stands at `at`. What is no record is a gap; a keyword that we do not know is noted. */
static pl_status read_pax(struct tar *t, uint64_t at, pl_bytes body, struct pax *out, struct pl_err *err)
{
    pl_bytes rest = body;
    pl_bytes key;
    pl_bytes value;
    pl_status st = PL_OK;
    while (st == PL_OK && rest.n > 0) {
        uint64_t here = at + (body.n - rest.n);
        size_t before = rest.n;
        if (!pax_record(&rest, &key, &value))
            return pl_own_gap(t->c, here, rest.n, "bytes in a pax header that are no record", err);
        pl_bytes lost = pl_bytes_eq_str(key, "path")       ? out->path
                        : pl_bytes_eq_str(key, "linkpath") ? out->link
                                                           : PL_LIT("");
        apply_record(out, key, value);
        st = pl_own(t->c, here, before - rest.n, PL_CLASS_STRUCTURE, err);
        if (st == PL_OK && lost.n > 0)
            st = pl_note(t->c, "archive.comment", pl_carried_severity(lost.n), at, body.n,
                         "a name in a pax header that another one replaces", err);
        if (st == PL_OK)
            st = note_record(t, here, before - rest.n, key, value, err);
    }
    return st;
}

/* A name of type 'L' or 'K': up to its NUL, then zeros. */
static pl_status own_long(struct tar *t, uint64_t at, struct pl_buf *name, struct pl_err *err)
{
    pl_bytes all = pl_buf_bytes(name);
    size_t end = pl_bytes_find_byte(all, 0, 0);
    size_t n = end == SIZE_MAX ? all.n : end;
    pl_status st = pl_own(t->c, at, n, PL_CLASS_STRUCTURE, err);
    if (st == PL_OK)
        st = pl_own_padding(t->c, at + n, pl_bytes_from(all, n), "bytes behind the end of a long name", err);
    name->n = n;
    return st;
}

static pl_status read_extra(struct tar *t, uint64_t at, const struct pl_tar_header *h, struct pl_err *err)
{
    struct pl_buf global;
    pl_buf_init(&global, EXTRA_BYTES);
    struct pl_buf *into = h->type == 'g' ? &global : &t->extra[extra_kind(h->type)];
    pl_status st = PL_OK;
    if (h->size > EXTRA_BYTES)
        return pl_own_limit(t->c, at, "description of a member is too long", err);
    uint64_t body_at = t->in->at;
    if (st == PL_OK)
        st = pl_reader_gather(t->in, h->size, into, err);
    if (st == PL_OK && into->n < h->size) {
        st = pl_own_gap(t->c, body_at, into->n, "description of a member, cut short", err);
        if (st == PL_OK)
            st = cut_short(t, "description of a member", err);
        goto out;
    }
    if (st == PL_OK && (h->type == 'L' || h->type == 'K'))
        st = own_long(t, body_at, into, err);
    if (st == PL_OK && (h->type == 'g' || h->type == 'x')) {
        struct pax ignored = {0};
        st = read_pax(t, body_at, pl_buf_bytes(into), &ignored, err);
        bool changes_all = h->type == 'g' && (ignored.path.n > 0 || ignored.link.n > 0 || ignored.has_size);
        if (st == PL_OK && changes_all)
            st = pl_note(t->c, "archive.overlap", PL_SEVERITY_ERROR, at, BLOCK,
                         "global header renames every member", err);
    }
    if (st == PL_OK)
        st = read_padding(t, h->size, err);
    if (h->type != 'g') {
        t->extra_at = t->has_extra ? t->extra_at : at;
        t->has_extra = true;
        t->has_kind[extra_kind(h->type)] = true;
    }
out:
    pl_buf_reset(&global);
    return st;
}

/* ---- members ---- */

static enum pl_entry_type entry_type(const struct pl_tar_header *h)
{
    switch (h->type) {
    case '1': return PL_ENTRY_HARDLINK;
    case '2': return PL_ENTRY_SYMLINK;
    case '3':
    case '4':
    case '6':
    case 'V': return PL_ENTRY_SPECIAL;
    case '5': return PL_ENTRY_DIRECTORY;
    case 0:
    case '0': /* before POSIX a directory was a file whose name ends in a slash */
        return h->name.n > 0 && h->name.p[h->name.n - 1] == '/' && h->size == 0 ? PL_ENTRY_DIRECTORY
                                                                                : PL_ENTRY_FILE;
    default: return PL_ENTRY_FILE; /* POSIX: a type that is not known is a file */
    }
}

/* Blocks of the map of an old GNU sparse file. */
static pl_status read_sparse_map(struct tar *t, bool is_extended, struct pl_err *err)
{
    pl_status st = PL_OK;
    while (st == PL_OK && is_extended) {
        pl_bytes block;
        uint64_t at = t->in->at;
        st = pl_reader_take(t->in, BLOCK, &block, err);
        if (st == PL_OK)
            st = pl_own(t->c, at, block.n, PL_CLASS_OPAQUE, err);
        if (st == PL_OK && block.n < BLOCK)
            return cut_short(t, "map of a sparse file", err);
        is_extended = st == PL_OK && block.p[504] != 0;
    }
    return st;
}

static pl_status read_contents(struct tar *t, struct pl_file *f, uint64_t size, bool is_sparse,
                               struct pl_err *err)
{
    uint64_t at = t->in->at;
    pl_status st;
    if (is_sparse) {
        st = pl_reader_skip(t->in, size, NULL, err);
        if (st == PL_OK)
            st = pl_member_opaque(f, t->in->at - at, "archive.sparse", err);
    } else {
        st = pl_member_read(t->c, f, t->in, size, err);
    }
    return st == PL_OK ? pl_own(t->c, at, t->in->at - at, PL_CLASS_MEMBERS, err) : st;
}

/* *own_name is that of the header alone. */
static pl_status full_name(struct tar *t, const struct pl_tar_header *h, const struct pax *x,
                           struct pl_entry *e, pl_bytes *own_name, struct pl_err *err)
{
    e->name = h->name;
    e->link_target = h->link;
    if (h->prefix.n > 0) {
        const char *joined =
            pl_arena_printf(t->c->walk->arena, "%.*s/%.*s", PL_ARG(h->prefix), PL_ARG(h->name));
        if (joined == NULL)
            return pl_arena_fail(t->c->walk->arena, err);
        e->name = pl_bytes_of_str(joined);
    }
    *own_name = e->name;
    if (t->extra[EXTRA_NAME].n > 0)
        e->name = pl_buf_bytes(&t->extra[EXTRA_NAME]);
    if (t->extra[EXTRA_LINK].n > 0)
        e->link_target = pl_buf_bytes(&t->extra[EXTRA_LINK]);
    if (x->path.n > 0)
        e->name = x->path;
    if (x->link.n > 0)
        e->link_target = x->link;
    if (e->type != PL_ENTRY_SYMLINK && e->type != PL_ENTRY_HARDLINK)
        e->link_target = PL_LIT("");
    return PL_OK;
}

/* An extended header is there for names that the header has no room or no letters for. */
static bool is_plain(pl_bytes name)
{
    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] < 0x20 || name.p[i] > 0x7e)
            return false;
    return name.n > 0 && name.n < 99; /* some writers take one of 99 for too long */
}

/* Programs that read no extended headers would unpack something else. */
static pl_status check_names(const struct pl_tar_header *h, const struct pax *x, const struct pl_entry *e,
                             pl_bytes own_name, struct pl_file *f, struct pl_err *err)
{
    bool is_other =
        !x->is_sparse && is_plain(e->name) && !pl_bytes_eq(pl_name_clean(e->name), pl_name_clean(own_name));
    bool is_other_link = is_plain(e->link_target) && !pl_bytes_eq(e->link_target, h->link);
    struct pl_finding *finding;
    if (!is_other && !is_other_link)
        return PL_OK;
    pl_status st = pl_findings_add(&f->findings, "archive.renamed", PL_SEVERITY_WARNING, PL_NO_OFFSET, 0,
                                   &finding, err, "tar: an extended header replaces a %s that needs none",
                                   is_other ? "name" : "link target");
    return st == PL_OK ? pl_finding_fact(&f->findings, finding, "header", is_other ? own_name : h->link, err)
                       : st;
}

/* What programs that know how make of it can be large where nothing of it is here. */
static pl_status note_sparse(struct pl_file *f, struct pl_err *err)
{
    return pl_findings_add(&f->findings, "archive.sparse",
                           f->size == 0 ? PL_SEVERITY_ERROR : PL_SEVERITY_WARNING, PL_NO_OFFSET, 0, NULL, err,
                           "tar: a file with holes, which was not put together%s",
                           f->size == 0 ? "; it has no bytes at all" : "");
}

static pl_status read_member(struct tar *t, uint64_t at, const struct pl_tar_header *h, struct pl_err *err)
{
    struct pax x = {0};
    pl_bytes rest = pl_buf_bytes(&t->extra[EXTRA_PAX]);
    pl_bytes key;
    pl_bytes value;
    while (pax_record(&rest, &key, &value))
        apply_record(&x, key, value);
    struct pl_entry e = {.type = entry_type(h), .mode = h->mode, .at = t->has_extra ? t->extra_at : at};
    uint64_t size = x.has_size ? x.size : h->size;
    bool has_contents = e.type == PL_ENTRY_FILE;
    pl_bytes own_name;
    pl_status st = full_name(t, h, &x, &e, &own_name, err);
    if (st == PL_OK && !has_contents && size > 0)
        st = pl_note(t->c, "archive.overlap", PL_SEVERITY_ERROR, at, BLOCK,
                     "link or directory with a size: readers disagree on where the next member begins", err);
    struct pl_file *f = NULL;
    if (st == PL_OK)
        st = pl_member_begin(t->c, &e, &f, err);
    if (st == PL_OK && f != NULL)
        st = check_names(h, &x, &e, own_name, f, err);
    t->has_extra = false; /* used now */
    if (st == PL_OK)
        st = drop_extra(t, at, err);
    if (st != PL_OK || f == NULL)
        goto out;
    bool is_sparse = h->type == 'S' || x.is_sparse;
    if (is_sparse)
        st = read_sparse_map(t, h->is_extended, err);
    if (st == PL_OK && has_contents && !t->c->is_full)
        st = read_contents(t, f, size, is_sparse, err);
    if (st == PL_OK && is_sparse && !t->c->is_full)
        st = note_sparse(f, err);
    if (st != PL_OK)
        goto out;
    bool is_cut = has_contents && f->size < size;
    st = pl_member_end(t->c, f, err);
    f = NULL;
    if (st == PL_OK && is_cut)
        return cut_short(t, "member", err);
    if (st == PL_OK && has_contents)
        st = read_padding(t, size, err);
out:
    if (f != NULL)
        pl_file_reset(f);
    return st;
}

/* ---- the archive ---- */

/* All that follows the first block of zeros: zeros, or a gap from the first byte that is set. */
static pl_status read_tail(struct tar *t, struct pl_err *err)
{
    uint64_t at = t->in->at;
    uint64_t first_set;
    pl_status st = pl_reader_skip(t->in, UINT64_MAX, &first_set, err);
    if (st != PL_OK)
        return st;
    uint64_t zeros_end = first_set == PL_NO_OFFSET ? t->in->at : first_set;
    st = pl_own(t->c, at, zeros_end - at, PL_CLASS_STRUCTURE, err);
    return st == PL_OK
               ? pl_own_gap(t->c, zeros_end, t->in->at - zeros_end, "bytes after the end of the archive", err)
               : st;
}

static pl_status no_more_headers(struct tar *t, uint64_t at, pl_bytes block, struct pl_err *err)
{
    if (block.n == 0 && !is_cut_above(t->in))
        return pl_note(t->c, "archive.damaged", PL_SEVERITY_WARNING, at, 0, "no end-of-archive mark", err);
    if (block.n < BLOCK)
        return block.n == 0 ? PL_OK : pl_own_gap(t->c, at, block.n, "part of a block", err);
    pl_status st = pl_own(t->c, at, block.n, PL_CLASS_STRUCTURE, err);
    return st == PL_OK ? read_tail(t, err) : st;
}

/* The names of users and groups are whatever the packer likes, 64 bytes a member. */
static pl_status note_owner(struct tar *t, uint64_t at, const struct pl_tar_header *h, struct pl_err *err)
{
    if (t->has_told_owners || h->owner.n == 0)
        return PL_OK;
    uint64_t hash = pl_bytes_hash(h->owner, 0);
    for (size_t i = 0; i < t->n_owners; i++)
        if (t->owners[i] == hash)
            return PL_OK;
    if (t->n_owners < MAX_OWNERS) {
        t->owners[t->n_owners++] = hash;
        return PL_OK;
    }
    t->has_told_owners = true;
    return pl_note(t->c, "archive.comment", PL_SEVERITY_WARNING, at, BLOCK,
                   "members of more users and groups than a release has", err);
}

static pl_status read_all(struct tar *t, struct pl_err *err)
{
    pl_status st = PL_OK;
    while (st == PL_OK && !t->c->is_full) {
        uint8_t copy[BLOCK];
        struct pl_tar_header h = {0};
        pl_bytes block;
        uint64_t at = t->in->at;
        st = pl_reader_take(t->in, BLOCK, &block, err);
        if (st != PL_OK)
            return st;
        if (block.n < BLOCK || pl_first_set(block) == SIZE_MAX) {
            st = drop_extra(t, at, err);
            return st == PL_OK ? no_more_headers(t, at, block, err) : st;
        }
        if (!pl_tar_is_header(block))
            return pl_fail(err, PL_E_INPUT, at, "tar: checksum of a header does not fit");
        memcpy(copy, block.p, BLOCK); /* the reader's block goes away when the next is read */
        block = pl_bytes_of(copy, BLOCK);
        st = pl_tar_header_read(block, at, &h, err);
        bool is_extra = h.type == 'x' || h.type == 'g' || h.type == 'L' || h.type == 'K';
        if (st == PL_OK && is_extra && h.type != 'g' && t->has_kind[extra_kind(h.type)])
            st = drop_extra(t, at, err); /* replaced before anybody used it */
        if (st == PL_OK)
            st = pl_tar_header_own(t->c, at, block, &h, err);
        if (st == PL_OK)
            st = note_owner(t, at, &h, err);
        if (st != PL_OK)
            return st;
        st = is_extra ? read_extra(t, at, &h, err) : read_member(t, at, &h, err);
    }
    return st;
}

static pl_status tar_unpack(struct pl_container *c, struct pl_reader *in, struct pl_err *err)
{
    struct tar t = {.c = c, .in = in};
    for (int i = 0; i < EXTRA_KINDS; i++)
        pl_buf_init(&t.extra[i], EXTRA_BYTES);
    pl_status st = read_all(&t, err);
    for (int i = 0; i < EXTRA_KINDS; i++)
        pl_buf_reset(&t.extra[i]);
    return st;
}

const struct pl_archive_format pl_archive_tar = {
    .name = "tar",
    .shape = PL_ARCHIVE_FLOW,
    .probe = tar_probe,
    .unpack = tar_unpack,
};
