/*
 * literals_dbus.c - texts that gdbus-codegen writes into C, and names that Qt's qdbusxml2cpp does, out of descriptions of D-Bus interfaces.
 *
 *     in the source:   <interface name="org.kites.Wing"> <method name="FoldUp">
 *     in the program:  "org.kites.Wing", "FoldUp", "handle-fold-up", "KiteWingProxy", "kite_wing_skeleton_set_property"
 *
 * Names are those of interfaces, methods, signals, properties and arguments, as they are, or in lower case with a dash or a line before each capital that follows a small letter. In front of the
 * name of a class stands the namespace that the build gives the tool, at most NAMESPACE_BYTES of a name. Some texts of the tool's own are known as they are. Wanted are a description
 * in the own source and a build file that has a word for the tool.
 *
 * What somebody could hide behind it: another name of an interface of the source, the beginning of the name of a class, a list of types of D-Bus.
 *
 * Source: gdbus-codegen(1) and what it writes; Qt manual, "qdbusxml2cpp"; D-Bus Specification, "Introspection Data Format", "Type System"; GLib manual, "GVariant Format Strings".
 */
#include "corpus/literals_set.h"

#include <string.h>

#define NAMESPACE_BYTES 16u
#define MAX_NAME_BYTES  128u
#define MAX_TAG_BYTES   512u
#define MAX_PARTS       4u  /* of an interface's name that a class is called after */
#define MAX_TYPES_BYTES 64u /* of a list of types */

static const struct literal *find_tool(const struct pl_literals *l)
{
    static const char *const words[] = {"gdbus-codegen", "gdbus_codegen", "GDBUS_CODEGEN"};
    const struct literal *e = NULL;
    for (size_t i = 0; i < sizeof words / sizeof words[0] && e == NULL; i++)
        e = pl_literal_find(l, KIND_BUILD_WORD, pl_bytes_of_str(words[i]));
    return e;
}

/* qdbusxml2cpp writes the names as they are. */
static const struct literal *find_qt(const struct pl_literals *l)
{
    static const char *const words[] = {"qt_add_dbus_interface",   "qt5_add_dbus_interface",
                                        "qt6_add_dbus_interface",  "qt_add_dbus_interfaces",
                                        "qt5_add_dbus_interfaces", "qt6_add_dbus_interfaces",
                                        "qt_add_dbus_adaptor",     "qt5_add_dbus_adaptor",
                                        "qt6_add_dbus_adaptor",    "qdbusxml2cpp"};
    const struct literal *e = NULL;
    for (size_t i = 0; i < sizeof words / sizeof words[0] && e == NULL; i++)
        e = pl_literal_find(l, KIND_BUILD_WORD, pl_bytes_of_str(words[i]));
    return e;
}

/* "FoldUp" as "fold-up": `line` stands before each capital that follows none. The length; `room` is for twice MAX_NAME_BYTES. */
static size_t lower(pl_bytes name, uint8_t line, uint8_t *room)
{
    size_t n = 0;
    bool was_small = false;
    for (size_t i = 0; i < name.n; i++) {
        bool is_capital = pl_is_upper(name.p[i]);
        if (is_capital && was_small)
            room[n++] = line;
        was_small = !is_capital;
        room[n++] = pl_to_lower(name.p[i]);
    }
    return n;
}

static bool add(struct pl_literals *l, enum literal_rule kind, pl_bytes name, uint32_t file)
{
    uint8_t room[2 * MAX_NAME_BYTES];
    return pl_literal_add(l, kind, name, file, 1) &&
           pl_literal_add(l, kind, pl_bytes_of(room, lower(name, '-', room)), file, 1) &&
           pl_literal_add(l, kind, pl_bytes_of(room, lower(name, '_', room)), file, 1);
}

/* "org.kites.Wing": classes may be called after "Wing", "KitesWing" and "OrgKitesWing". */
static bool add_classes(struct pl_literals *l, pl_bytes interface, uint32_t file)
{
    size_t at = interface.n;
    for (unsigned parts = 0; parts < MAX_PARTS && at > 0; parts++) {
        uint8_t room[MAX_NAME_BYTES];
        size_t n = 0;
        size_t dot = pl_bytes_rfind_byte(pl_bytes_sub(interface, 0, at - 1), '.');
        at = dot == SIZE_MAX ? 0 : dot + 1;
        for (size_t i = at; i < interface.n; i++) {
            uint8_t c = interface.p[i];
            bool is_first = i == at || interface.p[i - 1] == '.';
            if (c != '.')
                room[n++] = is_first && c >= 'a' && c <= 'z' ? (uint8_t)(c - 'a' + 'A') : c;
        }
        if (n > 0 && !add(l, KIND_DBUS_CLASS, pl_bytes_of(room, n), file))
            return false;
    }
    return true;
}

/* The value of an attribute within a tag: name="FoldUp". No bytes when it has none. */
static pl_bytes attribute(pl_bytes tag, const char *name)
{
    pl_bytes mark = pl_bytes_of_str(name);
    size_t at = pl_bytes_find(tag, mark, 0);
    if (at == SIZE_MAX || at + mark.n + 1 >= tag.n)
        return (pl_bytes){NULL, 0};
    pl_bytes rest = pl_bytes_sub(tag, at + mark.n, MAX_NAME_BYTES + 2);
    size_t end = rest.p[0] == '"' || rest.p[0] == '\'' ? pl_bytes_find_byte(rest, rest.p[0], 1) : SIZE_MAX;
    return end == SIZE_MAX ? (pl_bytes){NULL, 0} : pl_bytes_sub(rest, 1, end - 1);
}

