/*
 * tables_build.c - read the lists of all files, then index them: where eight numbers stand together, and where a string does.
 *
 * A window is looked up by the lowest byte of each number, which is the same for every width and sign. Floats have none that tells; their
 * windows are of whole values, as float and as double. Every PL_TABLE_WINDOW-th window of a list is kept, and the first
 * that is not dull; a binary is looked up at all of its places. In lists of rows each column is a list as well.
 */
#include "base/parallel.h"
#include "corpus/macros.h"
#include "corpus/tables_set.h"
#include "format/text/clit.h"

#include <stdlib.h>
#include <string.h>

#define FILTER_BITS_A_KEY 16u /* at least; then one key in a hundred passes that nobody has */
#define MAX_COLUMNS       64u
#define FLOAT_WINDOW      4u
#define MANY_ITEMS        16u /* so many numbers are a list of their own, whatever they are */
#define TELLING_BITS      40u /* of fewer */
#define MAX_SPELLED       64u /* bytes of a text that is a list of characters */
/* Of one list and one file, when macros are put in. */
#define MAX_WAYS           4u
#define MAX_EXPANDED_BYTES (1u << 20)
#define MAX_SCRATCH_BYTES  ((size_t)64 << 20)
#define MIN_BUDGET         1000000u   /* tokens that one file may touch, however short it is */
#define MAX_BUDGET         200000000u /* of all files together, where that is less */
#define TOKENS_A_BYTE      4u
#define MAX_STEPS          200000u /* of one element: a macro may make all rows of a table */

struct reading {
    const struct pl_index *index;
    const struct table_names *names;
    struct pl_macros *macros;
    struct table_output *files; /* one a unit */
};

static uint32_t count_open(const struct table_output *f, const struct pl_table *t)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < t->n; i++) {
        uint8_t kind = f->items.v[t->first + i].kind;
        n += kind == PL_ITEM_UNKNOWN || kind == PL_ITEM_NAME;
    }
    return n;
}

/* Without the lines of directives: both arms of an #if are read, as in lists that need no macros. */
static void add_without_directives(struct pl_buf *out, pl_bytes text)
{
    pl_bytes line;
    bool is_directive = false;
    while (pl_bytes_line(&text, &line)) {
        pl_bytes trimmed = pl_bytes_trim(line);
        is_directive = is_directive || pl_bytes_starts(trimmed, PL_LIT("#"));
        if (!is_directive) {
            pl_buf_add(out, line);
            pl_buf_add_str(out, "\n");
        }
        is_directive = is_directive && pl_bytes_ends(trimmed, PL_LIT("\\"));
    }
}

/* Behind the next comma that no parentheses are around: no use of a macro goes over it. */
static size_t element_end(pl_bytes text, size_t at)
{
    struct pl_clit lexer;
    struct pl_clit_token t;
    size_t depth = 0;
    pl_clit_init(&lexer, text, PL_CLIT_C);
    lexer.at = at;
    while (pl_clit_next(&lexer, &t)) {
        depth += t.kind == PL_CLIT_OTHER && t.byte == '(';
        depth -= t.kind == PL_CLIT_OTHER && t.byte == ')' && depth > 0;
        if (t.kind == PL_CLIT_OTHER && t.byte == ',' && depth == 0)
            return lexer.at;
    }
    return text.n;
}

bool pl_table_expand_elements(struct pl_macro_run *run, pl_bytes text, size_t way, struct pl_buf *out,
                              size_t *ways)
{
    bool is_good = true;
    for (size_t at = 0; at < text.n && is_good && run->budget > 0;) {
        size_t end = element_end(text, at);
        is_good = pl_macros_expand(run, pl_bytes_sub(text, at, end - at), way, out, ways);
        pl_arena_rewind(run->scratch);
        at = end;
    }
    return is_good;
}

