/*
 * code_data_replaced.c - a list of the source that stands nowhere in an image, and bytes that no source explains in its place.
 *
 * A whole constant table that was written over leaves no element behind to compare (code_data_array.c). What is left open of the data, and begins where
 * functions that were found refer to, is laid beside the lists of these functions' units and of what those include. A list of just that size (zeros behind it
 * are padding) should stand there, when all of its numbers are literals, it has no arm of an #if, and no half of it stands anywhere in the file in any width.
 *
 * Measured: docs/matching.md. Not seen: tables of structs, whose sizes no list tells; floats; names, which other headers may
 * give other values; lists of other units (extern).
 */
#include "match/code_data.h"

#include "format/text/words.h"

#include <stdlib.h>
#include <string.h>

#define TAG_REPLACED      "data.replaced-table"
#define MIN_BYTES         64u /* of the open data */
#define MIN_ITEMS         16u
#define MIN_CHANGES       8u  /* items that differ from the one before them */
#define MAX_PADDING       31u /* zeros behind the list */
#define MAX_LIST_BYTES    65536u
#define MAX_SEARCHES      256u /* lists looked for in one file */
#define MAX_USERS         8u   /* units that refer to one place */
#define DECLARATION_BYTES 160u /* before a list */
#define ALIKE_SHARE       4u   /* more than one in so many items stands: not another list */

static bool is_candidate(const struct pl_data *d, uint32_t table)
{
    const struct pl_table *t = pl_tables_at(d->m->tables, table);
    const struct pl_table_item *items = pl_tables_items(d->m->tables, table);
    uint32_t changes = 0;
    if (t->is_float || t->has_designators || t->n < MIN_ITEMS)
        return false;
    for (uint32_t i = 0; i < t->n; i++) {
        if (items[i].kind != PL_ITEM_NUMBER ||
            (items[i].flags & (PL_ITEM_ARM | PL_ITEM_PLAIN)) != PL_ITEM_PLAIN)
            return false;
        changes += i > 0 && items[i].value != items[i - 1].value;
    }
    return changes >= MIN_CHANGES;
}

/* The list as it stands in memory; false when a number is wider than that. `room` has n * width bytes. */
static bool encode(const struct pl_data *d, uint32_t table, unsigned width, uint8_t *room)
{
    const struct pl_table *t = pl_tables_at(d->m->tables, table);
    const struct pl_table_item *items = pl_tables_items(d->m->tables, table);
    for (uint32_t i = 0; i < t->n; i++) {
        uint64_t value = items[i].value + (d->view->is_windows ? (uint64_t)items[i].windows : 0);
        uint64_t top = width == 8 ? 0 : value >> (8 * width);
        if (top != 0 && top != UINT64_MAX >> (8 * width))
            return false;
        for (unsigned k = 0; k < width; k++)
            room[i * width + (d->code->is_big_endian ? width - 1 - k : k)] = (uint8_t)(value >> (8 * k));
    }
    return true;
}

/* Does neither half of the list stand anywhere, in any width? */
static pl_status is_missing(const struct pl_data *d, uint32_t table, bool *missing, struct pl_err *err)
{
    uint32_t n = pl_tables_at(d->m->tables, table)->n;
    uint8_t *room = malloc((size_t)n * 8);
    if (room == NULL)
        return pl_fail_nomem(err);
    *missing = true;
    for (unsigned width = 1; width <= 8 && *missing; width *= 2) {
        size_t half = (size_t)(n / 2) * width;
        *missing =
            !encode(d, table, width, room) ||
            (pl_bytes_find(d->f->data, pl_bytes_of(room, half), 0) == SIZE_MAX &&
             pl_bytes_find(d->f->data, pl_bytes_of(room + half, (size_t)n * width - half), 0) == SIZE_MAX);
    }
    free(room);
    return PL_OK;
}

/* Do so many of its items stand in their places that it is the list, read wrongly here or changed a little? */
static bool is_alike(const struct pl_data *d, uint32_t table, unsigned width, uint64_t offset)
{
    const struct pl_table *t = pl_tables_at(d->m->tables, table);
    const struct pl_table_item *items = pl_tables_items(d->m->tables, table);
    uint32_t same = 0;
    for (uint32_t i = 0; i < t->n; i++)
        same += pl_data_item_fits(d, &items[i], false, offset + (uint64_t)i * width, width);
    return same > t->n / ALIKE_SHARE;
}

