/*
 * note.c - reading and writing signed notes and the checkpoints in them.
 *
 * Signatures of unknown keys are passed over. Not made here: cosignatures of witnesses (types 04 and 06), which are passed over too.
 */
#include "attest/note.h"

#include "base/base64.h"
#include "base/quote.h"

#include <string.h>

#define ED25519_TYPE  1u
#define ID_BYTES      4u
#define MAX_SIG_BYTES 512u
#define MAX_LINES     1024u
#define VKEY_HEX      8u
#define BLANK_LINE    PL_LIT("\n\n")
#define DASH          PL_LIT("\xe2\x80\x94 ")

static bool is_space(uint32_t c)
{
    return c == ' ' || (c >= 9 && c <= 13) || c == 0x85 || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
           c == 0x3000;
}

bool pl_note_is_name(pl_bytes name)
{
    if (name.n == 0 || name.n > PL_NOTE_MAX_NAME)
        return false;
    while (name.n > 0) {
        uint32_t c;
        size_t n = pl_utf8_next(name, &c);
        if (n == 0 || c == '+' || c < 0x20 || is_space(c))
            return false;
        name = pl_bytes_from(name, n);
    }
    return true;
}

pl_status pl_note_key_id(pl_bytes name, const struct pl_key *key, uint8_t out[4], struct pl_err *err)
{
    uint8_t text[PL_NOTE_MAX_NAME + 2 + PL_KEY_RAW_BYTES];
    pl_sha256 digest = *pl_key_spki_sha256(key);
    pl_status st = PL_OK;
    if (name.n > PL_NOTE_MAX_NAME)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "note: a name of more than %u bytes", PL_NOTE_MAX_NAME);
    if (pl_key_kind(key) == PL_KEY_ED25519) {
        if (name.n > 0)
            memcpy(text, name.p, name.n);
        text[name.n] = '\n';
        text[name.n + 1] = ED25519_TYPE;
        if (!pl_key_raw(key, text + name.n + 2))
            return pl_fail_nomem(err);
        st = pl_sha256_of(pl_bytes_of(text, name.n + 2 + PL_KEY_RAW_BYTES), &digest, err);
    }
    if (st == PL_OK)
        memcpy(out, digest.b, ID_BYTES);
    return st;
}

pl_status pl_note_vkey_read(pl_bytes vkey, pl_bytes *name, struct pl_key **out, struct pl_err *err)
{
    struct pl_buf key;
    struct pl_key *made = NULL;
    uint8_t id[ID_BYTES];
    uint8_t named[ID_BYTES];
    size_t plus = pl_bytes_find_byte(vkey, '+', 0);
    pl_status st = PL_E_INPUT;
    pl_buf_init(&key, 256);
    if (plus != SIZE_MAX && vkey.n > plus + 2 + VKEY_HEX && vkey.p[plus + 1 + VKEY_HEX] == '+' &&
        pl_note_is_name(pl_bytes_sub(vkey, 0, plus)) &&
        pl_unhex(pl_bytes_sub(vkey, plus + 1, VKEY_HEX), named, ID_BYTES) &&
        pl_base64_decode(pl_bytes_from(vkey, plus + 2 + VKEY_HEX), &key) && key.n == 1 + PL_KEY_RAW_BYTES &&
        key.p[0] == ED25519_TYPE)
        st = pl_key_of_raw(key.p + 1, &made, err);
    else
        st = pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "note: not a verifier key with Ed25519");
    pl_buf_reset(&key);
    if (st == PL_OK)
        st = pl_note_key_id(pl_bytes_sub(vkey, 0, plus), made, id, err);
    if (st == PL_OK && memcmp(id, named, ID_BYTES) != 0)
        st = pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "note: the verifier key's id is not that of its key");
    if (st != PL_OK) {
        pl_key_free(made);
        return st;
    }
    *name = pl_bytes_sub(vkey, 0, plus);
    *out = made;
    return PL_OK;
}

