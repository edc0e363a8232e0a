/*
 * ruleset_read.c - a policy from YAML, by tables of keys.
 *
 * Strict: an unknown key is an error, so that a slip of the hand cannot weaken a gate. Keys of the file win over those of what it extends.
 */
#include "base/date.h"
#include "base/yaml_in.h"
#include "judge/baseline.h"
#include "judge/policy.h"
#include "judge/ruleset.h"
#include "plumbline/plumbline.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POLICY_MEMORY ((size_t)64 << 20)
#define N(keys)       (sizeof(keys) / sizeof(keys)[0])

struct reader {
    struct pl_ruleset *p;
    const char *name;
    int64_t now_s;
    struct pl_err *err;
    bool is_base; /* a built-in one that a file extends */
};

struct key {
    const char *name;
    bool is_required;
    pl_status (*read)(struct reader *x, const struct pl_yaml *value, void *to);
    size_t at;
};

/* About the value of a key, or with `is_key` about the key. */
static pl_status bad(struct reader *x, const struct pl_yaml *n, const char *fmt, ...) PL_PRINTF(3, 4);
static pl_status bad(struct reader *x, const struct pl_yaml *n, const char *fmt, ...)
{
    char text[256];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args); /* a longer message is cut */
    va_end(args);
    return pl_fail(x->err, PL_E_USAGE, PL_NO_OFFSET, "%s:%u:%u: %s", x->name, n->line, n->column, text);
}

static const char *expected(const struct pl_yaml *n, enum pl_yaml_kind kind)
{
    static const char *const names[] = {"one value", "a list", "a map of keys"};
    return n->kind == kind ? NULL : names[kind];
}

static pl_status want(struct reader *x, const struct pl_yaml *n, enum pl_yaml_kind kind)
{
    const char *name = expected(n, kind);
    return name == NULL ? PL_OK : bad(x, n, "%s expected", name);
}

static pl_status unknown_key(struct reader *x, const struct pl_yaml *n, const struct key *keys, size_t n_keys)
{
    const char *nearest = NULL;
    size_t best = PL_NEAR_WORD;
    for (size_t i = 0; i < n_keys; i++)
        if (pl_word_distance(n->key, keys[i].name) < best) {
            nearest = keys[i].name;
            best = pl_word_distance(n->key, nearest);
        }
    pl_status st = bad(x, n, "unknown key '%.60s'", n->key);
    if (nearest != NULL)
        pl_err_hint(x->err, "did you mean %s?", nearest);
    else
        pl_err_hint(x->err, "docs/policy.md lists the keys");
    return st;
}

static pl_status read_map(struct reader *x, const struct pl_yaml *map, const struct key *keys, size_t n,
                          void *into)
{
    pl_status st = want(x, map, PL_YAML_MAP);
    for (const struct pl_yaml *c = st == PL_OK ? map->first : NULL; c != NULL && st == PL_OK; c = c->next) {
        size_t i = 0;
        while (i < n && strcmp(keys[i].name, c->key) != 0)
            i++;
        st = i == n ? unknown_key(x, c, keys, n) : keys[i].read(x, c, (char *)into + keys[i].at);
    }
    for (size_t i = 0; i < n && st == PL_OK; i++) {
        const struct pl_yaml *c = map->first;
        while (c != NULL && strcmp(c->key, keys[i].name) != 0)
            c = c->next;
        if (c == NULL && keys[i].is_required)
            st = bad(x, map, "key '%s' is missing", keys[i].name);
    }
    return st;
}

static pl_status nothing(struct reader *x, const struct pl_yaml *n, void *to)
{
    (void)x; /* read beforehand */
    (void)n;
    (void)to;
    return PL_OK;
}

static struct pl_rule_place place_of(const struct reader *x, const struct pl_yaml *n)
{
    return (struct pl_rule_place){.policy = x->name, .line = n->line};
}

