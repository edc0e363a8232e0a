/*
 * Tests of match/image_origin.c: what made an image, as it says itself.
 */
#include "match/image_view.h"
#include "unit.h"

#include <stdio.h>

static const char *fact(const struct pl_file *f, const char *name)
{
    static char text[256];
    for (size_t i = 0; i < PL_FILE_FACTS && f->facts[i].name != NULL; i++) {
        if (strcmp(f->facts[i].name, name) != 0)
            continue;
        (void)snprintf(text, sizeof text, "%.*s", PL_ARG(f->facts[i].value));
        return text;
    }
    return NULL;
}

static void look(pl_bytes data, struct pl_file *f, struct pl_arena *arena)
{
    struct pl_match m = {.arena = arena};
    struct pl_err err = {0};
    pl_arena_init(arena, 1 << 20);
    *f = (struct pl_file){.data = data, .size = data.n};
    assert_int_equal(pl_image_origin(&m, f, &err), PL_OK);
}

#define MARK "0123456789abcdef"
#define GO                                                                                                   \
    "rodata\0\xff Go buildinf:\x08\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"                                      \
    "\x08go1.21.4\x38" MARK "path\texample.org/tool\nmod\tx\n" MARK

static void a_go_program_names_its_version_and_package(void **state)
{
    struct pl_file f;
    struct pl_arena arena;
    pl_bytes all = PL_LIT(GO);
    look(all, &f, &arena);
    assert_string_equal(fact(&f, "go.version"), "go1.21.4");
    assert_string_equal(fact(&f, "go.package"), "example.org/tool");
    pl_arena_reset(&arena);
    for (size_t n = 0; n < all.n; n++) { /* cut short: less is said, never something else */
        look(pl_bytes_sub(all, 0, n), &f, &arena);
        assert_true(fact(&f, "go.version") == NULL || strcmp(fact(&f, "go.version"), "go1.21.4") == 0);
        pl_arena_reset(&arena);
    }
}

static void a_rust_program_names_the_commit_of_its_compiler(void **state)
{
    struct pl_file f;
    struct pl_arena arena;
    look(PL_LIT("/rustc/short/ /rustc/b56aaec52bc0fa35591a872fb4aac81f606e265c/library/core/src/str/mod.rs"),
         &f, &arena);
    assert_string_equal(fact(&f, "rust.commit"), "b56aaec52bc0fa35591a872fb4aac81f606e265c");
    assert_null(fact(&f, "go.version"));
    pl_arena_reset(&arena);
}

static void a_packer_is_named_by_its_header_and_not_by_its_name_alone(void **state)
{
    struct pl_file f;
    struct pl_arena arena;
    look(PL_LIT("UPX0\0\0\0\0 UPX1\0\0\0\0 UPX!\x0d\x0c"), &f, &arena);
    assert_string_equal(fact(&f, "packer"), "UPX");
    pl_arena_reset(&arena);
    look(PL_LIT("how to read UPX! headers"), &f, &arena);
    assert_null(fact(&f, "packer"));
    pl_arena_reset(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_go_program_names_its_version_and_package),
        cmocka_unit_test(a_rust_program_names_the_commit_of_its_compiler),
        cmocka_unit_test(a_packer_is_named_by_its_header_and_not_by_its_name_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
