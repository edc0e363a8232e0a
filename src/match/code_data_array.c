/*
 * code_data_array.c - lists of numbers of the source, found in the data of an image.
 *
 * Every place of the data is looked up by the lowest bytes of the eight numbers that would stand there, for each width; a hit proposes
 * a list, which is then followed to both sides, element by element. Only elements that were compared count. Where a list is followed, differs, and goes on
 * as before, the elements between are not the source's: data.modified-table, with the place of the first; a warning when another file of
 * the source has them there (code_data_elsewhere.c).
 *
 * A hit proposes and comparison proves, as for text (docs/matching.md, "Coverage" and "Data").
 * Not seen: lists that a compiler has laid out in another way than in order (hot and cold parts of an array do not exist; unions do).
 */
#include "base/parallel.h"
#include "match/code_data.h"

#include <stdlib.h>
#include <string.h>

#define RULE_ARRAY    "data.array"
#define TAG_MODIFIED  "data.modified-table"
#define NEIGHBOURS    6u /* elements beside one that differs, by which it is found in another file */
#define MIN_ELEMENTS  8u
#define MAX_GAP       64u /* elements that may differ before the list goes on */
#define MAX_CHANGES   16u /* places of one list */
#define FEW_CHANGES   8u
#define CHANGED_SHARE 16u /* of so many elements that tell something one may differ */
#define FLOAT_WINDOW  4u
#define RECENT_RUNS   16u
#define WIDTHS        4u
#define PIECE_BYTES   16u      /* of a list that is copied by vector instructions */
#define MIN_IMMEDIATE 0x10000u /* a number that is looked for in code */

/* Elements of a list, designators left out, in memory from `offset` on. */
struct run {
    uint32_t table;
    struct pl_table_list list;
    bool is_plain; /* its numbers are compared as they stand: no pointers, floats, or other orders of bytes */
    uint32_t first, end; /* elements */
    uint64_t offset;     /* of the first */
    unsigned width;
    uint32_t n_wild; /* elements whose value nobody knows here */
    uint32_t n_changed;
    uint32_t changed[MAX_CHANGES]; /* elements that differ */
};

typedef PL_VEC(struct run) runs;

/* What the number is on the system that the image is made for. */
static uint64_t number_of(const struct pl_data *d, const struct pl_table_item *item)
{
    return item->value + (d->view->is_windows ? (uint64_t)item->windows : 0);
}

bool pl_data_item_fits(const struct pl_data *d, const struct pl_table_item *item, bool is_float,
                       uint64_t offset, unsigned width)
{
    uint64_t memory = pl_data_number(d, offset, width);
    uint64_t value = number_of(d, item);
    bool is_windows = d->view->is_windows;
    bool known;
    if (item->kind == PL_ITEM_UNKNOWN)
        return true;
    if (item->kind == PL_ITEM_NAME) {
        bool fits = pl_tables_may_be(d->m->tables, item->value, memory, is_windows, &known);
        if (!known)
            return true;
        for (unsigned w = width; !fits && w < 8; w = 8) /* negative ones are kept in 64 bits */
            fits = pl_tables_may_be(d->m->tables, item->value, memory | ~0ull << (8 * width), is_windows,
                                    &known);
        return fits;
    }
    if (is_float && item->kind <= PL_ITEM_FLOAT) {
        double wide;
        if (item->kind == PL_ITEM_NUMBER)
            wide = (double)(int64_t)value;
        else
            memcpy(&wide, &item->value, sizeof wide);
        uint64_t bits = 0;
        uint32_t narrow_bits;
        float narrow = (float)wide;
        memcpy(&narrow_bits, &narrow, sizeof narrow_bits);
        memcpy(&bits, &wide, sizeof bits);
        return width == 8 ? memory == bits : width == 4 && memory == narrow_bits;
    }
    if (item->kind != PL_ITEM_NUMBER)
        return false;
    if (width == 8)
        return memory == value;
    uint64_t mask = (1ull << (8 * width)) - 1;
    uint64_t top = value & ~mask;
    bool is_whole = top == 0 || (top == ~mask && (value >> (8 * width - 1) & 1) != 0);
    /* A cast in the source cuts; a literal alone does not, but for the 32 bits of an unsigned one. */
    return (value & mask) == memory && (is_whole || (item->flags & PL_ITEM_PLAIN) == 0);
}