/* Open data, and the units of the source whose functions, as they were found, refer to its beginning. */
struct open_run {
    uint64_t from, end;
    uint64_t least; /* end without the zeros that may be padding */
    uint32_t units[MAX_USERS];
    unsigned n_units;
};

typedef PL_VEC(struct open_run) open_runs;

/* Behind zeros that align it, if there are any. */
static uint64_t first_object(struct pl_data *d, uint64_t from, uint64_t end)
{
    uint64_t at = from;
    while (at < end && at - from <= MAX_PADDING) {
        const struct pl_data_object *o = pl_data_object_at(d, at);
        if (o != NULL && o->offset == at)
            return at;
        if (d->f->data.p[at++] != 0)
            break;
    }
    return from;
}

static pl_status list_runs(struct pl_data *d, open_runs *out, struct pl_err *err)
{
    for (uint64_t at = 0; at < d->f->size; at++) {
        uint64_t from = at;
        while (at < d->f->size && d->state[at] == PL_DATA_OPEN)
            at++;
        if (at - from < MIN_BYTES)
            continue;
        from = first_object(d, from, at);
        const struct pl_data_object *o = pl_data_object_at(d, from);
        if (at - from < MIN_BYTES || at - from > MAX_LIST_BYTES || o == NULL || o->offset != from)
            continue;
        struct open_run *run = PL_VEC_ADD(out);
        if (run == NULL)
            return pl_fail_nomem(err);
        *run = (struct open_run){.from = from, .end = at, .least = at};
        while (run->least > from && at - run->least < MAX_PADDING && d->f->data.p[run->least - 1] == 0)
            run->least--;
    }
    return PL_OK;
}

static struct open_run *run_at(const open_runs *runs, uint64_t from)
{
    size_t low = 0;
    size_t high = runs->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (runs->v[middle].from < from)
            low = middle + 1;
        else
            high = middle;
    }
    return low < runs->n && runs->v[low].from == from ? &runs->v[low] : NULL;
}

static void add_user(const struct pl_data *d, const struct pl_function *fn, struct open_run *run)
{
    const struct pl_claim *c = pl_ledger_at(&d->f->ledger, fn->offset);
    uint32_t unit;
    if (c == NULL || c->grade != PL_GRADE_B || run->n_units == MAX_USERS || !pl_data_unit_of(d, c, &unit))
        return;
    for (unsigned i = 0; i < run->n_units; i++)
        if (run->units[i] == unit)
            return;
    run->units[run->n_units++] = unit;
}

static void find_users(const struct pl_data *d, const open_runs *runs)
{
    for (size_t i = 0; i < d->code->n_functions; i++) {
        const struct pl_function *fn = &d->code->functions[i];
        for (uint32_t k = 0; k < fn->n_atoms; k++) {
            uint64_t at;
            struct open_run *run =
                pl_data_atom_offset(d, &d->code->atoms[fn->first_atom + k], &at) ? run_at(runs, at) : NULL;
            if (run != NULL)
                add_user(d, fn, run);
        }
    }
}

static bool is_of_user(const struct pl_data *d, const struct open_run *run, uint32_t unit)
{
    for (unsigned i = 0; i < run->n_units; i++)
        if (run->units[i] == unit || pl_codebase_includes(d->m->codebase, run->units[i], unit))
            return true;
    return false;
}

bool pl_data_is_in_function(const struct pl_data *d, const struct pl_table *t)
{
    const struct pl_codebase *cb = d->m->codebase;
    if (cb == NULL)
        return false;
    for (uint32_t id = pl_codebase_first(cb, t->unit); id < pl_codebase_first(cb, t->unit + 1); id++) {
        const struct pl_definition *f = pl_codebase_at(cb, id)->definition;
        if (f->kind == PL_DEFINITION_FUNCTION && f->offset <= t->at && t->at < f->offset + f->length)
            return true;
    }
    return false;
}

/*
 * Is it one of the units themselves, or, outside of functions, what they include? Of a list within a function of a file that others include nobody knows which of them has
 * a copy of it, or whether an #if left it out: mimalloc's table for compilers without __builtin_ctz().
 */
