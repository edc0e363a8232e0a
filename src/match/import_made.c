/*
 * import_made.c - names that generators write into C, by what calls for the generator.
 *
 *     lexer.l          flex writes isatty(fileno(stdin)) and clearerr()
 *     icons.qrc        rcc writes qRegisterResourceData()
 *     a.gresource.xml  glib-compile-resources writes g_static_resource_init()
 *     qtwaylandscanner writes wl_display_add_destroy_listener(), where a build file calls it
 *     glib-mkenums     writes g_enum_register_static(), where a build file calls it
 *     wayland-scanner  and its like for Qt write wl_proxy_marshal_flags(), where a build file calls them
 *     protoc-c, rpcgen, gperf, valac write calls of their libraries
 *     a.ggo            gengetopt writes getopt_long() and reads its variables
 *     gdbus-codegen    writes proxies and skeletons of D-Bus, where a build file calls it
 *     module.pyx       Cython writes PyObject_Call() and most others of Python's own functions; SWIG of a .i file, too
 *     g_autoptr(GThing) of the source calls g_thing_free(), or unref, clear or another end of it
 *
 * A row holds where the source has a file with such a name, or its build files such a word. None of the names opens or runs anything, and those of D-Bus and Wayland alone leave the process; but
 * a call of one of them says nothing any more in such a package: that much could hide.
 * The last is for the C compiler to write, by macros of GLib's headers at the level of a file: G_DEFINE_AUTOPTR_CLEANUP_FUNC(GThing, g_thing_free). What it could hide: the
 * end of a thing that the source has.
 * Sources: flex manual, "The Generated Scanner"; bison manual, "C Parser Interface"; Qt's rcc; glib-mkenums(1), gdbus-codegen(1), valac(1), rpcgen(1), glib-compile-resources(1), glib-genmarshal(1); wayland-scanner and
 * protoc-c, their READMEs; GLib manual, "Automatic Cleanup".
 */
#include "match/import_made.h"
#include "match/import_acts.h"

#include <stdio.h>
#include <string.h>

#define MAX_MARKS      8u
#define MAX_NAMES      192u
#define MAX_TYPE_BYTES 96u

