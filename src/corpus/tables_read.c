/*
 * tables_read.c - the initialiser lists and the named numbers of one file.
 *
 * A list begins at a brace behind "=" (C), a bracket behind "=" or "&" (Rust), the brace of a composite literal (Go), or at the very
 * beginning of a file that is nothing but a list, to be included into one. Elements are constant expressions; what is none is an item of its own kind, so that
 * its neighbours keep their places. Directives are looked through: both arms of an #if are read, one behind the other.
 *
 * Keys of Go ("7: x", "name: x") are what designators of C are. In assembly, and in Perl that prints it, the numbers of .byte, .long and their like are lists.
 *
 * Source: C17 6.7.9 (initialisation), 6.7.2.2 (enumerations); GNU as manual, chapter 7.
 * Not read here: lists that macros make; braces without "=" of C++11.
 */
#include "corpus/tables_read.h"

#include <string.h>

#define MAX_DEPTH     16u
#define MAX_TEXT      65536u
#define MAX_ITEM_SKIP 4096u /* tokens of one element */

struct list {
    struct table_output *out;
    struct pl_table table;
    unsigned depth;
    bool has_arm; /* a directive stood before the next item */
};

static bool is_open(const struct table_reader *r, size_t i)
{
    return pl_table_is_kind(r, i, '{') || (r->family != PL_CLIT_C && pl_table_is_kind(r, i, '['));
}

static bool is_close(const struct table_reader *r, size_t i)
{
    return pl_table_is_kind(r, i, '}') || (r->family != PL_CLIT_C && pl_table_is_kind(r, i, ']'));
}

static bool add_item(struct table_reader *r, struct list *l, uint8_t kind, uint64_t value, uint32_t at,
                     bool is_plain)
{
    struct pl_table_item *item = PL_VEC_ADD(&l->out->items);
    if (item == NULL) {
        r->is_out_of_memory = true;
        return false;
    }
    *item = (struct pl_table_item){
        value, at, kind, (uint8_t)((is_plain ? PL_ITEM_PLAIN : 0) | (l->has_arm ? PL_ITEM_ARM : 0)), 0};
    l->has_arm = false;
    l->table.is_float |= kind == PL_ITEM_FLOAT;
    l->table.has_designators |= kind == PL_ITEM_FIELD || kind == PL_ITEM_INDEX;
    return true;
}

/* The end of the element at r->at: a comma or a closing bracket of this list. */
static size_t element_end(const struct table_reader *r)
{
    unsigned depth = 0;
    size_t i = r->at;
    for (; i < r->end && i - r->at < MAX_ITEM_SKIP; i++) {
        uint8_t kind = r->t[i].kind;
        if (depth == 0 && (kind == ',' || kind == '}' || kind == ']' || kind == ';' || kind == TABLE_MARK))
            return i;
        if (kind == '(' || kind == '[' || kind == '{')
            depth++;
        else if ((kind == ')' || kind == ']' || kind == '}') && depth > 0)
            depth--;
    }
    return i;
}

/* Strings side by side, or one as the argument of a macro that marks it for translation: N_("text"). */
static bool read_text(struct table_reader *r, struct list *l, size_t end)
{
    size_t i = r->at;
    uint32_t at = r->t[i].at;
    bool is_group = pl_table_is_kind(r, i, '(');
    bool is_call = is_group || (pl_table_is_kind(r, i, TABLE_WORD) && pl_table_is_kind(r, i + 1, '(') &&
                                pl_table_is_kind(r, i + 2, TABLE_STRING));
    size_t last = is_call ? end - 1 : end;
    pl_buf_clear(&r->joined);
    for (i += is_group ? 1 : is_call ? 2 : 0; i < last; i++) {
        pl_bytes raw = pl_table_token_text(r, i);
        size_t quote = pl_bytes_find_byte(raw, '"', 0);
        if (!pl_table_is_kind(r, i, TABLE_STRING) || quote != 0 || raw.n < 2 || r->joined.n > MAX_TEXT)
            return false;
        struct pl_clit_token token = {.body = pl_bytes_sub(raw, 1, raw.n - 2)};
        pl_clit_decode(&token, r->family, &r->joined);
    }
    if (r->joined.why != PL_OK || (is_call && !pl_table_is_kind(r, last, ')')))
        return false;
    r->at = end;
    return add_item(r, l, PL_ITEM_STRING, pl_table_text_hash(pl_buf_bytes(&r->joined)), at,
                    !is_call || is_group);
}

