/*
 * java_class.c - each member of a class file against its own source.
 *
 * A compiler takes the calls, fields, types and strings of a method from that method's text alone, in these cases from elsewhere:
 *
 *     <init>            its constructor, and the initialisers of the fields that are not static
 *     <clinit>          the initialisers of static fields, static blocks, the constants of an enumeration
 *     lambda$name$0     the method of that name; "new" and "static" for initialisers
 *     synthetic         access$000 and bridges: one member of the class, and no string
 *     constants         of any class, put where they are named (java_scope.h)
 *     java_own.c        what statements stand for
 *
 * An anonymous class is one of those whose type fits behind `new`: first the ones that its lines lie in, since lines are a hint, then the others. What
 * fits is taken; the hint alone decides nothing.
 *
 * Source: JLS and JVMS SE 21; the names are javac's and ecj's.
 */
#include "match/java_class.h"

#include "match/java_lines.h"
#include "match/java_own.h"

#include <stdlib.h>
#include <string.h>

#define MAX_PLACES    64u /* classes of a source that one class is compared with */
#define MAX_OVERLOADS 64u
#define SMALL_NUMBER  65535

/* What a method may be compared with: scopes, one after the other. */
enum scope_kind {
    SCOPE_MEMBER = 1,  /* one member */
    SCOPE_CONSTRUCTOR, /* one constructor, or none, with the initialisers */
    SCOPE_STATIC,      /* static initialisers */
    SCOPE_INSTANCE,    /* all constructors and initialisers */
    SCOPE_FIELDS,      /* all fields of that name */
    SCOPE_FILE         /* the file; strings do not fit */
};

struct
try {
    uint8_t kind;
    uint32_t member;
};

struct tries {
    struct try v[MAX_OVERLOADS];
    size_t n;
};

/* ---- scopes ---- */

static bool is_initialiser(const struct pl_java_check *x, const struct pl_java_member *m, bool is_static)
{
    const struct pl_java_class *c = &x->source->classes.v[m->class];
    bool is_field_of_interface = c->kind == PL_JAVA_KIND_INTERFACE && m->kind == PL_JAVA_FIELD;
    return (m->kind == PL_JAVA_FIELD || m->kind == PL_JAVA_INITIALISER || m->kind == PL_JAVA_ENUM_CONSTANT ||
            (m->kind == PL_JAVA_COMPONENT && !is_static)) &&
           (m->is_static || is_field_of_interface) == is_static;
}

static void add_range(struct pl_java_check *x, const struct pl_java_member *m)
{
    pl_java_scope_add(&x->scope, m->first, m->end);
}

static void fill_scope(struct pl_java_check *x, uint32_t place, const struct try *t, pl_bytes name)
{
    uint64_t key = ((uint64_t)t->kind << 56) ^ ((uint64_t)place << 28) ^ t->member;
    if (key == x->scope_key && t->kind != SCOPE_FIELDS)
        return;
    x->scope_key = key;
    pl_java_scope_clear(&x->scope);
    if (t->kind == SCOPE_FILE) {
        pl_java_scope_add(&x->scope, 1, (uint32_t)x->source->lex.tokens.n - 4);
        for (size_t i = 0; i < x->source->classes.n; i++)
            pl_java_scope_add(&x->scope, x->source->classes.v[i].open + 1, x->source->classes.v[i].close);
        return;
    }
    if (t->member != PL_JAVA_NONE)
        add_range(x, &x->source->members.v[t->member]);
    for (size_t i = 0; i < x->source->members.n; i++) {
        const struct pl_java_member *m = &x->source->members.v[i];
        if (m->class != place)
            continue;
        bool is_wanted = t->kind == SCOPE_STATIC        ? is_initialiser(x, m, true)
                         : t->kind == SCOPE_CONSTRUCTOR ? is_initialiser(x, m, false)
                         : t->kind == SCOPE_INSTANCE
                             ? is_initialiser(x, m, false) || m->kind == PL_JAVA_CONSTRUCTOR
                         : t->kind == SCOPE_FIELDS ? m->kind != PL_JAVA_METHOD && pl_bytes_eq(m->name, name)
                                                   : false;
        if (is_wanted)
            add_range(x, m);
    }
    /* What an anonymous class hands to its super class stands behind `new`. */
    const struct pl_java_class *c = &x->source->classes.v[place];
    if (c->name.n == 0 && t->kind == SCOPE_CONSTRUCTOR)
        pl_java_scope_add(&x->scope, c->head, c->open);
}

