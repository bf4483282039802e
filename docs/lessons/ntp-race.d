/* docs/lessons/ntp-race.md: routing messages, with their type as in route(4), and the programs that start between
 * them. */
fbt::rts_new_rtsmsg:entry
{
	printf("%6d ms  message 0x%x of %s, by %s", timestamp / 1000000, (int)arg0, stringof(arg2), execname);
}

proc:::exec-success
{
	printf("%6d ms  %s", timestamp / 1000000, execname);
}

dtrace:::ERROR
{
}
