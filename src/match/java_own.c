/*
 * java_own.c - what a Java compiler puts in by itself, one row a thing.
 *
 * A row holds where the source has the statement that asks for it: `for` calls iterator(), `try` closes, `switch` over strings hashes them.
 *
 * Source: JLS 5.1.7 (boxing), 14.14.2 (enhanced for), 14.20.3 (try with resources), 15.18.1 (concatenation), 14.10 (assert), 8.9 (enumerations); what
 * javac and ecj write for switches, inner classes and accessors, as read from their output.
 */
#include "match/java_own.h"

struct own_row {
    const char *owner; /* "" any */
    const char *name;
    const char *word; /* that the scope has; "" none is needed */
};

static const struct own_row calls[] = {
    {"java/lang/Boolean", "valueOf", ""},
    {"java/lang/Boolean", "booleanValue", ""},
    {"java/lang/Byte", "valueOf", ""},
    {"java/lang/Byte", "byteValue", ""},
    {"java/lang/Character", "valueOf", ""},
    {"java/lang/Character", "charValue", ""},
    {"java/lang/Double", "valueOf", ""},
    {"java/lang/Double", "doubleValue", ""},
    {"java/lang/Float", "valueOf", ""},
    {"java/lang/Float", "floatValue", ""},
    {"java/lang/Integer", "valueOf", ""},
    {"java/lang/Integer", "intValue", ""},
    {"java/lang/Long", "valueOf", ""},
    {"java/lang/Long", "longValue", ""},
    {"java/lang/Short", "valueOf", ""},
    {"java/lang/Short", "shortValue", ""},
    {"java/lang/StringBuilder", "append", ""},
    {"java/lang/StringBuilder", "toString", ""},
    {"java/lang/StringBuffer", "append", ""},
    {"java/lang/StringBuffer", "toString", ""},
    {"java/lang/String", "valueOf", ""},
    {"java/lang/String", "hashCode", "switch"},
    {"java/lang/String", "equals", "switch"},
    {"java/util/Objects", "requireNonNull", ""},
    {"java/lang/Object", "getClass", ""},
    {"java/lang/Class", "desiredAssertionStatus", ""},
    {"java/util/Iterator", "hasNext", "for"},
    {"java/util/Iterator", "next", "for"},
    {"", "iterator", "for"},
    {"", "close", "try"},
    {"java/lang/Throwable", "addSuppressed", "try"},
    {"", "ordinal", "switch"},
    {"", "values", "switch"},
    {"java/lang/Enum", "ordinal", ""},
    {"java/lang/Enum", "valueOf", "enum"},
};

static const struct own_row fields[] = {
    {"java/lang/Boolean", "TYPE", "boolean"}, {"java/lang/Byte", "TYPE", "byte"},
    {"java/lang/Character", "TYPE", "char"},  {"java/lang/Double", "TYPE", "double"},
    {"java/lang/Float", "TYPE", "float"},     {"java/lang/Integer", "TYPE", "int"},
    {"java/lang/Long", "TYPE", "long"},       {"java/lang/Short", "TYPE", "short"},
    {"java/lang/Void", "TYPE", "void"},
};

static const char *const made_types[] = {
    "java/lang/StringBuilder",        "java/lang/StringBuffer",
    "java/lang/AssertionError",       "java/lang/IncompatibleClassChangeError",
    "java/lang/MatchException",       "java/lang/NoSuchFieldError",
    "java/lang/NoClassDefFoundError",
};

static const char *const own_prefixes[] = {
    "access$", "lambda$", "$values", "class$",      "$SwitchMap$",         "$SWITCH_TABLE$",
    "this$",   "val$",    "$VALUES", "ENUM$VALUES", "$assertionsDisabled", "array$"};

