"""Customers, under both of their sets: number, name, party, and the references that must exist."""

from integrations.connectors.dynamics365.simulator.dimensions import default_dimensions
from integrations.connectors.dynamics365.simulator.schema import Values, fold
from integrations.connectors.dynamics365.simulator.site import Company, Invalid, Site
from integrations.connectors.dynamics365.simulator.store import Row

TWINS = {"CustomersV3": "CustomersBase", "CustomersBase": "CustomersV3"}
NAMES = {"CustomersV3": "OrganizationName", "CustomersBase": "Name"}
ALIAS_LENGTH = 20
ACCOUNT_LENGTH = 20
REFERENCES = (
    ("CustomerGroupId", "CustomerGroups", "Customer group"),
    ("PaymentTerms", "PaymentTerms", "Terms of payment"),
    ("PaymentMethod", "CustomerPaymentMethods", "Method of payment"),
)


def create(site: Site, set_name: str, given: Values, whole: Values) -> Values:
    """Check and complete a new customer."""
    company = site.company(whole["dataAreaId"])
    whole["PartyType"] = whole["PartyType"] or "Organization"
    if whole["PartyType"] not in ("Organization", "Person"):
        raise Invalid("PartyType", "The party type must be Organization or Person.")
    if not whole["CustomerAccount"]:
        if site.options.customer_account_required:
            raise Invalid("CustomerAccount", "Field 'Customer account' must be filled in.")
        whole["CustomerAccount"] = company.next_number("customer", f"{company.code}-{{:06d}}")
    if len(whole["CustomerAccount"]) > ACCOUNT_LENGTH:
        raise Invalid("CustomerAccount", f"The customer account is longer than {ACCOUNT_LENGTH} characters.")
    _check(site, set_name, company, whole)
    whole["PartyNumber"] = site.companies["dat"].next_number("party", "{:09d}")
    whole["NameAlias"] = (whole["NameAlias"] or _name(set_name, whole))[:ALIAS_LENGTH]
    group = site.values("CustomerGroups", company.area, whole["CustomerGroupId"])
    whole["PaymentTerms"] = whole["PaymentTerms"] or group["PaymentTermId"]
    whole["LanguageId"] = whole["LanguageId"] or "en-us"
    if whole.get("InvoiceAccount") == "":
        whole["InvoiceAccount"] = whole["CustomerAccount"]
    return whole


def made(site: Site, set_name: str, row: Row) -> None:
    """Show a new customer in the other set, too."""
    twin = site.store.table(TWINS[set_name])
    whole = {name: one.empty for name, one in twin.set.fields.items()}
    whole |= _twin_values(set_name, row.values, whole)
    twin.put(Row(row.rec_id, whole))


def change(site: Site, set_name: str, row: Row, changes: Values) -> Values:
    """Check a change and carry it over to the other set."""
    whole = {**row.values, **changes}
    _check(site, set_name, site.company(whole["dataAreaId"]), whole)
    twin = site.store.table(TWINS[set_name])
    other = twin.get(whole["dataAreaId"], whole["CustomerAccount"])
    if other is not None:
        twin.change(other, _twin_values(set_name, changes, other.values))
    return changes


def delete(site: Site, set_name: str, row: Row) -> None:
    """Check that a customer may go: nothing may be booked on it."""
    account = row.values["CustomerAccount"]
    area = row.values["dataAreaId"]
    if any(
        one.values["dataAreaId"] == area for one in site.store.table("CustTransactions").where("AccountNum", account)
    ):
        raise Invalid("CustomerAccount", f"Transactions exist for customer {account}. It cannot be deleted.")
    twin = site.store.table(TWINS[set_name])
    other = twin.get(area, account)
    if other is not None:
        twin.drop(other)


def _check(site: Site, set_name: str, company: Company, whole: Values) -> None:
    for name, target, label in REFERENCES:
        if whole[name]:
            whole[name] = site.require(target, name, label, company.area, whole[name])[_last_key(target)]
    for name in ("CustomerGroupId", "SalesCurrencyCode"):
        if not whole[name]:
            raise Invalid(name, f"Field '{name}' must be filled in.")
    site.require("Currencies", "SalesCurrencyCode", "Currency", whole["SalesCurrencyCode"])
    if not _name(set_name, whole):
        raise Invalid(NAMES[set_name], "A name must be given.")
    if whole["AddressDescription"] and not whole["AddressCountryRegionId"]:
        raise Invalid("AddressCountryRegionId", "Field 'Country/region' must be filled in.")
    country = whole["AddressCountryRegionId"]
    if country and len(country) != 3:
        raise Invalid("AddressCountryRegionId", f"The value '{country}' is not found in 'Countries/regions'.")
    invoiced = whole.get("InvoiceAccount", "")
    if invoiced and fold(invoiced) != fold(whole["CustomerAccount"]):
        site.require("CustomersV3", "InvoiceAccount", "Customer account", company.area, invoiced)
    if whole.get("DefaultDimensionDisplayValue"):
        whole["DefaultDimensionDisplayValue"] = default_dimensions(
            site, company, whole["DefaultDimensionDisplayValue"], site.today(), "DefaultDimensionDisplayValue"
        )


def _last_key(set_name: str) -> str:
    return "CustomerGroupId" if set_name == "CustomerGroups" else "Name"


def _name(set_name: str, whole: Values) -> str:
    if whole["PartyType"] == "Person" and set_name == "CustomersV3":
        parts = (whole["PersonFirstName"], whole["PersonMiddleName"], whole["PersonLastName"])
        return " ".join(part for part in parts if part)
    return str(whole[NAMES[set_name]])


def _twin_values(set_name: str, values: Values, known: Values) -> Values:
    renamed = {NAMES[TWINS[set_name]] if name == NAMES[set_name] else name: value for name, value in values.items()}
    return {name: value for name, value in renamed.items() if name in known}
