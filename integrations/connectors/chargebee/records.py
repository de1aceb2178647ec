"""What pairs may see of Chargebee: its objects, with amounts in major units, times aware in UTC and absent texts empty.

Names are Chargebee's own. What is not listed is dropped, but for custom fields (`cf_...`), which `custom` keeps.
`lifecycle` has what is true of them for every ledger: pairs build their flows from it.
"""

from integrations.connectors.chargebee import lifecycle
from integrations.connectors.chargebee.billing import BillingLine, billing_lines, site_day
from integrations.connectors.chargebee.catalogue import Accounting, Item, ItemPrice, Plan
from integrations.connectors.chargebee.customers import Address, Balance, Custom, Customer, Subscription
from integrations.connectors.chargebee.documents import CreditNote, Invoice, Transaction
from integrations.connectors.chargebee.parts import (
    Allocation,
    AppliedCredit,
    CreditNoteRef,
    Discount,
    LineDiscount,
    LineItem,
    LineTax,
    LinkedCreditNote,
    LinkedInvoice,
    LinkedPayment,
    LinkedRefund,
    Tax,
    TaxWithheld,
)
from integrations.connectors.chargebee.totals import check_balance, check_sums, check_totals

__all__ = [
    "Accounting",
    "Address",
    "Allocation",
    "AppliedCredit",
    "Balance",
    "BillingLine",
    "CreditNote",
    "CreditNoteRef",
    "Custom",
    "Customer",
    "Discount",
    "Invoice",
    "Item",
    "ItemPrice",
    "LineDiscount",
    "LineItem",
    "LineTax",
    "LinkedCreditNote",
    "LinkedInvoice",
    "LinkedPayment",
    "LinkedRefund",
    "Plan",
    "Subscription",
    "Tax",
    "TaxWithheld",
    "Transaction",
    "billing_lines",
    "check_balance",
    "check_sums",
    "check_totals",
    "lifecycle",
    "site_day",
]