/* The list as the macros of the source make it, in a few of the ways there are, beside the list as it stands. */
static bool read_expanded(struct pl_macro_run *run, const struct reading *r, uint32_t unit, size_t table,
                          struct table_output *f)
{
    const struct pl_source_file *file = pl_index_unit_file(r->index, unit);
    struct pl_table t = f->tables.v[table];
    struct pl_buf in;
    struct pl_buf out;
    size_t ways = 1;
    pl_buf_init(&in, MAX_EXPANDED_BYTES);
    pl_buf_init(&out, MAX_EXPANDED_BYTES);
    add_without_directives(&in, pl_bytes_sub(file->data, t.at, t.end - t.at));
    bool is_good = in.why != PL_E_NOMEM;
    for (size_t way = 0; way < ways && way < MAX_WAYS && is_good && in.why == PL_OK; way++) {
        size_t first = f->tables.n;
        pl_buf_clear(&out);
        pl_buf_add_str(&out, "=");
        is_good = pl_table_expand_elements(run, pl_buf_bytes(&in), way, &out, &ways);
        if (is_good && out.why == PL_OK && out.n > 2)
            is_good = pl_tables_read_at(pl_buf_bytes(&out), file->path, unit, r->names, t.at, f);
        if (f->tables.n == first + 1 && count_open(f, &f->tables.v[first]) >= count_open(f, &t)) {
            f->items.n = f->tables.v[first].first; /* no macro said more */
            f->rows.n = f->tables.v[first].first_row;
            f->tables.n = first;
        }
        pl_arena_rewind(run->scratch);
    }
    pl_buf_reset(&in);
    pl_buf_reset(&out);
    return is_good;
}

struct pl_macro_run pl_table_macro_run(const struct pl_macros *m, struct pl_arena *scratch,
                                       const struct pl_source_file *f, size_t n_files)
{
    size_t share = MAX_BUDGET / (n_files + 1);
    return (struct pl_macro_run){.m = m,
                                 .scratch = scratch,
                                 .budget =
                                     (share < MIN_BUDGET ? share : MIN_BUDGET) + TOKENS_A_BYTE * f->data.n,
                                 .max_steps = MAX_STEPS,
                                 .path = f->path,
                                 .line_1based = 1};
}

static pl_status read_one(void *ctx, unsigned worker, size_t i, struct pl_err *err)
{
    (void)worker; /* each file has an output of its own */
    struct reading *r = ctx;
    struct table_output *out = &r->files[i];
    const struct pl_source_file *f = pl_index_unit_file(r->index, (uint32_t)i);
    struct pl_arena scratch;
    bool is_c = pl_clit_family_of(f->path) == PL_CLIT_C;
    if (!pl_tables_read(f->data, f->path, (uint32_t)i, r->names, NULL, NULL, out) ||
        (is_c && !pl_tables_read_classes(f->data, (uint32_t)i, &out->classes)))
        return pl_fail_nomem(err);
    pl_arena_init(&scratch, MAX_SCRATCH_BYTES);
    struct pl_macro_run run = pl_table_macro_run(r->macros, &scratch, f, pl_index_unit_count(r->index));
    bool is_good = true;
    size_t n = out->tables.n;
    for (size_t k = 0; k < n && is_good && is_c; k++)
        if (count_open(out, &out->tables.v[k]) > 0)
            is_good = read_expanded(&run, r, (uint32_t)i, k, out);
    pl_arena_reset(&scratch);
    return is_good ? PL_OK : pl_fail_nomem(err);
}

static pl_status join(struct pl_tables *t, const struct table_output *f, struct pl_err *err)
{
    size_t first = t->items.n;
    size_t first_row = t->rows.n;
    if (first + f->items.n >= UINT32_MAX || first_row + f->rows.n >= UINT32_MAX)
        return pl_fail(err, PL_E_LIMIT, 0, "tables: more than 4,294,967,294 items in the sources");
    for (size_t i = 0; i < f->items.n; i++) {
        struct pl_table_item *slot = PL_VEC_ADD(&t->items);
        if (slot == NULL)
            return pl_fail_nomem(err);
        *slot = f->items.v[i];
    }
    for (size_t i = 0; i < f->rows.n; i++) {
        uint32_t *slot = PL_VEC_ADD(&t->rows);
        if (slot == NULL)
            return pl_fail_nomem(err);
        *slot = f->rows.v[i];
    }
    for (size_t i = 0; i < f->classes.n; i++) {
        struct pl_table_classes *slot = PL_VEC_ADD(&t->classes);
        if (slot == NULL)
            return pl_fail_nomem(err);
        *slot = f->classes.v[i];
    }
    for (size_t i = 0; i < f->tables.n; i++) {
        struct pl_table *slot = PL_VEC_ADD(&t->tables);
        if (slot == NULL)
            return pl_fail_nomem(err);
        *slot = f->tables.v[i];
        slot->first += (uint32_t)first;
        slot->first_row += (uint32_t)first_row;
    }
    return PL_OK;
}

