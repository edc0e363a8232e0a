/*
 * asleep.h - words of a text that nothing executes, in a file that something reads.
 *
 *     <!-- Generated data ends here -->      XML
 *     // of the kind                         C and C++, also between slash and star
 *     #define HAVE_STDIO_H 1                 a number, and #undef: nobody who does not know the name asks for it
 *     # Copyright                            fragments of makefiles, pkg-config and other configuration, a line of its own
 *
 * Not in scripts: what stands in a comment there another line may read.
 */
#ifndef PL_MATCH_ASLEEP_H
#define PL_MATCH_ASLEEP_H

#include "base/bytes.h"

struct pl_asleep {
    pl_bytes data;
    const char *kind; /* of the file; NULL: nothing sleeps */
    size_t at;        /* bytes that were read */
    size_t begin;     /* of the last comment that was found; end behind it */
    size_t end;
};

void pl_asleep_init(struct pl_asleep *a, pl_bytes data, const char *kind);

/*
 * Does `word`, a view of the data, stand in a comment or in such a definition? A word of more than PL_ASLEEP_WORD bytes in a comment never does: what it says may be
 * packed. To be asked from front to back: then O(file) for all words; what lies before the last answer is read again.
 */
bool pl_asleep_holds(struct pl_asleep *a, pl_bytes word);

#define PL_ASLEEP_WORD 24u

#endif
