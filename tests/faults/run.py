#!/usr/bin/python3
"""Random faults between the driver and the engine, and between the agent and Consul.

usage: tests/faults/run.py KIND SEED COUNT [FIRST]

COUNT schedules, the first one with the number FIRST (0): each is drawn from SEED and its number
alone. After each run what must hold in spite of everything is checked. A schedule that fails is
printed with the line that runs it again. KIND is

cold    a build of three steps, a rendered file and a test
podman  the same where DOCKER_HOST is Podman's service
cached  the cold one when it has been built before
killed  the cold one, whose driver is killed; after some of them the same is built in peace
oci     a build without a daemon: its driver or its helpers get a signal at some moment
once    `agent render -once` of several files
watch   `agent render` that goes on, while the values change

FACTORY, AGENT, DOCKER_HOST and TEST_CONSUL say what is tested. JOBS (4) are run at once; VERBOSE tells how each one ended.
"""

import asyncio
import os
import random
import shutil
import signal
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import oci
import proxy
import subjects

KINDS = subjects.KINDS | oci.KINDS

REPORT_EVERY = 10  # seconds


async def one(kind, seed, number, work, told):
    subject = KINDS[kind](work, number, random.Random(f"{kind} {seed} {number}"))
    try:
        wrong = await subject.run()
    except Exception as error:  # of the test itself: to be seen, not to be hidden
        wrong = f"the test broke: {error!r}"
        if os.environ.get("DEBUG"):
            raise
    told["struck"] += any(fault.struck for fault in subject.faults)
    told["good"] += subject.code == 0
    if os.environ.get("VERBOSE"):
        print(subject.number, subject.code, subject.faults, subject.said.strip().splitlines()[-1:])
    if wrong:
        told["failed"] += 1
        print(f"{kind}: {wrong}\n  faults: {subject.faults}\n  requests: {subject.requests}\n"
              f"  exit code {subject.code}, {subject.took:.1f} s; it said:\n    "
              + "\n    ".join(subject.said.splitlines()) +
              f"\n  again: tests/faults/run.py {kind} {seed} 1 {number}", flush=True)


async def worker(kind, seed, numbers, work, told):
    os.makedirs(work)
    for number in numbers:
        await one(kind, seed, number, work, told)
        told["done"] += 1


async def progress(kind, count, told):
    began = time.monotonic()
    while True:
        await asyncio.sleep(REPORT_EVERY)
        rate = told["done"] / (time.monotonic() - began)
        print(f"  {kind}: {told['done']}/{count}, {told['failed']} failed, {rate:.1f}/s",
              file=sys.stderr, flush=True)


async def main(kind, seed, count, first=0):
    jobs = int(os.environ.get("JOBS", "4"))
    told = {"failed": 0, "done": 0, "struck": 0, "good": 0}
    numbers, began = iter(range(first, first + count)), time.monotonic()
    work = tempfile.mkdtemp(prefix="faults-")
    telling = asyncio.ensure_future(progress(kind, count, told))
    try:
        await KINDS[kind].prepare(work)
        await asyncio.gather(*(worker(kind, seed, numbers, f"{work}/{i}", told)
                               for i in range(min(jobs, count))))
        await KINDS[kind].finish()
    finally:
        telling.cancel()
        shutil.rmtree(work, ignore_errors=True)
    print(f"{kind}, seed {seed}: {count} schedules, {told['struck']} struck, {told['good']} ended well,"
          f" {told['failed']} failed, {time.monotonic() - began:.1f} s")
    return 1 if told["failed"] else 0


if __name__ == "__main__":
    if not 4 <= len(sys.argv) <= 5 or sys.argv[1] not in KINDS:
        sys.exit(__doc__.split("\n\n", 1)[1])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(asyncio.run(main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))))
