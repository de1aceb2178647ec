"""What the mapping says on the sandbox, where nobody has chosen yet: the accounts and departments of its own charts."""

from dataclasses import replace

from integrations.pairs.jde_to_billcom.defaults import ACCOUNTS, CLEARING, COMPANIES, DEPARTMENTS, LOCATIONS
from mappings.value_maps import Entry

COMPANY_MAP = replace(COMPANIES, entries=(Entry(keys=("00001",), value="yes"), Entry(keys=("*",), value="no")))
ACCOUNT_MAP = replace(
    ACCOUNTS,
    entries=tuple(
        Entry(keys=(code, "*"), value=number)
        for code, number in (
            ("8610", "5000"),
            ("8620", "6300"),
            ("8630", "6400"),
            ("8640", "6600"),
            ("8650", "6800"),
            ("8720", "6500"),
            ("tax", "1350"),
        )
    ),
)
DEPARTMENT_MAP = replace(
    DEPARTMENTS,
    entries=tuple(
        Entry(keys=(unit,), value=name)
        for unit, name in (
            ("110", "Sales"),
            ("120", "Marketing"),
            ("130", "Engineering"),
            ("140", "Finance"),
        )
    ),
)
LOCATION_MAP = replace(LOCATIONS, entries=(Entry(keys=("*",), value="Head Office"),))
CLEARING_MAP = replace(CLEARING, entries=(Entry(keys=("00001",), value="1.1115"),))
