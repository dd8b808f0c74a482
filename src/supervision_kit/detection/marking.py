"""Scores → marks: one row per session and method."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.detection.measuring import ROUNDING, n_scored, spread
from supervision_kit.detection.method import Method
from supervision_kit.detection.personal_limits import TOO_FEW_BEFORE
from supervision_kit.errors import SettingError, UnknownNameError
from supervision_kit.instruments import find_scale, rates_alliance
from supervision_kit.ordering import Ordering
from supervision_kit.rebasing import Parted, part_series
from supervision_kit.series import CELLS, Block, Matrix, column_of, iter_blocks
from supervision_kit.tables import MARKS, SCORES, SERIES_KEY
from supervision_kit.text_columns import arrow_of, join_columns, pick_texts, repeat_text, text_of
from supervision_kit.threads import work_through
from supervision_kit.words import later, say, say_filled

NO_SCORE = later("no score")
NO_SPREAD = later("no spread: all ratings are the same")
AT_CEILING = later("at the ceiling: all ratings are the highest possible")
TOO_FEW = later("too few rated sessions: {n} of at least {fewest}")
AFTER_START = "after a new start: "
_NUMBERS = ("expected", "limit", "evidence")


def say_note(note: str) -> str:
    """Return a note of the marks, why a session cannot be judged, in the language of the page."""
    if note.startswith(AFTER_START):
        return say("after a new start: {why}", why=say_note(note.removeprefix(AFTER_START)))
    return say_filled(note, (TOO_FEW, TOO_FEW_BEFORE))


class Kind(NamedTuple):
    """What series have in common that a method may learn from together."""

    instrument: str
    scale: str
    rater: str


NOTHING: Mapping[Kind, Mapping[Method, Method]] = MappingProxyType({})


def find_method(method: str | Method, *, known: Mapping[str, type[Method]]) -> Method:
    """Return `method` itself, or the registered one of that key with its default settings."""
    if isinstance(method, Method):
        return method
    if not isinstance(method, str):
        raise SettingError(
            "mark_sessions: a method is a key such as 'control_chart', or one like ControlChart(sigmas=2)."
        )
    if method not in known:
        raise UnknownNameError("method", method, known)
    return known[method]()


def name_methods(methods: Iterable[Method]) -> dict[str, Method]:
    """Return the methods by the name they carry in tables: their key, with the settings where a key comes twice."""
    methods = list(dict.fromkeys(methods))
    times = Counter(method.key for method in methods)
    return {method.key if times[method.key] == 1 else repr(method): method for method in methods}


def judge_scores(
    scores: pd.DataFrame,
    *,
    methods: Mapping[str, Method],
    learnt: Mapping[Kind, Mapping[Method, Method]] = NOTHING,
    rebases: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Judge every session of every alliance series by each method; see :func:`supervision_kit.mark_sessions`.

    `learnt` holds what methods became that have learnt already, from more series than these, by kind of series.
    """
    ratings, ordering = _alliance_ratings(scores)
    if ratings.empty or not methods:
        return MARKS.empty()
    caseload = _Caseload(ratings, part_series(ratings, ordering, rebases))
    n = len(ratings)
    # one column for all methods: the rows of the first, then those of the second, and so on
    columns = {name: np.empty(n * len(methods)) for name in _NUMBERS}
    columns |= {name: np.empty(n * len(methods), dtype=bool) for name in ("is_rupture", "is_unjudged")}
    columns["note"] = np.zeros(n * len(methods), dtype=np.int32)
    notes = [""]
    for place, method in enumerate(methods.values()):
        own = {name: column[place * n : (place + 1) * n] for name, column in columns.items()}
        first_note: dict[Method, int] = {}
        settled = caseload.settle(method, learnt)
        for one in settled:
            first_note[one] = len(notes)
            notes += _notes(one)
            if caseload.is_parted:
                notes += [NO_SCORE, *(f"{AFTER_START}{reason}" for reason in _notes(one)[1:])]
        judge = partial(_judge, caseload=caseload, first_note=first_note, marks=own)
        work_through(_portions(caseload, settled), judge, n_rows=n)
    return _table(ratings, methods, columns, notes)