/* pl_data_item_fits() of a number, where the list is plain. */
static inline bool is_number_there(const struct pl_data *d, const struct pl_table_item *item, uint64_t offset,
                                   unsigned width)
{
    uint64_t mask = (1ull << (8 * width)) - 1;
    uint64_t memory = 0;
    for (unsigned i = 0; i < width; i++)
        memory |= (uint64_t)d->f->data.p[offset + i] << (8 * i);
    if ((item->value & mask) != memory)
        return false;
    uint64_t top = item->value & ~mask;
    bool is_whole = top == 0 || (top == ~mask && (item->value >> (8 * width - 1) & 1) != 0);
    return is_whole || (item->flags & PL_ITEM_PLAIN) == 0;
}

static bool fits(const struct pl_data *d, const struct run *r, int64_t element)
{
    uint64_t offset = r->offset + (uint64_t)(element - (int64_t)r->first) * r->width;
    if (element < 0 || element >= (int64_t)r->list.head->n || offset >= d->f->size ||
        !pl_data_is_data(d, offset, r->width))
        return false;
    const struct pl_table_item *item = &r->list.items[element];
    if (r->is_plain && item->kind == PL_ITEM_NUMBER)
        return is_number_there(d, item, offset, r->width);
    if (item->kind == PL_ITEM_FIELD || item->kind == PL_ITEM_INDEX)
        return false;
    if (r->width == d->code->word_bytes && pl_data_slot(d, offset) != NULL)
        return false; /* a pointer: the rule for rows reads those */
    return pl_data_item_fits(d, item, r->list.head->is_float, offset, r->width);
}

static struct run run_at(const struct pl_data *d, const struct pl_table_place *place, uint64_t offset,
                         unsigned width)
{
    struct run r = {.table = place->table, .first = place->item, .offset = offset, .width = width};
    r.list = pl_tables_list(d->m->tables, r.table);
    r.is_plain = width < 8 && width != d->code->word_bytes && !r.list.head->is_float &&
                 !d->view->is_windows && !d->code->is_big_endian;
    return r;
}

/* The next element behind `element` where the list goes on: eight in a row, or all that are left of it. 0 when it does not. */
static uint32_t resumes(const struct pl_data *d, const struct run *r, uint32_t element)
{
    uint32_t n = r->list.head->n;
    for (uint32_t next = element + 1; next <= element + MAX_GAP && next < n; next++) {
        uint32_t want = n - next < MIN_ELEMENTS ? n - next : MIN_ELEMENTS;
        uint32_t k = 0;
        while (k < want && fits(d, r, (int64_t)next + k))
            k++;
        if (k == want && (want == MIN_ELEMENTS || next == element + 1))
            return next;
    }
    return 0;
}

static void note_change(const struct pl_data *d, struct run *r, uint32_t element)
{
    const struct pl_table_item *item = &r->list.items[element];
    if (r->n_changed < MAX_CHANGES && item->kind <= PL_ITEM_FLOAT && (item->flags & PL_ITEM_PLAIN))
        r->changed[r->n_changed++] = element;
}

/* A list of characters, such as a text put into a header; strings are looked at by another rung. */
static bool is_text(const struct pl_data *d, const struct run *r)
{
    pl_bytes b = pl_bytes_sub(d->f->data, (size_t)r->offset, r->end - r->first);
    for (size_t i = 0; i < b.n; i++)
        if (b.p[i] != '\n' && b.p[i] != '\t' && (b.p[i] < 0x20 || b.p[i] >= 0x7f))
            return false;
    return r->width == 1;
}

/* All the numbers between two items that are none: a row's, or an array within it. */
static bool is_all_between(const struct pl_data *d, const struct run *r)
{
    const struct pl_table_item *items = r->list.items;
    uint32_t n = r->list.head->n;
    return (r->first == 0 || items[r->first - 1].kind != PL_ITEM_NUMBER) &&
           (r->end == n || items[r->end].kind != PL_ITEM_NUMBER);
}

