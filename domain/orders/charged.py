"""What a line of an order is charged as, and on which project; inside an open transaction."""

from domain.core.rows import existing, usable
from domain.orders import rules
from domain.parameters.queries import company_parameters
from domain.projects.models import Project, ProjectCategory
from domain.projects.queries import check_project_allows
from domain.projects.rules import TransactionType


async def category_for(transaction_type: TransactionType, category_id: int | None) -> int | None:
    """The project category of a line: of its type, and in use unless the company allows others.

    Without one given it is the only one of its type.

    Raises:
        Refused: NOT_FOUND, INVALID.

    Source: DOMAIN.md 2, 5.2.
    """
    if category_id is None:
        of_type = ProjectCategory.filter(transaction_type=transaction_type, active_in_journals=True)
        found = await of_type.order_by("id").limit(2).values_list("id", flat=True)
        return rules.only_category(transaction_type, [int(str(each)) for each in found])
    if (await company_parameters()).inactive_categories_selectable:
        await existing(ProjectCategory, category_id, "project category", "categoryId")
    else:
        await usable(ProjectCategory, category_id, "project category", "categoryId", flag="active_in_journals")
    category = await ProjectCategory.get(id=category_id)
    rules.check_category_type(transaction_type, category.transaction_type, category.number)
    return category_id


async def line_property_of(project_id: int | None) -> int | None:
    """How lines on a project are charged unless told.

    Source: DOMAIN.md 2.
    """
    return None if project_id is None else (await Project.get(id=project_id)).line_property_id


async def check_project_takes(project_id: int | None, worker_id: int | None, category_id: int | None) -> None:
    """Refuse a line whose worker or category its project does not take.

    Raises:
        Refused: PROJECT_VALIDATION.

    Source: DOMAIN.md 2.
    """
    await check_project_allows(project_id, worker_id=worker_id, category_id=category_id)
