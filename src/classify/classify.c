/*
 * classify.c - one table of kinds by content, one of places.
 *
 * Content decides first, since a name is only a claim. A place can make a file passive (documentation, manuals,
 * translations, icons), but never something that the machine executes by itself: machine code is active wherever it lies.
 *
 * Source: file(1) and the formats' own specifications for the magic bytes; hier(7) and the Debian policy, chapters 9, 10 and 12,
 * for the places.
 */
#include "classify/classify.h"

#include "base/cursor.h"

#include <string.h>
#include <strings.h>

struct content_kind {
    const char *kind;
    pl_bytes magic;
    size_t at; /* offset of the magic in the file */
    enum pl_role role;
    bool is_code; /* active wherever it lies */
};

static const struct content_kind by_content[] = {
    {"class", {(const uint8_t *)"\xca\xfe\xba\xbe", 4}, 0, PL_ROLE_ACTIVE, true},
    {"wasm", {(const uint8_t *)"\0asm", 4}, 0, PL_ROLE_ACTIVE, true},
    {"static-library", {(const uint8_t *)"!<arch>\n", 8}, 0, PL_ROLE_ACTIVE, true},
    {"gettext-mo", {(const uint8_t *)"\xde\x12\x04\x95", 4}, 0, PL_ROLE_PASSIVE, false},
    {"gettext-mo", {(const uint8_t *)"\x95\x04\x12\xde", 4}, 0, PL_ROLE_PASSIVE, false},
    {"png", {(const uint8_t *)"\x89PNG\r\n\x1a\n", 8}, 0, PL_ROLE_PASSIVE, false},
    {"gif", {(const uint8_t *)"GIF8", 4}, 0, PL_ROLE_PASSIVE, false},
    {"jpeg", {(const uint8_t *)"\xff\xd8\xff", 3}, 0, PL_ROLE_PASSIVE, false},
    {"pdf", {(const uint8_t *)"%PDF-", 5}, 0, PL_ROLE_PASSIVE, false},
    {"terminfo", {(const uint8_t *)"\x1a\x01", 2}, 0, PL_ROLE_ACTIVE, false},
};

struct suffix_kind {
    const char *suffix;
    const char *kind;
};

/* What text files of a certain name are; consulted when the bytes are text and carry no interpreter line. */
static const struct suffix_kind by_suffix[] = {
    {".py", "python"},     {".sh", "shell"},       {".pl", "perl"},        {".pm", "perl"},
    {".rb", "ruby"},       {".js", "javascript"},  {".mjs", "javascript"}, {".cjs", "javascript"},
    {".ts", "typescript"}, {".mts", "typescript"}, {".cts", "typescript"}, {".jsx", "javascript"},
    {".css", "css"},       {".lua", "lua"},        {".json", "json"},      {".xml", "xml"},
    {".html", "html"},     {".htm", "html"},       {".svg", "svg"},        {".h", "c"},
    {".c", "c"},           {".hpp", "cxx"},        {".m4", "m4"},          {".mk", "make"},
    {".service", "unit"},  {".socket", "unit"},    {".timer", "unit"},     {".target", "unit"},
    {".conf", "config"},   {".pc", "pkg-config"},  {".po", "gettext-po"},  {".awk", "awk"},
    {".el", "elisp"},      {".tcl", "tcl"},
};

/*
 * Names of texts that are read by people, or by a type checker or debugger, wherever they lie. Source: npm's and TypeScript's handbooks; PEP 484; perlpod(1);
 * Qt manual, "Module Definition qmldir Files" (typeinfo is for tools).
 */
static const char *const passive_suffixes[] = {".md",          ".markdown", ".rst", ".d.ts",
                                               ".d.mts",       ".d.cts",    ".map", ".flow",
                                               ".tsbuildinfo", ".pyi",      ".pod", ".qmltypes"};
static const char *const passive_names[] = {"README",       "LICENSE",      "LICENCE", "CHANGELOG",
                                            "CHANGES",      "HISTORY",      "NOTICE",  "AUTHORS",
                                            "CONTRIBUTORS", "CONTRIBUTING", "COPYING", "THIRD-PARTY"};

