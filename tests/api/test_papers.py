"""Work descriptions and work receipts: what stands on them, whatever the texts are, and who may fetch them."""

import asyncio
import io
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from pypdf import PdfReader

from api.papers.pages import pdf_of, printable
from api.papers.tickets import issue
from domain.access.models import User
from domain.core.actor import Role
from domain.orders.models import ServiceOrder
from domain.orders.papers import MOST_ROWS, Paper, PaperKind, PaperLine, PaperNote, paper_of
from domain.projects.models import Project
from domain.projects.rules import TransactionType
from domain.workforce.models import Worker
from tests.builders import agreed, rows
from tests.builders.actors import DISPATCHER, MANAGER, customer, technician
from tests.builders.times import MONDAY, SetClock, at
from tests.serving import SECRET, Server

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
HOSTILE = "<b>x</b> & <img src='file:///etc/passwd'/> </para> %s \\ {0} \N{RIGHT-TO-LEFT OVERRIDE}end"
LINE = PaperLine(1, TransactionType.HOUR, "Smøre døre", None, None, None, "Åse Bæk", Decimal("1.5000"), "h", None)
PAPER = Paper(
    kind=PaperKind.WORK_DESCRIPTION,
    company="Nordhavn Kølesønner A/S",
    number="SO-1",
    description="Kølerummet køler ikke",
    zone=COPENHAGEN,
    priority="HIGH",
    customer="Havnens Køl ApS (CUS-1)",
    address=("Lager Æ", "Søndre Kaj 4", "2150 Nordhavn, DK"),
    contact=("Bo Ågård", "+45 10 12 34 56"),
    agreement="SA-1 To elevatorer",
    responsible="Ole Ø",
    technician=None,
    service_at=datetime(2026, 11, 23, 8, tzinfo=UTC),
    signed_off_at=None,
    printed_at=datetime(2026, 11, 23, 9, tzinfo=UTC),
    objects=("Lift 1 (S-1)",),
    notes=(PaperNote("Inspection", "Key at the reception", "One lift rests"),),
    lines=(LINE,),
    more=False,
)


