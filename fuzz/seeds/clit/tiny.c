/* gcc -O1 -shared -fPIC -nostdlib -s -Wl,-soname,libtiny.so.1 -Wl,--build-id -Wl,-z,noseparate-code -Wl,--version-script=tiny.map */
extern void elsewhere(const char *text);
const char *const names[] = {"first name", "second name", "third of the names"};
int numbers[4] = {1, 2, 3, 4};
void tiny_report(int which)
{
    elsewhere("the quick brown fox jumps over the lazy dog");
    elsewhere(__func__);
    elsewhere(names[which & 1]);
    numbers[0]++;
}
