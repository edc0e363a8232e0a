/*
 * debian_templates.c - debconf questions: debian/PKG.templates with the translations of debian/po/ merged in.
 *
 *     Template: openssh-server/permit-root-login     a line of the source's templates, its "_" marks taken off
 *     Description: Disable SSH password ...
 *      Previous versions ...
 *     Description-cs.UTF-8: Zakázat ...              a msgstr of debian/po/cs.po
 *      Předchozí verze ...                           one paragraph, one msgstr, unwrapped
 *
 * Source: po-debconf(7), po2debconf(1), debconf-devel(7).
 * po2debconf recodes what the header of the .po says to be in another character set (format/text/charset.h), whatever the bytes are: some
 * are UTF-8 in truth, and come out as UTF-8 twice.
 */
#include "base/map.h"
#include "format/text/charset.h"
#include "format/text/po.h"
#include "match/debian.h"

#include <string.h>

#define RULE                "debian.templates"
#define MAX_TEMPLATES_BYTES (16u << 20)
#define LANGUAGE_BYTES      32u /* "sr@latin": it stands before each text that is looked up */

struct templates {
    const struct pl_match *m;
    struct pl_file *f;
    struct pl_map lines;     /* of the source's templates, without marks */
    struct pl_map messages;  /* "cs:text" for each translation that was read */
    struct pl_map languages; /* read so far */
};

/* White space runs as one space, for comparing wrapped and unwrapped text. */
static pl_bytes unwrap(struct pl_arena *a, pl_bytes text)
{
    uint8_t *p = pl_arena_take(a, text.n + 1);
    size_t n = 0;
    if (p == NULL)
        return (pl_bytes){NULL, 0};
    for (size_t i = 0; i < text.n; i++) {
        bool is_space = text.p[i] == ' ' || text.p[i] == '\n' || text.p[i] == '\t';
        if (!is_space)
            p[n++] = text.p[i];
        else if (n > 0 && p[n - 1] != ' ')
            p[n++] = ' ';
    }
    return pl_bytes_trim(pl_bytes_of(p, n));
}

/* What the maps hold: "language:text"; without a language the text alone. */
static pl_bytes key_of(const struct templates *t, pl_bytes language, pl_bytes text)
{
    text = unwrap(t->m->scratch, text);
    if (language.n == 0 || text.p == NULL)
        return text;
    return pl_bytes_of_str(pl_arena_printf(t->m->scratch, "%.*s:%.*s", PL_ARG(language), PL_ARG(text)));
}

static pl_status add_text(struct templates *t, struct pl_map *map, pl_bytes language, pl_bytes text,
                          struct pl_err *err)
{
    pl_bytes key = key_of(t, language, text);
    if (key.p == NULL)
        return pl_arena_fail(t->m->scratch, err);
    return key.n == 0 ? PL_OK : pl_map_set(map, key, 1, err);
}

static pl_status read_templates(struct templates *t, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t k = 0; k < pl_index_tree_count(t->m->index); k++) {
        const struct pl_source_tree *tree = pl_index_tree(t->m->index, k);
        for (size_t i = 0; tree->rank == PL_RANK_OWN && i < tree->files.n; i++) {
            const struct pl_source_file *s = &tree->files.v[i];
            if (!pl_bytes_starts(s->path, PL_LIT("debian/")) || s->is_superseded ||
                !pl_bytes_ends(s->path, PL_LIT("templates")))
                continue;
            struct pl_lines l = pl_lines_of(s->data);
            while (st == PL_OK && pl_lines_next(&l)) {
                while (l.text.n > 0 && l.text.p[0] == '_')
                    l.text = pl_bytes_from(l.text, 1);
                st = add_text(t, &t->lines, (pl_bytes){NULL, 0}, l.text, err);
            }
        }
    }
    return st;
}