/* The one name of an element that is no number: a function, an object, "&object", "(cast)name". */
static uint64_t lone_name(const struct table_reader *r, size_t end)
{
    size_t i = r->at;
    while (i < end &&
           (pl_table_is_kind(r, i, '&') || pl_table_is_kind(r, i, '(') || pl_table_is_kind(r, i, ')')))
        i++;
    if (end == r->at || !pl_table_is_kind(r, end - 1, TABLE_WORD))
        return 0;
    for (size_t k = i; k + 1 < end; k++)
        if (!pl_table_is_kind(r, k, TABLE_WORD) && !pl_table_is_kind(r, k, '*') &&
            !pl_table_is_kind(r, k, ')') && !pl_table_is_kind(r, k, '('))
            return 0;
    return pl_table_text_hash(pl_table_token_text(r, end - 1));
}

static bool read_element(struct table_reader *r, struct list *l)
{
    size_t start = r->at;
    size_t end = element_end(r);
    uint32_t at = r->t[start].at;
    bool starts_text = pl_table_is_kind(r, start, TABLE_STRING) ||
                       (pl_table_is_kind(r, start, '(') && pl_table_is_kind(r, start + 1, TABLE_STRING)) ||
                       (pl_table_is_kind(r, start, TABLE_WORD) && pl_table_is_kind(r, start + 1, '(') &&
                        pl_table_is_kind(r, start + 2, TABLE_STRING) &&
                        !pl_bytes_eq_str(pl_table_token_text(r, start), "sizeof"));
    if (end == start) {
        r->at++;
        return true;
    }
    if (starts_text && read_text(r, l, end))
        return true;
    r->at = start;
    struct table_value v = pl_table_expression(r);
    if (r->at != end)
        v.kind = PL_ITEM_UNKNOWN;
    r->at = start;
    uint64_t name = v.kind == PL_ITEM_UNKNOWN ? lone_name(r, end) : 0;
    r->at = end;
    if (name != 0)
        return add_item(r, l, PL_ITEM_NAME, name, at, false);
    if (!add_item(r, l, v.kind, v.bits, at, v.is_plain))
        return false;
    l->out->items.v[l->out->items.n - 1].windows = v.windows;
    return true;
}

/* "name:" and "n:" of a composite literal of Go, with r->at behind it afterwards; false when there is none. */
static bool read_key(struct table_reader *r, struct list *l)
{
    size_t start = r->at;
    uint32_t at = r->t[start].at;
    if (pl_table_is_kind(r, start, TABLE_WORD) && pl_table_is_kind(r, start + 1, ':')) {
        r->at = start + 2;
        return add_item(r, l, PL_ITEM_FIELD, pl_table_text_hash(pl_table_token_text(r, start)), at, true);
    }
    if (!pl_table_is_kind(r, start, TABLE_NUMBER) && !pl_table_is_kind(r, start, TABLE_CHARACTER))
        return false;
    struct table_value v = pl_table_expression(r);
    if (v.kind != PL_ITEM_NUMBER || !pl_table_is_kind(r, r->at, ':')) {
        r->at = start;
        return false;
    }
    r->at++;
    return add_item(r, l, PL_ITEM_INDEX, v.bits, at, true);
}

/* ".name =" and "[n] =", with r->at behind it afterwards; false when there is none. */
static bool read_designator(struct table_reader *r, struct list *l)
{
    if (r->family == PL_CLIT_GO)
        return read_key(r, l);
    size_t start = r->at;
    uint32_t at = r->t[start].at;
    if (pl_table_is_kind(r, start, '.') && pl_table_is_kind(r, start + 1, TABLE_WORD) &&
        pl_table_is_kind(r, start + 2, '=')) {
        r->at = start + 3;
        return add_item(r, l, PL_ITEM_FIELD, pl_table_text_hash(pl_table_token_text(r, start + 1)), at, true);
    }
    if (r->family != PL_CLIT_C || !pl_table_is_kind(r, start, '['))
        return false;
    r->at++;
    struct table_value v = pl_table_expression(r);
    if (v.kind != PL_ITEM_NUMBER || !pl_table_is_kind(r, r->at, ']') ||
        !pl_table_is_kind(r, r->at + 1, '=')) {
        r->at = start;
        return false;
    }
    r->at += 2;
    return add_item(r, l, PL_ITEM_INDEX, v.bits, at, true);
}

static bool add_row(struct table_reader *r, struct list *l)
{
    uint32_t *row = PL_VEC_ADD(&l->out->rows);
    if (row == NULL)
        r->is_out_of_memory = true;
    else
        *row = (uint32_t)l->out->items.n - l->table.first;
    return row != NULL;
}

