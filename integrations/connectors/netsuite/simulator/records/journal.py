"""Journal entries (vendor file, 4.6): debit or credit per line, in balance, a name where the account needs one."""

from decimal import Decimal

from integrations.connectors.netsuite.simulator.answers import bad_content, please_enter, user_error
from integrations.connectors.netsuite.simulator.records.header import (
    Change,
    Header,
    check_dimensions,
    document_of,
    settle_header,
)
from integrations.connectors.netsuite.simulator.site import Site
from integrations.sandbox.books import Entry

ZERO = Decimal(0)
PENDING = "1"


def settle_journal(site: Site, change: Change) -> None:
    """Work out a journal entry."""
    header = settle_header(site, change, None)
    lines = change.fields.get("line") or []
    if len(lines) < 2:
        please_enter(["Line"])
    entries = [_settle_line(site, header, line, at) for at, line in enumerate(lines)]
    total = sum((entry.debit for entry in entries), ZERO)
    if total != sum((entry.credit for entry in entries), ZERO):
        user_error("The amounts in a journal entry must balance.")
    change.fields.setdefault("approved", change.fields.get("approvalStatus") != PENDING)
    if "reversalDate" in change.fields:
        site.books.periods.require_open(change.fields["reversalDate"])
    change.is_held = not change.fields["approved"]
    change.document = document_of(change, header, entries, total, ZERO, "", None)


def _settle_line(site: Site, header: Header, line: dict[str, object], at: int) -> Entry:
    path = f"line.items[{at}]"
    account = line.get("account")
    if account is None:
        please_enter(["Account"])
    debit, credit = _amount(header, line, "debit"), _amount(header, line, "credit")
    if bool(debit) == bool(credit):
        bad_content("A journal line has a debit or a credit.", f"{path}.debit")
    entity = line.get("entity")
    if site.account_type(str(account)) in ("AcctRec", "AcctPay") and entity is None:
        please_enter(["Name"])
    check_dimensions(site, line, header.subsidiary, f"{path}.")
    line.setdefault("lineUniqueKey", str(site.store.count("line") + 40000))
    number = line["line"]
    assert isinstance(number, int)
    return Entry(str(account), debit, credit, line=number, party=str(entity or ""), memo=str(line.get("memo", "")))


def _amount(header: Header, line: dict[str, object], name: str) -> Decimal:
    value = line.get(name)
    if value is None:
        return ZERO
    assert isinstance(value, Decimal)
    line[name] = header.currency.round(value)
    if value < 0:
        bad_content("The amount may not be negative.", f"line.{name}")
    return header.currency.round(value)
