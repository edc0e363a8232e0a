/*
 * match_code.c - functions of a made-up image against functions of made-up source.
 */
#include "align_fixture.h"

#include <stdio.h>

static const char first_c[] = "int alpha(void)\n{\n    return puts(\"text of alpha\");\n}\n"
                              "int beta(int x)\n{\n    return x * 3 + x / 7;\n}\n"
                              "int gamma(void)\n{\n    return socket(\"text of gamma\");\n}\n";
static const char second_c[] =
    "int delta(void)\n{\n    return fopen(\"text of delta\", \"text of mode\");\n}\n"
    "int epsilon(void)\n{\n    return delta() + unlink(\"text of epsilon\");\n}\n";

/* The image as an honest compiler would leave it, but for `extra`, an atom of the third function; `copy` is one more file of the source. */
static void open_with(struct fixture *x, enum pl_atom_kind kind, const char *extra, const char *first,
                      const char *copy)
{
    memset(x, 0, sizeof *x);
    x->tree.name = "test";
    add_source(&x->tree, "first.c", first);
    add_source(&x->tree, "second.c", second_c);
    if (copy != NULL)
        add_source(&x->tree, "third.c", copy);
    read_source(x);
    add_function(x);
    add_atom(x, PL_ATOM_STRING, "text of alpha");
    add_atom(x, PL_ATOM_IMPORT, "puts");
    add_function(x); /* beta has nothing that a compiler must keep */
    add_function(x);
    add_atom(x, PL_ATOM_STRING, "text of gamma");
    add_atom(x, PL_ATOM_IMPORT, "socket");
    if (extra != NULL)
        add_atom(x, kind, extra);
    add_function(x);
    add_atom(x, PL_ATOM_STRING, "text of delta");
    add_atom(x, PL_ATOM_STRING, "text of mode");
    add_atom(x, PL_ATOM_IMPORT, "fopen");
    add_function(x);
    add_atom(x, PL_ATOM_STRING, "text of epsilon");
    add_atom(x, PL_ATOM_IMPORT, "unlink");
    x->atoms[x->code.n_atoms] = (struct pl_atom){.kind = PL_ATOM_CALL, .target = 3};
    x->code.n_atoms++;
    x->functions[4].n_atoms++;
    align(x);
}

/* With an import in the third function that an honest one has not. */
static void open_case(struct fixture *x, const char *extra)
{
    open_with(x, PL_ATOM_IMPORT, extra, first_c, NULL);
}

static void a_function_goes_to_the_source_function_that_holds_its_atoms(void **state)
{
    (void)state;
    struct fixture x;
    open_case(&x, NULL);
    assert_true(pl_bytes_eq_str(name_of(&x, 0), "alpha"));
    assert_true(pl_bytes_eq_str(name_of(&x, 2), "gamma"));
    assert_true(pl_bytes_eq_str(name_of(&x, 3), "delta"));
    assert_true(pl_bytes_eq_str(name_of(&x, 4), "epsilon"));
    close_case(&x);
}

static void a_function_without_atoms_stands_in_the_unit_of_its_neighbours(void **state)
{
    (void)state;
    struct fixture x;
    open_case(&x, NULL);
    struct pl_code_grade g = grade_of(&x, 1);
    assert_int_equal(g.end, PL_CODE_PLACED);
    assert_int_equal(g.unit, grade_of(&x, 0).unit);
    assert_int_not_equal(g.unit, grade_of(&x, 3).unit);
    close_case(&x);
}

static const char used_c[] =
    "static int handler(int x)\n{\n    return x;\n}\nstatic int helper(int x)\n{\n    return x;\n}\n"
    "int alpha(void)\n{\n    return puts(\"text of alpha\") + helper(4) + PREFIX(joined)(5);\n}\n"
    "int gamma(void)\n{\n    return register_it(handler) + socket(\"text of gamma\");\n}\n"
    "static int PREFIX(joined)(int x)\n{\n    return x;\n}\n";

static int32_t score_of(struct fixture *x, const char *name, uint32_t flags)
{
    x->functions[1].flags = flags;
    return pl_code_score(&x->aligner, x->aligner.marks, &x->aligner.subjects.v[1],
                         pl_codebase_named(x->codebase, pl_atom_hash_text(pl_bytes_of_str(name))).v[0]);
}

