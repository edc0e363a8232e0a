/*
 * lex.c - the table of languages, and what their lexers share.
 *
 * clit.c is the older lexer for the literals of compiled languages; these are the languages that are shipped as text.
 *
 * Source: the references of the languages; ECMA-262 (2024) 12.9.4 for the escapes.
 */
#include "format/text/lex.h"
#include "format/text/lex_family.h"

#include <string.h>

static const struct pl_lex_language languages[] = {
    {"declarations", ".d.ts .d.mts .d.cts", "",
     PL_LEX_KEEPS_NAMES | PL_LEX_SLASH_COMMENTS | PL_LEX_TYPES | PL_LEX_IS_DATA, pl_lex_js_next},
    {"javascript", ".js .mjs .cjs .es6 .jsm .flow", "node nodejs bun deno",
     PL_LEX_SLASH_COMMENTS | PL_LEX_JSX, pl_lex_js_next},
    {"jsx", ".jsx .tsx", "", PL_LEX_SLASH_COMMENTS | PL_LEX_JSX | PL_LEX_TYPES, pl_lex_js_next},
    {"typescript", ".ts .mts .cts", "ts-node tsx", PL_LEX_SLASH_COMMENTS | PL_LEX_TYPES, pl_lex_js_next},
    {"json", ".json .json5 .jsonc .map .webmanifest", "",
     PL_LEX_KEEPS_NAMES | PL_LEX_SLASH_COMMENTS | PL_LEX_IS_DATA, pl_lex_plain_next},
    {"css", ".css .scss .sass .less .pcss", "",
     PL_LEX_KEEPS_NAMES | PL_LEX_STAR_COMMENTS | PL_LEX_DASHED_WORDS | PL_LEX_OPEN_QUOTES, pl_lex_plain_next},
    {"html", ".html .htm .xhtml .svg .xml .vue .svelte", "", PL_LEX_KEEPS_NAMES, pl_lex_markup_next},
    {"python", ".py .pyw .pyi .pyx", "python python2 python3 pypy",
     PL_LEX_KEEPS_NAMES | PL_LEX_HASH_COMMENTS | PL_LEX_TRIPLE_QUOTES | PL_LEX_PREFIXES, pl_lex_plain_next},
    {"lua", ".lua", "lua luajit", PL_LEX_KEEPS_NAMES | PL_LEX_DASH_COMMENTS | PL_LEX_LONG_BRACKETS,
     pl_lex_plain_next},
    {"m4", ".m4 .ac", "m4",
     PL_LEX_KEEPS_NAMES | PL_LEX_HASH_COMMENTS | PL_LEX_DNL_COMMENTS | PL_LEX_M4_QUOTES, pl_lex_plain_next},
    {"make", ".mk .mak .am Makefile makefile GNUmakefile", "make",
     PL_LEX_KEEPS_NAMES | PL_LEX_HASH_COMMENTS | PL_LEX_DASHED_WORDS, pl_lex_shell_next},
    {"shell", ".sh .bash .zsh .ksh configure", "sh bash dash zsh ksh ash",
     PL_LEX_KEEPS_NAMES | PL_LEX_HASH_COMMENTS | PL_LEX_OPEN_QUOTES | PL_LEX_HEREDOCS | PL_LEX_DASHED_WORDS,
     pl_lex_shell_next},
    {"perl", ".pl .pm .t", "perl",
     PL_LEX_KEEPS_NAMES | PL_LEX_HASH_COMMENTS | PL_LEX_OPEN_QUOTES | PL_LEX_HEREDOCS | PL_LEX_QUOTE_LIKE |
         PL_LEX_BACKTICKS,
     pl_lex_shell_next},
    {"ruby", ".rb .gemspec .rake Rakefile Gemfile", "ruby",
     PL_LEX_KEEPS_NAMES | PL_LEX_HASH_COMMENTS | PL_LEX_OPEN_QUOTES | PL_LEX_HEREDOCS | PL_LEX_QUOTE_LIKE |
         PL_LEX_BACKTICKS,
     pl_lex_shell_next},
};

