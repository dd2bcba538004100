# SPDX-License-Identifier: ISC
# data/countries.csv -> the C table that model/country.c holds, in order of code.
# Usage: awk -f tools/countries.awk data/countries.csv > countries_data.h
BEGIN {
	FS = ","
	print "// Made from data/countries.csv by tools/countries.awk."
	print "static const struct country countries[] = {"
}
/^#/ || /^$/ { next }
NF != 4 || $1 !~ /^[A-Z][A-Z]$/ || $2 !~ /^[A-Z][A-Z][A-Z]$/ || $3 == "" || /["\\]/ || $1 <= last {
	print FILENAME ":" FNR ": no line of this table" > "/dev/stderr"
	failed = 1
	exit 1
}
{
	last = $1
	printf "\t{\"%s\", \"%s\", \"%s\", \"%s\"},\n", $1, $2, $3, $4
}
END {
	if (failed)
		exit 1
	print "};"
}
