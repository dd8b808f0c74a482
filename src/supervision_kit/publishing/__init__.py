"""What was de-identified, written as a bundle of tables and pages, or as one page that opens by double click."""

from supervision_kit.publishing.writing import publish

__all__ = ["publish"]
