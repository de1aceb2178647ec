"""The reconciliation screen: asked for, shown, explained, healed, signed off, exported, and kept to its company."""

import io
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from audit.models import ConfigChange
from integrations.engine.reconcile.report import OpenRow, Remark, TieOut, dump
from integrations.engine.reconcile.signing import mark, sign
from integrations.engine.rehearsal import making
from integrations.models import Check, Link, Reconciliation, Sync, SyncRecord
from portal.forms.reconciliation import what_is_told
from portal.models import Role
from portal.tests.screens import make_company

pytestmark = pytest.mark.django_db
NAME = "invoices:missing:inv_0:"


@pytest.fixture
def company():
    return make_company()


@pytest.fixture
def url(company):
    return f"/reconciliation/{company.reconciliation.pk}/"


def text_of(client, url):
    return client.get(url).content.decode()


def test_it_asks_for_the_period_of_a_month(company):
    company.client(Role.OPERATOR).post(
        "/reconciliation/start/", {"sync": company.sync.pk, "month": "2026-10", "open_items": "on"}
    )

    check = Check.objects.get(kind="reconcile")
    assert (check.state, check.params) == (
        "asked",
        {"start": "2026-10-01", "end": "2026-10-31", "open_items": True},
    )


def test_it_says_before_asking_whose_target_cannot_tell_what_was_open():
    pairs = ("chargebee_to_netsuite", "chargebee_to_dynamics365", "chargebee_to_jde")
    said = what_is_told([Sync(name=pair, pair=pair) for pair in pairs])

    assert said.startswith("chargebee_to_dynamics365: possible only as of today;")
    assert "chargebee_to_jde: not possible" in said
    assert "netsuite" not in said


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"start": "2026-11-02", "end": "2026-11-01"}, "ends before it begins"),
        ({"start": "2026-11-02"}, "Give both days"),
        ({"start": "2024-01-01", "end": "2026-01-01"}, "At most a year"),
        ({}, "Choose a month"),
    ],
)
def test_it_refuses_a_period_that_is_none(company, given, told):
    answer = company.client().post("/reconciliation/start/", {"sync": company.sync.pk, **given})

    assert (answer.status_code, told in answer.content.decode()) == (422, True)
    assert not Check.objects.filter(kind="reconcile").exists()


def test_it_says_why_a_reconciliation_failed(company):
    company.client().post("/reconciliation/start/", {"sync": company.sync.pk, "month": "2026-10"})
    assert "Waits for a worker" in text_of(company.client(), "/reconciliation/")

    making.make(Check.objects.get(kind="reconcile").pk)  # no system answers here

    assert "not reconciled" in text_of(company.client(), "/reconciliation/")


def test_it_shows_the_matrix_and_each_difference_with_its_record(company, url):
    seen = text_of(company.client(), url)

    for text in ("Invoices", "1 difference", "Invoice INV-0 is not in Oracle NetSuite.", "1,230.50"):
        assert text in seen
    assert f"/records/{company.record.pk}/" in seen


def test_it_narrows_the_differences_to_a_cell_of_the_matrix(company, url):
    client = company.client()

    assert len(client.get(f"{url}?kind=invoices&currency=EUR").context["page"].rows) == 1
    assert client.get(f"{url}?kind=payments").context["page"].rows == ()


def test_it_signs_nothing_that_nobody_has_explained(company, url):
    company.client(Role.ACCOUNTANT).post(f"{url}sign/")

    assert Reconciliation.objects.get().state == "open"


def test_it_explains_a_difference_and_signs_the_period_off(company, url):
    client = company.client(Role.ACCOUNTANT)
    client.post(f"{url}explain/", {"difference": NAME, "reason": "Keyed by hand in December."})
    client.post(f"{url}sign/")

    held = Reconciliation.objects.get()
    assert (held.state, held.signed_by, len(held.digest)) == ("signed", "accountant@acme.example", 64)
    assert "Signed off by accountant@acme.example" in text_of(client, url)
    assert ConfigChange.objects.filter(action="signed off", actor="accountant@acme.example").exists()


def test_it_explains_nothing_without_a_reason(company, url):
    company.client().post(f"{url}explain/", {"difference": NAME, "reason": " "})

    assert Reconciliation.objects.get().marks == {}


def test_it_heals_what_is_ticked(company, url):
    company.client().post(f"{url}heal/", {"difference": NAME})

    assert SyncRecord.objects.get(pk=company.record.pk).state == "due"
    assert ConfigChange.objects.filter(action="healed differences").exists()


def test_it_heals_nothing_of_a_frozen_report(company, url):
    held = mark(company.reconciliation, [NAME], reason="Agreed.", actor="x")
    sign(held, actor="x")
    company.client().post(f"{url}heal/", {"difference": NAME})

    assert SyncRecord.objects.get(pk=company.record.pk).state == "parked"


def test_it_lists_what_landed_after_sign_off(company, url):
    held = mark(company.reconciliation, [NAME], reason="Agreed.", actor="x")
    sign(held, actor="x")
    late = {"flow": "invoices", "id": "inv_9", "label": "Invoice INV-9", "external_id": "9", "day": "2026-11-30"}
    Reconciliation.objects.update(
        state="stale", late=[{**late, "currency": "EUR", "total": "12.00", "at": "2026-12-02T09:00:00+00:00"}]
    )
    client = company.client()

    assert "Invoice INV-9" in text_of(client, url)
    assert "1 changed since" in text_of(client, "/reconciliation/")
    assert "November 2026 changed after sign-off" in text_of(client, "/home/")


