# SPDX-License-Identifier: ISC
"""A lab leaves nothing behind, whatever ends it: everything lives in a process and a mount namespace of its own.

The runner forks a child that is process 1 of a new process namespace, with a private /run. When that child dies, by whatever
signal, the kernel kills every process of the lab, drops its mounts and with them the named network namespaces and their links.
The child in turn dies with the runner (PR_SET_PDEATHSIG). Nothing of a lab is visible outside, so labs run side by side.
"""
import ctypes
import os
import signal
import subprocess
import sys

CLONE_NEWNS, CLONE_NEWPID = 0x00020000, 0x20000000
MS_REC, MS_PRIVATE = 16384, 1 << 18
PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None, use_errno=True)


def must(result, what):
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


def mount(kind, at, options=b"", flags=0):
    must(libc.mount(kind, at, None if kind == b"none" else kind, flags, options), f"mount {at.decode()}")


def obstacle():
    """Why no lab can run here, or None."""
    if os.geteuid() != 0:
        return "needs root (network namespaces and daemons that drop privileges)"
    result = subprocess.run(["unshare", "--net", "--mount", "--pid", "--fork", "true"], capture_output=True, text=True, check=False)
    return f"namespaces are not possible: {result.stderr.strip()[:120]}" if result.returncode else None


def die_with_parent():
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def run(inside):
    """Calls inside() as process 1 of a lab; its exit status. SIGINT and SIGTERM reach it as KeyboardInterrupt, once."""
    must(libc.unshare(CLONE_NEWNS | CLONE_NEWPID), "unshare")
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        die_with_parent()
        os.setpgrp()  # Ctrl-C on a terminal reaches the parent alone, which passes it on
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        status = 3
        try:
            mount(b"none", b"/", flags=MS_REC | MS_PRIVATE)
            mount(b"proc", b"/proc")
            mount(b"tmpfs", b"/run", b"mode=755,size=1g")
            status = inside()
        except KeyboardInterrupt:
            status = 130
        except BaseException as problem:  # said here: nobody above this fork would
            import traceback
            traceback.print_exc()
            status = problem.code if isinstance(problem, SystemExit) and isinstance(problem.code, int) else 3
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)

    def forward(number, _frame):
        os.kill(child, number)

    signal.signal(signal.SIGTERM, forward)
    signal.signal(signal.SIGINT, forward)
    _, raw = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(raw) if os.WIFEXITED(raw) else 128 + os.WTERMSIG(raw)
