/*
 * bench_lex.c - how fast each language's lexer goes through the files of some folders, on one core.
 *
 *     bench_lex FOLDER...
 *
 * Prints, for each language of which there are files, MB/s of processor time for tokens alone.
 */
#include "folder.h"
#include "format/text/lex.h"

#include <stdio.h>

struct sums {
    uint64_t files, bytes, tokens;
    double seconds;
};

static void read_file(struct pl_lex *lexer, const struct pl_source_file *f,
                      const struct pl_lex_language *language, struct sums *s)
{
    struct pl_lex_token token;
    double before = bench_cpu();
    pl_lex_init(lexer, f->data, language);
    while (pl_lex_next(lexer, &token))
        s->tokens++;
    s->seconds += bench_cpu() - before;
    s->files++;
    s->bytes += f->data.n;
}

int main(int argc, char **argv)
{
    static struct pl_lex lexer;
    if (argc < 2) {
        fprintf(stderr, "usage: bench_lex FOLDER...\n");
        return 2;
    }
    struct sums sums[64] = {{0}};
    for (int a = 1; a < argc; a++) {
        struct pl_source_tree *tree = bench_folder(argv[a]);
        if (tree == NULL)
            return 1;
        for (size_t i = 0; i < tree->files.n; i++) {
            const struct pl_source_file *f = &tree->files.v[i];
            const struct pl_lex_language *language = pl_lex_language_of(f->path, f->data);
            for (size_t k = 0; k < 64 && pl_lex_language_at(k) != NULL; k++)
                if (pl_lex_language_at(k) == language)
                    read_file(&lexer, f, language, &sums[k]);
        }
    }
    for (size_t k = 0; k < 64 && pl_lex_language_at(k) != NULL; k++)
        if (sums[k].files > 0)
            printf("%-14s %6llu files %12llu bytes %12llu tokens %7.1f MB/s\n", pl_lex_language_at(k)->name,
                   (unsigned long long)sums[k].files, (unsigned long long)sums[k].bytes,
                   (unsigned long long)sums[k].tokens, (double)sums[k].bytes / 1e6 / sums[k].seconds);
    return 0;
}
