"""The pages as widgets, and the state behind each; open one with :func:`caseload_page` or :func:`case_page`."""

from __future__ import annotations

from supervision_kit.apps.agenda_state import AgendaState
from supervision_kit.apps.agenda_view import AgendaView
from supervision_kit.apps.case_page import CasePage
from supervision_kit.apps.case_state import CaseState
from supervision_kit.apps.caseload_page import CaseloadPage
from supervision_kit.apps.caseload_state import CaseloadState
from supervision_kit.apps.chart_view import ChartView
from supervision_kit.apps.consultation_page import ConsultationPage
from supervision_kit.apps.episodes_page import EpisodesPage
from supervision_kit.apps.episodes_state import EpisodesState
from supervision_kit.apps.facilitator_state import FacilitatorState
from supervision_kit.apps.group_state import GroupState, ParticipantState
from supervision_kit.apps.load_page import LoadPage
from supervision_kit.apps.load_state import LoadState
from supervision_kit.apps.opening import case_page, caseload_page, consultation_page, episodes_page, load_page

__all__ = [
    "AgendaState",
    "AgendaView",
    "CasePage",
    "CaseState",
    "CaseloadPage",
    "CaseloadState",
    "ChartView",
    "ConsultationPage",
    "EpisodesPage",
    "EpisodesState",
    "FacilitatorState",
    "GroupState",
    "LoadPage",
    "LoadState",
    "ParticipantState",
    "case_page",
    "caseload_page",
    "consultation_page",
    "episodes_page",
    "load_page",
]
