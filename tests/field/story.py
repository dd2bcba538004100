# SPDX-License-Identifier: ISC
"""What is told of an incident agrees with itself, and claims no more than was looked at."""
import os

from field import Cases, path, replay, run, world

cases = Cases()
WORLD = world()
ROUTING = ("--watch", "country/KP", "--world", WORLD, "--full-feed-floor", "5")


def recordings():
    for kind in ("hostile", "measuring"):
        for name in sorted(os.listdir(path(kind))):
            if os.path.exists(path(kind, name, "recording.json")):
                yield name, (path(kind, name),)
    for name in sorted(os.listdir(path("routing", "replay"))):
        if os.path.isdir(path("routing", "replay", name)):
            yield name, (path("routing", "replay", name), *ROUTING)


def contradictions(arguments):
    told = replay(*arguments, timeout=120)[1]
    return [f"{i['id']}: {rule}" for i in (told or {}).get("incidents", []) for rule in i.get("contradictions", [])]


for name, arguments in recordings():
    cases.case(f"{name}: its parts agree", contradictions(arguments))

status, told, errors = replay(path("hostile", "bl_end_in_gap"))
readings = [i["precedence"]["reading"] for i in told["incidents"] if i["precedence"]]
cases.case("without routing data nothing is said of routes", [] if readings and set(readings) == {"no routing data"} else [str(readings)])
text = run("replay", path("hostile", "bl_end_in_gap")).stdout.decode()
cases.case("nor in words", [line for line in text.splitlines() if "routes stood" in line])
told = replay(path("routing", "replay", "hijack-more-specific-phases"), *ROUTING)[1]
cases.case("a more specific prefix of another network takes nothing out of the table: no phases of it",
           [str(i["phases"]) for i in told["incidents"] if i["phases"]])
cases.done()
