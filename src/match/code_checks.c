/*
 * code_checks.c - findings about code that is no ordinary function of the source.
 *
 *     code.entry-unaccounted   the loader calls a function that nothing accounts for, or that no source lets it call
 *     code.ifunc               the loader asks a function of the image which one to call
 *     code.syscall             a system call instruction in a function whose source has no assembly
 *     code.no-unwind           a function without an unwind entry in an image that has them
 *     code.in-padding          bytes between functions that are no fill
 *     code.foreign-constant    numbers that the source does not have, see code_numbers.c
 *
 * Source: gABI, "Initialization and Termination Functions"; GNU_IFUNC in the psABI supplements; PE format, ".tls section".
 */
#include "match/code_result.h"

#include <string.h>

#define TAG_ENTRY   "code.entry-unaccounted"
#define TAG_IFUNC   "code.ifunc"
#define TAG_SYSCALL "code.syscall"
#define TAG_UNWIND  "code.no-unwind"
#define TAG_PADDING "code.in-padding"
/* Of the functions. Fewer accounted for: other sources than the given ones are linked in. Fewer entries: the image does without them. */
#define COVERED_PPM  900000u
#define UNWIND_PPM   900000u
#define FEW_LOST     4u       /* functions: of a small image they are many */
#define CALLED_ENTRY "export" /* one that others call by name, not the loader by itself */
#define RESOLVER     "ifunc resolver"
#define JUMP_BYTES   16u /* endbr64 and a jump, with fill */
#define SHOWN_UNWIND 3u  /* findings, then one for the rest */

/*
 * Do the sources account for most of the image? Only then what they lack is an error. Never where they are Rust or Go: those link in what other packages hold,
 * and Go's own runtime, which asks the kernel by itself.
 */
static enum pl_severity severity_of(const struct pl_code_result *r)
{
    size_t n = r->a->subjects.n;
    if (pl_codebase_links_all(r->m->codebase))
        return PL_SEVERITY_WARNING;
    bool is_covered =
        n - r->n_accounted <= FEW_LOST || (uint64_t)r->n_accounted * 1000000 >= n * (uint64_t)COVERED_PPM;
    return is_covered ? PL_SEVERITY_ERROR : PL_SEVERITY_WARNING;
}

/* Does the loader call it without being asked? */
static bool is_automatic(const struct pl_code_entry *e)
{
    return strcmp(e->what, CALLED_ENTRY) != 0;
}

/* A string may be configured at build time; a call that the source never makes, or a function that no unit wants, is not. */
static enum pl_severity severity_of_entry(const struct pl_code_result *r, const struct pl_code_grade *g)
{
    for (uint32_t i = 0; i < g->n_foreign && i < PL_GRADED_ATOMS; i++)
        if (r->a->code->atoms[g->foreign[i]].kind != PL_ATOM_STRING)
            return severity_of(r);
    return g->n_foreign == 0 ? severity_of(r) : PL_SEVERITY_WARNING;
}

/* Behind a word of an attribute: the underscores of its other spelling, then spaces. */
static pl_bytes behind_word(pl_bytes rest)
{
    if (pl_bytes_starts(rest, PL_LIT("__")))
        rest = pl_bytes_from(rest, 2);
    while (rest.n > 0 && rest.p[0] == ' ')
        rest = pl_bytes_from(rest, 1);
    return rest;
}

/* Does a word stand in the text with one of `ends` (each a text) behind it? */
static bool has_attribute(pl_bytes text, const char *word, const char *const *ends, size_t n_ends)
{
    size_t n = strlen(word);
    for (size_t at = 0; (at = pl_bytes_find(text, pl_bytes_of(word, n), at)) != SIZE_MAX; at += n) {
        pl_bytes rest = behind_word(pl_bytes_from(text, at + n));
        for (size_t i = 0; i < n_ends; i++)
            if (pl_bytes_starts(rest, pl_bytes_of_str(ends[i])))
                return true;
    }
    return false;
}

/* Does it ask the compiler for a resolver: ifunc("name"), target_clones(...), versions of a function by target("default")? */
static bool asks_for_resolver(const struct pl_source_file *file)
{
    static const char *const call[] = {"("};
    static const char *const of_default[] = {"(\"default\")"};
    return has_attribute(file->data, "ifunc", call, 1) ||
           has_attribute(file->data, "target_clones", call, 1) ||
           has_attribute(file->data, "target", of_default, 1);
}

