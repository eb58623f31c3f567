#!/usr/bin/python3
"""The driver is killed at each cell of the machine's table that builds reach.

usage: tests/faults/cells.py [SCENARIO...]

Scenarios are builds that go well or badly in different ways. Each runs once to see which cells it
reaches; then once for each of these cells that no scenario before it has reached, and is killed
there: before the cell does anything, and when what it asks for is out. Afterwards no container of
that driver may run, the final tag is the old image or (once the artifact may be named) a whole new one,
and the same build in peace goes well and begins at the checkpoint that was there. The table is asked of
the program itself: cells that no scenario reaches are printed with the reason, and those that have
none are a failure.

FACTORY is build/faults/factory; FACTORY_AGENT and DOCKER_HOST as ever. JOBS (4) are run at once.
"""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import engine
import proxy
import subjects

HERE = os.path.abspath(__file__)
INTERRUPT = "kill -INT $PPID"
TERMINATE = "kill -TERM $PPID"  # at a prompt the other one ends a line
KILL = "kill -KILL $PPID"

# With these the driver's life ends before the artifact has its name.
NAMED_AFTER = ("ready/stop", "stopping/closed")

CHAIN = subjects.HEAD + subjects.FILES + """
install:
  - {{run: printf %s-one "$NONCE" > /out/one, checkpoint: true}}
  - {second}
script: ["true"]
"""
GROUP = subjects.HEAD + """
install:
  - {{run: mkdir /out && printf %s-one "$NONCE" > /out/one, checkpoint: true}}
  - parallel:
      - {second}
      - printf %s-three "$NONCE" > /out/three
"""
SECOND = 'printf %s-two "$NONCE" > /out/two'
SLOW, BAD = "sleep 9", "exit 3"


def at(when, cell, command, nth=1):
    return f"{when} {cell} {nth} {command}\n"


def containers_are(deed):
    return f"/usr/bin/python3 {HERE} {deed} $PPID"


# name: (manifest, its second step, points, faults of requests, lines typed; with "..." no end of
# them comes)
SCENARIOS = {
    "chain": (CHAIN, SECOND, "", [], ""),
    "group": (GROUP, SECOND, "", [], ""),
    "facts": (CHAIN + "before_script: echo {{{{ facts.os.id }}}}\n", SECOND, "", [], ""),
    "failing": (CHAIN, BAD, "", [], ""),
    "asking": (CHAIN, BAD, "", [], "run\nrun\nrun\ndo true\nskip\nrun\nrun\n"),
    "interrupted at the start": (CHAIN, SECOND, at("after", "idle/start", INTERRUPT), [], ""),
    "interrupted in a step": (CHAIN, SLOW, at("after", "ready/task", INTERRUPT, 2), [], ""),
    "interrupted in a commit":
        (CHAIN, SECOND, at("after", "ready/checkpoint", INTERRUPT), [], ""),
    "interrupted in a merge": (GROUP, SECOND, at("after", "ready/aside", INTERRUPT), [], ""),
    "interrupted when it asks":
        (CHAIN, BAD, at("after", "running/held", TERMINATE), [], "run\nrun\nrun\n..."),
    "interrupted while one stops":
        (GROUP, SLOW, at("before", "ready/stop", containers_are("pause")) +
         at("after", "ready/stop", INTERRUPT), [], ""),
    "interrupted while one fails": (GROUP, BAD, at("before", "running/failed", INTERRUPT), [], ""),
    "no container": (CHAIN, SECOND, "", [("create", "status", 0)], ""),
    "no attachment": (CHAIN, SECOND, "", [("attach", "cut", 110)], ""),
    "no commit": (CHAIN, SECOND, "", [("commit", "status", 0)], ""),
    "gone in a step": (CHAIN, SLOW, at("after", "ready/task", containers_are("kill"), 2), [], ""),
    "gone in a commit":
        (CHAIN, SECOND, at("after", "ready/checkpoint", containers_are("kill")),
         [("commit", "delay", 0)], ""),
    "gone in a merge": (GROUP, SECOND, at("after", "ready/aside", containers_are("kill")), [], ""),
    "gone when it asks":
        (CHAIN, BAD, at("after", "running/held", containers_are("kill")), [],
         "run\nrun\nrun\n..."),
    "does not stop":
        (GROUP, SLOW, at("before", "ready/stop", containers_are("pause")), [], ""),
}

