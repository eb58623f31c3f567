"""A proxy between a client of HTTP/1.1 and its server that breaks what it carries, on a schedule.

A schedule is a list of faults. Each belongs to one request of the run, counted from 0 over all
connections, and strikes at an offset of its bytes:

    refuse   the connection is closed before the request reaches the server
    status   the request is answered with 500, and does not reach the server
    swallow  the request reaches nobody and is never answered
    kill     the client is killed (Proxy.kill) when the request comes
    trickle  the request goes on in small pieces

and these at an offset of the answer, that of an upgraded connection included:

    delay    what follows comes later
    cut      the connection is closed
    half     the server's half of the connection is closed, the other one stays open
    garbage  some bytes are replaced by others that no text has
    drip     what follows comes in small pieces, for a while
    length   its Content-Length, or the length of its first chunk, is wrong
    hang     nothing more comes
    late     the client is killed then
"""

import asyncio
import re

REQUEST_FAULTS = ("refuse", "status", "swallow", "kill", "trickle")
CHUNK = 65536


class Fault:
    def __init__(self, kind, request, offset=0, amount=0):
        self.kind, self.request, self.offset, self.amount = kind, request, offset, amount
        self.struck = False

    def __repr__(self):
        return f"{self.kind}@{self.request}+{self.offset}*{self.amount}"


def draw(random, kinds, requests, count):
    """So many faults of these kinds among so many requests: early and small ones are likelier."""
    faults = []
    for _ in range(count):
        kind = random.choice(kinds)
        offset = random.choice((0, random.randrange(40), random.randrange(300),
                                int(2 ** random.uniform(0, 12))))
        faults.append(Fault(kind, random.randrange(requests), offset, random.randrange(1, 64)))
    return faults


class Ended(Exception):
    """The connection is to be closed."""


