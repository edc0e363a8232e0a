/*
 * feature_code_macho_fix.c - pointers that dyld fills in: what they are bound to, and where. The images are those of fuzz/make-code-seeds.py.
 */
#include "code_test.h"

#define SEED(NAME) PL_TEST_DATA "/../fuzz/seeds/code/laid-" NAME

#define BASE    0x100000000ull
#define TEXT_AT 0x7e0u
#define DATA_AT 0x800u

static const struct pl_code_slot *slot_at(const struct pl_code *c, uint64_t address)
{
    for (size_t i = 0; i < c->n_slots; i++)
        if (c->slots[i].address == address)
            return &c->slots[i];
    return NULL;
}

static void has_import(const struct pl_code *c, uint64_t address, const char *name, const char *library)
{
    const struct pl_code_slot *s = slot_at(c, address);
    assert_non_null(s);
    assert_true(pl_bytes_eq_str(s->name, name));
    assert_true(library == NULL ? s->library.n == 0 : pl_bytes_eq_str(s->library, library));
    assert_int_equal(s->target, 0);
}

static void has_pointer(const struct pl_code *c, uint64_t address, uint64_t target)
{
    const struct pl_code_slot *s = slot_at(c, address);
    assert_non_null(s);
    assert_int_equal(s->name.n, 0);
    assert_int_equal(s->target, target);
}

/* The four pointers of a chain; the image lies `bias` above where it says. */
static void has_chain(const struct pl_code *c, uint64_t bias)
{
    uint64_t at = bias + BASE + DATA_AT;
    has_pointer(c, at, bias + BASE + TEXT_AT);
    has_import(c, at + 8, "first_import", "/usr/lib/libmade.dylib");
    has_import(c, at + 16, "second_import", "/usr/lib/libmade.dylib");
    has_pointer(c, at + 24, bias + BASE + TEXT_AT);
}

static void chains_of_every_format_give_the_same_pointers(void **state)
{
    static const char *const names[] = {SEED("chained-1-3"), SEED("chained-2-1"), SEED("chained-6-2"),
                                        SEED("chained-9-1"), SEED("chained-12-2")};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct image im;
        load(&im, names[i]);
        assert_int_equal(im.code.n_functions, 2);
        assert_int_equal(im.code.n_slots, 4);
        has_chain(&im.code, 0);
        unload(&im);
    }
}

static void a_call_through_a_pointer_is_one_of_its_import(void **state)
{
    struct image im;
    (void)state;
    load(&im, SEED("chained-2-1"));
    assert_non_null(atom(&im.code, &im.code.functions[1], PL_ATOM_IMPORT, "first_import"));
    unload(&im);
}

static void opcodes_bind_where_they_say(void **state)
{
    struct image im;
    uint64_t at = BASE + DATA_AT;
    static const uint16_t pointers[] = {0, 0x20, 0x28, 0x30};
    static const uint16_t bound[] = {0x40, 0x48, 0x58, 0x68, 0x78};
    (void)state;
    load(&im, SEED("opcodes"));
    for (size_t i = 0; i < sizeof pointers / sizeof *pointers; i++)
        has_pointer(&im.code, at + pointers[i], BASE + TEXT_AT);
    for (size_t i = 0; i < sizeof bound / sizeof *bound; i++)
        has_import(&im.code, at + bound[i], "bound_name", "/usr/lib/libmade.dylib");
    has_import(&im.code, at + 0x80, "weak_name", NULL);
    has_import(&im.code, at + 0x90, "bound_name", NULL); /* in any image */
    has_import(&im.code, at + 0x98, "later_name", NULL); /* of a library that there is not */
    unload(&im);
}

static void a_universal_file_has_the_pointers_of_each_image(void **state)
{
    struct image im;
    (void)state;
    load(&im, SEED("universal"));
    assert_int_equal(im.code.n_functions, 4);
    assert_int_equal(im.code.n_slots, 8);
    has_chain(&im.code, 0);
    has_chain(&im.code, 1ull << 56);
    unload(&im);
}

/* Of two images at the same addresses, or in another order than in the file, nobody can tell which is meant. */
static void images_that_lie_over_one_another_are_not_told_apart(void **state)
{
    static const char *const names[] = {SEED("universal-collides"), SEED("universal-turned")};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct pl_arena arena;
        struct pl_code code;
        struct pl_err err = {0};
        uint8_t *bytes;
        size_t n;
        assert_int_equal(pl_io_read(names[i], 1 << 24, &bytes, &n, &err), PL_OK);
        pl_arena_init(&arena, (size_t)64 << 20);
        assert_int_equal(pl_code_of(pl_bytes_of(bytes, n), test_limits(), &arena, &code, &err), PL_OK);
        assert_non_null(code.unsupported);
        pl_arena_reset(&arena);
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chains_of_every_format_give_the_same_pointers),
        cmocka_unit_test(a_call_through_a_pointer_is_one_of_its_import),
        cmocka_unit_test(opcodes_bind_where_they_say),
        cmocka_unit_test(a_universal_file_has_the_pointers_of_each_image),
        cmocka_unit_test(images_that_lie_over_one_another_are_not_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
