/*
 * build_variables.c - looking up variables, all of whose values count.
 *
 * Directories are those of dh_auto_configure(1): prefix /usr, sysconfdir /etc, localstatedir /var, libdir with the multiarch triplet.
 * Each variable is evaluated once; one that refers to itself has no value there.
 *
 * Source: GNU Coding Standards 7.2.5; GNUInstallDirs of CMake; https://wiki.debian.org/Multiarch/Tuples.
 */
#include "corpus/build_variables.h"

#include "base/buf.h"

#include <string.h>

#define MAX_DEPTH     8u /* variables in variables */
#define MAX_VARIABLES 65536u

static const char *const directories[][2] = {
    {"prefix", "/usr"},
    {"exec_prefix", "/usr"},
    {"PREFIX", "/usr"},
    {"CMAKE_INSTALL_PREFIX", "/usr"},
    {"bindir", "/usr/bin"},
    {"sbindir", "/usr/sbin"},
    {"libexecdir", "/usr/libexec"},
    {"libexecdir", "/usr/lib"},
    {"libexecdir", "$(libdir)"},
    {"libdir", "/usr/lib/$(DEB_HOST_MULTIARCH)"},
    {"libdir", "/usr/lib"},
    {"datarootdir", "/usr/share"},
    {"datadir", "/usr/share"},
    {"sysconfdir", "/etc"},
    {"localstatedir", "/var"},
    {"sharedstatedir", "/var/lib"},
    {"runstatedir", "/run"},
    {"runstatedir", "/var/run"},
    {"includedir", "/usr/include"},
    {"localedir", "/usr/share/locale"},
    {"mandir", "/usr/share/man"},
    {"infodir", "/usr/share/info"},
    {"docdir", "/usr/share/doc/$(PACKAGE)"},
    {"pkgdatadir", "/usr/share/$(PACKAGE)"},
    {"pkglibdir", "$(libdir)/$(PACKAGE)"},
    {"pkglibexecdir", "$(libexecdir)/$(PACKAGE)"},
    {"pkgincludedir", "/usr/include/$(PACKAGE)"},
    {"CMAKE_INSTALL_FULL_LIBDIR", "$(libdir)"},
    {"CMAKE_INSTALL_FULL_DATADIR", "/usr/share"},
    {"CMAKE_INSTALL_FULL_SYSCONFDIR", "/etc"},
    {"CMAKE_INSTALL_FULL_LOCALSTATEDIR", "/var"},
    {"CMAKE_INSTALL_FULL_BINDIR", "/usr/bin"},
    {"CMAKE_INSTALL_FULL_SBINDIR", "/usr/sbin"},
    {"CMAKE_INSTALL_FULL_LIBEXECDIR", "$(libexecdir)"},
    {"CMAKE_INSTALL_FULL_LOCALEDIR", "/usr/share/locale"},
    {"CMAKE_INSTALL_SYSCONFDIR", "/etc"},
    {"CMAKE_INSTALL_LIBDIR", "lib/$(DEB_HOST_MULTIARCH)"},
    {"CMAKE_INSTALL_DATADIR", "share"},
    {"CMAKE_INSTALL_BINDIR", "bin"},
};

/* Machines: not directories, and not worth a value of their own. */
static const char *const machines[][2] = {
    {"DEB_HOST_MULTIARCH", "x86_64-linux-gnu"},
    {"DEB_HOST_MULTIARCH", "aarch64-linux-gnu"},
    {"DEB_HOST_MULTIARCH", "i386-linux-gnu"},
    {"DEB_HOST_MULTIARCH", "arm-linux-gnueabihf"},
    {"host", "x86_64-pc-linux-gnu"},
    {"host", "$(DEB_HOST_MULTIARCH)"},
    {"host_alias", "$(DEB_HOST_MULTIARCH)"},
    {"build", "$(host)"},
    {"target", "$(host)"},
    {"host_cpu", "x86_64"},
    {"host_cpu", "aarch64"},
    {"host_os", "linux-gnu"},
    {"host_vendor", "pc"},
    {"OS", "$(host)"},
    {"DEB_VENDOR", "Debian"}, /* /usr/share/dpkg/vendor.mk */
};

static pl_bytes text_of(struct pl_build_variables *r, struct pl_arena *arena, const struct pl_buf *b)
{
    pl_bytes kept = pl_arena_keep(arena, pl_buf_bytes(b));
    r->is_out_of_memory = r->is_out_of_memory || kept.p == NULL || b->why == PL_E_NOMEM;
    return kept;
}

