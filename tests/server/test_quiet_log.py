"""The log never holds a value."""

import logging
import logging.config

import pytest

from supervision_kit.server.quiet_log import LOGGING, Redacted


def logged(error):
    record = logging.LogRecord(
        "voila", logging.ERROR, "", 0, "Error at server while executing cell: %r", ("Jane",), None
    )
    record.exc_info = (type(error), error, None)
    Redacted().filter(record)
    return logging.Formatter().format(record)


def test_an_exception_is_named_without_its_text_its_source_or_its_place():
    line = logged(ValueError("Jane Doe, born 1970"))
    assert line == "Something stopped with ValueError. To see why, open its notebook with: supervision-kit lab"


def test_a_failed_cell_is_named_by_its_own_error():
    from nbclient.exceptions import CellExecutionError

    line = logged(CellExecutionError("Traceback: Jane Doe", "KeyError", "'Jane Doe'"))
    assert line == "Something stopped with KeyError. To see why, open its notebook with: supervision-kit lab"


def test_what_every_visit_repeats_is_left_out():
    record = logging.LogRecord("voila", logging.WARNING, "", 0, "Notebook %s is not trusted", ("3_case.ipynb",), None)
    assert Redacted().filter(record) is False


@pytest.fixture
def restored_logging():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    logging.getLogger("tornado.general").setLevel(logging.NOTSET)


@pytest.mark.usefixtures("restored_logging")
def test_everything_below_a_warning_is_left_out(capsys):
    logging.config.dictConfig(LOGGING)
    logging.getLogger("supervision_kit.server").info("quiet")
    logging.getLogger("supervision_kit.server").warning("heard")
    assert capsys.readouterr().err == "supervision_kit: heard\n"
