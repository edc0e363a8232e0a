/*
 * read_json.c - values of a report's JSON, and objects by tables of keys.
 */
#include "report/read_json.h"

#include "base/quote.h"

#include <string.h>

bool pl_read_nomem(struct pl_report_reader *x)
{
    if (x->in.why == PL_OK)
        x->in.why =
            x->r->arena.why != PL_OK ? pl_arena_fail(&x->r->arena, &x->in.err) : pl_fail_nomem(&x->in.err);
    return false;
}

bool pl_read_room(struct pl_report_reader *x, uint64_t n, uint64_t max, const char *what)
{
    return n < max ||
           pl_json_in_fail(&x->in, x->in.at, PL_E_LIMIT, "more than %llu %s", (unsigned long long)max, what);
}

bool pl_read_object(struct pl_report_reader *x, const struct pl_json_field *fields, size_t n, void *into)
{
    uint64_t seen = 0;
    pl_bytes key;
    if (!pl_json_in_object(&x->in))
        return false;
    size_t begin = x->in.value_at;
    while (pl_json_in_key(&x->in, &key)) {
        size_t i = 0;
        while (i < n && !pl_bytes_eq_str(key, fields[i].key))
            i++;
        if (i == n)
            return pl_json_in_fail(&x->in, x->in.value_at, PL_E_INPUT, "unknown key '%.*s'",
                                   PL_ARG(pl_bytes_sub(key, 0, 40)));
        if ((seen >> i & 1) != 0)
            return pl_json_in_fail(&x->in, x->in.value_at, PL_E_INPUT, "key '%s' stands twice",
                                   fields[i].key);
        seen |= (uint64_t)1 << i;
        if (!fields[i].read(x, (char *)into + fields[i].at))
            return false;
    }
    for (size_t i = 0; i < n && x->in.why == PL_OK; i++)
        if (!fields[i].is_optional && (seen >> i & 1) == 0)
            return pl_json_in_fail(&x->in, begin, PL_E_INPUT, "key '%s' is missing", fields[i].key);
    return x->in.why == PL_OK;
}

bool pl_read_list(struct pl_report_reader *x, bool (*item)(struct pl_report_reader *x))
{
    if (!pl_json_in_array(&x->in))
        return false;
    while (pl_json_in_item(&x->in))
        if (!item(x))
            return false;
    return x->in.why == PL_OK;
}

bool pl_read_u64(struct pl_report_reader *x, void *to)
{
    return pl_json_in_u64(&x->in, to);
}

bool pl_read_bool(struct pl_report_reader *x, void *to)
{
    return pl_json_in_bool(&x->in, to);
}

/* The copy of a text in the report: rules and source files are named again and again. */
static bool keep(struct pl_report_reader *x, pl_bytes text, const char **out)
{
    uint64_t known;
    if (pl_map_get(&x->texts, text, &known)) {
        *out = (const char *)(uintptr_t)known;
        return true;
    }
    pl_bytes kept = pl_arena_keep(&x->r->arena, text);
    if (kept.p == NULL || pl_map_set(&x->texts, kept, (uint64_t)(uintptr_t)kept.p, NULL) != PL_OK)
        return pl_read_nomem(x);
    *out = (const char *)kept.p;
    return true;
}

bool pl_read_text(struct pl_report_reader *x, void *to)
{
    pl_bytes text;
    return pl_json_in_string(&x->in, &text) && keep(x, text, to);
}

bool pl_read_text_or_null(struct pl_report_reader *x, void *to)
{
    return pl_json_in_is_null(&x->in) || pl_read_text(x, to);
}

static bool read_quoted(struct pl_report_reader *x, bool takes_nul, pl_bytes *out)
{
    pl_bytes text;
    struct pl_buf b;
    if (!pl_json_in_string(&x->in, &text))
        return false;
    pl_buf_init(&b, x->limits->string_bytes);
    bool is_good = pl_unquote(&b, text);
    pl_bytes plain = pl_buf_bytes(&b);
    const char *kept = NULL;
    if (!is_good)
        (void)pl_json_in_fail(&x->in, x->in.value_at, PL_E_INPUT,
                              "the text is not quoted as reports quote it");
    else if (!takes_nul && pl_bytes_find_byte(plain, 0, 0) != SIZE_MAX)
        is_good = pl_json_in_fail(&x->in, x->in.value_at, PL_E_INPUT, "the text holds a NUL");
    else if (b.why != PL_OK)
        is_good = pl_read_nomem(x);
    else
        is_good = keep(x, plain, &kept);
    if (is_good)
        *out = pl_bytes_of(kept, plain.n);
    pl_buf_reset(&b);
    return is_good;
}

