"""Lines of text from a file: packed or not, in any encoding, with any line ends."""

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import IO

from funnelcast.failure import Failed

GZIP_MAGIC = b"\x1f\x8b"
OLD_WORKBOOK_MAGIC = b"\xd0\xcf\x11\xe0"
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks, those that begin with another one first. A file that begins with one is in that encoding, whatever
the mapping says."""
NEED_A_MARK = ("utf-16", "utf-32")
SAMPLE = 4096
LONGEST_LINE = 4_000_000


def text_lines(file: Path, encoding: str) -> Iterator[str]:
    """The file's lines with their ends: LF, CR LF or CR. Raises `Failed` for what cannot be read as text."""
    used = encoding
    try:
        used = encoding_of(file, encoding)
        with unpacked(file) as raw, io.TextIOWrapper(raw, used, newline="") as lines:
            yield from bounded_lines(file, lines)
    except UnicodeDecodeError:
        number = first_undecodable_line(file, used)
        hint = "save it as UTF-8, or name its encoding in the mapping (file.encoding)"
        raise Failed(f"{file}, line {number}: not {encoding.upper()}; {hint}") from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise Failed(f"{file} cannot be unpacked: it is damaged, or not all of it is there; get it again") from None
    except OSError as error:
        raise Failed(f"{file} cannot be read: {error.strerror or error}") from None


def bounded_lines(file: Path, lines: IO[str]) -> Iterator[str]:
    for number in count(1):
        line = lines.readline(LONGEST_LINE)
        if not line:
            return
        if len(line) == LONGEST_LINE and not line.endswith(("\n", "\r")):
            raise Failed(f"{file}, line {number}: longer than {LONGEST_LINE:,} characters")
        yield line


def unpacked(file: Path) -> IO[bytes] | gzip.GzipFile:
    with file.open("rb") as raw:
        is_gzip = raw.read(2) == GZIP_MAGIC
    return gzip.open(file, "rb") if is_gzip else file.open("rb")


def encoding_of(file: Path, encoding: str) -> str:
    """The encoding of the byte order mark, else the given one."""
    with unpacked(file) as raw:
        start = raw.read(SAMPLE)
    if start.startswith(OLD_WORKBOOK_MAGIC):
        raise Failed(
            f"{file} is a workbook that is protected by a password, or of the old kind (.xls): "
            "save it as .xlsx without a password, or as CSV"
        )
    name = codecs.lookup(encoding).name
    marked = next((name for mark, name in MARKS if start.startswith(mark)), None)
    if marked is None and start.count(0) * 4 > len(start) and name in ("utf-8", "cp1252"):
        raise Failed(
            f"{file} is no text in {encoding.upper()}; it may be utf-16-le: say so in the mapping (file.encoding)"
        )
    if marked is None and start and name in NEED_A_MARK:
        raise Failed(
            f"{file} has no byte order mark, so that {name.upper()} may be {name}-le or {name}-be: "
            "say which in the mapping (file.encoding)"
        )
    return marked or encoding


def first_undecodable_line(file: Path, encoding: str) -> int:
    with unpacked(file) as raw, io.TextIOWrapper(raw, encoding, errors="replace", newline="") as lines:
        return next((number for number, line in enumerate(lines, 1) if "\ufffd" in line), 1)
