/*
 * code_refer.c - what an address means to the function that uses it.
 *
 * Asked in this order: a pointer that the loader fills in, code, a string, other data. A use of code is left as an address, since
 * functions are tied together when all of them are known.
 */
#include "feature/code_image.h"

#include "base/quote.h"

#define TEXT_IN_CODE_BYTES                                                                                   \
    8u /* instructions that read as so long a text do not follow one another by chance */
#define MAX_TEXT_IN_CODE 1024u
#define WIDE_WALK        4096u /* characters that are counted to get into the middle of a string */

const struct pl_code_span *pl_code_span_at(const struct pl_code_image *im, uint64_t address)
{
    size_t low = 0;
    size_t high = im->spans.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct pl_code_span *s = &im->spans.v[middle];
        if (address < s->address)
            high = middle;
        else if (address - s->address < s->memory_bytes)
            return s;
        else
            low = middle + 1;
    }
    return NULL;
}

const struct pl_code_area *pl_code_area_at(const struct pl_code_image *im, uint64_t address)
{
    size_t low = 0;
    size_t high = im->areas.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct pl_code_area *a = &im->areas.v[middle];
        if (address < a->address)
            high = middle;
        else if (address - a->address < a->size)
            return a;
        else
            low = middle + 1;
    }
    return NULL;
}

pl_bytes pl_code_bytes_at(const struct pl_code_image *im, uint64_t address, uint64_t n)
{
    const struct pl_code_span *s = pl_code_span_at(im, address);
    if (s == NULL || address - s->address > s->size || n > s->size - (address - s->address))
        return (pl_bytes){NULL, 0};
    return pl_bytes_sub(im->data, (size_t)(s->offset + (address - s->address)), (size_t)n);
}

const struct pl_code_slot *pl_code_slot_at(const struct pl_code_image *im, uint64_t address)
{
    size_t low = 0;
    size_t high = im->slots.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (im->slots.v[middle].address < address)
            low = middle + 1;
        else
            high = middle;
    }
    return low < im->slots.n && im->slots.v[low].address == address ? &im->slots.v[low] : NULL;
}

uint32_t pl_code_function_at(const struct pl_function *functions, size_t n, uint64_t address)
{
    size_t low = 0;
    size_t high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (address < functions[middle].address)
            high = middle;
        else if (address - functions[middle].address < functions[middle].size)
            return (uint32_t)middle;
        else
            low = middle + 1;
    }
    return PL_NO_TARGET;
}

/* Length of the character at the front of `b` when it may stand in a string; 0 when not. */
static size_t text_step(pl_bytes b)
{
    uint8_t c = b.p[0];
    uint32_t code_point;
    if (c >= 0x80)
        return pl_utf8_next(b, &code_point);
    return (c >= 0x20 && c < 0x7f) || (c >= 7 && c <= 13) || c == 0x1b;
}

bool pl_code_is_text(pl_bytes b)
{
    while (b.n > 0) {
        size_t step = text_step(b);
        if (step == 0)
            return false;
        b = pl_bytes_from(b, step);
    }
    return true;
}

static void add_texts(struct pl_code_image *im, uint64_t from, uint64_t size)
{
    uint64_t end = from + size;
    uint64_t begin = from;
    for (uint64_t at = from; at < end && !im->no_memory;) {
        pl_bytes left = pl_bytes_sub(im->data, (size_t)at, (size_t)(end - at));
        size_t step = text_step(left);
        if (step > 0) {
            at += step;
            continue;
        }
        if (left.p[0] == 0 && at > begin) {
            struct pl_code_text *t = PL_VEC_ADD(&im->texts);
            if (t == NULL)
                im->no_memory = true;
            else
                *t = (struct pl_code_text){(uint32_t)begin, (uint32_t)at};
        }
        begin = ++at;
    }
}

/* A character that may stand in text of two bytes a character: what else is there is more often a number than a letter. */
static bool is_wide_letter(uint32_t unit)
{
    return (unit >= 0x20 && unit < 0x7f) || (unit >= 7 && unit <= 13) || (unit >= 0xa0 && unit < 0x250) ||
           (unit >= 0x370 && unit < 0x600) || (unit >= 0x2010 && unit < 0x2040);
}

/* A letter as UTF-8 (RFC 3629), at most three bytes; how many. */
static size_t put_letter(uint32_t unit, uint8_t *out)
{
    if (unit < 0x80) {
        out[0] = (uint8_t)unit;
        return 1;
    }
    if (unit < 0x800) {
        out[0] = (uint8_t)(0xc0 | unit >> 6);
        out[1] = (uint8_t)(0x80 | (unit & 0x3f));
        return 2;
    }
    out[0] = (uint8_t)(0xe0 | unit >> 12);
    out[1] = (uint8_t)(0x80 | (unit >> 6 & 0x3f));
    out[2] = (uint8_t)(0x80 | (unit & 0x3f));
    return 3;
}

