"""A paper as PDF: A4 pages with what stands on it. Whatever the texts are, they are printed as texts."""

import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, KeepTogether, LongTable, Paragraph, SimpleDocTemplate, Spacer, Table

from domain.orders.papers import Paper, PaperKind, PaperLine

_FONTS = Path(__file__).parent / "fonts"
_REGULAR, _BOLD = "DejaVuSans", "DejaVuSans-Bold"
_INK, _GREY, _RULE = HexColor("#1a1a1a"), HexColor("#666666"), HexColor("#bbbbbb")
_UNKNOWN = "\N{REPLACEMENT CHARACTER}"
_TITLES = {PaperKind.WORK_DESCRIPTION: "Work description", PaperKind.WORK_RECEIPT: "Work receipt"}
_TYPES = {"HOUR": "Hours", "EXPENSE": "Expense", "ITEM": "Item", "FEE": "Fee"}
_WIDTH = A4[0] - 36 * mm
_HEAD = ParagraphStyle("head", fontName=_BOLD, fontSize=16, leading=20, textColor=_INK)
_PART = ParagraphStyle("part", fontName=_BOLD, fontSize=10, leading=14, textColor=_INK, spaceBefore=10, spaceAfter=2)
_TEXT = ParagraphStyle("text", fontName=_REGULAR, fontSize=9, leading=12, textColor=_INK)
_SMALL = ParagraphStyle("small", parent=_TEXT, fontSize=8, leading=10)
_STRONG = ParagraphStyle("strong", parent=_SMALL, fontName=_BOLD)
_QUIET = ParagraphStyle("quiet", parent=_SMALL, textColor=_GREY)