/* Follow the list to both sides from a window that fits, over elements that differ if that is allowed. */
static void follow(const struct pl_data *d, struct run *r, uint32_t max_changes)
{
    uint32_t n = r->list.head->n;
    uint32_t element = r->end;
    while (r->first > 0 && r->offset >= r->width && fits(d, r, (int64_t)r->first - 1)) {
        r->first--;
        r->offset -= r->width;
    }
    for (;;) {
        while (element < n && fits(d, r, element))
            element++;
        uint32_t next = element < n && r->n_changed < max_changes ? resumes(d, r, element) : 0;
        if (next == 0)
            break;
        for (uint32_t i = element; i < next; i++)
            if (!fits(d, r, i))
                note_change(d, r, i);
        element = next;
    }
    r->end = element;
    const struct pl_table_item *items = r->list.items;
    r->n_wild = 0;
    for (uint32_t i = r->first; i < r->end; i++)
        r->n_wild += items[i].kind == PL_ITEM_UNKNOWN || items[i].kind == PL_ITEM_NAME;
}

/*
 * Elements that do not follow from the two before them: a row of zeros is no evidence, nor is one that counts upwards, as tables of characters do in
 * their letters.
 */
static uint32_t count_telling(const struct pl_data *d, const struct run *r)
{
    const struct pl_table_item *items = r->list.items;
    uint32_t n = 0;
    for (uint32_t i = r->first + 1; i < r->end; i++) {
        bool goes_on = i >= r->first + 2 && items[i - 1].kind <= PL_ITEM_FLOAT &&
                       items[i - 2].kind <= PL_ITEM_FLOAT &&
                       items[i].value - items[i - 1].value == items[i - 1].value - items[i - 2].value;
        n += items[i].kind <= PL_ITEM_FLOAT && items[i].value != items[i - 1].value && !goes_on;
    }
    return n;
}

/*
 * The last element may be in the code: a list that a function copies goes by 16 bytes at a time, and what is left over is a number of an instruction. Asked for where
 * the elements before it are whole pieces of 16 bytes, and it is a number of three bytes and more, which no code has by chance.
 */
static bool is_in_code(const struct pl_data *d, const struct run *r)
{
    const struct pl_table_item *item = &r->list.items[r->end];
    uint64_t bytes = (uint64_t)(r->end - r->first) * r->width;
    uint64_t value = number_of(d, item);
    uint8_t number[8];
    if (r->first != 0 || bytes % PIECE_BYTES != 0 || r->offset % PIECE_BYTES != 0 ||
        item->kind != PL_ITEM_NUMBER || r->width > sizeof number || r->width < 4 || value < MIN_IMMEDIATE)
        return false;
    for (unsigned i = 0; i < r->width; i++)
        number[i] = (uint8_t)(value >> (8 * i));
    for (size_t i = 0; i < d->view->n_ranges; i++) {
        const struct pl_image_range *range = &d->view->ranges[i];
        pl_bytes code = pl_bytes_sub(d->f->data, (size_t)range->offset, (size_t)range->length);
        if (range->owner == PL_IMAGE_CODE &&
            pl_bytes_find(code, pl_bytes_of(number, r->width), 0) != SIZE_MAX)
            return true;
    }
    return false;
}

/*
 * A last element that is zero needs no number in an instruction. What it could hide: another number behind such a list in the place of a zero that ends it, in a file
 * whose function has the list for itself.
 */
static bool is_cleared(const struct pl_data *d, const struct run *r)
{
    const struct pl_table_item *item = &r->list.items[r->end];
    uint64_t bytes = (uint64_t)(r->end - r->first) * r->width;
    return r->first == 0 && bytes % PIECE_BYTES == 0 && r->offset % PIECE_BYTES == 0 && r->width >= 4 &&
           item->kind <= PL_ITEM_FLOAT && item->value == 0 && pl_data_is_in_function(d, r->list.head);
}

/* All of a list but its first or its last element: that one was changed, when it says what it is and stands in data. */
static void note_edge(const struct pl_data *d, struct run *r)
{
    uint32_t n = r->list.head->n;
    if (r->end - r->first + 1 != n || r->n_changed > 0 || count_telling(d, r) < CHANGED_SHARE)
        return;
    bool is_first = r->first == 1;
    uint64_t at = is_first ? r->offset - r->width : r->offset + (uint64_t)(r->end - r->first) * r->width;
    if ((is_first && r->offset < r->width) || !pl_data_is_data(d, at, r->width))
        return;
    if (!is_first && (is_in_code(d, r) || is_cleared(d, r)))
        return;
    note_change(d, r, is_first ? 0 : r->end);
    if (r->n_changed == 0)
        return;
    r->first -= is_first;
    r->end += !is_first;
    r->offset = is_first ? at : r->offset;
}

