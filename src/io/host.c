/*
 * host.c - what this machine is, and room for short-lived files.
 */
#include "io/host.h"

#include "base/digest.h"

#include <link.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static char machine[PL_HOST_MACHINE_BYTES];

static void find_machine(void)
{
    struct utsname u;
    if (uname(&u) == 0)
        (void)snprintf(machine, sizeof machine, "%s", u.machine);
}

void pl_host_machine(char out[PL_HOST_MACHINE_BYTES])
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, find_machine); /* fails only on misuse */
    memcpy(out, machine, PL_HOST_MACHINE_BYTES);
}

pl_status pl_host_temp_folder(char **path, struct pl_err *err)
{
    const char *base = getenv("TMPDIR");
    char *p = NULL;
    if (asprintf(&p, "%s/plumbline-XXXXXX", base != NULL && base[0] == '/' ? base : "/tmp") < 0)
        return pl_fail_nomem(err);
    if (mkdtemp(p) == NULL) {
        pl_status st = pl_fail_errno(err, "cannot make a temporary folder");
        free(p);
        return st;
    }
    *path = p;
    return PL_OK;
}

/* One at a time: where malloc() is another's (a sanitizer's), the first two calls would set up the heap at once. */
void pl_host_trim_memory(void)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    (void)pthread_mutex_lock(&lock); /* fails only on misuse */
    (void)malloc_trim(0);            /* says whether there was any */
    (void)pthread_mutex_unlock(&lock);
}

unsigned pl_host_jobs(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > 64 ? 64 : (unsigned)n;
}

uint64_t pl_host_memory(void)
{
    long pages = sysconf(_SC_PHYS_PAGES);
    long bytes = sysconf(_SC_PAGESIZE);
    return pages > 0 && bytes > 0 ? (uint64_t)pages * (uint64_t)bytes : 0;
}

/* The build id among the notes of one loaded segment: elf(5), "Notes". Memory of our own program, laid out by the linker. */
static bool find_build(const uint8_t *notes, size_t n, char out[PL_HOST_BUILD_BYTES])
{
    size_t at = 0;
    while (at + sizeof(ElfW(Nhdr)) <= n) {
        ElfW(Nhdr) head;
        memcpy(&head, notes + at, sizeof head);
        size_t name = at + sizeof head;
        size_t text = name + (((size_t)head.n_namesz + 3) & ~(size_t)3);
        if (text > n || head.n_descsz > n - text)
            return false;
        if (head.n_type == NT_GNU_BUILD_ID && head.n_namesz == 4 && memcmp(notes + name, "GNU", 4) == 0 &&
            2 * (size_t)head.n_descsz < PL_HOST_BUILD_BYTES) {
            pl_hex(notes + text, head.n_descsz, out);
            return true;
        }
        at = text + (((size_t)head.n_descsz + 3) & ~(size_t)3);
    }
    return false;
}

/* Is it the object that find_build() stands in? Then its id, and no further object. */
static int look_at_object(struct dl_phdr_info *info, size_t size, void *out)
{
    uintptr_t here = (uintptr_t)&pl_host_memory;
    bool is_ours = false;
    (void)size; /* all members that are read have always been there */
    for (ElfW(Half) i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        is_ours = is_ours || (p->p_type == PT_LOAD && here - info->dlpi_addr - p->p_vaddr < p->p_memsz);
    }
    for (ElfW(Half) i = 0; is_ours && i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        if (p->p_type == PT_NOTE &&
            find_build((const uint8_t *)(info->dlpi_addr + p->p_vaddr), p->p_memsz, out))
            break;
    }
    return is_ours;
}

void pl_host_build(char out[PL_HOST_BUILD_BYTES])
{
    out[0] = '\0';
    (void)dl_iterate_phdr(look_at_object, out); /* without a note the text stays empty */
}
