/* What programs of numbered mutants have in common: which one does harm is told, as TAP. */
#pragma once

#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sanitizer/common_interface_defs.h>

/* The number of the present one. */
static uint64_t mutant_watched;

static _Noreturn void die(const char *what, const char *path)
{
    printf("Bail out! %s %s\n", what, path);
    exit(1);
}

static void mutant_name(void)
{
    printf("not ok 1 - mutant %" PRIu64 "\n1..1\n", mutant_watched);
    (void)fflush(stdout);
}

static void mutant_trapped(int number)
{
    (void)number;
    mutant_name();
    _exit(1);
}

static void mutants_watch(void)
{
    __sanitizer_set_death_callback(mutant_name);
    (void)signal(SIGILL, mutant_trapped);
}
