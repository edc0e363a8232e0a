/*
 * source_asm.c - assembly for GNU as and NASM: global labels are functions, data behind a label is an object.
 *
 * A function reaches from its label to the next function or object, or to what says that it ends. Labels are functions when .globl, .type or
 * global name them, or when a macro that is known to begin functions does (cglobal, function, ENTRY). Of operands numbers, strings,
 * called symbols and symbols whose address is taken are atoms; directives that lay out are passed over.
 *
 * Source: the manuals of GNU as and NASM; x86inc.asm and asm.S of FFmpeg, linkage.h of Linux for the macros.
 * What macros expand to is read as instructions alone: source_steps.c.
 */
#include "feature/source_steps.h"

struct assembly {
    struct pl_source_reader *r;
    uint32_t to;
    bool is_nasm;
    bool is_perl;
    struct pl_source_steps steps;
    size_t open; /* definition whose lines these are, SIZE_MAX: none */
    uint32_t open_first;
};

static bool is_one_of(pl_bytes word, const char *const *words)
{
    for (; *words != NULL; words++)
        if (pl_bytes_eq_str(word, *words))
            return true;
    return false;
}

static const char *const global_words[] = {"globl", "global", "GLOBAL", "export", "GLOBAL_FUNCTION", NULL};
static const char *const function_words[] = {
    "cglobal", "cvisible",  "function",       "FUNCTION",       "ENTRY",          "FUNC",
    "LEAF",    "ASM_ENTRY", "SYM_FUNC_START", "SYM_CODE_START", "FUNCTION_BEGIN", NULL};
static const char *const end_words[] = {
    "size", "endfunc", "ENDPROC", "END", "SYM_FUNC_END", "section", "SECTION", "data", "text", "end", NULL};
static const char *const data_words[] = {
    "byte",   "short", "hword",  "word", "long", "int", "quad", "octa", "xword", "ascii", "asciz",
    "string", "float", "double", "db",   "dw",   "dd",  "dq",   "dt",   "do",    "times", NULL};
static const char *const call_words[] = {"call", "callq", "calll", "bl", "blx", "jal", NULL};
static const char *const jump_words[] = {"jmp", "jmpq", "b", "j", NULL};

/*
 * The name in a label that begins at `i`, and *behind its colon: "name:", or "EXTN(name):" where a macro spells it for the system. 0 when there is
 * none.
 */
static uint32_t label_at(const struct assembly *a, uint32_t i, uint32_t end, uint32_t *behind)
{
    const struct pl_token *t = a->r->t;
    if (i + 1 < end && t[i].kind == PL_TOKEN_WORD && t[i + 1].kind == ':') {
        *behind = i + 2;
        return i;
    }
    if (i + 4 < end && t[i].kind == PL_TOKEN_WORD && t[i + 1].kind == '(' && t[i + 2].kind == PL_TOKEN_WORD &&
        t[i + 3].kind == ')' && t[i + 4].kind == ':') {
        *behind = i + 5;
        return i + 2;
    }
    return 0;
}

/* The first token of the next line; a comment ends a line, too. */
static uint32_t next_line(const struct assembly *a, uint32_t i)
{
    do
        i++;
    while (i < a->to && !(a->r->t[i].flags & PL_TOKEN_FIRST));
    return i;
}

/* Where the comment in the line [i, end) begins, or its end. */
static uint32_t line_stop(const struct assembly *a, uint32_t i, uint32_t end)
{
    const struct pl_token *t = a->r->t;
    for (uint32_t k = i; k < end; k++) {
        if (t[k].kind == ';' && a->is_nasm)
            return k;
        if (t[k].kind == '#' && k > i && (t[k + 1].flags & PL_TOKEN_SPACED))
            return k;
        if (t[k].kind == '@' && (t[k].flags & PL_TOKEN_SPACED) && (t[k + 1].flags & PL_TOKEN_SPACED))
            return k;
    }
    return end;
}

