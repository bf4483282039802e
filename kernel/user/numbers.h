/* Numbers and times as they stand in arguments. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Decimal digits and nothing else, at most `maximum`.  Otherwise false, and *value is untouched. */
bool number_parse(const char *text, uint64_t maximum, uint64_t *value);

/* "1.25" seconds as milliseconds; digits behind the third are not looked at. */
bool seconds_parse(const char *text, uint64_t *ms);

/* "10.0.2.15": four numbers up to 255.  Otherwise false, and *address is untouched. */
bool ipv4_parse(const char *text, uint32_t *address);
