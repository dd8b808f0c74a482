"""The versions of a workspace, for Alembic: one file a version, never changed once it is out."""
