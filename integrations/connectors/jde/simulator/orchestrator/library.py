"""The user-defined objects of the customer: which orchestrations were imported, and how well."""

from collections import deque
from dataclasses import dataclass, field

from integrations.connectors.jde.simulator.orchestrator.contract import (
    COMMON_OUTPUTS,
    ORCHESTRATIONS,
    Input,
    Orchestration,
)
from integrations.connectors.jde.simulator.users import JdeUser
from integrations.sandbox.app import Json

FORMATS = ("Generic", "JDE Standard", "Oracle Cloud IoT")
GROUPS = ("Shared", "Personal", "Reserved", "Pending Approval")
FAILURES = ("abort", "abort_object", "continued", "status_error", "commit_then_444", "commit_then_500", "html")
_TYPES = {"amount": "Numeric", "rate": "Numeric", "number": "Numeric", "list": "Array", "object": "Array"}


@dataclass(slots=True)
class Imported:
    """One orchestration as it stands at this customer; `lacks` names inputs that the import lost."""

    design: Orchestration
    imported: bool = True
    format: str = "Generic"
    group: str = "Shared"
    continues_on_error: bool = False
    shows_inputs: bool = True
    shows_itself: bool = True
    lacks: tuple[str, ...] = ()
    failures: deque[str] = field(default_factory=deque)

    def change(self, changes: Json) -> None:
        """Misconfigure the import, or make its next runs fail; `ValueError` says what was not understood."""
        for name, value in changes.items():
            if name == "fail":
                self._fail(str(value), int(changes.get("times", 1)))
            elif name in ("inputFormat", "udoGroup"):
                _require(value, FORMATS if name == "inputFormat" else GROUPS)
                setattr(self, "format" if name == "inputFormat" else "group", value)
            elif name in _SWITCHES:
                setattr(self, _SWITCHES[name], bool(value))
            elif name == "lacks":
                self.lacks = tuple(str(one) for one in value)
            elif name != "times":
                known = ("fail", "times", "inputFormat", "udoGroup", "lacks", *_SWITCHES)
                raise ValueError(f"Unknown switch {name!r}. Known: {', '.join(known)}.")

    def inputs(self) -> tuple[Input, ...]:
        """Give the inputs that the import still has."""
        return tuple(one for one in self.design.inputs if one.name not in self.lacks)

    def described(self) -> Json:
        """Describe it as discovery does."""
        return {
            "name": self.design.name,
            "omwObjectName": f"ORCH_{list(ORCHESTRATIONS).index(self.design.name) + 1:04d}",
            "description": self.design.description,
            "longDescription": self.design.stores,
            "category": "ML",
            "inputFormat": self.format,
            "inputs": [_described(one) for one in self.inputs()] if self.shows_inputs else [],
            "outputs": [{"name": name} for name in (*self.design.outputs, *COMMON_OUTPUTS)],
            "version": "v3",
            "udoGroup": self.group,
            "exposeInputsInDiscovery": self.shows_inputs,
            "exposeOrchInDiscovery": self.shows_itself,
            "containsContinueOnError": self.continues_on_error,
            "fileInputs": [],
            "fileInputsRequired": False,
            "fileOutputs": [],
        }

    def _fail(self, kind: str, times: int) -> None:
        _require(kind, FAILURES)
        self.failures.extend([kind] * times)


_SWITCHES = {
    "imported": "imported",
    "containsContinueOnError": "continues_on_error",
    "exposeInputsInDiscovery": "shows_inputs",
    "exposeOrchInDiscovery": "shows_itself",
}


class Library:
    """All orchestrations of the contract at one customer."""

    def __init__(self) -> None:
        self.imported = {name: Imported(design) for name, design in ORCHESTRATIONS.items()}

    def of(self, name: str) -> Imported:
        """Give one by its name; `LookupError` for one that is not in the contract."""
        if name not in self.imported:
            raise LookupError(f"The contract has no orchestration {name!r}. It has: {', '.join(self.imported)}.")
        return self.imported[name]

    def described(self) -> list[Json]:
        """Describe all, hidden ones included, for the control API."""
        return [{**one.described(), "imported": one.imported} for one in self.imported.values()]

    def visible(self, user: JdeUser, name: str) -> Imported | None:
        """Give one that was imported and that the user's security shows, or None."""
        found = self.imported.get(name)
        if found is None or not found.imported or found.group == "Personal":
            return None
        return found if user.may_run else None

    def listed(self, user: JdeUser) -> list[Imported]:
        """List those that discovery shows to a user."""
        return [one for name, one in self.imported.items() if self.visible(user, name) and one.shows_itself]


def _described(one: Input) -> Json:
    described: Json = {"name": one.name, "type": _TYPES.get(one.kind, "String")}
    if one.default:
        described["defaultValue"] = one.default
    if one.parts:
        described["array"] = [_described(part) for part in one.parts]
    return described


def _require(value: object, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ValueError(f"Unknown {value!r}. Known: {', '.join(known)}.")
