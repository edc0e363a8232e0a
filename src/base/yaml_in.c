/*
 * yaml_in.c - a tree over libfyaml's events (YAML 1.2).
 *
 * The events and not libfyaml's own documents, since those resolve what is refused here. libfyaml gathers its complaints; it prints nothing.
 */
#include "base/yaml_in.h"

#include "base/quote.h"

#include <libfyaml.h>
#include <string.h>

/* Of one text; four were seen to make libfyaml take memory that it does not give back. */
#define MAX_DOUBLED_QUOTES 2u

struct builder {
    const char *name;
    struct pl_arena *arena;
    struct pl_err *err;
    struct pl_yaml *open[PL_YAML_MAX_DEPTH];
    struct pl_yaml *last[PL_YAML_MAX_DEPTH]; /* the newest in each */
    struct pl_yaml *keyed;                   /* a member of the innermost map that has no value yet */
    int depth;
    unsigned nodes;
    struct pl_yaml *root;
};

static pl_status refuse(struct builder *b, const struct fy_mark *at, const char *why)
{
    return pl_fail(b->err, PL_E_USAGE, at == NULL ? PL_NO_OFFSET : at->input_pos, "%s:%d:%d: %s", b->name,
                   at == NULL ? 1 : at->line + 1, at == NULL ? 1 : at->column + 1, why);
}

static void place(const struct fy_mark *at, uint32_t *line, uint32_t *column)
{
    *line = at == NULL ? 1 : (uint32_t)at->line + 1;
    *column = at == NULL ? 1 : (uint32_t)at->column + 1;
}

/* The node for a value that begins now: the member whose key was read, or one more of the open list, or the root. */
static pl_status begin_value(struct builder *b, const struct fy_mark *at, struct pl_yaml **out)
{
    struct pl_yaml *n = b->keyed;
    if (n == NULL) {
        if (b->depth == 0 && b->root != NULL)
            return refuse(b, at, "more than one value");
        if (++b->nodes > PL_YAML_MAX_NODES)
            return pl_fail(b->err, PL_E_LIMIT, PL_NO_OFFSET, "%s: more than %u values", b->name,
                           PL_YAML_MAX_NODES);
        n = pl_arena_take(b->arena, sizeof *n);
        if (n == NULL)
            return pl_arena_fail(b->arena, b->err);
        place(at, &n->line, &n->column);
        if (b->depth == 0)
            b->root = n;
        else if (b->last[b->depth - 1] == NULL)
            b->open[b->depth - 1]->first = n;
        else
            b->last[b->depth - 1]->next = n;
        if (b->depth > 0)
            b->last[b->depth - 1] = n;
    }
    b->keyed = NULL;
    place(at, &n->value_line, &n->value_column);
    n->text = "";
    *out = n;
    return PL_OK;
}

static bool wants_key(const struct builder *b)
{
    return b->depth > 0 && b->open[b->depth - 1]->kind == PL_YAML_MAP && b->keyed == NULL;
}

static pl_status read_key(struct builder *b, const struct fy_mark *at, const char *text)
{
    struct pl_yaml *n;
    for (n = b->open[b->depth - 1]->first; n != NULL; n = n->next)
        if (strcmp(n->key, text) == 0)
            return refuse(b, at, "this key stands twice");
    pl_status st = begin_value(b, at, &n);
    if (st != PL_OK)
        return st;
    n->key = text;
    b->keyed = n;
    return PL_OK;
}

