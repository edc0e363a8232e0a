/*
 * fuzz_header.c - headers, XS, their packed form, mangled names and dependency lists of any bytes: lines are whole, time is bounded.
 */
#include "fuzz.h"

#include "corpus/headers.h"
#include "format/text/cpp_names.h"
#include "format/text/header.h"
#include "format/text/xs.h"
#include "supply/deb_relation.h"

#include <stdlib.h>

static bool is_odd(void *ctx, pl_bytes word)
{
    *(size_t *)ctx += word.n;
    return word.n % 2 == 1;
}

static bool is_within(pl_bytes part, pl_bytes all)
{
    return part.n == 0 || (part.p >= all.p && part.p + part.n <= all.p + all.n);
}

static void read_function(pl_bytes text)
{
    struct pl_cpp_function f;
    if (!pl_cpp_function_of(text, &f))
        return;
    if (f.name.n == 0 || !is_within(f.name, text) || !is_within(f.scope, text))
        abort();
    fuzz_say_bytes(f.name);
    fuzz_say_bytes(f.scope);
    fuzz_say((uint64_t)f.is_destructor << 1 | f.is_standard);
}

static void read_packed(pl_bytes text)
{
    struct pl_headers_reader r;
    struct pl_headers_line l;
    bool is_packed = pl_headers_open(text, &r);
    while (is_packed && pl_headers_next(&r, &l))
        if (l.name.n == 0 || (l.file.n > 0) != (l.body.n > 0))
            abort();
}

static int look(const uint8_t *data, size_t size)
{
    pl_bytes text = pl_bytes_of(data, size);
    pl_bytes rest = text;
    struct pl_deb_relation names[PL_DEB_ALTERNATIVES];
    struct pl_buf out;
    size_t n = 0;
    pl_buf_init(&out, 64 + 4 * size + 2 * (size_t)PL_HEADER_BODY_BYTES);
    pl_header_thin(text, &out);
    if (out.why != PL_OK || (out.n > 0 && out.p[out.n - 1] != '\n'))
        abort();
    fuzz_say_bytes(pl_buf_bytes(&out));
    read_packed(text);
    pl_buf_clear(&out);
    pl_xs_translate(PL_LIT("a.xs"), text, &out);
    fuzz_say_bytes(pl_buf_bytes(&out));
    pl_buf_clear(&out);
    pl_xs_translate(PL_LIT("typemap"), text, &out);
    if (out.why != PL_OK || out.n > size + 1)
        abort();
    pl_buf_clear(&out);
    pl_buf_add_str(&out, "plumbline headers 8\n@a.h\n");
    pl_header_thin(text, &out);
    read_packed(pl_buf_bytes(&out));
    pl_buf_reset(&out);
    fuzz_say(pl_cpp_identifiers(text, is_odd, &n));
    fuzz_say(n);
    read_function(text);
    while (pl_deb_relation_next(&rest, "amd64", names, &n))
        if (n > PL_DEB_ALTERNATIVES)
            abort();
        else
            fuzz_say(n);
    return 0;
}

FUZZ_TWICE(look)
