# SPDX-License-Identifier: ISC
# The steps of ./check (sourced after tools/setup.sh, POSIX sh). Every step adds to the three counters.
# The caller sets `builds`, the folder of the build folders, and `shared`, the fixtures.

passed=0
failed=0
skipped=0

now() {
	date +%s
}

# report NAME BEGAN WORD: the one line a step leaves.
report() {
	printf '%-24s %-40s %4d s\n' "$1" "$3" "$(($(now) - $2))"
}

# one NAME BEGAN STATUS: counts a step that is a single check.
one() {
	if [ "$3" -eq 0 ]; then
		passed=$((passed + 1))
		report "$1" "$2" passed
	else
		failed=$((failed + 1))
		report "$1" "$2" FAILED
	fi
}

# tests_of DIR FOLDER...: names of the meson tests that these folders of tests/ define.
tests_of() {
	meson introspect --tests "$1" | python3 -c '
import json, sys
wanted = tuple("/tests/%s/" % folder for folder in sys.argv[1:])
for test in json.load(sys.stdin):
    if any(part in word for word in test["cmd"] for part in wanted):
        print(test["name"])' "$2"
}

# build NAME COMPILER OPTION...: into $dir, every warning an error; one check.
build() {
	name=$1
	compiler=$2
	shift 2
	dir=$builds/$name
	began=$(now)
	status=0
	say "$name: building ..."
	{ CC=$compiler configure "$dir" -Dwerror=true -Dshared="$shared" "$@" && compile "$dir"; } || status=1
	one "$name build" "$began" "$status"
	return "$status"
}

# suites NAME COMPILER OPTION...: builds with every warning an error (one check) and runs the suites; only those of
# the folder CASES of tests/ when that is set.
suites() {
	build "$@" || return 0
	began=$(now)
	say "$name: testing ..."
	cases=
	if [ -n "${CASES:-}" ]; then
		cases=$(tests_of "$dir" "$CASES")
		[ -n "$cases" ] || { report "$name tests" "$began" "none"; return 0; }
	fi
	# What a test may cost is CPU time, so that a busy machine is no red run; the clock only ends what sleeps for good.
	# shellcheck disable=SC2086
	(
		ulimit -S -t "${CPU_SECONDS:-3600}"
		meson test -C "$dir" --no-rebuild --timeout-multiplier 20 $cases
	) >"$dir/test.log" 2>&1 || status=1
	count "$name tests" "$dir" "$began" "$status"
}

# count NAME DIR BEGAN STATUS: adds up meson's log of the last run; shows what failed.
count() {
	if ! python3 -B "$root/tools/count-tests.py" "$2/meson-logs/testlog.json" >"$2/count.log" 2>&1; then
		tail -n 20 "$2/test.log" "$2/count.log"
		one "$1" "$3" 1
		return 0
	fi
	sed '$d' "$2/count.log"
	read -r p f s <<-END
		$(tail -n 1 "$2/count.log")
	END
	# meson says failure and no test does: the run itself broke.
	if [ "$4" -ne 0 ] && [ "$f" -eq 0 ]; then
		tail -n 20 "$2/test.log"
		f=1
	fi
	passed=$((passed + p))
	failed=$((failed + f))
	skipped=$((skipped + s))
	words="$p passed"
	[ "$f" -eq 0 ] || words="$words, $f FAILED"
	[ "$s" -eq 0 ] || words="$words, $s skipped"
	report "$1" "$3" "$words"
}

# analyse: two static analysers, each without findings but those that tools/analysis.txt explains.
analyse() {
	mkdir -p "$builds/cppcheck" "$builds/analyzer/diagnose" "$builds/analyzer/cli" "$builds/analyzer/model"
	sed 's/@VCS_TAG@//' "$root/src/cli/commit.h.in" >"$builds/analyzer/cli/commit.h"
	awk -f "$root/tools/ratios.awk" "$root/data/ratios.csv" >"$builds/analyzer/diagnose/ratios_data.h"
	awk -f "$root/tools/countries.awk" "$root/data/countries.csv" >"$builds/analyzer/model/countries_data.h"
	say "cppcheck: analysing ..."
	analyser cppcheck run_cppcheck
	say "gcc -fanalyzer: analysing ..."
	analyser fanalyzer run_fanalyzer
}

