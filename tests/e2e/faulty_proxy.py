"""A TCP proxy that misbehaves as the file `mode` says: faulty_proxy.py PORT-FILE

pass   to the address in the file `target`
reset  every connection is reset, those that are open too
500    every request is answered with 500, connections that are open are reset
hang   nothing is answered, connections that are open are reset
short  every answer of the target ends after half of its first bytes
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


def break_open_ones():
    """When the mode changes, nothing of the old one goes on."""
    before = read("mode")
    while True:
        time.sleep(0.01)
        now = read("mode")
        if now != before:
            before = now
            for connection in list(open_now):
                reset(connection)


def main():
    threading.Thread(target=break_open_ones, daemon=True).start()
    server = socket.create_server(("127.0.0.1", 0), backlog=128)
    with open(sys.argv[1] + ".new", "w") as file:
        file.write(str(server.getsockname()[1]))
    os.rename(sys.argv[1] + ".new", sys.argv[1])
    while True:
        near, _ = server.accept()
        threading.Thread(target=serve, args=(near,), daemon=True).start()


main()
