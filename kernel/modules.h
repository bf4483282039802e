/* The boot modules: read, verified, made into files (kernel/files.h), and told to the host.
 *
 * In this order: every line is read; hashes find the modules that they belong to; every hash is
 * verified; the boot archive is indexed; the modules come over it as files.  What fails its hash
 * is used nowhere. */
#pragma once

/* Does all that.  NULL, or why the boot must not go on: the boot archive is not what its hash
 * says. */
const char *modules_read(void);

/* Tells what became of each module: on the console, to the host, to boottrace, and by a probe.  Call it once, when
 * nothing refuses one any more: enablings have been loaded. */
void modules_tell(void);
