"""A published bundle: a folder of tables, pages, a manifest and a disclosure report; how it is written and opened."""

from supervision_kit.bundles.opening import Bundle, open_bundle

__all__ = ["Bundle", "open_bundle"]
