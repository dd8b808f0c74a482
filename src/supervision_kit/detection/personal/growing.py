"""Growth after the sessions that were fitted, as the caseload goes on."""

from __future__ import annotations

import numpy as np

from supervision_kit.detection.personal.filter import Belief
from supervision_kit.detection.personal.form import Form
from supervision_kit.detection.personal.likelihood import SOFT, SPREAD, Candidates, Fit, people_of
from supervision_kit.detection.personal.sample import Sample
from supervision_kit.detection.personal.side_by_side import fill_on
from supervision_kit.series import Matrix

# Growth after the sessions that were fitted goes on as the caseload's ratings say, as far as their mean is surer than
# this share of the typical spread; one person's rating counts for at most so many predictive SD.
GROWTH_SD, MOST_SAID = 0.1, 1.5


def go_on_growing(sample: Sample, fit: Fit, form: Form) -> Matrix:
    """Return the growth over all columns of the sample: fitted, then session by session what its ratings say.

    A session is expected to add what the fitted curve adds; the mean of the caseload's ratings, no later than that
    session's, corrects it. Growth never falls.
    """
    x = sample.ratings
    people = people_of(Candidates.one(fit), len(x), x.shape[1])
    path = people.growth[:, 0].copy()
    added = np.diff(path, prepend=path[0])
    typical = float(np.exp(fit.values[SPREAD]))
    lower, upper = form.interval(fill_on(x), softness=fit.values[SOFT])
    belief = Belief.before_all(people, len(x))
    for t, (low, high) in enumerate(zip(lower.T, upper.T, strict=True)):
        if t >= max(sample.n_fitted - 1, 1):
            path[t] = path[t - 1] + added[t]
            tiny = 1e-4 * typical
            less, more = (belief.likelihood(low, high, path[t] + d, people) for d in (-tiny, tiny))
            slope = np.where(np.isnan(x[:, t]), 0.0, np.log(more / less) / (2 * tiny))
            path[t] = max(path[t] + _correction(slope, typical), path[t - 1])
        _, belief = belief.take_in(low, high, path[t], people)
    return path


def _correction(slope: Matrix, typical: float) -> float:
    """Return how far the log-likelihoods, by their slopes, move the growth of a session."""
    slope = np.clip(slope, -MOST_SAID / typical, MOST_SAID / typical)
    return float(slope.sum() / ((slope**2).sum() + 1 / (GROWTH_SD * typical) ** 2))