static pl_status read_scalar(struct builder *b, const struct fy_event_scalar_data *s)
{
    const struct fy_mark *at = s->value == NULL ? NULL : fy_token_start_mark(s->value);
    size_t n = 0;
    const char *p = s->value == NULL ? "" : fy_token_get_text(s->value, &n);
    if (s->anchor != NULL || s->tag != NULL)
        return refuse(b, at, "anchors and tags are not allowed here");
    if (p == NULL)
        return pl_fail_nomem(b->err);
    pl_bytes text = pl_bytes_of(p, n);
    uint32_t code;
    for (size_t i = 0; i < n; i += pl_utf8_next(pl_bytes_from(text, i), &code))
        if (pl_utf8_next(pl_bytes_from(text, i), &code) == 0 ||
            (pl_is_unsafe_code_point(code) && code != '\n'))
            return refuse(b, at, "a control or invisible character");
    const char *kept = pl_arena_str(b->arena, text);
    if (kept == NULL)
        return pl_arena_fail(b->arena, b->err);
    if (wants_key(b))
        return read_key(b, at, kept);
    struct pl_yaml *node;
    pl_status st = begin_value(b, at, &node);
    if (st == PL_OK)
        node->text = kept;
    return st;
}

static pl_status open_value(struct builder *b, enum pl_yaml_kind kind, struct fy_token *token, bool is_plain)
{
    const struct fy_mark *at = token == NULL ? NULL : fy_token_start_mark(token);
    struct pl_yaml *n;
    if (!is_plain)
        return refuse(b, at, "anchors and tags are not allowed here");
    if (wants_key(b))
        return refuse(b, at, "a key must be plain text");
    if (b->depth == PL_YAML_MAX_DEPTH)
        return refuse(b, at, "nested too deep");
    pl_status st = begin_value(b, at, &n);
    if (st != PL_OK)
        return st;
    n->kind = kind;
    b->last[b->depth] = NULL;
    b->open[b->depth++] = n;
    return PL_OK;
}

static pl_status take_event(struct builder *b, const struct fy_event *e)
{
    switch (e->type) {
    case FYET_SCALAR: return read_scalar(b, &e->scalar);
    case FYET_SEQUENCE_START:
        return open_value(b, PL_YAML_LIST, e->sequence_start.sequence_start,
                          e->sequence_start.anchor == NULL && e->sequence_start.tag == NULL);
    case FYET_MAPPING_START:
        return open_value(b, PL_YAML_MAP, e->mapping_start.mapping_start,
                          e->mapping_start.anchor == NULL && e->mapping_start.tag == NULL);
    case FYET_SEQUENCE_END:
    case FYET_MAPPING_END: b->depth -= b->depth > 0; return PL_OK;
    case FYET_ALIAS: return refuse(b, fy_token_start_mark(e->alias.anchor), "aliases are not allowed here");
    default: return PL_OK;
    }
}

static pl_status fail_with_diagnosis(struct builder *b, struct fy_diag *diag)
{
    void *at = NULL;
    struct fy_diag_error *first = fy_diag_errors_iterate(diag, &at);
    pl_status st;
    if (first == NULL)
        st = pl_fail(b->err, PL_E_USAGE, PL_NO_OFFSET, "%s: not YAML", b->name);
    else
        st = pl_fail(b->err, PL_E_USAGE, PL_NO_OFFSET, "%s:%d:%d: %s", b->name,
                     first->line < 1 ? 1 : first->line, first->column < 1 ? 1 : first->column, first->msg);
    return st;
}

/* Its complaints are gathered, never printed. */
static void swallow(struct fy_diag *diag, void *user, const char *text, size_t n)
{
    (void)diag;
    (void)user;
    (void)text;
    (void)n;
}

static struct fy_diag *new_diag(void)
{
    struct fy_diag_cfg cfg;
    fy_diag_cfg_default(&cfg);
    cfg.fp = NULL;
    cfg.output_fn = swallow;
    struct fy_diag *diag = fy_diag_create(&cfg);
    if (diag != NULL)
        fy_diag_set_collect_errors(diag, true);
    return diag;
}

