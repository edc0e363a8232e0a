/*
 * elf_sections.c - sections of a linked ELF image that no compiler, linker or source asks for.
 *
 * Of 2,959 ELF files of a Debian system all but 30 have sections of the list below only; what the others have stands in their sources as
 * section("name"). Source: gABI 4.2, chapter 4; GCC manual, 6.34.1 (section attribute).
 */
#include "match/elf_sections.h"

#include "base/cursor.h"
#include "match/foreign.h"
#include "match/import_made.h"

#include <string.h>

#define ET_REL       1u
#define NOTE_PADDING 8u

/*
 * In order of strcmp(). gABI, "Special Sections"; LSB Core 5.0, 10.2; ld, gold, lld, GCC, Go, Rust and Qt (qversiontagging.h) as packaged. The compiler makes
 * .data.rel.ro.local, which ld puts into .data.rel.ro and gold (layout.cc, section_name_mapping[]) leaves as it is.
 */
static const char *const usual[] = {
    "",
    ".ARM.attributes",
    ".ARM.exidx",
    ".ARM.extab",
    ".bss",
    ".comment",
    ".ctors",
    ".data",
    ".data.rel.ro",
    ".data.rel.ro.local",
    ".data1",
    ".deplibs",
    ".dtors",
    ".dynamic",
    ".dynbss",
    ".dynstr",
    ".dynsym",
    ".eh_frame",
    ".eh_frame_hdr",
    ".fini",
    ".fini_array",
    ".gcc_except_table",
    ".gnu.attributes",
    ".gnu.conflict",
    ".gnu.hash",
    ".gnu.liblist",
    ".gnu.prelink_undo",
    ".gnu.version",
    ".gnu.version_d",
    ".gnu.version_r",
    ".gnu_debugaltlink",
    ".gnu_debugdata",
    ".gnu_debuglink",
    ".go.buildinfo",
    ".go.fipsinfo",
    ".gopclntab",
    ".gosymtab",
    ".got",
    ".got.plt",
    ".hash",
    ".init",
    ".init_array",
    ".interp",
    ".iplt",
    ".itablink",
    ".jcr",
    ".lbss",
    ".ldata",
    ".line",
    ".lrodata",
    ".noptrbss",
    ".noptrdata",
    ".note.ABI-tag",
    ".note.GNU-stack",
    ".note.go.buildid",
    ".note.gnu.build-id",
    ".note.gnu.gold-version",
    ".note.gnu.property",
    ".note.netbsd.ident",
    ".note.openbsd.ident",
    ".note.package",
    ".note.stapsdt",
    ".plt",
    ".plt.bnd",
    ".plt.got",
    ".plt.sec",
    ".preinit_array",
    ".probes",
    ".qtversion",
    ".rel.dyn",
    ".rel.iplt",
    ".rel.plt",
    ".rela.dyn",
    ".rela.iplt",
    ".rela.plt",
    ".relr.dyn",
    ".relro_padding",
    ".rodata",
    ".shstrtab",
    ".stab",
    ".stabstr",
    ".stapsdt.base",
    ".strtab",
    ".symtab",
    ".symtab_shndx",
    ".tbss",
    ".tdata",
    ".text",
    ".text.hot",
    ".text.startup",
    ".text.unlikely",
    ".tm_clone_table",
    ".typelink",
    "__libc_atexit",
    "__libc_freeres_fn",
    "__libc_freeres_ptrs",
    "__libc_IO_vtables",
    "__libc_subfreeres",
    "__patchable_function_entries",
};

static bool is_usual(pl_bytes name)
{
    if (pl_bytes_is_one_of(name, usual, sizeof usual / sizeof usual[0]))
        return true;
    return pl_bytes_starts(name, PL_LIT(".debug_")) || pl_bytes_starts(name, PL_LIT(".zdebug_")) ||
           pl_bytes_starts(name, PL_LIT(".gnu.warning.")) ||
           pl_bytes_starts(name, PL_LIT(".gnu.build.attributes"));
}

