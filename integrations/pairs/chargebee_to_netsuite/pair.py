"""Chargebee -> Oracle NetSuite: its flows in the order in which they need one another, and its policies."""

from dataclasses import replace

from integrations.connectors.chargebee.records import lifecycle
from integrations.contracts import Pair
from integrations.pairs.chargebee_to_netsuite import (
    credit_notes,
    customers,
    defaults,
    entries,
    invoices,
    items,
    payments,
    refunds,
    sandbox,
    taxes,
    withholding,
)
from integrations.pairs.chargebee_to_netsuite.policies import POLICIES

PAIR = Pair(
    slug="chargebee_to_netsuite",
    name="Chargebee to Oracle NetSuite",
    source="chargebee",
    target="netsuite",
    flows=(
        replace(
            lifecycle.flows.CUSTOMERS,
            sink="customers",
            draft=customers.draft,
            default_rows=defaults.CUSTOMERS,
            sandbox_rows=sandbox.CUSTOMERS,
        ),
        replace(
            lifecycle.flows.ITEMS,
            sink="items",
            draft=items.draft,
            default_rows=defaults.ITEMS,
            default_maps=(defaults.INCOME_ACCOUNTS,),
            sandbox_maps=(sandbox.INCOME_MAP,),
        ),
        replace(
            lifecycle.flows.INVOICES,
            sink="invoices",
            details=lifecycle.invoices.details,
            needs=invoices.needs,
            source=taxes.by_strategy(lifecycle.invoices.source),
            draft=invoices.draft,
            amend=invoices.amend,
            reverse=invoices.reverse,
            open_at=lifecycle.invoices.open_at,
            default_rows=defaults.INVOICES,
            default_maps=(defaults.DOCUMENT_ITEMS, defaults.TAX_CODES),
            sandbox_rows=sandbox.INVOICES,
            fields=withholding.FIELDS,
            sandbox_maps=(sandbox.ITEM_MAP, sandbox.TAX_MAP),
        ),
        replace(
            lifecycle.flows.CREDIT_NOTES,
            sink="credit_memos",
            details=lifecycle.credit_notes.details,
            needs=credit_notes.needs,
            source=taxes.by_strategy(lifecycle.credit_notes.source),
            draft=credit_notes.draft,
            amend=credit_notes.amend,
            reverse=credit_notes.reverse,
            open_at=lifecycle.credit_notes.open_at,
            default_rows=defaults.CREDIT_NOTES,
            default_maps=(defaults.DOCUMENT_ITEMS, defaults.TAX_CODES),
            sandbox_maps=(sandbox.ITEM_MAP, sandbox.TAX_MAP),
        ),
        replace(
            lifecycle.flows.PAYMENTS,
            sink="payments",
            details=lifecycle.payments.details,
            draft=payments.draft,
            amend=payments.amend,
            reverse=payments.reverse,
            open_at=lifecycle.payments.open_at,
            default_rows=defaults.PAYMENTS,
            default_maps=(defaults.CLEARING_ACCOUNTS,),
            sandbox_maps=(sandbox.CLEARING_MAP,),
        ),
        replace(
            lifecycle.flows.REFUNDS,
            sink="refunds",
            draft=refunds.draft,
            reverse=refunds.reverse,
            open_at=lifecycle.refunds.open_at,
            default_rows=defaults.REFUNDS,
            default_maps=(defaults.CLEARING_ACCOUNTS,),
            sandbox_maps=(sandbox.CLEARING_MAP,),
        ),
    ),
    policies=POLICIES,
    entries=entries.entries,
)
