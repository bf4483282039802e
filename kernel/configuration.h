/* The configuration that stands in files and modules, read into the tunables: environment
 * modules, then etc/system, then kernel/drv/<driver>.conf.  The command line has been read
 * before (kernel/tunables.h); who wins does not depend on the order. */
#pragma once

/* Reads all of it; what is not understood is one line on the console each. */
void configuration_read(void);
