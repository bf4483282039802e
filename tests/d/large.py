#!/usr/bin/env python3
"""Programs of 64 KiB that make much out of little: each is compiled or refused in bounded time and memory.

The bound of time keeps a program from hanging the suite, and is no measure: the slowest takes less than a tenth of it."""
import resource
import subprocess

SIZE = 65000
SECONDS = 10
MEMORY = 700 << 20  # 256 MiB for a program, the tables that mark them, and what runs beside


def fill(part, head="", tail=""):
    return head + part * ((SIZE - len(head) - len(tail)) // len(part)) + tail


def count_up(part, head="", tail="", between=""):
    """`part` with a number in it, as often as it goes."""
    parts, room = [], SIZE - len(head) - len(tail)
    while room > len(part) + 8:
        parts.append(part.replace("#", str(len(parts))).replace("~", str(len(parts) + 1)))
        room -= len(parts[-1]) + len(between)
    return head + between.join(parts) + tail


HALF, QUARTER = SIZE // 2, SIZE // 4
PROGRAMS = {
    "descriptions, and statements for each": "a" + ",a" * QUARTER + "{" + "1;" * (QUARTER - 5) + "}",
    "descriptions, and a string for each": "a" + ",a" * QUARTER + '{printf("' + "x" * (HALF - 30) + '");}',
    "descriptions, and keys for each": "a" + ",a" * QUARTER + "{@[1" + ",1" * (QUARTER - 20) + "]=count();}",
    "descriptions, and decisions for each": "a" + ",a" * 1000 + "{" + "if(pid)1;" * 6000 + "}",
    "descriptions, and a long name for each": "a" + ",a" * QUARTER + "{" + "x" * (HALF - 30) + "=1;}",
    "aggregations of many keys": "a" + ",a" * (SIZE // 6) + "{" + "@[1,1,1,1,1,1,1,1,1]=count();" * 1400 + "}",
    "inlines that double": count_up("inline int b~=b#+b#;", "inline int b0=arg0;", "BEGIN{trace(b1000);}"),
    "inlines of inlines": count_up("inline int f~[int a]=f#[f#[a]];", "inline int f0[int a]=a+a;", "a{trace(f900[1]);}"),
    "inlines of depth": "int x;inline int d0=x;" + "".join(f"inline int d{i + 1}=d{i}" + "+x" * 1900 + ";" for i in range(16)) +
                        "BEGIN{trace(d16);}",
    "parentheses": fill("(", "BEGIN{trace("),
    "operators before": fill("- ", "BEGIN{x=1;trace(", "x);}"),
    "operators between": fill("+x", "BEGIN{x=1;trace(x", ");}"),
    "branches": fill("pid?1:", "BEGIN{trace(", "1);}"),
    "calls in calls": fill("basename(", "BEGIN{"),
    "members of members": fill("->n", "struct s{struct s*n;}*p;BEGIN{p", ";}"),
    "pointers to pointers": fill("*", "int ", "x;BEGIN{}"),
    "dimensions": fill("[65536]", "int x", ";BEGIN{trace(x);}"),
    "structures in structures": fill("struct{", "", "int x;"),
    "structures that double": count_up("struct s~{struct s# a,b;};", "struct s0{int x;};", "BEGIN{}"),
    "types of types": count_up("typedef t# *t~;", "typedef int *t0;", "t1900 x,y;BEGIN{x=y;}"),
    "members": count_up("int m#;", "struct s{", "} *p;BEGIN{print(*p);}"),
    "enumerators": count_up("e#", "enum e{", "};BEGIN{}", ","),
    "parameters": count_up("int a#", "int f(", ");BEGIN{}", ","),
    "variables": count_up("v#=1;", "BEGIN{", "}"),
    "steps": fill("x++;", "BEGIN{x=1;", "}"),
    "decisions": fill("if(1){}", "BEGIN{", "}"),
    "decisions in decisions": fill("if(1)", "BEGIN{", ";}"),
    "clauses": fill("a{1}"),
    "keys": fill(",1", "BEGIN{@[1", "]=count();}"),
    "conversions": 'BEGIN{printf("' + "%d" * 10000 + '"' + ",1" * 10000 + ");}",
    "aggregations to print": fill(",@a", "BEGIN{@a=count();printa(@a", ");}"),
    "translators": count_up("struct i#{int a;};translator struct o<struct i# x>{a=1;};", "struct o{int a;};",
                            "struct i1*p;BEGIN{" + "trace(xlate<struct o>(*p));" * 700 + "}"),
    "probes": count_up("probe a#();", "provider p{", "};BEGIN{}"),
}


def limit():
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def is_answered(text):
    done = subprocess.run(["build/tests/evaluate_d", "0"], input=f"64 {text}\n", capture_output=True, text=True,
                          preexec_fn=limit, check=False)
    return done.returncode == 0 and done.stdout.count("\n") == 1


def main():
    wrong = [name for name, text in PROGRAMS.items() if len(text) > SIZE + 600 or not is_answered(text)]
    for name in wrong:
        print(f"# {name}")
    print(f"{'not ok' if wrong else 'ok'} 1 - {len(PROGRAMS)} large programs take less than {SECONDS} s and "
          f"{MEMORY >> 20} MiB\n1..1")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
