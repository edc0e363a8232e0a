/*
 * javaclass.c - a .class file: the constant pool, then fields, methods and attributes, to the last byte.
 *
 *     0            4       6       8       10
 *     | ca fe ba be | minor | major | n + 1 | n constants | access, this, super | interfaces | fields | methods | attributes |
 *
 * An attribute is a name, a length and a body. The bodies are read by one row of a table each, written in letters:
 *
 *     u     2 bytes
 *     c     a constant's number
 *     *( )  2 bytes of count, then that many             %( )  with 1 byte of count
 *     A     an annotation        E   a value of one     T   an annotation of a type
 *     @     attributes           F   stack map frames
 *
 * Source: JVMS SE 21, chapter 4; 6.5 for the lengths of instructions.
 * Not read here: whether the code would verify.
 */
#include "format/binary/javaclass.h"

#include "base/cursor.h"

#include <string.h>

#define MAGIC         0xcafebabeu
#define MAJOR_MIN     45u
#define MAJOR_MAX     69u /* Java 25 */
#define MAX_DEPTH     32u
#define MAX_ATTRIBUTE 8u /* attributes within attributes */

struct reader {
    struct pl_cursor c;
    struct pl_javaclass *out;
    struct pl_err *err;
    uint32_t member;
    uint8_t level;
    pl_status st;
};

struct attribute_row {
    const char *name;
    const char *layout;
};

static const struct attribute_row rows[] = {
    {"AnnotationDefault", "E"},
    {"BootstrapMethods", "*(c*(c))"},
    {"Code", "uu"}, /* and more: take_code() */
    {"ConstantValue", "c"},
    {"Deprecated", ""},
    {"EnclosingMethod", "cc"},
    {"Exceptions", "*(c)"},
    {"InnerClasses", "*(cccu)"},
    {"LineNumberTable", "*(uu)"},
    {"LocalVariableTable", "*(uuccu)"},
    {"LocalVariableTypeTable", "*(uuccu)"},
    {"MethodParameters", "%(cu)"},
    {"Module", "cuc*(cuc)*(cu*(c))*(cu*(c))*(c)*(c*(c))"},
    {"ModuleMainClass", "c"},
    {"ModulePackages", "*(c)"},
    {"NestHost", "c"},
    {"NestMembers", "*(c)"},
    {"PermittedSubclasses", "*(c)"},
    {"Record", "*(cc@)"},
    {"RuntimeInvisibleAnnotations", "*(A)"},
    {"RuntimeInvisibleParameterAnnotations", "%(*(A))"},
    {"RuntimeInvisibleTypeAnnotations", "*(T)"},
    {"RuntimeVisibleAnnotations", "*(A)"},
    {"RuntimeVisibleParameterAnnotations", "%(*(A))"},
    {"RuntimeVisibleTypeAnnotations", "*(T)"},
    {"Signature", "c"},
    {"SourceFile", "c"},
    {"StackMapTable", "*(F)"},
    {"Synthetic", ""},
};

static void fail(struct reader *r, pl_status st, const char *why)
{
    if (r->st == PL_OK)
        r->st = st == PL_E_NOMEM ? pl_fail_nomem(r->err) : pl_fail(r->err, st, r->c.at, "class: %s", why);
    r->c.bad = true;
}

/* ---- the pool ---- */

static void take_constant(struct reader *r, struct pl_javaclass_constant *k)
{
    k->tag = pl_cursor_u8(&r->c);
    switch (k->tag) {
    case PL_JAVA_UTF8: k->text = pl_cursor_take(&r->c, pl_cursor_u16be(&r->c)); break;
    case PL_JAVA_INTEGER:
    case PL_JAVA_FLOAT: k->value = pl_cursor_u32be(&r->c); break;
    case PL_JAVA_LONG:
    case PL_JAVA_DOUBLE: k->value = pl_cursor_u64be(&r->c); break;
    case PL_JAVA_CLASS:
    case PL_JAVA_STRING:
    case PL_JAVA_METHOD_TYPE:
    case PL_JAVA_MODULE:
    case PL_JAVA_PACKAGE: k->a = pl_cursor_u16be(&r->c); break;
    case PL_JAVA_METHOD_HANDLE:
        k->a = pl_cursor_u8(&r->c);
        k->b = pl_cursor_u16be(&r->c);
        break;
    case PL_JAVA_FIELD_REF:
    case PL_JAVA_METHOD_REF:
    case PL_JAVA_INTERFACE_METHOD_REF:
    case PL_JAVA_NAME_AND_TYPE:
    case PL_JAVA_DYNAMIC:
    case PL_JAVA_INVOKE_DYNAMIC:
        k->a = pl_cursor_u16be(&r->c);
        k->b = pl_cursor_u16be(&r->c);
        break;
    default: fail(r, PL_E_INPUT, "a constant of an unknown kind");
    }
}

