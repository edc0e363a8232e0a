/*
 * openpgp.c - signatures by way of gpgv.
 *
 * gpgv is run without a shell. It reads the message from its standard input, writes the signed text to 1 and its status lines to 3.
 * Status lines: GnuPG doc/DETAILS. Each signature begins with NEWSIG; GOODSIG says that it is good by a key that is neither
 * expired nor revoked, VALIDSIG then gives fingerprint and digest. A message counts when at least one signature is such and none
 * is BADSIG; signatures by keys we do not have are left aside, as apt does (Debian signs with several keys).
 */
#include "supply/openpgp.h"

#include "base/base64.h"
#include "io/host.h"
#include "io/process.h"
#include "io/read.h"
#include "io/write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GPGV_TIMEOUT_MS   60000u
#define MAX_TEXT_BYTES    (64u << 20)
#define MAX_STATUS_BYTES  (1u << 20)
#define MAX_KEYRING_BYTES (16u << 20)
#define MAX_KEYRINGS      16u
#define FINGERPRINT_MAX   64u

static const char begin_message[] = "-----BEGIN PGP SIGNED MESSAGE-----";
static const char end_signature[] = "-----END PGP SIGNATURE-----";

/* Temporary files of one check. */
struct scratch {
    char *dir; /* heap */
    char *paths[MAX_KEYRINGS + 1];
    size_t n;
};

static void scratch_close(struct scratch *s)
{
    for (size_t i = 0; i < s->n; i++) {
        (void)unlink(s->paths[i]); /* may never have been written */
        free(s->paths[i]);
    }
    if (s->dir != NULL)
        (void)rmdir(s->dir); /* ours, empty */
    free(s->dir);
}

static pl_status scratch_file(struct scratch *s, pl_bytes data, const char **path, struct pl_err *err)
{
    pl_status st = s->dir == NULL ? pl_host_temp_folder(&s->dir, err) : PL_OK;
    if (st != PL_OK)
        return st;
    char *p = NULL;
    if (s->n == sizeof s->paths / sizeof *s->paths || asprintf(&p, "%s/%zu", s->dir, s->n) < 0)
        return pl_fail_nomem(err);
    s->paths[s->n++] = p;
    *path = p;
    return pl_io_write(p, 0600, data, err);
}

/* Lines of base64 up to the checksum or the end line. */
static bool decode_base64_lines(pl_bytes *rest, struct pl_buf *out)
{
    uint32_t bits = 0;
    unsigned n_bits = 0;
    pl_bytes line;
    while (pl_bytes_line(rest, &line)) {
        line = pl_bytes_trim(line);
        if (pl_bytes_starts(line, PL_LIT("-----END ")))
            return true;
        for (size_t i = 0; i < line.n && line.p[0] != '=' && line.p[i] != '='; i++) {
            int v = pl_base64_value(line.p[i]);
            if (v < 0)
                return false;
            bits = bits << 6 | (uint32_t)v;
            n_bits += 6;
            if (n_bits >= 8) {
                n_bits -= 8;
                pl_buf_add_byte(out, (uint8_t)(bits >> n_bits));
            }
        }
    }
    return false;
}

pl_status pl_openpgp_dearmor(pl_bytes armoured, struct pl_buf *out, struct pl_err *err)
{
    pl_bytes rest = armoured;
    pl_bytes line;
    size_t blocks = 0;
    while (pl_bytes_line(&rest, &line)) {
        size_t at = (size_t)(line.p - armoured.p);
        if (!pl_bytes_starts(line, PL_LIT("-----BEGIN PGP ")))
            continue;
        while (pl_bytes_line(&rest, &line) && pl_bytes_trim(line).n > 0) /* armour headers */
            continue;
        if (!decode_base64_lines(&rest, out))
            return pl_fail(err, PL_E_INPUT, at, "openpgp: damaged ASCII armour");
        blocks++;
    }
    return blocks > 0 ? pl_buf_done(out, err) : pl_fail(err, PL_E_INPUT, 0, "openpgp: no ASCII armour");
}

static bool is_armoured(pl_bytes data)
{
    return pl_bytes_find(pl_bytes_sub(data, 0, 4096), PL_LIT("-----BEGIN PGP "), 0) != SIZE_MAX;
}

static pl_status dearmor_to_file(struct scratch *s, pl_bytes armoured, const char **path, struct pl_err *err)
{
    struct pl_buf plain;
    pl_buf_init(&plain, MAX_KEYRING_BYTES);
    pl_status st = pl_openpgp_dearmor(armoured, &plain, err);
    if (st == PL_OK)
        st = scratch_file(s, pl_buf_bytes(&plain), path, err);
    pl_buf_reset(&plain);
    return st;
}

/* gpgv wants binary keyrings: hand on those that are, dearmour the others. */
static pl_status usable_keyring(struct scratch *s, const char *path, const char **usable, struct pl_err *err)
{
    uint8_t *heap;
    size_t n;
    pl_status st = pl_io_read(path, MAX_KEYRING_BYTES, &heap, &n, err);
    if (st != PL_OK)
        return st;
    *usable = path;
    if (is_armoured(pl_bytes_of(heap, n)))
        st = dearmor_to_file(s, pl_bytes_of(heap, n), usable, err);
    free(heap);
    return st;
}

