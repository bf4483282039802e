# The tests: what is built for them, and how they are run.  Included by the Makefile.

# Unit tests run under the sanitizers, except those that step through instructions.
UNIT := test_acpi test_archive test_boot_mark test_bootfs test_bootfs_entry test_bootfs_walk test_boottrace_model test_boottrace_rules \
        test_capture_model test_command_line test_completion test_config_lexer test_console_option \
        test_cpio test_d_bounds test_d_complaint test_d_parser test_d_programs test_d_types test_dif_run \
        test_dif_verify test_digest test_dof test_dof_show test_driver_conf test_dtrace_aggregation \
        test_dtrace_buffer test_dtrace_claim test_dtrace_clause test_dtrace_consumer \
        test_dtrace_fire test_dtrace_float test_dtrace_framework test_dtrace_glob \
        test_dtrace_histogram test_dtrace_lines test_dtrace_match test_dtrace_printa test_dtrace_program test_dtrace_record test_dtrace_search \
        test_dtrace_speculation test_dtrace_stream test_dtrace_variables test_dtrace_work \
        test_enable_files test_environment test_escape test_exec_words test_fat_list \
        test_fat_place test_frame test_init test_jitter test_json_value test_kernel_types test_line_editor \
        test_live_filter test_log_long \
        test_log_text test_madt test_memory_functions test_message_buffer test_module_line test_mp_table test_multiboot \
        test_names test_options test_output_queue test_probe_closest test_profile_name test_programs test_rc_programs test_rcorder test_rtc \
        test_schema test_sh test_sh_language test_span test_stage_name test_stream test_sysctl \
        test_sysctl_program test_system_file test_table test_text test_tracer test_tunable \
        test_uart16550 test_ustar test_words

# What takes its time computing, of the tests and of what they test.
COMPUTING := $(RUNTIME) $(BOOT) $(COMPILER) flight/schema.c \
             $(patsubst %,kernel/%.c,calendar user/line_editor user/rcorder user/rcorder_header user/wide_character) \
             $(patsubst %,tests/unit/%.c,boottrace_host freebsd_boottrace test_boottrace_model test_d_parser test_digest \
             test_dtrace_buffer test_dtrace_float test_dtrace_framework test_dtrace_search test_dtrace_stream test_frame \
             test_output_queue test_rcorder test_span) tests/fuzz/dof_mutator.c tests/fuzz/fuzz_rcorder.c

FUZZ := fuzz_acpi fuzz_bootfs fuzz_capture fuzz_command_line fuzz_consumer fuzz_cpio fuzz_d fuzz_dif_run \
        fuzz_digest fuzz_dof fuzz_dof_show fuzz_driver_conf fuzz_enable fuzz_environment fuzz_frame fuzz_line_editor \
        fuzz_madt fuzz_module_line fuzz_mp_table fuzz_multiboot fuzz_rcorder fuzz_sh fuzz_span \
        fuzz_stage fuzz_system_file fuzz_tunable fuzz_ustar fuzz_words

