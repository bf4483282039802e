/* The language of the shell: a table of texts, what they print, and the status that they give.
 *
 * Where POSIX defines what happens, /bin/dash runs the same text and must agree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/fake_system.h"

struct text {
    const char *name, *text, *printed;
    int status;
};

/* These mean the same to every shell; files beside `/` and `/dev/null` are not there. */
static const struct text portable[] = {
    {"a variable has the value that it was given", "x=5; echo $x ${x} \"$x\" '$x'", "5 5 5 $x\n",
     0},
    {"an unset variable is empty", "echo \"[$nix]\" [$nix]", "[] []\n", 0},
    {"a value is not cut where it is assigned", "x='a  b'; y=$x; echo \"$y\"", "a  b\n", 0},
    {"unquoted it is cut at blanks, tabs and newlines",
     "x=' a  b\n"
     "\tc '; for i in $x; do echo \"<$i>\"; done",
     "<a>\n"
     "<b>\n"
     "<c>\n",
     0},
    {"quoted it is not", "x=' a  b '; for i in \"$x\"; do echo \"<$i>\"; done", "< a  b >\n", 0},
    {"text beside an expansion belongs to its first and last field",
     "x='a b'; for i in 1${x}2; do echo \"<$i>\"; done",
     "<1a>\n"
     "<b2>\n",
     0},
    {"an empty expansion is no word", "x=; set -- $x; echo $#", "0\n", 0},
    {"an empty quoted one is a word", "x=; set -- \"$x\" '' a\"\"b; echo $# \"$3\"", "3 ab\n", 0},
    {"a default stands for what is not set or empty", "x=; echo ${x:-a} ${x-b} ${y-c} ${y:-d e}",
     "a c d e\n", 0},
    {"a default may hold expansions and quotes",
     "y=1; echo \"${x:-\"a  $y\"}\" ${x:-'b  c'} ${x:-$(echo d)}", "a  1 b  c d\n", 0},
    {"an unquoted default is cut", "for i in ${x:-a b \"c d\"}; do echo \"<$i>\"; done",
     "<a>\n"
     "<b>\n"
     "<c d>\n",
     0},
    {"a default may be assigned", "echo ${x:=5} $x; y=; echo ${y=a} [$y]; echo ${y:=b} $y",
     "5 5\n"
     "[]\n"
     "b b\n",
     0},
    {"an alternative stands for what is set",
     "x=1; y=; echo ${x+a} ${x:+b} ${y+c} [${y:+d}] [${z+e}]", "a b c [] []\n", 0},
    {"the length of a value", "x=abcde; y=; echo ${#x} ${#y} ${#nix}", "5 0 0\n", 0},
    {"what matches at the front is cut off",
     "x=/usr/local/bin; echo ${x#*/} ${x##*/} ${x#/usr} ${x#nix} ${x##*}",
     "usr/local/bin bin /local/bin /usr/local/bin\n", 0},
    {"what matches at the end is cut off",
     "x=a.tar.gz; echo ${x%.*} ${x%%.*} ${x%gz} ${x%z*a} [${x%%*}]", "a.tar a a.tar. a.tar.gz []\n",
     0},
    {"a quoted pattern is text",
     "x='*ab'; echo ${x#'*'} ${x#\"*\"a} ${x#\\*}; p='*'; echo \"${x#\"$p\"}\" ${x##$p}.",
     "ab b ab\n"
     "ab .\n",
     0},
    {"a pattern may be an expansion", "x=rc.d/sshd; p='*/'; echo ${x##$p} \"${x%$p*}\"",
     "sshd rc.d\n", 0},
    {"parameters", "set -- a 'b c' d; echo $1 \"$2\" $3 $# [$4] ${1}0 $10", "a b c d 3 [] a0 a0\n",
     0},
    {"parameters beyond nine need braces",
     "set -- 1 2 3 4 5 6 7 8 9 ten eleven; echo ${10} ${11} $10", "ten eleven 10\n", 0},
    {"all of them, each a word", "set -- a 'b  c' ''; for i in \"$@\"; do echo \"<$i>\"; done",
     "<a>\n"
     "<b  c>\n"
     "<>\n",
     0},
    {"all of them, one word", "set -- a 'b  c' d; for i in \"$*\"; do echo \"<$i>\"; done",
     "<a b  c d>\n", 0},
    {"all of them, cut",
     "set -- a 'b  c' ''; for i in $@; do echo \"<$i>\"; done; for i in $*; do echo \"($i)\"; done",
     "<a>\n"
     "<b>\n"
     "<c>\n"
     "(a)\n"
     "(b)\n"
     "(c)\n",
     0},
    {"all of none is no word", "set --; for i in \"$@\"; do echo no; done; set -- \"$@\"; echo $#",
     "0\n", 0},
    {"text around all of them", "set -- a b; for i in \"x$@y\"; do echo \"<$i>\"; done",
     "<xa>\n"
     "<by>\n",
     0},
    {"shift drops the first ones",
     "set -- a b c d; shift; echo $*; shift 2; echo $*; shift; echo $#",
     "b c d\n"
     "d\n"
     "0\n",
     0},
    {"set changes them and nothing else does",
     "set -- a b; x=$1; set -- \"$2\" \"$1\" c; echo $* $x", "b a c a\n", 0},
    {"the status of the last command", "false; echo $?; true; echo $?; (exit 3); echo $?",
     "1\n"
     "0\n"
     "3\n",
     0},
    {"assigning the status keeps it", "false; x=$?; echo $x $?", "1 0\n", 0},
    {"no command has the status of its substitution",
     "x=$(false); echo $?; x=$(true); echo $?; x=1; echo $?",
     "1\n"
     "0\n"
     "0\n",
     0},
    {"a number is worked out",
     "echo $((1+2*3)) $(((1+2)*3)) $((7/2)) $((7%3)) $((-7/2)) $((2-3-4))", "7 9 3 1 -3 -5\n", 0},
    {"numbers are compared",
     "echo $((1<2)) $((2<=1)) $((3>2)) $((3>=4)) $((1==1)) $((1!=1)) $((1&&0)) $((0||2)) $((!5)) "
     "$((!0))",
     "1 0 1 0 1 0 0 1 0 1\n", 0},
    {"names stand for their values",
     "x=4; y=-3; echo $((x*2)) $(($x+1)) $((x + y)) $((nix + 1)) $((-y))", "8 5 1 1 3\n", 0},
    {"arithmetic counts", "i=0; i=$((i+1)); i=$((i+1)); echo $i", "2\n", 0},
    {"numbers of other bases", "echo $((0x1f)) $((010)) $((0))", "31 8 0\n", 0},
    {"large numbers", "echo $((9223372036854775807)) $((4294967296*2)) $((-9223372036854775807-1))",
     "9223372036854775807 8589934592 -9223372036854775808\n", 0},
    {"blanks and newlines in arithmetic",
     "echo $(( 1 +\n"
     " 2 ))",
     "3\n", 0},
    {"the output of commands", "x=$(echo a; echo b); echo \"$x\"; echo $x",
     "a\n"
     "b\n"
     "a b\n",
     0},
    {"newlines at its end are dropped",
     "x=$(printf 'a\\n\\n\\n'); echo \"[$x]\"; x=$(echo); echo \"[$x]\"",
     "[a]\n"
     "[]\n",
     0},
    {"substitutions nest", "echo $(echo a $(echo b $(echo c)) \"$(echo \"d  e\")\")", "a b c d e\n",
     0},
    {"backticks", "echo `echo a` \"`echo \"b  c\"`\" `echo d \\`echo e\\``", "a b  c d e\n", 0},
    {"backslashes in backticks", "x=5; echo `echo \\$x '\\$x' `", "5 $x\n", 0},
    {"a substitution is cut and quoted like a variable",
     "for i in $(echo a b; echo c); do echo \"<$i>\"; done; for i in \"$(echo a b)\"; do echo "
     "\"<$i>\"; done",
     "<a>\n"
     "<b>\n"
     "<c>\n"
     "<a b>\n",
     0},
    {"a substitution may hold anything",
     "echo $(case a in a) echo \")\";; esac) $(echo '(' # )\n"
     ")",
     ") (\n", 0},
    {"a substitution changes nothing", "x=1; y=$(x=2; echo $x); echo $x $y", "1 2\n", 0},
    {"a substitution sees functions", "f() { echo \"f $1\"; }; echo $(f a) `f b`", "f a f b\n", 0},
    {"exit ends only the substitution", "x=$(echo a; exit 3; echo b); echo \"$x $?\"", "a 3\n", 0},
    {"single quotes hold anything",
     "echo 'a $x \"b\" `c`' 'd\n"
     "e'",
     "a $x \"b\" `c` d\n"
     "e\n",
     0},
    {"double quotes expand", "x='1  2'; echo \"a $x \\$x \\\"b\\\" \\` $(echo \"c  d\") $((1+1))\"",
     "a 1  2 $x \"b\" ` c  d 2\n", 0},
    {"a backslash takes the next character", "echo a\\ \\ b \\$x \\\" \\' \\; \\# \\&",
     "a  b $x \" ' ; # &\n", 0},
    {"a backslash joins lines",
     "echo a\\\n"
     "b \"c\\\n"
     "d\" e \\\n"
     "f",
     "ab cd e f\n", 0},
    {"comments",
     "echo a # b; echo c\n"
     "echo d#e '#' \"#\" \\# # $( ' \"",
     "a\n"
     "d#e # # #\n",
     0},
    {"if",
     "if true; then echo a; fi; if false; then echo b; else echo c; fi; if false; then :; elif "
     "true; then echo d; else echo e; fi",
     "a\n"
     "c\n"
     "d\n",
     0},
    {"if on many lines",
     "if\n"
     "  false\n"
     "  true\n"
     "then\n"
     "  echo a\n"
     "else\n"
     "  echo b\n"
     "fi",
     "a\n", 0},
    {"the status of if", "if true; then false; fi; echo $?; if false; then true; fi; echo $?",
     "1\n"
     "0\n",
     0},
    {"while", "i=0; while [ $i -lt 3 ]; do echo $i; i=$((i+1)); done; echo end $?",
     "0\n"
     "1\n"
     "2\n"
     "end 0\n",
     0},
    {"until", "i=0; until [ $i = 2 ]; do echo $i; i=$((i+1)); done",
     "0\n"
     "1\n",
     0},
    {"break and continue",
     "for i in 1 2 3 4 5; do [ $i = 2 ] && continue; [ $i = 4 ] && break; echo $i; done; echo $?",
     "1\n"
     "3\n"
     "0\n",
     0},
    {"break out of two loops",
     "for i in 1 2; do for j in a b; do echo $i$j; break 2; done; done; echo end",
     "1a\n"
     "end\n",
     0},
    {"continue an outer loop",
     "for i in 1 2; do for j in a b; do echo $i$j; continue 2; done; echo no; done; echo end",
     "1a\n"
     "2a\n"
     "end\n",
     0},
    {"break of more loops than there are", "for i in 1 2; do break 9; done; echo $i", "1\n", 0},
    {"for over words", "for i in a \"b c\" 'd' e\\ f; do echo \"<$i>\"; done; echo $i",
     "<a>\n"
     "<b c>\n"
     "<d>\n"
     "<e f>\n"
     "e f\n",
     0},
    {"for over nothing", "for i in; do echo no; done; echo \"$?[$i]\"", "0[]\n", 0},
    {"for over parameters",
     "set -- x 'y z'; for i; do echo \"<$i>\"; done; for i do echo \"($i)\"; done",
     "<x>\n"
     "<y z>\n"
     "(x)\n"
     "(y z)\n",
     0},
    {"for on lines",
     "for i in a b\n"
     "do\n"
     "  echo $i\n"
     "done",
     "a\n"
     "b\n",
     0},
    {"case",
     "for i in abc b1 '' x; do case $i in a*) echo A;; b[0-9]|c) echo B;; \"\") echo empty;; *) "
     "echo other;; esac; done",
     "A\n"
     "B\n"
     "empty\n"
     "other\n",
     0},
    {"case sets and ranges",
     "for i in a z 5 - ] x; do case $i in [a-c]) echo 1;; [!0-9x-z]) echo 2;; [0-9]) echo 3;; *) "
     "echo 4;; esac; done",
     "1\n"
     "4\n"
     "3\n"
     "2\n"
     "2\n"
     "4\n",
     0},
    {"case with a closing bracket in a set",
     "for i in ']' a -; do case $i in []a]) echo y;; [!]a]) echo n;; esac; done",
     "y\n"
     "y\n"
     "n\n",
     0},
    {"case takes the first",
     "case a in a) echo 1;; a) echo 2;; esac; case b in a) echo 3;; esac; echo $?",
     "1\n"
     "0\n",
     0},
    {"case with parentheses and without the last mark",
     "case x in (x) echo a\n"
     "esac\n"
     "case y in (x|y) echo b;; esac",
     "a\n"
     "b\n",
     0},
    {"case patterns may be expansions, quoted ones are text",
     "p='a*'; case abc in $p) echo yes;; esac; case abc in \"$p\") echo no;; *) echo text;; esac; "
     "case 'a*' in \"$p\") echo yes;; esac",
     "yes\n"
     "text\n"
     "yes\n",
     0},
    {"case does not cut its subject",
     "x='a b'; case $x in 'a b') echo yes;; esac; case $x$x in *ba*) echo both;; esac",
     "yes\n"
     "both\n",
     0},
    {"question marks",
     "case abc in ?\?\?) echo 3;; esac; case ab in ?\?\?) echo 3;; ?\?) echo 2;; esac",
     "3\n"
     "2\n",
     0},
    {"stars that must try again",
     "case aXbXc in *X?) echo 1;; esac; case aaab in *ab) echo 2;; esac; case ab in *b*a*) echo "
     "no;; *) echo 3;; esac",
     "1\n"
     "2\n"
     "3\n",
     0},
    {"the status of case", "case a in a) false;; esac; echo $?; case a in a) ;; esac; echo $?",
     "1\n"
     "0\n",
     0},
    {"a group", "{ echo a; echo b; }; { false; }; echo $?",
     "a\n"
     "b\n"
     "1\n",
     0},
    {"a subshell changes nothing",
     "x=1; (x=2; f() { echo f; }; set -- a; echo $x $1); echo $x $#; f 2>/dev/null || echo gone",
     "2 a\n"
     "1 0\n"
     "gone\n",
     0},
    {"exit ends the subshell", "(echo a; exit 4; echo b); echo $?",
     "a\n"
     "4\n",
     0},
    {"subshells nest", "(x=1; (x=2; (x=3); echo $x); echo $x)",
     "2\n"
     "1\n",
     0},
    {"a function", "f() { echo \"f $# $1\"; }; f; f a b; f 'a b'",
     "f 0 \n"
     "f 2 a\n"
     "f 1 a b\n",
     0},
    {"a function has its own parameters",
     "set -- x y; f() { echo $*; shift; echo $*; set -- q; }; f a b; echo $*",
     "a b\n"
     "b\n"
     "x y\n",
     0},
    {"a function gives a status",
     "f() { return 3; }; f; echo $?; f() { false; return; }; f; echo $?; f() { true; }; f; echo $?",
     "3\n"
     "1\n"
     "0\n",
     0},
    {"return leaves loops",
     "f() { for i in 1 2 3; do for j in a b; do return 7; done; done; echo no; }; f; echo $? $i $j",
     "7 1 a\n", 0},
    {"functions may be on lines, and defined anew",
     "f()\n"
     "{\n"
     "  echo a\n"
     "}\n"
     "f\n"
     "f () { echo b; }\n"
     "f",
     "a\n"
     "b\n",
     0},
    {"a function that defines itself anew", "f() { f() { echo second; }; echo first; }; f; f",
     "first\n"
     "second\n",
     0},
    {"functions within functions", "f() { g() { echo g $1; }; g in; }; f; g out",
     "g in\n"
     "g out\n",
     0},
    {"variables of functions are global", "f() { x=2; y=3; }; x=1; f; echo $x $y", "2 3\n", 0},
    {"local variables are not",
     "f() { local x y; x=2; y=3; g; echo $x; }; g() { echo \"g $x\"; x=4; }; x=1; f; echo "
     "\"$x[$y]\"",
     "g 2\n"
     "4\n"
     "1[]\n",
     0},
    {"a local variable keeps its value until it changes",
     "x=1; f() { local x; echo $x; x=2; echo $x; }; f; echo $x",
     "1\n"
     "2\n"
     "1\n",
     0},
    {"recursion", "f() { if [ $1 -gt 0 ]; then echo $1; f $(($1-1)); fi; }; f 5",
     "5\n"
     "4\n"
     "3\n"
     "2\n"
     "1\n",
     0},
    {"and and or",
     "true && echo a; false && echo b; false || echo c; true || echo d; false && echo e || echo f; "
     "true || echo g && echo h",
     "a\n"
     "c\n"
     "f\n"
     "h\n",
     0},
    {"and and or on lines",
     "true &&\n"
     "echo a ||\n"
     "echo b",
     "a\n", 0},
    {"not",
     "! false; echo $?; ! true; echo $?; if ! false; then echo a; fi; ! { false; } && echo b",
     "0\n"
     "1\n"
     "a\n"
     "b\n",
     0},
    {"semicolons and newlines",
     "echo a;echo b ; echo c\n"
     "\n"
     "echo d",
     "a\n"
     "b\n"
     "c\n"
     "d\n",
     0},
    {"eval",
     "x='echo a  $y'; y=5; eval $x; eval 'z=$y' \"echo\" '$z'; eval; echo $?; eval false; echo $?",
     "a 5\n"
     "\n"
     "0\n"
     "1\n",
     0},
    {"eval makes names", "n=sshd; eval ${n}_enable=YES; eval v=\\$${n}_enable; echo $v", "YES\n",
     0},
    {"test of texts",
     "[ a = a ] && echo 1; [ a = b ] || echo 2; [ a != b ] && echo 3; [ -n a ] && echo 4; [ -z '' "
     "] && echo 5; [ '' ] || echo 6; [ a ] && echo 7; test || echo 8; [ -n '' ] || echo 9",
     "1\n"
     "2\n"
     "3\n"
     "4\n"
     "5\n"
     "6\n"
     "7\n"
     "8\n"
     "9\n",
     0},
    {"test of numbers",
     "[ 1 -eq 01 ] && echo 1; [ 2 -gt 10 ] || echo 2; [ -5 -lt 3 ] && echo 3; [ 3 -le 3 ] && echo "
     "4; [ 3 -ge 4 ] || echo 5; [ 3 -ne 4 ] && echo 6",
     "1\n"
     "2\n"
     "3\n"
     "4\n"
     "5\n"
     "6\n",
     0},
    {"test with not, and, or, parentheses",
     "[ ! a = b ] && echo 1; [ a = a -a b = b ] && echo 2; [ a = b -o b = b ] && echo 3; [ \\( a = "
     "b -o b = b \\) -a c = c ] && echo 4; [ ! '' ] && echo 5; [ a = b -a a = a -o a = a ] && echo "
     "6",
     "1\n"
     "2\n"
     "3\n"
     "4\n"
     "5\n"
     "6\n",
     0},
    {"test of words that look like operators",
     "[ -n = -n ] && echo 1; [ ! = ! ] && echo 2; [ -f ] && echo 3; [ ! ] && echo 4; [ '(' = '(' ] "
     "&& echo 5; [ -n ] && echo 6; [ = ] && echo 7",
     "1\n"
     "2\n"
     "3\n"
     "4\n"
     "5\n"
     "6\n"
     "7\n",
     0},
    {"test of files",
     "[ -d / ] && echo 1; [ -e /nix ] || echo 2; [ -f / ] || echo 3; [ -r / -a -x / ] && echo 4; [ "
     "-s /nix ] || echo 5",
     "1\n"
     "2\n"
     "3\n"
     "4\n"
     "5\n",
     0},
    {"export and unset",
     "export A=1 B; B=2; sh -c 'echo $A $B [$C]'; unset A; sh -c 'echo [$A] $B'; C=3; sh -c 'echo "
     "[$C]'",
     "1 2 []\n"
     "[] 2\n"
     "[]\n",
     0},
    {"assignments before a command",
     "A=1 sh -c 'echo $A'; echo \"[$A]\"; A=0; A=1 sh -c 'echo $A'; echo $A",
     "1\n"
     "[]\n"
     "1\n"
     "0\n",
     0},
    {"assignments before a builtin", "x=1; x=2 echo $x; echo $x; x=3 :; y=4 true; echo \"[$y]\"",
     "1\n"
     "1\n"
     "[]\n",
     0},
    {"many assignments", "a=1 b=$a c=\"$b$a\"; echo $a $b $c", "1 1 11\n", 0},
    {"assignments see those before them", "x=1; x=$((x+1)) y=$x; echo $x $y", "2 2\n", 0},
    {"exit", "echo a; exit 5; echo b", "a\n", 5},
    {"exit with the last status", "false; exit", "", 1},
    {"exit in a function", "f() { exit 6; }; f; echo no", "", 6},
    {"set -e ends", "set -e; true; false; echo no", "", 1},
    {"set -e leaves conditions alone",
     "set -e; if false; then :; fi; false || echo a; while false; do :; done; ! true; false && "
     "true; echo b; (false); echo no",
     "a\n"
     "b\n",
     1},
    {"set -e and substitutions", "set -e; x=$(false); echo no", "", 1},
    {"set -e in a function", "set -e; f() { false; echo no; }; f; echo no", "", 1},
    {"set -e off again", "set -e; set +e; false; echo yes", "yes\n", 0},
    {"set -u", "set -u; x=1; echo $x ${y-a} ${y:-b} ${y+c}; echo \"$#$*\"",
     "1 a b\n"
     "0\n",
     0},
    {"printf", "printf '%s %d|%%|\\t|%5s|%-5s|%05d|%x|%c\\n' a 5 b c 42 255 xyz",
     "a 5|%|\t|    b|c    |00042|ff|x\n", 0},
    {"printf uses its format again",
     "printf '%s-%s\\n' a b c; printf '%d,' 1 2 3; printf 'x\\n'; printf '%s\\n'",
     "a-b\n"
     "c-\n"
     "1,2,3,x\n"
     "\n",
     0},
    {"echo without an end", "echo -n a; echo -n b c; echo", "ab c\n", 0},
    {"a here-document",
     "x=5; while read a b; do echo \"<$a><$b>\"; done <<END\n"
     "one two  three\n"
     "  $x $((x+1)) $(echo y z)\n"
     "END",
     "<one><two  three>\n"
     "<5><6 y z>\n",
     0},
    {"a quoted here-document",
     "while read -r a; do echo \"$a\"; done <<'END'\n"
     "$x `y`\n"
     "\"q\" 'r'\n"
     "END",
     "$x `y`\n"
     "\"q\" 'r'\n",
     0},
    {"a here-document without tabs",
     "while read a; do echo \"<$a>\"; done <<-END\n"
     "\ta\n"
     "\t\tb\n"
     "\tEND",
     "<a>\n"
     "<b>\n",
     0},
    {"two here-documents",
     "{ read a <<A\n"
     "1\n"
     "A\n"
     "read b; } <<B\n"
     "2\n"
     "B\n"
     "echo $a $b",
     "1 2\n", 0},
    {"a here-document of a function",
     "f() { while read a; do echo \"f $a\"; done <<END\n"
     "x $1\n"
     "END\n"
     "}\n"
     "f 1; f 2",
     "f x 1\n"
     "f x 2\n",
     0},
    {"read",
     "read a b c <<END\n"
     "1 2 3 4\n"
     "END\n"
     "echo \"$a/$b/$c\"; read a b <<END\n"
     "x\n"
     "END\n"
     "echo \"$a/$b/\"",
     "1/2/3 4\n"
     "x//\n",
     0},
    {"read at the end",
     "while read a; do echo $a; done </dev/null; echo $?; read a </dev/null; echo \"$?[$a]\"",
     "0\n"
     "1[]\n",
     0},
    {"nothing is printed",
     "echo a >/dev/null; { echo b; echo c; } >/dev/null; f() { echo d; }; f >/dev/null 2>&1; echo "
     "e >>/dev/null; echo f",
     "f\n", 0},
    {"errors are dropped",
     "nix 2>/dev/null; echo $?; (nix) 2>/dev/null; { nix; } >/dev/null 2>&1 || echo failed",
     "127\n"
     "failed\n",
     0},
    {"output to the errors", "x=$(echo b 2>/dev/null >&2); echo \"[$x]\"", "[]\n", 0},
    {"a word that came to nothing", "x=; $x echo a; $x; echo $?",
     "a\n"
     "0\n",
     0},
    {"a command that is an expansion", "c='echo a'; $c b; \"$c\" 2>/dev/null || echo $?",
     "a b\n"
     "127\n",
     0},
    {"colon", ": a b; echo $?; : ${x:=7}; echo $x",
     "0\n"
     "7\n",
     0},
    {"a reserved word elsewhere is a word",
     "echo if then fi done { } in; for in in in; do echo $in; done",
     "if then fi done { } in\n"
     "in\n",
     0},
    {"a for variable keeps the last value", "for i in a b; do :; done; echo $i", "b\n", 0},
    {"background and wait", "echo a & wait; echo b; { sleep 0; exit 3; } & wait $!; echo $?",
     "a\n"
     "b\n"
     "3\n",
     0},
    {"background functions and groups",
     "f() { echo f $1; }; f x & wait; { echo g; echo h; } & wait; (echo i) & wait; x=1; { x=2; } & "
     "wait; echo $x",
     "f x\n"
     "g\n"
     "h\n"
     "i\n"
     "1\n",
     0},
    {"the status of a background command", "false & wait $!; echo $?; true & echo $?; wait",
     "1\n"
     "0\n",
     0},
    {"command",
     "f() { echo f; }; command -v f; command -v nix; echo $?; echo() { command printf 'mine %s\\n' "
     "\"$1\"; }; echo a",
     "f\n"
     "127\n"
     "mine a\n",
     0},
    {"unset a function", "f() { echo a; }; unset -f f; f 2>/dev/null; echo $?", "127\n", 0},
    {"unset a variable", "x=1; unset x; echo \"[${x-not set}]\"", "[not set]\n", 0},
    {"readonly is read", "readonly x=5; echo $x", "5\n", 0},
    {"trap at the end", "trap 'echo bye $x' EXIT; x=1; echo a",
     "a\n"
     "bye 1\n",
     0},
    {"trap keeps the status", "trap 'true' EXIT; exit 4", "", 4},
    {"trap in a subshell", "trap 'echo outer' EXIT; (trap 'echo inner' EXIT; echo a); echo b",
     "a\n"
     "inner\n"
     "b\n"
     "outer\n",
     0},
    {"trap gives another status", "trap 'exit 9' EXIT; exit 4", "", 9},
    {"a dollar at the end and alone", "echo $ a$ \"$\" '$' \"$ x\"", "$ a$ $ $ $ x\n", 0},
    {"braces of names", "x=a; echo ${x}b \"${x}c\" $x-d $x.e $x/f", "ab ac a-d a.e a/f\n", 0},
    {"long lists",
     "i=0; s=; while [ $i -lt 100 ]; do s=\"$s $i\"; i=$((i+1)); done; set -- $s; echo $# ${99} "
     "${#s}",
     "100 98 290\n", 0},
    {"everything nested",
     "f() { case $1 in a) if true; then for i in 1 2; do while :; do echo $(echo $i$1); break; "
     "done; done; fi;; esac; }; f a",
     "1a\n"
     "2a\n",
     0},
    {"a script of a service",
     "name=sshd\n"
     "load_rc_config() { eval \"${1}_enable=\\${${1}_enable:-NO}\"; }\n"
     "checkyesno() { eval _value=\\$${1}; case $_value in "
     "[Yy][Ee][Ss]|[Tt][Rr][Uu][Ee]|[Oo][Nn]|1) return 0;; *) return 1;; esac; }\n"
     "sshd_enable=\"YES\"\n"
     "load_rc_config $name\n"
     "run_rc_command() { case \"$1\" in *start) checkyesno ${name}_enable && echo \"Starting "
     "${name}.\";; *) echo \"usage: $0\" >/dev/null; return 1;; esac; }\n"
     "run_rc_command faststart\n"
     "sshd_enable=no\n"
     "run_rc_command start || echo disabled",
     "Starting sshd.\n"
     "disabled\n",
     0},
    {"lists behind groups", "{ echo a; } && { echo b; } || echo c; (echo d) && echo e",
     "a\n"
     "b\n"
     "d\n"
     "e\n",
     0},
    {"groups and subshells as conditions",
     "if { true; false; }; then echo a; else echo b; fi; if (exit 0); then echo c; fi",
     "b\n"
     "c\n",
     0},
    {"a command that begins with a redirection", ">/dev/null echo a; 2>/dev/null nix; echo $?",
     "127\n", 0},
    {"redirections are expanded", "n=/dev/null; echo a >$n; echo b > \"$n\"; echo c", "c\n", 0},
    {"an assignment with a failed substitution", "x=a$(exit 5)b; echo $? $x", "5 ab\n", 0},
    {"while with several commands as a condition",
     "i=0; while i=$((i+1)); [ $i -le 2 ]; do echo $i; done",
     "1\n"
     "2\n",
     0},
    {"inverted sets", "case ab in [!a]*) echo 1;; ?[!a]) echo 2;; esac", "2\n", 0},
    {"tabs between words", "\techo\ta\tb", "a b\n", 0},
    {"quotes within words", "echo a\"b c\"d'e f'g\\ h", "ab cde fg h\n", 0},
    {"a shell within", "sh -c 'echo $0 $1 $#' name a b; sh -c 'exit 4'; echo $?",
     "name a 2\n"
     "4\n",
     0},
    {"the process is a number",
     "case $$ in *[!0-9]*|'') echo no;; *) echo yes;; esac; x=$$; [ \"$(echo $$)\" = $x ] && echo "
     "same",
     "yes\n"
     "same\n",
     0},
    {"type", "type : >/dev/null && echo yes; type nix >/dev/null 2>&1 || echo no",
     "yes\n"
     "no\n",
     0},
    {"loops of a subshell are its own", "for i in 1 2; do (break; echo in); echo $i; done",
     "1\n"
     "2\n",
     0},
    {"return from a text", "f() { eval 'return 3; echo no'; echo no; }; f; echo $?", "3\n", 0},
    {"a function may be called like a command",
     "cat() { echo mine; }; cat /nix; unset -f cat; test() { echo t; }; test; [ a = a ] && echo "
     "yes",
     "mine\n"
     "t\n"
     "yes\n",
     0},
    {"quotes within quotes", "echo \"a'b\" 'a\"b' \"a\\\"b\" a\\\"b \"'\" '\"'",
     "a'b a\"b a\"b a\"b ' \"\n", 0},
    {"all parameters within double quotes",
     "set -- 'a b' c; for i in \"-$*-\" \"-$1-\"; do echo \"$i\"; done",
     "-a b c-\n"
     "-a b-\n",
     0},
    {"blanks at both ends of a value",
     "x='  a b  '; set -- $x; echo $#; set -- \"-\"$x\"-\"; echo $# \"$1\" \"$2\"; y=' '; set -- "
     "a${y}b; echo $#",
     "2\n"
     "4 - a\n"
     "2\n",
     0},
};

