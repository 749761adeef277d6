"""Run as a script between fork and exec of a server: drop root, ask to die with the parent, become the server.

A script, because code between fork and exec of a Python process with threads is not safe. Imports only the
standard library: it runs with no other path.
Arguments: uid (-1: keep), gid, pid of the parent, signal that the parent's death sends, program, its arguments.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Never returns: replaces this process by the server, or exits when the parent has died already."""
    uid, gid, parent, death_signal = (int(word) for word in sys.argv[1:5])
    program = sys.argv[5:]
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if libc is not None:
        # After setuid, which clears it.
        libc.prctl(PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != parent:
            sys.exit("the keeper died before its server started")
    os.umask(0o077)
    os.execv(program[0], program)


if __name__ == "__main__":
    main()
