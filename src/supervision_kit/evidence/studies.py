"""The studies that are cited, and how strong each kind of them is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from supervision_kit.words import later

STRENGTHS: Mapping[str, str] = MappingProxyType(
    {
        "meta-analysis": later("meta-analysis"),
        "qualitative meta-analysis": later("qualitative meta-analysis"),
        "single study": later("single study"),
        "expert consensus": later("expert consensus"),
        "proposal": later("a proposal that is still to be tested"),
        "definition": later("a definition, not a finding"),
    }
)
CORRELATIONAL = later("What studies found here are associations: they do not say what causes what.")


@dataclass(frozen=True, kw_only=True)
class Study:
    """Who found it, in whom or what it was counted, and how strong it is: a key of :data:`STRENGTHS`."""

    source: str
    doi: str
    counted: str
    strength: str
    seen: str = "seen in the paper's abstract"


LARSSON = Study(
    source="Larsson, Falkenström, Andersson & Holmqvist (2018)",
    doi="10.1080/10503307.2016.1174345",
    counted="605 psychotherapies in Swedish primary care, of many orientations, rated by the client session by session",
    strength="single study",
)
MCLAUGHLIN = Study(
    source="McLaughlin, Keller, Feeny, Youngstrom & Zoellner (2014)",
    doi="10.1037/a0034696",
    counted="82 clients in ten weeks of prolonged exposure for PTSD",
    strength="single study",
)
STEVENS = Study(
    source="Stevens, Muran, Safran, Gorman & Winston (2007)",
    doi="10.1176/appi.psychotherapy.2007.61.2.109",
    counted="44 cases of 30 sessions, rated by the client after each",
    strength="single study",
)
CHEN = Study(
    source="Chen, Atzil-Slonim, Bar-Kalifa, Hasson-Ohayon & Refaeli (2018)",
    doi="10.1080/10503307.2016.1227104",
    counted="84 clients of 56 therapists, session by session",
    strength="single study",
)
FLUECKIGER = Study(
    source="Flückiger, Del Re, Wampold & Horvath (2018)",
    doi="10.1037/pst0000172",
    counted="295 studies, more than 30,000 patients; the number is for face-to-face psychotherapy",
    strength="meta-analysis",
)
EUBANKS = Study(
    source="Eubanks, Muran & Safran (2018)",
    doi="10.1037/pst0000185",
    counted="11 studies, 1,314 patients",
    strength="meta-analysis",
    seen="seen in the abstract of the authors' book chapter on the same analysis",
)
SAFRAN = Study(
    source="Safran, Muran & Eubanks-Carter (2011)",
    doi="10.1037/a0022140",
    counted="3 studies, 148 patients",
    strength="meta-analysis",
)
TRYON = Study(
    source="Tryon, Birch & Verkuilen (2018)",
    doi="10.1037/pst0000170",
    counted="54 studies of goal consensus, 7,278 clients; 53 of collaboration, 5,286 clients",
    strength="meta-analysis",
)
HILL = Study(
    source="Hill, Knox & Pinto-Coelho (2018)",
    doi="10.1037/pst0000182",
    counted="21 studies of what followed when therapists disclosed something or spoke of the relationship",
    strength="qualitative meta-analysis",
)
CONSENSUS = Study(
    source="Eubanks, Burckell & Goldfried (2018)",
    doi="10.1037/int0000097",
    counted="134 experts of several orientations, nominated by their peers, who rated strategies for ruptures",
    strength="expert consensus",
)
SWIFT = Study(
    source="Swift & Greenberg (2012)",
    doi="10.1037/a0028226",
    counted="669 studies, 83,834 clients",
    strength="meta-analysis",
)
CAMANTO = Study(
    source="Camanto & Campbell (2025)",
    doi="10.1177/02654075251346105",
    counted="trust in close relationships",
    strength="definition",
    seen="seen as another author cites it; the paper itself was not read",
)
ZILCHA_MANO = Study(
    source="Zilcha-Mano & Muran (2024)",
    doi="10.32872/cpe.12439",
    counted="a framework from clinical knowledge",
    strength="proposal",
)
