# Firstlight: `make run` boots the demonstration, `make test` runs every test, `make help` lists the rest.

.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += -rR
.DEFAULT_GOAL := all

# --- Tools -------------------------------------------------------------------------------------

CC      := gcc
CLANG   := clang
NASM    := nasm
FORMAT  := clang-format
Q       := $(if $(V),,@)
say     = $(if $(V),,@printf '  %-7s %s\n' '$(1)' '$(2)')
B       := build

# What Debian 12 must have: to build and boot, and on top of that to test.
PACKAGES_RUN  := libc6-dev nasm lib32gcc-12-dev libjansson-dev libdw-dev cpio grub-common grub-pc-bin \
                 grub-efi-amd64-bin grub-efi-ia32-bin xorriso mtools qemu-system-x86 seabios
PACKAGES_TEST := $(PACKAGES_RUN) libcmocka-dev libc6-dev-i386 clang lld libclang-rt-14-dev \
                 clang-format spin jq python3 perl procps liblttng-ust-dev lttng-tools libssl-dev \
                 valgrind bc ovmf ovmf-ia32 ipxe-qemu bochs bochsbios vgabios tmux

# --- Sources -----------------------------------------------------------------------------------

RUNTIME := trace/arena.c trace/boottrace_rules.c trace/crc32.c trace/frame.c trace/log_long.c \
           trace/log_text.c trace/names.c trace/span.c trace/stream.c trace/table.c trace/text.c \
           trace/tracer.c trace/dtrace/action.c trace/dtrace/action_kind.c \
           trace/dtrace/aggregation.c trace/dtrace/buffer.c trace/dtrace/claim.c \
           trace/dtrace/claim_take.c trace/dtrace/clause.c trace/dtrace/consumer.c \
           trace/dtrace/consumer_bucket.c trace/dtrace/consumer_bytes.c \
           trace/dtrace/consumer_conversion.c trace/dtrace/consumer_convert.c \
           trace/dtrace/consumer_date.c trace/dtrace/consumer_drops.c \
           trace/dtrace/consumer_filter.c trace/dtrace/consumer_float.c \
           trace/dtrace/consumer_flow.c trace/dtrace/consumer_histogram.c \
           trace/dtrace/consumer_library.c trace/dtrace/consumer_limit.c \
           trace/dtrace/consumer_merge.c trace/dtrace/consumer_order.c \
           trace/dtrace/consumer_packed.c trace/dtrace/consumer_printa.c \
           trace/dtrace/consumer_printf.c trace/dtrace/consumer_record.c \
           trace/dtrace/consumer_setopt.c trace/dtrace/consumer_stack.c \
           trace/dtrace/consumer_tell.c trace/dtrace/consumer_value.c trace/dtrace/consumer_wide.c \
           trace/dtrace/deadman.c trace/dtrace/decimal.c trace/dtrace/dif_calls.c \
           trace/dtrace/dif_chunk.c trace/dtrace/dif_declare.c trace/dtrace/dif_verify.c \
           trace/dtrace/dof.c trace/dtrace/dof_action.c trace/dtrace/dof_clause.c \
           trace/dtrace/dof_difo.c trace/dtrace/dof_option.c trace/dtrace/dof_relocation.c \
           trace/dtrace/dof_section.c trace/dtrace/dtrace_bytes.c trace/dtrace/dtrace_memory.c \
           trace/dtrace/dtrace_stream.c trace/dtrace/dtrace_stream_read.c \
           trace/dtrace/dynamic_variables.c trace/dtrace/ecb.c trace/dtrace/fire.c \
           trace/dtrace/glob.c trace/dtrace/go.c trace/dtrace/grants.c trace/dtrace/option_table.c \
           trace/dtrace/probes.c trace/dtrace/profile_name.c trace/dtrace/quantize.c \
           trace/dtrace/record_walk.c trace/dtrace/run_builtin.c trace/dtrace/run_instruction.c \
           trace/dtrace/run_loop.c trace/dtrace/run_memory.c trace/dtrace/run_variable.c \
           trace/dtrace/search.c trace/dtrace/snapshots.c trace/dtrace/speculation.c \
           trace/dtrace/state.c trace/dtrace/subroutine_convert.c trace/dtrace/subroutine_inet.c \
           trace/dtrace/subroutine_json.c trace/dtrace/subroutine_lock.c \
           trace/dtrace/subroutine_memory.c trace/dtrace/subroutine_path.c \
           trace/dtrace/subroutine_string.c trace/dtrace/subroutines.c trace/dtrace/variables.c \
           trace/dtrace/wide.c
