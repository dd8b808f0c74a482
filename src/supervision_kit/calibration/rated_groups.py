"""The series of a caseload, by scale and kind of rater, and what ratings without ruptures are drawn from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.detection import Method, learn_prior
from supervision_kit.errors import SettingError
from supervision_kit.instruments import find_scale, rates_alliance
from supervision_kit.series import Matrix
from supervision_kit.tables import SCORES, SERIES_KEY


class LatentModel(Protocol):
    """What ratings without a rupture are drawn from, before a form shows them."""

    def draw_latent(
        self, n_sessions: npt.NDArray[np.int64], *, rng: np.random.Generator
    ) -> tuple[Matrix, npt.NDArray[np.float64]]:
        """Draw latent ratings, NaN after each series' end, and each person's within-person standard deviation."""

    def put_on_form(self, latent: Matrix) -> Matrix:
        """Return the ratings that the form shows."""


class RatingModel(LatentModel, Protocol):
    """What ratings without a rupture are drawn from, such as a ``LimitsPrior`` or :class:`PlainNoise`."""

    def draw(self, n_sessions: npt.NDArray[np.int64], *, rng: np.random.Generator) -> Matrix:
        """Draw series of these lengths, (n_series, longest), NaN after the end of each."""

    def __hash__(self) -> int:
        """Return what a simulation is remembered by."""


@dataclass(frozen=True)
class PlainNoise:
    """Independent normal ratings without steps or ends: the plainest ratings in which nothing happens."""

    mean: float = 0.0
    sd: float = 1.0

    def draw(self, n_sessions: npt.NDArray[np.int64], *, rng: np.random.Generator) -> Matrix:
        """Draw series of these lengths, (n_series, longest), NaN after the end of each."""
        return self.draw_latent(n_sessions, rng=rng)[0]

    def draw_latent(
        self, n_sessions: npt.NDArray[np.int64], *, rng: np.random.Generator
    ) -> tuple[Matrix, npt.NDArray[np.float64]]:
        """Draw the same, and everyone's standard deviation."""
        longest = int(n_sessions.max(initial=0))
        x = rng.normal(self.mean, self.sd, size=(len(n_sessions), longest))
        return np.where(np.arange(longest) < n_sessions[:, None], x, np.nan), np.full(len(n_sessions), self.sd)

    def put_on_form(self, latent: Matrix) -> Matrix:
        """Return the ratings as they are."""
        return latent


@dataclass(frozen=True)
class RatedGroup:
    """The series of one scale by one kind of rater: the rated sessions of each, and what to draw ratings from."""

    instrument: str
    scale: str
    rater: str
    sessions: tuple[tuple[int, ...], ...]
    model: RatingModel
    learnt_from: tuple[int, ...] = ()  # lengths of the series that methods learn from; none for these very series

    @property
    def key(self) -> dict[str, str]:
        """The group's columns in a table."""
        return {"instrument": self.instrument, "scale": self.scale, "rater": self.rater}

    @property
    def lengths(self) -> tuple[int, ...]:
        """The number of ratings of each series."""
        return tuple(len(one) for one in self.sessions)

    @property
    def learning_lengths(self) -> tuple[int, ...]:
        """The number of ratings of each series that methods learn from."""
        return self.learnt_from or self.lengths

    def settle(self, method: Method) -> Method:
        """Return the method with the settings that belong to the scale."""
        return method.for_scale(find_scale(self.instrument, self.scale))


def rated_groups(scores: pd.DataFrame, *, learn_from: pd.DataFrame) -> Iterator[RatedGroup]:
    """Yield the alliance ratings of each scale and kind of rater, with the model learnt from those of `learn_from`."""
    teaching = dict(iter(_rated(learn_from)))
    for key, of_group in _rated(scores):
        sessions, ratings = _series(teaching[key])
        lengths = tuple(map(len, sessions))
        yield RatedGroup(*key, _series(of_group)[0], _learn(*key, sessions, ratings), lengths)


def _rated(scores: pd.DataFrame) -> Iterator[tuple[tuple[str, str, str], pd.DataFrame]]:
    rated = scores[scores["score"].notna() & scores["instrument"].map(rates_alliance).astype(bool)]
    for (instrument, scale, rater), of_group in rated.sort_values("session").groupby(["instrument", "scale", "rater"]):
        yield (str(instrument), str(scale), str(rater)), of_group


def _series(of_group: pd.DataFrame) -> tuple[tuple[tuple[int, ...], ...], tuple[tuple[float, ...], ...]]:
    """Return the rated sessions of each case, and the ratings."""
    series = of_group.groupby("case_id")
    return tuple(map(tuple, series["session"].agg(list))), tuple(map(tuple, series["score"].agg(list)))


def list_groups(scores: pd.DataFrame, *, learn_from: pd.DataFrame | None, owner: str) -> list[RatedGroup]:
    """Return the groups of a table that comes from outside; `learn_from` holds its ratings and more, or is ``None``.

    Raises
    ------
    TableError
        A table breaks its contract.
    SettingError
        There is no alliance rating in it, or `learn_from` lacks some of its ratings.
    """
    scores = SCORES.check(scores)
    learn_from = scores if learn_from is None else SCORES.check(learn_from)
    keys = [*SERIES_KEY, "session"]
    if len(scores[keys].merge(learn_from[keys])) < len(scores):
        raise SettingError(f"{owner}: learn_from lacks some of the ratings; give it all of them, and further ones.")
    groups = list(rated_groups(scores, learn_from=learn_from))
    if not groups:
        raise SettingError(f"{owner}: the scores hold no alliance rating; there is nothing to simulate after.")
    return groups


@lru_cache(maxsize=64)
def _learn(
    instrument: str,
    scale: str,
    rater: str,
    sessions: tuple[tuple[int, ...], ...],
    ratings: tuple[tuple[float, ...], ...],
) -> RatingModel:
    """Learn the model of a group, once for the same ratings."""
    case = np.repeat(np.arange(len(sessions)), [len(one) for one in sessions])
    table = pd.DataFrame(
        {
            "case_id": case,
            "rater": rater,
            "instrument": instrument,
            "scale": scale,
            "session": np.concatenate(sessions),
            "score": np.concatenate(ratings),
        }
    )
    return learn_prior(table, instrument=instrument, scale=scale, rater=rater)
