/*
 * purl_types.c - the rules of the registered types of package URLs, a row each.
 *
 * Source: the type definitions of the package-url project (schema 0.2, August 2026). Where a definition and its tests differ, the tests count. Not here:
 * rules that need a registry's answer, and defaults of qualifiers. Two rules are looser than the definitions, since documents of common tools break
 * them and mean something: golang may lack a namespace (pkg:golang/stdlib@1.21), and a pypi version keeps its spelling but for case.
 */
#include "supply/purl_types.h"

#include <string.h>

enum need { ANY, REQUIRED, PROHIBITED };

struct type_rule {
    const char *type;
    enum need ns;
    bool lowers_ns;
    bool lowers_name;
    bool lowers_version;
    const char *qualifier; /* that must be there; NULL */
    bool (*is_good)(const struct pl_purl *purl, const char **why);
    void (*rewrite)(struct pl_purl *purl, uint8_t *name); /* the name's own bytes */
    bool name_has_folders;                                /* the namespace is its first segment alone */
};

/* A name of 32 letters a to p; a version of one to four numbers. */
static bool is_chrome_extension(const struct pl_purl *purl, const char **why)
{
    bool is_good = purl->name.n == 32;
    for (size_t i = 0; i < purl->name.n; i++)
        is_good &= purl->name.p[i] >= 'a' && purl->name.p[i] <= 'p';
    *why = "the name of a Chrome extension has 32 letters from a to p";
    if (!is_good || purl->version.n == 0)
        return is_good;
    pl_bytes rest = purl->version;
    pl_bytes number;
    size_t n = 0;
    for (; pl_bytes_split(&rest, '.', &number); n++) {
        is_good &= number.n > 0;
        for (size_t i = 0; i < number.n; i++)
            is_good &= pl_is_digit(number.p[i]);
    }
    *why = "the version of a Chrome extension has one to four numbers";
    return is_good && n <= 4;
}

static bool is_cpan(const struct pl_purl *purl, const char **why)
{
    *why = "the name of a CPAN distribution has no \"::\"";
    return pl_bytes_find(purl->name, PL_LIT("::"), 0) == SIZE_MAX;
}

static void dash_for_underscore(struct pl_purl *purl, uint8_t *name)
{
    for (size_t i = 0; i < purl->name.n; i++)
        name[i] = name[i] == '_' ? '-' : name[i];
}

static void underscore_for_others(struct pl_purl *purl, uint8_t *name)
{
    for (size_t i = 0; i < purl->name.n; i++)
        name[i] = pl_is_digit(name[i]) || pl_is_lower(name[i]) ? name[i] : '_';
}

static void lower_name(struct pl_purl *purl, uint8_t *name)
{
    for (size_t i = 0; i < purl->name.n; i++)
        name[i] = pl_to_lower(name[i]);
}

/* Databricks does not tell cases apart, other servers do. */
static void lower_on_databricks(struct pl_purl *purl, uint8_t *name)
{
    if (pl_bytes_find(pl_purl_get(purl, "repository_url"), PL_LIT("databricks"), 0) != SIZE_MAX)
        lower_name(purl, name);
}

static void lower_on_github(struct pl_purl *purl, uint8_t *name)
{
    if (pl_bytes_eq_str(purl->ns, "github") || pl_bytes_eq_str(purl->ns, "github.com"))
        lower_name(purl, name);
}

