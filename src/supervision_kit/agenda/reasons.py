"""Why each case needs a word, as the page of the caseload says it to this user."""

from __future__ import annotations

import pandas as pd

from supervision_kit.agenda.sheets import Tables
from supervision_kit.agreement import compare_raters
from supervision_kit.caseload import list_reasons, rank_cases
from supervision_kit.headline import find_headline
from supervision_kit.reasons import known_weights
from supervision_kit.workspace import Workspace


def rank_for_user(workspace: Workspace, tables: Tables, decisions: pd.DataFrame) -> pd.DataFrame:
    """Return the caseload with the reasons that the workspace gives beside those of the ratings.

    What the supervisor made of falls, open decisions, noted changes of therapist, the planned sessions and this user's
    weights count as on the page of the caseload; news do not, for a paper outlasts them.
    """
    scales = find_headline(tables.scores)["scale"].unique()
    planned = workspace.preference("planned_sessions")
    reasons = list_reasons(
        tables.scores,
        tables.falls,
        marks=tables.marks,
        congruence=compare_raters(tables.scores[tables.scores["scale"].isin(scales)]),
        judgements=workspace.judgements(),
        decisions=decisions,
        annotations=workspace.annotations(),
        planned_sessions=planned if isinstance(planned, int) and planned > 0 else None,
        rebases=tables.rebases,
    )
    return rank_cases(tables.caseload, reasons, weights=known_weights(workspace.preference("weights")))
