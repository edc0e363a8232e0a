/*
 * literals_gather.c - one source file's literals, joined as a compiler joins them, its words and its macro texts.
 *
 * Neighbouring literals are one (C17 6.4.5 p. 5). A word between two literals is a macro: such a group is kept in parts, to be
 * joined when the macro's value is known. Recorded are
 *
 *     each run of neighbouring literals          RULE_EQUAL, and cut at its NULs RULE_NUL_PIECE
 *     each word                                  RULE_WORD
 *     runs of character constants, and numbers   RULE_CHARACTERS
 *     between them that a byte has room for
 *     the arguments of macro-like calls          RULE_MACRO_TEXT, as #x would write them, white space removed
 *     groups with macros, and values of macros   for literals_build.c
 */
#include "corpus/literals_set.h"
#include "format/text/clit.h"
#include "format/text/rust_format.h"
#include "format/text/words.h"

#include <stdlib.h>
#include <string.h>

#define CHARACTERS          4u
#define TEMPLATE_WORD_BYTES 6u
#define MAX_PARTS           64u
#define MAX_LITERAL_BYTES   (1u << 20)

enum define_state { NOT_DEFINE, AFTER_HASH, AFTER_DEFINE, IN_BODY_START, IN_BODY };

struct gatherer {
    struct gathered *g;
    const struct gather_text *of;
    enum pl_clit_family family;
    struct pl_buf joined; /* value of the present run of literals */
    uint32_t first_part;  /* of the present group */
    size_t texts_at;      /* where the texts of its parts begin */
    bool is_in_group;
    size_t group_at;  /* byte in the file where the group began */
    pl_bytes before;  /* the word just before, when it may be a macro */
    size_t call_from; /* bytes of `joined` before the argument of a marking call such as N_("...") */
    bool is_in_call;  /* inside of such a call */
    bool is_marker;   /* the word just before may be the name of one */
    bool is_directive;
    enum define_state define;
    pl_bytes define_name;
    size_t line_at; /* bytes of the file whose lines are counted */
    uint32_t line;
    struct pl_buf characters; /* of the present run of constants: 'a', 'b' */
    size_t characters_at;
    size_t macro_budget; /* bytes of call arguments that may still be read */
};

/* The beginning of a group is asked for when words behind it may have been counted already: lines are counted in both directions. */
static uint32_t line_of(struct gatherer *x, size_t at)
{
    if (x->of->line_1based != 0)
        return x->of->line_1based;
    while (x->line_at > at)
        x->line -= x->of->text.p[--x->line_at] == '\n';
    while (x->line_at < at) {
        const uint8_t *end = memchr(x->of->text.p + x->line_at, '\n', at - x->line_at);
        if (end == NULL) {
            x->line_at = at;
            break;
        }
        x->line_at = (size_t)(end - x->of->text.p) + 1;
        x->line++;
    }
    return x->line;
}

/* Does this language become machine code, so that its identifiers can be symbols? */
static bool is_compiled(const struct gatherer *x)
{
    bool is_cython = pl_bytes_ends(x->of->path, PL_LIT(".pyx")) || pl_bytes_ends(x->of->path, PL_LIT(".pxd"));
    return x->family == PL_CLIT_C || x->family == PL_CLIT_GO || x->family == PL_CLIT_RUST || is_cython;
}

/* What an entry of this kind is called where it stands in a header, an expansion or a script. */
static enum literal_rule kind_here(const struct gatherer *x, enum literal_rule kind)
{
    if (x->of->mode == GATHER_HEADER)
        return kind == RULE_WORD ? KIND_HEADER_WORD : RULE_HEADER;
    if (x->of->mode == GATHER_EXPANSION)
        return kind == RULE_WORD ? KIND_MACRO_WORD : RULE_MACRO;
    return kind == RULE_WORD && !is_compiled(x) ? KIND_SCRIPT_WORD : kind;
}

/*
 * Words come in millions, and nearly all have come before. Whether one has takes three misses of the cache in the large tables, so the last ones are kept
 * close together. A power of two.
 */
#define RECENT_TEXTS 4096u
#define RECENT_BYTES 24u

struct recent_text {
    uint32_t hash;
    uint8_t kind;      /* of the source, RULE_COUNT and above included */
    uint8_t kind_here; /* 0xff: the place is free */
    uint8_t mode;      /* and whether what is known is left out */
    uint8_t n;
    uint8_t bytes[RECENT_BYTES];
};