static bool is_told(const struct pl_data *d, const struct open_run *run, const struct pl_table *t)
{
    for (unsigned i = 0; i < run->n_units; i++)
        if (run->units[i] == t->unit)
            return true;
    return is_of_user(d, run, t->unit) && !pl_data_is_in_function(d, t);
}

static pl_status report(struct pl_data *d, uint32_t table, uint64_t from, uint64_t length, struct pl_err *err)
{
    const struct pl_table *t = pl_tables_at(d->m->tables, table);
    const char *source = pl_data_source(d, t->unit, t->at, t->end, err);
    struct pl_finding *finding;
    if (source == NULL)
        return PL_E_NOMEM;
    pl_status st = pl_findings_add(
        &d->f->findings, TAG_REPLACED, PL_SEVERITY_ERROR, from, length, &finding, err,
        "the table of %u numbers at %s stands nowhere in this file; these bytes, as many, are explained "
        "by no source",
        (unsigned)t->n, source);
    return st == PL_OK ? pl_finding_fact(&d->f->findings, finding, "source", pl_bytes_of_str(source), err)
                       : st;
}

/* "static const uint8_t err_frame_jit[] =" before a list at byte `at`: the width of an element; 0 when the type is another one's name. */
static unsigned declared_width(pl_bytes text, size_t at)
{
    static const struct {
        const char *word;
        unsigned width;
    } types[] = {{"uint8_t", 1},  {"int8_t", 1},  {"char", 1}, {"uint16_t", 2}, {"int16_t", 2}, {"short", 2},
                 {"uint32_t", 4}, {"int32_t", 4}, {"int", 4},  {"uint64_t", 8}, {"int64_t", 8}};
    size_t start = at;
    pl_bytes word;
    unsigned width = 0;
    while (start > 0 && at - start < DECLARATION_BYTES && memchr(";{}", text.p[start - 1], 3) == NULL)
        start--;
    pl_bytes rest = pl_bytes_sub(text, start, at - start);
    while (pl_words_next(&rest, &word)) {
        if (pl_bytes_eq_str(word, "long"))
            return 0; /* of four bytes or eight */
        for (size_t i = 0; i < sizeof types / sizeof types[0] && width == 0; i++)
            width = pl_bytes_eq_str(word, types[i].word) ? types[i].width : 0;
    }
    return width;
}

/* The width that the list would have here; 0 when it has another size, or its type another width. */
static unsigned width_of(const struct pl_data *d, const struct open_run *run, const struct pl_table *t)
{
    for (unsigned width = 1; width <= 8; width *= 2)
        if ((uint64_t)t->n * width >= run->least - run->from &&
            (uint64_t)t->n * width <= run->end - run->from) {
            const struct pl_source_file *file = pl_index_unit_file(d->m->index, t->unit);
            unsigned declared = declared_width(file->data, t->at);
            return declared == 0 || declared == width ? width : 0;
        }
    return 0;
}

/* Is there a list that should stand here? */
static pl_status try_run(struct pl_data *d, const struct open_run *run, unsigned *searches,
                         struct pl_err *err)
{
    for (uint32_t i = 0; i < pl_tables_count(d->m->tables) && run->n_units > 0; i++) {
        const struct pl_table *t = pl_tables_at(d->m->tables, i);
        unsigned width = width_of(d, run, t);
        bool missing = false;
        if (width == 0 || !is_candidate(d, i) || !is_told(d, run, t) || is_alike(d, i, width, run->from))
            continue;
        if (++*searches > MAX_SEARCHES)
            break;
        pl_status st = is_missing(d, i, &missing, err);
        if (st != PL_OK || (missing && !pl_data_is_generated(d, t->unit)))
            return st == PL_OK ? report(d, i, run->from, (uint64_t)t->n * width, err) : st;
    }
    return PL_OK;
}

pl_status pl_data_find_replaced(struct pl_data *d, struct pl_err *err)
{
    open_runs runs = {0};
    unsigned searches = 0;
    pl_status st = d->m->codebase == NULL ? PL_OK : list_runs(d, &runs, err);
    if (runs.n > 0 && st == PL_OK)
        find_users(d, &runs);
    for (size_t i = 0; i < runs.n && st == PL_OK; i++)
        st = try_run(d, &runs.v[i], &searches, err);
    PL_VEC_FREE(&runs);
    return st;
}