static uint32_t *slot_of(struct pl_build_variables *r, pl_bytes name)
{
    return &r->slots[pl_bytes_hash(name, 0) % (sizeof r->slots / sizeof r->slots[0])];
}

static void add(struct pl_build_variables *r, struct pl_build_variable added)
{
    pl_bytes name = added.name;
    pl_bytes value = added.value;
    size_t n = 0;
    if (value.n > PL_BUILD_VALUE_BYTES || name.n == 0 || r->list.n >= MAX_VARIABLES)
        return;
    for (uint32_t i = *slot_of(r, name); i != 0; i = r->list.v[i - 1].next) {
        const struct pl_build_variable *old = &r->list.v[i - 1];
        if (!pl_bytes_eq(old->name, name))
            continue;
        bool is_same = pl_bytes_eq(old->value, value) && old->is_given == added.is_given;
        if (is_same || (++n >= PL_BUILD_VALUES && !added.is_given))
            return;
    }
    struct pl_build_variable *v = PL_VEC_ADD(&r->list);
    if (v == NULL) {
        r->is_out_of_memory = true;
        return;
    }
    added.next = *slot_of(r, name);
    *v = added;
    *slot_of(r, name) = (uint32_t)r->list.n;
}

void pl_build_variables_add(struct pl_build_variables *r, pl_bytes name, pl_bytes value, bool is_directory)
{
    add(r, (struct pl_build_variable){.name = name, .value = value, .is_directory = is_directory});
}

void pl_build_variables_give(struct pl_build_variables *r, pl_bytes name, pl_bytes value)
{
    add(r, (struct pl_build_variable){.name = name, .value = value, .is_directory = true, .is_given = true});
}

size_t pl_build_name_length(pl_bytes b)
{
    size_t n = 0;
    while (n < b.n && pl_is_word_byte(b.p[n]))
        n++;
    return n;
}

/* The variable that begins at `at`: $(x), ${x}, $x or @x@. *end is behind it; false when none does. */
static bool read_reference(pl_bytes text, size_t at, pl_bytes *name, size_t *end)
{
    uint8_t c = text.p[at];
    uint8_t next = at + 1 < text.n ? text.p[at + 1] : 0;
    bool is_braced = c == '$' && (next == '(' || next == '{');
    size_t from = at + 1 + is_braced;
    if (c != '$' && c != '@')
        return false;
    if (c == '$' &&
        next == '$') { /* make's way to write one; a variable of no name, which stands for itself */
        *name = PL_LIT("$");
        *end = at + 2;
        return true;
    }
    *name = pl_bytes_sub(text, from, pl_build_name_length(pl_bytes_from(text, from)));
    *end = from + name->n;
    if (name->n == 0)
        return false;
    if (!is_braced && c == '$')
        return true;
    uint8_t close = c == '@' ? '@' : next == '(' ? ')' : '}';
    if (*end >= text.n || text.p[*end] != close)
        return false;
    ++*end;
    return true;
}

static void add_once(struct pl_build_values *list, pl_bytes text)
{
    for (size_t i = 0; i < list->n; i++)
        if (pl_bytes_eq(list->v[i], text))
            return;
    if (list->n < PL_BUILD_VALUES)
        list->v[list->n++] = text;
}

static void evaluate(struct pl_build_variables *r, pl_bytes text, unsigned depth,
                     struct pl_build_values *out);

/* All values of a variable: worked out once, and kept. */
static struct pl_build_values values_of(struct pl_build_variables *r, pl_bytes name, unsigned depth)
{
    struct pl_build_values list = {.n = 0};
    uint32_t all[PL_BUILD_VALUES];
    size_t n = 0;
    for (uint32_t i = *slot_of(r, name); i != 0 && n < PL_BUILD_VALUES; i = r->list.v[i - 1].next)
        if (pl_bytes_eq(r->list.v[i - 1].name, name))
            all[n++] = i - 1;
    struct pl_build_variable *newest = n == 0 ? NULL : &r->list.v[all[0]];
    if (newest == NULL || newest->is_busy || depth >= MAX_DEPTH)
        return list;
    if (newest->values != NULL)
        return *newest->values;
    newest->is_busy = true;
    /* First what the build is given; then the oldest first, what Debian's builds have. */
    for (size_t i = 2 * n; i > 0; i--) {
        struct pl_build_values some;
        uint32_t which = all[(i - 1) % n];
        if (r->list.v[which].is_given != (i > n))
            continue;
        evaluate(r, r->list.v[which].value, depth + 1, &some);
        for (size_t k = 0; k < some.n; k++)
            add_once(&list, some.v[k]);
    }
    newest->is_busy = false;
    for (size_t i = 0; i < list.n; i++) {
        list.v[i] = pl_arena_keep(r->arena, list.v[i]);
        r->is_out_of_memory = r->is_out_of_memory || list.v[i].p == NULL;
    }
    if (!r->is_out_of_memory) {
        newest->values = pl_arena_take(r->arena, sizeof list);
        r->is_out_of_memory = newest->values == NULL;
        if (newest->values != NULL)
            *newest->values = list;
    }
    return list;
}