static const struct maker {
    const char *suffixes[MAX_MARKS]; /* a file of the source ends so */
    const char *words[MAX_MARKS];    /* or a build file has the word */
    const char *names[MAX_NAMES];
} makers[] = {
    {.suffixes = {".l", ".ll", ".lex", ".lpp"},
     .names = {"clearerr", "exit", "ferror", "fileno", "fprintf", "fread", "free", "fwrite", "getc", "isatty",
               "malloc", "memset", "realloc", "strlen"}},
    {.suffixes = {".y", ".yy", ".ypp"},
     .names = {"abort", "calloc", "fprintf", "free", "malloc", "memcpy", "realloc", "stpcpy", "strlen"}},
    {.suffixes = {".ggo", ".ggo.in"},
     .names = {"exit", "getopt", "getopt_long", "getopt_long_only", "optarg", "opterr", "optind", "optopt",
               "strncmp", "strtol", "strtoll", "strtod"}},
    {.suffixes = {".gperf"}, .names = {"memcmp", "strcmp", "strlen", "strncmp"}},
    {.suffixes = {".qrc"},
     .names = {"_Z21qRegisterResourceDataiPKhS0_S0_", "_Z23qUnregisterResourceDataiPKhS0_S0_",
               "qt_resourceFeatureZlib", "qt_resourceFeatureZstd"}},
    {.suffixes = {".gresource.xml"},
     .words = {"compile_resources", "GLIB_COMPILE_RESOURCES"},
     .names = {"g_static_resource_init", "g_static_resource_fini", "g_static_resource_get_resource"}},
    {.words = {"mkenums", "mkenums_simple"},
     .names = {"g_enum_register_static", "g_flags_register_static", "g_intern_static_string",
               "g_once_init_enter", "g_once_init_leave"}},
    {.words = {"ecm_add_qtwayland_server_protocol", "qtwaylandscanner",
               "qt6_generate_wayland_protocol_server_sources"},
     .names = {"wl_client_post_no_memory", "wl_display_add_destroy_listener", "wl_global_create",
               "wl_global_destroy", "wl_resource_create", "wl_resource_get_version",
               "wl_resource_get_user_data", "wl_resource_instance_of", "wl_resource_post_event",
               "wl_resource_set_implementation"}},
    {.words = {"gdbus_codegen", "GDBUS_CODEGEN", "gdbus-codegen"},
     .names = {"g_async_initable_get_type",
               "g_async_initable_new_async",
               "g_async_initable_new_finish",
               "g_async_result_get_source_object",
               "g_cclosure_marshal_generic",
               "g_datalist_clear",
               "g_dbus_error_quark",
               "g_dbus_gvalue_to_gvariant",
               "g_dbus_gvariant_to_gvalue",
               "g_dbus_interface_get_info",
               "g_dbus_interface_info_lookup_property",
               "g_dbus_interface_info_lookup_signal",
               "g_dbus_interface_skeleton_get_connection",
               "g_dbus_interface_skeleton_get_connections",
               "g_dbus_interface_skeleton_get_object_path",
               "g_dbus_interface_skeleton_get_type",
               "g_dbus_method_invocation_get_method_info",
               "g_dbus_method_invocation_get_type",
               "g_dbus_method_invocation_return_value",
               "g_dbus_method_invocation_return_value_with_unix_fd_list",
               "g_dbus_object_get_interface",
               "g_dbus_object_manager_client_get_type",
               "g_dbus_object_proxy_get_type",
               "g_dbus_object_skeleton_get_type",
               "g_dbus_proxy_call",
               "g_dbus_proxy_call_finish",
               "g_dbus_proxy_call_sync",
               "g_dbus_proxy_call_with_unix_fd_list",
               "g_dbus_proxy_call_with_unix_fd_list_finish",
               "g_dbus_proxy_call_with_unix_fd_list_sync",
               "g_dbus_proxy_get_cached_property",
               "g_dbus_proxy_get_type",
               "g_dbus_proxy_set_interface_info",
               "g_dbus_proxy_signal",
               "g_idle_source_new",
               "g_initable_new",
               "g_main_context_ref_thread_default",
               "g_main_context_unref",
               "g_mutex_clear",
               "g_mutex_init",
               "g_mutex_lock",
               "g_mutex_unlock",
               "g_object_class_override_property",
               "g_object_freeze_notify",
               "g_object_get_property",
               "g_object_interface_install_property",
               "g_object_notify",
               "g_object_set_property",
               "g_object_thaw_notify",
               "g_param_spec_boolean",
               "g_param_spec_boxed",
               "g_param_spec_double",
               "g_param_spec_int",
               "g_param_spec_int64",
               "g_param_spec_string",
               "g_param_spec_uchar",
               "g_param_spec_uint",
               "g_param_spec_uint64",
               "g_param_spec_variant",
               "g_quark_to_string",
               "g_quark_try_string",
               "g_signal_accumulator_true_handled",
               "g_signal_emitv",
               "g_signal_lookup",
               "g_source_attach",
               "g_source_destroy",
               "g_source_set_callback",
               "g_source_set_name",
               "g_source_set_priority",
               "g_strv_get_type",
               "g_type_interface_add_prerequisite",
               "g_type_interface_peek",
               "g_type_interface_peek_parent",
               "g_unix_fd_list_get_type",
               "g_value_copy",
               "g_value_get_boolean",
               "g_value_get_boxed",
               "g_value_get_double",
               "g_value_get_int",
               "g_value_get_int64",
               "g_value_get_string",
               "g_value_get_uchar",
               "g_value_get_uint",
               "g_value_get_uint64",
               "g_value_get_variant",
               "g_value_init",
               "g_value_set_boolean",
               "g_value_set_double",
               "g_value_set_int",
               "g_value_set_int64",
               "g_value_set_object",
               "g_value_set_string",
               "g_value_set_boxed",
               "g_value_set_uchar",
               "g_value_set_uint",
               "g_value_set_uint64",
               "g_value_set_variant",
               "g_value_take_variant",
               "g_value_unset",
               "g_variant_get_boolean",
               "g_variant_get_byte",
               "g_variant_get_double",
               "g_variant_get_int32",
               "g_variant_get_int64",
               "g_variant_get_uint32",
               "g_variant_get_uint64",
               "g_variant_iter_next",
               "g_variant_take_ref",
               "g_assertion_message_expr",
               "g_warn_message",
               "g_return_if_fail_warning",
               "g_critical",
               "g_datalist_get_data",
               "g_datalist_remove_data",
               "g_datalist_set_data_full",
               "g_dbus_connection_emit_signal",
               "g_dbus_message_get_unix_fd_list",
               "g_dbus_method_invocation_get_message",
               "g_dbus_method_invocation_return_error",
               "g_dbus_object_manager_client_new",
               "g_dbus_object_manager_client_new_sync",
               "g_dbus_object_skeleton_add_interface",
               "g_dbus_object_skeleton_remove_interface_by_name",
               "g_dbus_proxy_new",
               "g_dbus_proxy_new_sync",
               "g_error_free",
               "g_free",
               "g_hash_table_insert",
               "g_hash_table_lookup",
               "g_hash_table_new",
               "g_list_free_full",
               "g_list_prepend",
               "g_main_context_push_thread_default",
               "g_object_class_find_property",
               "g_object_get",
               "g_object_new",
               "g_object_notify_by_pspec",
               "g_object_ref",
               "g_object_set",
               "g_object_unref",
               "g_once_init_enter",
               "g_once_init_leave",
               "g_param_spec_object",
               "g_set_error",
               "g_signal_emit_by_name",
               "g_signal_new",
               "g_source_unref",
               "g_strcmp0",
               "g_strv_length",
               "g_type_class_add_private",
               "g_type_name",
               "g_value_get_object",
               "g_value_take_object",
               "g_variant_builder_add",
               "g_variant_builder_clear",
               "g_variant_builder_end",
               "g_variant_builder_init",
               "g_variant_equal",
               "g_variant_get",
               "g_variant_is_object_path",
               "g_variant_iter_free",
               "g_variant_iter_init",
               "g_variant_iter_next_value",
               "g_variant_n_children",
               "g_variant_new",
               "g_variant_ref_sink",
               "g_variant_unref"}},
    {.words = {"ecm_add_qtwayland_client_protocol", "ecm_add_wayland_client_protocol", "wayland_scanner",
               "WAYLAND_SCANNER", "wayland-scanner", "qt6_generate_wayland_protocol_client_sources"},
     .names = {"wl_proxy_add_listener", "wl_proxy_create", "wl_proxy_destroy", "wl_proxy_get_class",
               "wl_proxy_get_id", "wl_proxy_get_listener", "wl_proxy_get_user_data", "wl_proxy_get_version",
               "wl_proxy_marshal", "wl_proxy_marshal_constructor", "wl_proxy_marshal_constructor_versioned",
               "wl_proxy_marshal_flags", "wl_proxy_set_user_data", "wl_resource_post_event"}},
    {.words = {"protoc-c", "protobuf-c", "protoc_c", "PROTOC_C", "PROTOBUF_C"},
     .names = {"protobuf_c_empty_string", "protobuf_c_message_check", "protobuf_c_message_free_unpacked",
               "protobuf_c_message_get_packed_size", "protobuf_c_message_pack",
               "protobuf_c_message_pack_to_buffer", "protobuf_c_message_unpack"}},
    {.words = {"rpcgen", "RPCGEN"},
     .names = {"xdr_array",    "xdr_bool",     "xdr_bytes",  "xdr_char",      "xdr_double",   "xdr_enum",
               "xdr_float",    "xdr_free",     "xdr_hyper",  "xdr_int",       "xdr_int64_t",  "xdr_long",
               "xdr_opaque",   "xdr_pointer",  "xdr_quad_t", "xdr_reference", "xdr_short",    "xdr_string",
               "xdr_u_char",   "xdr_u_hyper",  "xdr_u_int",  "xdr_u_long",    "xdr_u_quad_t", "xdr_u_short",
               "xdr_uint32_t", "xdr_uint64_t", "xdr_union",  "xdr_vector",    "xdr_void"}},
    {.suffixes = {".vala"},
     .names = {"g_boxed_copy",
               "g_boxed_free",
               "g_boxed_type_register_static",
               "g_clear_error",
               "g_critical",
               "g_enum_register_static",
               "g_error_free",
               "g_error_matches",
               "g_flags_register_static",
               "g_free",
               "g_log",
               "g_malloc",
               "g_malloc0",
               "g_malloc0_n",
               "g_memdup2",
               "g_object_class_install_properties",
               "g_object_class_install_property",
               "g_object_get_type",
               "g_object_new",
               "g_object_notify_by_pspec",
               "g_object_ref",
               "g_object_unref",
               "g_once_init_enter",
               "g_once_init_leave",
               "g_param_spec_boolean",
               "g_param_spec_boxed",
               "g_param_spec_double",
               "g_param_spec_enum",
               "g_param_spec_flags",
               "g_param_spec_float",
               "g_param_spec_int",
               "g_param_spec_int64",
               "g_param_spec_object",
               "g_param_spec_param",
               "g_param_spec_pointer",
               "g_param_spec_string",
               "g_param_spec_uint",
               "g_param_spec_uint64",
               "g_param_spec_ulong",
               "g_param_spec_internal",
               "g_propagate_error",
               "g_realloc_n",
               "g_return_if_fail_warning",
               "g_signal_connect_data",
               "g_signal_connect_object",
               "g_signal_emit",
               "g_signal_emit_by_name",
               "g_signal_handler_disconnect",
               "g_signal_handlers_disconnect_matched",
               "g_signal_new",
               "g_signal_parse_name",
               "g_slice_alloc0",
               "g_slice_free1",
               "g_strconcat",
               "g_strcmp0",
               "g_strdup",
               "g_strdup_printf",
               "g_strfreev",
               "g_strjoinv",
               "g_strv_get_type",
               "g_task_get_source_object",
               "g_task_get_task_data",
               "g_task_new",
               "g_task_propagate_pointer",
               "g_task_propagate_boolean",
               "g_task_return_error",
               "g_task_return_pointer",
               "g_task_set_task_data",
               "g_task_get_completed",
               "g_task_get_context",
               "g_main_context_iteration",
               "g_type_add_instance_private",
               "g_type_add_interface_static",
               "g_type_check_class_cast",
               "g_type_check_instance",
               "g_type_check_instance_cast",
               "g_type_check_instance_is_a",
               "g_type_check_is_value_type",
               "g_type_check_value",
               "g_type_check_value_holds",
               "g_type_class_adjust_private_offset",
               "g_type_class_peek_parent",
               "g_type_create_instance",
               "g_type_free_instance",
               "g_type_fundamental_next",
               "g_type_interface_add_prerequisite",
               "g_type_interface_peek",
               "g_type_name",
               "g_type_class_ref",
               "g_type_class_unref",
               "g_type_register_fundamental",
               "g_type_register_static",
               "g_type_set_qdata",
               "g_type_get_qdata",
               "g_value_get_boolean",
               "g_value_get_boxed",
               "g_value_get_double",
               "g_value_get_enum",
               "g_value_get_flags",
               "g_value_get_int",
               "g_value_get_object",
               "g_value_get_string",
               "g_value_get_uint",
               "g_value_init",
               "g_value_peek_pointer",
               "g_value_set_boolean",
               "g_value_set_boxed",
               "g_value_set_double",
               "g_value_set_enum",
               "g_value_set_flags",
               "g_value_set_int",
               "g_value_set_object",
               "g_value_set_pointer",
               "g_value_set_string",
               "g_value_set_uint",
               "g_value_take_object",
               "g_value_take_string",
               "g_value_unset",
               "g_warn_message",
               "g_object_notify",
               "g_object_class_override_property",
               "g_object_newv",
               "g_closure_sink",
               "g_cclosure_new",
               "g_ptr_array_new_full",
               "g_list_free_full",
               "g_quark_from_static_string",
               "g_quark_from_string",
               "g_quark_to_string",
               "g_quark_try_string",
               "g_utf8_get_char",
               "g_utf8_next_char",
               "g_utf8_skip",
               "g_regex_error_quark",
               "g_regex_escape_string",
               "g_assertion_message_expr",
               "g_string_free",
               "g_set_error",
               "g_array_ref",
               "g_array_unref",
               "g_bytes_ref",
               "g_bytes_unref",
               "g_hash_table_ref",
               "g_hash_table_unref",
               "g_variant_ref",
               "g_variant_ref_sink",
               "g_variant_unref",
               "g_variant_builder_clear",
               "g_variant_builder_init",
               "g_variant_iter_init"}},
    {.words = {"genmarshal"},
     .names = {"g_value_peek_pointer", "g_value_set_boolean", "g_value_set_int", "g_value_set_uint",
               "g_value_set_object", "g_value_take_string", "g_value_take_boxed",
               "g_return_if_fail_warning"}},
};

