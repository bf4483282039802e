/* Which characters take two columns on a terminal: those that are Wide or Fullwidth in Unicode 14
 * (Annex 11, EastAsianWidth.txt), but for combining ones.
 *
 * Pure logic. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

bool character_is_wide(uint32_t code);
