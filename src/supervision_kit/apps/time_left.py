"""The time that is left of a part, counted down in the browser."""

from __future__ import annotations

from pathlib import Path

import anywidget
from traitlets import Dict

from supervision_kit.consulting import PARTS
from supervision_kit.consulting.timer import Timer
from supervision_kit.words import say


class TimeLeft(anywidget.AnyWidget):
    """Which part it is and how long it still takes; counted by the page itself, so that nothing is sent each second.

    It is read out by screen readers when five minutes and one minute are left, and when time is up.
    """

    _esm = Path(__file__).with_name("time_left.js")
    clock = Dict().tag(sync=True)
    words = Dict().tag(sync=True)

    def __init__(self) -> None:
        words = {
            "left": say("{time} left"),
            "stopped": say("{time} left, the time is stopped"),
            "over": say("the time of this part is over"),
            "minutes": say("{n} minutes left"),
            "minute": say("1 minute left"),
        }
        super().__init__(words=words)
        self._shown: Timer | None = None
        self.add_class("sk-time")

    def show(self, timer: Timer, now: float, *, anew: bool = False) -> None:
        """Show this time, where it is not shown already; `anew` tells a page that has just come to be seen."""
        if timer == self._shown and not anew:
            return
        self._shown = timer
        part = say("Part {part} of {n}: {name}", part=timer.part, n=len(PARTS), name=say(PARTS[timer.part - 1]))
        told = int(self.clock.get("told", 0)) + 1  # else the same time twice would not be sent
        self.clock = {"part": part, "left": timer.left(now), "is_running": timer.is_running, "told": told}
