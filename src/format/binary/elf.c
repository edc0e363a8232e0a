/*
 * elf.c - the headers of an ELF file, and the order in which its bytes find their owners.
 *
 *     | ELF header | program headers | section ... section | section headers |
 *
 * Headers own their bytes first, then each section by its type and name, then program segments where there are no
 * section headers, then padding; what is left is an overlay or a gap. A section that lies over another is never looked into, so
 * that all reading together is linear in the size of the file, whatever the headers say.
 *
 * Source: System V gABI 4.2, chapter 4 and 5.
 */
#include "format/binary/elf.h"

#include "base/quote.h"
#include "base/size.h"
#include "format/binary/elf_reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_SEGMENTS 1024u /* honest files have about 13; checks compare sections with all of them */

uint16_t pl_elf_u16(const struct pl_elf_reader *r, struct pl_cursor *c)
{
    return r->elf->is_big_endian ? pl_cursor_u16be(c) : pl_cursor_u16le(c);
}

uint32_t pl_elf_u32(const struct pl_elf_reader *r, struct pl_cursor *c)
{
    return r->elf->is_big_endian ? pl_cursor_u32be(c) : pl_cursor_u32le(c);
}

uint64_t pl_elf_u64(const struct pl_elf_reader *r, struct pl_cursor *c)
{
    return r->elf->is_big_endian ? pl_cursor_u64be(c) : pl_cursor_u64le(c);
}

uint64_t pl_elf_word(const struct pl_elf_reader *r, struct pl_cursor *c)
{
    return r->elf->is_64 ? pl_elf_u64(r, c) : pl_elf_u32(r, c);
}

size_t pl_elf_word_bytes(const struct pl_elf_reader *r)
{
    return r->elf->is_64 ? 8 : 4;
}

bool pl_elf_is(pl_bytes data)
{
    return pl_bytes_starts(data, PL_LIT("\x7f"
                                        "ELF"));
}

pl_bytes pl_elf_section_bytes(pl_bytes data, const struct pl_elf_section *s)
{
    if (!s->is_readable || s->type == PL_ELF_SHT_NOBITS || s->offset > data.n)
        return (pl_bytes){NULL, 0};
    return pl_bytes_sub(data, (size_t)s->offset, (size_t)s->size);
}

void pl_elf_own(struct pl_elf_reader *r, uint64_t offset, uint64_t length, enum pl_elf_owner owner,
                uint32_t section, const char *what)
{
    if (length == 0 || r->st != PL_OK || offset >= r->data.n)
        return;
    if (length > r->data.n - offset)
        length = r->data.n - offset;
    struct pl_elf_range *slot = PL_VEC_ADD(&r->ranges);
    if (slot == NULL) {
        r->st = pl_fail_nomem(r->err);
        return;
    }
    *slot = (struct pl_elf_range){offset, length, owner, section, what};
}

const char *pl_elf_name(struct pl_elf_reader *r, uint32_t section)
{
    struct pl_buf quoted;
    pl_buf_init(&quoted, 4096);
    pl_quote_some(&quoted, r->elf->sections[section].name, 64);
    pl_status st = pl_buf_done(&quoted, r->err);
    const char *text = st != PL_OK ? NULL : pl_arena_str(r->arena, pl_buf_bytes(&quoted));
    pl_buf_reset(&quoted);
    if (text == NULL)
        r->st = st != PL_OK ? st : pl_arena_fail(r->arena, r->err);
    return text == NULL ? "" : text;
}

void pl_elf_own_part(struct pl_elf_reader *r, uint32_t section, uint64_t from, uint64_t length,
                     enum pl_elf_owner owner)
{
    const struct pl_elf_section *s = &r->elf->sections[section];
    if (length == 0 || r->st != PL_OK)
        return;
    const char *what = pl_arena_printf(r->arena, "section %s", pl_elf_name(r, section));
    if (what == NULL)
        r->st = pl_arena_fail(r->arena, r->err);
    pl_elf_own(r, s->offset + from, length, owner, section, what);
}