static pl_bytes narrowed(struct pl_code_image *im, struct pl_cursor c, size_t units)
{
    uint8_t *out = pl_arena_take(im->arena, 3 * units + 1);
    size_t n = 0;
    if (out == NULL) {
        im->no_memory = true;
        return (pl_bytes){NULL, 0};
    }
    for (size_t i = 0; i < units; i++)
        n += put_letter(pl_cursor_u16le(&c), out + n);
    return pl_bytes_of(out, n);
}

static void add_wides(struct pl_code_image *im, uint64_t from, uint64_t size)
{
    from += from & 1;
    pl_bytes all = pl_bytes_sub(im->data, 0, (size_t)(from + size));
    struct pl_cursor c = pl_cursor_at(all, from);
    size_t begin = c.at;
    while (pl_cursor_left(&c) >= 2 && !im->no_memory) {
        uint32_t unit = pl_cursor_u16le(&c);
        if (is_wide_letter(unit))
            continue;
        size_t units = (c.at - begin) / 2 - 1;
        if (unit == 0 && units > 1) {
            struct pl_code_wide w = {(uint32_t)begin, (uint32_t)(c.at - 2),
                                     narrowed(im, pl_cursor_at(all, begin), units)};
            struct pl_code_wide *slot = PL_VEC_ADD(&im->wides);
            if (slot == NULL)
                im->no_memory = true;
            else
                *slot = w;
        }
        begin = c.at;
    }
}

/* [from, end) of the file, but for code: what stands there is no string, and most bytes of a file are code. */
static void add_both(struct pl_code_image *im, uint64_t from, uint64_t size)
{
    add_texts(im, from, size);
    if (im->has_wide)
        add_wides(im, from, size);
}

static void add_texts_around_code(struct pl_code_image *im, uint64_t from, uint64_t end)
{
    for (size_t i = 0; i < im->areas.n && from < end; i++) {
        const struct pl_code_area *a = &im->areas.v[i];
        if (a->offset + a->size <= from || a->offset >= end)
            continue;
        if (a->offset > from)
            add_both(im, from, a->offset - from);
        from = a->offset + a->size;
    }
    if (from < end)
        add_both(im, from, end - from);
}

void pl_code_gather_texts(struct pl_code_image *im)
{
    uint64_t done = 0; /* spans may share bytes of the file; each byte is looked at once */
    for (size_t i = 0; i < im->spans.n && im->data.n <= UINT32_MAX; i++) {
        const struct pl_code_span *s = &im->spans.v[i];
        uint64_t from = s->offset > done ? s->offset : done;
        if (s->is_writable || from >= s->offset + s->size)
            continue;
        add_texts_around_code(im, from, s->offset + s->size);
        done = s->offset + s->size;
    }
}

static pl_bytes text_in_file(const struct pl_code_image *im, uint64_t offset)
{
    size_t low = 0;
    size_t high = im->texts.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (im->texts.v[middle].end <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == im->texts.n || im->texts.v[low].from > offset)
        return (pl_bytes){NULL, 0};
    pl_bytes text = pl_bytes_sub(im->data, (size_t)offset, (size_t)(im->texts.v[low].end - offset));
    return (text.p[0] & 0xc0) == 0x80 ? (pl_bytes){NULL, 0} : text; /* not from the middle of a character */
}

static pl_bytes wide_in_file(const struct pl_code_image *im, uint64_t offset)
{
    size_t low = 0;
    size_t high = im->wides.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (im->wides.v[middle].end <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == im->wides.n || im->wides.v[low].from > offset || (offset - im->wides.v[low].from) % 2 != 0)
        return (pl_bytes){NULL, 0};
    const struct pl_code_wide *w = &im->wides.v[low];
    size_t units = (size_t)(offset - w->from) / 2;
    if (units > WIDE_WALK)
        return (pl_bytes){NULL, 0};
    pl_bytes rest = w->text;
    uint32_t code_point;
    for (; units > 0 && rest.n > 0; units--)
        rest = pl_bytes_from(rest, pl_utf8_next(rest, &code_point));
    return rest;
}

/*
 * How many of the bytes save registers, as a function's first instructions do: push reg is a letter from P to W, behind an A for r8 to r15 (Intel SDM, PUSH). So
 * "AWAVAUATUSIc" is the beginning of a function and no text.
 */