static void a_static_function_is_used_as_its_source_uses_it(void **state)
{
    (void)state;
    struct fixture x;
    open_with(&x, PL_ATOM_IMPORT, NULL, used_c, NULL);
    assert_int_equal(score_of(&x, "helper", PL_FUNCTION_CALLED), score_of(&x, "helper", 0));
    assert_true(score_of(&x, "helper", PL_FUNCTION_POINTED) < score_of(&x, "helper", 0));
    assert_int_equal(score_of(&x, "handler", PL_FUNCTION_POINTED), score_of(&x, "handler", 0));
    assert_true(score_of(&x, "handler", PL_FUNCTION_CALLED) < score_of(&x, "handler", 0));
    assert_int_equal(score_of(&x, "joined", PL_FUNCTION_CALLED), score_of(&x, "joined", 0));
    assert_int_equal(score_of(&x, "alpha", PL_FUNCTION_POINTED), score_of(&x, "alpha", 0)); /* not static */
    close_case(&x);
}

static void a_call_that_no_source_makes_contradicts(void **state)
{
    (void)state;
    struct fixture x;
    open_case(&x, "VirtualProtect");
    struct pl_code_grade g = grade_of(&x, 2);
    assert_int_equal(g.end, PL_CODE_CONTRADICTED);
    assert_int_equal(g.n_foreign, 1);
    assert_true(pl_bytes_eq_str(x.atoms[g.foreign[0]].text, "VirtualProtect"));
    close_case(&x);
}

static void a_call_of_another_unit_is_misplaced(void **state)
{
    (void)state;
    struct fixture x;
    open_case(&x, "unlink");
    assert_int_equal(grade_of(&x, 2).end, PL_CODE_MISPLACED);
    assert_true(pl_bytes_eq_str(name_of(&x, 2), "gamma"));
    close_case(&x);
}

static void what_the_compiler_calls_by_itself_says_nothing(void **state)
{
    (void)state;
    struct fixture x;
    open_case(&x, "__stack_chk_fail");
    assert_true(grade_of(&x, 2).end <= PL_CODE_PLACED);
    close_case(&x);
}