WELL = ("chain", "group", "facts", "asking")

WORK = re.compile("ready/(files|task|test|facts|aside|checkpoint|commit)$")
ATTEMPTS = 5  # to reach a cell: in which order answers come is not ours

UNREACHED = {
    "idle/interrupt": "a container is started as soon as it is made",
    "discarding/failed": "its removal is all that is waited for then, and may fail",
    "done/interrupt": "a build interrupts no container whose end it was told",
    "failed/interrupt": "a build interrupts no container whose end it was told",
    "ready/failed": "only when the answer to a start comes behind the agent's first word",
}


class Faulty(proxy.Proxy):
    """Its faults strike the first request that has a word."""

    def __init__(self, words, kill):
        super().__init__(engine.connect, [], kill)
        self.words = list(words)

    def count(self, data):
        number = super().count(data)
        for word in self.words:
            if re.search(rf"\b{word[0]}\b", self.requests[number]):
                self.faults.append(proxy.Fault(word[1], number, word[2], 127))
                self.words.remove(word)
                break
        return number


class At(subjects.Build):
    """A scenario, with points of its own."""

    def __init__(self, work, number, name, points=""):
        self.work, self.name, self.points = f"{work}/{number}", name, points
        self.manifest, self.second, own, self.words, self.typed = SCENARIOS[name]
        self.points = own + points
        self.patience = subjects.PATIENCE if name == "does not stop" else subjects.LONG
        self.nonce = f"c{os.getpid()}-{number}"
        self.tag, self.faults = f"faults/cells:{self.nonce}", []
        self.code, self.said, self.took, self.requests, self.process = None, "", 0.0, [], None
        os.makedirs(self.work)

    def write(self, second):
        subjects.write(f"{self.work}/m.yml", self.manifest.format(
            base=subjects.BASE, nonce=self.nonce, work=os.path.dirname(self.work), second=second))

    async def strike(self):
        """Runs it; what its requests meet is in the way."""
        self.write(self.second)
        subjects.write(f"{self.work}/points", self.points)
        between = Faulty(self.words, self.kill)
        await between.listen(f"{self.work}/socket")
        more = ("-i",) if self.typed else ()
        self.process = await asyncio.create_subprocess_exec(
            *self.argv(f"unix://{self.work}/socket", *more), stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "XDG_CACHE_HOME": f"{self.work}/cache",
                 "POINTS": f"{self.work}/points", "REACHED": f"{self.work}/reached"})
        self.process.stdin.write(self.typed.removesuffix("...").encode())
        if not self.typed.endswith("..."):
            self.process.stdin.close()
        in_time = await self.wait(60)
        await between.close()
        self.requests = between.requests
        return None if in_time else "it did not end in time"

    def reached(self):
        try:
            with open(f"{self.work}/reached") as file:
                return file.read().split()
        except FileNotFoundError:
            return []

    def went_on(self):
        """What was begun in spite of an interrupt."""
        reached = self.reached()
        at = [i for i, cell in enumerate(reached) if cell.endswith("/interrupt")]
        work = [cell for cell in reached[at[0]:] if WORK.match(cell)] if at else []
        return f"it was interrupted, and went on with {work}" if work else None

    async def name_another(self):
        repo, _, tag = self.tag.partition(":")
        await engine.ask("POST", f"/images/{subjects.BASE}/tag?repo={repo}&tag={tag}")
        return await engine.image(self.tag)

    async def image_is_wrong(self):
        found = await engine.files(self.tag, "/out")
        right = {"one": f"{self.nonce}-one"}
        if self.second == SECOND:
            right["two"] = f"{self.nonce}-two"
        if self.manifest == GROUP:
            right["three"] = f"{self.nonce}-three"
        else:
            right["rendered"] = self.nonce
        return None if found == right else f"the image holds {found}"

    async def goes_on(self, kept):
        """The same in peace, with a second step that does well; kept: a checkpoint is there."""
        self.write(self.second if self.second == SECOND else "true")
        wrong = await self.in_peace("--progress", "json")
        cached = [line for line in self.said.splitlines() if line.startswith("{") and
                  json.loads(line)["event"] == "cached"]
        if not wrong and kept and not cached:
            wrong = "the build in peace did not begin at the checkpoint"
        return wrong