def matrices_by_kind(scores: pd.DataFrame, *, rebases: pd.DataFrame | None = None) -> dict[Kind, list[Matrix]]:
    """Return what a method learns from: the alliance series of each instrument, scale and rater, as matrices.

    Series that start anew are learnt from up to there: what comes after is no sample of how people begin, and what a
    session is judged by must not come from ratings after it.
    """
    ratings, ordering = _alliance_ratings(scores)
    if ratings.empty:
        return {}
    caseload = _Caseload(ratings, part_series(ratings, ordering, rebases))
    return {kind: list(caseload.matrices(number)) for number, kind in enumerate(caseload.kinds)}


def learn(method: Method, kind: Kind, matrices: Iterable[Matrix]) -> Method:
    """Return the method with the settings of a scale, and with what it learns from all series of a kind."""
    instrument, scale, _ = kind
    return method.for_scale(find_scale(instrument, scale)).learn_from(matrices)


def _alliance_ratings(scores: pd.DataFrame) -> tuple[pd.DataFrame, Ordering]:
    """Return the ratings on instruments that rate the alliance, and their series."""
    checked, ordering = SCORES.check_in_order(scores)
    if checked.empty:
        return checked, ordering
    kind, instruments = ordering.kinds(checked, "instrument")
    is_alliance = np.array([rates_alliance(key) for (key,) in instruments])
    if is_alliance.all():
        return checked, ordering
    ordering, is_kept = ordering.keep(is_alliance[kind])
    return checked.loc[is_kept, [*SERIES_KEY, "session", "score"]].reset_index(drop=True), ordering


class _Caseload:
    """The ratings as methods take them: by instrument, scale and rater, in blocks."""

    def __init__(self, ratings: pd.DataFrame, parted: Parted) -> None:
        self.score = column_of(ratings["score"])
        self._ordering, self._is_later = parted.ordering, parted.is_later
        self.is_parted = bool(self._is_later.any())
        self._kind, kinds = self._ordering.kinds(ratings, "instrument", "scale", "rater")
        self.kinds = [Kind(*kind) for kind in kinds]
        self._blocks: dict[tuple[tuple[int, ...], int], list[Block]] = {}
        scales = [find_scale(kind.instrument, kind.scale) for kind in self.kinds]
        self._plainest: dict[int, tuple[Matrix, Matrix]] = {}
        self._highest = np.array([scale.highest if scale else np.nan for scale in scales])

    def settle(self, method: Method, learnt: Mapping[Kind, Mapping[Method, Method]]) -> dict[Method, tuple[int, ...]]:
        """Return the method with the settings that belong to each kind of series; kinds that share them go together."""
        numbers: dict[Method, tuple[int, ...]] = {}
        of_scale: dict[tuple[str, str], Method] = {}  # what a method that learns from nobody is for all raters
        learns = type(method).learn_from is not Method.learn_from
        for number, kind in enumerate(self.kinds):
            settled = learnt.get(kind, {}).get(method) or of_scale.get(kind[:2])
            settled = settled or learn(method, kind, self.matrices(number))
            if not learns:
                of_scale[kind[:2]] = settled
            numbers[settled] = (*numbers.get(settled, ()), number)
        return numbers

    def blocks(self, kinds: tuple[int, ...], cells: int = CELLS) -> list[Block]:
        """Return the blocks of the series of these kinds, of so many cells."""
        if (kinds, cells) not in self._blocks:
            chosen = None if len(kinds) == len(self.kinds) else np.isin(self._kind, kinds)
            self._blocks[kinds, cells] = list(iter_blocks(self._ordering, chosen, cells=cells))
        return self._blocks[kinds, cells]

    def highest(self, block: Block) -> Matrix:
        """Return the highest score possible of each series of a block; NaN where the scale is not registered."""
        highest: Matrix = self._highest[self._kind[block.chosen]]
        return highest

    def plainest_reasons(self, block: Block, x: Matrix) -> tuple[Matrix, Matrix]:
        """Return how many scores each series of a block has, and which note says by itself why it cannot be judged."""
        if id(block) not in self._plainest:  # blocks stay as long as this does
            lowest = np.fmin.reduce(x, axis=1, keepdims=True, initial=np.nan)
            top = np.full(lowest.shape, np.nan)
            top[: block.n_series, 0] = self.highest(block)
            flat = np.where(np.abs(lowest - top) <= ROUNDING, _AT_CEILING, _NO_SPREAD)
            self._plainest[id(block)] = n_scored(x), np.where(spread(x) > ROUNDING, _OTHER, flat)
        return self._plainest[id(block)]

    def is_later(self, block: Block) -> npt.NDArray[np.bool_]:
        """Tell for each series of a block whether it follows a new start."""
        return self._is_later[block.chosen]

    def matrices(self, kind: int) -> Iterator[Matrix]:
        """Return the series of a kind, up to a new start."""
        blocks: Iterable[Block] = self.blocks((kind,))
        if self.is_parted:
            blocks = iter_blocks(self._ordering, (self._kind == kind) & ~self._is_later)
        for block in blocks:
            yield block.matrix(self.score)[: block.n_series]