static size_t count_pushes(const struct pl_code_image *im, pl_bytes b)
{
    size_t n = 0;
    bool is_64 = im->machine == PL_CODE_X86_64;
    if (!is_64 && im->machine != PL_CODE_I386)
        return 0;
    for (;;) {
        size_t step = is_64 && n < b.n && b.p[n] == 'A' ? 1 : 0;
        if (n + step >= b.n || b.p[n + step] < 'P' || b.p[n + step] > 'W')
            return n;
        n += step + 1;
    }
}

/* Text that a payload brought along: bytes between instructions that read as one. */
static pl_bytes text_in_code(const struct pl_code_image *im, uint64_t address)
{
    const struct pl_code_span *s = pl_code_span_at(im, address);
    if (s == NULL || address - s->address >= s->size)
        return (pl_bytes){NULL, 0};
    uint64_t offset = s->offset + (address - s->address);
    pl_bytes rest = pl_bytes_sub(im->data, (size_t)offset, MAX_TEXT_IN_CODE);
    size_t n = 0;
    while (n < rest.n && rest.p[n] >= 0x20 && rest.p[n] < 0x7f)
        n++;
    bool is_text =
        n >= TEXT_IN_CODE_BYTES + count_pushes(im, pl_bytes_sub(rest, 0, n)) && n < rest.n && rest.p[n] == 0;
    return is_text ? pl_bytes_sub(rest, 0, n) : (pl_bytes){NULL, 0};
}

pl_bytes pl_code_text_at(const struct pl_code_image *im, uint64_t address)
{
    const struct pl_code_span *s = pl_code_span_at(im, address);
    if (s == NULL || s->is_writable || address - s->address >= s->size ||
        pl_code_area_at(im, address) != NULL)
        return (pl_bytes){NULL, 0};
    uint64_t offset = s->offset + (address - s->address);
    pl_bytes text = text_in_file(im, offset);
    if (text.n > 1 || im->wides.n == 0)
        return text;
    pl_bytes wide = wide_in_file(im, offset);
    return wide.n > text.n ? wide : text;
}

bool pl_code_stands_alone(const struct pl_code_image *im, uint64_t address)
{
    pl_bytes before = pl_code_bytes_at(im, address - 1, 1);
    return before.n == 1 && before.p[0] == 0 && pl_code_text_at(im, address).n > 0;
}

struct pl_atom *pl_code_emit(struct pl_code_sink *sink, enum pl_atom_kind kind, uint64_t at, uint64_t value)
{
    sink->is_full = sink->is_full || sink->atoms.n >= sink->max_atoms;
    struct pl_atom *a = sink->is_full ? NULL : PL_VEC_ADD(&sink->atoms);
    if (a == NULL) {
        sink->no_memory = true;
        return NULL;
    }
    *a = (struct pl_atom){.kind = (uint8_t)kind, .at = at, .value = value, .target = PL_NO_TARGET};
    return a;
}

static void emit_text(struct pl_code_sink *sink, enum pl_atom_kind kind, uint64_t at, uint64_t address,
                      pl_bytes text)
{
    struct pl_atom *a = pl_code_emit(sink, kind, at, address);
    if (a == NULL)
        return;
    a->text = text;
    a->hash = pl_atom_hash_text(text);
}

/* An address in code: kept with its use until functions are known. */
static void emit_code(struct pl_code_sink *sink, uint64_t at, uint64_t address, enum pl_code_use use)
{
    struct pl_atom *a = pl_code_emit(sink, PL_ATOM_CALL, at, address);
    if (a != NULL)
        a->hash = use;
}

static void emit_float(struct pl_code_sink *sink, uint64_t at, pl_bytes bytes)
{
    struct pl_cursor c = pl_cursor_of(bytes);
    union {
        uint64_t bits;
        double value;
    } wide;
    union {
        uint32_t bits;
        float value;
    } narrow;
    if (bytes.n == 8) {
        wide.bits = pl_cursor_u64le(&c);
    } else {
        narrow.bits = pl_cursor_u32le(&c);
        wide.value = (double)narrow.value;
    }
    struct pl_atom *a = pl_code_emit(sink, PL_ATOM_FLOAT, at, wide.bits);
    if (a == NULL)
        return;
    a->hash = pl_atom_hash_value(wide.bits);
    a->text = bytes; /* where it stands */
}

static void refer_data(const struct pl_code_image *im, struct pl_code_sink *sink, uint64_t at,
                       uint64_t address, enum pl_code_use use, unsigned width)
{
    const struct pl_code_span *s = pl_code_span_at(im, address);
    if (s == NULL)
        return;
    pl_bytes read_only = {NULL, 0};
    if (!s->is_writable && width > 0 && width <= 64)
        read_only = pl_code_bytes_at(im, address, width);
    if (use == PL_USE_FLOAT && (read_only.n == 4 || read_only.n == 8)) {
        emit_float(sink, at, read_only);
        return;
    }
    struct pl_atom *a = pl_code_emit(sink, PL_ATOM_DATA, at, address);
    if (a != NULL)
        a->text = read_only;
}

