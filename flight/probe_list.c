/* What can be enabled in a kernel. */
#include "flight/probe_list.h"

#include <stdlib.h>
#include <string.h>

#include "flight/memory.h"
#include "flight/order.h"
#include "trace/dtrace/glob.h"
#include "trace/dtrace/probe_tables.h"
#include "trace/dtrace/profile_name.h"

static struct probe *add(struct probe_list *list, enum probe_kind kind, const char *provider,
                         const char *module, const char *function, const char *name)
{
    list->items = memory_grown(list->items, list->count, &list->capacity, sizeof *list->items);
    struct probe *probe = &list->items[list->count++];
    *probe = (struct probe){
        .kind = kind, .field = {provider, module, function, name}, .function = "", .arguments = ""};
    return probe;
}

static void add_framework(struct probe_list *list)
{
    static const char *const names[] = {"BEGIN", "END", "ERROR"};
    for (size_t i = 0; i < 3; i++)
        add(list, PROBE_FRAMEWORK, "dtrace", "", "", names[i]);
}

/* --- fbt --- */

static uint32_t first_return(const struct kernel_image *image, uint32_t row)
{
    return kernel_image_word(image, row + PROBE_TABLE_FUNCTION_FIRST_RETURN) & 0xffff;
}

static bool returns_ever(const struct kernel_image *image, uint32_t row)
{
    return first_return(image, row) != first_return(image, row + PROBE_TABLE_FUNCTION_SIZE);
}

static void add_of_function(struct probe_list *list, uint32_t address, const char *name,
                            enum probe_kind kind)
{
    struct probe *probe =
        add(list, kind, "fbt", PROBE_MODULE, name, kind == PROBE_ENTRY ? "entry" : "return");
    probe->function = name;
    probe->address = address;
}

/* The row of the table of symbols that an address lies in; both tables go up, so the search goes on where the last one
 * ended. */
static uint32_t symbol_of(const struct kernel_image *image, const struct image_symbol *symbols,
                          uint32_t row, uint32_t address)
{
    uint32_t last = symbols->address + symbols->size - PROBE_TABLE_SYMBOL_SIZE;
    while (row < last && kernel_image_word(image, row + PROBE_TABLE_SYMBOL_SIZE +
                                                      PROBE_TABLE_SYMBOL_ADDRESS) <= address)
        row += PROBE_TABLE_SYMBOL_SIZE;
    return row;
}

static void add_rows(struct probe_list *list, const struct kernel_image *image, uint32_t row,
                     uint32_t rows, const struct image_symbol *symbols)
{
    uint32_t symbol = symbols->address;
    for (; rows > 0; rows--, row += PROBE_TABLE_FUNCTION_SIZE) {
        uint32_t address = kernel_image_word(image, row + PROBE_TABLE_FUNCTION_ADDRESS);
        symbol = symbol_of(image, symbols, symbol, address);
        const char *name =
            kernel_image_text(image, kernel_image_word(image, symbol + PROBE_TABLE_SYMBOL_NAME));
        add_of_function(list, address, name, PROBE_ENTRY);
        if (returns_ever(image, row))
            add_of_function(list, address, name, PROBE_RETURN);
    }
}

static void add_functions(struct probe_list *list, const struct kernel_image *image)
{
    struct image_symbol table, counts, symbols;
    if (!kernel_image_symbol(image, "fbt_functions", &table) ||
        !kernel_image_symbol(image, "fbt_counts", &counts) ||
        !kernel_image_symbol(image, "kernel_symbols", &symbols))
        return;
    uint32_t rows = kernel_image_word(image, counts.address + PROBE_TABLE_COUNTS_PROBED);
    if (rows < table.size / PROBE_TABLE_FUNCTION_SIZE)
        add_rows(list, image, table.address, rows, &symbols);
}

/* --- syscall --- */

/* Of fbt, the `count` first; NULL: none. */
static const struct probe *function_at(const struct probe_list *list, size_t count,
                                       uint32_t address, enum probe_kind kind)
{
    for (size_t i = 0; i < count; i++)
        if (list->items[i].address == address && list->items[i].kind == kind)
            return &list->items[i];
    return NULL;
}

static int by_address(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return order_of(a, b);
}

struct call_row {
    uint32_t address; /* of the function: by_address */
    uint32_t row;
};

