; From an exception or interrupt to C and back.
;
; In:   a vector of the IDT; the CPU has pushed EFLAGS, CS, EIP and, for some exceptions,
;       an error code (SDM volume 3, section 6.13).
; Out:  trap_handle(struct trap_frame *) has run; the interrupted code goes on.  An int3 that is a probe's
;       has been handled by probes_trap(struct trap_frame *) alone: trap_handle may have probes itself.
; The linker provides both.  kernel/traps.h has the frame that is built here.

        bits    32

VECTORS                 equ     64                      ; 32 exceptions, 16 interrupt lines, 16 of the APIC

        extern  trap_handle
        extern  probes_trap
        extern  double_fault_handle

        section .text

%macro STUB 1
trap_stub_%1:
%if %1 != 8 && %1 != 10 && %1 != 11 && %1 != 12 && %1 != 13 && %1 != 14 && %1 != 17 && %1 != 21 && %1 != 29 && %1 != 30
        push    dword 0                                 ; stands for the error code
%endif
        push    dword %1
%if %1 = 3
        jmp     trap_breakpoint
%else
        jmp     trap_common
%endif
%endmacro

%assign vector 0
%rep VECTORS
        STUB    vector
%assign vector vector + 1
%endrep

; Every other vector: nothing should ever arrive here.
        global  trap_stub_unexpected:function
trap_stub_unexpected:
        push    dword 0
        push    dword 255
        jmp     trap_common

        global  trap_common:function (trap_common.end - trap_common)
trap_common:
        pushad
        cld
.handle:
        push    esp                                     ; struct trap_frame *
        call    trap_handle
        add     esp, 4
.go_on:
        popad
        add     esp, 8                                  ; vector, error code
        iretd
.end:

        global  trap_breakpoint:function (trap_breakpoint.end - trap_breakpoint)
trap_breakpoint:
        pushad
        cld
        push    esp                                     ; struct trap_frame *
        call    probes_trap
        add     esp, 4
        test    al, al
        jnz     trap_common.go_on
        jmp     trap_common.handle
.end:

; Where a function returns whose own `ret` is an int3: kernel/fbt.c.
        global  probe_return:function (probe_return.end - probe_return)
probe_return:
        ret
.end:
        global  probe_return_pop:function (probe_return_pop.end - probe_return_pop)
probe_return_pop:
        ret     4                                       ; the address of a structure that is returned
.end:

; The double fault's own task starts here, on its own stack, with the error code pushed.
        global  double_fault_entry:function (double_fault_entry.end - double_fault_entry)
double_fault_entry:
        cld
        xor     ebp, ebp
        call    double_fault_handle
.hang:
        cli
        hlt
        jmp     .hang
.end:

        section .rodata
        global  trap_stubs
trap_stubs:
%assign vector 0
%rep VECTORS
        dd      trap_stub_ %+ vector
%assign vector vector + 1
%endrep

        section .stacks nobits alloc noexec write align=4096
        global  double_fault_stack_guard, double_fault_stack_top
double_fault_stack_guard:
        resb    4096                                    ; unmapped once paging is on
        resb    8192
double_fault_stack_top:

        section .note.GNU-stack noalloc noexec nowrite progbits
