/*
 * debhelper.c - maintainer scripts: the source's script with #DEBHELPER# replaced by blocks that debhelper adds.
 *
 *     #!/bin/sh                                          debian/PKG.postinst, or dh_installdeb's two lines
 *     set -e
 *     ...
 *     # Automatically added by dh_installinit/13.11.4    a block: its text is a template of debhelper (or dh-python,
 *     if [ "$1" = "configure" ] ...                      dh-runit...) with #SCRIPT# and the like filled in
 *     # End automatically added section
 *     ...
 *
 * A block is explained only when some template fits it as a whole; a value in it only when it is tame and each of its
 * words stands in the source's debian/ folder. Lines outside of blocks are matched to the source's script in order.
 * Source: dh_installdeb(1), Dh_Lib.pm autoscript().
 * Not done here: blocks that a template writes over several lines from a list (#DIRS#, #CMDS#).
 */
#include "match/autoscript.h"
#include "match/debian.h"

#include <string.h>

/* What no real script reaches; lines and blocks over it stay as they are. */
enum { LOOK_AHEAD_LINES = 400, MAX_LINES = 20000, MAX_BLOCKS = 100 };

#define RULE "debian.debhelper"

struct script {
    const struct pl_match *m;
    struct pl_file *f;
    bool *in_block; /* one a line */
    size_t n_lines;
    bool hands_templates; /* the source hands some to debhelper */
};

static const char *const kinds[] = {"preinst", "postinst", "prerm", "postrm", "config", NULL};

static const char *script_kind(const struct pl_file *f)
{
    for (size_t i = 0; kinds[i] != NULL; i++)
        if (pl_deb_is_control(f, kinds[i]))
            return kinds[i];
    return NULL;
}

/* "postinst-init" is of postinst. */
static bool is_called_for(pl_bytes name, const char *kind)
{
    return pl_bytes_skip(&name, pl_bytes_of_str(kind)) && pl_bytes_starts(name, PL_LIT("-"));
}

/* A template of debhelper's own; "maintscript-helper" is of all. */
static bool is_template_for(pl_bytes path, const char *kind)
{
    size_t at = pl_bytes_find(path, PL_LIT("debhelper/autoscripts/"), 0);
    pl_bytes name = pl_bytes_basename(path);
    return at != SIZE_MAX &&
           (pl_bytes_starts(name, PL_LIT("maintscript-helper")) || is_called_for(name, kind));
}

/* A template that the source itself may hand to debhelper, by its name. */
static bool is_own_template(pl_bytes path, const char *kind)
{
    return pl_bytes_starts(path, PL_LIT("debian/")) && is_called_for(pl_bytes_basename(path), kind);
}

/* Does it hand some, in a package of its own that the build already uses: vdr, and dh_vdrplugin_enable of vdr-dev? O(files): asked once a script. */
static bool hands_templates(const struct pl_match *m)
{
    for (size_t t = 0; t < pl_index_tree_count(m->index); t++) {
        const struct pl_source_tree *tree = pl_index_tree(m->index, t);
        for (size_t i = 0; tree->rank == PL_RANK_OWN && i < tree->files.n; i++)
            if (pl_bytes_starts(tree->files.v[i].path, PL_LIT("debian/")) &&
                pl_bytes_ends(tree->files.v[i].path, PL_LIT(".install")) &&
                pl_bytes_find(tree->files.v[i].data, PL_LIT("debhelper/autoscripts"), 0) != SIZE_MAX)
                return true;
    }
    return false;
}

/* Is the word anywhere in a path or a text of the source's debian/ folder? */
static bool is_own_word(const struct pl_match *m, pl_bytes word)
{
    for (size_t t = 0; t < pl_index_tree_count(m->index); t++) {
        const struct pl_source_tree *tree = pl_index_tree(m->index, t);
        for (size_t i = 0; tree->rank == PL_RANK_OWN && i < tree->files.n; i++) {
            const struct pl_source_file *f = &tree->files.v[i];
            if (pl_bytes_starts(f->path, PL_LIT("debian/")) &&
                (pl_bytes_find(f->path, word, 0) != SIZE_MAX || pl_bytes_find(f->data, word, 0) != SIZE_MAX))
                return true;
        }
    }
    return false;
}

