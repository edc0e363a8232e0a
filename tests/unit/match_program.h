/*
 * match_program.h - a program that gcc builds here, beside source that it may or may not come from.
 */
#ifndef PL_TESTS_MATCH_PROGRAM_H
#define PL_TESTS_MATCH_PROGRAM_H

#include "match_fixture.h"

#include "io/read.h"

#include <stdio.h>

static struct pl_codebase *codebase;
static struct pl_literals *literals;
static struct pl_tables *tables;
static uint8_t *image;
static struct pl_headers build_headers; /* of the build, packed; none when its text is empty */

static int end(void **state)
{
    pl_codebase_free(codebase);
    pl_literals_free(literals);
    pl_tables_free(tables);
    tables = NULL;
    with_tables = NULL;
    codebase = NULL;
    literals = NULL;
    with_codebase = NULL;
    with_literals = NULL;
    free(image);
    image = NULL;
    return tear_down(state);
}

static pl_bytes built(const char *text, const char *flags)
{
    char command[256];
    size_t n = 0;
    FILE *f = fopen("p.c", "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
    (void)snprintf(command, sizeof command, "gcc -O2 -rdynamic %s p.c -o p.out 2>gcc.log && strip -s p.out",
                   flags);
    assert_int_equal(system(command), 0);
    assert_int_equal(pl_io_read("p.out", 1 << 24, &image, &n, &err), PL_OK);
    return pl_bytes_of(image, n);
}

/* The file as a package holds it; `source` is all that its package's source has of it. */
static struct pl_file *beside(pl_bytes program, const char *name, const char *source)
{
    char others[8192] = "";
    for (int i = 0; i < 60; i++) /* what is in one function of two says nothing */
        (void)snprintf(others + strlen(others), sizeof others - strlen(others),
                       "int other%d(int x)\n{\n    return printf(\"other %d of the words\\n\");\n}\n", i,
                       i * 7);
    add_source(0, name, source);
    add_source(0, "others.c", others);
    (void)add_file; /* of the fixture */
    assert_int_equal(pl_index_build(trees, 2, 1, &ix, &err), PL_OK);
    assert_int_equal(pl_literals_build(ix, &build_headers, build_headers.text.n > 0, 1, &literals, &err),
                     PL_OK);
    assert_int_equal(pl_codebase_build(ix, &limits, 1, &codebase, &err), PL_OK);
    assert_int_equal(pl_tables_build(ix, 1, &tables, &err), PL_OK);
    with_codebase = codebase;
    with_literals = literals;
    with_tables = tables;
    return add_bytes("usr/bin/p", program);
}

static const struct pl_finding *find(const struct pl_file *f, const char *tag)
{
    for (size_t i = 0; i < f->findings.list.n; i++)
        if (strcmp(f->findings.list.v[i].tag, tag) == 0)
            return &f->findings.list.v[i];
    return NULL;
}

#endif