static bool gather_macros(const struct pl_index *ix, struct pl_macros **out)
{
    if (!pl_macros_new(out))
        return false;
    for (size_t i = 0; i < pl_index_unit_count(ix); i++) {
        const struct pl_source_file *f = pl_index_unit_file(ix, (uint32_t)i);
        if (pl_clit_family_of(f->path) == PL_CLIT_C && !pl_macros_add_text(*out, f->data))
            return false;
    }
    pl_macros_finish(*out);
    return true;
}

static pl_status read_all(struct pl_tables *t, struct pl_macros *macros, unsigned jobs, struct pl_err *err)
{
    size_t n = pl_index_unit_count(t->index);
    struct reading r = {.index = t->index, .names = &t->names, .macros = macros};
    r.files = calloc(n + 1, sizeof *r.files);
    pl_status st = PL_OK;
    if (r.files == NULL)
        return pl_fail_nomem(err);
    st = pl_parallel(jobs, n, &r, read_one, err);
    for (size_t i = 0; i < n; i++) {
        if (st == PL_OK)
            st = join(t, &r.files[i], err);
        PL_VEC_FREE(&r.files[i].classes);
        PL_VEC_FREE(&r.files[i].items);
        PL_VEC_FREE(&r.files[i].rows);
        PL_VEC_FREE(&r.files[i].tables);
    }
    free(r.files);
    return st;
}

static bool add_place(table_places *places, uint64_t key, size_t table, size_t item, uint16_t column)
{
    struct pl_table_place *p = PL_VEC_ADD(places);
    if (p != NULL)
        *p = (struct pl_table_place){key, (uint32_t)table, (uint32_t)item, column};
    return p != NULL;
}

/* The key of items `item`, `item + step`...; 0 when one is no number. */
static uint64_t key_of(const struct pl_table_item *items, const uint32_t *at)
{
    uint8_t low[PL_TABLE_WINDOW];
    for (size_t i = 0; i < PL_TABLE_WINDOW; i++) {
        if (items[at[i]].kind != PL_ITEM_NUMBER)
            return 0;
        low[i] = (uint8_t)items[at[i]].value;
    }
    return pl_table_key(low);
}

static uint64_t float_bits(const struct pl_table_item *item, unsigned width)
{
    double d;
    float narrow;
    uint32_t bits;
    uint64_t wide;
    if (item->kind == PL_ITEM_NUMBER)
        d = (double)(int64_t)item->value;
    else
        memcpy(&d, &item->value, sizeof d);
    if (width == 8) {
        memcpy(&wide, &d, sizeof wide);
        return wide;
    }
    narrow = (float)d;
    memcpy(&bits, &narrow, sizeof bits);
    return bits;
}

static bool index_floats(struct pl_tables *t, size_t table)
{
    const struct pl_table *x = &t->tables.v[table];
    const struct pl_table_item *items = t->items.v + x->first;
    for (size_t i = 0; i + FLOAT_WINDOW <= x->n; i += FLOAT_WINDOW) {
        uint64_t bits[2][FLOAT_WINDOW];
        bool is_good = true;
        for (size_t k = 0; k < FLOAT_WINDOW; k++) {
            is_good = is_good && items[i + k].kind <= PL_ITEM_FLOAT;
            bits[0][k] = is_good ? float_bits(&items[i + k], 4) : 0;
            bits[1][k] = is_good ? float_bits(&items[i + k], 8) : 0;
        }
        for (unsigned wide = 0; is_good && wide < 2; wide++) {
            uint64_t key = pl_table_float_key(bits[wide], FLOAT_WINDOW, wide ? 8 : 4);
            if (key != 0 && !add_place(&t->places, key, table, i, PL_TABLE_FLAT))
                return false;
        }
    }
    return true;
}

