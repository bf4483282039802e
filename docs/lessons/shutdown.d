/* docs/lessons/shutdown.md: what starts and ends between the first script that stops something and the last one. */
rc:::script-start
{
	printf("%8d ms  %s", timestamp / 1000000, stringof(arg0));
}

proc:::exec-success
{
	printf("%8d ms      %s (%d)", timestamp / 1000000, execname, pid);
}

proc:::exit
{
	printf("%8d ms      %s (%d) ends with %d", timestamp / 1000000, execname, pid, (int)arg1);
}

rc:::script-done
{
	printf("%8d ms  %s: status %d", timestamp / 1000000, stringof(arg0), (int)arg1);
}
