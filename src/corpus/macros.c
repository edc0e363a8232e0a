/*
 * macros.c - gathering macro definitions, and finding out which are worth expanding.
 *
 * A macro is *telling* when its body holds a literal, # or ##, or the name of a telling one: its expansion can hold a text or a name
 * that stands nowhere in the source. Everything else is left as it is, which is what makes expanding a whole tree cheap.
 */
#include "corpus/macros_set.h"
#include "format/text/clit.h"

#include <stdlib.h>
#include <string.h>

#define MAX_BODY_BYTES 65536u
#define TELLING_ROUNDS 8 /* macros in macros; deeper ones are dull */

bool pl_macros_new(struct pl_macros **out)
{
    *out = calloc(1, sizeof **out);
    return *out != NULL;
}

void pl_macros_free(struct pl_macros *m)
{
    if (m == NULL)
        return;
    PL_VEC_FREE(&m->all);
    free(m->slots);
    free(m);
}

static uint32_t *slot_of(const struct pl_macros *m, pl_bytes name)
{
    return &m->slots[pl_bytes_hash(name, 0) & (m->n_slots - 1)];
}

static bool grow(struct pl_macros *m)
{
    size_t n = m->n_slots == 0 ? 1024 : m->n_slots * 2;
    uint32_t *slots = calloc(n, sizeof *slots);
    if (slots == NULL)
        return false;
    free(m->slots);
    m->slots = slots;
    m->n_slots = n;
    for (size_t i = 0; i < m->all.n; i++) {
        uint32_t *slot = slot_of(m, m->all.v[i].name);
        m->all.v[i].next = *slot;
        *slot = (uint32_t)i + 1;
    }
    return true;
}

size_t pl_macros_find(const struct pl_macros *m, pl_bytes name, const struct macro *out[PL_MACRO_DEFINITIONS])
{
    size_t n = 0;
    if (m->n_slots == 0)
        return 0;
    for (uint32_t i = *slot_of(m, name); i != 0 && n < PL_MACRO_DEFINITIONS; i = m->all.v[i - 1].next)
        if (pl_bytes_eq(m->all.v[i - 1].name, name))
            out[n++] = &m->all.v[i - 1];
    for (size_t i = 0; i < n / 2; i++) { /* chains run from the newest to the oldest */
        const struct macro *last = out[n - 1 - i];
        out[n - 1 - i] = out[i];
        out[i] = last;
    }
    return n;
}

static bool is_same(pl_bytes a, pl_bytes b)
{
    return (a.p == NULL) == (b.p == NULL) && pl_bytes_eq(pl_bytes_trim(a), pl_bytes_trim(b));
}

bool pl_macros_add(struct pl_macros *m, pl_bytes name, pl_bytes parameters, pl_bytes body)
{
    const struct macro *old[PL_MACRO_DEFINITIONS];
    if (name.n == 0 || body.n > MAX_BODY_BYTES || m->all.n >= UINT32_MAX - 1)
        return true;
    size_t n = pl_macros_find(m, name, old);
    for (size_t i = 0; i < n; i++)
        if (is_same(old[i]->parameters, parameters) && is_same(old[i]->body, body))
            return true;
    if (n == PL_MACRO_DEFINITIONS)
        return true;
    if (m->all.n >= m->n_slots && !grow(m))
        return false;
    struct macro *slot = PL_VEC_ADD(&m->all);
    if (slot == NULL)
        return false;
    uint32_t *chain = slot_of(m, name);
    *slot = (struct macro){.name = name, .parameters = parameters, .body = body, .next = *chain};
    *chain = (uint32_t)m->all.n;
    return true;
}

static size_t skip_blanks(pl_bytes text, size_t at)
{
    while (at < text.n && (text.p[at] == ' ' || text.p[at] == '\t'))
        at++;
    return at;
}

/* Behind the line that `at` is in, over lines that a backslash continues. */
static size_t logical_end(pl_bytes text, size_t at)
{
    for (;;) {
        size_t end = pl_bytes_find_byte(text, '\n', at);
        if (end == SIZE_MAX)
            return text.n;
        size_t last = end - (end > at && text.p[end - 1] == '\r');
        if (last == at || text.p[last - 1] != '\\')
            return end;
        at = end + 1;
    }
}

/* A definition, from behind the word "define" to its end. */
static bool read_definition(struct pl_macros *m, pl_bytes line)
{
    size_t at = skip_blanks(line, 0);
    size_t start = at;
    pl_bytes parameters = {NULL, 0};
    while (at < line.n && pl_is_word_byte(line.p[at]))
        at++;
    pl_bytes name = pl_bytes_sub(line, start, at - start);
    if (at < line.n && line.p[at] == '(') {
        size_t close = pl_bytes_find_byte(line, ')', at);
        if (close == SIZE_MAX)
            return true;
        parameters = pl_bytes_sub(line, at + 1, close - at - 1);
        at = close + 1;
    }
    return pl_macros_add(m, name, parameters, pl_bytes_from(line, at));
}

bool pl_macros_add_text(struct pl_macros *m, pl_bytes text)
{
    for (size_t at = 0; at < text.n;) {
        size_t line = skip_blanks(text, at);
        size_t end;
        if (line < text.n && text.p[line] == '#') {
            size_t word = skip_blanks(text, line + 1);
            end = logical_end(text, word);
            pl_bytes rest = pl_bytes_sub(text, word, end - word);
            bool is_define =
                pl_bytes_starts(rest, PL_LIT("define")) && rest.n > 6 && !pl_is_word_byte(rest.p[6]);
            if (is_define && !read_definition(m, pl_bytes_from(rest, 6)))
                return false;
        } else {
            end = pl_bytes_find_byte(text, '\n', line);
        }
        at = end == SIZE_MAX ? text.n : end + 1;
    }
    return true;
}

