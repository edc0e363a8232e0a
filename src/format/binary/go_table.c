/*
 * go_table.c - the table of functions of a Go program; its layout is drawn in go_table.h.
 */
#include "format/binary/go_table.h"

#define MAGIC_118 0xfffffff0u
#define MAGIC_120 0xfffffff1u

static uint64_t read_word(const struct pl_go_table *t, struct pl_cursor *c)
{
    return t->word == 8 ? pl_cursor_u64le(c) : pl_cursor_u32le(c);
}

/* The parts stand behind one another: each ends where the next one begins. */
static bool read_parts(pl_bytes all, struct pl_cursor *c, struct pl_go_table *t)
{
    pl_bytes *const parts[] = {&t->header, &t->names, &t->units, &t->files, &t->steps, &t->lines};
    uint64_t from = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        uint64_t end = i + 1 < sizeof parts / sizeof *parts ? read_word(t, c) : all.n;
        if (c->bad || end < from || end > all.n || (i == 0 && end < c->at))
            return false;
        *parts[i] = pl_bytes_sub(all, (size_t)from, (size_t)(end - from));
        from = end;
    }
    return true;
}

bool pl_go_table_read(pl_bytes all, struct pl_go_table *out)
{
    struct pl_cursor c = pl_cursor_of(all);
    uint32_t magic = pl_cursor_u32le(&c);
    uint16_t zero = pl_cursor_u16le(&c);
    *out = (struct pl_go_table){.quantum = pl_cursor_u8(&c), .is_120 = magic == MAGIC_120};
    out->word = pl_cursor_u8(&c);
    if ((magic != MAGIC_118 && magic != MAGIC_120) || zero != 0 || (out->word != 4 && out->word != 8) ||
        (out->quantum != 1 && out->quantum != 2 && out->quantum != 4))
        return false;
    out->n_functions = read_word(out, &c);
    uint64_t n_files = read_word(out, &c);
    out->text = read_word(out, &c);
    return read_parts(all, &c, out) && out->n_functions > 0 && out->n_functions <= out->lines.n / 8 &&
           n_files < UINT32_MAX;
}

static bool read_offsets(struct pl_cursor *c, uint32_t *to, unsigned *n, unsigned max, uint32_t count)
{
    if (count > max - *n)
        return false;
    for (uint32_t i = 0; i < count; i++)
        to[(*n)++] = pl_cursor_u32le(c);
    return true;
}

bool pl_go_record_read(const struct pl_go_table *t, uint64_t i, struct pl_go_record *out)
{
    struct pl_cursor row = pl_cursor_at(t->lines, 8 * i);
    *out = (struct pl_go_record){.begin = pl_cursor_u32le(&row), .at = pl_cursor_u32le(&row)};
    out->end = pl_cursor_u32le(&row);
    struct pl_cursor c = pl_cursor_at(t->lines, out->at);
    bool is_same = pl_cursor_u32le(&c) == out->begin;
    out->name = pl_cursor_u32le(&c);
    pl_cursor_skip(&c, 8);
    bool is_good = read_offsets(&c, out->steps, &out->n_steps, PL_GO_STEPS, 3);
    uint32_t n_tables = pl_cursor_u32le(&c);
    out->unit = pl_cursor_u32le(&c);
    pl_cursor_skip(&c, (t->is_120 ? 4 : 0) + 3); /* the line where it begins, what it is */
    uint32_t n_objects = pl_cursor_u8(&c);
    is_good = is_good && read_offsets(&c, out->steps, &out->n_steps, PL_GO_STEPS, n_tables) &&
              read_offsets(&c, out->objects, &out->n_objects, PL_GO_OBJECTS, n_objects);
    out->bytes = (uint32_t)(c.at - out->at);
    return is_good && is_same && !row.bad && !c.bad && out->end > out->begin;
}

pl_bytes pl_go_text(pl_bytes texts, uint64_t at)
{
    pl_bytes tail = pl_bytes_sub(texts, at < texts.n ? (size_t)at : texts.n, PL_GO_NAME_BYTES + 1u);
    size_t end = pl_bytes_find_byte(tail, 0, 0);
    return pl_bytes_sub(tail, 0, end == SIZE_MAX ? 0 : end);
}

pl_bytes pl_go_file(const struct pl_go_table *t, uint32_t unit, int64_t number)
{
    if (number < 0 || number > INT32_MAX)
        return (pl_bytes){NULL, 0};
    struct pl_cursor c = pl_cursor_at(t->units, 4 * ((uint64_t)unit + (uint64_t)number));
    uint32_t at = pl_cursor_u32le(&c);
    return c.bad || at == PL_GO_NONE ? (pl_bytes){NULL, 0} : pl_go_text(t->files, at);
}

/* LEB128 of at most 32 bits. */
static uint32_t read_varint(struct pl_cursor *c)
{
    return (uint32_t)pl_cursor_uleb(c, 5);
}

struct pl_go_steps pl_go_steps_of(const struct pl_go_table *t, uint32_t at)
{
    return (struct pl_go_steps){.c = pl_cursor_at(t->steps, at), .quantum = t->quantum, .value = -1};
}

bool pl_go_steps_next(struct pl_go_steps *s)
{
    uint32_t step = read_varint(&s->c);
    if (s->c.bad || (step == 0 && s->to > 0))
        return false;
    s->value += (step & 1) != 0 ? -(int64_t)(step >> 1) - 1 : (int64_t)(step >> 1);
    s->from = s->to;
    s->to += (uint64_t)read_varint(&s->c) * s->quantum;
    s->c.bad |= s->to == s->from;
    return !s->c.bad;
}