static void a_path_can_be_for_another_machine(void **state)
{
    static const struct {
        const char *path;
        bool of_x86_64, of_a64, of_i386;
    } cases[] = {
        {"simd/arm/aarch64/jsimd.c", true, false, true},
        {"cipher/serpent-armv7-neon.S", true, true, true},
        {"dsp/idct-neon.c", true, false, true},
        {"simd/i386/jidctint-sse2.asm", true, true, false},
        {"libavcodec/x86/dsp.c", false, true, false},
        {"simd/i386/jsimd.c", true, true, false},
        {"src/alarm.c", false, false, false},
        {"charm/pa.c", false, false, false},
        {"arch/mips/x86_64/a.c", false, true, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pl_bytes path = pl_bytes_of_str(cases[i].path);
        assert_int_equal(pl_code_is_for_another(PL_CODE_X86_64, path), cases[i].of_x86_64);
        assert_int_equal(pl_code_is_for_another(PL_CODE_A64, path), cases[i].of_a64);
        assert_int_equal(pl_code_is_for_another(PL_CODE_I386, path), cases[i].of_i386);
        assert_false(pl_code_is_for_another(PL_CODE_NONE, path));
    }
}

static void a_copy_of_its_file_leaves_a_function_matched(void **state)
{
    (void)state;
    static const char one_c[] =
        "int one(void)\n{\n    return puts(\"text of one\") + socket(\"more of it\");\n}\n";
    static const char one_in_other_words_c[] =
        "/* the same */\nint one(void)\n{\n    return puts(\"text of one\") + socket(\"more of it\");\n}\n";
    struct fixture x;
    memset(&x, 0, sizeof x);
    x.tree.name = "test";
    add_source(&x.tree, "one.c", one_c);
    add_source(&x.tree, "copy/one.c", one_in_other_words_c);
    add_source(&x.tree, "first.c", first_c);
    add_source(&x.tree, "second.c", second_c);
    add_source(&x.tree, "more.c",
               "int a1(void)\n{\n    return 1;\n}\nint a2(void)\n{\n    return 2;\n}\nint a3(void)\n{\n    "
               "return 3;\n}\n");
    read_source(&x);
    add_function(&x);
    add_atom(&x, PL_ATOM_STRING, "text of one");
    add_atom(&x, PL_ATOM_STRING, "more of it");
    add_atom(&x, PL_ATOM_IMPORT, "puts");
    add_atom(&x, PL_ATOM_IMPORT, "socket");
    align(&x);
    assert_int_equal(grade_of(&x, 0).end, PL_CODE_MATCHED);
    close_case(&x);
}

#define LONG_BODY                                                                                            \
    "while (x < 100)\n        x = x * 3 + 1;\n    if (x > 200)\n        x = x - 200;\n    if (x > 150)\n"    \
    "        x = x - 150;\n    if (x == 7)\n        x = x * x + 9;\n    if (x == 8)\n        x = x + x + x " \
    "+ 5;\n"

static void another_function_with_the_same_atoms_leaves_it_placed(void **state)
{
    (void)state;
    struct fixture x;
    static const char twins_c[] = "int other(void)\n{\n    return puts(\"text of alpha\");\n}\n"
                                  "int alpha(void)\n{\n    return puts(\"text of alpha\");\n}\n"
                                  "int gamma(void)\n{\n    return socket(\"text of gamma\");\n}\n";
    open_with(&x, PL_ATOM_IMPORT, NULL, twins_c, NULL);
    assert_int_equal(grade_of(&x, 2).end, PL_CODE_MATCHED);
    assert_int_equal(grade_of(&x, 0).end, PL_CODE_PLACED);
    close_case(&x);
}

/* The host is missing in the image: with a caller the function is known, without one it may be the host that took it in. */
static void what_nobody_calls_may_be_the_host_that_took_it_in(void **state)
{
    (void)state;
    static const char hosted_c[] = "int alpha(void)\n{\n    return puts(\"text of alpha\");\n}\n"
                                   "int gamma(void)\n{\n    return socket(\"text of gamma\");\n}\n"
                                   "%sint host(void)\n{\n    return gamma();\n}\n";
    static const char *const kinds[] = {"", "static "};
    for (size_t i = 0; i < 2; i++) {
        struct fixture x;
        char text[512];
        (void)snprintf(text, sizeof text, hosted_c, kinds[i]);
        open_with(&x, PL_ATOM_IMPORT, NULL, text, NULL);
        struct pl_subject *s = &x.aligner.subjects.v[2];
        assert_true(pl_bytes_eq_str(name_of(&x, 2), "gamma"));
        assert_int_equal(s->n_callers, 0);
        assert_int_equal(grade_of(&x, 2).end, i == 0 ? PL_CODE_PLACED : PL_CODE_MATCHED);
        s->n_callers = 1;
        assert_int_equal(grade_of(&x, 2).end, PL_CODE_MATCHED);
        close_case(&x);
    }
}

static void what_a_table_of_the_file_holds_may_be_inlined(void **state)
{
    (void)state;
    static const char table_c[] =
        "static int page(void)\n{\n    return socket(\"text of page\");\n}\n"
        "static int other(void)\n{\n    return unlink(\"text of the other\");\n}\n"
        "static const struct row rows[] = {{page}};\n"
        "int alpha(void)\n{\n    rows[0].make();\n    return puts(\"text of alpha\");\n}\n";
    struct fixture x;
    open_with(&x, PL_ATOM_IMPORT, NULL, table_c, NULL);
    uint32_t page =
        pl_codebase_feature(x.codebase, pl_codebase_key(PL_ATOM_CALL, pl_atom_hash_text(PL_LIT("socket"))));
    uint32_t other =
        pl_codebase_feature(x.codebase, pl_codebase_key(PL_ATOM_CALL, pl_atom_hash_text(PL_LIT("unlink"))));
    assert_true(pl_bytes_eq_str(name_of(&x, 0), "alpha"));
    assert_true(pl_code_reaches(&x.aligner, 0, page));
    assert_false(pl_code_reaches(&x.aligner, 0, other));
    close_case(&x);
}

/* One has alpha of the source, and could go to gamma; the other has nothing, and would gain so much by alpha. */
static void a_function_of_the_source_goes_to_whom_it_is_worth_more(void **state)
{
    (void)state;
    static const struct {
        int32_t gain;   /* of the one that has nothing */
        bool is_free;   /* gamma */
        bool goes_over; /* alpha */
    } cases[] = {{90, true, true}, {40, true, false}, {90, false, false}, {150, false, true}};
    static const char two_c[] = "int alpha(void)\n{\n    return puts(\"text of alpha\");\n}\n"
                                "int gamma(void)\n{\n    return socket(\"text of gamma\");\n}\n";
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture x;
        open_with(&x, PL_ATOM_IMPORT, NULL, two_c, NULL);
        uint32_t alpha = pl_codebase_named(x.codebase, pl_atom_hash_text(PL_LIT("alpha"))).v[0];
        uint32_t gamma = pl_codebase_named(x.codebase, pl_atom_hash_text(PL_LIT("gamma"))).v[0];
        struct pl_subject *s = x.aligner.subjects.v;
        struct pl_candidate *others = PL_VEC_ADD(&x.aligner.candidates);
        assert_non_null(others);
        *others = (struct pl_candidate){gamma, 80};
        s[0].definition = alpha;
        s[0].score = 120;
        s[0].first_candidate = (uint32_t)x.aligner.candidates.n - 1;
        s[0].n_candidates = 1;
        s[1].score = 0;
        s[1].wish = (struct pl_candidate){alpha, cases[i].gain};
        s[2].wish = (struct pl_candidate){PL_NO_DEFINITION, 0};
        x.aligner.taken_by[alpha] = 1;
        x.aligner.taken_by[gamma] = cases[i].is_free ? 0 : 3;
        assert_int_equal(pl_code_yield(&x.aligner, NULL), PL_OK);
        assert_int_equal(x.aligner.taken_by[alpha], cases[i].goes_over ? 2 : 1);
        close_case(&x);
    }
}

