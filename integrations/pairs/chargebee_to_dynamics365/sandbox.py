"""What the mapping says on the sandbox, where nobody has chosen yet: accounts and dimensions of its own chart."""

from dataclasses import replace

from integrations.pairs.chargebee_to_dynamics365.defaults import (
    BANKS,
    DEFERRED_ACCOUNTS,
    DIMENSIONS,
    EXCHANGE_ACCOUNTS,
    GROUPS,
    LINE_ACCOUNTS,
    METHODS,
    RECEIVABLES,
    ROUNDING_ACCOUNTS,
    WITHHOLDING_ACCOUNTS,
)
from mappings.rows import ConstantSpec, Row, ValueMapSpec
from mappings.value_maps import Entry, ValueMap


def _filled(empty: ValueMap, *entries: tuple[tuple[str, ...], str]) -> ValueMap:
    return replace(empty, entries=tuple(Entry(keys=keys, value=value) for keys, value in entries))


UNITS = ValueMap(
    name="business_units",
    label="Business units",
    gives="business unit",
    key_labels=("currency",),
    entries=(Entry(keys=("EUR",), value="BU02"), Entry(keys=("*",), value="BU01")),
)
LINES = (
    Row(
        id="line-Dimension.BusinessUnit",
        target="Dimension.BusinessUnit",
        spec=ValueMapSpec(map="business_units", keys=("currency",)),
        level="line",
    ),
    Row(
        id="line-Dimension.CostCenter",
        target="Dimension.CostCenter",
        spec=ConstantSpec(value="CC002"),
        level="line",
    ),
)
_DIMENSIONS = _filled(DIMENSIONS, (("*",), "BusinessUnit=BU01; CostCenter=CC002"))
_RECEIVABLES = _filled(RECEIVABLES, (("*", "*"), "130700"))
_EXCHANGE = (_filled(EXCHANGE_ACCOUNTS, (("*",), "801400")), _filled(ROUNDING_ACCOUNTS, (("*",), "618900")))

CUSTOMER_MAPS = (_filled(GROUPS, (("*",), "30")), _DIMENSIONS)
NOTE_MAPS = (
    _filled(
        LINE_ACCOUNTS,
        (("item", "*"), "401100"),
        (("discount", "*"), "401900"),
        (("promotional_credits", "*"), "401900"),
        (("tax", "*"), "202110"),
        (("rounding", "*"), "618900"),
        (("write_off", "*"), "600160"),
        (("store_credit", "*"), "403100"),
    ),
    _filled(DEFERRED_ACCOUNTS, (("*",), "250500")),
    _RECEIVABLES,
    _DIMENSIONS,
    UNITS,
    *_EXCHANGE,
)
INVOICE_MAPS = (*NOTE_MAPS, _filled(WITHHOLDING_ACCOUNTS, (("*",), "130920")))
CASH_MAPS = (
    _filled(BANKS, (("stripe", "*"), "USMF-CARD"), (("*", "*"), "USMF OPER")),
    _filled(METHODS, (("stripe",), "CARD"), (("*",), "ACH")),
    _RECEIVABLES,
    _DIMENSIONS,
    *_EXCHANGE,
)
