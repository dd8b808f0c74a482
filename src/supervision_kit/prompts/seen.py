"""What is seen of one case that a question may be asked about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from supervision_kit.caseload.looking import place_falls
from supervision_kit.detection.measuring import ROUNDING
from supervision_kit.episodes import LEVEL_SESSIONS
from supervision_kit.headline import find_headline
from supervision_kit.instruments import find_scale
from supervision_kit.judging import BY_HAND
from supervision_kit.reasons.ratings import FLAT_FORMS
from supervision_kit.rebasing import read_rebases
from supervision_kit.recognition import find_unrecognised
from supervision_kit.tables import ANNOTATIONS, JUDGED, MARKS, SCORES, SERIES_KEY

# Of its range, by which a scale fell further than the others: more than one answer to one of four items is; the kit's
# own choice.
CLEARLY_MORE = 0.1

Fall = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The tables of one case, each held against its contract, and what can be read off them."""

    scores: pd.DataFrame
    judged: pd.DataFrame
    annotations: pd.DataFrame
    marks: pd.DataFrame | None
    rebases: pd.DataFrame | None
    session: int | None
    planned_sessions: int | None

    @classmethod
    def of(cls, scores: pd.DataFrame, judged: pd.DataFrame, **more: Any) -> Seen:
        """Check the tables; see :func:`supervision_kit.choose_prompts`."""
        annotations, marks = more.pop("annotations"), more.pop("marks")
        return cls(
            scores=SCORES.check(scores),
            judged=JUDGED.check(judged),
            annotations=ANNOTATIONS.empty() if annotations is None else ANNOTATIONS.check(annotations),
            marks=None if marks is None else MARKS.check(marks),
            **more,
        )

    @cached_property
    def headline(self) -> pd.DataFrame:
        """The client's ratings that the case is read by, those that have a score."""
        return find_headline(self.scores).dropna(subset="score")

    @cached_property
    def fall(self) -> Fall | None:
        """The fall that the questions are about: the clicked session's, else the latest; none that is no rupture."""
        falls = self.judged[(self.judged["rater"] == "client") & (self.judged["verdict"] != "not a rupture")]
        falls = falls.sort_values("onset", kind="stable", ignore_index=True)
        falls = falls[falls["depth"].gt(ROUNDING) | falls["method"].eq(BY_HAND)].reset_index(drop=True)
        if falls.empty:
            return None
        last = falls[["end", "back_session"]].max(axis=1)
        here = falls.index[falls["onset"].le(self.session or 0) & last.ge(self.session or 0)]
        chosen = falls.loc[[here[-1] if len(here) else falls.index[-1]]]
        fall = {str(name): value for name, value in chosen.iloc[0].items()}
        series, is_seen = self._series(chosen.iloc[0]), bool(fall["depth"] > ROUNDING)
        if not is_seen or series.empty:
            return fall | {"is_down": False, "is_unrecognised": False, "is_seen": False}
        own = falls[(falls[list(SERIES_KEY)] == chosen[list(SERIES_KEY)].iloc[0]).all(axis=1)]
        placed = place_falls(own, series, self.rebases).iloc[own.index.get_loc(chosen.index[0])]
        unseen = find_unrecognised(chosen, self.scores, marks=self.marks, rebases=self.rebases).fillna(value=False)
        where = {name: placed[name] for name in ("last_rated", "last_score", "half_way", "is_down")}
        return fall | where | {"is_unrecognised": bool(unseen.iloc[0]), "is_seen": True}

    def _series(self, fall: pd.Series) -> pd.DataFrame:
        is_own = (self.scores[list(SERIES_KEY)] == fall[list(SERIES_KEY)]).all(axis=1)
        return self.scores[is_own & self.scores["score"].notna()]

    @cached_property
    def lost(self) -> dict[str, float]:
        """How far each scale of the form but the total fell with the fall, as a share of its range; most first."""
        if self.fall is None:
            return {}
        found = dict(self._losses(self.fall))
        return dict(sorted(found.items(), key=lambda pair: -pair[1]))

    def _losses(self, fall: Fall) -> Iterator[tuple[str, float]]:
        own = self.scores[(self.scores["rater"] == "client") & (self.scores["instrument"] == fall["instrument"])]
        starts = read_rebases(self.rebases).get(fall["case_id"], [])
        own = own[own["session"] >= max((start for start in starts if start <= fall["onset"]), default=0)]
        for key, ratings in own.dropna(subset="score").sort_values("session").groupby("scale"):
            scale = find_scale(fall["instrument"], str(key))
            before = ratings.loc[ratings["session"] < fall["onset"], "score"].tail(LEVEL_SESSIONS)
            within = ratings.loc[ratings["session"].between(fall["onset"], fall["nadir"]), "score"]
            if scale is not None and key != "total" and len(before) and len(within):
                yield str(key), float(before.median() - within.min()) / (scale.highest - scale.lowest)

    @property
    def fell_most(self) -> str:
        """The scale that fell clearly further than every other; empty where none did."""
        shares = list(self.lost.values())
        if not shares or shares[0] <= ROUNDING:
            return ""
        is_clear = len(shares) > 1 and shares[0] - shares[1] >= CLEARLY_MORE - ROUNDING
        return next(iter(self.lost)) if is_clear else ""

    @property
    def n_silent(self) -> int:
        """How many sessions went by since the client's last rating."""
        if self.headline.empty:
            return 0
        return int(self.scores["session"].max() - self.headline["session"].max())

    @property
    def n_flat(self) -> int:
        """How many of the latest ratings are all the same or all the highest; 0 where these are few."""
        ratings = self.headline["score"].to_numpy()
        if len(ratings) < FLAT_FORMS:
            return 0
        changes = np.flatnonzero(np.abs(np.diff(ratings)) > ROUNDING)
        n = len(ratings) - (int(changes[-1]) + 1 if len(changes) else 0)
        return n if n >= FLAT_FORMS else 0

    @property
    def changed_at(self) -> int | None:
        """The session at which another therapist took over last, by the annotations or the ratings."""
        noted = self.annotations.loc[self.annotations["kind"] == "change of therapist", "session"]
        by_session = self.scores.dropna(subset="therapist_id").sort_values("session")[["session", "therapist_id"]]
        is_other = by_session["therapist_id"].ne(by_session["therapist_id"].shift()) & by_session["session"].gt(
            by_session["session"].min()
        )
        found = [*noted, *by_session.loc[is_other, "session"]]
        return int(max(found)) if found else None

    @property
    def n_left(self) -> int | None:
        """How many of the planned sessions are left; ``None`` where none are planned."""
        if self.planned_sessions is None or self.scores.empty:
            return None
        return int(self.planned_sessions - self.scores["session"].max())
