#!/usr/bin/python3
"""typist.py TEXT COMMAND...: runs COMMAND on a terminal and types TEXT as a person would, who waits
for what a tabulator brings; prints all that the terminal showed."""

import os
import pty
import select
import signal
import sys

QUIET, LONGEST = 0.4, 10.0


def show(terminal, patience):
    """What comes until nothing has come for a while."""
    shown = b""
    while select.select([terminal], [], [], patience)[0]:
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            break
        if not piece:
            break
        shown += piece
        patience = QUIET
    return shown


def main():
    text, command = sys.argv[1], sys.argv[2:]
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(TERM="dumb", PS1="$ ", LINES="50", COLUMNS="200")
        os.execvp(command[0], command)
    signal.alarm(60)
    shown = show(terminal, LONGEST)
    for piece in text.splitlines(keepends=True):
        for part in piece.replace("\t", "\t\0").split("\0"):
            if part:
                os.write(terminal, part.encode())
                shown += show(terminal, 3.0 if part.endswith("\t") else QUIET)
    os.write(terminal, b"\nexit\n")
    shown += show(terminal, QUIET)
    os.close(terminal)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    sys.stdout.buffer.write(shown)


main()
