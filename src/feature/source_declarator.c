/*
 * source_declarator.c - what a declaration declares: the name before the parameters, before the `=`, before the brace of a type.
 *
 * Nothing is known of macros here, but that their names are mostly in capitals.
 *
 * Source: C17 6.7 and 6.9; C++20 [dcl.decl]; the GNU C manual.
 */
#include "feature/source_scope.h"

#define MAX_BETTER 256u /* tokens that are looked at for a better group */

bool pl_source_is_group_word(const struct pl_source_reader *r, uint32_t i)
{
    enum pl_word word = pl_source_word_at(r, i);
    return word == PL_WORD_ATTRIBUTE || word == PL_WORD_ASM || word == PL_WORD_SIZEOF ||
           word == PL_WORD_ASSERT;
}

/* May (open, close) hold parameters? Not of ((x)) nor of (1): those are a macro's. */
static bool may_be_parameters(const struct pl_source_reader *r, uint32_t open, uint32_t close)
{
    uint8_t kind = r->t[open + 1].kind;
    if (kind == '(')
        return r->t[open + 1].link + 1 != close;
    return kind != PL_TOKEN_NUMBER && kind != PL_TOKEN_STRING;
}

bool pl_source_is_macro_like(const struct pl_source_reader *r, uint32_t i)
{
    return pl_source_symbol_at(r, i)->is_upper;
}

/* The first, or last, plain name in (open, close), at any depth. */
uint32_t pl_source_first_name(const struct pl_source_reader *r, uint32_t open, uint32_t close)
{
    for (uint32_t i = open + 1; i < close; i++)
        if (pl_source_is_name(r, i))
            return i;
    return 0;
}

uint32_t pl_source_last_name(const struct pl_source_reader *r, uint32_t open, uint32_t close)
{
    for (uint32_t i = close - 1; i > open; i--)
        if (pl_source_is_name(r, i))
            return i;
    return 0;
}

/* `open` begins a group with another group behind it: (name)(..), MACRO(name)(..), (*name(..))(..). */
static struct pl_declarator declarator_of_two(const struct pl_source_reader *r, uint32_t open, uint32_t close,
                                              uint32_t end)
{
    struct pl_declarator d = {.open = close + 1, .close = pl_source_close(r, close + 1, end)};
    if (d.close == 0)
        return (struct pl_declarator){0};
    if (r->t[open + 1].kind == '*') {
        for (uint32_t i = open + 2; i + 1 < close; i++)
            if (pl_source_is_name(r, i) && r->t[i + 1].kind == '(') {
                d = (struct pl_declarator){
                    .name = i, .open = i + 1, .close = pl_source_close(r, i + 1, close)};
                return d.close == 0 ? (struct pl_declarator){0} : d;
            }
        return (struct pl_declarator){0};
    }
    d.name = pl_source_first_name(r, open, close);
    d.macro = pl_source_is_name(r, open - 1) ? open - 1 : 0;
    return d;
}

/* Is there a later group in the head whose word does not look like a macro's? */
static bool has_better_group(const struct pl_source_reader *r, uint32_t i, uint32_t end, bool any)
{
    end = end - i > MAX_BETTER ? i + MAX_BETTER : end;
    for (; i + 1 < end; i++) {
        if (r->t[i].kind == '(' || r->t[i].kind == '[') {
            i = pl_source_skip(r, i, end) - 1;
        } else if (r->t[i + 1].kind == '(' && r->t[i].kind == PL_TOKEN_WORD) {
            uint32_t close = pl_source_close(r, i + 1, end);
            if (close != 0 && may_be_parameters(r, i + 1, close) && pl_source_is_name(r, i) &&
                (any || !pl_source_is_macro_like(r, i)))
                return true;
        }
    }
    return false;
}

/* The name that the group at `i` stands behind, template arguments left out; 0 when there is none. */
static uint32_t name_before(const struct pl_source_reader *r, uint32_t start, uint32_t i, uint32_t angle)
{
    uint32_t name = angle > start && r->t[i - 1].kind == '>' ? angle - 1 : i - 1;
    return i > start && pl_source_is_name(r, name) ? name : 0;
}

