/*
 * Tests of feature/code*.c: programs are compiled here, and what is found in the stripped file is held against the symbols it had.
 */
#include "code_test.h"

#include "feature/code_image.h"

#include <stdio.h>

static const char program[] =
    "#include <errno.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <unistd.h>\n"
    "static const char *const names[] = {\"alpha\", \"beta\", \"gamma\"};\n"
    "int counter;\n"
    "__attribute__((noinline)) static int choose(int x)\n{\n    switch (x) {\n"
    "    case 0: return puts(\"zero\");\n    case 1: return 77777;\n    case 2: return getpid();\n"
    "    case 3: return puts(\"three\");\n    case 4: return x * 3;\n    case 5: return 4321;\n    }\n    "
    "return 0;\n}\n"
    "__attribute__((noinline)) double scale(double x)\n{\n    return x * 6.2831853;\n}\n"
    "__attribute__((noinline)) static int twice(const void *a, const void *b)\n{\n    return memcmp(a, b, 5) "
    "* 31337;\n}\n"
    "__attribute__((noinline)) unsigned mixed(unsigned x, unsigned y)\n{\n    return x + y + "
    "0x428a2f98u;\n}\n"
    "__attribute__((noinline)) int sorted(char *p)\n{\n    qsort(p, 9, 5, twice);\n    return "
    "choose(p[0]);\n}\n"
    "__attribute__((noinline)) long raw(long n)\n{\n    long r;\n"
    "    __asm__ volatile(\"syscall\" : \"=a\"(r) : \"a\"(n) : \"rcx\", \"r11\", \"memory\");\n    return "
    "r;\n}\n"
    "__attribute__((noinline)) int rare(int x)\n{\n    if (__builtin_expect(x == 91911, 0)) {\n"
    "        fprintf(stderr, \"rare %s\\n\", names[x & 1]);\n        abort();\n    }\n    return "
    "sorted((char *)&x) + 1;\n}\n"
    "int main(int argc, char **argv)\n{\n    counter = argc;\n    if (argc > 5)\n        return rare(argc) + "
    "(int)raw(39) + (int)mixed(argc, 7 * argc);\n"
    "    printf(\"%f %s\\n\", scale(argc), names[argc % 3]);\n    return sorted(argv[0]);\n}\n";

/* The program as compiled with `flags`, in "NAME" and stripped in "NAME.s". False when this compiler cannot. */
static bool compile(const char *name, const char *flags)
{
    char command[512];
    FILE *f = fopen("p.c", "w");
    assert_non_null(f);
    assert_int_equal(fwrite(program, 1, sizeof program - 1, f), sizeof program - 1);
    assert_int_equal(fclose(f), 0);
    (void)snprintf(command, sizeof command, "gcc -g0 %s p.c -o %s 2>/dev/null && strip -s %s -o %s.s", flags,
                   name, name, name);
    return system(command) == 0;
}