bool pl_read_quoted(struct pl_report_reader *x, void *to)
{
    pl_bytes text;
    if (!read_quoted(x, false, &text))
        return false;
    *(const char **)to = (const char *)text.p;
    return true;
}

bool pl_read_quoted_or_null(struct pl_report_reader *x, void *to)
{
    return pl_json_in_is_null(&x->in) || pl_read_quoted(x, to);
}

bool pl_read_quoted_bytes(struct pl_report_reader *x, void *to)
{
    return read_quoted(x, true, to);
}

bool pl_read_sha256(struct pl_report_reader *x, void *to)
{
    pl_bytes text;
    pl_sha256 *digest = to;
    if (!pl_json_in_string(&x->in, &text))
        return false;
    bool is_lower = true;
    for (size_t i = 0; i < text.n; i++)
        is_lower = is_lower && (text.p[i] < 'A' || text.p[i] > 'F');
    return (is_lower && pl_unhex(text, digest->b, PL_SHA256_BYTES)) ||
           pl_json_in_fail(&x->in, x->in.value_at, PL_E_INPUT, "64 hex digits expected");
}

bool pl_read_offset(struct pl_report_reader *x, void *to)
{
    if (!pl_json_in_is_null(&x->in))
        return pl_json_in_u64(&x->in, to);
    *(uint64_t *)to = PL_NO_OFFSET;
    return true;
}

bool pl_read_word(struct pl_report_reader *x, const char *(*name)(int i), int n, int *out)
{
    pl_bytes text;
    if (!pl_json_in_string(&x->in, &text))
        return false;
    for (int i = 0; i < n; i++)
        if (name(i) != NULL && pl_bytes_eq_str(text, name(i))) {
            *out = i;
            return true;
        }
    return pl_json_in_fail(&x->in, x->in.value_at, PL_E_INPUT, "no such word here");
}

bool pl_read_facts(struct pl_report_reader *x, struct pl_fact *facts, size_t max)
{
    pl_bytes key;
    size_t n = 0;
    if (!pl_json_in_object(&x->in))
        return false;
    while (pl_json_in_key(&x->in, &key)) {
        size_t at = x->in.value_at;
        if (n == max)
            return pl_json_in_fail(&x->in, at, PL_E_LIMIT, "more than %zu facts", max);
        if (!keep(x, key, &facts[n].name))
            return false;
        for (size_t i = 0; i < n; i++)
            if (strcmp(facts[i].name, facts[n].name) == 0)
                return pl_json_in_fail(&x->in, at, PL_E_INPUT, "a key stands twice");
        if (!pl_read_quoted_bytes(x, &facts[n].value))
            return false;
        n++;
    }
    return x->in.why == PL_OK;
}

static bool read_grades(struct pl_report_reader *x, void *to)
{
    static const struct pl_json_field fields[] = {
        {"A", false, pl_read_u64, PL_GRADE_A * sizeof(uint64_t)},
        {"B", false, pl_read_u64, PL_GRADE_B * sizeof(uint64_t)},
        {"C", false, pl_read_u64, PL_GRADE_C * sizeof(uint64_t)},
    };
    return pl_read_object(x, fields, sizeof fields / sizeof fields[0], to);
}

bool pl_read_counts(struct pl_report_reader *x, void *to)
{
#define CLASS(name, c)                                                                                       \
    {                                                                                                        \
        name, false, pl_read_u64, offsetof(struct pl_report_counts, by_class) + (c) * sizeof(uint64_t)       \
    }
    static const struct pl_json_field fields[] = {
        CLASS("identical", PL_CLASS_IDENTICAL),
        CLASS("derived", PL_CLASS_DERIVED),
        CLASS("generated", PL_CLASS_GENERATED),
        CLASS("toolchain", PL_CLASS_TOOLCHAIN),
        CLASS("structure", PL_CLASS_STRUCTURE),
        CLASS("signature", PL_CLASS_SIGNATURE),
        CLASS("waived", PL_CLASS_WAIVED),
        CLASS("opaque", PL_CLASS_OPAQUE),
        CLASS("unaccounted", PL_CLASS_UNACCOUNTED),
        {"total", false, pl_read_u64, offsetof(struct pl_report_counts, total)},
        {"derived_by_grade", false, read_grades, offsetof(struct pl_report_counts, by_grade)},
    };
#undef CLASS
    return pl_read_object(x, fields, sizeof fields / sizeof fields[0], to);
}