/* The group that opens at `i` behind `name`: are these the parameters of a function, and what is it called? */
static bool take_group(const struct pl_source_reader *r, uint32_t name, uint32_t i, uint32_t end,
                       bool has_type, uint32_t class_name, struct pl_declarator *d)
{
    uint32_t close = pl_source_close(r, i, end);
    if (name == 0 || (!may_be_parameters(r, i, close) && has_better_group(r, close + 1, end, true)))
        return false;
    bool is_constructor = class_name != 0 && r->t[name].link == class_name;
    bool is_macro = pl_source_is_macro_like(r, name) && !is_constructor;
    if (!is_constructor && has_better_group(r, close + 1, end, !has_type) && (!has_type || is_macro))
        return false;
    *d = (struct pl_declarator){.name = name, .open = i, .close = close};
    uint32_t inner = pl_source_first_name(r, i, close);
    if (!has_type && is_macro && inner != 0)
        *d = (struct pl_declarator){.name = inner, .open = i, .close = close, .macro = name};
    return true;
}

struct pl_declarator pl_source_declarator(const struct pl_source_reader *r, uint32_t start, uint32_t end,
                                          uint32_t class_name)
{
    const struct pl_token *t = r->t;
    struct pl_declarator d = {0};
    uint32_t angle = 0;
    bool has_type = false;
    for (uint32_t i = start; i < end; i++) {
        enum pl_word word = t[i].kind == PL_TOKEN_WORD ? pl_source_word_at(r, i) : PL_WORD_PLAIN;
        bool is_called = i + 1 < end && t[i + 1].kind == '(';
        uint32_t behind = 0;
        if (t[i].kind == '*' || t[i].kind == '&') {
            has_type = true;
        } else if (t[i].kind == '{' || t[i].kind == '[') {
            has_type |= t[i].kind == '{'; /* struct { ... } f(void) */
            behind = pl_source_skip(r, i, end);
        } else if (t[i].kind == '<' && r->is_cpp) {
            behind = pl_source_angles(r, i, end);
            angle = behind == 0 ? angle : i;
        } else if (word == PL_WORD_OPERATOR) {
            d.name = i;
            d.open = pl_source_operator_parameters(r, i, end);
            d.close = d.open == 0 ? 0 : pl_source_close(r, d.open, end);
            return d.close == 0 ? (struct pl_declarator){0} : d;
        } else if (t[i].kind == PL_TOKEN_WORD && is_called && pl_source_is_group_word(r, i)) {
            has_type |= word == PL_WORD_SIZEOF;
            behind = pl_source_skip(r, i + 1, end);
        } else if (t[i].kind == PL_TOKEN_WORD) {
            if (word == PL_WORD_CONTROL || word == PL_WORD_SWITCH || word == PL_WORD_CASE)
                return d;
            has_type |= word != PL_WORD_STORAGE && word != PL_WORD_TEMPLATE && !is_called;
        } else if (t[i].kind == '(') {
            uint32_t close = pl_source_close(r, i, end);
            if (close == 0)
                return d;
            if (close + 1 < end && t[close + 1].kind == '(' && t[i + 1].kind != '(' &&
                pl_source_first_name(r, i, close) != 0)
                return declarator_of_two(r, i, close, end);
            if (take_group(r, name_before(r, start, i, angle), i, end, has_type, class_name, &d))
                return d;
            behind = close + 1;
        }
        if (behind != 0)
            i = behind - 1;
    }
    return d;
}

struct pl_declarator pl_source_last_declarator(const struct pl_source_reader *r, uint32_t start, uint32_t end)
{
    for (uint32_t i = end; i > start + 1; i--) {
        uint32_t open = r->t[i - 1].link;
        if (r->t[i - 1].kind != ')' || open <= start || open >= i)
            continue;
        if (pl_source_is_name(r, open - 1))
            return (struct pl_declarator){.name = open - 1, .open = open, .close = i - 1};
        i = open + 1;
    }
    return (struct pl_declarator){0};
}

