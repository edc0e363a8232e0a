/*
 * script_values.c - numbers in one form, without floating point: 1e3, 1000, 1_000, 0x3e8, 1000n and 1000.0 are equal.
 *
 * Source: ECMA-262 (2024) 12.9.3; a number is digits times a power of ten, so that equal spellings are equal and nothing is rounded.
 */
#include "feature/script_values.h"

#include "feature/script_atoms.h"

#define MAX_EXPONENT 100000
#define REGEX_SALT   0xbb67ae8584caa73bULL

static struct pl_script_number normal(struct pl_script_number n)
{
    while (n.digits != 0 && n.digits % 10 == 0) {
        n.digits /= 10;
        n.exponent++;
    }
    if (n.digits == 0)
        n.exponent = 0;
    return n;
}

static struct pl_script_number with_base(pl_bytes text, unsigned base)
{
    struct pl_script_number n = {.is_exact = true};
    for (size_t i = 0; i < text.n; i++) {
        uint8_t b = text.p[i];
        unsigned value = b >= '0' && b <= '9' ? (unsigned)(b - '0') : (unsigned)((b | 0x20) - 'a' + 10);
        if (b == '_' || (b == 'n' && i + 1 == text.n))
            continue;
        if (value >= base || __builtin_mul_overflow(n.digits, base, &n.digits) ||
            __builtin_add_overflow(n.digits, value, &n.digits))
            return (struct pl_script_number){.is_exact = false};
    }
    return normal(n);
}

/* The exponent behind an e; false when it is none. */
static bool take_exponent(pl_bytes text, size_t at, int32_t *out)
{
    bool is_negative = at < text.n && text.p[at] == '-';
    int32_t value = 0;
    if (at < text.n && (text.p[at] == '-' || text.p[at] == '+'))
        at++;
    if (at >= text.n)
        return false;
    for (; at < text.n; at++) {
        if (text.p[at] < '0' || text.p[at] > '9' || value > MAX_EXPONENT)
            return false;
        value = value * 10 + (text.p[at] - '0');
    }
    *out = is_negative ? -value : value;
    return true;
}

static struct pl_script_number decimal(pl_bytes text)
{
    struct pl_script_number n = {.is_exact = true};
    bool is_behind_dot = false;
    int32_t exponent = 0;
    for (size_t i = 0; i < text.n; i++) {
        uint8_t b = text.p[i];
        if (b == '.') {
            is_behind_dot = true;
        } else if ((b | 0x20) == 'e') {
            n.is_exact = take_exponent(text, i + 1, &exponent);
            break;
        } else if (b >= '0' && b <= '9') {
            if (n.digits > UINT64_MAX / 10 - 1)
                return (struct pl_script_number){.is_exact = false};
            n.digits = n.digits * 10 + (b - '0');
            n.exponent -= is_behind_dot;
        } else if (b != '_' && !(b == 'n' && i + 1 == text.n)) {
            return (struct pl_script_number){.is_exact = false};
        }
    }
    n.exponent += exponent;
    return normal(n);
}

struct pl_script_number pl_script_number_of(pl_bytes text)
{
    uint8_t mark = text.n > 2 && text.p[0] == '0' ? text.p[1] | 0x20 : 0;
    if (mark == 'x')
        return with_base(pl_bytes_from(text, 2), 16);
    if (mark == 'o')
        return with_base(pl_bytes_from(text, 2), 8);
    if (mark == 'b')
        return with_base(pl_bytes_from(text, 2), 2);
    return decimal(text);
}

struct pl_script_number pl_script_number_times(struct pl_script_number a, struct pl_script_number b)
{
    struct pl_script_number n = {.exponent = a.exponent + b.exponent,
                                 .is_exact = a.is_exact && b.is_exact && a.exponent > -MAX_EXPONENT &&
                                             b.exponent < MAX_EXPONENT};
    if (!n.is_exact || __builtin_mul_overflow(a.digits, b.digits, &n.digits))
        return (struct pl_script_number){.is_exact = false};
    return normal(n);
}

struct pl_script_number pl_script_number_shifted(struct pl_script_number a, struct pl_script_number b)
{
    struct pl_script_number power = {.digits = 1, .is_exact = b.is_exact && b.exponent <= 1};
    uint64_t by = b.exponent == 1 ? b.digits * 10 : b.digits;
    if (!power.is_exact || b.exponent < 0 || b.digits > 31 || by > 31)
        return (struct pl_script_number){.is_exact = false};
    power.digits <<= by;
    return pl_script_number_times(a, normal(power));
}

bool pl_script_number_is_dull(struct pl_script_number n)
{
    return n.is_exact && n.exponent == 0 && n.digits <= 2;
}

void pl_script_vocabulary_init(struct pl_script_vocabulary *v, uint64_t seed)
{
    static const struct {
        const char *name;
        uint8_t flags;
    } names[] = {
#define PL_SCRIPT_NAME(name, flags) {name, flags},
#include "feature/script_names.def"
#undef PL_SCRIPT_NAME
    };
    *v = (struct pl_script_vocabulary){.seed = seed};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        uint64_t hash = pl_script_hash(v, pl_bytes_of_str(names[i].name));
        size_t slot = hash % PL_SCRIPT_NAME_SLOTS;
        while (v->slots[slot].hash != 0)
            slot = (slot + 1) % PL_SCRIPT_NAME_SLOTS;
        v->slots[slot] = (struct pl_script_name){hash, names[i].flags};
    }
}

