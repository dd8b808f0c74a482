"""What the course of supervision says about a case: what is new, what was agreed, how far the therapy has come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from supervision_kit.reasons.found import Found
from supervision_kit.words import say, say_n

NEAR_END = 3  # sessions left of those planned from which the ending is worth a word; the kit's own choice


def news_reasons(new_forms: pd.DataFrame) -> Iterator[Found]:
    """Give the cases of which forms came in since the last supervision."""
    forms = new_forms[["case_id", "rater", "instrument", "session"]].drop_duplicates()
    sessions = forms.groupby("case_id", sort=False)["session"]
    latest = sessions.max().to_dict()
    for case, n in sessions.size().to_dict().items():
        said = say_n("{n} new rating since the last supervision.", "{n} new ratings since the last supervision.", n)
        yield Found(str(case), "new", said, session=int(latest[case]), brought_at=int(latest[case]))


def decision_reasons(decisions: pd.DataFrame, last_session: pd.Series) -> Iterator[Found]:
    """Give the cases with open decisions that forms have come in after; what was decided is not repeated.

    `last_session` is each case's latest session with a score: what was agreed a moment ago is no reason to talk.
    """
    is_open = decisions["state"].eq("open") if "state" in decisions else pd.Series(data=True, index=decisions.index)
    last = decisions["case_id"].map(last_session)
    has_gone_on = last.notna() & ~(decisions["session"] >= last).fillna(value=False)
    for case, sessions in decisions[is_open & has_gone_on].groupby("case_id", sort=False)["session"]:
        said = say_n(
            "{n} decision is open, and sessions have gone by since.",
            "{n} decisions are open, and sessions have gone by since.",
            len(sessions),
        )
        latest = sessions.max()
        yield Found(str(case), "decision", said, session=None if pd.isna(latest) else int(latest))


def end_reasons(last_session: pd.Series, planned_sessions: int | Mapping[str, int]) -> Iterator[Found]:
    """Give the cases near the end of the sessions that are planned, for all or for each case."""
    for case, last in last_session.to_dict().items():
        planned = planned_sessions.get(str(case)) if isinstance(planned_sessions, Mapping) else planned_sessions
        if planned is None or planned - last > NEAR_END:
            continue
        if last > planned:
            said = say("Session {session}, and {planned} were planned.", session=int(last), planned=planned)
        elif last == planned:
            said = say("The last of {planned} planned sessions has come.", planned=planned)
        else:
            said = say_n(
                "{n} of {planned} planned sessions is left: time to speak about the ending.",
                "{n} of {planned} planned sessions are left: time to speak about the ending.",
                int(planned - last),
                planned=planned,
            )
        yield Found(str(case), "near_end", said, session=int(last), brought_at=max(1, planned - NEAR_END))


def hand_reasons(judgements: pd.DataFrame) -> Iterator[Found]:
    """Give the cases with a rupture that the supervisor added by hand and does not call repaired."""
    added = judgements[judgements["marked_onset"].isna() & judgements["verdict"].eq("rupture")]
    for one in added.to_dict("records"):
        about = {name: one[name] for name in ("rater", "instrument", "scale")}
        onset = int(one["onset"])
        if one["outcome"] == "repaired":
            said = say("A rupture at session {session}, added by the supervisor, was repaired.", session=onset)
            yield Found(one["case_id"], "by_hand_back", said, session=onset, **about)
        else:
            said = say("A rupture at session {session}, added by the supervisor.", session=onset)
            yield Found(one["case_id"], "by_hand", said, session=onset, **about)
