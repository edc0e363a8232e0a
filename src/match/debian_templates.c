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
 * Not done here: .po files that are not in UTF-8, since po2debconf recodes them.
 */
#include "base/map.h"
#include "format/text/po.h"
#include "match/debian.h"

#include <string.h>

#define RULE "debian.templates"

struct templates {
    const struct pl_match *m;
    struct pl_file *f;
    struct pl_map lines;    /* of the source's templates, without marks */
    struct pl_map messages; /* of the language that the current field is in */
    pl_bytes language;
    const char *po_path;
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

static pl_status add_text(struct templates *t, struct pl_map *map, pl_bytes text, struct pl_err *err)
{
    pl_bytes key = unwrap(t->m->scratch, text);
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
                st = add_text(t, &t->lines, l.text, err);
            }
        }
    }
    return st;
}

/* All translations of one language, each also line by line. */
static pl_status read_language(struct templates *t, pl_bytes language, struct pl_err *err)
{
    struct pl_po po = {0};
    const char *path = pl_arena_printf(t->m->scratch, "debian/po/%.*s.po", PL_ARG(language));
    pl_map_reset(&t->messages);
    t->language = language;
    t->po_path = NULL;
    if (path == NULL)
        return pl_arena_fail(t->m->scratch, err);
    const struct pl_source_file *s = pl_own_file(t->m, path);
    if (s == NULL || pl_po_parse(s->data, t->m->scratch, &po, NULL) != PL_OK)
        return PL_OK;
    t->po_path = pl_own_name(s);
    pl_status st = PL_OK;
    for (size_t i = 0; st == PL_OK && i < po.messages.n; i++) {
        const struct pl_po_message *m = &po.messages.v[i];
        struct pl_lines l = pl_lines_of(m->value);
        if (m->key.n == 0 || m->is_fuzzy)
            continue;
        st = add_text(t, &t->messages, m->value, err);
        while (st == PL_OK && pl_lines_next(&l))
            st = add_text(t, &t->messages, l.text, err);
    }
    pl_po_reset(&po);
    return st;
}

/* "Description-cs.UTF-8: text": its language and text; false for any other line. */
static bool read_translated(pl_bytes line, pl_bytes *language, pl_bytes *text)
{
    size_t dash = pl_bytes_find_byte(line, '-', 0);
    size_t end = pl_bytes_find(line, PL_LIT(".UTF-8:"), 0);
    if (dash == SIZE_MAX || end == SIZE_MAX || end < dash || pl_bytes_find_byte(line, ' ', 0) < end)
        return false;
    *language = pl_bytes_sub(line, dash + 1, end - dash - 1);
    *text = pl_bytes_from(line, end + 7);
    return true;
}

/* The text as a whole, or each of its parts between ", " as in Choices. */
static bool has_text(const struct templates *t, const struct pl_map *map, pl_bytes text)
{
    uint64_t found;
    pl_bytes part;
    pl_bytes key = unwrap(t->m->scratch, text);
    if (key.n == 0 || pl_bytes_eq_str(key, ".") || pl_map_get(map, key, &found))
        return true;
    while (pl_bytes_split(&key, ',', &part))
        if (!pl_map_get(map, pl_bytes_trim(part), &found))
            return false;
    return true;
}

static pl_status explain(struct templates *t, struct pl_err *err)
{
    struct pl_lines l = pl_lines_of(t->f->data);
    pl_status st = PL_OK;
    bool is_translated = false;
    while (st == PL_OK && pl_lines_next(&l)) {
        pl_bytes language;
        pl_bytes text = l.text;
        bool is_continued = l.text.n > 0 && l.text.p[0] == ' ';
        if (!is_continued) {
            is_translated = read_translated(l.text, &language, &text);
            if (is_translated && !pl_bytes_eq(language, t->language))
                st = read_language(t, language, err);
        }
        struct pl_claim how = {.class = PL_CLASS_DERIVED,
                               .grade = PL_GRADE_A,
                               .rule = RULE,
                               .source = is_translated ? t->po_path : "debian/*templates"};
        if (st == PL_OK && (!is_translated || t->po_path != NULL) &&
            has_text(t, is_translated ? &t->messages : &t->lines, text))
            st = pl_remade_claim(t->f, l.offset, l.length, &how, err);
    }
    return st;
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    struct templates t = {.m = m, .f = f};
    if (!pl_deb_is_control(f, "templates"))
        return PL_OK;
    pl_map_init(&t.lines);
    pl_map_init(&t.messages);
    pl_status st = read_templates(&t, err);
    if (st == PL_OK)
        st = explain(&t, err);
    pl_map_reset(&t.lines);
    pl_map_reset(&t.messages);
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
