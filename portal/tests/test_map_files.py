"""Value maps from and to files: whole, or refused row by row; never a part unasked."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from mappings.map_versions import change_entries, content_of
from mappings.models import ValueMap
from mappings.value_maps import Entry
from portal.forms.map_files import read_file, to_csv, to_xlsx
from portal.models import Role
from portal.tests.screens import make_company

TABLE = ValueMap(name="tax", label="Taxes", gives="tax code", key_labels=["country", "tax"])
HEAD = "country,tax,tax code,valid from,valid until\n"


def faults_of(text):
    content = text if isinstance(text, bytes) else text.encode()
    return [str(fault) for fault in read_file("x.csv", content, TABLE).faults]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("country,tax\nDE,vat\n", "The column “tax code” is missing"),
        ("country,tax,tax code,colour\nDE,vat,V1,red\n", "The column “colour” is not one of this map's"),
        (HEAD.encode() + "Österreich,vat,V1,,\n".encode("cp1252"), "Row 2 is not written in UTF-8"),
        (HEAD + "DE,vat,=1+1,,\n", "Row 2: =1+1 is a spreadsheet formula"),
        (HEAD + "DE,vat,V1,,\nDE,vat,V2,,\n", "Row 3: DE | vat stands above already"),
        (HEAD + "DE,,V1,,\n", "Row 2: A key is empty"),
        (HEAD + "DE,vat,V1,31.12.2026,\n", "Row 2: 31.12.2026 is not a date like 2026-01-31."),
        (HEAD + "DE,vat,V1,2026-02-01,2026-01-01\n", "Row 2: It ends on 2026-01-01 before"),
        (HEAD, "The file has a heading but no rows."),
        (b"PK\x03\x04 nonsense", "The file is no workbook"),
        (b"", "The column “country” is missing"),
        ("country,country,tax code\nDE,DE,V1\n", "The column “country” stands twice"),
        (HEAD + "DE,vat,V\x001,,\n", "Row 2: It holds a character that is no text."),
        (HEAD + f"DE,{'x' * 101},V1,,\n", "Row 2: A key has at most 100 characters"),
        (HEAD + "DE,vat,V1,,,more\n", "Row 2: It has more cells than the heading."),
        (HEAD + "=HYPERLINK(A1),vat,V1,,\n", "Row 2: =HYPERLINK(A1) is a spreadsheet formula"),
    ],
)
def test_it_says_what_is_wrong_with_a_file(text, said):
    assert said in faults_of(text)[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_it_reads_what_spreadsheets_save(encoding, between):
    text = between.join(["country", "tax", "tax code"]) + "\r\n" + between.join(["Österreich", "USt", "V20"]) + "\r\n"

    found = read_file("x.csv", text.encode(encoding), TABLE)
    assert found.entries == (Entry(keys=("Österreich", "USt"), value="V20"),)


@pytest.mark.parametrize("write", [to_csv, to_xlsx])
def test_it_reads_what_it_wrote(write):
    entries = (
        Entry(keys=("DE", "*"), value="007"),
        Entry(keys=("-5", "@home"), value="+49"),
        Entry(keys=("=1", 'Ü, "x"'), value="V"),
    )

    assert read_file("x", write(TABLE, entries), TABLE).entries == entries


def test_it_reads_a_hundred_thousand_rows_and_no_more():
    rows = "".join(f"DE,{number},V,,\n" for number in range(100_000))

    assert len(read_file("x", (HEAD + rows).encode(), TABLE).entries) == 100_000
    assert "more than 100,000 rows" in faults_of(HEAD + rows + "DE,last,V,,\n")[0]


def test_it_refuses_formulas_of_a_workbook():
    book = Workbook()
    for row in (["country", "tax", "tax code"], ["DE", "vat", "=A1"], ["DE", 19, "V19"]):
        book.active.append(row)
    written = io.BytesIO()
    book.save(written)
    found = read_file("x.xlsx", written.getvalue(), TABLE)

    assert [fault.line for fault in found.faults] == [2]
    assert found.entries == (Entry(keys=("DE", "19"), value="V19"),)


@pytest.fixture
def company(db):
    made = make_company()
    items = ValueMap.objects.get(sync_id=made.sync.pk, name="items")
    change_entries(value_map=items, put=[Entry(keys=("tax", "*"), value="Tax")], actor="test", is_whole=True)
    return made


def upload(company, text, **more):
    items = ValueMap.objects.get(sync_id=company.sync.pk, name="items")
    head = ",".join([*items.key_labels, items.gives]) + "\n"
    posted = {"file": SimpleUploadedFile("items.csv", (head + text).encode()), "mode": "merge", **more}
    return company.client(Role.ACCOUNTANT).post(f"/syncs/{company.sync.pk}/maps/items/import/", posted)


def entries(company):
    items = ValueMap.objects.get(sync_id=company.sync.pk, name="items")
    return {" | ".join(entry.keys): entry.value for entry in content_of(items).entries}


@pytest.mark.parametrize(
    ("text", "more", "stand"),
    [
        ("item,a,A\n", {}, {"tax | *": "Tax", "item | a": "A"}),
        ("item,a,A\n", {"mode": "replace"}, {"item | a": "A"}),
        ("item,a,A\nitem,,B\n", {}, {"tax | *": "Tax"}),
        ("item,a,A\nitem,,B\n", {"only_good": "on"}, {"tax | *": "Tax", "item | a": "A"}),
        ("item,a,A\n", {"only_good": "on", "mode": "replace"}, {"tax | *": "Tax"}),
    ],
)
def test_it_takes_a_file_whole_or_says_what_it_leaves(company, text, more, stand):
    upload(company, text, **more)

    assert entries(company) == stand


def test_it_exports_what_it_imports(company):
    before = entries(company)
    file = company.client().get(f"/syncs/{company.sync.pk}/maps/items/export/?form=xlsx").content
    posted = {"file": SimpleUploadedFile("items.xlsx", file), "mode": "replace"}
    company.client(Role.ACCOUNTANT).post(f"/syncs/{company.sync.pk}/maps/items/import/", posted)

    assert entries(company) == before


def test_it_leaves_a_map_as_it_is_where_one_of_a_hundred_thousand_rows_is_wrong(company):
    rows = "".join(f"item,{number},A\n" for number in range(99_999))
    answer = upload(company, rows + "item,last,=1+1\n")

    assert "Row 100001: =1+1 is a spreadsheet formula" in answer.content.decode()
    assert entries(company) == {"tax | *": "Tax"}


def test_it_takes_a_hundred_thousand_rows(company):
    upload(company, "".join(f"item,{number},A\n" for number in range(100_000)), mode="replace")

    assert len(entries(company)) == 100_000
