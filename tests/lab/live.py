# SPDX-License-Identifier: ISC
"""One short scenario live: the lab comes up, the truth holds, the recording reads, and nothing is left behind, not even after SIGKILL.

Environment: LACUNA, LACUNA_BUILD, LACUNA_ROOT. Skips where no lab is possible.
"""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

ROOT, LACUNA = os.environ["LACUNA_ROOT"], os.environ["LACUNA"]
sys.path.insert(0, os.path.join(ROOT, "tests/house"))
sys.path.insert(0, os.path.join(ROOT, "lab"))
from tap import Cases  # noqa: E402

SCENARIO = """
says = "short"
family = "test"
topology = "country"
post = 6

[set]
baseline = 8
collectors = ["rc", "rc2"]

[[step]]
at = 0
do = "power-off"
what = "all"
carrier = true
mark = "off"

[[step]]
at = 8
do = "power-on"
what = "all"
mark = "on"

[[truth]]
entity = "country/KX"
start = "off"
end = "on"
end_tolerance = 20
scope = "total"
cause = "power"
falls = [0, 3]
routes = [0, 3]
"""


def left_behind():
    """Namespaces and processes of a lab that can be seen from here."""
    found = [n for n in subprocess.run(["ip", "netns"], capture_output=True, text=True, check=False).stdout.split() if n.startswith("ll-")]
    return found + [f"process {pid}" for pid in lab_processes()]


def lab_processes():
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                if f"LACUNA_TEST_MARK={os.getpid()}\0".encode() in file.read() and int(pid) != os.getpid():
                    yield pid
        except OSError:
            pass


def run(command, **more):
    environment = {**os.environ, "LACUNA_TEST_MARK": str(os.getpid())}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)


def wait_gone(seconds=10):
    end = time.monotonic() + seconds
    while (left := left_behind()) and time.monotonic() < end:
        time.sleep(0.2)
    return left


def recording_problems(folder):
    with open(os.path.join(folder, "truth.json"), encoding="utf-8") as file:
        outage = json.load(file)["outages"][0]
    if not 7 <= outage["end"] - outage["start"] <= 10 or "routes_start" not in outage:
        yield f"truth: {outage}"
    for name in ("recording.json", "probes/vp.ndjson", "probes/vp2.ndjson", "bgp/rc-updates.mrt", "bgp/rc2-updates.mrt", "bmp/rc2-0.bmp",
                 "bmp/rc2-0.bmp.index"):
        path = os.path.join(folder, name)
        if not os.path.exists(path) or not os.path.getsize(path):
            yield f"{name} is missing"
    done = subprocess.run([LACUNA, "replay", folder], capture_output=True, text=True, timeout=60, check=False)
    if "Kexico (country/KX)" not in done.stdout:
        yield f"replay ({done.returncode}) found no outage: {done.stdout[-300:]}{done.stderr[-300:]}"


def main():
    with tempfile.TemporaryDirectory(prefix="ll-test-") as work:
        scenario = os.path.join(work, "short.toml")
        with open(scenario, "w", encoding="utf-8") as file:
            file.write(SCENARIO)
        command = [sys.executable, "-B", os.path.join(ROOT, "lab/run"), scenario, "-o", os.path.join(work, "out")]
        process = run(command)
        said, _ = process.communicate(timeout=150)
        if process.returncode == 77:
            print(f"1..0 # SKIP {said.strip()}")
            return
        cases = Cases()
        cases.case("a scenario is recorded and its truth holds", [] if process.returncode == 0 else said.splitlines()[-10:])
        cases.case("the recording is whole and is read", recording_problems(os.path.join(work, "out")) if process.returncode == 0 else ["none"])
        cases.case("nothing is left behind", wait_gone())
        process = run([*command[:-1], work])
        process.communicate(timeout=60)
        cases.case("a folder that is no recording is not replaced", [] if process.returncode == 2 and os.path.exists(scenario) else ["it was"])
        for number in (signal.SIGKILL, signal.SIGINT):
            process = run(command, start_new_session=True)
            up = any("lab is up" in line for line in process.stdout)
            process.send_signal(number)
            process.communicate(timeout=30)
            cases.case(f"nothing is left behind after {number.name}", wait_gone() if up else ["the lab did not come up"])
        cases.done()


main()
