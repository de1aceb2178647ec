"""Runs a pair's casebook: stories told to the sandbox, run by the real engine, compared with ledgers written by hand.

A case is one YAML file: `case` and `rule` in words, `policies`, the `story` (what happens in the source; `sync` runs
the sync, `replay` tries what is held anew; what has `target` is an order to the target's simulator), and what must
stand in the end: every document of the ledger, what became of records that make none (`records`), and the trial balance
before the last run and after. `as: name` names an object (`take` what of it, else its id); `$name` stands for it. A
reference names a document by the end of our own; where ours says nothing (a digest), by flow, key and operation:
`invoices $inv`, `invoices $inv reverse`, `invoices $inv 2` for what was posted anew, `payments $pay
create-share:$kid` for a customer's share. `parties` of a document, where a case asks for them, are its amounts by the
source's customers, debits positive; `base`, likewise, its entries in the ledger's own currency.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from audit.models import Attempt
from integrations import registry
from integrations.contracts import Changed, Pair
from integrations.engine import inbox, syncs
from integrations.engine.syncs import change_sync
from integrations.engine.tests.harness import ACTOR, Sandbox, make_live_sync, run_to_rest
from integrations.models import Link, Sync, SyncRecord

NO_DOCUMENTS = ("customer", "item", "vendor", "supplier", "address")
POSTS_LATER = ("dynamics365",)
SITE_ZONE = "America/New_York"  # of the sandbox's site
TODAY = "today"  # `$today`: what the engine dates by the clock is due on the day of the test
_NAME = re.compile(r"\$([a-z_][a-z0-9_]*)")
_STREAMS = {
    "customer": "customers",
    "item_price": "item_prices",
    "invoice": "invoices",
    "credit_note": "credit_notes",
    "transaction": "transactions",
}
Json = dict[str, Any]


@dataclass(slots=True)
class Telling:
    """One case under way."""

    box: Sandbox
    sync: Sync
    pair: Pair
    names: dict[str, str] = field(default_factory=dict)
    after_sync: Sequence[Json] = ()
    before: dict[str, Decimal] = field(default_factory=dict)


@dataclass(slots=True)
class Outcome:
    """What a case wants and what stands, in the same words, so that a plain comparison shows the difference."""

    wanted: Json
    stands: Json


def cases(folder: Path) -> list[Path]:
    """Give a pair's cases by name."""
    return sorted(folder.glob("*.yaml"))


def named_cases(folder: Path) -> set[str]:
    """Give the cases that the table beside them names, which says what each tells."""
    rows = [line for line in (folder / "README.md").read_text().splitlines() if line.startswith("|")]
    return {name for row in rows for name in re.findall(r"`([a-z_0-9]+)`", row.rpartition(" | ")[2])}


def play(case: Path, pair_slug: str, box: Sandbox, opening: list[Json], after_sync: Sequence[Json] = ()) -> Outcome:
    """Tell one case and give what it wants beside what stands.

    `opening` and what the case has under `before` are told before the sync is made and reads the target's periods;
    `after_sync` after each sync, as where the target's own staff post what was booked.
    """
    told = yaml.safe_load(case.read_text())
    telling = begin(pair_slug, box, [*opening, *told.get("before", ())], told.get("policies", {}), after_sync)
    for step in told["story"]:
        tell(telling, step)
    return Outcome(wanted=_wanted(telling, told), stands=_stands(telling, told))


def begin(
    pair_slug: str, box: Sandbox, opening: list[Json], policies: Mapping[str, str], after_sync: Sequence[Json] = ()
) -> Telling:
    """Tell what comes before the sync, and make it."""
    pair, names = registry.pair(pair_slug), {TODAY: _today()}
    for step in opening:
        _do(box, pair, step, names)
    sync = make_live_sync(box, pair_slug)
    if policies:
        change_sync(sync, changes={"policies": {**sync.policies, **policies}}, actor=ACTOR)
        sync.refresh_from_db()
    return Telling(box=box, sync=sync, pair=pair, names=names, after_sync=after_sync)


def named(telling: Telling) -> list[tuple[str, Json]]:
    """Give what stands in the target with its name by our trail: `invoices INV-1 reverse`."""
    documents = _ledger(telling)
    trail = _trail(telling, documents)
    return [(_trailed(one, trail), one) for one in documents]


def _today() -> str:
    return datetime.now(ZoneInfo(SITE_ZONE)).date().isoformat()


def tell(telling: Telling, step: Any) -> None:
    """Tell one step of a story."""
    if step in ("sync", "replay"):
        if step == "replay":
            _replay(telling)
        telling.before = trial_balance(_ledger(telling))
        _sync(telling)
        for order in telling.after_sync:
            _do(telling.box, telling.pair, order, telling.names)
    else:
        _do(telling.box, telling.pair, step, telling.names)


