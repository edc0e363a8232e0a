/*
 * clit.c - a lexer that needs to know only where strings, comments and words begin and end.
 *
 * Bytes are sorted into classes by one table; runs of what means nothing here are skipped in a tight loop. A string that
 * does not end on its line (where the language wants it to) is no string: the quote is taken as a byte of its own and the lexer goes on
 * behind it, so that an apostrophe in prose costs one token and not the rest of the file. To keep that linear, the search for the
 * end stops at the end of the line.
 *
 * Source: C17 6.4 and 5.1.1.2, C++17 [lex.string]; the language references for the other rows.
 * Not read here: regular expressions of JavaScript and Perl, here-documents, trigraphs, nested block comments of Rust.
 */
#include "format/text/clit.h"

#include <string.h>

enum {
    SLASH_COMMENTS = 1, /* to the end of the line, and from slash-star to star-slash */
    HASH_COMMENTS = 2,
    SINGLE_QUOTES = 4, /* quote strings; else they quote a character */
    BACKTICKS = 8,     /* quote strings that go over lines */
    TRIPLE_QUOTES = 16,
    C_RAW = 32,   /* R"x(...)x" */
    RUST_RAW = 64 /* r#"..."#, 'lifetimes */
};

static const unsigned habits[] = {
    [PL_CLIT_NONE] = 0,
    [PL_CLIT_C] = SLASH_COMMENTS | C_RAW,
    [PL_CLIT_JS] = SLASH_COMMENTS | SINGLE_QUOTES | BACKTICKS,
    [PL_CLIT_GO] = SLASH_COMMENTS | BACKTICKS,
    [PL_CLIT_RUST] = SLASH_COMMENTS | RUST_RAW,
    [PL_CLIT_JAVA] = SLASH_COMMENTS | TRIPLE_QUOTES,
    [PL_CLIT_PYTHON] = HASH_COMMENTS | SINGLE_QUOTES | TRIPLE_QUOTES,
    [PL_CLIT_SHELL] = HASH_COMMENTS | SINGLE_QUOTES,
};

struct suffix {
    const char *text;
    enum pl_clit_family family;
};

static const struct suffix suffixes[] = {
    {".c", PL_CLIT_C},       {".h", PL_CLIT_C},        {".cc", PL_CLIT_C},       {".cpp", PL_CLIT_C},
    {".icc", PL_CLIT_C},     {".uni", PL_CLIT_C},      {".cxx", PL_CLIT_C},      {".c++", PL_CLIT_C},
    {".C", PL_CLIT_C},       {".hh", PL_CLIT_C},       {".hpp", PL_CLIT_C},      {".hxx", PL_CLIT_C},
    {".H", PL_CLIT_C},       {".ipp", PL_CLIT_C},      {".tcc", PL_CLIT_C},      {".inl", PL_CLIT_C},
    {".inc", PL_CLIT_C},     {".m", PL_CLIT_C},        {".mm", PL_CLIT_C},       {".S", PL_CLIT_C},
    {".epp", PL_CLIT_C},     {".pgc", PL_CLIT_C},      {".sx", PL_CLIT_C},       {".y", PL_CLIT_C},
    {".yy", PL_CLIT_C},      {".ypp", PL_CLIT_C},      {".l", PL_CLIT_C},        {".ll", PL_CLIT_C},
    {".lex", PL_CLIT_C},     {".def", PL_CLIT_C},      {".gperf", PL_CLIT_C},    {".skl", PL_CLIT_C},
    {".tab", PL_CLIT_C},     {".proto", PL_CLIT_C},    {".x", PL_CLIT_C},        {".idl", PL_CLIT_C},
    {".s", PL_CLIT_C},       {".js", PL_CLIT_JS},      {".mjs", PL_CLIT_JS},     {".cjs", PL_CLIT_JS},
    {".ts", PL_CLIT_JS},     {".jsx", PL_CLIT_JS},     {".tsx", PL_CLIT_JS},     {".go", PL_CLIT_GO},
    {".rs", PL_CLIT_RUST},   {".java", PL_CLIT_JAVA},  {".kt", PL_CLIT_JAVA},    {".scala", PL_CLIT_JAVA},
    {".cs", PL_CLIT_JAVA},   {".py", PL_CLIT_PYTHON},  {".pyx", PL_CLIT_PYTHON}, {".pxd", PL_CLIT_PYTHON},
    {".sh", PL_CLIT_SHELL},  {".bash", PL_CLIT_SHELL}, {".pl", PL_CLIT_SHELL},   {".pm", PL_CLIT_SHELL},
    {".awk", PL_CLIT_SHELL}, {".rb", PL_CLIT_SHELL},   {".xs", PL_CLIT_C},       {".i", PL_CLIT_C},
    {".swg", PL_CLIT_C},
};

