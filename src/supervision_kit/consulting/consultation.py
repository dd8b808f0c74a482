"""One session of a consultation group, as all of its pages share it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from supervision_kit.closing import Closing
from supervision_kit.consulting.present import count_present
from supervision_kit.consulting.stage import Stage
from supervision_kit.consulting.store import Check, Store, allow_writing


@dataclass(frozen=True)
class Together:
    """What a group answered to one question: how many did, and each choice → how many; none where these are too few."""

    question: str
    n_answered: int
    counts: Mapping[str, int] | None


@dataclass(frozen=True)
class Decision:
    """What was agreed on a case.

    Attributes
    ----------
    id
        Its number in this consultation.
    case_id, session
        The case, and its last session by then, both as the group knows them.
    text, at
        What was agreed, and when, in seconds since 1970.
    """

    id: int
    case_id: str
    session: int
    text: str
    at: float


class Consultation(Closing):
    """One session as anybody may see it.

    Nothing here returns a single viewer's answer. To lead it, see :class:`Facilitation`; to answer,
    :class:`Participation`.

    Parameters
    ----------
    path
        The session's own file; made, for its owner only, where there is none.

    Raises
    ------
    ConsultationError
        The file cannot be used.

    Examples
    --------
    >>> with Facilitation("monday.sqlite") as leading:  # doctest: +SKIP
    ...     leading.move(lambda stage: stage.choose_case("case-07", revealed=3))
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._store = Store(self.path, first=json.dumps(Stage().to_record()), allowed=self._allowed())

    def close(self) -> None:
        """Let go of the file."""
        self._store.close()

    def has_changed(self) -> bool:
        """Tell whether another page changed anything since this was last asked; cheap enough to ask all the time."""
        return self._store.has_changed()

    @property
    def stage(self) -> Stage:
        """Where the group is."""
        return Stage.from_record(json.loads(self._store.read("SELECT record FROM stage")[0][0]))

    @property
    def publication(self) -> str:
        """The publication that the cases come from; empty where they are a workspace's own."""
        return str(self._store.read("SELECT publication FROM stage")[0][0])

    @property
    def n_answered(self) -> int:
        """How many have answered what the group was asked last."""
        return int(self._store.read("SELECT count(*) FROM answers WHERE round = ?", self.stage.round)[0][0])

    @property
    def is_gathered(self) -> bool:
        """Whether participants have this page only, none on which a case could be read ahead."""
        return self.stage.is_gathered

    @property
    def n_present(self) -> int:
        """How many have signed in and have this page open, or have answered what is asked now."""
        return count_present(self._store.read, self.stage)

    @property
    def together(self) -> tuple[Together, ...]:
        """What the group answered, question by question; nothing before it is shown to all."""
        stage = self.stage
        if "answers" not in stage.shown:
            return ()
        ((kept,),) = self._store.read("SELECT together FROM rounds WHERE number = ?", stage.round)
        return tuple(Together(**one) for one in json.loads(kept))

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What was agreed on all cases of this session, oldest first."""
        return tuple(
            Decision(*row)
            for row in self._store.read("SELECT id, case_id, session, text, at FROM decisions ORDER BY id")
        )

    def _allowed(self) -> Check | None:
        return allow_writing()
