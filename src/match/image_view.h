/*
 * image_view.h - an executable image as the rungs for strings and hints see it, whatever its format.
 */
#ifndef PL_MATCH_IMAGE_VIEW_H
#define PL_MATCH_IMAGE_VIEW_H

#include "format/binary/image.h"
#include "match/match.h"

/* Rules that claims carry are named after the format: "elf.code". */
struct pl_image_view {
    const struct pl_image_range *ranges; /* in the arena that was given; sorted only in PE and Mach-O */
    size_t n_ranges;
    const char *code_rule;
    const char *data_rule;
    const char *string_rule;
    const char *foreign_rule;
    bool is_windows;
    bool has_wide; /* strings of two bytes a character are usual */
};

/* Read f as whatever image it is, without findings. *found is false when it is none, or a damaged one. */
PL_MUST_USE pl_status pl_image_view_read(struct pl_file *f, struct pl_arena *arena, bool *found,
                                         struct pl_image_view *out, struct pl_err *err);

/* Claim what structure, toolchain and signatures own, and what nothing owns. Code and data are left alone. */
PL_MUST_USE pl_status pl_image_claim(struct pl_file *f, const char *rule, const struct pl_image_range *ranges,
                                     size_t n, struct pl_err *err);
/* No reader can say anything: image.damaged, and all that is not claimed yet is unaccounted. */
PL_MUST_USE pl_status pl_image_claim_damaged(struct pl_file *f, const char *format, const char *rule,
                                             const struct pl_err *why, struct pl_err *err);
/* Facts about what made the image: Go, Rust, a packer. */
PL_MUST_USE pl_status pl_image_origin(const struct pl_match *m, struct pl_file *f, struct pl_err *err);
/* Add a fact to the file; an empty value and one too many are left out. `name` is static, the value is copied. */
PL_MUST_USE pl_status pl_image_fact(const struct pl_match *m, struct pl_file *f, const char *name,
                                    pl_bytes value, struct pl_err *err);

#endif