bool pl_clit_is_header_template(pl_bytes path)
{
    return pl_bytes_ends(path, PL_LIT("-h.in")) || pl_bytes_ends(path, PL_LIT("_h.in"));
}

enum pl_clit_family pl_clit_family_of(pl_bytes path)
{
    pl_bytes name = pl_bytes_basename(path);
    if (pl_clit_is_header_template(name))
        return PL_CLIT_C;
    static const char *const wrappers[] = {".in", ".tmpl", ".tpl", ".template", ".sin", ".inc.in"};
    for (size_t i = 0; i < sizeof wrappers / sizeof wrappers[0]; i++)
        if (pl_bytes_ends(name, pl_bytes_of_str(wrappers[i])))
            name = pl_bytes_sub(name, 0, name.n - strlen(wrappers[i]));
    size_t dot = pl_bytes_rfind_byte(name, '.');
    if (pl_bytes_eq_str(name, "configure"))
        return PL_CLIT_SHELL; /* its strings are the values of config.h */
    if (dot == SIZE_MAX)
        return PL_CLIT_NONE;
    pl_bytes tail = pl_bytes_from(name, dot);
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (pl_bytes_eq_str(tail, suffixes[i].text))
            return suffixes[i].family;
    return PL_CLIT_NONE;
}

enum byte_class { OTHER, SPACE, LINE_END, WORD, QUOTE, SLASH, HASH, BACKSLASH };

#define W5 WORD, WORD, WORD, WORD, WORD
static const uint8_t classes[256] = {['\t'] = SPACE,
                                     ['\v'] = SPACE,
                                     ['\f'] = SPACE,
                                     ['\r'] = SPACE,
                                     [' '] = SPACE,
                                     ['\n'] = LINE_END,
                                     ['"'] = QUOTE,
                                     ['\''] = QUOTE,
                                     ['`'] = QUOTE,
                                     ['/'] = SLASH,
                                     ['#'] = HASH,
                                     ['\\'] = BACKSLASH,
                                     ['_'] = WORD,
                                     ['0'] = W5,
                                     W5,
                                     ['A'] = WORD,
                                     W5,
                                     W5,
                                     W5,
                                     W5,
                                     W5,
                                     ['a'] = WORD,
                                     W5,
                                     W5,
                                     W5,
                                     W5,
                                     W5};
#undef W5

void pl_clit_init(struct pl_clit *lexer, pl_bytes text, enum pl_clit_family family)
{
    *lexer = (struct pl_clit){.text = text, .family = family, .is_line_start = true};
}

static uint8_t byte_at(const struct pl_clit *x, size_t at)
{
    return at < x->text.n ? x->text.p[at] : 0;
}

static size_t skip_to(const struct pl_clit *x, size_t from, pl_bytes end)
{
    size_t at = pl_bytes_find(x->text, end, from);
    return at == SIZE_MAX ? x->text.n : at + end.n;
}

static size_t line_end(const struct pl_clit *x, size_t from)
{
    size_t at = pl_bytes_find_byte(x->text, '\n', from);
    return at == SIZE_MAX ? x->text.n : at;
}

