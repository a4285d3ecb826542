"""Which service agreements are meant: the conditions of a list, and of what is planned for many at once."""

from dataclasses import dataclass
from datetime import date

from tortoise.expressions import Q


@dataclass(frozen=True, slots=True)
class AgreementCriteria:
    """Conditions on service agreements, all of which are to be met; None is no condition."""

    search: str | None = None
    numbers: tuple[str, ...] | None = None
    group_ids: tuple[int, ...] | None = None
    project_ids: tuple[int, ...] | None = None
    customer_ids: tuple[int, ...] | None = None
    suspended: bool | None = None
    template: bool | None = None
    valid_on: date | None = None

    def where(self) -> Q:
        """The condition on stored agreements."""
        where = Q()
        if self.search:
            where &= Q(number__icontains=self.search) | Q(description__icontains=self.search)
        if self.numbers is not None:
            where &= Q(number__in=list(self.numbers))
        if self.group_ids is not None:
            where &= Q(group_id__in=list(self.group_ids))
        if self.project_ids is not None:
            where &= Q(project_id__in=list(self.project_ids))
        if self.customer_ids is not None:
            where &= Q(project__customer_id__in=list(self.customer_ids))
        if self.suspended is not None:
            where &= Q(suspended=self.suspended)
        if self.template is not None:
            where &= Q(template_group_id__isnull=not self.template)
        if self.valid_on is not None:
            where &= Q(starts_on__lte=self.valid_on) & (Q(ends_on__isnull=True) | Q(ends_on__gte=self.valid_on))
        return where
