""":func:`deidentify`: ratings → what may be published of them."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Literal

import numpy as np
import pandas as pd

from supervision_kit.disclosure.account import Account
from supervision_kit.disclosure.assembling import (
    Published,
    make_codes,
    make_key,
    make_notes,
    make_responses,
    make_scores,
)
from supervision_kit.disclosure.beside import lay_beside
from supervision_kit.disclosure.classes import find_classes, number_sessions
from supervision_kit.disclosure.coding import (
    choose_randomness,
    draw_case_codes,
    draw_therapist_codes,
    name_publication,
)
from supervision_kit.disclosure.colleague import link_roughly
from supervision_kit.disclosure.deidentified import Deidentified, seal_tables
from supervision_kit.disclosure.effects import Effects, compare_pictures
from supervision_kit.disclosure.generalising import generalise
from supervision_kit.disclosure.inferring import infer
from supervision_kit.disclosure.layout import NOBODY, lay_out
from supervision_kit.disclosure.masking import SECRET_BYTES, check_share, mask_scores
from supervision_kit.disclosure.material import Material, take_material
from supervision_kit.disclosure.originals import link_originals
from supervision_kit.disclosure.since import check_weeks, count_weeks
from supervision_kit.disclosure.telling import tell
from supervision_kit.disclosure.texts import check_texts, known_words
from supervision_kit.disclosure.wanted import Wanted, check_methods, check_smallest
from supervision_kit.errors import DisclosureError, SettingError
from supervision_kit.headline import find_headline
from supervision_kit.words import say, say_n, say_number
from supervision_kit.workspace import Workspace


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
    headline: bool = False,
    rounding: float | None = None,
    jitter: float | None = None,
    smallest: int | None = None,
    seed: int | None = None,
    consents: pd.DataFrame | None = None,
    responses: pd.DataFrame | None = None,
    synthetic: bool = False,
) -> Deidentified:
    """Make of ratings what may be published of them: names nobody, and says what it still tells.

    Cases and therapists get codes drawn at random, others each time; session numbers stand in the place of dates,
    counted over the sessions in which a form came in. Only columns named in the contract are made, each anew. Every
    case then shares its questionnaires, raters, therapist's code and number of sessions with enough others
    (k-anonymity, Sweeney 2002); for that, as little as possible is left out, and the report says what.

    Parameters
    ----------
    source
        A workspace, which keeps the consents and the key; or scores, see :data:`supervision_kit.tables.SCORES`.
    cases
        Codes of the cases wanted; without, all. Those without consent are left out.
    audience
        For whom: groups have 5 cases at least ``"inside"`` the clinic and 10 ``"outside"``.
    methods
        Keys of the methods by which the report compares the picture before and after; personal limits without.
    weeks
        Whether to publish weeks since the first session: rounded to 4, or to as many as are given (2 or more).
    items, lens
        Whether to publish answers to items, and what was said of falls (lens codes).
    notes
        Numbers of the notes to publish, each chosen by itself: see :func:`preview_notes`.
    therapists
        Whether therapists have codes, where enough cases share one.
    headline
        Whether to publish of each case only the series by which it is read, the client's overall rating of the
        alliance (:func:`supervision_kit.find_headline`): the fewer scores, the harder to look up.
    rounding, jitter
        Shares of each scale's range by which to round scores, or to shift each by chance, against those who hold the
        originals: ``0.1``. Not together with `items`.
    smallest
        How many cases a group has at least, 3 or more, in the place of the audience's.
    seed
        For tests: the same codes again.
    consents
        With a table as the source: case_id, teaching.
    responses
        With a table as the source and `items`: see :data:`supervision_kit.tables.RESPONSES`.
    synthetic
        With a table as the source: say that no client is behind the ratings, so that no consent is needed.

    Returns
    -------
    Deidentified
        What :func:`supervision_kit.publish` takes.

    Raises
    ------
    DisclosureError
        No consent; too few cases, or too different ones, for groups of the size; a note names somebody.
    SettingError
        A setting outside what is allowed.

    References
    ----------
    Sweeney, L. (2002). k-anonymity: a model for protecting privacy. International Journal of Uncertainty, Fuzziness
    and Knowledge-Based Systems, 10(5), 557–570. doi:10.1142/S0218488502001648

    Examples
    --------
    >>> made = sk.deidentify(sk.simulate_caseload(20).scores, synthetic=True)  # doctest: +SKIP
    >>> print(made.report.to_markdown())  # doctest: +SKIP
    """
    wanted = Wanted(
        audience=audience,
        smallest=check_smallest(audience, smallest),
        methods=check_methods(methods),
        weeks=check_weeks(weeks),
        items=items,
        lens=lens,
        notes=tuple(notes),
        therapists=therapists,
        headline=headline,
        rounding=check_share("rounding", rounding),
        jitter=check_share("jitter", jitter),
        seeded=seed is not None,
    )
    if items and (rounding is not None or jitter is not None):
        raise SettingError(
            say("Answers to items would give away the scores that rounding and shifting hide. Ask for one of the two.")
        )
    material = take_material(
        source,
        cases=cases,
        consents=consents,
        synthetic=synthetic,
        responses=responses,
        with_items=items,
        with_codes=lens,
        notes=wanted.notes,
    )
    if wanted.notes and isinstance(source, Workspace):
        check_texts(material.notes["text"], known_words(source))
    randomness = choose_randomness(seed)
    published = _choose_rows(material, wanted, randomness)
    secret, earlier = randomness.randbytes(SECRET_BYTES), None
    if isinstance(source, Workspace):
        secret, earlier = source.secret_for("shifts"), source.published_before()
    made, account = _make(material, wanted, published, secret=secret, earlier=earlier)
    settings = wanted.settings | {
        "publication": name_publication(),
        "synthetic": material.is_synthetic,
        "cut_after": list(account.stops),
    }
    report = tell(account)
    deidentified = seal_tables(made, settings, report)
    if isinstance(source, Workspace):
        source.keep_key(deidentified.publication, make_key(published))
    return deidentified


def _choose_rows(material: Material, wanted: Wanted, randomness: Random) -> Published:
    """Choose what is published of the ratings, and draw the codes."""
    layout = lay_out(find_headline(material.scores) if wanted.headline else material.scores, material.consenting)
    if len(layout.cases) < wanted.smallest:
        raise DisclosureError(
            say_n(
                "Of the {asked} cases asked for, {n} has a consent to teaching use and ratings on questionnaires that "
                "the kit knows; a group has {smallest} cases at least. Nothing was published. Write down further "
                "consents, on the page of each case, or, for a closed circle, ask for smaller groups.",
                "Of the {asked} cases asked for, {n} have a consent to teaching use and ratings on questionnaires that "
                "the kit knows; a group has {smallest} cases at least. Nothing was published. Write down further "
                "consents, on the page of each case, or, for a closed circle, ask for smaller groups.",
                len(layout.cases),
                asked=say_number(material.n_asked),
                smallest=say_number(wanted.smallest),
            ),
            column="case_id",
            advice="few",
        )
    draft = generalise(layout, smallest=wanted.smallest, with_codes=wanted.therapists).draft
    of_case, size = find_classes(layout, draft)
    if size.min() < wanted.smallest:  # what all of this is for: held against it once more
        raise DisclosureError(
            say("A group of fewer than {n} cases would be left. Nothing was published.", n=say_number(wanted.smallest)),
            column="case_id",
        )
    there = [case for case, one in zip(layout.cases, of_case, strict=True) if one >= 0]
    cases = draw_case_codes(there, randomness)
    coded = sorted({layout.therapists[one] for one in draft.therapist[of_case >= 0] if one != NOBODY})
    named = draw_therapist_codes(coded, randomness)
    return Published(
        layout=layout,
        number=number_sessions(layout, draft.keeps),
        case_codes=tuple(cases.get(case, "") for case in layout.cases),
        therapist_codes=tuple(named.get(one, "") for one in layout.therapists),
        therapist=draft.therapist,
        of_case=of_case,
    )


def _make(
    material: Material, wanted: Wanted, published: Published, *, secret: bytes, earlier: pd.DataFrame | None
) -> tuple[dict[str, pd.DataFrame], Account]:
    """Make the tables, and the account of what was done."""
    layout = published.layout
    masked = mask_scores(layout, rounding=wanted.rounding, jitter=wanted.jitter, secret=secret)
    weeks, n_without_weeks = None, 0
    if wanted.weeks:
        weeks, n_without_weeks = count_weeks(
            layout, published.number, published.of_case, rounding=wanted.weeks, smallest=wanted.smallest
        )
    scores = make_scores(published, masked, weeks, with_answered=wanted.items)
    effects: Effects | None = None
    if wanted.rounding is not None or wanted.jitter is not None:
        exact = layout.table["score"].to_numpy(dtype=np.float64)
        unmasked = make_scores(published, exact, None, with_answered=False)
        effects = compare_pictures(unmasked, scores, wanted.methods)
    tables = {
        "scores": scores,
        "responses": make_responses(published, material.responses),
        "notes": make_notes(published, material),
        "codes": make_codes(published, material, smallest=wanted.smallest, by_class=wanted.audience == "outside"),
    }
    truth = published.truth
    masking = {"rounding": wanted.rounding, "jitter": wanted.jitter}
    account = Account(
        material=material,
        published=published,
        tables=tables,
        settings=wanted.settings,
        effects=effects,
        beside=None if earlier is None else lay_beside(published, earlier, smallest=wanted.smallest),
        inferring=infer(published, tables, method=wanted.methods[0]),
        n_without_weeks=n_without_weeks,
        with_originals=link_originals(scores, material.scores, truth, **masking),
        with_rough_knowledge=link_roughly(scores, material.scores, truth),
    )
    return tables, account
