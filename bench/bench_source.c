/*
 * bench_source.c - what pl_source_code_of() makes of the source in a folder, and how fast.
 *
 *     bench_source [-l|-v] FOLDER...     -l lists definitions as FILE:LINE-LINE:KIND:FLAGS:SCOPE:NAME, -v their atoms, too
 */
#include "base/quote.h"
#include "feature/source_code.h"
#include "folder.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const atom_kinds[PL_ATOM_KIND_COUNT] = {"string", "import", "call",    "constant", "float",
                                                           "data",   "switch", "syscall", "part",     "name"};
static const char *const languages[] = {"none", "c", "c++", "objc", "rust", "go", "asm"};

struct totals {
    uint64_t files, bytes, arena_bytes, functions, macros, objects, atoms;
    double seconds;
};

static void print_atoms(const struct pl_source_code *c, const struct pl_definition *d)
{
    for (uint32_t k = 0; k < d->n_atoms; k++) {
        const struct pl_atom *a = &c->atoms[d->first_atom + k];
        struct pl_buf quoted;
        pl_buf_init(&quoted, 1u << 16);
        pl_quote_some(&quoted, a->text, 200);
        printf("    %" PRIu64 " %s %" PRIx64 " %.*s\n", a->at, atom_kinds[a->kind], a->value,
               PL_ARG(pl_buf_bytes(&quoted)));
        pl_buf_reset(&quoted);
    }
}

static void list(pl_bytes path, const struct pl_source_code *c, bool atoms)
{
    for (size_t i = 0; i < c->n_definitions; i++) {
        const struct pl_definition *d = &c->definitions[i];
        printf("%.*s:%u-%u:%c%s%s%s%s%s%s:%.*s:%.*s:%u:%.*s\n", PL_ARG(path), d->first_line, d->last_line,
               "FMO"[d->kind], d -> flags &PL_DEFINITION_STATIC ? "s" : "",
               d->flags &PL_DEFINITION_INLINE ? "i" : "", d->flags &PL_DEFINITION_TEMPLATE ? "t" : "",
               d->flags &PL_DEFINITION_CALL_LIKE ? "(" : "", d->flags &PL_DEFINITION_CONSTRUCTOR ? "!" : "",
               d->flags &PL_DEFINITION_IFUNC ? "?" : "", PL_ARG(d->scope), PL_ARG(d->name), d->n_parameters,
               PL_ARG(d->macro));
        if (atoms)
            print_atoms(c, d);
    }
}

static void count(const struct pl_source_code *c, struct totals *t)
{
    t->atoms += c->n_atoms;
    for (size_t i = 0; i < c->n_definitions; i++)
        switch (c->definitions[i].kind) {
        case PL_DEFINITION_FUNCTION: t->functions++; break;
        case PL_DEFINITION_MACRO: t->macros++; break;
        default: t->objects++;
        }
}

static void read_folder(const char *folder, char mode, struct totals *totals)
{
    struct pl_source_tree *tree = bench_folder(folder);
    for (size_t i = 0; tree != NULL && i < tree->files.n; i++) {
        const struct pl_source_file *f = &tree->files.v[i];
        enum pl_source_language language = pl_source_language_of(f->path);
        if (language == PL_SOURCE_NONE)
            continue;
        struct pl_source_code code;
        struct pl_arena arena;
        struct pl_err err = {0};
        struct totals *t = &totals[language];
        pl_arena_init(&arena, (size_t)4 << 30);
        double before = bench_cpu();
        const struct pl_limits limits = pl_limits_default();
        pl_status st = pl_source_code_of(f->data, language, &limits, &arena, &code, &err);
        t->seconds += bench_cpu() - before;
        if (st != PL_OK) {
            printf("%.*s: %s\n", PL_ARG(f->path), err.text);
            continue;
        }
        t->files++;
        t->bytes += f->data.n;
        t->arena_bytes += arena.used_bytes;
        count(&code, t);
        if (mode != 0)
            list(f->path, &code, mode == 'v');
        pl_arena_reset(&arena);
    }
}

int main(int argc, char **argv)
{
    struct totals totals[PL_SOURCE_ASM + 1] = {0};
    char mode = 0;
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-')
            mode = argv[i][1];
        else
            read_folder(argv[i], mode, totals);
    }
    for (int l = 0; l <= PL_SOURCE_ASM && mode == 0; l++) {
        const struct totals *t = &totals[l];
        if (t->files > 0)
            printf("%-5s %6" PRIu64 " files %10" PRIu64
                   " bytes %6.1f MB/s, arena %.2f bytes a byte | functions %" PRIu64 " macros %" PRIu64
                   " objects %" PRIu64 " atoms %" PRIu64 "\n",
                   languages[l], t->files, t->bytes, t->bytes / 1e6 / t->seconds,
                   (double)t->arena_bytes / t->bytes, t->functions, t->macros, t->objects, t->atoms);
    }
    return 0;
}
