/*
 * Tests of pl_code_of() on other images than those of this machine: one program, compiled and linked here for each, is held against what it says.
 */
#include "code_test.h"

#include <stdio.h>

#define DARWIN(ARCH, OUT)                                                                                    \
    "clang -target " ARCH                                                                                    \
    "-apple-macos11 -O2 -nostdlib -shared -fuse-ld=lld -Wl,-undefined,dynamic_lookup f.c -o " OUT

/* No jumps to imports: the linker would put a stub of its own before each. */
#define ARM32                                                                                                \
    "clang -target armv7-linux-gnueabihf -O1 -fno-optimize-sibling-calls -fPIC -nostdlib -shared "           \
    "-fuse-ld=lld"

static const char program[] =
    "typedef __SIZE_TYPE__ size_t;\nextern int puts(const char *);\nextern int getchar(void);\n"
    "extern void qsort(void *, size_t, size_t, int (*)(const void *, const void *));\n"
    "extern int strcmp(const char *, const char *);\n"
    "#ifdef _WIN32\n#define SHOW __declspec(dllexport)\n"
    "__declspec(dllimport) int __stdcall MessageBoxW(void *, const __WCHAR_TYPE__ *, const __WCHAR_TYPE__ *, "
    "unsigned);\n"
    "SHOW int wide(int x)\n{\n    return MessageBoxW(0, L\"Zeit \\u00fcber alles\", L\"x\", x) * 31337;\n}\n"
    "#else\n#define SHOW __attribute__((visibility(\"default\")))\n#endif\n"
    "static const char *const names[] = {\"alpha\", \"beta\", \"gamma\"};\nint counter;\n"
    "__attribute__((noinline)) static int choose(int x)\n{\n    switch (x) {\n"
    "    case 0: return puts(\"zero\");\n    case 1: return 77777;\n    case 2: return getchar();\n"
    "    case 3: return puts(\"three\");\n    case 4: return x * 3;\n    case 5: return 4321;\n    }\n    "
    "return 0;\n}\n"
    "__attribute__((noinline)) static int twice(const void *a, const void *b)\n{\n"
    "    return strcmp(a, b) * 31337;\n}\n"
    "__attribute__((noinline)) SHOW int sorted(char *p)\n{\n    qsort(p, 9, 5, twice);\n    return "
    "choose(p[0]);\n}\n"
    "__attribute__((noinline)) SHOW double scale(double x)\n{\n    return x * 6.2831853;\n}\n"
    "SHOW int say(int x)\n{\n    counter = x;\n    return puts(names[x % 3]) + puts(names[x / 3]);\n}\n";

static bool run(const char *command)
{
    char quiet[1024];
    (void)snprintf(quiet, sizeof quiet, "%s 2>link.log", command);
    return system(quiet) == 0;
}

static void write_program(void)
{
    FILE *f = fopen("f.c", "w");
    assert_non_null(f);
    assert_int_equal(fwrite(program, 1, sizeof program - 1, f), sizeof program - 1);
    assert_int_equal(fclose(f), 0);
}

static const struct pl_function *calls(const struct pl_code *c, const struct pl_function *f, unsigned which)
{
    for (uint32_t k = 0; k < f->n_atoms; k++) {
        uint32_t target = c->atoms[f->first_atom + k].target;
        if (target != PL_NO_TARGET && which-- == 0)
            return &c->functions[target];
    }
    return NULL;
}

