/*
 * fuzz_note.c - any bytes as a note, a checkpoint, a verifier key and a bundle of entries: what is taken comes back the same.
 */
#include "fuzz.h"

#include "attest/note.h"
#include "attest/tiles.h"

#include <stdlib.h>

static void read_checkpoint(pl_bytes text)
{
    struct pl_checkpoint c;
    struct pl_buf again;
    if (pl_checkpoint_read(text, &c, NULL) != PL_OK)
        return;
    pl_buf_init(&again, text.n + 64);
    pl_checkpoint_write(&c, &again);
    if (!pl_bytes_starts(text, pl_bytes_sub(pl_buf_bytes(&again), 0, again.n - 1)))
        abort();
    pl_buf_reset(&again);
}

static void read_vkey(pl_bytes text)
{
    pl_bytes name;
    struct pl_key *key = NULL;
    struct pl_buf again;
    if (pl_note_vkey_read(text, &name, &key, NULL) != PL_OK)
        return;
    pl_buf_init(&again, text.n + 64);
    if (pl_note_vkey_write(name, key, &again, NULL) != PL_OK || again.n != text.n)
        abort();
    pl_buf_reset(&again);
    pl_key_free(key);
}

static int look(const uint8_t *data, size_t size)
{
    static const uint8_t seed[PL_KEY_RAW_BYTES] = {1};
    static struct pl_key *key;
    pl_bytes all = pl_bytes_of(data, size);
    pl_bytes text;
    pl_bytes rest = all;
    if (key == NULL && pl_key_of_seed(seed, &key, NULL) != PL_OK)
        abort();
    struct pl_note_key by = {.key = key};
    if (pl_note_open(all, &by, 1, &text, NULL, NULL) == PL_OK) {
        if (text.n >= size || !pl_bytes_ends(text, PL_LIT("\n")))
            abort();
        fuzz_say_bytes(text);
        read_checkpoint(text);
    }
    read_checkpoint(all);
    read_vkey(all);
    while (pl_bundle_next(&rest, &text))
        if (text.n > size)
            abort();
        else
            fuzz_say_bytes(text);
    return 0;
}

FUZZ_TWICE(look)
