""":func:`deidentify`: ratings → what may be published of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import numpy as np
import pandas as pd

from supervision_kit import __version__
from supervision_kit.disclosure.coding import (
    choose_randomness,
    draw_case_codes,
    draw_therapist_codes,
    name_publication,
)
from supervision_kit.disclosure.deidentified import Deidentified, seal_tables
from supervision_kit.disclosure.material import NOTES, Material, take_material
from supervision_kit.disclosure.report import DisclosureReport
from supervision_kit.disclosure.texts import check_texts, known_words
from supervision_kit.errors import DisclosureError, SettingError
from supervision_kit.instruments import find_scale
from supervision_kit.tables import RESPONSES, SCORES
from supervision_kit.words import say, say_n
from supervision_kit.workspace import Workspace

SMALLEST = {"inside": 5, "outside": 10}


def deidentify(
    source: Workspace | pd.DataFrame,
    *,
    cases: Iterable[str] | str | None = None,
    audience: Literal["inside", "outside"] = "inside",
    methods: Iterable[str] | str | None = None,
    weeks: bool | int = False,
    items: bool = False,
    lens: bool = False,
    notes: Iterable[int] = (),
    therapists: bool = True,
    rounding: float | None = None,
    jitter: float | None = None,
    smallest: int | None = None,
    seed: int | None = None,
    consents: pd.DataFrame | None = None,
    responses: pd.DataFrame | None = None,
    synthetic: bool = False,
) -> Deidentified:
    """Make of ratings what may be published of them."""
    if audience not in SMALLEST:
        raise SettingError(f"audience is one of {', '.join(SMALLEST)}.")
    smallest = SMALLEST[audience] if smallest is None else smallest
    notes = tuple(notes)
    material = take_material(
        source,
        cases=cases,
        consents=consents,
        synthetic=synthetic,
        responses=responses,
        with_items=items,
        with_codes=lens,
        notes=notes,
    )
    if len(material.consenting) < smallest:
        raise DisclosureError(f"case_id: fewer than {smallest} cases remain, and no smaller group is published.")
    if notes:
        assert isinstance(source, Workspace)  # noqa: S101 - take_material refuses notes without one
        check_texts(material.notes["text"], known_words(source))
    randomness = choose_randomness(seed)
    codes = draw_case_codes(material.consenting, randomness)
    kept = material.scores[material.scores["case_id"].isin(codes)]
    names = draw_therapist_codes(sorted(kept["therapist_id"].dropna().unique()), randomness) if therapists else {}
    settings: dict[str, Any] = {
        "publication": name_publication(randomness),
        "kit_version": __version__,
        "audience": audience,
        "smallest": smallest,
        "methods": [methods] if isinstance(methods, str) else list(methods or ()),
        "weeks": int(weeks),
        "items": items,
        "lens": lens,
        "n_notes": len(notes),
        "therapists": therapists,
        "rounding": rounding,
        "jitter": jitter,
    }
    tables = {
        "scores": _scores(kept, codes, names),
        "responses": _responses(material, codes, names),
        "notes": _notes(material, codes),
        "codes": _codes(material, codes),
    }
    if isinstance(source, Workspace):
        source.keep_key(settings["publication"], _key(kept, codes, names))
    report = DisclosureReport(
        {say("What remains"): (say_n("{n} case is published.", "{n} cases are published.", len(codes)),)},
        pd.DataFrame({"key": ["n_cases"], "what": [say("cases published")], "value": [len(codes)]}),
    )
    return seal_tables(tables, settings, report)


def _coded(values: pd.Series, codes: dict[str, str]) -> pd.Series:
    return pd.Series([codes.get(value) for value in values], dtype="str")


def _scores(kept: pd.DataFrame, codes: dict[str, str], names: dict[str, str]) -> pd.DataFrame:
    known = [find_scale(*form) for form in zip(kept["instrument"], kept["scale"], strict=True)]
    made = pd.DataFrame(
        {
            "case_id": _coded(kept["case_id"], codes),
            "rater": kept["rater"].to_numpy(),
            "instrument": kept["instrument"].to_numpy(),
            "scale": kept["scale"].to_numpy(),
            "session": kept["session"].to_numpy(),
            "therapist_id": _coded(kept["therapist_id"], names),
            "score": kept["score"].to_numpy(),
            "n_items": pd.array([None if scale is None else len(scale.items) for scale in known], dtype="Int64"),
        }
    )
    made = made[np.array([scale is not None for scale in known], dtype=bool)]
    return SCORES.check(made.sort_values(list(SCORES.key)).reset_index(drop=True))


def _responses(material: Material, codes: dict[str, str], names: dict[str, str]) -> pd.DataFrame:
    kept = material.responses[material.responses["case_id"].isin(codes)]
    made = pd.DataFrame({name: kept[name].to_numpy() for name in RESPONSES.columns if name != "date"})
    made["case_id"], made["therapist_id"] = _coded(kept["case_id"], codes), _coded(kept["therapist_id"], names)
    return RESPONSES.check(made.sort_values(list(RESPONSES.key)).reset_index(drop=True))


def _notes(material: Material, codes: dict[str, str]) -> pd.DataFrame:
    kept = material.notes[material.notes["case_id"].isin(codes)]
    made = pd.DataFrame({name: kept[name].to_numpy() for name in NOTES})
    made["case_id"] = _coded(kept["case_id"], codes)
    return made.astype({"case_id": "str", "session": "Int64", "text": "str"})


def _codes(material: Material, codes: dict[str, str]) -> pd.DataFrame:
    kept = material.codes[material.codes["case_id"].isin(codes)]
    made = pd.DataFrame({name: kept[name].to_numpy() for name in ("judgement", "case_id", "kind", "code")})
    made["case_id"] = _coded(kept["case_id"], codes)
    made["judgement"] = pd.factorize(made["judgement"])[0] + 1
    return made.astype({"judgement": "int64", "case_id": "str", "kind": "str", "code": "str"})


def _key(kept: pd.DataFrame, codes: dict[str, str], names: dict[str, str]) -> pd.DataFrame:
    of_case = kept.groupby("case_id", sort=True)
    cases = [str(case) for case in of_case.groups]
    return pd.DataFrame(
        {
            "case_id": cases,
            "code": [codes[case] for case in cases],
            "therapists": [
                {names[one]: one for one in sorted(part.dropna().unique()) if one in names}
                for _, part in of_case["therapist_id"]
            ],
            "sessions": [list(range(1, int(last) + 1)) for last in of_case["session"].max()],
        }
    )
