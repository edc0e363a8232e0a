/*
 * pipeline/confined: whatever a file does to the process that examines it costs that file and no other.
 *
 * pl_classify() is replaced (--wrap of the linker): a file named "1 crash" does what its name says when it is classified, in the child alone.
 */
#include "base/sanitized.h"
#include "classify/classify.h"
#include "pipeline/confined.h"
#include "pipeline/examine.h"
#include "pipeline/wire.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "archive_build.h"
#include "unit.h"
#include "valgrind.h"

void __real_pl_classify(struct pl_file *f);
void __wrap_pl_classify(struct pl_file *f);

static pid_t test_process;

static size_t fill_stack(volatile char *p, size_t depth)
{
    volatile char here[1024];
    here[0] = p == NULL ? 0 : p[0];
    return depth == SIZE_MAX ? 0 : fill_stack(here, depth + 1) + (size_t)here[0];
}

static void misbehave(pl_bytes how)
{
    if (pl_bytes_eq(how, PL_LIT("crash")))
        (void)syscall(SYS_tgkill, getpid(), (long)syscall(SYS_gettid), SIGSEGV);
    if (pl_bytes_eq(how, PL_LIT("abort")))
        abort();
    if (pl_bytes_eq(how, PL_LIT("kill")))
        (void)syscall(SYS_tgkill, getpid(), (long)syscall(SYS_gettid), SIGKILL);
    if (pl_bytes_eq(how, PL_LIT("exit")))
        _exit(0);
    if (pl_bytes_eq(how, PL_LIT("overflow")))
        (void)fill_stack(NULL, 0);
    while (pl_bytes_eq(how, PL_LIT("spin")))
        continue;
    /* The rest is refused; that the process goes on is what must not be. */
    if (pl_bytes_eq(how, PL_LIT("open")) && open("/etc/passwd", O_RDONLY) < 0)
        abort();
    if (pl_bytes_eq(how, PL_LIT("socket")))
        (void)socket(AF_INET, SOCK_STREAM, 0);
    if (pl_bytes_eq(how, PL_LIT("exec")))
        (void)execl("/bin/true", "true", (char *)NULL);
    if (pl_bytes_eq(how, PL_LIT("fork")))
        (void)fork();
    if (pl_bytes_eq(how, PL_LIT("signal")))
        (void)kill(test_process, SIGTERM);
    if (pl_bytes_eq(how, PL_LIT("code")))
        (void)mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

void __wrap_pl_classify(struct pl_file *f)
{
    if (getpid() != test_process && f->name.n > 2 && f->name.p[1] == ' ' && f->data.p != NULL)
        misbehave(pl_bytes_from(f->name, 2));
    __real_pl_classify(f);
}

struct checked {
    struct pl_limits limits;
    struct pl_report *report;
    struct pl_err err;
    pl_status status;
    struct pl_buf package;
    unsigned jobs;
};

static pl_status examine(void *ctx, struct pl_watch *watch, const struct pl_feed *feed, struct pl_report *r,
                         struct pl_err *err)
{
    struct checked *c = ctx;
    struct pl_examination x = {.limits = &c->limits, .jobs = c->jobs, .watch = watch};
    return pl_examine(&x, pl_buf_bytes(&c->package), "package", r, err);
}

/* A tar of three honest files around files of these names, examined by `jobs` threads. */
static void check(struct checked *c, unsigned jobs, const char *const *names, size_t n)
{
    *c = (struct checked){.limits = pl_limits_default(), .jobs = jobs};
    c->limits.file_seconds = 1;
    c->report = pl_report_new(&c->limits);
    assert_non_null(c->report);
    pl_buf_init(&c->package, 1u << 20);
    build_tar_file(&c->package, "first", PL_LIT("the first file\n"));
    for (size_t i = 0; i < n; i++)
        build_tar_file(&c->package, names[i], PL_LIT("whatever this is\n"));
    build_tar_file(&c->package, "middle", PL_LIT("the middle file\n"));
    build_tar_file(&c->package, "last", PL_LIT("the last file\n"));
    build_zeros(&c->package, 1024);
    struct pl_confined_work work = {.ctx = c,
                                    .examine = examine,
                                    .limits = &c->limits,
                                    .jobs = jobs,
                                    .package = pl_buf_bytes(&c->package),
                                    .name = "package"};
    c->status = pl_confined(&work, c->report, &c->err);
}

static void done(struct checked *c)
{
    pl_report_free(c->report);
    pl_buf_reset(&c->package);
}

static const struct pl_file *file(const struct checked *c, const char *name)
{
    for (size_t i = 0; i < c->report->files.n; i++)
        if (pl_bytes_eq(c->report->files.v[i]->name, pl_bytes_of_str(name)))
            return c->report->files.v[i];
    fail_msg("no file %s", name);
    return NULL;
}

static bool is_crashed(const struct checked *c, const char *name, const char *why)
{
    uint64_t by_class[PL_CLASS_COUNT];
    const struct pl_file *f = file(c, name);
    (void)pl_ledger_totals(&f->ledger, by_class, NULL);
    if (f->findings.list.n == 0)
        return false;
    assert_int_equal(f->findings.list.n, 1);
    assert_string_equal(f->findings.list.v[0].tag, "file.crashed");
    if (strstr(f->findings.list.v[0].message, why) == NULL)
        fail_msg("%s: %s", name, f->findings.list.v[0].message);
    assert_int_equal(by_class[PL_CLASS_OPAQUE], f->size);
    return true;
}

static bool is_examined(const struct checked *c, const char *name)
{
    uint64_t by_class[PL_CLASS_COUNT];
    const struct pl_file *f = file(c, name);
    (void)pl_ledger_totals(&f->ledger, by_class, NULL);
    return f->findings.list.n == 0 && by_class[PL_CLASS_UNACCOUNTED] == f->size && f->has_digests;
}

static void costs_one_file(const char *name, const char *why)
{
    for (unsigned jobs = 1; jobs <= 3; jobs += 2) {
        struct checked c;
        check(&c, jobs, &name, 1);
        assert_int_equal(c.status, PL_OK);
        assert_int_equal(c.report->files.n, 5);
        assert_true(is_crashed(&c, name, why));
        assert_true(is_examined(&c, "first"));
        assert_true(is_examined(&c, "middle"));
        assert_true(is_examined(&c, "last"));
        done(&c);
    }
}

static void an_honest_package_comes_back_whole(void **state)
{
    struct checked c;
    check(&c, 2, NULL, 0);
    assert_int_equal(c.status, PL_OK);
    assert_int_equal(c.report->files.n, 4);
    assert_true(is_examined(&c, "first"));
    assert_string_equal(c.report->files.v[0]->container, "tar");
    done(&c);
}

static void a_file_that_crashes_its_process_is_opaque_and_the_others_are_not(void **state)
{
    if (PL_HAS_ASAN)
        skip(); /* the sanitizer has the signals */
    costs_one_file("1 crash", "signal 11");
    costs_one_file("1 abort", "signal 6");
    costs_one_file("1 overflow", "signal 11");
}

static void a_file_that_has_its_process_killed_is_found_by_going_one_by_one(void **state)
{
    costs_one_file("1 kill", "signal 9");
    costs_one_file("1 exit", "ended early");
}

static void a_file_that_never_ends_is_given_up(void **state)
{
    costs_one_file("1 spin", "more than 1 seconds");
}

static void a_file_that_asks_for_files_programs_or_the_network_is_stopped(void **state)
{
    if (PL_HAS_ASAN)
        skip(); /* there it is refused, and the process goes on */
    costs_one_file("1 open", "signal 6");
    costs_one_file("1 socket", "may not have");
    costs_one_file("1 exec", "may not have");
    costs_one_file("1 fork", "may not have");
    costs_one_file("1 signal", "may not have");
    costs_one_file("1 code", "may not have");
}

static void several_bad_files_cost_themselves(void **state)
{
    static const char *const names[] = {"1 kill", "2 spin", "3 exit", "4 kill"};
    struct checked c;
    check(&c, 3, names, 4);
    assert_int_equal(c.status, PL_OK);
    for (size_t i = 0; i < 4; i++)
        assert_true(is_crashed(&c, names[i], ""));
    assert_true(is_examined(&c, "last"));
    done(&c);
}

static void a_package_of_bad_files_is_one_opaque_file(void **state)
{
    static const char *const names[] = {"0 exit", "1 exit", "2 exit", "3 exit", "4 exit",
                                        "5 exit", "6 exit", "7 exit", "8 exit", "9 exit"};
    struct checked c;
    check(&c, 2, names, 10);
    assert_int_equal(c.status, PL_OK);
    assert_int_equal(c.report->files.n, 1);
    assert_true(is_crashed(&c, "package", "could not be examined"));
    assert_true(c.report->files.v[0]->has_digests);
    done(&c);
}

/* What a child that was taken over could say. */
static void records_that_cannot_be_are_refused(void **state)
{
    struct checked c;
    check(&c, 1, NULL, 0);
    struct pl_buf good;
    struct pl_wire_out out = {.out = &good};
    pl_buf_init(&good, 1u << 20);
    for (size_t i = 0; i < c.report->files.n; i++)
        pl_wire_file(&out, c.report->files.v[i]);
    uint64_t refused = 0;
    for (size_t at = 0; at < good.n; at++)
        for (unsigned change = 1; change < 256; change += at < 200 ? 1 : 40) {
            struct pl_arena arena;
            pl_arena_init(&arena, 1u << 20);
            struct pl_wire_in in = {
                .c = pl_cursor_of(pl_buf_bytes(&good)), .arena = &arena, .limits = &c.limits};
            good.p[at] ^= (uint8_t)change;
            while (in.st == PL_OK && pl_cursor_left(&in.c) > 0) {
                struct pl_file f = {0};
                pl_wire_take_file(&in, &f);
                uint64_t by_class[PL_CLASS_COUNT];
                if (!in.c.bad) { /* what is believed sums */
                    uint64_t sum = pl_ledger_totals(&f.ledger, by_class, NULL);
                    for (int k = 0; k < PL_CLASS_COUNT; k++)
                        sum += by_class[k];
                    assert_int_equal(sum, f.size);
                }
                pl_file_reset(&f);
            }
            refused += pl_wire_done(&in, NULL) != PL_OK;
            good.p[at] ^= (uint8_t)change;
            pl_arena_reset(&arena);
        }
    assert_true(refused > good.n);
    pl_buf_reset(&good);
    done(&c);
}

/* Through the wire and back; false when it was refused. In `arena`. */
static bool pass_git(const struct pl_source_git *git, struct pl_arena *arena, struct pl_source_git **back)
{
    struct pl_limits limits = pl_limits_default();
    struct pl_buf text;
    struct pl_wire_out out = {.out = &text};
    pl_buf_init(&text, 1u << 20);
    pl_wire_source_git(&out, git);
    struct pl_wire_in in = {.c = pl_cursor_of(pl_buf_bytes(&text)), .arena = arena, .limits = &limits};
    *back = pl_wire_take_source_git(&in);
    bool is_good = pl_wire_done(&in, NULL) == PL_OK;
    pl_buf_reset(&text);
    return is_good;
}

static struct pl_source_git a_revision(void)
{
    return (struct pl_source_git){.commit = "0123456789012345678901234567890123456789",
                                  .tree = "abcdefabcdefabcdefabcdefabcdefabcdefabcd",
                                  .ref = "refs/tags/v1.0",
                                  .folder = "packages/x",
                                  .is_found = true,
                                  .signature = PL_LIT("-----BEGIN PGP SIGNATURE-----"),
                                  .signed_text = PL_LIT("tree x\0y")};
}

static void a_revision_comes_back_as_it_was_told(void **state)
{
    struct pl_source_git told = a_revision();
    struct pl_arena arena;
    struct pl_source_git *back;
    pl_arena_init(&arena, 1u << 20);
    assert_true(pass_git(&told, &arena, &back));
    assert_string_equal(back->commit, told.commit);
    assert_string_equal(back->tree, told.tree);
    assert_null(back->tag);
    assert_string_equal(back->ref, told.ref);
    assert_string_equal(back->folder, told.folder);
    assert_true(back->is_found);
    assert_true(pl_bytes_eq(back->signature, told.signature));
    assert_true(pl_bytes_eq(back->signed_text, told.signed_text));
    assert_null(back->signer); /* nobody but the parent says whose signature it is */
    assert_true(pass_git(NULL, &arena, &back));
    assert_null(back);
    pl_arena_reset(&arena);
}

static void a_revision_with_an_id_that_is_none_is_refused(void **state)
{
    struct pl_arena arena;
    struct pl_source_git *back;
    static const char *const bad[] = {"", "0123", "0123456789012345678901234567890123456789ab",
                                      "012345678901234567890123456789012345678g", NULL};
    pl_arena_init(&arena, 1u << 20);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct pl_source_git git = a_revision();
        git.tree = bad[i];
        assert_false(pass_git(&git, &arena, &back));
        if (bad[i] == NULL)
            continue;
        git = a_revision();
        git.commit = bad[i];
        assert_false(pass_git(&git, &arena, &back));
    }
    pl_arena_reset(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_honest_package_comes_back_whole),
        cmocka_unit_test(records_that_cannot_be_are_refused),
        cmocka_unit_test(a_revision_comes_back_as_it_was_told),
        cmocka_unit_test(a_revision_with_an_id_that_is_none_is_refused),
    };
    const struct CMUnitTest of_the_dead[] = {
        cmocka_unit_test(a_file_that_crashes_its_process_is_opaque_and_the_others_are_not),
        cmocka_unit_test(a_file_that_has_its_process_killed_is_found_by_going_one_by_one),
        cmocka_unit_test(a_file_that_never_ends_is_given_up),
        cmocka_unit_test(a_file_that_asks_for_files_programs_or_the_network_is_stopped),
        cmocka_unit_test(several_bad_files_cost_themselves),
        cmocka_unit_test(a_package_of_bad_files_is_one_opaque_file),
    };
    test_process = getpid();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    if (is_under_valgrind())
        return failed; /* it reports what a process leaves that is killed, and has no seccomp to kill one */
    return failed + cmocka_run_group_tests(of_the_dead, NULL, NULL);
}