/* A text that is there and fits on a line. */
static pl_status read_text(struct reader *x, const struct pl_yaml *n, void *to)
{
    pl_status st = want(x, n, PL_YAML_SCALAR);
    if (st == PL_OK && (n->text[0] == '\0' || strchr(n->text, '\n') != NULL || strlen(n->text) > 400))
        st =
            bad(x, n, "%s",
                n->text[0] == '\0' ? "a text expected" : "a text of one line and at most 400 bytes expected");
    if (st == PL_OK)
        *(const char **)to = n->text;
    return st;
}

static pl_status read_date(struct reader *x, const struct pl_yaml *n, int64_t *out)
{
    pl_status st = want(x, n, PL_YAML_SCALAR);
    if (st == PL_OK &&
        (strlen(n->text) != PL_DATE_BYTES - 1 || !pl_date_parse(pl_bytes_of_str(n->text), out)))
        st = bad(x, n, "a day such as 2027-06-01 expected, not '%.40s'", n->text);
    return st;
}

static pl_status read_bool(struct reader *x, const struct pl_yaml *n, void *to)
{
    pl_status st = want(x, n, PL_YAML_SCALAR);
    bool is_true = st == PL_OK && strcmp(n->text, "true") == 0;
    if (st == PL_OK && !is_true && strcmp(n->text, "false") != 0)
        st = bad(x, n, "true or false expected, not '%.40s'", n->text);
    if (st == PL_OK)
        *(bool *)to = is_true;
    return st;
}

/* One of a few words; *out is its number. */
static pl_status read_word(struct reader *x, const struct pl_yaml *n, const char *const *words,
                           size_t n_words, int *out)
{
    char list[160] = "";
    pl_status st = want(x, n, PL_YAML_SCALAR);
    if (st != PL_OK)
        return st;
    for (size_t i = 0; i < n_words; i++) {
        if (strcmp(n->text, words[i]) == 0) {
            *out = (int)i;
            return PL_OK;
        }
        size_t used = strlen(list);
        (void)snprintf(list + used, sizeof list - used, "%s%s", i == 0 ? "" : ", ", words[i]);
    }
    return bad(x, n, "one of %s expected, not '%.40s'", list, n->text);
}

static pl_status read_level(struct reader *x, const struct pl_yaml *n, void *to)
{
    static const char *const words[] = {"0", "1", "2", "3", "4"};
    int level = 0;
    pl_status st = read_word(x, n, words, N(words), &level);
    if (st == PL_OK)
        *(struct pl_least_level *)to =
            (struct pl_least_level){.at = place_of(x, n), .level = (unsigned)level};
    return st;
}

/* "0.25%" in parts per million: up to 100, with at most four digits behind the point. */
static bool share_of(pl_bytes text, uint32_t *ppm)
{
    pl_bytes whole;
    uint64_t value;
    uint64_t parts = 0;
    if (!pl_bytes_ends(text, PL_LIT("%")))
        return false;
    text = pl_bytes_sub(text, 0, text.n - 1);
    size_t point = pl_bytes_find_byte(text, '.', 0);
    whole = point == SIZE_MAX ? text : pl_bytes_sub(text, 0, point);
    if (!pl_bytes_to_u64(whole, &value) || value > 100)
        return false;
    if (point != SIZE_MAX) {
        pl_bytes rest = pl_bytes_from(text, point + 1);
        if (rest.n > 4 || !pl_bytes_to_u64(rest, &parts))
            return false;
        for (size_t i = rest.n; i < 4; i++)
            parts *= 10;
    }
    if (value * 10000 + parts > 1000000)
        return false;
    *ppm = (uint32_t)(value * 10000 + parts);
    return true;
}

static pl_status read_bound(struct reader *x, const struct pl_yaml *n, void *to)
{
    struct pl_bound b = {.at = place_of(x, n)};
    pl_status st = want(x, n, PL_YAML_SCALAR);
    if (st != PL_OK)
        return st;
    b.is_share = share_of(pl_bytes_of_str(n->text), &b.ppm);
    if (!b.is_share && !pl_bytes_to_u64(pl_bytes_of_str(n->text), &b.bytes))
        return bad(x, n, "a number of bytes or a share such as 1%% or 0.25%% expected, not '%.40s'", n->text);
    *(struct pl_bound *)to = b;
    return PL_OK;
}

