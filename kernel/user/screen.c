/* stty(1), as far as the size of the screen: there is one console, and one size. */
#include "kernel/user/screen.h"

#include "kernel/user/line_editor.h"
#include "kernel/user/numbers.h"
#include "kernel/user/program.h"
#include "kernel/user/system.h"
#include "kernel/user/usage.h"
#include "kernel/user/user_text.h"

PROGRAM(stty, "stty", "[rows N] [columns N]",
        "shows or sets the size of the screen; 0 rows: no paging");

enum {
    ROWS_MAX = 1000
};

static struct screen_size current = {24, 80};

struct screen_size screen_size(void)
{
    return current;
}

void screen_page(bool on)
{
    system_console_page(on ? current.rows : 0, current.columns);
}

/* False: not a name and a number in range. */
static bool set(struct screen_size *size, const char *name, const char *value)
{
    uint64_t number;
    if (text_equal(name, "rows") && number_parse(value, ROWS_MAX, &number))
        size->rows = (uint32_t)number;
    else if (text_equal(name, "columns") && number_parse(value, LINE_EDITOR_COLUMNS_MAX, &number) &&
             number >= LINE_EDITOR_COLUMNS_MIN)
        size->columns = (uint32_t)number;
    else
        return false;
    return true;
}

static int stty_main(int argc, char **argv)
{
    struct screen_size size = current;
    if (argc == 1) {
        system_print("%u rows; %u columns\n", (unsigned)size.rows, (unsigned)size.columns);
        return EXIT_OK;
    }
    for (int i = 1; i < argc; i += 2)
        if (i + 1 == argc || !set(&size, argv[i], argv[i + 1]))
            return usage(&stty_program);
    current = size;
    return EXIT_OK;
}