/* Words that debhelper's tools fill in by themselves. */
static bool is_tool_word(pl_bytes word)
{
    static const char *const words[] = {"defaults", "restart", "start",       "stop", "reload", "exit", "1",
                                        "yes",      "no",      "try-restart", "true", "$?",     NULL};
    for (size_t i = 0; words[i] != NULL; i++)
        if (pl_bytes_eq_str(word, words[i]))
            return true;
    return word.n > 2 && word.p[0] == '-' && word.p[1] == '-' && pl_bytes_find_byte(word, '=', 0) == SIZE_MAX;
}

/*
 * dh_installdeb escapes what the shell would read: "6.3\+svn4002-2\~" is 6.3+svn4002-2~ of debian/PKG.maintscript. Source: escape_shell() of
 * Debian::Debhelper::Dh_Lib. A version may have been given without its tilde.
 */
static bool is_own_escaped(const struct pl_match *m, pl_bytes word)
{
    static const char escaped[] = "!\"$()*+#;<>?@[]\\`|~";
    uint8_t plain[256];
    size_t n = 0;
    if (word.n > sizeof plain || pl_bytes_find_byte(word, '\\', 0) == SIZE_MAX)
        return false;
    for (size_t i = 0; i < word.n; i++) {
        bool is_escape =
            word.p[i] == '\\' && i + 1 < word.n && memchr(escaped, word.p[i + 1], sizeof escaped - 1) != NULL;
        i += is_escape;
        plain[n++] = word.p[i];
    }
    return is_own_word(m, pl_bytes_of(plain, n)) ||
           (n > 1 && plain[n - 1] == '~' && is_own_word(m, pl_bytes_of(plain, n - 1)));
}

/* Without the quotes around it, and without the suffix of a unit whose file has another name in debian/. */
static bool is_known_word(const struct pl_match *m, pl_bytes word)
{
    while (word.n > 0 && (word.p[0] == '\'' || word.p[0] == '"'))
        word = pl_bytes_from(word, 1);
    while (word.n > 0 && (word.p[word.n - 1] == '\'' || word.p[word.n - 1] == '"'))
        word.n--;
    if (word.n == 0 || is_tool_word(word) || is_own_word(m, word))
        return true;
    static const char *const units[] = {".service", ".socket", ".timer", ".target", ".path", NULL};
    for (size_t i = 0; units[i] != NULL; i++)
        if (pl_bytes_ends(word, pl_bytes_of_str(units[i])) &&
            is_own_word(m, pl_bytes_sub(word, 0, word.n - strlen(units[i]))))
            return true;
    /* dpkg's name of a package of one architecture: "python3-apt:amd64". */
    size_t colon = pl_bytes_find_byte(word, ':', 0);
    bool is_arch = colon != SIZE_MAX && colon + 1 < word.n;
    for (size_t i = colon + 1; is_arch && i < word.n; i++)
        is_arch = pl_is_lower(word.p[i]) || pl_is_digit(word.p[i]);
    if (is_arch && is_own_word(m, pl_bytes_sub(word, 0, colon)))
        return true;
    return is_own_escaped(m, word);
}

static bool is_known_value(const struct pl_match *m, pl_bytes value)
{
    pl_bytes word;
    while (pl_bytes_split(&value, ' ', &word)) {
        word = pl_bytes_trim(word);
        if (word.n > 0 && !pl_bytes_eq_str(word, "\\") && !is_known_word(m, word))
            return false;
    }
    return true;
}

struct block {
    size_t offset; /* of its first line */
    size_t body;
    size_t body_end;
    size_t end;
};

