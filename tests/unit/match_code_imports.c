/*
 * match_code_imports.c - one test a rule, and the imports that an attacker needs: with a source that does not ask for them they stay novel.
 */
#include "source_tree.h"

#include "match/code_imports.h"
#include "match/import_made.h"

#include <stdio.h>

static const char main_c[] = "#include <stdio.h>\n"
                             "int run(const char *p) {\n"
                             "  chdir(p);\n"
                             "  struct stat s; fstat(1, &s); argp_usage(0); mmap_my_file(p);\n"
                             "  if (isdigit(*p)) printf(\"%s\\n\", p);\n"
                             "  open(p, O_RDONLY); strcat(p, p); Widget w; w.draw();\n"
                             "  struct pam_conv c = {CONVERSATION, 0};\n"
                             "  g_autoptr(GOptionContext) context = NULL;\n"
                             "  g_autoptr(GDir) dir = NULL; QT_FTRUNCATE(1, 0);\n"
                             "  JOIN_BOTH(KITE_STRING, kite); tail_wag = SSL_front;\n"
                             "}\n";
static const char configure[] = "system (execve) socket connect\nfor f in srandom/random; do "
                                "qtwaylandscanner; done\nrun wayland-scanner --generate"
                                "\ntalk=\"lib_conv\"; LIBS=-lpam\ntext=setuid\n";
static const char configure_ac[] = "AC_DEFINE_UNQUOTED(CONVERSATION, [$talk], [who talks])\n"
                                   "AC_DEFINE_UNQUOTED([NOT_USED], [$text], [nobody])\n";
static const char headers_text[] = "plumbline headers 8\n"
                                   "@usr/include/c++/12/streams\n"
                                   "draw(c) rmdir(c)\n"
                                   "@usr/include/ctype.h\n"
                                   "isdigit(c) __isctype((c),_ISdigit)\n"
                                   "__isctype(c,t) ((*__ctype_b_loc())[(int)(c)]&t)\n"
                                   "unused(c) execve(c)\n"
                                   "JOIN_BOTH(a,b) JOIN_END(a) + JOIN_FRONT(b)\n"
                                   "JOIN_END(a) a##_item\n"
                                   "JOIN_FRONT(b) LIB_##b + do_##b\n"
                                   "NOT_REACHED(b) NOT_##b\n"
                                   "@usr/include/net.h\n"
                                   "listen_all{ return socket(1);\n"
                                   "@usr/include/tidy.h\n"
                                   "draw(c) rmdir(c)\n"
                                   "@usr/include/c++/12/widgets\n"
                                   "draw(c) mprotect(c)\n"
                                   "@\n"
                                   "Painter\nfexecve\n";

struct fixture {
    struct pl_source_tree tree;
    struct pl_index *index;
    struct pl_literals *literals;
    struct pl_arena arena;
    struct pl_err err;
};

static int open_set(void **state)
{
    static struct fixture x;
    struct pl_source_tree *trees[] = {&x.tree};
    struct pl_headers headers = {.package = "libc6-dev", .text = pl_bytes_of_str(headers_text)};
    memset(&x, 0, sizeof x);
    add_source(&x.tree, "configure", configure);
    add_source(&x.tree, "configure.ac", configure_ac);
    add_source(&x.tree, "src/main.c", main_c);
    add_source(&x.tree, "src/scan.l", "%%\n");
    add_source(&x.tree, "src/tool.ggo.in", "package \"tool\"\n");
    add_source(&x.tree, "build/codegen.py", "say('    g_ptr_array_ref (x); memfd_create (y)')\n");
    add_source(&x.tree, "src/tool.gresource.xml", "<gresources/>\n");
    pl_arena_init(&x.arena, SIZE_MAX);
    assert_int_equal(pl_index_build(trees, 1, 1, &x.index, &x.err), PL_OK);
    assert_int_equal(pl_literals_build(x.index, &headers, 1, 1, &x.literals, &x.err), PL_OK);
    *state = &x;
    return 0;
}

static int close_set(void **state)
{
    struct fixture *x = *state;
    pl_literals_free(x->literals);
    pl_index_free(x->index);
    pl_arena_reset(&x->arena);
    PL_VEC_FREE(&x->tree.files);
    return 0;
}

