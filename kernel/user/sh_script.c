/* sh: a script, line by line. */
#include "kernel/user/sh.h"
#include "kernel/user/child.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"

enum {
    READ_SIZE = 256
};

struct script {
    int descriptor;
    int error;  /* of the last reading */
    size_t at;  /* in `bytes` */
    size_t end; /* of what has been read */
    size_t length;
    bool too_long;
    char line[SH_LINE_MAX];
    char bytes[READ_SIZE];
};

/* True if there is a byte at `at`. */
static bool fill(struct script *script)
{
    if (script->at < script->end)
        return true;
    int count = system_read(script->descriptor, script->bytes, sizeof script->bytes);
    script->error = count < 0 ? count : SYSTEM_OK;
    script->at = 0;
    script->end = count < 0 ? 0 : (size_t)count;
    return script->end > 0;
}

/* Reads the next line; false at the end. */
static bool next_line(struct script *script)
{
    bool any = false;
    script->length = 0;
    script->too_long = false;
    while (fill(script)) {
        char c = script->bytes[script->at++];
        any = true;
        if (c == '\n')
            break;
        script->too_long = script->length == SH_LINE_MAX;
        if (!script->too_long)
            script->line[script->length++] = c;
        if (script->too_long)
            break;
    }
    return any;
}

static void skip_line(struct script *script)
{
    while (fill(script) && script->bytes[script->at++] != '\n')
        ;
}

static void run_line(struct sh *sh, struct script *script)
{
    sh->line++;
    if (!script->too_long) {
        sh_run_text(sh, script->line, script->length);
        return;
    }
    skip_line(script);
    sh_complain(sh, "a line", "is longer than 1,023 bytes", SH_MISUSED);
}

void sh_run_script(struct sh *sh, const char *path)
{
    struct script script;
    script.descriptor = system_open(path);
    script.error = SYSTEM_OK;
    script.at = script.end = 0;
    if (script.descriptor < 0) {
        (void)complain("sh", path, script.descriptor);
        sh->status = child_status_of_error(script.descriptor);
        return;
    }
    sh->script = path;
    while (!sh->exiting && next_line(&script))
        run_line(sh, &script);
    (void)system_close(script.descriptor);
    if (script.error != SYSTEM_OK) {
        (void)complain("sh", path, script.error);
        sh->status = CHILD_CANNOT_RUN;
    }
}