static bool add_description(struct pl_literals *l, pl_bytes text, uint32_t file)
{
    static const char *const tags[] = {"<interface", "<method", "<signal", "<property", "<arg"};
    for (size_t k = 0; k < sizeof tags / sizeof tags[0]; k++) {
        pl_bytes mark = pl_bytes_of_str(tags[k]);
        for (size_t at = 0; (at = pl_bytes_find(text, mark, at)) != SIZE_MAX;) {
            at += mark.n;
            pl_bytes tag = pl_bytes_sub(text, at, MAX_TAG_BYTES);
            tag = pl_bytes_sub(tag, 0, pl_bytes_find_byte(tag, '>', 0));
            pl_bytes name = attribute(tag, " name=");
            pl_bytes type = attribute(tag, " type=");
            if ((name.n > 0 && !add(l, KIND_DBUS_NAME, name, file)) ||
                (type.n > 0 && !pl_literal_add(l, KIND_DBUS_NAME, type, file, 1)) ||
                (k == 0 && name.n > 0 && !add_classes(l, name, file)))
                return false;
        }
    }
    return true;
}

bool pl_literals_add_dbus(struct pl_literals *l)
{
    bool has_tool = find_tool(l) != NULL;
    bool has_either = has_tool || find_qt(l) != NULL;
    for (size_t i = 0; i < l->n_files && has_either; i++) {
        const struct pl_source_file *f = pl_index_file(l->index, l->files[i]);
        bool is_own = pl_index_tree(l->index, l->files[i].tree)->rank == PL_RANK_OWN;
        bool is_xml = pl_bytes_ends(f->path, PL_LIT(".xml")) || pl_bytes_ends(f->path, PL_LIT(".xml.in"));
        if (!is_own || !is_xml)
            continue;
        if (!add_description(l, f->data, (uint32_t)i))
            return false;
        l->has_dbus =
            l->has_dbus || (has_tool && pl_bytes_find(f->data, PL_LIT("<interface "), 0) != SIZE_MAX);
    }
    return true;
}

/* "KiteWing", "_kite_wing": a class behind a namespace. */
static const struct literal *find_class(const struct pl_literals *l, pl_bytes name)
{
    const struct literal *e = NULL;
    while (name.n > 0 && name.p[0] == '_')
        name = pl_bytes_from(name, 1);
    for (size_t at = 0; at <= NAMESPACE_BYTES && at < name.n && e == NULL && pl_is_word_byte(name.p[at]);
         at++)
        if (at == 0 || pl_is_upper(name.p[at]) || name.p[at - 1] == '_')
            e = pl_literal_find(l, KIND_DBUS_CLASS, pl_bytes_from(name, at));
    return e;
}

/* The name of a function or type that the tool writes for a class. */
static const struct literal *find_symbol(const struct pl_literals *l, pl_bytes string)
{
    static const char *const ends[] = {
        "_skeleton_handle_method_call",
        "_skeleton_handle_get_property",
        "_skeleton_handle_set_property",
        "_skeleton_get_property",
        "_skeleton_set_property",
        "_proxy_get_property",
        "_proxy_set_property",
        "_emit_changed",
        "Proxy",
        "Skeleton",
        "",
    };
    const struct literal *e = NULL;
    (void)pl_bytes_skip(&string, PL_LIT("[generated] "));
    for (size_t i = 0; i < sizeof ends / sizeof ends[0] && e == NULL; i++)
        if (string.n <= 2 * MAX_NAME_BYTES && pl_bytes_ends(string, pl_bytes_of_str(ends[i])))
            e = find_class(l, pl_bytes_sub(string, 0, string.n - strlen(ends[i])));
    return e;
}

/* "(s@h@a{sv})", "(^ay)": types of a call's parameters. */
static bool is_types(pl_bytes string)
{
    int depth = 0;
    if (string.n < 3 || string.n > MAX_TYPES_BYTES || string.p[0] != '(' || string.p[string.n - 1] != ')')
        return false;
    for (size_t i = 0; i < string.n; i++) {
        if (memchr("ybnqiuxtdhsogva@^&(){}", string.p[i], 22) == NULL)
            return false;
        depth += (string.p[i] == '(' || string.p[i] == '{') - (string.p[i] == ')' || string.p[i] == '}');
    }
    return depth == 0;
}

/* "prop_id != 0 && prop_id - 1 < 3": the tool's check of a number. */
static bool is_check(pl_bytes string)
{
    uint64_t unused;
    return pl_bytes_skip(&string, PL_LIT("prop_id != 0 && prop_id - 1 < ")) &&
           pl_bytes_to_u64(string, &unused);
}

const struct literal *pl_literal_find_dbus(const struct pl_literals *l, pl_bytes string)
{
    static const char *const texts[] = {
        "No property with name %s",
        "Method %s is not implemented on interface %s",
        "_g_value_equal",
        "_g_value_equal() does not handle type %s",
    };
    const struct literal *e = pl_literal_find(l, KIND_DBUS_NAME, string);
    const struct literal *tool = e == NULL && l->has_dbus ? find_tool(l) : NULL;
    pl_bytes rest = string;
    if (e != NULL || tool == NULL)
        return e;
    if (is_types(string) || is_check(string) ||
        pl_bytes_is_one_of(string, texts, sizeof texts / sizeof texts[0]))
        return tool;
    if (pl_bytes_skip(&rest, PL_LIT("handle-")))
        return pl_literal_find(l, KIND_DBUS_NAME, rest);
    if (pl_bytes_skip(&rest, PL_LIT("Error setting property '%s' on interface ")) &&
        pl_bytes_ends(rest, PL_LIT(": %s (%s, %d)")))
        return pl_literal_find(l, KIND_DBUS_NAME, pl_bytes_sub(rest, 0, rest.n - 13));
    return find_symbol(l, string);
}
