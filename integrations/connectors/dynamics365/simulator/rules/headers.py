"""Journal headers: number, name and description when made; what may still be changed or deleted."""

from decimal import Decimal

from integrations.connectors.dynamics365.simulator.rules.shapes import BY_HEADER, Shape
from integrations.connectors.dynamics365.simulator.schema import ZERO, Values
from integrations.connectors.dynamics365.simulator.site import Company, Invalid, Site
from integrations.connectors.dynamics365.simulator.store import Row

Totals = dict[str, Decimal]


def create(site: Site, set_name: str, given: Values, whole: Values) -> Values:
    """Check and complete a new header."""
    shape = BY_HEADER[set_name]
    company = site.company(whole["dataAreaId"])
    if not whole["JournalName"]:
        raise Invalid("JournalName", "Field 'Name' must be filled in.")
    name = site.require("JournalNames", "JournalName", "Name", company.area, whole["JournalName"])
    if name["Type"] != shape.journal_type:
        raise Invalid("JournalName", f"Journal name {name['Name']} is of the type {name['Type']}.")
    if given.get("IntegrationKey") and not site.options.integration_key_writable:
        raise Invalid("IntegrationKey", "The field IntegrationKey cannot be edited.")
    if given.get("JournalBatchNumber"):
        raise Invalid(
            "JournalBatchNumber", "The number sequence for journal batch numbers does not allow manual numbers."
        )
    whole["JournalBatchNumber"] = company.next_number("journal", f"{company.code}-{{:06d}}")
    whole["Description"] = whole["Description"] or name["Description"]
    if "PostingLayer" in whole and not given.get("PostingLayer"):
        whole["PostingLayer"] = "Current"
    return whole


def made(site: Site, set_name: str, row: Row) -> None:
    """Note a new journal as one that waits for posting."""
    row.links |= {"debit": ZERO, "credit": ZERO, "balances": {}, "last": ZERO, "voucher": ""}
    site.waiting[set_name, row.values["dataAreaId"], row.values["JournalBatchNumber"]] = row


def of_line(site: Site, shape: Shape, company: Company, number: str) -> Row:
    """Give the header that a line belongs to; refuses unknown and posted journals."""
    row = site.row(shape.headers, company.area, number)
    if row is None:
        raise Invalid("JournalBatchNumber", f"Journal {number} does not exist in company {company.code}.")
    require_unposted(row)
    return row


def require_unposted(row: Row) -> None:
    """Refuse to change a posted journal."""
    if row.values["IsPosted"] == "Yes":
        number = row.values["JournalBatchNumber"]
        raise Invalid("JournalBatchNumber", f"Journal {number} has been posted and can no longer be changed.")


def lines_of(site: Site, shape: Shape, row: Row) -> list[Row]:
    """List a journal's lines by number."""
    found = site.store.table(shape.lines).where("JournalBatchNumber", row.values["JournalBatchNumber"])
    area = row.values["dataAreaId"]
    return sorted((one for one in found if one.values["dataAreaId"] == area), key=lambda one: one.values["LineNumber"])


def change(site: Site, set_name: str, row: Row, changes: Values) -> Values:
    """Check a change of a header."""
    require_unposted(row)
    if "JournalName" in changes and changes["JournalName"] != row.values["JournalName"]:
        raise Invalid("JournalName", "The journal name cannot be changed.")
    return changes


def delete(site: Site, set_name: str, row: Row) -> None:
    """Check and carry out what the deletion of a header asks for: no lines may be left."""
    require_unposted(row)
    if lines_of(site, BY_HEADER[set_name], row):
        raise Invalid("JournalBatchNumber", f"Journal {row.values['JournalBatchNumber']} has lines. Delete them first.")
    site.waiting.pop((set_name, row.values["dataAreaId"], row.values["JournalBatchNumber"]), None)


def count(shape: Shape, header: Row, line: Values) -> None:
    """Add a line to its journal's running totals."""
    links, debit, credit = header.links, line["DebitAmount"], line["CreditAmount"]
    links["debit"] += debit
    links["credit"] += credit
    moved = ZERO if line["OffsetAccountDisplayValue"] else debit - credit
    links["balances"][line["Voucher"]] = links["balances"].get(line["Voucher"], ZERO) + moved
    if line["LineNumber"] >= links["last"]:
        links["last"], links["voucher"] = line["LineNumber"], line["Voucher"]
    if "JournalTotalDebit" in header.values:
        header.values["JournalTotalDebit"] = links["debit"]
        header.values["JournalTotalCredit"] = links["credit"]


def recount(site: Site, shape: Shape, header: Row) -> None:
    """Work the running totals out anew after a change or a deletion."""
    header.links |= {"debit": ZERO, "credit": ZERO, "balances": {}, "last": ZERO, "voucher": ""}
    if "JournalTotalDebit" in header.values:
        header.values |= {"JournalTotalDebit": ZERO, "JournalTotalCredit": ZERO}
    for line in lines_of(site, shape, header):
        count(shape, header, line.values)
