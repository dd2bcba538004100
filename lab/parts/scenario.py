# SPDX-License-Identifier: ISC
"""Scenarios and topologies: TOML files, checked, with a variation applied and the seed's numbers drawn.

A number of a step may be an expression of drawn and set numbers ("ramp + held"); nothing but + - * / ( ) min max is understood.
"""
import ast
import ipaddress
import os
import random
import tomllib

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ALLOWED = [ipaddress.ip_network(n) for n in ("198.18.0.0/15", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")]
CAUSES = {"network-stress", "power", "cable", "misconfiguration", "ordered-shutdown", "hijack-or-leak", "service-failure", "disaster",
          "maintenance", "prefix-migration", "measurement-artefact", "none"}
SCOPES = {"total", "partial", "service", "none"}
ORDER = {"loss", "latency", "services", "routes", "blocks", "dns", "http", "https", "smtp"}
# What a step may say besides at, do, mark and says; the first ones are needed.
VERBS = {
    "emulate": (("links",), {"way", "loss", "delay", "jitter", "rate", "queue", "over", "power", "spare"}),
    "link": (("link", "state"), {"side"}),
    "power-off": (("what",), {"carrier"}),
    "power-on": (("what",), {"daemons"}),
    "kill": (("what",), {"signal"}),
    "start": (("what",), set()),
    "export": (("networks", "drop"), set()),
    "announce": (("networks", "prefixes"), set()),
    "sessions": (("networks", "state"), {"text", "homes", "side"}),
    "move": (("block", "to"), set()),
    "filter": (("networks", "state"), {"blocks"}),
    "reset": (("collector", "peer"), set()),
    "hijack": (("by", "prefix", "state"), {"answers"}),
    "leak": (("by", "state"), set()),
    "clock": (("observer", "by"), set()),
    "observer": (("observer", "state"), set()),
    "malformed": (("by", "count"), set()),
    "note": ((), set()),
}
TOP = {"says", "family", "topology", "set", "draw", "variation", "step", "truth", "post", "service"}
TRUTH = {"entity", "start", "end", "start_tolerance", "end_tolerance", "scope", "cause", "also_acceptable", "also_acceptable_scope", "not", "order",
         "recovery", "note", "ongoing", "prefixes", "falls", "back", "routes", "floor", "only", "session"}


class Wrong(Exception):
    """A scenario file is not right."""


def number(value, names):
    """The value of a number or an expression."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    operators = {ast.Add: lambda a, b: a + b, ast.Sub: lambda a, b: a - b, ast.Mult: lambda a, b: a * b, ast.Div: lambda a, b: a / b}

    def walk(node):
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
            return node.value
        if isinstance(node, ast.Name) and isinstance(names.get(node.id), (int, float)):
            return names[node.id]
        if isinstance(node, ast.BinOp) and type(node.op) in operators:
            return operators[type(node.op)](walk(node.left), walk(node.right))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("min", "max"):
            return {"min": min, "max": max}[node.func.id](*[walk(a) for a in node.args])
        raise Wrong(f"'{value}' is no expression of {', '.join(sorted(names))}")

    try:
        return walk(ast.parse(str(value), mode="eval").body)
    except SyntaxError:
        raise Wrong(f"'{value}' is no expression") from None


def load(folder, name):
    path = name if name.endswith(".toml") else os.path.join(HERE, folder, name + ".toml")
    with open(path, "rb") as file:
        try:
            return tomllib.load(file), os.path.splitext(os.path.basename(path))[0]
        except tomllib.TOMLDecodeError as problem:
            raise Wrong(f"{path}: {problem}") from None


def names_of(folder="scenarios"):
    return sorted(n[:-5] for n in os.listdir(os.path.join(HERE, folder)) if n.endswith(".toml"))


class Scenario:
    """One scenario in one variation with one seed."""

    def __init__(self, name, variation=None, seed=1, hold=None):
        raw, self.name = load("scenarios", name)
        unknown = set(raw) - TOP
        if unknown:
            raise Wrong(f"unknown: {', '.join(sorted(unknown))}")
        self.raw, self.seed = raw, seed
        self.says, self.family = raw["says"], raw["family"]
        variations = raw.get("variation", [{"name": "plain"}])
        self.variations = [v["name"] for v in variations]
        chosen = next((v for v in variations if v["name"] == (variation or self.variations[0])), None)
        if not chosen:
            raise Wrong(f"no variation '{variation}' (there is {', '.join(self.variations)})")
        self.variation = chosen["name"]
        self.topology, _ = load("topologies", raw["topology"])
        draws = dict(raw.get("draw", {}))
        self.settings = {**self.topology["set"], **raw.get("set", {})}
        for key, value in chosen.items():
            if key in draws:
                draws[key] = value
            elif key in self.settings:
                self.settings[key] = value
            elif key not in ("name", "says"):
                raise Wrong(f"variation {self.variation}: no '{key}' to change")
        if hold:
            self.settings["hold"] = hold
        self.services = raw.get("service", self.topology["service"])
        self.draw(draws)
        self.steps = sorted((self.step(s) for s in raw["step"]), key=lambda s: s["at"])
        self.post = number(raw.get("post", 15), self.numbers)
        self.truths = raw["truth"]
        self.check_truths()

    def draw(self, draws):
        """Names in the order of the file, so that a further name does not change those before it."""
        dice = random.Random(f"{self.name}/{self.variation}/{self.seed}")
        self.numbers = {k: v for k, v in self.settings.items() if isinstance(v, (int, float)) and not isinstance(v, bool)}
        for name, span in draws.items():
            drawn = dice.uniform(*[number(v, self.numbers) for v in span]) if isinstance(span, list) else number(span, self.numbers)
            self.numbers[name] = round(drawn, 3)
        self.numbers["baseline"] = round(self.settings["baseline"] + dice.uniform(0, 3), 3)

    def step(self, raw):
        step = dict(raw)
        verb = step.get("do")
        if verb not in VERBS:
            raise Wrong(f"a step does '{verb}'; known is {', '.join(VERBS)}")
        needs, may = VERBS[verb]
        extra = set(step) - set(needs) - may - {"at", "do", "mark", "says"}
        if extra or any(n not in step for n in needs):
            raise Wrong(f"{verb}: needs {', '.join(needs) or 'nothing'}; not {', '.join(sorted(extra)) or 'less'}")
        for key in ("at", "loss", "delay", "jitter", "rate", "queue", "over", "power", "by", "count"):
            if key in step and not (key == "by" and verb != "clock"):
                step[key] = number(step[key], self.numbers)
        return step

    def check_truths(self):
        marks = {s["mark"] for s in self.steps if "mark" in s}
        for truth in self.truths:
            extra = set(truth) - TRUTH
            if extra:
                raise Wrong(f"truth: unknown {', '.join(sorted(extra))}")
            for key in ("entity", "start", "scope"):
                if key not in truth:
                    raise Wrong(f"truth: no {key}")
            if truth["scope"] not in SCOPES or truth.get("cause", "none") not in CAUSES:
                raise Wrong("truth: scope or cause is none of formats.md")
            for cause in truth.get("not", []) + truth.get("also_acceptable", []):
                if cause not in CAUSES or cause == truth.get("cause"):
                    raise Wrong(f"truth: cause '{cause}'")
            for step in truth.get("order", []) + truth.get("recovery", []):
                if step not in ORDER:
                    raise Wrong(f"truth: order of '{step}'")
            for key in ("start", "end"):
                if key in truth and truth[key].split("+")[0].strip() not in marks:
                    raise Wrong(f"truth: no step has the mark '{truth[key]}'")
            if "end" not in truth and not truth.get("ongoing"):
                raise Wrong("truth: no end")

    def length(self):
        """Seconds from the first probe to the last."""
        return self.numbers["baseline"] + max(s["at"] + s.get("over", 0) for s in self.steps) + self.post
