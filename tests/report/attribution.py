# SPDX-License-Identifier: ISC
"""Wherever world data said who is where, whose they are stands beside the answer: in words, in JSON, in a log and its replay."""
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "house"))
from tap import Cases  # noqa: E402

LACUNA, DEMO = os.environ["LACUNA"], os.environ["LACUNA_DEMO"]
WORDS = "Countries: Example Registry (CC BY 4.0)"


def run(*arguments):
    done = subprocess.run([LACUNA, *arguments], capture_output=True, timeout=120, check=False)
    return done.stdout.decode(), done.stderr.decode()


def told(text):
    return [one["world"] and one["world"]["attribution"] for one in json.loads(text)["incidents"]]


cases = Cases()
with tempfile.TemporaryDirectory() as scratch:
    rows, world, log = (os.path.join(scratch, name) for name in ("rows.csv", "world.bin", "log"))
    with open(rows, "w", encoding="ascii") as file:
        file.write("198.18.0.0,198.18.3.255,KX\n")
    run("world", "build", "-o", world, "--quiet", "--attribution", WORDS, rows)
    for command in ("replay", "explain"):
        data = [DEMO, "--quiet", "--watch", "country/KX"]
        world_given = ["--world", world] if command == "replay" else []
        os.environ["LACUNA_WORLD"] = world
        cases.case(f"{command} in words", [] if WORDS in run(command, *data, *world_given)[0] else ["no word of it"])
        found = told(run(command, *data, *world_given, "--json")[0])
        cases.case(f"{command} in JSON", [] if found == [WORDS] * 3 else [str(found)])
    run("replay", DEMO, "--quiet", "--world", world, "--log", log)
    cases.case("the replay of a log", [] if told(run("replay", log, "--quiet", "--json")[0]) == [WORDS] * 3 and WORDS in run("replay", log)[0] else ["no word of it"])
    lines = [json.loads(line)["incident"]["world"]["attribution"] for line in run("replay", DEMO, "--quiet", "--world", world, "--revisions")[0].splitlines()]
    cases.case("each revision", [] if lines and set(lines) == {WORDS} else [str(set(lines))])
    cases.case("a filter of routes by country", [] if WORDS in run("bgp", os.path.join(DEMO, "bgp"), "--country", "KX", "-q")[1] else ["no word of it"])
    cases.case("a lookup", [] if WORDS in "".join(run("world", "lookup", "country/KX")) and json.loads(run("world", "lookup", "KX", "--json")[0])["attribution"] == WORDS else ["no word"])
    run("world", "build", "-o", world, "--quiet", "--attribution", "x" * 5000 + "\u202e", rows)
    text = run("replay", DEMO, "--quiet", "--world", world)[0]
    cases.case("a long one is cut, and hides nothing", [] if "x" * 200 in text and "x" * 1024 not in text and "\u202e" not in text else [text[-2000:]])
    del os.environ["LACUNA_WORLD"]
    cases.case("without world data there is none", [] if told(run("replay", DEMO, "--quiet", "--json")[0]) == [None] * 3 else ["one is told"])
cases.done()