/* Every function that the symbols knew is found in the stripped file, at its address, with its atoms. */
static void check_build(const char *flags)
{
    struct image full;
    struct image bare;
    if (!compile("p", flags))
        return; /* no such target here */
    load(&full, "p");
    load(&bare, "p.s");
    const struct pl_code *c = &bare.code;
    sums_hold(c);
    sums_hold(&full.code);
    assert_int_equal(full.code.n_functions, c->n_functions);
    for (size_t i = 0; i < c->n_functions; i++) {
        assert_true(full.code.functions[i].address == c->functions[i].address);
        assert_true(full.code.functions[i].size == c->functions[i].size);
        assert_int_equal(full.code.functions[i].n_atoms, c->functions[i].n_atoms);
    }
    for (size_t i = 0; i < c->n_gaps; i++)
        assert_true(c->gaps[i].is_fill);
    const struct pl_function *choose = at(c, named(&full.code, "choose")->address);
    const struct pl_function *sorted = at(c, named(&full.code, "sorted")->address);
    const struct pl_function *twice = at(c, named(&full.code, "twice")->address);
    const struct pl_function *mixed = at(c, named(&full.code, "mixed")->address);
    const struct pl_function *scale = at(c, named(&full.code, "scale")->address);
    const struct pl_function *raw = at(c, named(&full.code, "raw")->address);
    const struct pl_function *entry = at(c, named(&full.code, "main")->address);
    assert_non_null(atom(c, choose, PL_ATOM_STRING, "zero"));
    assert_non_null(atom(c, choose, PL_ATOM_STRING, "three"));
    assert_non_null(atom(c, choose, PL_ATOM_IMPORT, "puts"));
    assert_non_null(atom(c, choose, PL_ATOM_IMPORT, "getpid"));
    assert_true(has_value(c, choose, PL_ATOM_CONSTANT, 77777));
    assert_true(has_value(c, choose, PL_ATOM_CONSTANT, 4321));
    assert_true(has_value(c, choose, PL_ATOM_SWITCH, 6));
    assert_true(has_value(c, twice, PL_ATOM_CONSTANT, 31337));
    assert_true(
        has_value(c, mixed, PL_ATOM_CONSTANT, 0x428a2f98)); /* x86: in the address that LEA computes */
    assert_non_null(atom(c, sorted, PL_ATOM_IMPORT, "qsort"));
    assert_non_null(atom(c, raw, PL_ATOM_SYSCALL, NULL));
    assert_non_null(atom(c, scale, PL_ATOM_FLOAT, NULL));
    assert_non_null(atom(c, entry, PL_ATOM_STRING, "%f %s\n"));
    bool calls_choose = false;
    bool takes_twice = false;
    for (uint32_t k = 0; k < sorted->n_atoms; k++) {
        uint32_t target = c->atoms[sorted->first_atom + k].target;
        calls_choose |= target != PL_NO_TARGET && &c->functions[target] == choose;
        takes_twice |= target != PL_NO_TARGET && &c->functions[target] == twice;
    }
    assert_true(calls_choose);
    assert_true(takes_twice);
    assert_int_equal(choose->flags & (PL_FUNCTION_CALLED | PL_FUNCTION_POINTED), PL_FUNCTION_CALLED);
    assert_int_equal(twice->flags & (PL_FUNCTION_CALLED | PL_FUNCTION_POINTED), PL_FUNCTION_POINTED);
    unload(&full);
    unload(&bare);
}

static void functions_and_atoms_survive_stripping_at_any_level(void **state)
{
    check_build("-O1 -fno-stack-protector");
    check_build("-O2");
    check_build("-O3 -fcf-protection=full");
    check_build("-Os -fjump-tables");
    check_build("-O2 -Wl,-z,now");
    check_build("-O2 -Wl,-z,lazy -Wl,-z,ibtplt -fcf-protection=full");
    check_build("-O2 -fuse-ld=gold -Wl,-z,lazy");
    check_build("-O2 -fno-plt");
    check_build("-O2 -no-pie -fno-pie");
    check_build("-O2 -Wl,-z,noseparate-code");
    check_build("-O2 -Wl,-z,pack-relative-relocs");
}

static void a_table_of_pointers_gives_its_strings(void **state)
{
    struct image bare;
    assert_true(compile("p", "-O2"));
    load(&bare, "p.s");
    const struct pl_code *c = &bare.code;
    bool found = false;
    for (size_t i = 0; i < c->n_atoms; i++) {
        size_t n;
        const struct pl_code_slot *s =
            c->atoms[i].kind == PL_ATOM_DATA ? pl_code_table(c, c->atoms[i].value, &n) : NULL;
        if (s == NULL || n < 3 || !pl_bytes_eq_str(s->text, "alpha"))
            continue;
        assert_true(pl_bytes_eq_str(s[1].text, "beta"));
        assert_true(pl_bytes_eq_str(s[2].text, "gamma"));
        found = true;
    }
    assert_true(found);
    unload(&bare);
}

