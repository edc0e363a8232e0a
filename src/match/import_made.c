/*
 * import_made.c - names that generators write into C, by what calls for the generator.
 *
 *     lexer.l          flex writes isatty(fileno(stdin)) and clearerr()
 *     icons.qrc        rcc writes qRegisterResourceData()
 *     a.gresource.xml  glib-compile-resources writes g_static_resource_init()
 *     qtwaylandscanner writes wl_display_add_destroy_listener(), where a build file calls it
 *     glib-mkenums     writes g_enum_register_static(), where a build file calls it
 *
 * A row holds where the source has a file with such a name, or its build files such a word. None of the names opens, runs or reaches anything; but
 * a call of one of them says nothing any more in such a package: that much could hide.
 * Sources: flex manual, "The Generated Scanner"; bison manual, "C Parser Interface"; Qt's rcc; glib-mkenums(1), glib-compile-resources(1), glib-genmarshal(1).
 */
#include "match/import_made.h"

#define MAX_MARKS 4u
#define MAX_NAMES 16u

static const struct maker {
    const char *suffixes[MAX_MARKS]; /* a file of the source ends so */
    const char *words[MAX_MARKS];    /* or a build file has the word */
    const char *names[MAX_NAMES];
} makers[] = {
    {.suffixes = {".l", ".ll", ".lex", ".lpp"},
     .names = {"clearerr", "exit", "ferror", "fileno", "fprintf", "fread", "free", "fwrite", "getc", "isatty",
               "malloc", "memset", "realloc", "strlen"}},
    {.suffixes = {".y", ".yy", ".ypp"}, .names = {"abort", "free", "malloc", "memcpy", "stpcpy", "strlen"}},
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

bool pl_import_is_made(const struct pl_literals *l, pl_bytes name)
{
    for (size_t i = 0; i < sizeof makers / sizeof makers[0]; i++)
        for (size_t k = 0; k < MAX_NAMES && makers[i].names[k] != NULL; k++)
            if (pl_bytes_eq_str(name, makers[i].names[k]) && is_called_for(l, &makers[i]))
                return true;
    return false;
}
