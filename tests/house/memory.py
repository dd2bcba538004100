# SPDX-License-Identifier: ISC
"""No memory: the n-th allocation of the program fails, n = 1, 2, ...; it ends with status 4 and says so, or as it would have.

Usage: memory.py ROOT LACUNA
"""
import os
import subprocess
import sys
import tempfile

from tap import Cases

# Which allocation is made to fail, one a run: each of the first, then samples.
FAILING = list(range(1, 201)) + list(range(217, 4000, 37))
MESSAGE = b"out of memory"
CSV = "".join(f"198.18.{n}.0,198.18.{n}.255,{'KX' if n % 3 else 'KY'}\n" for n in range(64))


def run(command, fail_at):
    environment = dict(os.environ, LACUNA_FAIL_ALLOC=str(fail_at))
    return subprocess.run(command, env=environment, capture_output=True, stdin=subprocess.DEVNULL, timeout=60, check=False)


def problems_of(command, output=None):
    """Runs until as many allocations succeed as the command makes. `output`: a file that is written whole or not at all."""
    def clean():
        if output and os.path.exists(output):
            os.remove(output)

    clean()
    usual = run(command, 0)
    if usual.returncode not in (0, 1):
        return [f"without any failure: status {usual.returncode}: {usual.stderr[-200:]!r}"]
    size = os.path.getsize(output) if output else 0
    problems, failed = [], 0
    for n in FAILING:
        clean()
        result = run(command, n)
        written = os.path.getsize(output) if output and os.path.exists(output) else 0
        if result.returncode == 4 and MESSAGE in result.stderr:
            failed += 1
            if written not in (0, size):
                problems.append(f"allocation {n}: {written} of {size} bytes were left behind")
        elif result.returncode != usual.returncode or result.stdout != usual.stdout or written != size:
            problems.append(f"allocation {n}: status {result.returncode}: {result.stderr[-300:]!r}")
        elif failed:
            break  # fewer allocations than n: it went as usual
    if not failed:
        problems.append("no allocation failed: LACUNA_FAIL_ALLOC does nothing")
    print(f"# {failed} allocations made to fail")
    return problems


def main():
    root, lacuna = sys.argv[1], sys.argv[2]
    cases = Cases()
    demo = os.path.join(root, "recordings", "demo")
    routes, update, stream = os.path.join(demo, "bgp"), os.path.join(demo, "bgp", "rc-updates.mrt"), os.path.join(demo, "bmp")
    for name, command in (("bgp -m", ["bgp", "-m", update]), ("bgp --json", ["bgp", "--json", update]),
                          ("bgp --state", ["bgp", "--state", routes]), ("bgp of BMP", ["bgp", "-e", stream]),
                          ("replay", ["replay", "--json", demo])):
        cases.case(name, problems_of([lacuna, *command]))
    with tempfile.TemporaryDirectory() as folder:
        table, world = os.path.join(folder, "country.csv"), os.path.join(folder, "world.bin")
        with open(table, "w", encoding="ascii") as file:
            file.write(CSV)
        cases.case("world build", problems_of([lacuna, "world", "build", "-o", world, table], world))
    cases.done()


main()
