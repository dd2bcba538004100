# SPDX-License-Identifier: ISC
"""The shipped recordings of the lab, one of each family: every outage is found with its scope, order and recovery, and nothing else."""
import json
import os

from run import Tap, run

FOLDER = os.path.join(os.path.dirname(os.environ["LACUNA_DEMO"]), "lab")
STARTS_INSIDE = 0.85  # of the starts, inside their 90 % interval

tap = Tap()
names = sorted(os.listdir(FOLDER))
result = json.loads(run("evaluate", *[os.path.join(FOLDER, name) for name in names], "--json").stdout)
for recording in result["recordings"]:
    outages = [o for o in recording["outages"] if o["expected"] not in ("none", "measurement-artefact")]
    wrong = [o for o in outages if False in (o["detected"], o["scope_ok"], o["order_ok"], o["recovery_ok"])]
    tap.check(recording["detected"] and not recording["false_outages"] and not wrong, recording["name"], json.dumps(recording))
summary = result["summary"]
tap.check(len(result["recordings"]) == len(names) >= 12, "every recording was read")
tap.check(summary["start_coverage"] >= STARTS_INSIDE, "intervals of starts hold what they say", summary)
tap.check(summary["start_interval_score_s"] < summary["start_interval_score_plain_s"], "and say more than plus or minus a watch interval", summary)

timed = json.loads(run("evaluate", "--times", *[os.path.join(FOLDER, name) for name in names], "--json").stdout)
wrong, times = [], []
for one in timed["recordings"]:
    folder = os.path.join(FOLDER, one["name"])
    lines = run("replay", "--revisions", "--cut", "1", "--quiet", folder).stdout.splitlines()
    opened = [r["cut"] for r in map(json.loads, lines) if r["change"] == "opened"]
    with open(os.path.join(folder, "truth.json"), encoding="utf-8") as file:
        starts = [o["start"] for o in json.load(file)["outages"]]
    for start, after in zip(starts, (o["time_to_detect_s"] for o in one["outages"])):
        times += [] if after is None else [after]
        if after and (after > 120 or not any(abs(start + after - cut) < 0.06 for cut in opened)):
            wrong.append((one["name"], start, after))
tap.check(not wrong and len(times) >= summary["outages"], "--times: from the start of each outage to the revision that opened it", wrong)
for recording in timed["recordings"]:
    for outage in recording["outages"]:
        outage["time_to_detect_s"] = None
tap.check(timed["recordings"] == result["recordings"], "--times: the grid of its cuts changes nothing else")
tap.end()
