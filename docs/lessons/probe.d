/* docs/lessons/probe.md: the type of each routing message, and its error. */
fbt::rts_new_rtsmsg:entry
{
        trace(arg0);
        trace(arg1);
}
