#!/bin/sh
# SPDX-License-Identifier: ISC
# Fetches the default sources of `lacuna world build` as plain CSV files into a folder, for a look at them or for a
# build elsewhere: tools/fetch-world.sh FOLDER. `lacuna world build` without arguments does the same by itself.
set -eu

if [ $# -ne 1 ]; then
  echo "usage: $0 FOLDER" >&2
  exit 2
fi
for program in npm tar; do
  if ! command -v "$program" >/dev/null; then
    echo "$0: $program is not installed; on Debian: apt install $program" >&2
    exit 3
  fi
done
mkdir -p -- "$1"
folder=$(cd -- "$1" && pwd)
scratch=$(mktemp -d "$folder/new.XXXXXX")
trap 'rm -rf -- "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

echo "$0: fetching two packages (about 24 MB) with npm into $folder" >&2
if ! npm pack @ip-location-db/asn-country @ip-location-db/asn --pack-destination "$scratch" --ignore-scripts \
  --no-update-notifier --loglevel=error >/dev/null; then
  echo "$0: npm failed: no network, or a proxy that npm does not know?" >&2
  exit 3
fi
for archive in "$scratch"/*.tgz; do
  case ${archive##*/} in
  ip-location-db-asn-country-*) members="package/asn-country-ipv4.csv package/asn-country-ipv6.csv" ;;
  *) members="package/asn-ipv4.csv package/asn-ipv6.csv" ;;
  esac
  # shellcheck disable=SC2086 # two members without spaces
  tar -xzf "$archive" -C "$scratch" --strip-components=1 --no-same-owner $members
done
mv -f -- "$scratch"/*.csv "$folder/"
ls -l -- "$folder"/asn*.csv >&2
