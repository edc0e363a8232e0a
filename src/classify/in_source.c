/*
 * in_source.c - what can do nothing in a source tree: documentation, translations, pictures, fonts, by name.
 *
 * Names that a build reads (CMakeLists.txt, requirements.txt) are not in the lists, so that only files named for people are passive.
 */
#include "classify/classify.h"

#include <string.h>
#include <strings.h>

static bool ends(pl_bytes name, const char *suffix)
{
    size_t n = strlen(suffix);
    return name.n > n && strncasecmp((const char *)name.p + name.n - n, suffix, n) == 0;
}

static bool is_one_of(pl_bytes name, const char *const *suffixes)
{
    for (size_t i = 0; suffixes[i] != NULL; i++)
        if (ends(name, suffixes[i]))
            return true;
    return false;
}

/* NEWS, README.de, COPYING.LGPL: the first word of the name, up to a dot or a dash. */
static bool is_for_people(pl_bytes base)
{
    static const char *const words[] = {"AUTHORS",
                                        "BACKERS",
                                        "CHANGELOG",
                                        "CHANGES",
                                        "CONTRIBUTORS",
                                        "COPYING",
                                        "COPYRIGHT",
                                        "CREDITS",
                                        "HISTORY",
                                        "INSTALL",
                                        "LICENCE",
                                        "LICENSE",
                                        "MAINTAINERS",
                                        "NEWS",
                                        "NOTICE",
                                        "README",
                                        "RELEASE_NOTES",
                                        "SECURITY",
                                        "THANKS",
                                        ("TO"
                                         "DO")};
    static const char *const programs[] = {".js", ".mjs", ".cjs", ".ts", ".sh", ".py",   ".pl", ".rb",
                                           ".c",  ".h",   ".m4",  ".ac", ".am", ".json", ".in", NULL};
    size_t n = 0;
    while (n < base.n && base.p[n] != '.' && base.p[n] != '-')
        n++;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strlen(words[i]) == n && strncasecmp((const char *)base.p, words[i], n) == 0)
            return !is_one_of(base, programs);
    return false;
}

static bool is_manual(pl_bytes base)
{
    size_t dot = pl_bytes_rfind_byte(base, '.');
    return dot != SIZE_MAX && dot > 0 && base.n - dot >= 2 && base.n - dot <= 5 && base.p[dot + 1] >= '1' &&
           base.p[dot + 1] <= '9';
}

/* Below doc/, docs/ or man/. */
static bool is_in_documentation(pl_bytes path)
{
    pl_bytes part;
    while (pl_bytes_split(&path, '/', &part))
        if (path.n > 0 &&
            (pl_bytes_eq_str(part, "doc") || pl_bytes_eq_str(part, "docs") || pl_bytes_eq_str(part, "man")))
            return true;
    return false;
}

void pl_classify_in_source(struct pl_file *f)
{
    static const char *const always[] = {".md",   ".markdown", ".rst",   ".adoc", ".po",   ".pot",  ".gmo",
                                         ".texi", ".texinfo",  ".png",   ".jpg",  ".jpeg", ".gif",  ".ico",
                                         ".icns", ".webp",     ".bmp",   ".pdf",  ".ps",   ".eps",  ".ttf",
                                         ".otf",  ".woff",     ".woff2", ".eot",  ".map",  ".flow", NULL};
    static const char *const documents[] = {".txt", ".html", ".htm",  ".css", ".svg",
                                            ".xml", ".dot",  ".info", NULL};
    pl_bytes base = pl_bytes_basename(f->name);
    if (f->type != PL_ENTRY_FILE || f->role != PL_ROLE_ACTIVE || pl_kind_is_code(f->kind) ||
        pl_bytes_starts(f->data, PL_LIT("#!")))
        return;
    bool is_roff = is_manual(base) && f->data.n > 0 && (f->data.p[0] == '.' || f->data.p[0] == '\'');
    if (is_one_of(base, always) || is_for_people(base) || is_roff ||
        (is_in_documentation(f->name) && is_one_of(base, documents)))
        f->role = PL_ROLE_PASSIVE;
}

bool pl_is_build_output(pl_bytes path)
{
    static const char *const folders[] = {"dist", ".yarn", "node_modules", "bower_components", "coverage"};
    static const char *const suffixes[] = {".min.js", ".min.mjs", ".min.cjs", ".bundle.js", ".min.css"};
    pl_bytes rest = path;
    pl_bytes part;
    while (pl_bytes_split(&rest, '/', &part))
        for (size_t i = 0; i < sizeof folders / sizeof folders[0] && rest.n > 0; i++)
            if (pl_bytes_eq_str(part, folders[i]))
                return true;
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (pl_bytes_ends(path, pl_bytes_of_str(suffixes[i])))
            return true;
    return false;
}