/*
 * More than a few elements that differ are another list, or another arm of an #if, not a changed one; and so is a part of a list: digits
 * and their values stand in many.
 */
static void extend(const struct pl_data *d, struct run *r)
{
    struct run whole = *r;
    follow(d, &whole, MAX_CHANGES);
    bool is_most = 2 * (whole.end - whole.first) >= r->list.head->n;
    if (is_most && whole.n_changed <= FEW_CHANGES &&
        whole.n_changed * CHANGED_SHARE <= count_telling(d, &whole))
        *r = whole;
    else
        follow(d, r, 0);
    note_edge(d, r);
}

static bool is_better(const struct run *a, const struct run *b)
{
    uint32_t x = a->end - a->first - a->n_wild;
    uint32_t y = b->end - b->first - b->n_wild;
    if ((a->n_changed == 0) != (b->n_changed == 0) && (a->n_changed == 0 ? 2 * x >= y : x > 2 * y))
        return a->n_changed == 0;
    return x > y;
}

/* The same list at the same distance has been followed through here already. */
static bool is_known(const runs *known, const struct run *r)
{
    for (size_t i = known->n; i > 0 && i + RECENT_RUNS > known->n; i--) {
        const struct run *k = &known->v[i - 1];
        if (k->table == r->table && k->width == r->width && r->first >= k->first && r->first < k->end &&
            r->offset == k->offset + (uint64_t)(r->first - k->first) * k->width)
            return true;
    }
    return false;
}

static bool best_run(const struct pl_data *d, uint64_t key, uint64_t offset, unsigned width, uint32_t window,
                     const runs *known, struct run *best)
{
    size_t n;
    const struct pl_table_place *places = pl_tables_find(d->m->tables, key, &n);
    bool found = false;
    for (size_t i = 0; i < n; i++) {
        if (places[i].column != PL_TABLE_FLAT)
            continue;
        struct run r = run_at(d, &places[i], offset, width);
        bool is_good = !is_known(known, &r);
        for (uint32_t k = 0; is_good && k < window; k++)
            is_good = fits(d, &r, (int64_t)r.first + k);
        if (!is_good)
            continue;
        r.end = r.first + window;
        extend(d, &r);
        if (!found || is_better(&r, best))
            *best = r;
        found = true;
    }
    return found;
}

/*
 * Is the unit the output of a generator, which the build makes anew? Then what differs is another version of the generator or of its input.
 * (flex: scan.c and scan.l; coreutils: dircolors.h.)
 */
bool pl_data_is_generated(const struct pl_data *d, uint32_t unit)
{
    static const char *const marks[] = {"enerated by", "GENERATED", "o not edit", "DO NOT EDIT", "\n#line "};
    pl_bytes head = pl_bytes_sub(pl_index_unit_file(d->m->index, unit)->data, 0, 4096);
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (pl_bytes_find(head, pl_bytes_of_str(marks[i]), 0) != SIZE_MAX)
            return true;
    return false;
}

/* Is each element that differs what another file of the source has between the same neighbours, of which a generator makes such lists? */
static bool is_of_another_file(struct pl_data *d, const struct run *r)
{
    for (uint32_t i = 0; i < r->n_changed; i++) {
        uint64_t numbers[NEIGHBOURS + 1];
        uint32_t first =
            r->changed[i] < r->first + NEIGHBOURS / 2 ? r->first : r->changed[i] - NEIGHBOURS / 2;
        if (r->end - r->first <= NEIGHBOURS)
            return false;
        if (first + NEIGHBOURS + 1 > r->end)
            first = r->end - NEIGHBOURS - 1;
        for (uint32_t k = 0; k <= NEIGHBOURS; k++)
            numbers[k] = pl_data_number(d, r->offset + (uint64_t)(first + k - r->first) * r->width, r->width);
        if (!pl_data_stands_elsewhere(d, numbers, NEIGHBOURS + 1, r->changed[i] - first))
            return false;
    }
    return true;
}