/* Does it let the loader call a function: constructor), destructor(101), a section .init_array? */
static bool asks_for_constructor(const struct pl_source_file *file)
{
    static const char *const inside[] = {")", "(", ","};
    static const char *const any[] = {""};
    pl_bytes text = file->data;
    return has_attribute(text, "constructor", inside, 3) || has_attribute(text, "destructor", inside, 3) ||
           has_attribute(text, "init_array", any, 1) || has_attribute(text, "fini_array", any, 1) ||
           has_attribute(text, ".ctors", any, 1);
}

static bool is_assembly_file(const struct pl_source_file *file)
{
    return pl_source_language_of(file->path) == PL_SOURCE_ASM;
}

/* What the compiled sources say to a question. They are asked when the first needs to know, and once. */
struct answer {
    bool is_asked;
    bool is_yes; /* for one of them */
};

static bool any_source(const struct pl_code_result *r, struct answer *known,
                       bool (*asks)(const struct pl_source_file *file))
{
    const struct pl_index *ix = pl_codebase_index(r->a->cb);
    for (uint32_t u = 0; u < pl_index_unit_count(ix) && !known->is_asked && !known->is_yes; u++) {
        const struct pl_source_file *file = pl_index_unit_file(ix, u);
        known->is_yes = pl_source_language_of(file->path) != PL_SOURCE_NONE && asks(file);
    }
    known->is_asked = true;
    return known->is_yes;
}

/*
 * frame_dummy of crtstuff.c up to GCC 6, where it also registered Java's classes: "if (*list && f) f(list)". Addresses are masked, so that what it could hide is a call of
 * another function when its list is not empty; that function has to be accounted for by itself.
 */
static bool registers_classes(pl_bytes code)
{
    static const uint8_t bytes[] = {0x48, 0x8d, 0x3d, 0,    0,    0,    0,    0x48, 0x83, 0x3f, 0x00, 0x75,
                                    0x0b, 0xe9, 0,    0,    0,    0,    0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00,
                                    0x48, 0x8b, 0x05, 0,    0,    0,    0,    0x48, 0x85, 0xc0, 0x74, 0xe9,
                                    0x55, 0x48, 0x89, 0xe5, 0xff, 0xd0, 0x5d, 0xe9, 0,    0,    0,    0};
    static const char mask[] = "xxx....xxxxxxx....xxxxxxxxx....xxxxxxxxxxxxx....";
    if (code.n != sizeof bytes)
        return false;
    for (size_t i = 0; i < code.n; i++)
        if (mask[i] == 'x' && code.p[i] != bytes[i])
            return false;
    return true;
}

/* frame_dummy of GCC's crtstuff.c is one jump, and __do_global_dtors_aux calls __cxa_finalize; older compilers made other bytes of them. */
static bool is_start_up(const struct pl_code *code, pl_bytes image, const struct pl_function *fn)
{
    if (fn->size <= JUMP_BYTES && fn->n_atoms <= 1)
        return true;
    if (fn->size < image.n && registers_classes(pl_bytes_sub(image, (size_t)fn->offset, (size_t)fn->size)))
        return true;
    for (uint32_t k = 0; k < fn->n_atoms; k++)
        if (code->atoms[fn->first_atom + k].kind == PL_ATOM_IMPORT &&
            pl_bytes_eq_str(code->atoms[fn->first_atom + k].text, "__cxa_finalize"))
            return true;
    return false;
}

/* Does the image call functions of C++? */
static bool has_cpp(const struct pl_code *code)
{
    for (size_t i = 0; i < code->n_atoms; i++)
        if (code->atoms[i].kind == PL_ATOM_IMPORT && pl_bytes_starts(code->atoms[i].text, PL_LIT("_Z")))
            return true;
    return false;
}

/*
 * Is it in a table of functions that C code fills by an attribute alone? In an image with C++ a function that is only placed, by its neighbours, may be the
 * initialiser of the C++ unit beside them, which stands in such a table without a word in its source. A header of C++ is called .h, too.
 */
static bool is_by_attribute(const struct pl_code_result *r, const struct pl_code_entry *e, uint32_t subject)
{
    uint32_t unit = r->grades[subject].unit;
    if (strstr(e->what, "_array[") == NULL || unit == UINT32_MAX || r->grades[subject].end == PL_CODE_RUNTIME)
        return false;
    if (r->grades[subject].end == PL_CODE_PLACED && has_cpp(r->a->code))
        return false;
    const struct pl_source_file *file = pl_index_unit_file(pl_codebase_index(r->a->cb), unit);
    bool may_be_cpp = pl_bytes_ends(file->path, PL_LIT(".h")) && has_cpp(r->a->code);
    return pl_source_language_of(file->path) == PL_SOURCE_C && !may_be_cpp;
}