static bool is_called_for(const struct pl_literals *l, const struct maker *maker)
{
    for (size_t i = 0; i < MAX_MARKS; i++) {
        if (maker->suffixes[i] != NULL && pl_literals_has_file(l, pl_bytes_of_str(maker->suffixes[i])))
            return true;
        if (maker->words[i] != NULL &&
            pl_literals_word(l, PL_WORD_IN_BUILD, pl_bytes_of_str(maker->words[i]), NULL, NULL))
            return true;
    }
    return false;
}

/* "g_option_context" as "GOptionContext"; its length, 0 when it has no room. */
static size_t camel_of(pl_bytes name, char *out, size_t room)
{
    size_t n = 0;
    bool is_first = true;
    for (size_t i = 0; i < name.n; i++) {
        uint8_t c = name.p[i];
        if (c == '_') {
            is_first = true;
            continue;
        }
        if (n == room)
            return 0;
        out[n++] = (char)(is_first && c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
        is_first = false;
    }
    return n;
}

bool pl_import_is_cleanup(const struct pl_literals *l, pl_bytes name)
{
    static const char *const marks[] = {"g_autoptr", "g_auto", "g_autolist", "g_autoslist", "g_autoqueue"};
    /* g_dir_close() and g_value_unset() among them: glib-autocleanups.h. */
    static const char *const ends[] = {"_free", "_unref", "_clear", "_end", "_destroy", "_close", "_unset"};
    char type[MAX_TYPE_BYTES];
    bool is_asked = false;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        is_asked = is_asked || pl_literals_word(l, PL_WORD_IN_SOURCE, pl_bytes_of_str(marks[i]), NULL, NULL);
    if (is_asked && pl_bytes_eq_str(name, "g_strfreev"))
        return pl_literals_word(l, PL_WORD_IN_SOURCE, PL_LIT("GStrv"), NULL, NULL);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0] && is_asked; i++) {
        pl_bytes end = pl_bytes_of_str(ends[i]);
        if (!pl_bytes_ends(name, end))
            continue;
        size_t n = camel_of(pl_bytes_sub(name, 0, name.n - end.n), type, sizeof type);
        if (n > 0 && pl_literals_word(l, PL_WORD_IN_SOURCE, pl_bytes_of(type, n), NULL, NULL))
            return true;
    }
    return false;
}

