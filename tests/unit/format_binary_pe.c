/*
 * format_binary_pe.c - PE images made by mingw-w64 and signed by osslsigncode, as they are and with something planted.
 */
#include "image_test.h"

#include "format/binary/pe.h"

#define SOURCE                                                                                               \
    "printf '#include <windows.h>\\n__declspec(dllexport) int twice(int a) { return 2 * a; }\\n"             \
    "static const char t[] = \"a string of mine\";\\nint main(void) { MessageBoxA(0, t, t, 0); return "      \
    "twice(1); }\\n' > a.c && "
#define MAKE SOURCE "x86_64-w64-mingw32-gcc -O1 -s -o a.exe a.c -luser32"
#define SIGN                                                                                                 \
    MAKE " && openssl req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.pem -days 9 -subj /CN=test "    \
         "2>/dev/null && rm -f s.exe && osslsigncode sign -certs c.pem -key k.pem -in a.exe -out s.exe "     \
         ">/dev/null"

static struct pl_pe read_pe(struct image_test *t, pl_bytes data)
{
    struct pl_pe pe;
    image_begin(t);
    t->status = pl_pe_read(data, &t->arena, &t->findings, &pe, &t->err);
    if (t->status == PL_OK)
        image_check(t, data, pe.ranges, pe.n_ranges);
    return pe;
}

static uint32_t optional_at(const uint8_t *p)
{
    return image_get32(p, 0x3c) + 24;
}

static uint32_t section_at(const uint8_t *p, uint32_t i)
{
    return optional_at(p) + (uint32_t)(p[optional_at(p) - 4] | p[optional_at(p) - 3] << 8) + 40 * i;
}

static uint32_t directory_at(const uint8_t *p, uint32_t i)
{
    return optional_at(p) + 112 + 8 * i;
}

static void honest_images_have_no_findings(void **state)
{
    static const char *const commands[] = {
        MAKE,
        SOURCE "x86_64-w64-mingw32-gcc -g -o a.exe a.c -luser32",
        SOURCE "i686-w64-mingw32-gcc -O1 -o a.exe a.c -luser32",
        SOURCE "x86_64-w64-mingw32-gcc -shared -O1 -o a.exe a.c -luser32",
    };
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        struct image_test t;
        pl_bytes data = made_by(commands[i], "a.exe");
        struct pl_pe pe = read_pe(&t, data);
        assert_int_equal(t.status, PL_OK);
        assert_string_equal(t.text, "");
        assert_int_equal(pe.is_64, i != 2);
        uint64_t owned[PL_IMAGE_UNOWNED + 1] = {0};
        for (size_t k = 0; k < pe.n_ranges; k++)
            owned[pe.ranges[k].owner] += pe.ranges[k].length;
        assert_int_equal(owned[PL_IMAGE_UNOWNED], 0);
        assert_true(owned[PL_IMAGE_CODE] > 1000 && owned[PL_IMAGE_STRUCTURE] > 1000);
        image_end(&t);
        free((void *)(uintptr_t)data.p);
    }
}

static void an_overlay_is_found_where_it_begins(void **state)
{
    struct image_test t;
    pl_bytes data = made_by(MAKE, "a.exe");
    uint8_t *p = image_copy(data, 5000);
    char expected[64];
    memset(p + data.n, 'x', 5000);
    (void)read_pe(&t, pl_bytes_of(p, data.n + 5000));
    (void)snprintf(expected, sizeof expected, "image.overlay error @%zu +5000\n", data.n);
    assert_string_equal(t.text, expected);
    image_end(&t);
    free(p);
    free((void *)(uintptr_t)data.p);
}

static void data_behind_the_contents_of_a_section_is_found(void **state)
{
    struct image_test t;
    pl_bytes data = made_by(MAKE, "a.exe");
    uint8_t *p = image_copy(data, 0);
    uint32_t i = 0; /* the first section that the linker had to fill up */
    while (image_get32(p, section_at(p, i) + 16) < image_get32(p, section_at(p, i) + 8) + 64)
        i++;
    uint32_t header = section_at(p, i);
    uint32_t end = image_get32(p, header + 20) + image_get32(p, header + 16);
    char expected[64];
    memcpy(p + end - 30, "hidden here", 11);
    (void)read_pe(&t, pl_bytes_of(p, data.n));
    (void)snprintf(expected, sizeof expected, "image.gap error @%u +11\n", (unsigned)(end - 30));
    assert_string_equal(t.text, expected);
    image_end(&t);
    free(p);
    free((void *)(uintptr_t)data.p);
}

