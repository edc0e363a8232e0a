/*
 * code_facts.c - what a function of an image holds, in features of the codebase.
 *
 * An import is not always called by the name that the source uses. The C library's headers rename (fortify, large files, scanf of C99),
 * macros of it expand to calls (errno, isalpha), and compilers turn calls into cheaper ones (printf into puts). Sources: GCC manual, "Other
 * Builtins"; glibc's bits/stdio2.h, ctype.h, errno.h; LSB 5.0 for __x*stat.
 */
#include "match/code_align.h"

#include "format/text/cpp_names.h"

#include <stdlib.h>
#include <string.h>

#define NOVEL_WEIGHT 100u  /* of an atom that no source has: about one function in a thousand */
#define TEXT_BYTES   5u    /* shorter ones are as often numbers */
#define SEEN_BYTES   3u    /* of a text that are no control characters: steps of a table can all be */
#define MAX_FACTS    4096u /* of one function */
#define NUMBER_SHARE 2u    /* numbers count a half: optimisation makes and unmakes them */

/* An import, and what the source may say for it. */
static const struct {
    const char *import;
    const char *source;
} renamed[] = {
    {"__ctype_b_loc", "isalpha"},
    {"__ctype_b_loc", "isspace"},
    {"__ctype_b_loc", "isdigit"},
    {"__ctype_tolower_loc", "tolower"},
    {"__ctype_toupper_loc", "toupper"},
    {"__errno_location", "errno"},
    {"__environ", "environ"}, /* objects with two names: glibc's unistd.h and errno.h */
    {"__progname", "program_invocation_short_name"},
    {"__progname_full", "program_invocation_name"},
    {"__fxstat", "fstat"},
    {"__lxstat", "lstat"},
    {"__sigsetjmp", "sigsetjmp"},
    {"__sigsetjmp", "setjmp"},
    {"__longjmp_chk", "longjmp"},
    {"__xpg_basename", "basename"},
    {"__xstat", "stat"},
    {"_IO_getc", "getc"},
    {"_IO_putc", "putc"},
    {"_IO_getc", "getchar"},
    {"_IO_putc", "putchar"},
    {"dcgettext", "gettext"},
    {"dcgettext", "dgettext"},
    {"dcngettext", "ngettext"},
    {"mbrtowc", "mbrlen"},
    {"strtod", "atof"},
    {"strtol", "atoi"},
    {"strtol", "atol"},
    {"strtoll", "atoll"},
    {"calloc", "malloc"},
    {"_setjmp", "setjmp"},
    {"fputc", "fprintf"},
    {"fputc", "fputs"},
    {"fputc", "putc"},
    {"fputs", "fprintf"},
    {"fwrite", "fprintf"},
    {"fwrite", "fputs"},
    {"fwrite", "printf"},
    {"malloc", "realloc"},
    {"getc", "getchar"},
    {"putc", "fputc"},
    {"putc", "putchar"},
    {"putc", "fprintf"},
    {"putchar", "printf"},
    {"puts", "printf"},
    {"strcat", "strncat"}, /* of a literal that is short enough: GCC internals, fold_builtin_strncat */
    {"stpcpy", "strcpy"},
    {"stpcpy", "strcat"},
    {"stpcpy", "sprintf"},
    {"strcpy", "sprintf"},
    {"strchr", "strstr"},
    {"strchr", "strpbrk"},
    {"strcmp", "strncmp"}, /* of a literal that is shorter than the limit */
    /* GLib: glib/gstdio.h, and g_new() and its like of glib/gmem.h */
    {"access", "g_access"},
    {"chdir", "g_chdir"},
    {"chmod", "g_chmod"},
    {"creat", "g_creat"},
    {"fopen", "g_fopen"},
    {"freopen", "g_freopen"},
    {"lstat", "g_lstat"},
    {"mkdir", "g_mkdir"},
    {"open", "g_open"},
    {"remove", "g_remove"},
    {"rename", "g_rename"},
    {"rmdir", "g_rmdir"},
    {"stat", "g_stat"},
    {"unlink", "g_unlink"},
    {"g_malloc", "g_new"},
    {"g_malloc_n", "g_new"},
    {"g_malloc0", "g_new0"},
    {"g_malloc0_n", "g_new0"},
    {"g_realloc", "g_renew"},
    {"g_realloc_n", "g_renew"},
};

