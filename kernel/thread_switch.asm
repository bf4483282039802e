; From one thread to another.
;
; In:   thread_switch(uint32_t *save, uint32_t load), cdecl; the scheduler's lock is held and
;       interrupts are off.
; Out:  the registers that a function must keep and the return address are on the old stack,
;       whose pointer is in *save; the same is taken from the new stack.  EFLAGS are not part of it:
;       each thread has left its own with the lock that it took.
;
; A new thread's stack is made by first_frame (thread.c): four registers, thread_entry, and nothing above.

        bits    32

        section .text
        extern  thread_begin

        global  thread_switch:function (thread_switch.end - thread_switch)
thread_switch:
        nop                                             ; a probe's place: kernel/fbt.h
        mov     eax, [esp + 4]
        mov     edx, [esp + 8]
        push    ebp
        push    ebx
        push    esi
        push    edi
        mov     [eax], esp
        mov     esp, edx
        pop     edi
        pop     esi
        pop     ebx
        pop     ebp
        ret
.end:

        global  thread_entry:function (thread_entry.end - thread_entry)
thread_entry:
        xor     ebp, ebp                                ; a backtrace ends here
        call    thread_begin
        ud2                                             ; it never returns
.end:

        section .note.GNU-stack noalloc noexec nowrite progbits
