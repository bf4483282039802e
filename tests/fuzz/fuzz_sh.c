/* The shell's language, from text to what runs, on a system that is made up.
 *
 * Input: the text.
 *
 * Property: whatever the text, the shell ends with a status, having called the system a bounded
 * number of times, and leaves no output captured; and the same text does the same again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/user/sh_syntax.h"
#include "tests/fuzz/require.h"
#include "tests/unit/fake_system.h"

enum {
    STEPS = 500,
    PRINTED_MAX = 65536,
};

static void add_files(const char *text, size_t length)
{
    static const char lib[] = "f() { echo \"f $*\"; }\nx=1\n";
    fake_add_file("/lib", lib, sizeof lib - 1);
    fake_add_file("/etc/rc.d/a", "echo a $1", 9);
    fake_add_file("/etc/rc.d/b", "", 0);
    fake_add_file("/s", text, length);
}

static int run(const char *text, size_t length, char *printed)
{
    fake_start();
    add_files(text, length);
    fake_limit(STEPS);
    int status = FAKE_RUN("sh", "/s", "one", "two  words", "");
    require(status >= 0 && status <= 255);
    require(system_stream_target(SYSTEM_OUTPUT) == SYSTEM_TO_CONSOLE);
    (void)snprintf(printed, PRINTED_MAX, "%s", fake_printed());
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char first[PRINTED_MAX], second[PRINTED_MAX];
    char *text = malloc(size > 0 ? size : 1); /* what is read behind its end is found */
    require(text != NULL);
    memcpy(text, data, size);
    int status = run(text, size, first);
    if (run(text, size, second) != status || strcmp(first, second) != 0) {
        /* Only a shell on the console can know of the run before: whose the console was. */
        status = run(text, size, first);
        require(run(text, size, second) == status);
        require(strcmp(first, second) == 0);
    }
    free(text);
    return 0;
}
