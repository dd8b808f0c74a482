"""Charts of the kit's tables, drawn with Altair; they compute nothing about ruptures.

A chart keeps everything that belongs to a case in its top-level ``datasets`` and nothing of it in the rest of its
specification. To show another case on the same page, put the other chart's datasets in place of these, by name.
"""

from supervision_kit.charts.caseload_overview import caseload_overview
from supervision_kit.charts.episode_timeline import episode_timeline
from supervision_kit.charts.heat_strip import heat_strip, strip_legend
from supervision_kit.charts.method_strips import method_strips
from supervision_kit.charts.repair_curve import repair_curve
from supervision_kit.charts.session_answers import session_answers
from supervision_kit.charts.supervisee_funnel import supervisee_funnel
from supervision_kit.charts.trajectory import trajectory
from supervision_kit.charts.trust import false_alarms, share_found, threshold_curve

__all__ = [
    "caseload_overview",
    "episode_timeline",
    "false_alarms",
    "heat_strip",
    "method_strips",
    "repair_curve",
    "session_answers",
    "share_found",
    "strip_legend",
    "supervisee_funnel",
    "threshold_curve",
    "trajectory",
]
