"""Builds without a daemon, whose driver or one of whose helpers is killed at some moment."""

import asyncio
import glob
import json
import os
import signal
import subprocess

import proxy
import subjects

TAR = os.path.join(os.path.dirname(__file__), "../../build/images/busybox.tar")
MANIFEST = subjects.HEAD + """
install:
  - {{run: mkdir /out && printf %s-one "$NONCE" > /out/one, checkpoint: true}}
  - sleep 0.02; printf %s-two "$NONCE" > /out/two
script: sleep 0.02; test -e /out/two
"""
CHECK = """
image: {tag}
network: none
script: test "$(cat /out/one /out/two)" = {nonce}-one{nonce}-two
"""


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""


class Oci(subjects.Build):
    """One of its processes is killed, some time after it began."""
    longest = 0.5  # seconds that a build takes, on a machine that is busy
    peace_every = 2
    root = None

    @classmethod
    async def prepare(cls, work):
        cls.root = f"{work}/engine"
        factory = os.environ["FACTORY"]
        for argv in (("import", TAR, subjects.BASE), ("toolbox", "create")):
            subprocess.run((factory, *argv, "--endpoint", f"oci:{cls.root}"), check=True,
                           stdout=subprocess.DEVNULL)

    @classmethod
    async def finish(cls):
        """What nobody finished is gone; but a container that was not started is kept a while."""
        subprocess.run((os.environ["FACTORY"], "toolbox", "create", "--endpoint",
                        f"oci:{cls.root}"), check=True, stdout=subprocess.DEVNULL)
        names = os.listdir(f"{cls.root}/layers") + os.listdir(f"{cls.root}/images")
        left = [name for name in names if len(name) != 64]
        left += glob.glob(f"{cls.root}/containers/*/supervisor")
        if left:
            raise SystemExit(f"left in {cls.root}: {left}")

    def __init__(self, work, number, random):
        super().__init__(work, number, random)
        self.moment = random.uniform(0, self.longest)
        self.whom = random.choice(("driver", "driver", "child", "all children"))
        self.how = random.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGTERM))
        self.faults = [proxy.Fault(f"{self.how.name} to {self.whom}", 0, round(self.moment, 3))]

    def endpoint(self):
        return f"oci:{self.root}"

    def write_manifest(self):
        subjects.write(f"{self.work}/m.yml",
                       MANIFEST.format(base=subjects.BASE, nonce=self.nonce))
        subjects.write(f"{self.work}/check.yml", CHECK.format(tag=self.tag, nonce=self.nonce))

    def tag_file(self):
        return f"{self.root}/tags/{self.tag.replace('/', '%')}"

    def children(self):
        pid = self.process.pid
        return [int(child) for child in read(f"/proc/{pid}/task/{pid}/children").split()]

    def strike(self):
        children = self.children()
        whom = {"driver": [self.process.pid], "child": children[-1:],
                "all children": children}[self.whom]
        self.faults[0].struck = bool(whom)
        for pid in whom:
            try:
                os.kill(pid, self.how)
            except ProcessLookupError:
                pass

    def own_containers(self):
        """The ids of those that this driver made and that are there."""
        found = {}
        for path in glob.glob(f"{self.root}/containers/*/container.json"):
            text = read(path)
            name = json.loads(text)["Name"] if text else ""
            if f"-{self.process.pid}-" in name:
                found[os.path.basename(os.path.dirname(path))] = name
        return found

    def processes(self, ids):
        """Those of the build: the driver and its children, and whatever is in its containers."""
        found = []
        for directory in glob.glob("/proc/[0-9]*"):
            line, groups = read(f"{directory}/cmdline"), read(f"{directory}/cgroup")
            if f"{self.work}/m.yml" in line or any(i in line or i in groups for i in ids):
                found.append(f"{os.path.basename(directory)} {line!r}")
        return found

    async def left_behind(self, running=False):
        ids = self.own_containers()
        for _ in range(50):
            left = self.processes(ids)
            if not left:
                return None
            await asyncio.sleep(0.1)
        return f"processes left: {left}"

    async def build(self, manifest, *more):
        await self.start(os.environ["FACTORY"], "build", f"{self.work}/{manifest}", "--endpoint",
                         self.endpoint(), *more, XDG_CACHE_HOME=f"{self.work}/cache",
                         XDG_STATE_HOME=f"{self.work}/state")

    async def image_is_wrong(self):
        await self.build("check.yml", "--no-cache")
        in_time = await self.wait(60)
        return None if in_time and self.code == 0 else f"the image is wrong: {self.said}"

    async def drive(self, *more):
        await self.build("m.yml", "-t", self.tag)
        waiter = asyncio.ensure_future(self.wait(60))
        await asyncio.wait([waiter], timeout=self.moment)
        if not waiter.done():
            self.strike()
        return None if await waiter else "it did not end in time"

    async def ended_well(self):
        """What is wrong with how it ended, and what is there then."""
        killed = self.whom == "driver" and self.code == -self.how
        wrong = None if killed else self.true_to_its_code("factory")
        wrong = wrong or await self.left_behind()
        named = read(self.tag_file())
        if self.code == 0 and not named:
            return wrong or "it says that all is well, and there is no image"
        if named and not wrong:
            said, code = self.said, self.code
            wrong = await self.image_is_wrong()
            self.said, self.code = said + self.said, code
        return wrong

    async def run(self):
        self.write_manifest()
        wrong = await self.drive() or await self.ended_well()
        if wrong or self.number % self.peace_every:
            return wrong
        code = self.code
        await self.build("m.yml", "-t", self.tag)
        in_time = await self.wait(60)
        if not in_time or self.code:
            return f"the build in peace failed: {self.code}"
        wrong = await self.image_is_wrong()
        self.code = code
        return wrong


KINDS = {"oci": Oci}
