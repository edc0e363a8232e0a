/*
 * status.h - how every call of the library says that it went well or why it did not.
 */
#ifndef PLUMBLINE_STATUS_H
#define PLUMBLINE_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#if defined(__GNUC__)
#define PL_MUST_USE           __attribute__((warn_unused_result))
#define PL_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#else
#define PL_MUST_USE
#define PL_PRINTF(fmt, first)
#endif

#if defined(__GNUC__) && defined(PL_BUILDING_LIBRARY)
#define PL_API __attribute__((visibility("default")))
#else
#define PL_API
#endif

/* A status says what the caller can do about it, not which line failed. */
typedef enum pl_status {
    PL_OK = 0,
    PL_E_USAGE = -1,       /* the call or the command line is wrong: mend the call */
    PL_E_INPUT = -2,       /* the bytes are not what they claim to be: reject them */
    PL_E_LIMIT = -3,       /* a limit was reached: raise it or give up on this input */
    PL_E_IO = -4,          /* the system refused to read or write: retry, make room */
    PL_E_NOMEM = -5,       /* out of memory */
    PL_E_NETWORK = -6,     /* the network was needed and could not be used */
    PL_E_TRUST = -7,       /* a signature or an authenticated digest does not fit */
    PL_E_NOT_FOUND = -8,   /* nothing of that name */
    PL_E_UNSUPPORTED = -9, /* recognised, and not handled by this version */
    PL_E_BUG = -10         /* our own mistake */
} pl_status;

#define PL_NO_OFFSET      UINT64_MAX
#define PL_ERR_TEXT_BYTES 512

/* The caller's struct; nothing to free. Every function that takes one accepts NULL. */
struct pl_err {
    pl_status status;
    uint64_t offset;                 /* byte in the subject, or PL_NO_OFFSET */
    char subject[PL_ERR_TEXT_BYTES]; /* the file, URL or name it is about; "" when not known */
    char text[PL_ERR_TEXT_BYTES];    /* what is wrong */
    char hint[PL_ERR_TEXT_BYTES];    /* what to do about it; "" when there is nothing to say */
};

/* A short lower-case word for a status, such as "input"; static storage. */
PL_API const char *pl_status_name(pl_status st);

#endif