BOOT := boot/acpi.c boot/archive.c boot/bootfs.c boot/bootfs_add.c boot/bootfs_entry.c \
        boot/bootfs_node.c boot/bootfs_walk.c boot/command_line.c boot/config_lexer.c \
        boot/console_option.c boot/cpio.c boot/cpu_list.c boot/digest.c boot/driver_conf.c \
        boot/environment.c boot/firmware_memory.c boot/madt.c boot/module_line.c boot/mp_table.c \
        boot/multiboot.c boot/sha1.c boot/sha256.c boot/sha_message.c boot/system_file.c \
        boot/tunable.c boot/ustar.c

DRIVERS := drivers/serial/output_queue.c drivers/serial/uart16550.c

KERNEL := kernel/anonymous.c kernel/anonymous_claim.c kernel/anonymous_objects.c kernel/anonymous_report.c kernel/apic.c \
          kernel/backtrace.c kernel/boot_archive.c kernel/boot_info.c kernel/calendar.c \
          kernel/captures.c kernel/clock.c kernel/complaint.c kernel/configuration.c \
          kernel/console.c kernel/costs.c kernel/cpu_search.c kernel/dif_conformance.c \
          kernel/dof_mutants.c kernel/dtrace_environment.c kernel/fault.c kernel/fbt.c \
          kernel/files.c kernel/firmware_tables.c kernel/heaps.c kernel/jitter.c \
          kernel/kern_boottrace.c kernel/kernel_probes.c kernel/log_printer.c kernel/long_log.c \
          kernel/main.c kernel/memory_functions.c kernel/message_buffer.c kernel/module_hashes.c \
          kernel/module_list.c kernel/module_probes.c kernel/modules.c kernel/network.c \
          kernel/network_interface.c kernel/network_route.c kernel/paging.c kernel/panic.c \
          kernel/percpu.c kernel/pic.c kernel/pit.c kernel/power.c kernel/power_off.c \
          kernel/profile.c kernel/routing_messages.c kernel/rtc.c \
          kernel/scheduler.c kernel/sdt.c kernel/segments.c kernel/services.c \
          kernel/shutdown_log.c kernel/signals.c kernel/smp.c kernel/stacks.c \
          kernel/syscall_provider.c kernel/sysctl.c kernel/sysctl_boottrace.c \
          kernel/sysctl_debug.c kernel/sysctl_dtrace.c kernel/sysctl_files.c kernel/sysctl_hw.c \
          kernel/sysctl_identity.c kernel/sysctl_init_process.c kernel/sysctl_sched.c \
          kernel/sysctl_time.c kernel/sysctl_trace.c kernel/sysctl_tslog.c \
          kernel/sysctl_tunables.c kernel/system.c kernel/system_process.c kernel/terminal.c \
          kernel/thread.c kernel/timer.c kernel/torture.c kernel/tracing.c kernel/traps.c \
          kernel/tsc_offset.c kernel/tslog.c kernel/tunables.c kernel/vga_text.c \
          kernel/wait_queue.c kernel/wall_time.c

USERLAND := kernel/user/basic.c kernel/user/boottrace.c kernel/user/burst.c kernel/user/cat.c \
            kernel/user/child.c kernel/user/completion.c kernel/user/cpuset.c \
            kernel/user/daemon.c kernel/user/date.c kernel/user/dtrace.c kernel/user/events.c \
            kernel/user/ifconfig.c kernel/user/init.c kernel/user/init_children.c \
            kernel/user/init_signals.c kernel/user/init_work.c kernel/user/line_editor.c \
            kernel/user/line_sink.c kernel/user/ls.c kernel/user/ntpd.c kernel/user/numbers.c \
            kernel/user/path_names.c kernel/user/pgrep.c kernel/user/ping.c \
            kernel/user/process_list.c kernel/user/rc_scripts.c kernel/user/rcorder.c \
            kernel/user/rcorder_header.c kernel/user/rcorder_problem.c \
            kernel/user/rcorder_program.c kernel/user/rcstart.c kernel/user/reports.c \
            kernel/user/route.c kernel/user/screen.c kernel/user/service.c kernel/user/sh.c \
            kernel/user/sh_arithmetic.c kernel/user/sh_builtins.c kernel/user/sh_command.c \
            kernel/user/sh_console.c kernel/user/sh_control.c kernel/user/sh_expand.c \
            kernel/user/sh_fields.c kernel/user/sh_function.c kernel/user/sh_glob.c \
            kernel/user/sh_jobs.c kernel/user/sh_memory.c kernel/user/sh_names.c \
            kernel/user/sh_parameter.c kernel/user/sh_parse.c kernel/user/sh_pattern.c \
            kernel/user/sh_print.c kernel/user/sh_rc.c kernel/user/sh_redirect.c \
            kernel/user/sh_run.c kernel/user/sh_scan.c kernel/user/sh_script.c \
            kernel/user/sh_start.c kernel/user/sh_subshell.c kernel/user/sh_test.c \
            kernel/user/sh_variables.c kernel/user/shutdown.c kernel/user/signal_names.c \
            kernel/user/svcs.c kernel/user/sysctl_program.c kernel/user/sysctl_text.c \
            kernel/user/timeout.c kernel/user/top.c kernel/user/uname.c kernel/user/usage.c \
            kernel/user/user_text.c kernel/user/wide_character.c kernel/user/words.c

