"""Columns whose content is sealed at rest: written by save() and bulk_create(), opened by the vault alone."""

import json
from typing import Any

from cryptography.fernet import MultiFernet
from fernet_fields import EncryptedTextField

from integrations.vault import Sealed, reseal, sealer


class SealedTextField(EncryptedTextField):
    """A sealed text. Rows loaded from the database hold it as `Sealed`; saving them seals anew with the newest key."""

    @property
    def fernet(self) -> MultiFernet:
        """The portal's keys, never SECRET_KEY and never a copy kept from before a rotation."""
        return sealer()

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        """Seal a value. Expressions are refused: the base class would encrypt their representation instead."""
        if hasattr(value, "resolve_expression"):
            raise TypeError(f"{self.name} is sealed: write it by save() or bulk_create(), not by an expression.")
        if isinstance(value, Sealed):
            return connection.Database.Binary(reseal(value.token))
        return super().get_db_prep_save(None if value is None else self._dump(value), connection)

    def from_db_value(self, value: Any, expression: Any, connection: Any, *args: Any) -> Sealed | None:
        """Leave it shut."""
        return None if value is None else Sealed(bytes(value))

    def to_python(self, value: Any) -> Any:
        """Take values as they are."""
        return value

    def _dump(self, value: Any) -> str:
        return str(value)


class SealedJSONField(SealedTextField):
    """A sealed JSON value, usually the secrets of a connection by name."""

    def _dump(self, value: Any) -> str:
        return json.dumps(value)