#define S   PL_LEX_C_SPACE
#define L   PL_LEX_C_LINE
#define W   PL_LEX_C_WORD
#define D   PL_LEX_C_DIGIT
#define Q   PL_LEX_C_QUOTE
#define W8  W, W, W, W, W, W, W, W
#define W64 W8, W8, W8, W8, W8, W8, W8, W8
const uint8_t pl_lex_classes[256] = {
    0,   0,   0, 0, 0, 0, 0, 0, 0, S, L, S, S, S, 0, 0, /* 0x00 */
    0,   0,   0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* 0x10 */
    S,   0,   Q, 0, W, 0, 0, Q, 0, 0, 0, 0, 0, 0, 0, 0, /* 0x20: $ is of words */
    D,   D,   D, D, D, D, D, D, D, D, 0, 0, 0, 0, 0, 0, /* 0x30 */
    0,   W,   W, W, W, W, W, W, W, W, W, W, W, W, W, W, /* 0x40 */
    W,   W,   W, W, W, W, W, W, W, W, W, 0, 0, 0, 0, W, /* 0x50 */
    Q,   W,   W, W, W, W, W, W, W, W, W, W, W, W, W, W, /* 0x60 */
    W,   W,   W, W, W, W, W, W, W, W, W, 0, 0, 0, 0, 0, /* 0x70 */
    W64, W64,
};
#undef S
#undef L
#undef W
#undef D
#undef Q
#undef W8
#undef W64

const struct pl_lex_language *pl_lex_language_at(size_t i)
{
    return i < sizeof languages / sizeof languages[0] ? &languages[i] : NULL;
}

const struct pl_lex_language *pl_lex_language_named(const char *name)
{
    for (size_t i = 0; pl_lex_language_at(i) != NULL; i++)
        if (strcmp(languages[i].name, name) == 0)
            return &languages[i];
    return NULL;
}

/* Is one of the words of `list` the end of `name`, or all of it where it has no dot? */
static bool has_suffix(const char *list, pl_bytes name)
{
    pl_bytes rest = pl_bytes_of_str(list);
    pl_bytes word;
    while (pl_bytes_split(&rest, ' ', &word))
        if (word.n > 0 && (word.p[0] == '.' ? pl_bytes_ends(name, word) : pl_bytes_eq(name, word)))
            return true;
    return false;
}

static bool has_word(const char *list, pl_bytes name)
{
    pl_bytes rest = pl_bytes_of_str(list);
    pl_bytes word;
    while (pl_bytes_split(&rest, ' ', &word))
        if (word.n > 0 && pl_bytes_eq(name, word))
            return true;
    return false;
}

/* "python3" of "#!/usr/bin/env python3 -E". */
static pl_bytes interpreter_of(pl_bytes text)
{
    pl_bytes line = pl_bytes_sub(text, 0, 256);
    pl_bytes word;
    pl_bytes name = pl_bytes_sub(text, 0, 0);
    if (!pl_bytes_starts(line, PL_LIT("#!")))
        return name;
    line = pl_bytes_sub(line, 2, pl_bytes_find_byte(line, '\n', 0) - 2);
    while (pl_bytes_split(&line, ' ', &word)) {
        word = pl_bytes_basename(pl_bytes_trim(word));
        if (word.n == 0 || word.p[0] == '-' || pl_bytes_eq_str(word, "env"))
            continue;
        name = word;
        break;
    }
    /* python3.11 is python3 */
    size_t dot = pl_bytes_find_byte(name, '.', 0);
    return pl_bytes_sub(name, 0, dot);
}

const struct pl_lex_language *pl_lex_language_of(pl_bytes path, pl_bytes text)
{
    pl_bytes name = pl_bytes_basename(path);
    if (pl_bytes_ends(name, PL_LIT(".in")))
        name = pl_bytes_sub(name, 0, name.n - 3);
    for (size_t i = 0; pl_lex_language_at(i) != NULL; i++)
        if (has_suffix(languages[i].suffixes, name))
            return &languages[i];
    pl_bytes interpreter = interpreter_of(text);
    for (size_t i = 0; interpreter.n > 0 && pl_lex_language_at(i) != NULL; i++)
        if (has_word(languages[i].interpreters, interpreter))
            return &languages[i];
    return NULL;
}

void pl_lex_init(struct pl_lex *x, pl_bytes text, const struct pl_lex_language *language)
{
    x->text = text;
    x->language = language;
    x->at = pl_bytes_starts(text, PL_LIT("\xef\xbb\xbf")) ? 3 : 0;
    memset(x->no_close_before, 0, sizeof x->no_close_before);
    x->parens = 0;
    x->is_first = true;
    x->may_be_regex = true;
    x->is_after_control = false;
    x->is_in_tag = false;
    x->raw_text = 0;
    x->depth = 0;
    x->heredoc_at = 0;
    x->heredoc_tag = pl_bytes_sub(text, 0, 0);
}