/*
 * Is it found in a file that asks for no constructor, nor does any header, which may have a macro for it? Of functions that are matched alone: others may
 * be of another file. What it could hide: a function of a file that has a constructor, made another one.
 */
static bool is_of_another_file(const struct pl_code_result *r, uint32_t subject)
{
    const struct pl_index *ix = pl_codebase_index(r->a->cb);
    if (r->grades[subject].end != PL_CODE_MATCHED || r->a->subjects.v[subject].definition == PL_NO_DEFINITION)
        return false;
    uint32_t own = pl_codebase_at(r->a->cb, r->a->subjects.v[subject].definition)->unit;
    for (uint32_t u = 0; u < pl_index_unit_count(ix); u++) {
        const struct pl_source_file *file = pl_index_unit_file(ix, u);
        /* autoheader's template says in a comment what configure tried */
        bool is_shared =
            !pl_bytes_ends(file->path, PL_LIT(".c")) && !pl_bytes_ends(file->path, PL_LIT("config.h.in"));
        bool may_be = u == own || u == r->grades[subject].unit || is_shared;
        if (may_be && pl_source_language_of(file->path) != PL_SOURCE_NONE && asks_for_constructor(file))
            return false;
    }
    return true;
}

static pl_status add_entry(const struct pl_code_result *r, const struct pl_code_entry *e,
                           const struct pl_function *fn, enum pl_severity severity, const char *what,
                           struct pl_err *err)
{
    struct pl_finding *finding;
    pl_status st = pl_findings_add(&r->f->findings, TAG_ENTRY, severity, fn->offset, fn->size, &finding, err,
                                   "the loader calls a function that %s", what);
    return st == PL_OK ? pl_finding_fact(&r->f->findings, finding, "entry", pl_bytes_of_str(e->what), err)
                       : st;
}

static pl_status check_entries(const struct pl_code_result *r, struct pl_err *err)
{
    const struct pl_code *code = r->a->code;
    pl_status st = PL_OK;
    struct answer known = {false, false};
    for (size_t i = 0; i < code->n_entries && st == PL_OK; i++) {
        const struct pl_code_entry *e = &code->entries[i];
        if (e->function == PL_NO_TARGET || !is_automatic(e))
            continue;
        const struct pl_function *fn = &code->functions[code->functions[e->function].owner];
        uint32_t subject = r->a->subject_of[fn->owner];
        if (code->functions[e->function].address != e->address)
            st = add_entry(r, e, fn, PL_SEVERITY_WARNING, "does not begin there", err);
        if (st != PL_OK)
            break;
        if (subject == PL_NO_TARGET)
            continue;
        enum pl_code_end end = r->grades[subject].end;
        /* A misplaced one has a finding of its own, and a source for each part. */
        if (!pl_code_end_is_accounted(end) && end != PL_CODE_MISPLACED)
            st = add_entry(r, e, fn, severity_of_entry(r, &r->grades[subject]), "nothing accounts for", err);
        if (st != PL_OK || !pl_code_end_is_accounted(end) || is_start_up(code, r->f->data, fn) ||
            !is_by_attribute(r, e, subject))
            continue;
        if (!any_source(r, &known, asks_for_constructor))
            st = add_entry(r, e, fn, severity_of(r), "no source makes a constructor or destructor", err);
        else if (is_of_another_file(r, subject))
            st = add_entry(r, e, fn, severity_of(r), "its source does not make a constructor or destructor",
                           err);
    }
    return st;
}

static pl_status check_resolvers(const struct pl_code_result *r, struct pl_err *err)
{
    const struct pl_code *code = r->a->code;
    pl_status st = PL_OK;
    struct answer known = {false, false};
    for (size_t i = 0; i < code->n_entries && st == PL_OK; i++) {
        const struct pl_code_entry *e = &code->entries[i];
        if (strcmp(e->what, RESOLVER) != 0)
            continue;
        bool is_known = any_source(r, &known, asks_for_resolver);
        const struct pl_function *fn = e->function == PL_NO_TARGET ? NULL : &code->functions[e->function];
        st = pl_findings_add(&r->f->findings, TAG_IFUNC, is_known ? PL_SEVERITY_NOTE : severity_of(r),
                             fn == NULL ? PL_NO_OFFSET : fn->offset, fn == NULL ? 0 : fn->size, NULL, err,
                             is_known
                                 ? "a function runs while the image is being loaded, to choose another one"
                                 : "a function runs while the image is being loaded, and no source asks "
                                   "for such a resolver");
    }
    return st;
}

