"""Receivers of webhooks in a process of their own: each path is an endpoint, and those below /dead never answer."""

import argparse
import asyncio

import uvloop

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
DEAD = b"/dead"
counts: dict[bytes, int] = {}


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ", 2)[1]
            if head.startswith(b"GET"):
                text = str(sum(counts.values())).encode()
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(text), text))
                continue
            await reader.readexactly(length_of(head))
            if path.startswith(DEAD):
                await reader.read()  # until the other side gives up
                return
            counts[path] = counts.get(path, 0) + 1
            writer.write(OK)
    except (asyncio.IncompleteReadError, ConnectionError):
        return
    finally:
        writer.close()


def length_of(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


async def main(port: int) -> None:
    async with await asyncio.start_server(serve, "127.0.0.1", port) as server:
        await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    uvloop.run(main(parser.parse_args().port))
