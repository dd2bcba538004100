# SPDX-License-Identifier: ISC
"""A number that `--set` changes reaches whoever decides by it: the answer to the demo recording is another one, and so is its
digest. What is outside its bounds is refused, with the bounds. World data are named and hashed with the numbers."""
import hashlib
import json
import os
import re
import tempfile

from run import Tap, run

DEMO = os.environ["LACUNA_DEMO"]
REACH = ["level.open=0.01", "level.close=0.01 level.open=0.01", "level.hold_s=86400", "level.warm_up_s=86400", "level.networks_min=1000",
         "level.stamp_s=0", "reach.loss_p1=0.95", "reach.loss_alarm=0.5", "reach.loss_close=0.95 reach.loss_p1=0.95", "reach.networks_min=1",
         "reach.quiet_z=10", "reach.onset_intervals=4", "reach.latency_ratio=100", "reach.latency_share=1",
         "checks.timeouts_open=0.001 checks.timeouts_close=0", "checks.connect_open=1.01 checks.connect_close=1", "checks.open_intervals=1", "belief.up=0.999",
         "health.settle_s=86400", "observer.lag_intervals=1000", "target.fails=1", "target.good=1", "target.good_of=1 target.good=1",
         "assemble.chain_s=86400", "assemble.chain_intervals=10000", "assemble.flap_intervals=10000",
         "assemble.lead_intervals=0", "story.smooth_intervals=16", "story.churn_before_s=86400", "story.before_s=60",
         "story.after_intervals=1000", "phases.nothing=1", "phases.back=0.01", "phases.debounce=1",
         "concurrency.rate_safety=1000", "concurrency.prior_onsets=100", "concurrency.prior_hours=0.1",
         "concurrency.rho_least=1e-06", "concurrency.window_short_s=1", "concurrency.window_intervals=1",
         "concurrency.per_year=0", "concurrency.failed_min=10000", "precedence.p0_unknown=1e-06", "precedence.p0_weight=1",
         "precedence.late_share=0.001", "precedence.total_loss=0.01", "precedence.partial_loss=1", "precedence.worst=0",
         "precedence.calm=1", "precedence.tail=0.001", "precedence.ramp_beta=0.01", "precedence.step_beta_a=0.01",
         "precedence.step_beta_b=0.01", "precedence.shape_clear=100", "campaign.gap_days=0", "campaign.similarity=1",
         "campaign.known_min=100", "precedent.missing_cost=0", "precedent.spread_min=100", "precedent.clock_s=0",
         "precedent.known_min=100", "facts.margin_intervals=1000", "facts.total_loss=0.01", "facts.floor_points=1000",
         "facts.step_points=1", "facts.step_within=1", "facts.step_time=0", "facts.flat_depth=0", "facts.wave_high=0.3",
         "facts.wave_low=1 facts.wave_high=1", "facts.silent_share=0", "facts.partly_alive=1", "facts.ramp_intervals=1",
         "facts.loss_intervals=1000", "facts.block_hosts=256", "facts.blocks_least=1000", "facts.stamp_s=60",
         "belief.repeated=0", "belief.learn=1", "diagnose.misled=0", "diagnose.family_rest=0", "diagnose.ratio_clip=1",
         "diagnose.prior_more=1", "prior.power=0.001", "prior.small_networks=0", "evidence.margin_intervals=100"]
REFUSED = [("level.open=0", "0.01 to 0.999"), ("level.open=nan", "NAME=VALUE"), ("level.hold_s=-1", "0 to 86400"),
           ("series.bgp.open=2", "0.001 to 1"), ("level.opens=0.5", "no such number"), ("level.open", "NAME=VALUE"),
           ("level.open=", "NAME=VALUE"), ("level.open=0.5x", "NAME=VALUE"), ("=0.5", "NAME=VALUE"), ("level.open= 0.5", "NAME=VALUE"),
           ("level.open=inf", "NAME=VALUE"), ("level.open=0x1p-1", "NAME=VALUE"), ("level.open=0,5", "NAME=VALUE"), ("LEVEL.OPEN=0.5", "no such number"),
           ("level.networks_min=2.5", "whole number"), ("series.weeks_min=1.5", "whole number"), ("target.fails=1.5", "whole number"),
           ("level.close=0.1", "level.open (0.9) must not be above level.close (0.1)"), ("level.open=0.99|level.close=0.98", "must not be above"),
           ("series.gtr.close=0.1", "series.gtr.open"), ("target.good_of=2", "target.good"), ("checks.timeouts_open=0.01", "checks.timeouts_close")]


def answer(*arguments):
    """What is said, without the digest; the digests."""
    said = run("replay", DEMO, "--json", "--quiet", *arguments).stdout
    digests = set(re.findall(rb'"parameters":"([0-9a-f]{64})"', said))
    return re.sub(rb'"parameters":"[0-9a-f]*",', b"", said), digests


def world_checks(tap, scratch):
    rows, world = os.path.join(scratch, "world.csv"), os.path.join(scratch, "world.bin")
    with open(rows, "w", encoding="ascii") as file:
        file.write("198.18.0.0,198.18.3.255,KX\n")
    run("world", "build", "-o", world, "--quiet", rows)
    with open(world, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    plain, named = [json.loads(run("replay", DEMO, "--json", "--quiet", *more).stdout)["incidents"] for more in
                    ([], ["--world", world])]
    tap.check(plain and all(n["world"] is None for n in plain), "without world data there is no digest of any")
    tap.check(named and all(n["world"]["sha256"] == digest for n in named), "world data are named by their digest", named[:1])
    tap.check(named and all(re.match(r"\d{4}-\d\d-\d\dT", n["world"]["date"]) for n in named), "and by their date")
    log = os.path.join(scratch, "log")
    run("replay", DEMO, "--quiet", "--world", world, "--log", log)
    again = json.loads(run("replay", log, "--json", "--quiet").stdout)["incidents"]
    tap.check([(n["world"], n["parameters"]) for n in again] == [(n["world"], n["parameters"]) for n in named],
              "a log replays with the digests of the run that wrote it", again[:1])
    tap.check({n["parameters"] for n in plain}.isdisjoint(n["parameters"] for n in named), "and hashed with the numbers")


def main():
    tap = Tap()
    plain, plain_digests = answer()
    tap.check(len(plain_digests) == 1, "one run has one digest", plain_digests)
    for given in REACH:
        said, digests = answer(*(word for one in given.split() for word in ("--set", one)))
        tap.check(said != plain, f"{given} changes the answer")
        tap.check(len(digests) <= 1 and not digests & plain_digests, f"{given} changes the digest", digests)
    tap.check(answer("--set", "level.open=0.9") == (plain, plain_digests), "the value of the table changes nothing")
    for given, words in REFUSED:
        done = run("replay", DEMO, *(word for one in given.split("|") for word in ("--set", one)))
        tap.check(done.returncode == 2 and words in done.stderr.decode(), f"{given} is refused: {words}", done.stderr)
    listed = run("replay", "--parameters", "--set", "level.open=0.5").stdout.decode()
    tap.check(re.search(r"^level\.open +0\.5 +of the usual +0\.01 to 0\.999 ", listed, re.MULTILINE) is not None,
              "the list has the value of the run", listed[:400])
    with tempfile.TemporaryDirectory() as scratch:
        world_checks(tap, scratch)
    tap.end()


main()
