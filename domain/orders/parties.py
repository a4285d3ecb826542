"""For whom an order is, whom to ask for, and where it is done; inside an open transaction."""

from domain.core.errors import Code, Refused, not_found
from domain.core.operation import Work
from domain.core.rows import existing, usable
from domain.customers.addresses import GivenAddress, put_down
from domain.customers.models import Address, Contact, Customer
from domain.orders.models import ServiceOrder
from domain.projects.models import Project


async def customer_for(customer_id: int | None, project_id: int | None) -> int:
    """The customer of an order: the one given, else that of its project.

    Raises:
        Refused: NOT_FOUND, INVALID.

    Source: DOMAIN.md 5.3.
    """
    known = await usable(Customer, customer_id, "customer", "customerId")
    if known is None and project_id is not None:
        known = (await Project.get(id=project_id)).customer_id
    if known is None:
        raise Refused(Code.INVALID, "Say for which customer the order is; no project tells.", ("customerId",))
    return known


async def contact_for(contact_id: int | None, customer_id: int) -> int | None:
    """`contact_id`, known to be a contact of the customer; None stays None.

    Raises:
        Refused: NOT_FOUND.
    """
    if contact_id is not None and not await Contact.filter(id=contact_id, customer_id=customer_id).exists():
        raise not_found("contact of this customer", "contactId")
    return contact_id


async def address_for(
    work: Work, order: ServiceOrder, address_id: int | None, given: GivenAddress | None
) -> int | None:
    """The address of an order: any that is known, or a new one, which its project's customer then has too.

    Raises:
        Refused: NOT_FOUND, INVALID, ADDRESS_NAME_EXISTS, NUMBER_SEQUENCE_MISSING.

    Source: DOMAIN.md 5.4.
    """
    if given is None:
        return await existing(Address, address_id, "address", "addressId")
    if address_id is not None:
        raise Refused(Code.INVALID, "Choose an address or give a new one, not both.", ("newAddress",))
    project = None if order.project_id is None else await Project.get(id=order.project_id)
    customer_id = order.customer_id if project is None or project.customer_id is None else project.customer_id
    try:
        return await put_down(work, customer_id, given)
    except Refused as refused:
        raise refused.under("newAddress") from None


async def usual_address(project_id: int | None) -> int | None:
    """Where an order of a project is done unless told: at the first address of the project's customer.

    Source: DOMAIN.md 5.4.
    """
    if project_id is None:
        return None
    customer_id = (await Project.get(id=project_id)).customer_id
    of_customer = Address.filter(customer_id=customer_id or 0, this_service_only=False)
    first = await of_customer.order_by("id").first()
    return None if first is None else first.id