/* Is what the list at r->at initialises declared as float or double? "static const float x[3][4] = {" */
static bool is_declared_float(const struct table_reader *r)
{
    /* GLib and OpenGL have names of their own for both. */
    static const char *const floats[] = {"float", "double", "gfloat", "gdouble", "GLfloat", "GLdouble"};
    size_t i = r->at;
    if (r->family != PL_CLIT_C || i < 3 || r->t[i - 1].kind != '=')
        return false;
    for (i--; i > 0 && r->t[i - 1].kind == ']';) {
        while (i > 0 && r->t[i - 1].kind != '[')
            i--;
        i -= i > 0;
    }
    i -= i > 0 && r->t[i - 1].kind == TABLE_WORD; /* its name */
    for (; i > 0 && r->t[i - 1].kind == TABLE_WORD; i--)
        if (pl_bytes_is_one_of(pl_table_token_text(r, i - 1), floats, sizeof floats / sizeof floats[0]))
            return true;
    return false;
}

/* The list at r->at, with a bracket of its own around it or without. Leaves r->at behind it. */
static void read_list(struct table_reader *r, bool has_bracket, struct table_output *out)
{
    struct list l = {.out = out, .depth = has_bracket ? 0 : 1};
    l.table.unit = r->unit;
    l.table.at = r->t[r->at].at;
    l.table.first = (uint32_t)out->items.n;
    l.table.first_row = (uint32_t)out->rows.n;
    l.table.is_float = has_bracket && is_declared_float(r);
    while (r->at < r->end && !r->is_out_of_memory) {
        l.table.end = r->t[r->at].at + r->t[r->at].length;
        if (is_open(r, r->at)) {
            if (l.depth == 1 && !add_row(r, &l))
                break;
            r->at++;
            if (++l.depth > MAX_DEPTH)
                break;
        } else if (is_close(r, r->at)) {
            r->at++;
            if (--l.depth == 0)
                break;
        } else if (pl_table_is_kind(r, r->at, ',')) {
            r->at++;
        } else if (pl_table_is_kind(r, r->at, TABLE_MARK)) {
            l.has_arm = true;
            r->at++;
        } else if (pl_table_is_kind(r, r->at, ';') || pl_table_is_kind(r, r->at, ')')) {
            break;
        } else if (!read_designator(r, &l)) {
            (void)read_element(r, &l); /* sticky */
        }
    }
    l.table.n = (uint32_t)out->items.n - l.table.first;
    l.table.n_rows = (uint32_t)out->rows.n - l.table.first_row;
    if (l.table.n_rows > 0)
        (void)add_row(r, &l); /* the end of the last; sticky */
    /* One element that nobody can read may be a macro that makes all of them. */
    bool may_be_more = l.table.n == 1 && out->items.v[l.table.first].kind == PL_ITEM_UNKNOWN;
    bool is_list = (l.table.n >= 2 || may_be_more) && !r->is_out_of_memory;
    struct pl_table *t = is_list ? PL_VEC_ADD(&out->tables) : NULL;
    r->is_out_of_memory |= t == NULL && is_list;
    if (t != NULL) {
        *t = l.table;
        r->is_out_of_memory |= !pl_table_lay_out(t, out);
    } else {
        out->items.n = l.table.first;
        out->rows.n = l.table.first_row;
    }
}

/* ".long", ".byte" and their like: GNU as manual, chapter 7. */
static bool is_data_directive(const struct table_reader *r, size_t i)
{
    static const char *const names[] = {"byte", "short", "value", "hword", "2byte", "word",
                                        "long", "int",   "4byte", "quad",  "8byte", "xword"};
    if (!pl_table_is_kind(r, i, '.') || !pl_table_is_kind(r, i + 1, TABLE_WORD))
        return false;
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
        if (pl_bytes_eq_str(pl_table_token_text(r, i + 1), names[k]))
            return true;
    return false;
}

