# SPDX-License-Identifier: ISC
"""A recording at another time: every stamp of MRT, BMP, BMP index and probe lines moved by whole seconds."""
import gzip
import json
import os
import shutil
import struct

BMP_COMMON = 6  # version, length, type
BMP_STAMP = BMP_COMMON + 34  # seconds in the per-peer header (RFC 7854, 4.2)
BMP_WITHOUT_PEER = (4, 5)  # initiation, termination


def mrt_records(data):
    at = 0
    while at + 12 <= len(data):
        length = struct.unpack(">I", data[at + 8 : at + 12])[0] + 12
        yield data[at : at + length]
        at += length


def shift_mrt(data, seconds):
    return b"".join(struct.pack(">I", struct.unpack(">I", r[:4])[0] + seconds) + r[4:] for r in mrt_records(data))


def bmp_messages(data):
    at = 0
    while at + BMP_COMMON <= len(data):
        length = struct.unpack(">I", data[at + 1 : at + 5])[0]
        yield data[at : at + length]
        at += length


def shift_bmp(data, seconds):
    out = []
    for m in bmp_messages(data):
        stamp = 0 if m[5] in BMP_WITHOUT_PEER else struct.unpack(">I", m[BMP_STAMP : BMP_STAMP + 4])[0]
        if stamp:
            m = m[:BMP_STAMP] + struct.pack(">I", stamp + seconds) + m[BMP_STAMP + 4 :]
        out.append(m)
    return b"".join(out)


def shift_lines(data, seconds):
    """Digits are kept: a number is moved as text, not through a float."""
    out = []
    for line in data.splitlines():
        head, sep, rest = line.partition(b'"t":')
        digits = rest[: len(rest) - len(rest.lstrip(b"0123456789"))]
        assert sep and digits, line
        out.append(head + sep + str(int(digits) + seconds).encode() + rest[len(digits) :])
    return b"\n".join(out) + b"\n"


def read(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as f:
        return f.read()


def write(path, data):
    with open(path, "wb") as f:
        f.write(gzip.compress(data, mtime=0) if path.endswith(".gz") else data)


def moved(name, data, seconds):
    if ".mrt" in name:
        return shift_mrt(data, seconds)
    return shift_bmp(data, seconds) if name.removesuffix(".gz").endswith(".bmp") else shift_lines(data, seconds)


def renamed(name, tag):
    """The tag behind the collector's name, where the globs of recording.json still match."""
    for mark in ("-", "."):
        if name.split("-")[0].split(".")[0] + mark in name:
            head, _, rest = name.partition(mark)
            return f"{head}{mark}{tag}.{rest}"
    return f"{name}.{tag}"


def episodes(out, parts):
    """One folder of several recordings of the same lab: (folder, seconds to move it by)."""
    for tag, (folder, seconds) in enumerate(parts):
        for kind in ("bgp", "bmp", "probes"):
            os.makedirs(os.path.join(out, kind), exist_ok=True)
            for name in sorted(os.listdir(os.path.join(folder, kind))):
                data = read(os.path.join(folder, kind, name))
                write(os.path.join(out, kind, renamed(name, tag)), moved(name, data, seconds))
    shutil.copy(os.path.join(parts[0][0], "recording.json"), out)
    path = os.path.join(out, "recording.json")
    with open(path) as f:
        about = json.load(f)
    for member in ("from", "to"):
        about.pop(member, None)
    os.unlink(path)
    with open(path, "w") as f:
        json.dump(about, f)
