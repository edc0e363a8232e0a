/*
 * code_data_go.c - what Go's linker writes beside the code: its table of functions, and what this leads to.
 *
 *     .gopclntab   header | names | files of each package | files | steps | functions, records
 *     record       name, steps (stack, files, lines, state of inlining and of the collector), objects
 *     objects      maps of pointers of the stack, what was inlined, how arguments are shown in a traceback
 *     module       where all of these stand, and the types (code_data_go_types.c)
 *     finder       which function an address is in: made again here
 *
 *     go.table     numbers of these, each read to its end and in its bounds: steps do not reach over their function's code, lines are of a file of the
 *                  source that has as many
 *     go.name      names of functions whose words all stand in the sources; paths of files of the source
 *
 * What this could hide: numbers of a table that no function of the program asks for in this way (a stack that grows by another amount), and names made of
 * the sources' words. Nothing is run or opened by them. A function that no source has is told of by its code.
 *
 * Source: Go 1.18 to 1.23, src/runtime/symtab.go, stack.go, funcdata.h and cmd/link/internal/ld/pcln.go.
 */
#include "match/code_data_go.h"

#include "format/text/words.h"
#include "match/residue.h"

#include <stdlib.h>

#define RULE_TABLE "go.table"
#define RULE_NAME  "go.name"

#define MODULE_WORDS   48u /* of the record of the module that are read, of Go 1.18; two more from 1.20 on */
#define BUCKET_CODE    4096u
#define BUCKET_PARTS   16u
#define BUCKET_BYTES   20u
#define MAX_ITEMS      65536u /* of one object */
#define MAX_ARGUMENTS  64u    /* bytes that say how arguments are shown */
#define WORK_A_BYTE    4u     /* items that are read for each byte of the file; programs have 0.3 */
#define BYTES_A_RANGE  8u     /* of the file, for each range that is noted; programs have 40 */
#define NUMBERED_BYTES 40u    /* of a word with a number at its end */
#define READ_BYTES     16u    /* of a range that are one item of work, since they are looked at */
/* The limits of data.high-entropy (judge/policy.c). Of 2,544 objects of 256 bytes and more of gron, fzf and two builds of esbuild the most even has 935. */
#define RANDOM_BYTES      256u
#define RANDOM_UNEVENNESS 800u

/* Objects of a function, by their number. Source: internal/abi/symtab.go, FUNCDATA_*; PCDATA_InlTreeIndex and PCDATA_ArgLiveIndex. */
enum { ARGUMENT_MAPS, LOCAL_MAPS, STACK_OBJECTS, INLINED, DEFERS, ARGUMENTS, LIVE_ARGUMENTS, WRAPPED };
enum { STEPS_STACK, STEPS_FILE, STEPS_LINE, STEPS_UNSAFE, STEPS_MAP, STEPS_INLINED, STEPS_LIVE };

/* ------------------------------------------------------------------ what is noted */

/* As evenly spread as what is encrypted or packed: no table is, and none is asked to hold it. */
static bool is_random(const struct pl_go *g, uint64_t offset, uint64_t length)
{
    return length >= RANDOM_BYTES &&
           pl_unevenness(pl_bytes_sub(g->d->f->data, (size_t)offset, (size_t)length)) <= RANDOM_UNEVENNESS;
}

void pl_go_note(struct pl_go *g, uint64_t offset, uint64_t length, enum pl_go_range_kind kind, uint32_t unit)
{
    if (length == 0 || g->ranges.n > g->d->f->size / BYTES_A_RANGE ||
        !pl_go_may_read(g, length / READ_BYTES) || (kind == PL_GO_NUMBERS && is_random(g, offset, length)))
        return;
    struct pl_go_range *r = PL_VEC_ADD(&g->ranges);
    g->is_out_of_memory |= r == NULL;
    if (r != NULL)
        *r = (struct pl_go_range){.offset = offset, .length = length, .kind = kind, .unit = unit};
}

static uint64_t offset_in(const struct pl_go *g, pl_bytes part)
{
    return (uint64_t)(part.p - g->d->f->data.p);
}

pl_bytes pl_go_bytes_at(const struct pl_go *g, uint64_t address, uint64_t n)
{
    const struct pl_code_span *s = pl_data_span(g->d, address);
    uint64_t at = s == NULL ? 0 : address - s->address;
    if (s == NULL || at >= s->size)
        return (pl_bytes){NULL, 0};
    return pl_bytes_sub(g->d->f->data, (size_t)(s->offset + at),
                        (size_t)(n < s->size - at ? n : s->size - at));
}

