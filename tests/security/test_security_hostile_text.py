"""Everything read from an ERP is hostile text: it stays text in the database, terminal, CSV, mail and workbook."""

import html
import io
import json
import re
import unicodedata
from email.message import EmailMessage

import openpyxl
import pytest
from acceptance_books import change, rows
from acceptance_plant import Plant, copy
from acceptance_sink import Sink, mail_table

CODES = [
    "=1+1",
    "@SUM(A1)",
    "+86-10",
    "-2+3",
    "'; DROP TABLE runs;--",
    "<img src=x onerror=alert(1)>",
    "{{7*7}}",
    "${jndi:x}",
    "%s%n{0}",
    "../../etc/passwd",
    '"><script>alert(2)</script>',
]
NAMES = [
    '=HYPERLINK("http://evil","x")',
    '=cmd|"/c calc"!A0',
    "零件\r\nBcc: evil@example.com",
    "\x1b[2J\x1b]0;owned\x07红",
    "\u202egnp.exe\u202c",
    "</td></table><script>alert(3)</script>",
    "a" * 250,
    "&lt;b&gt; & \"q\" 'p'",
    "{% include '/etc/passwd' %}",
    "[/bold][link=http://evil]x[/link]",
    "零\u200b宽\ufeff字",
]


@pytest.fixture(scope="session")
def hostile(calm: Plant, session_sink: Sink, tmp_path_factory: pytest.TempPathFactory) -> Plant:
    """Give a plant in mode hold whose eleven held items have hostile codes and names on both sides."""
    plant = copy(calm, tmp_path_factory.mktemp("hostile"))
    plant.configure(
        plant__mode="hold",
        mail=mail_table(session_sink),
        holds__share_floor=50,
        holds__max_items_per_run=50,
        sources__u8__hold={"via": "hold_table"},
    )
    for number, (code, name) in enumerate(zip(CODES, NAMES, strict=True), start=1):
        old = f"M-{number:03d}"
        change(plant.k3, "UPDATE t_ICItem SET FNumber = ?, FName = ? WHERE FNumber = ?", code, name, old)
        change(plant.u8, "UPDATE Inventory SET cInvCode = ?, cInvName = ? WHERE cInvCode = ?", code, name, old)
        change(plant.u8, "UPDATE CurrentStock SET cInvCode = ? WHERE cInvCode = ?", code, old)
        change(plant.u8, "UPDATE CurrentStock SET iQuantity = 5 WHERE cInvCode = ? AND cWhCode = '01'", code)
    change(plant.u8, "UPDATE Warehouse SET cWhName = '=1+2<b>仓' WHERE cWhCode = '01'")
    change(plant.k3, "UPDATE t_Stock SET FName = '=1+2<b>仓' WHERE FNumber = '01'")
    plant.accept()
    plant.later(minutes=5)
    plant.reconcile()
    plant.later(minutes=30)
    done = plant.reconcile()
    assert done.code == 10
    assert done.json["confirmed"] == len(CODES), done.json
    return plant


@pytest.fixture(scope="session")
def message(hostile: Plant, session_sink: Sink) -> EmailMessage:
    """Give the owner's mail."""
    return next(m for m in session_sink.to("wangfang@example.com") if "{{7*7}}" in m.get_body(("plain",)).get_content())


def test_every_code_is_found_held_and_kept_as_it_is(hostile: Plant):
    """Eleven variances, eleven holds, in U8's hold table under exactly these codes; no table is missing."""
    found = {v["item"] for v in hostile.run("variances", "list", "--json").json}
    assert found == {code.upper() for code in CODES}
    assert {str(row[0]) for row in hostile.table()} == set(CODES)
    assert rows(hostile.store, "SELECT count(*) FROM runs") == [(2,)]


def test_json_is_json_whatever_it_carries(hostile: Plant):
    """Control characters and quotes are escaped; what is parsed is what U8 said."""
    text = hostile.run("variances", "list", "--json").out
    assert "\x1b" not in text
    assert "\x07" not in text
    names = {v["name"] for v in json.loads(text)}
    assert any("<script>alert(3)</script>" in name for name in names)


def test_terminal_gets_no_control_signs(hostile: Plant):
    """No escape sequence, bell, bidi override or zero-width sign reaches a terminal, in any list or card."""
    variances = [v["id"] for v in hostile.run("variances", "list", "--json").json]
    shown = [hostile.run("variances", "list"), hostile.run("holds", "list"), hostile.run("audit", "show")]
    shown += [hostile.run("variances", "show", each) for each in variances]
    shown += [hostile.run("reconcile", "--dry-run"), hostile.run("map", "check"), hostile.run("mail", "outbox")]
    for result in shown:
        for sign in result.out + result.err:
            assert sign == "\n" or unicodedata.category(sign) not in {"Cc", "Cf", "Cs"}, repr(sign)


