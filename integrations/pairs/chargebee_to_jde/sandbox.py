"""What the mapping says on the sandbox, where nobody has chosen yet: companies and accounts of its own chart."""

from dataclasses import replace

from integrations.pairs.chargebee_to_jde.defaults import (
    CLEARING_ACCOUNTS,
    COMPANIES,
    DEFERRED_ACCOUNTS,
    EXCHANGE_ACCOUNTS,
    LINE_ACCOUNTS,
    RECEIVABLES,
    REFUND_SUPPLIERS,
    ROUNDING_ACCOUNTS,
    WITHHOLDING_ACCOUNTS,
)
from mappings.value_maps import Entry, ValueMap


def _filled(empty: ValueMap, *entries: tuple[tuple[str, ...], str]) -> ValueMap:
    return replace(empty, entries=tuple(Entry(keys=keys, value=value) for keys, value in entries))


_EXCHANGE_MAPS = (
    _filled(EXCHANGE_ACCOUNTS, (("*",), "110.9145")),
    _filled(ROUNDING_ACCOUNTS, (("*",), "110.9150")),
)
DOCUMENT_MAPS = (
    _filled(COMPANIES, (("*",), "00001")),
    _filled(RECEIVABLES, (("*", "*"), "1.1215")),
    _filled(
        LINE_ACCOUNTS,
        (("item", "*"), "110.5010"),
        (("discount", "*"), "110.5900"),
        (("promotional_credits", "*"), "110.5910"),
        (("tax", "*"), "1.4433"),
        (("rounding", "*"), "110.9150"),
        (("write_off", "*"), "110.9160"),
        (("store_credit", "*"), "110.5910"),
    ),
    _filled(DEFERRED_ACCOUNTS, (("*",), "1.4550")),
    *_EXCHANGE_MAPS,
)
INVOICE_MAPS = (*DOCUMENT_MAPS, _filled(WITHHOLDING_ACCOUNTS, (("*",), "1.1240")))
CASH_MAPS = (*DOCUMENT_MAPS[:2], _filled(CLEARING_ACCOUNTS, (("*", "*"), "1.1120")), *_EXCHANGE_MAPS)
REFUND_MAPS = (*CASH_MAPS, _filled(REFUND_SUPPLIERS, (("*",), "60001")))  # the first address that the sandbox gives