/* Since Qt 6 the metadata are an ELF note of qt-project, of a type of its own (qplugin.h): | 12 | length | 0x74510001 | "qt-project!" | metadata |, the length up to the end but for padding. */
static bool is_note_of_qt(pl_bytes name, pl_bytes data)
{
    struct pl_cursor c = pl_cursor_of(data);
    pl_bytes owner = PL_LIT("qt-project!\0");
    uint32_t owner_bytes = pl_cursor_u32le(&c);
    uint32_t length = pl_cursor_u32le(&c);
    uint32_t type = pl_cursor_u32le(&c);
    size_t head = 12 + owner.n;
    return pl_bytes_eq_str(name, ".note.qt.metadata") && !c.bad && owner_bytes == owner.n &&
           type == 0x74510001 && pl_bytes_starts(pl_bytes_from(data, 12), owner) && data.n >= head &&
           data.n - head - length < NOTE_PADDING;
}

/* Commands of CMake that write the source of a plugin for QML themselves: qt_add_qml_module() of Qt 6 (the manual), ecm_add_qml_module() of KDE's modules. */
static bool writes_plugin(const struct pl_match *m)
{
    static const char *const commands[] = {"qt_add_qml_module",          "qt6_add_qml_module",
                                           "qt_internal_add_qml_module", "qt_add_qml_plugin",
                                           "qt6_add_qml_plugin",         "ecm_add_qml_module"};
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (pl_literals_word(m->literals, PL_WORD_IN_BUILD, pl_bytes_of_str(commands[i]), NULL, NULL))
            return true;
    return false;
}

/*
 * moc writes the metadata of a plugin into a section of its own, which starts with a mark (qplugin.h). Q_PLUGIN_METADATA may stand in a macro of another
 * package: K_PLUGIN_FACTORY_WITH_JSON; and in what CMake writes.
 */
static bool is_of_moc(const struct pl_match *m, pl_bytes name, pl_bytes data)
{
    pl_bytes word = PL_LIT("Q_PLUGIN_METADATA");
    return ((pl_bytes_eq_str(name, ".qtmetadata") && pl_bytes_starts(data, PL_LIT("QTMETADATA "))) ||
            is_note_of_qt(name, data)) &&
           (pl_literals_word(m->literals, PL_WORD_IN_SOURCE, word, NULL, NULL) ||
            pl_literals_word(m->literals, PL_WORD_IN_HEADER, word, NULL, NULL) || writes_plugin(m));
}

/*
 * The mark is the first string of the section, up to the byte of its version. Since Qt 5.12 it ends in "!", and before in a space, which a test or an example may still
 * have as a literal.
 */
bool pl_elf_is_mark_of_moc(const struct pl_match *m, const struct pl_file *f, uint64_t offset, pl_bytes text)
{
    struct pl_elf elf;
    struct pl_err why = {0};
    if (!pl_bytes_eq_str(text, "QTMETADATA !") || !pl_elf_is(f->data) || f->data.n != f->size ||
        pl_elf_read(f->data, m->scratch, NULL, &elf, &why) != PL_OK)
        return false;
    for (size_t i = 0; i < elf.n_sections; i++) {
        const struct pl_elf_section *s = &elf.sections[i];
        if (s->type != PL_ELF_SHT_NOBITS && s->offset == offset &&
            is_of_moc(m, s->name, pl_bytes_sub(f->data, s->offset, s->size)))
            return true;
    }
    return false;
}

/* Without --c-name it is the file's: "gnome_control_center" of gnome-control-center.gresource.xml. */
static bool is_resource_file(const struct pl_match *m, pl_bytes name)
{
    static const char end[] = ".gresource.xml";
    char text[96];
    if (name.n + sizeof end > sizeof text)
        return false;
    for (unsigned dashed = 0; dashed < 2; dashed++) {
        for (size_t i = 0; i < name.n; i++)
            text[i] = name.p[i] == '_' && dashed != 0 ? '-' : (char)name.p[i];
        memcpy(text + name.n, end, sizeof end);
        if (pl_index_units_of_name(m->index, pl_bytes_of(text, name.n + sizeof end - 1)).n > 0)
            return true;
    }
    return false;
}