/* These are this shell's own: scripts with the name /s, among the files of add_files. */
static const struct text own[] = {
    {"a pattern stands for files, in their order", "echo /etc/rc.d/* /etc/*.d/a* /etc/rc.?/[bc]\n",
     "/etc/rc.d/a /etc/rc.d/b /etc/rc.d/c /etc/rc.d/a /etc/rc.d/b /etc/rc.d/c\n", 0},
    {"what matches nothing stays as it is",
     "echo /nix/* /etc/rc.d/x* '/etc/rc.d/*' \"/etc/rc.d/\"*\n",
     "/nix/* /etc/rc.d/x* /etc/rc.d/* /etc/rc.d/a /etc/rc.d/b /etc/rc.d/c\n", 0},
    {"a value may be such a pattern",
     "p='/etc/rc.d/*'; for f in $p; do echo ${f##*/}; done; echo \"$p\"\n",
     "a\n"
     "b\n"
     "c\n"
     "/etc/rc.d/*\n",
     0},
    {"a pattern is no pattern in an assignment",
     "p=/etc/rc.d/*; echo \"$p\"; case /etc/rc.d/a in $p) echo yes;; esac\n",
     "/etc/rc.d/*\n"
     "yes\n",
     0},
    {"hidden files must be asked for", "echo /etc/h/* /etc/h/.*\n", "/etc/h/seen /etc/h/.hidden\n",
     0},
    {"a directory in the middle must be there", "echo /etc/*/a /etc/rc/*\n",
     "/etc/rc.d/a /etc/rc/*\n", 0},
    {"files are asked after",
     "[ -f /etc/rc ] && echo 1; [ -d /etc/rc.d ] && echo 2; [ -e /etc/nix ] || echo 3; [ -s "
     "/etc/empty ] || echo 4; [ -r /etc/rc -a -x /etc/rc ] && echo 5; [ -f /etc/rc.d ] || echo 6; "
     "[ -w /etc/rc ] || echo 7\n",
     "1\n"
     "2\n"
     "3\n"
     "4\n"
     "5\n"
     "6\n"
     "7\n",
     0},
    {"a file is sourced", ". /etc/lib; greet world; echo $lib_loaded; cat </nix || echo $?\n",
     "hello world\n"
     "yes\n"
     "/s:1: /nix: No such file or directory\n"
     "2\n",
     0},
    {"mistakes in a sourced file have its name and line",
     ". /etc/lib\n"
     "bad\n"
     "echo $?\n",
     "/etc/lib:7: nix: command not found\n"
     "127\n",
     0},
    {"a file that is not there ends the script", ". /nix; echo no\n",
     "/s:1: /nix: No such file or directory\n", 2},
    {"a wrong command is told and the next one runs", "nix 1 2; echo $?\n",
     "/s:1: nix: command not found\n"
     "127\n",
     0},
    {"an unset variable under -u ends the script", "set -u; echo $nix; echo no\n",
     "/s:1: nix: is not set\n", 2},
    {"a question mark tells and ends", "x=; echo ${x:?is what I need}; echo no\n",
     "/s:1: x: is what I need\n", 2},
    {"a question mark without a word", "echo ${nix?}; echo no\n", "/s:1: nix: is not set\n", 2},
    {"a variable that is read-only stays", "readonly x=1; x=2; echo no\n",
     "/s:1: x: is read-only\n", 2},
    {"division by zero", "echo $((1/0)); echo no\n", "/s:1: $((: division by zero\n", 2},
    {"not a number", "x=abc; echo $((x+1)); echo no\n",
     "/s:1: $((: a variable in it is not a number\n", 2},
    {"an expression that ends too early", "echo $((1+)); echo no\n",
     "/s:1: $((: a number is missing\n", 2},
    {"an expression with two numbers", "echo $((1 2))\n", "/s:1: $((: an operator is missing\n", 2},
    {"too few parameters to shift", "shift; echo no\n",
     "/s:1: shift: there are not so many parameters\n", 2},
    {"not a name", "export 1x=2; echo no\n", "/s:1: 1x=2: not a name\n", 2},
    {"local outside of functions", "local x; echo no\n", "/s:1: local: not in a function\n", 2},
    {"break outside of loops is nothing", "break; continue 3; echo $?\n", "0\n", 0},
    {"a substitution that makes no sense", "echo ${x!y}; echo no\n", "/s:1: ${: makes no sense\n",
     2},
    {"a test that makes no sense",
     "[ a = ]; echo $?; [ a b ]; echo $?; [ 1 -eq x ]; echo $?; [ a; echo $?; [ \\( a ]; echo $?\n",
     "/s:1: =: not expected here\n"
     "2\n"
     "/s:1: b: not expected here\n"
     "2\n"
     "/s:1: x: not a number\n"
     "2\n"
     "/s:1: [: ']' is missing\n"
     "2\n"
     "/s:1: test: ')' is missing\n"
     "2\n",
     0},
    {"an if without its end",
     "echo a\n"
     "if true; then\n"
     "echo b\n",
     "a\n"
     "/s:2: if: 'fi' is missing\n",
     2},
    {"a wrong end", "while true; do echo a; fi\n", "/s:1: while: 'done' is missing\n", 2},
    {"an open quote",
     "echo a\n"
     "echo \"b\n",
     "a\n"
     "/s:2: syntax: a quote is not closed\n",
     2},
    {"an open substitution", "x=$(echo a\n", "/s:1: $(: is not closed\n", 2},
    {"an open brace", "echo ${x\n", "/s:1: ${: is not closed\n", 2},
    {"an open case",
     "case a in\n"
     "a) echo b;;\n",
     "/s:1: case: 'esac' is missing\n", 2},
    {"a for without a name", "for 1x in a; do :; done\n", "/s:1: 1x: not expected here\n", 2},
    {"a stray word", "done\n", "/s:1: done: not expected here\n", 2},
    {"a here-document without its end",
     "cat <<END\n"
     "a\n",
     "/s:1: <<: the end of its text is missing\n", 2},
    {"a mistake within a substitution", "x=$(fi); echo no\n", "/s:1: fi: not expected here\n", 2},
    {"a pipe", "echo a | cat; echo $?\n",
     "/s:1: |: there are no pipes\n"
     "2\n",
     0},
    {"a pipe in a function that nobody calls", "f() { cat /etc/rc | grep a; }; echo fine\n",
     "fine\n", 0},
    {"output cannot go to files",
     "echo a > /etc/x; echo $?; echo b >> /etc/x; echo c 2> /etc/x; echo d > /dev/console\n",
     "/s:1: /etc/x: only /dev/null and /dev/console can be written to\n"
     "2\n"
     "/s:1: /etc/x: only /dev/null and /dev/console can be written to\n"
     "/s:1: /etc/x: only /dev/null and /dev/console can be written to\n"
     "d\n",
     0},
    {"the exit status must be a number", "exit 256\n", "/s:1: 256: not a number in range\n", 2},
    {"options that there are not", "set -z; echo $?; set -o pipefail; echo $?\n",
     "/s:1: -z: there are only the options e, u and x\n"
     "2\n"
     "/s:1: -o: there are only the options e, u and x\n"
     "2\n",
     0},
    {"the options that are set", "set -eu; echo $-; set +e; echo $-\n",
     "eu\n"
     "u\n",
     0},
    {"commands are shown", "set -x; echo a \"b c\"; x=1; [ a = b ] || true\n",
     "+ echo a b c\n"
     "a b c\n"
     "+ [ a = b ]\n"
     "+ true\n",
     0},
    {"commands nest so deep and no deeper",
     "f() { [ $1 = 0 ] || f $(($1-1)); }; f 20; echo $?; f 40; echo no\n",
     "0\n"
     "/s:1: $: nested too deeply\n",
     2},
    {"text nests no deeper",
     "x='{ '; for i in 1 2 3 4 5 6 7; do x=\"$x$x\"; done; eval \"$x\"; echo no\n",
     "/s:1: {: nested too deeply\n", 2},
    {"expressions nest no deeper",
     "x='('; for i in 1 2 3 4 5 6 7; do x=\"$x$x\"; done; echo $(($x 1)); echo no\n",
     "/s:1: $((: nested too deeply\n", 2},
    {"memory has an end", "x=0123456789; while :; do x=$x$x; done; echo no\n",
     "/s:1: memory: all of this shell's is in use\n", 2},
    {"what is printed must fit",
     "x=$(for i in 1 2 3 4 5 6 7 8 9 a b c d e f g h i j k l m n o p q r s t; do for j in 1 2 3 4 "
     "5 6 7 8 9 a b c d e f g h i j k l m n o p q r s t; do echo 01234567890123456789; done; "
     "done); echo no\n",
     "/s:1: $(: more is printed than fits\n", 2},
    {"the environment must fit",
     "x=0123456789; for i in 1 2 3 4 5 6 7 8; do x=$x$x; done; export x; date; echo $?\n",
     "/s:1: export: the environment is larger than 2,048 bytes\n"
     "2\n",
     0},
    {"a variable in the environment reaches scripts",
     "export A=1; A=2 B=3 /etc/show x \"y z\"; boottrace /etc/show\n",
     "/etc/show x y z A=2 B=3\n"
     "/etc/show  A=1 B=\n",
     0},
    {"what is not exported does not", "A=1; /etc/show\n", "/etc/show  A= B=\n", 0},
    {"a shell's own copy",
     "x=1; f() { echo $x $1; x=2; echo $$ | cat; }; { f a 2>/dev/null; exit 3; } & wait $!; echo "
     "$? $x\n",
     "1 a\n"
     "3 1\n",
     0},
    {"read without input", "read x; echo $?\n",
     "/s:1: read: there is no input: use '< FILE' or '<< END'\n"
     "1\n",
     0},
    {"a line that is read has words",
     "while read -r what rest; do echo \"$what:$rest\"; done </etc/table\n",
     "one:1 2\n"
     "two:\n"
     "three:3\n",
     0},
    {"a file without an end of its last line",
     "while read a; do echo $a; done </etc/open; echo \"rest $a\"\n",
     "a\n"
     "rest b\n",
     0},
    {"an input that is not there", "read x </nix; echo $?\n",
     "/s:1: /nix: No such file or directory\n"
     "2\n",
     0},
    {"printf tells what it does not know",
     "printf '%q\\n' a; echo $?; printf '%d\\n' x; echo $?; printf; echo $?\n",
     "/s:1: printf: only %s %c %d %i %u %x and %% are known\n"
     "1\n"
     "/s:1: x: not a number\n"
     "0\n"
     "1\n"
     "/s:1: printf: no format\n"
     "2\n",
     0},
    {"type and command say what a name is",
     "f() { :; }; type f if : date /etc/rc nix; command -v if; command -v date; command -v "
     "/etc/rc; command -v /etc; echo $?\n",
     "f is a function\n"
     "if is a word of the shell's language\n"
     ": is a builtin of the shell\n"
     "date is a program\n"
     "/etc/rc is a file\n"
     "/s:1: nix: not found\n"
     "if\n"
     "date\n"
     "/etc/rc\n"
     "127\n",
     0},
    {"only the end can be trapped",
     "trap 'echo x' INT; echo $?; trap 'echo bye' 0; trap - EXIT; trap\n",
     "/s:1: INT: only EXIT can be trapped\n"
     "1\n",
     0},
    {"export lists", "export A=1 B='x y'; unset PATH; export; readonly C=2; readonly\n",
     "export A='1'\n"
     "export B='x y'\n"
     "readonly C='2'\n",
     0},
    {"set lists", "unset PATH; B=2; A='1 2'; set\n",
     "A='1 2'\n"
     "B='2'\n",
     0},
    {"functions of files are told with these",
     ". /etc/lib\n"
     "f() {\n"
     "  bad\n"
     "}\n"
     "\n"
     "f\n",
     "/etc/lib:7: nix: command not found\n", 127},
    {"lines of words",
     "echo \\\n"
     "  $((1/0))\n",
     "/s:2: $((: division by zero\n", 2},
    {"lines of conditions",
     "if\n"
     "  nix ||\n"
     "  nix2\n"
     "then :; fi\n",
     "/s:2: nix: command not found\n"
     "/s:3: nix2: command not found\n",
     0},
    {"lines behind a here-document",
     "cat <<END >/dev/null 2>&1\n"
     "a\n"
     "b\n"
     "END\n"
     "nix\n",
     "/s:5: nix: command not found\n", 127},
    {"lines of a text",
     "eval 'echo a\n"
     "nix'\n",
     "a\n"
     "/s:2: nix: command not found\n",
     127},
    {"lines of substitutions",
     "x=$(\n"
     "nix\n"
     ")\n",
     "/s:2: nix: command not found\n", 127},
    {"a time", "time sleep 1\n", "        1.00 real\n", 0},
    {"exec ends", "exec echo a; echo no\n", "a\n", 0},
    {"a text of several lines",
     "x='echo a\n"
     "echo b'; eval \"$x\"\n",
     "a\n"
     "b\n",
     0},
    {"output of programs is taken",
     "x=$(cat /etc/open); echo \"[$x]\"; y=$(echo \"a\\b\"); [ \"$y\" = 'a\\b' ] && echo exact\n",
     "[a\n"
     "b]\n"
     "exact\n",
     0},
    {"errors are not", "x=$(cat /nix); echo \"[$x]$?\"; x=$(cat /nix 2>&1); echo \"[$x]\"\n",
     "cat: /nix: No such file or directory\n"
     "[]1\n"
     "[cat: /nix: No such file or directory]\n",
     0},
    {"output behind the end of a substitution is lost",
     "x=$(echo a; sh -c 'echo b' & echo c); wait; echo \"[$x]\"\n",
     "[a\n"
     "c]\n",
     0},
};

