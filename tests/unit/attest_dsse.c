/*
 * attest_dsse.c - keys and envelopes: published vectors, every flipped bit, thresholds.
 */
#include "attest/dsse.h"
#include "base/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct pl_err err;

static struct pl_key *seeded(uint8_t byte)
{
    uint8_t seed[PL_KEY_RAW_BYTES];
    struct pl_key *k = NULL;
    memset(seed, byte, sizeof seed);
    assert_int_equal(pl_key_of_seed(seed, &k, &err), PL_OK);
    return k;
}

static void unhex(const char *text, uint8_t *out, size_t n)
{
    assert_true(pl_unhex(pl_bytes_of_str(text), out, n));
}

/* protocol.md of DSSE 1.0.2: the encoding, and a signature by a key that is given there, r and s as 64 bytes. */
static void the_published_vector_verifies(void **state)
{
    static const char spki_head[] = "3059301306072a8648ce3d020106082a8648ce3d030107034200"
                                    "04";
    static const char envelope[] = "{\"payload\":\"aGVsbG8gd29ybGQ=\",\"payloadType\":\"http://example.com/"
                                   "HelloWorld\",\"signatures\":[{\"keyid\":\"66301bbf\","
                                   "\"sig\":\"A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+"
                                   "O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA==\"}]}";
    uint8_t spki[91];
    struct pl_key *key = NULL;
    struct pl_dsse d = {0};
    bool is_good = false;
    const char *name = "66301bbf";
    unhex(spki_head, spki, 27);
    unhex("67cd390f77aa359cb08c2235f652270493a9ed832b0abcc01f70954c0390d238", spki + 27, 32);
    unhex("0c782bd54e269125a44f4433aff1432ce94e12bca73aa67ac80cea12608ddf74", spki + 59, 32);
    assert_int_equal(pl_key_of_spki(pl_bytes_of(spki, sizeof spki), &key, &err), PL_OK);
    assert_int_equal(pl_dsse_read(pl_bytes_of_str(envelope), &d, &err), PL_OK);
    assert_true(pl_bytes_eq_str(d.pae, "DSSEv1 29 http://example.com/HelloWorld 11 hello world"));
    assert_int_equal(pl_dsse_verify(&d, &key, &name, 1, 1, &is_good, &err), PL_OK);
    assert_true(is_good);
    assert_int_equal(pl_dsse_verify(&d, &key, NULL, 1, 1, &is_good, &err),
                     PL_E_TRUST); /* the keyid is of no key here */
    pl_dsse_reset(&d);
    pl_key_free(key);
}

/* RFC 8032, section 7.1, test 2. */
static void ed25519_makes_the_signature_of_the_rfc(void **state)
{
    uint8_t seed[32];
    uint8_t public[32];
    uint8_t raw[32];
    uint8_t want[64];
    uint8_t sig[PL_KEY_SIGNATURE_BYTES];
    size_t n = 0;
    struct pl_key *k = NULL;
    unhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", seed, 32);
    unhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", public, 32);
    unhex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c38"
          "7b2eaeb4302aeeb00d29"
          "1612bb0c00",
          want, 64);
    assert_int_equal(pl_key_of_seed(seed, &k, &err), PL_OK);
    assert_true(pl_key_raw(k, raw));
    assert_memory_equal(raw, public, 32);
    assert_int_equal(pl_key_sign(k, PL_LIT("\x72"), sig, &n, &err), PL_OK);
    assert_int_equal(n, 64);
    assert_memory_equal(sig, want, 64);
    pl_key_free(k);
}

static pl_status read_and_verify(pl_bytes json, struct pl_key *key)
{
    struct pl_dsse d = {0};
    bool is_good = false;
    pl_status st = pl_dsse_read(json, &d, &err);
    if (st == PL_OK)
        st = pl_dsse_verify(&d, &key, NULL, 1, 1, &is_good, &err);
    if (st == PL_OK && !pl_bytes_eq_str(d.type, PL_DSSE_IN_TOTO))
        st = PL_E_TRUST;
    pl_dsse_reset(&d);
    return st;
}

static void no_bit_of_an_envelope_can_change(struct pl_key *key)
{
    struct pl_buf out;
    pl_buf_init(&out, 1u << 20);
    assert_int_equal(pl_dsse_write(PL_LIT(PL_DSSE_IN_TOTO),
                                   PL_LIT("{\"_type\":\"https://in-toto.io/Statement/v1\"}!"), &key, 1, &out,
                                   &err),
                     PL_OK);
    assert_int_equal(read_and_verify(pl_buf_bytes(&out), key), PL_OK);
    for (size_t i = 0; i < out.n * 8; i++) {
        out.p[i / 8] ^= (uint8_t)(1u << i % 8);
        if (read_and_verify(pl_buf_bytes(&out), key) == PL_OK)
            fail_msg("bit %zu of byte %zu may change", i % 8, i / 8);
        out.p[i / 8] ^= (uint8_t)(1u << i % 8);
    }
    for (size_t n = 0; n + 1 < out.n; n++) /* the last byte is a line end */
        assert_int_not_equal(read_and_verify(pl_bytes_sub(pl_buf_bytes(&out), 0, n), key), PL_OK);
    pl_buf_reset(&out);
}

