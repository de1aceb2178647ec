"""Tells this pair's cases to both sandboxes and shows what stands in both, in the words of the case files.

A case is one YAML file: `case` and `rule` in words, `policies`, `mapping` (constants by flow and field), the `story`
(`jde` and `billcom`: what people do there; `advance`: a bill brought on in BILL; `sync`: the sync runs and JD Edwards
posts; `find`: what another made; `close`: JD Edwards' period of today, of all or of one company and ledger;
`read_periods`: by the next run; `clock`: so many days after today, at a time of UTC; `switches`: what is not
established of BILL; `link`: a person says that a parked record is what it stands beside), and by hand from accounting
what must stand: `jde` and `billcom` (every document), `records` that are not delivered, and both trial balances before
the last sync and after. `as` names what an act gave; `$name` stands for it; `$today` is the sandbox's day.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from integrations.contracts import Changed
from integrations.engine import inbox
from integrations.engine.decisions import link_found
from integrations.engine.references import make_stale
from integrations.engine.syncs import change_sync
from integrations.engine.tests.casebook import trial_balance
from integrations.engine.tests.harness import ACTOR, Sandbox, make_live_sync, run_to_rest
from integrations.models import Sync, SyncRecord
from mappings.models import Mapping as Mapped
from mappings.rows import ConstantSpec, Row
from mappings.rows_json import row_to_json
from mappings.versions import publish, save_as_draft

Json = dict[str, Any]
SYSTEMS = ("jde", "billcom")
PAIR = "jde_to_billcom"
MONTHS_OPEN = 13  # more than the sandbox leaves open before today
FOLDER = Path(__file__).parent / "cases"
_NAME = re.compile(r"\$([a-z_][a-z0-9_]*)")
_LEDGER = ("bill", "debit_memo", "payment", "void_payment", "void_bill", "journal", "vendor_credit")


@dataclass(slots=True)
class Telling:
    """One case under way."""

    box: Sandbox
    names: dict[str, str] = field(default_factory=dict)
    sync: Sync | None = None
    before: dict[str, Json] = field(default_factory=dict)


def play(case: Path, box: Sandbox) -> tuple[Json, Json]:
    """Tell one case; give what it wants and what stands."""
    told = yaml.load(case.read_text(), yaml.BaseLoader)  # account numbers are texts
    telling = Telling(box=box, names={"today": box.control.get("/clock")["now"][:10]})
    box.control.post("/post/jde", {"auto": False})
    for step in told["story"]:
        _tell(telling, step, told)
    return _wanted(telling, told), _stands(telling, told)


def _tell(telling: Telling, step: Any, told: Json) -> None:
    control = telling.box.control
    if step == "sync":
        telling.before = {system: _balance(telling, system) for system in SYSTEMS}
        _sync(telling, told)
        control.post("/post/jde", {"approve": True})
        return
    if step == "close":
        _close(telling)
        return
    if step == "read_periods":
        make_stale(telling.sync.source)
        telling.sync.source.refresh_from_db()
        return
    ((where, order),) = ((key, value) for key, value in step.items() if key not in ("as", "take"))
    filled = _filled(order, telling.names)
    if where == "link":
        _link(telling, filled)
        return
    if where == "close":
        telling.names["next_open"] = _next_month(telling)
        made = control.post("/periods/jde", {"current": telling.names["next_open"], **filled})
    elif where == "advance":
        made = control.post("/advance/billcom", filled)
        made = made["payment"] or made["bill"]
    elif where == "find":
        made = next(one for one in control.documents(filled["in"]) if one["number"] == filled["number"])
    elif where == "clock":
        made = _wind(telling, filled)
    elif where in ("periods", "switches"):
        made = control.post("/periods/jde" if where == "periods" else "/switches/billcom", filled)
    else:
        made = control.post(f"/act/{where}", filled)
        made = made.get("object", made)
    if "as" in step:
        telling.names[step["as"]] = str(made[step.get("take", "id")])


def _close(telling: Telling) -> None:
    """Post what waits and close JD Edwards' periods until today's; the first day of the next is `$next_open`."""
    today = date.fromisoformat(telling.names["today"])
    telling.box.control.post("/post/jde", {"approve": True})
    month = today
    for _ in range(MONTHS_OPEN):
        telling.box.control.post("/periods/jde", {"period": f"{month:%Y-%m}", "status": "closed"})
        month = month.replace(day=1) - timedelta(days=1)
    telling.names["next_open"] = _next_month(telling)


def _wind(telling: Telling, order: Json) -> Json:
    """Move the sandbox's clock to a time (UTC) some days after today; `$eve` is the day before it."""
    control = telling.box.control
    day = date.fromisoformat(telling.names["today"]) + timedelta(days=int(order["days"]))
    wanted = datetime.fromisoformat(f"{day}T{order['at']}+00:00")
    telling.names["eve"] = (day - timedelta(days=1)).isoformat()
    return control.post("/clock", {"advance_s": wanted.timestamp() - control.get("/clock")["epoch_s"]})


def _next_month(telling: Telling) -> str:
    today = date.fromisoformat(telling.names["today"])
    return (today.replace(day=28) + timedelta(days=4)).replace(day=1).isoformat()


