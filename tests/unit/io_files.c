/*
 * io: files are read whole, written whole or not at all, and walked in one order; programs are heard to their end.
 */
#include "io/clock.h"
#include "io/process.h"
#include "io/read.h"
#include "io/walk.h"
#include "io/write.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"
#include "valgrind.h"

static int set_up(void **state)
{
    char here[] = "/tmp/pl-io-XXXXXX";
    assert_non_null(mkdtemp(here));
    assert_int_equal(chdir(here), 0);
    return 0;
}

static int tear_down(void **state)
{
    assert_int_equal(system("rm -rf \"$PWD\""), 0);
    return 0;
}

static void what_was_written_is_read_at_every_maximum(void **state)
{
    uint8_t data[300];
    struct pl_err err;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 7);
    assert_int_equal(pl_io_write("f", 0640, pl_bytes_of(data, sizeof data), &err), PL_OK);
    for (uint64_t max = 0; max < 2 * sizeof data; max++) {
        uint8_t *heap = NULL;
        size_t n = 0;
        struct pl_mapping m = {0};
        pl_status expected = max < sizeof data ? PL_E_LIMIT : PL_OK;
        assert_int_equal(pl_io_read("f", max, &heap, &n, &err), expected);
        assert_int_equal(pl_mapping_open("f", max, &m, &err), expected);
        if (expected == PL_OK) {
            assert_int_equal(n, sizeof data);
            assert_memory_equal(heap, data, n);
            assert_int_equal(m.bytes.n, n);
            assert_memory_equal(m.bytes.p, data, n);
        }
        free(heap);
        pl_mapping_close(&m);
    }
    struct stat sb;
    assert_int_equal(stat("f", &sb), 0);
    assert_int_equal(sb.st_mode & 0777, 0640);
}

static void an_empty_file_has_no_bytes_and_no_error(void **state)
{
    uint8_t *heap = NULL;
    size_t n = 1;
    struct pl_mapping m;
    assert_int_equal(pl_io_write("empty", 0600, PL_LIT(""), NULL), PL_OK);
    assert_int_equal(pl_io_read("empty", 10, &heap, &n, NULL), PL_OK);
    assert_non_null(heap);
    assert_int_equal(n, 0);
    free(heap);
    assert_int_equal(pl_mapping_open("empty", 10, &m, NULL), PL_OK);
    assert_int_equal(m.bytes.n, 0);
    pl_mapping_close(&m);
}

static void what_is_not_a_file_is_said(void **state)
{
    uint8_t *heap;
    size_t n;
    struct pl_mapping m;
    struct pl_err err;
    assert_int_equal(pl_io_read("nothing", 10, &heap, &n, &err), PL_E_NOT_FOUND);
    assert_string_equal(err.subject, "nothing");
    assert_int_equal(pl_io_read(".", 10, &heap, &n, &err), PL_E_IO);
    assert_int_equal(pl_mapping_open(".", 10, &m, &err), PL_E_IO);
    assert_int_equal(pl_io_write("no/such/folder", 0600, PL_LIT("x"), &err), PL_E_IO);
}

static int files_here(void)
{
    FILE *p = popen("ls -A | wc -l", "r");
    int n = -1;
    assert_non_null(p);
    assert_int_equal(fscanf(p, "%d", &n), 1);
    (void)pclose(p);
    return n;
}

static void a_writing_that_is_not_committed_leaves_nothing(void **state)
{
    struct pl_writing *w;
    assert_int_equal(pl_io_write("kept", 0600, PL_LIT("old"), NULL), PL_OK);
    assert_int_equal(pl_writing_open("kept", 0600, &w, NULL), PL_OK);
    assert_int_equal(pl_writing_add(w, PL_LIT("new"), NULL), PL_OK);
    assert_int_equal(files_here(), 2);
    pl_writing_close(w);
    assert_int_equal(files_here(), 1);
    uint8_t *heap;
    size_t n;
    assert_int_equal(pl_io_read("kept", 10, &heap, &n, NULL), PL_OK);
    assert_memory_equal(heap, "old", 3);
    free(heap);
    assert_int_equal(pl_writing_open("kept", 0600, &w, NULL), PL_OK);
    assert_int_equal(pl_writing_add(w, PL_LIT("wrong"), NULL), PL_OK);
    assert_int_equal(pl_writing_restart(w, NULL), PL_OK);
    assert_int_equal(pl_writing_add(w, PL_LIT("new"), NULL), PL_OK);
    assert_int_equal(pl_writing_commit(w, NULL), PL_OK);
    pl_writing_close(w);
    assert_int_equal(pl_io_read("kept", 10, &heap, &n, NULL), PL_OK);
    assert_int_equal(n, 3);
    assert_memory_equal(heap, "new", 3);
    free(heap);
    assert_int_equal(files_here(), 1);
}