static void end_open(struct assembly *a, uint32_t end)
{
    struct pl_source_reader *r = a->r;
    if (a->open >= r->definitions.n)
        return;
    struct pl_definition *d = &r->definitions.v[a->open];
    const struct pl_token *last = &r->t[end - 1 > a->open_first ? end - 1 : a->open_first];
    d->length = last->at + (last->kind < 128 ? 1 : last->length) - d->offset;
    d->n_tokens = end - a->open_first;
    if (d->kind == PL_DEFINITION_FUNCTION)
        pl_source_steps_emit(&a->steps, r, a->open_first, end);
    pl_source_end(r, a->open);
    a->open = SIZE_MAX;
}

static void begin_named(struct assembly *a, enum pl_definition_kind kind, pl_bytes name, uint32_t first)
{
    end_open(a, first);
    a->open = pl_source_begin(a->r, kind, name, first, first + 1);
    a->open_first = first;
}

static void begin(struct assembly *a, enum pl_definition_kind kind, uint32_t name, uint32_t first)
{
    begin_named(a, kind, pl_source_text_at(a->r, name), first);
}

/* ---- lines ---- */

/* .globl a, b   .type a, @function   global a:function */
static void note_globals(struct assembly *a, uint32_t i, uint32_t end)
{
    struct pl_source_reader *r = a->r;
    if (pl_bytes_eq_str(pl_source_text_at(r, i), "ELF") && i + 3 < end && r->t[i + 1].kind == '(' &&
        r->t[i + 2].kind == '.')
        i += 3; /* ELF(.type name, @function): nothing for other formats */
    bool is_type = pl_bytes_eq_str(pl_source_text_at(r, i), "type");
    bool is_global = is_one_of(pl_source_text_at(r, i), global_words);
    if (!is_global && !is_type)
        return;
    bool is_function = is_global;
    for (uint32_t k = i + 1; k < end; k++)
        is_function |= pl_bytes_eq_str(pl_source_text_at(r, k), "function") ||
                       pl_bytes_eq_str(pl_source_text_at(r, k), "STT_FUNC");
    for (uint32_t k = i + 1; is_function && k < end && (is_global || k == i + 1); k++)
        if (r->t[k].kind == PL_TOKEN_WORD && r->t[k - 1].kind != ':' && r->t[k - 1].kind != '.')
            r->lex.symbols.v[r->t[k].link].local_of = r->function;
}

static bool is_global(const struct assembly *a, uint32_t i)
{
    return a->r->t[i].kind == PL_TOKEN_WORD && pl_source_symbol_at(a->r, i)->local_of == a->r->function;
}

/* The word of the directive or instruction of a line that begins at `i`; *is_directive: behind a dot or a percent sign. */
static uint32_t operation(const struct assembly *a, uint32_t i, uint32_t end, bool *is_directive)
{
    const struct pl_token *t = a->r->t;
    while (label_at(a, i, end, &i) != 0)
        ;
    *is_directive = i < end && (t[i].kind == '.' || t[i].kind == '%');
    i += *is_directive;
    return i < end && t[i].kind == PL_TOKEN_WORD ? i : 0;
}

