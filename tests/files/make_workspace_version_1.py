"""Write ``workspace_version_1.sqlite``: a workspace as the first version left it. Run once; the file is kept."""

import sqlite3
import sys
from pathlib import Path

from supervision_kit.workspace.database import Database
from supervision_kit.workspace.places import find_place, prepare_file
from supervision_kit.workspace.versions import bring_up_to_date

AT = "2026-03-04T09:30:00.000000Z"
ROWS = {
    "cases": [(1, "A", None, None, None, None), (2, "Ö 2", None, None, None, None), (3, "007", None, None, None, None)],
    "imports": [
        (1, AT, "old user", "0.1.0", "c0ffee", 5, 1, 4, 0, 0),
        (2, AT, "old user", "0.1.0", "beef", 1, 0, 0, 0, 1),
    ],
    "forms": [
        (1, 1, "client", "srs", 1, "number", "T1", "2026-03-02", 1),
        (2, 1, "client", "srs", 2, "number", None, None, 1),
        (3, 2, "therapist", "srs", 1, "number", "T1", "2026-03-02T10:15:00.000000", 1),
        (4, 3, "client", "srs", 4, "number", None, None, 1),
    ],
    "answers": [
        (1, "total", 33.0),
        (2, "total", 31.0),
        (3, "total", None),
        (4, "1", 5.5),
        (4, "2", 6.5),
        (4, "3", 7.0),
        (4, "4", 5.0),
    ],
    "history": [(1, 1, "total", "30", "33", AT, "old user", 2, "typing error")],
    "conflicts": [
        (1, 1, "total", "33", 2, "replaced", "30", AT, "old user", "typing error"),
        (2, 2, "total", "29.5", 2, "open", None, None, None, ""),
    ],
    "case_sets": [(1, "d1")],
    "case_set_members": [(1, 1), (1, 2), (1, 3)],
    "audit": [(1, AT, "old user", "write", "import", 1), (2, AT, "old user", "read", "scores", 1)],
}

place = find_place(Path(sys.argv[1]))
prepare_file(place.path, place.words)
bring_up_to_date(Database(place, wait=5), to="1")
with sqlite3.connect(place.path) as connection:
    for table, rows in ROWS.items():
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - our own names
