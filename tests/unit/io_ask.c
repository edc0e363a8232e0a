/*
 * io_ask.c - a process that is asked: what it says, how it fails, and that nothing it does but saying reaches this one.
 */
#include "io/ask.h"

#include "io/child.h"

#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static int touched;

struct heard {
    char text[64];
    size_t n;
    pl_status answer;
};

static pl_status hear(void *ctx, pl_bytes part, struct pl_err *err)
{
    struct heard *h = ctx;
    if (h->answer != PL_OK)
        return pl_fail(err, h->answer, 7, "heard enough");
    assert_true(part.n <= sizeof h->text - h->n);
    memcpy(h->text + h->n, part.p, part.n);
    h->n += part.n;
    return PL_OK;
}

static pl_status say_twice(void *ctx, struct pl_ask_answer *to, struct pl_err *err)
{
    (void)ctx;
    touched = 1;
    pl_status st = pl_ask_say(to, PL_LIT("one "), err);
    return st == PL_OK ? pl_ask_say(to, PL_LIT("two"), err) : st;
}

static pl_status fail_well(void *ctx, struct pl_ask_answer *to, struct pl_err *err)
{
    (void)ctx;
    (void)to;
    pl_status st = pl_fail(err, PL_E_INPUT, 42, "no sense in it");
    pl_err_about(err, "a.json");
    pl_err_hint(err, "write it again");
    return st;
}

static pl_status crash(void *ctx, struct pl_ask_answer *to, struct pl_err *err)
{
    (void)ctx;
    (void)to;
    (void)err;
    (void)raise(SIGKILL);
    return PL_OK;
}

static pl_status say_too_much(void *ctx, struct pl_ask_answer *to, struct pl_err *err)
{
    static const char junk[200000];
    (void)ctx;
    return pl_ask_say(to, pl_bytes_of(junk, sizeof junk), err);
}

static pl_status forge(void *ctx, struct pl_ask_answer *to, struct pl_err *err)
{
    (void)to;
    (void)err;
    const pl_bytes *frame = ctx;
    (void)pl_child_put(3, *frame);
    _exit(0);
}

static pl_status open_a_file(void *ctx, struct pl_ask_answer *to, struct pl_err *err)
{
    (void)ctx;
    int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
    return pl_ask_say(to, fd < 0 ? PL_LIT("closed") : PL_LIT("open"), err);
}

static pl_status spin(void *ctx, struct pl_ask_answer *to, struct pl_err *err)
{
    (void)ctx;
    (void)to;
    (void)err;
    for (volatile uint64_t i = 0; i < UINT64_MAX; i++)
        continue;
    return PL_OK;
}

static struct pl_limits limits;

static pl_status ask(pl_status (*work)(void *, struct pl_ask_answer *, struct pl_err *), bool is_here,
                     struct heard *h, struct pl_err *err)
{
    struct pl_ask a = {.ctx = h,
                       .work = work,
                       .take = hear,
                       .what = "the thing",
                       .limits = &limits,
                       .part_bytes = 1000,
                       .is_here = is_here};
    touched = 0;
    return pl_ask(&a, err);
}

static void what_is_said_comes_in_order_and_nothing_else_does(void **state)
{
    struct heard h = {.n = 0};
    struct pl_err err = {0};
    assert_int_equal(ask(say_twice, false, &h, &err), PL_OK);
    assert_memory_equal(h.text, "one two", 7);
    assert_int_equal(touched, 0);
    h.n = 0;
    assert_int_equal(ask(say_twice, true, &h, &err), PL_OK);
    assert_memory_equal(h.text, "one two", 7);
    assert_int_equal(touched, 1);
}

static void an_error_comes_with_all_its_words(void **state)
{
    struct heard h = {.n = 0};
    struct pl_err err = {0};
    assert_int_equal(ask(fail_well, false, &h, &err), PL_E_INPUT);
    assert_string_equal(err.text, "no sense in it");
    assert_string_equal(err.subject, "a.json");
    assert_string_equal(err.hint, "write it again");
    assert_int_equal(err.offset, 42);
}