bool pl_go_note_at(struct pl_go *g, uint64_t address, uint64_t length)
{
    pl_bytes there = pl_go_bytes_at(g, address, length);
    if (there.n != length || length == 0)
        return false;
    pl_go_note(g, offset_in(g, there), length, PL_GO_NUMBERS, PL_GO_NONE);
    return true;
}

/* The same by its byte in the file. */
static uint64_t pointer_in_file(const struct pl_go *g, uint64_t offset)
{
    const struct pl_code_slot *slot = pl_data_slot(g->d, offset);
    return slot != NULL ? slot->target : pl_data_number(g->d, offset, g->table.word);
}

uint64_t pl_go_pointer_at(const struct pl_go *g, uint64_t address)
{
    pl_bytes there = pl_go_bytes_at(g, address, g->table.word);
    return there.n == g->table.word ? pointer_in_file(g, offset_in(g, there)) : 0;
}

uint32_t pl_go_u32_at(const struct pl_go *g, uint64_t address)
{
    struct pl_cursor c = pl_cursor_of(pl_go_bytes_at(g, address, 4));
    return pl_cursor_u32le(&c);
}

void pl_go_note_bits(struct pl_go *g, uint64_t address, uint64_t words)
{
    (void)pl_go_note_at(g, address, words / 8 + (words % 8 != 0));
}

/* ------------------------------------------------------------------ names */

/* Without digits at its end, and a line before these: int_0, func12. */
static pl_bytes without_number(pl_bytes word)
{
    while (word.n > 0 && pl_is_digit(word.p[word.n - 1]))
        word.n--;
    return word.n > 0 && word.p[word.n - 1] == '_' ? pl_bytes_sub(word, 0, word.n - 1) : word;
}

static bool is_known_word(const struct pl_go *g, pl_bytes word)
{
    /* Of cmd/compile and cmd/link: what is put into names of functions and types that no source has. */
    static const char *const own[] = {"func",    "gowrap", "deferwrap", "dwrap",     "noalg",
                                      "autotmp", "stmp",   "shape",     "abi",       "abiinternal",
                                      "itab",    "type",   "hash",      "memhash",   "strhash",
                                      "eqfunc",  "map",    "struct",    "interface", "chan"};
    pl_bytes plain = without_number(word);
    return pl_match_has_word(g->d->m, word) || pl_bytes_is_one_of(plain, own, sizeof own / sizeof *own) ||
           (plain.n < word.n && word.n <= NUMBERED_BYTES &&
            (plain.n < PL_WORD_MIN_BYTES || pl_match_has_word(g->d->m, plain)));
}

bool pl_go_is_known(const struct pl_go *g, pl_bytes name)
{
    pl_bytes rest = name;
    pl_bytes word;
    while (pl_words_next(&rest, &word)) {
        /* "gopkg.in/yaml%2ev2": the linker's way to write a dot in the last part of a path */
        bool is_escaped = word.p > name.p && word.p[-1] == '%' && word.n >= 2;
        if (is_escaped)
            word = pl_bytes_from(word, 2);
        if (word.n >= PL_WORD_MIN_BYTES && !is_known_word(g, word))
            return false;
    }
    return true;
}

/* The file of the source that a path of the build ends like; PL_GO_NONE when no source file has its name. */
static uint32_t unit_of(struct pl_go *g, pl_bytes path)
{
    pl_units units = pl_index_units_of_name(g->d->m->index, pl_bytes_basename(path));
    uint32_t best = PL_GO_NONE;
    size_t most = 0;
    for (size_t i = 0; i < units.n && pl_go_may_read(g, 1); i++) {
        size_t n = pl_bytes_common_end(pl_index_unit_file(g->d->m->index, units.v[i])->path, path);
        if (best == PL_GO_NONE || n > most) {
            best = units.v[i];
            most = n;
        }
    }
    return best;
}

