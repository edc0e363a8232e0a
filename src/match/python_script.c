/*
 * python_script.c - programs that Python's installers write, each of which calls one entry point of the package and nothing else.
 *
 *     #!/usr/bin/python3                                       #!/usr/bin/python3
 *     # EASY-INSTALL-ENTRY-SCRIPT: 'P==1','console_scripts','p'   # -*- coding: utf-8 -*-
 *     ...                                                      from p.cli import main
 *     sys.exit(load_entry_point('P==1', ..., 'p')())           ... sys.exit(main())
 *
 * The left one is setuptools', the right one pip's (distlib) and installer's. All of the text but the first line and the names is always the same, so it is known by its
 * digest with numbers in place of the names. The names are made of letters, digits and a few signs, none of which ends a text or a line; the package has to hold the
 * entry point: "p = p.cli:main" in entry_points.txt. That file is compared with what the project says of itself (python_metadata.c).
 *
 * What somebody could hide behind it: a program that calls an entry point which the package has.
 *
 * Source: Python Packaging User Guide, "Entry points specification"; the digests were taken from /usr/bin of a Debian 12 machine (setuptools 66, pip 23, installer 0.6).
 */
#include "base/digest.h"
#include "format/text/words.h"
#include "match/match.h"

#include <stdio.h>
#include <string.h>

#define RULE       "python.script"
#define MAX_BYTES  4096u
#define NAME_BYTES 128u
#define LIST_BYTES (1u << 20) /* of entry points of one project: each program looks them through */
#define MARK       "# EASY-INSTALL-ENTRY-SCRIPT: "

/* Of the text behind the first line. */
static const char *const digests[] = {
    "3ddcc0f1363f668e32d4af095f23d67070937fc43f03d0e6c24ab4ea8fe7a96a", /* setuptools */
    "94b28f17fe7c5b87900ee4aad20de7763e7523230797c6e10e541f2cca662a0f", /* double quotes: installer, pip 23 */
    "1d8a41bda6a64e00a6ada23a0ccdb0dd8a7d0ddca561cefbd0e6a8585342ca21", /* single ones: older distlib */
};

/* A text of the file, and what stands for it. */
struct name {
    pl_bytes text;
    const char *number;
};

/* "p.cli", "Py-Do==2.3.1": nothing that ends a text, a line or a name. */
static bool is_plain(pl_bytes name)
{
    for (size_t i = 0; i < name.n; i++)
        if (!pl_is_word_byte(name.p[i]) && memchr(".=+!-", name.p[i], 5) == NULL)
            return false;
    return name.n > 0 && name.n <= NAME_BYTES;
}

/* What stands between `open` and `close`, both found once; no bytes when they are not. */
static pl_bytes between(pl_bytes text, const char *open, const char *close)
{
    size_t at = pl_bytes_find(text, pl_bytes_of_str(open), 0);
    pl_bytes rest = pl_bytes_from(text, at == SIZE_MAX ? text.n : at + strlen(open));
    size_t end = pl_bytes_find(rest, pl_bytes_of_str(close), 0);
    return end == SIZE_MAX ? (pl_bytes){NULL, 0} : pl_bytes_sub(rest, 0, end);
}

static bool is_known(struct pl_buf *text)
{
    pl_sha256 digest;
    char hex[PL_SHA256_HEX_BYTES];
    if (text->why != PL_OK || pl_sha256_of(pl_buf_bytes(text), &digest, NULL) != PL_OK)
        return false;
    pl_hex(digest.b, PL_SHA256_BYTES, hex);
    for (size_t i = 0; i < sizeof digests / sizeof digests[0]; i++)
        if (strcmp(hex, digests[i]) == 0)
            return true;
    return false;
}

/* Is the text a known one when each name that stands there is put as its number? */
static bool is_always_the_same(pl_bytes text, const struct name *names, size_t n_names)
{
    struct pl_buf out;
    pl_buf_init(&out, MAX_BYTES);
    for (size_t at = 0; at < text.n;) {
        size_t i = 0;
        while (i < n_names && !pl_bytes_starts(pl_bytes_from(text, at), names[i].text))
            i++;
        if (i < n_names)
            pl_buf_add_str(&out, names[i].number);
        else
            pl_buf_add_byte(&out, text.p[at]);
        at += i < n_names ? names[i].text.n : 1;
    }
    bool is = is_known(&out);
    pl_buf_reset(&out);
    return is;
}

/* Is it the folder of that project's metadata: ProDy-2.3.1.egg-info of "ProDy==2.3.1"? */
static bool is_of_project(pl_bytes path, pl_bytes project)
{
    pl_bytes folder = pl_bytes_basename(pl_bytes_folder(path));
    if (folder.n <= project.n)
        return false;
    for (size_t i = 0; i < project.n; i++)
        if (folder.p[i] != project.p[i] &&
            !(folder.p[i] == '_' && (project.p[i] == '-' || project.p[i] == '.')))
            return false;
    return folder.p[project.n] == '-' || folder.p[project.n] == '.';
}

