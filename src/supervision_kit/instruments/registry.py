"""The registry: shipped instruments, those in the user's configuration folder, and those added in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from importlib.resources import files
from os import PathLike
from pathlib import Path

from supervision_kit.errors import InstrumentError, UnknownNameError
from supervision_kit.instruments.configuration import configuration_folder
from supervision_kit.instruments.instrument import Instrument
from supervision_kit.instruments.reading import instrument_of, read_instrument, read_toml


class Registry(Mapping[str, Instrument]):
    """Instruments by their keys, in the order in which they came. It is read only when somebody asks.

    Nothing can be taken out or replaced, and only :func:`add_instrument` puts something in. A file of the user's
    folder that cannot be used keeps nobody from the others: it is in :attr:`unusable`, and asking for it raises its
    error.
    """

    def __init__(self, shipped: Iterable[Path], own_folder: Callable[[], Path]) -> None:
        self._shipped = shipped
        self._own_folder = own_folder
        self._when_grown: list[Callable[[], None]] = []
        self._unusable: dict[str, InstrumentError] = {}

    @cached_property
    def _known(self) -> dict[str, Instrument]:
        known: dict[str, Instrument] = {}
        for path in self._shipped:
            _put(known, instrument_of(read_toml(path), path.name), path.name)
        folder = self._own_folder()
        for path in sorted(folder.glob("*.toml")) if folder.is_dir() else ():
            try:
                _put(known, read_instrument(path), path.name)
            except InstrumentError as error:
                self._unusable[path.stem] = error
        return known

    def __getitem__(self, key: str) -> Instrument:
        if key not in self._known and key in self._unusable:
            raise self._unusable[key]
        return self._known[key]

    def __contains__(self, key: object) -> bool:
        return key in self._known

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def __repr__(self) -> str:
        return f"<instruments: {', '.join(self)}>"

    @property
    def unusable(self) -> Mapping[str, InstrumentError]:
        """What is wrong with the files of the user's folder that are not in use, by the file's name without ending."""
        _ = self._known
        return dict(self._unusable)

    @property
    def unusable_words(self) -> tuple[str, ...]:
        """One sentence that names the files that are not in use, or none."""
        names = ", ".join(f"{name}.toml" for name in self.unusable)
        sentence = (
            f"Instruments of your own that cannot be used, and were not: {names}. Ask for one by its name to see why."
        )
        return (sentence,) if names else ()

    def add(self, instrument: Instrument, name: str) -> None:
        """Put an instrument in; `name` is what an error calls it."""
        _put(self._known, instrument, name)
        for forget in self._when_grown:
            forget()

    def when_grown(self, forget: Callable[[], None]) -> None:
        """Call `forget` whenever an instrument has been added: what was computed from the registry is stale then."""
        self._when_grown.append(forget)


def _put(known: dict[str, Instrument], instrument: Instrument, name: str) -> None:
    if known.get(instrument.key) == instrument:
        return
    faults = [f"key: “{instrument.key}” is taken by {known[instrument.key].title}."] if instrument.key in known else []
    taken = {_plain(each): one for one in known.values() for each in (*one.names, *one.shared_names)}
    clashes = {each: taken[_plain(each)] for each in instrument.names if _plain(each) in taken}
    if not faults:
        faults += [f"aliases, key or titles: “{each}” already names {one.title}." for each, one in clashes.items()]
    if faults:
        raise InstrumentError.listing(name, faults)
    known[instrument.key] = instrument


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _shipped_files() -> list[Path]:
    return sorted(Path(str(file)) for file in files(__package__).iterdir() if file.name.endswith(".toml"))


INSTRUMENTS = Registry(_shipped_files(), lambda: configuration_folder() / "instruments")


def find_instrument(key: str) -> Instrument:
    """Return the instrument registered under `key`.

    Raises
    ------
    UnknownNameError
        Lists the registered keys and the nearest ones.
    InstrumentError
        The user's configuration folder has a file of that name which cannot be used; says why.
    """
    try:
        return INSTRUMENTS[key]
    except KeyError:
        raise UnknownNameError("instrument", key, INSTRUMENTS) from None


def add_instrument(instrument: Instrument | str | PathLike[str]) -> Instrument:
    """Register an instrument for this process, so that files, scores and pages know it.

    Parameters
    ----------
    instrument
        One that :func:`read_instrument` has read, or the path of its data file. The same one may be added again.

    Returns
    -------
    Instrument
        What was added.

    Raises
    ------
    InstrumentError
        The file is wrong, or its key or one of its names is taken by another instrument. All faults at once.
    """
    if isinstance(instrument, Instrument):
        INSTRUMENTS.add(instrument, instrument.key)
        return instrument
    read = read_instrument(instrument)
    INSTRUMENTS.add(read, Path(instrument).name)
    return read
