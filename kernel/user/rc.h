/* rc: runs a script of the boot archive, line by line.
 *
 * A line is blank, a comment (#), or a command and its words:
 *
 *     echo TEXT...            prints
 *     sleep SECONDS           sleeps; fractions count down to milliseconds
 *     burn MILLISECONDS       uses the CPU
 *     run_rc_script PATH ARG  runs another script as a process of its own, annotated with
 *                             boottrace events "<path> start" and "<path> done"
 *     exit [STATUS]           ends the script, else with the status of the command before */
#pragma once

/* Runs the script at `path`; 0 if all went well, else the script's status, 127 if a command is
 * unknown (told with its line), 126 if there is no such script. */
int rc_run(const char *path);
