# SPDX-License-Identifier: ISC
"""Who may include and link whom (tools/floors.txt), by the include lines and by the symbols of the built libraries.

Usage: floors.py ROOT NM LIBRARY...      (LIBRARY: libROOM.a)
"""
import os
import re
import subprocess
import sys

import source
from tap import Cases

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.MULTILINE)
# Rooms whose functions are functions of their arguments: they ask nothing of the system. The clock is the data's.
PURE = ("net", "wire", "model", "belief", "schedule", "decode", "signal", "detect", "facts", "incident", "diagnose", "engine", "report", "evaluate")
SYSTEM = {"open", "open64", "openat", "fopen", "fopen64", "read", "write", "pread", "pread64", "pwrite", "mmap", "mmap64",
          "stat", "opendir", "socket", "connect", "recv", "send", "time", "clock", "clock_gettime", "gettimeofday", "getenv",
          "secure_getenv", "rand", "random", "getrandom", "printf", "puts", "fork", "system", "usleep", "nanosleep",
          "__printf_chk", "__fprintf_chk", "__open_2", "__read_chk"}
PROCESS = {"fork", "vfork", "posix_spawn", "posix_spawnp", "execv", "execve", "execvp", "system", "popen"}
LISTENING = {"listen", "accept", "accept4"}
MEMORY = re.compile(r"(alloc_\w+|malloc|calloc|realloc|free|strdup)$")


def floors(root):
    allowed = {}
    for line in source.text(root, "tools/floors.txt").splitlines():
        if line.strip() and not line.startswith("#"):
            room, _, below = line.partition(":")
            allowed[room.strip()] = below.split()
    return allowed


def include_problems(path, code, allowed):
    room = path.split("/")[1]
    for name in INCLUDE.findall(code):
        target, slash, _ = name.partition("/")
        if not slash:
            yield f"{path}: \"{name}\" is not of the form \"room/file.h\""
        elif target != room and target not in allowed.get(room, []):
            yield f"{path}: {room} may not include {name}"


def link_problems(path, build, allowed):
    """A room's meson.build names the libraries of allowed rooms only."""
    room = path.split("/")[1]
    for name in re.findall(r"\b(\w+)_lib\b", build):
        if name != room and name in allowed and name not in allowed.get(room, []):
            yield f"{path}: {room} may not link {name}_lib"


def circle_problems(allowed):
    """A room may only look at rooms that do not, through any others, look back at it."""
    for room, below in allowed.items():
        seen, waiting = set(), list(below)
        while waiting:
            next_room = waiting.pop()
            if next_room not in seen:
                seen.add(next_room)
                waiting += allowed.get(next_room, [])
        if room in seen:
            yield f"tools/floors.txt: {room} is above itself"
        for name in below:
            if name not in allowed:
                yield f"tools/floors.txt: {room} names {name}, which has no line"


def document_problems(words, allowed):
    """The table of doc/ARCHITECTURE.md says what tools/floors.txt says."""
    said = {room: below.split() for room, below in re.findall(r"^\| `(\w+)` \| ([a-z ]+) \|$", words, flags=re.MULTILINE)}
    for room, below in allowed.items():
        if said.get(room) != (below or ["nothing"]):
            yield f"doc/ARCHITECTURE.md: {room}: {said.get(room)}, the floors say {below}"
    for room in sorted(set(said) - set(allowed)):
        yield f"doc/ARCHITECTURE.md: {room} has no floor"


def symbols(nm, library):
    """(defined, undefined) names of a static library."""
    out = subprocess.run([nm, "-g", "-P", library], capture_output=True, text=True, check=True).stdout
    defined, undefined = set(), set()
    for line in out.splitlines():
        words = line.split()
        if len(words) >= 2 and not line.endswith(":"):
            (undefined if words[1] in "Uw" else defined).add(words[0])
    return defined, undefined - defined


def symbol_problems(room, undefined, owner, allowed):
    for name in sorted(undefined):
        if name in owner and owner[name] != room and owner[name] not in allowed.get(room, []):
            yield f"{room} calls {name} of {owner[name]}"