/* Where the text is or would be; NULL for one that is not kept. */
static struct recent_text *recent_of(struct gatherer *x, struct recent_text *t, enum literal_rule of_source,
                                     enum literal_rule kind, pl_bytes text)
{
    struct gathered *g = x->g;
    if (text.n > RECENT_BYTES)
        return NULL;
    if (g->recent == NULL) {
        g->recent = malloc(RECENT_TEXTS * sizeof *g->recent);
        if (g->recent == NULL)
            return NULL; /* it takes longer then */
        memset(g->recent, 0xff, RECENT_TEXTS * sizeof *g->recent);
    }
    uint64_t hash = pl_literal_hash(of_source, text);
    *t = (struct recent_text){.hash = (uint32_t)hash,
                              .kind = (uint8_t)of_source,
                              .kind_here = (uint8_t)kind,
                              .mode = (uint8_t)(2 * x->of->mode + (x->of->known != NULL)),
                              .n = (uint8_t)text.n};
    memcpy(t->bytes, text.p, text.n);
    return &g->recent[hash >> 32 & (RECENT_TEXTS - 1)];
}

static void add(struct gatherer *x, enum literal_rule of_source, pl_bytes text, size_t at)
{
    enum literal_rule kind = kind_here(x, of_source);
    struct recent_text t;
    if (text.n == 0 || text.n > MAX_LITERAL_BYTES)
        return;
    struct recent_text *recent = recent_of(x, &t, of_source, kind, text);
    if (recent != NULL && memcmp(recent, &t, sizeof t) == 0)
        return;
    if (recent != NULL)
        *recent = t; /* it is there in a moment */
    if (x->of->known != NULL && pl_literal_find(x->of->known, of_source, text) != NULL)
        return;
    /* Words come in thousands, mostly known ones: look before the line is counted. */
    if (pl_literal_find(&x->g->own, kind, text) != NULL)
        return;
    if (!pl_literal_add(&x->g->own, kind, text, x->of->file, line_of(x, at)))
        x->g->is_out_of_memory = true;
}

static void add_part(struct gatherer *x, pl_bytes text, bool is_macro)
{
    struct gathered_part *part = PL_VEC_ADD(&x->g->parts);
    uint64_t at = x->g->texts.n;
    pl_buf_add(&x->g->texts, text);
    if (part == NULL || x->g->texts.why != PL_OK) {
        x->g->is_out_of_memory = true;
        return;
    }
    *part = (struct gathered_part){at, (uint32_t)text.n, is_macro};
}

static void add_literal(struct gatherer *x, pl_bytes text, size_t at)
{
    add(x, RULE_EQUAL, text, at);
    if (x->family == PL_CLIT_GO)
        add(x, KIND_GO_TEXT, text, at);
}

/* The run of neighbouring literals is over: record it. */
static void end_run(struct gatherer *x)
{
    pl_bytes run = pl_buf_bytes(&x->joined);
    if (run.n > 0 && run.n <= MAX_LITERAL_BYTES) {
        add_literal(x, run, x->group_at);
        pl_bytes rest = run;
        pl_bytes piece;
        if (pl_bytes_find_byte(run, 0, 0) != SIZE_MAX)
            while (pl_bytes_split(&rest, 0, &piece))
                add(x, RULE_NUL_PIECE, piece, x->group_at);
        add_part(x, run, false);
    }
    pl_buf_clear(&x->joined);
}

static void end_group(struct gatherer *x)
{
    if (!x->is_in_group)
        return;
    end_run(x);
    x->is_in_group = false;
    uint32_t n = (uint32_t)(x->g->parts.n - x->first_part);
    bool is_value = x->define == IN_BODY && x->define_name.n > 0;
    bool has_macro = false;
    for (uint32_t i = 0; i < n; i++)
        has_macro = has_macro || x->g->parts.v[x->first_part + i].is_macro;
    if (n == 0 || n > MAX_PARTS || (!is_value && (!has_macro || n < 2))) {
        x->g->parts.n = x->first_part;
        x->g->texts.n = x->texts_at;
        return;
    }
    struct gathered_group *group = PL_VEC_ADD(&x->g->groups);
    if (group == NULL) {
        x->g->is_out_of_memory = true;
        return;
    }
    *group = (struct gathered_group){.first_part = x->first_part,
                                     .n_parts = n,
                                     .file = x->of->file,
                                     .line_1based = line_of(x, x->group_at)};
    if (is_value) {
        group->define = x->g->texts.n;
        group->define_length = (uint32_t)x->define_name.n;
        pl_buf_add(&x->g->texts, x->define_name);
        x->define_name.n = 0; /* one value a definition */
    }
}