/* Numbers of directives of one kind, line after line, as one list: assembly, and programs that print it. */
static void read_directives(struct table_reader *r, struct table_output *out)
{
    struct list l = {.out = out};
    pl_bytes name = pl_table_token_text(r, r->at + 1);
    l.table.unit = r->unit;
    l.table.at = r->t[r->at].at;
    l.table.first = (uint32_t)out->items.n;
    l.table.first_row = (uint32_t)out->rows.n;
    while (is_data_directive(r, r->at) && pl_bytes_eq(pl_table_token_text(r, r->at + 1), name) &&
           !r->is_out_of_memory) {
        r->at += 2;
        for (;;) {
            uint32_t at = r->at < r->end ? r->t[r->at].at : 0;
            size_t start = r->at;
            struct table_value v = pl_table_expression(r);
            if (r->at == start)
                break;
            l.table.end = r->t[r->at - 1].at + r->t[r->at - 1].length;
            if (!add_item(r, &l, v.kind, v.bits, at, v.is_plain) || !pl_table_is_kind(r, r->at, ','))
                break;
            r->at++;
        }
    }
    l.table.n = (uint32_t)out->items.n - l.table.first;
    struct pl_table *t = l.table.n < 2 || r->is_out_of_memory ? NULL : PL_VEC_ADD(&out->tables);
    r->is_out_of_memory |= t == NULL && l.table.n >= 2;
    if (t != NULL)
        *t = l.table;
    else
        out->items.n = l.table.first;
}

static bool begins_list(const struct table_reader *r, size_t i)
{
    if (i == 0 || !is_open(r, i))
        return false;
    uint8_t before = r->t[i - 1].kind;
    if (before == '=' || (before == '&' && r->family == PL_CLIT_RUST))
        return true;
    return r->family == PL_CLIT_GO && pl_table_is_kind(r, i, '{') && before == TABLE_WORD && i > 1 &&
           r->t[i - 2].kind == ']';
}

/* A file whose first token is an element with a comma behind it, or the first of several rows. */
static bool is_fragment(const struct table_reader *r)
{
    size_t i = 0;
    while (pl_table_is_kind(r, i, TABLE_MARK))
        i++;
    if (r->family != PL_CLIT_C || i + 1 >= r->end)
        return false;
    i += pl_table_is_kind(r, i, '{');
    i += pl_table_is_kind(r, i, '-');
    bool is_element = pl_table_is_kind(r, i, TABLE_NUMBER) || pl_table_is_kind(r, i, TABLE_CHARACTER) ||
                      pl_table_is_kind(r, i, TABLE_STRING) || pl_table_is_kind(r, i, TABLE_WORD);
    return is_element && pl_table_is_kind(r, i + 1, ',');
}

static void read_lists(struct table_reader *r, struct table_output *out)
{
    r->at = 0;
    if (is_fragment(r)) {
        while (pl_table_is_kind(r, r->at, TABLE_MARK))
            r->at++;
        read_list(r, false, out);
    }
    while (r->at < r->end && !r->is_out_of_memory) {
        if (is_data_directive(r, r->at))
            read_directives(r, out);
        else if (begins_list(r, r->at))
            read_list(r, true, out);
        else if (r->functions.n > 0 && pl_table_is_kind(r, r->at, '{'))
            r->at = pl_tables_read_pack(r, r->at, out);
        else if (r->family == PL_CLIT_C && pl_table_is_kind(r, r->at, TABLE_WORD) &&
                 pl_bytes_eq_str(pl_table_token_text(r, r->at), "switch"))
            r->at = pl_tables_read_switch(r, r->at, out);
        else if (r->family == PL_CLIT_C && pl_table_is_kind(r, r->at, TABLE_WORD) &&
                 pl_bytes_eq_str(pl_table_token_text(r, r->at), "if"))
            r->at = pl_tables_read_chain(r, r->at, out);
        else if (r->family == PL_CLIT_C && pl_table_is_kind(r, r->at, '?'))
            r->at = pl_tables_read_choice(r, r->at, out);
        else
            r->at++;
    }
}

bool pl_table_define(struct table_reader *r, struct table_names *defined, uint64_t name, struct table_value v)
{
    struct table_name *slot = PL_VEC_ADD(&defined->list);
    if (slot == NULL)
        r->is_out_of_memory = true;
    else
        *slot = (struct table_name){name, v.bits, r->unit, v.windows, v.kind == PL_ITEM_FLOAT};
    return slot != NULL;
}

static void read_defines(struct table_reader *r, struct table_names *defined, size_t *n_open)
{
    r->t = r->define_tokens.v;
    for (size_t i = 0; i < r->defines.n && !r->is_out_of_memory; i++) {
        const struct table_define *d = &r->defines.v[i];
        r->at = d->first;
        r->end = d->first + d->n;
        struct table_value v = pl_table_expression(r);
        if (v.kind != PL_ITEM_UNKNOWN && r->at == r->end)
            (void)pl_table_define(r, defined, d->name, v); /* sticky */
        else
            ++*n_open;
    }
}

