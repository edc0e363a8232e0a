/*
 * fold.c - folding line ends, trailing blanks, byte order mark and interpreter line.
 *
 * An interpreter outside the usual places is kept as it stands: "#!/tmp/sh" is not "#!/bin/sh".
 */
#include "format/text/fold.h"

#include <string.h>

#define BOM         "\xef\xbb\xbf"
#define PROBE_BYTES 4096u

bool pl_is_text(pl_bytes data)
{
    return pl_bytes_find_byte(pl_bytes_sub(data, 0, PROBE_BYTES), 0, 0) == SIZE_MAX;
}

static pl_bytes without_bom(pl_bytes data)
{
    return pl_bytes_starts(data, PL_LIT(BOM)) ? pl_bytes_from(data, 3) : data;
}

static pl_bytes trim_end(pl_bytes line)
{
    size_t n = line.n;
    while (n > 0 && (line.p[n - 1] == ' ' || line.p[n - 1] == '\t' || line.p[n - 1] == '\r'))
        n--;
    return pl_bytes_sub(line, 0, n);
}

static pl_bytes trim_start(pl_bytes line)
{
    size_t i = 0;
    while (i < line.n && (line.p[i] == ' ' || line.p[i] == '\t'))
        i++;
    return pl_bytes_from(line, i);
}

pl_bytes pl_shebang_of(pl_bytes data)
{
    pl_bytes rest = without_bom(data);
    pl_bytes line;
    if (!pl_bytes_starts(rest, PL_LIT("#!")) || !pl_bytes_line(&rest, &line))
        return (pl_bytes){data.p, 0};
    return trim_end(line);
}

/* Take the first blank-separated word off *rest. */
static pl_bytes take_word(pl_bytes *rest)
{
    pl_bytes text = trim_start(*rest);
    size_t n = 0;
    while (n < text.n && text.p[n] != ' ' && text.p[n] != '\t')
        n++;
    *rest = trim_start(pl_bytes_from(text, n));
    return pl_bytes_sub(text, 0, n);
}

static bool is_usual_place(pl_bytes program)
{
    static const char *const places[] = {"/bin/", "/usr/bin/", "/usr/local/bin/", "/usr/sbin/", "/sbin/"};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        pl_bytes place = pl_bytes_of_str(places[i]);
        if (pl_bytes_starts(program, place) &&
            pl_bytes_find_byte(pl_bytes_from(program, place.n), '/', 0) == SIZE_MAX)
            return true;
    }
    return false;
}

static void fold_shebang(pl_bytes line, struct pl_buf *out)
{
    pl_bytes rest = pl_bytes_from(line, 2);
    pl_bytes program = take_word(&rest);
    if (!is_usual_place(program)) {
        pl_buf_add(out, line);
        return;
    }
    program = pl_bytes_basename(program);
    if (pl_bytes_eq_str(program, "env")) {
        program = take_word(&rest);
        if (pl_bytes_eq_str(program, "-S"))
            program = take_word(&rest);
    }
    size_t n = program.n;
    while (n > 1 && (program.p[n - 1] == '.' || pl_is_digit(program.p[n - 1])))
        n--;
    pl_buf_add_str(out, "#!");
    pl_buf_add(out, pl_bytes_sub(program, 0, n));
    if (rest.n > 0) {
        pl_buf_add_byte(out, ' ');
        pl_buf_add(out, rest);
    }
}

void pl_fold_text(pl_bytes data, struct pl_buf *out)
{
    pl_bytes rest = without_bom(data);
    pl_bytes line;
    size_t blank_lines = 0;
    bool is_first = true;
    while (pl_bytes_line(&rest, &line)) {
        line = trim_end(line);
        if (line.n == 0) {
            blank_lines++;
            is_first = false;
            continue;
        }
        for (; blank_lines > 0; blank_lines--)
            pl_buf_add_byte(out, '\n');
        if (is_first && pl_bytes_starts(line, PL_LIT("#!")))
            fold_shebang(line, out);
        else
            pl_buf_add(out, line);
        pl_buf_add_byte(out, '\n');
        is_first = false;
    }
}

bool pl_is_folded(pl_bytes data)
{
    if (pl_bytes_starts(data, PL_LIT(BOM)) || pl_bytes_starts(data, PL_LIT("#!")))
        return false;
    if (data.n == 0)
        return true;
    if (data.p[data.n - 1] != '\n' || (data.n > 1 && data.p[data.n - 2] == '\n') || data.n == 1)
        return false;
    for (size_t at = 0; at < data.n; at++) {
        at = pl_bytes_find_byte(data, '\n', at);
        if (at > 0 && (data.p[at - 1] == ' ' || data.p[at - 1] == '\t' || data.p[at - 1] == '\r'))
            return false;
    }
    return true;
}
