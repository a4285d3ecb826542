"""Service agreements over HTTP: the tree of templates, look-ups, and what customers see of their own."""

from domain.access.models import User
from domain.core.actor import Role
from tests.builders import agreed, rows
from tests.serving import Server


async def test_the_tree_goes_from_groups_to_templates_to_lines(server: Server) -> None:
    top = await agreed.a_template_group(name="Lifts")
    below = await agreed.a_template_group(name="Goods lifts", parent_id=top.id)
    template = await agreed.an_agreement(number="T-1", template_group_id=below.id)
    await agreed.an_agreement_line(template, description="Grease")
    await agreed.an_agreement()
    text = """{ templateTree { name templates { number }
      children { name parent { name } templates { number template lines { description } } } } }"""

    found = await server.ask(text, by=Role.TECHNICIAN)

    assert found["templateTree"] == [
        {
            "name": "Lifts",
            "templates": [],
            "children": [
                {
                    "name": "Goods lifts",
                    "parent": {"name": "Lifts"},
                    "templates": [{"number": "T-1", "template": True, "lines": [{"description": "Grease"}]}],
                }
            ],
        }
    ]
    assert await server.codes(text, by=Role.CUSTOMER) == ["FORBIDDEN"]


async def test_a_customer_sees_own_agreements_and_external_notes_only(server: Server) -> None:
    await server.token(Role.CUSTOMER)
    user = await User.get(role=Role.CUSTOMER)
    own = await agreed.an_agreement(number="SA-1", project_id=(await rows.a_project(customer_id=user.customer_id)).id)
    await agreed.a_related_task(own, internal_note="Dog", external_note="We call first")
    await agreed.a_template(project_id=own.project_id)
    other = await agreed.a_related_task(await agreed.an_agreement(number="SA-2"), external_note="Not yours")
    text = """{ serviceAgreements { totalCount nodes {
      number description startsOn endsOn taskRelations { taskName internalNote externalNote } } } }"""

    seen = await server.ask(text, by=Role.CUSTOMER)

    note = {"taskName": "Inspection", "internalNote": None, "externalNote": "We call first"}
    agreement = {"number": "SA-1", "description": "Two lifts", "startsOn": "2026-01-01", "endsOn": "2026-12-31"}
    assert seen["serviceAgreements"] == {"totalCount": 1, "nodes": [agreement | {"taskRelations": [note]}]}
    hidden = "query($id: ID!) { node(id: $id) { id } }"
    for key in (f"sa_{other.agreement_id}", f"trl_{other.id}"):
        assert await server.ask(hidden, by=Role.CUSTOMER, id=key) == {"node": None}
    for closed in ("lines { id }", "objectRelations { id }", "group { name }", "responsible { name }"):
        assert await server.codes(f"{{ serviceAgreements {{ nodes {{ {closed} }} }} }}", by=Role.CUSTOMER) == [
            "FORBIDDEN"
        ]
    technician = await server.ask('{ serviceAgreement(by: {number: "SA-1"}) { taskRelations { internalNote } } }')
    assert technician["serviceAgreement"] == {"taskRelations": [{"internalNote": "Dog"}]}


async def test_agreements_are_filtered(server: Server) -> None:
    customer = await rows.a_customer()
    project = await rows.a_project(customer_id=customer.id)
    one = await agreed.an_agreement(number="SA-1", project_id=project.id)
    two = await agreed.an_agreement(number="SA-2", suspended=True, ends_on=None)
    await agreed.a_template(number="SA-3", starts_on="2026-07-01")
    text = "query($filter: ServiceAgreementFilter!) { serviceAgreements(filter: $filter) { nodes { number } } }"

    async def numbers(**conditions: object) -> list[str]:
        found = await server.ask(text, filter=conditions)
        return [node["number"] for node in found["serviceAgreements"]["nodes"]]

    assert await numbers(customerIds=[f"cus_{customer.id}"]) == ["SA-1"]
    assert await numbers(projectIds=[f"prj_{two.project_id}"]) == ["SA-2"]
    assert await numbers(groupIds=[f"agg_{one.group_id}"]) == ["SA-1"]
    assert await numbers(suspended=True) == ["SA-2"]
    assert await numbers(template=True) == ["SA-3"]
    assert await numbers(template=False) == ["SA-1", "SA-2"]
    assert await numbers(validOn="2026-06-30") == ["SA-1", "SA-2"]
    assert await numbers(validOn="2027-01-01") == ["SA-2"]
