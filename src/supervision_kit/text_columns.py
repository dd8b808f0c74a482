"""Columns of text as Arrow holds them: no Python object per row, and no memory for what repeats."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache, reduce
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from supervision_kit.threads import work_through

TEXT: Any = pd.StringDtype("pyarrow", na_value=np.nan)  # what "str" means where pyarrow is installed
_REPEATED = 2**16  # rows of a piece


def arrow_of(values: pd.Series) -> pa.ChunkedArray:
    """Return a column of dtype :data:`TEXT` as Arrow holds it, without a copy."""
    return values.array.__arrow_array__()


def text_of(arrow: pa.ChunkedArray) -> pd.Series:
    """Return an Arrow column of text as a pandas one, without a copy."""
    return pd.Series(TEXT.__from_arrow__(arrow), copy=False)


def list_of_texts(texts: Iterable[str | None]) -> pa.ChunkedArray:
    """Return a column of these texts; None is missing."""
    return pa.chunked_array([pa.array(texts, pa.large_string(), from_pandas=True)])


def texts_at(values: pd.Series, rows: npt.NDArray[np.int64]) -> list[str]:
    """Return the texts of a column of dtype :data:`TEXT` at these positions, in a fifth of the time pandas takes."""
    texts: list[str] = arrow_of(values).take(rows).to_pylist()
    return texts


def where_it_changes(text: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Return, for each row from the second on, whether its text is another than that of the row before.

    ``None`` where all rows have the same text.
    """
    if _is_constant(text):
        return None
    changed = pc.not_equal(text[1:], text[:-1])
    return changed if pc.any(changed).as_py() else None


def any_of(changes: Iterable[pa.ChunkedArray]) -> npt.NDArray[np.bool_]:
    """Return where any of several columns of true and false is true."""
    return np.asarray(reduce(pc.or_, changes))


def _is_constant(text: pa.ChunkedArray) -> bool:
    """Tell whether all rows have the same text, by its bytes, which is sooner done than text by text."""
    if not len(text) or text.null_count:
        return False
    first = text[0].as_py().encode()
    letters = pa.py_buffer(first * min(len(text), _REPEATED))
    for chunk in text.chunks:
        for start in range(0, len(chunk), _REPEATED):
            piece = chunk[start : start + _REPEATED]
            offsets = np.frombuffer(piece.buffers()[1], np.int64)[piece.offset : piece.offset + len(piece) + 1]
            if (offsets[1:] - offsets[:-1] != len(first)).any():
                return False
            n_letters = len(first) * len(piece)
            if n_letters and not piece.buffers()[2].slice(offsets[0], n_letters).equals(letters.slice(0, n_letters)):
                return False
    return True


def number_texts(text: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """Return a number for each row: the same for the same text, another for another."""
    if len(text) > 1 and _rises(text):
        return np.arange(len(text))
    return np.asarray(text.combine_chunks().dictionary_encode().indices).astype(np.int64)


def _rises(text: pa.ChunkedArray) -> bool:
    """Tell whether each text follows the one before: in the alphabet, or longer than it (C9, C10, C11)."""
    later = np.asarray(pc.greater(text[1:], text[:-1]))
    if later.all():
        return True
    longer = np.diff(np.asarray(pc.binary_length(text)))
    return bool(((longer > 0) | ((longer == 0) & later)).all())


def has_empty(text: pa.ChunkedArray) -> bool:
    """Tell whether a row has no text, or an empty one."""
    return bool(text.null_count > 0 or pc.min(pc.binary_length(text)).as_py() == 0)


def repeat_text(text: str | None, n: int) -> pa.ChunkedArray:
    """Return a column of `n` times the same text, or of missing text."""
    if n < _REPEATED:
        return pa.chunked_array([pa.repeat(pa.scalar(text, pa.large_string()), n)])
    piece = _piece(text)
    whole, rest = divmod(n, _REPEATED)
    return pa.chunked_array([piece] * whole + [piece[:rest]])


@lru_cache(maxsize=8)
def _piece(text: str | None) -> pa.Array:
    """Return the piece of a column that stands for every stretch of the same text."""
    return pa.repeat(pa.scalar(text, pa.large_string()), _REPEATED)


def pick_texts(texts: Sequence[str], numbers: npt.NDArray[np.integer]) -> pa.ChunkedArray:
    """Return the column that holds ``texts[number]`` for each of `numbers`."""
    listed = pa.array(texts, pa.large_string())

    def piece_from(start: int) -> pa.Array:
        some = numbers[start : start + _REPEATED]
        if len(some) == _REPEATED and (some == some[0]).all():
            return _piece(texts[some[0]])
        return pa.DictionaryArray.from_arrays(pa.array(some), listed).cast(pa.large_string())

    starts = range(0, max(len(numbers), 1), _REPEATED)
    return pa.chunked_array(work_through(starts, piece_from, n_rows=len(numbers)), pa.large_string())


def join_columns(columns: Sequence[pa.ChunkedArray]) -> pa.ChunkedArray:
    """Return columns one after the other, without a copy: a column that comes again takes no memory again."""
    return pa.chunked_array([piece for column in columns for piece in column.chunks], pa.large_string())
