"""The consultation of a group: where it stands, what it answers and agrees, shared by all of its pages."""

from supervision_kit.consulting.bringing_back import BroughtBack, bring_back
from supervision_kit.consulting.consultation import Consultation, Decision, Together
from supervision_kit.consulting.finding import find_sessions
from supervision_kit.consulting.leading import Facilitation
from supervision_kit.consulting.questions import QUESTIONS, Answer, Question
from supervision_kit.consulting.rounds import FEWEST
from supervision_kit.consulting.stage import Stage
from supervision_kit.consulting.taking_part import Participation
from supervision_kit.consulting.timer import MINUTES, PARTS, Timer

__all__ = [
    "FEWEST",
    "MINUTES",
    "PARTS",
    "QUESTIONS",
    "Answer",
    "BroughtBack",
    "Consultation",
    "Decision",
    "Facilitation",
    "Participation",
    "Question",
    "Stage",
    "Timer",
    "Together",
    "bring_back",
    "find_sessions",
]
