/*
 * tags.c - the table of findings: what each tag means and what to do about it.
 *
 * A tag is API. tools/check-tags fails the build when the code names a tag that has no row here, or a row that no code names.
 */
#include "plumbline/plumbline.h"

#include <string.h>

#define WAIVE                                                                                                \
    " To accept it, waive the finding for these exact bytes with a reason, an owner and an end date."

static const struct pl_tag_info tags[] = {
#include "judge/tags.def"
};

const struct pl_tag_info *pl_tag_at(size_t i)
{
    return i < sizeof tags / sizeof tags[0] ? &tags[i] : NULL;
}

const struct pl_tag_info *pl_tag_find(const char *tag)
{
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++)
        if (strcmp(tags[i].tag, tag) == 0)
            return &tags[i];
    return NULL;
}
