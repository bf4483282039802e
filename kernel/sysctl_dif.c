/* sysctl: the interpreter on a file of programs, for tests. */
#include "kernel/dif_conformance.h"
#include "kernel/files.h"
#include "kernel/heaps.h"
#include "kernel/sysctl.h"

#define PROGRAMS_PATH "dif/programs"

static void run_programs(struct slice content, void *heap, const struct text_sink *sink)
{
    struct dtrace_memory memory = {heap, heap_size(), 0};
    struct dif_conformance done =
        dif_conformance_run((const uint8_t *)content.text, content.length, &memory, sink);
    text_print(sink, "%u programs agree, %u do not%s", done.agreed, done.failed,
               done.damaged ? ", and the file is damaged" : "");
}

static void read_conformance(const struct sysctl_oid *oid, const struct text_sink *sink)
{
    struct slice content;
    (void)oid;
    if (!files_content(PROGRAMS_PATH, &content)) {
        text_print(sink, "no file " PROGRAMS_PATH);
        return;
    }
    void *heap = heap_take();
    if (heap)
        run_programs(content, heap, sink);
    else
        text_print(sink, "no memory");
    heap_give_back(heap);
}

SYSCTL_OID(dif_conformance, .name = "debug.dif_conformance",
           .help = "Runs the DIF programs of " PROGRAMS_PATH " and tells which go wrong",
           .kind = SYSCTL_STRING, .flags = SYSTEM_SYSCTL_READ | SYSTEM_SYSCTL_SKIP,
           .read = read_conformance);
