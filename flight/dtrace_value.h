/* Values of anonymous tracing for programs: what a piece of a record, an address or a probe is in JSON. */
#pragma once

#include <jansson.h>

#include "trace/dtrace/consumer.h"

/* {id, provider, module, function, name}; null if it is unknown. */
json_t *dtrace_value_of_probe(const struct dtrace_source *source, uint32_t id);

/* {"bytes": [...]}: hexadecimal, 32 bytes in a string. */
json_t *dtrace_value_of_bytes(const uint8_t *bytes, uint32_t size);

/* Pieces [first, end) of a record, each a number, a string, an address, a stack, or bytes; null where one lies outside of
 * it, nothing for those that recorded nothing. */
json_t *dtrace_value_of_pieces(const struct dtrace_source *source,
                               const struct dtrace_record *records, uint32_t first, uint32_t end,
                               const uint8_t *bytes, uint32_t size);

/* "count", "quantize", ...; "?" for what is no aggregation. */
const char *dtrace_value_function(uint16_t kind);