static pl_status claim_block(const struct script *s, const struct block *b,
                             const struct pl_source_file *template, const struct pl_autoscript_value *values,
                             size_t n, struct pl_err *err)
{
    struct pl_claim how = {.class = PL_CLASS_TOOLCHAIN, .rule = RULE, .source = pl_own_name(template)};
    size_t at = b->offset;
    pl_status st = PL_OK;
    for (size_t i = 0; st == PL_OK && i < n; i++) {
        size_t from = (size_t)(values[i].value.p - s->f->data.p);
        if (values[i].value.n == 0)
            continue;
        st = pl_remade_claim(s->f, at, from - at, &how, err);
        at = from + values[i].value.n;
        if (st != PL_OK || !pl_autoscript_is_tame(&values[i]) || !is_known_value(s->m, values[i].value))
            continue;
        struct pl_claim filled = {
            .class = PL_CLASS_DERIVED, .grade = PL_GRADE_B, .rule = RULE, .source = pl_own_name(template)};
        filled.note =
            pl_arena_printf(s->m->arena, "%.*s=%.*s", PL_ARG(values[i].name), PL_ARG(values[i].value));
        if (filled.note == NULL)
            return pl_arena_fail(s->m->arena, err);
        st = pl_remade_claim(s->f, from, values[i].value.n, &filled, err);
    }
    return st == PL_OK ? pl_remade_claim(s->f, at, b->end - at, &how, err) : st;
}

/* The first template that fits. */
static pl_status explain_block(const struct script *s, const char *kind, const struct block *b,
                               struct pl_err *err)
{
    struct pl_autoscript_value values[PL_AUTOSCRIPT_VALUES];
    size_t n;
    pl_bytes body = pl_bytes_sub(s->f->data, b->body, b->body_end - b->body);
    for (size_t t = 0; t < pl_index_tree_count(s->m->index); t++) {
        const struct pl_source_tree *tree = pl_index_tree(s->m->index, t);
        for (size_t i = 0; i < tree->files.n; i++) {
            const struct pl_source_file *f = &tree->files.v[i];
            bool is_template =
                tree->rank == PL_RANK_TOOLCHAIN
                    ? is_template_for(f->path, kind)
                    : tree->rank == PL_RANK_OWN && s->hands_templates && is_own_template(f->path, kind);
            if (is_template && pl_autoscript_fits(f->data, body, values, &n))
                return claim_block(s, b, f, values, n, err);
        }
    }
    return PL_OK;
}

static bool opens_block(pl_bytes line)
{
    return pl_bytes_starts(line, PL_LIT("# Automatically added by dh_"));
}

/* Mark and explain the blocks; an opening line without an end marks nothing. */
static pl_status explain_blocks(struct script *s, const char *kind, struct pl_err *err)
{
    struct pl_lines l = pl_lines_of(s->f->data);
    pl_status st = PL_OK;
    size_t blocks = 0;
    for (size_t line = 0; st == PL_OK && blocks < MAX_BLOCKS && pl_lines_next(&l); line++) {
        if (!opens_block(l.text))
            continue;
        struct block b = {.offset = l.offset, .body = l.offset + l.length};
        struct pl_lines inner = l;
        size_t last = line;
        while (b.end == 0 && pl_lines_next(&inner) && !opens_block(inner.text)) {
            last++;
            if (pl_bytes_eq_str(inner.text, "# End automatically added section")) {
                b.body_end = inner.offset;
                b.end = inner.offset + inner.length;
            }
        }
        if (b.end == 0)
            continue;
        for (; line < last; line++)
            s->in_block[line] = true;
        s->in_block[last] = true;
        l = inner;
        blocks++;
        st = explain_block(s, kind, &b, err);
    }
    return st;
}

/* Is `text` a line of `l` within the next lines? */
static bool comes_soon(struct pl_lines l, pl_bytes text)
{
    for (int i = 0; i < LOOK_AHEAD_LINES && pl_lines_next(&l); i++)
        if (pl_bytes_eq(l.text, text))
            return true;
    return false;
}

/*
 * Match the lines outside of blocks to the source's script, in order; claims are made when `how` is given. Returns the bytes
 * that are explained. A line that only the package has is passed over, so is one that only the source has.
 */
