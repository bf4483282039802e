# Turns `objdump -d` of the kernel into the table of its probe sites (kernel/fbt.h): where each function has the
# nop that GCC placed at its entry, and where it returns.  The first file is `nm` of what is written in assembly,
# to tell why such functions have no probes.  With empty input it makes an empty table, for the first link.
BEGIN {
    print "/* Made by probe_sites.awk from the first link. */"
    print "#include \"kernel/fbt.h\"\n"
    print "#define SYMBOLS __attribute__((section(\".symbols\")))\n"
    functions = returns = probes = 0
    all = silent = never = firing = assembler = library = 0
}

function fail(why) {
    print "probe_sites.awk: " name ": " why > "/dev/stderr"
    failed = 1
    exit 1
}

function number(hex,    value, i) {
    value = 0
    for (i = 1; i <= length(hex); i++)
        value = value * 16 + index("0123456789abcdef", substr(hex, i, 1)) - 1
    return value
}

# Counts what has no entry by the reason.
function pass_over() {
    if (name in in_assembly)
        assembler++
    else if (name ~ /^__/)
        library++
    else
        firing++
}

# The function is over.
function close_function() {
    if (name == "")
        return
    all++
    if (!probed) {
        returns -= own_returns
        pass_over()
    } else {
        function_row[functions++] = "    {0x" start "u, " returns - own_returns ", " probes "},"
        probes += own_returns > 0 ? 2 : 1
        never += own_returns == 0
    }
    name = ""
}

FILENAME != "-" {
    in_assembly[$3]
    next
}
/^[0-9a-f]+ <.*>:$/ {
    close_function()
    name = substr($2, 2, length($2) - 3)
    start = $1
    probed = own_returns = 0
    first = 1
    if (name ~ /\./ || name ~ /^trap_stub_[0-9]/)
        name = "" # a label inside a function, or one of many stubs
    next
}
name != "" && /^ *[0-9a-f]+:\t/ {
    if (first)
        probed = $2 == "nop"
    first = 0
    if ($2 == "ret") {
        pops = NF > 2 ? 4 : 0
        offset = number(substr($1, 1, length($1) - 1)) - number(start)
        if ((NF > 2 && $3 != "$0x4") || offset > 65535)
            fail("a return that the table has no words for: " $0)
        return_row[returns++] = "    {" offset ", " pops "},"
        own_returns++
    } else if ($3 == "ret") {
        fail("a return with a prefix: " $0)
    }
}
END {
    if (failed)
        exit 1
    close_function()
    print "const struct fbt_function fbt_functions[" functions + 1 "] SYMBOLS = {"
    for (i = 0; i < functions; i++)
        print function_row[i]
    print "    {0xffffffffu, " returns ", " probes "},\n};"
    print "const struct fbt_return fbt_returns[" returns + 1 "] SYMBOLS = {"
    for (i = 0; i < returns; i++)
        print return_row[i]
    print "    {0, 0},\n};"
    print "uint8_t fbt_wanted[" functions + 1 "];"
    print "const struct fbt_counts fbt_counts SYMBOLS = {"
    print "    .functions = " all ", .probed = " functions ", .never_return = " never ","
    print "    .on_firing_path = " firing ", .assembly = " assembler ", .library = " library "};"
}