static void read_operands(struct assembly *a, uint32_t i, uint32_t end, bool is_data)
{
    struct pl_source_reader *r = a->r;
    bool calls = is_one_of(pl_source_text_at(r, i), call_words);
    bool jumps = is_one_of(pl_source_text_at(r, i), jump_words);
    for (uint32_t k = i + 1; k < end && r->why == PL_OK;) {
        uint8_t before = r->t[k - 1].kind;
        uint8_t after = k + 1 < end ? r->t[k + 1].kind : ',';
        if (r->t[k].kind == PL_TOKEN_NUMBER) {
            k = pl_source_emit_number(r, i + 1, k, end);
            continue;
        }
        if (r->t[k].kind == PL_TOKEN_STRING && is_data)
            pl_source_emit_string(r, k, k, k + 1);
        if (r->t[k].kind == PL_TOKEN_WORD && before != '.' && before != '%' && before != '@' &&
            before != ':') {
            bool is_address = (after == '(' && r->t[k + 2].kind == '%') || after == '@' || before == '=' ||
                              pl_bytes_eq_str(pl_source_text_at(r, k - 1), "rel");
            bool is_spelled =
                k + 3 < end && after == '(' && r->t[k + 2].kind == PL_TOKEN_WORD && r->t[k + 3].kind == ')';
            if (calls && is_spelled) { /* call EXTN(name) */
                pl_source_emit_word(r, PL_ATOM_CALL, k + 2);
                k += 3;
            } else if ((calls && (k == i + 1 || before != ',')) || (jumps && is_global(a, k)))
                pl_source_emit_word(r, PL_ATOM_CALL, k);
            else if (is_address || (is_data && !is_one_of(pl_source_text_at(r, k), data_words)))
                pl_source_emit_word(r, PL_ATOM_NAME, k);
        }
        k++;
    }
}

/* .macro name ... .endm; returns the line behind it. */
static uint32_t read_macro(struct assembly *a, uint32_t first, uint32_t word)
{
    struct pl_source_reader *r = a->r;
    bool is_directive;
    if (word + 1 >= a->to || r->t[word + 1].kind != PL_TOKEN_WORD)
        return next_line(a, first);
    begin(a, PL_DEFINITION_MACRO, word + 1, first);
    if (a->open < r->definitions.n)
        r->definitions.v[a->open].flags = PL_DEFINITION_CALL_LIKE;
    uint32_t i = next_line(a, first);
    while (i < a->to && r->why == PL_OK) {
        uint32_t end = next_line(a, i);
        uint32_t stop = line_stop(a, i, end);
        uint32_t op = operation(a, i, stop, &is_directive);
        bool is_last = op != 0 && is_directive && pl_source_ends_macro(pl_source_text_at(r, op));
        if (op != 0 && !is_last)
            read_operands(a, op, stop, is_one_of(pl_source_text_at(r, op), data_words));
        i = end;
        if (is_last)
            break;
    }
    end_open(a, i);
    return i;
}

/* The text that a variable of Perl was given last before token `i`: its token; the name itself when there is none. */
static pl_bytes value_of(const struct assembly *a, uint32_t name)
{
    const struct pl_token *t = a->r->t;
    for (uint32_t k = name - 1; k > 3; k--)
        if (t[k].kind == PL_TOKEN_STRING && t[k - 1].kind == '=' && t[k - 2].kind == PL_TOKEN_WORD &&
            t[k - 2].link == t[name].link && t[k - 3].kind == '$' && t[k].length > 2)
            return pl_bytes_sub(a->r->lex.text, t[k].at + 1, t[k].length - 2);
    return pl_source_text_at(a->r, name);
}

/* .type $name,\@function,3 stands before the label of a function that perlasm writes; the name may be a variable's. */
static void begin_perl(struct assembly *a, uint32_t i, uint32_t stop, uint32_t op)
{
    uint32_t name = 0;
    if (op == 0 || !pl_bytes_eq_str(pl_source_text_at(a->r, op), "type"))
        return;
    for (uint32_t k = op + 1; k < stop && a->r->t[k].kind != ','; k++)
        if (a->r->t[k].kind == PL_TOKEN_WORD)
            name = k;
    if (name == 0)
        return;
    pl_bytes text = a->r->t[name - 1].kind == '$' ? value_of(a, name) : pl_source_text_at(a->r, name);
    begin_named(a, PL_DEFINITION_FUNCTION, text, i);
}

