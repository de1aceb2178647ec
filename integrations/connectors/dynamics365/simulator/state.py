"""What the control API shows: posted documents of the books, what waits for posting, and customers."""

from decimal import Decimal

from integrations.connectors.dynamics365.simulator.drafting import Draft, drafts_of
from integrations.connectors.dynamics365.simulator.site import Company, Invalid, Site
from integrations.connectors.dynamics365.simulator.store import Row
from integrations.sandbox.app import Json


def describe(site: Site) -> Json:
    """Give `GET /state/dynamics365`: `documents` posted and unposted, then customers."""
    documents = [one for company in site.companies.values() for one in _posted(site, company)]
    for key in site.waiting:
        documents += _waiting(site, key)
    documents += [_customer(row) for row in site.store.table("CustomersV3")]
    return {"documents": documents, "posting_errors": site.errors}


def _posted(site: Site, company: Company) -> list[Json]:
    found = company.books.state()
    for one in found:
        posted = site.posted.get(one["id"])
        one["company"] = company.area
        one["journal"] = posted.journal if posted else ""
        for line, shown in zip(one["lines"], posted.dimensions if posted else [], strict=False):
            line["dimensions"] = shown
    return found


def _waiting(site: Site, key: tuple[str, str, str]) -> list[Json]:
    set_name, area, number = key
    company, row = site.companies[area], site.waiting[key]
    try:
        drafts = drafts_of(site, company, set_name, row)
    except Invalid:
        return []
    return [_draft(company, draft, number) for draft in drafts if draft.rows]


def _draft(company: Company, draft: Draft, number: str) -> Json:
    document = draft.document
    money = company.books.currencies.get(document.currency).round
    return {
        "kind": document.kind,
        "record": document.record,
        "id": document.id,
        "reference": document.reference,
        "number": document.number,
        "customer": document.party,
        "currency": document.currency,
        "total": str(money(document.total)),
        "open": str(money(Decimal(0))),
        "date": document.date.isoformat(),
        "posting_date": document.posting_date.isoformat(),
        "status": "unposted",
        "posted": False,
        "rate": str(document.rate),
        "company": company.area,
        "journal": number,
        "lines": [
            {
                "account": entry.account,
                "debit": str(money(entry.debit)),
                "credit": str(money(entry.credit)),
                "memo": entry.memo,
                "dimensions": shown,
            }
            for entry, shown in zip(document.entries, draft.dimensions, strict=True)
        ],
        "applied": [],
    }


def _customer(row: Row) -> Json:
    values = row.values
    return {
        "kind": "customer",
        "record": "CustomersV3",
        "id": f"{values['dataAreaId']}:{values['CustomerAccount']}",
        "reference": values["CustomerAccount"],
        "number": values["CustomerAccount"],
        "name": values["OrganizationName"] or values["NameAlias"],
        "customer": values["CustomerAccount"],
        "currency": values["SalesCurrencyCode"],
        "total": "0",
        "open": "0",
        "date": "",
        "posting_date": "",
        "status": "active" if values["OnHoldStatus"] == "No" else "on hold",
        "company": values["dataAreaId"],
        "lines": [],
        "applied": [],
    }