struct place {
    const char *prefix;
    const char *kind; /* for text there, or NULL to leave the kind alone */
};

/* Places whose files are read by people, not by machines. Source: hier(7). */
static const struct place passive_places[] = {
    {"usr/share/doc/", NULL},
    {"usr/share/man/", "man"},
    {"usr/share/info/", "info"},
    {"usr/share/locale/", NULL},
    {"usr/share/icons/", NULL},
    {"usr/share/pixmaps/", NULL},
    {"usr/share/gtk-doc/", NULL},
    {"usr/share/help/", NULL},
    {"usr/share/gnome/help/", NULL},
    {"usr/share/doc-base/", "doc-base"},
    {"usr/share/lintian/", "lintian-override"},
    {"usr/share/common-licenses/", NULL},
    {"usr/share/fonts/", NULL},
    {"usr/share/metainfo/", NULL},
    {"usr/share/javadoc/", NULL},
    /* Names and descriptions of kinds of log messages, for a list in a settings dialog. Source: ECM, ECMQtDeclareLoggingCategory; kdebugsettings. */
    {"usr/share/qlogging-categories5/", NULL},
    {"usr/share/qlogging-categories6/", NULL},
    {"usr/local/share/man/", "man"},
    /* The record of how Postfix was built: its Makefile.in reads it, no installed program does. Source: conf/postfix-files of postfix. */
    {"usr/share/postfix/makedefs.out", NULL},
};

static bool name_starts(pl_bytes name, const char *prefix)
{
    return pl_bytes_starts(name, pl_bytes_of_str(prefix));
}

static bool name_ends(pl_bytes name, const char *suffix)
{
    return pl_bytes_ends(name, pl_bytes_of_str(suffix));
}

bool pl_looks_like_text(pl_bytes data)
{
    pl_bytes head = pl_bytes_sub(data, 0, 8192);
    size_t odd = 0;
    for (size_t i = 0; i < head.n; i++) {
        uint8_t c = head.p[i];
        if (c == 0)
            return false;
        if ((c < 0x20 && c != '\n' && c != '\t' && c != '\r' && c != '\f' && c != 0x1b) || c == 0x7f)
            odd++;
    }
    return odd * 100 <= head.n;
}

bool pl_kind_is_image(const char *kind)
{
    return kind != NULL &&
           (strncmp(kind, "elf-", 4) == 0 || strncmp(kind, "pe-", 3) == 0 || strncmp(kind, "macho-", 6) == 0);
}

bool pl_kind_has_literals(const char *kind)
{
    return pl_kind_is_image(kind) || (kind != NULL && strcmp(kind, "wasm") == 0);
}

bool pl_kind_is_code(const char *kind)
{
    if (kind == NULL)
        return false;
    if (pl_kind_is_image(kind) || strcmp(kind, "python-bytecode") == 0)
        return true;
    for (size_t i = 0; i < sizeof by_content / sizeof by_content[0]; i++)
        if (by_content[i].is_code && strcmp(kind, by_content[i].kind) == 0)
            return true;
    return false;
}

static const char *elf_kind(pl_bytes data)
{
    static const struct {
        uint16_t machine;
        const char *kind;
    } machines[] = {{62, "elf-x86_64"}, {3, "elf-i386"},       {183, "elf-aarch64"}, {40, "elf-arm"},
                    {243, "elf-riscv"}, {21, "elf-ppc64"},     {22, "elf-s390"},     {8, "elf-mips"},
                    {20, "elf-ppc"},    {258, "elf-loongarch"}};
    if (data.n < 20)
        return "elf-other";
    unsigned machine = data.p[5] == 2 ? data.p[18] << 8 | data.p[19] : data.p[19] << 8 | data.p[18];
    for (size_t i = 0; i < sizeof machines / sizeof machines[0]; i++)
        if (machines[i].machine == machine)
            return machines[i].kind;
    return "elf-other";
}

static unsigned u16(pl_bytes data, uint64_t at, bool is_big_endian)
{
    struct pl_cursor c = pl_cursor_at(data, at);
    return is_big_endian ? pl_cursor_u16be(&c) : pl_cursor_u16le(&c);
}

