; The first instructions after the boot loader.
;
; In:   Multiboot Specification 0.6.96, section 3.2 "Machine state": EAX = 0x2BADB002,
;       EBX = physical address of the Multiboot information, flat 32-bit segments,
;       paging off, interrupts off, no stack.
; Out:  kernel_main(magic, information, entry time stamp) on the boot stack; never returns.
; The linker provides kernel_main and puts .multiboot within the first 8 KiB.
;
; Only what C cannot do: a stack, and the check that the CPU can run the C code at all.

        bits    32

MULTIBOOT_MAGIC         equ     0x1BADB002
MULTIBOOT_FLAGS         equ     0x00000003              ; bit 0: align modules, bit 1: memory map

EFLAGS_ID               equ     1 << 21                 ; can be toggled where CPUID exists
CPUID_TSC               equ     1 << 4                  ; CPUID.1:EDX
CPUID_CX8               equ     1 << 8
CPUID_CMOV              equ     1 << 15

COM1                    equ     0x3f8
LINE_STATUS             equ     5
TRANSMITTER_EMPTY       equ     0x20
EXIT_PORT               equ     0xf4                    ; isa-debug-exit of the emulator
EXIT_FAILURE            equ     0x11

BOOT_STACK_SIZE         equ     16384
PAGE_SIZE               equ     4096

        section .multiboot progbits alloc noexec nowrite align=4
        dd      MULTIBOOT_MAGIC
        dd      MULTIBOOT_FLAGS
        dd      -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)    ; the three add up to zero

        section .text
        global  _start:function (_start.end - _start)
        extern  kernel_main

_start:
        cli
        cld
        mov     esp, boot_stack_top
        xor     ebp, ebp                                ; a backtrace ends here
        mov     esi, eax                                ; magic
        mov     edi, ebx                                ; Multiboot information

        pushfd                                          ; SDM volume 1, section 20.1: CPUID exists
        pop     eax                                     ; where EFLAGS.ID can be changed
        mov     ecx, eax
        xor     eax, EFLAGS_ID
        push    eax
        popfd
        pushfd
        pop     eax
        xor     eax, ecx
        mov     ebx, missing_cpuid
        test    eax, EFLAGS_ID
        jz      refuse

        mov     eax, 1
        cpuid
        mov     ebx, missing_tsc
        test    edx, CPUID_TSC
        jz      refuse
        mov     ebx, missing_cmov
        test    edx, CPUID_CMOV
        jz      refuse
        mov     ebx, missing_cx8
        test    edx, CPUID_CX8
        jz      refuse

        rdtsc                                           ; event 0
        push    edx
        push    eax
        push    edi
        push    esi
        call    kernel_main
.hang:
        cli
        hlt
        jmp     .hang
.end:

; Says why the CPU will not do, on COM1, and leaves.  In: EBX = text.
        global  refuse:function (refuse.end - refuse)
refuse:
        mov     esi, com1_setup
.setup:
        movzx   edx, word [esi]
        mov     al, [esi + 2]
        out     dx, al
        add     esi, 3
        cmp     esi, com1_setup.end
        jb      .setup
        mov     esi, refusal
        call    print
        mov     esi, ebx
        call    print
        mov     al, EXIT_FAILURE
        out     EXIT_PORT, al
.hang:
        cli
        hlt
        jmp     .hang
.end:

; Prints the text at ESI.  An absent or stuck port costs a bounded wait for each byte.
        global  print:function (print.end - print)
print:
        lodsb
        test    al, al
        jz      .done
        mov     ah, al
        mov     ecx, 100000                             ; reads of about 1 us: 0.1 s
        mov     edx, COM1 + LINE_STATUS
.wait:
        in      al, dx
        test    al, TRANSMITTER_EMPTY
        loopz   .wait
        mov     al, ah
        mov     edx, COM1
        out     dx, al
        jmp     print
.done:
        ret
.end:

        section .rodata
com1_setup:                                             ; port, value: 115200 8N1
        dw      COM1 + 3
        db      0x80                                    ; divisor latch
        dw      COM1 + 0
        db      1
        dw      COM1 + 1
        db      0
        dw      COM1 + 3
        db      0x03                                    ; 8 bits, no parity, 1 stop bit
        dw      COM1 + 4
        db      0x03                                    ; DTR, RTS
.end:
refusal:                db "Firstlight cannot run on this CPU: ", 0
missing_cpuid:          db "it has no CPUID instruction.", 13, 10, 0
missing_tsc:            db "it has no time stamp counter (CPUID.1:EDX.TSC).", 13, 10, 0
missing_cmov:           db "it has no conditional moves (CPUID.1:EDX.CMOV).", 13, 10, 0
missing_cx8:            db "it has no CMPXCHG8B (CPUID.1:EDX.CX8).", 13, 10, 0

        section .stacks nobits alloc noexec write align=4096
        global  boot_stack_guard, boot_stack_top
boot_stack_guard:
        resb    PAGE_SIZE                               ; unmapped once paging is on
        resb    BOOT_STACK_SIZE
boot_stack_top:

        section .note.GNU-stack noalloc noexec nowrite progbits