/* `sorted` is known by its export; what it leads to has no name. */
static void check_functions(const struct pl_code *c)
{
    const struct pl_function *sorted = named(c, "sorted");
    const struct pl_function *scale = named(c, "scale");
    const struct pl_function *say = named(c, "say");
    sums_hold(c);
    assert_non_null(sorted);
    assert_non_null(scale);
    assert_non_null(say);
    assert_true(sorted->flags & PL_FUNCTION_EXPORTED);
    assert_non_null(atom(c, sorted, PL_ATOM_IMPORT, "qsort"));
    const struct pl_function *twice = calls(c, sorted, 0);
    const struct pl_function *choose = calls(c, sorted, 1);
    assert_non_null(twice);
    assert_non_null(choose);
    assert_non_null(atom(c, twice, PL_ATOM_IMPORT, "strcmp"));
    assert_true(has_value(c, twice, PL_ATOM_CONSTANT, 31337));
    assert_non_null(atom(c, choose, PL_ATOM_STRING, "zero"));
    assert_non_null(atom(c, choose, PL_ATOM_STRING, "three"));
    assert_non_null(atom(c, choose, PL_ATOM_IMPORT, "puts"));
    assert_non_null(atom(c, choose, PL_ATOM_IMPORT, "getchar"));
    assert_true(has_value(c, choose, PL_ATOM_CONSTANT, 77777));
    assert_true(has_value(c, choose, PL_ATOM_CONSTANT, 4321));
    assert_true(has_value(c, choose, PL_ATOM_SWITCH, 6));
    assert_true(has_value(c, scale, PL_ATOM_FLOAT, 0x401921fb53c8d4f1));
    for (size_t i = 0; i < c->n_gaps; i++)
        assert_true(c->gaps[i].is_fill);
    bool has_names = false;
    for (size_t i = 0; i < c->n_atoms; i++) {
        size_t n;
        const struct pl_code_slot *s =
            c->atoms[i].kind == PL_ATOM_DATA ? pl_code_table(c, c->atoms[i].value, &n) : NULL;
        has_names |= s != NULL && n >= 3 && pl_bytes_eq_str(s->text, "alpha") &&
                     pl_bytes_eq_str(s[1].text, "beta") && pl_bytes_eq_str(s[2].text, "gamma");
    }
    assert_true(has_names);
}

static void check_build(const char *command)
{
    struct image im;
    write_program();
    assert_true(run(command));
    load(&im, "f.out");
    check_functions(&im.code);
    unload(&im);
}

static void libraries_of_windows_are_cut_into_functions(void **state)
{
    check_build("x86_64-w64-mingw32-gcc -shared -O2 f.c -o f.out -s");
    check_build("x86_64-w64-mingw32-gcc -shared -O1 f.c -o f.out");
    check_build("i686-w64-mingw32-gcc -shared -O2 f.c -o f.out -s");
    check_build("i686-w64-mingw32-gcc -shared -O2 -fno-asynchronous-unwind-tables f.c -o f.out");
}

static void text_of_two_bytes_a_character_is_a_string(void **state)
{
    struct image im;
    write_program();
    assert_true(run("x86_64-w64-mingw32-gcc -shared -O2 f.c -o f.out -s"));
    load(&im, "f.out");
    const struct pl_function *wide = named(&im.code, "wide");
    assert_non_null(wide);
    assert_non_null(atom(&im.code, wide, PL_ATOM_IMPORT, "MessageBoxW"));
    assert_non_null(atom(&im.code, wide, PL_ATOM_STRING,
                         "Zeit \xc3\xbc"
                         "ber alles"));
    assert_non_null(atom(&im.code, wide, PL_ATOM_STRING, "x"));
    unload(&im);
}

static void an_import_names_its_library(void **state)
{
    struct image im;
    bool found = false;
    write_program();
    assert_true(run("i686-w64-mingw32-gcc -shared -O2 f.c -o f.out -s"));
    load(&im, "f.out");
    for (size_t i = 0; i < im.code.n_slots; i++)
        found |= pl_bytes_eq_str(im.code.slots[i].name, "MessageBoxW") &&
                 pl_bytes_eq_str(im.code.slots[i].library, "USER32.dll");
    assert_true(found);
    unload(&im);
}

static void libraries_of_macos_are_cut_into_functions(void **state)
{
    check_build(DARWIN("arm64", "f.out"));
    check_build(DARWIN("x86_64", "f.out"));
}

