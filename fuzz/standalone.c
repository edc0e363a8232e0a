/*
 * standalone.c - runs a fuzz target over files, so that seeds and found cases replay in the normal tests.
 *
 * usage: fuzz_NAME FOLDER-OR-FILE...   Prints TAP: one line a file. A missing folder is no error.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int cases;

static void run_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    uint8_t *data = NULL;
    size_t n = 0;
    if (f != NULL && fseek(f, 0, SEEK_END) == 0) {
        long size = ftell(f);
        rewind(f);
        data = malloc(size > 0 ? (size_t)size : 1);
        if (data != NULL && size > 0)
            n = fread(data, 1, (size_t)size, f);
    }
    if (f != NULL)
        (void)fclose(f); /* opened for reading */
    if (data == NULL) {
        printf("not ok %d - cannot read %s\n", ++cases, path);
        return;
    }
    (void)LLVMFuzzerTestOneInput(data, n); /* the contract is not to crash */
    free(data);
    printf("ok %d - %s\n", ++cases, path);
}

static void run(const char *path)
{
    struct stat sb;
    struct dirent **names;
    if (stat(path, &sb) != 0)
        return;
    if (!S_ISDIR(sb.st_mode)) {
        run_file(path);
        return;
    }
    int n = scandir(path, &names, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        char child[4096];
        if (names[i]->d_name[0] != '.') {
            (void)snprintf(child, sizeof child, "%s/%s", path, names[i]->d_name);
            run(child);
        }
        free(names[i]);
    }
    if (n >= 0)
        free(names);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        run(argv[i]);
    printf("1..%d\n", cases);
    return 0;
}
