# SPDX-License-Identifier: ISC
# Shared by ./lacuna and ./check (sourced, POSIX sh): installs missing Debian packages, configures and builds.
# Sets nothing up twice, says what it does before it does it, and writes to standard error only.
# The caller sets `root` to the checkout.

say() {
	printf '%s\n' "$*" >&2
}

die() {
	printf 'lacuna: %s\n' "$1" >&2
	exit 4
}

# packages_of SECTION...: the packages of these sections of tools/debian-packages.txt.
packages_of() {
	awk -v wanted=" $* " '
		/^[ \t]*(#|$)/ { next }
		/^\[/ { gsub(/[][ \t]/, ""); inside = index(wanted, " " $0 " "); next }
		inside { print $1 }' "$root/tools/debian-packages.txt"
}

# packages_missing SECTION...: those that dpkg does not know as installed.
packages_missing() {
	wanted=$(packages_of "$@")
	# One query for all; a package unknown to dpkg is only named on standard error, so look for what is not there.
	# shellcheck disable=SC2086
	dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null |
		awk -v wanted="$wanted" '
			$1 == "installed" { have[$2] = 1 }
			END { n = split(wanted, w, "\n"); for (i = 1; i <= n; i++) if (!(w[i] in have)) print w[i] }'
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif [ -n "${CI:-}" ] || ! [ -t 0 ]; then
		sudo -n "$@"
	else
		sudo "$@"
	fi
}

# Servers that tests start by themselves must not start with the machine: nothing is started while packages are installed (policy-rc.d,
# see invoke-rc.d(8)), and what this very call has brought is not started at the next boot either.
apt_install() {
	as_root env DEBIAN_FRONTEND=noninteractive sh -c '
		policy=/usr/sbin/policy-rc.d
		if ! [ -e "$policy" ]; then
			trap "rm -f $policy" EXIT
			trap "exit 1" INT TERM HUP
			printf "#!/bin/sh\nexit 101\n" >"$policy" && chmod 755 "$policy"
		fi
		apt-get install -y --no-install-recommends "$@" || exit 1
		if command -v systemctl >/dev/null 2>&1; then
			for package; do
				case $package in
				nginx-light) systemctl disable nginx ;;
				bird2) systemctl disable bird ;;
				nsd | opensmtpd | frr | gobgpd | openbgpd) systemctl disable "$package" ;;
				esac
			done
		fi
		exit 0' sh "$@"
}

# install_missing WHY SECTION...
install_missing() {
	why=$1
	shift
	if ! command -v dpkg-query >/dev/null 2>&1; then
		command -v meson >/dev/null 2>&1 && return 0
		die "this is not a Debian system: install the equivalents of tools/debian-packages.txt by hand, then run this again"
	fi
	missing=$(packages_missing "$@" | tr '\n' ' ')
	missing=${missing% }
	[ -n "$missing" ] || return 0
	say "Installing Debian packages needed $why:"
	say "  $missing"
	if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null 2>&1; then
		die "not root, and there is no sudo; as root run:  apt-get install $missing"
	fi
	log=$(mktemp "${TMPDIR:-/tmp}/lacuna-apt.XXXXXX") || die "cannot make a temporary file"
	# shellcheck disable=SC2086
	if ! apt_install $missing >"$log" 2>&1; then
		# The package lists may be absent or old: fetch them once and try again.
		if ! { as_root apt-get update && apt_install $missing; } >"$log" 2>&1; then
			tail -n 15 "$log" >&2
			rm -f "$log"
			die "the packages could not be installed; as root run:  apt-get update && apt-get install $missing"
		fi
	fi
	rm -f "$log"
}

# configure DIR OPTION...: meson setup, only when the folder is new, was made with other options or for another checkout.
configure() {
	dir=$1
	shift
	made="$root|${CC:-}|$*"
	if [ -f "$dir/build.ninja" ] && [ "$(cat "$dir/.made-with" 2>/dev/null)" = "$made" ]; then
		return 0
	fi
	# A folder that meson has made is ours to replace; anything else in the way is not.
	if [ -d "$dir/meson-private" ]; then
		rm -rf "$dir"
	fi
	mkdir -p "$dir"
	if ! meson setup "$dir" "$root" "$@" >"$dir/setup.log" 2>&1; then
		tail -n 20 "$dir/setup.log" >&2
		return 1
	fi
	printf '%s\n' "$made" >"$dir/.made-with"
}

# compile DIR [TARGET...]: ninja with one line of progress on a terminal; its whole output only on failure.
compile() {
	dir=$1
	shift
	terminal=0
	if [ -t 2 ]; then terminal=1; fi
	rm -f "$dir/.built"
	{ ninja -C "$dir" -k 0 "$@" 2>&1 && : >"$dir/.built"; } | whole=$dir/build.log awk -v terminal="$terminal" '
		BEGIN { whole = ENVIRON["whole"]; printf "" > whole }
		{ print > whole }
		terminal && /^\[[0-9]+\/[0-9]+\]/ { printf "\rbuilding %s\033[K", $1 > "/dev/stderr"; shown = 1 }
		END { if (shown) printf "\r\033[K" > "/dev/stderr" }'
	if ! [ -f "$dir/.built" ]; then
		grep -v '^\[[0-9]*/[0-9]*\]' "$dir/build.log" | head -n 60 >&2
		say "(whole log: $dir/build.log)"
		return 1
	fi
}
