; The first instructions of a CPU that another one has started.
;
; In:   Intel SDM volume 3, section 9.4: real mode, CS:IP = page:0, where the page is a copy of what
;       stands between ap_start and ap_end; everything else is undefined.
; Out:  ap_main(entry time stamp) on the stack that ap_stack names; never returns.
; The linker provides ap_main and places this file's code above 64 KiB, where it is not copied to:
;       only the part up to the jump runs in the copy.

        bits    16

CR0_PROTECTION          equ     1
CODE                    equ     8
DATA                    equ     16

        extern  ap_main

        section .text
        global  ap_start, ap_end
ap_start:
        cli
        cld
        mov     ax, cs                                  ; the copy finds its data in its own segment
        mov     ds, ax
        o32 lgdt [ap_gdt_pointer - ap_start]
        mov     eax, cr0
        or      eax, CR0_PROTECTION
        and     eax, 0x9fffffff                         ; caches on: CD and NW are set after INIT
        mov     cr0, eax
        jmp     dword CODE:ap_protected

        align   8
ap_gdt_pointer:
        dw      3 * 8 - 1
        dd      ap_gdt
ap_end:

        bits    32
        global  ap_protected:function (ap_protected.end - ap_protected)
ap_protected:
        mov     eax, DATA
        mov     ds, eax
        mov     es, eax
        mov     ss, eax
        mov     esp, [ap_stack]
        xor     ebp, ebp                                ; a backtrace ends here
        rdtsc
        push    edx
        push    eax
        call    ap_main
.hang:
        cli
        hlt
        jmp     .hang
.end:

        section .rodata align=8
ap_gdt:                                                 ; until ap_main loads the CPU's own
        dq      0
        dq      0x00cf9a000000ffff                      ; code: ring 0, 32-bit, 0 to 4 GiB
        dq      0x00cf92000000ffff                      ; data likewise

        section .bss align=4
        global  ap_stack
ap_stack:
        resd    1

        section .note.GNU-stack noalloc noexec nowrite progbits
