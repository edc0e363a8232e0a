/*
 * ledger.c - every range of every file as one tab-separated line.
 *
 *     # path <TAB> size             one line a file, then its ranges in order:
 *     offset <TAB> length <TAB> class <TAB> evidence
 *
 * Offsets are hexadecimal, lengths decimal. Evidence is rule, grade, source and note; quoted, so that no tab or line
 * end in it can forge a row. Ranges of a container that carry members have class "members".
 */
#include "base/quote.h"
#include "report/report.h"

static void add_evidence(struct pl_buf *out, const struct pl_claim *c)
{
    pl_quote(out, pl_bytes_of_str(c->rule));
    if (c->grade != PL_GRADE_NONE)
        pl_buf_printf(out, " grade %s", pl_grade_name(c->grade));
    if (c->source != NULL) {
        pl_buf_add_str(out, " from ");
        pl_quote(out, pl_bytes_of_str(c->source));
    }
    if (c->source_offset != PL_NO_OFFSET)
        pl_buf_printf(out, " @0x%llx", (unsigned long long)c->source_offset);
    if (c->note != NULL) {
        pl_buf_add_str(out, "; ");
        pl_quote(out, pl_bytes_of_str(c->note));
    }
}

static void write_ledger(const struct pl_report *r, const struct pl_write_options *options,
                         struct pl_buf *out)
{
    (void)options; /* the ledger is never cut */
    for (size_t i = 0; i < r->files.n; i++) {
        const struct pl_file *f = r->files.v[i];
        if (f->type != PL_ENTRY_FILE)
            continue;
        pl_buf_add_str(out, "# ");
        pl_quote(out, f->path);
        pl_buf_printf(out, "\t%llu\n", (unsigned long long)f->size);
        for (size_t k = 0; k < f->ledger.settled.n; k++) {
            const struct pl_claim *c = &f->ledger.settled.v[k];
            pl_buf_printf(out, "0x%llx\t%llu\t%s\t", (unsigned long long)c->offset,
                          (unsigned long long)c->length, pl_class_name(c->class));
            add_evidence(out, c);
            pl_buf_add_byte(out, '\n');
        }
    }
}

const struct pl_report_format pl_report_format_ledger = {
    .name = "ledger", .is_of_packages = true, .write = write_ledger};
