"""Projects and project categories."""