/* The label or macro in the line [i, stop) that begins something; `op` is its operation. */
static void begin_here(struct assembly *a, uint32_t i, uint32_t stop, uint32_t op)
{
    struct pl_source_reader *r = a->r;
    uint32_t behind;
    uint32_t name = label_at(a, i, stop, &behind);
    bool has_label = name != 0;
    if (a->is_perl) {
        begin_perl(a, i, stop, op);
        return;
    }
    bool is_data = op != 0 && is_one_of(pl_source_text_at(r, op), data_words);
    if (has_label && op == 0 && stop < a->to) { /* data in the next line */
        bool is_directive;
        uint32_t next = operation(a, stop, next_line(a, stop), &is_directive);
        is_data = next != 0 && is_one_of(pl_source_text_at(r, next), data_words);
    }
    if (has_label && is_data && !is_global(a, name)) {
        begin(a, PL_DEFINITION_OBJECT, name, i);
    } else if (has_label && is_global(a, name)) {
        begin(a, is_data ? PL_DEFINITION_OBJECT : PL_DEFINITION_FUNCTION, name, i);
    } else if (op != 0 && is_one_of(pl_source_text_at(r, op), function_words)) {
        name = op + 1 + (r->t[op + 1].kind == '(');
        if (name >= stop || r->t[name].kind != PL_TOKEN_WORD)
            return;
        begin(a, PL_DEFINITION_FUNCTION, name, i);
        if (a->open >= r->definitions.n)
            return;
        r->definitions.v[a->open].flags = PL_DEFINITION_NAMED_BY_MACRO;
        r->definitions.v[a->open].macro = pl_source_text_at(r, op);
    }
}

static uint32_t read_line(struct assembly *a, uint32_t i)
{
    struct pl_source_reader *r = a->r;
    bool is_directive;
    uint32_t end = next_line(a, i);
    uint32_t stop = line_stop(a, i, end);
    uint32_t op = operation(a, i, stop, &is_directive);
    pl_bytes word = op != 0 ? pl_source_text_at(r, op) : (pl_bytes){0};
    if (is_directive && pl_source_begins_macro(word))
        return read_macro(a, i, op);
    begin_here(a, i, stop, op);
    bool is_data = is_one_of(word, data_words);
    if (op != 0 && is_one_of(word, end_words) && a->open_first != i)
        end_open(a, i);
    else if (op != 0 && a->open != SIZE_MAX && (!is_directive || is_data))
        read_operands(a, op, stop, is_data);
    return end;
}

static bool looks_like_nasm(const struct pl_source_reader *r, uint32_t to)
{
    static const char *const words[] = {"macro", "include", "define", "if", "ifdef", "assign", "endif", NULL};
    for (uint32_t i = 1; i + 1 < to; i++) {
        if (!(r->t[i].flags & PL_TOKEN_FIRST))
            continue;
        pl_bytes word = pl_source_text_at(r, i);
        if ((r->t[i].kind == '%' && is_one_of(pl_source_text_at(r, i + 1), words)) ||
            pl_bytes_eq_str(word, "SECTION") || pl_bytes_eq_str(word, "section") ||
            pl_bytes_eq_str(word, "global"))
            return true;
    }
    return false;
}

/* All of OpenSSL's name the program that translates their text for each assembler. */
bool pl_source_is_perlasm(pl_bytes text)
{
    return pl_bytes_find(text, PL_LIT("x86_64-xlate.pl"), 0) != SIZE_MAX;
}

void pl_source_read_asm(struct pl_source_reader *r, uint32_t from, uint32_t to)
{
    bool is_perl = r->language == PL_SOURCE_PERLASM;
    struct assembly a = {.r = r,
                         .to = to,
                         .open = SIZE_MAX,
                         .is_nasm = !is_perl && looks_like_nasm(r, to),
                         .is_perl = is_perl};
    pl_source_steps_init(&a.steps, r, from, to, a.is_nasm, is_perl);
    for (uint32_t i = from; i < to;) {
        bool is_directive;
        uint32_t end = next_line(&a, i);
        uint32_t op = operation(&a, i, end, &is_directive);
        if (op != 0)
            note_globals(&a, op, line_stop(&a, i, end));
        i = end;
    }
    for (uint32_t i = from; i < to && r->why == PL_OK;)
        i = read_line(&a, i);
    end_open(&a, to);
    pl_source_steps_reset(&a.steps);
}