static pl_status read_passive_bound(struct reader *x, const struct pl_yaml *n, void *to)
{
    if (n->kind != PL_YAML_SCALAR || strcmp(n->text, "default") != 0)
        return read_bound(x, n, to);
    *(struct pl_bound *)to = (struct pl_bound){
        .at = place_of(x, n), .is_share = true, .ppm = pl_policy_default().passive_unaccounted_ppm};
    return PL_OK;
}

static pl_status read_grade(struct reader *x, const struct pl_yaml *n, void *to)
{
    static const char *const words[] = {"A", "B", "C"};
    int i = 0;
    pl_status st = read_word(x, n, words, N(words), &i);
    if (st == PL_OK)
        *(struct pl_least_grade *)to =
            (struct pl_least_grade){.at = place_of(x, n), .grade = (enum pl_grade)(PL_GRADE_A + i)};
    return st;
}

static pl_status read_grades(struct reader *x, const struct pl_yaml *n, void *to)
{
    static const struct key keys[] = {
        {"code", false, read_grade, offsetof(struct pl_requirements, grade_code)},
        {"text", false, read_grade, offsetof(struct pl_requirements, grade_text)},
    };
    return read_map(x, n, keys, N(keys), to);
}

static pl_status read_source(struct reader *x, const struct pl_yaml *n, void *to)
{
    static const char *const words[] = {"given", "verified", "claimed"};
    int i = 0;
    pl_status st = read_word(x, n, words, N(words), &i);
    if (st == PL_OK)
        *(struct pl_least_source *)to = (struct pl_least_source){.at = place_of(x, n), .how = (enum pl_how)i};
    return st;
}

static pl_status read_require(struct reader *x, const struct pl_yaml *n, void *to)
{
    static const struct key keys[] = {
        {"level", false, read_level, offsetof(struct pl_requirements, level)},
        {"chain_level", false, read_level, offsetof(struct pl_requirements, chain_level)},
        {"unaccounted", false, read_bound, offsetof(struct pl_requirements, unaccounted)},
        {"unaccounted_passive", false, read_passive_bound,
         offsetof(struct pl_requirements, unaccounted_passive)},
        {"opaque", false, read_bound, offsetof(struct pl_requirements, opaque)},
        {"grade", false, read_grades, 0},
        {"source", false, read_source, offsetof(struct pl_requirements, source)},
    };
    return read_map(x, n, keys, N(keys), to);
}

static pl_status check_tag(struct reader *x, const struct pl_yaml *n, const char *tag)
{
    const char *nearest = NULL;
    size_t best = SIZE_MAX;
    if (pl_tag_find(tag) != NULL)
        return PL_OK;
    for (size_t i = 0; pl_tag_at(i) != NULL; i++)
        if (pl_word_distance(tag, pl_tag_at(i)->tag) < best) {
            nearest = pl_tag_at(i)->tag;
            best = pl_word_distance(tag, nearest);
        }
    pl_status st = bad(x, n, "no finding has the tag '%.60s'", tag);
    if (best < 2 * PL_NEAR_WORD)
        pl_err_hint(x->err, "did you mean %s?", nearest);
    else
        pl_err_hint(x->err, "plumb explain lists all tags");
    return st;
}

static pl_status read_severities(struct reader *x, const struct pl_yaml *map, void *to)
{
    static const char *const words[] = {"note", "warning", "error"};
    struct pl_ruleset *p = to;
    pl_status st = want(x, map, PL_YAML_MAP);
    for (const struct pl_yaml *c = st == PL_OK ? map->first : NULL; c != NULL && st == PL_OK; c = c->next) {
        int severity = 0;
        st = check_tag(x, c, c->key);
        if (st == PL_OK)
            st = read_word(x, c, words, N(words), &severity);
        if (st != PL_OK)
            break;
        size_t i = 0;
        while (i < p->severities.n && strcmp(p->severities.v[i].tag, c->key) != 0)
            i++;
        struct pl_severity_rule *slot =
            i < p->severities.n ? &p->severities.v[i] : PL_VEC_ADD(&p->severities);
        if (slot == NULL)
            return pl_fail_nomem(x->err);
        *slot = (struct pl_severity_rule){
            .at = place_of(x, c), .tag = pl_tag_find(c->key)->tag, .severity = (enum pl_severity)severity};
    }
    return st;
}

