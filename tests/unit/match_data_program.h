/*
 * match_data_program.h - a program that gcc builds here, and what the rung for its data takes from one file of the source.
 */
#ifndef PL_TESTS_MATCH_DATA_PROGRAM_H
#define PL_TESTS_MATCH_DATA_PROGRAM_H

#include "match_fixture.h"

#include "io/read.h"

#include <stdio.h>

#define DATA_MAIN                                                                                            \
    "extern const char data[];\nint main(int n, char **v)\n{\n    return v[0] ? data[n] : 0;\n}\n"

static struct pl_tables *tables;
static uint8_t *image;

static int end(void **state)
{
    pl_tables_free(tables);
    with_tables = NULL;
    free(image);
    image = NULL;
    return tear_down(state);
}

static void write_whole(const char *name, pl_bytes what)
{
    FILE *f = fopen(name, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(what.p, 1, what.n, f), what.n);
    assert_int_equal(fclose(f), 0);
}

/* The program of that text, beside DATA_MAIN and one file more. */
static struct pl_file *compiled(const char *text, const char *path, const char *source)
{
    size_t n = 0;
    write_whole("d.c", pl_bytes_of_str(text));
    assert_int_equal(system("gcc -O2 d.c -o d.out && strip -s d.out"), 0);
    assert_int_equal(pl_io_read("d.out", 1 << 24, &image, &n, &err), PL_OK);
    add_source(0, "src/main.c", DATA_MAIN);
    add_source(0, path, source);
    assert_int_equal(pl_index_build(trees, 2, 1, &ix, &err), PL_OK);
    assert_int_equal(pl_tables_build(ix, 1, &tables, &err), PL_OK);
    with_tables = tables;
    (void)add_file; /* of the fixture */
    struct pl_file *file = add_bytes("usr/bin/d", pl_bytes_of(image, n));
    apply("data.array", file);
    return file;
}

/* A program that refers to these bytes, at a multiple of `align`. */
static struct pl_file *with_data(pl_bytes data, unsigned align, const char *path, const char *source)
{
    char text[512];
    write_whole("data.bin", data);
    (void)snprintf(text, sizeof text,
                   DATA_MAIN "asm(\".section .rodata\\n.balign %u\\n.globl data\\ndata: .incbin "
                             "\\\"data.bin\\\"\\n.text\");\n",
                   align);
    return compiled(text, path, source);
}

/* Bytes that the rule takes, all of this class and from there. */
static uint64_t bytes_of_rule(const struct pl_file *file, const char *rule, enum pl_class class,
                              const char *source)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < file->ledger.settled.n; i++) {
        const struct pl_claim *c = &file->ledger.settled.v[i];
        if (strcmp(c->rule, rule) != 0)
            continue;
        assert_string_equal(c->source, source);
        assert_int_equal(c->class, class);
        sum += c->length;
    }
    return sum;
}

#endif
