/*
 * pe_clr.c - what a .NET assembly says that it is, and which others it asks for.
 *
 *     #~ stream: | 0 4 | version 2 | widths 1 | 1 1 | which tables 8 | which are sorted 8 | rows of each 4 ... | tables, in order of their number |
 *
 * Columns are two or four bytes wide by how many rows, or bytes of names, there are: every table before those of interest has to be measured. Each
 * row of the list below names the columns of one table: 2 and 4 are numbers of so many bytes, s g b are indices into names, GUIDs and blobs,
 * t with two hex digits is one into that table, and the other letters are coded indices, which stand for one of several tables.
 *
 * Source: ECMA-335, II.22 (tables), II.24.2.6 (the stream and coded indices). Not read here: the code, signatures, attributes.
 */
#include "base/buf.h"
#include "format/binary/pe_reader.h"

#define N_TABLES        0x24u
#define ASSEMBLY        0x20u
#define ASSEMBLY_REF    0x23u
#define MAX_REFERENCES  512u
#define MAX_ROWS        16777216u
#define REFERENCES_TEXT 4096u

static const char *const columns[N_TABLES] = {
    "2sggg",  "Rss",    "4ssTt04t06", "t04",    "2sb", "t06",       "422sbt08", "t08",   "22s",
    "t02T",   "Psb",    "2Hb",        "AUb",    "Fb",  "2Db",       "24t02",    "4t04",  "b",
    "t02t14", "t14",    "2sT",        "t02t17", "t17", "2sb",       "2t06S",    "t02MM", "s",
    "b",      "2Wst1a", "4t04",       "44",     "4",   "422224bss", "4",        "444",   "222 24bssb",
};

/* A coded index keeps the number of the table in its low bits. */
static const struct {
    char letter;
    uint8_t bits;
    const char *tables; /* hex, two digits each */
} coded[] = {
    {'R', 2, "001a2301"},
    {'T', 2, "02011b"},
    {'P', 3, "02011a061b"},
    {'H', 2, "040817"},
    {'A', 5, "06040102080 90a000e171411 1a1b202326 27282a2c2b"},
    {'U', 3, "060a"},
    {'F', 1, "0408"},
    {'D', 2, "020620"},
    {'S', 1, "1417"},
    {'M', 1, "060a"},
    {'W', 1, "0406"},
};

struct clr {
    pl_bytes names;
    uint32_t rows[64];
    uint8_t widths;
};

static unsigned digit(char c)
{
    return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'a' + 10);
}

static unsigned index_bytes(uint32_t rows, unsigned tag_bits)
{
    return rows < (uint32_t)1 << (16 - tag_bits) ? 2 : 4;
}

static unsigned coded_bytes(const struct clr *k, char letter)
{
    for (size_t i = 0; i < sizeof coded / sizeof coded[0]; i++) {
        uint32_t most = 0;
        if (coded[i].letter != letter)
            continue;
        for (const char *p = coded[i].tables; *p != 0;) {
            if (*p == ' ') {
                p++;
                continue;
            }
            uint32_t rows = k->rows[(digit(p[0]) << 4 | digit(p[1])) & 63];
            most = rows > most ? rows : most;
            p += 2;
        }
        return index_bytes(most, coded[i].bits);
    }
    return 0;
}

/* Bytes of one column; *p moves behind its letters. */
static unsigned column_bytes(const struct clr *k, const char **p)
{
    char c = *(*p)++;
    switch (c) {
    case ' ': return 0;
    case '2': return 2;
    case '4': return 4;
    case 's': return (k->widths & 1) != 0 ? 4 : 2;
    case 'g': return (k->widths & 2) != 0 ? 4 : 2;
    case 'b': return (k->widths & 4) != 0 ? 4 : 2;
    case 't': *p += 2; return index_bytes(k->rows[(digit((*p)[-2]) << 4 | digit((*p)[-1])) & 63], 0);
    default: return coded_bytes(k, c);
    }
}

static uint64_t row_bytes(const struct clr *k, unsigned table)
{
    uint64_t n = 0;
    for (const char *p = columns[table]; *p != 0;)
        n += column_bytes(k, &p);
    return n;
}

static pl_bytes read_name(const struct clr *k, struct pl_cursor *c)
{
    pl_bytes name;
    uint32_t at = (k->widths & 1) != 0 ? pl_cursor_u32le(c) : pl_cursor_u16le(c);
    return pl_image_string(k->names, at, 1024, &name) && pl_image_is_text(name) ? name : PL_LIT("?");
}

/* "Name 1.2.3.4": both kinds of row have the version, flags, a blob and the name in this order; one has a number in front. */
static void read_assembly(const struct clr *k, struct pl_cursor c, bool has_number, struct pl_buf *out)
{
    pl_cursor_skip(&c, has_number ? 4 : 0);
    unsigned v[4];
    for (size_t i = 0; i < 4; i++)
        v[i] = pl_cursor_u16le(&c);
    pl_cursor_skip(&c, 4 + ((k->widths & 4) != 0 ? 4u : 2u));
    pl_bytes name = read_name(k, &c);
    if (!c.bad)
        pl_buf_printf(out, "%.*s %u.%u.%u.%u", PL_ARG(name), v[0], v[1], v[2], v[3]);
}

static pl_bytes keep(struct pl_pe_reader *r, struct pl_buf *b)
{
    pl_bytes kept = pl_arena_keep(r->map.arena, pl_buf_bytes(b));
    if (kept.p == NULL && r->map.st == PL_OK && b->n > 0)
        r->map.st = pl_arena_fail(r->map.arena, r->map.err);
    return kept;
}

static void read_references(struct pl_pe_reader *r, const struct clr *k, pl_bytes stream, uint64_t at)
{
    struct pl_buf text;
    uint64_t bytes = row_bytes(k, ASSEMBLY_REF);
    uint32_t n = k->rows[ASSEMBLY_REF];
    pl_buf_init(&text, 2 * REFERENCES_TEXT);
    for (uint32_t i = 0;
         i < n && i < MAX_REFERENCES && text.n < REFERENCES_TEXT && pl_image_spend(&r->map, 1); i++) {
        pl_buf_add_str(&text, i == 0 ? "" : ", ");
        read_assembly(k, pl_cursor_at(stream, at + i * bytes), false, &text);
    }
    r->pe->clr_references = keep(r, &text);
    pl_buf_reset(&text);
}

void pl_pe_read_assembly(struct pl_pe_reader *r, pl_bytes tables, pl_bytes names)
{
    struct clr k = {.names = names};
    struct pl_cursor c = pl_cursor_at(tables, 6);
    struct pl_buf text;
    k.widths = pl_cursor_u8(&c);
    pl_cursor_skip(&c, 1);
    uint64_t present = pl_cursor_u64le(&c);
    pl_cursor_skip(&c, 8);
    for (unsigned i = 0; i < 64; i++)
        if ((present >> i & 1) != 0)
            k.rows[i] = pl_cursor_u32le(&c);
    if ((k.widths & 0x40) != 0)
        pl_cursor_skip(&c, 4);
    uint64_t at = c.at;
    pl_buf_init(&text, 2048);
    for (unsigned i = 0; i < N_TABLES && !c.bad; i++) {
        if (k.rows[i] > MAX_ROWS)
            break;
        if (i == ASSEMBLY && k.rows[i] > 0)
            read_assembly(&k, pl_cursor_at(tables, at), true, &text);
        if (i == ASSEMBLY_REF)
            read_references(r, &k, tables, at);
        at += k.rows[i] * row_bytes(&k, i);
    }
    r->pe->clr_assembly = keep(r, &text);
    pl_buf_reset(&text);
}