/* Files that no source has: what the compiler makes, and cgo. */
static bool is_made(pl_bytes path)
{
    static const char *const names[] = {"<autogenerated>", "_cgo_gotypes.go", "_cgo_import.go",
                                        "_cgo_export.c", "_cgo_main.c"};
    return pl_bytes_is_one_of(pl_bytes_basename(path), names, sizeof names / sizeof *names) ||
           pl_bytes_ends(path, PL_LIT(".cgo1.go")) || pl_bytes_ends(path, PL_LIT(".cgo2.c"));
}

static void note_name(struct pl_go *g, uint64_t at, uint32_t unit)
{
    pl_bytes name = pl_go_text(g->table.names, at);
    if (name.n > 0 && pl_go_is_known(g, name))
        pl_go_note(g, offset_in(g, name), name.n + 1, PL_GO_NAME, unit);
}

/* ------------------------------------------------------------------ files and steps */

struct files {
    uint32_t *units;   /* one an entry of table.units: the source, or PL_GO_NONE */
    uint64_t *n_lines; /* 0: nothing is known of the file */
    size_t n;
};

/* Each entry is the place of a text of files, or none; paths of source files are names. */
static void note_files(struct pl_go *g, struct files *f)
{
    struct pl_cursor c = pl_cursor_of(g->table.units);
    for (size_t i = 0; i < f->n; i++) {
        uint32_t at = pl_cursor_u32le(&c);
        f->units[i] = PL_GO_NONE;
        pl_bytes path = at == PL_GO_NONE ? (pl_bytes){NULL, 0} : pl_go_text(g->table.files, at);
        bool is_start = path.n > 0 && (at == 0 || g->table.files.p[at - 1] == 0);
        if (at == PL_GO_NONE || is_start)
            pl_go_note(g, offset_in(g, g->table.units) + 4 * i, 4, PL_GO_NUMBERS, PL_GO_NONE);
        if (!is_start)
            continue;
        const struct pl_index *ix = g->d->m->index;
        uint32_t unit = unit_of(g, path);
        f->units[i] = unit;
        f->n_lines[i] = unit != PL_GO_NONE ? pl_index_line_of(ix, unit, pl_index_unit_file(ix, unit)->data.n)
                        : is_made(path)    ? UINT32_MAX
                                           : 0;
        if (f->n_lines[i] > 0)
            pl_go_note(g, offset_in(g, path), path.n + 1, PL_GO_NAME, unit);
    }
}

static uint64_t lines_of(const struct files *f, uint32_t unit, int64_t file)
{
    uint64_t i = (uint64_t)unit + (uint64_t)file;
    return file >= 0 && i < f->n ? f->n_lines[i] : 0;
}

/* The longest of the files that the function is of; 0 when one of them is unknown. */
static uint64_t longest_file(struct pl_go *g, const struct pl_go_record *r, const struct files *f)
{
    struct pl_go_steps s = pl_go_steps_of(&g->table, r->steps[STEPS_FILE]);
    uint64_t most = 0;
    while (pl_go_steps_next(&s)) {
        uint64_t n = pl_go_may_read(g, 1) ? lines_of(f, r->unit, s.value) : 0;
        if (n == 0)
            return 0;
        most = n > most ? n : most;
    }
    return most;
}

/* The greatest value of a table of steps; -1 when there is none. */
static int64_t greatest(struct pl_go *g, const struct pl_go_record *r, unsigned which)
{
    int64_t most = -1;
    if (which >= r->n_steps || r->steps[which] == 0)
        return most;
    struct pl_go_steps s = pl_go_steps_of(&g->table, r->steps[which]);
    while (pl_go_may_read(g, 1) && pl_go_steps_next(&s))
        most = s.value > most ? s.value : most;
    return most;
}

/* `n_lines` of longest_file(). */
static void note_steps(struct pl_go *g, const struct pl_go_record *r, unsigned which, uint64_t n_lines)
{
    if (r->steps[which] == 0)
        return;
    struct pl_go_steps s = pl_go_steps_of(&g->table, r->steps[which]);
    bool is_good = which != STEPS_FILE || n_lines > 0;
    while (is_good && pl_go_steps_next(&s)) {
        is_good = s.to <= r->end - r->begin && pl_go_may_read(g, 1);
        if (which == STEPS_LINE)
            is_good = is_good && s.value >= 0 && (uint64_t)s.value <= n_lines;
    }
    if (is_good && !s.c.bad && s.to > 0)
        pl_go_note(g, offset_in(g, g->table.steps) + r->steps[which], s.c.at - r->steps[which], PL_GO_NUMBERS,
                   PL_GO_NONE);
}