static void add_files(void)
{
    fake_add_text("/etc/rc", "echo rc\n");
    fake_add_text("/etc/rc.d/b", "");
    fake_add_text("/etc/rc.d/a", "");
    fake_add_text("/etc/rc.d/c", "");
    fake_add_text("/etc/empty", "");
    fake_add_text("/etc/h/.hidden", "");
    fake_add_text("/etc/h/seen", "");
    fake_add_text("/etc/lib", "lib_loaded=yes\n"
                              "greet() {\n"
                              "  echo \"hello $1\"\n"
                              "}\n"
                              "bad() {\n"
                              "  # a comment\n"
                              "  nix\n"
                              "}\n");
    fake_add_text("/etc/show", "echo \"$0 $* A=$A B=$B\"\n");
    fake_add_text("/etc/table", "one 1 2\ntwo\n  three   3  \n");
    fake_add_text("/etc/open", "a\nb");
}

/* Tells of each text that differs, so that one run shows them all. */
static bool is_as_expected(const struct text *text, const char *who, const char *printed,
                           int status)
{
    if (strcmp(printed, text->printed) == 0 && status == text->status)
        return true;
    print_error("%s, %s: status %d instead of %d, printed:\n%s\ninstead of:\n%s\n", text->name, who,
                status, text->status, printed, text->printed);
    return false;
}