static void start_group(struct gatherer *x, size_t at)
{
    x->is_in_group = true;
    x->group_at = at;
    x->first_part = (uint32_t)x->g->parts.n;
    x->texts_at = x->g->texts.n;
    pl_buf_clear(&x->joined);
}

/* Words that stand before or behind a literal and are no macro. */
static bool is_keyword(pl_bytes word)
{
    static const char *const keywords[] = {"return", "case", "extern",  "else",   "do",    "sizeof", "goto",
                                           "const",  "char", "include", "static", "throw", "define", "if",
                                           "in",     "not",  "and",     "or",     "asm",   "import", "from"};
    return pl_bytes_is_one_of(word, keywords, sizeof keywords / sizeof keywords[0]);
}

/* Names of macros that may write down their argument: all capitals, or of the assert family. */
static bool is_macro_like(pl_bytes word)
{
    bool is_likely = word.n >= 2;
    for (size_t i = 0; i < word.n && is_likely; i++)
        is_likely = !(word.p[i] >= 'a' && word.p[i] <= 'z');
    static const char *const checkers[] = {"assert", "assume", "assure", "affirm",
                                           "check",  "verify", "expect", "if_fail"};
    return is_likely || pl_bytes_has_one_of(word, checkers, sizeof checkers / sizeof checkers[0]);
}

struct macro_text {
    uint8_t whole[PL_LITERAL_MACRO_BYTES];
    size_t n;
    size_t argument; /* where the present top-level argument begins */
};

static bool append_dense(struct macro_text *t, pl_bytes token)
{
    for (size_t i = 0; i < token.n; i++) {
        if (token.p[i] == ' ' || token.p[i] == '\t' || token.p[i] == '\n' || token.p[i] == '\r')
            continue;
        if (t->n == sizeof t->whole)
            return false;
        t->whole[t->n++] = token.p[i];
    }
    return true;
}

/* The arguments of a call whose opening parenthesis was just read by `lexer` (a copy). */
static void gather_macro_text(struct gatherer *x, struct pl_clit lexer)
{
    struct pl_clit_token token;
    struct macro_text t = {.n = 0};
    size_t start = lexer.at;
    int depth = 1;
    lexer.text = pl_bytes_sub(lexer.text, 0, lexer.at + 2 * PL_LITERAL_MACRO_BYTES);
    while (x->macro_budget > 0 && pl_clit_next(&lexer, &token)) {
        size_t cost = lexer.at - start;
        pl_bytes raw = pl_bytes_sub(lexer.text, token.offset, token.length);
        uint8_t b = token.kind == PL_CLIT_OTHER && token.length == 1 ? token.byte : 0;
        depth += (b == '(') - (b == ')');
        if (depth == 0 || (depth == 1 && b == ',')) {
            if (t.n > t.argument + 2)
                add(x, RULE_MACRO_TEXT, pl_bytes_of(t.whole + t.argument, t.n - t.argument), start);
            if (depth == 0 && t.argument > 0)
                add(x, RULE_MACRO_TEXT, pl_bytes_of(t.whole, t.n), start);
            t.argument = t.n + 1;
        }
        if (depth == 0 || !append_dense(&t, raw)) {
            x->macro_budget -= cost < x->macro_budget ? cost : x->macro_budget;
            return;
        }
    }
    size_t cost = lexer.at - start;
    x->macro_budget -= cost < x->macro_budget ? cost : x->macro_budget;
}

/* Follow "#define NAME value"; true when the token belongs to the head of a directive. */
static bool in_directive_head(struct gatherer *x, const struct pl_clit_token *t, const struct pl_clit *lexer)
{
    if (t->is_first) {
        end_group(x);
        x->is_directive = x->family == PL_CLIT_C && t->kind == PL_CLIT_OTHER && t->byte == '#';
        x->define = x->is_directive ? AFTER_HASH : NOT_DEFINE;
        x->define_name.n = 0;
        return x->is_directive;
    }
    if (x->define == AFTER_HASH) {
        bool is_define = t->kind == PL_CLIT_WORD && pl_bytes_eq_str(t->body, "define");
        x->define = is_define ? AFTER_DEFINE : NOT_DEFINE;
        x->before.n = 0;
        return t->kind == PL_CLIT_WORD;
    }
    if (x->define == AFTER_DEFINE) {
        bool has_arguments = lexer->at < lexer->text.n && lexer->text.p[lexer->at] == '(';
        x->define_name = has_arguments ? pl_bytes_sub(t->body, 0, 0) : t->body;
        x->define = t->kind == PL_CLIT_WORD && !has_arguments ? IN_BODY_START : NOT_DEFINE;
        return true;
    }
    return false;
}