static bool has_tag(const struct pl_javaclass *c, uint32_t number, uint8_t tag)
{
    return number != 0 && pl_javaclass_at(c, number)->tag == tag;
}

/* Do the numbers in a constant lead to constants of the right kinds? Then no chain of them is longer than five. */
static bool is_consistent(const struct pl_javaclass *c, const struct pl_javaclass_constant *k)
{
    switch (k->tag) {
    case PL_JAVA_CLASS:
    case PL_JAVA_STRING:
    case PL_JAVA_METHOD_TYPE:
    case PL_JAVA_MODULE:
    case PL_JAVA_PACKAGE: return has_tag(c, k->a, PL_JAVA_UTF8);
    case PL_JAVA_FIELD_REF:
    case PL_JAVA_METHOD_REF:
    case PL_JAVA_INTERFACE_METHOD_REF:
        return has_tag(c, k->a, PL_JAVA_CLASS) && has_tag(c, k->b, PL_JAVA_NAME_AND_TYPE);
    case PL_JAVA_NAME_AND_TYPE: return has_tag(c, k->a, PL_JAVA_UTF8) && has_tag(c, k->b, PL_JAVA_UTF8);
    case PL_JAVA_METHOD_HANDLE:
        return has_tag(c, k->b, PL_JAVA_FIELD_REF) || has_tag(c, k->b, PL_JAVA_METHOD_REF) ||
               has_tag(c, k->b, PL_JAVA_INTERFACE_METHOD_REF);
    case PL_JAVA_DYNAMIC:
    case PL_JAVA_INVOKE_DYNAMIC: return has_tag(c, k->b, PL_JAVA_NAME_AND_TYPE);
    default: return true;
    }
}

static void take_pool(struct reader *r)
{
    uint32_t n = pl_cursor_u16be(&r->c);
    for (uint32_t i = 0; i < n && !r->c.bad; i++) {
        struct pl_javaclass_constant *k = PL_VEC_ADD(&r->out->constants);
        if (k == NULL) {
            fail(r, PL_E_NOMEM, NULL);
            return;
        }
        if (i == 0)
            continue;
        k->offset = r->c.at;
        take_constant(r, k);
        k->length = r->c.at - k->offset;
        bool is_wide = k->tag == PL_JAVA_LONG || k->tag == PL_JAVA_DOUBLE;
        if (is_wide && (i++, PL_VEC_ADD(&r->out->constants) == NULL))
            fail(r, PL_E_NOMEM, NULL);
    }
    if (r->out->constants.n == 0)
        fail(r, PL_E_INPUT, "no constant pool");
    for (size_t i = 1; i < r->out->constants.n && !r->c.bad; i++)
        if (!is_consistent(r->out, &r->out->constants.v[i]))
            fail(r, PL_E_INPUT, "a constant leads to one of the wrong kind");
    r->out->pool_end = r->c.at;
}

static void add_use(struct reader *r, uint16_t number, bool is_string)
{
    if (number == 0 || r->c.bad)
        return;
    if (number >= r->out->constants.n) {
        fail(r, PL_E_INPUT, "a constant that is not there");
        return;
    }
    struct pl_javaclass_use *use = PL_VEC_ADD(&r->out->uses);
    if (use == NULL)
        fail(r, PL_E_NOMEM, NULL);
    else
        *use = (struct pl_javaclass_use){.member = r->member, .number = number, .is_string = is_string};
}

static uint16_t take_use(struct reader *r)
{
    uint16_t number = pl_cursor_u16be(&r->c);
    add_use(r, number, false);
    return number;
}

/* ---- attributes ---- */

static void take_attributes(struct reader *r);
static void take_annotation(struct reader *r, unsigned depth);

static void take_value(struct reader *r, unsigned depth)
{
    uint8_t tag = pl_cursor_u8(&r->c);
    if (depth > MAX_DEPTH) {
        fail(r, PL_E_LIMIT, "annotations within annotations");
        return;
    }
    switch (tag) {
    case 's': add_use(r, pl_cursor_u16be(&r->c), true); break;
    case 'e':
        (void)take_use(r);
        (void)take_use(r);
        break;
    case '@': take_annotation(r, depth + 1); break;
    case '[':
        for (uint32_t n = pl_cursor_u16be(&r->c); n > 0 && !r->c.bad; n--)
            take_value(r, depth + 1);
        break;
    default:
        if (tag == 0 || strchr("BCDFIJSZc", tag) == NULL)
            r->c.bad = true;
        (void)take_use(r);
    }
}

