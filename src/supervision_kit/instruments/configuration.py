"""Where a clinic keeps its own instruments and item labels."""

from __future__ import annotations

from pathlib import Path


def configuration_folder() -> Path:
    """Return the user's configuration folder for the kit; it need not be there."""
    from platformdirs import user_config_path

    return user_config_path("supervision_kit", appauthor=False)
