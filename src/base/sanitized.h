/*
 * sanitized.h - is this build watched? GCC and clang say so in two ways.
 *
 * A sanitizer handles signals, maps memory and keeps freed blocks on its own account: what forbids or counts such things has to know.
 */
#ifndef PL_BASE_SANITIZED_H
#define PL_BASE_SANITIZED_H

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PL_HAS_ASAN 1
#elif __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define PL_IS_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#undef PL_HAS_ASAN
#define PL_HAS_ASAN 1
#elif defined(__SANITIZE_THREAD__)
#undef PL_IS_SANITIZED
#define PL_IS_SANITIZED 1
#endif

#ifndef PL_HAS_ASAN
#define PL_HAS_ASAN 0
#endif
#ifndef PL_IS_SANITIZED
#define PL_IS_SANITIZED PL_HAS_ASAN /* by whichever */
#endif

#endif