static uint32_t u32(pl_bytes data, uint64_t at, bool is_big_endian)
{
    struct pl_cursor c = pl_cursor_at(data, at);
    return is_big_endian ? pl_cursor_u32be(&c) : pl_cursor_u32le(&c);
}

/* NULL when the bytes are no PE image: MZ alone is a DOS program. A CLR header makes it .NET. Microsoft "PE Format". */
static const char *pe_kind(pl_bytes data)
{
    static const struct {
        uint16_t machine;
        const char *kind;
    } machines[] = {{0x8664, "pe-x86_64"}, {0x14c, "pe-i386"}, {0xaa64, "pe-aarch64"}, {0x1c4, "pe-arm"}};
    uint64_t at = u32(data, 0x3c, false);
    if (!pl_bytes_starts(data, PL_LIT("MZ")) || at > data.n ||
        !pl_bytes_eq(pl_bytes_sub(data, (size_t)at, 4), PL_LIT("PE\0\0")))
        return NULL;
    bool is_64 = u16(data, at + 24, false) == 0x20b;
    uint64_t directories = at + 24 + (is_64 ? 112 : 96);
    if (u32(data, directories - 4, false) > 14 && u32(data, directories + 8 * 14, false) != 0)
        return "pe-dotnet";
    for (size_t i = 0; i < sizeof machines / sizeof machines[0]; i++)
        if (machines[i].machine == u16(data, at + 4, false))
            return machines[i].kind;
    return "pe-other";
}

/*
 * NULL when the bytes are no Mach-O image. A Java class begins like a universal one: its version, 45 and more, stands where that has the
 * number of architectures. <mach-o/loader.h>, <mach-o/fat.h>.
 */
static const char *macho_kind(pl_bytes data)
{
    static const struct {
        uint32_t cpu;
        const char *kind;
    } cpus[] = {{0x01000007, "macho-x86_64"},  {7, "macho-i386"},
                {0x0100000c, "macho-aarch64"}, {12, "macho-arm"},
                {0x01000012, "macho-ppc64"},   {18, "macho-ppc"}};
    uint32_t magic = u32(data, 0, true);
    bool is_big = magic == 0xfeedface || magic == 0xfeedfacf;
    if ((magic == 0xcafebabe || magic == 0xcafebabf) && data.n >= 8 && u32(data, 4, true) < 45)
        return "macho-fat";
    if (!is_big && magic != 0xcefaedfe && magic != 0xcffaedfe)
        return NULL;
    for (size_t i = 0; i < sizeof cpus / sizeof cpus[0]; i++)
        if (cpus[i].cpu == u32(data, 4, is_big))
            return cpus[i].kind;
    return "macho-other";
}

static const char *image_kind(pl_bytes data)
{
    if (pl_bytes_starts(data, PL_LIT("\x7f"
                                     "ELF")))
        return elf_kind(data);
    const char *kind = pe_kind(data);
    return kind != NULL ? kind : macho_kind(data);
}

static const char *script_kind(pl_bytes data)
{
    static const struct suffix_kind interpreters[] = {
        {"python", "python"}, {"perl", "perl"},       {"bash", "shell"}, {"dash", "shell"},
        {"sh", "shell"},      {"node", "javascript"}, {"ruby", "ruby"},  {"lua", "lua"},
        {"awk", "awk"},       {"tclsh", "tcl"},       {"make", "make"},
    };
    pl_bytes line = pl_bytes_sub(data, 0, 128);
    line = pl_bytes_sub(line, 0, pl_bytes_find_byte(line, '\n', 0));
    for (size_t i = 0; i < sizeof interpreters / sizeof interpreters[0]; i++)
        if (pl_bytes_find(line, pl_bytes_of_str(interpreters[i].suffix), 2) != SIZE_MAX)
            return interpreters[i].kind;
    return "script";
}

static const char *text_kind(pl_bytes name)
{
    for (size_t i = 0; i < sizeof by_suffix / sizeof by_suffix[0]; i++)
        if (name_ends(name, by_suffix[i].suffix))
            return by_suffix[i].kind;
    return "text";
}

