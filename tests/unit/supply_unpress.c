/*
 * unpress and dearmor: what tools made comes out, and what is cut or changed is refused.
 */
#include "supply/openpgp.h"
#include "supply/unpress.h"

#include "io/read.h"

#include <stdio.h>
#include <unistd.h>

#include "unit.h"

static pl_status to_buf(void *ctx, pl_bytes part, struct pl_err *err)
{
    pl_buf_add(ctx, part);
    return pl_buf_done(ctx, err);
}

static pl_bytes packed;
static uint8_t *heap;
static size_t plain_bytes;

/* 200,000 numbers in lines, through the real tool, twice over (streams one after the other). */
static void pack_with(const char *tool)
{
    char command[256];
    char path[] = "/tmp/pl-unpress-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    (void)close(fd);
    (void)snprintf(command, sizeof command, "(seq 1 200000 | %s; seq 1 200000 | %s) > %s", tool, tool, path);
    assert_int_equal(system(command), 0);
    assert_int_equal(pl_io_read(path, 1 << 24, &heap, &packed.n, NULL), PL_OK);
    packed.p = heap;
    plain_bytes = 2 * 1288895;
    (void)unlink(path);
}

static void check_form(enum pl_press how, const char *tool)
{
    struct pl_buf out;
    struct pl_err err;
    pack_with(tool);
    pl_buf_init(&out, 1 << 24);
    assert_int_equal(pl_unpress(how, packed, plain_bytes, to_buf, &out, &err), PL_OK);
    assert_int_equal(out.n, plain_bytes);
    assert_memory_equal(out.p + out.n - 14, "199999\n200000\n", 14);
    pl_buf_clear(&out);
    assert_int_equal(pl_unpress(how, packed, plain_bytes - 1, to_buf, &out, &err), PL_E_LIMIT);
    for (size_t n = 0; n < packed.n; n += n < 200 ? 1 : packed.n / 37) {
        if (n == packed.n / 2)
            continue; /* the first stream alone is whole */
        pl_buf_clear(&out);
        assert_int_equal(pl_unpress(how, pl_bytes_sub(packed, 0, n), plain_bytes, to_buf, &out, &err),
                         PL_E_INPUT);
    }
    heap[packed.n / 3] ^= 0x55;
    pl_buf_clear(&out);
    assert_int_not_equal(pl_unpress(how, packed, plain_bytes, to_buf, &out, &err), PL_OK);
    pl_buf_reset(&out);
    free(heap);
}

static void gzip_comes_out_whole_or_not(void **state)
{
    check_form(PL_PRESS_GZIP, "gzip -n");
}

static void xz_comes_out_whole_or_not(void **state)
{
    if (system("xz --version >/dev/null 2>&1") != 0)
        skip();
    check_form(PL_PRESS_XZ, "xz");
}

static pl_status dearmor(const char *text, struct pl_buf *out)
{
    pl_buf_clear(out);
    return pl_openpgp_dearmor(pl_bytes_of_str(text), out, NULL);
}

static void armour_comes_off(void **state)
{
    struct pl_buf out;
    pl_buf_init(&out, 1000);
    assert_int_equal(dearmor("-----BEGIN PGP PUBLIC KEY BLOCK-----\nComment: "
                             "x\n\nSGVs\nbG8=\n=abcd\n-----END PGP PUBLIC KEY BLOCK-----\n",
                             &out),
                     PL_OK);
    assert_int_equal(out.n, 5);
    assert_memory_equal(out.p, "Hello", 5);
    assert_int_equal(dearmor("-----BEGIN PGP X-----\n\nSGVs\n", &out), PL_E_INPUT);
    assert_int_equal(dearmor("-----BEGIN PGP X-----\n\nSG*s\n-----END PGP X-----\n", &out), PL_E_INPUT);
    assert_int_equal(dearmor("nothing", &out), PL_E_INPUT);
    assert_int_equal(dearmor("", &out), PL_E_INPUT);
    pl_buf_reset(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gzip_comes_out_whole_or_not),
        cmocka_unit_test(xz_comes_out_whole_or_not),
        cmocka_unit_test(armour_comes_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
