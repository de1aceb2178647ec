"""The JDE users of the sandbox, one for each way a sign-in can be right or wrong; their passwords open nothing else."""

from dataclasses import dataclass

PRODUCTION, PROTOTYPE = "JPD920", "JPY920"
ENVIRONMENTS = (PRODUCTION, PROTOTYPE)

# Row security by role: the companies a role sees, or None for all.
ROLES: dict[str, frozenset[str] | None] = {
    "*ALL": None,
    "MLCROLE": None,
    "MLCUSA": frozenset({"00000", "00001"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class JdeUser:
    """A user profile. `denied` are tables without permission; `may_run` is the view of user-defined objects."""

    name: str
    meaning: str
    roles: tuple[str, ...] = ("*ALL", "MLCROLE")
    environments: tuple[str, ...] = ENVIRONMENTS
    simple_date: str = "MM/dd/yyyy"
    decimal: str = "."
    zone: str = "America/Chicago"
    denied: frozenset[str] = frozenset()
    may_run: bool = True
    is_locked: bool = False
    is_expired: bool = False

    @property
    def password(self) -> str:
        """The sandbox's password of this user."""
        return f"sandbox-{self.name}"

    @property
    def date_format(self) -> str:
        """The profile's code for its date format, such as MDE."""
        order = "".join(part[0].upper() for part in self.simple_date.replace("-", "/").replace(".", "/").split("/"))
        return order.replace("Y", "E" if "yyyy" in self.simple_date else "Y")

    @property
    def separator(self) -> str:
        """What stands between day, month and year."""
        return next(char for char in self.simple_date if not char.isalpha())


_PAYABLES = frozenset({"F0411", "F0413", "F0414"})

USERS = {
    user.name: user
    for user in (
        JdeUser(name="MLCONN", meaning="the integration user: may do all of the contract"),
        JdeUser(name="MLEURO", meaning="days as 31.12.2026 and decimal commas",
                simple_date="dd.MM.yyyy", decimal=",", zone="Europe/Berlin"),
        JdeUser(name="MLSHORT", meaning="years of two digits", simple_date="dd/MM/yy"),
        JdeUser(name="MLUSA", meaning="sees company 00001 only", roles=("MLCUSA",)),
        JdeUser(name="MLNOAP", meaning="has no permission on payables tables",
                denied=_PAYABLES),
        JdeUser(name="MLMONTHS", meaning="may not read fiscal date patterns",
                denied=frozenset({"F0008"})),
        JdeUser(name="MLREAD", meaning="sees and runs no orchestrations", may_run=False),
        JdeUser(name="MLTEST", meaning="may sign in to the prototype environment only",
                environments=(PROTOTYPE,)),
        JdeUser(name="MLLOCKED", meaning="disabled after too many sign-ins",
                is_locked=True),
        JdeUser(name="MLEXPIRED", meaning="password expired, which AIS does not say",
                is_expired=True),
    )
}  # fmt: skip