/* The same body costs less where an #if may have left the rest of it out. */
static void what_an_if_holds_may_be_missing(void **state)
{
    (void)state;
    static const char arms_c[] =
        "int alpha(void)\n{\n    return puts(\"text of alpha\");\n}\n"
        "#if GUARD\nint plain(int x)\n{\n    " LONG_BODY "    return x;\n}\n#endif\n"
        "int armed(int x)\n{\n#if SYSTEM\n    " LONG_BODY "#endif\n    return x;\n}\n"
        "int gamma(void)\n{\n    return socket(\"text of gamma\");\n}\n";
    struct fixture x;
    open_with(&x, PL_ATOM_IMPORT, NULL, arms_c, NULL);
    x.aligner.subjects.v[1].size = 8;
    x.aligner.subjects.v[1].shape = (struct pl_shape){.flags = PL_SHAPE_KNOWN};
    int32_t better = score_of(&x, "armed", 0) - score_of(&x, "plain", 0);
    assert_in_range(better, 70, 95);
    close_case(&x);
}

static void a_short_text_of_another_unit_leaves_a_function_matched_and_a_long_one_does_not(void **state)
{
    (void)state;
    static const char other_c[] =
        "const char *zeta(int x)\n{\n    return x ? \"%lu\" : \"text of nobody else\";\n}\n";
    struct fixture x;
    open_with(&x, PL_ATOM_STRING, "%lu", first_c, other_c);
    assert_int_equal(grade_of(&x, 2).end, PL_CODE_MATCHED);
    close_case(&x);
    open_with(&x, PL_ATOM_STRING, "text of nobody else", first_c, other_c);
    assert_int_equal(grade_of(&x, 2).end, PL_CODE_MISPLACED);
    close_case(&x);
}

static void what_is_inlined_eight_deep_is_found(void **state)
{
    (void)state;
    static const char deep_c[] =
        "static int f8(void)\n{\n    return unlink(\"text at the bottom\");\n}\nstatic int f7(void)\n{\n    "
        "return f8();\n}\n"
        "static int f6(void)\n{\n    return f7();\n}\nstatic int f5(void)\n{\n    return f6();\n}\n"
        "static int f4(void)\n{\n    return f5();\n}\nstatic int f3(void)\n{\n    return f4();\n}\n"
        "static int f2(void)\n{\n    return f3();\n}\nint f1(void)\n{\n    return f2() + puts(\"text at the "
        "top\") + socket(\"more\");\n}\n";
    struct fixture x;
    memset(&x, 0, sizeof x);
    x.tree.name = "test";
    add_source(&x.tree, "deep.c", deep_c);
    read_source(&x);
    add_function(&x);
    add_atom(&x, PL_ATOM_STRING, "text at the top");
    add_atom(&x, PL_ATOM_IMPORT, "puts");
    add_atom(&x, PL_ATOM_IMPORT, "socket");
    add_atom(&x, PL_ATOM_STRING, "text at the bottom");
    align(&x);
    assert_true(pl_bytes_eq_str(name_of(&x, 0), "f1"));
    assert_int_equal(grade_of(&x, 0).end, PL_CODE_MATCHED);
    close_case(&x);
}