/* Over space and comments, to the next byte that means something. */
static void skip_space(struct pl_clit *x)
{
    unsigned habit = habits[x->family];
    const uint8_t *p = x->text.p;
    size_t n = x->text.n;
    size_t at = x->at;
    for (;;) {
        uint8_t class = at < n ? classes[p[at]] : OTHER;
        if (class == WORD || class == OTHER)
            break;
        if (class == LINE_END)
            x->is_line_start = true;
        if (class == LINE_END || class == SPACE)
            at++;
        else if (class == BACKSLASH && byte_at(x, at + 1) == '\n')
            at += 2;
        else if (class == BACKSLASH && byte_at(x, at + 1) == '\r' && byte_at(x, at + 2) == '\n')
            at += 3;
        else if (class == SLASH && (habit & SLASH_COMMENTS) && byte_at(x, at + 1) == '*')
            at = skip_to(x, at + 2, PL_LIT("*/"));
        else if (class == SLASH && (habit & SLASH_COMMENTS) && byte_at(x, at + 1) == '/')
            at = line_end(x, at);
        else if (class == HASH && (habit & HASH_COMMENTS))
            at = line_end(x, at);
        else
            break;
    }
    x->at = at;
}

/* Where a string that began at `from` (behind its quote) ends on this logical line; SIZE_MAX when it does not. */
static size_t quote_end(const struct pl_clit *x, size_t from, uint8_t quote, bool has_escapes)
{
    for (size_t i = from; i < x->text.n; i++) {
        uint8_t b = x->text.p[i];
        if (b == quote)
            return i;
        if (b == '\n')
            return SIZE_MAX;
        if (b == '\\' && has_escapes) {
            i++;
            if (byte_at(x, i) == '\r' && byte_at(x, i + 1) == '\n')
                i++;
        }
    }
    return SIZE_MAX;
}

/* Fill in a string whose body is [from, to) and that ends before `end`; the token began at `start`. */
static void set_string(struct pl_clit *x, struct pl_clit_token *out, size_t start, size_t from, size_t to,
                       size_t end, bool is_raw)
{
    out->kind = PL_CLIT_STRING;
    out->offset = start;
    out->length = end - start;
    out->body = pl_bytes_sub(x->text, from, to - from);
    out->is_raw = is_raw;
    x->at = end;
}

/* R"x( ... )x" with `at` on the quote. */
static bool take_c_raw(struct pl_clit *x, size_t start, size_t at, struct pl_clit_token *out)
{
    uint8_t end[18] = {')'};
    size_t n = 0;
    while (n < 16 && byte_at(x, at + 1 + n) != '(' && at + 1 + n < x->text.n) {
        uint8_t b = byte_at(x, at + 1 + n);
        if (b == ' ' || b == ')' || b == '\\' || b == '"' || b == '\n')
            return false;
        end[1 + n++] = b;
    }
    if (byte_at(x, at + 1 + n) != '(')
        return false;
    end[1 + n] = '"';
    size_t from = at + 2 + n;
    size_t stop = skip_to(x, from, pl_bytes_of(end, n + 2));
    bool is_closed = stop >= from + n + 2 && x->text.p[stop - 1] == '"';
    set_string(x, out, start, from, is_closed ? stop - n - 2 : stop, stop, true);
    return true;
}

/* r"..." and r#"..."# with `at` behind the r. */
static bool take_rust_raw(struct pl_clit *x, size_t start, size_t at, struct pl_clit_token *out)
{
    uint8_t end[9] = {'"', '#', '#', '#', '#', '#', '#', '#', '#'};
    size_t n = 0;
    while (n < 8 && byte_at(x, at + n) == '#')
        n++;
    if (byte_at(x, at + n) != '"')
        return false;
    size_t from = at + n + 1;
    size_t stop = skip_to(x, from, pl_bytes_of(end, n + 1));
    set_string(x, out, start, from, stop >= from + n + 1 ? stop - n - 1 : stop, stop, true);
    return true;
}

