"""A port that is about to close."""

import ctypes
import os
import socket
import struct
import sys

SO_ATTACH_FILTER = 26
NO_SYN = ((0x30, 0, 0, 13), (0x45, 0, 1, 2), (0x06, 0, 0, 0), (0x06, 0, 0, 0xFFFFFFFF))
"""For the kernel: load the header's flags; if they say SYN, drop the packet, else take it."""


def no_more(listening: int) -> None:
    """A handshake that begins now is not answered: the client's kernel asks again after a second, and finds the port
    closed. Closing it without this resets connections that are just being made, with the requests on them."""
    if sys.platform != "linux":
        return
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *each) for each in NO_SYN))
    with socket.socket(fileno=os.dup(listening)) as mine:
        mine.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HP", len(NO_SYN), ctypes.addressof(program)))