/* ---- atoms ---- */

static bool has_type(const struct pl_java_check *x, const struct pl_java_atom *atom)
{
    pl_bytes type = atom->text;
    pl_bytes simple = type.n > 0 && type.p[0] == '[' ? pl_java_simple_type(type) : pl_java_simple_name(type);
    return pl_java_scope_has_name(&x->scope, simple);
}

/* Not in the scope: elsewhere in the sources, or nowhere? */
static enum pl_java_atom_verdict lost_name(const struct pl_java_check *x, pl_bytes name)
{
    return pl_java_tree_has_name(x->tree, name) ? PL_JAVA_ATOM_MISPLACED : PL_JAVA_ATOM_NOVEL;
}

static bool has_unknown(const struct pl_java_check *x)
{
    return pl_java_scope_has_unknown_constant(&x->scope, &x->fields);
}

/* Small numbers come from positions in arrays and enumerations, others from literals or arithmetic. */
static enum pl_java_atom_verdict judge_number(struct pl_java_check *x, uint64_t value, bool is_file)
{
    int64_t number = (int64_t)value;
    bool is_small = number >= -SMALL_NUMBER && number <= SMALL_NUMBER;
    if (pl_atom_is_dull(value) || pl_atom_is_dull(0 - value))
        return PL_JAVA_ATOM_OWN;
    if (pl_java_scope_has_number(&x->scope, value))
        return PL_JAVA_ATOM_FITS;
    bool may_be = is_small || is_file || x->scope.has_operator || has_unknown(x);
    return may_be ? PL_JAVA_ATOM_WEAK : PL_JAVA_ATOM_MISPLACED;
}

static enum pl_java_atom_verdict judge_string(struct pl_java_check *x, pl_bytes text, bool is_file)
{
    /* The constants of an enumeration are given their names. */
    if (x->is_enum_table && pl_java_scope_has_name(&x->scope, text))
        return PL_JAVA_ATOM_FITS;
    if (!is_file && pl_java_scope_has_string(&x->scope, text, false))
        return PL_JAVA_ATOM_FITS;
    bool is_template = x->is_template && pl_java_scope_has_template(&x->scope);
    if (!is_file && (is_template || has_unknown(x) || pl_java_scope_has_string(&x->scope, text, true)))
        return PL_JAVA_ATOM_WEAK;
    return pl_java_tree_has_string(x->tree, text) ? PL_JAVA_ATOM_MISPLACED : PL_JAVA_ATOM_NOVEL;
}

/* The pieces of a recipe between what is put in. */
static enum pl_java_atom_verdict judge_recipe(struct pl_java_check *x, pl_bytes recipe, bool is_file)
{
    enum pl_java_atom_verdict worst = PL_JAVA_ATOM_OWN;
    for (size_t at = 0; at <= recipe.n;) {
        size_t end = at;
        while (end < recipe.n && recipe.p[end] != 1 && recipe.p[end] != 2)
            end++;
        if (end > at) {
            enum pl_java_atom_verdict v = judge_string(x, pl_bytes_sub(recipe, at, end - at), is_file);
            if (worst == PL_JAVA_ATOM_OWN || v > worst)
                worst = v;
        }
        at = end + 1;
    }
    return worst;
}

static enum pl_java_atom_verdict judge_member_name(struct pl_java_check *x, const struct pl_java_atom *atom)
{
    bool is_bridge = x->bridge.n > 0 && pl_bytes_eq(atom->text, x->bridge);
    if (is_bridge || pl_java_is_own(x, atom))
        return PL_JAVA_ATOM_OWN;
    bool has_name = pl_java_scope_has_name(&x->scope, atom->text);
    bool is_strange = pl_java_is_sensitive(atom->owner) &&
                      !pl_java_scope_file_has_name(&x->scope, pl_java_simple_name(atom->owner));
    if (has_name && !is_strange)
        return PL_JAVA_ATOM_FITS;
    return has_name ? PL_JAVA_ATOM_WEAK : lost_name(x, atom->text);
}

