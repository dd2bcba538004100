# SPDX-License-Identifier: ISC
# data/ratios.csv -> the C table that diagnose/ratios.c holds. A word that is no cause or evidence does not compile.
# Usage: awk -f tools/ratios.awk data/ratios.csv > ratios_data.h
function constant(prefix, word) {
	gsub("-", "_", word)
	return prefix toupper(word)
}
function number(text) {
	if (text !~ /^[0-9]*\.?[0-9]+$/) {
		print FILENAME ":" FNR ": '" text "' is no number" > "/dev/stderr"
		failed = 1
		exit 1
	}
	return text
}
BEGIN {
	FS = ","
	print "// Made from data/ratios.csv by tools/ratios.awk."
}
/^#/ || /^$/ { next }
$1 == "version" { printf "#define RATIOS_VERSION %d\n", $2; next }
$1 == "sharpness" { sharpness = number($2); next }
$1 == "usual" && NF == 4 {
	usual[++u] = sprintf("[%s] = %s,", constant("EVIDENCE_", $2), number($3))
	fixed[u] = sprintf("[%s] = %s,", constant("EVIDENCE_", $2), $4 == "own" ? "false" : "true")
	next
}
$1 == "ratio" && NF == 8 {
	ratio[++n] = sprintf("[%s][%s] = {%s, %s, %s, %s},", constant("CAUSE_", $2), constant("EVIDENCE_", $3),
		number($4), number($5), number($6), number($7))
	next
}
{
	print FILENAME ":" FNR ": no line of this table" > "/dev/stderr"
	failed = 1
	exit 1
}
END {
	if (failed)
		exit 1
	print "static const struct ratios shipped = {\n\t.sharpness = " sharpness ",\n\t.usual = {"
	for (i = 1; i <= u; i++)
		print "\t\t" usual[i]
	print "\t},\n\t.fixed = {"
	for (i = 1; i <= u; i++)
		print "\t\t" fixed[i]
	print "\t},\n\t.at = {"
	for (i = 1; i <= n; i++)
		print "\t\t" ratio[i]
	print "\t},\n};"
}
