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
COMPUTING := $(patsubst %,tests/unit/%.c,boottrace_host freebsd_boottrace test_boottrace_model test_d_parser test_digest \
             test_dtrace_buffer test_dtrace_float test_dtrace_framework test_dtrace_search test_dtrace_stream test_frame \
             test_output_queue test_rcorder test_span) boot/sha1.c boot/sha256.c boot/sha_message.c flight/d/lex_word.c \
             trace/dtrace/consumer_float.c trace/dtrace/decimal.c trace/dtrace/dtrace_bytes.c trace/dtrace/search.c \
             trace/dtrace/wide.c trace/span.c

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

# What shows DOF.
FLIGHT_DOF := flight/dof_code.c flight/dof_file.c flight/dof_names.c flight/dof_show.c flight/dof_show_json.c \
              flight/dof_show_text.c flight/dof_view.c flight/file_bytes.c flight/json_value.c flight/memory.c

# What reads captures, without commands, processes and devices.
FLIGHT_READER := flight/capture_model.c flight/dof_names.c flight/dtrace_cell_value.c flight/dtrace_value.c flight/file_bytes.c flight/fold.c flight/frame_index.c \
                 flight/json_value.c flight/losses.c flight/memory.c flight/model_books.c \
                 flight/model_dtrace.c flight/model_spans.c flight/print.c \
                 flight/report_dtrace.c flight/report_dtrace_json.c flight/report_dtrace_lines.c flight/report_json.c \
                 flight/report_parts.c flight/report_text.c flight/schema.c flight/timeline.c \
                 flight/trace_events.c flight/verify_cpus.c flight/verify_dtrace.c \
                 flight/verify_frames.c flight/verify_problem.c flight/verify_tables.c

