# SPDX-License-Identifier: ISC
"""Event logs: several are read as one, as far as --until says, and go on from a state; what cannot be read with them is refused."""
import json
import os
import random
import shutil
import tempfile
import time

from run import Tap, run

DEMO = os.environ["LACUNA_DEMO"]
FIRST, LAST = 1795650600, 1795651290  # of the demo


def revisions(*arguments):
    return run("replay", "--revisions", "--quiet", *arguments)


def half(folder, name, *kinds):
    """A recording of some of the demo's kinds of data, and the log of a run over it."""
    recording, log = os.path.join(folder, name), os.path.join(folder, name + ".log")
    os.mkdir(recording)
    shutil.copy(os.path.join(DEMO, "recording.json"), recording)
    for kind in kinds:
        shutil.copytree(os.path.join(DEMO, kind), os.path.join(recording, kind))
    revisions(recording, "--log", log)
    return recording, log


def several(tap, folder):
    routes, routes_log = half(folder, "routes", "bgp")
    probes, probes_log = half(folder, "probes", "probes")
    whole = revisions(routes, probes)
    tap.check(whole.stdout.count(b"\n") > 10, "two recordings have revisions")
    for logs in ((routes_log, probes_log), (probes_log, routes_log)):
        done = revisions(*logs)
        tap.check(done.returncode == 0 and done.stdout == whole.stdout, "their logs say the same, in any order", done.stderr.decode())
    for at in sorted(random.sample(range(FIRST, LAST), 4)):
        there = revisions(routes, probes, "--until", str(at)).stdout
        state = os.path.join(folder, "state")
        one = revisions(routes_log, probes_log, "--until", str(at), "--snapshot", state)
        two = revisions(routes_log, probes_log, "--resume", state)
        tap.check(one.stdout + two.stdout == whole.stdout, f"stopped at {at}: the same lines", two.stderr.decode())
        done = revisions(routes_log, probes_log, "--until", str(at))
        tap.check(done.stdout == there, f"until {at}: what was known then", done.stdout[-300:])
    done = run("replay", "--json", "--quiet", routes, probes)
    scope = json.loads(done.stdout)["incidents"][0]["scope"]
    tap.check(len(scope["networks"]) == len(set(scope["networks"])) > 0, "an entity of two recordings has each network once", scope)
    return routes, routes_log, whole.stdout


def refused(tap, folder, routes, log, whole):
    segment = os.path.join(log, os.listdir(log)[0])
    for paths, words in (((log, routes), (routes, "no event log", "export")), ((segment,), (segment, "name its folder")),
                         ((log, segment), (segment, "name its folder"))):
        done = revisions(*paths)
        tap.check(done.returncode == 2 and not done.stdout and all(word in done.stderr.decode() for word in words),
                  f"{len(paths)} paths: status 2 and why", f"{done.returncode} {done.stderr}")
    done = run("replay", "--follow", log)
    tap.check(done.returncode == 2 and b"not followed" in done.stderr, "a log is not followed, which is said", done.stderr)
    state = os.path.join(folder, "other")
    revisions(routes, "--until", str(FIRST + 300), "--snapshot", state)
    done = revisions(log, "--resume", state)
    tap.check(done.returncode == 0 and done.stdout == revisions(routes).stdout and b"beginning" in done.stderr,
              "a state of files is no state of logs", f"{done.returncode} {done.stderr}")


tap = Tap()
folder = tempfile.mkdtemp(prefix="lacuna-logs-")
seed = int(os.environ.get("LACUNA_SEED", time.time_ns() % 1000000))
print(f"# LACUNA_SEED={seed}")
random.seed(seed)
try:
    refused(tap, folder, *several(tap, folder))
finally:
    shutil.rmtree(folder)
tap.end()