# In the order of their length, the longest first: they run side by side.
SCRIPTS := tests/house/documents.sh tests/boot/carriers.sh tests/d/suite.py tests/unit/interrupted_i386.sh \
           tests/boot/shell_session.py tests/boot/slow_line.sh tests/boot/anonymous.sh tests/boot/flight_exec.sh \
           tests/boot/ntp_seeds.sh tests/fuzz/short.sh tests/boot/media.sh tests/boot/machines.sh tests/boot/torture.sh \
           tests/boot/fbt_all.sh tests/d/generated.sh tests/d/expressions.py tests/boot/nmi.py tests/model/run.sh \
           tests/boot/vector_records.py tests/decoder/damage.sh tests/boot/endings.sh tests/boot/faults.sh \
           tests/boot/integrity.sh tests/boot/flight_streams.sh tests/boot/cpus.sh tests/boot/boottrace_deaths.sh \
           tests/boot/flight_console.py tests/boot/determinism.sh tests/boot/ends_of_a_run.sh tests/boot/rc.sh \
           tests/boot/article.sh tests/boot/configuration.sh tests/boot/flight_media.sh tests/boot/enable.sh tests/boot/claim.sh \
           tests/boot/vectors.sh tests/boot/tslog.sh tests/decoder/agrees.sh tests/decoder/dof_listings.sh tests/boot/overflow.sh \
           tests/boot/dof_module.sh tests/boot/destructive.sh tests/boot/boottrace_log.sh tests/boot/modules.sh \
           tests/fuzz/mutants.sh tests/boot/staged.sh tests/boot/boottrace_sysctl.sh tests/boot/sh.sh tests/hostile/hostile.py \
           tests/boot/dif_conformance.sh tests/boot/providers.sh tests/golden/golden.sh tests/boot/dof_mutants.sh \
           tests/boot/books.sh tests/d/large.py tests/d/vectors.py tests/house/format.sh tests/boot/stage.sh \
           tests/house/probe_sites.sh tests/house/arrows.sh tests/house/named_tests.sh tests/house/replay.sh tests/boot/deadman.sh \
           tests/boot/network.sh tests/boot/kernel_types.sh tests/boot/porting.sh tests/house/makefile.sh tests/house/verdict.sh \
           tests/house/fuzz_targets.sh tests/house/measure.sh tests/house/shared.sh tests/house/ways.sh

# What sanitized programs take what they need from: all that needs no machine, and what several tests help themselves
# with.
LIBRARY := $(RUNTIME) $(BOOT) $(DRIVERS) $(filter-out flight/flight.c,$(FLIGHT)) $(COMPILER) $(USERLAND) \
           $(patsubst %,kernel/%.c,calendar dif_conformance jitter memory_functions message_buffer rtc sysctl sysctl_tunables) \
           $(patsubst %,tests/unit/%.c,consumer_text dof_builder dtrace_draft dtrace_host fake_system) \
           tests/d/random_program.c tests/fuzz/dof_mutator.c