/* What compilers and the hardened C library call on their own. */
static const char *const by_compiler[] = {
    "__cxa_atexit",  "__cxa_finalize", "__stack_chk_fail", "__tls_get_addr", "_Unwind_Resume", "abort",
    "__assert_fail", "bcmp",           "memcmp",           "memcpy",         "memmove",        "memset",
    "strlen",        "__chk_fail",     "__gmon_start__",   "strcpy",
};

static bool is_by_compiler(pl_bytes name)
{
    if (pl_bytes_is_one_of(name, by_compiler, sizeof by_compiler / sizeof by_compiler[0]))
        return true;
    /* Objects and bases of namespace std are destroyed without a word in the source. Itanium C++ ABI, 5.1.4.3. */
    return (pl_bytes_starts(name, PL_LIT("_ZNSt")) || pl_bytes_starts(name, PL_LIT("_ZNKSt"))) &&
           (pl_bytes_ends(name, PL_LIT("D0Ev")) || pl_bytes_ends(name, PL_LIT("D1Ev")) ||
            pl_bytes_ends(name, PL_LIT("D2Ev")));
}

/* Without what the C library's headers add: __isoc99_sscanf, __printf_chk, open64, __open64_2. */
static pl_bytes plain_name(pl_bytes name)
{
    if (pl_bytes_starts(name, PL_LIT("__isoc99_")) || pl_bytes_starts(name, PL_LIT("__isoc23_")))
        name = pl_bytes_from(name, 9);
    if (pl_bytes_starts(name, PL_LIT("__")) && pl_bytes_ends(name, PL_LIT("_chk")))
        name = pl_bytes_sub(name, 2, name.n - 6);
    else if (pl_bytes_starts(name, PL_LIT("__")) && pl_bytes_ends(name, PL_LIT("_2")))
        name = pl_bytes_sub(name, 2, name.n - 4);
    if (name.n > 2 && pl_bytes_ends(name, PL_LIT("64")))
        name = pl_bytes_sub(name, 0, name.n - 2);
    return name;
}

unsigned pl_import_alternatives(pl_bytes name, pl_bytes out[PL_FACT_ALTERNATIVES], bool *is_neutral)
{
    unsigned n = 0;
    pl_bytes plain = plain_name(name);
    out[n++] = name;
    if (plain.n > 0 && plain.n != name.n)
        out[n++] = plain;
    struct pl_cpp_function cpp;
    if (pl_cpp_function_of(name, &cpp))
        out[n++] = cpp.name;
    for (size_t i = 0; i < sizeof renamed / sizeof renamed[0] && n < PL_FACT_ALTERNATIVES; i++)
        if (pl_bytes_eq_str(name, renamed[i].import) || pl_bytes_eq_str(plain, renamed[i].import))
            out[n++] = pl_bytes_of_str(renamed[i].source);
    *is_neutral = is_by_compiler(name) || is_by_compiler(plain);
    return n;
}

static void add_alternative(const struct pl_aligner *a, struct pl_code_fact *fact, uint64_t key)
{
    uint32_t feature = pl_codebase_feature(a->cb, key);
    if (feature == PL_NO_FEATURE)
        return;
    unsigned weight = pl_codebase_weight(a->cb, feature);
    if (fact->n == 0 || weight < fact->weight)
        fact->weight = (uint16_t)weight;
    fact->feature[fact->n++] = feature;
}

/*
 * std::ifstream in(path) is an inline constructor, which calls basic_filebuf::open(): the class is what the source says of it. libstdc++, <fstream>. What could
 * hide: a file that a function opens which has a stream of files anyway.
 */
static void add_streams(const struct pl_aligner *a, struct pl_code_fact *fact, pl_bytes name)
{
    static const char *const streams[] = {"ifstream", "ofstream", "fstream"};
    if (!pl_bytes_starts(name, PL_LIT("_ZNSt13basic_filebufI")) ||
        pl_bytes_find(name, PL_LIT("E4openE"), 0) == SIZE_MAX)
        return;
    for (size_t i = 0; i < sizeof streams / sizeof streams[0] && fact->n < PL_FACT_ALTERNATIVES; i++)
        add_alternative(a, fact,
                        pl_codebase_key(PL_ATOM_NAME, pl_atom_hash_text(pl_bytes_of_str(streams[i]))));
}

/* Bytes before a NUL that code refers to are a string only when they look like one: tables end in zeros, too. */
static bool is_text(pl_bytes text)
{
    size_t seen = 0;
    if (text.n < TEXT_BYTES)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        if ((text.p[i] < 0x20 && (text.p[i] < 0x07 || text.p[i] > 0x0d) && text.p[i] != 0x1b) ||
            text.p[i] == 0x7f)
            return false;
        seen += text.p[i] > 0x20;
    }
    return seen >= SEEN_BYTES;
}

