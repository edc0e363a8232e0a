/*
 * attest_log.c - notes, trees and logs: published vectors, proofs for every leaf of every size, and a writer that is killed.
 */
#include "attest/log.h"
#include "io/clock.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

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

/* C2SP signed-note, and golang.org/x/mod/sumdb/note. */
static void the_published_notes_verify(void **state)
{
    static const char *const vkeys[] = {
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"};
    static const char *const notes[] = {
        "This is an example message.\n\n\xe2\x80\x94 example.com/foo "
        "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n",
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem "
        "is.\n\n\xe2\x80\x94 PeterNeumann "
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"};
    for (int i = 0; i < 2; i++) {
        struct pl_note_key by = {{NULL, 0}, NULL};
        struct pl_key *key = NULL;
        struct pl_buf again;
        pl_bytes text;
        assert_int_equal(pl_note_vkey_read(pl_bytes_of_str(vkeys[i]), &by.name, &key, &err), PL_OK);
        by.key = key;
        assert_int_equal(pl_note_open(pl_bytes_of_str(notes[i]), &by, 1, &text, NULL, &err), PL_OK);
        assert_true(pl_bytes_starts(pl_bytes_of_str(notes[i]), text));
        pl_buf_init(&again, 1024);
        assert_int_equal(pl_note_vkey_write(by.name, key, &again, &err), PL_OK);
        assert_true(pl_bytes_eq_str(pl_buf_bytes(&again), vkeys[i]));
        pl_buf_reset(&again);
        by.name = (pl_bytes){NULL, 0}; /* a key of any name */
        assert_int_equal(pl_note_open(pl_bytes_of_str(notes[i]), &by, 1, &text, NULL, &err), PL_OK);
        pl_key_free(key);
    }
}

static void no_bit_of_a_note_can_change(void **state)
{
    struct pl_key *key = seeded(3);
    struct pl_note_key by = {{NULL, 0}, key};
    struct pl_buf note;
    pl_bytes text;
    pl_buf_init(&note, 4096);
    assert_int_equal(pl_note_sign(PL_LIT("origin\n7\nq1w2\n"), PL_LIT("a.example/log"), key, &note, &err),
                     PL_OK);
    assert_int_equal(pl_note_open(pl_buf_bytes(&note), &by, 1, &text, NULL, &err), PL_OK);
    for (size_t i = 0; i < note.n * 8; i++) {
        note.p[i / 8] ^= (uint8_t)(1u << i % 8);
        if (pl_note_open(pl_buf_bytes(&note), &by, 1, &text, NULL, &err) == PL_OK)
            fail_msg("bit %zu of byte %zu may change", i % 8, i / 8);
        note.p[i / 8] ^= (uint8_t)(1u << i % 8);
    }
    pl_buf_reset(&note);
    pl_key_free(key);
}

static void other_signatures_are_passed_over_and_a_bad_one_is_not(void **state)
{
    struct pl_key *ours = seeded(4);
    struct pl_key *other = seeded(5);
    struct pl_note_key by = {{NULL, 0}, ours};
    struct pl_buf a;
    struct pl_buf b;
    pl_bytes text;
    pl_buf_init(&a, 4096);
    pl_buf_init(&b, 4096);
    assert_int_equal(pl_note_sign(PL_LIT("text\n"), PL_LIT("o"), other, &a, &err), PL_OK);
    assert_int_equal(pl_note_open(pl_buf_bytes(&a), &by, 1, &text, NULL, &err), PL_E_TRUST);
    assert_int_equal(pl_note_sign(PL_LIT("text\n"), PL_LIT("o"), ours, &b, &err), PL_OK);
    pl_buf_add(&a, pl_bytes_from(pl_buf_bytes(&b), 6)); /* the second signature line */
    assert_int_equal(pl_note_open(pl_buf_bytes(&a), &by, 1, &text, NULL, &err), PL_OK);
    pl_buf_clear(&a);
    pl_buf_add_str(&a, "other\n");
    pl_buf_add(&a, pl_bytes_from(pl_buf_bytes(&b), 5));
    assert_int_equal(pl_note_open(pl_buf_bytes(&a), &by, 1, &text, NULL, &err), PL_E_TRUST);
    assert_int_equal(pl_note_open(PL_LIT("text\n\n"), &by, 1, &text, NULL, &err), PL_E_INPUT);
    assert_int_equal(pl_note_open(PL_LIT("text\n"), &by, 1, &text, NULL, &err), PL_E_INPUT);
    assert_int_equal(pl_note_open(PL_LIT("text\n\nno signature\n"), &by, 1, &text, NULL, &err), PL_E_INPUT);
    pl_buf_reset(&a);
    pl_buf_reset(&b);
    pl_key_free(ours);
    pl_key_free(other);
}

/* The eight leaves and nine roots of the reference implementations of RFC 6962. */
static void the_classic_tree_has_its_roots(void **state)
{
    static const char *const leaves[8] = {
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
    static const char *const roots[9] = {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                                         "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                         "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                         "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                         "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                         "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                         "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                         "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                         "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
    pl_sha256 hashes[8];
    for (size_t i = 0; i < 8; i++) {
        uint8_t data[16];
        size_t n = strlen(leaves[i]) / 2;
        assert_true(pl_unhex(pl_bytes_of_str(leaves[i]), data, n));
        assert_int_equal(pl_merkle_leaf(pl_bytes_of(data, n), &hashes[i], &err), PL_OK);
    }
    for (size_t n = 0; n <= 8; n++) {
        pl_sha256 root;
        char hex[PL_SHA256_HEX_BYTES];
        assert_int_equal(pl_merkle_root(hashes, n, &root, &err), PL_OK);
        pl_hex(root.b, PL_SHA256_BYTES, hex);
        assert_string_equal(hex, roots[n]);
    }
}

/* RFC 6962, 2.1.1 and 2.1.2, straight from the definitions, as a second opinion. */
static size_t split(size_t n)
{
    size_t k = 1;
    while (k * 2 < n)
        k *= 2;
    return k;
}

static pl_sha256 root_of(const pl_sha256 *h, size_t n)
{
    pl_sha256 root;
    assert_int_equal(pl_merkle_root(h, n, &root, &err), PL_OK);
    return root;
}

static size_t subproof(const pl_sha256 *h, size_t m, size_t n, bool is_whole, pl_sha256 *out)
{
    if (m == n) {
        if (!is_whole)
            out[0] = root_of(h, n);
        return is_whole ? 0 : 1;
    }
    size_t k = split(n);
    size_t used = m <= k ? subproof(h, m, k, is_whole, out) : subproof(h + k, m - k, n - k, false, out);
    out[used] = m <= k ? root_of(h + k, n - k) : root_of(h, k);
    return used + 1;
}

static void consistency_is_shown_for_all_pairs_of_sizes_and_for_nothing_else(void **state)
{
    enum { N = 40 };
    pl_sha256 h[N];
    pl_sha256 proof[PL_MERKLE_MAX_HEIGHT];
    for (size_t i = 0; i < N; i++)
        assert_int_equal(pl_merkle_leaf(pl_bytes_of(&i, sizeof i), &h[i], &err), PL_OK);
    for (size_t n = 1; n <= N; n++)
        for (size_t m = 1; m <= n; m++) {
            pl_sha256 old = root_of(h, m);
            pl_sha256 now = root_of(h, n);
            size_t used = subproof(h, m, n, true, proof);
            assert_int_equal(pl_merkle_check_consistency(m, n, proof, used, &old, &now, &err), PL_OK);
            if (used > 0) {
                assert_int_equal(pl_merkle_check_consistency(m, n, proof, used - 1, &old, &now, &err),
                                 PL_E_TRUST);
                proof[used / 2].b[5] ^= 1;
                assert_int_equal(pl_merkle_check_consistency(m, n, proof, used, &old, &now, &err),
                                 PL_E_TRUST);
            }
        }
    assert_int_equal(pl_merkle_check_consistency(0, 5, proof, 0, &h[0], &h[0], &err), PL_E_USAGE);
}

static void tiles_have_the_names_of_the_specification(void **state)
{
    char path[PL_TILE_PATH_BYTES];
    assert_int_equal(pl_tile_path("d", 0, 1234067, PL_TILE_WIDTH, path, &err), PL_OK);
    assert_string_equal(path, "d/tile/0/x001/x234/067");
    assert_int_equal(pl_tile_path("d", 1, 1, 17, path, &err), PL_OK);
    assert_string_equal(path, "d/tile/1/001.p/17");
    assert_int_equal(pl_tile_path("d", PL_TILE_ENTRIES, 273, 112, path, &err), PL_OK);
    assert_string_equal(path, "d/tile/entries/273.p/112");
    assert_int_equal(pl_tile_path("d", 0, UINT64_MAX, 1, path, &err), PL_OK);
    assert_string_equal(path, "d/tile/0/x018/x446/x744/x073/x709/x551/615.p/1");
}

static void append(const char *dir, const struct pl_key *key, size_t from, size_t n)
{
    pl_bytes *entries = calloc(n, sizeof *entries);
    char(*texts)[32] = calloc(n, sizeof *texts);
    uint64_t first = 0;
    for (size_t i = 0; i < n; i++)
        entries[i] =
            pl_bytes_of(texts[i], (size_t)snprintf(texts[i], sizeof texts[i], "entry %zu", from + i));
    if (pl_log_append(dir, NULL, key, entries, n, &first, &err) != PL_OK)
        fail_msg("%s", err.text);
    assert_int_equal(first, from);
    free(texts);
    free(entries);
}

static void audit(const char *dir, const struct pl_key *key, uint64_t size)
{
    struct pl_note_key by = {{NULL, 0}, key};
    struct pl_log log = {0};
    pl_sha256 root;
    if (pl_log_open(dir, &by, 1, &log, &err) != PL_OK ||
        pl_log_audit(&log, log.at.size, &root, &err) != PL_OK)
        fail_msg("%s", err.text);
    assert_true(size == 0 || log.at.size == size);
    pl_log_close(&log);
}

static void prove_all(const char *dir, const struct pl_key *key, size_t step)
{
    struct pl_note_key by = {{NULL, 0}, key};
    struct pl_log log = {0};
    assert_int_equal(pl_log_open(dir, &by, 1, &log, &err), PL_OK);
    for (size_t i = 0; i < log.at.size; i += step) {
        char text[32];
        pl_sha256 leaf;
        pl_sha256 proof[PL_MERKLE_MAX_HEIGHT];
        uint64_t index = 0;
        size_t n = 0;
        pl_bytes entry = pl_bytes_of(text, (size_t)snprintf(text, sizeof text, "entry %zu", i));
        assert_int_equal(pl_merkle_leaf(entry, &leaf, &err), PL_OK);
        assert_int_equal(pl_log_find(&log, &leaf, &index, &err), PL_OK);
        assert_int_equal(index, i);
        assert_int_equal(pl_log_prove(&log, index, proof, &n, &err), PL_OK);
        assert_int_equal(pl_merkle_check_inclusion(index, log.at.size, &leaf, proof, n, &log.at.root, &err),
                         PL_OK);
        assert_int_equal(
            pl_merkle_check_inclusion(index ^ 1, log.at.size, &leaf, proof, n, &log.at.root, &err),
            PL_E_TRUST);
        leaf.b[0] ^= 1;
        assert_int_equal(pl_merkle_check_inclusion(index, log.at.size, &leaf, proof, n, &log.at.root, &err),
                         PL_E_TRUST);
        assert_int_equal(pl_log_find(&log, &leaf, &index, &err), PL_E_TRUST);
    }
    pl_log_close(&log);
}

static void a_log_is_the_same_however_it_was_filled(void **state)
{
    static const size_t sizes[] = {1, 2, 255, 256, 257, 511, 512, 700, 65536, 70000};
    struct pl_key *key = seeded(9);
    size_t at = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char whole[64];
        struct pl_note_key by = {{NULL, 0}, key};
        struct pl_log a = {0};
        struct pl_log b = {0};
        append("steps", key, at, sizes[i] - at);
        at = sizes[i];
        audit("steps", key, at);
        (void)snprintf(whole, sizeof whole, "whole-%zu", at);
        append(whole, key, 0, at);
        assert_int_equal(pl_log_open("steps", &by, 1, &a, &err), PL_OK);
        assert_int_equal(pl_log_open(whole, &by, 1, &b, &err), PL_OK);
        assert_true(pl_sha256_eq(&a.at.root, &b.at.root));
        pl_log_close(&a);
        pl_log_close(&b);
        prove_all("steps", key, at < 1000 ? 7 : 9973);
    }
    struct stat sb;
    assert_int_equal(stat("steps/tile/0/272", &sb), 0);
    assert_int_equal(sb.st_size, 8192);
    assert_int_equal(stat("steps/tile/0/273.p/112", &sb), 0);
    assert_int_equal(stat("steps/tile/1/001.p/17", &sb), 0);
    assert_int_equal(stat("steps/tile/2/000.p/1", &sb), 0);
    assert_int_equal(stat("steps/tile/entries/273.p/112", &sb), 0);
    assert_int_not_equal(stat("steps/tile/0/002.p/188", &sb), 0);
    pl_key_free(key);
}

static void overwrite(const char *path, long at, char byte)
{
    FILE *f = fopen(path, "r+b");
    assert_non_null(f);
    assert_int_equal(fseek(f, at, SEEK_SET), 0);
    assert_int_equal(fputc(byte, f), byte);
    assert_int_equal(fclose(f), 0);
}

static void a_log_that_was_changed_is_refused(void **state)
{
    struct pl_key *key = seeded(9);
    struct pl_key *other = seeded(10);
    struct pl_note_key by = {{NULL, 0}, key};
    struct pl_log log = {0};
    pl_sha256 root;
    pl_bytes entry = PL_LIT("more");
    uint64_t first;
    append("changed", key, 0, 300);
    assert_int_equal(pl_log_append("changed", NULL, other, &entry, 1, &first, &err), PL_E_TRUST);
    overwrite("changed/tile/entries/000", 100, '!'); /* an old entry */
    assert_int_equal(pl_log_open("changed", &by, 1, &log, &err), PL_OK);
    assert_int_equal(pl_log_audit(&log, 0, &root, &err), PL_E_TRUST);
    pl_log_close(&log);
    append("edge", key, 0, 300);
    overwrite("edge/tile/0/001.p/44", 40, '!'); /* a hash at the right edge */
    assert_int_equal(pl_log_append("edge", NULL, key, &entry, 1, &first, &err), PL_E_TRUST);
    append("signed", key, 0, 3);
    overwrite("signed/checkpoint", 36, '9');
    assert_int_equal(pl_log_open("signed", &by, 1, &log, &err), PL_E_TRUST);
    pl_key_free(key);
    pl_key_free(other);
}

static uint64_t size_of(const char *dir, const struct pl_key *key)
{
    struct pl_note_key by = {{NULL, 0}, key};
    struct pl_log log = {0};
    pl_status st = pl_log_open(dir, &by, 1, &log, &err);
    uint64_t size = st == PL_OK ? log.at.size : 0;
    assert_true(st == PL_OK || st == PL_E_NOT_FOUND);
    pl_log_close(&log);
    return size;
}

/* The child appends without a pause and writes down each entry that it was told is in; then it is killed. */
static uint64_t append_until_killed(const char *dir, const struct pl_key *key, unsigned after_us)
{
    int told[2];
    uint64_t last = 0;
    uint64_t count = 0;
    assert_int_equal(pipe(told), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        for (;;) {
            uint64_t first = 0;
            pl_bytes entry = PL_LIT("an entry of a writer that will be killed");
            if (pl_log_append(dir, NULL, key, &entry, 1, &first, NULL) != PL_OK)
                _exit(1);
            first++;
            if (write(told[1], &first, sizeof first) != sizeof first)
                _exit(2);
        }
    }
    (void)close(told[1]);
    (void)usleep(after_us);
    (void)kill(child, SIGKILL);
    while (read(told[0], &last, sizeof last) == sizeof last)
        count = last;
    (void)close(told[0]);
    int how;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFSIGNALED(how));
    return count;
}

static void a_writer_that_is_killed_a_hundred_times_leaves_a_whole_log(void **state)
{
    struct pl_key *key = seeded(11);
    uint64_t start_ns = pl_clock_monotonic_ns();
    append("killed", key, 0, 1);
    uint64_t size = 1;
    unsigned most_us = (unsigned)((pl_clock_monotonic_ns() - start_ns) / 1000) * 3 + 1000; /* disks differ */
    srand(1);
    for (int i = 0; i < 100; i++) {
        uint64_t told = append_until_killed("killed", key, (unsigned)rand() % most_us);
        uint64_t now = size_of("killed", key);
        assert_true(now >= told && now >= size); /* what was said to be in is in */
        size = now;
        audit("killed", key, now);
    }
    pl_bytes entry = PL_LIT("and it goes on");
    uint64_t first = 0;
    assert_int_equal(pl_log_append("killed", NULL, key, &entry, 1, &first, &err), PL_OK);
    assert_int_equal(first, size);
    pl_key_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_notes_verify),
        cmocka_unit_test(no_bit_of_a_note_can_change),
        cmocka_unit_test(other_signatures_are_passed_over_and_a_bad_one_is_not),
        cmocka_unit_test(the_classic_tree_has_its_roots),
        cmocka_unit_test(consistency_is_shown_for_all_pairs_of_sizes_and_for_nothing_else),
        cmocka_unit_test(tiles_have_the_names_of_the_specification),
        cmocka_unit_test(a_log_is_the_same_however_it_was_filled),
        cmocka_unit_test(a_log_that_was_changed_is_refused),
        cmocka_unit_test(a_writer_that_is_killed_a_hundred_times_leaves_a_whole_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