/* Types by name, and packages by their last slash. */
static const char *const sensitive[] = {
    "java/lang/Runtime",
    "java/lang/ProcessBuilder",
    "java/lang/ProcessHandle",
    "java/lang/ClassLoader",
    "java/lang/reflect/Method",
    "java/lang/reflect/Proxy",
    "java/lang/invoke/MethodHandles",
    "java/lang/instrument/",
    "java/net/",
    "java/nio/channels/",
    "java/rmi/",
    "javax/script/",
    "javax/naming/",
    "javax/tools/",
    "javax/net/",
    "java/util/prefs/",
    "sun/",
    "jdk/internal/",
    "com/sun/",
};

bool pl_java_is_sensitive(pl_bytes owner)
{
    for (size_t i = 0; i < sizeof sensitive / sizeof sensitive[0]; i++) {
        pl_bytes row = pl_bytes_of_str(sensitive[i]);
        if (row.p[row.n - 1] == '/' ? pl_bytes_starts(owner, row) : pl_bytes_eq(owner, row))
            return true;
    }
    return false;
}

static pl_bytes top_of(pl_bytes name)
{
    size_t slash = pl_bytes_rfind_byte(name, '/');
    size_t dollar = pl_bytes_find_byte(name, '$', slash == SIZE_MAX ? 1 : slash + 2);
    return pl_bytes_sub(name, 0, dollar);
}

bool pl_java_same_top(pl_bytes a, pl_bytes b)
{
    return pl_bytes_eq(top_of(a), top_of(b));
}

static bool has_row(const struct pl_java_check *x, const struct own_row *rows, size_t n,
                    const struct pl_java_atom *atom)
{
    for (size_t i = 0; i < n; i++)
        if (pl_bytes_eq_str(atom->text, rows[i].name) &&
            (rows[i].owner[0] == '\0' || pl_bytes_eq_str(atom->owner, rows[i].owner)) &&
            (rows[i].word[0] == '\0' || pl_java_scope_has_name(&x->scope, pl_bytes_of_str(rows[i].word))))
            return true;
    return false;
}

static bool is_number(pl_bytes name)
{
    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] < '0' || name.p[i] > '9')
            return false;
    return name.n > 0;
}

static bool is_own_type(const struct pl_java_check *x, const struct pl_java_atom *atom)
{
    bool is_near = pl_java_same_top(atom->text, x->class->name);
    if (pl_bytes_is_one_of(atom->text, made_types, sizeof made_types / sizeof made_types[0]))
        return true;
    /* An anonymous class, which is compared by itself; the constants of an enumeration; the outermost class, which assert asks. */
    bool is_top = atom->kind == PL_JAVA_ATOM_CLASS && pl_bytes_eq(atom->text, top_of(atom->text));
    return is_near &&
           (is_top || is_number(pl_java_simple_name(atom->text)) || pl_bytes_eq(atom->text, x->class->name));
}

bool pl_java_is_own(const struct pl_java_check *x, const struct pl_java_atom *atom)
{
    bool is_member = atom->kind == PL_JAVA_ATOM_CALL || atom->kind == PL_JAVA_ATOM_FIELD;
    if (atom->kind == PL_JAVA_ATOM_NEW || atom->kind == PL_JAVA_ATOM_CLASS)
        return is_own_type(x, atom);
    if (!is_member)
        return false;
    if (atom->kind == PL_JAVA_ATOM_CALL && pl_bytes_eq_str(atom->text, "<init>"))
        return true; /* the type says it all: it is an atom of its own */
    for (size_t i = 0; i < sizeof own_prefixes / sizeof own_prefixes[0]; i++)
        if (pl_bytes_starts(atom->text, pl_bytes_of_str(own_prefixes[i])) &&
            pl_java_same_top(atom->owner, x->class->name))
            return true;
    bool is_array = atom->owner.n > 0 && atom->owner.p[0] == '[';
    if (is_array && pl_bytes_eq_str(atom->text, "clone"))
        return true;
    return atom->kind == PL_JAVA_ATOM_CALL ? has_row(x, calls, sizeof calls / sizeof calls[0], atom)
                                           : has_row(x, fields, sizeof fields / sizeof fields[0], atom);
}
