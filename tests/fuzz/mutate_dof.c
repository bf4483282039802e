/* Mutants of what compilers wrote, loaded and run under the sanitizers.
 *
 * mutate_dof FIRST COUNT                 holds each against its properties (dof_property.h, dof_framework.h); ends with TAP
 * mutate_dof --verdicts FIRST COUNT      says of each, in one line, whether it was loaded, or why not
 * mutate_dof --write FIRST COUNT FOLDER  writes them, FOLDER/N.dof
 * mutate_dof --pack FIRST COUNT FILE     writes them into one file, each behind its size (kernel/dof_mutants.h)
 *
 * From the root of the tree: the originals are tests/dof/ .  Mutants are numbered; each number is the same one
 * everywhere. */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>

#include "tests/fuzz/dof_framework.h"
#include "tests/fuzz/dof_mutator.h"
#include "tests/fuzz/mutant_watch.h"

static struct dof_bases bases;

/* --- The originals ---------------------------------------------------------------------------- */

static int is_object(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > 4 && strcmp(entry->d_name + length - 4, ".dof") == 0;
}

/* What does not fit is left out: mutants are to be many. */
static void read_base(const char *path)
{
    struct dof_bytes *base = &bases.base[bases.count];
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        die("cannot open", path);
    base->size = fread(base->bytes, 1, sizeof base->bytes, file);
    if (bases.count < DOF_MUTANT_BASES && base->size < DOF_MUTANT_MAX)
        bases.count++;
    (void)fclose(file);
}

/* In the order of bytes, whatever the locale is. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void read_bases(const char *folder)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, is_object, by_name);
    if (count <= 0)
        die("no objects in", folder);
    for (int i = 0; i < count; i++) {
        char path[512];
        (void)snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        read_base(path);
        free(entries[i]);
    }
    free(entries);
}

/* --- What is done with mutants ---------------------------------------------------------------- */

/* What was made of the present one. */
static struct dof_property property;
static struct dof_property_counts counts;
static struct dof_framework_counts traced;

/* In memory of exactly their size. */
static void hold(uint64_t number, bool trace)
{
    static _Alignas(16) uint8_t memory[DOF_PROPERTY_MEMORY], arena[DOF_FRAMEWORK_MEMORY];
    static struct dof_bytes mutant;
    mutant_watched = number;
    dof_mutant(&bases, number, &mutant);
    uint8_t *exact = malloc(mutant.size > 0 ? mutant.size : 1);
    if (exact == NULL)
        die("no memory for", "a mutant");
    memcpy(exact, mutant.bytes, mutant.size);
    uint64_t loaded = counts.loaded;
    dof_property_hold(&property, exact, mutant.size, memory, &counts);
    if (trace && counts.loaded > loaded)
        dof_framework_hold(exact, mutant.size, &property.object, arena, &traced);
    free(exact);
}

/* A mutator that makes nothing but rubbish would test little: a quarter has to be loaded, and a quarter not. */
static int hold_all(uint64_t first, uint64_t count)
{
    for (uint64_t number = first; number - first < count; number++)
        hold(number, true);
    bool enough = counts.loaded >= count / 4 && counts.refused >= count / 4 &&
                  traced.gone >= count / 8 && traced.records >= count / 8;
    printf("%s 1 - mutants %" PRIu64 " to %" PRIu64 " do no harm: %" PRIu64 " loaded, %" PRIu64
           " refused, %" PRIu64 " runs, of which %" PRIu64 " faulted; %" PRIu64 " went, %" PRIu64
           " records, %" PRIu64 " aggregated, %" PRIu64 " errors, %" PRIu64
           " bytes printed\n1..1\n",
           enough ? "ok" : "not ok", first, first + count - 1, counts.loaded, counts.refused,
           counts.runs, counts.faults, traced.gone, traced.records, traced.aggregations,
           traced.errors, traced.printed);
    return enough ? 0 : 1;
}

static int print_verdicts(uint64_t first, uint64_t count)
{
    for (uint64_t number = first; number - first < count; number++) {
        uint64_t loaded = counts.loaded;
        hold(number, false);
        const struct dof_problem *problem = &property.problem;
        if (counts.loaded > loaded)
            printf("%" PRIu64 " loaded, %u clauses, %u options\n", number,
                   property.object.clause_count, property.object.option_count);
        else if (problem->section == DOF_NONE)
            printf("%" PRIu64 " refused: %s (header at 0x%" PRIx64 ")\n", number, problem->text,
                   problem->offset);
        else
            printf("%" PRIu64 " refused: %s (section %u at 0x%" PRIx64 ")\n", number, problem->text,
                   problem->section, problem->offset);
    }
    return 0;
}

static int write_all(uint64_t first, uint64_t count, const char *folder)
{
    static struct dof_bytes mutant;
    for (uint64_t number = first; number - first < count; number++) {
        char path[512];
        (void)snprintf(path, sizeof path, "%s/%" PRIu64 ".dof", folder, number);
        FILE *file = fopen(path, "wb");
        if (file == NULL)
            die("cannot write", path);
        dof_mutant(&bases, number, &mutant);
        if (fwrite(mutant.bytes, 1, mutant.size, file) != mutant.size || fclose(file) != 0)
            die("cannot write", path);
    }
    return 0;
}

static int pack_all(uint64_t first, uint64_t count, const char *path)
{
    static struct dof_bytes mutant;
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        die("cannot write", path);
    for (uint64_t number = first; number - first < count; number++) {
        dof_mutant(&bases, number, &mutant);
        const uint32_t size = (uint32_t)mutant.size; /* little-endian, as this host is */
        if (fwrite(&size, sizeof size, 1, file) != 1 ||
            fwrite(mutant.bytes, 1, mutant.size, file) != mutant.size)
            die("cannot write", path);
    }
    if (fclose(file) != 0)
        die("cannot write", path);
    return 0;
}

int main(int argc, char **argv)
{
    read_bases("tests/dof");
    read_bases("tests/dof/examples");
    bool verdicts = argc == 4 && strcmp(argv[1], "--verdicts") == 0;
    bool writes = argc == 5 && strcmp(argv[1], "--write") == 0;
    bool packs = argc == 5 && strcmp(argv[1], "--pack") == 0;
    if (argc != 3 && !verdicts && !writes && !packs)
        die("usage: mutate_dof", "[--verdicts | --write | --pack] FIRST COUNT [FOLDER | FILE]");
    mutants_watch();
    char **numbers = &argv[argc == 3 ? 1 : 2];
    uint64_t first = strtoull(numbers[0], NULL, 0), count = strtoull(numbers[1], NULL, 0);
    if (writes)
        return write_all(first, count, argv[4]);
    if (packs)
        return pack_all(first, count, argv[4]);
    return verdicts ? print_verdicts(first, count) : hold_all(first, count);
}