/*
 * Is it the first element of a list alone, and zero? Of a list in a function, whose first element the code has as a number, nobody reads that, and the compiler
 * leaves it out: GCC's tree-ssa-dse.cc, compute_trims(). What it could hide: a zero in that one place.
 */
static bool is_trimmed(const struct pl_data *d, const struct run *r)
{
    return r->n_changed == 1 && r->changed[0] == 0 && r->first == 0 &&
           pl_data_number(d, r->offset, r->width) == 0;
}

static pl_status report(struct pl_data *d, const struct run *r, const char *source, struct pl_err *err)
{
    bool is_error =
        !pl_data_is_generated(d, r->list.head->unit) && !is_of_another_file(d, r) && !is_trimmed(d, r);
    struct pl_finding *finding;
    uint64_t from = r->offset + (uint64_t)(r->changed[0] - r->first) * r->width;
    uint64_t to = r->offset + (uint64_t)(r->changed[r->n_changed - 1] + 1 - r->first) * r->width;
    const struct pl_table_item *item = &r->list.items[r->changed[0]];
    uint64_t mask = r->width == 8 ? UINT64_MAX : (1ull << (8 * r->width)) - 1;
    pl_status st = pl_findings_add(
        &d->f->findings, TAG_MODIFIED, is_error ? PL_SEVERITY_ERROR : PL_SEVERITY_WARNING, from, to - from,
        &finding, err,
        "element %u of the table at %s is 0x%llx here and 0x%llx in the source; %u of its %u elements differ",
        (unsigned)r->changed[0], source, (unsigned long long)pl_data_number(d, from, r->width),
        (unsigned long long)(item->value & mask), (unsigned)r->n_changed, (unsigned)(r->end - r->first));
    if (st == PL_OK)
        st = pl_finding_fact(&d->f->findings, finding, "source", pl_bytes_of_str(source), err);
    return st;
}

static pl_status claim_run(struct pl_data *d, const struct run *r, struct pl_err *err)
{
    const struct pl_table *t = r->list.head;
    const struct pl_table_item *items = r->list.items;
    const char *source = pl_data_source(d, t->unit, items[r->first].at, items[r->end - 1].at + 1, err);
    if (source == NULL)
        return PL_E_NOMEM;
    pl_status st = PL_OK;
    for (uint32_t i = 0; i < r->n_changed && st == PL_OK; i++)
        st = pl_data_claim(d, r->offset + (uint64_t)(r->changed[i] - r->first) * r->width, r->width,
                           PL_CLASS_UNACCOUNTED, PL_GRADE_NONE, TAG_MODIFIED, NULL, err);
    if (st == PL_OK && r->n_changed > 0)
        st = report(d, r, source, err);
    if (st == PL_OK)
        st = pl_data_claim(d, r->offset, (uint64_t)(r->end - r->first) * r->width, PL_CLASS_DERIVED,
                           r->n_wild == 0 ? PL_GRADE_B : PL_GRADE_C, RULE_ARRAY, source, err);
    return st;
}

static uint64_t window_key(const struct pl_data *d, uint64_t offset, unsigned width)
{
    uint8_t low[PL_TABLE_WINDOW];
    uint64_t lowest = d->code->is_big_endian ? width - 1 : 0;
    if (!pl_data_may_be_list(d, offset + lowest, (uint8_t)width))
        return 0;
    for (uint64_t i = 0; i < PL_TABLE_WINDOW; i++)
        low[i] = d->f->data.p[offset + i * width + lowest];
    return pl_tables_key(d->m->tables, low);
}

static uint64_t float_key(const struct pl_data *d, uint64_t offset, unsigned width)
{
    uint64_t bits[FLOAT_WINDOW];
    for (uint64_t i = 0; i < FLOAT_WINDOW; i++)
        bits[i] = pl_data_number(d, offset + i * width, width);
    return pl_table_float_key(bits, FLOAT_WINDOW, width);
}