# analyser NAME COMMAND: COMMAND prints findings as `path:line:column: ...`; what is explained is taken out.
analyser() {
	began=$(now)
	status=0
	(cd "$root" && "$2") >"$builds/$1.log" 2>&1 || status=1
	awk -F: -v list="$root/tools/analysis.txt" '
		BEGIN { while ((getline line < list) > 0) if (line !~ /^(#|$)/) { split(line, w, " "); known[w[1] " " w[2]] = 1 } }
		{ for (k in known) { split(k, w, " "); if ($1 == w[1] && index($0, "[" w[2] "]")) next } print }
		' "$builds/$1.log" >"$builds/$1.findings"
	# Without one known finding the tool itself failed when its status says so.
	if [ -s "$builds/$1.findings" ]; then
		cat "$builds/$1.findings"
		status=1
	elif [ -s "$builds/$1.log" ]; then
		status=0
	fi
	one "$1" "$began" "$status"
}

run_cppcheck() {
	# internalAstError is a limit of the tool, not of the code.
	cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
		--suppress=missingIncludeSystem --suppress=internalAstError -D_GNU_SOURCE -I src -I "$builds/analyzer" \
		--template='{file}:{line}:{column}: {severity}: {message} [{id}]' --template-location='' \
		--cppcheck-build-dir="$builds/cppcheck" -j 2 src
}

run_fanalyzer() {
	find src -name '*.c' | sort | made=$builds/analyzer xargs -P 2 -n 4 sh -c '
		for file; do
			gcc -fanalyzer -O1 -std=gnu17 -D_GNU_SOURCE -Isrc "-I$made" -fdiagnostics-plain-output -c -o /dev/null "$file" || exit 255
		done' sh 2>&1 | { grep -E '(warning|error):' || true; }
}

# mutants: every fault of tests/mutants/table.py, each a check.
mutants() {
	began=$(now)
	say "mutants: putting faults in and waiting for a test to notice ..."
	mkdir -p "$builds/mutants"
	python3 -B "$root/tests/mutants/run" --jobs 2 --keep "$builds/mutants" >"$builds/mutants.log" 2>&1 || true
	p=$(grep -c ': killed by ' "$builds/mutants.log") || true
	f=$(grep -c -e ': SURVIVED' -e ': DOES NOT BUILD' -e 'stands there' -e 'without a fault' "$builds/mutants.log") || true
	[ "$((p + f))" -gt 0 ] || f=1
	[ "$f" -eq 0 ] || grep -v ': killed by ' "$builds/mutants.log" || true
	passed=$((passed + p))
	failed=$((failed + f))
	words="$p noticed"
	[ "$f" -eq 0 ] || words="$words, $f NOT"
	report mutants "$began" "$words"
}

# lab_possible: root, namespaces, and the daemons of section [lab].
lab_possible() {
	[ "$(id -u)" -eq 0 ] && [ -z "$(packages_missing lab)" ] && unshare -n true 2>/dev/null
}

# lab JOBS SCENARIO...: plays scenarios of the lab live with the gcc build, JOBS at a time: the truth of each must hold, and the answer must
# be right: found what there was, and nothing else.
lab() {
	jobs=$1
	shift
	began=$(now)
	if ! lab_possible; then
		say "lab: not played: it needs root, network namespaces and the packages of section [lab] (./check --lab installs them)"
		skipped=$((skipped + $#))
		report "lab" "$began" "$# skipped"
		return 0
	fi
	say "lab: playing $# scenarios, $jobs at a time ..."
	rm -rf "$builds/lab"
	mkdir -p "$builds/lab"
	python3 -B "$root/lab/matrix" -o "$builds/lab" --variations first --seeds 1 --jobs "$jobs" --build "$builds/gcc" "$@" \
		>"$builds/lab.log" 2>&1 || true
	read -r p f <<-END
		$(python3 -B "$root/tools/count-lab.py" "$builds/lab/index.ndjson" "$#")
	END
	[ "$f" -eq 0 ] || cat "$builds/lab.log"
	passed=$((passed + p))
	failed=$((failed + f))
	words="$p passed"
	[ "$f" -eq 0 ] || words="$words, $f FAILED"
	report "lab" "$began" "$words"
}

# fuzz SECONDS: every fuzzer on a scratch copy of its corpus. In a build of their own every room is instrumented, so that the target of
# whole recordings sees what it reaches.
fuzz() {
	dir=$builds/fuzzers
	began=$(now)
	status=0
	say "fuzzers: building ..."
	{ CC=clang-14 configure "$dir" -Dwerror=true -Dshared="$shared" --buildtype=debugoptimized \
		-Db_sanitize=address,undefined -Dfuzz=true -Dc_args=-fsanitize=fuzzer-no-link && compile "$dir"; } || status=1
	one "fuzzers build" "$began" "$status"
	[ "$status" -eq 0 ] || return 0
	for target in $(fuzzers_of "$dir"); do
		fuzz_one "$target" "$1"
	done
}

# fuzzers_of DIR: the libFuzzer programs, by the name fuzz_* that their folder gives them.
fuzzers_of() {
	find "$1/tests" -type f -name 'fuzz_*' -perm -u+x | sort
}

fuzz_one() {
	began=$(now)
	status=0
	name=$(basename "$1")
	corpus=$(find "$root/tests" -type d -path "*/corpus/${name#fuzz_}" | head -n 1)
	work=$builds/fuzz/$name
	mkdir -p "$work"
	say "$name: $2 s ..."
	(cd "$work" && "$1" -max_total_time="$2" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
		-artifact_prefix="$work/crash-" "$work" ${corpus:+"$corpus"}) >"$work.log" 2>&1 || status=1
	if [ "$status" -ne 0 ]; then tail -n 40 "$work.log"; fi
	one "$name" "$began" "$status"
}

# finish: the last line, and the status.
finish() {
	words="$passed passed, $failed failed"
	[ "$skipped" -eq 0 ] || words="$words, $skipped skipped"
	printf '%s\n' "$words"
	[ "$failed" -eq 0 ] || exit 1
	exit 0
}