static void start_up_code_is_known_by_content_and_ways_in_are_listed(void **state)
{
    struct image bare;
    unsigned found = 0;
    assert_true(compile("p", "-O2"));
    load(&bare, "p.s");
    const struct pl_code *c = &bare.code;
    for (size_t i = 0; i < c->n_entries; i++) {
        assert_int_not_equal(c->entries[i].function, PL_NO_TARGET);
        assert_true(c->functions[c->entries[i].function].flags & PL_FUNCTION_RUNTIME);
        found |= strcmp(c->entries[i].what, "entry point") == 0 ? 1 : 0;
        found |= strcmp(c->entries[i].what, "init_array[0]") == 0 ? 2 : 0;
        found |= strcmp(c->entries[i].what, "fini_array[0]") == 0 ? 4 : 0;
        found |= strcmp(c->entries[i].what, "init") == 0 ? 8 : 0;
    }
    assert_int_equal(found, 15);
    unload(&bare);
}

static void start_up_code_in_one_piece_is_known_and_with_another_byte_is_not(void **state)
{
    (void)state;
    uint8_t both[] = {0x48, 0x8d, 0x3d, 1,    2,    3,    4,    0x48, 0x8d, 0x05, 1,    2,    3,    4,
                      0x48, 0x39, 0xf8, 0x74, 0x15, 0x48, 0x8b, 0x05, 1,    2,    3,    4,    0x48, 0x85,
                      0xc0, 0x74, 0x09, 0xff, 0xe0, 0x0f, 0x1f, 0x80, 0,    0,    0,    0,    0xc3, 0x0f,
                      0x1f, 0x80, 0,    0,    0,    0,    0x48, 0x8d, 0x3d, 1,    2,    3,    4,    0x48,
                      0x8d, 0x35, 1,    2,    3,    4,    0x48, 0x29, 0xfe, 0x48, 0x89, 0xf0, 0x48, 0xc1,
                      0xee, 0x3f, 0x48, 0xc1, 0xf8, 0x03, 0x48, 0x01, 0xc6, 0x48, 0xd1, 0xfe, 0x74, 0x14,
                      0x48, 0x8b, 0x05, 1,    2,    3,    4,    0x48, 0x85, 0xc0, 0x74, 0x08, 0xff, 0xe0,
                      0x66, 0x0f, 0x1f, 0x44, 0,    0,    0xc3};
    pl_bytes code = pl_bytes_of(both, sizeof both);
    assert_true(pl_code_is_runtime(PL_CODE_X86_64, code));
    assert_false(pl_code_is_runtime(PL_CODE_X86_64, pl_bytes_sub(code, 0, code.n - 1)));
    both[96] = 0xd0; /* the jump is a call */
    assert_false(pl_code_is_runtime(PL_CODE_X86_64, code));
}

/* As in programs of Debian that were built last with GCC 8, with a frame pointer. */
static void start_up_code_of_older_compilers_is_known_and_with_another_byte_is_not(void **state)
{
    (void)state;
    uint8_t flush[] = {0x80, 0x3d, 1,    2,    3,    4,    0,    0x75, 0x2f, 0x48, 0x83, 0x3d, 1,   2, 3,
                       4,    0,    0x55, 0x48, 0x89, 0xe5, 0x74, 0x0c, 0x48, 0x8b, 0x3d, 1,    2,   3, 4,
                       0xe8, 1,    2,    3,    4,    0xe8, 1,    2,    3,    4,    0xc6, 0x05, 1,   2, 3,
                       4,    1,    0x5d, 0xc3, 0x0f, 0x1f, 0x80, 0,    0,    0,    0,    0xf3, 0xc3};
    uint8_t dummy[] = {0x55, 0x48, 0x89, 0xe5, 0x5d, 0xe9, 1, 2, 3, 4};
    assert_true(pl_code_is_runtime(PL_CODE_X86_64, pl_bytes_of(flush, sizeof flush)));
    assert_true(pl_code_is_runtime(PL_CODE_X86_64, pl_bytes_of(dummy, sizeof dummy)));
    flush[46] = 2; /* another number is stored */
    dummy[4] = 0x90;
    assert_false(pl_code_is_runtime(PL_CODE_X86_64, pl_bytes_of(flush, sizeof flush)));
    assert_false(pl_code_is_runtime(PL_CODE_X86_64, pl_bytes_of(dummy, sizeof dummy)));
}