def test_it_exports_a_workbook_and_csv(company, url):
    client = company.client(Role.AUDITOR)
    sheet = load_workbook(io.BytesIO(client.get(f"{url}export/").content))["Totals"]
    csv = client.get(f"{url}export/?table=Differences").content.decode("utf-8-sig")

    assert Decimal(str(sheet["D2"].value)) == Decimal("1230.5")
    assert "Invoice INV-0" in csv
    assert client.get(f"{url}export/?table=nonsense").status_code == 404


def test_it_prints_without_the_frame(company, url):
    seen = text_of(company.client(), f"{url}print/")

    assert "Reconciliation: November 2026" in seen
    assert "shell-side" not in seen


def test_it_shows_and_exports_what_explains_the_open_amounts(company, url):
    proof = Remark(code="proof", flow="invoices", currency="EUR", reason="By a proof.", n=2, total=Decimal(7))
    silent = Remark(code="cannot_tell", flow="payments", currency="", reason="Cannot be told.")
    day = company.reconciliation.end
    Reconciliation.objects.update(tie_out=dump(TieOut(as_of=day, since=day, rows=(), remarks=(proof, silent))))
    shown = text_of(company.client(), url)
    assert "What explains the open amounts: 2 remarks" in shown
    assert "By a proof." in shown
    told = text_of(company.client(), f"{url}export/?table=Remarks")
    assert "Invoices,EUR,proof,By a proof.,2,7.00,Open items" in told


def test_it_says_why_a_period_was_not_tied_out(company, url):
    Reconciliation.objects.update(tie_out=None)
    told = {"reconciliation": company.reconciliation.pk, "not_tied_out": "Journals have no open amounts."}
    Check.objects.create(tenant=company.tenant, sync=company.sync, kind="reconcile", state="done", report=told)
    assert "was not tied out: Journals have no open amounts." in text_of(company.client(), url)


@pytest.fixture
def tied_out(company):
    """Keep a tie-out: one invoice that differs, of a customer whose name is known, and one that agrees."""
    sync, day = company.sync, company.reconciliation.end
    Link.objects.create(
        tenant=company.tenant,
        source_identity=sync.source_identity,
        target_identity=sync.target_identity,
        flow="customers",
        natural_key="cus_7",
        reference="CUS-7",
        external_id="907",
        facts={"name": "Fern & Moss Ltd"},
    )
    rows = (
        OpenRow(
            flow="invoices", id="inv_0", label="Invoice INV-0", customer="907", currency="EUR",
            source=Decimal("1230.50"), record_id=company.record.pk,
        ),
        OpenRow(
            flow="invoices", id="inv_8", label="Invoice INV-8", customer="908", currency="EUR", source=Decimal(5),
            target=Decimal(5),
        ),
    )  # fmt: skip
    remark = Remark(code="proof", flow="invoices", currency="EUR", reason="By a proof.", n=2, total=Decimal(7))
    Reconciliation.objects.update(tie_out=dump(TieOut(as_of=day, since=day, rows=rows, remarks=(remark,))))
    return company


def test_it_names_who_owes_and_adds_up_what_is_open(tied_out, url):
    answer = tied_out.client().get(url)

    assert "Fern &amp; Moss Ltd" in answer.content.decode()
    assert [(each.currency, each.source, each.target) for each in answer.context["shown"].open_totals] == [
        ("EUR", Decimal("1235.50"), Decimal(5))
    ]


def test_it_leads_from_an_open_amount_to_the_difference_that_explains_it(tied_out, url):
    assert "It is named above (missing): heal that first" in text_of(tied_out.client(), url)


def test_it_prints_open_differences_with_their_reasons_and_all_remarks(tied_out, url):
    mark(tied_out.reconciliation, ["open:invoices:inv_0:-1230.50"], reason="Paid by cheque.", actor="clara")
    seen = text_of(tied_out.client(), f"{url}print/")

    for text in ("Open amounts that differ", "clara: Paid by cheque.", "By a proof.", "Fern &amp; Moss Ltd"):
        assert text in seen


def test_it_exports_a_workbook_that_says_of_what_it_is_and_who_explained_what(tied_out, url):
    mark(tied_out.reconciliation, [NAME], reason="Keyed by hand.", actor="clara")
    answer = tied_out.client().get(f"{url}export/")
    book = load_workbook(io.BytesIO(answer.content))
    about = dict(row for row in book["About"].iter_rows(values_only=True))

    assert "reconciliation-main-sync-2026-11-01" in answer["Content-Disposition"]
    assert (about["Sync"], about["First day"].date().isoformat()) == ("Main sync", "2026-11-01")
    assert [cell.value for cell in book["Differences"][2]][:3] == ["Invoices", "Missing", "Invoice INV-0"]
    assert [cell.value for cell in book["Differences"][2]][-2:] == ["clara", "Keyed by hand."]
    assert [cell.value for cell in book["Open balances"][2]][:2] == ["Fern & Moss Ltd", "907"]
    assert book["Totals"].auto_filter.ref == "A1:I1"


def test_it_offers_each_table_as_csv(tied_out, url):
    client = tied_out.client()
    shown = client.get(url)

    for table in shown.context["tables"]:
        assert client.get(f"{url}export/", {"table": table}).status_code == 200
        assert f"?table={table.replace(' ', '%20')}" in shown.content.decode()
