"""How a text is made: what parts its cells, and how those are quoted that hold that themselves."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

ROWS_LOOKED_AT = 40
SPACES = "  "  # two spaces or more
PLAIN = (",", ";", "\t", "|")
KNOWN = (*PLAIN, "\x1f", "\x01", "^", "~", ":", "!", "#", "&", "*", "/", SPACES, " ")
_RUN = re.compile(r"[^\w\s\"'.()+-]+")
_TWO_SPACES = re.compile(r"[ \t]{2,}")
_SEPARATOR_LINE = re.compile(r"\Asep=([^\r\n]{1,3})\r?\n?", re.IGNORECASE)
_LONGEST_RUN = 5


@dataclass(frozen=True)
class Dialect:
    """What parts cells, and the marks around and before those in which a delimiter or a mark stands for itself.

    A delimiter of several characters is read as `stand_in`, a character that the text does not have.
    """

    delimiter: str
    quote: str = '"'
    escape: str | None = None
    stand_in: str = "\x1f"

    @property
    def by_spaces(self) -> bool:
        """Whether spaces part the cells, so that an empty cell cannot be seen."""
        return self.delimiter in (SPACES, " ")

    def rows(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """Yield the cells of each row; a line break inside a quoted cell starts no new one."""
        return csv.reader(
            self._with_stand_in(lines),
            delimiter=self.delimiter if len(self.delimiter) == 1 else self.stand_in,
            quotechar=self.quote,
            escapechar=self.escape,
            skipinitialspace=self.delimiter != "\t",
        )

    def _with_stand_in(self, lines: Iterable[str]) -> Iterable[str]:
        if self.delimiter == SPACES:
            return (_TWO_SPACES.sub(self.stand_in, line.strip()) + "\n" for line in lines)
        if len(self.delimiter) > 1:
            return (line.replace(self.delimiter, self.stand_in) for line in lines)
        return (line.strip() + "\n" for line in lines) if self.delimiter == " " else lines


def named_delimiter(line: str) -> str | None:
    """Return the delimiter that a first line such as ``sep=;`` names, as in Excel."""
    match = _SEPARATOR_LINE.fullmatch(line)
    return match[1] if match else None


def find_dialect(start: str, *, named: str | None, recognised: Callable[[list[str]], int]) -> Dialect:
    """Return the dialect under which most headings are recognised and the rows are most alike.

    Parameters
    ----------
    start
        The beginning of the text.
    named
        The delimiter, where the text names it.
    recognised
        Says how many cells of a row are known headings.
    """
    lines = start.splitlines(keepends=True)
    stand_in = next(each for each in map(chr, (0x1F, 0x1E, 0xE000, *range(0xE001, 0xF8FF))) if each not in start)
    found = [
        _with_quotes(Dialect(delimiter, stand_in=stand_in), start)
        for delimiter in ([named] if named else _candidates(lines))
    ]
    return max(found, key=lambda dialect: _worth(dialect, lines, recognised))


def _candidates(lines: list[str]) -> list[str]:
    """Return what is known to part cells, and the runs of punctuation that stand in at least half of the lines."""
    filled = [line for line in lines if line.strip()][: 2 * ROWS_LOOKED_AT]
    runs = Counter(run for line in filled for run in set(_RUN.findall(line)) if len(run) <= _LONGEST_RUN)
    common = [run for run, n in runs.items() if 2 * n >= len(filled)]
    letters = [letter for run in common for letter in run]
    return list(dict.fromkeys([*KNOWN, *sorted(common, key=len, reverse=True), *letters]))


def _with_quotes(dialect: Dialect, start: str) -> Dialect:
    """Return the dialect with the quotation mark that stands at both ends of cells, and its escape."""
    edge = re.escape(dialect.delimiter)
    single = re.findall(rf"(?:^|{edge})[ ]*'[^'\r\n]*'(?=\s*(?:{edge}|$))", start, re.MULTILINE)
    double = re.search(rf'(?:^|{edge})[ ]*"', start, re.MULTILINE)
    quote = "'" if len(single) > 1 and not double else '"'
    escaped = re.search(rf"\\{quote}(?!{quote}|\s*(?:{edge}|$))", start, re.MULTILINE)
    return replace(dialect, quote=quote, escape="\\" if escaped else None)


def _worth(dialect: Dialect, lines: list[str], recognised: Callable[[list[str]], int]) -> tuple[int, float, int]:
    """Return how many headings are recognised, how many of ten rows are as long as most are, and how long.

    What seldom parts cells, such as a colon or spaces, is nothing unless the rows beneath are as long as the headings.
    """
    try:
        rows = list(islice(dialect.rows(lines), ROWS_LOOKED_AT))
    except csv.Error:
        return (-1, 0, 0)
    longest = max(map(len, rows), default=0)
    rows = [row for row in rows if any(map(str.strip, row))]
    counts = [recognised(row) for row in rows]
    best = max(counts, default=0)
    if dialect.delimiter not in PLAIN:
        header = counts.index(best) if counts else 0
        like_it = [len(row) == len(rows[header]) for row in rows[header + 1 :]]
        if sum(like_it) < (len(like_it) if dialect.by_spaces else len(like_it) / 2) or not like_it:
            return (-1, 0, 0)
    width, n_alike = max(Counter(map(len, rows)).items(), key=lambda each: (each[1], each[0]), default=(0, 0))
    return best, round(n_alike / len(rows), 1) if width > 1 else 0, longest
