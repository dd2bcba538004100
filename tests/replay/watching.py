# SPDX-License-Identifier: ISC
"""`lacuna replay --follow --watch-file`: what is watched changes while it runs, and the log that it kept says the same."""
import os
import signal
import subprocess
import tempfile

from grow import Follow, Growing, revisions
from run import LACUNA, Tap, run

DEMO = os.environ["LACUNA_DEMO"]
tap = Tap()


def of(told, entity):
    return [r for r in told if r["incident"]["entity"] == entity]


def write(path, text):
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.rename(path + ".new", path)


def changed(work, number):
    """Added in the middle of the data, by a change of the file or by SIGHUP; removed again near the end."""
    g = Growing(DEMO, os.path.join(work, f"data{number}"))
    watch, log = os.path.join(work, "watch"), os.path.join(work, f"log{number}")
    write(watch, "# nobody yet\n")
    g.write(g.moment(0.07))
    f = Follow(g.folder, "--watch-file", watch, "--log", log, "--watermark", "2")
    f.idle()
    if number:
        with open(watch, "r+", encoding="utf-8") as file:  # the same size and place
            file.write("asn/64512 # ")
        f.process.send_signal(signal.SIGHUP)
    else:
        write(watch, "\n  asn/64512\t# a network\n")
    f.idle()
    both = of(revisions(DEMO, "--watch", "asn/64512")[1], "asn/64512")
    last = [r["cut"] for r in both if r["change"] == "opened"][-1]
    f.at_once(lambda: g.write(last + 95))
    f.idle()
    open_now = {r["incident"]["id"]: r["incident"]["state"] for r in of(f.read(), "asn/64512")}
    write(watch, "country/KX\n")
    f.process.send_signal(signal.SIGHUP)
    f.idle()
    f.at_once(lambda: g.write(g.last))
    f.idle()
    told, status, errors = f.stop()
    tap.check(status == 0 and not errors, f"{number}: status 0", f"{status} {errors}")
    wanted = revisions(g.folder)[1]
    tap.check(of(told, "country/KX") == wanted, f"{number}: who was watched all the time is told of as if nothing had changed")
    added = of(told, "asn/64512")
    kept = [r for r in added if r["change"] != "withdrawn"]
    tap.check(kept and kept == both[:len(kept)], f"{number}: who is added is told of as if it had been there from the start",
              f"{len(kept)} of {len(both)}")
    gone = {r["incident"]["id"] for r in added if r["change"] == "withdrawn"}
    tap.check(gone == {i for i, state in open_now.items() if state == "open"} and gone,
              f"{number}: what was open of who is removed is withdrawn", f"{gone} {open_now}")
    tap.check(all("not watched any more" in str(r["incident"]) for r in added if r["change"] == "withdrawn"), f"{number}: and why is said")
    again = subprocess.run([LACUNA, "replay", "--revisions", "--quiet", log], capture_output=True, timeout=300, check=False)
    tap.check(again.stdout == f.told, f"{number}: a replay of the log tells the same, byte for byte", again.stderr)
    state = os.path.join(work, "state")
    for at in (last - 10, last + 60, g.last - 20):  # soon after one was added, later, and after it was removed
        one = run("replay", "--revisions", "--quiet", log, "--until", str(at), "--snapshot", state)
        two = run("replay", "--revisions", "--quiet", log, "--resume", state)
        tap.check(one.stdout + two.stdout == f.told and one.stdout and b"beginning" not in two.stderr,
                  f"{number}: who goes on at {at} has the past of all who are watched then", two.stderr.decode())


def wrong(work):
    """A line that names nothing, or no file: the list stays, and it is said."""
    g = Growing(DEMO, os.path.join(work, "wrong"))
    watch = os.path.join(work, "bad")
    done = run("replay", DEMO, "--watch-file", watch)
    tap.check(done.returncode == 3 and watch.encode() in done.stderr, "no such file: status 3", done.stderr)
    write(watch, "nowhere\n")
    done = run("replay", DEMO, "--watch-file", watch)
    tap.check(done.returncode == 2 and b"nowhere" in done.stderr, "a line that names nothing: status 2", done.stderr)
    write(watch, "")
    g.write(g.moment(0.3))
    f = Follow(g.folder, "--watch-file", watch)
    f.idle()
    write(watch, "asn/64512\ncountry kexico\n")
    f.idle()
    os.unlink(watch)
    f.process.send_signal(signal.SIGHUP)
    f.idle()
    f.at_once(lambda: g.write(g.last))
    f.idle()
    told, status, errors = f.stop()
    tap.check(status == 0 and errors.count("stays as it was") == 2, "later: it stays as it was, and that is said", f"{status} {errors}")
    tap.check(told == revisions(g.folder)[1], "and nothing else is told")


with tempfile.TemporaryDirectory() as folder:
    changed(folder, 0)
    changed(folder, 1)
    wrong(folder)
tap.end()
