/*
 * java_code.c - the atoms of a compiled method.
 *
 * invokedynamic is resolved as far as Java compilers use it: a lambda or method reference gives what its handle names, a concatenation gives
 * its recipe, a record's methods give the names of its components. Any other bootstrap method is foreign.
 *
 * Source: JVMS SE 21, 4.7.23 and 6.5; the API of java.lang.invoke and java.lang.runtime.
 */
#include "feature/java_code.h"

#include <string.h>

enum {
    LDC = 18,
    LDC2_W = 20,
    GETSTATIC = 178,
    PUTFIELD = 181,
    INVOKESTATIC = 184,
    INVOKEINTERFACE = 185,
    INVOKEDYNAMIC = 186,
    NEW = 187,
    ANEWARRAY = 189,
    CHECKCAST = 192,
    INSTANCEOF = 193,
    MULTIANEWARRAY = 197,
    MAX_NESTED = 4, /* constants that are computed from others */
    NEW_HANDLE = 8  /* kind of a method handle, JVMS 5.4.3.5 */
};

static bool add(pl_java_atoms *out, const struct pl_java_atom *atom)
{
    struct pl_java_atom *slot = PL_VEC_ADD(out);
    if (slot != NULL)
        *slot = *atom;
    return slot != NULL;
}

static uint64_t double_bits(double d)
{
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    return bits;
}

static bool add_constant(const struct pl_javaclass *c, uint32_t number, uint64_t at, unsigned depth,
                         pl_java_atoms *out);

static bool add_handle(const struct pl_javaclass *c, uint32_t number, uint64_t at, pl_java_atoms *out)
{
    const struct pl_javaclass_constant *k = pl_javaclass_at(c, number);
    struct pl_java_atom atom = {
        .at = at, .owner = pl_javaclass_owner(c, k->b), .text = pl_javaclass_text(c, k->b)};
    atom.kind = k->a <= 4 ? PL_JAVA_ATOM_FIELD : PL_JAVA_ATOM_CALL;
    atom.is_static = k->a == 6;
    if (k->a != NEW_HANDLE)
        return add(out, &atom);
    atom.kind = PL_JAVA_ATOM_NEW;
    atom.text = atom.owner;
    return add(out, &atom);
}

/* The names of a record's components, "a;b". */
static bool add_components(pl_bytes names, uint64_t at, pl_java_atoms *out)
{
    pl_bytes name;
    while (pl_bytes_split(&names, ';', &name))
        if (name.n > 0 &&
            !add(out, &(struct pl_java_atom){.kind = PL_JAVA_ATOM_FIELD, .at = at, .text = name}))
            return false;
    return true;
}

static bool add_arguments(const struct pl_javaclass *c, const struct pl_javaclass_bootstrap *b,
                          uint32_t first, uint64_t at, unsigned depth, pl_java_atoms *out)
{
    for (uint32_t i = first; i < b->n; i++)
        if (!add_constant(c, c->bootstrap_arguments.v[b->first + i], at, depth + 1, out))
            return false;
    return true;
}

static bool add_dynamic(const struct pl_javaclass *c, uint32_t number, uint64_t at, unsigned depth,
                        pl_java_atoms *out)
{
    const struct pl_javaclass_constant *k = pl_javaclass_at(c, number);
    struct pl_java_atom foreign = {
        .kind = PL_JAVA_ATOM_FOREIGN, .at = at, .text = pl_javaclass_text(c, number)};
    if (k->a >= c->bootstraps.n || depth > MAX_NESTED)
        return add(out, &foreign);
    const struct pl_javaclass_bootstrap *b = &c->bootstraps.v[k->a];
    const uint16_t *arguments = c->bootstrap_arguments.v + b->first;
    uint32_t member = pl_javaclass_at(c, b->method)->b;
    pl_bytes owner = pl_javaclass_owner(c, member);
    pl_bytes name = pl_javaclass_text(c, member);
    if (pl_bytes_eq_str(owner, "java/lang/invoke/LambdaMetafactory"))
        return b->n < 3 ? add(out, &foreign) : add_handle(c, arguments[1], at, out);
    if (pl_bytes_eq_str(owner, "java/lang/invoke/StringConcatFactory")) {
        struct pl_java_atom recipe = {
            .kind = PL_JAVA_ATOM_RECIPE, .at = at, .text = pl_javaclass_text(c, b->n > 0 ? arguments[0] : 0)};
        bool has_recipe = pl_bytes_eq_str(name, "makeConcatWithConstants");
        return (!has_recipe || add(out, &recipe)) && add_arguments(c, b, has_recipe, at, depth, out);
    }
    if (pl_bytes_eq_str(owner, "java/lang/runtime/ObjectMethods"))
        return b->n < 2 ? add(out, &foreign) : add_components(pl_javaclass_text(c, arguments[1]), at, out);
    if (pl_bytes_eq_str(owner, "java/lang/runtime/SwitchBootstraps") ||
        pl_bytes_eq_str(owner, "java/lang/invoke/ConstantBootstraps"))
        return add_arguments(c, b, 0, at, depth, out);
    foreign.owner = owner;
    return add(out, &foreign);
}

