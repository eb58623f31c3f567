#!/usr/bin/python3
"""Writes seeds for the agent's session, each a few frames of a driver's, into a directory.

usage: tests/fuzz/frames.py DIRECTORY
"""
import json
import os
import re
import struct
import sys

here = os.path.dirname(os.path.abspath(__file__))
header = open(os.path.join(here, "..", "..", "common", "frame.h")).read()
names = re.search(r"enum frame_type \{(.*?)FRAME_HELLO", header, re.DOTALL).group(1)
TYPES = {name: number for number, name in enumerate(re.findall(r"FRAME_([A-Z]+)", names), start=1)}


def frame(kind, payload, request=1, flags=0):
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return struct.pack("<IBBHI", len(data), TYPES[kind], flags, 0, request) + data


SEEDS = {
    "run": frame("RUN", {"argv": ["/agent", "version"], "env": {"A": "b"}, "umask": 18, "timeout_ms": 50}),
    "shell": frame("RUN", {"shell": "exit 3", "cwd": "/", "user": "nobody"}),
    "stdin": frame("RUN", {"argv": ["/agent", "facts"], "stdin": True}) + frame("DATA", b"x") + frame("DATA", b""),
    "signal": frame("RUN", {"argv": ["/agent", "session"]}) + frame("SIGNAL", {"signal": 15}),
    "put": frame("PUT", {"path": "/tmp/x", "kind": "file", "mode": 420, "parents": True}) + frame("DATA", b"text"),
    "link": frame("PUT", {"path": "/tmp/l", "kind": "symlink", "target": "/x"}),
    "get": frame("GET", {"path": "/agent"}),
    "facts": frame("FACTS", {"patterns": ["os.id"]}),
    "render": frame("RENDER", {"templates": [{"source": "/t", "destination": "/tmp/o"}]}),
    "value": frame("RENDER", {"templates": []}, 2) + frame("VALUE", {"missing": True}, 2),
    "remove": frame("REMOVE", {"path": "/tmp/x"}),
    "bye": frame("BYE", {}, 0),
}

for name, data in SEEDS.items():
    with open(os.path.join(sys.argv[1], name), "wb") as file:
        file.write(data)