bool pl_lex_next(struct pl_lex *x, struct pl_lex_token *out)
{
    if (x->at == 0 && pl_bytes_starts(x->text, PL_LIT("#!")))
        return pl_lex_take(x, out, PL_LEX_COMMENT, 0, pl_lex_line_end(x, 0));
    return x->language->next(x, out);
}

void pl_lex_skip_blanks(struct pl_lex *x)
{
    while (x->at < x->text.n) {
        uint8_t class = pl_lex_classes[x->text.p[x->at]];
        if (class == PL_LEX_C_LINE)
            x->is_first = true;
        else if (class != PL_LEX_C_SPACE)
            return;
        x->at++;
    }
}

size_t pl_lex_word_end(const struct pl_lex *x, size_t at)
{
    while (at < x->text.n) {
        uint8_t class = pl_lex_classes[x->text.p[at]];
        if (class != PL_LEX_C_WORD && class != PL_LEX_C_DIGIT)
            break;
        at++;
    }
    return at;
}

size_t pl_lex_number_end(const struct pl_lex *x, size_t at)
{
    bool is_hex = pl_lex_byte(x, at) == '0' && (pl_lex_byte(x, at + 1) | 0x20) == 'x';
    bool has_dot = false;
    while (at < x->text.n) {
        uint8_t b = x->text.p[at];
        uint8_t class = pl_lex_classes[b];
        if (class == PL_LEX_C_DIGIT || class == PL_LEX_C_WORD) {
            bool is_exponent = (b | 0x20) == 'e' && !is_hex;
            uint8_t sign = pl_lex_byte(x, at + 1);
            at += is_exponent && (sign == '-' || sign == '+') && pl_lex_class(x, at + 2) == PL_LEX_C_DIGIT
                      ? 2
                      : 1;
        } else if (b == '.' && !has_dot && pl_lex_byte(x, at + 1) != '.') {
            has_dot = true;
            at++;
        } else {
            break;
        }
    }
    return at;
}

size_t pl_lex_line_end(const struct pl_lex *x, size_t at)
{
    size_t end = pl_bytes_find_byte(x->text, '\n', at);
    return end == SIZE_MAX ? x->text.n : end;
}

size_t pl_lex_behind(const struct pl_lex *x, size_t at, pl_bytes end)
{
    size_t found = pl_bytes_find(x->text, end, at);
    return found == SIZE_MAX ? x->text.n : found + end.n;
}

size_t pl_lex_quote_end(struct pl_lex *x, size_t from, uint8_t quote, bool has_escapes, bool may_go_on)
{
    size_t *no_close_before = &x->no_close_before[quote == '"'    ? 0
                                                  : quote == '\'' ? 1
                                                  : quote == '`'  ? 2
                                                                  : 3];
    size_t i = from;
    if (from < *no_close_before)
        return SIZE_MAX;
    for (; i < x->text.n; i++) {
        uint8_t b = x->text.p[i];
        if (b == quote)
            return i;
        if (b == '\n' && !may_go_on)
            break;
        if (b == '\\' && has_escapes) {
            i++;
            if (pl_lex_byte(x, i) == '\r' && pl_lex_byte(x, i + 1) == '\n')
                i++;
        }
    }
    *no_close_before = i;
    return SIZE_MAX;
}

bool pl_lex_take(struct pl_lex *x, struct pl_lex_token *out, enum pl_lex_kind kind, size_t start, size_t end)
{
    return pl_lex_take_body(x, out, kind, start, start, end, end);
}

bool pl_lex_take_body(struct pl_lex *x, struct pl_lex_token *out, enum pl_lex_kind kind, size_t start,
                      size_t from, size_t to, size_t end)
{
    if (to > x->text.n)
        to = x->text.n;
    if (end > x->text.n)
        end = x->text.n;
    *out = (struct pl_lex_token){.offset = start,
                                 .length = end - start,
                                 .body = {x->text.p + from, to > from ? to - from : 0},
                                 .kind = kind,
                                 .byte = x->text.p[start],
                                 .is_first = x->is_first};
    x->at = end;
    if (kind != PL_LEX_COMMENT)
        x->is_first = false;
    return true;
}

/* Up to `max` hex digits at b[at]; the number of them, with their value in *value. */
static size_t take_hex(pl_bytes b, size_t at, size_t max, uint32_t *value)
{
    size_t n = 0;
    *value = 0;
    while (n < max && at + n < b.n && pl_hex_value(b.p[at + n]) >= 0)
        *value = *value << 4 | (uint32_t)pl_hex_value(b.p[at + n++]);
    return n;
}

