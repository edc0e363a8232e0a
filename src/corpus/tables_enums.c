/*
 * tables_enums.c - enumerators that macros make.
 *
 *     enum { FIRST = 0x100, MOUSE_KEY(DOWN), LAST };      MOUSE_KEY(x) is KEY_ ## x ## _PANE, KEY_ ## x ## _STATUS
 *
 * An enumeration with such a use is read again with its macros put in: what stands behind the use has a value then, too. Only where the macros
 * can be put in one way.
 *
 * Source: C17 6.7.2.2, 6.10.3.
 */
#include "corpus/tables_set.h"
#include "format/text/clit.h"

#define MAX_HEAD       6u /* tokens between "enum" and its brace */
#define MAX_ENUM_BYTES (256u << 10)

/* The brace of an enumeration whose word was read, and where it ends; false when there is none. */
static bool find_braces(const struct pl_clit *behind, size_t *from, size_t *end, bool *has_use)
{
    struct pl_clit lexer = *behind;
    struct pl_clit_token t;
    size_t depth = 0;
    bool may_begin = false; /* an enumerator */
    bool is_word = false;
    *has_use = false;
    for (unsigned i = 0;; i++) {
        if (i == MAX_HEAD || !pl_clit_next(&lexer, &t) || pl_clit_is_byte(&t, ';') ||
            pl_clit_is_byte(&t, '('))
            return false;
        if (pl_clit_is_byte(&t, '{'))
            break;
    }
    *from = t.offset;
    depth = 1;
    may_begin = true;
    while (depth > 0 && pl_clit_next(&lexer, &t) && t.offset - *from < MAX_ENUM_BYTES) {
        *has_use = *has_use || (is_word && pl_clit_is_byte(&t, '('));
        is_word = may_begin && t.kind == PL_CLIT_WORD;
        may_begin = pl_clit_is_byte(&t, ',');
        depth += pl_clit_is_byte(&t, '{');
        depth -= pl_clit_is_byte(&t, '}');
    }
    *end = t.offset + t.length;
    return depth == 0;
}

bool pl_tables_read_enums(struct pl_macro_run *run, const struct pl_source_file *f, uint32_t unit,
                          const struct table_names *known, struct table_names *defined)
{
    struct pl_clit lexer;
    struct pl_clit_token t;
    struct pl_buf out;
    bool is_good = true;
    pl_clit_init(&lexer, f->data, PL_CLIT_C);
    pl_buf_init(&out, MAX_ENUM_BYTES);
    while (is_good && pl_clit_next(&lexer, &t)) {
        size_t from;
        size_t end;
        size_t ways = 1;
        size_t n_open = 0;
        bool has_use;
        if (t.kind != PL_CLIT_WORD || !pl_bytes_eq_str(t.body, "enum") ||
            !find_braces(&lexer, &from, &end, &has_use) || !has_use)
            continue;
        pl_buf_clear(&out);
        pl_buf_add_str(&out, "enum ");
        is_good = pl_table_expand_elements(run, pl_bytes_sub(f->data, from, end - from), 0, &out, &ways);
        if (is_good && ways == 1 && out.why == PL_OK)
            is_good = pl_tables_read(pl_buf_bytes(&out), f->path, unit, known, defined, &n_open, NULL);
    }
    is_good = is_good && out.why != PL_E_NOMEM;
    pl_buf_reset(&out);
    return is_good;
}