void pl_elf_own_gap(struct pl_elf_reader *r, uint64_t offset, uint64_t length, uint32_t section,
                    const char *where)
{
    pl_bytes gap = pl_bytes_sub(r->data, (size_t)offset, (size_t)length);
    size_t first = 0;
    size_t end = gap.n;
    while (first < end && gap.p[first] == 0)
        first++;
    while (end > first && gap.p[end - 1] == 0)
        end--;
    pl_elf_own(r, offset, first, PL_ELF_STRUCTURE, section, "alignment padding");
    pl_elf_own(r, offset + first, end - first, PL_ELF_UNOWNED, section, where);
    pl_elf_own(r, offset + end, gap.n - end, PL_ELF_STRUCTURE, section, "alignment padding");
    if (end > first)
        pl_elf_odd(r, "image.gap", PL_SEVERITY_ERROR, offset + first, end - first,
                   "%zu bytes of data %s, where nothing refers to them", end - first, where);
}

void pl_elf_own_rest(struct pl_elf_reader *r, uint32_t section, uint64_t from)
{
    const struct pl_elf_section *s = &r->elf->sections[section];
    if (from >= s->size || r->st != PL_OK)
        return;
    const char *where = pl_arena_printf(r->arena, "in section %s", pl_elf_name(r, section));
    if (where == NULL)
        r->st = pl_arena_fail(r->arena, r->err);
    else
        pl_elf_own_gap(r, s->offset + from, s->size - from, section, where);
}

void pl_elf_odd(struct pl_elf_reader *r, const char *tag, enum pl_severity severity, uint64_t offset,
                uint64_t length, const char *fmt, ...)
{
    char text[512];
    va_list args;
    if (r->findings == NULL || r->st != PL_OK)
        return;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args); /* a longer text is cut */
    va_end(args);
    r->st = pl_findings_add(r->findings, tag, severity, offset, length, NULL, r->err, "%s", text);
}

struct file_header {
    uint64_t program_offset;
    uint64_t section_offset;
    uint32_t header_bytes;
    uint32_t program_entry_bytes;
    uint32_t n_program;
    uint32_t section_entry_bytes;
    uint64_t n_sections;
    uint32_t names_section;
};

static pl_status read_file_header(struct pl_elf_reader *r, struct file_header *h)
{
    struct pl_cursor c = pl_cursor_of(r->data);
    pl_bytes ident = pl_cursor_take(&c, 16);
    if (c.bad || !pl_elf_is(ident))
        return pl_fail(r->err, PL_E_INPUT, 0, "elf: no ELF identification");
    if (ident.p[4] < 1 || ident.p[4] > 2 || ident.p[5] < 1 || ident.p[5] > 2)
        return pl_fail(r->err, PL_E_INPUT, 4, "elf: unknown class or byte order");
    r->elf->is_64 = ident.p[4] == 2;
    r->elf->is_big_endian = ident.p[5] == 2;
    r->elf->type = pl_elf_u16(r, &c);
    r->elf->machine = pl_elf_u16(r, &c);
    (void)pl_elf_u32(r, &c); /* version */
    r->elf->entry = pl_elf_word(r, &c);
    h->program_offset = pl_elf_word(r, &c);
    h->section_offset = pl_elf_word(r, &c);
    (void)pl_elf_u32(r, &c); /* flags: meaning depends on the machine */
    h->header_bytes = pl_elf_u16(r, &c);
    h->program_entry_bytes = pl_elf_u16(r, &c);
    h->n_program = pl_elf_u16(r, &c);
    h->section_entry_bytes = pl_elf_u16(r, &c);
    h->n_sections = pl_elf_u16(r, &c);
    h->names_section = pl_elf_u16(r, &c);
    if (c.bad)
        return pl_fail(r->err, PL_E_INPUT, r->data.n, "elf: file header cut short");
    if (h->header_bytes != c.at)
        pl_elf_odd(r, "image.damaged", PL_SEVERITY_WARNING, 0, c.at,
                   "file header claims %u bytes, it has %zu", h->header_bytes, c.at);
    /* EI_PAD is reserved and nobody reads it: room for 7 bytes. */
    pl_elf_own(r, 0, 9, PL_ELF_STRUCTURE, PL_ELF_NO_SECTION, "ELF header");
    pl_elf_own_gap(r, 9, 7, PL_ELF_NO_SECTION, "in the ELF identification");
    pl_elf_own(r, 16, c.at - 16, PL_ELF_STRUCTURE, PL_ELF_NO_SECTION, "ELF header");
    return PL_OK;
}