/* Fill argv (room for 2 * MAX_KEYRINGS + 12) up to the message; *n is what is in it. */
static pl_status command_line(const struct pl_openpgp_keys *keys, struct scratch *s, const char **argv,
                              size_t *n, struct pl_err *err)
{
    pl_status st = PL_OK;
    size_t k = 0;
    argv[k++] = "gpgv";
    argv[k++] = "--status-fd";
    argv[k++] = "3";
    size_t before = k;
    for (size_t i = 0; i < keys->n_keyrings && i < MAX_KEYRINGS - 1 && st == PL_OK; i++) {
        const char *usable = NULL;
        st = usable_keyring(s, keys->keyrings[i], &usable, err);
        if (st == PL_E_NOT_FOUND && keys->n_keyrings > 1) { /* one of several may be gone */
            st = PL_OK;
            continue;
        }
        argv[k++] = "--keyring";
        argv[k++] = usable;
    }
    if (st == PL_OK && keys->embedded.n > 0) {
        argv[k++] = "--keyring";
        argv[k] = NULL;
        st = dearmor_to_file(s, keys->embedded, &argv[k], err);
        k++;
    }
    if (st == PL_OK && k == before)
        st = pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "no keyring to check the signature with");
    *n = k;
    return st;
}

/* What the status lines say so far. */
struct judgement {
    bool is_good; /* of the signature at hand */
    bool has_bad;
    const char *why_not; /* of the last signature that did not count */
    char detail[FINGERPRINT_MAX + 1];
    char signer[FINGERPRINT_MAX + 1]; /* primary key of the first that counts; "" when none */
};

static void copy_word(char out[FINGERPRINT_MAX + 1], pl_bytes word)
{
    (void)snprintf(out, FINGERPRINT_MAX + 1, "%.*s",
                   word.n > FINGERPRINT_MAX ? (int)FINGERPRINT_MAX : (int)word.n,
                   word.n == 0 ? "" : (const char *)word.p);
}

static bool is_wanted(const struct pl_openpgp_keys *keys, pl_bytes key, pl_bytes primary)
{
    for (size_t i = 0; i < keys->n_fingerprints; i++)
        if (pl_bytes_eq_str(key, keys->fingerprints[i]) || pl_bytes_eq_str(primary, keys->fingerprints[i]))
            return true;
    return keys->n_fingerprints == 0;
}

/*
 * VALIDSIG fingerprint date timestamp expires version reserved pubkey-algorithm digest-algorithm class primary-fingerprint
 * Digest algorithms 1, 2 and 3 are MD5, SHA-1 and RIPEMD-160: too weak to sign an archive with.
 */
static void read_valid(struct judgement *j, const struct pl_openpgp_keys *keys, pl_bytes rest)
{
    pl_bytes words[10] = {{NULL, 0}};
    size_t n = 0;
    while (n < 10 && pl_bytes_split(&rest, ' ', &words[n]))
        n++;
    pl_bytes primary = words[9].n > 0 ? words[9] : words[0];
    uint64_t digest = 0;
    copy_word(j->detail, words[0]);
    if (!j->is_good)
        return;
    if (!pl_bytes_to_u64(words[7], &digest) || digest <= 3)
        j->why_not = "a signature with a weak digest, by key";
    else if (!is_wanted(keys, words[0], primary))
        j->why_not = "signed by a key that this source does not name,";
    else if (j->signer[0] == '\0')
        copy_word(j->signer, primary);
}

static void read_status_line(struct judgement *j, const struct pl_openpgp_keys *keys, pl_bytes line)
{
    static const struct {
        const char *word;
        const char *why_not; /* NULL when it is good */
    } rows[] = {
        {"GOODSIG", NULL},
        {"BADSIG", "the signature does not fit the text, by key"},
        {"EXPSIG", "the signature has expired, by key"},
        {"EXPKEYSIG", "signed by a key that has expired,"},
        {"REVKEYSIG", "signed by a key that was revoked,"},
        {"ERRSIG", "the signature cannot be checked, by key"},
        {"NO_PUBKEY", "signed by a key that is not in the keyring,"},
    };
    pl_bytes word;
    if (!pl_bytes_starts(line, PL_LIT("[GNUPG:] ")))
        return;
    line = pl_bytes_from(line, 9);
    if (!pl_bytes_split(&line, ' ', &word))
        return;
    if (pl_bytes_eq_str(word, "NEWSIG"))
        j->is_good = false;
    if (pl_bytes_eq_str(word, "VALIDSIG"))
        read_valid(j, keys, line);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!pl_bytes_eq_str(word, rows[i].word))
            continue;
        pl_bytes key = {NULL, 0};
        (void)pl_bytes_split(&line, ' ', &key); /* no key: none is shown */
        j->is_good = rows[i].why_not == NULL;
        j->has_bad |= pl_bytes_eq_str(word, "BADSIG");
        if (!j->is_good) {
            j->why_not = rows[i].why_not;
            copy_word(j->detail, key);
        }
        return;
    }
}