headers := $(wildcard trace/*.h trace/dtrace/*.h boot/*.h drivers/serial/*.h flight/*.h)

pure := $(RUNTIME) $(BOOT) $(DRIVERS)
unit_programs := $(UNIT:%=$(B)/tests/%)
fuzz_programs := $(FUZZ:%=$(B)/fuzz/%)

# Once for all: the unit tests link what the fuzzers link, where nothing asks for the branches that are counted.
# Tests themselves are not worth the time of an optimizer, but for those in COMPUTING.
SANITIZERS := -fsanitize=address,undefined -fno-sanitize-recover=all
coverage   := -fsanitize=fuzzer-no-link

$(B)/sanitized/%.o: %.c Makefile tests/tests.mk | $(B)/.packages-test
	$(call say,CC,$< (sanitized))
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(HOST_CFLAGS) $(optimized) -Wno-string-concatenation $(SANITIZERS) $(coverage) $(sanitized_more) -c -o $@ $<

$(B)/sanitized/%.o: optimized := -O1
$(B)/sanitized/tests/unit/%.o: optimized := -O0
$(B)/sanitized/tests/unit/%.o: coverage :=
$(COMPUTING:%.c=$(B)/sanitized/%.o): optimized := -O2
$(patsubst %,$(B)/sanitized/trace/dtrace/%.o,consumer_float decimal search wide): coverage += -fno-sanitize-coverage=trace-cmp

$(unit_programs): $(B)/tests/%: $(B)/sanitized/tests/unit/%.o $(pure:%.c=$(B)/sanitized/%.o)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(SANITIZERS) -o $@ $^ -lcmocka $(unit_more)

$(B)/tests/test_digest: unit_more := -lcrypto

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

# The userland runs without a kernel, too: on small systems that the tests make up.
table_of_programs := -Wl,--defsym,programs_start=__start_programs \
                     -Wl,--defsym,programs_end=__stop_programs
fake_system := $(B)/sanitized/tests/unit/fake_system.o \
               $(USERLAND:%.c=$(B)/sanitized/%.o)

on_fake_system := $(patsubst %,$(B)/tests/%,test_dtrace_program test_init test_programs test_rc_programs test_sh test_sh_language)
$(on_fake_system): $(fake_system)
$(B)/tests/test_completion: $(patsubst %,$(B)/sanitized/kernel/user/%.o,completion line_editor user_text wide_character words)
$(B)/tests/test_completion $(B)/tests/test_sysctl_program $(on_fake_system): unit_more := $(table_of_programs)
$(B)/tests/test_line_editor: $(patsubst %,$(B)/sanitized/kernel/user/%.o,line_editor user_text wide_character)
$(B)/tests/test_rcorder: $(patsubst %,$(B)/sanitized/kernel/user/%.o,rcorder rcorder_header rcorder_problem)
$(B)/tests/test_words: $(B)/sanitized/kernel/user/words.o

# Trees that are made and looked at in the same way.
on_bootfs_tree := $(patsubst %,$(B)/tests/%,test_bootfs test_bootfs_entry test_bootfs_walk)
$(on_bootfs_tree): $(B)/sanitized/tests/unit/bootfs_tree.o

# What they take of flight, beside what is pure.
$(B)/tests/test_capture_model: $(patsubst %,$(B)/sanitized/flight/%.o,capture_model frame_index memory model_dtrace schema)
on_draft := $(patsubst %,$(B)/tests/%,test_dtrace_consumer test_dtrace_histogram test_dtrace_printa test_dtrace_record)
$(on_draft): $(B)/sanitized/tests/unit/dtrace_draft.o $(B)/sanitized/tests/unit/consumer_text.o
$(B)/tests/test_dtrace_lines: $(B)/sanitized/tests/unit/dtrace_draft.o \
                              $(patsubst %,$(B)/sanitized/flight/%.o,dof_names dtrace_cell_value dtrace_value file_bytes json_value memory report_dtrace_lines)
$(B)/tests/test_dtrace_lines: unit_more := -ljansson
$(B)/tests/test_dtrace_stream: $(B)/sanitized/tests/unit/dtrace_draft.o $(FLIGHT_READER:%.c=$(B)/sanitized/%.o)
$(B)/tests/test_dtrace_stream: unit_more := -ljansson
$(B)/tests/test_dof_show: $(B)/sanitized/tests/unit/dof_builder.o $(FLIGHT_DOF:%.c=$(B)/sanitized/%.o)
$(B)/tests/test_dof_show: unit_more := -ljansson
$(B)/tests/test_boot_mark: $(B)/sanitized/flight/boot_mark.o
$(B)/tests/test_d_complaint: $(B)/sanitized/flight/d_complaint.o
$(B)/tests/test_enable_files: $(patsubst %,$(B)/sanitized/flight/%.o,enable_files file_bytes memory)
$(B)/tests/test_escape: $(B)/sanitized/flight/escape.o
$(B)/tests/test_exec_words: $(patsubst %,$(B)/sanitized/flight/%.o,exec_words file_bytes memory)
$(B)/tests/test_fat_list: $(patsubst %,$(B)/sanitized/flight/%.o,fat_list memory path_piece stage_name)
$(B)/tests/test_fat_place: $(B)/sanitized/flight/fat_place.o
$(B)/tests/test_json_value: $(patsubst %,$(B)/sanitized/flight/%.o,file_bytes json_value memory)
$(B)/tests/test_json_value: unit_more := -ljansson
$(B)/tests/test_live_filter: $(B)/sanitized/flight/live_filter.o
$(B)/tests/test_options: $(patsubst %,$(B)/sanitized/flight/%.o,alternatives file_bytes memory options)
$(B)/tests/test_probe_closest: $(patsubst %,$(B)/sanitized/flight/%.o,alternatives closest file_bytes kernel_image memory probe_closest probe_list)
$(B)/tests/test_probe_closest: unit_more := -lelf
$(B)/tests/test_schema: $(B)/sanitized/flight/schema.o
$(B)/tests/test_stage_name: $(patsubst %,$(B)/sanitized/flight/%.o,path_piece stage_name)

# The D compiler with a kernel: what its own compiler says of its structs is what it is held against.
kernel_types := debug_index debug_types file_bytes kernel_image kernel_types memory probe_list probe_types
$(B)/tests/test_kernel_types: $(kernel_types:%=$(B)/sanitized/flight/%.o) $(COMPILER:%.c=$(B)/sanitized/%.o) \
                              | $(B)/firstlight.elf $(B)/tests/kernel_layouts.txt
$(B)/tests/test_kernel_types: unit_more := -ldw -lelf

$(B)/tests/kernel_layouts.txt: tests/unit/kernel_layouts.py $(headers) $(wildcard kernel/*.h)
	@mkdir -p $(@D)
	$(Q)PYTHONDONTWRITEBYTECODE=1 python3 $< > $(@:.txt=.c)
	$(Q)$(CC) $(filter-out -MMD -MP,$(KERNEL_CFLAGS)) -std=gnu11 -S -o $(@:.txt=.s) $(@:.txt=.c)
	$(Q)sed -n 's/^\t#LAYOUT //p' $(@:.txt=.s) > $@

# The D compiler's front, with little behind it.
D_FRONT := compile compiler_memory conditional declaration refusal fold_constants ident lex_literal lex_word lexer \
           library macro node option parse_clause parse_declarator parse_definition parse_expression parse_probe parse_provider \
           parse_type parser pragma specifier stability tag type_compare types
on_d_front := $(B)/tests/test_d_parser $(B)/tests/test_d_types
$(on_d_front): $(B)/sanitized/tests/unit/d_front.o $(D_FRONT:%=$(B)/sanitized/flight/d/%.o)

# The suite of D programs: what compiles them.
$(B)/tests/compile_programs: $(patsubst %,$(B)/sanitized/%.o,tests/d/compile_programs tests/unit/dtrace_host tests/unit/dof_builder) \
                             $(COMPILER:%.c=$(B)/sanitized/%.o) $(RUNTIME:%.c=$(B)/sanitized/%.o)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(SANITIZERS) -o $@ $^ -lcmocka
$(B)/tests/test_d_bounds: $(COMPILER:%.c=$(B)/sanitized/%.o)

# All of it.
$(B)/tests/test_d_programs: $(COMPILER:%.c=$(B)/sanitized/%.o)

# Boottrace beside a model of FreeBSD's.
$(B)/tests/test_boottrace_model: $(patsubst %,$(B)/sanitized/tests/unit/%.o,boottrace_host freebsd_boottrace)

# The framework on a machine for tests.
on_dtrace_host := $(patsubst %,$(B)/tests/%,test_dtrace_claim test_dtrace_clause test_dtrace_fire test_dtrace_framework \
                  test_dtrace_match test_dtrace_speculation test_dtrace_work)
$(on_dtrace_host): $(B)/sanitized/tests/unit/dtrace_host.o $(B)/sanitized/tests/unit/dof_builder.o

# DOF objects, made in memory.
$(patsubst %,$(B)/tests/%,test_dif_verify test_dof): $(B)/sanitized/tests/unit/dof_builder.o

# DIF programs, and what they must give.
$(B)/tests/programs.bin: tests/dif/make_programs.py tests/dif/dif_model.py
	$(call say,DIF,$@)
	@mkdir -p $(@D)
	$(Q)PYTHONDONTWRITEBYTECODE=1 python3 $< $@


# Mutants of DOF objects, each with a number.
$(B)/tests/mutate_dof: $(patsubst %,$(B)/sanitized/%.o,tests/fuzz/mutate_dof tests/fuzz/dof_mutator $(pure:%.c=%))
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(SANITIZERS) -o $@ $^

$(B)/tests/mutate_dof_i386: $(patsubst %.c,$(B)/asan32/%.o,tests/fuzz/mutate_dof.c tests/fuzz/dof_mutator.c $(RUNTIME))
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(sanitizers_32) -o $@ $^

# Mutants of captures, likewise.
$(B)/tests/mutate_capture: $(patsubst %.c,$(B)/sanitized/%.o,tests/fuzz/mutate_capture.c $(FLIGHT_READER) $(pure))
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(SANITIZERS) -o $@ $^ -ljansson

# Programs of D, each out of a number.
$(B)/tests/generate_d: $(patsubst %,$(B)/sanitized/tests/d/%.o,generate_d random_program) \
                       $(COMPILER:%.c=$(B)/sanitized/%.o) $(RUNTIME:%.c=$(B)/sanitized/%.o)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(SANITIZERS) -o $@ $^

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


# What they take of the kernel.
$(B)/tests/test_jitter: $(B)/sanitized/kernel/jitter.o
$(B)/tests/test_memory_functions: $(B)/sanitized/kernel/memory_functions.o
$(B)/sanitized/kernel/memory_functions.o: sanitized_more := -fno-builtin \
    $(foreach name,memcpy memmove memset memcmp strlen,-D$(name)=kernel_$(name))
$(B)/tests/test_message_buffer: $(B)/sanitized/kernel/message_buffer.o
$(B)/tests/test_dif_run: $(B)/sanitized/kernel/dif_conformance.o | $(B)/tests/programs.bin
$(B)/tests/test_rtc: $(patsubst %,$(B)/sanitized/kernel/%.o,calendar rtc)
$(B)/tests/test_sysctl: $(patsubst %,$(B)/sanitized/kernel/%.o,sysctl sysctl_tunables)
$(B)/tests/test_sysctl_program: $(B)/sanitized/kernel/sysctl.o \
                                $(patsubst %,$(B)/sanitized/kernel/user/%.o,line_sink numbers sysctl_program sysctl_text usage user_text)

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
	$(Q)$(CC) $(filter-out -MMD -MP,$(HOST_CFLAGS)) -fsanitize=thread -o $@ $(filter %.c,$^) -lcmocka -lpthread

$(fuzz_programs): $(B)/fuzz/%: $(B)/sanitized/tests/fuzz/%.o $(pure:%.c=$(B)/sanitized/%.o)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(SANITIZERS) -fsanitize=fuzzer -o $@ $^ $(fuzz_more)

$(B)/fuzz/fuzz_d: $(COMPILER:%.c=$(B)/sanitized/%.o)
$(B)/fuzz/fuzz_enable: $(patsubst %,$(B)/sanitized/flight/%.o,enable_files file_bytes memory)
$(B)/fuzz/fuzz_line_editor: $(patsubst %,$(B)/sanitized/kernel/user/%.o,line_editor user_text wide_character)
# Its model of a terminal, and the search in tables of wide characters, compare so much that tracing this would take
# nine tenths of the time.
$(B)/sanitized/tests/fuzz/fuzz_line_editor.o $(B)/sanitized/kernel/user/wide_character.o: coverage += -fno-sanitize-coverage=trace-cmp
$(B)/fuzz/fuzz_rcorder: $(patsubst %,$(B)/sanitized/kernel/user/%.o,rcorder rcorder_header rcorder_problem)
$(B)/fuzz/fuzz_sh: $(B)/sanitized/tests/unit/fake_system.o \
                   $(USERLAND:%.c=$(B)/sanitized/%.o)
$(B)/fuzz/fuzz_sh: fuzz_more := -lcmocka $(table_of_programs)
$(B)/fuzz/fuzz_words: $(B)/sanitized/kernel/user/words.o
$(B)/fuzz/fuzz_stage: $(patsubst %,$(B)/sanitized/flight/%.o,fat_list fat_place memory path_piece stage_name)
$(B)/fuzz/fuzz_dof_show: fuzz_more := -ljansson
$(B)/fuzz/fuzz_dof_show: $(FLIGHT_DOF:%.c=$(B)/sanitized/%.o)
$(B)/fuzz/fuzz_capture: fuzz_more := -ljansson
$(B)/fuzz/fuzz_capture: $(FLIGHT_READER:%.c=$(B)/sanitized/%.o)

# flight under the sanitizers, for captures that nobody should trust.
$(B)/sanitized/flight-tool: $(patsubst %.c,$(B)/sanitized/%.o,$(FLIGHT) $(COMPILER) $(RUNTIME) $(BOOT))
	$(call say,LD,$@)
	$(Q)$(CLANG) $(SANITIZERS) -o $@ $^ -ljansson -ldw -lelf

test-programs: all $(unit_programs) $(B)/tests/test_interrupted $(B)/tests/test_interrupted_i386 $(B)/tests/test_stopped \
               $(B)/tests/boot_host $(B)/tests/compile_programs $(B)/tests/evaluate_d $(B)/tests/generate_d $(B)/tests/mutate_dof \
               $(B)/tests/mutate_dof_i386 $(B)/tests/mutate_capture $(fuzz_programs) \
               $(B)/tests/programs.bin $(B)/sanitized/flight-tool $(B)/bench/bench_overflow $(B)/bench/bootfs_lookup \
               $(B)/bench/bench_dif $(B)/host/tests/bench/bench_events.o

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