static struct pl_elf_section read_section_header(struct pl_elf_reader *r, struct pl_cursor *c, uint32_t *name)
{
    struct pl_elf_section s = {0};
    *name = pl_elf_u32(r, c);
    s.type = pl_elf_u32(r, c);
    s.flags = pl_elf_word(r, c);
    s.addr = pl_elf_word(r, c);
    s.offset = pl_elf_word(r, c);
    s.size = pl_elf_word(r, c);
    s.link = pl_elf_u32(r, c);
    s.info = pl_elf_u32(r, c);
    s.align = pl_elf_word(r, c);
    s.entsize = pl_elf_word(r, c);
    return s;
}

/* More than 65,279 sections or 65,534 segments: the true numbers stand in section 0. */
static void read_big_counts(struct pl_elf_reader *r, struct file_header *h)
{
    struct pl_cursor c = pl_cursor_at(r->data, h->section_offset);
    uint32_t name;
    if (h->section_offset == 0)
        return;
    struct pl_elf_section first = read_section_header(r, &c, &name);
    if (c.bad)
        return;
    if (h->n_sections == 0)
        h->n_sections = first.size;
    if (h->names_section == 0xffff)
        h->names_section = first.link;
    if (h->n_program == 0xffff)
        h->n_program = first.info;
}

/* How many entries of a table lie inside the file; says so when that is not all. */
static uint64_t entries_inside(struct pl_elf_reader *r, uint64_t offset, uint64_t n, uint64_t entry_bytes,
                               const char *what)
{
    uint64_t fits = offset > r->data.n ? 0 : (r->data.n - offset) / entry_bytes;
    if (n > fits)
        pl_elf_odd(r, "image.damaged", PL_SEVERITY_ERROR, PL_NO_OFFSET, 0,
                   "%s: %llu entries claimed, %llu lie inside the file", what, (unsigned long long)n,
                   (unsigned long long)fits);
    return n < fits ? n : fits;
}

static void read_segments(struct pl_elf_reader *r, const struct file_header *h)
{
    uint64_t entry_bytes = r->elf->is_64 ? 56 : 32;
    uint64_t n = h->n_program;
    if (n == 0 || h->program_offset == 0)
        return;
    if (h->program_entry_bytes != entry_bytes) {
        pl_elf_odd(r, "image.damaged", PL_SEVERITY_ERROR, PL_NO_OFFSET, 0, "program headers of %u bytes",
                   h->program_entry_bytes);
        return;
    }
    n = entries_inside(r, h->program_offset, n, entry_bytes, "program headers");
    if (n > MAX_SEGMENTS) {
        pl_elf_odd(r, "image.damaged", PL_SEVERITY_ERROR, PL_NO_OFFSET, 0,
                   "%llu program headers; the first %u were looked at", (unsigned long long)n, MAX_SEGMENTS);
        n = MAX_SEGMENTS;
    }
    pl_elf_own(r, h->program_offset, n * entry_bytes, PL_ELF_STRUCTURE, PL_ELF_NO_SECTION, "program headers");
    r->elf->segments = pl_arena_take_n(r->arena, n, sizeof *r->elf->segments);
    if (r->elf->segments == NULL) {
        r->st = pl_arena_fail(r->arena, r->err);
        return;
    }
    r->elf->n_segments = n;
    struct pl_cursor c = pl_cursor_at(r->data, h->program_offset);
    for (size_t i = 0; i < n; i++) {
        struct pl_elf_segment *s = &r->elf->segments[i];
        s->type = pl_elf_u32(r, &c);
        if (r->elf->is_64)
            s->flags = pl_elf_u32(r, &c);
        s->offset = pl_elf_word(r, &c);
        s->vaddr = pl_elf_word(r, &c);
        (void)pl_elf_word(r, &c); /* physical address: nobody reads it */
        s->file_bytes = pl_elf_word(r, &c);
        s->memory_bytes = pl_elf_word(r, &c);
        if (!r->elf->is_64)
            s->flags = pl_elf_u32(r, &c);
        s->align = pl_elf_word(r, &c);
    }
}