/* All translations of one language, each also line by line; once a language. */
static pl_status read_language(struct templates *t, pl_bytes language, struct pl_err *err)
{
    struct pl_po po = {0};
    uint64_t found;
    if (pl_map_get(&t->languages, language, &found))
        return PL_OK;
    pl_status st = pl_map_set(&t->languages, language, 1, err);
    const char *path = pl_arena_printf(t->m->scratch, "debian/po/%.*s.po", PL_ARG(language));
    if (st != PL_OK || path == NULL)
        return st == PL_OK ? pl_arena_fail(t->m->scratch, err) : st;
    const struct pl_source_file *s = pl_own_file(t->m, path);
    if (s == NULL)
        return PL_OK;
    st = pl_po_parse(s->data, t->m->scratch, &po, err);
    if (st != PL_OK) /* a damaged .po explains nothing */
        return st == PL_E_NOMEM ? st : PL_OK;
    pl_bytes charset = {NULL, 0};
    for (size_t i = 0; i < po.messages.n; i++)
        charset = po.messages.v[i].key.n == 0 ? pl_charset_of_header(po.messages.v[i].value) : charset;
    for (size_t i = 0; st == PL_OK && i < po.messages.n; i++) {
        const struct pl_po_message *m = &po.messages.v[i];
        if (m->key.n == 0 || m->is_fuzzy)
            continue;
        pl_bytes value;
        st = pl_charset_to_utf8(t->m->scratch, charset, m->value, &value, err);
        if (st != PL_OK)
            break;
        struct pl_lines l = pl_lines_of(value);
        st = add_text(t, &t->messages, language, value, err);
        while (st == PL_OK && pl_lines_next(&l))
            st = add_text(t, &t->messages, language, l.text, err);
    }
    pl_po_reset(&po);
    return st == PL_E_INPUT ? PL_OK : st; /* msgconv(1) fails, and po2debconf leaves out the language */
}

/* "Description-cs.UTF-8: text": its language and text; false for any other line. */
static bool read_translated(pl_bytes line, pl_bytes *language, pl_bytes *text)
{
    size_t dash = pl_bytes_find_byte(line, '-', 0);
    size_t end = pl_bytes_find(line, PL_LIT(".UTF-8:"), 0);
    if (dash == SIZE_MAX || end == SIZE_MAX || end < dash || pl_bytes_find_byte(line, ' ', 0) < end)
        return false;
    if (end == dash + 1 || end - dash - 1 > LANGUAGE_BYTES)
        return false;
    *language = pl_bytes_sub(line, dash + 1, end - dash - 1);
    *text = pl_bytes_from(line, end + 7);
    return true;
}

/* The text as a whole, or each of its parts between ", " as in Choices. */
static bool has_text(const struct templates *t, const struct pl_map *map, pl_bytes language, pl_bytes text)
{
    uint64_t found;
    pl_bytes part;
    text = unwrap(t->m->scratch, text);
    if (text.p == NULL || pl_map_get(map, key_of(t, language, text), &found))
        return text.p != NULL;
    if (text.n == 0 || pl_bytes_eq_str(text, "."))
        return true;
    while (pl_bytes_split(&text, ',', &part))
        if (!pl_map_get(map, key_of(t, language, part), &found))
            return false;
    return true;
}

static pl_status explain(struct templates *t, struct pl_err *err)
{
    struct pl_lines l = pl_lines_of(t->f->data);
    pl_bytes language = {NULL, 0};
    pl_status st = PL_OK;
    while (st == PL_OK && pl_lines_next(&l)) {
        pl_bytes text = l.text;
        bool is_continued = l.text.n > 0 && l.text.p[0] == ' ';
        if (!is_continued) {
            language = (pl_bytes){NULL, 0};
            if (read_translated(l.text, &language, &text))
                st = read_language(t, language, err);
        }
        struct pl_claim how = {.class = PL_CLASS_DERIVED,
                               .grade = PL_GRADE_A,
                               .rule = RULE,
                               .source = language.n > 0 ? "debian/po/" : "debian/*templates"};
        if (st == PL_OK && has_text(t, language.n > 0 ? &t->messages : &t->lines, language, text))
            st = pl_remade_claim(t->f, l.offset, l.length, &how, err);
    }
    return st;
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    struct templates t = {.m = m, .f = f};
    if (!pl_deb_is_control(f, "templates") || f->data.n > MAX_TEMPLATES_BYTES)
        return PL_OK;
    pl_map_init(&t.lines);
    pl_map_init(&t.messages);
    pl_map_init(&t.languages);
    pl_status st = read_templates(&t, err);
    if (st == PL_OK)
        st = explain(&t, err);
    pl_map_reset(&t.lines);
    pl_map_reset(&t.messages);
    pl_map_reset(&t.languages);
    return st;
}

const struct pl_rung pl_rung_debian_templates = {
    .rule = RULE,
    .what =
        "Lines of debconf templates stand in debian/*templates, translated ones in debian/po/LANGUAGE.po.",
    .source = "po-debconf(7), po2debconf(1)",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