uint8_t pl_script_name_flags(const struct pl_script_vocabulary *v, uint64_t hash)
{
    for (size_t slot = hash % PL_SCRIPT_NAME_SLOTS; v->slots[slot].hash != 0;
         slot = (slot + 1) % PL_SCRIPT_NAME_SLOTS)
        if (v->slots[slot].hash == hash)
            return v->slots[slot].flags;
    return 0;
}

uint64_t pl_script_hash(const struct pl_script_vocabulary *v, pl_bytes text)
{
    uint64_t hash = pl_bytes_hash(text, v->seed);
    return hash == 0 ? 1 : hash; /* 0 is a free slot */
}

bool pl_script_is_whole_number(pl_bytes text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
    return text.n < 16 && (text.n == 1 || text.p[0] != '0');
}

bool pl_script_is_oddly_spelled(pl_bytes body)
{
    size_t odd = 0;
    for (size_t i = 0; i + 3 < body.n; i++)
        if (body.p[i] == '\\' && body.p[i + 1] == 'x' && body.p[i + 2] >= '3' && body.p[i + 2] <= '7')
            odd++;
    return odd > 2;
}

bool pl_script_is_relative(pl_bytes path)
{
    return pl_bytes_eq_str(path, ".") || pl_bytes_eq_str(path, "..") || pl_bytes_starts(path, PL_LIT("./")) ||
           pl_bytes_starts(path, PL_LIT("../"));
}

bool pl_script_is_type_name(pl_bytes text)
{
    static const char *const names[] = {"undefined", "object",  "function", "string",
                                        "number",    "boolean", "symbol",   "bigint"};
    return pl_bytes_is_one_of(text, names, sizeof names / sizeof names[0]);
}

static bool is_sign(const struct pl_lex_token *t, uint8_t byte)
{
    return t->kind == PL_LEX_PUNCT && t->length == 1 && t->byte == byte;
}

bool pl_script_is_module_number(const struct pl_lex_token *const t[4])
{
    bool is_key = is_sign(t[3], ':') && (is_sign(t[1], '{') || is_sign(t[1], ','));
    bool is_value = is_sign(t[1], ':') && (t[0]->kind == PL_LEX_STRING || t[0]->kind == PL_LEX_NUMBER) &&
                    (pl_bytes_eq(t[0]->body, t[2]->body) || pl_script_is_relative(t[0]->body));
    bool is_asked_for = is_sign(t[1], '(') && is_sign(t[3], ')') && t[0]->kind == PL_LEX_WORD &&
                        pl_bytes_eq_str(t[0]->body, "require");
    return is_key || is_value || is_asked_for;
}

static uint32_t hex_of(pl_bytes text, size_t at, size_t digits)
{
    uint32_t value = 0;
    for (size_t i = at; i < at + digits; i++) {
        uint8_t c = i < text.n ? text.p[i] : 0;
        uint8_t low = c | 0x20;
        if (c >= '0' && c <= '9')
            value = value * 16 + (c - '0');
        else if (low >= 'a' && low <= 'f')
            value = value * 16 + (low - 'a' + 10u);
        else
            return 0;
    }
    return value;
}

static void spell_regex(pl_bytes regex, struct pl_buf *out)
{
    bool has_u = regex.n > 2 && regex.p[regex.n - 1] == 'u' && pl_bytes_rfind_byte(regex, '/') != 0;
    size_t n = has_u ? regex.n - 1 : regex.n;
    for (size_t i = 0; i < n; i++) {
        bool is_escape = regex.p[i] == '\\' && i + 1 < n;
        uint8_t mark = is_escape ? regex.p[i + 1] : 0;
        size_t digits = mark == 'u' ? 4 : mark == 'x' ? 2 : 0;
        uint32_t code = digits > 0 ? hex_of(regex, i + 2, digits) : 0;
        if (code >= 0x800) {
            pl_buf_add_byte(out, (uint8_t)(0xe0 | code >> 12));
            pl_buf_add_byte(out, (uint8_t)(0x80 | (code >> 6 & 0x3f)));
            pl_buf_add_byte(out, (uint8_t)(0x80 | (code & 0x3f)));
            i += digits + 1;
        } else if (code >= 0x80) {
            pl_buf_add_byte(out, (uint8_t)(0xc0 | code >> 6));
            pl_buf_add_byte(out, (uint8_t)(0x80 | (code & 0x3f)));
            i += digits + 1;
        } else {
            pl_buf_add_byte(out, regex.p[i]);
            if (is_escape) /* an escaped backslash begins no escape */
                pl_buf_add_byte(out, regex.p[++i]);
        }
    }
}

uint64_t pl_script_regex_hash(const struct pl_script_vocabulary *v, pl_bytes regex, struct pl_buf *scratch)
{
    pl_buf_clear(scratch);
    spell_regex(regex, scratch);
    return pl_script_hash(v, pl_buf_bytes(scratch)) ^ REGEX_SALT;
}
