# SPDX-License-Identifier: ISC
"""Service checks against nginx over a veth pair, in two network namespaces. Needs root, nginx, openssl, a C compiler, a built tree.

Usage: python3 bench/probe/check.py [BUILD] [CHECKS]     BUILD: folder of the build (build)
"""
import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
NGINX = """daemon off; pid {folder}/pid; error_log stderr crit; worker_processes 1;
events {{ worker_connections 16000; }}
http {{ access_log off; server {{ listen 80 backlog=16000; return 200 "hello"; }}
server {{ listen 443 ssl backlog=16000; ssl_certificate {folder}/c.pem; ssl_certificate_key {folder}/c.key; return 200 "hello"; }} }}"""
ROOMS = ("check", "wire", "model", "os", "net", "base")


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def build(tree, folder):
    program = os.path.join(folder, "check")
    libraries = [os.path.join(tree, "src", room, f"lib{room}.a") for room in ROOMS]
    # Static libraries of meson are thin: they name their objects relative to themselves.
    run("cc", "-O2", "-std=gnu17", "-D_GNU_SOURCE", "-I", os.path.join(ROOT, "src"), os.path.join(HERE, "check.c"),
        os.path.join(ROOT, "tests", "check", "fakes.c"), *libraries, "-lssl", "-lcrypto", "-lm", "-o", program)
    return program


def main():
    tree = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "build"))
    count = sys.argv[2] if len(sys.argv) > 2 else "100000"
    ours, theirs = f"lc-{os.getpid()}-a", f"lc-{os.getpid()}-b"
    with tempfile.TemporaryDirectory() as folder:
        program = build(tree, folder)
        os.chmod(folder, 0o755)
        with open(os.path.join(folder, "conf"), "w", encoding="ascii") as file:
            file.write(NGINX.format(folder=folder))
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=bench",
            "-keyout", folder + "/c.key", "-out", folder + "/c.pem", "-days", "9")
        server = None
        try:
            for name in (ours, theirs):
                run("ip", "netns", "add", name)
                run("ip", "-n", name, "link", "set", "lo", "up")
            run("ip", "-n", ours, "link", "add", "left", "type", "veth", "peer", "name", "right", "netns", theirs)
            for name, link, address in ((ours, "left", "203.0.113.1/24"), (theirs, "right", "203.0.113.2/24")):
                run("ip", "-n", name, "address", "add", address, "dev", link)
                run("ip", "-n", name, "link", "set", link, "up")
            run("ip", "-n", ours, "route", "add", "198.18.0.0/15", "via", "203.0.113.2")
            run("ip", "-n", theirs, "route", "add", "local", "198.18.0.0/15", "dev", "lo")
            run("ip", "netns", "exec", theirs, "sh", "-c", "echo 16000 > /proc/sys/net/core/somaxconn")
            server = subprocess.Popen(["ip", "netns", "exec", theirs, "nginx", "-c", folder + "/conf", "-p", folder],
                                      stderr=subprocess.DEVNULL)
            time.sleep(1)
            for what, share in (("tcp", 1), ("http", 1), ("https", 10), ("tls", 10)):
                print(subprocess.run(["ip", "netns", "exec", ours, program, what, "198.18.0.0", "65536",
                                      str(int(count) // share), "256", *(["80"] if what == "tcp" else [])], check=False,
                                     capture_output=True, text=True).stdout, end="", flush=True)
        finally:
            if server:
                server.terminate()
                server.wait()
            for name in (ours, theirs):
                subprocess.run(["ip", "netns", "delete", name], check=False)


main()
