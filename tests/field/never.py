# SPDX-License-Identifier: ISC
"""What was never seen up is not fine, and not down either: nothing can be said of it until something of it answers or is routed. Hosts that never
answered, hosts that answer for the first time late, addresses of which no table ever had a route beside others that stand, tables that come
long after the updates."""
import json
import os
import sys
import tempfile

from field import HERE, Cases, replay, run

sys.path.insert(0, os.path.join(HERE, "..", "replay"))
import mrt  # noqa: E402
from mrt import update  # noqa: E402

START = 1699999200  # 2023-11-14 22:00 UTC
HOSTS = ["198.18.%d.%d" % (i, j) for i in range(3) for j in (10, 20)]
CONTROLS = ["192.0.2.%d" % i for i in (1, 2, 3)]
OBSERVERS = (("one", 64601), ("two", 64602))
LONG = 1200  # seconds
PEERS = [("192.0.2.%d" % (10 + i), 64610 + i) for i in range(6)]
OWN, OWN6 = ["198.18.%d.0/24" % i for i in range(3)], ["2001:db8:%d::/48" % i for i in range(1, 9)]
REST = ["11.0.%d.0/24" % i for i in range(40)]


def write(folder, name, data):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data if isinstance(data, bytes) else data.encode())


def recording(folder):
    targets = [{"address": h, "entity": "country/KX", "kind": "host"} for h in HOSTS] + [{"address": c, "kind": "control"} for c in CONTROLS]
    write(folder, "recording.json", json.dumps({
        "format": "lacuna-recording/1", "entities": [{"id": "country/KX", "name": "Kexico", "prefixes": OWN + OWN6, "asns": [64512]}],
        "watch": ["country/KX"], "observers": [{"id": o, "asn": a} for o, a in OBSERVERS], "targets": targets}))


def probes(folder, answers, away=None):
    """`away`: an observer and when it is not there."""
    for observer, _ in OBSERVERS:
        lines = []
        for at in range(0, LONG, 10):
            if away and away[0] == observer and away[1] <= at < away[2]:
                continue
            for i, target in enumerate(HOSTS + CONTROLS):
                one = {"t": START + at + i / 10, "observer": observer, "op": "icmp_echo", "target": target}
                good = target in CONTROLS or answers(at)
                lines.append(json.dumps(dict(one, ok=True, rtt_ms=20.5) if good else dict(one, ok=False, failure="generic_timeout_error")))
        write(folder, "probes/%s.ndjson" % observer, "\n".join(lines) + "\n")


def table(when, prefixes):
    return mrt.table(when, PEERS, [(prefix, 64512) for prefix in prefixes])


def beats(begin, end):
    """Updates of every peer about somebody else, each ten seconds."""
    return b"".join(update(START + at, peer, [], [REST[at // 10 % 40]], 64510) for at in range(begin, end, 10) for peer in PEERS)


def answer(folder):
    status, document, _ = replay(folder, "--full-feed-floor", "5")
    text = run("replay", folder, "--full-feed-floor", "5").stdout.decode()
    return status, document, text


def said(cases, what, folder, spans):
    """`spans`: evidence, begin and end of each stretch of which nothing can be said; with any of them the status is 1."""
    status, document, text = answer(folder)
    unseen = [(u["evidence"], u["from"], u["to"]) for u in document["quality"]["unseen"]]
    problems = ["status %d" % status] if status != bool(spans) else []
    problems += ["incidents %d" % len(document["incidents"])] if document["incidents"] else []
    problems += ["unseen %s" % unseen] if len(unseen) != len(spans) else []
    for (evidence, begin, end), (kind, at, to) in zip(spans, unseen):
        near = abs(at - START - begin) <= 20 and abs(to - START - end) <= 30 if isinstance(at, (int, float)) else True
        problems += ["%s from %s to %s" % (kind, at, to)] if kind != evidence or not near else []
    problems += ["no word of it"] if spans and "it had not been seen up before" not in text else []
    problems += ["called fine"] if spans and spans[0][2] - spans[0][1] > LONG - 60 and "fell off the Internet.\n" in text else []
    cases.case(what, problems)


def main():
    cases = Cases()
    with tempfile.TemporaryDirectory() as folder:
        def made(name):
            recording(os.path.join(folder, name))
            return os.path.join(folder, name)

        probes(made("never"), lambda at: False)
        said(cases, "hosts that never answered", made("never"), [("probes", 0, LONG)])
        probes(made("late"), lambda at: at >= 600)
        said(cases, "hosts that answer for the first time after ten minutes", made("late"), [("probes", 0, 600)])
        probes(made("fine"), lambda at: True)
        said(cases, "hosts that answer from the first time on", made("fine"), [])
        probes(made("alone"), lambda at: not 600 <= at < 900, ("two", 550, 950))
        status, document, text = answer(made("alone"))
        cases.case("one observer alone sees a loss while the other is away: whether it was an outage is not known",
                   [] if status == 1 and not document["incidents"] and "is not known: one observer alone lost it" in text else [str(status), text])
        write(made("hidden"), "bgp/c/rib.mrt", table(START, OWN6 + REST))
        write(made("hidden"), "bgp/c/updates.mrt", beats(10, LONG))
        said(cases, "IPv4 of which no table has a route, beside IPv6 that stands", made("hidden"), [("routes", 0, LONG)])
        write(made("back"), "bgp/c/rib.mrt", table(START, OWN6 + REST))
        write(made("back"), "bgp/c/updates.mrt",
              beats(10, 600) + b"".join(update(START + 600, p, [], OWN, 64512) for p in PEERS) + beats(610, LONG))
        said(cases, "IPv4 that is announced for the first time later", made("back"), [("routes", 0, 600)])
        write(made("after"), "bgp/c/updates.mrt", beats(0, 900) + beats(910, LONG))
        write(made("after"), "bgp/c/rib.mrt", table(START + 900, OWN + OWN6 + REST))
        said(cases, "a table that comes a quarter of an hour after the first update", made("after"), [("routes", 0, 900)])
        write(made("usual"), "bgp/c/rib.mrt", table(START + 60, OWN + OWN6 + REST))
        write(made("usual"), "bgp/c/updates.mrt", beats(0, LONG))
        said(cases, "a table that takes a minute to be written", made("usual"), [])
    cases.done()


if __name__ == "__main__":
    main()