static void take_annotation(struct reader *r, unsigned depth)
{
    (void)take_use(r);
    for (uint32_t n = pl_cursor_u16be(&r->c); n > 0 && !r->c.bad; n--) {
        (void)take_use(r);
        take_value(r, depth + 1);
    }
}

/* JVMS 4.7.20: what is annotated, and the path to the part of the type. */
static void take_type_annotation(struct reader *r)
{
    uint8_t target = pl_cursor_u8(&r->c);
    if (target <= 0x01 || target == 0x16)
        pl_cursor_skip(&r->c, 1);
    else if (target == 0x11 || target == 0x12 || target == 0x10 || target == 0x17 ||
             (target >= 0x42 && target <= 0x46))
        pl_cursor_skip(&r->c, 2);
    else if (target == 0x40 || target == 0x41)
        pl_cursor_skip(&r->c, 6ull * pl_cursor_u16be(&r->c));
    else if (target >= 0x47 && target <= 0x4b)
        pl_cursor_skip(&r->c, 3);
    else if (target < 0x13 || target > 0x15)
        r->c.bad = true;
    pl_cursor_skip(&r->c, 2ull * pl_cursor_u8(&r->c));
    take_annotation(r, 0);
}

static void take_types(struct reader *r, uint32_t n)
{
    for (; n > 0 && !r->c.bad; n--) {
        uint8_t tag = pl_cursor_u8(&r->c);
        if (tag == 7)
            (void)take_use(r);
        else if (tag == 8)
            pl_cursor_skip(&r->c, 2);
        else if (tag > 8)
            r->c.bad = true;
    }
}

/* JVMS 4.7.4 */
static void take_frame(struct reader *r)
{
    uint8_t kind = pl_cursor_u8(&r->c);
    if (kind < 64)
        return;
    if (kind < 128) {
        take_types(r, 1);
    } else if (kind < 247) {
        r->c.bad = true;
    } else if (kind < 255) {
        pl_cursor_skip(&r->c, 2);
        take_types(r, kind == 247 ? 1 : kind > 251 ? kind - 251u : 0);
    } else {
        pl_cursor_skip(&r->c, 2);
        take_types(r, pl_cursor_u16be(&r->c));
        take_types(r, pl_cursor_u16be(&r->c));
    }
}

/* The end of the group whose first letter is at `layout`: its closing parenthesis. */
static const char *group_end(const char *layout)
{
    unsigned depth = 1;
    for (;; layout++) {
        depth += *layout == '(';
        depth -= *layout == ')';
        if (depth == 0)
            return layout;
    }
}

static void take_layout(struct reader *r, const char *layout, const char *end)
{
    for (; layout < end && !r->c.bad; layout++) {
        switch (*layout) {
        case 'u': pl_cursor_skip(&r->c, 2); break;
        case 'c': (void)take_use(r); break;
        case 'A': take_annotation(r, 0); break;
        case 'E': take_value(r, 0); break;
        case 'T': take_type_annotation(r); break;
        case 'F': take_frame(r); break;
        case '@': take_attributes(r); break;
        default: {
            uint32_t n = *layout == '*' ? pl_cursor_u16be(&r->c) : pl_cursor_u8(&r->c);
            const char *close = group_end(layout + 2);
            for (; n > 0 && !r->c.bad; n--)
                take_layout(r, layout + 2, close);
            layout = close;
        }
        }
    }
}

static void take_instructions(struct reader *r, pl_bytes code)
{
    struct pl_javaclass_instruction in;
    uint32_t at = 0;
    while (!r->c.bad && pl_javaclass_next(code, &at, &in))
        add_use(r, in.constant, false);
    if (at != code.n)
        fail(r, PL_E_INPUT, "an instruction that is not known");
}

static void take_code(struct reader *r)
{
    pl_cursor_skip(&r->c, 4); /* sizes of stack and locals */
    uint32_t length = pl_cursor_u32be(&r->c);
    uint64_t offset = r->c.at;
    pl_bytes code = pl_cursor_take(&r->c, length);
    take_instructions(r, code);
    static const char handlers[] = "*(uuuc)";
    take_layout(r, handlers, handlers + sizeof handlers - 1);
    if (r->member != PL_JAVACLASS_NONE) {
        r->out->members.v[r->member].code = code;
        r->out->members.v[r->member].code_offset = offset;
    }
    take_attributes(r);
}