bool pl_macro_parameter(pl_bytes *rest, pl_bytes *name)
{
    if (!pl_bytes_split(rest, ',', name))
        return false;
    *name = pl_bytes_trim(*name);
    while (pl_bytes_starts(*name, PL_LIT("\\"))) /* the list goes on in the next line */
        *name = pl_bytes_trim(pl_bytes_from(*name, 1));
    while (pl_bytes_ends(*name, PL_LIT("\\")))
        *name = pl_bytes_trim(pl_bytes_sub(*name, 0, name->n - 1));
    return true;
}

static bool is_parameter(const struct macro *macro, pl_bytes word)
{
    pl_bytes rest = macro->parameters;
    pl_bytes name;
    while (pl_macro_parameter(&rest, &name))
        if (pl_bytes_eq(name, word))
            return true;
    return false;
}

/* Does the body hold what makes a macro telling, as far as that is known by now? LIST(X) X(a) X(b) gives what X gives. */
static bool tells(const struct pl_macros *m, const struct macro *macro)
{
    struct pl_clit lexer;
    struct pl_clit_token t;
    bool was_parameter = false;
    pl_clit_init(&lexer, macro->body, PL_CLIT_C);
    while (pl_clit_next(&lexer, &t)) {
        const struct macro *inner[PL_MACRO_DEFINITIONS];
        if (was_parameter && pl_clit_is_byte(&t, '('))
            return true;
        was_parameter = t.kind == PL_CLIT_WORD && is_parameter(macro, t.body);
        if (t.kind == PL_CLIT_STRING || pl_clit_is_byte(&t, '#'))
            return true;
        size_t n = t.kind == PL_CLIT_WORD ? pl_macros_find(m, t.body, inner) : 0;
        for (size_t i = 0; i < n; i++)
            if (inner[i]->is_telling)
                return true;
    }
    return false;
}

void pl_macros_finish(struct pl_macros *m)
{
    bool has_changed = true;
    for (int round = 0; round < TELLING_ROUNDS && has_changed; round++) {
        has_changed = false;
        for (size_t i = 0; i < m->all.n; i++)
            if (!m->all.v[i].is_telling && tells(m, &m->all.v[i]))
                m->all.v[i].is_telling = has_changed = true;
    }
    for (size_t i = 0; i < m->all.n; i++) {
        size_t bit = pl_bytes_hash(m->all.v[i].name, 0) >> 48;
        m->telling[bit / 64] |= (uint64_t)m->all.v[i].is_telling << (bit % 64);
    }
}

static bool take_joined(const struct macro *macro, bool (*take)(void *ctx, pl_bytes word, bool is_front),
                        void *ctx)
{
    struct pl_clit lexer;
    struct pl_clit_token t;
    pl_bytes left = {NULL, 0}; /* the word before; no bytes: none */
    unsigned marks = 0;
    pl_clit_init(&lexer, macro->body, PL_CLIT_C);
    while (pl_clit_next(&lexer, &t)) {
        if (pl_clit_is_byte(&t, '#')) {
            marks++;
            continue;
        }
        bool is_word = t.kind == PL_CLIT_WORD;
        if (marks == 2 && is_word && left.n > 0) {
            bool is_front = is_parameter(macro, t.body);
            if (is_front != is_parameter(macro, left) && !take(ctx, is_front ? left : t.body, is_front))
                return false;
        }
        left = is_word ? t.body : (pl_bytes){NULL, 0};
        marks = 0;
    }
    return true;
}

bool pl_macros_joined(const struct pl_macros *m, bool (*take)(void *ctx, pl_bytes word, bool is_front),
                      void *ctx)
{
    for (size_t i = 0; i < m->all.n; i++)
        if (m->all.v[i].is_telling && m->all.v[i].parameters.p != NULL &&
            !take_joined(&m->all.v[i], take, ctx))
            return false;
    return true;
}

/* Is all that a macro stands for the name of one with a list? "#define DCHECK CHECK" is used with the list of CHECK. */
static bool is_other_name(const struct pl_macros *m, const struct macro *macro)
{
    const struct macro *found[PL_MACRO_DEFINITIONS];
    pl_bytes body = pl_bytes_trim(macro->body);
    for (size_t i = 0; i < body.n; i++)
        if (!pl_is_word_byte(body.p[i]))
            return false;
    size_t n = pl_macros_find(m, body, found);
    for (size_t i = 0; i < n; i++)
        if (found[i]->parameters.p != NULL)
            return true;
    return false;
}

unsigned pl_macros_use(const struct pl_macros *m, pl_bytes word)
{
    const struct macro *found[PL_MACRO_DEFINITIONS];
    unsigned use = 0;
    size_t bit = pl_bytes_hash(word, 0) >> 48;
    if ((m->telling[bit / 64] >> (bit % 64) & 1) == 0)
        return 0;
    size_t n = pl_macros_find(m, word, found);
    for (size_t i = 0; i < n; i++)
        if (found[i]->is_telling)
            use |= found[i]->parameters.p != NULL ? PL_MACRO_WITH_LIST
                   : is_other_name(m, found[i])   ? PL_MACRO_WITH_LIST | PL_MACRO_ALONE
                                                  : PL_MACRO_ALONE;
    return use;
}
