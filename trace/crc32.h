/* CRC-32 as in zlib, Ethernet and PNG: polynomial 0x04c11db7, reflected, initial and
 * final inversion (RFC 1952, section 8). */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Continues a CRC over more bytes; start with 0. */
uint32_t crc32_update(uint32_t crc, const void *bytes, size_t length);
