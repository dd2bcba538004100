# SPDX-License-Identifier: ISC
"""What is told of an incident agrees with itself, and claims no more than was looked at."""
import os
import tempfile

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

# Any usual name of an entity: they all mean the same.
HIJACK = path("routing", "replay", "hijack-more-specific-phases")
wanted = replay(HIJACK, *ROUTING)[1]
for name in ("KP", "kp", "country/kp", "Country/KP"):
    status, told, errors = replay(HIJACK, "--watch", name, "--world", WORLD, "--full-feed-floor", "5")
    cases.case(f"--watch {name} is country/KP", [] if told and told["incidents"] == wanted["incidents"] else [errors])
asked = [run("world", "lookup", "--world", WORLD, "--json", name).stdout for name in ("asn/131279", "AS131279", "as131279", "131279", "ASN/131279")]
cases.case("a network by any of its names", [str(asked)] if len(set(asked)) != 1 else [])
status, told, errors = replay(HIJACK, "--watch", "nowhere land", "--world", WORLD)
cases.case("a name that means nothing is refused as that", [] if status == 2 and "nowhere land" in errors else [errors])

# The unrouted time is that of its phases, never that of the whole.
demo = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "recordings", "demo")
text = run("replay", demo).stdout.decode()
cases.case("how long nobody could route there is no longer than its phases say",
           [line for line in text.splitlines() if "nobody could even route there, for" in line])

# What a terminal would obey or hide stands in JSON as its number only.
HIDDEN = "\x7f\x9b\u00ad\u061c\u200b\u202e\u2066\ufeff\U000e0041"
with tempfile.TemporaryDirectory() as folder:
    with open(os.path.join(folder, f"x{HIDDEN}.mrt"), "wb") as out:
        out.write(b"\0" * 12)
    told = run("bgp", folder, "--json", "--count").stdout.decode() + run("replay", HIJACK, folder, *ROUTING, "--json").stdout.decode()
cases.case("no hidden character raw in JSON", [repr(c) for c in HIDDEN if c in told])
cases.done()