static void note_lines(struct reader *r, pl_bytes body)
{
    struct pl_cursor c = pl_cursor_of(body);
    struct pl_javaclass_member *m = r->member == PL_JAVACLASS_NONE ? NULL : &r->out->members.v[r->member];
    for (uint32_t n = pl_cursor_u16be(&c); n > 0 && m != NULL && !c.bad; n--) {
        pl_cursor_skip(&c, 2);
        uint32_t line = pl_cursor_u16be(&c);
        if (!m->has_lines || line < m->first_line)
            m->first_line = line;
        if (line > m->last_line)
            m->last_line = line;
        m->has_lines = true;
    }
}

static void note_inner(struct reader *r, pl_bytes body)
{
    struct pl_cursor c = pl_cursor_of(body);
    for (uint32_t n = pl_cursor_u16be(&c); n > 0 && !c.bad; n--) {
        struct pl_javaclass_inner *inner = PL_VEC_ADD(&r->out->inners);
        if (inner == NULL) {
            fail(r, PL_E_NOMEM, NULL);
            return;
        }
        inner->inner = pl_javaclass_text(r->out, pl_cursor_u16be(&c));
        inner->outer = pl_javaclass_text(r->out, pl_cursor_u16be(&c));
        inner->name = pl_javaclass_text(r->out, pl_cursor_u16be(&c));
        pl_cursor_skip(&c, 2);
    }
}

static void note_bootstraps(struct reader *r, pl_bytes body)
{
    struct pl_cursor c = pl_cursor_of(body);
    for (uint32_t n = pl_cursor_u16be(&c); n > 0 && !c.bad; n--) {
        struct pl_javaclass_bootstrap b = {.method = pl_cursor_u16be(&c),
                                           .first = (uint32_t)r->out->bootstrap_arguments.n};
        b.n = pl_cursor_u16be(&c);
        for (uint32_t i = 0; i < b.n && !c.bad; i++) {
            uint16_t *argument = PL_VEC_ADD(&r->out->bootstrap_arguments);
            if (argument == NULL) {
                fail(r, PL_E_NOMEM, NULL);
                return;
            }
            *argument = pl_cursor_u16be(&c);
        }
        struct pl_javaclass_bootstrap *slot = PL_VEC_ADD(&r->out->bootstraps);
        if (slot == NULL) {
            fail(r, PL_E_NOMEM, NULL);
            return;
        }
        *slot = b;
    }
}

/* What others ask for, of an attribute whose body was read. */
static void note(struct reader *r, pl_bytes name, pl_bytes body)
{
    struct pl_cursor c = pl_cursor_of(body);
    if (pl_bytes_eq_str(name, "LineNumberTable")) {
        note_lines(r, body);
    } else if (pl_bytes_eq_str(name, "ConstantValue") && r->member != PL_JAVACLASS_NONE) {
        r->out->members.v[r->member].constant = pl_cursor_u16be(&c);
    } else if (r->member != PL_JAVACLASS_NONE || r->level != 1) {
        return;
    } else if (pl_bytes_eq_str(name, "SourceFile")) {
        r->out->source_file = pl_javaclass_text(r->out, pl_cursor_u16be(&c));
    } else if (pl_bytes_eq_str(name, "EnclosingMethod")) {
        r->out->enclosing_class = pl_javaclass_text(r->out, pl_cursor_u16be(&c));
        r->out->enclosing_method = pl_javaclass_text(r->out, pl_cursor_u16be(&c));
    } else if (pl_bytes_eq_str(name, "InnerClasses")) {
        note_inner(r, body);
    } else if (pl_bytes_eq_str(name, "BootstrapMethods")) {
        note_bootstraps(r, body);
    }
}

static const struct attribute_row *row_of(pl_bytes name)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (pl_bytes_eq_str(name, rows[i].name))
            return &rows[i];
    return NULL;
}

/* Read the body; the cursor is put behind it whatever it holds. False: it is not understood to its last byte. */
static bool take_body(struct reader *r, pl_bytes name, pl_bytes body, size_t offset)
{
    const struct attribute_row *row = row_of(name);
    struct pl_cursor whole = r->c;
    if (row == NULL)
        return false;
    r->c = pl_cursor_of(pl_bytes_sub(whole.all, 0, offset + body.n));
    pl_cursor_skip(&r->c, offset);
    bool is_code = strcmp(row->name, "Code") == 0;
    bool has_place = r->level == 1 && r->member != PL_JAVACLASS_NONE;
    if (is_code && (!has_place || r->out->members.v[r->member].code.n > 0))
        r->c.bad = true; /* code that belongs to no method, or a second one of it */
    else if (is_code)
        take_code(r);
    else
        take_layout(r, row->layout, row->layout + strlen(row->layout));
    bool is_read = !r->c.bad && r->c.at == offset + body.n;
    r->c = whole;
    if (is_read)
        note(r, name, body);
    return is_read;
}