uint32_t pl_source_object_name(const struct pl_source_reader *r, uint32_t start, uint32_t equals,
                               uint32_t *macro)
{
    uint32_t i = equals;
    *macro = 0;
    while (i > start) {
        i--;
        uint8_t kind = r->t[i].kind;
        uint32_t open = r->t[i].link;
        if (kind == PL_TOKEN_WORD)
            return pl_source_is_name(r, i) ? i : 0;
        if ((kind != ']' && kind != ')') || open <= start || open >= i)
            return 0;
        if (kind == ']') {
            i = open;
        } else if (r->t[open - 1].kind == PL_TOKEN_WORD && pl_source_is_group_word(r, open - 1)) {
            i = open - 1;
        } else if (r->t[open - 1].kind == ')') { /* (*name)(int) */
            i = open - 1;
            open = r->t[i].link;
            return open >= start && open < i ? pl_source_first_name(r, open, i) : 0;
        } else if (pl_source_is_name(r, open - 1)) {
            if (open - 1 > start && pl_source_is_name(r, open - 2) && pl_source_is_macro_like(r, open - 1))
                return open - 2; /* int x ALIGNED(8) = */
            *macro = open - 1;
            return pl_source_last_name(r, open, i);
        } else {
            return pl_source_last_name(r, open, i); /* (*name) */
        }
    }
    return 0;
}

/* struct ALIGNED_DEVICE ALIGN(16) name {: one number in parentheses and the tag behind them. */
static bool is_aligned_tag(const struct pl_source_reader *r, uint32_t k, uint32_t open)
{
    return r->t[k + 1].kind == PL_TOKEN_NUMBER && r->t[k].link == k + 2 && k + 3 < open;
}

/* Is what stands between the tag and the brace the head of a type? A function that returns one has a name and parameters, too. */
static bool is_type_head(const struct pl_source_reader *r, uint32_t tag, uint32_t open)
{
    uint32_t words = 0;
    for (uint32_t k = tag + 1; k < open; k++) {
        uint8_t kind = r->t[k].kind;
        if (kind == ':' && r->is_cpp)
            return true; /* its bases follow */
        if (kind == '*' || kind == '&')
            return false;
        if (kind == '<' && r->is_cpp) {
            uint32_t behind = pl_source_angles(r, k, open);
            k = behind == 0 ? k : behind - 1;
        } else if (kind == '(') {
            if (!pl_source_is_group_word(r, k - 1) && words > 1 && !is_aligned_tag(r, k, open))
                return false;
            k = pl_source_skip(r, k, open) - 1;
        } else if (kind == PL_TOKEN_WORD && !pl_source_is_group_word(r, k)) {
            words++;
        }
    }
    return true;
}

uint32_t pl_source_type_of_brace(const struct pl_source_reader *r, uint32_t start, uint32_t open)
{
    for (uint32_t i = open; i > start; i--) {
        uint32_t link = r->t[i - 1].link;
        if ((r->t[i - 1].kind == ')' || r->t[i - 1].kind == '}') && link > start && link < i) {
            i = link + 1;
            continue;
        }
        bool is_tag = pl_source_is_word(r, i - 1, PL_WORD_TAG) || pl_source_is_word(r, i - 1, PL_WORD_ENUM);
        if (!is_tag)
            continue;
        if (r->is_cpp && i - 1 > start && (r->t[i - 2].kind == '<' || r->t[i - 2].kind == ','))
            continue; /* template <class T> */
        if (i - 1 > start && pl_source_is_word(r, i - 2, PL_WORD_ENUM))
            i--; /* enum class */
        return is_type_head(r, i - 1, open) ? i - 1 : 0;
    }
    return 0;
}

uint32_t pl_source_type_name(const struct pl_source_reader *r, uint32_t tag, uint32_t open)
{
    uint32_t name = 0;
    for (uint32_t k = tag + 1; k < open && r->t[k].kind != ':'; k++) {
        if (r->t[k].kind == '(' || r->t[k].kind == '[')
            k = pl_source_skip(r, k, open) - 1;
        else if (r->t[k].kind == '<')
            break;
        else if (pl_source_is_name(r, k) && !pl_bytes_eq_str(pl_source_symbol_at(r, k)->text, "final"))
            name = k;
    }
    return name;
}
