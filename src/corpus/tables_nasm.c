/*
 * tables_nasm.c - lists of numbers in the syntax of NASM and YASM.
 *
 *     jpeg_mask_bits dd 0x0000, 0x0001        lines that follow each other with the same directive are one list;
 *                    dd 0x0003                a label on a line of its own begins another one
 *     times 1 << 3 db 4                       an element eight times over
 *
 * Source: NASM manual, 3.2 (db and its like, times) and 3.4 (numbers). Elements are numbers, or "a << b"; a line with anything else ends the list.
 */
#include "corpus/tables_read.h"

#include <string.h>

#define MAX_ITEMS (1u << 18) /* of one file, repetitions counted */

struct nasm {
    struct table_output *out;
    struct pl_table table;
    pl_bytes directive; /* of the present list; empty outside of one */
    size_t n_items;
    bool is_out_of_memory;
};

static bool is_word_byte(uint8_t b)
{
    return pl_is_word_byte(b) || b == '.' || b == '$';
}

static void skip_blanks(pl_bytes *rest)
{
    while (rest->n > 0 && pl_is_blank(rest->p[0]))
        *rest = pl_bytes_from(*rest, 1);
}

static pl_bytes take_word(pl_bytes *rest)
{
    size_t n = 0;
    skip_blanks(rest);
    while (n < rest->n && is_word_byte(rest->p[n]))
        n++;
    pl_bytes word = pl_bytes_sub(*rest, 0, n);
    *rest = pl_bytes_from(*rest, n);
    skip_blanks(rest);
    return word;
}

/* 17, 0x11, 11h, -1, 1 << 4 */
static bool take_number(pl_bytes *rest, uint64_t *out)
{
    skip_blanks(rest);
    bool is_negative = pl_bytes_starts(*rest, PL_LIT("-"));
    *rest = pl_bytes_from(*rest, is_negative);
    pl_bytes word = take_word(rest);
    bool is_hex = word.n > 2 && word.p[0] == '0' && (word.p[1] | 0x20) == 'x';
    bool has_h = word.n > 1 && (word.p[word.n - 1] | 0x20) == 'h';
    pl_bytes digits = is_hex ? pl_bytes_from(word, 2) : pl_bytes_sub(word, 0, word.n - has_h);
    uint64_t value = 0;
    uint64_t right;
    for (size_t i = 0; i < digits.n; i++) {
        uint8_t b = digits.p[i];
        unsigned digit = b <= '9'                                 ? (unsigned)b - '0'
                         : (b | 0x20) >= 'a' && (b | 0x20) <= 'f' ? (b | 0x20) - 'a' + 10u
                                                                  : 99;
        if (digit >= (is_hex || has_h ? 16u : 10u))
            return false;
        value = value * (is_hex || has_h ? 16u : 10u) + digit;
    }
    if (pl_bytes_starts(*rest, PL_LIT("<<"))) {
        *rest = pl_bytes_from(*rest, 2);
        if (!take_number(rest, &right) || right > 63)
            return false;
        value <<= right;
    }
    *out = is_negative ? 0 - value : value;
    return digits.n > 0;
}

static bool is_directive(pl_bytes word)
{
    return word.n == 2 && (word.p[0] | 0x20) == 'd' && memchr("bwdq", word.p[1] | 0x20, 4) != NULL;
}

static void end_list(struct nasm *x)
{
    if (x->directive.n > 0 && x->out->items.n - x->table.first >= 2) {
        struct pl_table *slot = PL_VEC_ADD(&x->out->tables);
        x->table.n = (uint32_t)(x->out->items.n - x->table.first);
        x->is_out_of_memory |= slot == NULL;
        if (slot != NULL)
            *slot = x->table;
    } else if (x->directive.n > 0) {
        x->out->items.n = x->table.first;
    }
    x->directive.n = 0;
}

/* The numbers behind a directive, `times` times over; false when one is none. */
static bool take_list(struct nasm *x, pl_bytes rest, uint64_t times, uint32_t at)
{
    size_t first = x->out->items.n;
    for (bool is_first = true; is_first || pl_bytes_starts(rest, PL_LIT(",")); is_first = false) {
        uint64_t value;
        rest = pl_bytes_from(rest, !is_first);
        if (!take_number(&rest, &value) || x->n_items++ >= MAX_ITEMS)
            return false;
        struct pl_table_item *item = PL_VEC_ADD(&x->out->items);
        x->is_out_of_memory |= item == NULL;
        if (item == NULL)
            return false;
        *item =
            (struct pl_table_item){.value = value, .at = at, .kind = PL_ITEM_NUMBER, .flags = PL_ITEM_PLAIN};
    }
    size_t n = x->out->items.n - first;
    if (rest.n > 0 || times == 0 || times > MAX_ITEMS || n * times > MAX_ITEMS - x->n_items)
        return false;
    x->n_items += n * (times - 1);
    for (size_t i = 0; i < n * (times - 1); i++) {
        struct pl_table_item *item = PL_VEC_ADD(&x->out->items);
        x->is_out_of_memory |= item == NULL;
        if (item == NULL)
            return false;
        *item = x->out->items.v[first + i % n];
    }
    return true;
}

static void take_line(struct nasm *x, pl_bytes line, uint32_t at, uint32_t unit)
{
    pl_bytes rest = pl_bytes_trim(pl_bytes_sub(line, 0, pl_bytes_find_byte(line, ';', 0)));
    uint64_t times = 1;
    if (rest.n == 0)
        return; /* comments change nothing */
    pl_bytes word = take_word(&rest);
    if (!is_directive(word) && !pl_bytes_eq_str(word, "times")) { /* a label */
        end_list(x);
        rest = pl_bytes_from(rest, pl_bytes_starts(rest, PL_LIT(":")));
        word = take_word(&rest);
    }
    if (pl_bytes_eq_str(word, "times")) {
        if (!take_number(&rest, &times))
            rest.n = 0;
        word = take_word(&rest);
    }
    size_t items = x->out->items.n;
    if (!is_directive(word)) {
        end_list(x);
        return;
    }
    if (!pl_bytes_eq(word, x->directive)) {
        end_list(x);
        x->directive = word;
        x->table = (struct pl_table){.unit = unit,
                                     .at = at,
                                     .first = (uint32_t)x->out->items.n,
                                     .first_row = (uint32_t)x->out->rows.n};
        items = x->out->items.n;
    }
    x->table.end = at + (uint32_t)line.n;
    if (!take_list(x, rest, times, at)) {
        x->out->items.n = items;
        end_list(x);
    }
}

bool pl_tables_read_nasm(pl_bytes text, uint32_t unit, struct table_output *out)
{
    struct nasm x = {.out = out};
    pl_bytes rest = text;
    pl_bytes line;
    while (!x.is_out_of_memory && pl_bytes_line(&rest, &line))
        take_line(&x, line, (uint32_t)(line.p - text.p), unit);
    end_list(&x);
    return !x.is_out_of_memory;
}