/*
 * A script may be a generator, and its texts templates of code: names of functions of C in them, which have an underscore, are kept. Loose: any text of a
 * script counts.
 */
static void take_template(struct gatherer *x, const struct pl_clit_token *t)
{
    bool is_script = x->family == PL_CLIT_PYTHON || x->family == PL_CLIT_SHELL || x->family == PL_CLIT_JS;
    pl_bytes rest = t->body;
    pl_bytes word;
    while (is_script && x->of->mode == GATHER_SOURCE && pl_words_next(&rest, &word))
        if (word.n >= TEMPLATE_WORD_BYTES && pl_bytes_find_byte(word, '_', 1) != SIZE_MAX)
            add(x, KIND_TEMPLATE_WORD, word, t->offset);
}

/* What stands between the places of values in a format string of Rust, of which each is a text of its own; println! ends the last one with a line. */
static void add_pieces(struct gatherer *x, pl_bytes text, size_t at)
{
    struct pl_buf piece;
    pl_buf_init(&piece, text.n + 2);
    while (pl_rust_format_next(&text, &piece)) {
        add(x, RULE_RUST_PIECE, pl_buf_bytes(&piece), at);
        pl_buf_clear(&piece);
    }
    add(x, RULE_RUST_PIECE, pl_buf_bytes(&piece), at);
    pl_buf_add_byte(&piece, '\n');
    add(x, RULE_RUST_PIECE, pl_buf_bytes(&piece), at);
    x->g->is_out_of_memory = x->g->is_out_of_memory || piece.why == PL_E_NOMEM;
    pl_buf_reset(&piece);
}

static void take_string(struct gatherer *x, const struct pl_clit_token *t)
{
    take_template(x, t);
    if (!x->is_in_group) {
        start_group(x, t->offset);
        if (x->before.n > 0)
            add_part(x, x->before, true);
    }
    size_t had = x->joined.n;
    pl_clit_decode(t, x->family, &x->joined);
    if (x->family != PL_CLIT_C && had > 0) {
        /* Other languages do not join neighbours, and Go only by a sign: each is its own. */
        pl_bytes both = pl_buf_bytes(&x->joined);
        pl_bytes last = pl_bytes_from(both, had);
        add_literal(x, last, t->offset);
    }
    if (x->family == PL_CLIT_RUST && x->of->mode == GATHER_SOURCE)
        add_pieces(x, pl_bytes_from(pl_buf_bytes(&x->joined), had), t->offset);
    x->before.n = 0;
}

/*
 * _("..."), N_("..."), TEXT("..."): calls that mark a literal and give it back. Between neighbours they change nothing, so the run goes
 * on behind them: N_("a") "\v" N_("b").
 */
static bool is_marking(pl_bytes word)
{
    bool is_short = word.n <= 3 && word.p[word.n - 1] == '_';
    return is_short || pl_bytes_eq_str(word, "_T") || pl_bytes_eq_str(word, "TEXT") ||
           pl_bytes_ends(word, PL_LIT("gettext_noop"));
}

/* True when the token opened or closed a marking call, which does not end a run. */
static bool take_call(struct gatherer *x, const struct pl_clit_token *t)
{
    bool is_open = t->length == 1 && t->byte == '(' && x->is_marker && !x->is_in_call;
    bool is_close = t->length == 1 && t->byte == ')' && x->is_in_call;
    if (is_open) {
        x->is_in_call = true;
        x->call_from = x->is_in_group ? x->joined.n : 0;
    } else if (is_close) {
        x->is_in_call = false;
        if (x->is_in_group && x->call_from < x->joined.n)
            add(x, RULE_EQUAL, pl_bytes_from(pl_buf_bytes(&x->joined), x->call_from), x->group_at);
    }
    return is_open || is_close;
}

static void take_word(struct gatherer *x, const struct pl_clit_token *t)
{
    add(x, RULE_WORD, t->body, t->offset);
    x->is_marker = x->family == PL_CLIT_C && is_marking(t->body);
    if (x->is_marker)
        return;
    bool is_macro = x->family == PL_CLIT_C && !is_keyword(t->body) && !pl_is_digit(t->body.p[0]);
    if (x->define == IN_BODY_START && is_macro)
        start_group(x, t->offset);
    if (x->is_in_group && is_macro) {
        end_run(x);
        add_part(x, t->body, true);
    } else {
        end_group(x);
    }
    x->before = is_macro && !x->is_in_group ? t->body : pl_bytes_sub(t->body, 0, 0);
}

