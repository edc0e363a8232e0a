/*
 * literals_nicks.c - short names that glib-mkenums gives the values of enumerations.
 *
 *     in the source:   typedef enum { KITE_FLAGS_NONE = 0, KITE_FLAGS_FLY_HIGH = 1 << 0 } KiteFlags;
 *     in the program:  "none", "fly-high"
 *
 * The tool writes a table of values, names and nicks: a nick is a name without what the names of all values of the enumeration begin with, up to a line, in lower case and
 * with dashes for lines. Wanted is a build file that has a word for the tool. A value's comment may set another nick; such comments are not read here.
 *
 * What somebody could hide behind it: nothing that is not the end of a value's name in the own source, spelled so.
 *
 * Source: glib-mkenums(1).
 */
#include "corpus/literals_set.h"

#include <string.h>

#define MAX_HEAD_BYTES 128u  /* between "enum" and its brace */
#define MAX_VALUES     1024u /* of one enumeration; what follows has no nick */
#define MAX_NAME_BYTES 128u

struct enumeration {
    pl_bytes names[MAX_VALUES];
    size_t n;
};

static const struct literal *find_tool(const struct pl_literals *l)
{
    static const char *const words[] = {"mkenums",      "mkenums_simple", "glib-mkenums",
                                        "glib_mkenums", "GLIB_MKENUMS",   "GLIB_MKENUM"};
    const struct literal *e = NULL;
    for (size_t i = 0; i < sizeof words / sizeof words[0] && e == NULL; i++)
        e = pl_literal_find(l, KIND_BUILD_WORD, pl_bytes_of_str(words[i]));
    return e;
}

static bool is_source(pl_bytes path)
{
    static const char *const ends[] = {".h", ".c", ".hh", ".hpp", ".cc", ".cpp", ".h.in"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (pl_bytes_ends(path, pl_bytes_of_str(ends[i])))
            return true;
    return false;
}

/* Behind white space and comments that stand here. */
static size_t skip_space(pl_bytes text, size_t at)
{
    while (at < text.n) {
        pl_bytes rest = pl_bytes_from(text, at);
        bool is_comment = pl_bytes_starts(rest, PL_LIT("/*"));
        if (!is_comment && !pl_bytes_starts(rest, PL_LIT("//")) && rest.p[0] > ' ')
            break;
        size_t end = is_comment         ? pl_bytes_find(text, PL_LIT("*/"), at + 2)
                     : rest.p[0] <= ' ' ? at
                                        : pl_bytes_find_byte(text, '\n', at);
        at = end == SIZE_MAX ? text.n : end + (is_comment ? 2 : 1);
    }
    return at;
}

/* From behind a name to behind the comma, or to the brace at the end. */
static size_t skip_value(pl_bytes text, size_t at)
{
    int depth = 0;
    for (; at < text.n; at++) {
        at = skip_space(text, at);
        if (at >= text.n || (depth <= 0 && text.p[at] == '}'))
            break;
        if (depth <= 0 && text.p[at] == ',')
            return at + 1;
        depth += (text.p[at] == '(') - (text.p[at] == ')');
    }
    return at;
}

/* The names behind the brace at text.p[at - 1]; where they end. */
static size_t read_names(pl_bytes text, size_t at, struct enumeration *out)
{
    out->n = 0;
    while ((at = skip_space(text, at)) < text.n && out->n < MAX_VALUES) {
        size_t n = 0;
        if (text.p[at] == '#') { /* of the preprocessor: values of either arm have nicks */
            size_t end = pl_bytes_find_byte(text, '\n', at);
            at = end == SIZE_MAX ? text.n : end;
            continue;
        }
        while (at + n < text.n && pl_is_word_byte(text.p[at + n]))
            n++;
        if (n == 0 || n > MAX_NAME_BYTES)
            break;
        out->names[out->n++] = pl_bytes_sub(text, at, n);
        at = skip_value(text, at + n);
    }
    return at;
}

/* What all names begin with, up to and with its last line. */
static size_t common_start(const struct enumeration *e)
{
    size_t n = e->names[0].n;
    for (size_t i = 1; i < e->n; i++) {
        size_t same = pl_bytes_common_start(e->names[0], e->names[i]);
        n = same < n ? same : n;
    }
    if (e->n == 1 || n == e->names[0].n) /* no name is all start */
        n--;
    while (n > 0 && e->names[0].p[n - 1] != '_')
        n--;
    return n;
}

static bool add_nicks(struct pl_literals *l, const struct enumeration *e, uint32_t file, uint32_t line_1based)
{
    size_t start = e->n == 0 ? 0 : common_start(e);
    for (size_t i = 0; i < e->n; i++) {
        uint8_t room[MAX_NAME_BYTES];
        pl_bytes nick = pl_bytes_from(e->names[i], start);
        for (size_t k = 0; k < nick.n; k++)
            room[k] = nick.p[k] == '_' ? '-' : pl_to_lower(nick.p[k]);
        if (nick.n > 0 && !pl_literal_add(l, RULE_NICK, pl_bytes_of(room, nick.n), file, line_1based))
            return false;
    }
    return true;
}

static bool add_file(struct pl_literals *l, pl_bytes text, uint32_t file, struct enumeration *e)
{
    uint32_t line_1based = 1;
    size_t counted = 0;
    for (size_t at = 0; (at = pl_bytes_find(text, PL_LIT("enum"), at)) != SIZE_MAX;) {
        pl_bytes head = pl_bytes_sub(text, at, MAX_HEAD_BYTES);
        size_t open = pl_bytes_find_byte(head, '{', 0);
        bool has_end = pl_bytes_find_byte(pl_bytes_sub(head, 0, open), ';', 0) != SIZE_MAX;
        bool is_word =
            (at == 0 || !pl_is_word_byte(text.p[at - 1])) && (head.n <= 4 || !pl_is_word_byte(head.p[4]));
        for (; counted < at; counted++)
            line_1based += text.p[counted] == '\n';
        at += 4;
        if (open == SIZE_MAX || has_end || !is_word)
            continue;
        at = read_names(text, at - 4 + open + 1, e);
        if (!add_nicks(l, e, file, line_1based))
            return false;
    }
    return true;
}

bool pl_literals_add_nicks(struct pl_literals *l)
{
    struct enumeration e;
    if (find_tool(l) == NULL)
        return true;
    for (size_t i = 0; i < l->n_files; i++) {
        const struct pl_source_file *f = pl_index_file(l->index, l->files[i]);
        bool is_own = pl_index_tree(l->index, l->files[i].tree)->rank == PL_RANK_OWN;
        if (is_own && is_source(f->path) && !add_file(l, f->data, (uint32_t)i, &e))
            return false;
    }
    return true;
}
