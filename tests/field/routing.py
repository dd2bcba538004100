# SPDX-License-Identifier: ISC
"""Routing files of the field through `lacuna bgp`: what each has to say, and why."""
import json
import os
import shutil
import tempfile

from field import Cases, path, replay, run, world

cases = Cases()


def lines(name, *options):
    done = run("bgp", *options, path("routing", name), timeout=60)
    return done.stdout.decode(errors="replace").splitlines(), done.stderr.decode(errors="replace"), done.returncode


def routes(name):
    """(kind, prefix, path) of every line of the bgpdump form."""
    found = []
    for line in lines(name)[0]:
        f = line.split("|")
        found.append((f[2], f[5], f[6]) if f[2] in "ABW" and len(f) > 6 else (f[2], *f[5:6]))
    return found


def right(why, name, wanted, status=0):
    """The file gives just these routes, and this exit status."""
    got, code = routes(name), lines(name)[2]
    problems = [] if got == wanted else [f"{g}" for g in got] or ["nothing"]
    cases.case(f"{name}: {why}", problems + ([] if code == status else [f"exit status {code}"]))


V4 = "198.51.100.0/24"
right("a next hop of no bytes is the right one for flowspec (RFC 8955, 4); the IPv4 route beside it is read",
      "flowspec-next-hop-length-zero.mrt", [("A", V4, "64500 64520"), ("A", "203.0.113.0/24", "64500 64520")])
right("BGPsec_PATH stands in place of AS_PATH (RFC 8205, 3)", "bgpsec-path-instead-of-as-path.mrt", [("A", V4, "64500 64510")])
right("GoBGP's family in front of an IPv6 prefix is recognised", "rib-v6-with-family-in-front-gobgp-bug.mrt",
      [("B", "2001:db8:aaaa::/48", "64501 64520"), ("B", V4, "64500 64520")])
right("every form of MP_REACH in a table keeps its route", "rib-mp-reach-forms.mrt",
      [("B", f"2001:db8:{n}::/48", "64501 64520") for n in range(1, 7)] + [("B", V4, "64500 64520")])
right("FRR's state change of the router itself is no damage, with AS numbers of four bytes either", "frr-self-peer-state-change.mrt",
      [("A", V4, "64500 64520"), ("STATE", "1"), ("STATE", "1"), ("STATE", "1")])

hops = [json.loads(line).get("next_hop") for line in lines("rib-mp-reach-forms.mrt", "--json")[0] if '"rib"' in line]
cases.case("an abbreviated MP_REACH with stray bytes keeps its next hop", [] if hops[4] == "2001:db8:1::1" else [str(hops)])
errors = lines("rfc7606-33-faults.mrt", "--json")[1]
for fault, count in {"attribute-length": 12, "as-path": 2, "attribute-flags": 3}.items():
    cases.case(f"rfc7606-33-faults.mrt: {count} x {fault} (RFC 9234 5, 7607 2, 4271 6.3 among them)",
               [] if f"{count} × {fault}" in errors else errors.splitlines())
for name, why in {"bmp-locrib-only-but-peer-ups-of-neighbours.bmp": "Peer Ups of neighbours say nothing of which view has routes (RFC 9069)",
                  "bmp-frr-locrib-bogus-global-peer-up.bmp": "FRR sends a Peer Up of the wrong type before its Loc-RIB"}.items():
    got = [r for r in routes(name) if r[0] == "A"]
    right_ones = [("A", V4, "64500 64520"), ("A", "203.0.113.0/24", "64500 64520")]
    cases.case(f"{name}: {why}", [] if got == right_ones else [str(got)])
text, errors, status = lines("bmp-adj-rib-out.bmp")
cases.case("bmp-adj-rib-out.bmp: what is left out is told, and how to see it",
           [] if not text and "Adj-RIB-Out" in errors and "--all-views" in errors else [errors])
text = [json.loads(line) for line in lines("bmp-two-vrfs-same-peer-address.bmp", "--json")[0]]
gone = [line["distinguisher"] for line in text if line["type"] == "withdraw"]
cases.case("bmp-two-vrfs-same-peer-address.bmp: a peer is distinguisher and address (RFC 7854, 4.2), and both are shown",
           [] if gone == ["64500:1"] and {line["distinguisher"] for line in text} == {"64500:1", "64500:2"} else [str(text)])

text = [json.loads(line) for line in lines("communities-kinds.mrt", "--json")[0]][0]
cases.case("communities-kinds.mrt: extended ones are decoded (RFC 4360, 5668, 8097), well-known ones named (RFC 1997, 7999, 8326)",
           [] if text["ext_communities"] == ["rt:64500:100", "rt:400001:100", "soo:192.0.2.1:5", "rov:not-found", "lb:64500:1000000000"] and
           text["well_known_communities"] == ["NO_EXPORT", "NO_ADVERTISE", "BLACKHOLE", "GRACEFUL_SHUTDOWN"] else [str(text)])
