"""The layout of a file, as far as a mapping says it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Layout:
    """`delimiter`: by default the one that the header uses most. `quoted_whole`: a row may be one quoted cell that
    contains the row. `pad_short_rows`: missing cells at the end of a row are blank. `footer`: the table ends before the
    first row that begins with one of these texts. `sheet`: of a workbook, by default its only one."""

    encoding: str = "utf-8"
    delimiter: str | None = None
    quoted_whole: bool = False
    pad_short_rows: bool = False
    footer: Sequence[str] = ()
    sheet: str | None = None


DEFAULT_LAYOUT = Layout()