/* ------------------------------------------------------------------ objects of a function */

/* | maps 4 | bits 4 | maps of as many bytes |; the function has steps to each of the maps, assembly one for its begin and one for its end. */
static void note_maps(struct pl_go *g, uint64_t address, int64_t last)
{
    uint64_t n = pl_go_u32_at(g, address);
    uint64_t bits = pl_go_u32_at(g, address + 4);
    if (n <= (last < 1 ? 2 : (uint64_t)last + 1) && n <= MAX_ITEMS && bits <= MAX_ITEMS)
        (void)pl_go_note_at(g, address, 8 + n * ((bits + 7) / 8));
}

/* | objects, a word | place 4 | size 4 | bytes with pointers 4 | map 4, from the constants | ... */
static void note_stack_objects(struct pl_go *g, uint64_t address)
{
    uint64_t n = pl_go_pointer_at(g, address);
    if (n > MAX_ITEMS || !pl_go_may_read(g, n) || !pl_go_note_at(g, address, g->table.word + 16 * n))
        return;
    for (uint64_t i = 0; i < n; i++) {
        uint64_t item = address + g->table.word + 16 * i;
        uint32_t bytes = pl_go_u32_at(g, item + 8);
        if (bytes <= INT32_MAX)
            pl_go_note_bits(g, g->constants + pl_go_u32_at(g, item + 12), bytes / g->table.word);
    }
}

/* Of Go 1.20: | id 1 | 0 3 | name 4 | place 4 | line 4 |; before: | parent 2 | id 1 | 0 1 | file 4 | line 4 | name 4 | place 4 |. */
static void note_inlined(struct pl_go *g, uint64_t address, int64_t last)
{
    uint64_t bytes = g->table.is_120 ? 16 : 20;
    if (last < 0 || last > MAX_ITEMS || !pl_go_may_read(g, (uint64_t)last + 1) ||
        !pl_go_note_at(g, address, bytes * ((uint64_t)last + 1)))
        return;
    for (int64_t i = 0; i <= last; i++)
        note_name(g, pl_go_u32_at(g, address + bytes * (uint64_t)i + (g->table.is_120 ? 4 : 12)), PL_GO_NONE);
}

/* How many arguments the bytes describe, and how many bytes these are; 0 when they do not end. */
static uint64_t arguments_bytes(const struct pl_go *g, uint64_t address, uint64_t *n)
{
    enum {
        END = 0xff,
        UNKNOWN_PLACE = 0xfb
    }; /* marks from there on: begin and end of a group, more, unknown */
    pl_bytes all = pl_go_bytes_at(g, address, MAX_ARGUMENTS);
    *n = 0;
    for (size_t i = 0; i < all.n;) {
        if (all.p[i] == END)
            return i + 1;
        *n += all.p[i] <= UNKNOWN_PLACE;
        i += all.p[i] < UNKNOWN_PLACE ? 2 : 1;
    }
    return 0;
}

static void note_object(struct pl_go *g, const struct pl_go_record *r, unsigned which)
{
    uint64_t address = g->objects + r->objects[which];
    uint64_t n;
    switch (which) {
    case ARGUMENT_MAPS:
    case LOCAL_MAPS: note_maps(g, address, greatest(g, r, STEPS_MAP)); break;
    case STACK_OBJECTS: note_stack_objects(g, address); break;
    case INLINED: note_inlined(g, address, greatest(g, r, STEPS_INLINED)); break;
    case ARGUMENTS: (void)pl_go_note_at(g, address, arguments_bytes(g, address, &n)); break;
    case LIVE_ARGUMENTS:
        if (r->n_objects > ARGUMENTS && r->objects[ARGUMENTS] != PL_GO_NONE) {
            int64_t last = greatest(g, r, STEPS_LIVE);
            (void)arguments_bytes(g, g->objects + r->objects[ARGUMENTS], &n);
            if (last < MAX_ITEMS)
                (void)pl_go_note_at(g, address, last < 1 ? 1 : (uint64_t)last + (n + 7) / 8);
        }
        break;
    case WRAPPED: (void)pl_go_note_at(g, address, 4); break;
    case DEFERS:
    default: break;
    }
}

/* ------------------------------------------------------------------ functions */

