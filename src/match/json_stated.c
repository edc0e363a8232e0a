/*
 * json_stated.c - members of a JSON file that a script of the source states.
 *
 *     support/sync-cjs-package.js   json.module = 'dist/async.mjs'
 *     build/release/dist.js         ignore: [ "package.json" ],
 *     file                          "module": "dist/async.mjs",   "ignore": ["package.json"]
 *
 * The file's own key stands in a script of the own source before an equals sign or colon and the same string, or list of all the same strings in their
 * order. Only members of the outermost object, and only strings: no list of scripts or of dependencies can come out of it.
 *
 * What somebody could hide behind it: a value that a script of the source gives to a key of that name, in a file for which it was not meant. Which
 * file a program opens is another question: a changed entry of package.json stays a finding (npm.entry-changed).
 *
 * Source: ECMA-404 (JSON); ECMA-262, 13.2.5 (object initialisers) and 13.15 (assignment).
 */
#include "classify/classify.h"
#include "format/text/jsonscan.h"
#include "match/claim.h"

#define RULE           "json.stated"
#define MAX_JSON_BYTES (1u << 20)
#define MAX_STRINGS    16u
#define MIN_KEY_BYTES  2u
#define MAX_FILE_BYTES (1u << 20) /* of a script */
#define MAX_MEMBERS    64u        /* that are looked for */

static bool is_name_byte(uint8_t c)
{
    return pl_is_word_byte(c) || c == '$';
}

static size_t skip_blanks(pl_bytes s, size_t at)
{
    while (at < s.n && (s.p[at] == ' ' || s.p[at] == '\t' || s.p[at] == '\n' || s.p[at] == '\r'))
        at++;
    return at;
}

static bool is_quote(uint8_t c)
{
    return c == '"' || c == '\'';
}

/* The string in quotes at *at, raw, without any backslash. */
static bool take_string(pl_bytes s, size_t *at, pl_bytes *out)
{
    size_t end = *at < s.n && is_quote(s.p[*at]) ? pl_bytes_find_byte(s, s.p[*at], *at + 1) : SIZE_MAX;
    if (end == SIZE_MAX)
        return false;
    *out = pl_bytes_sub(s, *at + 1, end - *at - 1);
    *at = end + 1;
    return pl_bytes_find_byte(*out, '\\', 0) == SIZE_MAX;
}

/* Strings of a value: one, or all of a list. 0 for anything else. */
static size_t strings_of(pl_bytes s, size_t at, pl_bytes out[MAX_STRINGS])
{
    size_t n = 0;
    if (at >= s.n || s.p[at] != '[')
        return take_string(s, &at, &out[0]);
    for (at = skip_blanks(s, at + 1); n < MAX_STRINGS && take_string(s, &at, &out[n]); n++) {
        at = skip_blanks(s, at);
        if (at < s.n && s.p[at] == ',')
            at = skip_blanks(s, at + 1);
        if (at < s.n && s.p[at] == ']')
            return n + 1;
    }
    return 0;
}

/* Behind the key: the end of its quotes or brackets, and one equals sign or colon. SIZE_MAX for anything else. */
static size_t value_start(pl_bytes s, size_t at)
{
    if (at < s.n && is_quote(s.p[at]))
        at++;
    if (at < s.n && s.p[at] == ']')
        at++;
    at = skip_blanks(s, at);
    bool is_given =
        at + 1 < s.n && (s.p[at] == ':' || s.p[at] == '=') && s.p[at + 1] != '=' && s.p[at + 1] != '>';
    return is_given ? skip_blanks(s, at + 1) : SIZE_MAX;
}

static bool states_at(pl_bytes script, size_t behind_key, const pl_bytes *want, size_t n, bool is_list)
{
    pl_bytes got[MAX_STRINGS];
    size_t at = value_start(script, behind_key);
    if (at >= script.n || (script.p[at] == '[') != is_list || strings_of(script, at, got) != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!pl_bytes_eq(got[i], want[i]))
            return false;
    return true;
}

static bool is_script(pl_bytes path)
{
    static const char *const endings[] = {".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (pl_bytes_ends(path, pl_bytes_of_str(endings[i])))
            return !pl_is_build_output(path);
    return false;
}

/* Where a script of the own source states it; false when none does. */
static bool find_statement(const struct pl_match *m, const struct pl_json_member *one, struct pl_run *out)
{
    pl_bytes want[MAX_STRINGS];
    size_t n = strings_of(one->value, 0, want);
    bool is_list = one->value.n > 0 && one->value.p[0] == '[';
    for (uint32_t u = 0; u < pl_index_unit_count(m->index) && n > 0; u++) {
        const struct pl_source_file *file = pl_index_unit_file(m->index, u);
        pl_source_ref ref = pl_index_unit_ref(m->index, u);
        pl_bytes text = file->data;
        if (pl_index_tree(m->index, ref.tree)->rank != PL_RANK_OWN || text.n > MAX_FILE_BYTES ||
            !is_script(file->path))
            continue;
        for (size_t at = pl_bytes_find(text, one->key, 0); at != SIZE_MAX;
             at = pl_bytes_find(text, one->key, at + one->key.n))
            if ((at == 0 || !is_name_byte(text.p[at - 1])) &&
                states_at(text, at + one->key.n, want, n, is_list)) {
                *out = (struct pl_run){.unit = u, .source_offset = at};
                return true;
            }
    }
    return false;
}

/* Is any byte of the member without an explanation? */
static bool has_gap(const struct pl_file *f, const struct pl_json_member *one)
{
    uint64_t offset = 0;
    uint64_t length = 0;
    return pl_ledger_gap(&f->ledger, one->offset, &offset, &length) && offset < one->offset + one->length;
}

static pl_status claim(const struct pl_match *m, struct pl_file *f, const struct pl_json_member *one,
                       const struct pl_run *where, struct pl_err *err)
{
    pl_bytes path = pl_index_unit_file(m->index, where->unit)->path;
    struct pl_claim c = {.offset = one->offset,
                         .length = one->length,
                         .class = PL_CLASS_DERIVED,
                         .grade = PL_GRADE_B,
                         .rule = RULE,
                         .source_offset = PL_NO_OFFSET};
    c.source =
        pl_arena_printf(m->arena, "%.*s:%llu", PL_ARG(path),
                        (unsigned long long)pl_index_line_of(m->index, where->unit, where->source_offset));
    return c.source == NULL ? pl_arena_fail(m->arena, err) : pl_ledger_claim(&f->ledger, &c, err);
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    if (f->data.p == NULL || !f->is_whole || f->data.n > MAX_JSON_BYTES ||
        !pl_bytes_ends(f->name, PL_LIT(".json")))
        return PL_OK;
    struct pl_json_members members = pl_json_members_of(f->data);
    struct pl_json_member one;
    pl_status st = PL_OK;
    for (size_t n = 0; n < MAX_MEMBERS && st == PL_OK && !members.is_bad && !members.is_array &&
                       pl_json_members_next(&members, &one);) {
        struct pl_run where;
        if (one.key.n < MIN_KEY_BYTES || !has_gap(f, &one))
            continue;
        n++;
        if (find_statement(m, &one, &where))
            st = claim(m, f, &one, &where, err);
    }
    return st;
}

const struct pl_rung pl_rung_json_stated = {
    .rule = RULE,
    .what = "A script of the source gives this key this string, or list of strings.",
    .source = "ECMA-404 (JSON); ECMA-262, object initialisers and assignments",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
