"""Scores made coarser or shifted by chance, so that who holds the originals cannot simply look them up.

Shifts drawn anew for each publication would average out: the mean of several would come close to the originals. Each
shift therefore follows from the rating that it is for and from a secret, which a workspace keeps for good.
"""

from __future__ import annotations

import hashlib
import json

import numpy as np

from supervision_kit.disclosure.layout import Layout, Numbers
from supervision_kit.disclosure.steps import Scores, count_steps, round_scores, shift_scores
from supervision_kit.errors import SettingError
from supervision_kit.instruments import find_instrument
from supervision_kit.words import say, say_number

MOST = 0.25  # of a scale's range: beyond, there is no course left to see; the kit's own choice
SECRET_BYTES = 32


def check_share(name: str, share: float | None) -> float | None:
    """Return how much to round or shift by, as a share of each scale's range; None for not at all."""
    if share is None:
        return None
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= MOST:
        raise SettingError(
            say(
                "{name} is a share of each scale's range: above 0, and {most} at most.",
                name=name,
                most=say_number(MOST),
            )
        )
    return float(share)


def mask_scores(layout: Layout, *, rounding: float | None, jitter: float | None, secret: bytes) -> Scores:
    """Return the scores of a layout's rows as they are published: shifted first, by `secret`, then rounded."""
    score = layout.table["score"].to_numpy(dtype=np.float64)
    masked = score.copy()
    names = [] if jitter is None else name_ratings(layout)
    for number, (_, instrument, key) in enumerate(layout.series):
        here = np.flatnonzero((layout.of_series == number) & np.isfinite(score))
        scale = find_instrument(instrument).scales[key]
        if jitter is not None:
            named, most = [names[row] for row in here], count_steps(scale, jitter)
            masked[here] = shift_scores(masked[here], scale, draw_shifts(named, most=most, secret=secret))
        if rounding is not None:
            masked[here] = round_scores(masked[here], scale, rounding)
    return masked


def name_ratings(layout: Layout) -> list[str]:
    """Return a name for each row, the same in every publication: whose it is, of which series and which session."""
    cases, series = [json.dumps(case) for case in layout.cases], [json.dumps(one) for one in layout.series]
    places = zip(layout.case.tolist(), layout.of_series.tolist(), layout.session.tolist(), strict=True)
    return [f"{cases[case]}{series[at]}{session}" for case, at, session in places]


def draw_shifts(names: list[str], *, most: int, secret: bytes) -> Numbers:
    """Return a whole number of steps for each name, from −most to most, each as likely as any other.

    Another `most` draws others, which tell nothing of these.
    """
    drawn = np.array([_draw(f"{most} {name}", secret) for name in names], dtype=np.uint64)
    return (drawn % np.uint64(2 * most + 1)).astype(np.int64) - most


def _draw(name: str, secret: bytes) -> int:
    digest = hashlib.blake2b(name.encode(errors="surrogatepass"), key=secret, digest_size=8).digest()
    return int.from_bytes(digest, "big")
