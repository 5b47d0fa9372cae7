"""Other names of a stream: external ids, e-mail addresses, phones. Looked up under the append lock, by keyed hash."""

import hmac
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ARRAY, Column, Named, Table, Text, TypedColumns, any_, bindparam, delete, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.store.event_store import metadata
from shared.store.rows import rows


class AliasColumns(TypedColumns):
    alias: Named[str] = Column(Text, primary_key=True)
    stream: Named[str] = Column(Text)
    subject: Named[str] = Column(Text, index=True)
    fingerprint: Named[str | None] = Column(Text)


aliases = Table("aliases", metadata, AliasColumns)
FIND = select(aliases).where(aliases.c.alias == any_(bindparam("aliases", type_=ARRAY(Text))))
CLAIM = text("""
    INSERT INTO aliases (alias, stream, subject, fingerprint)
    SELECT alias, stream, subject, fingerprint
    FROM jsonb_populate_recordset(CAST(NULL AS aliases), CAST(:rows AS jsonb)) AS claimed
    WHERE NOT EXISTS (SELECT FROM erased WHERE erased.subject = claimed.subject)""")
OF_SUBJECT = select(aliases).where(aliases.c.subject == bindparam("subject", type_=Text))
FORGET = delete(aliases).where(aliases.c.subject == any_(bindparam("subjects", type_=ARRAY(Text))))


@dataclass(frozen=True, slots=True)
class AliasRecord:
    """`stream` has the alias. `subject`: whose erasure deletes it. `fingerprint`: of the body that it came with."""

    alias: str
    stream: str
    subject: str
    fingerprint: str | None


@dataclass(frozen=True, slots=True)
class BlindIndex:
    """A keyed hash: equal values have equal indexes, and nobody without the key can guess values."""

    key: bytes
    keyed: hmac.HMAC = field(init=False, repr=False, compare=False)
    """Keyed once and copied for each value, which takes half as long."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "keyed", hmac.new(self.key, digestmod="sha256"))

    def index(self, kind: str, value: str) -> str:
        return f"{kind}:{self.digest(f'{kind}:{value}'.encode())}"

    def digest(self, value: bytes) -> str:
        copied = self.keyed.copy()
        copied.update(value)
        return copied.hexdigest()


async def find(tx: AsyncConnection, names: Collection[str]) -> Mapping[str, AliasRecord]:
    """The records of those aliases that a stream has, by alias."""
    if not names:
        return {}
    return {row.alias: AliasRecord(*row) for row in await tx.execute(FIND, {"aliases": list(names)})}


async def of_subject(tx: AsyncConnection, subject: str) -> list[AliasRecord]:
    """All aliases that an erasure of the subject would delete, in no particular order."""
    return [AliasRecord(*row) for row in await tx.execute(OF_SUBJECT, {"subject": subject})]


async def claim(tx: AsyncConnection, records: Sequence[AliasRecord]) -> None:
    if records:
        await tx.execute(CLAIM, rows(records))


async def forget(tx: AsyncConnection, subjects: Collection[str]) -> None:
    if subjects:
        await tx.execute(FORGET, {"subjects": list(subjects)})
