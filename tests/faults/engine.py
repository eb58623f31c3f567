"""The engine's API, asked straight, and what a build may leave there."""

import asyncio
import io
import json
import os
import tarfile
import urllib.parse

SOCKET = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock").removeprefix("unix://")


async def connect():
    return await asyncio.open_unix_connection(SOCKET)


async def ask(method, path, body=None):
    """(status, body) by HTTP/1.0, whose answers end with the connection."""
    reader, writer = await connect()
    text = json.dumps(body).encode() if body is not None else b""
    writer.write(f"{method} {path} HTTP/1.0\r\nContent-Type: application/json\r\n"
                 f"Content-Length: {len(text)}\r\n\r\n".encode() + text)
    answer = await reader.read()
    writer.close()
    head, _, rest = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), rest


async def image(name):
    """Its id, or None."""
    status, body = await ask("GET", f"/images/{name}/json")
    return json.loads(body)["Id"] if status == 200 else None


async def files(name, folder):
    """{name: content} of the files in a folder of an image."""
    status, body = await ask("POST", "/containers/create", {"Image": name, "Cmd": ["x"]})
    if status != 201:
        return {}
    container = json.loads(body)["Id"]
    status, body = await ask("GET", f"/containers/{container}/archive?path={folder}")
    await ask("DELETE", f"/containers/{container}?force=1")
    if status != 200:
        return {}
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        return {os.path.basename(member.name): archive.extractfile(member).read().decode()
                for member in archive if member.isfile()}


async def containers(pid, running=False):
    """The names of the containers that this driver made and that are there still."""
    named = urllib.parse.quote(json.dumps({"name": [f"factory-.*-{pid}-"]}))
    status, body = await ask("GET", f"/containers/json?all={int(not running)}&filters={named}")
    if status != 200:
        return [f"what can't be listed: {body.decode('utf-8', 'replace').strip()}"]
    return [name for each in json.loads(body) for name in each["Names"]]


async def none_left(pid, running=False):
    """What is left five seconds later."""
    for _ in range(50):
        left = await containers(pid, running)
        if not left:
            break
        await asyncio.sleep(0.1)
    return left