static uint64_t align(struct script *s, pl_bytes source, const struct pl_claim *how, pl_status *st,
                      struct pl_err *err)
{
    struct pl_lines mine = pl_lines_of(s->f->data);
    struct pl_lines theirs = pl_lines_of(source);
    bool has_theirs = pl_lines_next(&theirs);
    bool after_token = false;
    uint64_t explained = 0;
    for (size_t line = 0; *st == PL_OK && pl_lines_next(&mine); line++) {
        if (s->in_block[line])
            continue;
        while (has_theirs && pl_bytes_eq_str(pl_bytes_trim(theirs.text), "#DEBHELPER#")) {
            has_theirs = pl_lines_next(&theirs);
            after_token = true;
        }
        bool is_same = has_theirs && pl_bytes_eq(mine.text, theirs.text);
        if (!is_same && after_token && mine.text.n == 0) {
            after_token = false; /* the line end behind #DEBHELPER# */
        } else {
            if (!is_same && has_theirs && !comes_soon(mine, theirs.text) && comes_soon(theirs, mine.text))
                while (!pl_bytes_eq(mine.text, theirs.text))
                    has_theirs = pl_lines_next(&theirs);
            if (!has_theirs || !pl_bytes_eq(mine.text, theirs.text))
                continue;
            has_theirs = pl_lines_next(&theirs);
            after_token = after_token && mine.text.n == 0;
        }
        explained += mine.length;
        if (how != NULL)
            *st = pl_remade_claim(s->f, mine.offset, mine.length, how, err);
    }
    return explained;
}

/* debian/postinst or debian/PKG.postinst: the one that explains most. */
static const struct pl_source_file *best_script(struct script *s, const char *kind, struct pl_err *err)
{
    const struct pl_source_file *best = NULL;
    uint64_t most = 0;
    pl_status st = PL_OK;
    for (size_t t = 0; t < pl_index_tree_count(s->m->index); t++) {
        const struct pl_source_tree *tree = pl_index_tree(s->m->index, t);
        for (size_t i = 0; tree->rank == PL_RANK_OWN && i < tree->files.n; i++) {
            const struct pl_source_file *f = &tree->files.v[i];
            pl_bytes name = pl_bytes_from(f->path, 7);
            if (!pl_bytes_starts(f->path, PL_LIT("debian/")) || !pl_bytes_ends(name, pl_bytes_of_str(kind)))
                continue;
            uint64_t explained = align(s, f->data, NULL, &st, err);
            best = explained > most ? f : best;
            most = explained > most ? explained : most;
        }
    }
    return best;
}

static pl_status explain_rest(struct script *s, const char *kind, struct pl_err *err)
{
    static const char generated[] = "#!/bin/sh\nset -e\n#DEBHELPER#\n";
    struct pl_claim how = {.class = PL_CLASS_DERIVED, .grade = PL_GRADE_A, .rule = RULE};
    const struct pl_source_file *source = best_script(s, kind, err);
    pl_status st = PL_OK;
    pl_bytes text = pl_bytes_of_str(generated);
    if (source != NULL) {
        how.source = pl_own_name(source);
        text = source->data;
    } else {
        how =
            (struct pl_claim){.class = PL_CLASS_TOOLCHAIN, .rule = RULE, .note = "written by dh_installdeb"};
    }
    (void)align(s, text, &how, &st, err); /* the count was for choosing */
    return st;
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    struct script s = {.m = m, .f = f};
    const char *kind = script_kind(f);
    struct pl_lines l = pl_lines_of(f->data);
    if (kind == NULL)
        return PL_OK;
    while (pl_lines_next(&l))
        s.n_lines++;
    if (s.n_lines > MAX_LINES)
        return PL_OK;
    s.in_block = pl_arena_take_n(m->scratch, s.n_lines + 1, sizeof *s.in_block);
    if (s.in_block == NULL)
        return pl_arena_fail(m->scratch, err);
    s.hands_templates = hands_templates(m);
    pl_status st = explain_blocks(&s, kind, err);
    return st == PL_OK ? explain_rest(&s, kind, err) : st;
}

const struct pl_rung pl_rung_debian_debhelper = {
    .rule = RULE,
    .what = "A maintainer script is the source's with blocks in place of #DEBHELPER#, each of them a "
            "template of debhelper filled in.",
    .source = "dh_installdeb(1), debhelper(7)",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
