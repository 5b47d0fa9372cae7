"""The ids that a file had before: two different rows with one id, as opposed to one row that stands there twice."""

import sqlite3
from hashlib import blake2b

import orjson

from funnelcast.importing.record import Body

TABLE = "CREATE TABLE seen (id TEXT PRIMARY KEY, line INTEGER, content BLOB) WITHOUT ROWID"


class SeenIds:
    """The ids seen so far, in a temporary file, so that memory does not grow with the export."""

    def __init__(self) -> None:
        self.database = sqlite3.connect("")
        self.database.execute("PRAGMA cache_size = -32000")
        self.database.execute(TABLE)

    def earlier_line(self, line: int, key: str, body: Body) -> tuple[int, bool] | None:
        """The line that had this key before, and whether it said the same. `key`: the external id, or what stands for
        it."""
        content = blake2b(orjson.dumps(body, option=orjson.OPT_SORT_KEYS), digest_size=16).digest()
        try:
            self.database.execute("INSERT INTO seen VALUES (?, ?, ?)", (key, line, content))
        except sqlite3.IntegrityError:
            first, known = self.database.execute("SELECT line, content FROM seen WHERE id = ?", (key,)).fetchone()
            return first, known == content
        return None

    def close(self) -> None:
        self.database.close()
