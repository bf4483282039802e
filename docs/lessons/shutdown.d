/* docs/lessons/shutdown.md: what scripts and programs start and end once the shutdown has begun. */
#pragma D option quiet

boottrace:::event
/stringof(arg0) == "start rc.shutdown"/
{
        going_down = 1;
}

rc:::script-start
/going_down/
{
        printf("%6d ms  %s\n", timestamp / 1000000, stringof(arg0));
}

proc:::exec-success
/going_down/
{
        printf("%6d ms      %s (%d)\n", timestamp / 1000000, execname, pid);
}

proc:::exit
/going_down/
{
        printf("%6d ms      %s (%d) ends: %d\n", timestamp / 1000000, execname, pid, (int)arg1);
}

rc:::script-done
/going_down/
{
        printf("%6d ms  %s is done: status %d\n", timestamp / 1000000, stringof(arg0), (int)arg1);
}
