# SPDX-License-Identifier: ISC
"""`replay --snapshot` and `--resume`: two runs print what one prints; what cannot be gone on from is set aside."""
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time

from run import LACUNA, Tap, run

DEMO = os.environ["LACUNA_DEMO"]
FIRST, LAST = 1795650600, 1795651290  # of the demo
SERIES = 3 * 288 + 40  # values five minutes apart
LOW = range(3 * 288, 3 * 288 + 20)


def revisions(*arguments):
    return run("replay", "--revisions", "--quiet", *arguments)


def series(path, n):
    with open(path, "w") as f:
        f.write("time,entity,signal,value\n")
        for i in range(n):
            f.write(f"{1650000000 + 300 * i},country/KX,bgp,{10 if i in LOW else 100 + i % 3}\n")


def halves(tap, folder, whole):
    state = os.path.join(folder, "state")
    for at in sorted(random.sample(range(FIRST, LAST), 4)):
        one = revisions(DEMO, "--until", str(at), "--snapshot", state)
        two = revisions(DEMO, "--resume", state)
        tap.check(two.returncode == 0 and one.stdout + two.stdout == whole, f"stopped at {at}: the same lines",
                  two.stderr.decode())
    stopped = subprocess.Popen([LACUNA, "replay", "--revisions", "--quiet", DEMO, "--snapshot", state], stdout=subprocess.PIPE)
    time.sleep(random.random() * 0.1)
    stopped.send_signal(signal.SIGTERM)
    said = stopped.communicate(timeout=60)[0]
    two = revisions(DEMO, "--resume", state)
    tap.check(stopped.returncode in (0, 3, -signal.SIGTERM), "told to stop: it stops", stopped.returncode)
    if stopped.returncode == 0:
        tap.check(said + two.stdout == whole, "told to stop: the same lines")


def grown(tap, folder):
    path, state = os.path.join(folder, "kx.csv"), os.path.join(folder, "series-state")
    series(path, SERIES)
    whole = revisions(path).stdout
    tap.check(whole.count(b"\n") > 1, "a series that falls has revisions")
    said = b""
    for n in (3 * 288 + 3, 3 * 288 + 15, SERIES):
        series(path, n)
        more = ["--resume", state] if said or os.path.exists(state) else []
        last = n == SERIES
        done = revisions(path, *more, *([] if last else ["--snapshot", state]))
        said += done.stdout
    tap.check(said == whole, "a file that grew: the same lines", said.decode() + "--\n" + whole.decode())
    series(path, SERIES // 2)
    revisions(path, "--snapshot", state)
    with open(path) as f:
        lines = f.read().splitlines(keepends=True)
    with open(path, "w") as f:
        f.writelines(lines[:1] + lines[40:] + lines[1:40])
    done = revisions(path, "--resume", state)
    tap.check(done.returncode == 4 and b"is not the one" in done.stderr, "another file of that name is refused",
              f"{done.returncode} {done.stderr}")


def from_log(tap, folder, whole):
    """A log that grows: cut anywhere, also within a record."""
    log, part, state = (os.path.join(folder, name) for name in ("log", "part", "log-state"))
    revisions(DEMO, "--log", log)
    segment, = [f for f in os.listdir(log) if f.endswith(".lacuna-log")]
    with open(os.path.join(log, segment), "rb") as f:
        content = f.read()
    os.mkdir(part)
    said = b""
    for share in (0.2 + 0.3 * random.random(), 0.5 + 0.4 * random.random(), 1):
        with open(os.path.join(part, segment), "wb") as f:
            f.write(content[:int(share * len(content))])
        more = ["--resume", state] if os.path.exists(state) else []
        said += revisions(part, *more, *([] if share == 1 else ["--snapshot", state])).stdout
    tap.check(said == whole, "an event log that grew: the same lines")


def aside(tap, folder, whole):
    state = os.path.join(folder, "state")
    revisions(DEMO, "--until", str(FIRST + 300), "--snapshot", state)
    good = open(state, "rb").read()
    for name, bytes_now, word in (("cut", good[:-7], b"damaged"), ("empty", b"", b"damaged"),
                                  ("flipped", good[:999] + bytes([good[999] ^ 4]) + good[1000:], b"damaged"),
                                  ("of another version", good[:12] + b"\xff" + good[13:], b"another version")):
        with open(state, "wb") as f:
            f.write(bytes_now)
        done = revisions(DEMO, "--resume", state)
        kept = os.path.exists(state + ".set-aside") and not os.path.exists(state)
        tap.check(done.returncode == 0 and done.stdout == whole and word in done.stderr and kept,
                  f"a state that is {name} is set aside", done.stderr.decode())
    with open(state, "wb") as f:
        f.write(good)
    done = revisions(DEMO, "--resume", state, "--set", "level.open=0.5")
    tap.check(done.returncode == 0 and b"other settings" in done.stderr and not os.path.exists(state),
              "a state of other settings is set aside", done.stderr.decode())
    done = revisions(DEMO, "--resume", state)
    tap.check(done.returncode == 0 and done.stdout == whole and b"beginning" in done.stderr,
              "no state: from the beginning", done.stderr.decode())
    done = revisions(DEMO, "--snapshot", os.path.join(folder, "nowhere", "state"))
    tap.check(done.returncode == 4 and b"nowhere" in done.stderr, "a state that cannot be written is an error",
              f"{done.returncode} {done.stderr}")
    left = [f for f in os.listdir(folder) if f.endswith(".new")]
    tap.check(not left, "nothing half-written is left", left)


tap = Tap()
folder = tempfile.mkdtemp(prefix="lacuna-resume-")
seed = int(os.environ.get("LACUNA_SEED", time.time_ns() % 1000000))
print(f"# LACUNA_SEED={seed}")
random.seed(seed)
try:
    whole = revisions(DEMO).stdout
    halves(tap, folder, whole)
    grown(tap, folder)
    from_log(tap, folder, whole)
    aside(tap, folder, whole)
finally:
    shutil.rmtree(folder)
tap.end()
