"""What the mapping says on the sandbox, where nobody has chosen yet: the accounts and items of its own chart."""

from dataclasses import replace

from integrations.pairs.chargebee_to_netsuite.defaults import (
    CLEARING_ACCOUNTS,
    DOCUMENT_ITEMS,
    INCOME_ACCOUNTS,
    TAX_CODES,
)
from mappings.rows import ConstantSpec, Row
from mappings.value_maps import Entry

CUSTOMERS = (
    Row(id="subsidiary", target="subsidiary", spec=ConstantSpec(value="Orchard Software Inc."), writes="on_create"),
)
INVOICES = (Row(id="withholdingItem", target="withholdingItem", spec=ConstantSpec(value="Tax Withheld")),)
ITEM_MAP = replace(
    DOCUMENT_ITEMS,
    entries=(
        Entry(keys=("item", "*"), value="Subscription Services"),
        Entry(keys=("discount", "*"), value="Discount"),
        Entry(keys=("tax", "*"), value="Tax from Billing"),
        Entry(keys=("rounding", "*"), value="Rounding"),
        Entry(keys=("promotional_credits", "*"), value="Promotional Credit"),
        Entry(keys=("write_off", "*"), value="Bad Debt Write-off"),
        Entry(keys=("store_credit", "*"), value="Returns and Allowances"),
    ),
)
TAX_MAP = replace(TAX_CODES, entries=(Entry(keys=("*", "*"), value="Tax from Billing"),))
INCOME_MAP = replace(INCOME_ACCOUNTS, entries=(Entry(keys=("*",), value="4000"),))
CLEARING_MAP = replace(
    CLEARING_ACCOUNTS,
    entries=(
        Entry(keys=("stripe", "*"), value="1210"),
        Entry(keys=("paypal", "*"), value="1211"),
        Entry(keys=("gocardless", "*"), value="1212"),
        Entry(keys=("adyen", "*"), value="1213"),
        Entry(keys=("*", "*"), value="1214"),
    ),
)