def text_of(content: bytes) -> str:
    """All that can be read in a PDF file, one space between words."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


# --- what is drawn ---------------------------------------------------------------------------------------------------


def test_danish_letters_are_read_back() -> None:
    text = text_of(pdf_of(PAPER))

    for part in ("Work description SO-1", "Kølerummet køler ikke", "Lager Æ", "Bo Ågård", "Smøre døre", "Åse Bæk"):
        assert part in text
    assert "2026-11-23 09:00" in text  # 08:00 UTC on the clocks of Copenhagen
    assert "1.5 h" in text
    assert "signature" not in text


def test_a_receipt_has_a_place_to_sign_and_says_when_the_work_was_signed_off() -> None:
    paper = replace(PAPER, kind=PaperKind.WORK_RECEIPT, signed_off_at=datetime(2026, 7, 1, 12, 30, tzinfo=UTC))

    text = text_of(pdf_of(paper))

    assert "Work receipt SO-1" in text
    assert "Customer's signature" in text
    assert "Signed off as done on 2026-07-01 14:30." in text


def test_markup_is_printed_as_it_was_typed() -> None:
    text = text_of(pdf_of(replace(PAPER, description=HOSTILE, customer=HOSTILE, objects=(HOSTILE,))))

    assert text.count("<b>x</b> & <img src='file:///etc/passwd'/> </para> %s \\ {0} end") == 3


def test_characters_without_a_shape_are_marked_and_invisible_ones_are_left_out() -> None:
    assert printable("æ\N{CJK UNIFIED IDEOGRAPH-4E2D}ø\u202eå\x00\n\t€") == "æ�øå\n€"


@pytest.mark.parametrize("text", ["x" * 1000, "ord " * 250, "Æ" * 1000, "\n" * 500 + "end", HOSTILE * 10])
def test_long_texts_are_broken_and_no_page_overflows(text: str) -> None:
    line = PaperLine(
        1, TransactionType.ITEM, text[:200], text[:120], text[:120], text[:120], text[:120], Decimal(1), "pcs", None
    )
    note = PaperNote(text[:120], text, text)
    paper = replace(PAPER, description=text, notes=(note,) * 5, objects=(text[:120],) * 5, lines=(line,) * 5)

    pages = PdfReader(io.BytesIO(pdf_of(paper))).pages

    assert len(pages) < 40


def test_the_largest_paper_is_drawn_in_bounded_time_and_space() -> None:
    note = PaperNote("Task", "i" * 1000, "e" * 1000)
    paper = replace(
        PAPER, notes=(note,) * MOST_ROWS, lines=(LINE,) * MOST_ROWS, objects=("O" * 120,) * MOST_ROWS, more=True
    )

    began = perf_counter()
    content = pdf_of(paper)

    assert perf_counter() - began < 20
    assert len(content) < 2_000_000
    assert "There is more than fits on this paper" in text_of(content)


def test_the_same_paper_is_the_same_file() -> None:
    assert pdf_of(PAPER) == pdf_of(PAPER)


def test_no_font_is_looked_for_elsewhere() -> None:
    pages: Any = PdfReader(io.BytesIO(pdf_of(PAPER))).pages
    fonts = {
        str(font.get_object()["/BaseFont"]).split("+")[-1]
        for page in pages
        for font in page["/Resources"]["/Font"].values()
    }

    assert fonts <= {"DejaVuSans", "DejaVuSans-Bold", "/Helvetica"}
    assert {"DejaVuSans", "DejaVuSans-Bold"} <= fonts


# --- what is read ----------------------------------------------------------------------------------------------------


async def an_order_to_print() -> ServiceOrder:
    """An agreement's order with a contact, objects, notes and lines, one of which is cancelled."""
    await rows.the_parameters()
    kunde = await rows.a_customer(name="Havnens Køl ApS")
    project = await rows.a_project(customer_id=kunde.id)
    agreement = await agreed.an_agreement(project_id=project.id)
    site, contact = await rows.an_address(kunde), await rows.a_contact(kunde, phone="10203040")
    order = await rows.an_order(
        kunde,
        agreement_id=agreement.id,
        project_id=project.id,
        address_id=site.id,
        contact_id=contact.id,
        service_at=at(0),
        responsible_id=(await rows.a_worker(name="Ole Owner")).id,
    )
    relation = await agreed.a_related_object(agreement)
    task = await rows.a_service_task(name="Eftersyn")
    await agreed.a_related_task(agreement, task, internal_note="Nøgle under måtten", external_note="Liften holder")
    meg, tim = await rows.a_worker(name="Meg Madsen"), await rows.a_worker(name="Tim Technician")
    await rows.a_line(order, description="Smøre", worker_id=meg.id, task_id=task.id, object_relation_id=relation.id)
    await rows.a_line(order, description="Rense", worker_id=tim.id, signed_off_at=at(1))
    await rows.a_line(order, description="Aflyst", status="CANCELED")
    return order


@pytest.mark.usefixtures("database")
async def test_a_paper_says_what_its_reader_may_see() -> None:
    order = await an_order_to_print()
    tim = await Worker.get(name="Tim Technician")
    described = PaperKind.WORK_DESCRIPTION

    full = await paper_of(DISPATCHER, described, order.id, now=MONDAY)
    his = await paper_of(technician(tim.id), described, order.id, now=MONDAY)
    hers = await paper_of(customer(order.customer_id), described, order.id, now=MONDAY)

    assert full is not None
    assert his is not None
    assert hers is not None
    assert (full.company, full.customer) == ("Nordhavn Service A/S", hers.customer)
    assert full.contact == ("Bo Holm", "10203040")
    assert [line.description for line in full.lines] == ["Smøre", "Rense"]
    assert (full.lines[0].task, full.lines[0].object, full.lines[0].worker) == ("Eftersyn", "Lift 1", "Meg Madsen")
    assert [line.description for line in his.lines] == ["Rense"]
    assert full.notes == his.notes == (PaperNote("Eftersyn", "Nøgle under måtten", "Liften holder"),)
    assert hers.notes == (PaperNote("Eftersyn", "", "Liften holder"),)
    assert (full.objects, hers.objects) == (("Lift 1",), ())
    assert (full.responsible, hers.responsible) == ("Ole Owner", None)
    assert [(line.description, line.worker, line.object) for line in hers.lines] == [
        ("Smøre", None, None),
        ("Rense", None, None),
    ]


