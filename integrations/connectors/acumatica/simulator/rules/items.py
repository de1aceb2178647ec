"""Non-stock and stock items."""

from integrations.connectors.acumatica.simulator.rules.draft import Draft

STATUSES = {"Active": "AC", "No Sales": "NS", "No Request": "NR", "Inactive": "IN", "Marked for Deletion": "DE"}
READONLY = frozenset({"NoteID", "CreatedDateTime", "LastModifiedDateTime", "IsStock"})


def check_item(draft: Draft) -> None:
    """Complete an item and note what is wrong with it."""
    draft.take(READONLY)
    fields = draft.fields
    fields["InventoryCD"] = str(fields.get("InventoryCD") or "").upper()
    if not fields["InventoryCD"]:
        draft.bad("InventoryCD", "'Inventory ID' cannot be empty.")
    draft.default("ItemStatus", "Active")
    draft.choose("ItemStatus", STATUSES)
    if draft.is_new:
        fields["IsStock"] = draft.entity.name == "StockItem"
        defaults = {"ItemClassID": "SERVICES", "BaseUnit": "EACH", "SalesUnit": "EACH", "TaxCategoryID": "TAXABLE"}
        for key, value in {**defaults, "SalesAcctID": "40000", "COGSAcctID": "50000", "SalesSubID": "000000"}.items():
            draft.default(key, value)
    draft.must_exist("ItemClassID", "ItemClass", "Item Class")
    draft.must_exist("TaxCategoryID", "TaxCategory", "Tax Category")
    for key in ("SalesAcctID", "COGSAcctID", "DeferralAcctID"):
        draft.must_exist(key, "Account", "Account")
    for key in ("SalesSubID", "DeferralSubID"):
        draft.must_exist(key, "Subaccount", "Subaccount")
