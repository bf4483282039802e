/* The loader of DOF and, behind it, the interpreter of DIF and the framework.
 *
 * Input: an object.
 *
 * Property: dof_property.h; of what is loaded, dof_framework.h. */
#include "tests/fuzz/dof_framework.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static _Alignas(16) uint8_t memory[DOF_PROPERTY_MEMORY], arena[DOF_FRAMEWORK_MEMORY];
    static struct dof_property property;
    static struct dof_property_counts counts;
    static struct dof_framework_counts traced;
    uint64_t loaded = counts.loaded;
    dof_property_hold(&property, data, size, memory, &counts);
    if (counts.loaded > loaded)
        dof_framework_hold(data, size, &property.object, arena, &traced);
    return 0;
}
