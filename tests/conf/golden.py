# SPDX-License-Identifier: ISC
"""Files of configuration and what they are read as: tests/golden/conf/KIND-*.{yml,json,ndjson,txt} beside .ok (the plan) or .err
(the message, byte for byte); and the key reference of man/lacuna.yml.5.scd, which is what the table of keys says.
`golden.py CONF_PRINT --update` (ninja update-golden-conf) writes all of them anew: read the difference before keeping it.

Usage: golden.py CONF_PRINT [--update]
"""
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "house"))
from tap import Cases  # noqa: E402

GOLDEN = os.path.join(HERE, "..", "golden", "conf")
MANUAL = os.path.join(HERE, "..", "..", "man", "lacuna.yml.5.scd")
SHIPPED = "/etc/prometheus/blackbox.yml"


def said(program, kind, path, folder=GOLDEN):
    done = subprocess.run([program, kind, path], cwd=folder, capture_output=True, timeout=60, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"{path}: status {done.returncode}: {done.stderr[-500:]!r}")
    return ".err" if done.returncode else ".ok", done.stdout + done.stderr


def inputs():
    return sorted(name for name in os.listdir(GOLDEN) if re.search(r"\.(yml|json|ndjson|txt)$", name))


def update(program):
    for name in inputs():
        base = os.path.join(GOLDEN, os.path.splitext(name)[0])
        for end in (".ok", ".err"):
            if os.path.exists(base + end):
                os.remove(base + end)
        end, text = said(program, name.split("-")[0], name)
        with open(base + end, "wb") as file:
            file.write(text)


def compare(program, name):
    end, text = said(program, name.split("-")[0], name)
    path = os.path.join(GOLDEN, os.path.splitext(name)[0] + end)
    if not os.path.exists(path):
        return [f"no {os.path.basename(path)}; read as: {text[:300]!r}"]
    with open(path, "rb") as file:
        want = file.read()
    return [] if want == text else [f"expected {want[:600]!r}", f"     got {text[:600]!r}"]


def example_problems(program):
    """The example is read as the defaults; with its comments removed every key of it is read too."""
    example = subprocess.run([program, "example"], capture_output=True, text=True, timeout=60, check=True).stdout
    bare = re.sub(r"(?m)^#(?! \S)", "", example)
    bare = bare.replace("rate: 500", "rate: 501")
    with tempfile.TemporaryDirectory() as folder:
        def write(name, text):
            os.makedirs(os.path.dirname(os.path.join(folder, name)) or folder, exist_ok=True)
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)

        write("as-printed.yml", example)
        write("bare.yml", bare)
        write("empty.yml", "")
        write("allow.txt", "203.0.113.0/24\n")
        write("opt-out.txt", "")
        write("block.txt", "203.0.113.7 # one\n")
        write("blackbox.yml", "modules:\n  http_2xx:\n    prober: http\n")
        write("targets/one.json", '[{"targets": ["http://198.18.0.80/"], "labels": {"country": "KX"}}]')
        write("hosts.ndjson", '{"address": "198.18.0.9", "entity": "country/KX", "kinds": ["host"]}\n')
        write("census.ndjson", '{"block": "198.18.3.0/24", "hosts": {"10": 0.97}}\n')
        write("recording.json", '{"format": "lacuna-recording/1", "targets": [{"address": "198.18.0.10"}]}')
        printed, defaults = said(program, "plan", "as-printed.yml", folder), said(program, "plan", "empty.yml", folder)
        whole = said(program, "plan", "bare.yml", folder)
    problems = []
    if printed != (".ok", defaults[1].replace(b"rate 0", b"rate 500").replace(b"watch_ms 0", b"watch_ms 20000")):
        problems.append(f"as printed: {printed}, an empty file: {defaults}")
    if whole[0] != ".ok":
        problems.append(f"without comments: {whole[1]!r}")
    for part in (b"rate 501", b"contact=noc@", b"identity=", b"observer=vp1", b"observer_asn=64500", b"interface=", b"opt_out_file=",
                 b"allow 198.18.0.0/15", b"allow 203.0.113.0/24", b"block 203.0.113.7/32", b"block 198.18.7.0/24",
                 b"name=Kexico", b"institution=registry", b"control 203.0.113.10", b"http_round_trip service 198.18.0.80",
                 b"host 198.18.0.9", b"block 198.18.3.0 ", b"host 198.18.0.10"):
        if part not in whole[1]:
            problems.append(f"{part!r} is not in what the example without comments is read as")
    return problems


