# SPDX-License-Identifier: ISC
"""Silence is blindness: where nobody looked nothing is called fine, and nothing is dated to the second."""
from field import Cases, path, replay, run, world

cases = Cases()
WORLD = world()
ROUTING = ("--watch", "country/KP", "--world", WORLD, "--full-feed-floor", "5")
START, END = 1700000202, 1700000801  # 22:16:42 and 22:26:41 on 2023-11-14
HOUR = 3600


def holds(moment, low, high):
    return moment and moment["from"] <= low and moment["to"] >= high


def outage(case, why, missing=()):
    """missing: (who, from, to or None) of each source whose input is not there."""
    status, told, errors = replay(path("routing", "replay", case), *ROUTING)
    found = told["incidents"]
    problems = [] if len(found) == 1 else [f"{len(found)} incidents"]
    problems += [] if status == bool(missing) and told["quality"]["gaps"] == len(missing) else [f"status {status}, gaps {told['quality']['gaps']}"]
    told_missing = [(m["who"], m["from"], m["to"]) for m in told["quality"].get("missing", [])]
    problems += [] if told_missing == list(missing) else [f"missing {told_missing}"]
    problems += [f"no word of {who}: {errors}" for who, _, _ in missing if f"input is missing: collector {who}" not in errors]
    for i in found[:1]:
        problems += [] if holds(i["start"], START, START) and i["start"]["to"] - i["start"]["from"] < 10 else [f"start {i['start']}"]
        problems += [] if holds(i["end"], END, END) and i["end"]["to"] - i["end"]["from"] < 10 else [f"end {i['end']}"]
    cases.case(f"{case}: {why}", problems)


outage("update-file-missing-at-one-of-two", "peers whose input was lost do not outvote those that were heard (RFC 4271 tells changes only)",
       [("rrc00", 1700000100, 1700000400)])
outage("ribs-of-3-updates-of-1", "a table without updates is a witness of its own moment only",
       [(who, 1699999200, None) for who in ("rrc01", "rrc03")])
told = replay(path("routing", "replay", "update-file-missing-at-one-of-two"), *ROUTING)[1]["incidents"]
lost = [(b["who"], b["why"]) for i in told for b in i["coverage"]["blind"]]
cases.case("where the files go on it is not silent any more: its table is not known",
           [] if lost == [("rrc00", "its files of that time are not there"), ("rrc00", "input lost, no table since")] else [str(lost)])
cases.case("what living collectors saw withdrawn is not made of the silence of another",
           [] if told and told[0]["causes"][0]["cause"] != "measurement-artefact" and
           not any("blind" in str(a) for a in told[0]["causes"][0]["for"]) else [str(told and told[0]["causes"][0])])

for case, which in {"routes-start-in-collector-gap": "start", "routes-end-in-collector-gap": "end", "bl_end_in_gap": "end", "zg_gap_2_h": "start"}.items():
    status, told, errors = replay(path("hostile", case))
    found = [i for i in told["incidents"] if i["entity"] == "country/KX"]
    problems = [] if found and found[0][which]["to"] - found[0][which]["from"] > 1.9 * HOUR else [str(found and found[0][which])]
    problems += [] if status == 1 else [f"exit status {status}"]
    problems += [] if told["quality"]["unseen"] else ["no stretch of which nothing can be said"]
    problems += [] if any(i["coverage"]["blind"] for i in found) else ["blind: none"]
    text = run("replay", path("hostile", case)).stdout.decode()
    problems += [] if "Nothing can be said of" in text else ["no word of it"]
    cases.case(f"{case}: an interval that holds the gap, which is told", problems)
text = run("replay", path("hostile", "bl_end_in_gap")).stdout.decode()
cases.case("how long it lasted is at least and at most", [] if "for at least" in text and "It lasted longer than" not in text else text.splitlines()[:12])
status, told, errors = replay(path("hostile", "observers-over-1024"))
control = replay(path("hostile", "observers-control"))[1]
cases.case("more observers than the tables hold: the outage is found, or the limit is told",
           [] if told["incidents"] or status == 1 and ("limit" in errors or told["quality"].get("limits_reached")) else [f"status {status}: {errors}"])
cases.case("and with fewer it is found", [] if control["incidents"] else ["no incident"])
cases.done()