static void every_truncation_is_refused_or_sums(void **state)
{
    struct image bare;
    assert_true(compile("p", "-O2 -Wl,-z,noseparate-code"));
    load(&bare, "p.s");
    for (size_t n = 0; n < bare.n; n += n < 2048 ? 1 : 37) {
        struct pl_arena arena;
        struct pl_code code;
        struct pl_err err = {0};
        uint8_t *copy = malloc(n + 1); /* exact, so that a sanitizer sees a step too far */
        assert_non_null(copy);
        memcpy(copy, bare.heap, n);
        pl_arena_init(&arena, (size_t)64 << 20);
        pl_status st = pl_code_of(pl_bytes_of(copy, n), test_limits(), &arena, &code, &err);
        assert_true(st == PL_OK || st == PL_E_INPUT);
        if (st == PL_OK && code.unsupported == NULL)
            sums_hold(&code);
        pl_arena_reset(&arena);
        free(copy);
    }
    unload(&bare);
}

static void changed_bytes_never_break_the_sums(void **state)
{
    struct image bare;
    uint64_t seed = 7;
    assert_true(compile("p", "-O2 -Wl,-z,noseparate-code"));
    load(&bare, "p.s");
    for (unsigned i = 0; i < 2000; i++) {
        struct pl_arena arena;
        struct pl_code code;
        struct pl_err err = {0};
        size_t where = (size_t)unit_below(&seed, bare.n);
        uint8_t kept = bare.heap[where];
        bare.heap[where] = (uint8_t)unit_random(&seed);
        pl_arena_init(&arena, (size_t)64 << 20);
        if (pl_code_of(pl_bytes_of(bare.heap, bare.n), test_limits(), &arena, &code, &err) == PL_OK &&
            code.unsupported == NULL)
            sums_hold(&code);
        pl_arena_reset(&arena);
        bare.heap[where] = kept;
    }
    unload(&bare);
}

static void a_small_arena_is_a_limit_and_no_crash(void **state)
{
    struct image bare;
    assert_true(compile("p", "-O2"));
    load(&bare, "p.s");
    size_t need = bare.arena.used_bytes;
    for (size_t max = 0; max < need; max += need / 97) {
        struct pl_arena arena;
        struct pl_code code;
        struct pl_err err = {0};
        pl_arena_init(&arena, max);
        assert_int_equal(pl_code_of(pl_bytes_of(bare.heap, bare.n), test_limits(), &arena, &code, &err),
                         PL_E_LIMIT);
        pl_arena_reset(&arena);
    }
    unload(&bare);
}