def _filled(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {_filled(key, names): _filled(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, names) for one in value]
    if not isinstance(value, str):
        return value
    told = _NAME.sub(lambda found: names[found[1]], value)
    if told in ("true", "false"):
        return told == "true"
    return int(told) if value.startswith("$") and told.isdecimal() else told


def _link(telling: Telling, order: Json) -> None:
    record = SyncRecord.objects.get(sync=telling.sync, flow=order["flow"], natural_key=str(order["key"]))
    link_found(record, actor=ACTOR, external_id=str(order.get("to", "")))


def _map(telling: Telling, flow: str, constants: Mapping[str, str]) -> None:
    """Have fields of a flow's lines or header say always the same."""
    live = Mapped.objects.get(sync_id=telling.sync.pk, flow=flow, status=Mapped.Status.PUBLISHED)
    known = {row["target"]: row for row in live.rows}
    rows = [row for row in live.rows if row["target"] not in constants]
    for name, value in constants.items():
        level = known.get(name, {}).get("level", "header")
        rows.append(row_to_json(Row(id=f"{level}.{name}", target=name, level=level, spec=ConstantSpec(value=value))))
    publish(mapping=save_as_draft(mapping=live, actor=ACTOR, rows=rows).mapping, actor=ACTOR)


def _sync(telling: Telling, told: Json) -> None:
    if telling.sync is None:
        telling.sync, policies = make_live_sync(telling.box, PAIR), told.get("policies", {})
        for flow, constants in told.get("mapping", {}).items():
            _map(telling, flow, constants)
        if policies:
            changes = {"policies": {**telling.sync.policies, **policies}}
            change_sync(telling.sync, changes=changes, actor=ACTOR)
            telling.sync.refresh_from_db()
    for _ in range(6):
        _hint(telling)
        run_to_rest(telling.sync)
        busy = SyncRecord.objects.filter(sync=telling.sync, state__in=["due", "unknown", "open"])
        if not busy.exists():
            return
        busy.update(due_at="2000-01-01T00:00Z")
    raise AssertionError(list(busy.values_list("flow", "natural_key", "state", "reason")))


def _hint(telling: Telling) -> None:
    """Let the engine hear of bills and payments as BILL's webhooks would tell it."""
    known = SyncRecord.objects.filter(sync=telling.sync, flow="payments").values_list("natural_key", flat=True)
    changed = [Changed(stream="settlements", key=key) for key in known]
    if telling.sync is not None and changed:
        inbox.make_due(telling.sync, changed, "target")


# What is wanted, and what stands


def _wanted(telling: Telling, told: Json) -> Json:
    wanted = _filled(told, telling.names)
    return {
        **{
            system: {_name(one): _expected(one, telling.names["today"]) for one in wanted.get(system, [])}
            for system in SYSTEMS
        },
        "records": sorted(wanted.get("records", [])),
        "before": {system: _amounts(wanted["trial_balance"][system]["before"]) for system in SYSTEMS},
        "after": {system: _amounts(wanted["trial_balance"][system]["after"]) for system in SYSTEMS},
    }


def _name(one: Json) -> str:
    return str(one.get("id") or one["number"])


def _expected(one: Json, today: str) -> Json:
    return {
        "kind": one["kind"],
        "date": str(one.get("date", today)),
        "currency": one.get("currency", "USD"),
        "entries": sorted(_entry(text) for text in one["entries"]),
        **({"open": _plain(one["open"])} if "open" in one else {}),
        **({"pay_status": one["pay_status"]} if "pay_status" in one else {}),
        **({"status": one["status"]} if "status" in one else {}),
        **({"applied": _amounts(one["applied"])} if "applied" in one else {}),
        **({"customer": one["customer"]} if "customer" in one else {}),
    }


def _stands(telling: Telling, told: Json) -> Json:
    wanted = _filled(told, telling.names)
    said = {system: {_name(one): one for one in wanted.get(system, [])} for system in SYSTEMS}
    records = SyncRecord.objects.filter(sync=telling.sync).exclude(state="delivered")
    return {
        **{system: _documents(telling, system, said[system]) for system in SYSTEMS},
        "records": sorted(" ".join(row) for row in records.values_list("flow", "natural_key", "state", "code")),
        "before": telling.before,
        "after": {system: _balance(telling, system) for system in SYSTEMS},
    }


def _documents(telling: Telling, system: str, said: Mapping[str, Json]) -> Json:
    shown = {}
    for one in _ledger(telling, system):
        name = str(one["id"]) if str(one["id"]) in said or system == "jde" else str(one["number"])
        shown[name] = _shown(one, said.get(name, {}))
    return shown


def _shown(one: Json, said: Json) -> Json:
    lines = [(line["account"], Decimal(line["debit"]) - Decimal(line["credit"])) for line in one["lines"]]
    entries = sorted((account, "debit" if sum_ > 0 else "credit", _plain(abs(sum_))) for account, sum_ in lines)
    return {
        "kind": one["kind"],
        "date": one["posting_date"] or one["date"],
        "currency": one["currency"],
        "entries": entries,
        **({"open": _plain(one["open"])} if "open" in said else {}),
        **({"pay_status": one.get("pay_status")} if "pay_status" in said else {}),
        **({"status": one["status"]} if "status" in said else {}),
        **({"applied": _amounts({row["id"]: row["amount"] for row in one["applied"]})} if "applied" in said else {}),
        **({"customer": one["customer"]} if "customer" in said else {}),
    }


def _ledger(telling: Telling, system: str) -> list[Json]:
    return [one for one in telling.box.control.documents(system) if one["kind"] in _LEDGER]


def _balance(telling: Telling, system: str) -> Json:
    return _amounts(trial_balance(_ledger(telling, system)))


def _entry(text: str) -> tuple[str, str, str]:
    account, side, amount = text.split()
    return account, side, _plain(amount)


def _amounts(rows: Mapping[Any, Any]) -> dict[str, str]:
    return {str(key): _plain(amount) for key, amount in rows.items()}


def _plain(amount: Any) -> str:
    return f"{Decimal(str(amount)).normalize():f}"