static void folders_are_made_as_deep_as_needed(void **state)
{
    assert_int_equal(pl_io_mkdirs("a/b/c", NULL), PL_OK);
    assert_int_equal(pl_io_mkdirs("a/b/c/", NULL), PL_OK);
    assert_int_equal(pl_io_write("a/b/c/f", 0600, PL_LIT("x"), NULL), PL_OK);
    assert_int_equal(pl_io_mkdirs("a/b/c/f/g", NULL), PL_E_IO);
    assert_int_equal(pl_io_mkdirs_above("d/e/f", NULL), PL_OK);
    assert_int_equal(pl_io_write("d/e/f", 0600, PL_LIT("x"), NULL), PL_OK);
    assert_int_equal(pl_io_mkdirs_above("f", NULL), PL_OK);
}

static void a_file_has_a_folder_whatever_its_path_says(void **state)
{
    static const char *const rows[][2] = {{"a/b/c", "a/b"}, {"/a", "/"}, {"a", "."}, {"a/", "a"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *folder = pl_io_folder_of(rows[i][0]);
        assert_string_equal(folder, rows[i][1]);
        free(folder);
    }
}

struct seen {
    char text[512];
    pl_status stop_with;
};

static pl_status note(void *ctx, const struct pl_walk_entry *e, struct pl_err *err)
{
    struct seen *seen = ctx;
    size_t n = strlen(seen->text);
    (void)snprintf(seen->text + n, sizeof seen->text - n, "%.*s%s%.*s ", PL_ARG(e->path),
                   e->type == PL_ENTRY_DIRECTORY ? "/" : "", (int)e->link_target.n,
                   e->link_target.n > 0 ? (const char *)e->link_target.p : "");
    if (e->type == PL_ENTRY_FILE) {
        uint8_t *heap;
        size_t got;
        assert_int_equal(pl_io_read_at(e->dir_fd, e->name, 100, &heap, &got, err), PL_OK);
        assert_int_equal(got, e->size);
        free(heap);
    }
    return seen->stop_with;
}

static void a_walk_goes_by_names_and_follows_no_symlink(void **state)
{
    struct seen seen = {.text = ""};
    struct pl_limits limits = pl_limits_default();
    struct pl_walk_sink sink = {.ctx = &seen, .entry = note};
    assert_int_equal(
        system(
            "mkdir -p t/b t/a.d t/Z && echo 1 > t/b/x && echo 2 > t/a && ln -s / t/b/up && echo 3 > t/Z/q"),
        0);
    assert_int_equal(pl_walk("t", &limits, &sink, NULL), PL_OK);
    assert_string_equal(seen.text, "Z/ Z/q a a.d/ b/ b/up/ b/x ");
    limits.entries = 3;
    seen.text[0] = '\0';
    assert_int_equal(pl_walk("t", &limits, &sink, NULL), PL_E_LIMIT);
    limits.entries = 100;
    seen.stop_with = PL_E_BUG;
    assert_int_equal(pl_walk("t", &limits, &sink, NULL), PL_E_BUG);
    assert_int_equal(pl_walk("nothing", &limits, &sink, NULL), PL_E_NOT_FOUND);
    struct pl_err err;
    uint8_t *heap;
    size_t n;
    assert_int_equal(pl_io_read_at(-100, "t/b/up", 100, &heap, &n, &err), PL_E_IO); /* AT_FDCWD; a symlink */
}

static void a_folder_nested_too_deep_is_a_limit(void **state)
{
    struct seen seen = {.text = ""};
    struct pl_limits limits = pl_limits_default();
    struct pl_walk_sink sink = {.ctx = &seen, .entry = note};
    assert_int_equal(system("d=deep; for i in $(seq 300); do d=$d/d; done; mkdir -p $d"), 0);
    assert_int_equal(pl_walk("deep", &limits, &sink, NULL), PL_E_LIMIT);
}

static pl_status run_shell(const char *script, pl_bytes input, uint32_t timeout_ms, size_t max,
                           struct pl_buf out[3], int *code, struct pl_err *err)
{
    const char *argv[] = {"sh", "-c", script, NULL};
    struct pl_process_want want = {.argv = argv, .input = input, .timeout_ms = timeout_ms};
    struct pl_buf *const outs[3] = {&out[0], &out[1], &out[2]};
    for (int i = 0; i < 3; i++)
        pl_buf_init(&out[i], max);
    return pl_process_run(&want, outs, code, err);
}

static void reset_all(struct pl_buf out[3])
{
    for (int i = 0; i < 3; i++)
        pl_buf_reset(&out[i]);
}

static void a_program_is_fed_and_heard_on_three_descriptors(void **state)
{
    struct pl_buf out[3];
    struct pl_err err;
    int code = -1;
    size_t n = 3u << 20;
    uint8_t *big = malloc(n);
    assert_non_null(big);
    memset(big, 'x', n);
    assert_int_equal(run_shell("cat; echo two >&2; echo three >&3; exit 7", pl_bytes_of(big, n), 0, 8u << 20,
                               out, &code, &err),
                     PL_OK);
    assert_int_equal(code, 7);
    assert_int_equal(out[0].n, n);
    assert_memory_equal(out[0].p, big, n);
    assert_memory_equal(out[1].p, "two\n", 4);
    assert_memory_equal(out[2].p, "three\n", 6);
    reset_all(out);
    assert_int_equal(run_shell("exit 0", pl_bytes_of(big, n), 0, 100, out, &code, &err),
                     PL_OK); /* reads nothing of it */
    assert_int_equal(code, 0);
    reset_all(out);
    free(big);
}

static void a_program_that_says_too_much_or_never_ends_is_ended(void **state)
{
    struct pl_buf out[3];
    struct pl_err err;
    int code = -1;
    assert_int_equal(run_shell("exec cat /dev/zero", PL_LIT(""), 0, 1000, out, &code, &err), PL_E_LIMIT);
    reset_all(out);
    assert_int_equal(run_shell("exec sleep 100", PL_LIT(""), 100, 1000, out, &code, &err), PL_E_IO);
    assert_non_null(strstr(err.text, "100 ms"));
    reset_all(out);
    const char *argv[] = {"no-such-program-here", NULL};
    struct pl_process_want want = {.argv = argv};
    struct pl_buf *const outs[3] = {&out[0], &out[1], &out[2]};
    pl_status st = pl_process_run(&want, outs, &code, &err);
    if (is_under_valgrind()) /* whose vfork(2) is a fork(2), so that only the exit code of the C library's child tells */
        assert_true(st == PL_OK && code == 127);
    else
        assert_int_equal(st, PL_E_NOT_FOUND);
}

static void times_are_rfc_3339(void **state)
{
    char text[PL_RFC3339_BYTES];
    pl_clock_rfc3339(0, text);
    assert_string_equal(text, "1970-01-01T00:00:00Z");
    pl_clock_rfc3339(1783764997, text);
    assert_string_equal(text, "2026-07-11T10:16:37Z");
    pl_clock_rfc3339(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31T23:59:59Z");
    pl_clock_rfc3339(INT64_MIN, text);
    assert_int_equal(strlen(text), PL_RFC3339_BYTES - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_written_is_read_at_every_maximum, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_empty_file_has_no_bytes_and_no_error, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_a_file_is_said, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_writing_that_is_not_committed_leaves_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(folders_are_made_as_deep_as_needed, set_up, tear_down),
        cmocka_unit_test(a_file_has_a_folder_whatever_its_path_says),
        cmocka_unit_test_setup_teardown(a_walk_goes_by_names_and_follows_no_symlink, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_folder_nested_too_deep_is_a_limit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_program_is_fed_and_heard_on_three_descriptors, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_program_that_says_too_much_or_never_ends_is_ended, set_up,
                                        tear_down),
        cmocka_unit_test(times_are_rfc_3339),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