static bool is_assembly(const struct pl_code_result *r, const struct pl_subject *s)
{
    if (s->definition == PL_NO_DEFINITION)
        return false;
    const struct pl_source_file *file =
        pl_index_unit_file(pl_codebase_index(r->a->cb), pl_codebase_at(r->a->cb, s->definition)->unit);
    return is_assembly_file(file);
}

static bool is_name_byte(uint8_t c)
{
    return (uint8_t)((c | 32) - 'a') < 26 || (uint8_t)(c - '0') < 10 || c == '_';
}

/* Does the word stand in the text as an instruction: alone, and not called like a function? */
static bool has_instruction(pl_bytes text, pl_bytes word)
{
    for (size_t at = 0; at + word.n <= text.n;) {
        const uint8_t *p = memmem(text.p + at, text.n - at, word.p, word.n);
        if (p == NULL)
            return false;
        size_t i = (size_t)(p - text.p);
        size_t end = i + word.n;
        bool is_escape = i >= 2 && text.p[i - 2] == '\\' && (text.p[i - 1] == 't' || text.p[i - 1] == 'n');
        bool is_begun = i == 0 || is_escape || !is_name_byte(text.p[i - 1]);
        while (end < text.n && text.p[end] == ' ')
            end++;
        if (is_begun && (end == text.n || (!is_name_byte(text.p[end]) && text.p[end] != '(')))
            return true;
        at = i + 1;
    }
    return false;
}

/* Does assembly in it make system calls by itself? */
static bool makes_syscalls(const struct pl_source_file *file)
{
    static const char *const words[] = {"syscall", "sysenter", "int $0x80", "int\\t$0x80", "svc", "swi"};
    bool has_asm = is_assembly_file(file) || memmem(file->data.p, file->data.n, "asm", 3) != NULL;
    for (size_t i = 0; i < sizeof words / sizeof words[0] && has_asm; i++)
        if (has_instruction(file->data, pl_bytes_of_str(words[i])))
            return true;
    return false;
}

static pl_status check_syscalls(const struct pl_code_result *r, struct pl_err *err)
{
    const struct pl_code *code = r->a->code;
    pl_status st = PL_OK;
    struct answer known = {false, false};
    for (size_t i = 0; i < code->n_functions && st == PL_OK; i++) {
        const struct pl_function *fn = &code->functions[i];
        for (uint32_t k = 0; k < fn->n_atoms && st == PL_OK; k++) {
            const struct pl_atom *atom = &code->atoms[fn->first_atom + k];
            if (atom->kind != PL_ATOM_SYSCALL || (fn->flags & PL_FUNCTION_RUNTIME))
                continue;
            bool is_known = any_source(r, &known, makes_syscalls);
            st = pl_findings_add(&r->f->findings, TAG_SYSCALL, is_known ? PL_SEVERITY_NOTE : severity_of(r),
                                 atom->at, 2, NULL, err,
                                 is_known ? "the program asks the kernel without the C library"
                                          : "the program asks the kernel without the C library, and no "
                                            "assembly of the source does");
            break;
        }
    }
    return st;
}

/* A stub that leads to another function has no frame to unwind. */
static bool needs_unwind(const struct pl_code_result *r, uint32_t subject)
{
    const struct pl_subject *s = &r->a->subjects.v[subject];
    const struct pl_function *fn = &r->a->code->functions[s->function];
    uint32_t none = PL_FUNCTION_UNWIND | PL_FUNCTION_PLT | PL_FUNCTION_RUNTIME | PL_FUNCTION_THUNK;
    return !(fn->flags & none) && !is_assembly(r, s);
}

/* Does some function refer to a byte of it as data? */
static bool is_data(const struct pl_code *code, const struct pl_code_gap *gap)
{
    for (size_t i = 0; i < code->n_spans; i++) {
        const struct pl_code_span *span = &code->spans[i];
        if (gap->offset - span->offset >= span->size)
            continue;
        uint64_t address = span->address + (gap->offset - span->offset);
        size_t first = pl_code_data_from(code, address);
        if (first < code->n_data && code->data[first] - address < gap->length)
            return true;
    }
    return false;
}