static void what_nothing_leads_to_is_no_static_function(void **state)
{
    (void)state;
    static const char wrapped_c[] =
        "static int inner(void)\n{\n    return puts(\"text of inner\") + socket(\"more of it\");\n}\n"
        "int outer(void)\n{\n    return inner();\n}\nint entry(void)\n{\n    return fopen(\"text of entry\", "
        "0);\n}\n";
    for (unsigned says_pointers = 0; says_pointers < 2; says_pointers++) {
        struct fixture x;
        struct pl_code_slot slot = {.target = 0x1040, .function = 1};
        memset(&x, 0, sizeof x);
        x.tree.name = "test";
        add_source(&x.tree, "wrapped.c", wrapped_c);
        read_source(&x);
        add_function(&x);
        add_atom(&x, PL_ATOM_STRING, "text of inner");
        add_atom(&x, PL_ATOM_STRING, "more of it");
        add_function(&x);
        add_atom(&x, PL_ATOM_STRING, "text of entry");
        add_atom(&x, PL_ATOM_IMPORT, "fopen");
        x.code.slots = &slot;
        x.code.n_slots = says_pointers;
        align(&x);
        assert_true(pl_bytes_eq_str(name_of(&x, 0), says_pointers ? "outer" : "inner"));
        close_case(&x);
    }
}

/* Other functions, so that what two share tells something. */
static const char others_c[] =
    "int a1(void)\n{\n    return b1(\"text 1\");\n}\nint a2(void)\n{\n    return b2(\"text 2\");\n}\n"
    "int a3(void)\n{\n    return b3(\"text 3\");\n}\nint a4(void)\n{\n    return b4(\"text 4\");\n}\n"
    "int a5(void)\n{\n    return b5(\"text 5\");\n}\nint a6(void)\n{\n    return b6(\"text 6\");\n}\n"
    "int a7(void)\n{\n    return b7(\"text 7\");\n}\nint a8(void)\n{\n    return b8(\"text 8\");\n}\n";

/* Of two functions that hold the same GCC writes the later one first (seen with gcc 12 -O2); `n_slots` entries of the table say otherwise. */
static void open_table(struct fixture *x, struct pl_code_slot slots[4], size_t n_slots)
{
    static const char table_c[] =
        "static int rise(int x)\n{\n    return labs(x) + 1;\n}\n"
        "static int fall(int x)\n{\n    return labs(x) - 1;\n}\n"
        "static const struct row rows[] = {{\"row of rise\", rise}, {\"row of fall\", fall}};\n"
        "int find(void)\n{\n    return bsearch(\"text of find\", rows);\n}\n";
    memset(x, 0, sizeof *x);
    x->tree.name = "test";
    add_source(&x->tree, "table.c", table_c);
    add_source(&x->tree, "others.c", others_c);
    read_source(x);
    for (unsigned i = 0; i < 2; i++) {
        add_function(x);
        add_atom(x, PL_ATOM_IMPORT, "labs");
    }
    add_function(x);
    add_atom(x, PL_ATOM_STRING, "text of find");
    add_atom(x, PL_ATOM_IMPORT, "bsearch");
    for (unsigned i = 0; i < 4; i++)
        slots[i] = (struct pl_code_slot){.address = 0x4000 + 8 * i, .target = 1, .function = PL_NO_TARGET};
    slots[0].text = PL_LIT("row of rise");
    slots[1].function = 0;
    slots[2].text = PL_LIT("row of fall");
    slots[3].function = 1;
    x->code.slots = slots;
    x->code.n_slots = n_slots;
    align(x);
}

