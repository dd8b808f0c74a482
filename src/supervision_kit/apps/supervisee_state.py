"""The state behind a supervisee's cases together; runs without a browser."""

from __future__ import annotations

import pandas as pd
from traitlets import Bool, HasTraits

from supervision_kit.apps.caseload_state import CaseloadState
from supervision_kit.apps.therapist_state import NO_THERAPIST
from supervision_kit.lens import describe_lens
from supervision_kit.supervisees import (
    describe_funnel,
    describe_supervisee,
    describe_trend,
    draw_funnel_limits,
    follow_supervisee,
    funnel_supervisees,
)
from supervision_kit.words import say


class SuperviseeState(HasTraits):
    """What one supervisee's cases show together, and how all would lie in a funnel.

    Parameters
    ----------
    caseload
        The page's state: whose therapist is chosen, and the tables.

    Attributes
    ----------
    is_asked_for
        Whether the comparison of therapists was asked for; until then there is none.
    """

    is_asked_for = Bool(default_value=False)

    def __init__(self, caseload: CaseloadState) -> None:
        super().__init__()
        self.caseload = caseload

    @property
    def therapist_id(self) -> str:
        """Whose cases are taken together, as :class:`TherapistState` has it; empty where nobody is chosen."""
        return self.caseload.therapist_id

    @property
    def title(self) -> str:
        """Whose cases these are."""
        if self.therapist_id == NO_THERAPIST:
            return say("The cases without a therapist’s code together")
        return say("The cases of {code} together", code=self.therapist_id)

    @property
    def _whose(self) -> str | None:
        return None if self.therapist_id == NO_THERAPIST else self.therapist_id

    @property
    def can_compare(self) -> bool:
        """Whether there are therapists to compare, and all of them are on the page."""
        return len(self.caseload.therapist_ids) > 1 and not self.therapist_id

    @property
    def sentences(self) -> tuple[str, ...]:
        """Counts, and what several cases share."""
        if not self.therapist_id:
            return ()
        return describe_supervisee(self.caseload.ranked, self.caseload.reasons, therapist_id=self._whose)

    @property
    def trend(self) -> tuple[str, ...]:
        """Earlier and later cases beside each other."""
        if not self.therapist_id:
            return ()
        state = self.caseload
        followed = follow_supervisee(
            state.scores, state.ranked, therapist_id=self._whose, reasons=state.reasons, rebases=state.source.rebases
        )
        return describe_trend(followed)

    @property
    def lens(self) -> tuple[str, ...]:
        """What falls of these cases that were read through the trust lens have in common."""
        kept = self.caseload.workspace
        if kept is None or not self.therapist_id:
            return ()
        own = self.caseload.cases["case_id"].to_list()
        with kept.viewing(self.caseload.source.view):
            codes = kept.codes()
        return describe_lens(codes, self.caseload.judgements, self.caseload.annotations, case_ids=own)

    @property
    def funnel(self) -> pd.DataFrame:
        """The funnel's points; see :data:`supervision_kit.tables.FUNNEL`."""
        return funnel_supervisees(self.caseload.ranked, reasons=self.caseload.reasons)

    @property
    def funnel_limits(self) -> pd.DataFrame:
        """The funnel's lines; see :data:`supervision_kit.tables.FUNNEL_LIMITS`."""
        return draw_funnel_limits(self.funnel)

    @property
    def funnel_in_words(self) -> tuple[str, ...]:
        """What the funnel shows and what it cannot."""
        return describe_funnel(self.funnel)
