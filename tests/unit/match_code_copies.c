/*
 * match_code_copies.c - a function that two images of a package have, where one says more of it than the other.
 */
#include "source_tree.h"

#include "match/code_copies.h"

static const char source[] = "int alpha(void)\n{\n    return puts(\"text of alpha\");\n}\n"
                             "int beta(int x)\n{\n    return x * 3 + x / 7;\n}\n"
                             "int gamma(void)\n{\n    return socket(\"text of gamma\");\n}\n";

#define FUNCTIONS 2u
#define BYTES     48u

/* A package of two images, aligned by hand: each has two functions, and the second one has a cold part. */
struct image {
    struct pl_function functions[FUNCTIONS + 1];
    struct pl_subject subjects[FUNCTIONS];
    struct pl_code_fact facts[1];
    uint32_t subject_of[FUNCTIONS + 1];
    struct pl_code code;
    struct pl_aligner aligner;
    struct pl_code_grade grades[FUNCTIONS];
    struct pl_file file;
};

struct fixture {
    struct pl_source_tree tree;
    struct pl_index *index;
    struct pl_codebase *codebase;
    struct pl_arena arena;
    struct pl_arena scratch;
    struct image images[2];
};

static uint32_t id_of(const struct fixture *x, const char *name)
{
    struct pl_id_list all = pl_codebase_named(x->codebase, pl_atom_hash_text(pl_bytes_of_str(name)));
    assert_int_equal(all.n, 1);
    return all.v[0];
}

static void open_case(struct fixture *x)
{
    memset(x, 0, sizeof *x);
    struct pl_source_tree *trees[] = {&x->tree};
    x->tree.name = "test";
    add_source(&x->tree, "first.c", source);
    assert_int_equal(pl_index_build(trees, 1, 1, &x->index, NULL), PL_OK);
    assert_int_equal(pl_codebase_build(x->index, test_limits(), 1, &x->codebase, NULL), PL_OK);
    pl_arena_init(&x->arena, 1 << 20);
    pl_arena_init(&x->scratch, 1 << 20);
    for (unsigned i = 0; i < 2; i++) {
        struct image *im = &x->images[i];
        for (uint32_t k = 0; k <= FUNCTIONS; k++) {
            im->functions[k] = (struct pl_function){.offset = BYTES * k, .size = BYTES, .owner = k};
            im->subject_of[k] = k < FUNCTIONS ? k : PL_NO_TARGET;
        }
        im->functions[FUNCTIONS].owner = FUNCTIONS - 1;
        for (uint32_t k = 0; k < FUNCTIONS; k++) {
            im->functions[k].print = (struct pl_code_print){{k + 1, 7}};
            im->subjects[k] = (struct pl_subject){.function = k, .definition = PL_NO_DEFINITION};
            im->grades[k] = (struct pl_code_grade){.end = PL_CODE_PLACED};
        }
        im->code = (struct pl_code){.functions = im->functions, .n_functions = FUNCTIONS + 1};
        im->aligner.cb = x->codebase;
        im->aligner.code = &im->code;
        im->aligner.subject_of = im->subject_of;
        im->aligner.subjects.v = im->subjects;
        im->aligner.subjects.n = FUNCTIONS;
        im->aligner.facts.v = im->facts;
        im->aligner.facts.n = 1;
        pl_ledger_init(&im->file.ledger, BYTES * (FUNCTIONS + 1));
    }
}

/* The second function of an image is that one, with such a margin. */
static void put(struct fixture *x, unsigned image, const char *name, int32_t margin, enum pl_code_end end)
{
    struct image *im = &x->images[image];
    im->subjects[1].definition = name == NULL ? PL_NO_DEFINITION : id_of(x, name);
    im->subjects[1].margin = margin;
    im->grades[1] = (struct pl_code_grade){.end = end, .is_whole = name != NULL};
}

/* The second function has that string. */
static void say(struct fixture *x, unsigned image, const char *text)
{
    struct image *im = &x->images[image];
    uint32_t feature = pl_codebase_feature(
        x->codebase, pl_codebase_key(PL_ATOM_STRING, pl_atom_hash_text(pl_bytes_of_str(text))));
    assert_int_not_equal(feature, PL_NO_FEATURE);
    im->facts[0] = (struct pl_code_fact){.feature = {feature}, .n = 1, .name = PL_NO_FEATURE};
    im->subjects[1].n_facts = 1;
}

static void run(struct fixture *x)
{
    struct pl_file *files[] = {&x->images[0].file, &x->images[1].file};
    struct pl_match m = {.index = x->index,
                         .codebase = x->codebase,
                         .arena = &x->arena,
                         .scratch = &x->scratch,
                         .files = files,
                         .n_files = 2};
    for (unsigned i = 0; i < 2; i++) {
        struct image *im = &x->images[i];
        for (uint32_t k = 0; k <= FUNCTIONS; k++) {
            bool is_matched = k > 0 && im->grades[1].end == PL_CODE_MATCHED;
            assert_int_equal(pl_match_claim(&im->file, BYTES * k, BYTES, PL_CLASS_DERIVED,
                                            is_matched ? PL_GRADE_B : PL_GRADE_C, "test", "first.c", NULL),
                             PL_OK);
        }
        assert_int_equal(pl_ledger_settle(&im->file.ledger, NULL), PL_OK);
        assert_int_equal(pl_code_keep(&m, &im->file, &im->aligner, im->grades, NULL), PL_OK);
    }
    assert_int_equal(pl_code_copies(&m, NULL), PL_OK);
}