static void more_functions_or_atoms_than_allowed_are_a_limit(void **state)
{
    struct image bare;
    struct pl_err err = {0};
    assert_true(compile("p", "-O2"));
    load(&bare, "p.s");
    for (size_t allowed = 0; allowed <= bare.code.n_functions + bare.code.n_atoms; allowed++) {
        struct pl_limits few_functions = pl_limits_default();
        struct pl_limits few_atoms = few_functions;
        struct pl_arena arena;
        struct pl_code code;
        few_functions.functions = allowed;
        few_atoms.tokens = allowed;
        pl_arena_init(&arena, (size_t)64 << 20);
        bool is_read =
            pl_code_of(pl_bytes_of(bare.heap, bare.n), &few_functions, &arena, &code, &err) == PL_OK;
        assert_int_equal(is_read, allowed >= bare.code.n_functions);
        assert_true(allowed > 0 || strcmp(err.text, "the program has too many symbols") == 0);
        assert_true(allowed + 1 != bare.code.n_functions ||
                    strcmp(err.text, "the program has too many functions") == 0);
        pl_status st = pl_code_of(pl_bytes_of(bare.heap, bare.n), &few_atoms, &arena, &code, &err);
        assert_true(st == PL_OK || st == PL_E_LIMIT);
        assert_true(st == PL_E_LIMIT || allowed >= bare.code.n_atoms);
        assert_true(st == PL_OK || strcmp(err.text, "the program has too many atoms") == 0);
        pl_arena_reset(&arena);
    }
    unload(&bare);
}

static void what_is_not_elf_is_refused_and_other_machines_are_named(void **state)
{
    struct image bare;
    struct pl_code code;
    struct pl_err err = {0};
    assert_true(compile("p", "-O2"));
    load(&bare, "p.s");
    assert_int_equal(pl_code_of(PL_LIT("MZ nothing"), test_limits(), &bare.arena, &code, &err), PL_E_INPUT);
    bare.heap[18] = 243; /* riscv */
    assert_int_equal(pl_code_of(pl_bytes_of(bare.heap, bare.n), test_limits(), &bare.arena, &code, &err),
                     PL_OK);
    assert_string_equal(code.unsupported, "no decoder for ELF machine 243");
    assert_true(code.code_bytes == bare.code.code_bytes);
    unload(&bare);
}

static void an_instruction_is_shown_as_text(void **state)
{
    char text[PL_CODE_TEXT_BYTES];
    assert_int_equal(
        pl_code_text_of(PL_CODE_X86_64, 0x1000, PL_LIT("\x48\x8d\x3d\x10\x00\x00\x00\xc3"), text), 7);
    assert_string_equal(text, "lea rdi, [0x1017]");
    assert_int_equal(pl_code_text_of(PL_CODE_I386, 0x1000, PL_LIT("\x0f\x04"), text), 1); /* no instruction */
    assert_string_equal(text, ".byte 0x0f");
    assert_int_equal(pl_code_text_of(PL_CODE_X86_64, 0, PL_LIT("\xe8\x00"), text), 1); /* cut short */
    assert_string_equal(text, ".byte 0xe8");
    assert_int_equal(pl_code_text_of(PL_CODE_A64, 0, PL_LIT("\xc0\x03\x5f\xd6"), text), 4);
    assert_string_equal(text, ".word 0xd65f03c0");
    assert_int_equal(pl_code_text_of(PL_CODE_A64, 0, PL_LIT("\xc0\x03"), text), 1);
    assert_int_equal(pl_code_text_of(PL_CODE_X86_64, 0, PL_LIT(""), text), 0);
    assert_string_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_and_atoms_survive_stripping_at_any_level),
        cmocka_unit_test(a_table_of_pointers_gives_its_strings),
        cmocka_unit_test(start_up_code_is_known_by_content_and_ways_in_are_listed),
        cmocka_unit_test(start_up_code_of_older_compilers_is_known_and_with_another_byte_is_not),
        cmocka_unit_test(start_up_code_in_one_piece_is_known_and_with_another_byte_is_not),
        cmocka_unit_test(every_truncation_is_refused_or_sums),
        cmocka_unit_test(changed_bytes_never_break_the_sums),
        cmocka_unit_test(a_small_arena_is_a_limit_and_no_crash),
        cmocka_unit_test(more_functions_or_atoms_than_allowed_are_a_limit),
        cmocka_unit_test(what_is_not_elf_is_refused_and_other_machines_are_named),
        cmocka_unit_test(an_instruction_is_shown_as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