/* A quote at `at`; the token (with its prefix) began at `start`. False: the quote means nothing. */
static bool take_quoted(struct pl_clit *x, size_t start, size_t at, bool is_raw, struct pl_clit_token *out)
{
    unsigned habit = habits[x->family];
    uint8_t quote = x->text.p[at];
    if (quote == '`') {
        if (!(habit & BACKTICKS))
            return false;
        size_t stop = skip_to(x, at + 1, PL_LIT("`"));
        set_string(x, out, start, at + 1, stop > at + 1 && x->text.p[stop - 1] == '`' ? stop - 1 : stop, stop,
                   x->family == PL_CLIT_GO);
        return true;
    }
    if ((habit & TRIPLE_QUOTES) && byte_at(x, at + 1) == quote && byte_at(x, at + 2) == quote) {
        uint8_t end[3] = {quote, quote, quote};
        size_t stop = skip_to(x, at + 3, pl_bytes_of(end, 3));
        set_string(x, out, start, at + 3, stop >= at + 6 ? stop - 3 : stop, stop, is_raw);
        return true;
    }
    bool is_plain_shell = x->family == PL_CLIT_SHELL && quote == '\'';
    size_t end = quote_end(x, at + 1, quote, !is_plain_shell);
    if (end == SIZE_MAX)
        return false;
    if (quote == '\'' && !(habit & SINGLE_QUOTES)) {
        /* A character constant is short; a lifetime or an apostrophe is a byte like any other. */
        if (end - at > 12)
            return false;
        out->kind = PL_CLIT_OTHER;
        out->byte = quote;
        out->offset = start;
        out->length = end + 1 - start;
        x->at = end + 1;
        return true;
    }
    set_string(x, out, start, at + 1, end, end + 1, is_raw || is_plain_shell);
    return true;
}

/* A word that is really the prefix of a string: L"", u8"", R"()", b'', r#""#. */
static bool take_prefixed(struct pl_clit *x, size_t start, size_t end, struct pl_clit_token *out)
{
    unsigned habit = habits[x->family];
    pl_bytes word = pl_bytes_sub(x->text, start, end - start);
    uint8_t next = byte_at(x, end);
    if (word.n > 3 || end >= x->text.n)
        return false;
    bool has_r = word.p[word.n - 1] == 'R' || word.p[word.n - 1] == 'r' || (word.n > 1 && word.p[0] == 'r');
    for (size_t i = 0; i < word.n; i++)
        if (memchr("LuU8RrbBfF", word.p[i], 10) == NULL)
            return false;
    if ((habit & RUST_RAW) && has_r && (next == '#' || next == '"'))
        return take_rust_raw(x, start, end, out);
    if (next != '"' && !(next == '\'' && x->family == PL_CLIT_PYTHON))
        return false;
    if ((habit & C_RAW) && word.p[word.n - 1] == 'R')
        return take_c_raw(x, start, end, out);
    bool is_prefix = x->family == PL_CLIT_PYTHON || x->family == PL_CLIT_RUST ||
                     (x->family == PL_CLIT_C && (word.p[0] == 'L' || word.p[0] == 'u' || word.p[0] == 'U'));
    return is_prefix && take_quoted(x, start, end, has_r && x->family == PL_CLIT_PYTHON, out);
}

static void take_other(struct pl_clit *x, struct pl_clit_token *out)
{
    out->kind = PL_CLIT_OTHER;
    out->offset = x->at;
    out->length = 1;
    out->byte = x->text.p[x->at++];
}

bool pl_clit_next(struct pl_clit *x, struct pl_clit_token *out)
{
    skip_space(x);
    if (x->at >= x->text.n)
        return false;
    *out = (struct pl_clit_token){.is_first = x->is_line_start};
    x->is_line_start = false;
    size_t start = x->at;
    uint8_t class = classes[x->text.p[start]];
    if (class == QUOTE) {
        if (!take_quoted(x, start, start, false, out))
            take_other(x, out);
    } else if (class == WORD) {
        size_t end = start + 1;
        while (end < x->text.n && classes[x->text.p[end]] == WORD)
            end++;
        if (take_prefixed(x, start, end, out))
            return true;
        out->kind = PL_CLIT_WORD;
        out->offset = start;
        out->length = end - start;
        out->body = pl_bytes_sub(x->text, start, end - start);
        x->at = end;
    } else {
        take_other(x, out);
    }
    return true;
}