/* A string read by way of a pointer in data: that variable may be another unit's. The decoder puts the pointer behind the string. */
static bool is_by_pointer(const struct pl_aligner *a, uint32_t index)
{
    const struct pl_atom *atom = &a->code->atoms[index];
    const struct pl_atom *next = atom + 1;
    return index + 1 < a->code->n_atoms && next->kind == PL_ATOM_DATA && next->at == atom->at;
}

bool pl_code_fact_of(const struct pl_aligner *a, uint32_t index, struct pl_code_fact *fact)
{
    const struct pl_atom *atom = &a->code->atoms[index];
    pl_bytes names[PL_FACT_ALTERNATIVES];
    *fact =
        (struct pl_code_fact){.atom = index, .kind = atom->kind, .name = PL_NO_FEATURE, .file = UINT32_MAX};
    switch (atom->kind) {
    case PL_ATOM_STRING:
        add_alternative(a, fact, pl_codebase_key(atom->kind, atom->hash));
        fact->is_neutral = fact->n > 0 && is_by_pointer(a, index);
        break;
    case PL_ATOM_IMPORT: {
        unsigned n = pl_import_alternatives(atom->text, names, &fact->is_neutral);
        for (unsigned i = 0; i < n; i++)
            add_alternative(a, fact, pl_codebase_key(atom->kind, pl_atom_hash_text(names[i])));
        add_streams(a, fact, atom->text);
        break;
    }
    case PL_ATOM_CONSTANT:
    case PL_ATOM_FLOAT:
        add_alternative(a, fact, pl_codebase_key(atom->kind, atom->hash));
        fact->weight /= NUMBER_SHARE;
        fact->is_neutral = true;
        return fact->n > 0;
    default: return false;
    }
    if (fact->n == 0) {
        if (atom->kind == PL_ATOM_STRING && !is_text(atom->text))
            return false;
        fact->weight = NOVEL_WEIGHT;
    }
    return true;
}

static bool has_fact(const struct pl_aligner *a, uint32_t first, const struct pl_code_fact *fact)
{
    for (size_t i = first; i < a->facts.n; i++) {
        const struct pl_code_fact *other = &a->facts.v[i];
        if (other->kind != fact->kind || other->n != fact->n)
            continue;
        if (fact->n > 0 ? other->feature[0] == fact->feature[0]
                        : a->code->atoms[other->atom].hash == a->code->atoms[fact->atom].hash)
            return true;
    }
    return false;
}

/* What no function of the sources has, and a strict rule explains: the text of an assertion, a name that a header makes. */
static pl_status explain_novel(const struct pl_aligner *a, struct pl_code_fact *fact, struct pl_err *err)
{
    bool is_explained = false;
    if (fact->n > 0 || fact->is_neutral || a->explain == NULL)
        return PL_OK;
    pl_status st = a->explain(a->explain_ctx, &a->code->atoms[fact->atom], false, &is_explained, err);
    fact->is_neutral = st == PL_OK && is_explained;
    return st;
}

/* Is the path of the unit the end of the text, or the other way round, from a folder's name on? */
static bool is_path_of(pl_bytes text, pl_bytes path)
{
    pl_bytes longer = text.n > path.n ? text : path;
    pl_bytes shorter = text.n > path.n ? path : text;
    return pl_bytes_ends(longer, shorter) &&
           (longer.n == shorter.n || longer.p[longer.n - shorter.n - 1] == '/');
}

/* What compilers say of the place: __func__ and __FILE__. C17 6.4.2.2 and 6.10.8.1. */
static void note_place(const struct pl_aligner *a, pl_bytes text, struct pl_code_fact *fact)
{
    const struct pl_index *ix = pl_codebase_index(a->cb);
    uint64_t hash = pl_atom_hash_text(text);
    struct pl_id_list named = pl_codebase_named(a->cb, hash);
    unsigned n = 0;
    if (named.n > 0 && pl_codebase_at(a->cb, named.v[0])->definition->kind == PL_DEFINITION_FUNCTION)
        fact->name = pl_codebase_feature(a->cb, pl_codebase_key(PL_ATOM_NAME, hash));
    for (size_t u = 0; fact->n == 0 && u < pl_index_unit_count(ix) && n < 2 &&
                       pl_source_language_of(text) != PL_SOURCE_NONE;
         u++)
        if (is_path_of(text, pl_index_unit_file(ix, (uint32_t)u)->path)) {
            fact->file = (uint32_t)u;
            n++;
        }
    if (n != 1)
        fact->file = UINT32_MAX;
}

