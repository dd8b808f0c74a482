"""Write ``workspace_version_3.sqlite`` and its export ``.zip``: a workspace as the third version left it.

Run once, while the third version was the newest; both are kept.
"""

import json
import shutil
import sqlite3
import sys
from pathlib import Path

import supervision_kit as sk
from supervision_kit.workspace.schema import NEWEST

assert NEWEST == "3", "the export is to be the third version's own"
MAPPING = sk.ColumnMapping(("Pat.", "S", "SRS"), {"Pat.": "case_id"})
AT = "2026-03-04T09:30:00.000000Z"
ROWS = {
    "cases": [
        (1, "A", None, None, None, None),
        (2, "Ö 2", None, None, None, None),
        (3, None, "5afe", AT, "old user", "asked for it"),
    ],
    "imports": [(1, AT, "old user", "0.1.0", "c0ffee", 5, 1, 4, 0, 0)],
    "forms": [
        (1, 1, "client", "srs", 1, "number", "T1", "2026-03-02", 1),
        (2, 1, "client", "srs", 2, "number", None, None, 1),
        (3, 2, "therapist", "srs", 1, "number", "T1", "2026-03-02T10:15:00.000000", 1),
    ],
    "answers": [(1, "total", 33.0), (2, "total", 31.0), (3, "total", None)],
    "history": [(1, 1, "total", "30", "33", AT, "old user", 1, "typing error")],
    "agenda": [
        (1, 1, 2, "what fell?", "open", "2026-04-01", AT, "old user", None, None),
        (2, 2, None, "=plan", "done", None, AT, "old user", AT, "other user"),
    ],
    "notes": [
        (1, 1, 1, "one\nline", AT, "old user", None, None),
        (2, 2, None, "“ö”", AT, "old user", AT, "other user"),
    ],
    "decisions": [
        (1, 1, 2, 1, "name the withdrawal", AT, "old user", None, None, "open", ""),
        (2, 2, None, None, "wait", AT, "old user", AT, "other user", "kept", "it helped"),
    ],
    "annotations": [(1, 1, 2, "crisis", "", 0, "", AT, "old user", None, None)],
    "judgements": [
        (1, 1, "client", "srs", "total", "gumz", 2, 2, None, "rupture", "", "withdrawal", None, AT, "old user")
    ],
    "judgement_codes": [(1, 1, "marker", "denial")],
    "consents": [(1, 1, 1, AT, "old user"), (2, 2, None, AT, "old user")],
    "pseudonyms": [(1, 1, "B2C3D")],
    "mappings": [(1, "praxis", json.dumps(MAPPING.to_mapping()), AT, "old user")],
    "case_sets": [(1, "d1")],
    "case_set_members": [(1, 1), (1, 2), (1, 3)],
    "audit": [(1, AT, "old user", "write", "import", 1)],
}

path = Path(sys.argv[1])
sk.Workspace(path).close()
with sqlite3.connect(path) as connection:
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("UPDATE settings SET value = '00ff' WHERE name = 'salt'")
    for table, rows in ROWS.items():
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - our own names
copy = path.with_suffix(".copy")
shutil.copy(path, copy)
with sk.Workspace(copy) as workspace:
    workspace.export(path.with_suffix(".zip"))
copy.unlink()
