"""A command on a pseudo-terminal: terminal.py LOG COMMAND...

What comes on standard input is typed, what the command prints goes to LOG. At the end of the input the terminal is hung up.
"""
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios

pid, master = pty.fork()
if pid == 0:
    os.environ["TERM"] = "xterm"
    os.execvp(sys.argv[2], sys.argv[2:])

# Wide, so that no message is wrapped.
fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 1000, 0, 0))
with open(sys.argv[1], "wb", buffering=0) as log:
    sources = [master, 0]
    while sources:
        ready, _, _ = select.select(sources, [], [])
        if master in ready:
            try:
                text = os.read(master, 65536)
            except OSError:
                break
            if not text:
                break
            # A program may ask the terminal where the cursor is, and waits for the answer.
            if b"\x1b[6n" in text:
                os.write(master, b"\x1b[1;1R")
            log.write(text)
        if 0 in ready:
            typed = os.read(0, 65536)
            if not typed:
                break
            os.write(master, typed)

os.close(master)
try:
    os.kill(pid, signal.SIGHUP)
except ProcessLookupError:
    pass
signal.alarm(10)
try:
    os.waitpid(pid, 0)
except ChildProcessError:
    pass