class Connection:
    def __init__(self, proxy, reader, writer):
        self.proxy, self.reader, self.writer = proxy, reader, writer
        self.far = None
        self.request = None  # its number; None: none has come
        self.received = 0  # bytes of the answer
        self.answered = True
        self.mute = False

    def faults(self, of_request):
        return [f for f in self.proxy.faults if f.request == self.request and not f.struck and
                (f.kind in REQUEST_FAULTS) == of_request]

    async def swallow(self):
        """Nothing goes on until the client has had enough."""
        self.proxy.silent = True
        while await self.reader.read(CHUNK):
            pass
        raise Ended

    async def hush(self):
        """The same, where what the client sends is read by `upstream`."""
        self.proxy.silent = self.mute = True
        await asyncio.Event().wait()

    def kill(self):
        self.proxy.kill()
        raise Ended

    # --- the request ---

    async def strike_request(self, fault, data):
        fault.struck = True
        if fault.kind == "refuse":
            raise Ended
        if fault.kind == "kill":
            self.kill()
        if fault.kind == "swallow":
            await self.swallow()
        if fault.kind == "status":
            body = b'{"message":"a fault on purpose"}\n'
            self.writer.write(b"HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json"
                              b"\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
                              % (len(body), body))
            await self.writer.drain()
            raise Ended
        for at in range(0, len(data), 7):  # trickle
            self.far.write(data[at:at + 7])
            if at < 7 * 30:
                await asyncio.sleep(0.005)
        return b""

    async def upstream(self):
        while data := await self.reader.read(CHUNK):
            if self.answered:
                self.answered, self.received = False, 0
                self.request = self.proxy.count(data)
                for fault in self.faults(True):
                    data = await self.strike_request(fault, data)
            if not self.mute:
                self.far.write(data)
                await self.far.drain()

    # --- the answer ---

    @staticmethod
    def wrong_length(data, amount):
        """Its length is off by `amount`, one way or the other."""
        wrong = amount if amount % 2 else -amount
        def content(found):
            return found[1] + b"%d" % max(0, int(found[2]) + wrong)
        def chunk(found):
            return found[1] + b"%x" % max(0, int(found[2], 16) + wrong)
        if re.search(rb"(?i)content-length:", data):
            return re.sub(rb"(?i)(content-length: *)(\d+)", content, data, count=1)
        return re.sub(rb"(\r\n\r\n)([0-9a-fA-F]+)(?=\r\n)", chunk, data, count=1)

    async def strike_answer(self, fault, data, at):
        """data: what is left of this piece; the fault is at `at` in it. Returns what is to go on."""
        fault.struck = True
        before, behind = data[:at], data[at:]
        if fault.kind == "length":
            return self.wrong_length(data, fault.amount)
        if fault.kind == "garbage":
            junk = bytes((0x80 + i * 37 % 0x60) if i % 3 else 0x01 for i in range(16 + fault.amount))
            return before + junk + behind[len(junk):]
        self.writer.write(before)
        await self.writer.drain()
        if fault.kind == "delay":
            await asyncio.sleep(fault.amount / 128)
            return behind
        if fault.kind == "cut":
            raise Ended
        if fault.kind == "late":
            self.kill()
        if fault.kind == "half":
            self.writer.write_eof()
            await self.hush()
        if fault.kind == "hang":
            await self.hush()
        for i in range(0, min(len(behind), 40 * 3), 3):  # drip
            self.writer.write(behind[i:i + 3])
            await asyncio.sleep(0.005)
        return behind[40 * 3:]

    async def downstream(self, reader):
        while data := await reader.read(CHUNK):
            first = not self.received
            self.received += len(data)
            if first:
                self.answered = not self.upgraded(data)
            for fault in sorted(self.faults(False), key=lambda f: f.offset):
                at = fault.offset - (self.received - len(data))
                if fault.kind == "length" and first:
                    at = 0
                if 0 <= at < len(data):
                    data = await self.strike_answer(fault, data, at)
            self.writer.write(data)
            await self.writer.drain()

    @staticmethod
    def upgraded(data):
        """What follows is one stream, and no other request."""
        return data.startswith(b"HTTP/1.1 101")

    async def run(self):
        tasks = []
        try:
            reader, self.far = await self.proxy.connect()
            tasks = [asyncio.ensure_future(self.upstream()),
                     asyncio.ensure_future(self.downstream(reader))]
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if tasks[0] not in done:  # what the server still sent is out; the client may linger
                await self.writer.drain()
            for task in done:
                task.result()
        except (Ended, OSError, ConnectionError):
            pass
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for end in (self.writer, self.far):
                if end:
                    end.close()


class Proxy:
    """connect: a coroutine function that gives (reader, writer) to the server."""

    def __init__(self, connect, faults=(), kill=lambda: None):
        self.connect, self.faults, self.kill = connect, list(faults), kill
        self.requests = []  # the first line of each
        self.silent = False  # the client waits for what will not come
        self.server = None
        self.running, self.closed = set(), False

    def count(self, data):
        self.requests.append(data.split(b"\r\n", 1)[0].decode("latin-1"))
        return len(self.requests) - 1

    async def accepted(self, reader, writer):
        task = asyncio.current_task()
        if self.closed:
            writer.close()
            return
        self.running.add(task)
        try:
            await Connection(self, reader, writer).run()
        except asyncio.CancelledError:
            pass
        finally:
            self.running.discard(task)

    async def listen(self, path=None):
        """At a unix socket, or (path None) at a free port of loopback, which is returned."""
        if path:
            self.server = await asyncio.start_unix_server(self.accepted, path, limit=CHUNK)
            return path
        self.server = await asyncio.start_server(self.accepted, "127.0.0.1", 0, limit=CHUNK)
        return self.server.sockets[0].getsockname()[1]

    async def close(self):
        self.closed = True
        self.server.close()
        for task in list(self.running):
            task.cancel()
        await asyncio.gather(*self.running, return_exceptions=True)
