# The tests: what is built for them, and how they are run.  Included by the Makefile.

# Unit tests run under the sanitizers, except the one that steps through instructions.
UNIT := test_acpi test_capture_model test_command_line test_console_option test_cpio test_frame \
        test_log_text test_module_line test_multiboot test_names test_schema test_stream \
        test_table test_text test_tracer test_uart16550

FUZZ := fuzz_acpi fuzz_capture fuzz_command_line fuzz_cpio fuzz_frame fuzz_module_line \
        fuzz_multiboot

# In the order of their length, the longest first: they run side by side.
SCRIPTS := tests/unit/interrupted_i386.sh tests/boot/ends_of_a_run.sh tests/decoder/damage.sh \
           tests/fuzz/short.sh tests/boot/flight_streams.sh tests/boot/books.sh \
           tests/boot/modules.sh tests/boot/machines.sh tests/boot/determinism.sh \
           tests/boot/nmi.py tests/decoder/agrees.sh tests/model/run.sh tests/golden/golden.sh \
           tests/house/arrows.sh tests/house/format.sh tests/house/documents.sh

# What reads captures, without commands, processes and devices.
FLIGHT_READER := flight/capture_model.c flight/file_bytes.c flight/frame_index.c flight/memory.c \
                 flight/model_books.c flight/print.c flight/report_json.c flight/report_text.c \
                 flight/schema.c flight/timeline.c flight/verify_frames.c flight/verify_tables.c

headers := $(wildcard trace/*.h boot/*.h drivers/serial/*.h flight/*.h)

pure := $(TRACE) $(BOOT) $(DRIVERS)
unit_programs := $(UNIT:%=$(B)/tests/%)
fuzz_programs := $(FUZZ:%=$(B)/fuzz/%)

$(B)/asan/%.o: %.c Makefile tests/tests.mk | $(B)/.packages-test
	$(call say,CC,$< (sanitized))
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) -O1 $(SANITIZERS) -c -o $@ $<

$(unit_programs): $(B)/tests/%: $(B)/asan/tests/unit/%.o $(pure:%.c=$(B)/asan/%.o)
	@mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZERS) -o $@ $^ -lcmocka

# What they take of flight, beside what is pure.
$(B)/tests/test_capture_model: $(patsubst %,$(B)/asan/flight/%.o,capture_model frame_index memory schema)
$(B)/tests/test_schema: $(B)/asan/flight/schema.o

$(B)/tests/test_interrupted: $(B)/host/tests/unit/test_interrupted.o $(TRACE:%.c=$(B)/host/%.o)
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $^

$(B)/tests/test_interrupted_i386: tests/unit/test_interrupted.c $(TRACE) $(headers) Makefile | $(B)/.packages-test
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) -m32 -march=i686 -o $@ $< $(TRACE)

$(fuzz_programs): $(B)/fuzz/%: tests/fuzz/%.c $(pure) $(headers) Makefile tests/tests.mk | $(B)/.packages-test
	$(call say,FUZZ,$<)
	@mkdir -p $(@D)
	$(Q)$(CLANG) -std=c11 -D_GNU_SOURCE -O1 -g -I. -fsanitize=fuzzer,address,undefined \
	    -fno-sanitize-recover=all -o $@ $< $(pure) $(fuzz_more)

$(B)/fuzz/fuzz_capture: fuzz_more := $(FLIGHT_READER) -ljansson
$(B)/fuzz/fuzz_capture: $(FLIGHT)

# flight under the sanitizers, for captures that nobody should trust.
$(B)/asan/flight-tool: $(patsubst %.c,$(B)/asan/%.o,$(FLIGHT) $(TRACE) $(BOOT))
	$(Q)$(CC) $(SANITIZERS) -o $@ $^ -ljansson

test-programs: all $(unit_programs) $(B)/tests/test_interrupted \
               $(B)/tests/test_interrupted_i386 $(fuzz_programs) $(B)/asan/flight-tool

test: $(B)/.packages-test ## run every test; ends with one line that tells the result
	$(Q)$(MAKE) --no-print-directory -j$$(nproc) test-programs
	$(Q)CMOCKA_MESSAGE_OUTPUT=TAP prove --timer --failures -j$$(nproc) -e '' --nocolor \
	    $(SCRIPTS:%=./%) $(B)/tests/test_interrupted $(unit_programs)

soak: $(B)/.packages-test ## run the long campaigns (fuzzing, damage, repetition); can be interrupted and goes on
	$(Q)$(MAKE) --no-print-directory -j$$(nproc) test-programs
	$(Q)sh tests/soak.sh

bench-events: $(B)/.packages-test ## measure the cost of an event; writes build/bench.json
	$(Q)$(MAKE) --no-print-directory all
	$(Q)sh tests/bench/run_events.sh $(B)/bench.json

bench: bench-events ## run every benchmark

format: ## format the sources
	$(Q)$(FORMAT) -i $$(git ls-files -co --exclude-standard -- '*.c' '*.h')

.PHONY: test test-programs soak bench bench-events format