/* {'a', 'b', 'c'}: an array that is a string but for its NUL. Four are enough to be taken for one. */
static void take_characters(struct gatherer *x, const struct pl_clit_token *t)
{
    pl_bytes raw = pl_bytes_sub(x->of->text, t->offset, t->length);
    bool is_constant = t->kind == PL_CLIT_OTHER && raw.n >= 3 && raw.p[0] == '\'' && raw.p[raw.n - 1] == '\'';
    bool is_comma = pl_clit_is_byte(t, ',');
    if (is_constant) {
        struct pl_clit_token inner = *t;
        if (x->characters.n == 0)
            x->characters_at = t->offset;
        inner.body = pl_bytes_sub(raw, 1, raw.n - 2);
        pl_clit_decode(&inner, x->family, &x->characters);
    } else if (!is_comma && x->characters.n > 0) {
        if (x->characters.n >= CHARACTERS)
            add(x, RULE_CHARACTERS, pl_buf_bytes(&x->characters), x->characters_at);
        pl_buf_clear(&x->characters);
    }
}

/* "a" + "b" in Go, which the compiler works out: The Go Programming Language Specification, "Constant expressions". */
static bool is_joint(const struct gatherer *x, const struct pl_clit_token *t)
{
    return x->family == PL_CLIT_GO && x->is_in_group && pl_clit_is_byte(t, '+');
}

static void take_token(struct gatherer *x, const struct pl_clit_token *t, struct pl_clit *lexer)
{
    if (x->family == PL_CLIT_C)
        take_characters(x, t);
    if (t->is_first && x->is_directive)
        end_group(x); /* a directive ends with its line */
    bool is_new_directive = t->is_first && t->kind == PL_CLIT_OTHER && t->byte == '#';
    if ((is_new_directive || (t->is_first && x->is_directive) || (x->is_directive && !t->is_first)) &&
        in_directive_head(x, t, lexer)) {
        if (t->kind == PL_CLIT_WORD)
            add(x, RULE_WORD, t->body, t->offset);
        x->before.n = 0;
        return;
    }
    switch (t->kind) {
    case PL_CLIT_STRING: take_string(x, t); break;
    case PL_CLIT_WORD: take_word(x, t); break;
    case PL_CLIT_OTHER:
        if (take_call(x, t) || is_joint(x, t))
            break;
        end_group(x);
        x->is_in_call = false;
        x->before.n = 0;
        break;
    }
    if (t->kind != PL_CLIT_WORD)
        x->is_marker = false;
    if (x->define == IN_BODY_START)
        x->define = IN_BODY;
}

void pl_literals_gather(struct gathered *g, const struct gather_text *t)
{
    struct pl_clit lexer;
    struct pl_clit_token token;
    bool is_source = t->mode == GATHER_SOURCE;
    struct gatherer x = {
        .g = g, .of = t, .line = 1, .family = is_source ? pl_clit_family_of(t->path) : PL_CLIT_C};
    pl_bytes word = {NULL, 0};
    if (x.family == PL_CLIT_NONE)
        return;
    x.macro_budget = is_source ? 4 * t->text.n : 0;
    pl_buf_init(&x.joined, t->text.n * 4 + 64);
    pl_buf_init(&x.characters, t->text.n * 4 + 64);
    pl_clit_init(&lexer, t->text, x.family);
    while (!g->is_out_of_memory && pl_clit_next(&lexer, &token)) {
        take_token(&x, &token, &lexer);
        bool is_call = pl_clit_is_byte(&token, '(');
        bool has_macros = x.family == PL_CLIT_C || x.family == PL_CLIT_RUST;
        if (is_call && is_source && word.n > 0 && has_macros && is_macro_like(word))
            gather_macro_text(&x, lexer);
        if (x.family == PL_CLIT_RUST && pl_clit_is_byte(&token, '!'))
            continue; /* assert!(...) */
        word = token.kind == PL_CLIT_WORD ? token.body : pl_bytes_sub(t->text, 0, 0);
    }
    end_group(&x);
    g->is_out_of_memory = g->is_out_of_memory || x.joined.why == PL_E_NOMEM ||
                          x.characters.why == PL_E_NOMEM || g->texts.why == PL_E_NOMEM;
    pl_buf_reset(&x.joined);
    pl_buf_reset(&x.characters);
}
