"""The simulation study of ``personal_limits``: makes the tables of docs/methods/personal_limits_study.md anew.

    python docs/study_personal_limits.py            # all of it, about 25 minutes on one core
    python docs/study_personal_limits.py --quick    # the same with few series: whether it runs, not what is true

What stands between ``<!-- NAME -->`` and ``<!-- end -->`` on the page is replaced, nothing else.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
import zlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from study_contenders import FIRST, NormalScores, by_setting, exact, match_rate, rivals
from study_settings import SETTINGS

import supervision_kit as sk
from supervision_kit.calibration.planting import SHAPES, SIZES
from supervision_kit.calibration.simulation import Cell, draw_series, judge_each, learn, simulate, simulate_steady

PAGE = Path(__file__).parent / "methods" / "personal_limits_study.md"
RATES = (0.01, 0.02, 0.05, 0.1)
ASKED = 0.02
TOLERANCE = 0.2
SHOWN = (4, 5, 6, 8, 10, 12, 16, 20, 26, 30, 40)
POWER = (
    ("no steps, unequal SD", 20),
    ("no steps, AR .3, growth", 20),
    ("no steps, AR .3, growth", 12),
    ("SRS whole", 20),
    ("WAI-SR mean, AR .3, growth", 20),
    ("SRS tenths, AR .3, growth", 12),
    ("no steps, log-normal SD, AR .15, slow growth", 16),
    ("SRS tenths, two kinds of people, AR .15", 16),
    ("WAI-SR mean near the top, uniform SD, AR .3", 26),
)

DESIGNS = ("no steps, unequal SD", "no steps, AR .3, growth", "SRS whole")
SMALL = ("no steps, unequal SD", "no steps, AR .3, growth", "SRS whole, AR .3, growth")
CONTAMINATED = ("no steps, unequal SD", "no steps, AR .3, growth", "WAI-SR mean, AR .3, growth")


@dataclass(frozen=True)
class Effort:
    """How many series are simulated."""

    caseloads: int = 8
    copies: int = 5
    steady: int = 8_000
    per_cell: int = 1_200
    small: int = 4_000
    most: int = 99  # settings


QUICK = Effort(caseloads=2, copies=1, steady=120, per_cell=12, small=24, most=2)


@dataclass(frozen=True)
class Rate:
    """False alarms per session number in one setting, as shares of the rate asked for, with standard errors."""

    setting: str
    n_sessions: int
    asked: float
    ratio: np.ndarray
    error: np.ndarray
    overall: float

    @property
    def verdict(self) -> str:
        away = np.abs(self.ratio - 1)
        worst = int(away.argmax())
        if away[worst] <= TOLERANCE:
            return "holds"
        words = f"{self.ratio[worst]:.2f} in session {worst + FIRST + 1}"
        beyond = (away - TOLERANCE) / self.error
        # the largest of many session numbers strays further than any one of them would
        return f"**{words}**" if beyond.max() > 2 else f"holds but for chance ({words})"


def seed_of(name, n):
    """Return a seed of its own for each setting, the same in every run."""
    return zlib.crc32(f"{name}, {n}".encode())


def method_for(setting):
    return sk.PersonalLimits().for_scale(setting.scale)


def rates_of(name, n_sessions, effort):
    """Return one Rate for each rate asked for."""
    setting = SETTINGS[name]
    lengths = np.full(300, n_sessions)
    caseloads, copies = simulate_steady(
        setting.model,
        lengths=lengths,
        judged=np.tile(lengths, effort.copies),
        n_caseloads=effort.caseloads,
        seed=seed_of(name, n_sessions),
    )
    learnt = learn(method_for(setting), caseloads)
    for asked in RATES:
        marked = judge_each([replace(one, rate=asked) for one in learnt], copies)[..., FIRST:] == 1
        share = marked.mean(axis=1)
        between = share.std(axis=0, ddof=1) / np.sqrt(len(share))
        by_chance = np.sqrt(asked * (1 - asked) / (marked.shape[0] * marked.shape[1]))
        yield Rate(
            name,
            n_sessions,
            asked,
            share.mean(axis=0) / asked,
            np.maximum(between, by_chance) / asked,
            float(share.mean()),
        )


def rate_tables(effort):
    """Return the table by session at 2 per 100, and that of every rate asked for."""
    rates = [
        rate
        for name, setting in list(SETTINGS.items())[: effort.most]
        for n_sessions in ((9, 16, 26) if setting.unseen else (6, 12, 20, 40))[: effort.most]
        for rate in logged(f"rates: {name}, {n_sessions}", lambda n=name, t=n_sessions: list(rates_of(n, t, effort)))
    ]
    by_session = [
        [
            rate.setting,
            rate.n_sessions,
            *[f"{2 * rate.ratio[s - FIRST - 1]:.2f}" if s <= rate.n_sessions else "" for s in SHOWN],
            f"{2 * np.median(rate.error):.2f}",
        ]
        for rate in rates
        if rate.asked == ASKED
    ]
    cells = {(rate.setting, rate.n_sessions): {} for rate in rates}
    for rate in rates:
        cells[rate.setting, rate.n_sessions][rate.asked] = rate
    verdicts = [
        [
            name,
            n_sessions,
            *[f"{100 * of[asked].overall:.2f}" for asked in RATES],
            *[f"{of[asked].ratio.min():.2f}–{of[asked].ratio.max():.2f}" for asked in RATES],
            "; ".join(f"{100 * asked:g}: {of[asked].verdict}" for asked in RATES if of[asked].verdict != "holds")
            or "holds",
        ]
        for (name, n_sessions), of in cells.items()
    ]
    asked = [f"{100 * rate:g}" for rate in RATES]
    return {
        "rates by session": table(["setting", "sessions", *map(str, SHOWN), "SE"], by_session),
        "rates": table(
            ["setting", "sessions", *asked, *[f"lowest–highest, {one}" for one in asked], "within ± 20 %"], verdicts
        ),
    }


def simulate_power(name, n_sessions, effort):
    return simulate(
        SETTINGS[name].model,
        lengths=np.full(300, n_sessions),
        sizes=SIZES,
        n_series=4 * effort.per_cell,
        n_caseloads=effort.caseloads,
        seed=seed_of(name, n_sessions),
    )


def found_at_same_rate(rules, simulation):
    """Return, for each rule, the chance that each planted rupture is found at 2 false alarms per 100 sessions."""
    found = {}
    for rule, (marks, start) in rules.items():
        thresholds = match_rate(marks, simulation.steady.x, rate=ASKED, start=start)
        found[rule] = {
            cell: sum(
                weight * (marks(threshold, series.x) & series.finds)[..., FIRST:].any(axis=-1).ravel()
                for threshold, weight in thresholds
            )
            for cell, series in simulation.with_rupture.items()
        }
    return found


def power_of(name, n_sessions, effort):
    """Return what every rule finds in one setting."""
    setting, simulation = SETTINGS[name], simulate_power(name, n_sessions, effort)
    rules = {
        "personal_limits": (by_setting(sk.PersonalLimits(), setting.scale, simulation.caseloads), ASKED),
        "exact one-step rule": (exact(setting.model), 4.0),
        **{rule: (marks, 2.0) for rule, marks in rivals(setting.scale, simulation.caseloads).items()},
    }
    return found_at_same_rate(rules, simulation)


def power_tables(effort):
    """Return the tables of what each rule finds, and the summary of them."""
    details, summary = [], []
    for name, n_sessions in POWER[: effort.most]:
        found = logged(f"power: {name}, {n_sessions}", lambda n=name, t=n_sessions: power_of(n, t, effort))
        cells = list(found["personal_limits"])
        mean = {rule: np.mean([of[cell].mean() for cell in cells]) for rule, of in found.items()}
        order = ["exact one-step rule", "personal_limits"]
        order += sorted(set(found) - set(order), key=lambda rule: -mean[rule])
        heads = [f"{cell.shape} {cell.size:g}" for cell in cells]
        body = [
            [rule, *[f"{100 * found[rule][cell].mean():.1f}" for cell in cells], f"**{100 * mean[rule]:.1f}**"]
            for rule in order
        ]
        details.append(f"**{name}**, {n_sessions} sessions\n\n" + table(["rule", *heads, "mean"], body))
        summary.append([name, n_sessions, *_summarised(found, mean, order[2:])])
    heads = [
        "setting",
        "sessions",
        "attainable",
        "personal_limits",
        "of attainable",
        "least, of one kind",
        "best other rule",
        "another finds more of",
    ]
    return {"power summary": table(heads, summary), "power": "\n\n".join(details)}


def _summarised(found, mean, others):
    ours, best = found["personal_limits"], max(others, key=mean.__getitem__)
    ahead = []
    for cell in ours:
        rule = max(others, key=lambda rule, cell=cell: found[rule][cell].mean())
        lead = found[rule][cell] - ours[cell]
        if lead.mean() > 2 * lead.std(ddof=1) / np.sqrt(len(lead)):
            ahead.append(f"{cell.shape} {cell.size:g}: {rule} +{100 * lead.mean():.1f}")
    percent = [f"{100 * mean[rule]:.1f}" for rule in ("exact one-step rule", "personal_limits")]
    share = f"{mean['personal_limits'] / mean['exact one-step rule']:.2f}"
    of_kind = {cell: ours[cell].mean() / found["exact one-step rule"][cell].mean() for cell in ours}
    least = min(of_kind, key=of_kind.__getitem__)
    return [
        *percent,
        share,
        f"{of_kind[least]:.2f} ({least.shape} {least.size:g})",
        f"{best} {100 * mean[best]:.1f}",
        "; ".join(ahead) or "none",
    ]


def design_tables(effort):
    """Return what other statistics of the same normal scores find."""
    rows = []
    for name in DESIGNS[: effort.most]:
        simulation = simulate_power(name, 20, effort)
        scores = NormalScores(SETTINGS[name].scale, simulation.caseloads)
        designs = {
            "the rating's tail alone": (scores.tail_alone(), 2.0),
            "mean of the last two": (scores.mean_of_last(2), 2.0),
            "mean of the last three": (scores.mean_of_last(3), 2.0),
            **{
                f"odds, depth {depth}, carried {carried}, cap {cap}": (scores.odds(depth, carried, cap), 6.0)
                for depth, carried, cap in ((1, 0.3, 3), (1, 0.3, 4), (1, 0.3, 1000), (1.25, 0.4, 3), (2, 0.3, 5))
            },
        }
        found = logged(f"designs: {name}", lambda d=designs, s=simulation: found_at_same_rate(d, s))
        for design, of in found.items():
            shapes = [np.mean([of[cell].mean() for cell in of if cell.shape == shape]) for shape in SHAPES]
            rows.append([name, design, *[f"{100 * share:.1f}" for share in shapes], f"**{100 * np.mean(shapes):.1f}**"])
    return {"designs": table(["setting", "statistic", *SHAPES, "mean"], rows)}


def contamination_tables(effort):
    """Return what becomes of the limits when many cases carry the same lasting rupture."""
    rows = []
    for name in CONTAMINATED[: effort.most]:
        for share in (0.0, 0.2, 0.5, 1.0):
            false, found = logged(
                f"contamination: {name}, {share}", lambda n=name, s=share: _with_ruptures(n, s, effort)
            )
            rows.append([name, f"{100 * share:.0f} %", f"{100 * false:.2f}", *[f"{100 * one:.1f}" for one in found]])
    heads = ["setting, 20 sessions", "cases with a lasting fall of 2 SD", "false alarms per 100"]
    return {"contamination": table([*heads, *[f"{shape} 2" for shape in SHAPES]], rows)}


def _with_ruptures(name, share, effort):
    """Return false alarms, and the share of ruptures of 2 SD found, at the asked rate as it is."""
    setting, rng = SETTINGS[name], np.random.default_rng(seed_of(name, 20))

    def draw(n, shape=None):
        n_sessions = np.full((effort.caseloads, n), 20)
        return draw_series(setting.model, n_sessions=n_sessions, cell=shape and Cell(shape, 2.0), rng=rng)

    n_fallen = round(300 * share)
    parts = [draw(n_fallen, "sudden, lasting").x] if n_fallen else []
    parts += [draw(300 - n_fallen).x] if n_fallen < 300 else []
    learnt = learn(method_for(setting), np.concatenate(parts, axis=1))
    steady = judge_each(learnt, draw(effort.steady // effort.caseloads).x)[..., FIRST:] == 1
    fallen = [draw(effort.per_cell // effort.caseloads, shape) for shape in SHAPES]
    return steady.mean(), [((judge_each(learnt, one.x) == 1) & one.finds).any(axis=-1).mean() for one in fallen]


def small_tables(effort):
    """Return false alarms where few cases, or one, are all there is to learn from."""
    rows = []
    for name in SMALL[: effort.most]:
        for n_cases in (40, 10, 5, 1):
            x = logged(f"small: {name}, {n_cases}", lambda n=name, k=n_cases: _judged_small(n, k, effort))
            share = (x == 1).mean(axis=(1, 2))
            at = [f"{100 * (x[..., s - FIRST - 1] == 1).mean():.2f}" for s in (4, 6, 9, 12)]
            error = 100 * share.std(ddof=1) / np.sqrt(len(share))
            rows.append([name, n_cases, *at, f"{100 * share.mean():.2f}", f"{error:.2f}"])
    return {"small caseloads": table(["setting", "cases", "session 4", "6", "9", "12", "all", "SE"], rows)}


def _judged_small(name, n_cases, effort):
    setting = SETTINGS[name]
    n_caseloads = max(effort.small // (3 * max(n_cases, 10)), 2)
    lengths = np.full(n_cases, 12)
    x, _ = simulate_steady(
        setting.model, lengths=lengths, judged=lengths[:0], n_caseloads=n_caseloads, seed=seed_of(name, n_cases)
    )
    return judge_each(learn(method_for(setting), x), x)[..., FIRST:]


def table(heads, rows):
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def logged(what, work):
    start = time.perf_counter()
    done = work()
    print(f"{what}: {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
    return done


def replace_between(page, tables):
    """Return the page with each table between its markers."""
    for name, text in tables.items():
        marked = re.compile(rf"(<!-- {re.escape(name)} -->\n).*?(<!-- end -->)", flags=re.DOTALL)
        if not marked.search(page):
            raise SystemExit(f"The page has no place for the table {name!r}.")
        page = marked.sub(lambda found, text=text: f"{found[1]}{text}\n{found[2]}", page)
    return page


PARTS = {
    "rates": rate_tables,
    "power": power_tables,
    "designs": design_tables,
    "contamination": contamination_tables,
    "small": small_tables,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few series: whether it runs, not what is true")
    parser.add_argument("--only", nargs="*", choices=PARTS, help="some of the tables")
    parser.add_argument("--page", type=Path, default=PAGE, help="the page that is written")
    asked = parser.parse_args()
    effort = QUICK if asked.quick else Effort()
    page = asked.page.read_text(encoding="utf-8")
    for name in asked.only or PARTS:
        page = replace_between(page, PARTS[name](effort))
        asked.page.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