KERNEL_ASM := boot/entry.asm kernel/ap_entry.asm kernel/thread_switch.asm kernel/trap_entry.asm

# Of the tracing of probes, what runs before and after: loading, checking, matching, printing.
DTRACE_AT_REST := $(filter trace/dtrace/action_kind.c trace/dtrace/claim.c trace/dtrace/clause.c \
                    trace/dtrace/consumer% trace/dtrace/decimal.c trace/dtrace/dif_% trace/dtrace/dof% \
                    trace/dtrace/dtrace_% trace/dtrace/glob.c trace/dtrace/go.c \
                    trace/dtrace/grants.c trace/dtrace/option_table.c trace/dtrace/profile_name.c \
                    trace/dtrace/record_walk.c trace/dtrace/snapshots.c trace/dtrace/state.c \
                    trace/dtrace/wide.c,$(RUNTIME))

# What runs while a probe fires, or on a CPU before it takes traps, has no probes (kernel/fbt.h).  Functions of
# these files that do neither are marked (trace/dtrace/at_rest.h).
UNPROBED := kernel/dtrace_environment.c kernel/fbt.c kernel/memory_functions.c kernel/percpu.c kernel/kernel_probes.c \
            kernel/sdt.c kernel/segments.c kernel/stacks.c kernel/syscall_provider.c \
            $(filter-out $(DTRACE_AT_REST),$(filter trace/dtrace/%,$(RUNTIME)))