/* The name up to its first dot, in capitals or not. */
static bool has_passive_name(pl_bytes path)
{
    pl_bytes name = pl_bytes_basename(path);
    for (size_t i = 0; i < sizeof passive_suffixes / sizeof passive_suffixes[0]; i++)
        if (name_ends(name, passive_suffixes[i]))
            return true;
    for (size_t i = 0; i < sizeof passive_names / sizeof passive_names[0]; i++) {
        size_t n = strlen(passive_names[i]);
        bool is_text_name =
            name.n == n || (name.n > n && (pl_bytes_ends(name, PL_LIT(".txt")) || name.p[n] == '-'));
        if (is_text_name && strncasecmp((const char *)name.p, passive_names[i], n) == 0 &&
            pl_bytes_find_byte(name, '.', n) ==
                (name.n > 4 && name_ends(name, ".txt") ? name.n - 4 : SIZE_MAX))
            return true;
    }
    return false;
}

static bool in_control_member(const struct pl_file *f)
{
    return name_starts(f->path, "control.tar");
}

/*
 * What Maven leaves in a jar about itself, and setuptools beside a package: no class loader and no importer reads it. Source: Python's core metadata
 * specification.
 */
static bool is_metadata(pl_bytes name)
{
    return pl_bytes_find(name, PL_LIT("META-INF/maven/"), 0) != SIZE_MAX ||
           pl_bytes_eq_str(pl_bytes_basename(name), "PKG-INFO") ||
           pl_bytes_ends(name, PL_LIT(".egg-info/SOURCES.txt")) ||
           pl_bytes_ends(name, PL_LIT(".egg-info/top_level.txt")) ||
           pl_bytes_ends(name, PL_LIT(".dist-info/METADATA")) ||
           pl_bytes_ends(name, PL_LIT(".dist-info/RECORD")) || pl_bytes_ends(name, PL_LIT(".egg-info"));
}

/* Control files that dpkg only shows or keeps, and that decide nothing. deb(5). */
static bool is_passive_control(pl_bytes name)
{
    return pl_bytes_eq_str(name, "md5sums");
}

static bool classify_code(struct pl_file *f)
{
    f->kind = image_kind(f->data);
    if (f->kind != NULL) {
        f->role = PL_ROLE_ACTIVE;
        return true;
    }
    if (name_ends(f->name, ".pyc") && f->data.n >= 16 && f->data.p[2] == '\r' && f->data.p[3] == '\n') {
        f->kind = "python-bytecode";
        f->role = PL_ROLE_ACTIVE;
        return true;
    }
    for (size_t i = 0; i < sizeof by_content / sizeof by_content[0]; i++) {
        const struct content_kind *k = &by_content[i];
        if (!pl_bytes_eq(pl_bytes_sub(f->data, k->at, k->magic.n), k->magic))
            continue;
        f->kind = k->kind;
        f->role = k->role;
        return k->is_code;
    }
    return false;
}

void pl_classify(struct pl_file *f)
{
    f->kind = NULL;
    f->role = PL_ROLE_ACTIVE;
    if (f->type != PL_ENTRY_FILE) {
        f->kind = pl_entry_type_name(f->type);
        return;
    }
    if (f->container != NULL) {
        f->kind = f->container;
        f->role = PL_ROLE_STRUCTURE;
        return;
    }
    if (classify_code(f))
        return;
    bool is_text = pl_looks_like_text(f->data);
    if (f->kind == NULL)
        f->kind = f->size == 0                             ? "empty"
                  : !is_text                               ? "data"
                  : pl_bytes_starts(f->data, PL_LIT("#!")) ? script_kind(f->data)
                                                           : text_kind(f->name);
    if (in_control_member(f)) {
        if (is_passive_control(f->name))
            f->role = PL_ROLE_PASSIVE;
        return;
    }
    if (is_metadata(f->name) || (is_text && has_passive_name(f->name)))
        f->role = PL_ROLE_PASSIVE;
    for (size_t i = 0; i < sizeof passive_places / sizeof passive_places[0]; i++) {
        if (!name_starts(f->name, passive_places[i].prefix))
            continue;
        f->role = PL_ROLE_PASSIVE;
        if (is_text && passive_places[i].kind != NULL)
            f->kind = passive_places[i].kind;
    }
}