/* Has the package the entry point "NAME = TARGET" of that project? An empty one of the three is any. */
static bool has_entry_point(const struct pl_match *m, pl_bytes name, pl_bytes target, pl_bytes project)
{
    for (size_t i = 0; i < m->n_files; i++) {
        const struct pl_file *f = m->files[i];
        pl_bytes rest = f->data;
        pl_bytes line;
        bool is_metadata = pl_bytes_ends(f->name, PL_LIT(".egg-info/entry_points.txt")) ||
                           pl_bytes_ends(f->name, PL_LIT(".dist-info/entry_points.txt"));
        if (!is_metadata || f->data.n > LIST_BYTES || (project.n > 0 && !is_of_project(f->name, project)))
            continue;
        while (pl_bytes_line(&rest, &line)) {
            size_t equals = pl_bytes_find_byte(line, '=', 0);
            if (equals != SIZE_MAX &&
                (name.n == 0 || pl_bytes_eq(pl_bytes_trim(pl_bytes_sub(line, 0, equals)), name)) &&
                (target.n == 0 || pl_bytes_eq(pl_bytes_trim(pl_bytes_from(line, equals + 1)), target)))
                return true;
        }
    }
    return false;
}

/* # EASY-INSTALL-ENTRY-SCRIPT: 'ProDy==2.3.1','console_scripts','evol' */
static bool is_setuptools(const struct pl_match *m, pl_bytes text)
{
    static const char *const groups[] = {"console_scripts", "gui_scripts"};
    pl_bytes none = {NULL, 0};
    pl_bytes spec = between(text, MARK "'", "','");
    pl_bytes behind = pl_bytes_from(text, sizeof MARK + spec.n + 1);
    pl_bytes group = between(behind, ",'", "','");
    pl_bytes name = between(pl_bytes_from(behind, group.n + 2), ",'", "'\n");
    if (!is_plain(spec) || !is_plain(name) || !pl_bytes_is_one_of(group, groups, 2))
        return false;
    char quoted[3][NAME_BYTES + 4];
    const pl_bytes parts[] = {spec, group, name};
    struct name names[3] = {{none, "'1'"}, {none, "'2'"}, {none, "'3'"}};
    for (size_t i = 0; i < 3; i++) {
        int n = snprintf(quoted[i], sizeof quoted[i], "'%.*s'", PL_ARG(parts[i]));
        names[i].text = pl_bytes_of(quoted[i], (size_t)n);
    }
    pl_bytes project = pl_bytes_sub(spec, 0, pl_bytes_find(spec, PL_LIT("=="), 0));
    return is_always_the_same(text, names, 3) && has_entry_point(m, name, none, project);
}

/* from p.cli import main ... sys.exit(main.run()) */
static bool is_pips(const struct pl_match *m, pl_bytes text)
{
    pl_bytes none = {NULL, 0};
    pl_bytes module = between(text, "\nfrom ", " import ");
    pl_bytes line = between(text, "\nfrom ", "\n");
    pl_bytes first = pl_bytes_from(line, module.n + strlen(" import "));
    pl_bytes path = between(text, "    sys.exit(", "())\n");
    if (!is_plain(module) || !is_plain(first) || !is_plain(path) ||
        !pl_bytes_eq(pl_bytes_sub(path, 0, pl_bytes_find_byte(path, '.', 0)), first))
        return false;
    const char *target = pl_arena_printf(m->scratch, "%.*s:%.*s", PL_ARG(module), PL_ARG(path));
    const char *import =
        pl_arena_printf(m->scratch, "\nfrom %.*s import %.*s\n", PL_ARG(module), PL_ARG(first));
    const char *call = pl_arena_printf(m->scratch, "    sys.exit(%.*s())\n", PL_ARG(path));
    if (target == NULL || import == NULL || call == NULL)
        return false;
    const struct name names[] = {{pl_bytes_of_str(import), "\nfrom 1 import 2\n"},
                                 {pl_bytes_of_str(call), "    sys.exit(3())\n"}};
    return is_always_the_same(text, names, 2) && has_entry_point(m, none, pl_bytes_of_str(target), none);
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    pl_bytes text = f->data;
    pl_bytes line;
    if (f->data.n != f->size || f->size > MAX_BYTES || !pl_bytes_line(&text, &line) ||
        !pl_bytes_starts(line, PL_LIT("#!/usr/bin/python3")) || line.n > strlen("#!/usr/bin/python3.NN"))
        return PL_OK;
    bool is_made = pl_bytes_starts(text, PL_LIT(MARK)) ? is_setuptools(m, text) : is_pips(m, text);
    return is_made
               ? pl_match_claim(f, 0, f->size, PL_CLASS_DERIVED, PL_GRADE_B, RULE, "entry_points.txt", err)
               : PL_OK;
}

const struct pl_rung pl_rung_python_script = {
    .rule = RULE,
    .what =
        "A program as setuptools, pip and installer write it: a text that is always the same, which calls "
        "an entry point that the package has.",
    .source = "Python Packaging User Guide, \"Entry points specification\"",
    .pass = PL_PASS_PACKAGE,
    .apply = apply,
};