headers := $(wildcard trace/*.h trace/dtrace/*.h boot/*.h drivers/serial/*.h flight/*.h)

unit_programs := $(UNIT:%=$(B)/tests/%)
fuzz_programs := $(FUZZ:%=$(B)/fuzz/%)

# Once for all: the unit tests link what the fuzzers link, where nothing asks for the branches that are counted.
# No object is worth the time of an optimizer but those in COMPUTING.
SANITIZERS := -fsanitize=address,undefined -fno-sanitize-recover=all
coverage   := -fsanitize=fuzzer-no-link

$(B)/sanitized/%.o: %.c Makefile tests/tests.mk | $(B)/.packages-test
	$(call say,CC,$< (sanitized))
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(HOST_CFLAGS) $(optimized) -Wno-string-concatenation $(SANITIZERS) $(coverage) $(sanitized_more) -c -o $@ $<

$(B)/sanitized/%.o: optimized := -O0
$(B)/sanitized/tests/unit/%.o: coverage :=
$(COMPUTING:%.c=$(B)/sanitized/%.o): optimized := -O2
$(patsubst %,$(B)/sanitized/trace/dtrace/%.o,consumer_float decimal search wide): coverage += -fno-sanitize-coverage=trace-cmp

library := $(B)/sanitized/library.a

$(library): $(LIBRARY:%.c=$(B)/sanitized/%.o)
	$(call say,AR,$@)
	$(Q)rm -f $@
	$(Q)ar rcs $@ $^

$(unit_programs): $(B)/tests/%: $(B)/sanitized/tests/unit/%.o
$(fuzz_programs): $(B)/fuzz/%: $(B)/sanitized/tests/fuzz/%.o
$(fuzz_programs): linked_more += -fsanitize=fuzzer
# Programs of D, each out of a number; what compiles the suite of them; mutants, each with a number.
$(B)/tests/generate_d $(B)/tests/compile_programs: $(B)/tests/%: $(B)/sanitized/tests/d/%.o
$(B)/tests/mutate_dof $(B)/tests/mutate_capture: $(B)/tests/%: $(B)/sanitized/tests/fuzz/%.o
# For captures that nobody should trust.
$(B)/sanitized/flight-tool: $(B)/sanitized/flight/flight.o

sanitized_programs := $(unit_programs) $(fuzz_programs) $(B)/sanitized/flight-tool \
                      $(addprefix $(B)/tests/,compile_programs generate_d mutate_capture mutate_dof)

# The library comes last, and of other libraries what is needed.  LLVM's linker takes half the time.
$(sanitized_programs): $(library)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(SANITIZERS) $(linked_more) -fuse-ld=lld -o $@ $(filter %.o,$^) $(library) \
	    -Wl,--as-needed -lcmocka -lcrypto -ljansson -ldw -lelf

# What the kernel makes of modules, without a machine; addresses have 32 bits there.
BOOT_HOST := kernel/boot_archive.c kernel/complaint.c kernel/configuration.c kernel/files.c \
             kernel/module_hashes.c kernel/module_list.c kernel/modules.c kernel/tunables.c

sanitizers_32 := -m32 $(SANITIZERS)

$(B)/asan32/%.o: %.c Makefile tests/tests.mk | $(B)/.packages-test
	$(call say,CC,$< (sanitized for 32 bits))
	@mkdir -p $(@D)
	$(Q)$(CLANG) -std=c11 -D_GNU_SOURCE -DFIRSTLIGHT_TRACE=0 -g -I. -MMD -MP $(sanitizers_32) -c -o $@ $<

$(B)/tests/boot_host: $(patsubst %.c,$(B)/asan32/%.o,tests/hostile/boot_host.c $(BOOT_HOST) $(BOOT) $(RUNTIME))
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(sanitizers_32) -o $@ $^

# The userland runs without a kernel, too: on small systems that the tests make up.  The linker makes the table of programs.
table_of_programs := -Wl,--defsym,programs_start=__start_programs \
                     -Wl,--defsym,programs_end=__stop_programs
on_fake_system := $(patsubst %,$(B)/tests/%,test_dtrace_program test_init test_programs test_rc_programs test_sh test_sh_language)
$(on_fake_system) $(B)/fuzz/fuzz_sh: $(USERLAND:%.c=$(B)/sanitized/%.o)
$(B)/tests/test_sysctl_program: $(B)/sanitized/kernel/user/sysctl_program.o
$(B)/tests/test_completion $(B)/tests/test_sysctl_program $(on_fake_system) $(B)/fuzz/fuzz_sh: linked_more += $(table_of_programs)

# Others help one kind of tests.
$(patsubst %,$(B)/tests/%,test_bootfs test_bootfs_entry test_bootfs_walk): $(B)/sanitized/tests/unit/bootfs_tree.o
$(B)/tests/test_boottrace_model: $(patsubst %,$(B)/sanitized/tests/unit/%.o,boottrace_host freebsd_boottrace)

# The D compiler's front, with little behind it.
$(B)/tests/test_d_parser $(B)/tests/test_d_types: $(B)/sanitized/tests/unit/d_front.o

# The D compiler with a kernel: what its own compiler says of its structs is what it is held against.
$(B)/tests/test_kernel_types: | $(B)/firstlight.elf $(B)/tests/kernel_layouts.txt

$(B)/tests/kernel_layouts.txt: tests/unit/kernel_layouts.py $(headers) $(wildcard kernel/*.h)
	@mkdir -p $(@D)
	$(Q)PYTHONDONTWRITEBYTECODE=1 python3 $< > $(@:.txt=.c)
	$(Q)$(CC) $(filter-out -MMD -MP,$(KERNEL_CFLAGS)) -std=gnu11 -S -o $(@:.txt=.s) $(@:.txt=.c)
	$(Q)sed -n 's/^\t#LAYOUT //p' $(@:.txt=.s) > $@

# DIF programs, and what they must give.
$(B)/tests/programs.bin: tests/dif/make_programs.py tests/dif/dif_model.py
	$(call say,DIF,$@)
	@mkdir -p $(@D)
	$(Q)PYTHONDONTWRITEBYTECODE=1 python3 $< $@

$(B)/tests/mutate_dof_i386: $(patsubst %.c,$(B)/asan32/%.o,tests/fuzz/mutate_dof.c tests/fuzz/dof_mutator.c $(RUNTIME))
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(sanitizers_32) -o $@ $^

# What expressions of D give.
$(B)/tests/evaluate_d: $(B)/host/tests/d/evaluate_d.o $(COMPILER:%.c=$(B)/host/%.o) $(RUNTIME:%.c=$(B)/host/%.o)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $^

# Enablings for tests that boot.
$(B)/tests/enabling: $(patsubst %,$(B)/host/tests/%.o,boot/enabling unit/dof_builder)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $^

# A busy machine for QEMU.
$(B)/tests/late_halts.so: tests/boot/late_halts.c Makefile | $(B)/.packages-test
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(filter-out -MMD -MP,$(HOST_CFLAGS)) -fPIC -shared -o $@ $<

$(B)/sanitized/kernel/memory_functions.o: sanitized_more := -fno-builtin \
    $(foreach name,memcpy memmove memset memcmp strlen,-D$(name)=kernel_$(name))
$(B)/tests/test_dif_run: | $(B)/tests/programs.bin

$(B)/tests/test_interrupted $(B)/tests/test_stopped: $(B)/tests/%: $(B)/host/tests/unit/%.o $(RUNTIME:%.c=$(B)/host/%.o)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $^

recording := $(patsubst %,trace/%.c,arena names table text tracer)

$(B)/tests/test_interrupted_i386: tests/unit/test_interrupted.c $(recording) $(headers) Makefile | $(B)/.packages-test
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) -m32 -march=i686 -o $@ $< $(recording)

# Several CPUs at once, under the thread sanitizer instead of the others.
test-programs: $(B)/tests/test_dtrace_threads $(B)/bench/bench_dtrace
$(B)/tests/test_dtrace_threads: tests/unit/test_dtrace_threads.c tests/unit/dtrace_host.c \
                                tests/unit/dof_builder.c $(filter-out %_stream.c %_stream_read.c,$(filter trace/dtrace/%,$(RUNTIME))) \
                                trace/text.c $(headers) Makefile | $(B)/.packages-test
	$(call say,CC,$< (thread sanitizer))
	@mkdir -p $(@D)
	$(Q)$(CC) $(filter-out -MMD -MP,$(HOST_CFLAGS)) -O1 -fsanitize=thread -o $@ $(filter %.c,$^) -lcmocka -lpthread

# The model of a terminal, and the search in tables of wide characters, compare so much that tracing this would take
# nine tenths of the time.
$(B)/sanitized/tests/fuzz/fuzz_line_editor.o $(B)/sanitized/kernel/user/wide_character.o: coverage += -fno-sanitize-coverage=trace-cmp

test-programs: all $(sanitized_programs) $(B)/tests/test_interrupted $(B)/tests/test_interrupted_i386 $(B)/tests/test_stopped \
               $(B)/tests/boot_host $(B)/tests/evaluate_d $(B)/tests/mutate_dof_i386 $(B)/tests/programs.bin \
               $(B)/bench/bench_overflow $(B)/bench/bootfs_lookup $(B)/bench/bench_dif $(B)/host/tests/bench/bench_events.o

test: $(B)/.packages-test ## run every test; ends with one line that tells the result
	$(Q)$(MAKE) --no-print-directory -j$$(nproc) test-programs
	$(Q)sh tests/prove.sh $(SCRIPTS:%=./%) $(B)/tests/test_interrupted $(B)/tests/test_stopped \
	    $(B)/tests/test_dtrace_threads $(unit_programs)

soak: $(B)/.packages-test ## run the long campaigns (fuzzing, damage, repetition); can be interrupted and goes on
	$(Q)$(MAKE) --no-print-directory -j$$(nproc) test-programs
	$(Q)sh tests/soak.sh

PLACES := 100
SEED   := 1
mutation: $(B)/.packages-test ## break the pure rooms in PLACES (100) by SEED (1), and tell which of them no unit test sees
	$(Q)$(MAKE) --no-print-directory -j$$(nproc) $(unit_programs) $(B)/tests/test_interrupted $(B)/tests/test_stopped
	$(Q)python3 tests/mutation/mutation.py --places $(PLACES) --seed $(SEED) \
	    $(unit_programs) $(B)/tests/test_interrupted $(B)/tests/test_stopped

bench-events: $(B)/.packages-test ## measure the cost of an event; writes build/bench.json
	$(Q)$(MAKE) --no-print-directory all
	$(Q)sh tests/bench/run_events.sh $(B)/bench.json

bench-files: $(B)/.packages-test ## measure boot modules and files at scale; writes build/bench-files.json
	$(Q)$(MAKE) --no-print-directory all $(B)/bench/bootfs_lookup
	$(Q)sh tests/bench/run_files.sh $(B)/bench-files.json

$(B)/bench/bootfs_lookup: $(B)/host/tests/bench/bootfs_lookup.o $(BOOT:%.c=$(B)/host/%.o)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $^

bench-dif: $(B)/.packages-test ## measure what instructions of DIF cost; writes build/bench-dtrace.json
	$(Q)$(MAKE) --no-print-directory $(B)/bench/bench_dif
	$(Q)$(B)/bench/bench_dif > $(B)/bench-dtrace.json; status=$$?; cat $(B)/bench-dtrace.json; exit $$status

$(B)/bench/bench_dif: $(B)/host/tests/bench/bench_dif.o $(RUNTIME:%.c=$(B)/host/%.o)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $^

# A kernel without tracing, kept beside the other one.
$(B)/untraced.elf: FORCE
	$(Q)$(MAKE) --no-print-directory TRACE=0 $(B)/firstlight.elf
	$(Q)cp $(B)/firstlight.elf $@
	$(Q)$(MAKE) --no-print-directory all

bench-overhead: $(B)/.packages-test $(B)/untraced.elf ## measure what tracing costs a boot; writes build/bench-overhead.json
	$(Q)sh tests/bench/run_overhead.sh $(B)/bench-overhead.json $(B)/firstlight.elf $(B)/untraced.elf

bench-costs: $(B)/.packages-test $(B)/tests/enabling ## measure context switch, sysctl, spawn, event; writes build/bench-costs.json
	$(Q)$(MAKE) --no-print-directory all
	$(Q)sh tests/bench/run_costs.sh $(B)/bench-costs.json

bench-overflow: $(B)/.packages-test ## measure tables that are full beside such with room; adds to build/bench.json
	$(Q)$(MAKE) --no-print-directory all $(B)/bench/bench_overflow
	$(Q)sh tests/bench/run_overflow.sh $(B)/bench.json

bench-firing: $(B)/.packages-test ## measure what the firing of a probe costs; writes build/bench-firing.json
	$(Q)$(MAKE) --no-print-directory $(B)/bench/bench_dtrace
	$(Q)$(B)/bench/bench_dtrace | tee $(B)/bench-firing.json

$(B)/bench/bench_dtrace: $(patsubst %,$(B)/host/tests/%.o,bench/bench_dtrace unit/dtrace_host unit/dof_builder) \
                         $(RUNTIME:%.c=$(B)/host/%.o)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $^ -lcmocka

$(B)/bench/bench_overflow: $(B)/host/tests/bench/bench_overflow.o $(B)/host/trace/table.o
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $^

bench: bench-events bench-overflow bench-overhead bench-files bench-costs bench-firing bench-dif ## run every benchmark
	$(Q)$(MAKE) --no-print-directory bench-overflow

measure: all ## measure the house: lines, functions, includes, repeated code, the kernel's size, a boot
	$(Q)PYTHONDONTWRITEBYTECODE=1 python3 tests/house/measure.py

format: ## format the sources
	$(Q)$(FORMAT) -i $$(git ls-files -co --exclude-standard -- '*.c' '*.h')

.PHONY: test test-programs soak mutation bench bench-overhead bench-events bench-files bench-costs bench-firing \
        bench-dif bench-overflow measure format
