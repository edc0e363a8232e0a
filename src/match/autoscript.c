/*
 * autoscript.c - matching text against a template with #NAME# in it, by backtracking over the lengths of the values.
 *
 * Source: Dh_Lib.pm, autoscript() and autoscript_sed(); dh_installdeb(1) repeats a template once a line.
 */
#include "match/autoscript.h"

#include <string.h>

enum { MAX_VALUE_BYTES = 256, MAX_STEPS = 100000, MAX_TIMES = 32 };

struct attempt {
    pl_bytes template;
    pl_bytes body;
    struct pl_autoscript_value *values;
    size_t first; /* of this repetition, in values */
    size_t n;
    size_t end; /* of the body, once it fits */
    unsigned steps;
};

/* Length of the "#NAME#" at the front; 0 when there is none. */
static size_t token_length(pl_bytes s)
{
    size_t n = 1;
    if (s.n < 3 || s.p[0] != '#' || s.p[1] < 'A' || s.p[1] > 'Z')
        return 0;
    while (n < s.n && (pl_is_upper(s.p[n]) || pl_is_digit(s.p[n]) || s.p[n] == '_'))
        n++;
    return n < s.n && s.p[n] == '#' ? n + 1 : 0;
}

static const struct pl_autoscript_value *find_value(const struct attempt *a, pl_bytes name)
{
    for (size_t i = a->first; i < a->n; i++)
        if (pl_bytes_eq(a->values[i].name, name))
            return &a->values[i];
    return NULL;
}

static bool fits_from(struct attempt *a, size_t t, size_t b);

static bool try_value(struct attempt *a, pl_bytes name, size_t t, size_t b, size_t length)
{
    size_t before = a->n;
    if (before == PL_AUTOSCRIPT_VALUES)
        return false;
    a->values[a->n++] = (struct pl_autoscript_value){.name = name, .value = pl_bytes_sub(a->body, b, length)};
    if (fits_from(a, t, b + length))
        return true;
    a->n = before;
    return false;
}

static bool fits_token(struct attempt *a, pl_bytes name, size_t t, size_t b)
{
    const struct pl_autoscript_value *known = find_value(a, name);
    if (known != NULL)
        return pl_bytes_starts(pl_bytes_from(a->body, b), known->value) &&
               try_value(a, name, t, b, known->value.n);
    for (size_t n = 0; n <= MAX_VALUE_BYTES && b + n <= a->body.n && a->steps < MAX_STEPS; n++) {
        if (try_value(a, name, t, b, n))
            return true;
        bool is_continued = b + n > 0 && b + n < a->body.n && n > 0 && a->body.p[b + n - 1] == '\\';
        if (b + n < a->body.n && a->body.p[b + n] == '\n' && !is_continued)
            return false;
    }
    return false;
}

/* Recursion goes one deeper for each token, and tokens are limited by the values that can be kept. */
static bool fits_from(struct attempt *a, size_t t, size_t b)
{
    if (++a->steps > MAX_STEPS)
        return false;
    while (t < a->template.n) {
        size_t token = token_length(pl_bytes_from(a->template, t));
        if (token > 0)
            return fits_token(a, pl_bytes_sub(a->template, t, token), t + token, b);
        if (b >= a->body.n || a->body.p[b] != a->template.p[t])
            return false;
        t++;
        b++;
    }
    a->end = b;
    return true;
}

bool pl_autoscript_fits(pl_bytes template, pl_bytes body,
                        struct pl_autoscript_value values[PL_AUTOSCRIPT_VALUES], size_t *n)
{
    struct attempt a = {.template = template, .body = body, .values = values};
    if (template.n == 0)
        return false;
    for (int times = 0; times < MAX_TIMES; times++) {
        a.first = a.n;
        a.steps = 0;
        if (!fits_from(&a, 0, a.end) || a.end > body.n)
            return false;
        if (pl_bytes_trim(pl_bytes_from(body, a.end)).n == 0) {
            *n = a.n;
            return true;
        }
    }
    return false;
}

static bool is_one_word(pl_bytes v)
{
    for (size_t i = 0; i < v.n; i++)
        if (!pl_is_word_byte(v.p[i]))
            return false;
    return v.n > 0;
}

bool pl_autoscript_is_tame(const struct pl_autoscript_value *v)
{
    if (pl_bytes_eq_str(v->name, "#ERROR_HANDLER#"))
        return pl_bytes_eq_str(v->value, "exit 1") || pl_bytes_eq_str(v->value, "exit $?") ||
               is_one_word(v->value);
    for (size_t i = 0; i < v->value.n; i++) {
        uint8_t c = v->value.p[i];
        bool is_continued = c == '\n' && i > 0 && v->value.p[i - 1] == '\\';
        if ((c < 0x20 && c != '\t' && !is_continued) || c == 0x7f || strchr(";|&$`<>()", c) != NULL)
            return false;
    }
    return true;
}
