/* The boot modules: listed, told to the host, and the boot archive among them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads the loader's list; every module is one line and one frame. */
void modules_read(void);

/* Finds a regular file in the boot archive (the last module of type=rootfs).  The content stays
 * where the loader put it.  False if there is no archive or no such file. */
bool modules_find_file(const char *path, const uint8_t **content, size_t *length);

bool modules_have_archive(void);
