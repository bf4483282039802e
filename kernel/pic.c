/* Interrupt lines (Intel 8259A data sheet). */
#include "kernel/pic.h"

#include "kernel/cpu.h"
#include "kernel/traps.h"

enum {
    MASTER = 0x20, /* command; data is the next port */
    SLAVE = 0xa0,
    ICW1_INIT_WITH_ICW4 = 0x11,
    ICW4_8086 = 0x01,
    CASCADE = 2, /* the slave hangs on this line of the master */
    END_OF_INTERRUPT = 0x20,
    READ_IN_SERVICE = 0x0b,
};

static uint16_t masked = 0xffff; /* bit = line */

static void write_masks(void)
{
    cpu_out8(MASTER + 1, (uint8_t)masked);
    cpu_out8(SLAVE + 1, (uint8_t)(masked >> 8));
}

void pic_init(void)
{
    cpu_out8(MASTER, ICW1_INIT_WITH_ICW4);
    cpu_out8(SLAVE, ICW1_INIT_WITH_ICW4);
    cpu_out8(MASTER + 1, TRAP_FIRST_LINE);
    cpu_out8(SLAVE + 1, TRAP_FIRST_LINE + 8);
    cpu_out8(MASTER + 1, 1 << CASCADE);
    cpu_out8(SLAVE + 1, CASCADE);
    cpu_out8(MASTER + 1, ICW4_8086);
    cpu_out8(SLAVE + 1, ICW4_8086);
    masked = 0xffff & ~(1 << CASCADE);
    write_masks();
}

void pic_enable(uint32_t line)
{
    masked &= (uint16_t) ~(1u << line);
    write_masks();
}

void pic_disable(uint32_t line)
{
    masked |= (uint16_t)(1u << line);
    write_masks();
}

/* Lines 7 and 15 also stand for "the request went away": then nothing is in service. */
bool pic_is_real(uint32_t line)
{
    if (line != 7 && line != 15)
        return true;
    uint16_t controller = line == 7 ? MASTER : SLAVE;
    cpu_out8(controller, READ_IN_SERVICE);
    bool real = cpu_in8(controller) & 0x80;
    if (!real && line == 15)
        cpu_out8(MASTER, END_OF_INTERRUPT); /* the master did see the slave's line */
    return real;
}

void pic_end(uint32_t line)
{
    if (line >= 8)
        cpu_out8(SLAVE, END_OF_INTERRUPT);
    cpu_out8(MASTER, END_OF_INTERRUPT);
}

void pic_stop(void)
{
    masked = 0xffff;
    write_masks();
}
