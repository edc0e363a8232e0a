/*
 * names.c - names of members.
 *
 * Source: CVE-2001-1267 and its many descendants ("zip slip": `..` in member names), CVE-2018-1000001 for what follows
 * from control characters; "Trojan Source" (2021) for bidirectional ones. A leading "/" is what old archives and .debs made by hand have; every reader strips it.
 */
#include "format/archive/names.h"
#include "base/quote.h"

pl_bytes pl_name_clean(pl_bytes name)
{
    pl_bytes b = name;
    for (;;) {
        if (pl_bytes_starts(b, PL_LIT("/")))
            b = pl_bytes_from(b, 1);
        else if (pl_bytes_starts(b, PL_LIT("./")))
            b = pl_bytes_from(b, 2);
        else
            break;
    }
    while (b.n > 0 && b.p[b.n - 1] == '/')
        b.n--;
    return b.n == 0 && name.n > 0 ? PL_LIT(".") : b;
}

const char *pl_name_text_problem(pl_bytes name)
{
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] == 0)
            return "name holds a NUL";
        if (name.p[i] < 0x20 || name.p[i] == 0x7f)
            return "name holds a control character";
    }
    for (pl_bytes rest = name; rest.n > 0;) {
        uint32_t code_point = 0;
        size_t n = pl_utf8_next(rest, &code_point); /* 0: not UTF-8, as in old archives */
        if (n > 1 && pl_is_unsafe_code_point(code_point))
            return "name holds an invisible or bidirectional character";
        rest = pl_bytes_from(rest, n == 0 ? 1 : n);
    }
    return NULL;
}

const char *pl_name_problem(pl_bytes name)
{
    if (name.n == 0)
        return "name is empty";
    const char *problem = pl_name_text_problem(name);
    if (problem != NULL)
        return problem;
    uint8_t first = name.p[0] | 0x20;
    if (name.n >= 2 && name.p[1] == ':' && first >= 'a' && first <= 'z')
        return "name begins with a drive";
    size_t begin = 0;
    for (size_t i = 0; i <= name.n; i++) {
        if (i < name.n && name.p[i] != '/' && name.p[i] != '\\')
            continue;
        if (pl_bytes_eq(pl_bytes_sub(name, begin, i - begin), PL_LIT("..")))
            return "name climbs out with ..";
        begin = i + 1;
    }
    return NULL;
}

bool pl_link_escapes(pl_bytes name, pl_bytes target)
{
    size_t depth = 0;
    pl_bytes part;
    bool is_absolute = pl_bytes_starts(target, PL_LIT("/"));
    for (size_t i = 0; i < name.n && !is_absolute; i++)
        depth += name.p[i] == '/';
    while (pl_bytes_split(&target, '/', &part)) {
        if (part.n == 0 || pl_bytes_eq(part, PL_LIT(".")))
            continue;
        if (!pl_bytes_eq(part, PL_LIT("..")))
            depth++;
        else if (depth == 0)
            return true;
        else
            depth--;
    }
    return false;
}

pl_bytes pl_name_unpacked(pl_bytes name)
{
    static const char *const suffixes[] = {".gz", ".xz", ".bz2", ".zst", ".lzma", ".tgz", ".txz"};
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        pl_bytes suffix = pl_bytes_of_str(suffixes[i]);
        if (name.n > suffix.n && pl_bytes_ends(name, suffix) && name.p[name.n - suffix.n - 1] != '/')
            return pl_bytes_sub(name, 0, name.n - suffix.n);
    }
    return name;
}
