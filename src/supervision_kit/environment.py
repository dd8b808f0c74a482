"""What the kit's own server tells the kernels behind its pages, by environment variables."""

CHART_URL = "SUPERVISION_KIT_CHART_URL"
"""Where, below its base URL, the server serves the script that draws charts."""

RATINGS = "SUPERVISION_KIT_RATINGS"
"""The files that the server was started for, as absolute paths joined by ``os.pathsep``, instead of a notebook's."""
