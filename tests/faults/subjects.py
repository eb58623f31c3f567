"""What is run under faults, and what must hold afterwards."""

import asyncio
import os
import signal
import sys
import time

import consul
import engine
import proxy

PATIENCE, LONG = 2, 20  # seconds: to be lost soon; what a machine that is busy may need
TERMINATED = 12  # what the agent ends with then, as consul-template does
BASE = "factory-test/busybox:latest"

NAMES = ("one", "two", "three")
STEPS = "".join(f'  - printf %s-{n} "$NONCE" > /out/{n}\n' for n in NAMES)
HEAD = """
image: {base}
network: none
env: {{NONCE: {nonce}}}
"""
FILES = """
kv: {{nonce: {nonce}}}
files: {work}/conf
"""
MANIFEST = HEAD + FILES + """
install:
{steps}script: test "$(cat /out/one /out/rendered)" = "{nonce}-one{nonce}"
"""


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def show(content):
    return repr(content) if content is None or len(content) < 80 else \
        f"{len(content)} bytes from {content[:40]!r} to {content[-40:]!r}"


class Subject:
    """One run under one schedule."""
    kinds = ()
    requests_of_one = 14
    most_faults = 3

    def __init__(self, work, number, random):
        self.work, self.number, self.random = work, number, random
        self.faults = proxy.draw(random, self.kinds, self.requests_of_one,
                                 random.randint(1, self.most_faults))
        self.code, self.said, self.took, self.requests, self.process = None, "", 0.0, [], None

    @classmethod
    async def prepare(cls, work):
        pass

    @classmethod
    async def finish(cls):
        pass

    def kill(self):
        if self.process.returncode is None:
            self.process.kill()

    async def start(self, *argv, **more):
        self.process = await asyncio.create_subprocess_exec(
            *argv, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE, env={**os.environ, **more})

    async def wait(self, most):
        """Until it ends; what it said is kept. False: it had to be killed."""
        began, in_time = time.monotonic(), True
        talk = asyncio.ensure_future(self.process.communicate())
        try:
            out, err = await asyncio.wait_for(asyncio.shield(talk), most)
        except asyncio.TimeoutError:
            in_time = False
            self.process.kill()
            out, err = await talk
        self.took += time.monotonic() - began
        self.code, self.said = self.process.returncode, err.decode("utf-8", "replace")
        self.printed = out.decode("utf-8", "replace")
        return in_time

    def true_to_its_code(self, program):
        """What is wrong with its exit code and its message."""
        if "Sanitizer" in self.said or "runtime error" in self.said:
            return "a sanitizer complains"
        if self.code < 0 or self.code == 139:
            return f"it died by signal {-self.code}"
        lines = [line for line in self.said.splitlines() if line.startswith(program + ": ")]
        if self.code and not lines:
            return "it failed without a word"
        return None


# --- builds ---

class Build(Subject):
    """A driver's run through a proxy to the engine."""
    patience = PATIENCE
    kinds = ("refuse", "status", "swallow", "trickle", "delay", "delay", "cut", "cut", "half",
             "garbage", "garbage", "drip", "length", "length", "hang")

    @classmethod
    async def prepare(cls, work):
        os.makedirs(f"{work}/conf")
        write(f"{work}/conf/rendered.ctmpl", '{{ key "nonce" }}')
        write(f"{work}/conf/template.hcl",
              'template { source = "rendered.ctmpl"\n destination = "/out/rendered" }\n')

    def __init__(self, work, number, random):
        super().__init__(work, number, random)
        self.nonce = f"n{os.getpid()}-{number}"
        self.tag = f"faults/{type(self).__name__.lower()}:{self.nonce}"

    def write_manifest(self):
        write(f"{self.work}/m.yml", MANIFEST.format(
            base=BASE, nonce=self.nonce, steps=STEPS, work=os.path.dirname(self.work)))

    def argv(self, endpoint, *more, patience=None):
        return (os.environ["FACTORY"], "build", f"{self.work}/m.yml", "-t", self.tag, "--endpoint",
                endpoint, "--patience", str(patience or self.patience), *more)

    async def drive(self, *more):
        """Through the proxy. What is silent on purpose is interrupted, as people would do."""
        between = proxy.Proxy(engine.connect, self.faults, self.kill)
        await between.listen(f"{self.work}/socket")
        await self.start(*self.argv(f"unix://{self.work}/socket", *more),
                         XDG_CACHE_HOME=f"{self.work}/cache")
        waiter = asyncio.ensure_future(self.wait(60))
        while not waiter.done() and not between.silent:
            await asyncio.wait([waiter], timeout=0.02)
        in_time = True
        for patience in (2 * PATIENCE + 1, 3 * PATIENCE + 10):
            if between.silent and not waiter.done():
                await asyncio.wait([waiter], timeout=patience)
                in_time = waiter.done()
                if not in_time:
                    self.process.send_signal(signal.SIGINT)
        in_time = await waiter and in_time
        await between.close()
        self.requests = between.requests
        return None if in_time else "it did not end in time"

    async def in_peace(self, *more):
        """The same without a proxy: what is wrong with it."""
        await self.start(*self.argv(f"unix://{engine.SOCKET}", *more, patience=LONG),
                         XDG_CACHE_HOME=f"{self.work}/cache")
        in_time = await self.wait(60)
        if not in_time or self.code:
            return f"the build in peace failed: {self.code}"
        return await self.image_is_wrong()

    async def image_is_wrong(self):
        found = await engine.files(self.tag, "/out")
        right = {name: f"{self.nonce}-{name}" for name in NAMES} | {"rendered": self.nonce}
        return None if found == right else f"the image holds {found}"

    async def left_behind(self, running=False):
        """Where it says so, what was created and not started stays, until the next build."""
        running = running or "may be left" in self.said
        left = await engine.none_left(self.process.pid, running)
        return f"containers left: {left}" if left else None

    async def tag_is_wrong(self):
        there = await engine.image(self.tag)
        if not there:
            return "it says that all is well, and there is no image" if self.code == 0 else None
        wrong = await self.image_is_wrong()
        await engine.ask("DELETE", f"/images/{self.tag}?force=1")
        return wrong