static void a_table_says_which_function_stands_beside_a_known_entry(void **state)
{
    (void)state;
    struct fixture x;
    struct pl_code_slot slots[4];
    open_table(&x, slots, 0);
    assert_true(pl_bytes_eq_str(name_of(&x, 0), "fall"));
    close_case(&x);
    open_table(&x, slots, 4);
    assert_true(pl_bytes_eq_str(name_of(&x, 0), "rise"));
    assert_true(pl_bytes_eq_str(name_of(&x, 1), "fall"));
    close_case(&x);
}

static void what_others_mention_says_whose_data_a_function_refers_to(void **state)
{
    (void)state;
    static const char state_c[] =
        "int open_it(void)\n{\n    return socket(\"text of open\", held_state);\n}\n"
        "int shut_it(void)\n{\n    return fopen(\"text of shut\", held_state);\n}\n"
        "int count_it(void)\n{\n    return labs(held_count);\n}\n"
        "int check_it(void)\n{\n    return labs(held_state);\n}\n";
    for (unsigned refers = 0; refers < 2; refers++) {
        struct fixture x;
        uint64_t data = 0x5000;
        memset(&x, 0, sizeof x);
        x.tree.name = "test";
        add_source(&x.tree, "state.c", state_c);
        add_source(&x.tree, "others.c", others_c);
        read_source(&x);
        for (unsigned i = 0; i < 3; i++) {
            add_function(&x);
            add_atom(&x, i == 2 ? PL_ATOM_IMPORT : PL_ATOM_STRING,
                     i == 0   ? "text of open"
                     : i == 1 ? "text of shut"
                              : "labs");
            if (i == 2 && !refers)
                continue;
            add_atom(&x, PL_ATOM_DATA, "");
            x.atoms[x.code.n_atoms - 1].value = data;
        }
        x.code.data = &data;
        x.code.n_data = 1;
        align(&x);
        assert_true(pl_bytes_eq_str(name_of(&x, 2), refers ? "check_it" : "count_it"));
        close_case(&x);
    }
}

static pl_status say_yes(void *ctx, const struct pl_atom *atom, bool is_elsewhere, bool *is_explained,
                         struct pl_err *err)
{
    (void)ctx, (void)atom, (void)is_elsewhere, (void)err;
    *is_explained = true;
    return PL_OK;
}

static void a_function_that_says_its_name_is_that_function(void **state)
{
    (void)state;
    static const char named_c[] = "int count_up(int x)\n{\n    return labs(x);\n}\n"
                                  "int count_down(int x)\n{\n    return labs(x);\n}\n"
                                  "static int both(void)\n{\n    return count_up(1) + count_down(1);\n}\n";
    for (unsigned says = 0; says < 2; says++) {
        struct fixture x;
        memset(&x, 0, sizeof x);
        x.tree.name = "test";
        add_source(&x.tree, "named.c", named_c);
        add_source(&x.tree, "others.c", others_c);
        read_source(&x);
        add_function(&x);
        add_atom(&x, PL_ATOM_IMPORT, "labs");
        if (says)
            add_atom(&x, PL_ATOM_STRING, "count_down");
        assert_int_equal(pl_code_align(&x.aligner, x.codebase, &x.code, say_yes, NULL, 2, NULL), PL_OK);
        assert_true(pl_bytes_eq_str(name_of(&x, 0), says ? "count_down" : "count_up"));
        assert_int_equal(grade_of(&x, 0).end, says ? PL_CODE_MATCHED : PL_CODE_PLACED);
        close_case(&x);
    }
}

/*
 * A call that a function of another unit makes, in a caller of that function: explained where the packager asks for optimisation at link time and
 * nothing in the image is the other function; misplaced else.
 */
