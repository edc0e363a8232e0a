/*
 * script_small.c - atoms that build tools make up and that can say nothing: they go with what is explained around them.
 *
 *     t.e, "el", exports.or, global.d3       names of one or two letters: mangled properties, exports, flags of helpers
 *     n.dayjs_plugin_utc = e()               the global that a UMD wrapper sets is put together from the file's path
 *     _A_b = new WeakMap()                   private fields, where __classPrivateFieldGet stands
 *     case 5: _a.sent(); return [3, 7]       states of a generator, where __generator stands
 *     "node_modules/a/b.js"(exports) {       the path of a module in a bundle, where a source has that very file
 *     new URL("node.cjs", document.baseURI)  the file's own name, which rollup writes for import.meta.url
 */
#include "match/script_claim.h"

#include "match/script_helpers.h"

#define SHORT_BYTES  2u
#define MIN_PART     2u
#define STATE_DIGITS 3u

/* What stands between the quotes of a string, else the name itself. */
static pl_bytes value_of(const struct pl_script_text *t, size_t a)
{
    pl_bytes text = pl_bytes_sub(t->f->data, t->atoms[a].at, t->atoms[a].length);
    bool is_quoted = text.n >= 2 && (text.p[0] == '"' || text.p[0] == '\'');
    return is_quoted ? pl_bytes_sub(text, 1, text.n - 2) : text;
}

static bool is_short(const struct pl_script_text *t, size_t a)
{
    uint8_t kind = t->atoms[a].kind;
    bool is_name = kind == PL_ATOM_PROPERTY || kind == PL_ATOM_STRING;
    return is_name && !t->links[a].is_sensitive && value_of(t, a).n <= SHORT_BYTES;
}

/* "dayjs_plugin_utc" in plugin/utc.js of a package whose sources know the other words */
static bool is_of_path(const struct pl_script_text *t, size_t a)
{
    pl_bytes rest = value_of(t, a);
    pl_bytes part;
    size_t parts = 0;
    bool is_in_path = false;
    if (t->atoms[a].kind != PL_ATOM_PROPERTY || t->links[a].is_sensitive)
        return false;
    while (pl_bytes_split(&rest, '_', &part)) {
        is_in_path = pl_bytes_find(t->f->name, part, 0) != SIZE_MAX;
        if (part.n < MIN_PART || (!is_in_path && !pl_index_has_word(t->m->index, part)))
            return false;
        parts++;
    }
    return parts > 1 && is_in_path; /* the last one */
}

/* Is the text "PACKAGE VERSION" of that package? */
static bool is_tree_of(const struct pl_source_tree *tree, pl_bytes package)
{
    pl_bytes name = pl_bytes_of_str(tree->name);
    return pl_bytes_starts(name, package) && name.n > package.n && name.p[package.n] == ' ';
}

/* A method that is called like a file of the sources: esbuild's __commonJS and __esm name modules so. */
static bool is_module_path(const struct pl_script_text *t, size_t a)
{
    pl_bytes text = value_of(t, a);
    pl_bytes modules = PL_LIT("node_modules/");
    pl_bytes package = {NULL, 0};
    size_t end = (size_t)t->atoms[a].at + t->atoms[a].length;
    if (t->atoms[a].kind != PL_ATOM_STRING || end >= t->f->data.n || t->f->data.p[end] != '(')
        return false;
    for (size_t at = pl_bytes_find(text, modules, 0); at != SIZE_MAX; at = pl_bytes_find(text, modules, 0)) {
        pl_bytes rest = pl_bytes_from(text, at + modules.n);
        size_t slash = pl_bytes_find_byte(rest, '/', 0);
        if (rest.n > 0 && rest.p[0] == '@' && slash != SIZE_MAX)
            slash = pl_bytes_find_byte(rest, '/', slash + 1);
        if (slash == SIZE_MAX)
            return false;
        package = pl_bytes_sub(rest, 0, slash);
        text = pl_bytes_from(rest, slash + 1);
    }
    pl_units units = pl_index_units_of_path(t->m->index, text);
    for (size_t i = 0; i < units.n; i++) {
        const struct pl_source_tree *tree =
            pl_index_tree(t->m->index, pl_index_unit_ref(t->m->index, units.v[i]).tree);
        if (package.n == 0 ? tree->rank == PL_RANK_OWN : is_tree_of(tree, package))
            return true;
    }
    return false;
}

/* The file's own name, and an atom later baseURI: in node a program finds itself so, and nothing else. */
static bool is_own_name(const struct pl_script_text *t, size_t a)
{
    return t->atoms[a].kind == PL_ATOM_STRING && a + 2 < t->n &&
           pl_bytes_eq(value_of(t, a), pl_bytes_basename(t->f->name)) &&
           pl_bytes_eq_str(value_of(t, a + 2), "baseURI");
}

static bool is_private_store(const struct pl_script_text *t, size_t a)
{
    pl_bytes name = value_of(t, a);
    return t->atoms[a].kind == PL_ATOM_GLOBAL &&
           (pl_bytes_eq_str(name, "WeakMap") || pl_bytes_eq_str(name, "WeakSet"));
}

/*
 * A state of TypeScript's machine for generators: `case 5:`, `return [3, 5]`, `_a.label = 5`; and what it asks its runtime.
 */
static bool is_state(const struct pl_script_text *t, size_t a)
{
    static const char *const before[] = {"case ",       "return [", "return[",
                                         "label = ",    "label=",   "return [3 /*break*/, ",
                                         "return [3, ", "return[3,"};
    pl_bytes text = pl_bytes_sub(t->f->data, 0, t->atoms[a].at);
    if (t->atoms[a].kind == PL_ATOM_PROPERTY)
        return pl_bytes_eq_str(value_of(t, a), "label") || pl_bytes_eq_str(value_of(t, a), "sent");
    if (t->atoms[a].kind != PL_ATOM_CONSTANT || t->atoms[a].length > STATE_DIGITS)
        return false;
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++)
        if (pl_bytes_ends(text, pl_bytes_of_str(before[i])))
            return true;
    return false;
}

void pl_script_mark_small(const struct pl_script_text *t, struct pl_script_link *links)
{
    bool has_private = pl_bytes_find(t->f->data, PL_LIT("__classPrivateField"), 0) != SIZE_MAX;
    bool has_states = pl_bytes_find(t->f->data, PL_LIT("__generator"), 0) != SIZE_MAX;
    for (size_t i = 0; i < t->n; i++)
        links[i].is_small =
            links[i].class >= PL_SCRIPT_CONTEXT &&
            (is_short(t, i) || is_of_path(t, i) || is_module_path(t, i) || is_own_name(t, i) ||
             (has_private && is_private_store(t, i)) || (has_states && is_state(t, i)));
}
