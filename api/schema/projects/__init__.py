"""Projects, what they are set up with, and what work on them costs."""

from api.schema.projects.types import Journal, LedgerAccount, LineProperty, Project, ProjectCategory, ProjectGroup

__all__ = ["Journal", "LedgerAccount", "LineProperty", "Project", "ProjectCategory", "ProjectGroup"]