static enum pl_java_atom_verdict judge_atom(struct pl_java_check *x, const struct pl_java_atom *atom,
                                            bool is_file)
{
    switch (atom->kind) {
    case PL_JAVA_ATOM_STRING: return judge_string(x, atom->text, is_file);
    case PL_JAVA_ATOM_RECIPE: return judge_recipe(x, atom->text, is_file);
    case PL_JAVA_ATOM_NUMBER: return judge_number(x, atom->value, is_file);
    case PL_JAVA_ATOM_FLOAT:
        return pl_java_scope_has_float(&x->scope, atom->value) ? PL_JAVA_ATOM_FITS : PL_JAVA_ATOM_WEAK;
    case PL_JAVA_ATOM_CALL:
    case PL_JAVA_ATOM_FIELD: return judge_member_name(x, atom);
    case PL_JAVA_ATOM_NEW:
    case PL_JAVA_ATOM_CLASS:
    case PL_JAVA_ATOM_TEST:
        if (has_type(x, atom))
            return PL_JAVA_ATOM_FITS;
        return pl_java_is_own(x, atom) ? PL_JAVA_ATOM_OWN : lost_name(x, pl_java_simple_name(atom->text));
    case PL_JAVA_ATOM_CAST:
    case PL_JAVA_ATOM_ARRAY: return has_type(x, atom) ? PL_JAVA_ATOM_FITS : PL_JAVA_ATOM_OWN;
    default: return PL_JAVA_ATOM_NOVEL;
    }
}

static void count(struct pl_java_outcome *o, enum pl_java_atom_verdict v)
{
    o->fitting += v == PL_JAVA_ATOM_FITS;
    o->weak += v == PL_JAVA_ATOM_WEAK;
    o->misplaced += v == PL_JAVA_ATOM_MISPLACED;
    o->novel += v == PL_JAVA_ATOM_NOVEL;
}

static uint32_t foreign(const struct pl_java_outcome *o)
{
    return o->misplaced + o->novel;
}

/* ---- which source ---- */

static void add_try(struct tries *t, uint8_t kind, uint32_t member)
{
    if (t->n < MAX_OVERLOADS)
        t->v[t->n++] = (struct try){.kind = kind, .member = member};
}

/* How many parameters have the name of their type; a type variable is another name in the descriptor. `skip` arguments come first. */
static uint32_t same_types(const struct pl_java_check *x, const struct pl_java_member *s, pl_bytes descriptor,
                           uint32_t skip)
{
    uint32_t same = 0;
    for (uint32_t i = 0; i < s->n_parameters; i++) {
        const struct pl_java_parameter *p = &x->source->parameters.v[s->first_parameter + i];
        pl_bytes argument = pl_java_argument(descriptor, i + skip);
        uint8_t dimensions = 0;
        while (dimensions < argument.n && argument.p[dimensions] == '[')
            dimensions++;
        same += pl_bytes_eq(p->type, pl_java_simple_type(argument)) && p->dimensions == dimensions;
    }
    return same;
}

/* Methods of that name and number of parameters; of those the ones with most types in common. */
static void find_methods(const struct pl_java_check *x, uint32_t place, const struct pl_javaclass_member *m,
                         struct tries *t)
{
    uint32_t n = pl_java_argument_count(m->descriptor);
    uint32_t best = 0;
    for (uint32_t i = 0; i < x->source->members.n; i++) {
        const struct pl_java_member *s = &x->source->members.v[i];
        if (s->class != place || s->kind != PL_JAVA_METHOD || s->n_parameters != n ||
            !pl_bytes_eq(s->name, m->name))
            continue;
        uint32_t same = same_types(x, s, m->descriptor, 0);
        if (same > best)
            t->n = 0;
        best = same > best ? same : best;
        if (same == best)
            add_try(t, SCOPE_MEMBER, i);
    }
}

