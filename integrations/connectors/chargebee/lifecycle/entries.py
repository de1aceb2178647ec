"""Lines of a journal in two currencies: their accounts, their balance, exchange differences and amendments."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal, TypeAlias

from integrations.connectors.chargebee.lifecycle.common import ZERO
from integrations.contracts import DIFFERENCE_OPEN, Facts, Mapped, Record, Value
from integrations.errors import MappingError, RejectedError
from integrations.money import round_money
from mappings.catalogue import TargetField

RECEIVABLE, CLEARING, WITHHELD = "receivable_account", "clearing_account", "withholding_account"
EXCHANGE, ROUNDING = "exchange_account", "rounding_account"
ACCOUNT, DEFERRED = "account", "deferred_account"
HEADER_NAMES = (RECEIVABLE, CLEARING, WITHHELD, EXCHANGE, ROUNDING)
Role: TypeAlias = Literal["receivable", "clearing", "line", "exchange", "rounding"]
Part: TypeAlias = tuple[Decimal, Decimal | None]  # an amount, and the rate at which it stands; None: the document's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a journal, in the document's currency: debits positive, credits negative.

    `customer` is the target's id of the customer whose receivable it is, empty on other accounts. `values` are the
    mapped values of its line (cost centre, dimensions ...). `base` is the amount in the ledger's own currency, None
    where the ledger converts. `parts` make up the amount where it settles what stands at other rates.
    """

    account: str
    amount: Decimal
    role: Role
    text: str = ""
    customer: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    base: Decimal | None = None
    parts: tuple[Part, ...] = ()


Entries: TypeAlias = tuple[Entry, ...]


# What a mapping fills


def document_fields(kind: str) -> tuple[TargetField, ...]:
    """Give what a mapping fills for invoices and credit notes; `kind` names the target's accounts as reference data."""
    return (
        _field(RECEIVABLE, "Receivable account", kind),
        TargetField(name=WITHHELD, label="Account for tax withheld by customers", type="reference", reference=kind),
        TargetField(name=ACCOUNT, label="Account", type="reference", level="line", required=True, reference=kind),
        TargetField(name=DEFERRED, label="Deferred revenue account", type="reference", level="line", reference=kind),
    )


def cash_fields(kind: str) -> tuple[TargetField, ...]:
    """Give what a mapping fills for payments and refunds."""
    return (_field(RECEIVABLE, "Receivable account", kind), _field(CLEARING, "Clearing account", kind))


def exchange_fields(kind: str) -> tuple[TargetField, ...]:
    """Give what a mapping fills where documents bring exchange rates of their own."""
    return (
        TargetField(name=EXCHANGE, label="Exchange gain and loss account", type="reference", reference=kind),
        TargetField(name=ROUNDING, label="Account for conversion cents", type="reference", reference=kind),
    )


def account_in(values: Mapping[str, Value], name: str) -> str:
    """Give a mapped account. Raises MappingError where none is mapped."""
    if account := values.get(name):
        return str(account)
    raise MappingError(
        f"No {name.replace('_', ' ')} is mapped. Add a row for it under Mappings.", code="no_account", field=name
    )


# What a journal must be


def balanced(record: Record, entries: Entries) -> Entries:
    """Leave out what moves nothing. Raises RejectedError with the arithmetic unless debits equal credits."""
    debit = sum((entry.amount for entry in entries if entry.amount > 0), ZERO)
    credit = -sum((entry.amount for entry in entries if entry.amount < 0), ZERO)
    if debit != credit:
        raise RejectedError(
            f"The entries do not balance: debits {debit}, credits {credit}. Look at the line rows under Mappings: each "
            "line of the document must give its amount.",
            code="totals_disagree",
            field="amount",
            value=record.key,
        )
    return tuple(entry for entry in entries if entry.amount)


def reversed_entries(entries: Iterable[Entry]) -> Entries:
    """Give the same entries the other way round."""
    return tuple(
        replace(entry, amount=-entry.amount, base=None if entry.base is None else -entry.base) for entry in entries
    )


def debits_first(entries: Sequence[Entry]) -> Entries:
    """Order all debits before all credits, each in their own order."""
    return tuple(sorted(entries, key=lambda entry: (entry.amount or entry.base or ZERO) < 0))


