"""The state behind "How far can I trust this?": what simulation says of each method for these very ratings."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd
from traitlets import Float, HasTraits, Instance, Unicode, observe, validate

from supervision_kit.apps.therapist_state import TherapistState
from supervision_kit.calibration import calibrate, threshold_curve
from supervision_kit.detection.method import n_digits
from supervision_kit.errors import UnknownNameError
from supervision_kit.instruments import find_scale, name_scale
from supervision_kit.records.progress import Progress
from supervision_kit.tables import CALIBRATION, THRESHOLDS
from supervision_kit.words import say, say_list, say_n, say_number, say_share
from supervision_kit.words.raters import say_rater

# A page should answer within a coffee: fewer series than calibrate's own default, and wider intervals for it.
N_SERIES = 400
N_THRESHOLDS = 7


class TrustState(HasTraits):
    """What simulation says of the methods, for the ratings of a page; worked out when asked.

    Attributes
    ----------
    group
        Which questionnaire and rater is shown, one of `groups`.
    calibration, curve
        See :data:`supervision_kit.tables.CALIBRATION` and :data:`supervision_kit.tables.THRESHOLDS`; empty until
        worked out, and again once what they were worked out for has changed.
    threshold
        The threshold that the slider points at.
    stage, progress
        What is being done, and the part that is done, from 0 to 1; less than 0 where nothing is under way.
    """

    group = Unicode("")
    calibration = Instance(pd.DataFrame)
    curve = Instance(pd.DataFrame)
    threshold = Float(0.0)
    stage = Unicode("")
    progress = Float(-1.0)

    def __init__(self, line: TherapistState, *, n_series: int = N_SERIES) -> None:
        self.line, self.n_series = line, n_series
        super().__init__(calibration=CALIBRATION.empty(), curve=THRESHOLDS.empty())
        line.observe(self._forget, ["line", "therapist_id"])
        self._forget()

    @property
    def groups(self) -> dict[str, str]:
        """Each questionnaire and rater that can be tried, most rated first: its key → its title."""
        return {
            key: f"{name_scale(instrument, scale)}, {say_rater(rater)}"
            for key, (instrument, scale, rater) in self._keys.items()
        }

    @property
    def _keys(self) -> dict[str, tuple[str, str, str]]:
        rated = self.line.ratings.dropna(subset="score")
        by_use = rated.groupby(["instrument", "scale", "rater"]).size().sort_values(ascending=False, kind="stable")
        return {" ".join(key): key for key in by_use.index}

    @property
    def can_work_out(self) -> bool:
        """Whether there is anything to try the methods on."""
        return bool(self.groups)

    @property
    def is_worked_out(self) -> bool:
        """Whether what is held belongs to what the page shows."""
        return len(self.calibration) > 0

    @property
    def of_group(self) -> pd.DataFrame:
        """The figures of the chosen group."""
        return self._chosen(self.calibration, self.group)

    @property
    def curve_of_group(self) -> pd.DataFrame:
        """The thresholds of the chosen group, in order; none where nothing can be judged."""
        return self._chosen(self.curve, self.group).dropna(subset="n_by_chance").sort_values("threshold")

    @staticmethod
    def _chosen(table: pd.DataFrame, group: str) -> pd.DataFrame:
        return table[table["instrument"] + " " + table["scale"] + " " + table["rater"] == group]

    @property
    def setting(self) -> str:
        """What the method's threshold is called."""
        method = self.line.method
        label = next(str(one.metadata["label"]) for one in fields(method) if one.name == method.threshold)
        return say(label)

    @validate("group")
    def _known_group(self, proposal: Any) -> str:
        if proposal["value"] and proposal["value"] not in self.groups:
            raise UnknownNameError("questionnaire", proposal["value"], self.groups)
        return str(proposal["value"])

    def work_out(self) -> None:
        """Try every method on simulated ratings like these, and the chosen one at each threshold."""
        try:
            self.calibration = calibrate(
                self.line.ratings,
                learn_from=self.line.scores,
                methods=self.line.methods.values(),
                n_series=self.n_series,
                progress=self._tell,
            )
            self.stage = say("Trying other thresholds")
            self.curve = self._try_thresholds()
        finally:
            self.stage, self.progress = "", -1.0

    def _try_thresholds(self) -> pd.DataFrame:
        """Try thresholds from half to double the one set, for each group by itself: scales differ in what is set."""
        tried = [THRESHOLDS.empty()]
        for group in self.groups:
            if set_to := self._set_threshold(group):
                values = [float(value) for value in np.geomspace(set_to / 2, set_to * 2, N_THRESHOLDS).round(6)]
                ratings = self._chosen(self.line.ratings, group)
                tried.append(self._curve(ratings, values))
        return pd.concat([table for table in tried if len(table)] or tried, ignore_index=True)

    def _curve(self, ratings: pd.DataFrame, thresholds: list[float]) -> pd.DataFrame:
        return threshold_curve(ratings, learn_from=self.line.scores, method=self.line.method, thresholds=thresholds)

    def _set_threshold(self, group: str) -> float:
        """Return the threshold that the method, as set, has on the group's scale; 0 where it has none."""
        instrument, scale, _ = self._keys[group]
        method = self.line.method.for_scale(find_scale(instrument, scale))
        return float(getattr(method, method.threshold) or 0.0)

    @observe("group", "curve")
    def _start_from_the_one_set(self, _change: object = None) -> None:
        self.threshold = self._set_threshold(self.group) if self.group else 0.0

    def _tell(self, progress: Progress) -> None:
        self.stage, self.progress = progress.stage, progress.done / (progress.total or 1)

    def _forget(self, _change: object = None) -> None:
        groups = list(self.groups)
        if self.group not in groups:  # first: what follows the curve asks for the group
            self.group = next(iter(groups), "")
        self.calibration, self.curve = CALIBRATION.empty(), THRESHOLDS.empty()

    @property
    def answer(self) -> str:
        """What simulation says of the chosen method, in a sentence or two."""
        method = self.line.method
        figures = self.of_group[self.of_group["method"] == method.key].set_index(["measure", "shape", "size"])["value"]
        alarms = figures.get(("false alarms per 100 sessions", "no rupture", 0.0))
        if alarms is None or pd.isna(alarms):
            return say("{method} cannot judge these ratings.", method=say(method.title))
        found = {size: figures["share found", "any", size] for _, shape, size in figures.index if shape == "any"}
        shares = [
            say("{share} of those {size} SD deep", share=say_share(share), size=say_number(size))
            for size, share in sorted(found.items())
        ]
        asked = getattr(method, "rate", None) if method.threshold == "rate" else None
        told = {"method": say(method.title), "n": say_number(alarms, digits=1)}
        marks = (
            say(
                "In ratings like these without any rupture, {method} marks about {n} of 100 sessions (asked for: "
                "{asked}; the fewer the cases, the less exactly it can be held).",
                asked=say_number(100 * asked),
                **told,
            )
            if asked
            else say("In ratings like these without any rupture, {method} marks about {n} of 100 sessions.", **told)
        )
        finds = say(
            "Of ruptures planted into them it finds {shares}. (SD: standard deviations of the person's own ratings.)",
            shares=say_list(shares),
        )
        return f"{marks} {finds}"

    @property
    def at_threshold(self) -> str:
        """What the chosen threshold would mark in this caseload, and how many of the marks are chance."""
        curve = self.curve_of_group
        if curve.empty and len(self._chosen(self.curve, self.group)):
            return ""  # the answer says that nothing can be judged
        if curve.empty:
            title = say(self.line.method.title)
            return "" if self.stage else say("{method} has no threshold set that could be tried.", method=title)
        row = curve.iloc[(curve["threshold"] - self.threshold).abs().argmin()]
        said = say(
            "With {setting} at {threshold}, these cases get {marks} in {sessions}; chance alone gives about {chance} "
            "({low} to {high}).",
            setting=self.setting,
            threshold=say_number(row["threshold"], digits=n_digits(row["threshold"])),
            marks=say_n("{n} mark", "{n} marks", int(row["n_marks"])),
            sessions=say_n("{n} session", "{n} sessions", int(row["n_judged"])),
            chance=say_number(row["n_by_chance"], digits=0),
            low=say_number(row["low"], digits=0),
            high=say_number(row["high"], digits=0),
        )
        several = say("Marks in a row are one fall.") if row["n_marks"] > 1 else ""
        return f"{said} {several}".strip()
