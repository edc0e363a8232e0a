/*
 * source_objc.c - methods of Objective-C, and the selectors that messages name.
 *
 *     @implementation Class (Category)
 *     - (void)foo:(int)x bar:(id)y { ... }        is Class::foo:bar:
 *     @end
 *
 * What stands outside @implementation is C. A message [receiver foo:x bar:y] has the string "foo:bar:", which is how the linker finds a
 * method. @interface and @protocol declare only.
 *
 * Source: The Objective-C Programming Language (Apple); GCC, Objective-C features.
 */
#include "feature/source_read.h"

#define MAX_MESSAGE_PARTS 16u /* words of a selector */

static bool is(const struct pl_source_reader *r, uint32_t i, const char *word)
{
    return r->t[i].kind == PL_TOKEN_WORD && pl_bytes_eq_str(pl_source_symbol_at(r, i)->text, word);
}

static bool is_at(const struct pl_source_reader *r, uint32_t i, const char *word)
{
    return r->t[i].kind == '@' && is(r, i + 1, word);
}

static bool is_opener(uint8_t kind)
{
    return kind == '(' || kind == '[' || kind == '{';
}

/*
 * The selector of the message in the brackets at `open`: what follows the receiver. Its words are marked as local for the walk that comes
 * behind, which is true enough: they are names of nothing else.
 */
bool pl_source_emit_selector(struct pl_source_reader *r, uint32_t open, uint32_t close)
{
    uint32_t i = open + 1;
    unsigned parts = 0;
    pl_source_clear(r, &r->joined);
    while (i < close && (r->t[i].kind == '@' || r->t[i].kind == '*' || r->t[i].kind == '&'))
        i++;
    if (i < close && r->t[i].kind == '(') /* a cast, or the receiver */
        i = pl_source_skip(r, i, close);
    for (i = is_opener(r->t[i].kind) ? pl_source_skip(r, i, close) : i + (r->t[i - 1].kind != ')');
         i < close;) {
        uint8_t before = r->t[i - 1].kind;
        bool is_word = r->t[i].kind == PL_TOKEN_WORD;
        bool follows = before == PL_TOKEN_WORD || before == ')' || before == ']' ||
                       before == PL_TOKEN_STRING || before == PL_TOKEN_NUMBER || before == '}';
        bool is_part = is_word && follows && (r->t[i + 1].kind == ':' || (i + 1 == close && parts == 0));
        if (is_part && parts < MAX_MESSAGE_PARTS) {
            pl_buf_add(&r->joined, pl_source_symbol_at(r, i)->text);
            if (r->t[i + 1].kind == ':')
                pl_buf_add_byte(&r->joined, ':');
            parts++;
        }
        i = is_opener(r->t[i].kind) ? pl_source_skip(r, i, close) : i + 1;
    }
    if (parts == 0)
        return false;
    pl_source_emit_text(r, PL_ATOM_STRING, open, pl_source_keep(r, &r->joined));
    return true;
}

/* - (type)foo:(int)x bar:(id)y { with the sign at `i`. Returns the token behind the method, or 0 when it has no body. */
static uint32_t read_method(struct pl_source_reader *r, uint32_t i, uint32_t to)
{
    uint32_t first = i;
    uint16_t n = 0;
    i += r->t[i + 1].kind == '(' ? pl_source_skip(r, i + 1, to) - i : 1;
    pl_source_clear(r, &r->joined);
    pl_source_new_function(r);
    for (; i < to && r->t[i].kind != '{' && r->t[i].kind != ';' && r->t[i].kind != '@'; i++) {
        if (r->t[i].kind == '(') {
            i = pl_source_skip(r, i, to) - 1;
        } else if (r->t[i].kind == PL_TOKEN_WORD &&
                   (r->t[i + 1].kind == ':' || (n == 0 && r->joined.n == 0))) {
            pl_buf_add(&r->joined, pl_source_symbol_at(r, i)->text);
            n += r->t[i + 1].kind == ':';
            if (r->t[i + 1].kind == ':')
                pl_buf_add_byte(&r->joined, ':');
        } else if (r->t[i].kind == PL_TOKEN_WORD) {
            r->lex.symbols.v[r->t[i].link].local_of = r->function;
        }
    }
    if (i >= to || r->t[i].kind != '{' || r->joined.n == 0)
        return 0;
    uint32_t end = pl_source_skip(r, i, to);
    size_t number = pl_source_begin(r, PL_DEFINITION_FUNCTION, pl_source_keep(r, &r->joined), first, end);
    if (number == SIZE_MAX || r->why != PL_OK)
        return end;
    r->definitions.v[number].n_parameters = n;
    r->definitions.v[number].n_tokens = end - i;
    pl_source_body(r, i + 1, end - 1);
    pl_source_end(r, number);
    return end;
}

static uint32_t find_end(const struct pl_source_reader *r, uint32_t i, uint32_t to)
{
    while (i < to && !is_at(r, i, "end"))
        i++;
    return i;
}

/* What is between @implementation and @end: methods, and C between them. */
static uint32_t read_implementation(struct pl_source_reader *r, uint32_t i, uint32_t to)
{
    uint32_t stop = find_end(r, i, to);
    r->scope = i + 2 < to ? pl_source_symbol_at(r, i + 2)->text : (pl_bytes){0};
    i = i + 3 < stop ? i + 3 : stop;
    while (i < stop && (r->t[i].kind == '(' || r->t[i].kind == '{')) /* category, members */
        i = pl_source_skip(r, i, stop);
    uint32_t from = i;
    while (i < stop && r->why == PL_OK) {
        bool begins = (r->t[i].kind == '-' || r->t[i].kind == '+') && (r->t[i].flags & PL_TOKEN_FIRST);
        uint32_t behind = begins ? read_method(r, i, stop) : 0;
        if (behind != 0) {
            pl_bytes scope = r->scope;
            r->scope = (pl_bytes){0};
            pl_source_read_c(r, from, i);
            r->scope = scope;
            from = i = behind;
        } else {
            i = is_opener(r->t[i].kind) ? pl_source_skip(r, i, stop) : i + 1;
        }
    }
    r->scope = (pl_bytes){0};
    pl_source_read_c(r, from, stop);
    return stop + 2 < to ? stop + 2 : to;
}

void pl_source_read_objc(struct pl_source_reader *r, uint32_t from, uint32_t to)
{
    uint32_t i = from;
    while (i < to && r->why == PL_OK) {
        bool declares = is_at(r, i, "interface") ||
                        (is_at(r, i, "protocol") && r->t[i + 3].kind != ';' && r->t[i + 3].kind != ',');
        if (!declares && !is_at(r, i, "implementation")) {
            i++;
            continue;
        }
        pl_source_read_c(r, from, i);
        i = declares ? find_end(r, i, to) + 2 : read_implementation(r, i, to);
        i = i < to ? i : to;
        from = i;
    }
    pl_source_read_c(r, from, to);
}
