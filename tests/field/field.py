# SPDX-License-Identifier: ISC
"""What the tests of the field cases share: the program, the inputs beside this file, worlds made for one run.
A case is a fault that somebody met outside: its test says in a line what is right and why, and looks at answers, not at words."""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "house"))
from tap import Cases  # noqa: E402,F401  the house's own

LACUNA = os.environ["LACUNA"]
INPUTS = os.path.join(HERE, "inputs")


def path(*parts):
    return os.path.join(INPUTS, *parts)


def run(*arguments, timeout=120, **more):
    """Standard output and error are bytes."""
    return subprocess.run([LACUNA, *arguments], capture_output=True, stdin=subprocess.DEVNULL, timeout=timeout, **more)


def replay(*arguments, **more):
    """(status, the parsed document or None, standard error as text)"""
    done = run("replay", *arguments, "--json", **more)
    try:
        return done.returncode, json.loads(done.stdout), done.stderr.decode(errors="replace")
    except ValueError:
        return done.returncode, None, done.stderr.decode(errors="replace")


def world(folder=None):
    """A world of the invented countries of routing/replay, built anew; its path."""
    folder = folder or tempfile.mkdtemp()
    out = os.path.join(folder, "w.bin")
    done = run("world", "build", "-o", out, path("routing", "replay", "world-country.csv"), path("routing", "replay", "world-asn.csv"))
    assert done.returncode == 0, done.stderr
    return out