def slip_problems(program):
    """A key with one letter missing, doubled or changed is an error that suggests the key."""
    example = subprocess.run([program, "example"], capture_output=True, text=True, timeout=60, check=True).stdout
    keys = re.findall(r"(?m)^#?([a-z_]+):", example)
    problems = [] if len(keys) > 20 else [f"only {keys}"]
    with tempfile.TemporaryDirectory() as folder:
        for key in keys:
            at = len(key) // 2
            for slip in (key[:at] + key[at + 1:], key[:at] + key[at] + key[at:], key[:at] + "q" + key[at + 1:]):
                with open(os.path.join(folder, "slip.yml"), "w", encoding="utf-8") as file:
                    file.write(f"\n{slip}: x\n")
                end, text = said(program, "plan", "slip.yml", folder)
                wanted = f"slip.yml:2: unknown key '{slip}' (did you mean '{key}'?)\n".encode()
                if (end, text) != (".err", wanted):
                    problems.append(f"{slip}: {text!r}")
    return problems


def manual_parts():
    """Before, between and behind the marks of the part that is generated."""
    with open(MANUAL, encoding="utf-8") as file:
        return re.fullmatch(r"(.*\n; begin of the keys[^\n]*\n)(.*)(\n; end of the keys\n.*)", file.read(), flags=re.DOTALL).groups()


def reference(program):
    return subprocess.run([program, "reference"], capture_output=True, text=True, timeout=60, check=True).stdout


def manual_problems(program):
    said_there, wanted = manual_parts()[1].splitlines(), reference(program).splitlines()
    problems = [f"not in the manual: {line}" for line in wanted if line not in said_there]
    problems += [f"in the manual only: {line}" for line in said_there if line not in wanted]
    return problems or ([] if said_there == wanted else ["the order is not that of the table"])


def manual_example_problems(program):
    """The example of the manual is read as it stands there."""
    with open(MANUAL, encoding="utf-8") as file:
        lines = re.search(r"\n# EXAMPLE\n\n((?:\t.*\n)+)", file.read()).group(1)
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "opt-out.txt"), "w", encoding="utf-8") as file:
            file.write("# nobody yet\n")
        with open(os.path.join(folder, "lacuna.yml"), "w", encoding="utf-8") as file:
            file.write(re.sub(r"\+\+\n", "\n", lines.replace("\\", "")).replace("\t", ""))
        end, text = said(program, "plan", "lacuna.yml", folder)
    return [] if end == ".ok" and text.count(b"\ntarget ") == 4 else [repr(text)]


def main():
    program = os.path.abspath(sys.argv[1])
    if sys.argv[2:] == ["--update"]:
        update(program)
        before, _, behind = manual_parts()
        with open(MANUAL, "w", encoding="utf-8") as file:
            file.write(before + reference(program) + behind)
        return
    cases = Cases()
    for name in inputs():
        cases.case(name, compare(program, name))
    cases.case("there are golden files", [] if len(inputs()) > 40 else [f"only {len(inputs())}"])
    cases.case("the example is read", example_problems(program))
    cases.case("slips in keys are told with the right key", slip_problems(program))
    cases.case("the manual has the keys, bounds, defaults and sentences of the table", manual_problems(program))
    cases.case("the example of the manual is read", manual_example_problems(program))
    there = os.path.exists(SHIPPED)
    end, text = said(program, "blackbox", SHIPPED) if there else (".ok", b"module http_2xx ")
    cases.case("the blackbox.yml that Debian ships is read", [] if end == ".ok" and b"module http_2xx " in text else [repr(text)],
               None if there else f"no {SHIPPED}")
    cases.done()


main()
