/* cat(1), for a terminal: whatever a file holds, only text comes out. */
#include "kernel/user/program.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"

PROGRAM(cat, "cat", "FILE...", "prints files; bytes that are no text come out as \\xNN");

enum {
    PIECE = 256,
    SEQUENCE_MAX = 4, /* bytes of a character in UTF-8 */
};

/* How many bytes at the end may be the beginning of a character that the next piece completes. */
static size_t open_end(const char *bytes, size_t length)
{
    for (size_t back = 1; back < SEQUENCE_MAX && back <= length; back++) {
        uint8_t byte = (uint8_t)bytes[length - back];
        size_t needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
        if (byte < 0x80 || byte >= 0xc0)
            return needed > back ? back : 0;
    }
    return 0;
}

static int print_descriptor(int descriptor)
{
    char bytes[PIECE];
    size_t kept = 0;
    int count;
    while ((count = system_read(descriptor, bytes + kept, sizeof bytes - kept)) > 0) {
        size_t length = kept + (size_t)count;
        kept = open_end(bytes, length);
        print_lines(bytes, length - kept);
        __builtin_memmove(bytes, bytes + length - kept, kept);
    }
    print_lines(bytes, kept);
    return count;
}

static int print_file(const char *path)
{
    int descriptor = system_open(path);
    if (descriptor < 0)
        return complain("cat", path, descriptor);
    int error = print_descriptor(descriptor);
    (void)system_close(descriptor);
    return error < 0 ? complain("cat", path, error) : EXIT_OK;
}

static int cat_main(int argc, char **argv)
{
    int status = EXIT_OK;
    if (argc < 2 || argv[1][0] == '-')
        return usage(&cat_program);
    for (int i = 1; i < argc; i++)
        if (print_file(argv[i]) != EXIT_OK)
            status = EXIT_FAILED;
    return status;
}