cases.case("--community takes the name of a well-known one",
           [] if len(lines("communities-kinds.mrt", "--community", "blackhole")[0]) == 1 and
           not lines("communities-kinds.mrt", "--community", "nopeer")[0] else lines("communities-kinds.mrt", "--community", "blackhole")[0])
text = [json.loads(line) for line in lines("attributes-otc-aigp-attrset-unknown.mrt", "--json")[0]]
cases.case("attributes-otc-aigp-attrset-unknown.mrt: OTC (RFC 9234), AIGP (RFC 7311), reflection (RFC 4456), and what is not known as bytes",
           [] if text[0]["otc"] == 64500 and [text[1][k] for k in ("aigp", "originator_id", "cluster_list")] == [100, "192.0.2.8", ["192.0.2.9"]]
           and [a["type"] for a in text[1]["other_attributes"]] == [128, 213] else [str(text)])

batched = [("B", p, f"{64500 + n} 64510 64520") for p in (V4, "203.0.113.0/24", "192.0.2.0/24") for n in range(3)]
right("RIS of January 2000: many entries a record, and the length field four short", "tabledump1-batched-length-4-short.mrt", batched)
right("types of MRT that are not known, in a row, are records and no damage", "other-mrt-types.mrt",
      [("A", V4, "64500 64510 64520"), ("A", "203.0.113.0/24", "64500 64510 64520")], status=1)
errors = lines("other-mrt-types.mrt")[1]
cases.case("and are told as what they are", [] if "4 records of kinds that are not read" in errors and "lost" not in errors else [errors])
paths = [json.loads(line) for line in lines("as-set-origin.mrt", "--json")[0]]
cases.case("as-set-origin.mrt: kinds of segments survive (RFC 5065)",
           [] if [p["path"] for p in paths[3:]] == [[{"confed_sequence": [65001, 65002]}, 64500, 64520], [64500, {"confed_set": [65001, 65002]}],
                                                    [64500, 64520, {"confed_sequence": [65001]}]] else [str(paths)])
cases.case("as-set-origin.mrt: a member of a confederation is no origin (RFC 6811, 2)",
           [] if [p["origin_asn"] for p in paths] == [None, 64520, 64530, 64520, None, None] else [str(paths)])
times = [json.loads(line)["time"] for line in lines("et-microseconds-too-big.mrt", "--json")[0]]
shown = [float(line.split("|")[1]) for line in lines("et-microseconds-too-big.mrt")[0]]
cases.case("et-microseconds-too-big.mrt: one value in every output", [] if times == shown else [f"{times} {shown}"])
for name in ("bmp-version-4.bmp", "bmp-version-4-in-the-middle.bmp"):
    errors, status = lines(name)[1:]
    cases.case(f"{name}: version 4 is named, and is no damage", [] if "version 4" in errors and "lost" not in errors and status == 1 else [errors])
for name, word in {"packet-capture.pcap": "packet capture", "show-ip-bgp-oix.txt": "show ip bgp"}.items():
    errors, status = lines(name)[1:]
    cases.case(f"{name}: is told as what it is", [] if word in errors and "lost" not in errors and status == 3 else [f"{status}: {errors}"])
text = [json.loads(line) for line in lines("two-routers-one-collector", "--json")[0]]
cases.case("two-routers-one-collector: each router's session is its own (RFC 7854, 4.3)",
           [] if {(line["router"], line["type"]) for line in text} >= {("edge1", "announce"), ("edge2", "withdraw")} else [str(text)])


def altered(name, old, new):
    """The routes of a BMP file in which these bytes of its OPENs are others."""
    with tempfile.TemporaryDirectory() as folder:
        for end in ("", ".index"):
            shutil.copy(path("routing", name + end), os.path.join(folder, "bmp.bmp" + end))
        with open(os.path.join(folder, "bmp.bmp"), "r+b") as file:
            data = file.read()
            file.seek(0)
            file.write(data.replace(bytes.fromhex(old), bytes.fromhex(new)))
            assert data.count(bytes.fromhex(old)), name
        text, _, status = lines(os.path.join(folder, "bmp.bmp"), "--json")
        seen = [json.loads(line) for line in text]
        return [(r["prefix"], r.get("path_id")) for r in seen if r["type"] in ("announce", "withdraw")], status


got = altered("bmp-addpath-negotiated.bmp", "450400010103", "7b0400010103")
cases.case("path identifiers in BMP that no OPEN offered are found (RFC 7911; routers send them so)",
           [] if got == ([(V4, 1), ("203.0.113.0/24", 1), ("203.0.113.0/24", 2), ("203.0.113.0/24", 1)], 0) else [str(got)])
plain = altered("bmp-addpath-one-side-only.bmp", "450400010102", "450400010102")
got = altered("bmp-addpath-one-side-only.bmp", "450400010102", "450400010103")
cases.case("and those that the OPENs promised and that do not come are not missed", [] if got == plain and plain[0] else [str(got), str(plain)])