/* Is the first argument one of the class around? */
static bool has_instance_around(const struct pl_java_check *x, uint32_t place, pl_bytes descriptor)
{
    uint32_t outer = x->source->classes.v[place].outer;
    pl_bytes first = pl_java_simple_type(pl_java_argument(descriptor, 0));
    return outer != PL_JAVA_NONE && pl_bytes_eq(x->source->classes.v[outer].name, first);
}

/* Constructors get arguments that the source does not say: the name and number of a constant, the instance around, what is captured. */
static void find_constructors(const struct pl_java_check *x, uint32_t place,
                              const struct pl_javaclass_member *m, struct tries *t)
{
    uint32_t n = pl_java_argument_count(m->descriptor);
    uint32_t best = 0;
    for (uint32_t i = 0; i < x->source->members.n; i++) {
        const struct pl_java_member *s = &x->source->members.v[i];
        if (s->class != place || s->kind != PL_JAVA_CONSTRUCTOR || s->n_parameters > n)
            continue;
        uint32_t skip = x->source->classes.v[place].kind == PL_JAVA_KIND_ENUM ? 2 : 0;
        bool is_hidden =
            skip == 0 && s->n_parameters + 1 == n && has_instance_around(x, place, m->descriptor);
        uint32_t same = same_types(x, s, m->descriptor, skip);
        uint32_t other = skip == 0 ? same_types(x, s, m->descriptor, 1) : 0;
        same = 1 + 2 * (other > same ? other : same) + (s->n_parameters == n || is_hidden);
        if (same > best)
            t->n = 0;
        best = same > best ? same : best;
        if (same == best)
            add_try(t, SCOPE_CONSTRUCTOR, i);
    }
    if (t->n == 0)
        add_try(t, SCOPE_CONSTRUCTOR, PL_JAVA_NONE);
}

/* "name" of lambda$name$0 is a method, new or static. */
static void find_lambda(const struct pl_java_check *x, uint32_t place, pl_bytes name, struct tries *t)
{
    pl_bytes rest = pl_bytes_from(name, 7);
    if (pl_bytes_starts(rest, PL_LIT("new$")))
        add_try(t, SCOPE_INSTANCE, PL_JAVA_NONE);
    if (pl_bytes_starts(rest, PL_LIT("static$")))
        add_try(t, SCOPE_STATIC, PL_JAVA_NONE);
    for (uint32_t i = 0; i < x->source->members.n; i++) {
        const struct pl_java_member *s = &x->source->members.v[i];
        bool is_it = s->class == place && s->kind == PL_JAVA_METHOD && pl_bytes_starts(rest, s->name) &&
                     rest.n > s->name.n && rest.p[s->name.n] == '$';
        if (is_it)
            add_try(t, SCOPE_MEMBER, i);
    }
}

static bool has_component(const struct pl_java_check *x, uint32_t place, pl_bytes name)
{
    for (size_t i = 0; i < x->source->members.n; i++)
        if (x->source->members.v[i].class == place && x->source->members.v[i].kind == PL_JAVA_COMPONENT &&
            pl_bytes_eq(x->source->members.v[i].name, name))
            return true;
    return false;
}

/* Methods that the compiler writes for a kind of class. */
static bool is_made(const struct pl_java_check *x, uint32_t place, const struct pl_javaclass_member *m)
{
    uint8_t kind = place == PL_JAVA_NONE ? PL_JAVA_KIND_CLASS : x->source->classes.v[place].kind;
    if (m->access & PL_JAVA_ACC_SYNTHETIC)
        return !pl_bytes_starts(m->name, PL_LIT("lambda$"));
    if (kind == PL_JAVA_KIND_ENUM)
        return pl_bytes_eq_str(m->name, "values") || pl_bytes_eq_str(m->name, "valueOf");
    if (kind == PL_JAVA_KIND_RECORD)
        return pl_bytes_eq_str(m->name, "toString") || pl_bytes_eq_str(m->name, "hashCode") ||
               pl_bytes_eq_str(m->name, "equals") || has_component(x, place, m->name);
    return false;
}

