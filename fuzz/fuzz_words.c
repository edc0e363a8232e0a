/*
 * fuzz_words.c - words, prose and folding of any bytes: words lie in order inside, what is folded stays as it is.
 */
#include "fuzz.h"

#include "format/text/fold.h"
#include "format/text/words.h"

#include <stdlib.h>

static void walk(pl_bytes all, bool (*next)(pl_bytes *, pl_bytes *))
{
    pl_bytes rest = all;
    pl_bytes word;
    const uint8_t *at = all.p;
    while (next(&rest, &word)) {
        if (word.n == 0 || word.p < at || word.p + word.n > all.p + all.n || rest.p < word.p + word.n)
            abort();
        at = word.p + word.n;
        fuzz_say_bytes(word);
    }
}

static int look(const uint8_t *data, size_t size)
{
    pl_bytes all = pl_bytes_of(data, size);
    struct pl_buf once;
    walk(all, pl_words_next);
    walk(all, pl_prose_next);
    pl_buf_init(&once, size + 16);
    pl_fold_text(all, &once);
    if (once.why != PL_OK)
        abort();
    if (pl_is_folded(all) && !pl_bytes_eq(all, pl_buf_bytes(&once)))
        abort();
    fuzz_say_bytes(pl_buf_bytes(&once));
    pl_buf_reset(&once);
    return 0;
}

FUZZ_TWICE(look)
