"""What a page stands on: ratings, and what a workspace keeps beside them, or a bundle publishes with them."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd

from supervision_kit.agreement.raters import THERAPIST_FORMS
from supervision_kit.bundles import Bundle
from supervision_kit.detection.lessons import Lessons
from supervision_kit.headline import find_headline, find_therapist_headline
from supervision_kit.tables import ANNOTATIONS, JUDGEMENTS, REBASES, RESPONSES, SCORES
from supervision_kit.workspace import Workspace
from supervision_kit.workspace.revision import Revision


class Source:
    """The ratings of a page and what was said of them: of tables, of an open workspace, or of a published bundle.

    Parameters
    ----------
    source
        Scores, see :data:`supervision_kit.tables.SCORES`; a workspace, which stays open; or a bundle.
    responses
        The answers behind scores that are a table, see :data:`supervision_kit.tables.RESPONSES`.
    view
        What a workspace is read for, as it shall stand in its audit.

    Attributes
    ----------
    workspace, bundle
        The workspace, and the bundle; ``None`` where there is none.
    scores, annotations, judgements, rebases
        What was read of it last; see :mod:`supervision_kit.tables`.
    lessons
        What methods have learnt of these ratings.
    in_need
        The codes of the cases, those most in need of a word first; ``None`` until somebody has worked that out.
    revision
        How the workspace stood when it was read last; ``None`` where there is none.
    """

    revision: Revision | None = None
    in_need: list[str] | None = None

    def __init__(
        self, source: pd.DataFrame | Workspace | Bundle, *, responses: pd.DataFrame | None = None, view: str = "scores"
    ) -> None:
        self.workspace = source if isinstance(source, Workspace) else None
        self.bundle = source if isinstance(source, Bundle) else None
        self.view = view
        if self.bundle is not None:
            source, responses = self.bundle.scores, self.bundle.responses
        self.scores = SCORES.check(source) if isinstance(source, pd.DataFrame) else SCORES.empty()
        self._answers: dict[str | None, pd.DataFrame] = {}
        if self.workspace is None:
            self._answers[None] = RESPONSES.empty() if responses is None else RESPONSES.check(responses)
        self.annotations, self.judgements = ANNOTATIONS.empty(), JUDGEMENTS.empty()
        self.rebases, self.lessons = REBASES.empty(), Lessons(self.scores)
        self.read(ratings=True)

    @property
    def opened_as(self) -> str:
        """The code that opens the workspace or the bundle; empty where there is none."""
        if self.bundle is not None:
            return f"sk.open_bundle({str(self.bundle.path)!r})"
        if self.workspace is None:
            return ""
        path = self.workspace.path
        return f"sk.Workspace({str(path)!r})" if path else "sk.Workspace()"

    def close(self) -> None:
        """Let go of the workspace."""
        if self.workspace is not None:
            self.workspace.close()

    def read(self, *, ratings: bool = False) -> None:
        """Read anew what was said of the ratings, and the ratings where asked; tables are what they are."""
        if self.workspace is None:
            return
        self.revision = self.workspace.revision  # what is written from now on is not in what is read
        with self.workspace.viewing(self.view):
            if ratings:
                self.in_need = None
                self._answers.clear()
                for name in ("cases", "headline", "therapist_headline", "n_by_therapist", "read_by"):
                    self.__dict__.pop(name, None)
                self.scores = self.workspace.scores()
            self.annotations, self.judgements = self.workspace.annotations(), self.workspace.judgements()
        starts = self.annotations.loc[self.annotations["rebases"], list(REBASES.columns)].drop_duplicates()
        rebases = REBASES.check(starts.sort_values(list(REBASES.key)))
        if ratings or not rebases.equals(self.rebases):
            self.rebases, self.lessons = rebases, Lessons(self.scores, rebases=rebases)

    @cached_property
    def cases(self) -> dict[str, pd.DataFrame]:
        """The scores of each case."""
        return {str(case): of_case for case, of_case in self.scores.groupby("case_id", sort=False)}

    @cached_property
    def headline(self) -> pd.DataFrame:
        """The ratings that each case is read by: the client's, on the instrument and scale rated most."""
        return find_headline(self.scores)

    @cached_property
    def therapist_headline(self) -> pd.DataFrame:
        """The therapist's ratings of those cases whose client never rated."""
        return find_therapist_headline(self.scores)

    @cached_property
    def n_by_therapist(self) -> dict[str, int]:
        """How many sessions of such a case the therapist rated."""
        rated = self.therapist_headline.dropna(subset="score").groupby("case_id").size()
        return {str(case): int(n) for case, n in rated.items()}

    @cached_property
    def read_by(self) -> pd.DataFrame:
        """The scores, by whomever, on scales that any case is read by: enough to say which cases need a word."""
        headlines = pd.concat([self.headline, self.therapist_headline])
        scales = headlines[["instrument", "scale"]].drop_duplicates()
        of_therapists = scales.replace({"instrument": {form: own for own, form in THERAPIST_FORMS.items()}})
        is_wanted = np.zeros(len(self.scores), dtype=bool)
        for instrument, scale in set(pd.concat([scales, of_therapists]).itertuples(index=False, name=None)):
            is_wanted |= (self.scores["instrument"].eq(instrument) & self.scores["scale"].eq(scale)).to_numpy(
                dtype=bool
            )
        return self.scores if is_wanted.all() else self.scores[is_wanted].reset_index(drop=True)

    def responses(self, case_id: str | None = None) -> pd.DataFrame:
        """Return the answers of a case, or of all; read once."""
        if case_id not in self._answers:
            if self.workspace is not None:
                self._answers[case_id] = self.workspace.responses(
                    None if case_id is None else [case_id], view=self.view
                )
            else:
                answers = self._answers[None]
                self._answers[case_id] = answers[answers["case_id"] == case_id]
        return self._answers[case_id]