def valued(entries: Entries, mapped: Mapped, rate: Decimal | None, currency: str) -> Entries:
    """Add the amounts in the ledger's `currency`: each part at the rate it stands at, the others at the document's.

    The exchange difference goes to its mapped account, and what rounding leaves over to the one for conversion cents.
    Without a rate the ledger converts, and entries stay as they are.
    """
    if rate is None:
        return entries
    made = list(weighed(entries, rate, currency))
    difference = -round_money(sum((one for entry in entries for one in _worth(entry, rate)), ZERO), currency)
    cents = -difference - sum((entry.base or ZERO for entry in made), ZERO)
    if difference:
        made.append(_in_base_only(mapped, EXCHANGE, difference, "Exchange difference"))
    if cents:
        made.append(_in_base_only(mapped, ROUNDING, cents, "Conversion cents"))
    return tuple(made)


def weighed(entries: Iterable[Entry], rate: Decimal | None, currency: str) -> Entries:
    """Give the same entries, those without one with an amount in the ledger's `currency`, and no line for what is left.

    Each part has the rate it stands at, the others the document's; without a rate they stay as they are.
    """
    if rate is None:
        return tuple(entries)
    return tuple(
        entry
        if entry.base is not None
        else replace(entry, base=sum((round_money(one, currency) for one in _worth(entry, rate)), ZERO))
        for entry in entries
    )


def standing_rate(facts: Facts) -> Decimal | None:
    """Give the rate at which a document stands on its customers' accounts, None where the ledger does not tell one.

    What stands there counts, cents of rounding included; else the rate that the document shows.
    """
    amount = sum((one.amount for one in facts.owed or ()), ZERO)
    if facts.exchange_rate is None or not amount:
        return facts.exchange_rate
    return sum((one.base for one in facts.owed or ()), ZERO) / amount


def in_base_only(entries: Entries, currency: str, document_currency: str) -> tuple[Entries, str]:
    """Write entries that move nothing in the document's currency in the ledger's own; gives them with the currency."""
    if any(entry.amount for entry in entries):
        return entries, document_currency
    return tuple(replace(entry, amount=entry.base or ZERO, base=None) for entry in entries), currency


def amended(wanted: Entries, standing: Iterable[Entry], mapped: Mapped) -> Entries:
    """Give what moves a document's receivables from what stands of it to what is wanted: between customers and rates.

    Nothing else moves: other accounts stay as they were booked, whatever the mapping says by now. Empty where all
    stands as wanted. Raises MappingError (DIFFERENCE_OPEN) where no account is mapped for the difference.
    """
    before = [entry for entry in standing if entry.customer]
    after = [entry for entry in wanted if entry.customer]
    if not before:
        return ()
    has_base = all(entry.base is not None for entry in (*before, *after))
    moved = [
        Entry(
            account=before[0].account,
            amount=_sum(after, customer) - _sum(before, customer),
            role="receivable",
            text=after[0].text if after else before[0].text,
            customer=customer,
            base=_base(after, customer) - _base(before, customer) if has_base else None,
        )
        for customer in dict.fromkeys(entry.customer for entry in (*before, *after))
    ]
    difference = -sum((entry.base or ZERO for entry in moved), ZERO)
    if difference:
        moved.append(left_over(mapped, EXCHANGE, difference, "Exchange difference"))
    return tuple(entry for entry in moved if entry.amount or entry.base)


def left_over(mapped: Mapped, name: str, base: Decimal, text: str) -> Entry:
    """Give the line of what was left of a document that stands. Raises MappingError (DIFFERENCE_OPEN)."""
    if mapped.header.get(name):
        return _in_base_only(mapped, name, base, text)
    account = name.replace("_", " ")
    raise MappingError(
        f"{text} of {abs(base)} in the ledger's own currency stays on the receivable: no {account} is mapped. Add it "
        "under Mappings, then have the record read again.",
        code=DIFFERENCE_OPEN,
        field=name,
    )


def _worth(entry: Entry, rate: Decimal) -> list[Decimal]:
    return [amount * (rate if own is None else own) for amount, own in entry.parts or ((entry.amount, None),)]


def _in_base_only(mapped: Mapped, name: str, base: Decimal, text: str) -> Entry:
    role: Role = "exchange" if name == EXCHANGE else "rounding"
    return Entry(account=account_in(mapped.header, name), amount=ZERO, base=base, role=role, text=text)


def _sum(entries: Iterable[Entry], customer: str) -> Decimal:
    return sum((entry.amount for entry in entries if entry.customer == customer), ZERO)


def _base(entries: Iterable[Entry], customer: str) -> Decimal:
    return sum((entry.base or ZERO for entry in entries if entry.customer == customer), ZERO)


def _field(name: str, label: str, kind: str) -> TargetField:
    return TargetField(name=name, label=label, type="reference", required=True, reference=kind)