static void every_flipped_bit_and_every_truncation_is_refused(void **state)
{
    struct pl_key *ed = seeded(7);
    struct pl_key *ec = NULL;
    assert_int_equal(pl_key_new(PL_KEY_P256, &ec, &err), PL_OK);
    no_bit_of_an_envelope_can_change(ed);
    no_bit_of_an_envelope_can_change(ec);
    pl_key_free(ed);
    pl_key_free(ec);
}

static void a_key_counts_once_however_often_it_signed(void **state)
{
    struct pl_key *keys[3] = {seeded(1), seeded(2), seeded(1)};
    bool is_good[3];
    struct pl_buf out;
    struct pl_dsse d = {0};
    pl_buf_init(&out, 1u << 20);
    assert_int_equal(pl_dsse_write(PL_LIT("t"), PL_LIT("body"), keys, 3, &out, &err), PL_OK);
    assert_int_equal(pl_dsse_read(pl_buf_bytes(&out), &d, &err), PL_OK);
    assert_int_equal(d.signatures.n, 3);
    assert_int_equal(pl_dsse_verify(&d, keys, NULL, 3, 2, is_good, &err), PL_OK);
    assert_false(is_good[2]);
    assert_int_equal(pl_dsse_verify(&d, keys, NULL, 3, 3, is_good, &err), PL_E_TRUST);
    assert_int_equal(pl_dsse_verify(&d, keys, NULL, 3, 0, is_good, &err), PL_E_USAGE);
    assert_int_equal(pl_dsse_verify(&d, keys + 1, NULL, 1, 1, is_good, &err), PL_OK);
    pl_dsse_reset(&d);
    pl_buf_reset(&out);
    for (int i = 0; i < 3; i++)
        pl_key_free(keys[i]);
}

static void what_is_no_envelope_is_said(void **state)
{
    static const char *const bad[] = {
        "",
        "{}",
        "[]",
        "{\"payloadType\":\"t\",\"payload\":\"\"}",
        "{\"payloadType\":\"\",\"payload\":\"\",\"signatures\":[]}",
        "{\"payloadType\":\"t\",\"payload\":\"a\",\"signatures\":[]}",
        "{\"payloadType\":\"t\",\"payload\":\"YQ==\",\"signatures\":{}}",
        "{\"payloadType\":\"t\",\"payload\":\"YR==\",\"signatures\":[]}", /* stray bits */
        "{\"payloadType\":\"t\",\"payload\":\"-_+/\",\"signatures\":[]}", /* both alphabets */
        "{\"payloadType\":\"t\",\"payload\":\"YQ==\",\"payload\":\"Yg==\",\"signatures\":[]}",
        "{\"payloadType\":\"t\",\"payload\":\"YQ==\",\"signatures\":[{\"sig\":\"\"}]}",
        "{\"payloadType\":\"t\",\"payload\":\"YQ==\",\"signatures\":[{\"sig\":7}]}",
        "{\"payloadType\":\"t\",\"payload\":\"YQ==\",\"signatures\":[{\"sig\":\"YQ==\",\"keyid\":7}]}",
        "{\"payloadType\":\"t\",\"payload\":\"YQ==\",\"signatures\":[]} x"};
    struct pl_dsse d = {0};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (pl_dsse_read(pl_bytes_of_str(bad[i]), &d, &err) != PL_E_INPUT)
            fail_msg("accepted: %s", bad[i]);
    assert_int_equal(
        pl_dsse_read(
            PL_LIT("{\"payloadType\":\"t\",\"payload\":\"_-8=\",\"signatures\":[],\"x\":{\"y\":[null]}}"), &d,
            &err),
        PL_OK);
    assert_true(pl_bytes_eq(d.payload, PL_LIT("\xff\xef")));
    pl_dsse_reset(&d);
}

static void base64_comes_back_at_every_length(void **state)
{
    uint8_t data[70];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 37 + 11);
    for (size_t n = 0; n <= sizeof data; n++) {
        struct pl_buf text;
        struct pl_buf back;
        pl_buf_init(&text, 1024);
        pl_buf_init(&back, 1024);
        pl_base64_encode(pl_bytes_of(data, n), &text);
        assert_int_equal(pl_base64_decoded_bytes(pl_buf_bytes(&text)), n);
        assert_true(pl_base64_decode(pl_buf_bytes(&text), &back));
        assert_true(pl_bytes_eq(pl_buf_bytes(&back), pl_bytes_of(data, n)));
        pl_buf_reset(&text);
        pl_buf_reset(&back);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_vector_verifies),
        cmocka_unit_test(ed25519_makes_the_signature_of_the_rfc),
        cmocka_unit_test(every_flipped_bit_and_every_truncation_is_refused),
        cmocka_unit_test(a_key_counts_once_however_often_it_signed),
        cmocka_unit_test(what_is_no_envelope_is_said),
        cmocka_unit_test(base64_comes_back_at_every_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
