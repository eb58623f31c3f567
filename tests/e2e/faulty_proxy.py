"""A TCP proxy that misbehaves as the file `mode` says: faulty_proxy.py PORT-FILE

pass   to the address in the file `target`
reset  every connection is reset, those that are open too
500    every request is answered with 500, connections that are open are reset
hang   nothing is answered, connections that are open are reset
short  every answer of the target ends after half of its first bytes

As soon as nothing goes on in another mode, the file obeyed-PORT says the mode.
"""

import os
import socket
import struct
import sys
import threading
import time

open_now = set()


def read(name):
    try:
        with open(name) as file:
            return file.read().strip()
    except OSError:
        return ""


def reset(connection):
    """Closes it so that the other side sees a reset."""
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    connection.close()
    open_now.discard(connection)


def answer_500(near):
    near.recv(65536)
    near.sendall(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\n\r\nill\n")
    time.sleep(0.05)
    reset(near)


def pump(source, sink, near, far, short):
    try:
        while data := source.recv(65536):
            if short:
                sink.sendall(data[: len(data) // 2])
                break
            sink.sendall(data)
    except OSError:
        pass
    reset(near)
    reset(far)


def serve(near):
    mode, far = read("mode"), None
    try:
        host, port = read("target").split(":")
        if mode == "reset":
            reset(near)
        elif mode == "hang":
            open_now.add(near)
        elif mode == "500":
            answer_500(near)
        else:
            far = socket.create_connection((host, int(port)))
            open_now.update((near, far))
            if read("mode") != mode:  # it changed, and these were not among the open ones yet
                raise OSError
            threading.Thread(target=pump, args=(near, far, near, far, False), daemon=True).start()
            pump(far, near, near, far, mode == "short")
    except (OSError, ValueError):
        reset(near)
        if far:
            reset(far)


def write(name, text):
    """A reader sees all of it or nothing."""
    with open(name + ".new", "w") as file:
        file.write(text)
    os.rename(name + ".new", name)


def break_open_ones(port):
    """When the mode changes, nothing of the old one goes on."""
    before = None
    while True:
        now = read("mode")
        if now != before:
            before = now
            for connection in list(open_now):
                reset(connection)
            write(f"obeyed-{port}", now)
        time.sleep(0.01)


def main():
    server = socket.create_server(("127.0.0.1", 0), backlog=128)
    port = str(server.getsockname()[1])
    threading.Thread(target=break_open_ones, args=(port,), daemon=True).start()
    write(sys.argv[1], port)
    while True:
        near, _ = server.accept()
        threading.Thread(target=serve, args=(near,), daemon=True).start()


main()
