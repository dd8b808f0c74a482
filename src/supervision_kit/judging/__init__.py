"""The supervisor's judgements beside what a method marked: beside it, never in its place."""

from supervision_kit.judging.beside import judge_beside
from supervision_kit.judging.counting import count_judged, describe_judged
from supervision_kit.judging.dated import BY_HAND

__all__ = ["BY_HAND", "count_judged", "describe_judged", "judge_beside"]
