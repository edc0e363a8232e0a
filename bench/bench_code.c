/*
 * bench_code.c - what pl_code_of() makes of images, and how fast.
 *
 *     bench_code [-v|-s] FILE...     -v lists functions and atoms, -s functions only
 */
#include "base/quote.h"
#include "feature/code.h"
#include "io/clock.h"
#include "io/read.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kinds[PL_ATOM_KIND_COUNT] = {"string", "import", "call",    "constant", "float",
                                                      "data",   "switch", "syscall", "part",     "name"};

struct totals {
    uint64_t code, owned, plt, fill, other, functions, strong, cold, bad, parts, strong_bytes;
    uint64_t atoms[PL_ATOM_KIND_COUNT];
    uint64_t ns;
};

static bool is_strong(const struct pl_atom *a)
{
    return (a->kind == PL_ATOM_STRING && a->text.n >= 4) || a->kind == PL_ATOM_IMPORT ||
           a->kind == PL_ATOM_CONSTANT || a->kind == PL_ATOM_FLOAT || a->kind == PL_ATOM_SYSCALL;
}

static void count(const struct pl_code *c, struct totals *t)
{
    t->code += c->code_bytes;
    for (size_t i = 0; i < c->n_functions; i++) {
        const struct pl_function *f = &c->functions[i];
        if (f->flags & PL_FUNCTION_PLT) {
            t->plt += f->size;
            continue;
        }
        t->owned += f->size;
        t->parts++;
        t->cold += (f->flags & PL_FUNCTION_COLD) != 0;
        t->bad += (f->flags & PL_FUNCTION_BAD_DECODE) != 0;
        bool strong = false;
        for (uint32_t k = 0; k < f->n_atoms; k++)
            strong |= is_strong(&c->atoms[f->first_atom + k]);
        t->functions += !(f->flags & (PL_FUNCTION_COLD | PL_FUNCTION_RUNTIME));
        if (!(f->flags & (PL_FUNCTION_COLD | PL_FUNCTION_RUNTIME)))
            t->strong += strong;
        t->strong_bytes += strong ? f->size : 0;
    }
    for (size_t i = 0; i < c->n_gaps; i++)
        *(c->gaps[i].is_fill ? &t->fill : &t->other) += c->gaps[i].length;
    for (size_t i = 0; i < c->n_atoms; i++)
        t->atoms[c->atoms[i].kind]++;
}

static void list(const struct pl_code *c, bool atoms)
{
    for (size_t i = 0; i < c->n_functions; i++) {
        const struct pl_function *f = &c->functions[i];
        printf("%zu %" PRIx64 "+%" PRIu64 "%s%s%s%s%s%s%s %.*s", i, f->address, f->size,
               f->flags & PL_FUNCTION_UNWIND ? " unwind" : "",
               f->flags & PL_FUNCTION_EXPORTED ? " exported" : "",
               f->flags & PL_FUNCTION_THUNK ? " thunk" : "", f->flags & PL_FUNCTION_COLD ? " cold" : "",
               f->flags & PL_FUNCTION_PLT ? " plt" : "", f->flags & PL_FUNCTION_RUNTIME ? " runtime" : "",
               f->flags & PL_FUNCTION_BAD_DECODE ? " BAD" : "", PL_ARG(f->name));
        if (f->file.n > 0)
            printf(" in %.*s", PL_ARG(f->file));
        printf(f->owner == i ? "\n" : " of %u\n", f->owner);
        for (uint32_t k = 0; atoms && k < f->n_atoms; k++) {
            const struct pl_atom *a = &c->atoms[f->first_atom + k];
            struct pl_buf q;
            pl_buf_init(&q, 4096);
            if (a->kind != PL_ATOM_SWITCH && a->kind != PL_ATOM_DATA)
                pl_quote_some(&q, a->text, 60);
            printf("    %" PRIx64 " %s %" PRIx64 " -> %d %.*s\n", a->at, kinds[a->kind], a->value,
                   (int)a->target, PL_ARG(pl_buf_bytes(&q)));
            pl_buf_reset(&q);
        }
    }
    for (size_t i = 0; i < c->n_gaps; i++)
        if (!c->gaps[i].is_fill)
            printf("gap %" PRIx64 "+%" PRIu64 "\n", c->gaps[i].offset, c->gaps[i].length);
    for (size_t i = 0; i < c->n_entries; i++)
        if (strcmp(c->entries[i].what, "export") != 0)
            printf("entry %s %" PRIx64 " in %d\n", c->entries[i].what, c->entries[i].address,
                   (int)c->entries[i].function);
}

static void print(const char *name, const struct totals *t)
{
    printf("%-40s %9" PRIu64 " code, owned %.2f%% plt %.2f%% fill %.2f%% other %.3f%% | %" PRIu64
           " fn, strong %.1f%% (%.1f%% bytes) cold %" PRIu64 " bad %" PRIu64 " | %.1f MB/s |",
           name, t->code, 100.0 * t->owned / t->code, 100.0 * t->plt / t->code, 100.0 * t->fill / t->code,
           100.0 * t->other / t->code, t->functions, t->functions ? 100.0 * t->strong / t->functions : 0.0,
           100.0 * t->strong_bytes / (t->owned + 1), t->cold, t->bad, t->code * 1e3 / t->ns);
    for (int k = 0; k < PL_ATOM_KIND_COUNT; k++)
        printf(" %s %" PRIu64, kinds[k], t->atoms[k]);
    putchar('\n');
}

int main(int argc, char **argv)
{
    struct totals all = {0};
    char mode = 0;
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-') {
            mode = argv[i][1];
            continue;
        }
        struct pl_err err = {0};
        struct pl_code code;
        struct pl_arena arena;
        uint8_t *heap;
        size_t n;
        if (pl_io_read(argv[i], (uint64_t)1 << 30, &heap, &n, &err) != PL_OK)
            continue;
        pl_arena_init(&arena, (size_t)1 << 32);
        uint64_t before = pl_clock_monotonic_ns();
        const struct pl_limits limits = pl_limits_default();
        if (pl_code_of(pl_bytes_of(heap, n), &limits, &arena, &code, &err) == PL_OK) {
            struct totals t = {.ns = pl_clock_monotonic_ns() - before};
            const char *slash = strrchr(argv[i], '/');
            count(&code, &t);
            count(&code, &all);
            all.ns += t.ns;
            if (mode != 0)
                list(&code, mode == 'v');
            else
                print(slash ? slash + 1 : argv[i], &t);
            if (code.unsupported != NULL)
                puts(code.unsupported);
        } else {
            printf("%s: %s\n", argv[i], err.text);
        }
        pl_arena_reset(&arena);
        free(heap);
    }
    if (mode == 0 && all.code > 0)
        print("all", &all);
    return 0;
}