static bool has_call(const struct pl_aligner *a, uint32_t first, uint32_t subject)
{
    for (size_t i = first; i < a->calls.n; i++)
        if (a->calls.v[i] == subject)
            return true;
    return false;
}

static pl_status add_ref(struct pl_aligner *a, uint32_t first, size_t object, struct pl_err *err)
{
    for (size_t i = first; i < a->refs.n; i++)
        if (a->refs.v[i].object == object)
            return PL_OK;
    struct pl_data_ref *slot = PL_VEC_ADD(&a->refs);
    if (slot == NULL)
        return pl_fail_nomem(err);
    *slot = (struct pl_data_ref){.object = (uint32_t)object};
    return PL_OK;
}

/* Facts and calls of one function or part of it. */
static pl_status add_part(struct pl_aligner *a, struct pl_subject *s, uint32_t self,
                          const struct pl_function *f, struct pl_err *err)
{
    for (uint32_t i = f->first_atom; i < f->first_atom + f->n_atoms; i++) {
        const struct pl_atom *atom = &a->code->atoms[i];
        struct pl_code_fact fact;
        if (a->facts.n - s->first_fact >= MAX_FACTS || a->calls.n - s->first_call >= MAX_FACTS ||
            a->refs.n - s->first_ref >= MAX_FACTS)
            return PL_OK;
        if (atom->kind == PL_ATOM_DATA) {
            pl_status st = add_ref(a, s->first_ref, pl_code_data_from(a->code, atom->value), err);
            if (st != PL_OK)
                return st;
        } else if (atom->kind == PL_ATOM_CALL && atom->target != PL_NO_TARGET) {
            uint32_t to = a->subject_of[a->code->functions[atom->target].owner];
            if (to == PL_NO_TARGET || to == self || has_call(a, s->first_call, to))
                continue;
            uint32_t *slot = PL_VEC_ADD(&a->calls);
            if (slot == NULL)
                return pl_fail_nomem(err);
            *slot = to;
        } else if (pl_code_fact_of(a, i, &fact) && !has_fact(a, s->first_fact, &fact)) {
            struct pl_code_fact *slot = PL_VEC_ADD(&a->facts);
            if (slot == NULL)
                return pl_fail_nomem(err);
            *slot = fact;
            if (fact.kind == PL_ATOM_STRING)
                note_place(a, atom->text, slot);
            pl_status st = explain_novel(a, slot, err);
            if (st != PL_OK)
                return st;
            for (unsigned k = 0; k < fact.n && fact.kind == PL_ATOM_IMPORT; k++)
                a->imported[fact.feature[k]] = 1;
        }
    }
    return PL_OK;
}

static pl_status make_subjects(struct pl_aligner *a, struct pl_err *err)
{
    const struct pl_code *code = a->code;
    for (uint32_t i = 0; i < code->n_functions; i++)
        a->subject_of[i] = PL_NO_TARGET;
    for (uint32_t i = 0; i < code->n_functions; i++) {
        const struct pl_function *f = &code->functions[i];
        if ((f->flags & PL_FUNCTION_PLT) || f->owner != i)
            continue;
        struct pl_subject *s = PL_VEC_ADD(&a->subjects);
        if (s == NULL)
            return pl_fail_nomem(err);
        *s = (struct pl_subject){.function = i,
                                 .size = f->size,
                                 .shape = f->shape,
                                 .definition = PL_NO_DEFINITION,
                                 .place = PL_NO_PLACE,
                                 .unit = UINT32_MAX,
                                 .unit_behind = UINT32_MAX,
                                 .is_fixed = (f->flags & PL_FUNCTION_RUNTIME) != 0};
        a->subject_of[i] = (uint32_t)a->subjects.n - 1;
    }
    return PL_OK;
}

