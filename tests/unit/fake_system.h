/* A system for programs of the userland, without a kernel: files, sysctls, a console with keys that
 * were typed before, and processes that run when somebody waits for them, one within another.
 *
 * What a program asks for beside output stands in fake_calls, a line each. */
#pragma once

#include <stdint.h>

#include "kernel/user/system.h"

/* Everything empty; pid 1 lives, and pid 2 is the caller.  Call it before each test. */
void fake_start(void);

/* The same, as a fixture of a test. */
int fake_setup(void **state);

/* Strings must last.  Directories are what the paths name. */
void fake_add_file(const char *path, const char *content, size_t length);
void fake_add_text(const char *path, const char *text);
void fake_add_sysctl(const char *name, const char *value, uint32_t flags);
void fake_set_wall_time(uint64_t seconds);

/* What will be typed; behind its end the console is closed. */
void fake_type(const char *keys);

/* The next process of this name stops instead of running, until SIGCONT. */
void fake_stop_next(const char *program);

/* The next process of this program, or of this script, does nothing until a signal ends it: any
 * deadly one, or SIGKILL alone. */
void fake_hang_next(const char *name, bool until_killed);

/* The next call that sleeps ends with this signal, if the caller catches it; a child that it waits
 * for has not run yet then. */
void fake_signal_next_sleep(int signal);

/* When the processes have asked for signals so often, each is killed when it does so again. */
void fake_limit(uint32_t steps);

/* Answers of the network: how many of the next datagrams are lost. */
void fake_lose(uint32_t datagrams);

/* Runs a program to its end; gives its status. */
int fake_run(int argc, const char *const *argv);
#define FAKE_RUN(...)                                                                              \
    fake_run(sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *), (const char *[]){__VA_ARGS__})

/* What was printed, and what was called, since they were last asked for. */
const char *fake_printed(void);
const char *fake_calls(void);
#define PRINTED(text) assert_string_equal(fake_printed(), text)
#define CALLED(text)  assert_string_equal(fake_calls(), text)

/* Processes of the caller that nobody has waited for. */
uint32_t fake_children_left(void);
