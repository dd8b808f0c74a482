"""supervision_kit: session-by-session alliance ratings, turned into supervision.

The public names stand in ``__init__.pyi``, by stage of the line; each loads when it is first used.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
