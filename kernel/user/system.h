/* The system interface: all that the simulated userland sees of the kernel. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Runs a program as a new process until it returns; gives its exit status. */
int system_run(const char *process_name, int (*program)(void *argument), void *argument);

/* Records a boottrace event of the calling process. */
void system_boottrace(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints to the console. */
void system_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints bytes of a file, made harmless (text_print_foreign). */
void system_print_foreign(const char *bytes, size_t length);

/* Opens a file of the boot archive; its content is valid for ever.  False: there is none. */
bool system_open(const char *path, const char **content, size_t *length);
bool system_has_archive(void);

/* Lets time pass: asleep, or using the CPU. */
void system_sleep_ms(uint64_t ms);
void system_burn_ms(uint64_t ms);