/* As --c-name has it, with an underscore in front that the compiler of resources takes off. glib-compile-resources(1). */
static bool is_resource_name(const struct pl_match *m, pl_bytes name)
{
    char text[64] = "_";
    if (is_resource_file(m, name))
        return true;
    if (pl_literals_word(m->literals, PL_WORD_IN_BUILD, name, NULL, NULL))
        return true;
    if (name.n + 1 > sizeof text)
        return false;
    memcpy(text + 1, name.p, name.n);
    return pl_literals_word(m->literals, PL_WORD_IN_BUILD, pl_bytes_of(text, name.n + 1), NULL, NULL);
}

/* section("name"), or a macro's argument that becomes one: NAME, with or without dots and underscores in front. */
static pl_status is_of_source(const struct pl_match *m, pl_bytes name, pl_bytes data, bool *is_known,
                              struct pl_err *err)
{
    struct pl_literal_hit hit;
    bool found;
    pl_status st = pl_literals_explain(m->literals, name, m->scratch, &found, &hit, err);
    *is_known = st == PL_OK && found && hit.rule->is_strict;
    pl_bytes word = name;
    while (word.n > 0 && word.p[0] == '.')
        word = pl_bytes_from(word, 1);
    *is_known = *is_known || pl_literals_word(m->literals, PL_WORD_IN_SOURCE, word, NULL, NULL) ||
                pl_literals_word(m->literals, PL_WORD_IN_HEADER, word, NULL, NULL) ||
                pl_literals_word(m->literals, PL_WORD_IN_BUILD, name, NULL, NULL);
    *is_known = *is_known || is_of_moc(m, name, data);
    /* glib-compile-resources puts its bytes into a section called after its option --c-name, which a build file says. */
    pl_bytes resources = PL_LIT(".gresource.");
    if (pl_bytes_starts(name, resources) && pl_import_is_made(m->literals, PL_LIT("g_static_resource_init")))
        *is_known = *is_known || is_resource_name(m, pl_bytes_from(name, resources.n));
    return st;
}

/*
 * asm(".pushsection .note.FRR, \"aG\", ..."): a directive of the assembler in a source file, with this very name behind it. Looked for in the
 * files themselves, so only as often as a file may ask.
 */
#define RAW_SEARCHES 16u

static bool is_in_directive(const struct pl_match *m, pl_bytes name)
{
    pl_bytes directive = PL_LIT("section ");
    for (size_t t = 0; t < pl_index_tree_count(m->index); t++) {
        const struct pl_source_tree *tree = pl_index_tree(m->index, t);
        for (size_t i = 0; i < tree->files.n && tree->rank == PL_RANK_OWN; i++) {
            pl_bytes text = tree->files.v[i].data;
            size_t at = pl_bytes_find(text, name, 0);
            for (; at != SIZE_MAX; at = pl_bytes_find(text, name, at + name.n))
                if (at >= directive.n && at + name.n < text.n &&
                    memchr(", \t\"\\\n", text.p[at + name.n], 6) != NULL &&
                    pl_bytes_eq(pl_bytes_sub(text, at - directive.n, directive.n), directive))
                    return true;
        }
    }
    return false;
}

pl_status pl_elf_note_sections(const struct pl_match *m, struct pl_file *f, const struct pl_elf *elf,
                               struct pl_err *err)
{
    pl_status st = PL_OK;
    size_t searches = 0;
    for (size_t i = 0; st == PL_OK && i < elf->n_sections && elf->type != ET_REL; i++) {
        const struct pl_elf_section *s = &elf->sections[i];
        bool has_bytes = s->type != PL_ELF_SHT_NOBITS;
        bool is_known = is_usual(s->name);
        f->asked[PL_FOREIGN_SECTION]++;
        if (!is_known)
            st = is_of_source(m, s->name,
                              has_bytes ? pl_bytes_sub(f->data, s->offset, s->size) : (pl_bytes){0},
                              &is_known, err);
        if (st == PL_OK && !is_known && s->name.n > 1 && searches++ < RAW_SEARCHES)
            is_known = is_in_directive(m, s->name);
        if (st != PL_OK || is_known)
            continue;
        st = pl_foreign_add(m, f, PL_FOREIGN_SECTION, has_bytes ? s->offset : PL_NO_OFFSET, s->name, NULL,
                            err);
        if (st == PL_OK)
            f->foreign.v[f->foreign.n - 1].length = has_bytes ? s->size : 0;
    }
    return st;
}