/* Enumerators between the brace at r->at and its end. */
static void read_enumerators(struct table_reader *r, struct table_names *defined, size_t *n_open)
{
    struct table_value next = {.kind = PL_ITEM_NUMBER, .is_plain = true};
    r->at++;
    while (r->at < r->end && !pl_table_is_kind(r, r->at, '}') && !pl_table_is_kind(r, r->at, ';') &&
           !r->is_out_of_memory) {
        if (!pl_table_is_kind(r, r->at, TABLE_WORD)) {
            r->at++;
            continue;
        }
        uint64_t name = pl_table_text_hash(pl_table_token_text(r, r->at++));
        if (pl_table_is_kind(r, r->at, '=')) {
            r->at++;
            size_t end = element_end(r);
            next = pl_table_expression(r);
            if (r->at != end)
                next.kind = PL_ITEM_UNKNOWN;
            r->at = end;
        } else if (!pl_table_is_kind(r, r->at, ',') && !pl_table_is_kind(r, r->at, '}') &&
                   !pl_table_is_kind(r, r->at, TABLE_MARK)) {
            next.kind = PL_ITEM_UNKNOWN; /* a macro that makes enumerators */
            r->at = element_end(r);
        }
        if (next.kind == PL_ITEM_NUMBER)
            (void)pl_table_define(r, defined, name, next); /* sticky */
        else
            ++*n_open;
        next.bits++;
    }
}

static void read_enums(struct table_reader *r, struct table_names *defined, size_t *n_open)
{
    for (r->at = 0; r->at < r->end && !r->is_out_of_memory; r->at++) {
        if (!pl_table_is_kind(r, r->at, TABLE_WORD) ||
            !pl_bytes_eq_str(pl_table_token_text(r, r->at), "enum"))
            continue;
        size_t i = r->at + 1;
        while (pl_table_is_kind(r, i, TABLE_WORD) || pl_table_is_kind(r, i, ':'))
            i++;
        if (!pl_table_is_kind(r, i, '{'))
            continue;
        r->at = i;
        read_enumerators(r, defined, n_open);
    }
}

bool pl_tables_is_source(pl_bytes path)
{
    enum pl_clit_family family = pl_clit_family_of(path);
    return family == PL_CLIT_C || family == PL_CLIT_RUST || family == PL_CLIT_GO ||
           pl_bytes_ends(path, PL_LIT(".pl")) || pl_bytes_ends(path, PL_LIT(".asm"));
}

bool pl_tables_read(pl_bytes text, pl_bytes path, uint32_t unit, const struct table_names *names,
                    struct table_names *defined, size_t *n_open, struct table_output *out)
{
    struct table_reader r = {.text = text, .family = pl_clit_family_of(path), .unit = unit, .names = names};
    if (!pl_tables_is_source(path) || text.n >= UINT32_MAX)
        return true;
    if (pl_bytes_ends(path, PL_LIT(".asm")))
        return out == NULL || pl_tables_read_nasm(text, unit, out);
    pl_buf_init(&r.joined, 4 * MAX_TEXT + text.n);
    if (pl_table_lex(&r)) {
        r.t = r.tokens.v;
        r.end = r.tokens.n;
        if (defined != NULL) {
            if (r.family == PL_CLIT_GO)
                pl_tables_read_go_constants(&r, defined, n_open);
            else
                read_enums(&r, defined, n_open);
            read_defines(&r, defined, n_open);
        }
        r.t = r.tokens.v;
        r.end = r.tokens.n;
        if (out != NULL && r.family == PL_CLIT_C)
            pl_tables_read_functions(&r);
        if (out != NULL)
            read_lists(&r, out);
    }
    r.is_out_of_memory |= r.joined.why == PL_E_NOMEM;
    pl_buf_reset(&r.joined);
    PL_VEC_FREE(&r.functions);
    PL_VEC_FREE(&r.tokens);
    PL_VEC_FREE(&r.define_tokens);
    PL_VEC_FREE(&r.defines);
    return !r.is_out_of_memory;
}

bool pl_tables_read_at(pl_bytes text, pl_bytes path, uint32_t unit, const struct table_names *names,
                       uint32_t at, struct table_output *out)
{
    size_t first = out->tables.n;
    if (!pl_tables_read(text, path, unit, names, NULL, NULL, out))
        return false;
    for (size_t t = first; t < out->tables.n; t++) {
        struct pl_table *x = &out->tables.v[t];
        x->at = x->end = at;
        for (uint32_t i = 0; i < x->n; i++)
            out->items.v[x->first + i].at = at;
    }
    return true;
}
