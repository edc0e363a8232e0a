/*
 * words.h - cutting words out of any bytes, fast: identifiers, numbers, runs of letters.
 */
#ifndef PL_FORMAT_TEXT_WORDS_H
#define PL_FORMAT_TEXT_WORDS_H

#include "base/bytes.h"

#define PL_WORD_MIN_BYTES 3u
#define PL_WORD_MAX_BYTES 255u

/*
 * Take the next word off the front of *rest: the longest run of [A-Za-z0-9_] and of bytes from 0x80 up (so that a run of
 * UTF-8 letters stays together), at least PL_WORD_MIN_BYTES long. Shorter runs are passed over, and so are runs over
 * PL_WORD_MAX_BYTES, which are data rather than words. false, with *word untouched, when no word is left.
 */
bool pl_words_next(pl_bytes *rest, pl_bytes *word);

/*
 * The same for prose under markup: runs of letters, digits and bytes from 0x80 up of any length; markup between words is passed
 * over: roff requests and escapes (.PP, \fB, \(em), C escapes, Texinfo @code{, POD B<, HTML and XML tags without a space, character
 * entities, and punctuation of Unicode.
 * Case is kept; comparing without it is the caller's choice (pl_prose_hash).
 */
bool pl_prose_next(pl_bytes *rest, pl_bytes *word);

/* Hash of a prose word with ASCII case folded; the same on every machine. */
uint64_t pl_prose_hash(pl_bytes word);
bool pl_prose_eq(pl_bytes a, pl_bytes b);

#endif