@pytest.mark.usefixtures("database")
async def test_a_receipt_lists_what_is_signed_off() -> None:
    order = await an_order_to_print()

    paper = await paper_of(MANAGER, PaperKind.WORK_RECEIPT, order.id, now=MONDAY)

    assert paper is not None
    assert [line.description for line in paper.lines] == ["Rense"]


@pytest.mark.usefixtures("database")
async def test_a_customer_reads_nothing_of_anothers_agreement() -> None:
    order, other = await an_order_to_print(), await rows.a_customer()
    order.customer_id = other.id
    await order.save(update_fields=["customer_id"])

    paper = await paper_of(customer(other.id), PaperKind.WORK_DESCRIPTION, order.id, now=MONDAY)

    assert paper is not None
    assert (paper.agreement, paper.notes) == (None, ())


@pytest.mark.usefixtures("database")
async def test_nobody_reads_a_paper_of_an_order_they_may_not_see() -> None:
    order, stranger = await an_order_to_print(), await rows.a_worker()
    other = await rows.a_customer()

    for actor in (technician(stranger.id), technician(None), customer(other.id), customer(None)):
        assert await paper_of(actor, PaperKind.WORK_DESCRIPTION, order.id, now=MONDAY) is None
    assert await paper_of(MANAGER, PaperKind.WORK_DESCRIPTION, order.id + 1, now=MONDAY) is None


# --- over HTTP -------------------------------------------------------------------------------------------------------


@pytest.fixture
async def client(server: Server) -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, timeout=20) as made:
        yield made


async def fetch(client: httpx.AsyncClient, path: str, token: str | None = None) -> httpx.Response:
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    return await client.get(path, headers=headers)


LINK = """
query ($order: ID!, $kind: WorkPaperKind!) { documentLink(orderId: $order, kind: $kind) { url expiresAt } }"""


async def test_a_paper_is_fetched_with_a_token(server: Server, client: httpx.AsyncClient) -> None:
    order = await an_order_to_print()
    path = f"/documents/work-description/so_{order.id}.pdf"

    answer = await fetch(client, path, await server.token(Role.DISPATCHER))

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["content-disposition"] == f"inline; filename*=UTF-8''work-description-{order.number}.pdf"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    text = text_of(answer.content)
    assert "Havnens Køl ApS" in text
    assert "Nøgle under måtten" in text


async def test_roles_hold(server: Server, client: httpx.AsyncClient) -> None:
    order = await an_order_to_print()
    by_customer, by_technician = await server.token(Role.CUSTOMER), await server.token(Role.TECHNICIAN)
    kim = await User.get(role=Role.CUSTOMER)
    path = f"/documents/work-receipt/so_{order.id}.pdf"

    # Both are signed in, and it is neither hers nor his.
    assert [(await fetch(client, path, token)).status_code for token in (by_customer, by_technician)] == [404, 404]

    order.customer_id = kim.customer_id or 0
    await order.save(update_fields=["customer_id"])
    await Project.filter(id=order.project_id).update(customer_id=kim.customer_id)
    answer = await fetch(client, path, by_customer)
    assert answer.status_code == 200
    text = text_of(answer.content)
    assert "Liften holder" in text
    assert "Nøgle" not in text


@pytest.mark.parametrize(
    "path",
    [
        "/documents/work-description/so_404.pdf",
        "/documents/work-description/act_1.pdf",
        "/documents/work-description/so_99999999999999999999.pdf",
        "/documents/work-description/so_01.pdf",
        "/documents/invoice/so_1.pdf",
        "/documents/work-description/..%2f..%2fetc%2fpasswd.pdf",
        "/documents/work-description/so_1",
    ],
)
async def test_what_is_not_there_is_not_found(server: Server, client: httpx.AsyncClient, path: str) -> None:
    await an_order_to_print()

    assert (await fetch(client, path, await server.token(Role.SERVICE_MANAGER))).status_code == 404


