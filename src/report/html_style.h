/*
 * html_style.h - the style sheet of the HTML report.
 */
#ifndef PL_REPORT_HTML_STYLE_H
#define PL_REPORT_HTML_STYLE_H

/* Its parts, up to a NULL. */
extern const char *const pl_html_style[];

#endif
