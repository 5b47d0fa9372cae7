"""Pictures with a palette, a few times smaller than those of a browser. The browser reads the picture, and counts."""

import base64
import struct
import zlib

from playwright.async_api import Page

INDEXED = """async (picture) => {
  const bitmap = await createImageBitmap(await (await fetch(picture)).blob());
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
  canvas.drawImage(bitmap, 0, 0);
  const pixels = new Uint32Array(canvas.getImageData(0, 0, bitmap.width, bitmap.height).data.buffer);
  const coarser = (bits) => 0x010101 * ((0xff << bits) & 0xff);
  for (let bits = 0; ; bits++) {
    const known = new Map(), places = new Uint8Array(pixels.length);
    for (let at = 0; at < pixels.length && known.size <= 256; at++) {
      const colour = pixels[at] & coarser(bits);
      if (!known.has(colour)) known.set(colour, [known.size, pixels[at]]);
      places[at] = known.get(colour)[0];
    }
    if (known.size > 256) continue;
    const text = [];
    for (let at = 0; at < places.length; at += 8192) text.push(String.fromCharCode(...places.subarray(at, at + 8192)));
    return {width: bitmap.width, colours: [...known.values()].map((each) => each[1]), places: btoa(text.join(""))};
  }
}"""
"""Of at most 256 colours: as many of the low bits of each part count as one as that needs."""
SIGNATURE = b"\x89PNG\r\n\x1a\n"
DEPTH, WITH_PALETTE = 8, 3


async def with_palette(page: Page, png: bytes) -> bytes:
    """`page`: any in which scripts may run."""
    address = f"data:image/png;base64,{base64.b64encode(png).decode()}"
    found = await page.evaluate(INDEXED, address)
    return encoded(found["width"], found["colours"], base64.b64decode(found["places"]))


def encoded(width: int, colours: list[int], places: bytes) -> bytes:
    """`colours`: with red in the lowest byte. `places`: of each pixel's colour."""
    lines = b"".join(b"\0" + places[start : start + width] for start in range(0, len(places), width))
    header = struct.pack(">IIBBBBB", width, len(places) // width, DEPTH, WITH_PALETTE, 0, 0, 0)
    palette = b"".join((colour & 0xFFFFFF).to_bytes(3, "little") for colour in colours)
    parts = ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return SIGNATURE + b"".join(chunk(name, content) for name, content in parts)


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
