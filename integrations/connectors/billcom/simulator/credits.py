"""Vendor credits: what a vendor owes back, used on bills without cash."""

from collections.abc import Sequence
from typing import Any

from integrations.connectors.billcom.simulator.answers import Problem, Refused, refuse
from integrations.connectors.billcom.simulator.bill_rules import TEXT_MAX, refuse_locked
from integrations.connectors.billcom.simulator.call import (
    REFERENCES,
    Call,
    change_all,
    classification_problems,
    created,
    done,
    listed,
    reference_problems,
)
from integrations.connectors.billcom.simulator.ledger import book_credit, credit_figures, refresh_bill, use_credit
from integrations.connectors.billcom.simulator.line_changes import patched, replaced
from integrations.connectors.billcom.simulator.listings import CREDITS
from integrations.connectors.billcom.simulator.org import ZERO, Org
from integrations.connectors.billcom.simulator.schema import Field, Shape, read
from integrations.connectors.billcom.simulator.store import Record, present
from integrations.sandbox.app import Json, Response

BULK_MAX = 50
LINES = "vendorCreditLineItems"
_LINE: Shape = {
    "id": Field(),
    "amount": Field(kind="money", required=True),
    "description": Field(longest=TEXT_MAX),
    "classifications": Field(kind="group", of={name: Field() for name in REFERENCES}),
}
CREDIT: Shape = {
    "vendorId": Field(required=True),
    "referenceNumber": Field(required=True),
    "creditDate": Field(kind="date", required=True),
    "description": Field(longest=TEXT_MAX),
    "applyToChartOfAccountId": Field(),
    "applyToBankAccountId": Field(),
    LINES: Field(kind="rows", required=True, of=_LINE),
}


def list_all(call: Call) -> Response:
    """Answer `GET /v3/vendor-credits`."""
    return listed(call, CREDITS)


def get(call: Call) -> Response:
    """Answer `GET /v3/vendor-credits/{id}`."""
    return done(_record(call).view())


def create(call: Call) -> Response:
    """Answer `POST /v3/vendor-credits`."""
    return created(make(call.org, call.bent(call.body(CREDIT), LINES)).view())


def create_bulk(call: Call) -> Response:
    """Answer `POST /v3/vendor-credits/bulk`: all or none."""

    def add(row: Any) -> Record:
        return make(call.org, read(row, CREDIT, call.org.switches))

    def undo(record: Record) -> None:
        call.org.books.force_out(call.org.books.documents[record.id])
        call.org.store.drop(record)

    records = change_all(call.rows(), BULK_MAX, add, undo)
    return created({"vendorCredits": [record.view() for record in records]})


def update(call: Call) -> Response:
    """Answer `PATCH /v3/vendor-credits/{id}`: fields and existing lines by id; one that is used stays as it is."""
    record = _record(call)
    values = call.body(CREDIT, partial=True)
    lines = patched(record.fields[LINES], values.get(LINES, []), LINES)
    kept = {name: value for name, value in record.fields.items() if name in CREDIT}
    return _changed(call, record, {**kept, **values, LINES: lines})


def replace(call: Call) -> Response:
    """Answer `PUT /v3/vendor-credits/{id}`: a line that is not named goes, one without id is new."""
    record = _record(call)
    values = call.body(CREDIT)
    return _changed(call, record, {**values, LINES: replaced(record.fields[LINES], values[LINES], LINES)})


def archive(call: Call) -> Response:
    """Answer `POST .../archive`, which is final; one that is used stays."""
    return done(_archived(call.org, _record(call)).view())


def archive_bulk(call: Call) -> Response:
    """Answer `POST .../bulk/archive?ids=a,b`."""
    ids = [id for id in (call.request.param("ids") or "").split(",") if id]
    if not ids or len(ids) > BULK_MAX:
        refuse("BDC_1119", f"ids: between 1 and {BULK_MAX} ids", "ids")
    records = [call.org.record("vendorCredit", id) for id in ids]
    if any(call.org.books.documents[record.id].used for record in records):
        refuse_locked(call.org)
    return done({"vendorCredits": [_archived(call.org, record).view() for record in records]})