/* The claim of the second function; its cold part has the same. */
static const struct pl_claim *claim_of(const struct fixture *x, unsigned image)
{
    const struct pl_ledger *l = &x->images[image].file.ledger;
    const struct pl_claim *c = pl_ledger_at(l, BYTES);
    const struct pl_claim *cold = pl_ledger_at(l, 2 * BYTES);
    assert_string_equal(c->source, cold->source);
    assert_int_equal(c->grade, cold->grade);
    assert_int_equal(pl_ledger_at(l, 0)->grade, PL_GRADE_C);
    return c;
}

static void close_case(struct fixture *x)
{
    for (unsigned i = 0; i < 2; i++)
        pl_ledger_reset(&x->images[i].file.ledger);
    pl_arena_reset(&x->arena);
    pl_arena_reset(&x->scratch);
    pl_codebase_free(x->codebase);
    pl_index_free(x->index);
    PL_VEC_FREE(&x->tree.files);
}

static void what_one_image_proves_holds_for_the_copy_in_another(void **state)
{
    (void)state;
    struct fixture x;
    open_case(&x);
    put(&x, 0, "beta", 80, PL_CODE_MATCHED);
    put(&x, 1, NULL, 0, PL_CODE_PLACED);
    run(&x);
    assert_int_equal(claim_of(&x, 1)->grade, PL_GRADE_B);
    assert_string_equal(claim_of(&x, 1)->source, "first.c:5-8");
    assert_string_equal(claim_of(&x, 1)->rule, "code.copy");
    assert_string_equal(claim_of(&x, 0)->rule, "test");
    assert_int_equal(x.images[1].file.matched_functions, 1);
    close_case(&x);
}

static void what_no_image_proves_stays_as_it_is(void **state)
{
    (void)state;
    struct fixture x;
    open_case(&x);
    put(&x, 0, "beta", 20, PL_CODE_PLACED);
    put(&x, 1, "beta", 20, PL_CODE_PLACED);
    run(&x);
    assert_int_equal(claim_of(&x, 0)->grade, PL_GRADE_C);
    assert_int_equal(claim_of(&x, 1)->grade, PL_GRADE_C);
    close_case(&x);
}

static void images_that_do_not_agree_prove_nothing(void **state)
{
    (void)state;
    struct fixture x;
    open_case(&x);
    put(&x, 0, "beta", 60, PL_CODE_MATCHED);
    put(&x, 1, "gamma", 50, PL_CODE_MATCHED);
    run(&x);
    assert_string_equal(claim_of(&x, 0)->rule, "test");
    assert_string_equal(claim_of(&x, 1)->rule, "test");
    close_case(&x);
}

static void the_image_that_is_surer_corrects_the_other(void **state)
{
    (void)state;
    struct fixture x;
    open_case(&x);
    put(&x, 0, "beta", 90, PL_CODE_MATCHED);
    put(&x, 1, "gamma", 30, PL_CODE_MATCHED);
    run(&x);
    assert_string_equal(claim_of(&x, 1)->source, "first.c:5-8");
    assert_int_equal(x.images[1].file.matched_functions, 0); /* it was counted before */
    close_case(&x);
}

static void a_copy_with_another_string_is_no_copy(void **state)
{
    (void)state;
    struct fixture x;
    open_case(&x);
    put(&x, 0, "gamma", 90, PL_CODE_MATCHED);
    put(&x, 1, NULL, 0, PL_CODE_PLACED);
    say(&x, 1, "text of alpha");
    run(&x);
    assert_int_equal(claim_of(&x, 1)->grade, PL_GRADE_C);
    close_case(&x);
    open_case(&x);
    put(&x, 0, "gamma", 90, PL_CODE_MATCHED);
    put(&x, 1, NULL, 0, PL_CODE_PLACED);
    say(&x, 1, "text of gamma");
    run(&x);
    assert_int_equal(claim_of(&x, 1)->grade, PL_GRADE_B);
    close_case(&x);
}

static void instructions_that_an_image_has_twice_are_nobodys(void **state)
{
    (void)state;
    struct fixture x;
    open_case(&x);
    put(&x, 0, "beta", 90, PL_CODE_MATCHED);
    put(&x, 1, NULL, 0, PL_CODE_PLACED);
    x.images[1].functions[0].print = x.images[1].functions[1].print;
    run(&x);
    assert_int_equal(claim_of(&x, 1)->grade, PL_GRADE_C);
    close_case(&x);
}

static void what_is_accused_is_no_copy(void **state)
{
    (void)state;
    struct fixture x;
    open_case(&x);
    put(&x, 0, "beta", 90, PL_CODE_MATCHED);
    put(&x, 1, NULL, 0, PL_CODE_CONTRADICTED);
    run(&x);
    assert_int_equal(claim_of(&x, 1)->grade, PL_GRADE_C); /* the test's own claim */
    close_case(&x);
}

static void instructions_without_a_print_are_no_copies(void **state)
{
    (void)state;
    struct fixture x;
    open_case(&x);
    put(&x, 0, "beta", 90, PL_CODE_MATCHED);
    put(&x, 1, NULL, 0, PL_CODE_PLACED);
    for (unsigned i = 0; i < 2; i++)
        x.images[i].functions[1].print = (struct pl_code_print){{0, 0}};
    run(&x);
    assert_int_equal(claim_of(&x, 1)->grade, PL_GRADE_C);
    close_case(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_one_image_proves_holds_for_the_copy_in_another),
        cmocka_unit_test(what_no_image_proves_stays_as_it_is),
        cmocka_unit_test(images_that_do_not_agree_prove_nothing),
        cmocka_unit_test(the_image_that_is_surer_corrects_the_other),
        cmocka_unit_test(a_copy_with_another_string_is_no_copy),
        cmocka_unit_test(instructions_that_an_image_has_twice_are_nobodys),
        cmocka_unit_test(what_is_accused_is_no_copy),
        cmocka_unit_test(instructions_without_a_print_are_no_copies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