static void who_listens_may_refuse(void **state)
{
    struct heard h = {.answer = PL_E_TRUST};
    struct pl_err err = {0};
    assert_int_equal(ask(say_twice, false, &h, &err), PL_E_TRUST);
    assert_string_equal(err.text, "heard enough");
}

static void a_process_that_is_killed_is_an_input_that_cannot_be_read(void **state)
{
    struct heard h = {.n = 0};
    struct pl_err err = {0};
    assert_int_equal(ask(crash, false, &h, &err), PL_E_INPUT);
    assert_non_null(strstr(err.text, "the thing cannot be read: its reader ended by signal 9"));
}

static void a_part_that_is_too_long_is_refused(void **state)
{
    struct heard h = {.n = 0};
    struct pl_err err = {0};
    limits.process_seconds = 20;
    assert_true(ask(say_too_much, false, &h, &err) != PL_OK);
    assert_int_equal(h.n, 0);
}

static void a_process_has_no_files(void **state)
{
    struct heard h = {.n = 0};
    struct pl_err err = {0};
    assert_int_equal(ask(open_a_file, false, &h, &err), PL_OK);
    assert_memory_equal(h.text, "closed", 6);
}

static void a_process_that_loops_is_ended_in_time(void **state)
{
    struct heard h = {.n = 0};
    struct pl_err err = {0};
    limits.process_seconds = 1;
    assert_int_equal(ask(spin, false, &h, &err), PL_E_INPUT);
    limits.process_seconds = 20;
}

/* Frames that no honest process sends. */
static void frames_that_make_no_sense_are_refused(void **state)
{
    static const char *const frames[] = {"",
                                         "\x03",
                                         "\x01more",
                                         "\x02",
                                         "\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0a",
                                         "\x02\x63\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"};
    static const size_t lengths[] = {0, 1, 5, 1, 18, 20};
    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++) {
        pl_bytes frame = pl_bytes_of(frames[i], lengths[i]);
        struct pl_err err = {0};
        struct pl_ask a = {.ctx = &frame,
                           .work = forge,
                           .take = hear,
                           .what = "the thing",
                           .limits = &limits,
                           .part_bytes = 1000};
        assert_int_equal(pl_ask(&a, &err), PL_E_INPUT);
    }
}

/* A lock that is held while a process starts, as the child's copy of it is for ever. */
static unsigned starting;

static void start(bool is_begin)
{
    starting += is_begin;
}

static pl_status ask_again(void *ctx, struct pl_ask_answer *to, struct pl_err *err)
{
    struct pl_ask again = {.ctx = ctx,
                           .work = say_twice,
                           .take = hear,
                           .what = "it",
                           .limits = &limits,
                           .part_bytes = 64,
                           .forking = start};
    starting = 0;
    pl_status st = pl_ask(&again, err);
    if (st == PL_E_BUG && starting == 0)
        return pl_ask_say(to, PL_LIT("refused"), err);
    return st == PL_OK ? pl_ask_say(to, PL_LIT("asked"), err) : st;
}

static void a_process_cannot_ask_another_nor_wait_for_its_start(void **state)
{
    (void)state;
    struct heard h = {0};
    struct pl_ask ask = {
        .ctx = &h, .work = ask_again, .take = hear, .what = "it", .limits = &limits, .part_bytes = 64};
    assert_int_equal(pl_ask(&ask, NULL), PL_OK);
    assert_int_equal(h.n, strlen("refused"));
    assert_memory_equal(h.text, "refused", h.n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_said_comes_in_order_and_nothing_else_does),
        cmocka_unit_test(an_error_comes_with_all_its_words),
        cmocka_unit_test(who_listens_may_refuse),
        cmocka_unit_test(a_process_that_is_killed_is_an_input_that_cannot_be_read),
        cmocka_unit_test(a_part_that_is_too_long_is_refused),
        cmocka_unit_test(a_process_has_no_files),
        cmocka_unit_test(a_process_that_loops_is_ended_in_time),
        cmocka_unit_test(a_process_cannot_ask_another_nor_wait_for_its_start),
        cmocka_unit_test(frames_that_make_no_sense_are_refused),
    };
    limits = pl_limits_default();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
