"""The pages, served: Voila for viewers, JupyterLab for authors. Voila itself loads when serving begins."""

from supervision_kit.server.demo import serve_demo
from supervision_kit.server.lab import open_lab
from supervision_kit.server.sharing.serving import serve_bundle

__all__ = ["open_lab", "serve_bundle", "serve_demo"]