/*
 * Cython writes calls of most of Python's own functions, and of PyImport_ImportModuleLevelObject() and PyObject_Call() into every module; so does SWIG. None of
 * them runs a text or bytes: those that do are left out. What it could hide in such a module is a call of Python's that its source does not make.
 */
static bool is_of_extension(const struct pl_literals *l, pl_bytes name)
{
    static const char *const running[] = {"PyRun_",          "Py_CompileString", "PyMarshal_",
                                          "PyEval_EvalCode", "PyImport_Exec",    "PyImport_Append",
                                          "PyImport_Extend", "Py_Main",          "Py_BytesMain",
                                          "Py_RunMain",      "PyOS_AfterFork",   "PyCode_New"};
    bool is_pythons = pl_bytes_starts(name, PL_LIT("Py")) || pl_bytes_starts(name, PL_LIT("_Py"));
    for (size_t i = 0; i < sizeof running / sizeof running[0]; i++)
        is_pythons = is_pythons && !pl_bytes_starts(name, pl_bytes_of_str(running[i]));
    if (!is_pythons)
        return false;
    bool has_swig = pl_literals_word(l, PL_WORD_IN_BUILD, PL_LIT("swig"), NULL, NULL) ||
                    pl_literals_word(l, PL_WORD_IN_BUILD, PL_LIT("SWIG"), NULL, NULL);
    return pl_literals_has_file(l, PL_LIT(".pyx")) || (has_swig && pl_literals_has_file(l, PL_LIT(".i")));
}

