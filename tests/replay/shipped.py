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
tap.end()
