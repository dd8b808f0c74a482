"""How pages are written out: by Voila's exporter, with templates that are compiled once for all visits."""

from __future__ import annotations

from types import CodeType

from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from voila import notebook_renderer
from voila.exporter import VoilaExporter


class KeptInMemory(BytecodeCache):
    """Keeps compiled templates as long as this process lives; each is compiled anew once its text has changed."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Hand out what is kept of a template."""
        checksum, code = self._kept.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a compiled template."""
        if bucket.code is not None:
            self._kept[bucket.key] = bucket.checksum, bucket.code


_kept = KeptInMemory()


class PageExporter(VoilaExporter):
    """Voila's exporter, of which each visit has its own; compiling its templates took most of a visit."""

    def _create_environment(self) -> Environment:
        environment: Environment = super()._create_environment()
        environment.bytecode_cache = _kept
        return environment


def keep_templates() -> None:
    """Let Voila write its pages out by this exporter; there is no setting for that."""
    notebook_renderer.VoilaExporter = PageExporter
