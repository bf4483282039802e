/* What the files behind kernel/user/system.h share. */
#pragma once

/* Sends on what the calling process has printed of an unfinished line: before it waits, and when
 * it ends. */
void system_call_flush(void);

/* Closes a descriptor of the simulated network; EBADF. */
int network_close(int descriptor);
