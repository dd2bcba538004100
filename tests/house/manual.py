# SPDX-License-Identifier: ISC
"""The manual and --help agree: every command and every long option of one stands in the other.

Usage: manual.py ROOT LACUNA
"""
import re
import subprocess
import sys

import source
from tap import Cases

OPTION = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]*")
COMMON = {"--help", "--version"}  # every command has them; the manual says so once


def help_of(lacuna, *command):
    return subprocess.run([lacuna, *command, "--help"], capture_output=True, text=True, timeout=60, check=False)


def sections(manual):
    """{command: its section}: the headings `# LACUNA COMMAND`."""
    parts = re.split(r"^# (.*)$", manual, flags=re.MULTILINE)
    return {title[len("LACUNA "):].lower(): text for title, text in zip(parts[1::2], parts[2::2]) if title.startswith("LACUNA ")}


def main():
    root, lacuna = sys.argv[1], sys.argv[2]
    cases = Cases()
    manual = source.text(root, "man/lacuna.1.scd").replace("\\", "")
    described = sections(manual)
    overview = help_of(lacuna).stdout
    cases.case("the overview names every command of the manual",
               [f"{name} is not in `lacuna --help`" for name in described if not re.search(rf"\b{name}\b", overview)]
               + ([] if described else ["the manual has no section `# LACUNA ...`"]))
    for name, text in described.items():
        result = help_of(lacuna, name)
        said, written = set(OPTION.findall(result.stdout)) - COMMON, set(OPTION.findall(text)) - COMMON
        problems = [f"status {result.returncode}"] if result.returncode else []
        problems += [f"{option} is not in the manual" for option in sorted(said - written)]
        problems += [f"{option} is not in --help" for option in sorted(written - said)]
        cases.case(f"lacuna {name}: help and manual name the same options", problems)
    words = re.findall(r"^ {2,}(?:lacuna )?([a-z]+)\b", overview, flags=re.MULTILINE)
    cases.case("the manual has a section for every command", [f"{word} has none" for word in words
                                                              if word not in described and word != "help"])
    cases.done()


main()
