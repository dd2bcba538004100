# SPDX-License-Identifier: ISC
"""Two network namespaces with a link between them: this process asks from the near one, servers.py answers in the far one. Nothing leaves the machine."""
import atexit
import os
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "check"))
os.environ.setdefault("LACUNA_CHECK_ASK", "")
from certificates import NAME, Issuer, self_signed  # noqa: E402,F401  the tests' of check own

HERE = os.path.dirname(os.path.abspath(__file__))
INSIDE = "LACUNA_FIELD_INSIDE"
NEAR4, NEAR6 = "198.18.60.1", "2001:db8:60::1"
FAR4, FAR6 = "198.18.60.2", "2001:db8:60::2"
BARE4, BARE6 = "198.18.60.3", "2001:db8:60::3"  # of the far side, where nothing listens
NOBODY = "198.18.60.9"
HOSTS = {"web.example.test": [FAR4], "good.example.test": [FAR4], "six.example.test": [FAR6], "both.example.test": [FAR6, FAR4],
         "dual.example.test": [BARE6, FAR4], "laud.example.test": [FAR6, BARE4], "vhost.example.test": [FAR4]}
DAY = 86400


def skip(reason):
    print(f"1..0 # SKIP {reason}")
    sys.exit(0)


def enter(*programs):
    """Goes on in network and mount namespaces of its own, which end with this process."""
    if os.environ.get(INSIDE):
        return
    probe = subprocess.run(["unshare", "-n", "-m", "true"], capture_output=True, check=False)
    if os.geteuid() != 0 or probe.returncode != 0:
        skip("needs root and namespaces")
    for program in programs:
        if not shutil.which(program):
            skip(f"{program} is not installed")
    os.environ[INSIDE] = "1"
    sys.stdout.flush()
    os.execvp("unshare", ["unshare", "-n", "-m", "--propagation", "private", sys.executable, "-B", os.path.abspath(sys.argv[0])])


def do(command):
    subprocess.run(command.split(), check=True, capture_output=True)


def certificates(folder):
    """Of an authority of ours, which is the only one that is trusted, and of another."""
    now, subject = time.time(), f"DNS:good.example.test,DNS:web.example.test,IP:{FAR4},IP:{FAR6}"
    ours, theirs = Issuer(folder, "ours"), Issuer(folder, "theirs")
    ours.issue("good", subject, now - DAY, now + 90 * DAY)
    ours.issue("expired", subject, now - 90 * DAY, now - DAY)
    ours.issue("future", subject, now + DAY, now + 90 * DAY)
    ours.issue("other", "DNS:other.example.test", now - DAY, now + 90 * DAY)
    ours.issue("good.example.test", "email:a@example.test", now - DAY, now + 90 * DAY)
    os.rename(os.path.join(folder, "good.example.test.pem"), os.path.join(folder, "cnonly.pem"))
    os.rename(os.path.join(folder, "good.example.test.key"), os.path.join(folder, "cnonly.key"))
    theirs.issue("unknown", subject, now - DAY, now + 90 * DAY)
    trust(folder, os.path.join(folder, "ours.pem"))
    os.chmod(folder, 0o755)


def trust(folder, path):
    """The system's bundle of authorities, in this mount namespace, is that file alone."""
    bundle = os.path.join(folder, "authorities")
    os.mkdir(bundle)
    with open(path, "rb") as file, open(os.path.join(bundle, "ca-certificates.crt"), "wb") as out:
        out.write(file.read())
    do(f"mount --bind {bundle} /etc/ssl/certs")
    if os.path.exists("/usr/lib/ssl/cert.pem"):
        do(f"mount --bind {path} /usr/lib/ssl/cert.pem")


def far_side(*command, near=(NEAR4, NEAR6), far=((FAR4, BARE4), (FAR6, BARE6))):
    """Starts it in a namespace at the other end of a link, whose addresses are those."""
    child = subprocess.Popen(["unshare", "-n", "sh", "-c", 'read line; exec "$@"', "sh", *command], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, text=True)
    atexit.register(child.kill)
    there = f"nsenter -n -t {child.pid} "
    do("ip link set lo up")
    do("ip link add near type veth peer name far")
    while os.readlink(f"/proc/{child.pid}/ns/net") == os.readlink("/proc/self/ns/net"):
        pass
    do(f"ip link set far netns {child.pid}")
    for where, name, four, six in (("", "near", near[:1], near[1:]), (there, "far", *far)):
        for address in four:
            do(f"{where}ip address add {address}/24 dev {name}")
        for address in six:
            do(f"{where}ip address add {address}/64 dev {name} nodad")
        do(f"{where}ip link set lo up")
        do(f"{where}ip link set {name} up")
    child.stdin.write("go\n")
    child.stdin.flush()
    line = child.stdout.readline()
    if "ready" not in line:
        raise RuntimeError("the far side did not come up: " + line)
    return child


def hosts(folder, names=None):
    """/etc/hosts of this mount namespace."""
    path = os.path.join(folder, "hosts")
    with open(path, "w", encoding="utf-8") as file:
        file.write("127.0.0.1 localhost\n" + "".join(f"{a} {name}\n" for name, list_ in (names or HOSTS).items() for a in list_))
    do(f"mount --bind {path} /etc/hosts")
    resolv = os.path.join(folder, "resolv.conf")
    with open(resolv, "w", encoding="utf-8") as file:
        file.write(f"nameserver {FAR4}\n")
    do(f"mount --bind {resolv} /etc/resolv.conf")


def servers(folder):
    """servers.py on the far side, certificates, names."""
    certificates(folder)
    hosts(folder)
    return far_side(sys.executable, "-B", os.path.join(HERE, "servers.py"), folder, FAR4, FAR6)


def leave():
    """What was mounted from a folder that goes away."""
    for mounted in ("/etc/hosts", "/etc/resolv.conf", "/etc/ssl/certs", "/usr/lib/ssl/cert.pem"):
        subprocess.run(["umount", mounted], check=False, capture_output=True)