def _do(box: Sandbox, pair: Pair, step: Mapping[str, Any], names: dict[str, str]) -> None:
    """Do one thing in the source, or give the target's simulator an order."""
    order = _filled({key: value for key, value in step.items() if key not in ("as", "take", "target")}, names)
    where = f"/{step['target']}/{pair.target}" if "target" in step else f"/act/{pair.source}"
    made = box.control.post(where, order)
    made = made if "target" in step else made["object"]
    if "as" in step:
        names[step["as"]] = _at(made, step.get("take", "id"))


def _at(made: Any, path: str) -> str:
    """Give what stands at a path of the answer: `linked_taxes_withheld.0.id`."""
    for step in path.split("."):
        made = made[int(step) if step.isdigit() else step]
    return str(made)


def _filled(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {_filled(key, names): _filled(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, names) for one in value]
    return _NAME.sub(lambda found: names[found[1]], value) if isinstance(value, str) else value


def _sync(telling: Telling) -> None:
    """Let the engine read all that the source shows, as webhooks would, and run until nothing is left to do."""
    for _ in range(6):
        inbox.make_due(telling.sync, _changed(telling))
        run_to_rest(telling.sync, trigger="webhook")
        posted = _post(telling)
        busy = SyncRecord.objects.filter(sync=telling.sync, state__in=["due", "unknown", "open"])
        if not busy.exists() and not posted:
            return
        busy.update(due_at="2000-01-01T00:00Z")
    raise AssertionError(list(busy.values_list("flow", "natural_key", "state", "reason")))


def _post(telling: Telling) -> int:
    """Let a target that posts by a timer of its own post what waits there; give how many that were."""
    if telling.pair.target not in POSTS_LATER:
        return 0
    return int(telling.box.control.post(f"/post/{telling.pair.target}")["posted"])


def _replay(telling: Telling) -> None:
    held = SyncRecord.objects.filter(sync=telling.sync, state__in=["parked", "different"])
    syncs.replay(telling.sync, record_ids=list(held.values_list("pk", flat=True)), actor=ACTOR)


def _changed(telling: Telling) -> list[Changed]:
    return [
        Changed(stream=_STREAMS[one["object"]], key=one["id"], order=one.get("resource_version", 0))
        for one in telling.box.control.documents(telling.pair.source)
        if one["object"] in _STREAMS
    ]


def _ledger(telling: Telling) -> list[Json]:
    documents = telling.box.control.documents(telling.pair.target)
    return [one for one in documents if one["kind"] not in NO_DOCUMENTS]


def trial_balance(documents: list[Json]) -> dict[str, Decimal]:
    """Add up what is posted by account in base currency, debits positive; accounts at zero are left out."""
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for document in documents:
        for line in document["lines"] if document.get("posted", True) else ():
            debit, credit = line.get("base_debit", line["debit"]), line.get("base_credit", line["credit"])
            sums[line["account"]] += Decimal(debit) - Decimal(credit)
    return {account: amount for account, amount in sorted(sums.items()) if amount}


def _wanted(telling: Telling, told: Json) -> Json:
    balances = told["trial_balance"]
    documents = [_expected(one) for one in _filled(told["ledger"], telling.names)]
    return {
        "ledger": {one.pop("reference"): one for one in documents},
        "before": _amounts(balances["before"]),
        "after": _amounts(balances["after"]),
        "records": sorted(_filled(told.get("records", []), telling.names)),
    }


def _expected(one: Json) -> Json:
    return {
        "reference": one["reference"],
        "kind": one["kind"],
        "date": str(one["date"]),
        "posted": str(one.get("posting_date", one["date"])),
        "currency": one["currency"],
        "entries": sorted(_entry(text) for text in one.get("entries", [])),
        "applied": _amounts(one.get("applied", {})),
        "open": str(Decimal(str(one.get("open", 0))).normalize()),
        **({"parties": _amounts(one["parties"])} if "parties" in one else {}),
        **({"base": sorted(_entry(text) for text in one["base"])} if "base" in one else {}),
    }


def _entry(text: str) -> tuple[str, str, str]:
    account, side, amount = text.split()
    return account, side, str(Decimal(amount).normalize())


def _amounts(rows: Mapping[Any, Any]) -> dict[str, str]:
    return {str(key): str(Decimal(str(amount)).normalize()) for key, amount in rows.items()}


def _stands(telling: Telling, told: Json) -> Json:
    documents, expected = _ledger(telling), _filled(told["ledger"], telling.names)
    wanted, trail = [one["reference"] for one in expected], _trail(telling, documents)
    called = {one["id"]: _called(one, wanted, _trailed(one, trail)) for one in documents}
    shared = {one["reference"] for one in expected if "parties" in one}
    weighed = {one["reference"] for one in expected if "base" in one}
    asked = {tuple(text.split()[:2]) for text in _filled(told.get("records", []), telling.names)}
    return {
        "ledger": {
            called[one["id"]]: _shown(one, called)
            | ({"parties": _parties(telling, one)} if called[one["id"]] in shared else {})
            | ({"base": _entries(one, "base_")} if called[one["id"]] in weighed else {})
            for one in documents
        },
        "before": _amounts(telling.before),
        "after": _amounts(trial_balance(documents)),
        "records": sorted(_records(telling, asked)),
    }


def _trail(telling: Telling, documents: list[Json]) -> dict[str, str]:
    """Say what each booked document is by our trail: flow, key and operation, which is left out where it creates.

    One that the target made beside it, under the same reference, is called so with its kind: `refunds $it payment`.
    """
    booked = Attempt.objects.filter(run__sync_id=telling.sync.pk, outcome__in=["delivered", "linked", "different"])
    rows = booked.exclude(external_id="").order_by("-id")
    told = rows.values_list("external_id", "flow", "natural_key", "operation", "revision")
    customers = _customers(telling)
    named = {
        made: f"{flow} {key} {_done(operation, revision, customers)}".rstrip()
        for made, flow, key, operation, revision in told
    }
    beside = {one["reference"]: named[one["id"]] for one in documents if one["id"] in named and one["reference"]}
    others = [one for one in documents if one["id"] not in named and one.get("reference") in beside]
    return named | {one["id"]: f"{beside[one['reference']]} {one['kind']}" for one in others}


def _done(operation: str, revision: int, customers: Mapping[str, str]) -> str:
    """Say what was done: nothing for the first creation, the revision's number for one posted anew.

    What is done for one customer's share names that customer as the source does.
    """
    if operation != "create":
        done, _, about = operation.rpartition(":")
        return f"{done}:{customers[about]}" if about in customers else operation
    return str(revision) if revision > 1 else ""


def _trailed(document: Json, trail: Mapping[str, str]) -> str:
    """Give a document's name by our trail: by its id, or by type and number where those make up the external id."""
    by_number = f"{document.get('record')}/{document.get('number')}"
    return trail.get(document.get("journal") or document["id"]) or trail.get(by_number, "")


def _customers(telling: Telling) -> dict[str, str]:
    """Give the source's names of customers by the target's."""
    links = Link.objects.filter(tenant=telling.sync.tenant, flow="customers")
    return dict(links.values_list("external_id", "natural_key"))


def _parties(telling: Telling, document: Json) -> dict[str, str]:
    """Add up a document's lines by party, named as in the source."""
    names = _customers(telling)
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for line in document["lines"]:
        if party := line.get("party"):
            sums[names.get(party, party)] += Decimal(line["debit"]) - Decimal(line["credit"])
    return _amounts({name: amount for name, amount in sums.items() if amount})


def _called(document: Json, wanted: list[str], trailed: str = "") -> str:
    """Call a document by the longest wanted name that its reference ends with, else as the trail or its reference."""
    if trailed in wanted:
        return trailed
    reference = str(document.get("reference") or document["id"]).partition(" | ")[0]  # people's text may follow ours
    fitting = [name for name in wanted if reference.endswith(f"-{name}") or reference == name]
    return max(fitting, key=len, default=reference)


def _shown(one: Json, called: Mapping[str, str]) -> Json:
    applied = {called.get(each["id"], each["id"]): each["amount"] for each in one["applied"]}
    return {
        "kind": one["kind"],
        "date": one["date"],
        "posted": one["posting_date"],
        "currency": one["currency"],
        "entries": _entries(one),
        "applied": _amounts(applied),
        "open": str(Decimal(one["open"]).normalize()),
    }


def _entries(one: Json, of: str = "") -> list[tuple[str, str, str]]:
    """Add up a document's lines by account and side; of `base_`: their amounts in the ledger's own currency."""
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in one["lines"]:
        for side in ("debit", "credit"):
            sums[line["account"], side] += Decimal(line.get(of + side, line[side]))
    return sorted((key[0], key[1], str(amount.normalize())) for key, amount in sums.items() if amount)


def _records(telling: Telling, asked: set[tuple[str, ...]]) -> Iterator[str]:
    rows = SyncRecord.objects.filter(sync=telling.sync).values_list("flow", "natural_key", "state", "code")
    for flow, key, state, code in rows:
        if (flow, key) in asked:
            yield f"{flow} {key} {state} {code}".strip()