static bool has_field(const struct pl_java_check *x, uint32_t place, pl_bytes name)
{
    for (size_t i = 0; i < x->source->members.n; i++) {
        const struct pl_java_member *s = &x->source->members.v[i];
        if (s->class == place && s->kind != PL_JAVA_METHOD && s->kind != PL_JAVA_CONSTRUCTOR &&
            pl_bytes_eq(s->name, name))
            return true;
    }
    return false;
}

static void find_tries(const struct pl_java_check *x, uint32_t place, const struct pl_javaclass_member *m,
                       struct tries *t)
{
    t->n = 0;
    if (place == PL_JAVA_NONE) {
        add_try(t, SCOPE_FILE, PL_JAVA_NONE);
    } else if (!m->is_method) {
        if (has_field(x, place, m->name))
            add_try(t, SCOPE_FIELDS, PL_JAVA_NONE);
    } else if (pl_bytes_eq_str(m->name, "<clinit>")) {
        add_try(t, SCOPE_STATIC, PL_JAVA_NONE);
    } else if (pl_bytes_eq_str(m->name, "<init>")) {
        if (!(m->access & PL_JAVA_ACC_SYNTHETIC))
            find_constructors(x, place, m, t);
    } else if (pl_bytes_starts(m->name, PL_LIT("lambda$"))) {
        find_lambda(x, place, m->name, t);
    } else if (!(m->access & PL_JAVA_ACC_SYNTHETIC)) {
        find_methods(x, place, m, t);
    }
    if (t->n == 0 && is_made(x, place, m))
        add_try(t, SCOPE_FILE, PL_JAVA_NONE);
}

/* Overloads in which the lines of the method lie come first. */
static void prefer_lines(const struct pl_java_check *x, const struct pl_javaclass_member *m, struct tries *t)
{
    size_t front = 0;
    for (size_t i = 0; i < t->n; i++) {
        struct try this = t->v[i];
        if (this.member == PL_JAVA_NONE || !pl_java_lines_within(x, m, &x->source->members.v[this.member]))
            continue;
        memmove(&t->v[front + 1], &t->v[front], (i - front) * sizeof t->v[0]);
        t->v[front++] = this;
    }
}

/* ---- a member ---- */

static struct pl_java_outcome judge_try(struct pl_java_check *x, uint32_t place, const struct try *t,
                                        pl_bytes name)
{
    struct pl_java_outcome o = {.source_member = t->member};
    fill_scope(x, place, t, name);
    x->is_enum_table = t->kind == SCOPE_STATIC && x->source->classes.v[place].kind == PL_JAVA_KIND_ENUM;
    for (size_t i = 0; i < x->atoms.n; i++)
        count(&o, judge_atom(x, &x->atoms.v[i], t->kind == SCOPE_FILE));
    o.verdict = foreign(&o) > 0                ? PL_JAVA_CONTRADICTED
                : t->kind == SCOPE_FILE        ? PL_JAVA_MADE
                : o.fitting > 0 && o.weak == 0 ? PL_JAVA_FITS
                                               : PL_JAVA_PLACED;
    return o;
}

/* `best` gets the try that fits best. */
static pl_status judge_member(struct pl_java_check *x, uint32_t place, uint32_t number,
                              struct pl_java_outcome *out, struct try *best, struct pl_err *err)
{
    const struct pl_javaclass_member *m = &x->class->members.v[number];
    struct tries tries;
    uint16_t bridge = PL_JAVA_ACC_BRIDGE | PL_JAVA_ACC_SYNTHETIC;
    x->bridge = pl_bytes_sub(m->name, 0, (m->access & bridge) == bridge ? m->name.n : 0);
    x->atoms.n = 0;
    pl_status st = pl_java_code_atoms(x->class, number, &x->atoms, err);
    if (st != PL_OK)
        return st;
    find_tries(x, place, m, &tries);
    prefer_lines(x, m, &tries);
    *out = (struct pl_java_outcome){.verdict = PL_JAVA_STRANGE, .source_member = PL_JAVA_NONE};
    if (!m->is_method && (m->access & PL_JAVA_ACC_SYNTHETIC) && m->constant == 0)
        out->verdict = PL_JAVA_MADE;
    for (size_t i = 0; i < tries.n; i++) {
        struct pl_java_outcome o = judge_try(x, place, &tries.v[i], m->name);
        if (i > 0 && foreign(&o) >= foreign(out))
            continue;
        *out = o;
        *best = tries.v[i];
        if (foreign(&o) == 0)
            break;
    }
    return x->scope.is_out_of_memory ? pl_fail_nomem(err) : PL_OK;
}

