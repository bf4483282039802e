/* Where the linked kernel has its probes: tables that whoever has the file reads, too, without booting it.
 *
 * Symbols name them; what follows are offsets and sizes of their rows in bytes.  Words are little-endian, addresses
 * have 32 bits.  The kernel asserts that its structs lie so. */
#pragma once

/* fbt_functions: a row for each function that has probes, and one more behind them. */
enum {
    PROBE_TABLE_FUNCTION_ADDRESS = 0, /* 32 bits */
    PROBE_TABLE_FUNCTION_FIRST_RETURN =
        4, /* 16 bits; the same as the next row's: it never returns */
    PROBE_TABLE_FUNCTION_SIZE = 8,
};

/* kernel_symbols, kernel_symbol_count rows: all functions, sorted by address. */
enum {
    PROBE_TABLE_SYMBOL_ADDRESS = 0, /* 32 bits */
    PROBE_TABLE_SYMBOL_NAME = 4,    /* 32 bits: of text */
    PROBE_TABLE_SYMBOL_SIZE = 8,
};

/* fbt_counts: how many of them. */
enum {
    PROBE_TABLE_COUNTS_PROBED = 4, /* 32 bits */
};

/* sdt_sites_start to sdt_sites_end: static probes. */
enum {
    PROBE_TABLE_SITE_PROVIDER = 0, /* 32 bits each: of text */
    PROBE_TABLE_SITE_FUNCTION = 4,
    PROBE_TABLE_SITE_NAME = 8,
    PROBE_TABLE_SITE_TYPES = 12, /* of the arguments, in C, with commas between */
    PROBE_TABLE_SITE_SIZE = 20,
};

/* sdt_points_start to sdt_points_end: a site that no point names has no probe. */
enum {
    PROBE_TABLE_POINT_SITE = 8, /* 32 bits */
    PROBE_TABLE_POINT_SIZE = 12,
};

/* syscall_calls, as large as its symbol says. */
enum {
    PROBE_TABLE_CALL_ADDRESS = 0, /* 32 bits: of its function, which is fbt's */
    PROBE_TABLE_CALL_NAME = 4,
    PROBE_TABLE_CALL_ARGUMENTS = 8, /* of text: a letter each; 1 is no parameter of the function */
    PROBE_TABLE_CALL_SIZE = 24,
};
