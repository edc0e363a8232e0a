/*
 * source_words.h - the words that a language keeps for itself.
 */
#ifndef PL_FEATURE_SOURCE_WORDS_H
#define PL_FEATURE_SOURCE_WORDS_H

#include "feature/source_lex.h"

struct pl_word_row {
    const char *text;
    enum pl_word word;
};

/* Ends with a row without text. */
const struct pl_word_row *pl_source_words(enum pl_source_language language);

#endif