pl_status pl_note_vkey_write(pl_bytes name, const struct pl_key *key, struct pl_buf *out, struct pl_err *err)
{
    uint8_t raw[1 + PL_KEY_RAW_BYTES] = {ED25519_TYPE};
    uint8_t id[ID_BYTES];
    char hex[VKEY_HEX + 1];
    if (!pl_key_raw(key, raw + 1))
        return pl_fail(err, PL_E_UNSUPPORTED, PL_NO_OFFSET, "note: only Ed25519 keys have this form");
    pl_status st = pl_note_key_id(name, key, id, err);
    if (st != PL_OK)
        return st;
    pl_hex(id, ID_BYTES, hex);
    pl_buf_add(out, name);
    pl_buf_printf(out, "+%s+", hex);
    pl_base64_encode(pl_bytes_of(raw, sizeof raw), out);
    return pl_buf_done(out, err);
}

static pl_status no_note(struct pl_err *err, const char *why)
{
    return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "note: %s", why);
}

/* UTF-8 without control characters but LF. */
static bool is_clean(pl_bytes text)
{
    while (text.n > 0) {
        uint32_t c = text.p[0];
        size_t n = c < 0x80 ? 1 : pl_utf8_next(text, &c);
        if (n == 0 || (c < 0x20 && c != '\n'))
            return false;
        text = pl_bytes_from(text, n);
    }
    return true;
}

struct signature_line {
    pl_bytes name;
    uint8_t id[ID_BYTES];
    uint8_t sig[MAX_SIG_BYTES];
    size_t n;
};

static bool read_line(pl_bytes line, struct signature_line *out)
{
    struct pl_buf blob;
    if (!pl_bytes_starts(line, DASH))
        return false;
    line = pl_bytes_from(line, DASH.n);
    size_t space = pl_bytes_find_byte(line, ' ', 0);
    if (space == SIZE_MAX || !pl_note_is_name(pl_bytes_sub(line, 0, space)))
        return false;
    pl_buf_init(&blob, MAX_SIG_BYTES + ID_BYTES);
    bool is_good =
        pl_base64_decode(pl_bytes_from(line, space + 1), &blob) && blob.why == PL_OK && blob.n > ID_BYTES;
    if (is_good) {
        out->name = pl_bytes_sub(line, 0, space);
        memcpy(out->id, blob.p, ID_BYTES);
        out->n = blob.n - ID_BYTES;
        memcpy(out->sig, blob.p + ID_BYTES, out->n);
    }
    pl_buf_reset(&blob);
    return is_good;
}

/* SIZE_MAX in *which when no known key made this line's signature. */
static pl_status check_line(const struct signature_line *line, pl_bytes text, const struct pl_note_key *keys,
                            size_t n, size_t *which, struct pl_err *err)
{
    *which = SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        uint8_t id[ID_BYTES];
        if (keys[i].name.n > 0 && !pl_bytes_eq(keys[i].name, line->name))
            continue;
        pl_status st = pl_note_key_id(line->name, keys[i].key, id, err);
        if (st != PL_OK)
            return st;
        if (memcmp(id, line->id, ID_BYTES) != 0)
            continue;
        if (!pl_key_verify(keys[i].key, text, pl_bytes_of(line->sig, line->n)))
            return pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "note: the signature by %.*s does not fit",
                           PL_ARG(line->name));
        *which = i;
        return PL_OK;
    }
    return PL_OK;
}

/* Where the text ends: behind the LF before the last empty line; SIZE_MAX when there is none. */
static size_t end_of_text(pl_bytes note)
{
    size_t end = SIZE_MAX;
    for (size_t at = pl_bytes_find(note, BLANK_LINE, 0); at != SIZE_MAX;
         at = pl_bytes_find(note, BLANK_LINE, at + 1))
        end = at + 1;
    return end;
}

