/* What the tree of sysctls is filled with. */
#include "kernel/sysctl.h"

extern const struct sysctl_oid sysctl_oids_start[], sysctl_oids_end[]; /* linker.ld */

void sysctl_init(void)
{
    sysctl_init_from(sysctl_oids_start, sysctl_oids_end);
    sysctl_add_tunables();
}