/* What a pointer that is loaded or computed leads to. */
static void refer_address(const struct pl_code_image *im, struct pl_code_sink *sink, uint64_t at,
                          uint64_t address, enum pl_code_use use)
{
    bool is_code = pl_code_area_at(im, address) != NULL;
    pl_bytes text = !is_code                ? pl_code_text_at(im, address)
                    : use == PL_USE_ADDRESS ? text_in_code(im, address)
                                            : (pl_bytes){NULL, 0};
    if (is_code && text.n == 0) {
        emit_code(sink, at, pl_code_address(im, address), use);
        return;
    }
    if (text.n > 0)
        emit_text(sink, PL_ATOM_STRING, at, address, text);
    else
        refer_data(im, sink, at, address, PL_USE_ADDRESS, 0);
}

/* The same, of a pointer in data, which may say how long a text is. */
static void refer_slot(const struct pl_code_image *im, struct pl_code_sink *sink, uint64_t at,
                       const struct pl_code_slot *slot)
{
    pl_bytes text = pl_code_slot_text(im, slot);
    if (sink->texts_are == PL_TEXTS_NUL || pl_code_area_at(im, slot->target) != NULL)
        refer_address(im, sink, at, slot->target, PL_USE_ADDRESS);
    else if (text.n > 0)
        emit_text(sink, PL_ATOM_STRING, at, slot->target, text);
    else
        refer_data(im, sink, at, slot->target, PL_USE_ADDRESS, 0);
}

/* The text of a string object at this address. */
static pl_bytes object_text(const struct pl_code_image *im, uint64_t address)
{
    for (size_t i = 0; i < im->strings.n; i++) {
        const struct pl_code_range *s = &im->strings.v[i];
        if (address - s->address >= s->size || (address - s->address) % 32 != 0)
            continue;
        const struct pl_code_slot *slot = pl_code_slot_at(im, address + 16);
        return slot == NULL ? (pl_bytes){NULL, 0} : pl_code_text_at(im, slot->target);
    }
    return (pl_bytes){NULL, 0};
}

void pl_code_refer(const struct pl_code_image *im, struct pl_code_sink *sink, uint64_t at, uint64_t address,
                   enum pl_code_use use, unsigned width)
{
    const struct pl_code_slot *slot = pl_code_slot_at(im, address);
    pl_bytes object = use == PL_USE_ADDRESS ? object_text(im, address) : (pl_bytes){NULL, 0};
    if (object.n > 0) {
        emit_text(sink, PL_ATOM_STRING, at, address, object);
    } else if (use == PL_USE_TABLE) {
        (void)pl_code_emit(sink, PL_ATOM_DATA, at, address);
        uint64_t *table = PL_VEC_ADD(&sink->tables);
        if (table == NULL)
            sink->no_memory = true;
        else
            *table = address;
    } else if (slot != NULL &&
               (slot->is_copy || (use != PL_USE_ADDRESS && slot->target == 0 && slot->name.n > 0))) {
        emit_text(sink, PL_ATOM_IMPORT, at, address, slot->name);
    } else if (slot != NULL && use == PL_USE_LOAD && slot->target != 0) {
        size_t before = sink->atoms.n;
        refer_slot(im, sink, at, slot);
        if (sink->atoms.n > before && sink->atoms.v[before].kind == PL_ATOM_STRING)
            (void)pl_code_emit(sink, PL_ATOM_DATA, at, address); /* the pointer is an object, too */
    } else if (slot != NULL && use == PL_USE_INDIRECT && slot->target != 0) {
        emit_code(sink, at, slot->target, PL_USE_CALL);
    } else if (use == PL_USE_ADDRESS || use == PL_USE_CALL || use == PL_USE_JUMP || use == PL_USE_BRANCH) {
        refer_address(im, sink, at, address, use);
    } else {
        refer_data(im, sink, at, address, use, width);
    }
}

void pl_code_constant(struct pl_code_sink *sink, uint64_t at, uint64_t value, pl_bytes raw)
{
    if (pl_atom_is_dull(value))
        return;
    struct pl_atom *a = pl_code_emit(sink, PL_ATOM_CONSTANT, at, value);
    if (a == NULL)
        return;
    a->hash = pl_atom_hash_value(value);
    bool is_text = raw.n >= 4;
    for (size_t i = 0; is_text && i < raw.n; i++)
        is_text = text_step(pl_bytes_sub(raw, i, 1)) > 0;
    if (is_text)
        a->text = raw;
}