/* Name of the rule that explains an import; "" for none. */
static const char *rule_of(struct fixture *x, const char *name, const char **source)
{
    struct pl_import_hit hit = {0};
    bool found;
    assert_int_equal(pl_import_explain(x->literals, pl_bytes_of_str(name), &x->arena, &found, &hit, &x->err),
                     PL_OK);
    if (source != NULL)
        *source = found && hit.source != NULL ? hit.source : "";
    return found ? hit.rule->name : "";
}

static void each_rule_explains_what_its_sentence_says(void **state)
{
    static const char *const cases[][2] = {
        {"fstat", "import.source"},
        {"__ctype_b_loc", "import.header"},
        {"__stack_chk_fail", "import.runtime"},
        {"__udivti3", "import.runtime"},
        {"__printf_chk", "import.fortify"},
        {"__open_2", "import.fortify"},
        {"__open64_2", "import.fortify"},
        {"__stpcpy_chk", "import.fortify"},
        {"open64", "import.large-file"},
        {"ftruncate64", "import.large-file"},
        {"g_dir_close", "import.generated"},
        {"fstat64", "import.large-file"},
        {"__isoc99_printf", "import.iso-c"},
        {"__fxstat64", "import.old-name"},
        {"__stdio_common_vfprintf", "import.windows"},
        {"_chdir", "import.windows"},
        {"_open", "import.windows"},
        {"_initterm", "import.runtime"},
        {"puts", "import.builtin"},
        {"strlen", "import.builtin"},
        {"_ZSt4cout", "import.c++-runtime"},
        {"__cxa_throw", "import.c++-runtime"},
        {"_ZN6Widget4drawEv", "import.c++"},
        {"_ZN7Painter4drawEv", "import.c++"},
        {"_ZN9Widget_727Painter4drawEv", "import.versioned"},
        {"_ZN7Painter13__ctype_b_locEv", "import.c++"}, /* a macro that the source uses says it */
        {"_ZN10Widget_3_17Painter4drawEv", "import.versioned"},
        {"_dl_find_object", "import.runtime"},
        {"_ZN6Widget4drawEP13__va_list_tag", "import.c++"},
        {"lib_conv", "import.macro"},
        {"fileno", "import.generated"},
        {"clearerr", "import.generated"},
        {"getopt_long", "import.generated"},
        {"optarg", "import.generated"},
        {"argp_state_help", "import.old-name"},
        {"g_static_resource_init", "import.generated"},
        {"KITE_STRING_item", "import.macro"},
        {"tail_wag_item", "import.macro"},
        {"LIB_tail_wag", "import.macro"},
        {"wl_proxy_add_listener", "import.generated"}, /* a tool with a line in its name */
        {"Other_thing_item", "import.quiet"},
        {"KITE_STRING_items", "import.quiet"},
        {"LIB_other", "import.quiet"},
        {"NOT_tail_wag", "import.quiet"},
        {"rmdir", "import.header"}, /* a header of C has it, too, behind one of the C++ library */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(rule_of(*state, cases[i][0], NULL), cases[i][1]);
}

static void a_variable_of_glib_ends_as_its_type_says(void **state)
{
    static const char *const no[] = {"g_thing_close", "close", "g_dir_read_name", "g_strfreev", "g_close"};
    struct fixture *x = *state;
    assert_true(pl_import_is_cleanup(x->literals, PL_LIT("g_dir_close")));
    assert_true(pl_import_is_cleanup(x->literals, PL_LIT("g_option_context_free")));
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
        assert_false(pl_import_is_cleanup(x->literals, pl_bytes_of_str(no[i])));
}

/* What compilers make of another function of the C library; a word that gives nothing of the kind is none. */
static void a_builtin_is_asked_for_by_what_it_is_made_of(void **state)
{
    static const char *const cases[][3] = {{"strcat", "strncat", "strchr"}, {"strlen", "strncat", "strcmp"},
                                           {"strcmp", "strncmp", "strcat"}, {"strncmp", "strstr", "strcmp"},
                                           {"bcmp", "memcmp", "memcpy"},    {"fputs", "fprintf", "printf"},
                                           {"strrchr", "rindex", "index"},  {"calloc", "malloc", "realloc"},
                                           {"acosf", "acos", "cos"},        {"sincosf", "sin", "tan"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (size_t k = 1; k <= 2; k++) {
            struct fixture x;
            struct pl_source_tree *trees[] = {&x.tree};
            char text[128];
            struct pl_headers none = {.package = "libc6-dev", .text = PL_LIT("plumbline headers 8\n")};
            memset(&x, 0, sizeof x);
            (void)snprintf(text, sizeof text, "int f(char *p)\n{\n    return %s(p);\n}\n", cases[i][k]);
            add_source(&x.tree, "a.c", text);
            pl_arena_init(&x.arena, SIZE_MAX);
            assert_int_equal(pl_index_build(trees, 1, 1, &x.index, &x.err), PL_OK);
            assert_int_equal(pl_literals_build(x.index, &none, 1, 1, &x.literals, &x.err), PL_OK);
            const char *rule = rule_of(&x, cases[i][0], NULL);
            assert_int_equal(strcmp(rule, "import.builtin") == 0, k == 1);
            void *closed = &x;
            (void)close_set(&closed);
        }
}

static void a_rule_names_where_it_looked(void **state)
{
    const char *source;
    (void)rule_of(*state, "fstat", &source);
    assert_string_equal(source, "src/main.c:4");
    (void)rule_of(*state, "__ctype_b_loc", &source);
    assert_string_equal(source, "libc6-dev: usr/include/ctype.h");
}

static void planted_imports_stay_novel(void **state)
{
    static const char *const names[] = {"mmap",
                                        "mmap64",
                                        "mprotect",
                                        "system",
                                        "execve",
                                        "dlopen",
                                        "dlsym",
                                        "socket",
                                        "connect",
                                        "fork",
                                        "ptrace",
                                        "popen",
                                        "__open_3",
                                        "__system_chk",
                                        "execve64",
                                        "__isoc99_system",
                                        "_ZN7Painter8mprotectEv",
                                        "_ZN6Widget6systemEv",
                                        "_Z6systemv",
                                        "memfd_create",
                                        "getenv",
                                        "unused",
                                        "__chdir_chk",
                                        "_execve",
                                        "_popen",
                                        "writev",
                                        "CreateFileW"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_string_equal(rule_of(*state, names[i], NULL), "");
}

/* Nobody has these names, but they say what they are of, and that they reach nothing. */
static const char *const quiet[] = {"_ZN8Other_726Widget4drawEv",
                                    "pthread_rwlock_destroy",
                                    "lua_settop",
                                    "luaL_argerror",
                                    "GOMP_parallel",
                                    "g_ptr_array_new_full",
                                    "g_enum_register_static",
                                    "feof",
                                    "strverscmp",
                                    "memmem",
                                    "_ZN6icu_729ErrorCodeD2Ev",
                                    "GOMP_loop_end_nowait",
                                    "cairo_set_source",
                                    "xkb_keymap_num_layouts",
                                    "xkb_keymap_unref",
                                    "xkb_state_get_keymap",
                                    "_Z7computev2"};

static const char *const not_quiet[] = {"pthread_create",
                                        "lua_pcallk",
                                        "luaL_loadbufferx",
                                        "luaL_dostring",
                                        "g_spawn_async",
                                        "g_module_open",
                                        "g_file_get_contents",
                                        "g_getenv",
                                        "_ZN8QProcess5startEv",
                                        "_ZN9QFileInfoD1Ev",
                                        "_ZN8QLibrary4loadEv",
                                        "QtHttpRequest_new",
                                        "SSL_write",
                                        "EVP_DecryptInit_ex",
                                        "XQueryKeymap",
                                        "xkb_keymap_new_from_file",
                                        "xkb_keymap_new_from_names",
                                        "xkb_x11_keymap_new_from_device",
                                        "xkb_keymap_read_file",
                                        "inet_addr",
                                        "gethostname",
                                        "personality",
                                        "getpwnam",
                                        "setreuid",
                                        "fanotify_init",
                                        "epoll_ctl",
                                        "process_madvise",
                                        "sched_setaffinity",
                                        "fopencookie",
                                        "localeconv",
                                        "evil",
                                        "memfd_create",
                                        "sqlite3_exec",
                                        "JS_Eval",
                                        "Tcl_EvalEx",
                                        "ssh_channel_new",
                                        "gtk_clipboard_get",
                                        "PyRun_String",
                                        "dlmopen",
                                        "res_nsend",
                                        "fgetxattr",
                                        "thread_local_secret",
                                        "aio_write",
                                        "EVP_CipherUpdate",
                                        "g_thread_new",
                                        "mysql_real_query",
                                        "mq_open"};

static void what_computes_by_its_name_is_loose(void **state)
{
    struct fixture *x = *state;
    for (size_t i = 0; i < sizeof quiet / sizeof quiet[0]; i++) {
        assert_string_equal(rule_of(x, quiet[i], NULL), "import.quiet");
        assert_true(pl_import_is_open(x->literals, pl_bytes_of_str(quiet[i]), &x->arena));
    }
    for (size_t i = 0; i < sizeof not_quiet / sizeof not_quiet[0]; i++)
        if (pl_import_is_open(x->literals, pl_bytes_of_str(not_quiet[i]), &x->arena))
            fail_msg("%s is quiet", not_quiet[i]);
}

static void words_of_scripts_and_of_headers_that_are_not_reached_explain_nothing(void **state)
{
    assert_string_equal(rule_of(*state, "execve", NULL), "");
    assert_string_equal(rule_of(*state, "socket", NULL), "");
}

static void a_word_somewhere_in_a_header_is_loose(void **state)
{
    struct fixture *x = *state;
    struct pl_import_hit hit = {0};
    bool found;
    assert_int_equal(pl_import_explain(x->literals, PL_LIT("Painter"), &x->arena, &found, &hit, &x->err),
                     PL_OK);
    assert_true(found && !hit.rule->is_strict);
    assert_true(pl_import_is_open(x->literals, PL_LIT("Painter"), &x->arena));
    assert_string_equal(rule_of(x, "fexecve", NULL), "import.any-header");
    assert_false(pl_import_is_open(x->literals, PL_LIT("fexecve"), &x->arena)); /* it acts */
}

/* Nobody can tell then what their macros would have made; what acts on its own tells all the same. */
static void what_only_tools_write_and_reaches_nothing_is_loose(void **state)
{
    static const char *const idle[] = {
        "__libc_current_sigrtmax",
        "pango_font_face_get_type",
        "PyObject_GetIter",
        "_Py_NoneStruct",
        "_Z56qRegisterNormalizedMetaType_QAbstractSocket__SocketErrorRK10QByteArray",
        "PyExc_ImportError",
        "PyEval_SaveThread",
        "__errno_location",
        "PL_current_context",
        "Perl_croak_xs_usage",
        "Perl_sv_2iv_flags"};
    static const char *const active[] = {
        "__libc_dlopen_mode",  "_IO_proc_open",   "__libc_system",     "PyRun_SimpleStringFlags",
        "PyImport_Import",     "PyEval_EvalCode", "curl_easy_perform", "_dl_open",
        "PyObject_CallObject", "Perl_call_sv",    "Perl_eval_pv",      "PerlIO_openn"};
    struct fixture *x = *state;
    for (size_t i = 0; i < sizeof idle / sizeof idle[0]; i++) {
        struct pl_import_hit hit = {0};
        bool found = false;
        assert_int_equal(
            pl_import_explain(x->literals, pl_bytes_of_str(idle[i]), &x->arena, &found, &hit, &x->err),
            PL_OK);
        assert_true(found && !hit.rule->is_strict);
        assert_true(pl_import_is_open(x->literals, pl_bytes_of_str(idle[i]), &x->arena));
    }
    for (size_t i = 0; i < sizeof active / sizeof active[0]; i++)
        assert_false(pl_import_is_open(x->literals, pl_bytes_of_str(active[i]), &x->arena));
}

static void a_function_that_configure_tries_is_loose_unless_it_acts(void **state)
{
    struct fixture *x = *state;
    struct pl_import_hit hit = {0};
    bool found;
    assert_int_equal(pl_import_explain(x->literals, PL_LIT("srandom"), &x->arena, &found, &hit, &x->err),
                     PL_OK);
    assert_true(found && !hit.rule->is_strict &&
                pl_import_is_open(x->literals, PL_LIT("srandom"), &x->arena));
    assert_false(pl_import_is_open(x->literals, PL_LIT("connect"), &x->arena));
}

static void what_a_generator_writes_is_known_where_a_build_file_calls_it(void **state)
{
    assert_string_equal(rule_of(*state, "wl_display_add_destroy_listener", NULL), "import.generated");
    assert_string_equal(rule_of(*state, "g_enum_register_static", NULL), "import.quiet");
    assert_string_equal(rule_of(*state, "g_dbus_proxy_call_sync", NULL), "");
}

/* A set of its own: what a build file calls is asked of all files. */
static void what_gdbus_codegen_and_cython_write_is_known_where_they_have_something_to_do(void **state)
{
    struct fixture x;
    struct pl_source_tree *trees[] = {&x.tree};
    memset(&x, 0, sizeof x);
    add_source(&x.tree, "meson.build", "gnome.gdbus_codegen('a', 'a.xml')\n");
    add_source(&x.tree, "a.c", "int a;\n");
    add_source(&x.tree, "b.pyx", "def b(): pass\n");
    add_source(&x.tree, "debian/rules", "LDFLAGS=-static-libstdc++\n");
    add_source(&x.tree, "c.c", "void c(void)\n{\n#pragma omp parallel\n    c();\n}\n");
    pl_arena_init(&x.arena, SIZE_MAX);
    assert_int_equal(pl_index_build(trees, 1, 1, &x.index, &x.err), PL_OK);
    assert_int_equal(pl_literals_build(x.index, NULL, 0, 1, &x.literals, &x.err), PL_OK);
    assert_string_equal(rule_of(&x, "g_dbus_proxy_call_sync", NULL), "import.generated");
    assert_string_equal(rule_of(&x, "g_dbus_connection_call_sync", NULL), "import.unknown-header");
    assert_string_equal(rule_of(&x, "PyObject_Call", NULL), "import.generated");
    assert_string_equal(rule_of(&x, "GOMP_parallel", NULL), "import.runtime");
    assert_string_equal(rule_of(&x, "writev", NULL), "import.generated");
    assert_string_equal(rule_of(&x, "opendir", NULL), ""); /* the C++ library calls it, and it acts */
    assert_string_equal(rule_of(&x, "PyRun_SimpleString", NULL), "import.unknown-header");
    void *closed = &x;
    (void)close_set(&closed);
    (void)state;
}

/* A class in a header has names that a macro there makes. */
static void a_name_that_a_macro_of_a_header_makes_is_known_in_cpp(void **state)
{
    static const char packed[] = "plumbline headers 8\n"
                                 "@usr/include/painter.h\n"
                                 "STATE(p) void p##Changed(); void set_##p(); bool p##ed\n"
                                 "@\nPainter\nfocusable\nsys\n";
    static const char *const names[][3] = {{"a.cpp", "_ZN7Painter16focusableChangedEb", "import.c++"},
                                           {"a.c", "_ZN7Painter16focusableChangedEb", "import.quiet"},
                                           {"a.cpp", "_ZN7Painter16focusableAlteredEb", "import.quiet"},
                                           {"a.cpp", "_ZN7Painter11focusableedEb", "import.quiet"},
                                           {"a.cpp", "_ZN7Painter12otherChangedEb", "import.quiet"}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct fixture x;
        struct pl_source_tree *trees[] = {&x.tree};
        struct pl_headers headers = {.package = "libpainter-dev", .text = pl_bytes_of_str(packed)};
        memset(&x, 0, sizeof x);
        add_source(&x.tree, names[i][0], "void f(Painter *p) { p->draw(); }\n");
        pl_arena_init(&x.arena, SIZE_MAX);
        assert_int_equal(pl_index_build(trees, 1, 1, &x.index, &x.err), PL_OK);
        assert_int_equal(pl_literals_build(x.index, &headers, 1, 1, &x.literals, &x.err), PL_OK);
        assert_string_equal(rule_of(&x, names[i][1], NULL), names[i][2]);
        void *closed = &x;
        (void)close_set(&closed);
    }
    (void)state;
}

static void a_variable_that_ends_by_itself_calls_the_end_of_its_own_type(void **state)
{
    assert_string_equal(rule_of(*state, "g_option_context_free", NULL), "import.generated");
    assert_string_equal(rule_of(*state, "g_option_group_unref", NULL), "import.quiet");
    assert_string_equal(rule_of(*state, "g_option_context_parse", NULL), "import.quiet");
}

static void a_word_in_a_text_of_a_script_is_loose_unless_it_acts(void **state)
{
    struct fixture *x = *state;
    assert_string_equal(rule_of(x, "g_ptr_array_ref", NULL), "import.script");
    assert_true(pl_import_is_open(x->literals, PL_LIT("g_ptr_array_ref"), &x->arena));
    assert_string_equal(rule_of(x, "memfd_create", NULL), "");
    assert_string_equal(rule_of(x, "say", NULL), "");
    assert_string_equal(rule_of(x, "mmap_my_file_208", NULL), "import.versioned");
    assert_true(pl_import_is_open(x->literals, PL_LIT("mmap_my_file_208"), &x->arena));
    assert_string_equal(rule_of(x, "mmap_my_file208", NULL), "");
    assert_string_equal(rule_of(x, "mmap_my_other_208", NULL), "");
    assert_string_equal(rule_of(x, "open_2", NULL), ""); /* it acts */
    assert_string_equal(rule_of(x, "GOMP_parallel", NULL), "import.quiet");
}

static void without_headers_a_name_is_open_unless_it_acts(void **state)
{
    static const char *const open[] = {"localeconv", "gettimeofday", "sigaction"};
    static const char *const acts[] = {"system",       "mmap64",      "__open64_2",     "_wfopen",
                                       "CreateFileA",  "CreateFileW", "VirtualProtect", "execve",
                                       "memfd_create", "getenv",      "GetProcAddress", "socket"};
    struct fixture *x = *state;
    struct pl_literals *bare;
    assert_int_equal(pl_literals_build(x->index, NULL, 0, 1, &bare, &x->err), PL_OK);
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++) {
        assert_true(pl_import_is_open(bare, pl_bytes_of_str(open[i]), &x->arena));
        assert_false(pl_import_is_open(x->literals, pl_bytes_of_str(open[i]), &x->arena));
    }
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++)
        assert_false(pl_import_is_open(bare, pl_bytes_of_str(acts[i]), &x->arena));
    assert_false(pl_import_is_open(bare, PL_LIT("fstat"), &x->arena)); /* the source says it */
    pl_literals_free(bare);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rule_explains_what_its_sentence_says),
        cmocka_unit_test(a_variable_of_glib_ends_as_its_type_says),
        cmocka_unit_test(a_builtin_is_asked_for_by_what_it_is_made_of),
        cmocka_unit_test(a_rule_names_where_it_looked),
        cmocka_unit_test(planted_imports_stay_novel),
        cmocka_unit_test(what_computes_by_its_name_is_loose),
        cmocka_unit_test(words_of_scripts_and_of_headers_that_are_not_reached_explain_nothing),
        cmocka_unit_test(a_word_somewhere_in_a_header_is_loose),
        cmocka_unit_test(what_only_tools_write_and_reaches_nothing_is_loose),
        cmocka_unit_test(a_function_that_configure_tries_is_loose_unless_it_acts),
        cmocka_unit_test(what_a_generator_writes_is_known_where_a_build_file_calls_it),
        cmocka_unit_test(a_name_that_a_macro_of_a_header_makes_is_known_in_cpp),
        cmocka_unit_test(what_gdbus_codegen_and_cython_write_is_known_where_they_have_something_to_do),
        cmocka_unit_test(a_variable_that_ends_by_itself_calls_the_end_of_its_own_type),
        cmocka_unit_test(a_word_in_a_text_of_a_script_is_loose_unless_it_acts),
        cmocka_unit_test(without_headers_a_name_is_open_unless_it_acts),
    };
    return cmocka_run_group_tests(tests, open_set, close_set);
}
