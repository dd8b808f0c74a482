"""``python -m supervision_kit`` is ``supervision-kit``."""

import sys

from supervision_kit.cli import main

sys.exit(main())