class Cold(Build):
    async def run(self):
        self.write_manifest()
        return (await self.drive("--no-cache") or self.true_to_its_code("factory") or
                await self.left_behind() or await self.tag_is_wrong())


class Podman(Cold):
    """Podman's driver has more to ask."""
    requests_of_one = 20


class Cached(Build):
    requests_of_one = 4
    built = {}  # by the worker's folder: the image

    async def run(self):
        self.nonce = f"cached-{os.path.basename(self.work)}"
        self.write_manifest()
        if self.work not in self.built:
            wrong = await self.in_peace()
            if wrong:
                return wrong
            self.built[self.work] = await engine.image(self.tag)
        await engine.ask("DELETE", f"/images/{self.tag}?force=1&noprune=1")
        wrong = await self.drive() or self.true_to_its_code("factory") or await self.left_behind()
        there = await engine.image(self.tag)
        if not wrong and self.code == 0 and not there:
            wrong = "it says that all is well, and there is no image"
        if not wrong and there and there != self.built[self.work]:
            wrong = await self.image_is_wrong()
        return wrong


class Killed(Build):
    """At each request in turn, before it and after its answer, and within the session."""
    peace_every = 4

    def __init__(self, work, number, random):
        super().__init__(work, number, random)
        at = number % self.requests_of_one
        if number // self.requests_of_one % 2 == 0:
            self.faults = [proxy.Fault("kill", at)]
        else:
            self.faults = [proxy.Fault("late", at, int(2 ** random.uniform(0, 11)))]

    async def run(self):
        self.write_manifest()
        wrong = await self.drive("--no-cache")
        if self.code == -signal.SIGKILL:
            wrong = wrong or await self.left_behind(running=True)
            if not wrong and await engine.image(self.tag):
                # It may have been killed behind that.
                named = any("/tag?repo=faults" in request for request in self.requests)
                wrong = None if named else "the tag was moved"
            if not wrong and self.number % self.peace_every == 0:
                killed = self.process.pid
                wrong = await self.in_peace()
                left = await engine.none_left(killed)
                wrong = wrong or (f"the next build left {left}" if left else None)
        else:
            wrong = wrong or self.true_to_its_code("factory")
        return wrong or await self.tag_is_wrong()


# --- rendering ---

