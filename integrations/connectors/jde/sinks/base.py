"""What all sinks share: checked inputs, the one call of a write, and look-ups in batches."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from integrations.connectors.jde.client import Client
from integrations.connectors.jde.discovery import catalogue
from integrations.connectors.jde.inputs import Inputs, inputs_of
from integrations.connectors.jde.orchestrations import Orchestration
from integrations.connectors.jde.outcome import receipt, require_success
from integrations.contracts import Booked, Draft, Found, Receipt
from integrations.errors import ClosedPeriodError, MappingError
from mappings.catalogue import TargetField

SETTLE_S = 600  # an orchestration may still commit after its answer was lost
WINDOW_DAYS = 31  # how far a date may have been moved there and is still found


class OrchestrationSink:
    """A sink over one orchestration; a subclass says how its documents are looked up."""

    slug = ""
    orchestration: Orchestration
    settle_s = SETTLE_S

    def __init__(self, client: Client) -> None:
        self._client = client

    def external_id(self, draft: Draft, said: Mapping[str, Any]) -> str:
        """Give the id of what was booked from the outputs. Raises UnknownOutcomeError if they do not name it."""
        raise NotImplementedError

    def look_up(self, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
        """Find documents by our reference or by business key, in batches; `by_reference` says which it was."""
        raise NotImplementedError

    def standing(self, ids: Sequence[str]) -> Mapping[str, Found]:
        """Read documents by their ids, in batches."""
        raise NotImplementedError

    def find(self, drafts: Sequence[Draft]) -> Mapping[str, tuple[Found, ...]]:
        """Look up by our reference; creations without such a hit by business key."""
        hits: dict[str, dict[str, Found]] = {draft.reference: {} for draft in drafts}
        for draft, found in self.look_up(drafts):
            known = hits[draft.reference].get(found.external_id)
            if known is None or not known.by_reference:
                hits[draft.reference][found.external_id] = found
        return {reference: _telling(tuple(some.values())) for reference, some in hits.items()}

    def book(self, draft: Draft) -> Receipt:
        """Run the orchestration once; all inputs are checked before the call."""
        said = self.run(self.orchestration, self.inputs(draft))
        return receipt(self.external_id(draft, said), said)

    def run(self, orchestration: Orchestration, inputs: Inputs) -> Mapping[str, Any]:
        """Run an orchestration and give its outputs; a refused G/L date is named, so that it is known as closed."""
        try:
            said = self._client.run(orchestration.name, inputs)
            require_success(orchestration.name, said)
        except ClosedPeriodError as error:
            error.value = error.value or str(inputs.get("glDate") or "")
            raise
        return said

    def inputs(self, draft: Draft) -> Inputs:
        """Write the inputs. Raises MappingError."""
        return inputs_of(self.orchestration, draft)

    def bookable(self, drafts: Sequence[Draft]) -> list[Draft]:
        """Leave out what could never be sent, so that it does not spoil a look-up of others: it stands nowhere."""
        return [draft for draft in drafts if self._is_bookable(draft)]

    def _is_bookable(self, draft: Draft) -> bool:
        try:
            self.inputs(draft)
        except MappingError:
            return False
        return True

    def read_back(self, booked: Sequence[Booked]) -> Mapping[str, Found]:
        """Read what stands under the ids."""
        stands = self.standing(list(dict.fromkeys(one.external_id for one in booked)))
        return {
            one.draft.reference: seen_by(one.draft, stands[one.external_id])
            for one in booked
            if one.external_id in stands
        }

    def catalogue(self) -> tuple[TargetField, ...]:
        """Give the inputs that a mapping may fill, as far as the imported orchestration takes them."""
        return catalogue(self._client, self.orchestration)


def seen_by(draft: Draft, found: Found) -> Found:
    """Say whether it carries the draft's reference; blanks after a name, which pad columns, make no difference."""
    facts, wanted = found.facts, draft.facts.name
    if wanted is not None and wanted.strip() == (facts.name or "").strip():
        facts = replace(facts, name=wanted)
    return replace(found, facts=facts, by_reference=found.reference == draft.reference)


def _telling(found: tuple[Found, ...]) -> tuple[Found, ...]:
    """Leave business hits out where the reference itself was found."""
    own = tuple(one for one in found if one.by_reference)
    return own or found


def grouped(drafts: Iterable[Draft], key: Callable[[Draft], str]) -> dict[str, list[Draft]]:
    """Group drafts by a text."""
    groups: dict[str, list[Draft]] = {}
    for draft in drafts:
        groups.setdefault(key(draft), []).append(draft)
    return groups


def text_of(draft: Draft, name: str) -> str:
    """Give a value of the payload as text."""
    value = draft.payload.get(name)
    return "" if value is None else str(value).strip()


def day_of(draft: Draft, name: str) -> date | None:
    """Give a date of the payload; None for what is none."""
    value = draft.payload.get(name)
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
