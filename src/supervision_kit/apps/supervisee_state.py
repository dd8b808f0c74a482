"""The state behind a supervisee's cases together; runs without a browser."""

from __future__ import annotations

import pandas as pd
from traitlets import Bool, HasTraits

from supervision_kit.apps.caseload_state import CaseloadState
from supervision_kit.lens import describe_lens
from supervision_kit.supervisees import (
    describe_funnel,
    describe_supervisee,
    describe_trend,
    draw_funnel_limits,
    follow_supervisee,
    funnel_supervisees,
)


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
        """Whose cases are taken together; empty where nobody is chosen."""
        return self.caseload.therapist_id

    @property
    def can_compare(self) -> bool:
        """Whether there are therapists to compare, and all of them are on the page."""
        return len(self.caseload.therapist_ids) > 1 and not self.therapist_id

    @property
    def sentences(self) -> tuple[str, ...]:
        """Counts, and what several cases share."""
        if not self.therapist_id:
            return ()
        return describe_supervisee(self.caseload.ranked, self.caseload.reasons, therapist_id=self.therapist_id)

    @property
    def trend(self) -> tuple[str, ...]:
        """Earlier and later cases beside each other."""
        if not self.therapist_id:
            return ()
        state = self.caseload
        return describe_trend(follow_supervisee(state.scores, state.ranked, therapist_id=self.therapist_id))

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
        return funnel_supervisees(self.caseload.ranked)

    @property
    def funnel_limits(self) -> pd.DataFrame:
        """The funnel's lines; see :data:`supervision_kit.tables.FUNNEL_LIMITS`."""
        return draw_funnel_limits(self.funnel)

    @property
    def funnel_in_words(self) -> tuple[str, ...]:
        """What the funnel shows and what it cannot."""
        return describe_funnel(self.funnel)