static pl_status judge_class(struct pl_java_check *x, uint32_t place, struct pl_java_outcome *out,
                             uint32_t *n_foreign, struct pl_err *err)
{
    struct try best;
    pl_status st = PL_OK;
    *n_foreign = 0;
    for (uint32_t i = 0; i < x->class->members.n && st == PL_OK; i++) {
        st = judge_member(x, place, i, &out[i], &best, err);
        *n_foreign += out[i].verdict >= PL_JAVA_CONTRADICTED;
    }
    return st;
}

/* ---- which class ---- */

static const struct pl_javaclass_inner *inner_of(const struct pl_javaclass *c, pl_bytes name)
{
    for (size_t i = 0; i < c->inners.n; i++)
        if (pl_bytes_eq(c->inners.v[i].inner, name))
            return &c->inners.v[i];
    return NULL;
}

static bool is_place(const struct pl_java_check *x, const struct pl_java_class *s)
{
    const struct pl_javaclass *c = x->class;
    const struct pl_javaclass_inner *inner = inner_of(c, c->name);
    if (inner == NULL)
        return s->outer == PL_JAVA_NONE && pl_bytes_eq(s->name, pl_bytes_basename(c->name));
    if (inner->name.n == 0) {
        pl_bytes interface = c->interfaces.n > 0 ? pl_javaclass_text(c, c->interfaces.v[0]) : c->super;
        return s->name.n == 0 && (pl_bytes_eq(s->super, pl_java_simple_name(c->super)) ||
                                  pl_bytes_eq(s->super, pl_java_simple_name(interface)));
    }
    if (!pl_bytes_eq(s->name, inner->name) || s->outer == PL_JAVA_NONE)
        return false;
    const struct pl_java_class *around = &x->source->classes.v[s->outer];
    return inner->outer.n == 0 || around->name.n == 0 ||
           pl_bytes_eq(around->name, pl_java_simple_name(inner->outer));
}

/* The places, those first that the lines lie in. */
static uint32_t find_places(const struct pl_java_check *x, uint32_t places[MAX_PLACES])
{
    uint32_t n = 0;
    for (unsigned round = 0; round < 2; round++)
        for (uint32_t i = 0; i < x->source->classes.n && n < MAX_PLACES; i++)
            if (is_place(x, &x->source->classes.v[i]) && pl_java_lines_of_class(x, i) == (round == 0))
                places[n++] = i;
    return n;
}

static pl_status place_class(struct pl_java_check *x, struct pl_err *err)
{
    uint32_t places[MAX_PLACES];
    uint32_t n = find_places(x, places);
    uint32_t least = UINT32_MAX;
    uint32_t n_foreign = 0;
    pl_status st = PL_OK;
    struct pl_java_outcome *trial = calloc(x->class->members.n + 1, sizeof *trial);
    if (trial == NULL)
        return pl_fail_nomem(err);
    bool is_bare = x->class->members.n == 0 && (pl_bytes_ends(x->class->name, PL_LIT("package-info")) ||
                                                pl_bytes_eq_str(x->class->name, "module-info"));
    x->is_made = n == 0 && ((x->class->access & PL_JAVA_ACC_SYNTHETIC) != 0 || is_bare);
    if (x->is_made)
        places[n++] = PL_JAVA_NONE;
    for (uint32_t i = 0; i < n && st == PL_OK && least > 0; i++) {
        st = judge_class(x, places[i], trial, &n_foreign, err);
        if (st != PL_OK || n_foreign >= least)
            continue;
        least = n_foreign;
        x->placed = places[i];
        memcpy(x->outcomes, trial, x->class->members.n * sizeof *trial);
    }
    free(trial);
    return st;
}

