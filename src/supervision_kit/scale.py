"""The line over more ratings than one machine's memory holds: folder of scores in, folder of what was found out.

The cases are shared out among the workers of a Dask cluster. What a method learns from a whole caseload is learnt in a
first pass, from all of it, so the result is that of one machine, to the last digit.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.detection import METHODS, Method
from supervision_kit.detection.marking import Kind, find_method, judge_scores, learn, matrices_by_kind, name_methods
from supervision_kit.episodes import find_episodes
from supervision_kit.errors import SettingError, TableError
from supervision_kit.instruments import INSTRUMENTS
from supervision_kit.repair import follow_repairs
from supervision_kit.repair.rule import RepairRule
from supervision_kit.series import Matrix
from supervision_kit.tables import SCORES

if TYPE_CHECKING:
    from distributed import Client

Files = tuple[Path, ...]
_BY_CASE = "scores_by_case"


def judge_folder(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    method: str | Method | Iterable[str | Method],
    rule: RepairRule = RepairRule(),
    client: Client | None = None,
) -> pd.DataFrame:
    """Judge a folder of scores and follow every episode, many files at a time.

    Parameters
    ----------
    source
        A folder of Parquet files with scores, see :data:`supervision_kit.tables.SCORES`; folders within it count. Each
        file, or where cases stand in several files the share of all cases that makes as many shares as there are
        files, must fit a worker's memory several times over.
    target
        A folder that is not there yet, or is empty. It will hold the folders ``marks``, ``episodes`` and ``repairs``,
        with a file for each share of the cases.
    method, rule
        As for :func:`supervision_kit.mark_sessions` and :func:`supervision_kit.follow_repairs`.
    client
        A ``distributed.Client`` whose workers see the same folders; without, a cluster of this machine's processors is
        started for this call.

    Returns
    -------
    pandas.DataFrame
        What was written: ``table`` and ``rows``.

    Raises
    ------
    SettingError
        The extra ``scale`` is not installed, the source holds no Parquet file, the target holds something, or an
        instrument of the data was added here and the workers do not know it.
    TableError
        A file breaks the contract; says which file.

    Examples
    --------
    >>> judge_folder("scores", "judged", method="control_chart")  # doctest: +SKIP
    """
    asked = list(method) if isinstance(method, Iterable) and not isinstance(method, str) else [method]
    methods = name_methods(find_method(one, known=METHODS) for one in asked)
    source, target = Path(source), Path(target)
    files = sorted(path for path in source.rglob("*.parquet") if path.is_file())
    if not files:
        raise SettingError("judge_folder: the source holds no Parquet file; give a folder of files with scores.")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise SettingError("judge_folder: the target holds something already; give a folder that is new or empty.")
    with _cluster(client) as workers:
        shares = _share_out(workers, files, target / _BY_CASE)
        line = _Line(methods, _learn(workers, shares, methods), rule, target)
        written = workers.gather(workers.map(line.follow, range(len(shares)), shares))
    shutil.rmtree(target / _BY_CASE, ignore_errors=True)
    for left_over in target.rglob("*.unfinished"):  # of a worker that died
        left_over.unlink()
    return pd.DataFrame(written).sum().rename_axis("table").reset_index(name="rows")


@contextmanager
def _cluster(client: Client | None) -> Iterator[Any]:
    """Give the client, or one of a cluster that lasts as long as it is used."""
    try:
        import distributed
    except ImportError:
        raise SettingError(
            "judge_folder needs Dask. Install what that needs: pip install 'supervision-kit[scale]'."
        ) from None
    if client is not None:
        yield client
        return
    dask: Any = distributed
    here = dask.LocalCluster(threads_per_worker=1, dashboard_address="127.0.0.1:0")
    with here, dask.Client(here) as own:
        yield own


# -- which cases go together -------------------------------------------------------------------------------------------


def _share_out(workers: Any, files: Sequence[Path], by_case: Path) -> list[Files]:
    """Return shares of the files such that all rows of a case stand in one share.

    Where a case stands in several files, all scores are written anew, by case.
    """
    looks = workers.gather(workers.map(_look, files))
    unknown = sorted({key for look in looks for key in look.unknown if key in INSTRUMENTS})
    if unknown:
        raise SettingError(
            f"judge_folder: the workers do not know {', '.join(unknown)}. Put the instrument's data file into the "
            "configuration folder of each of them; what was added in this session is known here only."
        )
    cases = np.concatenate([look.cases for look in looks])
    if len(np.unique(cases)) == len(cases):
        return [(path,) for path in files]
    n = len(files)
    pieces = workers.gather(workers.map(_cut, range(n), files, n_shares=n, folder=by_case))
    shares = [tuple(Path(piece[share]) for piece in pieces if share in piece) for share in range(n)]
    return [share for share in shares if share]


@dataclass(frozen=True)
class _Look:
    """What stands in a file: its cases, each as a number, and the instruments that this worker does not know."""

    cases: npt.NDArray[np.uint64]
    unknown: frozenset[str]


def _look(path: Path) -> _Look:
    scores = _read((path,))
    unknown = frozenset(key for key in scores["instrument"].unique() if key not in INSTRUMENTS)
    return _Look(np.unique(_number_cases(scores["case_id"].drop_duplicates())), unknown)


def _number_cases(case_id: pd.Series) -> npt.NDArray[np.uint64]:
    """Return a number for each code, the same in every process."""
    return pd.util.hash_array(case_id.to_numpy(dtype=object), categorize=False)


def _cut(number: int, path: Path, *, n_shares: int, folder: Path) -> dict[int, str]:
    """Write the rows of a file to the share of their case; return the files written, by share."""
    scores = _read((path,))
    code, cases = pd.factorize(scores["case_id"])
    share = (_number_cases(pd.Series(cases)) % np.uint64(n_shares)).astype(np.int64)[code]
    written = {}
    for one in np.unique(share).tolist():
        written[one] = str(_write(scores[share == one], folder / f"{one:05d}" / f"{number:05d}.parquet"))
    return written


# -- what the workers do -----------------------------------------------------------------------------------------------


def _learn(workers: Any, shares: Sequence[Files], methods: Mapping[str, Method]) -> dict[Kind, dict[Method, Method]]:
    """Return what the methods that learn from a whole caseload become, by kind of series.

    A worker gets all scores of one kind at a time: 8 bytes each.
    """
    learners = [one for one in methods.values() if type(one).learn_from is not Method.learn_from]
    if not learners:
        return {}
    laid_out = workers.map(_lay_out, shares)
    kinds = sorted(set().union(*workers.gather(workers.map(tuple, laid_out))))
    learnt: dict[Kind, dict[Method, Any]] = {}
    for kind in kinds:
        of_kind = workers.map(_matrices_of, laid_out, kind=kind)
        learnt[kind] = {one: workers.submit(_learn_kind, one, kind, of_kind) for one in learners}
    settled: dict[Kind, dict[Method, Method]] = workers.gather(learnt)
    return settled


def _lay_out(files: Files) -> dict[Kind, list[Matrix]]:
    return matrices_by_kind(_read(files))


def _matrices_of(laid_out: Mapping[Kind, list[Matrix]], *, kind: Kind) -> list[Matrix]:
    return laid_out.get(kind, [])


def _learn_kind(method: Method, kind: Kind, parts: Sequence[Sequence[Matrix]]) -> Method:
    return learn(method, Kind(*kind), [matrix for part in parts for matrix in part])


@dataclass(frozen=True)
class _Line:
    """What is done with each share of the cases."""

    methods: Mapping[str, Method]
    learnt: Mapping[Kind, Mapping[Method, Method]]
    rule: RepairRule
    target: Path

    def follow(self, number: int, files: Files) -> dict[str, int]:
        """Judge a share, write what was found, and return the numbers of rows."""
        scores = _read(files)
        marks = judge_scores(scores, methods=self.methods, learnt=self.learnt)
        episodes = find_episodes(marks)
        repairs = follow_repairs(episodes, scores, rule=self.rule, marks=marks)
        made = {"marks": marks, "episodes": episodes, "repairs": repairs}
        for name, table in made.items():
            _write(table, self.target / name / f"{number:05d}.parquet")
        return {"scores": len(scores)} | {name: len(table) for name, table in made.items()}


def _read(files: Files) -> pd.DataFrame:
    """Return the scores of these files, checked."""
    tables = []
    for path in files:
        try:
            tables.append(SCORES.check(pd.read_parquet(path)))
        except TableError as error:
            raise TableError(f"{path.name}: {error}") from None
    return SCORES.check(pd.concat(tables, ignore_index=True)) if len(tables) != 1 else tables[0]


def _write(table: pd.DataFrame, path: Path) -> Path:
    """Write a table so that the file is whole or not there, whenever a worker dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{uuid.uuid4().hex}.unfinished")
    table.to_parquet(unfinished, index=False)
    unfinished.replace(path)
    return path
