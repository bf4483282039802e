/* The 8254 timer: channel 0 is the alarm, channel 2 is the stopwatch of the calibration. */
#pragma once

#include <stdint.h>

#define PIT_HZ 1193182u /* 105/88 MHz, to the nearest */

/* In counts: 50 us and 54.9 ms.  An emulator runs after every alarm that it has missed, and with
 * shorter ones it never comes back to the CPU once it is behind. */
#define PIT_ALARM_MIN 60u
#define PIT_ALARM_MAX 65535u

/* Raises interrupt line 0 in `counts` (PIT_ALARM_MIN..PIT_ALARM_MAX) periods of PIT_HZ, and again
 * after as many, until it is stopped: an edge that got lost costs one more round. */
void pit_start_alarm(uint16_t counts);
void pit_stop_alarm(void);

/* Starts channel 2 counting down from 65536 again and again, with the speaker off. */
void pit_start_stopwatch(void);

/* What channel 2 stands at: counts still to go, modulo 65536. */
uint16_t pit_read_stopwatch(void);
