# SPDX-License-Identifier: ISC
"""What is refused is told for what it is (hostile/FINDINGS.md of the field trial, rows 22 and 23)."""
import json
import lzma
import os
import resource
import tempfile

from field import Cases, path, run

cases = Cases()
FOLDER = tempfile.mkdtemp()
os.chmod(FOLDER, 0o755)
ENTITY = {"id": "country/KX", "prefixes": ["198.18.0.0/22"]}


def write(name, content):
    name = os.path.join(FOLDER, name)
    os.makedirs(os.path.dirname(name), exist_ok=True)
    with open(name, "wb") as out:
        out.write(content if isinstance(content, bytes) else json.dumps(content).encode())
    return name


def told(why, done, wanted, status, never=()):
    errors = (done.stderr + done.stdout).decode(errors="replace")
    wrong = [w for w in wanted if w not in errors] + [w for w in never if w in errors]
    cases.case(why, [] if not wrong and done.returncode == status else wrong + [errors, f"exit status {done.returncode}"])


def without_rights(name, *command):
    """As somebody who may not read the file; None where nobody else can be."""
    os.chmod(name, 0)
    more = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    try:
        return run(*command, **more)
    except PermissionError:
        return None


told("a refused recording.json gives its memory back (a sanitizer ends the program where it does not) and names the member",
     run("replay", path("hostile", "leak-recording-json")), ["targets[].entity"], 3)
name = write("unread/recording.json", {"format": "lacuna-recording/1"})
done = without_rights(name, "replay", os.path.dirname(name))
if done:
    told("a recording.json without rights is no bad JSON", done, ["recording.json", "Permission denied"], 3, ["valid JSON", ":-1"])
write("unread-truth/recording.json", {"format": "lacuna-recording/1"})
name = write("unread-truth/truth.json", {"outages": []})
done = without_rights(name, "evaluate", os.path.dirname(name))
if done:
    told("nor is a truth.json missing that may not be read", done, ["truth.json", "Permission denied"], 3, ["valid JSON", "there is no", "nan"])
os.mkdir(os.path.join(FOLDER, "empty"))
told("an empty folder is empty", run("replay", os.path.join(FOLDER, "empty")), ["the folder is empty"], 3)
name = write("many/recording.json", {"format": "lacuna-recording/1", "entities": [{"id": f"asn/{i + 1}"} for i in range(65001)]})
told("the 65,001st entity is one too many, not a bad one", run("replay", os.path.dirname(name)), ["more than 65000 entities"], 3, ["not of the form"])
name = write("alone/recording.json", {"format": "lacuna-recording/1", "entities": [ENTITY], "watch": ["country/KX"]})
told("a recording.json alone is nothing that could be read", run("replay", os.path.dirname(name)), ["no file that can be read"], 3)
name = write("lying/recording.json", {"format": "lacuna-recording/1", "entities": 7})
told("recording into a folder that describes itself wrongly says what to do", run("record", "probes", "-o", os.path.dirname(name), "127.0.0.1", "--for", "1"),
     ["recording.json", "move it away"], 4)
large = lzma.compress(b"x" * 1000, format=lzma.FORMAT_XZ, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 30}])
told("a window of xz beyond the limit is too large, not broken", run("bgp", write("large.mrt.xz", large)), ["larger than the limit"], 3, ["broken", "again"])
line = {"observer": "a", "op": "icmp_echo", "ok": True}
write("bad/recording.json", {"format": "lacuna-recording/1", "entities": [ENTITY], "watch": ["country/KX"]})
name = write("bad/probes/a.ndjson", b"".join(json.dumps({"t": 1700000000 + i, **line, "target": "x"}).encode() + b"\n" for i in range(3)))
errors = run("replay", os.path.join(FOLDER, "bad")).stderr.decode()
order = [errors.find(f"a.ndjson:{i}:") for i in (1, 2, 3)]
cases.case("bad lines are named by their numbers, in order", [] if -1 not in order and order == sorted(order) else [errors])


def few():
    resource.setrlimit(resource.RLIMIT_NOFILE, (4, 4))


done = run("probe", "127.0.0.1", preexec_fn=few)
told("too few descriptors are told", done, ["ulimit -n"], 4)
cases.done()
