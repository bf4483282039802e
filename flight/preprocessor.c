/* The C preprocessor of the system. */
#include "flight/preprocessor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "flight/interrupt.h"
#include "flight/memory.h"
#include "flight/process.h"

#define D_VERSION "0x0100e000" /* 1.14, as __SUNW_D_VERSION has it */

enum {
    WORDS_OWN = 16, /* words beside the person's */
};

/* A first line "#!" is for the shell, and no directive. */
static size_t shell_line(const struct file_bytes *text)
{
    if (text->length < 2 || memcmp(text->bytes, "#!", 2) != 0)
        return 0;
    const uint8_t *end = memchr(text->bytes, '\n', text->length);
    return end == NULL ? text->length : (size_t)(end - text->bytes);
}

/* The text as a file to read from, under its own name.  NULL: no room. */
static FILE *source_of(const char *name, const struct file_bytes *text)
{
    FILE *source = tmpfile();
    if (source == NULL)
        return NULL;
    size_t start = shell_line(text);
    fprintf(source, "# 1 \"%s\"\n", name);
    (void)fwrite(text->bytes + start, 1, text->length - start, source);
    if (fflush(source) == 0 && fseek(source, 0, SEEK_SET) == 0)
        return source;
    fclose(source);
    return NULL;
}

/* Files that it includes by "NAME" lie beside it. */
static char *folder_of(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash == NULL ? memory_text("-I.")
                         : memory_text("-I%.*s", (int)(slash - name + 1), name);
}

static const char **words_of(const struct d_preprocessor *wanted, enum d_model model, char *folder)
{
    static const char *const usual[] = {"-D__SUNW_D=1", "-D__SUNW_D_VERSION=" D_VERSION, "-D__sun",
                                        "-D__unix", "-D__SVR4"};
    const char **words = memory_zeroed(wanted->count + WORDS_OWN, sizeof *words);
    size_t count = 0;
    words[count++] = wanted->path;
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
        words[count++] = usual[i];
    words[count++] = model == D_MODEL_LP64 ? "-D__SUNW_D_64" : "-D__i386";
    if (wanted->headers)
        words[count++] = "-H";
    for (size_t i = 0; i < wanted->count; i++)
        words[count++] = wanted->words[i];
    words[count] = folder;
    return words;
}

static void become(const char **words, int source, int output)
{
    interrupt_restore();
    if (dup2(source, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0)
        (void)execvp(words[0], (char **)(uintptr_t)words);
    _exit(PROCESS_MISSING);
}

/* Gives what process_wait says. */
static int run(const char **words, int source, struct file_bytes *made)
{
    int ends[2];
    if (pipe(ends) != 0)
        return -1;
    pid_t child = fork();
    if (child == 0)
        become(words, source, ends[1]);
    close(ends[1]);
    if (child > 0)
        (void)file_bytes_read_open(made, ends[0]);
    close(ends[0]);
    return process_wait(child);
}

static enum flight_status judge(const struct flight_command *command, const char *program,
                                const char *name, int status)
{
    if (status == 0)
        return FLIGHT_SUCCESS;
    if (status == -1 || status == PROCESS_MISSING)
        return flight_refuse(command, FLIGHT_HOST, "-C: '%s' cannot be started", program);
    return flight_refuse(command, FLIGHT_FAILURE, "%s: '%s' failed, see above", name, program);
}

enum flight_status preprocessor_run(const struct flight_command *command,
                                    const struct d_preprocessor *wanted, enum d_model model,
                                    const char *name, struct file_bytes *text)
{
    FILE *source = source_of(name, text);
    if (source == NULL)
        return flight_refuse(command, FLIGHT_HOST, "-C: %s", strerror(errno));
    char *folder = folder_of(name);
    const char **words = words_of(wanted, model, folder);
    struct file_bytes made = {0};
    enum flight_status status =
        judge(command, wanted->path, name, run(words, fileno(source), &made));
    free(words);
    free(folder);
    fclose(source);
    file_bytes_free(text);
    *text = made;
    return status;
}