/* A universal file of both, put together here: | 0xcafebabe | 2 | then | cpu | kind | offset | length | alignment | |. */
static void each_image_of_a_universal_file_has_its_functions(void **state)
{
    static const char *const names[2] = {"f.arm64", "f.x86_64"};
    struct image parts[2];
    struct pl_arena arena;
    struct pl_code code;
    struct pl_err err = {0};
    write_program();
    assert_true(run(DARWIN("arm64", "f.arm64") " && " DARWIN("x86_64", "f.x86_64")));
    load(&parts[0], names[0]);
    load(&parts[1], names[1]);
    size_t second = 4096 + ((parts[0].n + 4095) & ~(size_t)4095);
    size_t n = second + parts[1].n;
    uint8_t *fat = calloc(n, 1);
    assert_non_null(fat);
    uint32_t head[12] = {0xcafebabe,           2,  0x0100000c, 0, 4096,
                         (uint32_t)parts[0].n, 12, 0x01000007, 3, (uint32_t)second,
                         (uint32_t)parts[1].n, 12};
    for (size_t i = 0; i < 12; i++)
        for (size_t k = 0; k < 4; k++)
            fat[4 * i + k] = (uint8_t)(head[i] >> (24 - 8 * k));
    memcpy(fat + 4096, parts[0].heap, parts[0].n);
    memcpy(fat + second, parts[1].heap, parts[1].n);
    pl_arena_init(&arena, (size_t)64 << 20);
    assert_int_equal(pl_code_of(pl_bytes_of(fat, n), test_limits(), &arena, &code, &err), PL_OK);
    sums_hold(&code);
    assert_int_equal(code.n_functions, parts[0].code.n_functions + parts[1].code.n_functions);
    assert_int_equal(code.n_atoms, parts[0].code.n_atoms + parts[1].code.n_atoms);
    assert_int_equal(code.n_spans, parts[0].code.n_spans + parts[1].code.n_spans);
    for (size_t i = 0; i < code.n_functions; i++) {
        size_t which = i < parts[0].code.n_functions ? 0 : 1;
        const struct pl_function *f =
            &parts[which].code.functions[which == 0 ? i : i - parts[0].code.n_functions];
        assert_true(code.functions[i].offset == f->offset + (which == 0 ? 4096 : second));
        assert_true(code.functions[i].n_atoms == f->n_atoms);
        assert_true(pl_bytes_eq(code.functions[i].name, f->name));
    }
    pl_arena_reset(&arena);
    free(fat);
    unload(&parts[0]);
    unload(&parts[1]);
}

/* Functions have names there, static ones too. */
static void object_files_are_cut_into_functions(void **state)
{
    static const char *const commands[] = {
        "gcc -O2 -fno-pic -c f.c -o f.out", "gcc -O2 -fPIC -c f.c -o f.out",
        "clang -target aarch64-linux-gnu -O2 -c f.c -o f.out", "x86_64-w64-mingw32-gcc -O2 -c f.c -o f.out",
        "i686-w64-mingw32-gcc -O2 -c f.c -o f.out"};
    write_program();
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        struct image im;
        assert_true(run(commands[i]));
        load(&im, "f.out");
        sums_hold(&im.code);
        const struct pl_function *sorted = named(&im.code, "sorted");
        const struct pl_function *choose = named(&im.code, "choose");
        const struct pl_function *twice = named(&im.code, "twice");
        assert_non_null(sorted);
        assert_non_null(choose);
        assert_non_null(twice);
        assert_ptr_equal(calls(&im.code, sorted, 0), twice);
        assert_ptr_equal(calls(&im.code, sorted, 1), choose);
        assert_non_null(atom(&im.code, sorted, PL_ATOM_IMPORT, "qsort"));
        assert_non_null(atom(&im.code, choose, PL_ATOM_STRING, "zero"));
        assert_true(has_value(&im.code, choose, PL_ATOM_SWITCH, 6));
        assert_true(has_value(&im.code, twice, PL_ATOM_CONSTANT, 31337));
        unload(&im);
    }
}

