"""Customers and items: what they must have, and numbers and names that must be their own (vendor file, 4.1, 4.4)."""

from integrations.connectors.netsuite.simulator.answers import bad_value, please_enter, user_error
from integrations.connectors.netsuite.simulator.records.header import Change
from integrations.connectors.netsuite.simulator.records.types import SALE_ITEMS
from integrations.connectors.netsuite.simulator.site import Site

INCOME = ("Income", "OthIncome", "OthCurrLiab", "DeferRevenue", "Expense", "OthExpense", "COGS")


def settle_customer(site: Site, change: Change) -> None:
    """Check a customer and fill in its number and primary currency."""
    fields = change.fields
    is_person = fields.setdefault("isPerson", False)
    wanted = ("firstName", "lastName", "subsidiary") if is_person else ("companyName", "subsidiary")
    missing = [change.type.fields[name].label for name in wanted if not fields.get(name)]
    missing += [
        change.type.fields[name].label
        for name in site.options.mandatory.get("customer", [])
        if name not in fields and name not in wanted
    ]
    if missing:
        please_enter(missing)
    fields.setdefault("currency", site.fields_of("subsidiary", fields["subsidiary"])["currency"])
    email = fields.get("email")
    if email is not None and ("@" not in email or " " in email):
        bad_value(email, "email")
    if change.current is not None:
        _keep_what_was_used(site, change)
    _number_customer(site, change)


def settle_item(site: Site, change: Change) -> None:
    """Check an item: a name of its own and an account to post to."""
    fields = change.fields
    account = "incomeAccount" if change.type.name in SALE_ITEMS else "account"
    wanted = ["itemId", account] if account in change.type.fields else ["itemId"]
    if change.type.name == "discountItem":
        wanted = ["itemId", "account"]
    missing = [change.type.fields[name].label for name in wanted if not fields.get(name)]
    if missing:
        please_enter(missing)
    if site.account_type(fields.get(account, "")) == "AcctRec":
        bad_value(fields[account], account)
    if site.names.get(("item", fields["itemId"]), change.id) != change.id:
        user_error("This record already exists.")


def customer_name(fields: dict[str, object]) -> str:
    """Give the name a customer goes by."""
    if fields.get("isPerson"):
        return f"{fields.get('firstName', '')} {fields.get('lastName', '')}".strip()
    return str(fields.get("companyName", ""))


def _keep_what_was_used(site: Site, change: Change) -> None:
    assert change.current is not None
    old = change.current.fields
    changed = [name for name in ("subsidiary", "currency") if old.get(name) != change.fields.get(name)]
    if changed and site.has_transactions(change.id):
        user_error(f"The {changed[0]} of a customer with transactions cannot be changed.")


def _number_customer(site: Site, change: Change) -> None:
    fields, current = change.fields, change.current
    if current is not None and not site.options.allow_override:
        fields["entityId"] = current.fields["entityId"]
    elif not fields.get("entityId") or (not site.options.allow_override and current is None):
        fields["entityId"] = f"CUS{site.store.count('customer') + 1000}"
    if site.names.get(("entity", fields["entityId"]), change.id) != change.id:
        user_error("This record already exists.")