def state(name):
    done = run("bgp", "--state", "--json", path("routing", name))
    return json.loads(done.stdout)["routes"], done.returncode


for name, routes_left in {"two-routers-one-collector": 1, "state-change-ends-session.mrt": 0, "bmp-two-vrfs-same-peer-address.bmp": 1}.items():
    got = state(name)
    cases.case(f"{name}: {routes_left} routes are left (RFC 4271, 8.2; RFC 7854, 4.9)", [] if got == (routes_left, 0) else [str(got)])
printed, seen = lines("addpath-unflagged-big-ids.mrt")[0], lines("addpath-unflagged-big-ids.mrt", "--json")[0]
seen = [line for line in seen if '"announce"' in line]
cases.case("addpath-unflagged-big-ids.mrt: -m prints no announcement that --json leaves out", [] if len(printed) == len(seen) else printed)
errors = lines("safi-2-4-128-updates.mrt")[1]
cases.case("safi-2-4-128-updates.mrt: multicast that only bgpdump's form has is told", [] if "multicast" in errors else [errors])
cases.case("--exclude-peer", [] if not lines("two-routers-one-collector", "--exclude-peer", "64500")[0] else ["not excluded"])
collectors = {line["collector"] for line in text}
cases.case("--exclude-collector", [] if not lines("two-routers-one-collector", "--exclude-collector", collectors.pop())[0] else ["not excluded"])


def peers(name):
    done = run("bgp", "--count", path("routing", name))
    return [line.split()[1] for line in done.stdout.decode().splitlines() if line.startswith("peers")]


cases.case("table-as-zero-then-updates.mrt: one session is one peer, whatever AS its table says",
           [] if peers("table-as-zero-then-updates.mrt") == ["4"] else [str(peers("table-as-zero-then-updates.mrt"))])
starts = []
for name in ("table-as-zero-then-updates.mrt", "table-then-updates-control.mrt"):
    status, told, errors = replay(path("routing", name), "--watch", "country/KP", "--world", world(), "--full-feed-floor", "5")
    starts.append([(i["start"], i["scope"]) for i in told["incidents"]])
cases.case("and its outage is told as that of the table with its AS", [] if starts[0] == starts[1] != [] else [str(starts)])


def quality(name, *options):
    status, told, errors = replay(path("routing", name), "--watch", "country/KP", "--world", world(), "--full-feed-floor", "5", *options)
    return told["quality"], [i["scope"]["kind"] for i in told["incidents"]], errors


views = {"bmp-two-vrfs-same-peer-address.bmp": [("pre-policy", "64500:1"), ("pre-policy", "64500:2")],
         "bmp-locrib-only-but-peer-ups-of-neighbours.bmp": [("loc-rib", None)], "table-then-updates-control.mrt": None, "bmp-adj-rib-out.bmp": None}
for name, wanted in views.items():
    told = quality(name)[0]
    got = [(v["view"], v.get("distinguisher")) for v in told["bmp_views"]] if "bmp_views" in told else None
    cases.case(f"{name}: replay names the view that is followed", [] if got == wanted else [str(got)])
told, _, errors = quality("bmp-adj-rib-out.bmp")
cases.case("and counts what is left out", [] if told["bmp_left_out"] and "Adj-RIB-Out" in errors else [str(told), errors])
shown = run("replay", path("routing", "bmp-two-vrfs-same-peer-address.bmp"), "--watch", "country/KP", "--world", world()).stdout.decode()
cases.case("for people too", [] if "before its policy, of the VRF 64500:1" in shown else [shown])

name = "table-then-updates-control.mrt"
everybody, one = quality(name), quality(name, "--exclude-peer", "192.0.2.1")
cases.case("replay --exclude-peer: the others still see the outage, and what was left out is counted",
           [] if one[1] == everybody[1] == ["total"] and one[0]["excluded"] > 0 and "excluded" not in everybody[0] else [str(one)])
rest = quality(name, *(word for asn in (64501, 64502, 64503, 64504) for word in ("--exclude-peer", f"AS{asn}")))
cases.case("with all of them left out nothing is said", [] if not rest[1] and rest[0]["unobservable"] == 1 else [str(rest)])
rest = quality(name, "--exclude-collector", "routing")
cases.case("replay --exclude-collector", [] if not rest[1] and rest[0]["unobservable"] == 1 else [str(rest)])
rest = quality(name, "--exclude-collector", "rrc99")
cases.case("one that said nothing is told", [] if "nothing was left out" in rest[2] and rest[1] == ["total"] else [str(rest)])
done = run("replay", "--exclude-peer", "nobody", path("routing", name))
cases.case("a peer that is none is refused", [] if done.returncode == 2 else [str(done.returncode)])
cases.done()