/* \uXXXX or \u{X}, behind the u; how many bytes, 0 for none. */
static size_t take_unicode(pl_bytes b, size_t at, uint32_t *c)
{
    if (at < b.n && b.p[at] == '{') {
        size_t n = take_hex(b, at + 1, 6, c);
        return n > 0 && at + 1 + n < b.n && b.p[at + 1 + n] == '}' && *c <= 0x10ffff ? n + 2 : 0;
    }
    return take_hex(b, at, 4, c) == 4 ? 4 : 0;
}

/* What \xff or \377 says: a character, or in a literal of bytes one byte. */
static void add_value(uint32_t c, bool is_bytes, struct pl_buf *out)
{
    if (is_bytes)
        pl_buf_add_byte(out, (uint8_t)c);
    else
        pl_buf_add_utf8(out, c);
}

/* One escape whose backslash stands at `at`; the byte after it. */
static size_t decode_escape(pl_bytes b, size_t at, bool is_bytes, struct pl_buf *out)
{
    static const char from[] = "nrtbfv0a";
    static const char to[] = "\n\r\t\b\f\v\0\a";
    uint8_t e = at + 1 < b.n ? b.p[at + 1] : '\\';
    uint32_t c;
    size_t n;
    if (e == '\n')
        return at + 2;
    if (e == '\r')
        return at + 2 + (at + 2 < b.n && b.p[at + 2] == '\n');
    if (e == 'x' && take_hex(b, at + 2, 2, &c) == 2) {
        add_value(c, is_bytes, out);
        return at + 4;
    }
    if (e == 'u' && !is_bytes && (n = take_unicode(b, at + 2, &c)) > 0) {
        size_t end = at + 2 + n;
        uint32_t low;
        bool is_pair = c >= 0xd800 && c < 0xdc00 && end + 1 < b.n && b.p[end] == '\\' && b.p[end + 1] == 'u';
        size_t more = is_pair ? take_unicode(b, end + 2, &low) : 0;
        if (more > 0 && low >= 0xdc00 && low < 0xe000) {
            c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
            end += 2 + more;
        }
        pl_buf_add_utf8(out, c);
        return end;
    }
    if (e >= '0' && e <= '7') {
        c = 0;
        for (n = 0; n < 3 && at + 1 + n < b.n && b.p[at + 1 + n] >= '0' && b.p[at + 1 + n] <= '7'; n++)
            c = c * 8 + (uint32_t)(b.p[at + 1 + n] - '0');
        add_value(c & 0xff, is_bytes, out);
        return at + 1 + n;
    }
    const char *known = memchr(from, e, sizeof from - 1);
    pl_buf_add_byte(out, known == NULL ? e : (uint8_t)to[known - from]);
    return at + 2;
}

/* Text between tags: lines are trimmed and joined by one blank, as JSX has it; entities stay. */
static void decode_text(pl_bytes body, struct pl_buf *out)
{
    pl_bytes line;
    bool has_before = false;
    while (pl_bytes_line(&body, &line)) {
        bool is_last = body.n == 0;
        pl_bytes trimmed = pl_bytes_trim(line);
        if (trimmed.n == 0)
            continue;
        if (has_before)
            pl_buf_add_byte(out, ' ');
        pl_buf_add(out, is_last && !has_before ? line : trimmed);
        has_before = true;
    }
}

bool pl_lex_has_escapes(const struct pl_lex_token *t, const struct pl_lex_language *language)
{
    (void)language; /* all of them escape with a backslash */
    if (t->kind == PL_LEX_TEXT)
        return pl_bytes_find_byte(t->body, '\n', 0) != SIZE_MAX;
    if (t->kind == PL_LEX_CHUNK && memchr(t->body.p, '\r', t->body.n) != NULL)
        return true;
    return !t->is_raw && t->body.n > 0 && memchr(t->body.p, '\\', t->body.n) != NULL;
}

void pl_lex_decode(const struct pl_lex_token *t, const struct pl_lex_language *language, struct pl_buf *out)
{
    if (!pl_lex_has_escapes(t, language)) {
        pl_buf_add(out, t->body);
        return;
    }
    if (t->kind == PL_LEX_TEXT) {
        decode_text(t->body, out);
        return;
    }
    for (size_t i = 0; i < t->body.n;) {
        uint8_t b = t->body.p[i];
        if (b == '\\') {
            i = decode_escape(t->body, i, t->is_bytes, out);
        } else if (b == '\r' && t->kind == PL_LEX_CHUNK) {
            pl_buf_add_byte(out, '\n');
            i += 1 + (i + 1 < t->body.n && t->body.p[i + 1] == '\n');
        } else {
            pl_buf_add_byte(out, b);
            i++;
        }
    }
}