static const struct type_rule rules[] = {
    {.type = "alpm", .ns = REQUIRED, .lowers_ns = true, .lowers_name = true},
    {.type = "apk", .ns = REQUIRED, .lowers_ns = true, .lowers_name = true},
    {.type = "bazel", .ns = PROHIBITED},
    {.type = "bitbucket", .ns = REQUIRED, .lowers_ns = true, .lowers_name = true},
    {.type = "bitnami", .ns = PROHIBITED, .lowers_name = true},
    {.type = "brew", .lowers_ns = true, .lowers_name = true},
    {.type = "cargo", .ns = PROHIBITED},
    {.type = "chrome-extension", .ns = PROHIBITED, .lowers_name = true, .is_good = is_chrome_extension},
    {.type = "cocoapods", .ns = PROHIBITED},
    {.type = "composer", .ns = REQUIRED, .lowers_ns = true, .lowers_name = true},
    {.type = "conda", .ns = PROHIBITED},
    {.type = "cpan", .is_good = is_cpan},
    {.type = "cran", .ns = PROHIBITED},
    {.type = "deb", .ns = REQUIRED, .lowers_ns = true, .lowers_name = true},
    {.type = "gem", .ns = PROHIBITED},
    {.type = "git", .ns = REQUIRED, .name_has_folders = true, .rewrite = lower_on_github},
    {.type = "github", .ns = REQUIRED, .lowers_ns = true, .lowers_name = true},
    {.type = "golang", .lowers_ns = true, .lowers_name = true},
    {.type = "hackage", .ns = PROHIBITED},
    {.type = "hex", .lowers_ns = true, .lowers_name = true},
    {.type = "huggingface", .ns = REQUIRED, .lowers_version = true},
    {.type = "julia", .ns = PROHIBITED, .qualifier = "uuid"},
    {.type = "luarocks", .lowers_ns = true, .lowers_name = true},
    {.type = "maven", .ns = REQUIRED},
    {.type = "mlflow", .ns = PROHIBITED, .rewrite = lower_on_databricks},
    {.type = "nuget", .ns = PROHIBITED},
    {.type = "oci", .ns = PROHIBITED, .lowers_name = true, .lowers_version = true},
    {.type = "opam", .ns = PROHIBITED},
    {.type = "otp", .ns = PROHIBITED, .lowers_name = true},
    {.type = "pub", .ns = PROHIBITED, .lowers_name = true, .rewrite = underscore_for_others},
    {.type = "pypi",
     .ns = PROHIBITED,
     .lowers_name = true,
     .lowers_version = true,
     .rewrite = dash_for_underscore},
    {.type = "qpkg", .ns = REQUIRED, .lowers_ns = true},
    {.type = "rpm", .ns = REQUIRED, .lowers_ns = true},
    {.type = "swid", .qualifier = "tag_id"},
    {.type = "swift", .ns = REQUIRED},
    {.type = "vcpkg", .ns = PROHIBITED},
    {.type = "vscode-extension",
     .ns = REQUIRED,
     .lowers_ns = true,
     .lowers_name = true,
     .lowers_version = true},
    {.type = "yocto", .lowers_ns = true},
};

static const struct type_rule *rule_of(pl_bytes type)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (pl_bytes_eq_str(type, rules[i].type))
            return &rules[i];
    return NULL;
}

static pl_status keep_lower(struct pl_arena *arena, pl_bytes *part, struct pl_err *err)
{
    uint8_t *copy = pl_arena_take(arena, part->n + 1);
    if (copy == NULL)
        return pl_arena_fail(arena, err);
    for (size_t i = 0; i < part->n; i++)
        copy[i] = pl_to_lower(part->p[i]);
    *part = pl_bytes_of(copy, part->n);
    return PL_OK;
}

/* All segments of the namespace but the first one begin the name. */
static pl_status move_folders(struct pl_purl *purl, struct pl_arena *arena, struct pl_err *err)
{
    size_t slash = pl_bytes_find_byte(purl->ns, '/', 0);
    if (slash == SIZE_MAX)
        return PL_OK;
    const char *name =
        pl_arena_printf(arena, "%.*s/%.*s", PL_ARG(pl_bytes_from(purl->ns, slash + 1)), PL_ARG(purl->name));
    if (name == NULL)
        return pl_arena_fail(arena, err);
    purl->name = pl_bytes_of_str(name);
    purl->ns = pl_bytes_sub(purl->ns, 0, slash);
    return PL_OK;
}

static pl_status rewrite(const struct type_rule *rule, struct pl_purl *purl, struct pl_arena *arena,
                         struct pl_err *err)
{
    uint8_t *name = pl_arena_take(arena, purl->name.n + 1);
    if (name == NULL)
        return pl_arena_fail(arena, err);
    memcpy(name, purl->name.p, purl->name.n);
    rule->rewrite(purl, name);
    purl->name = pl_bytes_of(name, purl->name.n);
    return PL_OK;
}

pl_status pl_purl_apply_type(struct pl_purl *purl, struct pl_arena *arena, struct pl_err *err)
{
    const struct type_rule *rule = rule_of(purl->type);
    const char *why = NULL;
    pl_status st = PL_OK;
    if (rule == NULL)
        return PL_OK;
    if (rule->name_has_folders)
        st = move_folders(purl, arena, err);
    if (st == PL_OK && rule->lowers_ns)
        st = keep_lower(arena, &purl->ns, err);
    if (st == PL_OK && rule->lowers_name)
        st = keep_lower(arena, &purl->name, err);
    if (st == PL_OK && rule->lowers_version)
        st = keep_lower(arena, &purl->version, err);
    if (st == PL_OK && rule->rewrite != NULL)
        st = rewrite(rule, purl, arena, err);
    if (st != PL_OK)
        return st;
    if (rule->ns == REQUIRED && purl->ns.n == 0)
        why = "this type needs a namespace before the name";
    else if (rule->ns == PROHIBITED && purl->ns.n > 0)
        why = "this type has no namespace before the name";
    else if (rule->qualifier != NULL && pl_purl_get(purl, rule->qualifier).n == 0)
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "purl: this type needs the qualifier %s",
                       rule->qualifier);
    else if (rule->is_good != NULL && rule->is_good(purl, &why))
        why = NULL;
    return why != NULL ? pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "purl: %s", why) : PL_OK;
}
