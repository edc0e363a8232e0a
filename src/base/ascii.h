/*
 * ascii.h - what a byte of text is, in ASCII and whatever the locale: <ctype.h> asks the locale, and is not defined for all bytes of a char.
 *
 * One place for what each reader would ask in its own way. A grammar with other letters (a dot in a name, bytes from 0x80 on) says so where it reads, on top
 * of these.
 */
#ifndef PL_BASE_ASCII_H
#define PL_BASE_ASCII_H

#include <stdbool.h>
#include <stdint.h>

static inline bool pl_is_digit(uint8_t b)
{
    return b >= '0' && b <= '9';
}

static inline bool pl_is_upper(uint8_t b)
{
    return b >= 'A' && b <= 'Z';
}

static inline bool pl_is_lower(uint8_t b)
{
    return b >= 'a' && b <= 'z';
}

static inline bool pl_is_letter(uint8_t b)
{
    return pl_is_lower((uint8_t)(b | 0x20));
}

static inline bool pl_is_alnum(uint8_t b)
{
    return pl_is_digit(b) || pl_is_letter(b);
}

/* A letter, digit or underscore: what names of C are made of. */
static inline bool pl_is_word_byte(uint8_t b)
{
    return pl_is_alnum(b) || b == '_';
}

/* Space and tab; with CR and LF what pl_bytes_trim() takes away. */
static inline bool pl_is_blank(uint8_t b)
{
    return b == ' ' || b == '\t';
}

static inline bool pl_is_space(uint8_t b)
{
    return pl_is_blank(b) || b == '\r' || b == '\n';
}

static inline uint8_t pl_to_lower(uint8_t b)
{
    return pl_is_upper(b) ? (uint8_t)(b | 0x20) : b;
}

/* The value of a hexadecimal digit in large or small; -1 for another byte. */
static inline int pl_hex_value(uint8_t b)
{
    uint8_t small = (uint8_t)(b | 0x20);
    return pl_is_digit(b) ? b - '0' : small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

/* The same for what is written in small letters alone, as digests are: a large one is another spelling. */
static inline int pl_small_hex_value(uint8_t b)
{
    return pl_is_upper(b) ? -1 : pl_hex_value(b);
}

#endif