/* What an instruction loads, or a bootstrap method is given. */
static bool add_constant(const struct pl_javaclass *c, uint32_t number, uint64_t at, unsigned depth,
                         pl_java_atoms *out)
{
    const struct pl_javaclass_constant *k = pl_javaclass_at(c, number);
    struct pl_java_atom atom = {.at = at, .text = pl_javaclass_text(c, number), .value = k->value};
    switch (k->tag) {
    case PL_JAVA_STRING: atom.kind = PL_JAVA_ATOM_STRING; break;
    case PL_JAVA_CLASS: atom.kind = PL_JAVA_ATOM_CLASS; break;
    case PL_JAVA_INTEGER:
        atom.kind = PL_JAVA_ATOM_NUMBER;
        atom.value = (uint64_t)(int64_t)(int32_t)(uint32_t)k->value;
        break;
    case PL_JAVA_LONG: atom.kind = PL_JAVA_ATOM_NUMBER; break;
    case PL_JAVA_FLOAT: {
        uint32_t bits = (uint32_t)k->value;
        float f;
        memcpy(&f, &bits, sizeof f);
        atom.kind = PL_JAVA_ATOM_FLOAT;
        atom.value = double_bits((double)f);
        break;
    }
    case PL_JAVA_DOUBLE: atom.kind = PL_JAVA_ATOM_FLOAT; break;
    case PL_JAVA_METHOD_HANDLE: return add_handle(c, number, at, out);
    case PL_JAVA_DYNAMIC: return add_dynamic(c, number, at, depth, out);
    default: return true;
    }
    return add(out, &atom);
}

static bool add_instruction(const struct pl_javaclass *c, const struct pl_javaclass_instruction *in,
                            uint64_t at, pl_java_atoms *out)
{
    struct pl_java_atom atom = {
        .at = at, .owner = pl_javaclass_owner(c, in->constant), .text = pl_javaclass_text(c, in->constant)};
    uint8_t op = in->opcode;
    if (op >= LDC && op <= LDC2_W)
        return add_constant(c, in->constant, at, 0, out);
    if (op >= GETSTATIC && op <= INVOKEINTERFACE) {
        atom.kind = op <= PUTFIELD ? PL_JAVA_ATOM_FIELD : PL_JAVA_ATOM_CALL;
        atom.is_static = op == GETSTATIC || op == GETSTATIC + 1 || op == INVOKESTATIC;
        return add(out, &atom);
    }
    switch (op) {
    case INVOKEDYNAMIC: return add_dynamic(c, in->constant, at, 0, out);
    case NEW: atom.kind = PL_JAVA_ATOM_NEW; break;
    case CHECKCAST: atom.kind = PL_JAVA_ATOM_CAST; break;
    case INSTANCEOF: atom.kind = PL_JAVA_ATOM_TEST; break;
    case ANEWARRAY:
    case MULTIANEWARRAY: atom.kind = PL_JAVA_ATOM_ARRAY; break;
    default:
        if (in->value == 0)
            return true;
        atom.kind = PL_JAVA_ATOM_NUMBER;
        atom.value = (uint64_t)(int64_t)in->value;
        if (op > 17)
            return true; /* the cases of a switch */
    }
    return add(out, &atom);
}

pl_status pl_java_code_atoms(const struct pl_javaclass *c, uint32_t number, pl_java_atoms *out,
                             struct pl_err *err)
{
    const struct pl_javaclass_member *m = &c->members.v[number];
    struct pl_javaclass_instruction in;
    uint32_t at = 0;
    bool is_added = m->constant == 0 || add_constant(c, m->constant, m->offset, 0, out);
    while (is_added && pl_javaclass_next(m->code, &at, &in))
        is_added = add_instruction(c, &in, m->code_offset + in.at, out);
    return is_added ? PL_OK : pl_fail_nomem(err);
}

/* ---- descriptors ---- */

/* Behind the type at `at`. */
static size_t type_end(pl_bytes d, size_t at)
{
    while (at < d.n && d.p[at] == '[')
        at++;
    if (at < d.n && d.p[at] == 'L') {
        size_t end = pl_bytes_find_byte(d, ';', at);
        return end == SIZE_MAX ? d.n : end + 1;
    }
    return at < d.n ? at + 1 : at;
}

uint32_t pl_java_argument_count(pl_bytes d)
{
    uint32_t n = 0;
    for (size_t at = 1; at < d.n && d.p[at] != ')'; at = type_end(d, at))
        n++;
    return n;
}

pl_bytes pl_java_argument(pl_bytes d, uint32_t i)
{
    size_t at = 1;
    for (; i > 0 && at < d.n && d.p[at] != ')'; i--)
        at = type_end(d, at);
    return pl_bytes_sub(d, at, type_end(d, at) - at);
}

pl_bytes pl_java_simple_name(pl_bytes name)
{
    name = pl_bytes_basename(name);
    size_t at = pl_bytes_rfind_byte(name, '$');
    if (at == SIZE_MAX || at == 0 || at + 1 == name.n)
        return name;
    pl_bytes last = pl_bytes_from(name, at + 1);
    size_t digits = 0;
    while (digits < last.n && pl_is_digit(last.p[digits]))
        digits++;
    return digits == last.n ? last : pl_bytes_from(last, digits);
}

pl_bytes pl_java_simple_type(pl_bytes d)
{
    static const struct {
        uint8_t letter;
        const char *name;
    } primitives[] = {{'B', "byte"}, {'C', "char"},  {'D', "double"},  {'F', "float"}, {'I', "int"},
                      {'J', "long"}, {'S', "short"}, {'Z', "boolean"}, {'V', "void"}};
    while (d.n > 0 && d.p[0] == '[')
        d = pl_bytes_from(d, 1);
    if (d.n > 2 && d.p[0] == 'L' && d.p[d.n - 1] == ';')
        return pl_java_simple_name(pl_bytes_sub(d, 1, d.n - 2));
    for (size_t i = 0; i < sizeof primitives / sizeof primitives[0]; i++)
        if (d.n > 0 && d.p[0] == primitives[i].letter)
            return pl_bytes_of_str(primitives[i].name);
    return d;
}
