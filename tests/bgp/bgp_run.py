# SPDX-License-Identifier: ISC
"""What the tests of `lacuna bgp` share: the program, the fixtures, lines as multisets."""
import collections
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "house"))
from tap import Cases  # noqa: E402,F401  the house's own


def skip(why):
    print("1..0 # SKIP " + why)
    sys.exit(0)


def shared(*parts):
    """A path below LACUNA_SHARED; without it the whole test is skipped."""
    root = os.environ.get("LACUNA_SHARED", "")
    path = os.path.join(root, "fixtures", *parts)
    if not root or not os.path.exists(path):
        skip(f"LACUNA_SHARED does not lead to fixtures/{'/'.join(parts)}")
    return path


def run(program, *arguments):
    return subprocess.run([program, "bgp", "--quiet", *arguments], capture_output=True, timeout=600)


def lines(output):
    """A multiset; line borders count, order does not."""
    return collections.Counter(output.split(b"\n")[:-1])


def count(multiset):
    return sum(multiset.values())
