"""What the mapping says on the sandbox, where nobody has chosen yet: accounts, items and methods of its own chart."""

from dataclasses import replace

from integrations.pairs.chargebee_to_acumatica.defaults import (
    CASH_ACCOUNTS,
    CLASSES,
    DEFERRED_ACCOUNTS,
    EXCHANGE_ACCOUNTS,
    LINE_ACCOUNTS,
    LINE_ITEMS,
    PAYMENT_METHODS,
    RECEIVABLES,
    ROUNDING_ACCOUNTS,
    SUBACCOUNTS,
    TAX_CATEGORIES,
    TAX_IDS,
    WITHHOLDING_ACCOUNTS,
)
from mappings.value_maps import Entry, ValueMap


def _filled(empty: ValueMap, *entries: tuple[tuple[str, ...], str]) -> ValueMap:
    return replace(empty, entries=tuple(Entry(keys=keys, value=value) for keys, value in entries))


_RECEIVABLE = _filled(RECEIVABLES, (("*", "*"), "12100"))
_EXCHANGE = (_filled(EXCHANGE_ACCOUNTS, (("*",), "70000")), _filled(ROUNDING_ACCOUNTS, (("*",), "70100")))
CUSTOMER_MAPS = (_filled(CLASSES, (("*",), "INTL")),)
NOTE_MAPS = (
    _filled(
        LINE_ACCOUNTS,
        (("item", "*"), "40000"),
        (("discount", "*"), "49000"),
        (("promotional_credits", "*"), "49100"),
        (("tax", "*"), "22000"),
        (("rounding", "*"), "70100"),
        (("write_off", "*"), "65000"),
        (("store_credit", "*"), "49100"),
    ),
    _filled(
        LINE_ITEMS,
        (("item", "*"), "SAAS-PRO"),
        (("discount", "*"), "DISCOUNT"),
        (("promotional_credits", "*"), "DISCOUNT"),
        (("tax", "*"), "TAX"),
        (("rounding", "*"), "ROUNDING"),
        (("write_off", "*"), "BADDEBT"),
        (("store_credit", "*"), "CREDIT"),
    ),
    _filled(SUBACCOUNTS, (("*",), "000000")),
    _filled(TAX_CATEGORIES, (("*",), "EXEMPT")),
    _filled(TAX_IDS, (("*",), "CHARGEBEE")),
    _filled(DEFERRED_ACCOUNTS, (("*",), "24000")),
    _RECEIVABLE,
    *_EXCHANGE,
)
INVOICE_MAPS = (*NOTE_MAPS, _filled(WITHHOLDING_ACCOUNTS, (("*",), "13000")))
CASH_MAPS = (
    _filled(PAYMENT_METHODS, (("stripe", "*"), "STRIPE"), (("*", "*"), "ACH")),
    _filled(CASH_ACCOUNTS, (("stripe", "*"), "10300"), (("*", "*"), "10200")),
    _RECEIVABLE,
    *_EXCHANGE,
)
