/* docs/lessons/ntp-race.md: the programs of a boot, the routing messages between them, and what becomes of each
 * ping. */
#pragma D option quiet

proc:::exec-success
/execname != "sh" && execname != "boottrace"/
{
        printf("%5d ms  %s\n", timestamp / 1000000, execname);
}

fbt::rts_new_rtsmsg:entry
{
        printf("%5d ms      %s of %s, by %s\n", timestamp / 1000000,
            arg0 == 0x1 ? "RTM_ADD" : arg0 == 0xc ? "RTM_NEWADDR" : arg0 == 0xd ? "RTM_DELADDR" : "RTM_IFINFO",
            stringof(arg2), execname);
}

proc:::exit
/execname == "ping"/
{
        printf("%5d ms      ping ends with status %d\n", timestamp / 1000000, (int)arg1);
}