static bool index_flat(struct pl_tables *t, size_t table)
{
    const struct pl_table *x = &t->tables.v[table];
    const struct pl_table_item *items = t->items.v + x->first;
    size_t next = 0;
    for (size_t i = 0; i + PL_TABLE_WINDOW <= x->n; i++) {
        uint32_t at[PL_TABLE_WINDOW];
        if (i < next)
            continue;
        for (size_t k = 0; k < PL_TABLE_WINDOW; k++)
            at[k] = (uint32_t)(i + k);
        uint64_t key = key_of(items, at);
        if (key == 0)
            continue;
        next = i + PL_TABLE_WINDOW;
        if (!add_place(&t->places, key, table, i, PL_TABLE_FLAT))
            return false;
    }
    return true;
}

static bool index_columns(struct pl_tables *t, size_t table)
{
    const struct pl_table *x = &t->tables.v[table];
    if (x->n_rows < PL_TABLE_WINDOW)
        return true;
    const struct pl_table_item *items = t->items.v + x->first;
    const uint32_t *rows = t->rows.v + x->first_row;
    for (uint16_t c = 0; c < MAX_COLUMNS; c++) {
        size_t next = 0;
        bool is_column = false;
        for (size_t r = 0; r + PL_TABLE_WINDOW <= x->n_rows; r++) {
            uint32_t at[PL_TABLE_WINDOW];
            bool is_good = r >= next;
            for (size_t k = 0; is_good && k < PL_TABLE_WINDOW; k++) {
                at[k] = rows[r + k] + c;
                is_good = at[k] < rows[r + k + 1];
            }
            is_column |= is_good;
            uint64_t key = is_good ? key_of(items, at) : 0;
            if (key == 0)
                continue;
            next = r + PL_TABLE_WINDOW;
            if (!add_place(&t->places, key, table, r, c))
                return false;
        }
        if (!is_column)
            break;
    }
    return true;
}

static bool index_texts(struct pl_tables *t, size_t table)
{
    const struct pl_table *x = &t->tables.v[table];
    for (size_t i = 0; i < x->n; i++) {
        const struct pl_table_item *item = &t->items.v[x->first + i];
        if (item->kind == PL_ITEM_STRING && !add_place(&t->texts, item->value, table, i, PL_TABLE_FLAT))
            return false;
    }
    return true;
}

/* Bits that the items say, each that is another number than the one before it; a few are found anywhere. */
static bool is_telling(const struct pl_table_item *items, uint32_t n)
{
    uint32_t bits = 0;
    for (uint32_t i = 0; i < n && n < MANY_ITEMS; i++) {
        uint64_t value = items[i].value;
        value = (int64_t)value < 0 ? ~value : value;
        bool is_new = i == 0 || items[i].value != items[i - 1].value;
        for (; is_new && value != 0; value >>= 1)
            bits++;
    }
    return n >= MANY_ITEMS || bits >= TELLING_BITS;
}

static bool index_start(struct pl_tables *t, size_t table)
{
    const struct pl_table *x = &t->tables.v[table];
    const struct pl_table_item *items = t->items.v + x->first;
    uint8_t low[PL_TABLE_WINDOW];
    uint32_t zeros = 0;
    size_t n = 0;
    for (uint32_t i = 0; i < x->n; i++)
        if (items[i].kind != PL_ITEM_NUMBER)
            return true;
    if (x->is_float || !is_telling(items, x->n))
        return true;
    while (zeros < x->n && items[zeros].value == 0)
        zeros++;
    for (; n < PL_TABLE_WINDOW && zeros + n < x->n; n++)
        low[n] = (uint8_t)items[zeros + n].value;
    uint64_t key = x->n_rows >= 2 ? pl_table_first_key(items[0].value) : 0;
    uint16_t length = x->n < PL_TABLE_FLAT ? (uint16_t)x->n : PL_TABLE_FLAT;
    if (key != 0 && !add_place(&t->starts, key, table, 0, length))
        return false;
    return n == 0 || add_place(&t->starts, pl_table_start_key(low, n), table, zeros, length);
}

