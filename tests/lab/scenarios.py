# SPDX-License-Identifier: ISC
"""Every scenario in every variation, without a namespace: it is understood, its truth is sound, its addresses are documentation's.

Usage: scenarios.py ROOT
"""
import importlib.machinery
import ipaddress
import json
import os
import re
import sys
import tempfile
import types

ROOT = sys.argv[1]
sys.path.insert(0, os.path.join(ROOT, "tests/house"))
sys.path.insert(0, os.path.join(ROOT, "lab"))
from tap import Cases  # noqa: E402
from parts import daemons, play  # noqa: E402
from parts.plan import Plan  # noqa: E402
from parts.scenario import ALLOWED, VERBS, Scenario, Wrong, names_of, number  # noqa: E402

ADDRESS = re.compile(r"(?<![\w.:-])(\d+\.\d+\.\d+\.\d+(?:/\d+)?|[0-9a-f]{1,4}:[0-9a-f:]*::?[0-9a-f]*(?:/\d+)?)(?![\w.])")
LOOPBACK = [ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128")]
HEAD = 'says = "x"\nfamily = "x"\ntopology = "country"\n'
STEP = '[[step]]\nat = 0\ndo = "note"\nmark = "a"\n'
TRUTH = '[[truth]]\nentity = "country/KX"\nstart = "a"\nend = "a"\nscope = "none"\ncause = "none"\n'


def every():
    for name in names_of():
        for variation in Scenario(name).variations:
            yield f"{name} {variation}", Scenario(name, variation, seed=3)


def outside(text):
    """Addresses that a lab must not know."""
    for word in ADDRESS.findall(text):
        try:
            net = ipaddress.ip_network(word, strict=False)
        except ValueError:
            continue
        if not any(net.version == a.version and net.subnet_of(a) for a in ALLOWED + LOOPBACK):
            yield word


def address_problems(name, scenario):
    plan = Plan(scenario)
    texts = [str(link.net) + " " + str(link.net6) for link in plan.links] + [t["address"] for t in plan.targets()]
    texts += [" ".join(r.prefixes) + f" {r.loopback}" for r in plan.routers.values()]
    for step in scenario.steps:
        texts.append(repr(step))
    for network in plan.networks:
        texts += [" ".join(b.addresses) for b in network.blocks]
    for word in outside(" ".join(texts).replace("None", "")):
        yield f"{name}: {word} is outside the allowed ranges"
    addresses = [t["address"] for t in plan.targets() if t["kind"] in ("host", "border")]
    if len(set(addresses)) != len(addresses):
        yield f"{name}: an address stands twice"


def configuration_problems(folder):
    for at, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(at, name), encoding="utf-8") as file:
                text = file.read()
            for word in outside(text.replace("0.0.0.0", "")):
                yield f"{name}: {word}"


def truth_problems(name, scenario):
    marks = {s["mark"]: s["at"] for s in scenario.steps if "mark" in s}
    if len(marks) != sum("mark" in s for s in scenario.steps):
        yield f"{name}: a mark stands twice"
    entities = {e["id"] for e in Plan(scenario).entities()}
    for truth in scenario.truths:
        if truth["entity"] not in entities:
            yield f"{name}: no entity {truth['entity']}"
        if not truth.get("ongoing") and marks[truth["end"]] < marks[truth["start"]]:
            yield f"{name}: the end is before the start"
        if truth["scope"] in ("total", "partial") and "falls" not in truth and "routes" not in truth:
            yield f"{name}: nothing confirms this truth"
        for key in ("falls", "back", "routes"):
            if isinstance(truth.get(key), list):
                low, high = (number(v, scenario.numbers) for v in truth[key])
                if low > high:
                    yield f"{name}: {key} {low} to {high}"


def step_problems(name, scenario):
    """What steps name is there."""
    plan = Plan(scenario)
    services = {s["name"] for s in plan.services} | {c["name"] for c in plan.collectors} | set(plan.routers)
    for step in scenario.steps:
        try:
            if step["do"] in ("emulate", "link"):
                links = plan.choose_links(step.get("links", step.get("link")))
                if not links or (step["do"] == "emulate" and not all(link.wire for link in links)):
                    yield f"{name}: {step} has no emulated link"
            if step["do"] in ("kill", "start") and step["what"] != "borders" and set(step["what"]) - services:
                yield f"{name}: nobody is called {step['what']}"
            if step["do"] in ("export", "filter", "sessions") and not plan.choose_networks(step["networks"]):
                yield f"{name}: no networks {step['networks']}"
            if step["do"] == "export" and step["drop"] not in ("all", []) and not plan.blocks(step["drop"]):
                yield f"{name}: no blocks {step['drop']}"
        except KeyError as problem:
            yield f"{name}: {problem}"


def shape(scenario):
    return [(round(s["at"], 3), s["do"], s.get("mark")) for s in scenario.steps]


