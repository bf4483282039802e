#pragma D option quiet

syscall::nanosleep:entry
{
    self->from = timestamp;
}

syscall::nanosleep:return
/self->from && execname == $$1/
{
    @waits[execname] = lquantize((timestamp - self->from) / 1000000, 0, 100, 20);
    self->from = 0;
}

END
{
    printf("sleeps in ms:\n");
    printa("%s%@d", @waits);
}