/* Cold parts, by owner: a list of functions sorted by owner would do; there are few, so each owner's are chained. */
static pl_status add_parts(struct pl_aligner *a, struct pl_err *err)
{
    const struct pl_code *code = a->code;
    uint32_t *next = calloc(code->n_functions + 1, sizeof *next);
    uint32_t *head = calloc(code->n_functions + 1, sizeof *head);
    pl_status st = next == NULL || head == NULL ? pl_fail_nomem(err) : PL_OK;
    for (uint32_t i = (uint32_t)code->n_functions; st == PL_OK && i-- > 0;) {
        uint32_t owner = code->functions[i].owner;
        if (owner == i)
            continue;
        next[i] = head[owner];
        head[owner] = i + 1;
    }
    for (uint32_t k = 0; k < a->subjects.n && st == PL_OK; k++) {
        struct pl_subject *s = &a->subjects.v[k];
        s->first_fact = (uint32_t)a->facts.n;
        s->first_call = (uint32_t)a->calls.n;
        s->first_ref = (uint32_t)a->refs.n;
        st = add_part(a, s, k, &code->functions[s->function], err);
        if (st == PL_OK && a->runs != NULL && !s->is_fixed)
            st = pl_code_add_runs(a, s->first_fact, &code->functions[s->function], err);
        for (uint32_t part = head[s->function]; part != 0 && st == PL_OK; part = next[part - 1]) {
            s->size += code->functions[part - 1].size;
            pl_shape_add(&s->shape, &code->functions[part - 1].shape);
            st = add_part(a, s, k, &code->functions[part - 1], err);
        }
        s->n_facts = (uint32_t)a->facts.n - s->first_fact;
        s->n_calls = (uint32_t)a->calls.n - s->first_call;
        s->n_refs = (uint32_t)a->refs.n - s->first_ref;
    }
    free(next);
    free(head);
    return st;
}

static pl_status add_callers(struct pl_aligner *a, struct pl_err *err)
{
    for (size_t i = 0; i < a->calls.n; i++)
        a->subjects.v[a->calls.v[i]].n_callers++;
    uint32_t at = 0;
    for (size_t i = 0; i < a->subjects.n; i++) {
        a->subjects.v[i].first_caller = at;
        at += a->subjects.v[i].n_callers;
        a->subjects.v[i].n_callers = 0;
    }
    for (size_t i = 0; i < a->calls.n; i++)
        if (PL_VEC_ADD(&a->callers) == NULL)
            return pl_fail_nomem(err);
    for (uint32_t k = 0; k < a->subjects.n; k++)
        for (uint32_t i = 0; i < a->subjects.v[k].n_calls; i++) {
            struct pl_subject *to = &a->subjects.v[a->calls.v[a->subjects.v[k].first_call + i]];
            a->callers.v[to->first_caller + to->n_callers++] = k;
        }
    return PL_OK;
}

/* Who can be reached at all. An image that is loaded at a fixed address needs no relocations, and does not say what points to its functions. */
static void note_reached(struct pl_aligner *a)
{
    const struct pl_code *code = a->code;
    bool says_pointers = false;
    for (size_t i = 0; i < code->n_slots; i++) {
        if (code->slots[i].function == PL_NO_TARGET)
            continue;
        says_pointers = true;
        uint32_t to = a->subject_of[code->functions[code->slots[i].function].owner];
        if (to != PL_NO_TARGET)
            a->subjects.v[to].is_reached = true;
    }
    for (size_t i = 0; i < a->subjects.n; i++) {
        struct pl_subject *s = &a->subjects.v[i];
        s->is_reached = s->is_reached || !says_pointers || s->n_callers > 0 ||
                        (code->functions[s->function].flags & PL_FUNCTION_EXPORTED) != 0;
    }
}

static bool is_variable(const struct pl_aligner *a, uint32_t feature)
{
    if (pl_codebase_feature_kind(a->cb, feature) != PL_ATOM_CALL || a->imported[feature])
        return false;
    struct pl_id_list named = pl_codebase_named_feature(a->cb, feature);
    for (size_t i = 0; i < named.n; i++)
        if (pl_codebase_at(a->cb, named.v[i])->definition->kind != PL_DEFINITION_OBJECT)
            return false;
    return true;
}

static void note_variables(struct pl_aligner *a)
{
    size_t n = pl_codebase_feature_count(a->cb);
    for (uint32_t f = 0; f < n; f++)
        a->is_variable[f] = is_variable(a, f);
}

pl_status pl_code_facts(struct pl_aligner *a, struct pl_err *err)
{
    pl_status st = make_subjects(a, err);
    if (st == PL_OK)
        st = add_parts(a, err);
    if (st == PL_OK)
        st = add_callers(a, err);
    if (st == PL_OK) {
        note_reached(a);
        note_variables(a);
    }
    return st;
}