static void name_sections(struct pl_elf_reader *r, const uint32_t *names)
{
    struct pl_elf *e = r->elf;
    if (e->names_section >= e->n_sections)
        return;
    const struct pl_elf_section *s = &e->sections[e->names_section];
    if (s->offset > r->data.n)
        return;
    pl_bytes table = pl_bytes_sub(r->data, (size_t)s->offset, (size_t)s->size);
    for (size_t i = 0; i < e->n_sections; i++) {
        pl_bytes tail = pl_bytes_from(table, names[i] < table.n ? names[i] : table.n);
        /* A name is short; a longer one is cut, so that hostile headers cannot make naming quadratic. */
        tail = pl_bytes_sub(tail, 0, 256);
        size_t end = pl_bytes_find_byte(tail, 0, 0);
        e->sections[i].name = pl_bytes_sub(tail, 0, end == SIZE_MAX ? tail.n : end);
    }
}

static void read_sections(struct pl_elf_reader *r, const struct file_header *h)
{
    uint64_t entry_bytes = r->elf->is_64 ? 64 : 40;
    uint64_t n = h->n_sections;
    if (n == 0 || h->section_offset == 0)
        return;
    if (h->section_entry_bytes != entry_bytes) {
        pl_elf_odd(r, "image.damaged", PL_SEVERITY_ERROR, PL_NO_OFFSET, 0, "section headers of %u bytes",
                   h->section_entry_bytes);
        return;
    }
    n = entries_inside(r, h->section_offset, n, entry_bytes, "section headers");
    pl_elf_own(r, h->section_offset, n * entry_bytes, PL_ELF_STRUCTURE, PL_ELF_NO_SECTION, "section headers");
    r->elf->sections = pl_arena_take_n(r->arena, n, sizeof *r->elf->sections);
    uint32_t *names = pl_arena_take_n(r->arena, n, sizeof *names);
    if (r->elf->sections == NULL || names == NULL) {
        r->st = pl_arena_fail(r->arena, r->err);
        return;
    }
    r->elf->n_sections = n;
    r->elf->section_table_offset = h->section_offset;
    r->elf->names_section = h->names_section;
    struct pl_cursor c = pl_cursor_at(r->data, h->section_offset);
    for (size_t i = 0; i < n; i++)
        r->elf->sections[i] = read_section_header(r, &c, &names[i]);
    name_sections(r, names);
}

static bool has_bytes(const struct pl_elf_section *s)
{
    return s->type != PL_ELF_SHT_NULL && s->type != PL_ELF_SHT_NOBITS && s->size > 0;
}

struct span {
    uint64_t offset;
    uint64_t end;
    uint32_t section; /* or PL_ELF_NO_SECTION for a header table */
};

static int by_offset(const void *a, const void *b)
{
    const struct span *x = a;
    const struct span *y = b;
    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    /* Header tables first: they keep their bytes. */
    bool x_is_table = x->section == PL_ELF_NO_SECTION;
    bool y_is_table = y->section == PL_ELF_NO_SECTION;
    if (x_is_table != y_is_table)
        return x_is_table ? -1 : 1;
    return x->section < y->section ? -1 : x->section > y->section;
}

/* Decide which sections may be looked into: inside the file, and over nothing that came before. */
static void find_readable(struct pl_elf_reader *r)
{
    struct pl_elf *e = r->elf;
    size_t n = 0;
    struct span *spans = calloc(e->n_sections + r->ranges.n + 1, sizeof *spans);
    if (spans == NULL) {
        r->st = pl_fail_nomem(r->err);
        return;
    }
    for (size_t i = 0; i < r->ranges.n; i++)
        spans[n++] = (struct span){r->ranges.v[i].offset, r->ranges.v[i].offset + r->ranges.v[i].length,
                                   PL_ELF_NO_SECTION};
    for (uint32_t i = 0; i < e->n_sections; i++) {
        const struct pl_elf_section *s = &e->sections[i];
        if (!has_bytes(s))
            continue;
        if (s->offset > r->data.n || s->size > r->data.n - s->offset)
            pl_elf_odd(r, "image.damaged", PL_SEVERITY_ERROR,
                       s->offset < r->data.n ? s->offset : PL_NO_OFFSET, 0,
                       "section %s reaches over the end of the file", pl_elf_name(r, i));
        else
            spans[n++] = (struct span){s->offset, s->offset + s->size, i};
    }
    qsort(spans, n, sizeof *spans, by_offset);
    uint64_t end = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t section = spans[i].section;
        bool is_over = spans[i].offset < end;
        if (section != PL_ELF_NO_SECTION) {
            e->sections[section].is_readable = !is_over;
            if (is_over)
                pl_elf_odd(r, "image.damaged", PL_SEVERITY_ERROR, spans[i].offset,
                           spans[i].end - spans[i].offset, "section %s lies over another section or header",
                           pl_elf_name(r, section));
        }
        if (spans[i].end > end)
            end = spans[i].end;
    }
    free(spans);
}