static void what_another_unit_holds_is_absorbed_only_when_the_rules_ask_for_it(void **state)
{
    (void)state;
    static const char caller_c[] = "int alpha(void)\n{\n    return puts(\"text of alpha\") + puts(\"more of "
                                   "alpha\") + puts(\"end of alpha\") + remote(1);\n}\n"
                                   "int gamma(void)\n{\n    return socket(\"text of gamma\");\n}\n";
    static const char remote_c[] = "int remote(int x)\n{\n    return unlink(\"text of remote\");\n}\n";
    static const struct {
        const char *rules;
        bool has_remote; /* in the image */
        enum pl_code_end end;
    } cases[] = {
        {"export DEB_BUILD_MAINT_OPTIONS = optimize=+lto\n", false, PL_CODE_PLACED},
        {"export DEB_BUILD_MAINT_OPTIONS = optimize=+lto\n", true, PL_CODE_MISPLACED},
        {"# optimize=+lto breaks it\n", false, PL_CODE_MISPLACED},
        {"%:\n\tdh $@\n", false, PL_CODE_MISPLACED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture x;
        memset(&x, 0, sizeof x);
        x.tree.name = "test";
        add_source(&x.tree, "caller.c", caller_c);
        add_source(&x.tree, "debian/rules", cases[i].rules);
        add_source(&x.tree, "remote.c", remote_c);
        read_source(&x);
        add_function(&x);
        add_atom(&x, PL_ATOM_STRING, "text of alpha");
        add_atom(&x, PL_ATOM_STRING, "more of alpha");
        add_atom(&x, PL_ATOM_STRING, "end of alpha");
        add_atom(&x, PL_ATOM_IMPORT, "puts");
        add_atom(&x, PL_ATOM_IMPORT, "unlink");
        add_function(&x);
        add_atom(&x, PL_ATOM_STRING, "text of gamma");
        add_atom(&x, PL_ATOM_IMPORT, "socket");
        if (cases[i].has_remote) {
            add_function(&x);
            add_atom(&x, PL_ATOM_STRING, "text of remote");
            add_atom(&x, PL_ATOM_IMPORT, "unlink");
        }
        align(&x);
        assert_true(pl_bytes_eq_str(name_of(&x, 0), "alpha"));
        assert_int_equal(grade_of(&x, 0).end, cases[i].end);
        close_case(&x);
    }
}

/* Macros of glib/gstdio.h: a unit calls g_fopen(), and the program asks for fopen64. */
static void a_call_that_glib_renames_is_one_of_what_it_stands_for(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"fopen64", "g_fopen"}, {"remove", "g_remove"}, {"g_malloc0", "g_new0"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pl_bytes names[PL_FACT_ALTERNATIVES];
        bool is_neutral;
        unsigned n = pl_import_alternatives(pl_bytes_of_str(cases[i][0]), names, &is_neutral);
        bool is_there = false;
        for (unsigned k = 0; k < n; k++)
            is_there = is_there || pl_bytes_eq_str(names[k], cases[i][1]);
        assert_true(is_there && !is_neutral);
    }
    pl_bytes names[PL_FACT_ALTERNATIVES];
    bool is_neutral;
    assert_int_equal(pl_import_alternatives(PL_LIT("system"), names, &is_neutral), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_that_glib_renames_is_one_of_what_it_stands_for),
        cmocka_unit_test(a_function_goes_to_the_source_function_that_holds_its_atoms),
        cmocka_unit_test(a_function_without_atoms_stands_in_the_unit_of_its_neighbours),
        cmocka_unit_test(a_static_function_is_used_as_its_source_uses_it),
        cmocka_unit_test(a_call_that_no_source_makes_contradicts),
        cmocka_unit_test(a_call_of_another_unit_is_misplaced),
        cmocka_unit_test(what_the_compiler_calls_by_itself_says_nothing),
        cmocka_unit_test(a_path_can_be_for_another_machine),
        cmocka_unit_test(a_copy_of_its_file_leaves_a_function_matched),
        cmocka_unit_test(another_function_with_the_same_atoms_leaves_it_placed),
        cmocka_unit_test(what_nobody_calls_may_be_the_host_that_took_it_in),
        cmocka_unit_test(what_a_table_of_the_file_holds_may_be_inlined),
        cmocka_unit_test(a_function_of_the_source_goes_to_whom_it_is_worth_more),
        cmocka_unit_test(what_an_if_holds_may_be_missing),
        cmocka_unit_test(a_short_text_of_another_unit_leaves_a_function_matched_and_a_long_one_does_not),
        cmocka_unit_test(what_is_inlined_eight_deep_is_found),
        cmocka_unit_test(what_nothing_leads_to_is_no_static_function),
        cmocka_unit_test(a_table_says_which_function_stands_beside_a_known_entry),
        cmocka_unit_test(what_others_mention_says_whose_data_a_function_refers_to),
        cmocka_unit_test(a_function_that_says_its_name_is_that_function),
        cmocka_unit_test(what_another_unit_holds_is_absorbed_only_when_the_rules_ask_for_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