/* The best run through this place that is not known yet goes to `out`. */
static pl_status try_place(const struct pl_data *d, uint64_t offset, uint64_t end, unsigned width, runs *out,
                           struct pl_err *err)
{
    struct run r;
    bool found = false;
    if (end - offset >= (uint64_t)PL_TABLE_WINDOW * width)
        found = best_run(d, window_key(d, offset, width), offset, width, PL_TABLE_WINDOW, out, &r);
    if (!found && width >= 4 && end - offset >= (uint64_t)FLOAT_WINDOW * width)
        found = best_run(d, float_key(d, offset, width), offset, width, FLOAT_WINDOW, out, &r);
    if (!found)
        return PL_OK;
    bool is_part = 2 * (r.end - r.first) < r.list.head->n && !is_all_between(d, &r);
    bool is_part_of_text = is_text(d, &r) && (r.n_changed > 0 || is_part);
    if (is_part_of_text || r.end - r.first - r.n_wild < MIN_ELEMENTS || r.n_wild > (r.end - r.first) / 2)
        return PL_OK;
    struct run *slot = PL_VEC_ADD(out);
    if (slot == NULL)
        return pl_fail_nomem(err);
    *slot = r;
    return PL_OK;
}

/* [from, end) is data all through. */
static pl_status search(const struct pl_data *d, uint64_t from, uint64_t end, unsigned width, runs *out,
                        struct pl_err *err)
{
    pl_status st = PL_OK;
    uint64_t address;
    for (uint64_t at = from; at < end && st == PL_OK;) {
        if (d->state[at] != PL_DATA_OPEN || !pl_data_address(d, at, &address) || address % width != 0) {
            at++;
            continue;
        }
        st = try_place(d, at, end, width, out, err);
        at += width;
    }
    return st;
}

/* Without changes first; then those that compared most bytes; then by place, so that the order is always the same. */
static int by_worth(const void *a, const void *b)
{
    const struct run *x = a;
    const struct run *y = b;
    uint64_t x_bytes = (uint64_t)(x->end - x->first - x->n_wild) * x->width;
    uint64_t y_bytes = (uint64_t)(y->end - y->first - y->n_wild) * y->width;
    if ((x->n_changed == 0) != (y->n_changed == 0))
        return x->n_changed == 0 ? -1 : 1;
    if (x_bytes != y_bytes)
        return x_bytes > y_bytes ? -1 : 1;
    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    return x->width > y->width ? -1 : x->width < y->width;
}

static bool is_mostly_open(const struct pl_data *d, const struct run *r)
{
    uint64_t bytes = (uint64_t)(r->end - r->first) * r->width;
    uint64_t open = 0;
    for (uint64_t i = r->offset; i < r->offset + bytes; i++)
        open += d->state[i] == PL_DATA_OPEN;
    return open >= (uint64_t)MIN_ELEMENTS * r->width && 2 * open >= bytes;
}

/* Numbers of one width in all of the data; what one width finds says nothing to another one. */
struct searches {
    const struct pl_data *d;
    runs found[WIDTHS]; /* of 8, 4, 2 and 1 bytes */
};

static pl_status search_width(void *ctx, unsigned worker, size_t i, struct pl_err *err)
{
    struct searches *s = ctx;
    const struct pl_data *d = s->d;
    pl_status st = PL_OK;
    (void)worker;
    for (uint64_t at = 0; at < d->f->size && st == PL_OK;) {
        uint64_t from = at;
        while (at < d->f->size && d->state[at] != PL_DATA_OTHER)
            at++;
        if (at > from)
            st = search(d, from, at, 8u >> i, &s->found[i], err);
        else
            at++;
    }
    return st;
}

static pl_status search_all(const struct pl_data *d, runs *out, struct pl_err *err)
{
    struct searches s = {.d = d};
    pl_status st = pl_parallel(d->m->jobs, WIDTHS, &s, search_width, err);
    for (size_t i = 0; i < WIDTHS; i++) {
        for (size_t k = 0; k < s.found[i].n && st == PL_OK; k++) {
            struct run *slot = PL_VEC_ADD(out);
            if (slot == NULL)
                st = pl_fail_nomem(err);
            else
                *slot = s.found[i].v[k];
        }
        PL_VEC_FREE(&s.found[i]);
    }
    return st;
}

pl_status pl_data_find_arrays(struct pl_data *d, struct pl_err *err)
{
    runs found = {0};
    pl_status st = search_all(d, &found, err);
    if (found.n > 1)
        qsort(found.v, found.n, sizeof *found.v, by_worth);
    for (size_t i = 0; i < found.n && st == PL_OK; i++)
        if (is_mostly_open(d, &found.v[i]))
            st = claim_run(d, &found.v[i], err);
    PL_VEC_FREE(&found);
    return st;
}