def pdf_of(paper: Paper) -> bytes:
    """The paper as a PDF file. Takes processor time: call it beside the event loop, one at a time."""
    _known_characters()
    out = io.BytesIO()
    title = f"{_TITLES[paper.kind]} {paper.number}"
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=18 * mm,
        rightMargin=18 * mm,
        topMargin=18 * mm,
        bottomMargin=20 * mm,
        title=printable(title),
        author=printable(paper.company),
        invariant=1,
    )

    def foot(canvas: Any, page: Any) -> None:
        canvas.setFont(_REGULAR, 8)
        canvas.setFillColor(_GREY)
        canvas.drawString(18 * mm, 11 * mm, printable(f"{paper.company}  {title}")[:110])
        canvas.drawRightString(A4[0] - 18 * mm, 11 * mm, f"{_moment(paper, paper.printed_at)}   {page.page}")

    document.build(list(_content(paper, title)), onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def printable(text: str) -> str:
    """`text` without invisible characters, and with a mark for those that the font does not have."""
    known = _known_characters()
    kept = (character for character in text if character == "\n" or unicodedata.category(character) not in _INVISIBLE)
    return "".join(character if character == "\n" or ord(character) in known else _UNKNOWN for character in kept)


_EMPTY_LINES = re.compile(r"\n\s*\n")
# Controls, and marks that would turn the direction of the texts behind them.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs"})


@cache
def _known_characters() -> frozenset[int]:
    """Registers the fonts, and gives what both can draw."""
    faces = [TTFont(name, str(_FONTS / f"{name}.ttf")) for name in (_REGULAR, _BOLD)]
    for face in faces:
        registerFont(face)
    regular, bold = (frozenset(face.face.charToGlyph) for face in faces)
    return regular & bold


# --- the parts of a page ---------------------------------------------------------------------------------------------


def _content(paper: Paper, title: str) -> Iterator[Flowable]:
    yield _paragraph(paper.company, _QUIET)
    yield _paragraph(title, _HEAD)
    yield Spacer(1, 3 * mm)
    yield _facts(_header(paper))
    if paper.description:
        yield _paragraph("What is to be done" if paper.kind is PaperKind.WORK_DESCRIPTION else "The order", _PART)
        yield _paragraph(paper.description, _TEXT)
    if paper.objects:
        yield _paragraph("Service objects", _PART)
        for each in paper.objects:
            yield _paragraph(f"\N{BULLET} {each}", _TEXT)
    yield from _notes(paper)
    if paper.lines:
        yield _paragraph("Work and materials", _PART)
        yield _lines(paper)
    if paper.more:
        yield _paragraph("There is more than fits on this paper; see the order itself.", _QUIET)
    if paper.kind is PaperKind.WORK_RECEIPT:
        yield KeepTogether(list(_signature(paper)))


def _header(paper: Paper) -> list[tuple[str, str]]:
    facts = [
        ("Customer", paper.customer),
        ("Site", "\n".join(paper.address)),
        ("Contact", ", ".join(paper.contact)),
        ("Service time", _moment(paper, paper.service_at)),
        ("Agreement", paper.agreement or ""),
        ("Responsible", paper.responsible or ""),
        ("Technician", paper.technician or ""),
        ("Priority", paper.priority.capitalize()),
    ]
    return [(name, value) for name, value in facts if value]


def _facts(facts: Iterable[tuple[str, str]]) -> Flowable:
    rows = [[_paragraph(name, _STRONG), _paragraph(value, _TEXT)] for name, value in facts]
    return Table(rows, colWidths=[30 * mm, _WIDTH - 30 * mm], hAlign="LEFT", splitInRow=1, style=[_TOP, *_CLOSE])


def _notes(paper: Paper) -> Iterator[Flowable]:
    if paper.notes:
        yield _paragraph("Tasks", _PART)
    for note in paper.notes:
        yield _paragraph(note.task, _STRONG)
        if note.external_note:
            yield _paragraph(note.external_note, _TEXT)
        if note.internal_note:
            yield _paragraph(f"Internal: {note.internal_note}", _QUIET)
        yield Spacer(1, 1.5 * mm)


def _lines(paper: Paper) -> Flowable:
    names = ("No.", "Type", "What", "Quantity", "Worker")
    widths = (10 * mm, 18 * mm, _WIDTH - 92 * mm, 26 * mm, 38 * mm)
    rows = [[_paragraph(name, _STRONG) for name in names], *(_row(line) for line in paper.lines)]
    rules = [("LINEBELOW", (0, 0), (-1, 0), 0.8, _INK), ("LINEBELOW", (0, 1), (-1, -1), 0.3, _RULE)]
    return LongTable(rows, colWidths=widths, repeatRows=1, splitInRow=1, style=[_TOP, *_CLOSE, *rules])


def _row(line: PaperLine) -> list[Flowable]:
    what = [text for text in (line.description, line.item, line.task, line.object) if text]
    cells = (
        str(line.number),
        _TYPES[line.transaction_type],
        "\n".join(dict.fromkeys(what)),
        f"{_quantity(line.quantity)} {line.unit}",
        line.worker or "",
    )
    return [_paragraph(cell, _SMALL) for cell in cells]


def _signature(paper: Paper) -> Iterator[Flowable]:
    yield Spacer(1, 10 * mm)
    if paper.signed_off_at is not None:
        yield _paragraph(f"Signed off as done on {_moment(paper, paper.signed_off_at)}.", _TEXT)
        yield Spacer(1, 4 * mm)
    fields = [[_paragraph(name, _QUIET) for name in ("Date", "Name in capitals", "Customer's signature")]]
    widths = (30 * mm, 55 * mm, _WIDTH - 85 * mm)
    yield Table(
        fields, colWidths=widths, rowHeights=[18 * mm], style=[_TOP, ("LINEABOVE", (0, 0), (-1, -1), 0.5, _INK)]
    )


_TOP = ("VALIGN", (0, 0), (-1, -1), "TOP")
_CLOSE = (
    ("LEFTPADDING", (0, 0), (0, -1), 0),
    ("TOPPADDING", (0, 0), (-1, -1), 1.5),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
)


def _paragraph(text: str, style: ParagraphStyle) -> Flowable:
    # Escaped, because reportlab reads markup in paragraphs; a page of empty lines says nothing.
    kept = _EMPTY_LINES.sub("\n\n", printable(text).strip())
    return Paragraph(escape(kept).replace("\n", "<br/>"), style)


def _moment(paper: Paper, at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone(paper.zone):%Y-%m-%d %H:%M}"


def _quantity(quantity: Decimal) -> str:
    written = f"{quantity:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written
