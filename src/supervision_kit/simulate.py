"""Caseloads with planted ruptures and known truth: seeded, item by item, no client behind any of it.

A case's ratings come from a latent alliance (a share of the scale's range) with its own level, early growth, and
session-to-session variation, from which a story takes away what a rupture costs. Items are that latent value with a
leaning of their own and noise, put on the form's answers, so rounding and the ceiling are there as in real forms. None
of the numbers is an estimate from data: they are chosen so that what a supervisor has to tell apart occurs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from supervision_kit.errors import SettingError
from supervision_kit.instruments import Instrument, find_instrument, find_scale
from supervision_kit.scoring import score_responses, turn_answers
from supervision_kit.tables import RESPONSES

Path = npt.NDArray[np.float64]
FEWEST_SESSIONS, MOST_SESSIONS = 4, 30
EARLIEST_ONSET = 3  # two sessions go before a planted rupture


@dataclass(frozen=True)
class Story:
    """What happens to the alliance: how long the case must be at least, and the path of the planted rupture.

    `shares` is the share of the full depth that is missing at onset, the session after, and so on; the last share
    lasts to the end of the case. `outcome` is what became of the fall in the end, however long that took: *repaired*
    (the latent alliance is back), *partly repaired* (it settles between), *unrepaired* (it stays down for the rest of a
    long case), *undetermined* (the case ends too soon to say). `repair_after` is the number of sessions from onset to
    repair. A follow-up that allows fewer sessions than that, or a generous tolerance, will rightly say otherwise.
    """

    shape: str
    fewest_sessions: int = FEWEST_SESSIONS
    shares: tuple[float, ...] = ()
    outcome: str = ""
    repair_after: int | None = None
    sessions_after_onset: int | None = None


STORIES: Mapping[str, Story] = MappingProxyType(
    {
        "steady": Story("none"),
        "sharp V": Story("V", 12, (1, 0.5, 0), "repaired", 2),
        "no way back": Story("step", 12, (1,), "unrepaired"),
        "half way back": Story("partial", 12, (1, 0.6, 0.4), "partly repaired"),
        "slow decline, sudden repair": Story("slow decline", 14, (0.4, 0.6, 0.8, 1, 0), "repaired", 4),
        "just happened": Story("V", 8, (1,), "undetermined", None, 1),
        "left after the fall": Story("step", 6, (1,), "undetermined", None, 2),
        "two ruptures": Story("V", 20, (1, 0.5, 0), "repaired", 2),
        "top marks": Story("ceiling", 6),
        "left early": Story("none"),
        "forms stop": Story("none", 10),
        "change of therapist": Story("slow return", 16, (1, 0.9, 0.7, 0.5, 0.2, 0), "repaired", 5),
    }
)
# How the stories follow one another: every one occurs within the first 20 cases.
_ORDER = (
    "steady", "sharp V", "no way back", "steady", "slow decline, sudden repair", "just happened", "half way back",
    "steady", "left after the fall", "top marks", "sharp V", "left early", "change of therapist", "no way back",
    "two ruptures", "forms stop", "steady", "half way back", "sharp V", "steady",
)  # fmt: skip


@dataclass(frozen=True)
class SimulatedCaseload:
    """A caseload and the truth about it.

    Attributes
    ----------
    responses, scores
        See :data:`supervision_kit.tables.RESPONSES` and :data:`supervision_kit.tables.SCORES`.
    truth
        One row per planted rupture: ``case_id, rater, instrument, scale, episode, story, shape, onset, nadir, depth``
        (scale points of the latent path), ``outcome, repair_session, therapist_noticed``. A case without a row has
        none.
    """

    responses: pd.DataFrame
    scores: pd.DataFrame
    truth: pd.DataFrame


def simulate_caseload(n_cases: int = 40, *, n_therapists: int = 6, seed: int = 1) -> SimulatedCaseload:
    """Make a caseload of invented cases with planted ruptures.

    Two cases in three are rated on the WAI-SR by client and therapist, with the PHQ-9 as outcome; the others on the SRS
    by the client, with the ORS. Cases have 4 to 30 sessions, weekly with pauses; some forms and items are missing.

    Parameters
    ----------
    n_cases, n_therapists
        How many, 1 or more.
    seed
        The same seed gives the same caseload.

    Returns
    -------
    SimulatedCaseload
        The ratings and the truth.

    Raises
    ------
    SettingError
        A count below 1.
    """
    if n_cases < 1 or n_therapists < 1:
        raise SettingError("simulate_caseload: n_cases and n_therapists must be 1 or more.")
    rng = np.random.default_rng(seed)
    forms: list[pd.DataFrame] = []
    planted: list[dict[str, object]] = []
    width = len(str(n_cases))
    for i in range(n_cases):
        case = _Case.draw(rng, f"C{i + 1:0{width}d}", i, n_therapists)
        forms += case.forms(rng)
        planted += case.planted()
    responses = RESPONSES.check(pd.concat(forms, ignore_index=True))
    truth = pd.DataFrame(planted, columns=_TRUTH).astype(
        {"onset": "int64", "nadir": "int64", "repair_session": "Int64", "episode": "int64"}
    )
    return SimulatedCaseload(responses, score_responses(responses), truth)


_TRUTH = [
    "case_id", "rater", "instrument", "scale", "episode", "story", "shape", "onset", "nadir", "depth", "outcome",
    "repair_session", "therapist_noticed",
]  # fmt: skip


@dataclass(frozen=True)
class _Case:
    case_id: str
    story: str
    n_sessions: int
    onsets: tuple[int, ...]  # session numbers
    depth: float  # share of the range
    level: float
    variation: float
    therapist_noticed: bool
    instrument: Instrument
    outcome: Instrument
    therapist_ids: npt.NDArray[np.str_]  # per session
    dates: npt.NDArray[np.datetime64]

    @classmethod
    def draw(cls, rng: np.random.Generator, case_id: str, i: int, n_therapists: int) -> _Case:
        name = _ORDER[i % len(_ORDER)]
        story = STORIES[name]
        n = min(story.fewest_sessions + int(rng.gamma(2.0, 3.0)), MOST_SESSIONS)
        if name == "left early":
            n = FEWEST_SESSIONS
        onsets = _onsets(rng, name, story, n)
        therapist = np.full(n, f"T{i % n_therapists + 1}")
        if name == "change of therapist":
            therapist[onsets[0] - 1 :] = f"T{(i + 1) % n_therapists + 1}"
        weeks = np.cumsum(rng.choice([1, 1, 1, 1, 1, 2, 3], size=n))
        start = np.datetime64("2025-01-06") + int(rng.integers(0, 180))
        on_srs = i % 3 == 2  # noqa: PLR2004 - every third case
        return cls(
            case_id=case_id,
            story=name,
            n_sessions=n,
            onsets=onsets,
            depth=float(rng.uniform(0.25, 0.4)) * (0.5 if on_srs else 1),
            level=1.15 if name == "top marks" else float(rng.normal(0.92 if on_srs else 0.76, 0.05)),
            variation=float(rng.uniform(0.02, 0.06)),
            therapist_noticed=bool(rng.random() < 0.6),  # noqa: PLR2004 - the kit's own choice
            instrument=find_instrument("srs" if on_srs else "wai_sr"),
            outcome=find_instrument("ors" if on_srs else "phq9"),
            therapist_ids=therapist,
            dates=start + 7 * (weeks - weeks[0]),
        )

    def forms(self, rng: np.random.Generator) -> list[pd.DataFrame]:
        lost = self._lost()
        t = np.arange(self.n_sessions)
        usual = self.level + 0.06 * (1 - np.exp(-t / 3)) - 0.06
        client = usual - lost + _variation(rng, self.n_sessions, self.variation)
        made = [self._form(rng, self.instrument, "client", client, self._client_absent(rng))]
        if "therapist" in self.instrument.raters:
            seen = usual - 0.06 - (0.7 * lost if self.therapist_noticed else 0) + _variation(rng, len(t), 0.03)
            made.append(self._form(rng, self.instrument, "therapist", seen, rng.random(len(t)) < 0.06))  # noqa: PLR2004
        stuck = lost[-1] > 0
        well = 0.35 + (0.1 if stuck else 0.45) * t / MOST_SESSIONS + _variation(rng, len(t), 0.05)
        distress = well if self.outcome.better_is == "higher" else 1 - well
        made.append(self._form(rng, self.outcome, "client", distress, rng.random(len(t)) < 0.05))  # noqa: PLR2004
        return made

    def planted(self) -> Iterator[dict[str, object]]:
        story = STORIES[self.story]
        scale = find_scale(self.instrument.key, "total")
        assert scale is not None  # noqa: S101 - both instruments have a total
        for episode, onset in enumerate(self.onsets, start=1):
            yield {
                "case_id": self.case_id,
                "rater": "client",
                "instrument": self.instrument.key,
                "scale": "total",
                "episode": episode,
                "story": self.story,
                "shape": story.shape,
                "onset": onset,
                "nadir": min(onset + int(np.argmax(story.shares)), self.n_sessions),
                "depth": round(self.depth * max(story.shares) * (scale.highest - scale.lowest), 4),
                "outcome": story.outcome,
                "repair_session": None if story.repair_after is None else onset + story.repair_after,
                "therapist_noticed": self.therapist_noticed if "therapist" in self.instrument.raters else None,
            }

    def _lost(self) -> Path:
        """Return what the ruptures take away in each session, as a share of the range."""
        shares = STORIES[self.story].shares
        lost = np.zeros(self.n_sessions)
        for onset in self.onsets:
            after = self.n_sessions - onset + 1
            lost[onset - 1 :] += self.depth * np.array([*shares, *[shares[-1]] * after])[:after]
        return lost

    def _client_absent(self, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
        absent = rng.random(self.n_sessions) < 0.05  # noqa: PLR2004 - the kit's own choice
        for onset in self.onsets:
            absent[max(onset - 3, 0) : onset + 3] = False
        if self.story == "forms stop":
            absent[-3:] = True
        return absent

    def _form(
        self,
        rng: np.random.Generator,
        instrument: Instrument,
        rater: str,
        latent: Path,
        absent: npt.NDArray[np.bool_],
    ) -> pd.DataFrame:
        n, k = len(latent), instrument.n_items
        leaning = rng.normal(0, 0.04, size=k)
        share = np.clip(latent[:, None] + leaning + rng.normal(0, 0.05, size=(n, k)), 0, 1)
        lowest, highest = (np.array([getattr(item, end) for item in instrument.items]) for end in ("lowest", "highest"))
        answers = lowest + share * (highest - lowest)
        answers = answers.round(0 if instrument.whole_numbers else 1)
        answers = turn_answers(answers, instrument)
        answers[rng.random((n, k)) < 0.004] = np.nan  # noqa: PLR2004 - now and then an item is left blank
        kept = np.flatnonzero(~absent)
        return pd.DataFrame(
            {
                "case_id": self.case_id,
                "rater": rater,
                "instrument": instrument.key,
                "session": np.repeat(kept + 1, k),
                "item": np.tile(np.arange(1, k + 1), len(kept)),
                "therapist_id": np.repeat(self.therapist_ids[kept], k),
                "date": np.repeat(self.dates[kept], k),
                "response": answers[kept].ravel(),
            }
        )


def _onsets(rng: np.random.Generator, name: str, story: Story, n: int) -> tuple[int, ...]:
    if not story.shares:
        return ()
    if story.sessions_after_onset is not None:
        return (n - story.sessions_after_onset,)
    if name == "two ruptures":
        return int(rng.integers(EARLIEST_ONSET, n // 2 - 2)), int(rng.integers(n // 2 + 1, n - 4))
    return (int(rng.integers(EARLIEST_ONSET, n - len(story.shares) - 3)),)


def _variation(rng: np.random.Generator, n: int, sd: float) -> Path:
    """Return session-to-session variation with a carry-over of .2 and the standard deviation `sd`."""
    carried, noise = 0.2, rng.normal(0, sd, size=n)
    for t in range(1, n):
        noise[t] = carried * noise[t - 1] + np.sqrt(1 - carried**2) * noise[t]
    return noise