/* The words of chains, and no other: a slip would make a rule that matches nothing. */
static pl_status read_scope(struct reader *x, const struct pl_yaml *n, void *to)
{
    static const char *const words[] = {"required", "optional", "dev"};
    int scope = 0;
    pl_status st = read_word(x, n, words, N(words), &scope);
    if (st == PL_OK)
        *(const char **)to = words[scope];
    return st;
}

static pl_status read_pattern(struct reader *x, const struct pl_yaml *n, void *to)
{
    pl_status st = read_text(x, n, to);
    if (st == PL_OK && strncmp(n->text, "pkg:", 4) != 0 && n->text[0] != '*' && n->text[0] != '?') {
        st = bad(x, n, "a pattern of package URLs expected, not '%.60s'", n->text);
        pl_err_hint(x->err, "such as pkg:npm/*");
    }
    return st;
}

static pl_status read_match(struct reader *x, const struct pl_yaml *n, void *to)
{
    static const struct key keys[] = {
        {"purl", false, read_pattern, offsetof(struct pl_match_rule, purl)},
        {"scope", false, read_scope, offsetof(struct pl_match_rule, scope)},
    };
    return read_map(x, n, keys, N(keys), to);
}

static pl_status read_rule_require(struct reader *x, const struct pl_yaml *n, void *to)
{
    struct pl_match_rule *rule = to;
    return read_require(x, n, &rule->require);
}

static pl_status read_effective_on(struct reader *x, const struct pl_yaml *n, void *to)
{
    struct pl_match_rule *rule = to;
    rule->has_effective_on = true;
    return read_date(x, n, &rule->effective_on_s);
}

static pl_status read_rules(struct reader *x, const struct pl_yaml *list, void *to)
{
    static const struct key keys[] = {
        {"match", true, read_match, 0},
        {"require", true, read_rule_require, 0},
        {"effective_on", false, read_effective_on, 0},
        {"reason", false, read_text, offsetof(struct pl_match_rule, reason)},
    };
    struct pl_ruleset *p = to;
    pl_status st = want(x, list, PL_YAML_LIST);
    for (const struct pl_yaml *c = st == PL_OK ? list->first : NULL; c != NULL && st == PL_OK; c = c->next) {
        struct pl_match_rule rule = {.at = place_of(x, c)};
        st = read_map(x, c, keys, N(keys), &rule);
        struct pl_match_rule *slot = st == PL_OK ? PL_VEC_ADD(&p->rules) : NULL;
        if (st == PL_OK && slot == NULL)
            st = pl_fail_nomem(x->err);
        if (st == PL_OK)
            *slot = rule;
    }
    return st;
}

static pl_status read_tag(struct reader *x, const struct pl_yaml *n, void *to)
{
    pl_status st = read_text(x, n, to);
    if (st == PL_OK)
        st = check_tag(x, n, n->text);
    if (st == PL_OK)
        *(const char **)to = pl_tag_find(n->text)->tag;
    return st;
}

static pl_status read_digest(struct reader *x, const struct pl_yaml *n, void *to)
{
    pl_status st = want(x, n, PL_YAML_SCALAR);
    if (st == PL_OK && !pl_unhex(pl_bytes_of_str(n->text), ((pl_sha256 *)to)->b, PL_SHA256_BYTES))
        st = bad(x, n, "64 hex digits expected: a waiver is for these bytes and no others");
    return st;
}

/* A number, in hex with 0x before it. */
static bool number_of(pl_bytes text, uint64_t *out)
{
    uint64_t value = 0;
    if (!pl_bytes_starts(text, PL_LIT("0x")))
        return pl_bytes_to_u64(text, out);
    text = pl_bytes_from(text, 2);
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = (uint8_t)(text.p[i] | 0x20);
        unsigned digit = c >= '0' && c <= '9' ? c - '0' + 0u : c >= 'a' && c <= 'f' ? c - 'a' + 10u : 16u;
        if (digit > 15)
            return false;
        value = value << 4 | digit;
    }
    *out = value;
    return text.n > 0 && text.n <= 16;
}