/*
 * Linked in statically (-static-libstdc++), the C++ library brings its own calls of the C library: locales, conversions, streams. None that acts is here. What it could hide: such a
 * call in a project that links so. Source: undefined symbols of libstdc++.so.6 of GCC 12 and 13; GCC manual, "Link Options".
 */
static bool is_of_static_cpp(const struct pl_literals *l, pl_bytes name)
{
    static const char names_of_it[] =
        " __ctype_get_mb_cur_max __duplocale __freelocale __iswctype_l __newlocale __nl_langinfo_l "
        "__strcoll_l __strftime_l __strtod_l __strtof_l __strxfrm_l __towlower_l __towupper_l "
        "__uselocale __wcscoll_l __wcsftime_l __wcsxfrm_l __wctype_l aligned_alloc arc4random "
        "bind_textdomain_codeset bindtextdomain btowc clock_gettime close closedir dgettext dirfd "
        "fegetround fesetround fflush fileno fputc fputs fread freelocale frexpl fseeko64 fstat64 "
        "ftello64 fwrite get_nprocs getc getcwd getentropy gettext gettimeofday getwc iconv "
        "iconv_close iconv_open isspace lseek64 lstat mbrtowc mbsnrtowcs mbsrtowcs nanosleep "
        "newlocale nl_langinfo poll putc putwc read readdir realpath setlocale setvbuf stat statvfs "
        "strdup strspn strtold strtold_l strtoul ungetc ungetwc uselocale vsnprintf wcrtomb wcscmp "
        "wcslen wcsnrtombs wctob wmemchr wmemcmp wmemcpy wmemmove wmemset write writev ";
    char word[32];
    if (!pl_literals_word(l, PL_WORD_IN_BUILD, PL_LIT("libstdc"), NULL, NULL) &&
        !pl_literals_word(l, PL_WORD_IN_TEMPLATE, PL_LIT("libstdc"), NULL, NULL))
        return false;
    int n = snprintf(word, sizeof word, " %.*s ", PL_ARG(name));
    return n > 2 && (size_t)n < sizeof word && strstr(names_of_it, word) != NULL;
}

