"""When a change on an outcome scale is reliable, and which side of the line between two populations a score is on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from supervision_kit.detection.method import check_number
from supervision_kit.errors import SettingError
from supervision_kit.instruments import Norms, Scale
from supervision_kit.instruments.instrument import Direction
from supervision_kit.words import later, say, say_list, say_number

Side = Literal["clinical", "functional"]
Z = 1.96  # Jacobson & Truax (1991): beyond it, fewer than 5 in 100 changes are measurement error alone


@dataclass(frozen=True, kw_only=True)
class ChangeCriteria:
    """What counts as reliable change and as having left the clinical population, in scale points.

    Parameters
    ----------
    reliable_change
        A change of as many points or more is reliable; ``None`` where nobody can say.
    cutoff
        The line between the clinical and the functional population; ``None`` where there is none.
    cutoff_is
        The side that a score on the line itself belongs to.
    error
        Standard error of the difference of two scores, S_diff; ``None`` where the reliability is not known.
    sd
        The standard deviation in which effect sizes are told; ``None`` where it is not known.
    change_source, cutoff_source
        Where the two come from and how sure they are, in words.

    Examples
    --------
    >>> criteria = ChangeCriteria.from_reliability(sd=7.5, reliability=0.8, cutoff=50)
    >>> round(criteria.error, 4), round(criteria.reliable_change, 4)
    (4.7434, 9.2971)
    """

    reliable_change: float | None = None
    cutoff: float | None = None
    cutoff_is: Side = "clinical"
    error: float | None = None
    sd: float | None = None
    change_source: str = later("given by the caller")
    cutoff_source: str = later("given by the caller")

    def __post_init__(self) -> None:
        for name in ("reliable_change", "cutoff", "error", "sd"):
            value = getattr(self, name)
            check_number("ChangeCriteria", name, value, whole=False)
            if name != "cutoff" and value is not None and value <= 0:
                raise SettingError(f"ChangeCriteria: {name} must be more than 0 scale points, or None.")
        if self.cutoff_is not in ("clinical", "functional"):
            raise SettingError("ChangeCriteria: cutoff_is must be 'clinical' or 'functional'.")

    @property
    def source(self) -> str:
        """Both criteria with their sources, in words."""
        parts = []
        if self.reliable_change is not None:
            parts.append(
                say(
                    "reliable from {points} points on, {source}",
                    points=say_number(self.reliable_change),
                    source=say(self.change_source),
                )
            )
        if self.cutoff is not None:
            parts.append(say("line of {line}, {source}", line=say_number(self.cutoff), source=say(self.cutoff_source)))
        return "; ".join(parts)

    @classmethod
    def from_reliability(cls, *, sd: float, reliability: float, cutoff: float | None = None) -> ChangeCriteria:
        """Return the criteria of Jacobson & Truax for a standard deviation and a reliability."""
        if not 0 < reliability < 1:
            raise SettingError("ChangeCriteria: reliability must be between 0 and 1.")
        error = math.sqrt(2) * sd * math.sqrt(1 - reliability)
        return cls(reliable_change=Z * error, cutoff=cutoff, error=error, sd=sd)


@dataclass(frozen=True)
class Cutoffs:
    """The three lines of Jacobson & Truax (1991); ``None`` where the norms for one are missing.

    `a` lies two standard deviations from the clinical mean, `b` two from the functional mean, `c` where a score is as
    likely in the one population as in the other if both are normal (each distance counted in its own SD).
    """

    a: float | None
    b: float | None
    c: float | None


def find_cutoffs(clinical: Norms | None, functional: Norms | None, *, better_is: Direction) -> Cutoffs:
    """Return the lines between two populations.

    Parameters
    ----------
    clinical, functional
        Norms in scale points; ``None`` where there are none.
    better_is
        Which way is better on the scale.

    References
    ----------
    Jacobson & Truax (1991), Journal of Consulting and Clinical Psychology 59(1), 12–19,
    https://doi.org/10.1037/0022-006X.59.1.12
    """
    better = 1 if better_is == "higher" else -1
    a = clinical.mean + better * 2 * clinical.sd if clinical else None
    b = functional.mean - better * 2 * functional.sd if functional else None
    c = None
    if clinical and functional and better * (functional.mean - clinical.mean) > 0:
        c = (clinical.sd * functional.mean + functional.sd * clinical.mean) / (clinical.sd + functional.sd)
    return Cutoffs(a, b, c)


def criteria_for(scale: Scale) -> ChangeCriteria:
    """Return the criteria of a scale: the published ones, else those that follow from its norms.

    The line is the first published one, else `c`, `b` or `a` of :func:`find_cutoffs`, the first that the norms allow.
    """
    measured = next((one for one in (scale.norms, scale.functional_norms) if one and one.reliability), None)
    error = math.sqrt(2) * measured.measurement_error if measured and measured.measurement_error else None
    points, source = None, ""
    if scale.reliable_change:
        points, source = scale.reliable_change.points, scale.reliable_change.provenance.short
    elif measured and error:
        points, source = Z * error, _from_norms(measured)
    cutoff, cutoff_is, cutoff_source = _line(scale)
    populations = scale.norms or scale.functional_norms
    return ChangeCriteria(
        reliable_change=points,
        cutoff=cutoff,
        cutoff_is=cutoff_is,
        error=error,
        sd=populations.sd if populations else None,
        change_source=source,
        cutoff_source=cutoff_source,
    )


def _line(scale: Scale) -> tuple[float | None, Side, str]:
    """Return the line, the side that a score on it belongs to, and where it comes from."""
    worse = "below" if scale.better_is == "higher" else "at or above"
    published = next((one for one in scale.cutoffs if one.marks == worse), None)
    if published:
        on_it: Side = "clinical" if published.marks == "at or above" else "functional"
        return published.line, on_it, published.provenance.short
    norms = [one for one in (scale.norms, scale.functional_norms) if one]
    cutoffs = find_cutoffs(scale.norms, scale.functional_norms, better_is=scale.better_is)
    for name, line in (("c", cutoffs.c), ("b", cutoffs.b), ("a", cutoffs.a)):
        if line is not None and scale.lowest < line < scale.highest:
            return line, "clinical", say("line {name} {source}", name=name, source=_from_norms(*norms))
    return None, "clinical", ""


def _from_norms(*norms: Norms) -> str:
    sources = list(dict.fromkeys(one.provenance.short for one in norms))
    return say("from norms {sources}", sources=say_list(sources))