static pl_status judge(pl_bytes status_text, const struct pl_openpgp_keys *keys, struct pl_arena *arena,
                       const char **signer, struct pl_err *err)
{
    struct judgement j = {0};
    pl_bytes line;
    while (pl_bytes_line(&status_text, &line))
        read_status_line(&j, keys, pl_bytes_trim(line));
    if (j.has_bad || j.signer[0] == '\0')
        return pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "%s %s", j.why_not == NULL ? "no signature" : j.why_not,
                       j.detail);
    *signer = pl_arena_printf(arena, "%s", j.signer);
    return *signer == NULL ? pl_arena_fail(arena, err) : PL_OK;
}

/* Run argv over `input`; *text (when not NULL) is what it wrote to standard output. */
static pl_status run_gpgv(const char *const *argv, pl_bytes input, const struct pl_openpgp_keys *keys,
                          struct pl_arena *arena, pl_bytes *text, const char **signer, struct pl_err *err)
{
    struct pl_process_want want = {.argv = argv, .input = input, .timeout_ms = GPGV_TIMEOUT_MS};
    struct pl_buf out[3];
    struct pl_buf *const outs[3] = {&out[0], &out[1], &out[2]};
    int exit_code = -1;
    pl_buf_init(&out[0], MAX_TEXT_BYTES);
    pl_buf_init(&out[1], MAX_STATUS_BYTES);
    pl_buf_init(&out[2], MAX_STATUS_BYTES);
    pl_status st = pl_process_run(&want, outs, &exit_code, err);
    if (st == PL_E_NOT_FOUND)
        pl_err_hint(err, "install gpgv");
    if (st == PL_OK && exit_code >= 126)
        st = pl_fail(err, PL_E_IO, PL_NO_OFFSET, "gpgv ended with %d", exit_code);
    const char *who = NULL;
    if (st == PL_OK)
        st = judge(pl_buf_bytes(&out[2]), keys, arena, &who, err);
    if (st == PL_OK && text != NULL) {
        pl_bytes kept = pl_arena_keep(arena, pl_buf_bytes(&out[0]));
        st = kept.p == NULL ? pl_arena_fail(arena, err) : PL_OK;
        if (st == PL_OK)
            *text = kept;
    }
    if (st == PL_OK)
        *signer = who;
    for (int i = 0; i < 3; i++)
        pl_buf_reset(&out[i]);
    return st;
}

/* One message, from the first byte to the last: what stands around it is signed by nobody. */
static pl_status check_extent(pl_bytes message, struct pl_err *err)
{
    pl_bytes begin = pl_bytes_of_str(begin_message);
    pl_bytes trimmed = pl_bytes_trim(message);
    if (!pl_bytes_starts(message, begin))
        return pl_fail(err, PL_E_TRUST, 0, "does not begin with a clearsigned message");
    if (pl_bytes_find(message, begin, begin.n) != SIZE_MAX)
        return pl_fail(err, PL_E_TRUST, pl_bytes_find(message, begin, begin.n),
                       "holds a second clearsigned message");
    size_t end = pl_bytes_find(message, pl_bytes_of_str(end_signature), 0);
    if (end == SIZE_MAX)
        return pl_fail(err, PL_E_TRUST, message.n, "the signature is cut short");
    if (end + sizeof end_signature - 1 != trimmed.n)
        return pl_fail(err, PL_E_TRUST, end + sizeof end_signature - 1, "holds text after the signature");
    return PL_OK;
}

pl_status pl_openpgp_clearsigned(pl_bytes message, const struct pl_openpgp_keys *keys, struct pl_arena *arena,
                                 pl_bytes *text, const char **signer, struct pl_err *err)
{
    const char *argv[2 * MAX_KEYRINGS + 12] = {NULL};
    size_t n = 0;
    struct scratch scratch = {0};
    pl_status st = check_extent(message, err);
    if (st == PL_OK)
        st = command_line(keys, &scratch, argv, &n, err);
    if (st == PL_OK) {
        argv[n++] = "--output";
        argv[n++] = "-";
        st = run_gpgv(argv, message, keys, arena, text, signer, err);
    }
    scratch_close(&scratch);
    return st;
}

pl_status pl_openpgp_detached(pl_bytes data, pl_bytes signature, const struct pl_openpgp_keys *keys,
                              struct pl_arena *arena, const char **signer, struct pl_err *err)
{
    const char *argv[2 * MAX_KEYRINGS + 12] = {NULL};
    size_t n = 0;
    struct scratch scratch = {0};
    pl_status st = command_line(keys, &scratch, argv, &n, err);
    if (st == PL_OK)
        st = scratch_file(&scratch, signature, &argv[n++], err);
    if (st == PL_OK) {
        argv[n++] = "-";
        st = run_gpgv(argv, data, keys, arena, NULL, signer, err);
    }
    scratch_close(&scratch);
    return st;
}