static void add_call(struct probe_list *list, const struct kernel_image *image,
                     const struct call_row *call, size_t functions, enum probe_kind kind)
{
    bool entry = kind == PROBE_CALL_ENTRY;
    const struct probe *function =
        function_at(list, functions, call->address, entry ? PROBE_ENTRY : PROBE_RETURN);
    if (function == NULL)
        return;
    const char *own = function->function; /* the list may move */
    const char *name =
        kernel_image_text(image, kernel_image_word(image, call->row + PROBE_TABLE_CALL_NAME));
    struct probe *probe =
        add(list, kind, "syscall", PROBE_MODULE, name, entry ? "entry" : "return");
    probe->function = own;
    probe->address = call->address;
    probe->arguments =
        kernel_image_text(image, kernel_image_word(image, call->row + PROBE_TABLE_CALL_ARGUMENTS));
}

static void add_calls(struct probe_list *list, const struct kernel_image *image)
{
    struct image_symbol table;
    if (!kernel_image_symbol(image, "syscall_calls", &table))
        return;
    size_t functions = list->count, rows = table.size / PROBE_TABLE_CALL_SIZE;
    struct call_row *calls = memory_zeroed(rows + 1, sizeof *calls);
    for (size_t i = 0; i < rows; i++) {
        calls[i].row = table.address + (uint32_t)i * PROBE_TABLE_CALL_SIZE;
        calls[i].address = kernel_image_word(image, calls[i].row + PROBE_TABLE_CALL_ADDRESS);
    }
    qsort(calls, rows, sizeof *calls, by_address);
    for (size_t i = 0; i < rows; i++) {
        add_call(list, image, &calls[i], functions, PROBE_CALL_ENTRY);
        add_call(list, image, &calls[i], functions, PROBE_CALL_RETURN);
    }
    free(calls);
}

/* --- Static probes --- */

struct section {
    uint32_t start, end;
};

static struct section section_of(const struct kernel_image *image, const char *first,
                                 const char *last)
{
    struct image_symbol start, end;
    if (!kernel_image_symbol(image, first, &start) || !kernel_image_symbol(image, last, &end))
        return (struct section){0, 0};
    return (struct section){start.address, end.address};
}

/* Otherwise its function was thrown away by the linker. */
static bool has_point(const struct kernel_image *image, struct section points, uint32_t site)
{
    for (uint32_t at = points.start; at < points.end; at += PROBE_TABLE_POINT_SIZE)
        if (kernel_image_word(image, at + PROBE_TABLE_POINT_SITE) == site)
            return true;
    return false;
}

static const char *text_of(const struct kernel_image *image, uint32_t site, uint32_t offset)
{
    return kernel_image_text(image, kernel_image_word(image, site + offset));
}

static void add_sites(struct probe_list *list, const struct kernel_image *image)
{
    const struct section sites = section_of(image, "sdt_sites_start", "sdt_sites_end");
    const struct section points = section_of(image, "sdt_points_start", "sdt_points_end");
    for (uint32_t at = sites.start; at < sites.end; at += PROBE_TABLE_SITE_SIZE)
        if (has_point(image, points, at))
            add(list, PROBE_STATIC, text_of(image, at, PROBE_TABLE_SITE_PROVIDER), PROBE_MODULE,
                text_of(image, at, PROBE_TABLE_SITE_FUNCTION),
                text_of(image, at, PROBE_TABLE_SITE_NAME))
                ->arguments = text_of(image, at, PROBE_TABLE_SITE_TYPES);
}

void probe_list_read(struct probe_list *list, const struct kernel_image *image)
{
    *list = (struct probe_list){0};
    add_framework(list);
    add_functions(list, image);
    add_calls(list, image);
    add_sites(list, image);
}

void probe_list_free(struct probe_list *list)
{
    free(list->items);
    *list = (struct probe_list){0};
}

/* --- Descriptions --- */

bool probe_description_split(char *text, const char *description[PROBE_FIELDS])
{
    size_t field = PROBE_FIELDS;
    for (size_t i = 0; i < PROBE_FIELDS; i++)
        description[i] = "";
    for (char *colon; (colon = strrchr(text, ':')) != NULL; *colon = '\0') {
        if (field == 1)
            return false;
        description[--field] = colon + 1;
    }
    description[--field] = text;
    return true;
}

bool probe_field_means(const char *field, const char *name)
{
    uint64_t steps = 0; /* what it costs bounds nobody here */
    return dtrace_glob_means(field, name, &steps);
}

bool probe_is_meant(const struct probe *probe, const char *const description[PROBE_FIELDS])
{
    for (size_t i = 0; i < PROBE_FIELDS; i++)
        if (!probe_field_means(description[i], probe->field[i]))
            return false;
    return true;
}

bool probe_is_clock(const char *const description[PROBE_FIELDS])
{
    struct profile_name name;
    return (*description[0] == '\0' || strcmp(description[0], "profile") == 0) &&
           *description[1] == '\0' && *description[2] == '\0' &&
           profile_name_parse(description[3], &name);
}
