"""The names of the months, folded as :func:`supervision_kit.records.vocabulary.fold` does, in nine languages."""

from __future__ import annotations

from collections.abc import Mapping

MONTHS: Mapping[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janner jaenner janv janvier ene enero gen gennaio januari janeiro",
            "feb february februar fev fevr fevrier febrero febbraio februari fevereiro",
            "mar march marz maerz mrz maer mars marzo mrt maart marco marts",
            "apr april avr avril abr abril aprile",
            "may mai mayo mag maggio mei maio maj",
            "jun june juni juin junio giu giugno junho",
            "jul july juli juil juillet julio lug luglio julho",
            "aug august aout ago agosto augustus augusti",
            "sep sept september septembre septiembre set settembre setembro",
            "oct october okt oktober octobre octubre ott ottobre out outubro",
            "nov november novembre noviembre novembro",
            "dec december dez dezember decembre dic diciembre dicembre dezembro des desember",
        ),
        start=1,
    )
    for name in names.split()
}
