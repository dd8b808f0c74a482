"""Files of many shapes → ratings, with every problem found and nothing lost.

A file is read in four steps, each of which knows nothing of the next: its *cells* (`files`, `sheets`, `texts` with
`encodings`, `dialects` and `growing`, `workbooks` with `sheet_xml`, `statistics_files`, `parquet`, `fhir` with
`fhir_items` and `json_values`), the *layout* of those cells (`vocabulary`, `headings`, `session_columns`, `header`,
`two_rows`, `finding`, `slots`, `layout`, with `targets`, `columns` and `mappings` for what is said of columns), the
*values* of each row (`reshaping`, `rows`, `unshapely`, `grouping`, `entries`, with `values`, `dates` and `units`), and
the *tables* (`merging`, `assembling`, `ratings`, with what there is to say of them: `rules`, `problems`, `reporting`,
`aside`).
"""

from supervision_kit.records.columns import ColumnReading, SheetColumns, list_columns
from supervision_kit.records.mappings import ColumnMapping
from supervision_kit.records.progress import Progress
from supervision_kit.records.ratings import Ratings, read_ratings
from supervision_kit.records.rules import RULES

__all__ = [
    "RULES",
    "ColumnMapping",
    "ColumnReading",
    "Progress",
    "Ratings",
    "SheetColumns",
    "list_columns",
    "read_ratings",
]
