/*
 * elf_cut.c - strings in the data of an image: what stands between NULs.
 *
 * Linked files keep no mark of where strings are: .rodata mixes them with tables. A run between two NULs that is all text is
 * a string; of one that is not, the text at its end may be one that a table happens to touch.
 */
#include "base/quote.h"
#include "match/elf_strings.h"

static bool is_text_byte(uint8_t b)
{
    return (b >= 0x20 && b < 0x7f) || (b >= 7 && b <= 13) || b == 0x1b;
}

size_t pl_elf_text_tail(pl_bytes bytes)
{
    size_t start = bytes.n;
    while (start > 0) {
        uint32_t code_point;
        if (is_text_byte(bytes.p[start - 1])) {
            start--;
            continue;
        }
        size_t n = 2;
        while (n <= 4 && n <= start && pl_utf8_next(pl_bytes_sub(bytes, start - n, n), &code_point) != n)
            n++;
        if (n > 4 || n > start)
            break;
        start -= n;
    }
    return bytes.n - start;
}

static bool cut_range(pl_bytes data, const struct pl_elf_range *range, pl_elf_strings *out)
{
    pl_bytes rest = pl_bytes_sub(data, (size_t)range->offset, (size_t)range->length);
    uint64_t offset = range->offset;
    for (;;) {
        size_t end = pl_bytes_find_byte(rest, 0, 0);
        if (end == SIZE_MAX)
            return true; /* a string has an end */
        if (end > 0) {
            struct pl_elf_string *s = PL_VEC_ADD(out);
            if (s == NULL)
                return false;
            s->offset = offset;
            s->text = pl_bytes_sub(rest, 0, end);
            s->is_text = pl_elf_text_tail(s->text) == end;
            s->is_clear = s->is_text && end >= PL_ELF_COUNTED_BYTES;
        }
        rest = pl_bytes_from(rest, end + 1);
        offset += end + 1;
    }
}

pl_status pl_elf_cut(pl_bytes data, const struct pl_elf *elf, pl_elf_strings *out, struct pl_err *err)
{
    for (size_t i = 0; i < elf->n_ranges; i++) {
        const struct pl_elf_range *range = &elf->ranges[i];
        bool is_data = range->owner == PL_ELF_DATA;
        if (is_data && range->section != PL_ELF_NO_SECTION)
            is_data = (elf->sections[range->section].flags & PL_ELF_SHF_ALLOC) != 0;
        if (is_data && !cut_range(data, range, out))
            return pl_fail_nomem(err);
    }
    return PL_OK;
}