/* { 'N', 'o', 0 }, in whatever way its characters are written; and { 'N', 'o' }, which has no end of its own. */
static bool index_spelled(struct pl_tables *t, size_t table)
{
    const struct pl_table *x = &t->tables.v[table];
    const struct pl_table_item *items = t->items.v + x->first;
    uint8_t text[MAX_SPELLED];
    bool has_end = items[x->n - 1].kind == PL_ITEM_NUMBER && items[x->n - 1].value == 0;
    size_t n = x->n - has_end; /* one item alone was to be made into more by a macro */
    if (n < (has_end ? PL_TABLE_SPELLED : PL_TABLE_ENDLESS) || n > MAX_SPELLED || x->n_rows > 0)
        return true;
    for (size_t i = 0; i < n; i++) {
        if (items[i].kind != PL_ITEM_NUMBER || items[i].value == 0 || items[i].value > 0xff)
            return true;
        text[i] = (uint8_t)items[i].value;
    }
    uint64_t hash = pl_table_text_hash(pl_bytes_of(text, n));
    return add_place(&t->spelled, has_end ? hash : ~hash, table, 0, PL_TABLE_FLAT);
}

static int by_place(const void *a, const void *b)
{
    const struct pl_table_place *x = a;
    const struct pl_table_place *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    if (x->table != y->table)
        return x->table < y->table ? -1 : 1;
    if (x->item != y->item)
        return x->item < y->item ? -1 : 1;
    return x->column < y->column ? -1 : x->column > y->column;
}

/* Of whole lists with one key the longest first: a short one that is dull stands in front of many others. */
static int by_length(const void *a, const void *b)
{
    const struct pl_table_place *x = a;
    const struct pl_table_place *y = b;
    if (x->key == y->key && x->column != y->column)
        return x->column > y->column ? -1 : 1;
    return by_place(a, b);
}

static bool finish(table_places *places, struct pl_directory *directory,
                   int (*order)(const void *, const void *))
{
    if (places->n > 1)
        qsort(places->v, places->n, sizeof *places->v, order);
    return pl_directory_make(directory, places->v, places->n, sizeof *places->v);
}

static bool fill_filter(struct pl_tables *t)
{
    uint64_t words = 1;
    while (words * 64 < FILTER_BITS_A_KEY * (uint64_t)t->places.n)
        words *= 2;
    t->filter_mask = words - 1;
    t->place_filter = calloc((size_t)words, sizeof *t->place_filter);
    if (t->place_filter == NULL)
        return false;
    for (size_t i = 0; i < t->places.n; i++) {
        uint64_t key = t->places.v[i].key;
        t->place_filter[pl_table_filter_word(key, t->filter_mask)] |= pl_table_filter_bits(key);
    }
    return true;
}

static bool index_all(struct pl_tables *t)
{
    for (size_t i = 0; i < t->tables.n; i++) {
        bool is_good = t->tables.v[i].is_float ? index_floats(t, i) : index_flat(t, i);
        if (!is_good || !index_columns(t, i) || !index_texts(t, i) || !index_start(t, i) ||
            !index_spelled(t, i))
            return false;
    }
    return finish(&t->places, &t->place_directory, by_place) && fill_filter(t) &&
           finish(&t->texts, &t->text_directory, by_place) &&
           finish(&t->starts, &t->start_directory, by_length) &&
           finish(&t->spelled, &t->spelled_directory, by_place);
}

pl_status pl_tables_build(const struct pl_index *ix, unsigned jobs, struct pl_tables **out,
                          struct pl_err *err)
{
    struct pl_tables *t = calloc(1, sizeof *t);
    if (t == NULL)
        return pl_fail_nomem(err);
    t->index = ix;
    struct pl_macros *macros = NULL;
    pl_status st = gather_macros(ix, &macros) ? PL_OK : pl_fail_nomem(err);
    if (st == PL_OK)
        st = pl_table_names_build(ix, macros, jobs, &t->names, err);
    if (st == PL_OK)
        st = read_all(t, macros, jobs, err);
    pl_macros_free(macros);
    if (st == PL_OK && !index_all(t))
        st = pl_fail_nomem(err);
    if (st != PL_OK) {
        pl_tables_free(t);
        return st;
    }
    *out = t;
    return PL_OK;
}
