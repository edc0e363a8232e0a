/*
 * io_spill.c - tests of io/spill.h: large files are copied out of everybody's reach, and little of them stays in memory.
 */
#include "io/spill.h"
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define LARGE_BYTES (96u << 20)

static int set_up(void **state)
{
    char here[] = "/tmp/pl-spill-XXXXXX";
    assert_non_null(mkdtemp(here));
    assert_int_equal(chdir(here), 0);
    assert_int_equal(setenv("TMPDIR", here, 1), 0);
    int fd = open("large", O_RDWR | O_CREAT, 0600);
    assert_int_equal(ftruncate(fd, LARGE_BYTES), 0);
    assert_int_equal(pwrite(fd, "end", 3, LARGE_BYTES - 3), 3);
    (void)close(fd);
    return 0;
}

static int tear_down(void **state)
{
    assert_int_equal(system("rm -rf \"$PWD\""), 0);
    return 0;
}

static void a_small_file_is_on_the_heap_and_a_large_one_is_not(void **state)
{
    uint8_t *heap;
    struct pl_mapping m;
    pl_bytes bytes;
    assert_int_equal(pl_spill_read("large", UINT64_MAX, &heap, &m, &bytes, NULL), PL_OK);
    assert_null(heap);
    assert_int_equal(bytes.n, LARGE_BYTES);
    assert_memory_equal(bytes.p + LARGE_BYTES - 3, "end", 3);
    pl_mapping_close(&m);
    assert_int_equal(truncate("large", PL_SPILL_BYTES - 1), 0);
    assert_int_equal(pl_spill_read("large", UINT64_MAX, &heap, &m, &bytes, NULL), PL_OK);
    assert_non_null(heap);
    assert_int_equal(bytes.n, PL_SPILL_BYTES - 1);
    free(heap);
    assert_int_equal(truncate("large", LARGE_BYTES), 0);
}

static void nobody_changes_or_cuts_what_was_read(void **state)
{
    uint8_t *heap;
    struct pl_mapping m;
    pl_bytes bytes;
    assert_int_equal(pl_spill_read("large", UINT64_MAX, &heap, &m, &bytes, NULL), PL_OK);
    int fd = open("large", O_RDWR);
    assert_int_equal(pwrite(fd, "other", 5, 0), 5);
    assert_int_equal(bytes.p[0], 0);
    assert_int_equal(ftruncate(fd, 0), 0);
    assert_int_equal(bytes.p[LARGE_BYTES - 1], 0);
    assert_int_equal(ftruncate(fd, LARGE_BYTES), 0);
    (void)close(fd);
    pl_mapping_close(&m);
    assert_int_equal(system("test \"$(ls -A)\" = large"), 0); /* and no name of it is left */
}

static void a_file_over_the_maximum_is_refused(void **state)
{
    uint8_t *heap;
    struct pl_mapping m;
    pl_bytes bytes;
    struct pl_err err;
    assert_int_equal(pl_spill_read("large", LARGE_BYTES - 1, &heap, &m, &bytes, &err), PL_E_LIMIT);
    assert_string_equal(err.subject, "large");
    assert_int_equal(pl_spill_read("none", UINT64_MAX, &heap, &m, &bytes, &err), PL_E_NOT_FOUND);
    assert_int_equal(pl_spill_read("large", LARGE_BYTES, &heap, &m, &bytes, &err), PL_OK);
    pl_mapping_close(&m);
}

/* Of a child with a limit on the size of files: its exit code. */
static int with_small_files(void)
{
    struct pl_store s;
    uint8_t *heap;
    struct pl_mapping m;
    pl_bytes bytes;
    pid_t pid = fork();
    if (pid == 0) {
        bool good = true;
        struct rlimit l = {.rlim_cur = 1 << 20, .rlim_max = 1 << 20};
        good = good && setrlimit(RLIMIT_FSIZE, &l) == 0 && !pl_spill_open(1 << 21, &s) && s.base == NULL;
        good = good && pl_spill_read("large", UINT64_MAX, &heap, &m, &bytes, NULL) == PL_OK && heap != NULL &&
               bytes.n == LARGE_BYTES;
        _exit(good ? 0 : 1);
    }
    int state = -1;
    (void)waitpid(pid, &state, 0);
    return state;
}

static void where_files_may_not_grow_the_heap_serves(void **state)
{
    assert_int_equal(with_small_files(), 0);
}

static size_t resident(const uint8_t *p, size_t n)
{
    char line[256];
    size_t kib = 0;
    bool is_it = false;
    FILE *f = fopen("/proc/self/smaps", "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f) != NULL) {
        unsigned long first;
        unsigned long end;
        if (sscanf(line, "%lx-%lx ", &first, &end) == 2)
            is_it = first <= (unsigned long)p && (unsigned long)p < end;
        if (is_it && sscanf(line, "Rss: %zu kB", &kib) == 1)
            break;
    }
    (void)fclose(f);
    return kib << 10;
}

static void what_is_written_stays_while_its_memory_goes(void **state)
{
    struct pl_store s;
    struct pl_ebb e = {0};
    assert_true(pl_spill_open(LARGE_BYTES, &s));
    pl_ebb_add(&e, pl_bytes_of(s.base, s.size));
    s.ctx = &e;
    s.begin = pl_ebb_start;
    uint8_t *p = pl_store_take(&s, LARGE_BYTES);
    assert_non_null(p);
    for (size_t i = 0; i < LARGE_BYTES; i += 512)
        p[i] = (uint8_t)(i >> 9);
    for (int i = 0; i < 200 && resident(p, LARGE_BYTES) > 0; i++)
        (void)usleep(10000);
    assert_int_equal(resident(p, LARGE_BYTES), 0);
    for (size_t i = 0; i < LARGE_BYTES; i += 512)
        assert_int_equal(p[i], (uint8_t)(i >> 9));
    pl_ebb_stop(&e);
    pl_store_drop(&s, p, LARGE_BYTES);
    assert_int_equal(p[512], 0); /* the file has a hole there now */
    pl_spill_close(&s);
}

static void a_child_shares_the_room_and_has_a_thread_of_its_own(void **state)
{
    struct pl_store s;
    struct pl_ebb e = {0};
    assert_true(pl_spill_open(LARGE_BYTES, &s));
    pl_ebb_add(&e, pl_bytes_of(s.base, s.size));
    pl_ebb_start(&e);
    pid_t pid = fork();
    if (pid == 0) {
        pl_ebb_start(&e);
        s.base[LARGE_BYTES / 2] = 7;
        pl_ebb_stop(&e);
        _exit(0);
    }
    int how = -1;
    (void)waitpid(pid, &how, 0);
    assert_int_equal(how, 0);
    assert_int_equal(s.base[LARGE_BYTES / 2], 7);
    pl_ebb_stop(&e);
    pl_spill_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_file_is_on_the_heap_and_a_large_one_is_not),
        cmocka_unit_test(nobody_changes_or_cuts_what_was_read),
        cmocka_unit_test(a_file_over_the_maximum_is_refused),
        cmocka_unit_test(where_files_may_not_grow_the_heap_serves),
        cmocka_unit_test(what_is_written_stays_while_its_memory_goes),
        cmocka_unit_test(a_child_shares_the_room_and_has_a_thread_of_its_own),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
