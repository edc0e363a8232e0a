/*
 * pipeline_compilers.c - the machine of an image leads to the compilers of its build, and nothing else does.
 */
#include "unit.h"

#include "pipeline/compilers.h"

/* The first bytes of an ELF file: 64 or 32 bits, either byte order. */
static struct pl_compilers of_elf(uint8_t class, uint8_t order, uint16_t machine)
{
    uint8_t head[64] = {0x7f, 'E', 'L', 'F', class, order, 1};
    head[18] = (uint8_t)(order == 2 ? machine >> 8 : machine & 255);
    head[19] = (uint8_t)(order == 2 ? machine & 255 : machine >> 8);
    return pl_compilers_of_image(pl_bytes_of(head, sizeof head));
}

static struct pl_compilers of_pe(uint32_t at, uint16_t machine)
{
    uint8_t head[256] = {'M', 'Z'};
    memcpy(head + 60, &at, sizeof at);
    if (at <= sizeof head - 6) {
        memcpy(head + at, "PE\0\0", 4);
        head[at + 4] = (uint8_t)(machine & 255);
        head[at + 5] = (uint8_t)(machine >> 8);
    }
    return pl_compilers_of_image(pl_bytes_of(head, sizeof head));
}

static void an_elf_file_leads_to_the_c_library_of_its_machine(void **state)
{
    (void)state;
    assert_string_equal(of_elf(2, 1, 62).arch, "amd64");
    assert_string_equal(of_elf(1, 1, 3).arch, "i386");
    assert_string_equal(of_elf(2, 1, 183).arch, "arm64");
    assert_string_equal(of_elf(2, 2, 22).arch, "s390x");
    assert_non_null(strstr(of_elf(2, 1, 62).roots, "libc6-dev"));
    assert_null(of_elf(2, 1, 0x9026).arch);
    assert_null(of_elf(1, 1, 62).arch); /* x32 is another architecture */
}

static void a_pe_file_leads_to_the_cross_compiler_of_its_machine(void **state)
{
    (void)state;
    assert_non_null(strstr(of_pe(128, 0x8664).roots, "mingw-w64-x86-64-dev"));
    assert_non_null(strstr(of_pe(128, 0x14c).roots, "mingw-w64-i686-dev"));
    assert_null(of_pe(128, 0xaa64).arch);
}

static void other_bytes_lead_nowhere(void **state)
{
    (void)state;
    assert_null(of_pe(0xfffffff0u, 0x8664).arch);
    assert_null(of_pe(251, 0x8664).arch);
    assert_null(pl_compilers_of_image(PL_LIT("\x7f"
                                             "ELF"))
                    .arch);
    assert_null(pl_compilers_of_image(PL_LIT("MZ")).arch);
    assert_null(pl_compilers_of_image((pl_bytes){NULL, 0}).arch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_elf_file_leads_to_the_c_library_of_its_machine),
        cmocka_unit_test(a_pe_file_leads_to_the_cross_compiler_of_its_machine),
        cmocka_unit_test(other_bytes_lead_nowhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
