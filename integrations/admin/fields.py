"""Form fields of the admin."""

import json
from typing import Any

from django import forms


class IndentedField(forms.JSONField):
    """JSON to be read and edited by people: indented, in a large area."""

    def __init__(self, *, lines: int = 24, **kwargs: Any) -> None:
        area = forms.Textarea(attrs={"rows": lines, "cols": 110, "class": "vLargeTextField", "spellcheck": "false"})
        super().__init__(widget=area, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Indent what comes from the database; what was typed stays as it was typed."""
        return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
