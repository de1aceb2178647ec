"""Customers: ids by number or by hand, class and currency, and what they refer to."""

from integrations.connectors.acumatica.simulator.rules.draft import Draft

STATUSES = {"Active": "A", "On Hold": "H", "Credit Hold": "C", "Inactive": "I", "One-Time": "T"}
READONLY = frozenset({"BAccountID", "NoteID", "CreatedDateTime", "LastModifiedDateTime"})
FROM_CLASS = {"CuryID": "CuryID", "CuryRateTypeID": "CuryRateTypeID", "TermsID": "TermsID",
              "AllowOverrideCury": "AllowOverrideCury", "AllowOverrideRate": "AllowOverrideRate",
              "AutoApplyPayments": "AutoApplyPayments"}  # fmt: skip
ADDRESSES = ("DefAddress", "BillAddress", "DefLocationAddress")


def check_customer(draft: Draft) -> None:
    """Complete a customer and note what is wrong with it."""
    draft.take(READONLY)
    if draft.is_new:
        _number(draft)
        draft.default("Status", "Active")
        _from_class(draft)
    draft.fields["AcctCD"] = str(draft.fields.get("AcctCD") or "").upper()
    draft.choose("Status", STATUSES)
    if not draft.fields.get("AcctName"):
        draft.bad("AcctName", "'Account Name' cannot be empty.")
    _mirror(draft)
    draft.must_exist("CustomerClassID", "CustomerClass", "Customer Class")
    draft.must_exist("CuryID", "Currency", "Currency", flag="IsActive")
    draft.must_exist("TermsID", "Terms", "Terms")
    draft.must_exist("DefLocation.CTaxZoneID", "TaxZone", "Customer Tax Zone")
    for place in ADDRESSES:
        draft.must_exist(f"{place}.CountryID", "Country", "Country")


def _number(draft: Draft) -> None:
    options = draft.tenant.options
    given = str(draft.fields.get("AcctCD") or "")
    if options.customer_numbering == "auto" or not given:
        if options.customer_numbering == "manual":
            draft.bad("AcctCD", "'Customer ID' cannot be empty.")
        elif not draft.problems:
            draft.fields["AcctCD"] = f"C{draft.tenant.store.next_number('customer'):06}"
    elif len(given) > options.customer_key_length:
        draft.bad("AcctCD", f"The string is longer than {options.customer_key_length} characters.")


def _from_class(draft: Draft) -> None:
    name = draft.default("CustomerClassID", "DEFAULT")
    known = draft.tenant.find("CustomerClass", name)
    for key, source in FROM_CLASS.items():
        if known and source in known.fields:
            draft.default(key, known.fields[source])


def _mirror(draft: Draft) -> None:
    """The e-mail stands in the main contact and, from 23.200 on, at the top as well: one field."""
    draft.fields.setdefault("DefContact.FullName", draft.fields.get("AcctName"))
