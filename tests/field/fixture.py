# SPDX-License-Identifier: ISC
"""The inputs are all there, and every one that a user may give to `lacuna bgp` ends with a word, within its time."""
import os

from field import Cases, path, run


def files():
    for folder, _, names in os.walk(path("routing")):
        yield from (os.path.join(folder, name) for name in sorted(names) if name.endswith((".mrt", ".bmp", ".pcap", ".txt")))


def problems(name):
    done = run("bgp", "--count", name, timeout=60)
    if done.returncode not in (0, 1, 3):
        yield f"status {done.returncode}"
    if done.returncode != 0 and not done.stderr.strip():
        yield f"status {done.returncode} without a word"


cases = Cases()
found = list(files())
cases.case("there are inputs", [] if len(found) > 60 else [f"only {len(found)}"])
for name in found:
    cases.case(os.path.relpath(name, path()), problems(name))
cases.done()
