"""Tries to trace a process, and to read and write its memory. Prints what came of each way: done, or refused.

usage: attack_supervisor.py VICTIM...   A victim is a pid, "supervisor", which is the parent, or "child", one of its own.
"""

import ctypes
import errno
import os
import signal
import sys
import time

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long
PTRACE_ATTACH, PTRACE_DETACH, PTRACE_SEIZE = 16, 17, 0x4206
PIDFD_OPEN, PIDFD_GETFD = 434, 438


class Vector(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def trace(request, task):
    if libc.ptrace(request, task, None, None) != 0:
        return False
    if request == PTRACE_ATTACH:
        os.waitpid(task, 0x40000000)
    libc.ptrace(PTRACE_DETACH, task, None, None)
    return True


def copy(call, pid):
    """Without the right this is EPERM. With it, the address may still be a wrong one."""
    local = ctypes.create_string_buffer(8)
    here = Vector(ctypes.addressof(local), 8)
    there = Vector(ctypes.addressof(local), 8)
    count = call(pid, ctypes.byref(here), 1, ctypes.byref(there), 1, 0)
    return count >= 0 or ctypes.get_errno() not in (errno.EPERM, errno.EACCES)


def opens(path, flags):
    try:
        os.close(os.open(path, flags))
        return True
    except OSError:
        return False


def links(path):
    try:
        return any(os.readlink(f"{path}/{name}") for name in os.listdir(path))
    except OSError:
        return False


def descriptor(pid):
    pidfd = libc.syscall(PIDFD_OPEN, pid, 0)
    return pidfd >= 0 and libc.syscall(PIDFD_GETFD, pidfd, 0, 0) >= 0


def threads(pid):
    return [int(name) for name in os.listdir(f"/proc/{pid}/task")]


WAYS = {
    "attach": lambda pid: any(trace(PTRACE_ATTACH, task) for task in threads(pid)),
    "seize": lambda pid: any(trace(PTRACE_SEIZE, task) for task in threads(pid)),
    "read memory": lambda pid: copy(libc.process_vm_readv, pid),
    "write memory": lambda pid: copy(libc.process_vm_writev, pid),
    "open memory": lambda pid: opens(f"/proc/{pid}/mem", os.O_RDWR),
    "open memory of a thread": lambda pid: any(
        opens(f"/proc/{pid}/task/{task}/mem", os.O_RDWR) for task in threads(pid)
    ),
    "see memory": lambda pid: opens(f"/proc/{pid}/maps", os.O_RDONLY),
    "see environment": lambda pid: opens(f"/proc/{pid}/environ", os.O_RDONLY),
    "see files": lambda pid: links(f"/proc/{pid}/fd"),
    "take a file": descriptor,
}


def main():
    for name in sys.argv[1:]:
        if name == "supervisor":
            pid = os.getppid()
        elif name != "child":
            pid = int(name)
        else:
            pid = os.fork()
            if pid == 0:
                time.sleep(600)
                os._exit(0)
        for way, attempt in WAYS.items():
            print(f"{name}: {way}: {'done' if attempt(pid) else 'refused'}")
        if name == "child":
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


main()