pl_status pl_note_open(pl_bytes note, const struct pl_note_key *keys, size_t n, pl_bytes *text, size_t *which,
                       struct pl_err *err)
{
    struct signature_line line;
    size_t first = SIZE_MAX;
    size_t lines = 0;
    pl_bytes one;
    if (note.n > PL_NOTE_MAX_BYTES)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "note: larger than %u bytes", PL_NOTE_MAX_BYTES);
    size_t end = end_of_text(note);
    if (end == SIZE_MAX || !pl_bytes_ends(note, PL_LIT("\n")) || !is_clean(note))
        return no_note(err, "it is none");
    pl_bytes body = pl_bytes_sub(note, 0, end);
    pl_bytes rest = pl_bytes_from(note, end + 1);
    if (rest.n == 0)
        return no_note(err, "it is not signed");
    while (pl_bytes_line(&rest, &one)) {
        size_t by;
        if (++lines > PL_NOTE_MAX_SIGNATURES)
            return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "note: more than %u signatures",
                           PL_NOTE_MAX_SIGNATURES);
        if (!read_line(one, &line))
            return no_note(err, "a line below the text is no signature");
        pl_status st = check_line(&line, body, keys, n, &by, err);
        if (st != PL_OK)
            return st;
        if (first == SIZE_MAX)
            first = by;
    }
    if (first == SIZE_MAX)
        return pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "note: no key that is trusted here signed it");
    *text = body;
    if (which != NULL)
        *which = first;
    return PL_OK;
}

pl_status pl_note_sign(pl_bytes text, pl_bytes name, const struct pl_key *key, struct pl_buf *out,
                       struct pl_err *err)
{
    uint8_t blob[ID_BYTES + PL_KEY_SIGNATURE_BYTES];
    size_t n = 0;
    if (!pl_bytes_ends(text, PL_LIT("\n")) || !is_clean(text) || !pl_note_is_name(name))
        return pl_fail(err, PL_E_USAGE, PL_NO_OFFSET, "note: neither text nor name may hold that");
    pl_status st = pl_note_key_id(name, key, blob, err);
    if (st == PL_OK)
        st = pl_key_sign(key, text, blob + ID_BYTES, &n, err);
    if (st != PL_OK)
        return st;
    pl_buf_add(out, text);
    pl_buf_add_byte(out, '\n');
    pl_buf_add(out, DASH);
    pl_buf_add(out, name);
    pl_buf_add_byte(out, ' ');
    pl_base64_encode(pl_bytes_of(blob, ID_BYTES + n), out);
    pl_buf_add_byte(out, '\n');
    return pl_buf_done(out, err);
}

pl_status pl_checkpoint_read(pl_bytes text, struct pl_checkpoint *out, struct pl_err *err)
{
    struct pl_checkpoint c = {0};
    struct pl_buf root;
    pl_bytes rest = text;
    pl_bytes line;
    pl_bytes root_line;
    if (!pl_bytes_line(&rest, &c.origin) || c.origin.n == 0 || !pl_bytes_line(&rest, &line) ||
        !pl_bytes_to_u64(line, &c.size) || (line.n > 1 && line.p[0] == '0') ||
        !pl_bytes_line(&rest, &root_line))
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "checkpoint: origin, size and root are not there");
    while (pl_bytes_line(&rest, &line))
        if (line.n == 0)
            return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "checkpoint: an empty line in it");
    pl_buf_init(&root, PL_SHA256_BYTES);
    bool is_root = pl_base64_decode(root_line, &root) && root.n == PL_SHA256_BYTES;
    if (is_root)
        memcpy(c.root.b, root.p, PL_SHA256_BYTES);
    pl_buf_reset(&root);
    if (!is_root)
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "checkpoint: the root is no SHA-256");
    *out = c;
    return PL_OK;
}

void pl_checkpoint_write(const struct pl_checkpoint *c, struct pl_buf *out)
{
    pl_buf_add(out, c->origin);
    pl_buf_printf(out, "\n%llu\n", (unsigned long long)c->size);
    pl_base64_encode(pl_bytes_of(c->root.b, PL_SHA256_BYTES), out);
    pl_buf_add_byte(out, '\n');
}
