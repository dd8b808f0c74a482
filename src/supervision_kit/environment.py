"""The names of the environment variables that the kit reads."""

CHART_URL = "SUPERVISION_KIT_CHART_URL"
"""Where, below its base URL, the server serves the script that draws charts."""

RATINGS = "SUPERVISION_KIT_RATINGS"
"""The files that the server was started for, as absolute paths joined by ``os.pathsep``, instead of a notebook's."""

WORKSPACE = "SUPERVISION_KIT_WORKSPACE"
"""The workspace to use where none is named: a path, or the URL of a PostgreSQL database."""

FLEETING = "SUPERVISION_KIT_FLEETING"
"""Set where that workspace lasts only as long as the server that was started without one."""

SAMPLE = "SUPERVISION_KIT_SAMPLE"
"""Where a demonstration keeps the sample caseload with what is noted about it, until ratings are imported: a path."""

BUNDLE = "SUPERVISION_KIT_BUNDLE"
"""The folder of a published bundle, as an absolute path: pages show it, read-only, instead of anything else."""

LANGUAGE = "SUPERVISION_KIT_LANGUAGE"
"""The language of the pages, such as ``de``."""

ASKED_LANGUAGE = "HTTP_ACCEPT_LANGUAGE"
"""The language that a page was asked for in: the server settles it, from the viewer's choice or the browser's wish."""

ROLE = "SUPERVISION_KIT_ROLE"
"""What a viewer of a consultation may do: ``facilitator`` or ``participant``, as they signed in; the server says it."""

VIEWER = "SUPERVISION_KIT_VIEWER"
"""Which viewer this is: a random word drawn at sign-in, the same after a reload."""

CONSULTATION = "SUPERVISION_KIT_CONSULTATION"
"""Where the group's consultation is kept while it goes on, and after: the path of its own SQLite file."""
