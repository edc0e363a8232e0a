/*
 * owed.h - who asked for JSON on standard output gets a document in every outcome.
 */
#ifndef PLUMB_OWED_H
#define PLUMB_OWED_H

/*
 * Remember what was asked for, before the command line is understood, and be ready for a crash: a bug of ours ends with PL_EXIT_BUG, the document and
 * a word on how to report it.
 */
void owed_begin(int argc, char **argv);
/* The document of a usage error, when one is owed. */
void owed_usage(const char *text, const char *hint);
/* An internal error that a library call told of: how to report it, on standard error. */
void owed_report_bug(void);

#endif
