"""How ratings come about in the study: what is known of each setting, and which form shows them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.stats import chi2, norm

from supervision_kit.calibration.exact import TrueModel
from supervision_kit.instruments import Scale, find_scale

NODES = (np.arange(60) + 0.5) / 60  # a law of spreads is drawn from the middles of sixty equally likely parts
WAI_SR = {"step": 1 / 12, "lowest": 1.0, "highest": 5.0}
SRS_TENTHS = {"step": 0.1, "lowest": 0.0, "highest": 40.0}
SRS_WHOLE = {"step": 1.0, "lowest": 0.0, "highest": 40.0}


def equal(sd):
    return {"spreads": (sd,), "weights": (1.0,)}


def of_law(spreads):
    return {"spreads": tuple(spreads.tolist()), "weights": (1 / len(spreads),) * len(spreads)}


def inverse_chi2(sd, freedom=6):
    return of_law(sd * np.sqrt(freedom / chi2.ppf(NODES, freedom)))


def uniform(low, high):
    return of_law(low + (high - low) * NODES)


def lognormal(sd, log_sd):
    return of_law(sd * np.exp(log_sd * norm.ppf(NODES)))


def growing(points, sessions=3.0):
    """Return growth of so many points in all, slowing down by 1/e in so many sessions."""
    return tuple((-points * np.exp(-np.arange(60) / sessions)).tolist())


@dataclass(frozen=True)
class ItemForm:
    """A form of items, each with a leaning and noise of its own, each rounded and cut by itself; no exact rule exists.

    The latent alliance is a share of the range, as in ``supervision_kit.simulate``.
    """

    n_items: int
    lowest: float
    highest: float
    item_step: float
    level: float
    level_sd: float
    spreads: tuple[float, float] = (0.02, 0.06)
    autocorrelation: float = 0.2
    growth: float = 0.06
    leaning: float = 0.04
    noise: float = 0.05
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(11))

    def draw_latent(self, n_sessions, *, rng):
        share = TrueModel(
            level=self.level,
            level_sd=self.level_sd,
            **uniform(*self.spreads),
            autocorrelation=self.autocorrelation,
            growth=growing(self.growth),
        )
        latent, sd = share.draw_latent(n_sessions, rng=rng)
        # what one person's scores vary by includes the items' own noise and rounding
        points = (self.highest - self.lowest) / self.n_items
        of_items = (self.noise**2 + (self.item_step / points) ** 2 / 12) / self.n_items
        return latent, np.sqrt(sd**2 + of_items)

    def put_on_form(self, latent):
        points = (self.highest - self.lowest) / self.n_items
        leaning = self.rng.normal(0, self.leaning, size=(len(latent), 1, self.n_items))
        noise = self.rng.normal(0, self.noise, size=(*latent.shape, self.n_items))
        answers = np.clip(latent[:, :, None] + leaning + noise, 0, 1) * points
        return np.round(self.lowest + (np.round(answers / self.item_step) * self.item_step).sum(axis=2), 6)


@dataclass(frozen=True)
class Setting:
    """A model of ratings, the registered scale that shows them, and whether the design was chosen looking at it."""

    model: TrueModel | ItemForm
    scale: Scale | None = None
    unseen: bool = False


def _settings():
    wai, srs = find_scale("wai_sr", "total"), find_scale("srs", "total")
    plain = {"level": 4.0, "level_sd": 0.4}
    on_wai, on_srs = {"level": 4.3, "level_sd": 0.4, **WAI_SR}, {"level": 36.5, "level_sd": 2.5}
    carry = {"autocorrelation": 0.3}
    yield "no steps, equal SD", Setting(TrueModel(**plain, **equal(0.2)))
    yield "no steps, unequal SD", Setting(TrueModel(**plain, **inverse_chi2(0.2)))
    yield "no steps, uniform SD", Setting(TrueModel(**plain, **uniform(0.1, 0.3)))
    yield "no steps, AR .3", Setting(TrueModel(**plain, **inverse_chi2(0.2), **carry))
    yield "no steps, AR .3, growth", Setting(TrueModel(**plain, **inverse_chi2(0.2), **carry, growth=growing(0.5)))
    yield "WAI-SR mean", Setting(TrueModel(**on_wai, **inverse_chi2(0.2)), wai)
    yield (
        "WAI-SR mean, AR .3, growth",
        Setting(TrueModel(**on_wai, **inverse_chi2(0.2), **carry, growth=growing(0.4)), wai),
    )
    yield (
        "SRS tenths, AR .3, growth",
        Setting(TrueModel(**on_srs, **SRS_TENTHS, **inverse_chi2(1.5), **carry, growth=growing(2.0)), srs),
    )
    yield "SRS whole", Setting(TrueModel(**on_srs, **SRS_WHOLE, **inverse_chi2(1.5)), srs)
    yield (
        "SRS whole, AR .3, growth",
        Setting(TrueModel(**on_srs, **SRS_WHOLE, **inverse_chi2(1.5), **carry, growth=growing(2.0)), srs),
    )
    yield "WAI-SR by items", Setting(ItemForm(12, 1, 5, 1 / 12, level=0.76, level_sd=0.05), wai)
    yield "SRS by items, tenths", Setting(ItemForm(4, 0, 40, 0.1, level=0.92, level_sd=0.05), srs)
    yield "SRS by items, whole", Setting(ItemForm(4, 0, 40, 1.0, level=0.92, level_sd=0.05), srs)
    yield (
        "no steps, log-normal SD, AR .15, slow growth",
        Setting(
            TrueModel(level=60, level_sd=12, **lognormal(5, 0.5), autocorrelation=0.15, growth=growing(6, 5)),
            unseen=True,
        ),
    )
    yield (
        "SRS tenths, two kinds of people, AR .15",
        Setting(
            TrueModel(
                level=34, level_sd=3.5, spreads=(0.9, 2.6), weights=(0.6, 0.4), autocorrelation=0.15, **SRS_TENTHS
            ),
            srs,
            unseen=True,
        ),
    )
    yield (
        "WAI-SR mean near the top, uniform SD, AR .3",
        Setting(TrueModel(level=4.6, level_sd=0.3, **uniform(0.08, 0.4), **carry, **WAI_SR), wai, unseen=True),
    )
    yield (
        "SRS whole, log-normal SD, quick growth",
        Setting(
            TrueModel(level=35, level_sd=3, **lognormal(1.8, 0.3), growth=growing(3, 1.5), **SRS_WHOLE),
            srs,
            unseen=True,
        ),
    )


SETTINGS = dict(_settings())