static void note_function(struct pl_go *g, uint64_t i, const struct files *f)
{
    struct pl_go_record r;
    if (!pl_go_record_read(&g->table, i, &r))
        return;
    uint64_t lines = offset_in(g, g->table.lines);
    pl_go_note(g, lines + 8 * i, i + 1 == g->table.n_functions ? 12 : 8, PL_GO_NUMBERS, PL_GO_NONE);
    pl_go_note(g, lines + r.at, r.bytes, PL_GO_NUMBERS, PL_GO_NONE);
    struct pl_go_steps files = pl_go_steps_of(&g->table, r.steps[STEPS_FILE]);
    uint64_t entry =
        pl_go_steps_next(&files) && files.value >= 0 ? (uint64_t)r.unit + (uint64_t)files.value : f->n;
    note_name(g, r.name, entry < f->n ? f->units[entry] : PL_GO_NONE);
    uint64_t n_lines = longest_file(g, &r, f);
    for (unsigned k = 0; k < r.n_steps; k++)
        note_steps(g, &r, k, n_lines);
    for (unsigned k = 0; k < r.n_objects && g->objects != 0; k++)
        if (r.objects[k] != PL_GO_NONE)
            note_object(g, &r, k);
}

/*
 * For each 4,096 bytes of code the number of the function at its front, and for each 256 how many more: | first 4 | more 1 ... |. A bucket counts when
 * it is what the table of functions gives.
 */
static void note_finder(struct pl_go *g)
{
    struct pl_go_record last;
    struct pl_go_record r;
    uint64_t function = 0;
    if (g->finder == 0 || !pl_go_record_read(&g->table, g->table.n_functions - 1, &last) ||
        !pl_go_record_read(&g->table, 0, &r))
        return;
    uint64_t first = r.begin;
    for (uint64_t bucket = 0; bucket * BUCKET_CODE < last.end - first; bucket++) {
        pl_bytes there = pl_go_bytes_at(g, g->finder + bucket * BUCKET_BYTES, BUCKET_BYTES);
        struct pl_cursor c = pl_cursor_of(there);
        uint64_t base = pl_cursor_u32le(&c);
        bool is_same = there.n == BUCKET_BYTES;
        for (uint64_t k = 0; k < BUCKET_PARTS && is_same; k++) {
            uint64_t place = first + bucket * BUCKET_CODE + k * (BUCKET_CODE / BUCKET_PARTS);
            uint8_t more = pl_cursor_u8(&c);
            while (place < last.end && function + 1 < g->table.n_functions && r.end <= place)
                if (!pl_go_record_read(&g->table, ++function, &r))
                    return;
            is_same = place >= last.end || base + more == function;
        }
        if (is_same)
            (void)pl_go_note_at(g, g->finder + bucket * BUCKET_BYTES, BUCKET_BYTES);
    }
}

/* ------------------------------------------------------------------ the module */

static bool is_part(const struct pl_go *g, uint64_t address, pl_bytes part)
{
    uint64_t offset;
    return pl_data_offset(g->d, address, &offset) && offset == offset_in(g, part);
}

/*
 * Where the record of the module stands: it begins with the address of the table and those of its parts, each with its length twice. Source: runtime/symtab.go,
 * moduledata.
 */
static bool is_module(struct pl_go *g, uint64_t at)
{
    const struct pl_go_table *t = &g->table;
    const pl_bytes parts[] = {t->names, t->units, t->files, t->steps, t->lines, t->lines};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!is_part(g, pl_go_pointer_at(g, at + t->word * (1 + 3 * i)), parts[i]))
            return false;
    return is_part(g, pl_go_pointer_at(g, at), t->header);
}

static void read_module(struct pl_go *g, uint64_t at)
{
    unsigned more = g->table.is_120 ? 2 : 0;
    unsigned n = MODULE_WORDS + more;
    uint64_t w[MODULE_WORDS + 2];
    for (unsigned i = 0; i < n; i++)
        w[i] = pl_go_pointer_at(g, at + (uint64_t)i * g->table.word);
    if (w[35 + more] >= w[36 + more] || !pl_go_note_at(g, at, (uint64_t)n * g->table.word))
        return;
    g->finder = w[19];
    g->types = w[35 + more];
    g->types_end = w[36 + more];
    g->constants = w[37 + more];
    g->objects = w[38 + more];
    g->type_links = w[42 + more];
    g->n_type_links = w[43 + more];
    g->interface_links = w[45 + more];
    g->n_interface_links = w[46 + more];
}

