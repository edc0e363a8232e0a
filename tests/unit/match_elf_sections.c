/*
 * match_elf_sections.c - a section that nobody asks for is noted; those of compilers and of the source are not.
 *
 * Programs are built here by gcc and changed by objcopy.
 */
#include "match_fixture.h"

#include "io/read.h"

#include <stdio.h>

static const char source[] = "#include <stdio.h>\n"
                             "static int kept __attribute__((section(\"letters_store\"), used)) = 26;\n"
                             "int main(void)\n{\n    return puts(\"letters\") + kept;\n}\n";
static const char plain_source[] =
    "#include <stdio.h>\nint main(void)\n{\n    return puts(\"letters\");\n}\n";

static struct pl_literals *literals;
static const char *installed_as = "usr/bin/letters";
static uint8_t *image;

static int end(void **state)
{
    pl_literals_free(literals);
    literals = NULL;
    with_literals = NULL;
    free(image);
    image = NULL;
    return tear_down(state);
}

/* The file of `text`, compiled and then changed by `command`, beside `of_source`. */
static const struct pl_file *compared(const char *text, const char *command, const char *of_source)
{
    char line[1024];
    size_t n = 0;
    FILE *f = fopen("s.c", "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
    (void)snprintf(line, sizeof line, "gcc -O2 s.c -o s.out && strip -s s.out && %s", command);
    assert_int_equal(system(line), 0);
    assert_int_equal(pl_io_read("s.out", 1 << 24, &image, &n, &err), PL_OK);
    add_source(0, "letters.c", of_source);
    assert_int_equal(pl_index_build(trees, 2, 1, &ix, &err), PL_OK);
    assert_int_equal(pl_literals_build(ix, NULL, 0, 1, &literals, &err), PL_OK);
    with_literals = literals;
    (void)add_file; /* of the fixture */
    struct pl_file *file = add_bytes(installed_as, pl_bytes_of(image, n));
    apply("elf.imports", file);
    return file;
}

static void sections_of_compilers_and_of_the_source_are_not_noted(void **state)
{
    (void)state;
    const struct pl_file *f = compared(source, "true", source);
    assert_int_equal(f->foreign.n, 0);
    assert_true(f->asked[PL_FOREIGN_SECTION] > 20);
}

static void a_section_that_the_source_does_not_name_is_noted_with_its_bytes(void **state)
{
    (void)state;
    const struct pl_file *f = compared(source, "true", plain_source);
    assert_int_equal(f->foreign.n, 1);
    assert_true(pl_bytes_eq_str(f->foreign.v[0].text, "letters_store"));
    assert_int_equal(f->foreign.v[0].length, 4);
    assert_memory_equal(f->data.p + f->foreign.v[0].offset, "\x1a\0\0\0", 4);
}

static void a_section_of_an_assembler_directive_is_known_by_its_whole_name(void **state)
{
    (void)state;
    static const char directive[] =
        "#include <stdio.h>\nint main(void)\n{\n    return puts(\"letters\");\n}\n"
        "asm(\".pushsection .note.letters, \\\"a\\\"\\n.popsection\");\n";
    const struct pl_file *f =
        compared(plain_source,
                 "objcopy --add-section .note.letters=s.c --add-section .note.letter=s.c "
                 "s.out 2>/dev/null",
                 directive);
    assert_int_equal(f->foreign.n, 1);
    assert_true(pl_bytes_eq_str(f->foreign.v[0].text, ".note.letter"));
}

static void an_added_section_is_noted(void **state)
{
    (void)state;
    const struct pl_file *f =
        compared(plain_source, "objcopy --add-section .gnu.cache=s.c s.out", plain_source);
    assert_int_equal(f->foreign.n, 1);
    assert_true(pl_bytes_eq_str(f->foreign.v[0].text, ".gnu.cache"));
    assert_int_equal(f->foreign.v[0].length, strlen(plain_source));
}

static void a_section_of_resources_is_known_by_its_name_in_a_build_file(void **state)
{
    (void)state;
    add_source(0, "Makefile.in",
               "r.c: r.xml\n\t$(GLIB_COMPILE_RESOURCES) --generate --c-name=letters_icons r.xml\n");
    const struct pl_file *f = compared(
        plain_source,
        "objcopy --add-section .gresource.letters_icons=s.c --add-section .gresource.payload=s.c s.out",
        plain_source);
    assert_int_equal(f->foreign.n, 1);
    assert_true(pl_bytes_eq_str(f->foreign.v[0].text, ".gresource.payload"));
}

static void a_section_of_resources_is_known_by_the_file_that_it_is_made_of(void **state)
{
    (void)state;
    add_source(0, "shell/letters-icons.gresource.xml", "<gresources/>\n");
    const struct pl_file *f = compared(
        plain_source,
        "objcopy --add-section .gresource.letters_icons=s.c --add-section .gresource.payload=s.c s.out",
        plain_source);
    assert_int_equal(f->foreign.n, 1);
    assert_true(pl_bytes_eq_str(f->foreign.v[0].text, ".gresource.payload"));
}

/* The compiler of resources takes one underscore off, and no more. */
static void a_section_of_resources_lacks_the_underscore_of_its_name(void **state)
{
    (void)state;
    add_source(0, "Makefile.in",
               "r.c: r.xml\n\t$(GLIB_COMPILE_RESOURCES) --generate --c-name _icons --c-name __more r.xml\n");
    const struct pl_file *f = compared(
        plain_source, "objcopy --add-section .gresource.icons=s.c --add-section .gresource.more=s.c s.out",
        plain_source);
    assert_int_equal(f->foreign.n, 1);
    assert_true(pl_bytes_eq_str(f->foreign.v[0].text, ".gresource.more"));
}

/* Of two sections of that name only the one that begins as moc begins it is known; and none where nothing asks moc for one. */
static const char with_metadata[] = "printf 'QTMETADATA !x' > m && objcopy --add-section .qtmetadata=m s.out";
static const char with_payload[] = "printf 'PAYLOAD   !x' > m && objcopy --add-section .qtmetadata=m s.out";
static const char plugin_source[] =
    "#include <stdio.h>\nint main(void)\n{\n    return puts(\"letters\");\n}\n"
    "#define PLUGIN Q_PLUGIN_METADATA(IID \"x\")\n";

/* Qt 6: an ELF note of qt-project and its type, as long as it says. */
static bool is_note_known(const char *note)
{
    char command[512];
    (void)snprintf(command, sizeof command,
                   "printf '%s' > m && objcopy --add-section .note.qt.metadata=m s.out", note);
    return compared(plain_source, command, plugin_source)->foreign.n == 0;
}

#define NOTE_HEAD "\\014\\000\\000\\000\\004\\000\\000\\000\\001\\000\\121\\164"

static void a_note_of_qt_is_known_by_its_owner_type_and_length(void **state)
{
    static const struct {
        const char *note;
        bool is_known;
    } cases[] = {{NOTE_HEAD "qt-project!\\000abcd", true},
                 {NOTE_HEAD "qt-project!\\000abcd\\000\\000\\000\\000", true},
                 {NOTE_HEAD "qt-project!\\000abcdefghijklmnop", false},
                 {NOTE_HEAD "qt-payload!\\000abcd", false},
                 {"\\014\\000\\000\\000\\004\\000\\000\\000\\002\\000\\121\\164qt-project!\\000abcd", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(is_note_known(cases[i].note), cases[i].is_known);
        end(state);
        assert_int_equal(set_up(state), 0);
    }
}

/* qt_add_qml_module() writes the plugin's source, with its Q_PLUGIN_METADATA, while the package is built. */
static void a_note_of_qt_is_known_where_cmake_writes_the_plugin(void **state)
{
    static const char command[] =
        "printf '" NOTE_HEAD "qt-project!\\000abcd' > m && objcopy --add-section .note.qt.metadata=m s.out";
    add_source(0, "CMakeLists.txt", "qt_add_qml_module(letters URI Letters)\n");
    assert_int_equal(compared(plain_source, command, plain_source)->foreign.n, 0);
    end(state);
    assert_int_equal(set_up(state), 0);
    add_source(0, "CMakeLists.txt", "add_library(letters letters.c)\n");
    assert_int_equal(compared(plain_source, command, plain_source)->foreign.n, 1);
}

static void a_section_of_moc_is_known_by_its_mark(void **state)
{
    (void)state;
    assert_int_equal(compared(plain_source, with_metadata, plugin_source)->foreign.n, 0);
}

static void a_section_with_the_name_of_mocs_alone_is_noted(void **state)
{
    (void)state;
    assert_int_equal(compared(plain_source, with_payload, plugin_source)->foreign.n, 1);
}

static void a_section_of_moc_without_a_plugin_is_noted(void **state)
{
    (void)state;
    assert_int_equal(compared(plain_source, with_metadata, plain_source)->foreign.n, 1);
}

/* Linked to a library of its own that no build file names. */
static const char with_library[] =
    "gcc -shared -Wl,-soname,libgreeting.so.3 -x c /dev/null -o libgreeting.so && "
    "gcc -O2 s.c -Wl,--no-as-needed ./libgreeting.so -o s.out && strip -s s.out";

static void a_library_that_nobody_names_is_noted(void **state)
{
    (void)state;
    add_source(0, "debian/libgreetings3.symbols", "libgreetings.so.3 libgreetings3 #MINVER#\n");
    add_source(0, "src/libgreeting.symbols", "libgreeting.so.3 libgreeting3 #MINVER#\n");
    const struct pl_file *f = compared(plain_source, with_library, plain_source);
    assert_int_equal(f->foreign.n, 1);
    assert_int_equal(f->foreign.v[0].kind, PL_FOREIGN_LIBRARY);
}

/* One word to whoever reads the Makefile, two to whoever reads the library's name. */
static void a_library_that_a_build_file_names_in_one_word_is_not_noted(void **state)
{
    (void)state;
    static const char command[] =
        "gcc -shared -Wl,-soname,libsend_greeting.so.3 -x c /dev/null -o libsg.so && "
        "gcc -O2 s.c -Wl,--no-as-needed ./libsg.so -o s.out && strip -s s.out";
    add_source(0, "Makefile.in", "\t$(CC) -shared -Wl,-soname -Wl,libsend_greeting.so.3 $(OFILES)\n");
    const struct pl_file *f = compared(plain_source, command, plain_source);
    assert_int_equal(f->foreign.n, 0);
}

/* libtool's -release, with the version of the package and the vendor: what is left names the library. */
static void a_release_in_a_librarys_name_is_that_of_the_source(const char *revision, const char *rules,
                                                               unsigned expected)
{
    static const char command[] =
        "gcc -shared -Wl,-soname,libgreet-2.4-1-Debian.so -x c /dev/null -o libgreet.so && "
        "gcc -O2 s.c -Wl,--no-as-needed ./libgreet.so -o s.out && strip -s s.out";
    trees[0]->revision = revision;
    add_source(0, "Makefile.in",
               "lib_LTLIBRARIES = libgreet.la\nlibgreet_la_LDFLAGS = -release $(VERSION)\n");
    add_source(0, "debian/rules", rules);
    assert_int_equal(compared(plain_source, command, plain_source)->foreign.n, expected);
}

static void the_release_of_the_package_is_left_out_of_a_librarys_name(void **state)
{
    (void)state;
    a_release_in_a_librarys_name_is_that_of_the_source("1:2.4-1", "V := $(DEB_VENDOR)\n", 0);
}

static void the_release_of_another_package_is_not(void **state)
{
    (void)state;
    a_release_in_a_librarys_name_is_that_of_the_source("1:2.5-1", "V := $(DEB_VENDOR)\n", 1);
}

static void a_vendor_that_nobody_asks_for_is_not(void **state)
{
    (void)state;
    a_release_in_a_librarys_name_is_that_of_the_source("1:2.4-1", "V := none\n", 1);
}

static void a_library_that_the_same_source_puts_into_a_package_is_not_noted(void **state)
{
    (void)state;
    add_source(0, "debian/libgreeting3.symbols", "libgreeting.so.3 libgreeting3 #MINVER#\n");
    const struct pl_file *f = compared(plain_source, with_library, plain_source);
    assert_int_equal(f->foreign.n, 0);
}

/* What is noted of a program that looks for its libraries in `folder`, beside a debian/letters.install and a build file; NULL: nothing. */
static const struct pl_foreign *noted_path(const char *folder, const char *build)
{
    char command[256];
    (void)snprintf(command, sizeof command, "gcc -O2 s.c -Wl,-rpath,%s -o s.out && strip -s s.out", folder);
    add_source(
        0, "debian/letters.install",
        "usr/bin/letters\nusr/lib/*/alphabet/libalphabet-*.so\ndebian/tmp/usr/lib/*/plain/sub usr/lib\n");
    add_source(0, "meson.build", build);
    const struct pl_file *f = compared(plain_source, command, plain_source);
    assert_int_equal(f->asked[PL_FOREIGN_RUNPATH], 1);
    return f->foreign.n == 0 ? NULL : &f->foreign.v[0];
}

#define OF_MESON "executable('letters', 'letters.c', install_rpath : privlibdir)\n"

static void a_search_path_of_the_packages_own_folder_is_not_noted(void **state)
{
    (void)state;
    assert_null(noted_path("/usr/lib/x86_64-linux-gnu/alphabet", OF_MESON));
}

static void a_search_path_of_a_folder_that_is_installed_whole_is_not_noted(void **state)
{
    (void)state;
    assert_null(noted_path("/usr/lib/x86_64-linux-gnu/plain/sub", OF_MESON));
}

/* Nobody asks for it, but who could put a library there may write over the program, too. */
static void assert_system_path(const char *folder, const char *build)
{
    const struct pl_foreign *x = noted_path(folder, build);
    assert_non_null(x);
    assert_int_equal(x->kind, PL_FOREIGN_RUNPATH);
    assert_non_null(x->loose_rule);
    assert_string_equal(x->loose_rule, "runpath.system-folder");
}

static void a_search_path_that_no_build_file_asks_for_is_noted(void **state)
{
    (void)state;
    assert_system_path("/usr/lib/x86_64-linux-gnu/alphabet", "executable('letters')\n");
}

/* Called after the source, but nobody says that it has anything there: likely, and no more. */
static void a_search_path_with_the_name_of_the_source_is_likely(void **state)
{
    (void)state;
    const struct pl_foreign *x = noted_path("/usr/lib/x86_64-linux-gnu/p/private", OF_MESON);
    assert_non_null(x);
    assert_non_null(x->loose_rule);
    assert_string_equal(x->loose_rule, "runpath.own-name");
}

static void assert_foreign_path(const char *folder)
{
    const struct pl_foreign *x = noted_path(folder, OF_MESON);
    assert_non_null(x);
    assert_int_equal(x->kind, PL_FOREIGN_RUNPATH);
    assert_null(x->loose_rule);
}

static void a_search_path_of_another_package_is_noted(void **state)
{
    (void)state;
    assert_system_path("/usr/lib/x86_64-linux-gnu/alphabets", OF_MESON);
}

static void a_search_path_that_leaves_the_own_folder_is_noted(void **state)
{
    (void)state;
    assert_foreign_path("/usr/lib/x86_64-linux-gnu/p/../elsewhere");
}

static void a_search_path_of_the_programs_own_folder_is_noted(void **state)
{
    (void)state;
    assert_foreign_path("\\$ORIGIN/../lib");
}

/* From the folder of the file itself: what it leads to counts. */
static void a_search_path_from_where_the_library_lies_is_what_it_leads_to(void **state)
{
    static const struct {
        const char *path;
        bool is_below;
    } cases[] = {{"\\$ORIGIN/../../../lib/x", true},
                 {"\\$ORIGIN", true},
                 {"\\$ORIGIN/../../../../..", false},
                 {"\\$ORIGIN/../../../../../tmp", false},
                 {"\\$ORIGIN/a/../../../../../../tmp", false},
                 {"\\$ORIGIN/../../../../../../../../tmp", false},
                 {"\\$ORIGIN/..x", false}};
    installed_as = "usr/lib/x86_64-linux-gnu/qt6/qml/Letters/libletters.so";
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct pl_foreign *x = noted_path(cases[i].path, OF_MESON);
        assert_non_null(x);
        assert_int_equal(x->loose_rule != NULL, cases[i].is_below);
        end(state);
        assert_int_equal(set_up(state), 0);
    }
    installed_as = "usr/bin/letters";
}

static void a_search_path_that_anybody_can_write_to_is_noted(void **state)
{
    (void)state;
    assert_foreign_path("/tmp/usr/lib/p");
}

static void a_search_path_of_all_libraries_is_noted(void **state)
{
    (void)state;
    assert_foreign_path("/usr/lib/x86_64-linux-gnu");
}

/* What is noted of a program with options for the linker, beside a file of its source. */
static const struct pl_foreign *noted_loader(const char *options, const char *path, const char *text)
{
    char command[256];
    (void)snprintf(command, sizeof command, "gcc -O2 s.c %s -o s.out && strip -s s.out", options);
    add_source(0, path, text);
    const struct pl_file *f = compared(plain_source, command, plain_source);
    assert_true(f->foreign.n <= 1);
    assert_true(f->asked[PL_FOREIGN_LOADER] >= 1);
    assert_true(f->foreign.n == 0 || f->foreign.v[0].kind == PL_FOREIGN_LOADER);
    return f->foreign.n == 0 ? NULL : &f->foreign.v[0];
}

#define OTHER_LOADER "-Wl,--dynamic-linker=/tmp/.x/ld-linux-x86-64.so.2"

static void the_loader_of_the_system_is_not_noted(void **state)
{
    (void)state;
    assert_null(noted_loader("", "README", "text\n"));
}

static void a_loader_elsewhere_is_noted_where_it_stands(void **state)
{
    (void)state;
    const struct pl_foreign *x = noted_loader(OTHER_LOADER, "README", "text\n");
    assert_non_null(x);
    assert_null(x->loose_rule);
    assert_memory_equal(image + x->offset, "/tmp/.x/ld", 10);
}

static void a_loader_that_looks_like_the_systems_is_noted(void **state)
{
    (void)state;
    assert_non_null(
        noted_loader("-Wl,--dynamic-linker=/lib/../tmp/ld-linux-x86-64.so.2", "README", "text\n"));
}

static void a_loader_that_the_source_gives_the_linker_is_not_noted(void **state)
{
    (void)state;
    assert_null(noted_loader(OTHER_LOADER, "Makefile", "LDFLAGS = " OTHER_LOADER "\n"));
}

static void a_loader_that_is_only_some_text_of_the_source_is_noted(void **state)
{
    (void)state;
    const struct pl_foreign *x = noted_loader(
        OTHER_LOADER, "loader.c", "const char *loader(void) { return \"/tmp/.x/ld-linux-x86-64.so.2\"; }\n");
    assert_non_null(x);
    assert_null(x->loose_rule);
}

static void a_loader_in_the_folder_where_one_happens_to_be_is_noted(void **state)
{
    (void)state;
    const struct pl_foreign *x =
        noted_loader("-Wl,--dynamic-linker=ld.so", "Makefile", "LDFLAGS = -Wl,--dynamic-linker=ld.so\n");
    assert_non_null(x);
    assert_null(x->loose_rule);
}

static void a_loader_of_a_source_that_deals_with_loaders_is_likely(void **state)
{
    (void)state;
    const struct pl_foreign *x =
        noted_loader(OTHER_LOADER, "Makefile.in", "\t$(LD) --dynamic-linker=$(prefix)/ld.so\n");
    assert_non_null(x);
    assert_non_null(x->loose_rule);
    assert_string_equal(x->loose_rule, "loader.of-source");
}

static void what_the_loader_is_to_run_beside_the_program_is_noted(void **state)
{
    (void)state;
    const struct pl_foreign *x = noted_loader("-Wl,--audit=libspy.so.1", "README", "text\n");
    assert_non_null(x);
    assert_true(pl_bytes_eq_str(x->text, "libspy.so.1"));
}

/* The loader does not look at the size of its table of names. */
static void a_table_of_names_that_says_it_is_empty_hides_nothing(void **state)
{
    (void)state;
    static const char command[] =
        "gcc -O2 s.c -Wl,-rpath,/tmp/usr/lib -o s.out && strip -s s.out && "
        "printf 'import struct\nb = bytearray(open(\"s.out\", \"rb\").read())\n"
        "h = [struct.unpack_from(\"<IIQQQQ\", b, 64 + 56 * i) for i in range(b[56])]\n"
        "k = next(p[2] for p in h if p[0] == 2)\n"
        "while b[k] != 10: k += 16\nb[k + 8:k + 16] = bytes(8)\nopen(\"s.out\", \"wb\").write(b)\n' > s.py "
        "&& "
        "python3 s.py";
    const struct pl_file *f = compared(plain_source, command, plain_source);
    assert_int_equal(f->asked[PL_FOREIGN_RUNPATH], 1);
    assert_int_equal(f->foreign.n, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_loader_of_the_system_is_not_noted, set_up, end),
        cmocka_unit_test_setup_teardown(a_loader_elsewhere_is_noted_where_it_stands, set_up, end),
        cmocka_unit_test_setup_teardown(a_loader_that_looks_like_the_systems_is_noted, set_up, end),
        cmocka_unit_test_setup_teardown(a_loader_that_the_source_gives_the_linker_is_not_noted, set_up, end),
        cmocka_unit_test_setup_teardown(a_loader_that_is_only_some_text_of_the_source_is_noted, set_up, end),
        cmocka_unit_test_setup_teardown(a_loader_in_the_folder_where_one_happens_to_be_is_noted, set_up, end),
        cmocka_unit_test_setup_teardown(a_loader_of_a_source_that_deals_with_loaders_is_likely, set_up, end),
        cmocka_unit_test_setup_teardown(what_the_loader_is_to_run_beside_the_program_is_noted, set_up, end),
        cmocka_unit_test_setup_teardown(a_table_of_names_that_says_it_is_empty_hides_nothing, set_up, end),
        cmocka_unit_test_setup_teardown(sections_of_compilers_and_of_the_source_are_not_noted, set_up, end),
        cmocka_unit_test_setup_teardown(a_section_that_the_source_does_not_name_is_noted_with_its_bytes,
                                        set_up, end),
        cmocka_unit_test_setup_teardown(a_section_of_an_assembler_directive_is_known_by_its_whole_name,
                                        set_up, end),
        cmocka_unit_test_setup_teardown(an_added_section_is_noted, set_up, end),
        cmocka_unit_test_setup_teardown(a_library_that_nobody_names_is_noted, set_up, end),
        cmocka_unit_test_setup_teardown(a_section_of_resources_is_known_by_its_name_in_a_build_file, set_up,
                                        end),
        cmocka_unit_test_setup_teardown(a_section_of_resources_is_known_by_the_file_that_it_is_made_of,
                                        set_up, end),
        cmocka_unit_test_setup_teardown(a_section_of_resources_lacks_the_underscore_of_its_name, set_up, end),
        cmocka_unit_test_setup_teardown(a_note_of_qt_is_known_by_its_owner_type_and_length, set_up, end),
        cmocka_unit_test_setup_teardown(a_section_of_moc_is_known_by_its_mark, set_up, end),
        cmocka_unit_test_setup_teardown(a_note_of_qt_is_known_where_cmake_writes_the_plugin, set_up, end),
        cmocka_unit_test_setup_teardown(a_search_path_from_where_the_library_lies_is_what_it_leads_to, set_up,
                                        end),
        cmocka_unit_test_setup_teardown(the_release_of_the_package_is_left_out_of_a_librarys_name, set_up,
                                        end),
        cmocka_unit_test_setup_teardown(the_release_of_another_package_is_not, set_up, end),
        cmocka_unit_test_setup_teardown(a_vendor_that_nobody_asks_for_is_not, set_up, end),
        cmocka_unit_test_setup_teardown(a_section_with_the_name_of_mocs_alone_is_noted, set_up, end),
        cmocka_unit_test_setup_teardown(a_section_of_moc_without_a_plugin_is_noted, set_up, end),
        cmocka_unit_test_setup_teardown(a_library_that_a_build_file_names_in_one_word_is_not_noted, set_up,
                                        end),
        cmocka_unit_test_setup_teardown(a_library_that_the_same_source_puts_into_a_package_is_not_noted,
                                        set_up, end),
        cmocka_unit_test_setup_teardown(a_search_path_of_the_packages_own_folder_is_not_noted, set_up, end),
        cmocka_unit_test_setup_teardown(a_search_path_of_a_folder_that_is_installed_whole_is_not_noted,
                                        set_up, end),
        cmocka_unit_test_setup_teardown(a_search_path_that_no_build_file_asks_for_is_noted, set_up, end),
        cmocka_unit_test_setup_teardown(a_search_path_with_the_name_of_the_source_is_likely, set_up, end),
        cmocka_unit_test_setup_teardown(a_search_path_of_another_package_is_noted, set_up, end),
        cmocka_unit_test_setup_teardown(a_search_path_that_leaves_the_own_folder_is_noted, set_up, end),
        cmocka_unit_test_setup_teardown(a_search_path_of_the_programs_own_folder_is_noted, set_up, end),
        cmocka_unit_test_setup_teardown(a_search_path_that_anybody_can_write_to_is_noted, set_up, end),
        cmocka_unit_test_setup_teardown(a_search_path_of_all_libraries_is_noted, set_up, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
