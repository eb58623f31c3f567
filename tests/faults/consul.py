"""Consul's API, asked straight."""

import asyncio
import base64
import json
import os

HOST, _, PORT = os.environ.get("TEST_CONSUL", "127.0.0.1:8500").partition(":")


async def connect():
    return await asyncio.open_connection(HOST, int(PORT))


async def ask(method, path, body=b""):
    reader, writer = await connect()
    writer.write(f"{method} {path} HTTP/1.0\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
    answer = await reader.read()
    writer.close()
    return answer.partition(b"\r\n\r\n")[2]


async def put(pairs):
    """All of them at once."""
    text = json.dumps([{"KV": {"Verb": "set", "Key": key,
                               "Value": base64.b64encode(value.encode()).decode()}}
                       for key, value in pairs.items()])
    await ask("PUT", "/v1/txn", text.encode())
