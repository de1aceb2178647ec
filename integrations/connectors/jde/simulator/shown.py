"""What the control API shows of an environment: parties, purchase orders, and the documents of the books."""

from decimal import Decimal
from typing import Any

from integrations.connectors.jde.simulator.erp.enterprise import Enterprise
from integrations.connectors.jde.simulator.erp.parties import current_address
from integrations.connectors.jde.simulator.erp.purchasing import lines_of
from integrations.connectors.jde.simulator.reading.store import Row
from integrations.sandbox.app import Json
from integrations.sandbox.books import Document

PARTY_KINDS = {"C": "customer", "V": "supplier"}


def shown_documents(enterprise: Enterprise) -> list[Json]:
    """List customers and suppliers, purchase orders, and the books' documents with open amounts of the subledger."""
    described = enterprise.books.state()
    documents = [
        _document(enterprise, document, shown)
        for document, shown in zip(enterprise.books.documents.values(), described, strict=True)
    ]
    parties = [_party(enterprise, row) for row in enterprise.store["F0101"] if row["AT1"] in PARTY_KINDS]
    return [*parties, *(_order(enterprise, row) for row in enterprise.store["F4301"]), *documents]


def _document(enterprise: Enterprise, document: Document, shown: Json) -> Json:
    money = enterprise.books.currencies.get(document.currency).round
    for line, entry in zip(shown["lines"], document.entries, strict=True):
        line["party"] = entry.party or line.get("party", "")
    shown["company"] = document.company
    shown |= enterprise.notes.get(document.id, {}) | {"allocations": None}
    del shown["allocations"]
    number = document.number
    if document.kind in ("bill", "debit_memo"):
        items = enterprise.store["F0411"].find(DOC=int(number), DCT=document.record, KCO=document.company)
        shown["open"] = str(money(sum((open_amount(item) for item in items), Decimal(0))))
        shown["supplier_invoice"] = items[0]["VINV"] if items else ""
        shown["pay_status"] = items[0]["PST"] if items else ""
        order = [items[0][name] for name in ("PDCT", "PO", "PKCO")] if items and items[0]["PO"] else []
        shown["order"] = "-".join(order)
    if document.kind == "payment":
        found = enterprise.notes.get(document.id, {}).get("allocations", [])
        shown["applied"] = [
            {"id": target, "amount": str(money(amount))} for payer, target, amount in found if not payer
        ]
        rows = enterprise.store["F0413"].find(PYID=int(document.id.partition("-")[2]))
        shown["voided"] = bool(rows and rows[0]["VDGJ"])
    return shown


def open_amount(item: Row) -> Decimal:
    """Give a pay item's open amount in its own currency."""
    return Decimal(item["FAP"] if item["CRRM"] == "F" else item["AAP"])


def _party(enterprise: Enterprise, row: Row) -> Json:
    number, store = row["AN8"], enterprise.store
    address = current_address(enterprise, number, enterprise.clock.today())
    email = store["F01151"].first(AN8=number, IDLN=0)
    customer, supplier = store["F03012"].first(AN8=number), store["F0401"].first(AN8=number)
    currency = customer["CRCD"] if customer else supplier["CRRP"] if supplier else ""
    lines = ("ADD1", "ADD2", "ADD3", "ADD4", "CTY1", "ADDS", "ADDZ", "CTR")
    return {
        "kind": PARTY_KINDS[row["AT1"]],
        "id": str(number),
        "reference": row["ALKY"] or "",
        "name": row["ALPH"],
        "tax_id": row["TAX"] or "",
        "currency": currency or "",
        "email": email["EMAL"] if email else "",
        "address": {alias: address[alias] or "" for alias in lines} if address else {},
    }


def _order(enterprise: Enterprise, row: Row) -> Json:
    lines = lines_of(enterprise, row)
    is_foreign = row["CRRM"] == "F"
    total, open_name = ("FEA", "FAP") if is_foreign else ("AEXP", "AOPN")
    amounts: list[Any] = [line[total] for line in lines]
    return {
        "kind": "purchase_order",
        "id": f"{row['DCTO']}-{row['DOCO']}-{row['KCOO']}",
        "reference": "",
        "number": str(row["DOCO"]),
        "company": row["KCOO"],
        "customer": str(row["AN8"]),
        "currency": row["CRCD"],
        "total": str(sum(amounts, Decimal(0))),
        "open": str(sum((line[open_name] for line in lines), Decimal(0))),
        "date": row["TRDJ"].isoformat(),
        "posting_date": "",
        "status": min((line["NXTR"] for line in lines), default=""),
        "hold": row["HOLD"] or "",
        "lines": [
            {
                "line": str(line["LNID"]),
                "account": line["ANI"],
                "amount": str(line[total]),
                "open": str(line[open_name]),
                "next_status": line["NXTR"],
                "last_status": line["LTTR"],
            }
            for line in lines
        ],
        "applied": [],
    }