static pl_status read_events(struct builder *b, struct fy_parser *parser, struct fy_diag *diag)
{
    pl_status st = PL_OK;
    bool is_done = false;
    int documents = 0;
    while (st == PL_OK && !is_done) {
        struct fy_event *e = fy_parser_parse(parser);
        if (e == NULL)
            return fail_with_diagnosis(b, diag);
        is_done = e->type == FYET_STREAM_END;
        if (e->type == FYET_DOCUMENT_START) {
            struct fy_token *token = e->document_start.document_start;
            const struct fy_mark *mark = token == NULL ? NULL : fy_token_start_mark(token);
            if (++documents > 1)
                st = refuse(b, mark, "more than one document");
            else if (fy_document_state_version_explicit(e->document_start.document_state) ||
                     fy_document_state_tags_explicit(e->document_start.document_state))
                st = refuse(b, mark, "directives are not allowed here");
        } else {
            st = take_event(b, e);
        }
        fy_parser_event_free(parser, e);
    }
    return st;
}

/*
 * What libfyaml need not see: it does not come back from some directives with bytes that are no UTF-8, and loses memory over many quotes in one text
 * (0.7.12). Nobody misses either in a file of keys.
 */
static pl_status check_lines(pl_bytes text, const char *name, struct pl_err *err)
{
    unsigned line = 1;
    unsigned doubled = 0; /* quotes, in what is between two single ones */
    size_t begin = 0;
    for (size_t i = 0; i < text.n;) {
        uint32_t code;
        size_t n = pl_utf8_next(pl_bytes_from(text, i), &code);
        const char *why = NULL;
        pl_bytes rest = pl_bytes_from(text, i);
        if (n == 0 || (pl_is_unsafe_code_point(code) && code != '\n'))
            why = n == 0 ? "no UTF-8" : "a control or invisible character, or a tab: indent with blanks";
        else if (i == begin && (code == '%' || pl_bytes_starts(rest, PL_LIT("---")) ||
                                pl_bytes_starts(rest, PL_LIT("..."))))
            why = "directives and more than one document are not allowed here";
        if (code == '\'' && (i == 0 || text.p[i - 1] != '\'')) {
            size_t quotes = 1;
            while (quotes < rest.n && rest.p[quotes] == '\'')
                quotes++;
            doubled = (quotes % 2 == 0 ? doubled : 0) + (unsigned)(quotes / 2);
        }
        if (why == NULL && doubled > MAX_DOUBLED_QUOTES)
            why = "too many doubled quotes: write the text in double quotes";
        if (why != NULL)
            return pl_fail(err, PL_E_USAGE, i, "%s:%u:%zu: %s", name, line, i - begin + 1, why);
        i += n;
        if (code == '\n') {
            line++;
            begin = i;
        }
    }
    return PL_OK;
}

pl_status pl_yaml_read(pl_bytes text, const char *name, struct pl_arena *arena, struct pl_yaml **out,
                       struct pl_err *err)
{
    struct builder b = {.name = name, .arena = arena, .err = err};
    struct fy_parse_cfg cfg = {.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_DEFAULT_VERSION_1_2 |
                                        FYPCF_JSON_NONE};
    if (text.n > PL_YAML_MAX_BYTES)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "%s: more than %zu bytes", name, PL_YAML_MAX_BYTES);
    pl_status st = check_lines(text, name, err);
    if (st != PL_OK)
        return st;
    struct fy_diag *diag = new_diag();
    cfg.diag = diag;
    struct fy_parser *parser = diag == NULL ? NULL : fy_parser_create(&cfg);
    st = parser == NULL ? pl_fail_nomem(err) : PL_OK;
    if (st == PL_OK && text.n > 0 && fy_parser_set_string(parser, (const char *)text.p, text.n) != 0)
        st = pl_fail_nomem(err);
    if (st == PL_OK && text.n > 0)
        st = read_events(&b, parser, diag);
    fy_parser_destroy(parser);
    fy_diag_destroy(diag);
    if (st == PL_OK && b.root == NULL) {
        b.root = pl_arena_take(arena, sizeof *b.root);
        if (b.root == NULL)
            return pl_arena_fail(arena, err);
        *b.root = (struct pl_yaml){
            .kind = PL_YAML_MAP, .text = "", .line = 1, .column = 1, .value_line = 1, .value_column = 1};
    }
    if (st == PL_OK)
        *out = b.root;
    return st;
}
