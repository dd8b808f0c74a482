"""A supervisee's cases taken together: counts, what they share, how it went over time; never an order of people."""

from supervision_kit.supervisees.counting import count_supervisees
from supervision_kit.supervisees.describing import describe_supervisee
from supervision_kit.supervisees.funnel import describe_funnel, draw_funnel_limits, funnel_supervisees
from supervision_kit.supervisees.trends import describe_trend, follow_supervisee

__all__ = [
    "count_supervisees",
    "describe_funnel",
    "describe_supervisee",
    "describe_trend",
    "draw_funnel_limits",
    "follow_supervisee",
    "funnel_supervisees",
]
