"""Taxes of invoices: computed from tax zone and tax category, or imposed with existing tax ids."""

from decimal import Decimal

from integrations.connectors.acumatica.simulator.rules.draft import ZERO, Draft
from integrations.connectors.acumatica.simulator.store import Row
from integrations.connectors.acumatica.simulator.tenant import Tenant

HUNDRED = Decimal(100)


def set_taxes(draft: Draft) -> None:
    """Fill the tax rows: as sent with `IsTaxValid`, else anew from zone and categories."""
    if draft.fields.get("ExternalTaxesImportInProgress"):
        _impose(draft)
    elif "Transactions" in draft.changes() or "TaxZoneID" in draft.changes() or "Taxes" in draft.sent.rows:
        draft.rows["Taxes"] = _computed(draft)
    _total(draft)


def _impose(draft: Draft) -> None:
    for row in draft.rows.get("Taxes", []):
        if draft.tenant.find("Tax", row.fields.get("TaxID")) is None:
            draft.bad("TaxID", "'Tax ID' cannot be found in the system.", row)
        row.fields["CuryTaxAmt"] = row.fields.get("CuryTaxAmt") or ZERO
        row.fields["CuryTaxableAmt"] = row.fields.get("CuryTaxableAmt") or ZERO
        row.fields["TaxRate"] = tax_rate(draft.tenant, row.fields.get("TaxID"))


def _computed(draft: Draft) -> list[Row]:
    taxable: dict[str, Decimal] = {}
    zone = draft.tenant.find("TaxZone", draft.fields.get("TaxZoneID") or "")
    in_zone = [row.fields["TaxID"] for row in zone.rows["Details"]] if zone else []
    for line in draft.rows.get("Transactions", []):
        category = draft.tenant.find("TaxCategory", line.fields.get("TaxCategoryID") or "")
        listed = {row.fields["TaxID"] for row in category.rows["Details"]} if category else set()
        for tax in in_zone:
            if tax in listed:
                taxable[tax] = taxable.get(tax, ZERO) + (line.fields.get("CuryTranAmt") or ZERO)
    return [_row(draft, tax, amount) for tax, amount in taxable.items()]


def _row(draft: Draft, tax: str, amount: Decimal) -> Row:
    rate = tax_rate(draft.tenant, tax)
    owed = draft.tenant.round(draft.fields["CuryID"], amount * rate / HUNDRED)
    return draft.tenant.row(TaxID=tax, TaxRate=rate, CuryTaxableAmt=amount, CuryTaxAmt=owed)


def tax_rate(tenant: Tenant, tax: object) -> Decimal:
    """Give a tax's rate in percent; zero for an unknown one."""
    record = tenant.find("Tax", tax)
    rows = record.rows.get("TaxRevisions", []) if record else []
    return rows[-1].fields["TaxRate"] if rows else ZERO


def _total(draft: Draft) -> None:
    rows, fields = draft.rows.get("Taxes", []), draft.fields
    fields["CuryTaxTotal"] = sum((row.fields.get("CuryTaxAmt") or ZERO for row in rows), ZERO)
    fields["CuryVatTaxableTotal"] = sum((row.fields.get("CuryTaxableAmt") or ZERO for row in rows), ZERO)
