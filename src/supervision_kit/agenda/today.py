"""Which agenda items belong to the supervision at hand, and in which order."""

from __future__ import annotations

import pandas as pd

from supervision_kit.workspace import Workspace

ORDER = "agenda order"  # the user's preference that holds the numbers of the items


def read_agenda(workspace: Workspace, case_id: str | None = None, *, since: pd.Timestamp | None = None) -> pd.DataFrame:
    """Return the agenda of the supervision at hand: open items, and those talked about since the last one ended.

    Parameters
    ----------
    workspace
        Where it is kept.
    case_id
        A case; without, all.
    since
        From when on an item that was talked about belongs to it; by default from the end of this user's last
        supervision.

    Returns
    -------
    pandas.DataFrame
        The columns of :meth:`supervision_kit.Workspace.agenda`, in the order that the user gave them.
    """
    agenda, order = workspace.agenda(case_id), workspace.preference(ORDER, [])
    moment = last_end(workspace) if since is None else since
    is_of_today = agenda["changed_at"].notna() if moment is None else agenda["changed_at"].gt(moment)
    shown = agenda[(agenda["state"] == "open") | ((agenda["state"] == "done") & is_of_today)]
    places = {number: at for at, number in enumerate(order)}
    place = shown["id"].map(lambda number: places.get(number, len(places)))
    ordered = shown.assign(place=place).sort_values(["place", "id"]).drop(columns="place")
    return ordered.reset_index(drop=True)


def last_end(workspace: Workspace) -> pd.Timestamp | None:
    """Return when this user's last supervision ended; None where none has."""
    sat = workspace.supervisions()
    ended = sat.loc[(sat["who"] == workspace.user), "ended_at"].dropna()
    return None if ended.empty else ended.max()
