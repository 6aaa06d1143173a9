"""A TCP proxy that can be slow, thin, deaf or rude. Runs in a thread of its own; every method may be called from any other."""

import asyncio
import socket
import struct
import threading


class Proxy:
    """Listens on `port` from construction until `close()`. What is set counts for what is read from then on:

    latency     seconds before bytes are passed on, each way
    rate        bytes a second, each way and connection; None is no limit
    slice       the most bytes in one write
    deaf        accepts, reads and passes nothing on: a black hole
    """

    def __init__(self, port, target):
        self.port, self._target = port, target
        self.latency, self.rate, self.slice, self.deaf = 0.0, None, None, False
        self.connections = 0  # ever made
        self._writers = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._call(asyncio.start_server(self._serve, "127.0.0.1", port))

    def _call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(60)

    def reset_all(self):
        """RST for every connection; how many there were."""
        return self._call(self._reset_all())

    async def _reset_all(self):
        writers = list(self._writers)
        for writer in writers:
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        return len(writers) // 2

    def close(self):
        self._call(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _close(self):
        self._server.close()
        await self._reset_all()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader, writer):
        self.connections += 1
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, far_writer}
        self._writers |= ends
        try:
            await asyncio.gather(self._pass_on(reader, far_writer), self._pass_on(far_reader, writer))
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._writers -= ends
            for each in ends:
                each.transport.abort()

    async def _pass_on(self, reader, writer):
        """Latency delays, it doesn't thin: what is read while earlier bytes wait for their time waits beside them."""
        pieces = asyncio.Queue(1000)
        feeder = asyncio.create_task(self._feed(reader, pieces))
        try:
            while (piece := await pieces.get()) is not None:
                due, data = piece
                await asyncio.sleep(due - self._loop.time())
                while self.deaf:
                    await asyncio.sleep(0.05)
                await self._write(writer, data)
            raise ConnectionResetError  # one direction's end ends the other
        finally:
            feeder.cancel()

    async def _feed(self, reader, pieces):
        try:
            while data := await reader.read(16384):
                await pieces.put((self._loop.time() + self.latency, data))
        except OSError:
            pass
        await pieces.put(None)

    async def _write(self, writer, data):
        at = 0
        while at < len(data):
            size = min(self.slice or len(data), self.rate // 10 if self.rate else len(data))
            writer.write(data[at:at + size])
            await writer.drain()
            at += size
            await asyncio.sleep(size / self.rate if self.rate else 0)


class Proxies:
    """One before each of several targets; what is set or done counts for all of them, or for the one of that number."""

    def __init__(self, ports, targets):
        self._all = [Proxy(port, target) for port, target in zip(ports, targets)]

    def set(self, only=None, **trouble):
        for each in self._all if only is None else [self._all[only]]:
            vars(each).update(trouble)

    def reset_all(self):
        return sum(each.reset_all() for each in self._all)

    def close(self):
        for each in self._all:
            each.close()
