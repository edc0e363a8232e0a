/*
 * base_digest.c - tests of base/digest.h.
 *
 * Vectors: FIPS 180-4 examples (NIST) for sha256, RFC 1321 A.5 for md5, `git hash-object --stdin` for blob ids.
 */
#include "base/digest.h"
#include "unit.h"

static uint8_t *million_a(void)
{
    uint8_t *p = malloc(1000000);
    assert_non_null(p);
    memset(p, 'a', 1000000);
    return p;
}

static void assert_sha256(pl_bytes data, const char *hex)
{
    pl_sha256 digest;
    char text[PL_SHA256_HEX_BYTES];
    assert_int_equal(pl_sha256_of(data, &digest, NULL), PL_OK);
    pl_hex(digest.b, sizeof digest.b, text);
    assert_string_equal(text, hex);
}

static void sha256_gives_the_published_vectors(void **state)
{
    uint8_t *many = million_a();
    assert_sha256((pl_bytes){NULL, 0}, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_sha256(PL_LIT("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_sha256(PL_LIT("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
                  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    assert_sha256(pl_bytes_of(many, 1000000),
                  "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(many);
}

static void md5_gives_the_published_vectors(void **state)
{
    static const char *const vectors[][2] = {
        {"", "d41d8cd98f00b204e9800998ecf8427e"},
        {"a", "0cc175b9c0f1b6a831c399e269772661"},
        {"abc", "900150983cd24fb0d6963f7d28e17f72"},
        {"message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
    };
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        pl_md5 digest;
        char text[2 * PL_MD5_BYTES + 1];
        assert_int_equal(pl_md5_of(pl_bytes_of_str(vectors[i][0]), &digest, NULL), PL_OK);
        pl_hex(digest.b, sizeof digest.b, text);
        assert_string_equal(text, vectors[i][1]);
    }
}

static void assert_blob(pl_bytes data, const char *hex)
{
    pl_sha1 id;
    char text[2 * PL_SHA1_BYTES + 1];
    assert_int_equal(pl_git_blob_of(data, &id, NULL), PL_OK);
    pl_hex(id.b, sizeof id.b, text);
    assert_string_equal(text, hex);
}

static void blob_ids_are_what_git_hash_object_says(void **state)
{
    uint8_t all[256 * 40];
    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (uint8_t)i;
    assert_blob(PL_LIT("hello\n"), "ce013625030ba8dba906f756967f9e9ca394464a");
    assert_blob((pl_bytes){NULL, 0}, "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
    assert_blob(pl_bytes_of(all, sizeof all), "c24b5240932db6bddd91a9aecd36e95ffb2e8f0e");
}

static void any_piece_size_gives_the_same_digest(void **state)
{
    uint8_t data[300];
    pl_sha256 whole;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 7);
    assert_int_equal(pl_sha256_of(pl_bytes_of(data, sizeof data), &whole, NULL), PL_OK);
    for (size_t piece = 1; piece <= sizeof data; piece++) {
        struct pl_sha256_run *run = NULL;
        pl_sha256 pieces;
        assert_int_equal(pl_sha256_open(&run, NULL), PL_OK);
        for (size_t at = 0; at < sizeof data; at += piece)
            assert_int_equal(
                pl_sha256_add(run, pl_bytes_sub(pl_bytes_of(data, sizeof data), at, piece), NULL), PL_OK);
        assert_int_equal(pl_sha256_end(run, &pieces, NULL), PL_OK);
        pl_sha256_close(run);
        assert_true(pl_sha256_eq(&whole, &pieces));
    }
    pl_sha256_close(NULL);
}

static void hex_of_either_case_goes_back_and_forth(void **state)
{
    uint8_t bytes[4] = {9, 9, 9, 9};
    char text[9];
    assert_true(pl_unhex(PL_LIT("00aF9fE1"), bytes, 4));
    pl_hex(bytes, 4, text);
    assert_string_equal(text, "00af9fe1");
}

static void what_is_not_hex_is_refused_and_nothing_written(void **state)
{
    static const char *const refused[] = {"",         "0",           "00af9fe",  "00af9fe11", "00af9fg1",
                                          "00af9f 1", "00af9f\0211", "00af9f@1", "00af9f`1",  "0x0af9f1"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        uint8_t bytes[4] = {9, 9, 9, 9};
        assert_false(pl_unhex(pl_bytes_of_str(refused[i]), bytes, 4));
        assert_true(pl_bytes_all(pl_bytes_of(bytes, 4), 9));
    }
    uint8_t none[1];
    assert_true(pl_unhex((pl_bytes){NULL, 0}, none, 0));
    assert_false(pl_unhex(PL_LIT("00"), none, (size_t)1 << 63 | 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_gives_the_published_vectors),
        cmocka_unit_test(md5_gives_the_published_vectors),
        cmocka_unit_test(blob_ids_are_what_git_hash_object_says),
        cmocka_unit_test(any_piece_size_gives_the_same_digest),
        cmocka_unit_test(hex_of_either_case_goes_back_and_forth),
        cmocka_unit_test(what_is_not_hex_is_refused_and_nothing_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