bool pl_import_is_made(const struct pl_literals *l, pl_bytes name)
{
    for (size_t i = 0; i < sizeof makers / sizeof makers[0]; i++)
        for (size_t k = 0; k < MAX_NAMES && makers[i].names[k] != NULL; k++)
            if (pl_bytes_eq_str(name, makers[i].names[k]) && is_called_for(l, &makers[i]))
                return true;
    return pl_import_is_cleanup(l, name) || is_of_extension(l, name) || is_of_static_cpp(l, name);
}

/* What it could hide: another pair of such halves, none that acts. */
bool pl_import_is_joined(const struct pl_literals *l, pl_bytes name, struct pl_arena *arena,
                         const char **source)
{
    if (pl_import_acts(name))
        return false;
    for (size_t at = 3; at + 3 <= name.n; at++) {
        pl_bytes front = pl_bytes_sub(name, 0, at);
        pl_bytes end = pl_bytes_from(name, at);
        if (name.p[at] == '_' && pl_literals_word(l, PL_WORD_JOINED_END, end, NULL, NULL) &&
            pl_literals_word(l, PL_WORD_IN_SOURCE, front, arena, source))
            return true;
        if (name.p[at - 1] == '_' && pl_literals_word(l, PL_WORD_JOINED_FRONT, front, NULL, NULL) &&
            pl_literals_word(l, PL_WORD_IN_SOURCE, end, arena, source))
            return true;
    }
    return false;
}

bool pl_import_is_joined_in_header(const struct pl_literals *l, pl_bytes word)
{
    for (size_t at = 3; at + 3 <= word.n; at++) {
        bool may_begin = word.p[at] == '_' || (word.p[at] >= 'A' && word.p[at] <= 'Z');
        if (may_begin && pl_literals_word(l, PL_WORD_JOINED_CPP, pl_bytes_from(word, at), NULL, NULL) &&
            pl_literals_word(l, PL_WORD_IN_CPP, pl_bytes_sub(word, 0, at), NULL, NULL))
            return !pl_import_acts(word);
    }
    return false;
}