/* Up to `max` digits from `i` on; returns the position behind them. */
static size_t take_hex(pl_bytes s, size_t i, size_t max, uint32_t *value)
{
    *value = 0;
    for (size_t n = 0; n < max && i < s.n && pl_hex_value(s.p[i]) >= 0; n++, i++)
        *value = *value << 4 | (uint32_t)pl_hex_value(s.p[i]);
    return i;
}

/* One escape; `i` is behind the backslash. Returns the position behind the escape. */
static size_t decode_escape(pl_bytes s, size_t i, enum pl_clit_family family, struct pl_buf *out)
{
    static const char names[] = "abfnrtve0";
    static const char values[] = "\a\b\f\n\r\t\v\033";
    uint8_t b = s.p[i++];
    uint32_t value = 0;
    if (b == 'x') {
        i = take_hex(s, i, family == PL_CLIT_C ? 64 : 2, &value);
        pl_buf_add_byte(out, (uint8_t)value);
    } else if (b == 'u' || b == 'U') {
        bool is_braced = i < s.n && s.p[i] == '{';
        i = take_hex(s, i + is_braced, is_braced ? 6 : b == 'u' ? 4 : 8, &value);
        i += is_braced && i < s.n && s.p[i] == '}';
        pl_buf_add_utf8(out, value & 0x1fffff);
    } else if (b >= '0' && b <= '7') {
        value = b - '0';
        for (size_t n = 1; n < 3 && i < s.n && s.p[i] >= '0' && s.p[i] <= '7'; n++)
            value = value << 3 | (uint32_t)(s.p[i++] - '0');
        pl_buf_add_byte(out, (uint8_t)value);
    } else if (b == '\n' || (b == '\r' && i < s.n && s.p[i] == '\n')) {
        i += b == '\r'; /* a continued line; Rust goes on at its first byte that is no space */
        while (family == PL_CLIT_RUST && i < s.n && (classes[s.p[i]] == SPACE || s.p[i] == '\n'))
            i++;
    } else {
        const char *known = memchr(names, b, 8);
        pl_buf_add_byte(out, known == NULL ? b : (uint8_t)values[known - names]);
    }
    return i;
}

void pl_clit_decode(const struct pl_clit_token *token, enum pl_clit_family family, struct pl_buf *out)
{
    pl_bytes s = token->body;
    if (token->is_raw) {
        pl_buf_add(out, s);
        return;
    }
    size_t i = 0;
    while (i < s.n) {
        size_t back = pl_bytes_find_byte(s, '\\', i);
        size_t plain = (back == SIZE_MAX ? s.n : back) - i;
        pl_buf_add(out, pl_bytes_sub(s, i, plain));
        i += plain;
        if (i + 1 >= s.n)
            break;
        i = decode_escape(s, i + 1, family, out);
    }
}

bool pl_clit_is_byte(const struct pl_clit_token *t, uint8_t byte)
{
    return t->kind == PL_CLIT_OTHER && t->length == 1 && t->byte == byte;
}

size_t pl_clit_skip_list(struct pl_clit *lexer, size_t max_tokens)
{
    struct pl_clit ahead = *lexer;
    struct pl_clit_token t;
    size_t depth = 0;
    for (size_t n = 0; n < max_tokens && pl_clit_next(&ahead, &t); n++) {
        if (n == 0 && !pl_clit_is_byte(&t, '('))
            return 0;
        depth += pl_clit_is_byte(&t, '(');
        depth -= pl_clit_is_byte(&t, ')');
        if (depth == 0) {
            *lexer = ahead;
            return t.offset + t.length;
        }
    }
    return 0;
}
