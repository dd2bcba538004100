# SPDX-License-Identifier: ISC
"""One observer that pings and nothing else raises no outage: that is said before and after, with what would have been raised and what the
cheapest second witness is; and nothing of the kind is said where there is a second one."""
import json
import os
import tempfile

from field import Cases, replay, run

BEGIN, SECONDS, LOST = 1795418965, 300, range(120, 200)
HOSTS = [f"198.18.0.{n}" for n in range(10, 18)]
WEB = "198.18.1.10"


def recording(folder, observers, web=False, listed=True, lost=LOST, web_lost=range(0)):
    """observers: name to network; None: not stated."""
    os.makedirs(os.path.join(folder, "probes"))
    about = {"format": "lacuna-recording/1", "name": "lone", "watch": ["country/KX"], "entities": [{"id": "country/KX", "prefixes": ["198.18.0.0/22"]}],
             "observers": [{"id": o, **({"asn": asn} if asn else {})} for o, asn in observers.items()]}
    if listed:
        about["targets"] = [{"address": a, "entity": "country/KX", "kind": "host"} for a in HOSTS]
        about["targets"] += [{"address": WEB, "entity": "country/KX", "kind": "http"}] if web else []
    with open(os.path.join(folder, "recording.json"), "w", encoding="utf-8") as file:
        json.dump(about, file)
    for observer in observers:
        with open(os.path.join(folder, "probes", observer + ".ndjson"), "w", encoding="utf-8") as file:
            for second in range(SECONDS):
                for i, address in enumerate(HOSTS + ([WEB] if web else [])):
                    good = second not in (web_lost if address == WEB else lost)
                    line = {"t": round(BEGIN + second + i * 0.05, 3), "observer": observer, "target": address, "ok": good,
                            "op": "http_round_trip" if address == WEB else "icmp_echo"}
                    line.update({"rtt_ms": 20} if good else {"failure": "generic_timeout_error"})
                    file.write(json.dumps(line) + "\n")


def told(scratch, name, *arguments, **how):
    folder = os.path.join(scratch, name)
    recording(folder, **how)
    status, document, errors = replay(folder, *arguments)
    text = run("replay", folder, *arguments)
    return status, document, errors, text.stdout.decode(), folder


def problems(**wanted):
    return [f"{name}: {value}" for name, value in wanted.items() if not value]


cases = Cases()
with tempfile.TemporaryDirectory() as scratch:
    status, document, errors, text, folder = told(scratch, "one", observers={"vp1": 65001})
    quality = document["quality"]
    lone = quality["lone_witness"]
    cases.case("one observer that only pings: nothing is raised, and that is no success", problems(
        none_raised=document["incidents"] == [], status=status == 1, counted=quality["unconfirmed"] == 1,
        named=len(lone) == 1 and lone[0]["entity"] == "country/KX" and lone[0]["observer"] == "vp1" and lone[0]["unraised"] == 1,
        cheapest=bool(lone) and "check" in lone[0]["cheapest"]))
    cases.case("it is said before, on standard error", problems(said=errors.find("raises no outage") >= 0 and "second witness" in errors))
    cases.case("and after, without a word that all was well", problems(said="second witness" in text and "1 loss would have been" in text, fine="fell off" not in text))
    for arguments in (["--quiet"],):
        _, _, errors, _, _ = told(scratch, "quiet", *arguments, observers={"vp1": 65001})
        cases.case("what makes the status 1 is said all the same when quiet", problems(said="cannot be said" in errors))
    log = os.path.join(scratch, "log")
    run("replay", folder, "--log", log)
    status, document, errors = replay(log)
    cases.case("the replay of its log says the same", problems(status=status == 1, same=document["quality"]["lone_witness"] == lone))
    state = os.path.join(scratch, "state")
    run("replay", folder, "--until", str(BEGIN + 150), "--snapshot", state)
    status, document, errors = replay(folder, "--resume", state)
    cases.case("and so does a run that goes on from a state", problems(status=status == 1, same=document["quality"]["lone_witness"] == lone))

    status, document, errors, text, _ = told(scratch, "unlisted", observers={"vp1": None}, listed=False)
    cases.case("where no targets are listed it is said after", problems(status=status == 1, named=len(document["quality"]["lone_witness"]) == 1, said="second witness" in text))

    status, document, errors, text, _ = told(scratch, "calm", observers={"vp1": 65001}, lost=range(0))
    lone = document["quality"]["lone_witness"]
    cases.case("nothing was lost: nothing fell, and an outage would not have been raised", problems(
        status=status == 0, named=len(lone) == 1 and lone[0]["unraised"] == 0, fine="fell off" in text, said="second witness" in text))

    status, document, errors, text, _ = told(scratch, "twins", observers={"vp1": 65001, "vp2": 65001})
    cases.case("two observers in one network are one witness", problems(status=status == 1, none=document["incidents"] == [], named=len(document["quality"]["lone_witness"]) == 1))

    for name, how in {"two networks": {"observers": {"vp1": 65001, "vp2": 65002}}, "networks that nobody stated": {"observers": {"vp1": None, "vp2": None}}}.items():
        status, document, errors, text, _ = told(scratch, name, **how)
        cases.case(f"{name}: an outage, and not a word of it", problems(
            status=status == 0, raised=len(document["incidents"]) == 1, none=document["quality"]["lone_witness"] == [], quiet="second witness" not in text + errors))

    status, document, errors, text, _ = told(scratch, "web", observers={"vp1": 65001}, web=True, web_lost=LOST)
    cases.case("a service beside the pings is a second witness", problems(
        raised=len(document["incidents"]) == 1, none=document["quality"]["lone_witness"] == [], quiet="second witness" not in text + errors))

    status, document, errors, text, _ = told(scratch, "web-stays", observers={"vp1": 65001}, web=True)
    cases.case("one whose service goes on contradicts the pings: told, and no outage", problems(
        none=document["incidents"] == [], counted=document["quality"]["unconfirmed"] == 1, said="one observer alone lost" in text))
cases.done()