/* "lib/libfoo.so@0x1a40+0x90" */
static pl_status read_range(struct reader *x, const struct pl_yaml *n, void *to)
{
    struct pl_waiver *w = to;
    pl_status st = want(x, n, PL_YAML_SCALAR);
    if (st != PL_OK)
        return st;
    pl_bytes text = pl_bytes_of_str(n->text);
    size_t at = pl_bytes_rfind_byte(text, '@');
    size_t plus = pl_bytes_rfind_byte(text, '+');
    uint64_t end;
    if (at == SIZE_MAX || at == 0 || plus == SIZE_MAX || plus < at ||
        !number_of(pl_bytes_sub(text, at + 1, plus - at - 1), &w->offset) ||
        !number_of(pl_bytes_from(text, plus + 1), &w->length) || w->length == 0 ||
        __builtin_add_overflow(w->offset, w->length, &end))
        return bad(x, n, "a range such as lib/libfoo.so@0x1a40+0x90 expected");
    w->path = pl_arena_str(&x->p->arena, pl_bytes_sub(text, 0, at));
    return w->path == NULL ? pl_arena_fail(&x->p->arena, x->err) : PL_OK;
}

static pl_status read_waiver_expiry(struct reader *x, const struct pl_yaml *n, void *to)
{
    struct pl_waiver *w = to;
    pl_status st = read_date(x, n, &w->expires_s);
    if (st == PL_OK && w->expires_s > x->now_s + (int64_t)PL_WAIVER_MAX_DAYS * PL_DAY_SECONDS)
        st = bad(x, n, "a waiver expires at most %d days from now", PL_WAIVER_MAX_DAYS);
    if (st == PL_OK)
        w->expires = n->text;
    return st;
}

static pl_status read_waivers(struct reader *x, const struct pl_yaml *list, void *to)
{
    static const struct key keys[] = {
        {"id", true, read_text, offsetof(struct pl_waiver, id)},
        {"tag", true, read_tag, offsetof(struct pl_waiver, tag)},
        {"sha256", true, read_digest, offsetof(struct pl_waiver, sha256)},
        {"range", false, read_range, 0},
        {"reason", true, read_text, offsetof(struct pl_waiver, reason)},
        {"owner", true, read_text, offsetof(struct pl_waiver, owner)},
        {"expires", true, read_waiver_expiry, 0},
    };
    struct pl_ruleset *p = to;
    pl_status st = want(x, list, PL_YAML_LIST);
    for (const struct pl_yaml *c = st == PL_OK ? list->first : NULL; c != NULL && st == PL_OK; c = c->next) {
        struct pl_waiver w = {.at = place_of(x, c)};
        st = read_map(x, c, keys, N(keys), &w);
        if (st == PL_OK && strcmp(w.id, PL_BASELINE_WAIVER) == 0)
            st = bad(x, c, "no waiver is called '%s'", PL_BASELINE_WAIVER);
        for (size_t i = 0; i < p->waivers.n && st == PL_OK; i++)
            if (strcmp(p->waivers.v[i].id, w.id) == 0)
                st = bad(x, c, "the waiver %.60s stands twice", w.id);
        struct pl_waiver *slot = st == PL_OK ? PL_VEC_ADD(&p->waivers) : NULL;
        if (st == PL_OK && slot == NULL)
            st = pl_fail_nomem(x->err);
        if (st == PL_OK)
            *slot = w;
    }
    return st;
}

static pl_status read_baseline(struct reader *x, const struct pl_yaml *n, void *to)
{
    static const struct key keys[] = {
        {"file", true, read_text, offsetof(struct pl_ruleset, baseline_file)},
        {"ratchet", false, read_bool, offsetof(struct pl_ruleset, baseline_shrinks)},
    };
    struct pl_ruleset *p = to;
    p->baseline_at = place_of(x, n);
    return read_map(x, n, keys, N(keys), p);
}