static void writable_code_and_a_foreign_section_are_found(void **state)
{
    struct image_test t;
    pl_bytes data = made_by(
        MAKE
        " && head -c 777 /dev/zero | tr '\\0' 'z' > z && x86_64-w64-mingw32-objcopy --add-section .evil=z "
        "--set-section-flags .evil=alloc,load,data,contents --change-section-address .evil=0x140070000 a.exe "
        "b.exe",
        "b.exe");
    uint8_t *p = image_copy(data, 0);
    uint32_t n = p[image_get32(p, 0x3c) + 6];
    uint32_t last = section_at(p, n - 1);
    char expected[256];
    image_put32(p, section_at(p, 0) + 36, image_get32(p, section_at(p, 0) + 36) | PL_PE_WRITE);
    (void)read_pe(&t, pl_bytes_of(p, data.n));
    (void)snprintf(expected, sizeof expected,
                   "image.writable-code error @%u +%u\nimage.unowned-section warning @%u +%u\n",
                   (unsigned)image_get32(p, section_at(p, 0) + 20),
                   (unsigned)image_get32(p, section_at(p, 0) + 16), (unsigned)image_get32(p, last + 20),
                   (unsigned)image_get32(p, last + 16));
    assert_memory_equal(p + last, ".evil", 5);
    assert_string_equal(t.text, expected);
    image_end(&t);
    free(p);
    free((void *)(uintptr_t)data.p);
}

static void a_signed_image_has_its_digest_checked(void **state)
{
    struct image_test t;
    pl_bytes data = made_by(SIGN, "s.exe");
    struct pl_pe pe = read_pe(&t, data);
    assert_string_equal(t.text, "");
    assert_true(pe.is_signed);
    image_end(&t);

    uint8_t *p = image_copy(data, 0);
    p[image_get32(p, section_at(p, 0) + 20) + 100] ^= 1;
    (void)read_pe(&t, pl_bytes_of(p, data.n));
    assert_non_null(strstr(t.text, "sig.digest-mismatch error"));
    image_end(&t);
    free(p);
    free((void *)(uintptr_t)data.p);
}

/* The entry and the directory are made larger, neither of which the signature covers: it still verifies. */
static void data_behind_a_signature_is_found_to_the_byte(void **state)
{
    struct image_test t;
    pl_bytes data = made_by(SIGN, "s.exe");
    uint8_t *p = image_copy(data, 4096);
    uint32_t table = image_get32(p, directory_at(p, 4));
    char expected[64];
    memset(p + data.n, 0x5a, 4096);
    image_put32(p, directory_at(p, 4) + 4, image_get32(p, directory_at(p, 4) + 4) + 4096);
    image_put32(p, table, image_get32(p, table) + 4096);
    (void)read_pe(&t, pl_bytes_of(p, data.n + 4096));
    (void)snprintf(expected, sizeof expected, "sig.appended-data error @%zu +4096\n", data.n);
    assert_string_equal(t.text, expected);
    image_end(&t);
    free(p);
    free((void *)(uintptr_t)data.p);
}

static void every_truncation_is_refused_or_honest(void **state)
{
    pl_bytes data = made_by(SIGN, "s.exe");
    for (size_t n = 0; n < data.n; n += n < 2048 ? 1 : 97) {
        struct image_test t;
        uint8_t *p = image_copy(pl_bytes_sub(data, 0, n), 0);
        if (pl_pe_is(pl_bytes_of(p, n))) {
            (void)read_pe(&t, pl_bytes_of(p, n));
            assert_true(t.status == PL_E_INPUT || (t.status == PL_OK && t.text[0] != 0));
            image_end(&t);
        }
        free(p);
    }
    free((void *)(uintptr_t)data.p);
}

static void changed_bytes_never_break_the_tiling(void **state)
{
    pl_bytes data = made_by(SIGN, "s.exe");
    uint64_t seed = 1;
    for (int round = 0; round < 1000; round++) {
        struct image_test t;
        uint8_t *p = image_copy(data, 0);
        uint64_t span = round % 2 == 0 ? 1024 : data.n;
        for (int i = 0; i < 4; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            p[(seed >> 33) % span] = (uint8_t)(seed >> 20);
        }
        if (pl_pe_is(pl_bytes_of(p, data.n))) {
            (void)read_pe(&t, pl_bytes_of(p, data.n));
            assert_true(t.status == PL_OK || t.status == PL_E_INPUT);
            image_end(&t);
        }
        free(p);
    }
    free((void *)(uintptr_t)data.p);
}

static void dos_programs_are_no_pe_images(void **state)
{
    static const uint8_t dos[128] = {'M', 'Z', [0x3c] = 0x70};
    assert_false(pl_pe_is(pl_bytes_of(dos, sizeof dos)));
    assert_false(pl_pe_is(PL_LIT("MZ")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(honest_images_have_no_findings),
        cmocka_unit_test(an_overlay_is_found_where_it_begins),
        cmocka_unit_test(data_behind_the_contents_of_a_section_is_found),
        cmocka_unit_test(writable_code_and_a_foreign_section_are_found),
        cmocka_unit_test(a_signed_image_has_its_digest_checked),
        cmocka_unit_test(data_behind_a_signature_is_found_to_the_byte),
        cmocka_unit_test(every_truncation_is_refused_or_honest),
        cmocka_unit_test(changed_bytes_never_break_the_tiling),
        cmocka_unit_test(dos_programs_are_no_pe_images),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
