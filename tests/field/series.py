# SPDX-License-Identifier: ISC
"""Published series as people have them: shares instead of counts, marks for what is missing, holes, a beginning in which nothing is known yet."""
import json
import os
import tempfile

from field import Cases, replay, run

START, STEP, BINS = 1699920000, 600, 432  # 2023-11-14 00:00 UTC, three days
BEGIN, END = 300, 320  # bins


def write(folder, signal, value):
    """`value` of a bin: a text, or null for no line."""
    os.makedirs(os.path.join(folder, "series"), exist_ok=True)
    with open(os.path.join(folder, "recording.json"), "w", encoding="utf-8") as file:
        json.dump({"format": "lacuna-recording/1", "entities": [{"id": "country/KX", "name": "Kexico", "prefixes": ["198.18.0.0/22"]}],
                   "watch": ["country/KX"]}, file)
    with open(os.path.join(folder, "series", "s.csv"), "w", encoding="utf-8") as file:
        file.write("time,entity,signal,value\n")
        for i in range(BINS):
            if value(i) is not None:
                file.write("%d,country/KX,%s,%s\n" % (START + i * STEP, signal, value(i)))


def dip(usual, low):
    return lambda i: low if BEGIN <= i < END else usual


def outage(folder, signal, value, depth):
    write(folder, signal, value)
    _, told, _ = replay(folder)
    if len(told["incidents"]) != 1:
        return ["%d incidents" % len(told["incidents"])]
    one = told["incidents"][0]
    found = one["signals"][0]["depth"]
    problems = ["depth %s" % found] if abs(found - depth) > 0.02 else []
    begin = one["start"]["best"] - START
    return problems + (["start %s" % begin] if abs(begin - BEGIN * STEP) > STEP else [])


def unseen(folder, value, spans):
    write(folder, "bgp", value)
    status, told, _ = replay(folder)
    found = [(u["evidence"], round((u["from"] - START) / STEP), round((u["to"] - START) / STEP)) for u in told["quality"]["unseen"]]
    problems = ["an outage made of it"] if told["incidents"] else []
    problems += ["status %d" % status] if status != 1 else []
    near = len(found) == len(spans) and all(k == "series" and abs(a - b) <= 1 and abs(c - d) <= 1 for (k, a, c), (b, d) in zip(found, spans))
    return problems + ([] if near else ["unseen %s" % found])


def main():
    cases = Cases()
    with tempfile.TemporaryDirectory() as top:
        def folder(number=[0]):
            number[0] += 1
            return os.path.join(top, str(number[0]))

        for signal, usual, low, depth in (("gtr", "0.9", "0.1", 0.889), ("bgp", "1.0", "0.5", 0.5), ("bgp", "1.4", "0.4", 0.714), ("ping-slash24", "64", "0", 1),
                                          ("bgp", "1000", "300", 0.7), ("merit-nt", "250000", "1000", 0.996)):
            cases.case("%s from %s to %s is that deep" % (signal, usual, low), outage(folder(), signal, dip(usual, low), depth))
        for mark in ("-1", "", "null", "nan"):
            cases.case("%r marks what is missing" % mark, unseen(folder(), dip("1000", mark), [(BEGIN - 1, END)]))
        cases.case("lines that are not there are missing", unseen(folder(), dip("1000", None), [(BEGIN - 1, END)]))
        where = folder()
        write(where, "bgp", lambda i: "0" if 50 <= i < 70 else "1000")
        text = run("replay", where).stdout.decode()
        _, told, _ = replay(where)
        until = [(entry["until"] - START) / 3600 for entry in told["quality"].get("learned", [])]
        cases.case("of the time in which a series is learned nothing is said", [] if "nothing is said before" in text and until == [24.0] else [text, str(until)])
    cases.done()


if __name__ == "__main__":
    main()