def test_markup_of_the_terminal_is_shown_not_obeyed(hostile: Plant):
    """Rich's own markup in a name is text."""
    shown = "".join(
        hostile.run("variances", "show", v["id"]).out for v in hostile.run("variances", "list", "--json").json
    )
    assert "[link=http://evil]" in shown


@pytest.mark.parametrize("words", [("variances", "list"), ("holds", "list"), ("audit", "show")])
def test_csv_cells_are_no_formulas(hostile: Plant, words):
    """A spreadsheet that opens the CSV executes nothing: no cell begins with = + @ or a sign that is no number."""
    import csv  # noqa: PLC0415

    for row in csv.reader(io.StringIO(hostile.run(*words, "--csv").out)):
        for cell in row:
            assert not cell.startswith(("=", "+8", "@", "\t", "\r")), cell
            assert not (cell.startswith("-") and not re.fullmatch(r"-[\d,.]*%?", cell)), cell


def test_mail_headers_hold_one_line_each(message: EmailMessage):
    """No header was smuggled in: no Bcc, one Subject, addresses as configured."""
    assert message["Bcc"] is None
    assert len(message.get_all("Subject")) == 1
    assert "\n" not in message["Subject"]
    assert "\r" not in message["Subject"]
    assert "wangfang@example.com" in message["To"]
    assert "evil" not in " ".join(f"{name}: {value}" for name, value in message.items() if name != "Subject")


def test_html_holds_no_element_of_theirs(message: EmailMessage):
    """Codes and names appear escaped: no script, no image, no link that the data brought."""
    page = message.get_body(("html",)).get_content()
    lowered = page.lower()
    for forbidden in ("<script", "<img", "onerror=alert(1)>", 'http://evil"', "=1+2<b>仓"):
        assert forbidden not in lowered.replace(html.escape(forbidden), ""), forbidden
    assert "&lt;" in page
    assert not re.search(r"<[^>]*\son\w+\s*=", page)


def test_template_words_are_not_evaluated(message: EmailMessage):
    """{{7*7}} stays {{7*7}}; nothing becomes 49 and no file is included."""
    page = message.get_body(("html",)).get_content() + message.get_body(("plain",)).get_content()
    assert "{{7*7}}" in page
    assert "root:" not in page


def test_workbook_holds_text_and_numbers_only(message: EmailMessage):
    """Every cell is text or a number; no formula, no link, no external reference."""
    (attached,) = message.iter_attachments()
    content = attached.get_payload(decode=True)
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert not book.external_links if hasattr(book, "external_links") else True
    texts = []
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in {"n", "s", "b", "d", "inlineStr"}, (cell.coordinate, cell.value)
                target = cell.hyperlink.target if cell.hyperlink else ""
                assert "evil" not in (target or "")
                texts += [cell.value] if isinstance(cell.value, str) else []
    assert not [text for text in texts if text.startswith(("=", "+", "@", "\t", "\r"))], "would run once saved as CSV"
    for code in ("=1+1", "@SUM(A1)", "-2+3"):
        assert any(code in text for text in texts), code


def test_previews_stay_in_their_folder(hostile: Plant, tmp_path):
    """File names of previews come from us, not from the data."""
    folder = tmp_path / "out" / "here"
    hostile.run("mail", "preview", "--out", str(folder))
    assert all(path.parent in {folder, folder.parent, tmp_path} for path in tmp_path.rglob("*"))
    for path in folder.glob("*.html"):
        assert "<script" not in path.read_text(encoding="utf-8").lower()


def test_documents_and_reasons_of_people_are_hostile_too(hostile: Plant, tmp_path):
    """A note with SQL, markup and escapes is stored, shown harmlessly, and the chain stays whole."""
    plant = copy(hostile, tmp_path)
    variance = plant.run("variances", "list", "--json").json[0]["id"]
    note = "'); DROP TABLE audit;-- \x1b[31m<script>x</script>"
    plant.run("variances", "take", variance, "--by", "wang.fang")
    done = plant.run(
        "variances", "explain", variance, "--by", "wang.fang", "--cause", "D3", "--note", note, "--doc", "=1+1"
    )
    assert done.code == 0, done.err
    assert "\x1b" not in plant.run("variances", "show", variance).out
    assert plant.run("variances", "show", variance, "--json").json["explanation"]["documents"] == ["=1+1"]
    assert plant.run("audit", "verify").code == 0


def test_exported_maps_survive_a_round_trip(hostile: Plant, tmp_path):
    """`map approve` of a hostile code writes a CSV that reads back to the same code and, in Excel, executes nothing."""
    plant = copy(hostile, tmp_path)
    (plant.folder / "maps").mkdir()
    header = "item,source,code,valid_from,valid_to,approved_by\n"
    (plant.folder / "maps" / "items.csv").write_text(header, encoding="utf-8")
    plant.configure(master__items="maps/items.csv")
    done = plant.run("map", "approve", "u8", "=1+1", "M-100", "--by", "zhou.min")
    assert done.code == 0, done.err
    exported = plant.run("map", "export").out
    assert "=1+1" in exported
    assert plant.run("map", "check").code == 0
