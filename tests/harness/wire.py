"""A WebSocket client by hand, on a bare socket: it can cut with RST at any byte, read slowly, and send what no library would."""

import asyncio
import base64
import os
import socket
import struct

TEXT, BINARY, CLOSE, PING, PONG, CONTINUATION = 1, 2, 8, 9, 10, 0


def encode(payload, opcode=TEXT, *, fin=True, mask=True, rsv=0, length=None):
    """A client frame. `length` writes another length form or a lie: (7, 126 or 127 as marker, value)."""
    size = len(payload)
    marker, value = length or ((size, None) if size < 126 else (126, size) if size < 65536 else (127, size))
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode, (0x80 if mask else 0) | marker])
    head += struct.pack(">H", value) if marker == 126 else struct.pack(">Q", value) if marker == 127 else b""
    if not mask:
        return head + payload
    key = os.urandom(4)
    return head + key + bytes(b ^ key[i % 4] for i, b in enumerate(payload))


class Wire:
    """One connection. `received` counts bytes after the handshake; `messages()` yields (opcode, payload)."""

    def __init__(self, sock, rest):
        self._socket, self._buffer = sock, bytearray(rest)
        self.received = len(rest)

    @classmethod
    async def tcp(cls, port, receive_buffer=None):
        sock = socket.socket()
        sock.setblocking(False)
        if receive_buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
        return cls(sock, b"")

    @classmethod
    async def connect(cls, port, path="/ws", receive_buffer=None, headers=()):
        wire = await cls.tcp(port, receive_buffer)
        await wire.write(cls.request(port, path, headers))
        status, head = await wire.response()
        assert status == 101, head
        wire.received = len(wire._buffer)
        return wire

    @staticmethod
    def request(port, path="/ws", headers=()):
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: Upgrade", "Upgrade: websocket",
                 f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", *headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    async def response(self):
        """(status, head) of the HTTP answer."""
        while b"\r\n\r\n" not in self._buffer:
            assert await self.fill(), f"the connection ended within the HTTP answer: {bytes(self._buffer)!r}"
        head, _, rest = bytes(self._buffer).partition(b"\r\n\r\n")
        self._buffer = bytearray(rest)
        return int(head.split(b" ", 2)[1]), head.decode("latin-1")

    async def fill(self, size=65536):
        """Reads once; False at the end."""
        try:
            data = await asyncio.get_running_loop().sock_recv(self._socket, size)
        except ConnectionError:
            return False
        self._buffer += data
        self.received += len(data)
        return bool(data)

    async def write(self, data):
        await asyncio.get_running_loop().sock_sendall(self._socket, data)

    async def send(self, text):
        await self.write(encode(text.encode()))

    def _frame(self):
        """The next whole frame in the buffer, or None."""
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        size, at = buffer[1] & 0x7F, 2
        if size >= 126:
            at = 4 if size == 126 else 10
            if len(buffer) < at:
                return None
            size = int.from_bytes(buffer[2:at], "big")
        if len(buffer) < at + size:
            return None
        frame = buffer[0], bytes(buffer[at:at + size])
        del buffer[:at + size]
        return frame

    def ready(self):
        """The whole messages that have come, without reading. Server messages are never fragmented."""
        while frame := self._frame():
            first, payload = frame
            assert first & 0x70 == 0 and first & 0x80, f"first byte {first:#x}"
            yield first & 0x0F, payload

    async def messages(self):
        while True:
            for message in self.ready():
                yield message
            if not await self.fill():
                return

    async def close_code(self):
        """Reads on to the server's close frame: its code; None where the connection ended without."""
        async for opcode, payload in self.messages():
            if opcode == CLOSE:
                return int.from_bytes(payload[:2], "big") if payload else 1005
        return None

    def reset(self):
        """RST: what is on the way is lost."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def close(self):
        self._socket.close()

    @property
    def partial(self):
        """Whether part of a frame has come."""
        return bool(self._buffer)