async def strike_at(work, number, name, point):
    """The one that was killed there, the id that its tag has, and what is wrong."""
    for attempt in range(ATTEMPTS):
        subject = At(work, f"{number}-{attempt}", name, point)
        old = await subject.name_another()
        wrong = await subject.strike() or subject.went_on()
        if wrong or subject.code == -signal.SIGKILL:
            break
    return subject, old, wrong


async def killed_at(work, number, name, cell, when, nth):
    """What is wrong with it."""
    subject, old, wrong = await strike_at(work, number, name, at(when, cell, KILL, nth))
    killed, reached = subject.process.pid, subject.reached()
    if subject.code != -signal.SIGKILL and (when, cell) == ("after", reached[-1]):
        return None  # it waits for nothing more then
    if not wrong and subject.code != -signal.SIGKILL:
        wrong = f"it was not killed there, but ended with {subject.code}"
    await deed("unpause", killed)
    wrong = wrong or await subject.left_behind(running=True)
    if not wrong and await engine.image(subject.tag) != old:
        wrong = await subject.image_is_wrong() if cell in NAMED_AFTER else "the tag was moved"
    wrong = wrong or await subject.goes_on("committing/committed" in reached)
    left = await engine.none_left(killed)
    wrong = wrong or (f"the next build left {left}" if left else None)
    await engine.ask("DELETE", f"/images/{subject.tag}?force=1")
    if wrong:
        print(f"{name}, killed {when} {cell} (number {nth}): {wrong}\n    "
              + "\n    ".join(subject.said.splitlines()), flush=True)
    return wrong


def table():
    """All cells of the machine, as the program draws them."""
    dot = subprocess.run([os.environ["FACTORY"], "graph", "--machine"], check=True,
                         capture_output=True, text=True).stdout
    return [f"{state}/{event.replace(' ', '-')}" for state, event in
            re.findall(r'(\S+) -> \S+ \[label="([^"/]+?)(?: /|")', dot)]


async def trace(work, number, name):
    """(cell, how often) of a run that nobody kills."""
    subject = At(work, number, name)
    wrong = await subject.strike() or subject.went_on() or await subject.left_behind()
    if not wrong and (subject.code == 0) != (name in WELL):
        wrong = f"it ended with {subject.code}"
    if wrong:
        raise SystemExit(f"{name}: {wrong}\n{subject.said}")
    reached = subject.reached()
    await engine.ask("DELETE", f"/images/{subject.tag}?force=1")
    return {cell: reached.count(cell) for cell in reached}


async def kills_of(names, work):
    """What is to be killed where, and the cells that were reached."""
    seen, kills = set(), []
    for number, name in enumerate(names):
        for cell, times in (await trace(work, f"t{number}", name)).items():
            if cell in seen:
                continue
            seen.add(cell)
            last = {1, times} if name in ("chain", "group") else {1}
            kills += [(name, cell, when, nth) for nth in sorted(last)
                      for when in ("before", "after")]
    return kills, seen


async def worker(work, kills, failures):
    for number, kill in kills:
        wrong = await killed_at(work, number, *kill)
        if wrong:
            failures.append(kill)


async def main(names):
    failures = []
    with tempfile.TemporaryDirectory(prefix="cells-") as work:
        await subjects.Build.prepare(work)
        kills, seen = await kills_of(names or SCENARIOS, work)
        each = iter(enumerate(kills))
        await asyncio.gather(*(worker(work, each, failures)
                               for _ in range(int(os.environ.get("JOBS", "4")))))
    cells = table()
    missing = [cell for cell in cells if cell not in seen]
    for cell in missing:
        print(f"not reached: {cell}: {UNREACHED.get(cell, 'and nobody says why')}")
    print(f"{len(cells)} cells, {len(seen)} reached, {len(kills)} times killed, "
          f"{len(failures)} failed")
    unexplained = not names and set(missing) - set(UNREACHED)
    return 1 if failures or unexplained or seen - set(cells) else 0


async def deed(what, pid):
    """Called at a point: all running containers of the driver are killed, or paused."""
    for name in await engine.containers(pid, running=True):
        await engine.ask("POST", f"/containers{name}/{what}")


if __name__ == "__main__":
    if sys.argv[1:2] in (["kill"], ["pause"]):
        sys.exit(asyncio.run(deed(*sys.argv[1:3])))
    if set(sys.argv[1:]) - set(SCENARIOS):
        sys.exit(__doc__.split("\n\n", 1)[1])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(asyncio.run(main(sys.argv[1:])))