class Render(Subject):
    kinds = Build.kinds
    requests_of_one = 5
    files = 4
    values = ("old", "new")

    def __init__(self, work, number, random):
        super().__init__(work, number, random)
        self.prefix = f"faults/{os.getpid()}/{os.path.basename(work)}"

    @classmethod
    async def finish(cls):
        await consul.ask("DELETE", f"/v1/kv/faults/{os.getpid()}?recurse")

    def whole(self, value):
        """What a file is made of, from values that all say the same."""
        return "".join(f"k{i:02}={value}-{'x' * 200}\n" for i in range(20)) + "end\n"

    async def store(self, value):
        await consul.put({f"{self.prefix}/k{i:02}": f"{value}-{'x' * 200}" for i in range(20)})

    def path(self, number):
        return f"{self.work}/out/{number}"

    def write_config(self):
        os.makedirs(f"{self.work}/out", exist_ok=True)
        write(f"{self.work}/t.ctmpl", '{{ range tree "%s" }}{{ .Key }}={{ .Value }}\n{{ end }}end\n'
              % self.prefix)
        single = "".join('{{ key "%s/k%02d" | trimSuffix "x" | len }}\n' % (self.prefix, i)
                         for i in range(3))
        write(f"{self.work}/s.ctmpl", single)
        config = "".join(f'template {{ source = "{self.work}/t.ctmpl"\n destination = "'
                         f'{self.path(i)}" }}\n' for i in range(self.files))
        write(f"{self.work}/c.hcl", config + f'template {{ source = "{self.work}/s.ctmpl"\n'
              f' destination = "{self.work}/out/lengths" }}\n')

    def argv(self, port, *more):
        return (os.environ["AGENT"], "render", "-config", f"{self.work}/c.hcl", "-consul-addr",
                f"127.0.0.1:{port}", "-consul-retry-backoff", "20ms",
                "-consul-transport-answer-timeout", "1s", *more)

    def contents(self):
        found = {}
        for name in (*map(str, range(self.files)), "lengths"):
            if os.path.exists(f"{self.work}/out/{name}"):
                with open(f"{self.work}/out/{name}") as file:
                    found[name] = file.read()
        return found

    def files_are_wrong(self, values):
        """Each is whole, from one of these values; a file may be missing where None is one."""
        found, allowed = self.contents(), [self.whole(v) if v else None for v in values]
        lengths = "".join(f"{len('old') + 200}\n" for _ in range(3))
        if found.get("lengths") not in ((lengths, None) if None in values else (lengths,)):
            return f"the file of lengths holds {show(found.get('lengths'))}"
        for number in range(self.files):
            if found.get(str(number)) not in allowed:
                return f"file {number} holds {show(found.get(str(number)))}"
        return None

    def temporary_left(self):
        """While it runs, what will be renamed may be there."""
        strange = set(os.listdir(f"{self.work}/out")) - {str(i) for i in range(self.files)}
        strange.discard("lengths")
        return f"there are other files: {strange}" if strange else None


class Once(Render):
    async def run(self):
        self.write_config()
        await self.store("old")
        for i in range(self.files):
            write(self.path(i), self.whole("before"))
        write(f"{self.work}/out/lengths", "203\n" * 3)
        between = proxy.Proxy(consul.connect, self.faults, self.kill)
        port = await between.listen()
        await self.start(*self.argv(port, "-once"))
        in_time = await self.wait(20)
        await between.close()
        self.requests = between.requests
        if not in_time:
            return "it did not end in time"
        return (self.true_to_its_code("agent") or self.temporary_left() or
                self.files_are_wrong(["old"] if self.code == 0 else ["before", "old"]))


class Watch(Render):
    requests_of_one = 12

    async def run(self):
        self.write_config()
        shown = {"before"}
        for i in range(self.files):
            write(self.path(i), self.whole("before"))
        write(f"{self.work}/out/lengths", "203\n" * 3)
        await self.store("old")
        between = proxy.Proxy(consul.connect, self.faults, self.kill)
        port = await between.listen()
        await self.start(*self.argv(port, "-consul-retry-attempts", "0", "-consul-retry-max-backoff",
                                    "200ms", "-block-query-wait", "2s"))
        waiter = asyncio.ensure_future(self.wait(60))
        wrong = None
        for value in ("old", "new", "end"):
            shown.add(value)
            await self.store(value)
            for _ in range(8):
                await asyncio.sleep(0.02)
                wrong = wrong or self.files_are_wrong(shown)
        began = time.monotonic()
        while not wrong and not waiter.done() and self.files_are_wrong(["end"]):
            wrong = self.files_are_wrong(shown)
            # Where the faults took the index from an answer, it asks again after 30 s.
            if time.monotonic() - began > 40:
                wrong = "it did not come back: " + self.files_are_wrong(["end"])
            await asyncio.sleep(0.05)
        if waiter.done():
            wrong = wrong or "it ended by itself"
        else:
            self.process.send_signal(signal.SIGTERM)
        in_time = await waiter
        await between.close()
        self.requests = between.requests
        if not in_time:
            wrong = wrong or "it did not end in time"
        if self.code not in (TERMINATED, None):
            wrong = wrong or f"it ended with {self.code}"
        return wrong or self.temporary_left()


KINDS = {"cold": Cold, "podman": Podman, "cached": Cached, "killed": Killed, "once": Once, "watch": Watch}
