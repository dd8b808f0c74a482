"""The small tables that tests are written in."""

import pytest
from hypothesis import settings

from builders import make_marks, make_scores

# machines are noisy: how long an example takes says nothing
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture
def series():
    """Scores of one series: ``series(4, 4.2, None, 3)``."""
    return make_scores


@pytest.fixture
def marked_series():
    """Marks of one series, by hand: ``marked_series(4, 4, 3, 4, marked=[3])``."""
    return make_marks


# The two worked examples of the project: a sharp fall that came back, and a person who hardly varies.
FELL_AND_CAME_BACK = (4.2, 4.3, 4.2, 3.1, 3.6, 4.1, 4.3, 4.4)
HARDLY_VARIES = (4.0, 4.1, 4.0, 4.2, 4.1, 4.0, 4.1, 4.2)


@pytest.fixture
def fell_and_came_back():
    return make_scores(*FELL_AND_CAME_BACK)


@pytest.fixture
def hardly_varies():
    return make_scores(*HARDLY_VARIES)