static void find_module(struct pl_go *g)
{
    uint64_t table;
    unsigned word = g->table.word;
    if (!pl_data_address(g->d, g->at, &table))
        return;
    for (size_t i = 0; i < g->d->code->n_spans; i++) {
        const struct pl_code_span *s = &g->d->code->spans[i];
        for (uint64_t k = 0; s->is_writable && k + word <= s->size; k += word) {
            if (pointer_in_file(g, s->offset + k) == table && is_module(g, s->address + k)) {
                read_module(g, s->address + k);
                return;
            }
        }
    }
}

/* ------------------------------------------------------------------ the step */

static int by_offset(const void *a, const void *b)
{
    const struct pl_go_range *x = a;
    const struct pl_go_range *y = b;
    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return x->unit != y->unit ? (x->unit < y->unit ? -1 : 1)
                              : (x->length > y->length) - (x->length < y->length);
}

static pl_status claim(struct pl_go *g, const struct pl_go_range *r, struct pl_err *err)
{
    if (r->kind == PL_GO_NUMBERS)
        return pl_data_claim(g->d, r->offset, r->length, PL_CLASS_STRUCTURE, PL_GRADE_NONE, RULE_TABLE, NULL,
                             err);
    const char *source = NULL;
    if (r->unit != PL_GO_NONE) {
        source = pl_arena_str(g->d->m->arena, pl_index_unit_file(g->d->m->index, r->unit)->path);
        if (source == NULL)
            return pl_arena_fail(g->d->m->arena, err);
    }
    return pl_data_claim(g->d, r->offset, r->length, PL_CLASS_DERIVED, PL_GRADE_C, RULE_NAME, source, err);
}

/* Neighbours that are explained alike are one claim. */
static pl_status claim_all(struct pl_go *g, struct pl_err *err)
{
    pl_status st = PL_OK;
    if (g->ranges.n > 1)
        qsort(g->ranges.v, g->ranges.n, sizeof *g->ranges.v, by_offset);
    for (size_t i = 0; i < g->ranges.n && st == PL_OK;) {
        struct pl_go_range all = g->ranges.v[i++];
        for (; i < g->ranges.n; i++) {
            const struct pl_go_range *next = &g->ranges.v[i];
            if (next->offset > all.offset + all.length || next->kind != all.kind || next->unit != all.unit)
                break;
            uint64_t end = next->offset + next->length;
            all.length = end > all.offset + all.length ? end - all.offset : all.length;
        }
        st = claim(g, &all, err);
    }
    return st;
}

static void note_functions(struct pl_go *g)
{
    size_t n = g->table.units.n / 4;
    struct files f = {
        .units = calloc(n + 1, sizeof *f.units), .n_lines = calloc(n + 1, sizeof *f.n_lines), .n = n};
    g->is_out_of_memory = f.units == NULL || f.n_lines == NULL;
    if (!g->is_out_of_memory) {
        note_files(g, &f);
        for (uint64_t i = 0; i < g->table.n_functions && !g->is_out_of_memory; i++)
            note_function(g, i, &f);
    }
    free(f.units);
    free(f.n_lines);
}

pl_status pl_data_find_go(struct pl_data *d, struct pl_err *err)
{
    struct pl_go g = {.d = d, .at = d->code->go_table, .work = WORK_A_BYTE * d->f->size};
    const struct pl_code_span *in = NULL;
    for (size_t i = 0; i < d->code->n_spans && d->code->is_go; i++)
        if (g.at >= d->code->spans[i].offset && g.at - d->code->spans[i].offset < d->code->spans[i].size)
            in = &d->code->spans[i];
    if (in == NULL ||
        !pl_go_table_read(pl_bytes_sub(d->f->data, (size_t)g.at, (size_t)(in->size - (g.at - in->offset))),
                          &g.table))
        return PL_OK;
    pl_go_note(&g, g.at, g.table.header.n, PL_GO_NUMBERS, PL_GO_NONE);
    find_module(&g);
    note_functions(&g);
    note_finder(&g);
    if (g.types != 0)
        pl_go_note_types(&g);
    pl_status st = g.is_out_of_memory ? pl_fail_nomem(err) : claim_all(&g, err);
    PL_VEC_FREE(&g.ranges);
    return st;
}
