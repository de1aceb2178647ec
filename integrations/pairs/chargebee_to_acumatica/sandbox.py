"""What the mapping says on the sandbox, where nobody has chosen yet: accounts, items and methods of its own chart."""

from dataclasses import replace

from integrations.pairs.chargebee_to_acumatica.defaults import (
    CASH_ACCOUNTS,
    CLASSES,
    DEFERRED_ACCOUNTS,
    LINE_ACCOUNTS,
    PAYMENT_METHODS,
    SUBACCOUNTS,
    TAX_CATEGORIES,
    WITHHOLDING_ACCOUNTS,
)
from mappings.value_maps import Entry, ValueMap


def _filled(empty: ValueMap, *entries: tuple[tuple[str, ...], str]) -> ValueMap:
    return replace(empty, entries=tuple(Entry(keys=keys, value=value) for keys, value in entries))


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
    _filled(SUBACCOUNTS, (("*",), "000000")),
    _filled(TAX_CATEGORIES, (("*",), "EXEMPT")),
    _filled(DEFERRED_ACCOUNTS, (("*",), "24000")),
)
INVOICE_MAPS = (*NOTE_MAPS, _filled(WITHHOLDING_ACCOUNTS, (("*",), "22100")))
CASH_MAPS = (
    _filled(PAYMENT_METHODS, (("stripe", "*"), "STRIPE"), (("*", "*"), "ACH")),
    _filled(CASH_ACCOUNTS, (("stripe", "*"), "10300"), (("*", "*"), "10200")),
)