FLIGHT := $(sort $(wildcard flight/*.c))

# The D compiler of flight.
COMPILER := $(sort $(wildcard flight/d/*.c))

# --- Flags -------------------------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Werror -Wconversion -Wshadow -Wundef -Wswitch-enum -Wstrict-prototypes \
            -Wmissing-prototypes -Wvla
COMMON   := -std=c11 $(WARNINGS) -I. -MMD -MP -ffile-prefix-map=$(CURDIR)=.

# `make TRACE=0` builds a kernel without tracing, to compare with.
TRACE   := 1
K       := $(B)/kernel$(if $(filter 0,$(TRACE)),-untraced)
KERNEL_CFLAGS := $(COMMON) -DFIRSTLIGHT_TRACE=$(TRACE) -m32 -march=i686 -mno-mmx -mno-sse -ffreestanding -fno-pic -fno-pie \
                 -fno-stack-protector -fno-omit-frame-pointer -fno-asynchronous-unwind-tables \
                 -fno-strict-aliasing -fcf-protection=none -O2 -g
KERNEL_LDFLAGS := -m32 -nostdlib -static -no-pie -Wl,-T,linker.ld -Wl,--build-id=sha1 \
                  -Wl,-z,noexecstack -Wl,--no-warn-rwx-segments -Wl,--gc-sections

# Probes at functions: a nop at each entry, one `ret` for each return (no jump into another function), no parts
# and copies of functions with signatures of their own.  A static function keeps its signature if it is kept as
# it is; the linker throws away what is nowhere called.  Not in trace/: recording an event would take longer.
PROBES      := -fpatchable-function-entry=1
FUNCTIONS   := -fno-optimize-sibling-calls -fno-partial-inlining -fno-ipa-cp -fno-ipa-sra \
               -fno-reorder-blocks-and-partition -ffunction-sections
KEPT_STATIC := -fkeep-static-functions

# No bytes are copied one by one, which -Os else has done: kernel/memory_functions.c takes words.
STRINGS := -mstringop-strategy=libcall

HOST_CFLAGS := $(COMMON) -D_GNU_SOURCE -O2 -g

# --- What is built -----------------------------------------------------------------------------

all: $(B)/flight $(B)/firstlight.elf $(B)/firstlight.iso $(B)/boot_archive $(B)/ntp_archive ## build everything that runs (the default)

kernel_objects := $(patsubst %.c,$(K)/%.o,$(RUNTIME) $(BOOT) $(DRIVERS) $(KERNEL) $(USERLAND)) \
                  $(patsubst %.asm,$(K)/%.o,$(KERNEL_ASM))

$(K)/%.o: %.c Makefile | $(B)/.packages-run
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KERNEL_CFLAGS) $(FUNCTIONS) $(KEPT_STATIC) $(PROBES) $(STRINGS) $(SIZE) -c -o $@ $<

$(patsubst %.c,$(K)/%.o,$(UNPROBED)): PROBES :=
$(patsubst %.c,$(K)/%.o,$(RUNTIME)): KEPT_STATIC :=
$(patsubst %.c,$(K)/%.o,$(RUNTIME)): STRINGS :=
$(patsubst %.c,$(K)/%.o,$(USERLAND) $(DTRACE_AT_REST)): SIZE := -Os

$(K)/%.o: %.asm Makefile | $(B)/.packages-run
	$(call say,NASM,$<)
	@mkdir -p $(@D)
	$(Q)$(NASM) -f elf32 -Werror -o $@ $<

# Twice: the first link tells where the functions and their probe sites lie, the second carries that as tables.
assembly_objects := $(patsubst %.asm,$(K)/%.o,$(KERNEL_ASM))

$(K)/symbols0.c: kernel/symbols.awk
	@mkdir -p $(@D)
	$(Q)awk -f $< /dev/null > $@

$(K)/probe_sites0.c: kernel/probe_sites.awk
	@mkdir -p $(@D)
	$(Q)awk -f $< /dev/null > $@

$(K)/symbols.c: $(K)/firstlight.stage1 kernel/symbols.awk
	$(Q)nm -n $< | awk -f kernel/symbols.awk > $@

$(K)/probe_sites.c: $(K)/firstlight.stage1 kernel/probe_sites.awk
	$(Q)nm $(assembly_objects) > $(K)/assembly.symbols
	$(Q)objdump -d --no-show-raw-insn $< | awk -f kernel/probe_sites.awk $(K)/assembly.symbols - > $@

$(K)/symbols%o: $(K)/symbols%c
	$(Q)$(CC) $(KERNEL_CFLAGS) -c -o $@ $<

$(K)/probe_sites%o: $(K)/probe_sites%c
	$(Q)$(CC) $(KERNEL_CFLAGS) -c -o $@ $<

link_kernel = $(CC) $(KERNEL_LDFLAGS) -o $@ $(filter %.o,$^) "$$($(CC) -m32 -print-libgcc-file-name)"

$(K)/firstlight.stage1: $(kernel_objects) $(K)/symbols0.o $(K)/probe_sites0.o linker.ld
	$(Q)$(link_kernel)

# Which of the two the kernel is.
$(B)/.trace: FORCE
	@mkdir -p $(@D)
	@echo '$(TRACE)' | cmp -s - $@ || echo '$(TRACE)' > $@

# What a debugger reads: two thirds of the whole.  A loader would have to read it, and GRUB puts it into memory.
$(B)/firstlight.debug: $(kernel_objects) $(K)/symbols.o $(K)/probe_sites.o linker.ld $(B)/.trace
	$(call say,LD,$@)
	$(Q)$(link_kernel) -Wl,-Map,$(B)/firstlight.map

$(B)/firstlight.elf: $(B)/firstlight.debug
	$(call say,STRIP,$@)
	$(Q)objcopy --strip-debug $< $@
	$(Q)grub-file --is-x86-multiboot $@ || { echo "make: $@ is not a Multiboot kernel" >&2; exit 1; }

# Everything in an archive has one date and one owner, so that it is the same wherever it is built.
# $(1): where its files are put together; $(2): folders, of which a later one's files replace an earlier one's.
define make_archive
	$(Q)rm -rf $(1) && mkdir -p $(1) && for folder in $(2); do cp -r $$folder/. $(1); done
	$(Q)find $(1) -exec touch -d @1700000000 {} +
	$(Q)cd $(1) && find . -mindepth 1 | LC_ALL=C sort | \
	    cpio --quiet -o -H newc -R 0:0 --reproducible > $(CURDIR)/$@
endef

archive_files := $(sort $(shell find iso/root -type f))
$(B)/boot_archive: $(archive_files) | $(B)/.packages-run
	$(call say,CPIO,$@)
	$(call make_archive,$(B)/archive,iso/root)

# A machine whose ntpd does not start: docs/lessons/ntp-race.md.
$(B)/ntp_archive: $(archive_files) $(sort $(shell find iso/ntp -type f)) | $(B)/.packages-run
	$(call say,CPIO,$@)
	$(call make_archive,$(B)/archive-ntp,iso/root iso/ntp)

$(B)/boot_archive.hash: $(B)/boot_archive
	$(Q)sha256sum < $< | cut -c 1-64 > $@

# What every boot medium carries; BOOTFS=FOLDER adds the folder's files as boot modules.
BOOTFS  :=
carried := iso/grub.cfg $(B)/firstlight.elf $(B)/boot_archive $(B)/boot_archive.hash

# Newer than the media as long as there is such a folder, and once more when there is none again.
$(B)/.bootfs: FORCE
	@mkdir -p $(@D)
	@[ -z '$(BOOTFS)' ] && echo | cmp -s - $@ || echo '$(BOOTFS)' > $@

$(B)/firstlight.iso: iso/make_iso.sh iso/media.sh $(carried) $(B)/.bootfs
	$(call say,ISO,$@)
	$(Q)sh $< $@ $(carried) $(BOOTFS)

$(B)/firstlight.img: iso/make_usb.sh iso/media.sh $(carried) $(B)/.bootfs
	$(call say,USB,$@)
	$(Q)sh $< $@ $(carried) $(BOOTFS)

usb: $(B)/firstlight.img ## build the image of a USB stick

net: $(carried) ## build the folder for a TFTP server
	$(call say,NET,$(B)/net)
	$(Q)rm -rf $(B)/net
	$(Q)sh iso/make_net.sh $(B)/net $(carried) $(BOOTFS)

FORCE:

$(B)/host/%.o: %.c Makefile | $(B)/.packages-run
	$(call say,CC,$< (host))
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) -c -o $@ $<

$(B)/flight: $(patsubst %.c,$(B)/host/%.o,$(FLIGHT) $(COMPILER) $(RUNTIME) $(BOOT))
	$(call say,LD,$@)
	$(Q)$(CC) -o $@ $^ -ljansson -ldw -lelf

# --- What is run -------------------------------------------------------------------------------

run: $(B)/flight $(B)/firstlight.elf $(B)/boot_archive ## boot the demonstration and print its report
	@echo 'Booting the demonstration under QEMU, deterministically.  The module iso/routing.dof has it trace'
	@echo 'fbt::rts_new_rtsmsg:entry; as no `dtrace -a` claims that, the end of the machine prints it:'
	$(Q)$(B)/flight run --deterministic -o $(B)/run.capture --module 'iso/routing.dof type=dof name=routing'
	$(Q)$(B)/flight report $(B)/run.capture

include tests/tests.mk

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' Makefile tests/tests.mk | expand -t 16

clean: ## remove everything that was built
	$(Q)rm -rf $(B)

# --- Set-up ------------------------------------------------------------------------------------

# $(1): packages.  Installs what is missing if it may, else says what to type.
define install
	@mkdir -p $(B)
	@set -e; missing=''; for p in $(1); do \
	    dpkg-query -W -f '$${Status}' "$$p" 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; \
	done; \
	if [ -n "$$missing" ]; then \
	    sudo=''; [ "$$(id -u)" = 0 ] || sudo='sudo -n'; \
	    if $$sudo true 2>/dev/null; then \
	        echo "Installing Debian packages:$$missing"; \
	        { $$sudo apt-get update && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y \
	          --no-install-recommends $$missing; } > $(B)/packages.log 2>&1 & \
	        pid=$$!; while kill -0 $$pid 2>/dev/null; do printf .; sleep 2; done; echo; \
	        wait $$pid || { echo "make: the packages could not be installed, see $(B)/packages.log" >&2; exit 1; }; \
	    else \
	        echo "make: please install what is missing: apt-get install$$missing" >&2; exit 1; \
	    fi; \
	fi
	@touch $@
endef

$(B)/.packages-run: Makefile
	$(call install,$(PACKAGES_RUN))

$(B)/.packages-test: Makefile
	$(call install,$(PACKAGES_TEST))

.PHONY: all usb net run help clean FORCE

# What compilers said of headers.  Other files of that name are somebody's programs in D.
-include $(shell grep -rlE --include='*.d' '^$(B)/[^ ]+: ' $(B) 2>/dev/null)
