# SPDX-License-Identifier: ISC
"""States are carried whole: every member of a struct that a *_carry function takes is named in the carrying functions of its
file. Members that are not carried stand in tools/carried.txt, each with its reason.

Usage: carried.py ROOT
"""
import glob
import os
import re
import sys

from tap import Cases

UNTYPED = re.compile(r"^(?:static )?void \w+\(struct carry \*c, void \*self\)\n\{(.*?)^\}", re.M | re.S)
LOCAL = re.compile(r"\bstruct (\w+) \*p = ")
FUNCTION = re.compile(r"^(?:static )?void (\w+)\(struct carry \*c, (?:const )?struct (\w+) \*(\w+)[^)]*\)\n\{(.*?)^\}", re.M | re.S)
STRUCT = re.compile(r"^struct (\w+) \{(.*?)^\}", re.M | re.S)
SAMPLE = """
struct state {
	uint32_t number; // of so many
	struct instant a, b;
	bool *forgotten, flags[2];
};

void state_carry(struct carry *c, struct state *s)
{
	CARRY(c, s->number);
	CARRY(c, s->a);
	CARRY(c, s->flags);
}
"""


def members(body):
    body = re.sub(r"//[^\n]*", "", body)
    body = re.sub(r"(struct|union|enum)?\s*\{[^{}]*\}", " ", body)
    for declaration in body.split(";"):
        declaration = re.sub(r"\[[^\]]*\]|: \d+", "", declaration).strip()
        if not declaration or "(" in declaration:
            continue
        first, *others = declaration.split(",")
        for name in [re.split(r"[\s*]+", first.strip())[-1]] + [o.strip(" *\n\t") for o in others]:
            if re.fullmatch(r"\w+", name):
                yield name


def missing(text, structs):
    """(struct, member) that no carrying function of the text names."""
    functions = FUNCTION.findall(text)
    untyped = UNTYPED.findall(text)
    carried = "\n".join([body for _, _, _, body in functions] + untyped)
    tags = {tag for _, tag, _, _ in functions} | {tag for body in untyped for tag in LOCAL.findall(body)}
    for struct in sorted(tags):
        for member in members(structs.get(struct, "")):
            if not member.endswith("capacity") and not re.search(r"(->|\.)" + member + r"\b", carried):
                yield f"{struct}.{member}"


def structs_of(paths):
    found = {}
    for path in paths:
        with open(path) as f:
            for tag, body in STRUCT.findall(f.read()):
                found.setdefault(tag, body)
    return found


def main(root):
    files = sorted(glob.glob(os.path.join(root, "src", "*", "*.[ch]")))
    everywhere = structs_of(sorted(files, key=lambda f: os.path.basename(os.path.dirname(f)) != "model"))
    exempt, problems, used = {}, [], set()
    with open(os.path.join(root, "tools", "carried.txt")) as f:
        for line in f:
            if line.strip() and not line.startswith("#"):
                name, _, reason = line.strip().partition("\t")
                exempt[name] = reason.strip()
    for path in files:
        with open(path) as f:
            text = f.read()
        if "struct carry *c" not in text or not path.endswith(".c"):
            continue
        room = structs_of([path] + [f for f in files if os.path.dirname(f) == os.path.dirname(path)])
        for name in missing(text, {**everywhere, **room}):
            used.add(name)
            used.add(name.split(".")[0] + ".*")
            if name not in exempt and name.split(".")[0] + ".*" not in exempt:
                problems.append(f"{os.path.relpath(path, root)}: {name} is not carried (or a line in tools/carried.txt)")
    cases = Cases()
    sample = dict(STRUCT.findall(SAMPLE))
    cases.case("the checker finds what is missing in a sample",
               [] if list(missing(SAMPLE, sample)) == ["state.b", "state.forgotten"] else [str(list(missing(SAMPLE, sample)))])
    cases.case("every member of a carried state is carried", problems)
    cases.case("every exception is needed and has its reason",
               [f"tools/carried.txt: {name}" for name in exempt if name not in used or not exempt[name]])
    cases.done()


main(sys.argv[1])
