#!/usr/bin/env python3
"""Where the kernel's probes are, by its disassembly: each is one instruction of one byte, none is missing, and
nothing that runs inside a probe has one.  Prints what is wrong, and nothing else; with `counts` the counts."""
import re
import struct
import subprocess
import sys

KERNEL = 'build/firstlight.elf'
NO_FUNCTION = re.compile(r'trap_stub_\d|.*\.end$')  # many stubs; padding behind assembly

# What runs in trap 3 or between it and the framework, or on a CPU before it takes traps.
NEVER = '''probes_trap probes_fire probes_patch fbt_trap sdt_trap sdt_fire syscall_fire_entry syscall_fire_return
           dtrace_fire memset memcmp strlen stacks_find percpu_at
           ap_main segments_init traps_load'''.split()


def disassembly():
    """Functions by name: (address, [(address, bytes, instruction)])."""
    functions, here = {}, None
    text = subprocess.run(['objdump', '-d', KERNEL], capture_output=True, text=True, check=True).stdout
    for line in text.splitlines():
        head = re.match(r'^([0-9a-f]+) <(.+)>:$', line)
        if head:
            here = (int(head[1], 16), [])
            functions.setdefault(head[2], []).append(here)
            continue
        body = re.match(r'^ *([0-9a-f]+):\t([0-9a-f ]+?)\s*\t(.*)$', line)
        if body and here:
            here[1].append((int(body[1], 16), bytes.fromhex(body[2]), body[3].strip()))
    return functions


def symbols():
    """(name, address) of what the ELF calls functions."""
    text = subprocess.run(['readelf', '-sW', KERNEL], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in text.splitlines()]
    return [(row[7], int(row[1], 16)) for row in rows if len(row) == 8 and row[3] == 'FUNC' and row[6] != 'UND']


def table():
    """The tables that were linked in: {address: (name, [(offset, pops)])}."""
    with open('build/kernel/symbols.c', encoding='utf-8') as file:
        names = dict(re.findall(r'^    \{(0x[0-9a-f]+)u, "([^"]+)"\},$', file.read(), re.M))
    with open('build/kernel/probe_sites.c', encoding='utf-8') as file:
        text = file.read()
    functions = re.findall(r'^    \{(0x[0-9a-f]+)u, (\d+), \d+\},$', text, re.M)
    returns = [(int(a), int(b)) for a, b in re.findall(r'^    \{(\d+), (\d+)\},$', text, re.M)][:-1]
    ends = [int(first) for _, first in functions[1:]]
    return {int(address, 16): (names.get(address, ''), returns[int(first):end])
            for (address, first), end in zip(functions[:-1], ends)}


def points():
    """Addresses of the static probes' nops."""
    text = subprocess.run(['nm', KERNEL], capture_output=True, text=True, check=True).stdout
    at = {row[2]: int(row[0], 16) for row in map(str.split, text.splitlines()) if len(row) == 3}
    sections = subprocess.run(['objdump', '-s', '-j', 'sdt', KERNEL], capture_output=True, text=True,
                              check=True).stdout
    data, start = b'', None
    for line in sections.splitlines():
        row = re.match(r'^ ([0-9a-f]+) ((?:[0-9a-f]{2,8} ){1,4})', line)
        if row:
            start = int(row[1], 16) if start is None else start
            data += bytes.fromhex(row[2].replace(' ', ''))
    data = data[at['sdt_points_start'] - start:at['sdt_points_end'] - start]
    return [address for address, _, _ in struct.iter_unpack('<III', data)]


def main():
    functions, probed = disassembly(), table()
    instructions = {address: (code, text) for bodies in functions.values() for _, body in bodies
                    for address, code, text in body}
    static = set(points())
    wrong = []

    for address, (name, returns) in probed.items():
        if instructions.get(address, (b'', ''))[0] != b'\x90':
            wrong.append(f'{name}: no nop at its entry')
        if instructions.get(address + 1, (b'', ''))[0] == b'\x90' and address + 1 not in static:
            wrong.append(f'{name}: more than one nop at its entry')
        for offset, pops in returns:
            code = instructions.get(address + offset, (b'', ''))[0]
            if code != (b'\xc2\x04\x00' if pops else b'\xc3'):
                wrong.append(f'{name}+{offset}: no return of the kind that the table says')
        own = sum(text.startswith('ret') or text.startswith('repz ret')
                  for start, body in functions[name] if start == address for _, _, text in body)
        if own != len(returns):
            wrong.append(f'{name}: {own} returns, of which the table has {len(returns)}')

    for name, bodies in functions.items():
        for start, body in bodies:
            if start not in probed and body and body[0][1] == b'\x90' and not NO_FUNCTION.match(name):
                wrong.append(f'{name}: begins with a nop, and is not in the table')
            jumps = [text for _, _, text in body if re.match(r'jmp +[0-9a-f]+ <', text)]
            for jump in jumps:
                to = re.search(r'<([^>+]+)(\+|>)', jump)
                if start in probed and to[1] in functions and to[2] == '>' and to[1] != name:
                    wrong.append(f'{name}: leaves by a jump to {to[1]}')

    names = {name for name, _ in probed.values()}
    wrong += [f'{name}: has probes and must not' for name in NEVER if name in names]
    wrong += [f'{name}: there is no such function' for name in NEVER if name not in functions]
    wrong += [f'{address:#x}: a static probe that is not one nop' for address in static
              if instructions.get(address, (b'', ''))[0] != b'\x90']

    every = [(name, address) for name, address in symbols()]
    with_both = sum(address in probed for _, address in every)
    if sys.argv[1:] == ['counts']:
        print(f'{len(every)} functions, {with_both} probed, {len(static)} static points')
    if with_both * 10 < len(every) * 9:
        wrong.append(f'of {len(every)} functions only {with_both} have probes')
    if len(static) < 40:
        wrong.append(f'only {len(static)} static probes')
    print('\n'.join(wrong), end='\n' if wrong else '')
    return bool(wrong)


sys.exit(main())