static void libraries_of_other_machines_are_cut_into_functions(void **state)
{
    check_build("clang -target aarch64-linux-gnu -O2 -fPIC -nostdlib -shared -fuse-ld=lld f.c -o f.out -s");
    check_build(ARM32 " -marm f.c -o f.out -s");
    check_build(ARM32 " -mthumb f.c -o f.out -s");
}

/* Of any image: every truncation and many changed bytes give a refusal or functions and gaps that sum. */
static void damage(const char *command)
{
    struct image im;
    uint64_t seed = 11;
    write_program();
    assert_true(run(command));
    load(&im, "f.out");
    for (unsigned i = 0; i < 600; i++) {
        struct pl_arena arena;
        struct pl_code code;
        struct pl_err err = {0};
        size_t n = (i & 1) != 0 ? im.n : (size_t)unit_below(&seed, im.n);
        uint8_t *copy = malloc(n + 1); /* exact, so that a sanitizer sees a step too far */
        assert_non_null(copy);
        memcpy(copy, im.heap, n);
        for (unsigned k = 0; k < 4 && (i & 1) != 0; k++)
            copy[unit_below(&seed, k < 3 && n > 4096 ? 4096 : n)] = (uint8_t)unit_random(&seed);
        pl_arena_init(&arena, (size_t)64 << 20);
        pl_status st = pl_code_of(pl_bytes_of(copy, n), test_limits(), &arena, &code, &err);
        assert_true(st == PL_OK || st == PL_E_INPUT || st == PL_E_LIMIT);
        if (st == PL_OK)
            sums_hold(&code);
        pl_arena_reset(&arena);
        free(copy);
    }
    unload(&im);
}

static void damaged_images_are_refused_or_sum(void **state)
{
    damage("x86_64-w64-mingw32-gcc -shared -O2 f.c -o f.out -s");
    damage("i686-w64-mingw32-gcc -shared -O2 f.c -o f.out");
    damage("gcc -O2 -c f.c -o f.out");
    damage("i686-w64-mingw32-gcc -O2 -c f.c -o f.out");
    damage(DARWIN("arm64", "f.out"));
    damage(ARM32 " -mthumb f.c -o f.out");
    damage(ARM32 " -marm f.c -o f.out");
    damage("clang -target aarch64-linux-gnu -O2 -fPIC -nostdlib -shared -fuse-ld=lld f.c -o f.out -s");
}

static uint32_t u32_at(const struct image *im, uint64_t at)
{
    uint32_t value = 0;
    for (size_t i = 0; i < 4; i++)
        value |= (uint32_t)im->heap[at + i] << (8 * i);
    return value;
}

static void put_u32(struct image *im, uint64_t at, uint32_t value)
{
    for (size_t i = 0; i < 4; i++)
        im->heap[at + i] = (uint8_t)(value >> (8 * i));
}

static void read_again(struct image *im, struct pl_code *out)
{
    struct pl_err err = {0};
    assert_int_equal(pl_code_of(pl_bytes_of(im->heap, im->n), test_limits(), &im->arena, out, &err), PL_OK);
    sums_hold(out);
}

/* Where an address of a PE32+ image stands in the file, by its section headers. */
static uint64_t pe_offset(const struct image *im, uint32_t address)
{
    uint64_t pe = u32_at(im, 0x3c);
    uint64_t sections = pe + 24 + (u32_at(im, pe + 20) & 0xffff);
    for (uint32_t i = 0; i < (u32_at(im, pe + 6) & 0xffff); i++) {
        uint64_t s = sections + 40ull * i;
        if (address >= u32_at(im, s + 12) && address - u32_at(im, s + 12) < u32_at(im, s + 16))
            return u32_at(im, s + 20) + (address - u32_at(im, s + 12));
    }
    fail_msg("no section holds it");
    return 0;
}