/* What stands between functions, is no fill, and nobody leads to. Assembly keeps tables among its code. */
static pl_status report_cave(const struct pl_code_result *r, uint64_t offset, uint64_t length, bool is_table,
                             struct pl_err *err)
{
    return pl_findings_add(&r->f->findings, TAG_PADDING, is_table ? PL_SEVERITY_WARNING : severity_of(r),
                           offset, length, NULL, err,
                           is_table ? "bytes between functions are no fill; they may belong to assembly"
                                    : "bytes between functions are no fill, and nothing that was found leads "
                                      "to them");
}

/* Does the image have an unwind entry for nearly all functions? */
static bool has_unwind_throughout(const struct pl_code *code)
{
    const uint32_t others = PL_FUNCTION_PLT | PL_FUNCTION_RUNTIME | PL_FUNCTION_THUNK;
    uint64_t n = 0;
    uint64_t with = 0;
    for (size_t i = 0; i < code->n_functions; i++) {
        bool is_own = !(code->functions[i].flags & others);
        n += is_own;
        with += is_own && (code->functions[i].flags & PL_FUNCTION_UNWIND);
    }
    return n > 0 && with * 1000000 >= n * UNWIND_PPM;
}

static pl_status check_unwind(const struct pl_code_result *r, struct pl_err *err)
{
    const struct pl_code *code = r->a->code;
    uint32_t found = 0;
    pl_status st = PL_OK;
    struct answer known = {false, false};
    if (!has_unwind_throughout(code))
        return PL_OK;
    for (uint32_t i = 0; i < r->a->subjects.n && st == PL_OK; i++) {
        const struct pl_function *fn = &code->functions[r->a->subjects.v[i].function];
        struct pl_code_way way;
        if (!needs_unwind(r, i))
            continue;
        if (pl_code_ways(r, i, &way, 1) == 0)
            st = report_cave(r, fn->offset, fn->size, any_source(r, &known, is_assembly_file), err);
        else if (found++ < SHOWN_UNWIND)
            st = pl_findings_add(&r->f->findings, TAG_UNWIND, PL_SEVERITY_WARNING, fn->offset, fn->size, NULL,
                                 err,
                                 "a function has no unwind entry; nearly all others of the image have one");
    }
    if (st == PL_OK && found > SHOWN_UNWIND)
        st = pl_findings_add(&r->f->findings, TAG_UNWIND, PL_SEVERITY_WARNING, PL_NO_OFFSET, 0, NULL, err,
                             "%u further functions have no unwind entry", (unsigned)(found - SHOWN_UNWIND));
    return st;
}

/* Lists without elements, as mingw keeps them behind the code, and fill between them. */
static bool is_blank(pl_bytes bytes)
{
    for (size_t i = 0; i < bytes.n; i++)
        if (bytes.p[i] != 0 && bytes.p[i] != 0xff && bytes.p[i] != 0x90 && bytes.p[i] != 0xcc)
            return false;
    return true;
}

static pl_status check_gaps(const struct pl_code_result *r, struct pl_err *err)
{
    const struct pl_code *code = r->a->code;
    pl_status st = PL_OK;
    struct answer known = {false, false};
    for (size_t i = 0; i < code->n_gaps && st == PL_OK; i++)
        if (!code->gaps[i].is_fill &&
            !is_blank(pl_bytes_sub(r->f->data, (size_t)code->gaps[i].offset, (size_t)code->gaps[i].length)))
            st = report_cave(r, code->gaps[i].offset, code->gaps[i].length,
                             any_source(r, &known, is_assembly_file) || is_data(code, &code->gaps[i]), err);
    return st;
}

pl_status pl_code_check(const struct pl_code_result *r, struct pl_err *err)
{
    pl_status st = check_entries(r, err);
    if (st == PL_OK)
        st = check_resolvers(r, err);
    if (st == PL_OK)
        st = check_syscalls(r, err);
    if (st == PL_OK)
        st = check_unwind(r, err);
    if (st == PL_OK)
        st = pl_code_check_numbers(r, severity_of(r), err);
    if (st == PL_OK)
        st = check_gaps(r, err);
    return st == PL_OK ? pl_code_check_changed(r, err) : st;
}
