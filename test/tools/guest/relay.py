"""The guest's output ports to our own output, and its status. A token ends each port: what came before it is all there is."""

import os
import select

FILE_DESCRIPTORS = {"out": 1, "err": 2}
READ_BYTES = 65536


class Relay:
    def __init__(self, ports, token):
        self.live = dict(ports)
        self.token = token
        self.held = {name: b"" for name in ports}
        self.ended = set()
        self.status = None

    def done(self):
        return not self.live or (self.status is not None and self.ended >= set(FILE_DESCRIPTORS))

    def turn(self, seconds):
        """Waits for output and passes it on; whether there was any."""
        ready = select.select(list(self.live.values()), [], [], seconds)[0] if self.live else []
        for port in ready:
            self.receive(next(name for name, other in self.live.items() if other is port), port)
        return bool(ready)

    def receive(self, name, port):
        try:
            data = port.recv(READ_BYTES)
        except OSError:
            data = b""
        if not data:
            del self.live[name]
            return
        data = self.held[name] + data
        if name == "status":
            self.held[name] = data
            if b"\n" in data and self.status is None:
                self.status = int(data.strip() or b"125")
            return
        at = data.find(self.token)
        if at >= 0:
            self.held[name] = b""
            self.ended.add(name)
            put(name, data[:at])
            return
        # Hold back what may be the token's start.
        sizes = range(min(len(self.token) - 1, len(data)), 0, -1)
        keep = next((size for size in sizes if data.endswith(self.token[:size])), 0)
        self.held[name] = data[len(data) - keep :]
        put(name, data[: len(data) - keep])

    def flush(self):
        for name in FILE_DESCRIPTORS:
            put(name, self.held[name])


def put(name, data):
    while data:
        try:
            data = data[os.write(FILE_DESCRIPTORS[name], data) :]
        except BlockingIOError:
            select.select([], [FILE_DESCRIPTORS[name]], [])
        except BrokenPipeError:
            return