static void own_sections(struct pl_elf_reader *r)
{
    struct pl_elf *e = r->elf;
    for (uint32_t i = 0; i < e->n_sections && r->st == PL_OK; i++) {
        const struct pl_elf_section *s = &e->sections[i];
        if (!has_bytes(s) || !s->is_readable)
            continue;
        if (!pl_elf_read_table(r, i))
            pl_elf_read_section(r, i);
    }
    /* Sections that lie over others hold what is left of them, unread. */
    for (uint32_t i = 0; i < e->n_sections && r->st == PL_OK; i++) {
        const struct pl_elf_section *s = &e->sections[i];
        if (has_bytes(s) && !s->is_readable && s->offset < r->data.n)
            pl_elf_own_part(r, i, 0, s->size, PL_ELF_DATA);
    }
}

/* Without section headers the segments are all there is. */
static void own_segments(struct pl_elf_reader *r)
{
    struct pl_elf *e = r->elf;
    for (size_t i = 0; i < e->n_segments; i++) {
        const struct pl_elf_segment *s = &e->segments[i];
        if (s->offset > r->data.n || s->file_bytes > r->data.n - s->offset) {
            pl_elf_odd(r, "image.damaged", PL_SEVERITY_ERROR, PL_NO_OFFSET, 0,
                       "program segment %zu reaches over the end of the file", i);
            continue;
        }
        pl_bytes bytes = pl_bytes_sub(r->data, (size_t)s->offset, (size_t)s->file_bytes);
        if (e->n_sections > 0)
            continue;
        if (s->type == PL_ELF_PT_INTERP && bytes.n > 0 && bytes.p[bytes.n - 1] == 0)
            e->interp = pl_bytes_sub(bytes, 0, bytes.n - 1);
        bool is_code = (s->flags & PL_ELF_PF_X) != 0;
        if (s->type == PL_ELF_PT_NOTE && e->type == PL_ELF_ET_CORE)
            pl_elf_own(r, s->offset, s->file_bytes, PL_ELF_DATA, PL_ELF_NO_SECTION, "core notes");
        else if (s->type == PL_ELF_PT_LOAD)
            pl_elf_own(r, s->offset, s->file_bytes, is_code ? PL_ELF_CODE : PL_ELF_DATA, PL_ELF_NO_SECTION,
                       is_code ? "executable segment" : "data segment");
    }
}

static pl_status keep_ranges(struct pl_elf_reader *r)
{
    struct pl_elf *e = r->elf;
    if (r->st != PL_OK)
        return r->st;
    e->ranges = pl_arena_take_n(r->arena, r->ranges.n + 1, sizeof *e->ranges);
    if (e->ranges == NULL)
        return pl_arena_fail(r->arena, r->err);
    for (size_t i = 0; i < r->ranges.n; i++)
        e->ranges[i] = r->ranges.v[i];
    e->n_ranges = r->ranges.n;
    return PL_OK;
}

pl_status pl_elf_read(pl_bytes data, struct pl_arena *arena, struct pl_findings *findings, struct pl_elf *out,
                      struct pl_err *err)
{
    struct pl_elf elf = {0};
    struct pl_elf_reader r = {.data = data, .elf = &elf, .arena = arena, .findings = findings, .err = err};
    struct file_header h = {0};
    pl_status st = read_file_header(&r, &h);
    if (st == PL_OK) {
        read_big_counts(&r, &h);
        read_segments(&r, &h);
        read_sections(&r, &h);
        find_readable(&r);
        r.name_starts = pl_arena_take(arena, data.n / 8 + 1);
        if (r.name_starts == NULL && r.st == PL_OK)
            r.st = pl_arena_fail(arena, err);
        if (r.st == PL_OK) {
            pl_elf_mark_names(&r);
            own_sections(&r);
            own_segments(&r);
            pl_elf_check_headers(&r);
            pl_elf_read_gaps(&r);
        }
        st = keep_ranges(&r);
    }
    if (st == PL_OK)
        *out = elf;
    PL_VEC_FREE(&r.ranges);
    return st;
}