static void take_attributes(struct reader *r)
{
    if (r->level > MAX_ATTRIBUTE) {
        fail(r, PL_E_LIMIT, "attributes within attributes");
        return;
    }
    for (uint32_t n = pl_cursor_u16be(&r->c); n > 0 && !r->c.bad && r->st == PL_OK; n--) {
        struct pl_javaclass_attribute a = {.offset = r->c.at, .member = r->member, .level = r->level};
        a.name = pl_javaclass_utf8(r->out, take_use(r));
        a.body = pl_cursor_take(&r->c, pl_cursor_u32be(&r->c));
        a.length = r->c.at - a.offset;
        if (r->c.bad)
            return;
        struct pl_javaclass_attribute *slot = PL_VEC_ADD(&r->out->attributes);
        if (slot == NULL) {
            fail(r, PL_E_NOMEM, NULL);
            return;
        }
        size_t number = r->out->attributes.n - 1;
        *slot = a;
        r->level++;
        bool is_known = take_body(r, a.name, a.body, (size_t)(a.offset + 6));
        r->level--;
        r->out->attributes.v[number].is_known = is_known;
    }
    if (r->st != PL_OK)
        r->c.bad = true;
}

/* ---- members ---- */

static void take_members(struct reader *r, bool are_methods)
{
    for (uint32_t n = pl_cursor_u16be(&r->c); n > 0 && !r->c.bad; n--) {
        struct pl_javaclass_member *m = PL_VEC_ADD(&r->out->members);
        if (m == NULL) {
            fail(r, PL_E_NOMEM, NULL);
            return;
        }
        size_t number = r->out->members.n - 1;
        r->member = (uint32_t)number;
        *m = (struct pl_javaclass_member){.is_method = are_methods, .offset = r->c.at};
        m->access = pl_cursor_u16be(&r->c);
        m->name = pl_javaclass_utf8(r->out, take_use(r));
        m->descriptor = pl_javaclass_utf8(r->out, take_use(r));
        take_attributes(r);
        m = &r->out->members.v[number];
        m->length = r->c.at - m->offset;
    }
    r->member = PL_JAVACLASS_NONE;
}

static void take_head(struct reader *r)
{
    r->out->access = pl_cursor_u16be(&r->c);
    r->out->name = pl_javaclass_text(r->out, take_use(r));
    r->out->super = pl_javaclass_text(r->out, take_use(r));
    for (uint32_t n = pl_cursor_u16be(&r->c); n > 0 && !r->c.bad; n--) {
        uint16_t *slot = PL_VEC_ADD(&r->out->interfaces);
        if (slot == NULL)
            fail(r, PL_E_NOMEM, NULL);
        else
            *slot = take_use(r);
    }
    r->out->head_end = r->c.at;
}

pl_status pl_javaclass_read(pl_bytes data, struct pl_javaclass *out, struct pl_err *err)
{
    struct reader r = {.c = pl_cursor_of(data), .out = out, .err = err, .member = PL_JAVACLASS_NONE};
    *out = (struct pl_javaclass){.data = data};
    uint32_t magic = pl_cursor_u32be(&r.c);
    (void)pl_cursor_u16be(&r.c); /* minor */
    out->major = pl_cursor_u16be(&r.c);
    if (r.c.bad || magic != MAGIC || out->major < MAJOR_MIN)
        return pl_fail(err, PL_E_INPUT, 0, "class: not a class file");
    if (out->major > MAJOR_MAX)
        return pl_fail(err, PL_E_UNSUPPORTED, 6, "class: no reader for this version");
    take_pool(&r);
    if (!r.c.bad)
        take_head(&r);
    if (!r.c.bad)
        take_members(&r, false);
    if (!r.c.bad)
        take_members(&r, true);
    if (!r.c.bad)
        take_attributes(&r);
    out->end = r.c.at;
    if (r.c.bad)
        fail(&r, PL_E_INPUT, "cut short");
    return r.st;
}

void pl_javaclass_reset(struct pl_javaclass *c)
{
    PL_VEC_FREE(&c->constants);
    PL_VEC_FREE(&c->interfaces);
    PL_VEC_FREE(&c->members);
    PL_VEC_FREE(&c->attributes);
    PL_VEC_FREE(&c->uses);
    PL_VEC_FREE(&c->inners);
    PL_VEC_FREE(&c->bootstraps);
    PL_VEC_FREE(&c->bootstrap_arguments);
}
