/*
 * chain_diff.h - what changed between two chains, and whether anything got worse.
 *
 * Components are paired by key, then by the package that the key names, without its version, where that leaves no doubt. Worse is: a graver
 * verdict, a lower chain level, a paired component whose own level or one of whose links fell, that is not examined any more, that lost a source or came
 * to it on a weaker way, or in which bytes became unaccounted or opaque; and a component that came with a broken link.
 */
#ifndef PL_REPORT_CHAIN_DIFF_H
#define PL_REPORT_CHAIN_DIFF_H

#include "base/buf.h"
#include "plumbline/chain.h"
#include "report/chain_view.h"
#include "report/diff.h"

/* `old` is NULL for a component that came, `now` for one that went. */
struct pl_chain_change {
    const struct pl_chain_component *old;
    const struct pl_chain_component *now;
    enum pl_change own;
    enum pl_change links[PL_LINK_COUNT];
    bool has_lost_source; /* or a better way to it */
    bool is_worse;
};

struct pl_chain_diff {
    struct pl_arena arena;
    struct pl_chain_view old, now;
    enum pl_change level;
    PL_VEC(struct pl_chain_change)
    changes; /* in the order of `now`, then what went; without pairs that are the same */
    uint64_t came, went, same, changed;
    PL_VEC(const char *) worse; /* one sentence each, without foreign text */
    struct pl_err error;        /* of reading; its status is PL_OK when both could be read */
    bool error_is_old;
    enum pl_exit exit;
};

/*
 * Compare two chains as they were written. `old_why` and `now_why` are PL_OK, or say why there are no bytes to read. The diff keeps nothing of the
 * bytes; pl_chain_diff_free() frees it.
 */
PL_MUST_USE pl_status pl_chain_diff_make(pl_bytes old, const struct pl_err *old_why, pl_bytes now,
                                         const struct pl_err *now_why, struct pl_chain_diff **out,
                                         struct pl_err *err);

/* "3" or "?", for a level that is not known; static or from the levels 0 to 4. */
const char *pl_chain_level_word(bool has, unsigned level);
void pl_chain_diff_text(const struct pl_chain_diff *d, const struct pl_write_options *options,
                        struct pl_buf *out);
void pl_chain_diff_json(const struct pl_chain_diff *d, struct pl_buf *out);

#endif