def unused_problems(allowed, included, called):
    """An arrow stands for an include or a call: what nobody uses is no permission for later."""
    for room, below in allowed.items():
        for name in below:
            if (room, name) not in included | called:
                yield f"tools/floors.txt: {room} does not use {name}"


def included_arrows(files):
    """(room, room below) of (path, text)."""
    return {(path.split("/")[1], name.split("/")[0]) for path, code in files for name in INCLUDE.findall(code)}


def main():
    root, nm, libraries = sys.argv[1], sys.argv[2], sys.argv[3:]
    cases = Cases()
    allowed = floors(root)
    sample = list(include_problems("src/base/x.c", '#include "cli/main.h"\n#include "y.h"\n#include "base/z.h"\n', allowed))
    sample += circle_problems({"a": ["b"], "b": ["a"]})
    sample += link_problems("src/net/meson.build", "net_lib = x(link_with: [base_lib, cli_lib])", allowed)
    sample += document_problems("| `base` | nothing |\n| `wire` | net base |\n", {"base": [], "wire": ["base"]})
    sample += symbol_problems("base", {"up", "down"}, {"up": "cli", "down": "base"}, allowed)
    sample += unused_problems({"cli": ["base", "net", "wire"]}, included_arrows([("src/cli/x.c", '#include "base/y.h"\n')]), {("cli", "net")})
    cases.case("the checks find the sample's faults", [] if len(sample) == 8 else [f"8 expected: {sample}"])
    cases.case("floors have no circle", circle_problems(allowed))
    cases.case("doc/ARCHITECTURE.md has the same floors", document_problems(source.text(root, "doc/ARCHITECTURE.md"), allowed))
    rooms = sorted(name for name in os.listdir(os.path.join(root, "src")) if source.files(root, "src/" + name))
    cases.case("every room has its floor", [f"src/{room} is not in tools/floors.txt" for room in rooms if room not in allowed])
    problems = [p for path in source.files(root, "src") for p in include_problems(path, source.text(root, path), allowed)]
    cases.case("no include goes upwards", problems)

    problems = [p for room in rooms for p in link_problems(f"src/{room}/meson.build", source.text(root, f"src/{room}/meson.build"),
                                                           allowed)]
    cases.case("no library links upwards", problems)

    table = {re.sub(r"^lib(.*)\.a$", r"\1", os.path.basename(library)): symbols(nm, library) for library in libraries}
    owner = {name: room for room, (defined, _) in table.items() for name in defined}
    cases.case("libraries have symbols", [] if "text_u64" in owner else ["text_u64 not found: nm is not understood"])
    cases.case("no call goes upwards", [p for room, (_, undefined) in table.items()
                                        for p in symbol_problems(room, undefined, owner, allowed)])
    included = included_arrows((path, source.text(root, path)) for path in source.files(root, "src"))
    called = {(room, owner[name]) for room, (_, undefined) in table.items() for name in undefined if name in owner}
    cases.case("every arrow is used", unused_problems(allowed, included, called) if len(table) == len(rooms) else
               [f"{len(rooms)} rooms, {len(table)} libraries"])
    cases.case("pure rooms ask nothing of the system", [f"{room} calls {name}" for room in PURE if room in table
                                                        for name in sorted(table[room][1] & SYSTEM)])
    cases.case("wire allocates nothing", [f"wire calls {name}" for name in sorted(table["wire"][1]) if MEMORY.match(name)]
               if "wire" in table else [])
    cases.case("processes are made in os, listening sockets in daemon", [
        f"{room} calls {name}" for room, (_, undefined) in table.items() for name in sorted(undefined)
        if (name in PROCESS and room != "os") or (name in LISTENING and room != "daemon")])
    cases.case("threads only in feed", [f"{room} calls {name}" for room, (_, undefined) in table.items() if room != "feed"
                                        for name in sorted(undefined) if name.startswith(("pthread_create", "thrd_create"))])
    cases.done()


main()