static void portable_texts_do_what_they_say(void **state)
{
    size_t wrong = 0;
    (void)state;
    for (size_t i = 0; i < sizeof portable / sizeof portable[0]; i++) {
        fake_start();
        add_files();
        int status = FAKE_RUN("sh", "-c", portable[i].text);
        wrong += !is_as_expected(&portable[i], "sh", fake_printed(), status);
    }
    assert_int_equal(wrong, 0);
}

/* What dash prints on standard output; its complaints have words of their own. */
static int run_dash(const char *text, char *printed, size_t size)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)dup2(ends[1], 1);
        (void)close(2);
        (void)close(ends[0]);
        (void)close(ends[1]);
        (void)clearenv();
        (void)setenv("PATH", "/usr/bin:/bin", 1);
        (void)execl("/bin/dash", "sh", "-c", text, (char *)NULL);
        _exit(125);
    }
    (void)close(ends[1]);
    size_t length = 0;
    for (ssize_t count; (count = read(ends[0], printed + length, size - 1 - length)) > 0;)
        length += (size_t)count;
    printed[length] = '\0';
    (void)close(ends[0]);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void dash_agrees_on_them(void **state)
{
    static char printed[65536];
    size_t wrong = 0;
    (void)state;
    for (size_t i = 0; i < sizeof portable / sizeof portable[0]; i++) {
        int status = run_dash(portable[i].text, printed, sizeof printed);
        wrong += !is_as_expected(&portable[i], "dash", printed, status);
    }
    assert_int_equal(wrong, 0);
}

static void other_texts_do_what_is_documented(void **state)
{
    size_t wrong = 0;
    (void)state;
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        fake_start();
        add_files();
        fake_add_text("/s", own[i].text);
        int status = FAKE_RUN("sh", "/s");
        wrong += !is_as_expected(&own[i], "sh", fake_printed(), status);
    }
    assert_int_equal(wrong, 0);
}

/* Every beginning of every text: the shell ends with a status, whatever is missing. */
static void no_beginning_of_a_text_does_harm(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof portable / sizeof portable[0]; i++) {
        size_t length = strlen(portable[i].text);
        for (size_t cut = 0; cut < length; cut += 1 + length / 40) {
            char *text = strndup(portable[i].text, cut);
            assert_non_null(text);
            fake_start();
            fake_limit(2000);
            int status = FAKE_RUN("sh", "-c", text);
            assert_in_range(status, 0, 255);
            free(text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(portable_texts_do_what_they_say),
        cmocka_unit_test(dash_agrees_on_them),
        cmocka_unit_test(other_texts_do_what_is_documented),
        cmocka_unit_test(no_beginning_of_a_text_does_harm),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    fake_start(); /* gives its memory back */
    return failed;
}
