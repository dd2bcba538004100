# SPDX-License-Identifier: ISC
"""`lacuna replay --follow` beside the running lab, inside its namespaces: what it told, and when, one JSON object a line."""
import json
import os
import subprocess
import threading
import time

from .daemons import WORK

EVERY, WATERMARK = "1", "2"  # s; the observers of a lab are never late by more


class Live:
    def __init__(self, lab, plan, path):
        self.path = path
        self.process = None
        self.command = [lab.tools["lacuna"], "replay", "--quiet", f"--follow={EVERY}", "--watermark", WATERMARK, f"{WORK}/live"]
        self.command += [f"{WORK}/observer/{name}/probes" for name, _ in plan.observers]
        self.command += [f"{WORK}/{c['name']}-updates.mrt" for c in plan.collectors]

    def start(self, description):
        if not self.path:
            return
        os.makedirs(f"{WORK}/live", exist_ok=True)
        with open(f"{WORK}/live/recording.json", "w", encoding="utf-8") as file:
            json.dump(description, file)
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        with open(self.path, "w", encoding="utf-8") as out:
            for line in self.process.stdout:
                out.write(json.dumps({"t": round(time.time(), 3), "says": line.rstrip("\n")}) + "\n")
                out.flush()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)
