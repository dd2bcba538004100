# SPDX-License-Identifier: ISC
"""The commands of README.md do what it says, as they are written, in a fresh folder, with loopback alone. What they read stands there under the
names that README uses: small archives and recordings of ours."""
import glob
import http.server
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
FIELD = os.path.join(HERE, "..", "field", "inputs", "routing", "replay")
sys.path.insert(0, os.path.join(HERE, "..", "house"))
from tap import Cases  # noqa: E402

LACUNA = os.environ["LACUNA"]
# What is not run here, and why.
SKIPPED = {
    "git clone": "wants the repository's address",
    "./check": "runs all tests, this one too",
    "lab/run": "needs root and minutes; tests/lab runs it",
    "./lacuna world build": "fetches from the network",
}
# Statuses other than 0: the archives here are small, so that of them little can be said; nobody listens for DNS on loopback.
STATUS = {
    "./lacuna replay rrc00/2022.01/ --watch \"North Korea\" --tz Asia/Pyongyang": {0, 1},
    "./lacuna replay bview.20220126.0000.gz 'updates.20220126.*.gz' --watch 'country/*' --json": {0, 1},
    "./lacuna check http://127.0.0.1:8080/ dns://127.0.0.1/example.net": {1},
}
ENDLESS = " --follow"  # until it is interrupted


def blocks():
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        return re.findall(r"^```\n(.*?)^```$", file.read(), re.M | re.S)


def commands():
    """Each line that is one, without what is said of it; a block with a here-document is one command."""
    for block in blocks():
        if "<<'END'" in block:
            yield block
            continue
        for line in block.splitlines():
            if re.match(r"(\./|lab/|git )", line):
                yield re.split(r" {2,}", line)[0]


def furnish(folder):
    """What README's commands read."""
    with open(os.path.join(folder, "lacuna"), "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\nexec "{LACUNA}" "$@"\n')
    os.chmod(os.path.join(folder, "lacuna"), 0o755)
    shutil.copytree(os.path.join(ROOT, "recordings"), os.path.join(folder, "recordings"))
    shutil.copytree(os.path.join(ROOT, "recordings", "demo"), os.path.join(folder, "my-recording"))
    for name in ("rrc00/2022.01", "archive"):
        os.makedirs(os.path.join(folder, name))
    files = sorted(glob.glob(os.path.join(FIELD, "ribs-of-3-updates-of-1", "rrc00", "**", "*.gz"), recursive=True))
    for i, path in enumerate(files):
        name = "bview.20220126.0000.gz" if "bview" in path else f"updates.20220126.{i:04d}.gz"
        for place in ("rrc00/2022.01", "archive", "."):
            shutil.copy(path, os.path.join(folder, place, name))
    shutil.copy(max(files, key=os.path.getsize), os.path.join(folder, "updates.20240101.0000.gz"))
    rows = {"country": "175.45.176.0,175.45.179.255,KP\n", "asn": "175.45.176.0,175.45.179.255,131279,Example\n"}
    for name, row in rows.items():
        with open(os.path.join(folder, name + ".csv"), "w", encoding="ascii") as file:
            file.write(row)
    subprocess.run([LACUNA, "world", "build", "--quiet", "-o", os.path.join(folder, ".world")] + [os.path.join(folder, name + ".csv") for name in rows],
                   check=True, capture_output=True)


def run(command, folder):
    environment = {**os.environ, "LACUNA_WORLD": os.path.join(folder, ".world")}
    line = f"timeout --preserve-status -s INT 5 {command}" if ENDLESS in command else command
    done = subprocess.run(["sh", "-e", "-c", line], cwd=folder, env=environment, capture_output=True, stdin=subprocess.DEVNULL, timeout=150, check=False)
    return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")


cases = Cases()
try:
    web = http.server.ThreadingHTTPServer(("127.0.0.1", 8080), http.server.SimpleHTTPRequestHandler)
    web.RequestHandlerClass.log_message = lambda *_: None
    threading.Thread(target=web.serve_forever, daemon=True).start()
except OSError:
    pass  # somebody listens there, who will do
with tempfile.TemporaryDirectory() as scratch:
    furnish(scratch)
    skipped, given = set(), list(commands())
    for command in given:
        why = next((why for why in SKIPPED if command.startswith(why)), None)
        name = "; ".join(line for line in command.splitlines() if line.startswith("./")) if "\n" in command else command
        if why:
            skipped.add(why)
            continue
        status, out, err = run(command, scratch)
        allowed = next((allowed for begin, allowed in STATUS.items() if command.startswith(begin)), {0})
        problems = [] if status in allowed else [f"status {status}", *err.splitlines()[:5]]
        problems += [] if out.strip() else ["nothing is printed", *err.splitlines()[:5]] if ">" not in command else []
        problems += [line for line in err.splitlines() if "usage" in line.lower() or "Try 'lacuna" in line]
        cases.case(name, problems)
    cases.case("what is skipped is there", sorted(set(SKIPPED) - skipped))
    cases.case("what may fail is there", [begin for begin in STATUS if not any(command.startswith(begin) for command in given)])
    cases.case("there are commands", [] if len(given) > 20 else [str(len(given))])
cases.done()