def seed_problems(name, scenario):
    twin = Scenario(scenario.name, scenario.variation, seed=3)
    if shape(twin) != shape(scenario) or twin.numbers != scenario.numbers:
        yield f"{name}: the same seed gives other steps"
    if scenario.raw.get("draw") and Scenario(scenario.name, scenario.variation, seed=4).numbers == scenario.numbers:
        yield f"{name}: another seed changes nothing"


def documented():
    """The example of doc/LAB.md is a scenario."""
    with open(os.path.join(ROOT, "doc/LAB.md"), encoding="utf-8") as file:
        example = re.search(r"```toml\n(.*?)```", file.read(), re.DOTALL)[1]
    if len(example.splitlines()) > 10 or refused(example):
        yield "the example is longer than ten lines, or is refused"
    for verb in VERBS:
        if f"`{verb}`" not in open(os.path.join(ROOT, "doc/LAB.md"), encoding="utf-8").read() and verb != "note":
            yield f"doc/LAB.md does not name {verb}"


def matrix_problems():
    """Cells, and what an index with a line that a crash cut says."""
    loader = importlib.machinery.SourceFileLoader("matrix", os.path.join(ROOT, "lab/matrix"))
    matrix = types.ModuleType("matrix")
    matrix.__file__ = loader.path
    loader.exec_module(matrix)
    options = types.SimpleNamespace(seeds="1,2", scenario=["power-silent"], variations="all")
    found = list(matrix.cells(options))
    if len(found) != 6 or len(set(found)) != 6 or found[0] != ("power-silent", "dual-9", 1):
        yield f"cells: {found}"
    options.variations = "first"
    if len(list(matrix.cells(options))) != 2:
        yield "--variations first is not one a seed"
    with tempfile.NamedTemporaryFile("w") as file:
        line = {"scenario": "a", "variation": "b", "seed": 1, "folder": None}
        file.write(json.dumps(line) + "\n" + json.dumps({**line, "folder": "x"}) + '\n{"scenario": "a", "varia')
        file.flush()
        if {k: v["folder"] for k, v in matrix.read_index(file.name).items()} != {("a", "b", 1): "x"}:
            yield "the index is not read to its last whole line"


def refused(text):
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
        file.write(text)
        file.flush()
        try:
            Scenario(file.name)
        except (Wrong, KeyError):
            return True
    return False


def main():
    cases = Cases()
    good = HEAD + STEP + TRUTH
    wrong = {"an unknown table": good + "[odd]\n", "an unknown verb": good.replace('"note"', '"attack"'), "no TOML": "x",
             "a step without what it needs": good.replace('do = "note"', 'do = "emulate"'),
             "a step with more than it may": good.replace('do = "note"', 'do = "note"\nloss = 3'),
             "a mark that is not there": good.replace('start = "a"', 'start = "b"'),
             "an unknown cause": good.replace('cause = "none"', 'cause = "enemy"'),
             "an expression that calls": good.replace("at = 0", 'at = "__import__(1)"'),
             "a name that is not drawn": good.replace("at = 0", 'at = "x + 1"'),
             "a variation of nothing": good.replace("[[step]]", '[[variation]]\nname = "v"\nodd = 3\n[[step]]', 1)}
    cases.case("a scenario of six lines is understood", ["refused"] if refused(good) else [])
    cases.case("what is wrong is refused", [what for what, text in wrong.items() if not refused(text)])
    cases.case("the address check finds what is outside", [] if list(outside("10.0.0.1 198.18.0.1 2a00::1 8.8.8.8/24")) == [
        "10.0.0.1", "2a00::1", "8.8.8.8/24"] else [str(list(outside("10.0.0.1 198.18.0.1 2a00::1 8.8.8.8/24")))])
    cases.case("the documentation is right", documented())
    cases.case("the matrix goes on where it was", matrix_problems())
    all_of_them = list(every())
    cases.case("there are scenarios", [] if len(all_of_them) >= 40 else [f"only {len(all_of_them)}"])
    for title, check in (("addresses are of the allowed ranges", address_problems), ("truths are sound", truth_problems),
                         ("steps name what is there", step_problems), ("a seed is a seed", seed_problems)):
        cases.case(title, [p for name, scenario in all_of_them for p in check(name, scenario)])
    cases.case("every verb is played", [v for v in VERBS if not hasattr(play.Player, "do_" + v.replace("-", "_"))])
    with tempfile.TemporaryDirectory() as folder:
        daemons.WORK = folder
        problems = []
        for name, scenario in all_of_them[::3]:
            plan = Plan(scenario)
            for router in plan.routers.values():
                if router.daemon == "bird":
                    daemons.bird_router(plan, router)
            for c in plan.collectors[:2]:
                daemons.COLLECTORS[c["daemon"]](plan, c)
            for s in plan.services:
                daemons.SERVERS[s["kind"]](s, plan.services)
            problems += [f"{name}: {p}" for p in configuration_problems(folder)]
        cases.case("configurations know no other address", problems)
    cases.done()


main()
