# Turns `nm -n` of the kernel into its table of functions (kernel/backtrace.h).
# With empty input it makes an empty table, for the first link.
BEGIN {
    print "/* Made by symbols.awk from the first link. */"
    print "#include \"kernel/backtrace.h\"\n"
    print "#define SYMBOLS __attribute__((section(\".symbols\")))\n"
    print "extern const struct kernel_symbol kernel_symbols[];"
    print "extern const uint32_t kernel_symbol_count;\n"
    count = 0
}
$2 == "T" || $2 == "t" {
    # Not the many stubs, nor local labels of NASM; the parts that GCC makes of a function stay.
    if ($3 ~ /^trap_stub_[0-9]/ || ($3 ~ /\./ && $3 !~ /\.(isra|constprop|part|cold)/))
        next
    rows[count++] = "    {0x" $1 "u, \"" $3 "\"},"
}
END {
    print "const struct kernel_symbol kernel_symbols[" count + 1 "] SYMBOLS = {"
    for (i = 0; i < count; i++)
        print rows[i]
    print "    {0xffffffffu, \"\"},\n};"
    print "const uint32_t kernel_symbol_count SYMBOLS = " count ";"
}
