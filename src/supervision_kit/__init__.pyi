from . import apps as apps
from . import charts as charts
from .caseload import review_caseload as review_caseload
from .detection import METHODS as METHODS
from .detection import AdjacentDrop as AdjacentDrop
from .detection import ControlChart as ControlChart
from .detection import Cutoff as Cutoff
from .detection import mark_sessions as mark_sessions
from .episodes import falls_among as falls_among
from .episodes import find_episodes as find_episodes
from .errors import RecordsError as RecordsError
from .errors import SettingError as SettingError
from .errors import SupervisionKitError as SupervisionKitError
from .errors import TableError as TableError
from .errors import UnknownNameError as UnknownNameError
from .errors import WorkspaceError as WorkspaceError
from .instruments import INSTRUMENTS as INSTRUMENTS
from .instruments import Instrument as Instrument
from .records import ColumnMapping as ColumnMapping
from .records import Ratings as Ratings
from .records import list_columns as list_columns
from .records import read_ratings as read_ratings
from .repair import RepairRule as RepairRule
from .repair import follow_repairs as follow_repairs
from .scoring import score_responses as score_responses
from .simulate import simulate_caseload as simulate_caseload

__version__: str