static void unwind_records_in_a_circle_end(void **state)
{
    struct image im;
    struct pl_code code;
    write_program();
    assert_true(run("x86_64-w64-mingw32-gcc -shared -O2 f.c -o f.out -s"));
    load(&im, "f.out");
    uint64_t table = pe_offset(&im, u32_at(&im, u32_at(&im, 0x3c) + 24 + 112 + 8 * 3));
    for (uint64_t i = 0; i < 8; i++) { /* each entry continues the one before, the first one the last */
        uint64_t unwind = pe_offset(&im, u32_at(&im, table + 12 * i + 8));
        uint64_t to = table + 12 * ((i + 7) % 8);
        im.heap[unwind] = 1 | 4 << 3;
        im.heap[unwind + 2] = 0;
        for (uint64_t k = 0; k < 12; k += 4)
            put_u32(&im, unwind + 4 + k, u32_at(&im, to + k));
    }
    read_again(&im, &code);
    for (uint64_t i = 0; i < 8; i++) /* and entries that point to themselves */
        put_u32(&im, table + 12 * i + 8,
                u32_at(&im, u32_at(&im, 0x3c) + 24 + 112 + 8 * 3) + 12 * (uint32_t)i + 1);
    read_again(&im, &code);
    unload(&im);
}

static void functions_of_no_bytes_and_of_very_many_lose_nothing(void **state)
{
    struct image im;
    struct pl_code code;
    write_program();
    assert_true(run("x86_64-w64-mingw32-gcc -shared -O2 f.c -o f.out -s"));
    load(&im, "f.out");
    uint64_t table = pe_offset(&im, u32_at(&im, u32_at(&im, 0x3c) + 24 + 112 + 8 * 3));
    size_t before = im.code.n_functions;
    put_u32(&im, table + 4, u32_at(&im, table) + 100000000u);
    put_u32(&im, table + 12 * 3 + 4, u32_at(&im, table + 12 * 3));
    put_u32(&im, table + 12 * 4 + 4, 0);
    read_again(&im, &code);
    assert_true(code.code_bytes == im.code.code_bytes && code.n_functions + 4 > before);
    unload(&im);
}

static void four_billion_sections_are_refused_or_bounded(void **state)
{
    struct image im;
    struct pl_code code;
    struct pl_err err = {0};
    write_program();
    assert_true(run("gcc -O2 -shared -fPIC f.c -o f.out"));
    load(&im, "f.out");
    uint64_t sections = u32_at(&im, 0x28);
    im.heap[0x3c] = im.heap[0x3d] = 0; /* none in the header: the number stands in the first section */
    put_u32(&im, sections + 32, UINT32_MAX);
    pl_status st = pl_code_of(pl_bytes_of(im.heap, im.n), test_limits(), &im.arena, &code, &err);
    assert_true(st == PL_E_INPUT || st == PL_OK);
    unload(&im);
    assert_true(run("x86_64-w64-mingw32-gcc -c -O2 f.c -o f.out"));
    load(&im, "f.out");
    put_u32(&im, 12, UINT32_MAX); /* symbols of an object file */
    st = pl_code_of(pl_bytes_of(im.heap, im.n), test_limits(), &im.arena, &code, &err);
    assert_true(st == PL_E_INPUT || st == PL_OK);
    unload(&im);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(libraries_of_windows_are_cut_into_functions),
        cmocka_unit_test(text_of_two_bytes_a_character_is_a_string),
        cmocka_unit_test(an_import_names_its_library),
        cmocka_unit_test(libraries_of_macos_are_cut_into_functions),
        cmocka_unit_test(each_image_of_a_universal_file_has_its_functions),
        cmocka_unit_test(object_files_are_cut_into_functions),
        cmocka_unit_test(libraries_of_other_machines_are_cut_into_functions),
        cmocka_unit_test(damaged_images_are_refused_or_sum),
        cmocka_unit_test(unwind_records_in_a_circle_end),
        cmocka_unit_test(functions_of_no_bytes_and_of_very_many_lose_nothing),
        cmocka_unit_test(four_billion_sections_are_refused_or_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
