"""Column mappings, kept by name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection

from supervision_kit.errors import WorkspaceError
from supervision_kit.words import say
from supervision_kit.workspace.database import next_number
from supervision_kit.workspace.moments import now
from supervision_kit.workspace.schema import mappings

if TYPE_CHECKING:
    from supervision_kit.records import ColumnMapping


def read_mappings(connection: Connection) -> dict[str, ColumnMapping]:
    """Return the mappings by name."""
    from supervision_kit.records import ColumnMapping

    rows = connection.execute(select(mappings.c.name, mappings.c.mapping).order_by(mappings.c.name))
    return {name: ColumnMapping.from_mapping(json.loads(text)) for name, text in rows}


def write_mapping(connection: Connection, mapping: ColumnMapping, name: str, *, who: str) -> None:
    """Keep a mapping, instead of one of that name or of the same headings."""
    if not name.strip():
        raise WorkspaceError(say("A mapping is kept under a name: the name is empty."))
    kept = read_mappings(connection)
    replaced = [other for other, one in kept.items() if other == name or one.headings == mapping.headings]
    connection.execute(delete(mappings).where(mappings.c.name.in_(replaced)))
    row = {"id": next_number(connection, "mappings"), "name": name, "at": now(), "who": who}
    connection.execute(insert(mappings), row | {"mapping": json.dumps(mapping.to_mapping(), ensure_ascii=False)})
