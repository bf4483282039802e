#!/usr/bin/env python3
"""Writes a C file that, compiled to assembly, says how large each struct of the kernel's headers is and where its
members lie: lines of "#LAYOUT struct thread.pid 16".  It knows just enough C for these headers: of what it cannot
read it says nothing."""
import re
import subprocess
import sys

ROOMS = ['kernel/*.h', 'boot/*.h', 'trace/*.h', 'trace/dtrace/*.h', 'drivers/serial/*.h']


def without_comments(text):
    return re.sub(r'//[^\n]*|/\*.*?\*/', ' ', text, flags=re.S)


def body_of(text, start):
    depth, at = 1, start
    while depth > 0:
        depth += {'{': 1, '}': -1}.get(text[at], 0)
        at += 1
    return text[start:at - 1]


def members_of(body):
    """Names, but of bit-fields, which have no address; what stands in braces is left out with its name's own members."""
    while re.search(r'\{[^{}]*\}', body):
        body = re.sub(r'\{[^{}]*\}', ' ', body)
    for declaration in body.split(';'):
        function = re.match(r'[^()]*\(\*(\w+)[^()]*\)', declaration)
        if function:
            yield function.group(1)
            continue
        for declarator in declaration.split(','):
            name = re.search(r'(\w+)\s*(\[[^;]*\])?\s*$', declarator)
            words = re.findall(r'\w+', declarator if declarator is not declaration else declaration)
            if name and ':' not in declarator and (declarator is not declaration.split(',')[0] or len(words) > 1):
                yield name.group(1)


def main():
    headers = subprocess.run(['git', 'ls-files', *ROOMS], capture_output=True, text=True,
                             check=True).stdout.split()
    print('#include <stddef.h>')
    for header in headers:
        print(f'#include "{header}"')
    print('#define LAYOUT(text, value) __asm__("#LAYOUT " text " %c0" : : "i"(value))\nvoid layouts(void);\nvoid layouts(void)\n{')
    for header in headers:
        text = without_comments(open(header, encoding='utf-8').read())
        for found in re.finditer(r'^(struct|union) (\w+) \{', text, flags=re.M):
            tag = f'{found.group(1)} {found.group(2)}'
            print(f'    LAYOUT("{tag}", sizeof({tag}));')
            for member in members_of(body_of(text, found.end())):
                print(f'    LAYOUT("{tag}.{member}", offsetof({tag}, {member}));')
    print('}')


if __name__ == '__main__':
    sys.exit(main())
