/* The 8254 timer (Intel 8254 data sheet, "Programming the 8254"). */
#include "kernel/pit.h"

#include "kernel/cpu.h"

enum {
    CHANNEL_0 = 0x40,
    CHANNEL_2 = 0x42,
    CONTROL = 0x43,
    SPEAKER = 0x61, /* bit 0: gate of channel 2, bit 1: speaker */

    CHANNEL_0_RATE = 0x34, /* both bytes, mode 2 (rate generator), binary */
    CHANNEL_0_ONCE = 0x30, /* both bytes, mode 0 (interrupt on terminal count), binary */
    CHANNEL_2_RATE = 0xb4, /* both bytes, mode 2 (rate generator), binary */
    CHANNEL_2_LATCH = 0x80,
};

void pit_start_alarm(uint16_t counts)
{
    cpu_out8(CONTROL, CHANNEL_0_RATE);
    cpu_out8(CHANNEL_0, (uint8_t)counts);
    cpu_out8(CHANNEL_0, (uint8_t)(counts >> 8));
}

void pit_stop_alarm(void)
{
    cpu_out8(CONTROL, CHANNEL_0_ONCE); /* which waits for a count that never comes */
}

void pit_start_stopwatch(void)
{
    cpu_out8(SPEAKER, (uint8_t)((cpu_in8(SPEAKER) & ~3) | 1));
    cpu_out8(CONTROL, CHANNEL_2_RATE);
    cpu_out8(CHANNEL_2, 0); /* 0 stands for 65536 */
    cpu_out8(CHANNEL_2, 0);
}

uint16_t pit_read_stopwatch(void)
{
    cpu_out8(CONTROL, CHANNEL_2_LATCH);
    uint8_t low = cpu_in8(CHANNEL_2);
    uint8_t high = cpu_in8(CHANNEL_2);
    return (uint16_t)(high << 8 | low);
}