def _portions(caseload: _Caseload, settled: Mapping[Method, tuple[int, ...]]) -> Iterator[list[tuple[Method, Block]]]:
    """Give what is to be judged at a time: a full block alone, smaller ones of several kinds together."""
    portion: list[tuple[Method, Block]] = []
    n_cells = 0
    for method, kinds in settled.items():
        for block in caseload.blocks(kinds, method.cells_at_once):
            if portion and n_cells + block.n_cells > method.cells_at_once:
                yield portion
                portion, n_cells = [], 0
            portion.append((method, block))
            n_cells += block.n_cells
    if portion:
        yield portion


def _judge(
    portion: Sequence[tuple[Method, Block]],
    *,
    caseload: _Caseload,
    first_note: Mapping[Method, int],
    marks: Mapping[str, npt.NDArray[Any]],
) -> None:
    """Judge the series of some blocks and write what comes out to their rows of the columns of `marks`."""
    pairs = [(method, block.matrix(caseload.score)) for method, block in portion]
    judgements = type(pairs[0][0]).judge_together(pairs)
    for (method, block), (_, x), judgement in zip(portion, pairs, judgements, strict=True):
        for name in _NUMBERS:
            block.put(getattr(judgement, name), marks[name])
        is_unjudged = np.isnan(judgement.is_rupture)
        block.put(judgement.is_rupture == 1, marks["is_rupture"])
        block.put(is_unjudged, marks["is_unjudged"])
        if is_unjudged.any():
            n, plainest = caseload.plainest_reasons(block, x)
            reason = first_note[method] + _number_reasons(x, method, judgement.limit, n=n, plainest=plainest)
            if caseload.is_parted:
                reason[: block.n_series][caseload.is_later(block)] += len(_notes(method))
            block.put(np.where(is_unjudged, reason, 0), marks["note"])


def _notes(method: Method) -> list[str]:
    """Return why a cell cannot be judged, in the order of :func:`_number_reasons`."""
    too_few = [TOO_FEW.format(n=n, fewest=method.fewest_sessions) for n in range(method.fewest_sessions)]
    unjudged = method.blocker or method.unjudged
    return [NO_SCORE, NO_SPREAD, AT_CEILING, unjudged, method.unjudged_though_limited or unjudged, *too_few]


_NO_SCORE, _NO_SPREAD, _AT_CEILING, _OTHER, _LIMITED, _TOO_FEW = range(6)  # places of the notes


def _number_reasons(x: Matrix, method: Method, limit: Matrix, *, n: Matrix, plainest: Matrix) -> npt.NDArray[np.int64]:
    """Return for each cell which of the notes says why it cannot be judged, from the plainest reason on."""
    of_series = np.where(n < method.fewest_sessions, _TOO_FEW + n, plainest)
    if method.blocker:
        of_series = np.full(n.shape, _OTHER)
    of_series = np.where((of_series == _OTHER) & ~np.isnan(limit), _LIMITED, of_series)
    return np.where(np.isnan(x), _NO_SCORE, of_series).astype(np.int64)


def _table(
    ratings: pd.DataFrame, names: Collection[str], columns: Mapping[str, npt.NDArray[Any]], notes: list[str]
) -> pd.DataFrame:
    """Return the marks by the methods of these names; what is the same for all of them takes no memory again."""
    times = len(names)
    made: dict[str, Any] = {name: text_of(join_columns([arrow_of(ratings[name])] * times)) for name in SERIES_KEY}
    for name in ("session", "score"):
        made[name] = ratings[name] if times == 1 else np.tile(ratings[name].to_numpy(), times)
    made |= {name: columns[name] for name in _NUMBERS}
    made["method"] = text_of(join_columns([repeat_text(name, len(ratings)) for name in names]))
    made["is_rupture"] = pd.arrays.BooleanArray(columns["is_rupture"], columns["is_unjudged"])
    made["note"] = text_of(pick_texts(notes, columns["note"]))
    return pd.DataFrame({name: made[name] for name in MARKS.columns}, copy=False)
