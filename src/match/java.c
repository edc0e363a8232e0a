/*
 * java.c - what build tools write into a jar or a Maven repository about a package: MANIFEST.MF, pom.xml, *.pom.
 *
 * Maven, the bundle plugin and maven-debian-helper write these files anew from the project's own pom: lines are folded at 72 bytes, white
 * space in texts is dropped, properties are added. A logical line is explained when each of its words stands in the sources, is one of the
 * tools' own, or is two words of the sources with the space between them dropped. Lines that decide what is run are left to the
 * rungs that compare bytes.
 *
 * Source: JAR File Specification (folding of lines); bnd's and maven-debian-helper's manuals (the names of headers and properties).
 */
#include "match/match.h"

#include "base/buf.h"
#include "format/text/words.h"

#define RULE           "java.metadata"
#define LINE_MAX_BYTES 65536u

/* Words of the tools, not of any project. */
static const char *const tool_words[] = {
    "Manifest",
    "ManifestVersion",
    "Created",
    "Apache",
    "Maven",
    "Bundle",
    "Plugin",
    "Build",
    "Jdk",
    "Spec",
    "Title",
    "Version",
    "Vendor",
    "Specification",
    "Implementation",
    "DocURL",
    "License",
    "Name",
    "SymbolicName",
    "Export",
    "Package",
    "Import",
    "Require",
    "Provide",
    "Capability",
    "Tool",
    "Bnd",
    "LastModified",
    "osgi",
    "filter",
    "JavaSE",
    "Private",
    "Include",
    "Resource",
    "Automatic",
    "Module",
    "originalVersion",
    "hasPackageVersion",
    "relocation",
    "debian",
    "packaging",
    "package",
    "Description",
    "JAR",
    "JDK",
    "Resource",
    "META",
    "INF",
    "Compile",
    "Target",
    "Source",
    "Implementation",
    "Date",
    "scmBranch",
    "buildNumber",
    "mavenRules",
    "xml",
    "encoding",
    "xmlns",
    "xsi",
    "xsd",
    "http",
    "https",
    "www",
    "XMLSchema",
    "instance",
    "schemaLocation",
    "POM",
    "project",
    "modelVersion",
    "distributionManagement",
    "dependencyManagement",
    "exclusion",
    "exclusions",
};

/* Headers by which a virtual machine finds code to run. */
static const char *const deciding[] = {"Main-Class:",           "Class-Path:",  "Premain-Class:",
                                       "Launcher-Agent-Class:", "Agent-Class:", "Boot-Class-Path:"};

static bool is_tool_word(pl_bytes word)
{
    return pl_bytes_is_one_of(word, tool_words, sizeof tool_words / sizeof tool_words[0]);
}

static bool is_number(pl_bytes word)
{
    for (size_t i = 0; i < word.n; i++)
        if (word.p[i] < '0' || word.p[i] > '9')
            return false;
    return true;
}

/* Shorter words are not in the index; they tell nothing. */
static bool is_known(const struct pl_match *m, pl_bytes word)
{
    return word.n < PL_WORD_MIN_BYTES || is_number(word) || is_tool_word(word) ||
           pl_index_has_word(m->index, word);
}

static bool is_known_or_joined(const struct pl_match *m, pl_bytes word)
{
    if (is_known(m, word))
        return true;
    for (size_t i = 2; i < word.n; i++) {
        pl_bytes first = pl_bytes_sub(word, 0, i);
        pl_bytes second = pl_bytes_from(word, i);
        bool is_either = pl_index_has_word(m->index, first) || pl_index_has_word(m->index, second);
        if (is_either && is_known(m, first) && is_known(m, second))
            return true;
    }
    return false;
}

static bool ends_path(uint8_t b)
{
    return b == ' ' || b == ',' || b == ';' || b == '=' || b == '"' || b == ':';
}

/* Is the word a part of the path of a source file, such as one that Include-Resource lists? */
static bool is_of_path(const struct pl_match *m, pl_bytes line, pl_bytes word)
{
    size_t first = (size_t)(word.p - line.p);
    size_t end = first + word.n;
    while (first > 0 && !ends_path(line.p[first - 1]))
        first--;
    while (end < line.n && !ends_path(line.p[end]))
        end++;
    pl_bytes name = pl_bytes_basename(pl_bytes_sub(line, first, end - first));
    return name.n > 0 && pl_index_units_of_name(m->index, name).n > 0;
}

static bool is_explained(const struct pl_match *m, pl_bytes line)
{
    pl_bytes rest = line;
    pl_bytes word;
    for (size_t i = 0; i < sizeof deciding / sizeof deciding[0]; i++)
        if (pl_bytes_starts(line, pl_bytes_of_str(deciding[i])))
            return false;
    while (pl_words_next(&rest, &word))
        if (!is_known_or_joined(m, word) && !is_of_path(m, line, word))
            return false;
    return true;
}

/* One logical line off the front of *rest, unfolded into `out`; gives the bytes it took. */
static size_t take_line(pl_bytes *rest, bool is_manifest, struct pl_buf *out)
{
    pl_bytes line;
    size_t before = rest->n;
    pl_buf_clear(out);
    while (pl_bytes_line(rest, &line)) {
        bool is_folded = is_manifest && out->n > 0;
        while (line.n > 0 && line.p[line.n - 1] == '\r')
            line.n--;
        pl_buf_add(out, pl_bytes_from(line, is_folded ? 1 : 0));
        if (!is_manifest || rest->n == 0 || rest->p[0] != ' ')
            break;
    }
    return before - rest->n;
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    bool is_manifest = pl_bytes_ends(f->name, PL_LIT("META-INF/MANIFEST.MF"));
    bool is_pom = pl_bytes_ends(f->name, PL_LIT(".pom")) || pl_bytes_ends(f->name, PL_LIT("pom.xml")) ||
                  pl_bytes_ends(f->name, PL_LIT("pom.properties"));
    struct pl_buf line;
    pl_bytes rest = f->data;
    pl_status st = PL_OK;
    if (!is_manifest && !is_pom)
        return PL_OK;
    pl_buf_init(&line, LINE_MAX_BYTES);
    while (st == PL_OK && rest.n > 0) {
        size_t offset = f->data.n - rest.n;
        size_t length = take_line(&rest, is_manifest, &line);
        if (line.why == PL_E_NOMEM)
            st = pl_fail_nomem(err);
        else if (line.why == PL_OK && is_explained(m, pl_buf_bytes(&line)))
            st = pl_match_claim(f, offset, length, PL_CLASS_DERIVED, PL_GRADE_C, RULE, NULL, err);
    }
    pl_buf_reset(&line);
    return st;
}

const struct pl_rung pl_rung_java_metadata = {
    .rule = RULE,
    .what = "A line of a jar's manifest or of an installed pom whose words all stand in the sources or are "
            "the build tool's own.",
    .source = "JAR File Specification; bnd and maven-debian-helper manuals",
    .pass = PL_PASS_PACKAGE,
    .apply = apply,
};