async def test_who_is_not_signed_in_gets_nothing(client: httpx.AsyncClient) -> None:
    order = await an_order_to_print()
    path = f"/documents/work-description/so_{order.id}.pdf"

    for answer in (await fetch(client, path), await fetch(client, path, "guess")):
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/json")
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert (await client.get(path, headers={"authorization": "Basic abc"})).status_code == 401
    assert (await client.post(path)).status_code == 405


async def test_a_link_is_good_for_one_paper_and_five_minutes(
    server: Server, client: httpx.AsyncClient, set_clock: SetClock
) -> None:
    order, other = await an_order_to_print(), await rows.an_order()
    link = (await server.ask(LINK, by=Role.DISPATCHER, order=f"so_{order.id}", kind="WORK_RECEIPT"))["documentLink"]
    receipt, _, ticket = link["url"].partition("?")

    assert receipt == f"/documents/work-receipt/so_{order.id}.pdf"
    assert link["expiresAt"] == "2026-11-23T08:05:00Z"
    assert (await fetch(client, link["url"])).status_code == 200
    for path in (f"/documents/work-description/so_{order.id}.pdf", f"/documents/work-receipt/so_{other.id}.pdf"):
        assert (await fetch(client, f"{path}?{ticket}")).status_code == 401
    for wrong in (ticket[:-4] + "AAAA", "ticket=", "ticket=a.b.c", "ticket=" + "x" * 700, "ticket=æ"):
        assert (await fetch(client, f"{receipt}?{wrong}")).status_code == 401
    set_clock.advance(timedelta(minutes=5))
    assert (await fetch(client, link["url"])).status_code == 401


async def test_a_link_ends_with_its_session(server: Server, client: httpx.AsyncClient) -> None:
    order = await an_order_to_print()
    link = (await server.ask(LINK, by=Role.DISPATCHER, order=f"so_{order.id}", kind="WORK_RECEIPT"))["documentLink"]

    await server.ask("mutation { signOut(input: {}) { userErrors { code } } }", by=Role.DISPATCHER)

    assert (await fetch(client, link["url"])).status_code == 401


async def test_an_access_token_is_no_ticket_and_a_ticket_no_access_token(
    server: Server, client: httpx.AsyncClient
) -> None:
    order = await an_order_to_print()
    path, token = f"/documents/work-receipt/so_{order.id}.pdf", await server.token(Role.DISPATCHER)
    ticket, _ = issue(SECRET, MANAGER, path, datetime.now(UTC))

    assert (await fetch(client, f"{path}?ticket={token}")).status_code == 401
    assert not await server.lets_in(ticket)


async def test_no_link_to_what_one_may_not_see(server: Server) -> None:
    order = await an_order_to_print()

    for given in (f"so_{order.id}", "so_404", "act_1", "so_99999999999999999999"):
        answer = await server.ask(LINK, by=Role.CUSTOMER, order=given, kind="WORK_RECEIPT")
        assert answer == {"documentLink": None}


async def test_others_are_answered_while_papers_are_drawn(server: Server, client: httpx.AsyncClient) -> None:
    order = await an_order_to_print()
    await asyncio.gather(*(rows.a_line(order, line_number=n, description="d" * 200) for n in range(10, 40)))
    token = await server.token(Role.SERVICE_MANAGER)
    path = f"/documents/work-description/so_{order.id}.pdf"
    await fetch(client, path, token)

    drawing = asyncio.gather(*(fetch(client, path, token) for _ in range(5)))
    turns = 0
    while not drawing.done():
        await asyncio.sleep(0.005)
        turns += 1

    assert {answer.status_code for answer in await drawing} == {200}
    # Drawn on the event loop, each paper would leave it to others no more than a few times.
    assert turns > 25
