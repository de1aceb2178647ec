"""The lists of the set-up: what may be written of them is taken as it is."""

from integrations.connectors.acumatica.simulator.rules.draft import Draft

READONLY = frozenset({"NoteID", "CreatedDateTime", "LastModifiedDateTime", "AccountID", "SubID"})


def check_list(draft: Draft) -> None:
    """Take a record of the set-up; its key must not be empty."""
    draft.take(READONLY)
    for name in draft.entity.keys:
        if not draft.fields.get(draft.entity.stored(name)):
            draft.bad(draft.entity.stored(name), f"'{name}' cannot be empty.")
    draft.default("Active", True)