def make(org: Org, values: Json) -> Record:
    """Keep a new vendor credit, in the books as well."""
    record = org.make("vendorCredit", _completed(org, values))
    book_credit(org, record)
    record.now.fields.update(credit_figures(org, record))
    return record


def check_credits(org: Org, vendor_id: str, asked: Sequence[Json]) -> None:
    """Refuse credits that are not this vendor's, or more than is left of them."""
    problems: list[Problem] = []
    wanted: dict[str, Any] = {}
    for row in asked:
        record = org.store.get("vendorCredit", row["id"])
        wanted[row["id"]] = wanted.get(row["id"], ZERO) + row["amount"]
        if record is None or record.archived or record.fields["vendorId"] != vendor_id:
            problems.append(
                Problem("BDC_1143", f"vendorCredits: {row['id']} is no credit of this vendor", "id", row["id"])
            )
        elif row["amount"] <= 0 or wanted[row["id"]] > org.books.documents[record.id].open:
            problems.append(Problem("BDC_1143", f"vendorCredits: less is left of {row['id']}", "amount"))
    if problems:
        raise Refused(problems)


def apply_credits(org: Org, bill_id: str, vendor_id: str, asked: Sequence[Json]) -> None:
    """Use credits on a bill, for no more than is open there."""
    check_credits(org, vendor_id, asked)
    if sum((row["amount"] for row in asked), ZERO) > org.books.documents[bill_id].open - org.scheduled_for(bill_id):
        raise Refused([Problem("BDC_1159", "vendorCredits: more than the bill's open amount", "vendorCredits")])
    for row in asked:
        use_credit(org, row["id"], bill_id, row["amount"])


def new_credits(org: Org, bill_id: str, fields: Json, asked: Sequence[Json]) -> Sequence[Json]:
    """Give the credits that a change of a bill brings; sent again as they stand they bring none."""
    standing = {id: amount for id, amount in org.books.paid_by(bill_id).items() if _is_credit(org, id)}
    if not asked or standing == {row["id"]: row["amount"] for row in asked}:
        return ()
    if standing:
        refuse("BDC_1143", "vendorCredits: other credits are used on this bill", "vendorCredits")
    check_credits(org, fields["vendorId"], asked)
    if sum((row["amount"] for row in asked), ZERO) > fields["amount"]:
        refuse("BDC_1159", "vendorCredits: more than the bill's amount", "vendorCredits")
    return asked


def take_back_credits(org: Org, bill_id: str) -> None:
    """Take all credits off a bill."""
    for credit_id, amount in list(org.books.paid_by(bill_id).items()):
        if _is_credit(org, credit_id):
            use_credit(org, credit_id, bill_id, -amount)
    refresh_bill(org, bill_id)


def _completed(org: Org, values: Json) -> Json:
    """Check a vendor credit and give it ids and its amount."""
    problems = reference_problems(org, "vendor", values["vendorId"], "vendorId")
    for at, line in enumerate(values[LINES]):
        problems += classification_problems(org, line, f"{LINES}[{at}].")
        if line["amount"] <= 0:
            name = f"{LINES}[{at}].amount"
            problems.append(Problem("BDC_1119", f"{name}: must be above zero", name, str(line["amount"])))
    if problems:
        raise Refused(problems)
    lines = [{"id": org.new_id("creditLine"), **line} for line in values[LINES]]
    return present({**values, LINES: lines, "amount": sum((line["amount"] for line in lines), ZERO)})


def _changed(call: Call, record: Record, values: Json) -> Response:
    org = call.org
    if org.books.documents[record.id].used or values["vendorId"] != record.fields["vendorId"]:
        refuse_locked(org)
    org.change(record, {**_completed(org, values), "appliedAmount": ZERO, "status": record.fields["status"]})
    book_credit(org, record)
    return done(record.view())


def _archived(org: Org, record: Record) -> Record:
    if not record.archived:
        if org.books.documents[record.id].used:
            refuse_locked(org)
        org.change(record, archived=True)
        book_credit(org, record)
    return record


def _is_credit(org: Org, id: str) -> bool:
    return org.books.documents[id].kind == "vendor_credit"


def _record(call: Call) -> Record:
    return call.org.record("vendorCredit", call.ids[0])