/* Each value so far with each of `more` behind it. */
static void multiply(struct pl_build_variables *r, struct pl_build_values *so_far,
                     const struct pl_build_values *more)
{
    struct pl_build_values product = {.n = 0};
    for (size_t i = 0; i < so_far->n; i++)
        for (size_t k = 0; k < more->n && product.n < PL_BUILD_VALUES; k++) {
            struct pl_buf b;
            pl_buf_init(&b, PL_BUILD_VALUE_BYTES);
            pl_buf_add(&b, so_far->v[i]);
            pl_buf_add(&b, more->v[k]);
            if (b.why != PL_E_LIMIT)
                add_once(&product, text_of(r, &r->scratch, &b));
            pl_buf_reset(&b);
        }
    *so_far = product;
}

/* All texts that `text` may stand for; none when a variable is not known. */
static void evaluate(struct pl_build_variables *r, pl_bytes text, unsigned depth, struct pl_build_values *out)
{
    size_t plain = 0;
    *out = (struct pl_build_values){.v = {{(const uint8_t *)"", 0}}, .n = 1};
    for (size_t at = 0; at < text.n && out->n > 0;) {
        pl_bytes name;
        size_t end;
        if (!read_reference(text, at, &name, &end)) {
            at++;
            continue;
        }
        struct pl_build_values before = {.v = {pl_bytes_sub(text, plain, at - plain)}, .n = 1};
        struct pl_build_values here = values_of(r, name, depth);
        multiply(r, out, &before);
        multiply(r, out, &here);
        at = plain = end;
    }
    struct pl_build_values rest = {.v = {pl_bytes_from(text, plain)}, .n = 1};
    if (out->n > 0 && (plain > 0 || text.n > 0))
        multiply(r, out, &rest);
}

bool pl_build_variables_has_directory(struct pl_build_variables *r, pl_bytes word)
{
    for (size_t at = 0; at < word.n;) {
        pl_bytes name;
        size_t end;
        if (!read_reference(word, at, &name, &end)) {
            at++;
            continue;
        }
        for (uint32_t i = *slot_of(r, name); i != 0; i = r->list.v[i - 1].next)
            if (r->list.v[i - 1].is_directory && pl_bytes_eq(r->list.v[i - 1].name, name))
                return true;
        at = end;
    }
    return false;
}

void pl_build_variables_evaluate(struct pl_build_variables *r, pl_bytes text, struct pl_build_values *out)
{
    evaluate(r, text, 0, out);
}

bool pl_build_directory_at(size_t i, pl_bytes *name, pl_bytes *value)
{
    if (i >= sizeof directories / sizeof directories[0])
        return false;
    *name = pl_bytes_of_str(directories[i][0]);
    *value = pl_bytes_of_str(directories[i][1]);
    return true;
}

void pl_build_variables_init(struct pl_build_variables *r, struct pl_arena *arena)
{
    *r = (struct pl_build_variables){.arena = arena};
    pl_arena_init(&r->scratch, 256u << 20);
    for (size_t i = 0; i < sizeof directories / sizeof directories[0]; i++)
        pl_build_variables_add(r, pl_bytes_of_str(directories[i][0]), pl_bytes_of_str(directories[i][1]),
                               true);
    for (size_t i = 0; i < sizeof machines / sizeof machines[0]; i++)
        pl_build_variables_add(r, pl_bytes_of_str(machines[i][0]), pl_bytes_of_str(machines[i][1]), false);
    pl_build_variables_add(r, PL_LIT("$"), PL_LIT("$"), false);
}

void pl_build_variables_reset(struct pl_build_variables *r)
{
    PL_VEC_FREE(&r->list);
    pl_arena_reset(&r->scratch);
}
