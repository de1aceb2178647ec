"""Steps of the orchestrations for the server, the ledger and the address book."""

from decimal import Decimal

from integrations.connectors.jde.simulator.erp import journals, parties
from integrations.connectors.jde.simulator.erp.accounts import require_company, require_currency
from integrations.connectors.jde.simulator.erp.clock import hhmmss
from integrations.connectors.jde.simulator.erp.journals import JournalEntry, sums_by_account
from integrations.connectors.jde.simulator.erp.ledger import Line
from integrations.connectors.jde.simulator.erp.parties import Party
from integrations.connectors.jde.simulator.erp.refusal import refuse
from integrations.connectors.jde.simulator.orchestrator.run import CREATED, DUPLICATE, Run
from integrations.connectors.jde.simulator.reading.store import Row
from integrations.sandbox.app import Json

ORIGIN = "MLC"
NOT_JOURNALS = ("P", "R", "A")


def ping(run: Run) -> Json:
    """Tell the server's clock; days and times are local."""
    now = run.enterprise.clock.now()
    return {
        "contractVersion": "1",
        "serverDate": now.strftime("%Y-%m-%d"),
        "serverTime": f"{hhmmss(now):06d}",
        "environment": run.enterprise.environment,
        "user": run.user,
    }


def add_journal(run: Run) -> Json:
    """Add a journal entry, once per reference."""
    found = _lines_of(run, run.reference)
    if found:
        first = found[0]
        return run.answer(
            DUPLICATE,
            first["ICU"],
            first["ICUT"],
            documentNumber=first["DOC"],
            documentType=first["DCT"],
            documentCompany=first["KCO"],
        )
    inputs = run.inputs
    company, currency, day = inputs["documentCompany"], inputs["currencyCode"], inputs["glDate"]
    require_company(run.enterprise, company, "documentCompany")
    require_currency(run.enterprise, currency)
    if inputs["ledgerType"] != "AA":
        refuse("Ledger Type Invalid", f"Ledger type {inputs['ledgerType']} is not for this program.", "ledgerType")
    if len(inputs["documentType"]) != 2 or inputs["documentType"][0] in NOT_JOURNALS:
        refuse("Document Type Invalid", f"{inputs['documentType']} is not for journal entries.", "documentType")
    rate = _rate_reversed(run) or run.rate(currency, company, day)
    lines = run.lines(currency, company, rate)
    if inputs["reversesRef"]:
        _require_opposite(run, lines, currency)
    entry = JournalEntry(
        company=company,
        type=inputs["documentType"],
        day=day,
        currency=currency,
        rate=rate,
        lines=lines,
        explanation=inputs["explanation"],
        reference=run.reference,
        short_reference=run.reference[:8],
        origin=ORIGIN,
        reverses=inputs["reversesRef"] or "",
    )
    document, batch, warnings = journals.enter(run.enterprise, entry, run.user)
    run.warnings += warnings
    return run.answer(
        CREATED,
        batch,
        journals.BATCH_TYPE,
        documentNumber=int(document.number),
        documentType=document.record,
        documentCompany=document.company,
    )


def upsert_customer(run: Run) -> Json:
    """Add a customer, once per reference, or change the one that is named."""
    inputs = run.inputs
    found = run.find("F0101", ALKY=run.reference)
    if found:
        return run.answer(DUPLICATE, None, "", addressNumber=found[0]["AN8"])
    require_currency(run.enterprise, inputs["currencyCode"])
    party = Party(
        name=inputs["alphaName"],
        kind=inputs["searchType"],
        long_number=run.reference,
        tax_id=inputs["taxId"] or "",
        email=inputs["email"] or "",
        address=_address(inputs),
    )
    if inputs["addressNumber"] is None:
        number = parties.add(run.enterprise, party, run.user)
    else:
        number = inputs["addressNumber"]
        row = run.enterprise.store["F0101"].first(AN8=number)
        if row is None:
            refuse("Address Number Invalid", f"Address {number} is not in the address book.", "addressNumber")
        parties.change(run.enterprise, row, party, run.user)
    parties.add_customer_master(run.enterprise, number, inputs["currencyCode"], run.user)
    return run.answer(CREATED, None, "", addressNumber=number)


def _address(inputs: Json) -> Json:
    names = [f"addressLine{at}" for at in range(1, 5)] + ["city", "state", "postalCode", "country"]
    found = {alias: inputs[name] or "" for alias, name in zip(parties.LINES, names, strict=True)}
    return found if any(found.values()) else {}


def _lines_of(run: Run, reference: str) -> list[Row]:
    return [row for row in run.find("F0911", EXR=reference, R1=reference[:8]) if row["R2"] == ORIGIN]


def _rate_reversed(run: Run) -> Decimal | None:
    """Give the rate of the journal that this one takes back, unless a rate was sent."""
    if not run.inputs["reversesRef"] or run.inputs["exchangeRate"] is not None:
        return None
    rates = [row["CRR"] for row in _lines_of(run, run.inputs["reversesRef"]) if row["CRRM"] == "F"]
    return Decimal(rates[0]) if rates else None


def _require_opposite(run: Run, lines: list[Line], currency: str) -> None:
    """Refuse a reversal that does not take back exactly what the other journal did."""
    reference = run.inputs["reversesRef"]
    rows = _lines_of(run, reference)
    if not rows:
        refuse("Journal to Reverse Not Found", f"No journal entry has the reference {reference}.", "reversesRef")
    wanted = {key: -amount for key, amount in sums_by_account(rows).items() if amount}
    sums: dict[tuple[str, str], object] = {}
    for line in lines:
        key = (line.account["AID"], line.subledger)
        sums[key] = sums.get(key, 0) + line.amount  # type: ignore[operator]
    if {key: amount for key, amount in sums.items() if amount} != wanted or rows[0]["CRCD"] != currency:
        refuse("Reversal Does Not Match", f"The lines do not take back the journal of {reference}.", "lines")