/* What in capitals is no string that was put in: fields that are read, types, and numbers of java.lang. */
static pl_status list_fields(struct pl_java_check *x, struct pl_err *err)
{
    static const char *const numbers[] = {"MAX_VALUE", "MIN_VALUE",         "SIZE",
                                          "BYTES",     "POSITIVE_INFINITY", "NEGATIVE_INFINITY"};
    pl_status st = PL_OK;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0] && st == PL_OK; i++)
        st = pl_map_add(&x->fields, pl_bytes_of_str(numbers[i]), 1, NULL, err);
    for (uint32_t i = 1; i < x->class->constants.n && st == PL_OK; i++) {
        uint8_t tag = x->class->constants.v[i].tag;
        pl_bytes text = pl_javaclass_text(x->class, i);
        if (tag == PL_JAVA_FIELD_REF)
            st = pl_map_add(&x->fields, text, 1, NULL, err);
        else if (tag == PL_JAVA_CLASS)
            st = pl_map_add(&x->fields, pl_java_simple_name(text), 1, NULL, err);
    }
    return st;
}

pl_status pl_java_check(const struct pl_javaclass *class, const struct pl_java_source *source,
                        const struct pl_java_tree *tree, bool is_template, struct pl_java_check *out,
                        struct pl_err *err)
{
    *out = (struct pl_java_check){
        .class = class, .source = source, .tree = tree, .placed = PL_JAVA_NONE, .is_template = is_template};
    pl_map_init(&out->fields);
    pl_status st = pl_java_scope_init(&out->scope, source, tree, err);
    out->outcomes = calloc(class->members.n + 1, sizeof *out->outcomes);
    if (st == PL_OK && out->outcomes == NULL)
        st = pl_fail_nomem(err);
    if (st == PL_OK)
        st = pl_java_lines_init(out, err);
    if (st == PL_OK)
        st = list_fields(out, err);
    if (st == PL_OK)
        st = place_class(out, err);
    if (st == PL_OK && out->placed != PL_JAVA_NONE)
        pl_java_lines_compare(out);
    return st;
}

void pl_java_check_reset(struct pl_java_check *x)
{
    pl_java_scope_reset(&x->scope);
    pl_map_reset(&x->fields);
    free(x->line_starts);
    free(x->outcomes);
    PL_VEC_FREE(&x->atoms);
}

uint32_t pl_java_check_foreign(const struct pl_java_check *x)
{
    uint32_t n = 0;
    for (size_t i = 0; i < x->class->members.n; i++)
        n += x->outcomes[i].verdict >= PL_JAVA_CONTRADICTED;
    return n;
}

pl_status pl_java_check_explain(struct pl_java_check *x, uint32_t member, struct pl_arena *arena,
                                uint8_t **verdicts, struct pl_err *err)
{
    struct pl_java_outcome o;
    struct try best = {.kind = SCOPE_FILE, .member = PL_JAVA_NONE};
    pl_status st = judge_member(x, x->placed, member, &o, &best, err);
    if (st != PL_OK)
        return st;
    *verdicts = pl_arena_take_n(arena, x->atoms.n + 1, 1);
    if (*verdicts == NULL)
        return pl_arena_fail(arena, err);
    if (o.verdict == PL_JAVA_STRANGE)
        return PL_OK; /* nothing to compare with */
    fill_scope(x, x->placed, &best, x->class->members.v[member].name);
    x->is_enum_table = best.kind == SCOPE_STATIC && x->source->classes.v[x->placed].kind == PL_JAVA_KIND_ENUM;
    for (size_t i = 0; i < x->atoms.n; i++)
        (*verdicts)[i] = (uint8_t)judge_atom(x, &x->atoms.v[i], best.kind == SCOPE_FILE);
    return PL_OK;
}