static pl_status read_version(struct reader *x, const struct pl_yaml *n, void *to)
{
    (void)to;
    if (n->kind == PL_YAML_SCALAR && strcmp(n->text, "1") == 0)
        return PL_OK;
    return bad(x, n, "this program reads policies of version 1");
}

static pl_status read_expiry(struct reader *x, const struct pl_yaml *n, void *to)
{
    struct pl_ruleset *p = to;
    p->has_expiry = true;
    p->expires_at = place_of(x, n);
    return read_date(x, n, &p->expires_s);
}

static pl_status read_all(struct reader *x, pl_bytes text);

static pl_status read_extends(struct reader *x, const struct pl_yaml *list)
{
    pl_status st =
        x->is_base ? bad(x, list, "a built-in policy extends nothing") : want(x, list, PL_YAML_LIST);
    for (const struct pl_yaml *c = st == PL_OK ? list->first : NULL; c != NULL && st == PL_OK; c = c->next) {
        struct reader base = *x;
        const struct pl_builtin_policy *one = NULL;
        base.is_base = true;
        st = want(x, c, PL_YAML_SCALAR);
        for (size_t i = 0; st == PL_OK && pl_builtin_policy_at(i) != NULL; i++)
            if (strcmp(pl_builtin_policy_at(i)->name, c->text) == 0)
                one = pl_builtin_policy_at(i);
        if (st == PL_OK && one == NULL) {
            struct pl_ruleset *none;
            struct pl_err why = {0};
            st = bad(x, c, "no policy is called '%.60s'", c->text);
            if (pl_ruleset_builtin(c->text, &none, &why) != PL_OK)
                pl_err_hint(x->err, "%s", why.hint);
        }
        if (st == PL_OK) {
            base.name = one->name;
            st = read_all(&base, pl_bytes_of_str(one->text));
        }
    }
    return st;
}

/* The one that is recursive, one level deep: a policy that extends a built-in one. */
static pl_status read_all(struct reader *x, pl_bytes text)
{
    static const struct key keys[] = {
        {"version", true, read_version, 0},
        {"extends", false, nothing, 0},
        {"expires", false, read_expiry, 0},
        {"require", false, read_require, offsetof(struct pl_ruleset, require)},
        {"severity", false, read_severities, 0},
        {"rules", false, read_rules, 0},
        {"waivers", false, read_waivers, 0},
        {"baseline", false, read_baseline, 0},
    };
    struct pl_yaml *root;
    pl_status st = pl_yaml_read(text, x->name, &x->p->arena, &root, x->err);
    if (st == PL_OK)
        st = want(x, root, PL_YAML_MAP);
    for (const struct pl_yaml *c = st == PL_OK ? root->first : NULL; c != NULL && st == PL_OK; c = c->next)
        if (strcmp(c->key, "extends") == 0)
            st = read_extends(x, c);
    return st == PL_OK ? read_map(x, root, keys, N(keys), x->p) : st;
}

pl_status pl_ruleset_read(pl_bytes text, const char *name, int64_t now_s, struct pl_ruleset **out,
                          struct pl_err *err)
{
    struct pl_ruleset *p = calloc(1, sizeof *p);
    if (p == NULL)
        return pl_fail_nomem(err);
    pl_arena_init(&p->arena, POLICY_MEMORY);
    p->name = pl_arena_str(&p->arena, pl_bytes_of_str(name));
    p->text = pl_arena_str(&p->arena, text);
    struct reader x = {.p = p, .name = p->name, .now_s = now_s, .err = err};
    pl_status st = p->name == NULL || p->text == NULL ? pl_arena_fail(&p->arena, err) : PL_OK;
    p->begin = (struct pl_rule_place){.policy = p->name, .line = 1};
    if (st == PL_OK)
        st = pl_sha256_of(text, &p->sha256, err);
    if (st == PL_OK)
        st = read_all(&x, text);
    if (st == PL_OK)
        *out = p;
    else
        pl_ruleset_free(p);
    return st;
}
