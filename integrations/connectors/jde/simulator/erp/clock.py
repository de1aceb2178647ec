"""The server's own time: the sandbox clock in a configurable zone, which is what audit columns are stamped with."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from integrations.sandbox.clock import SandboxClock


class ServerClock:
    """Tells local days and times; `moment` is the point of history that is being written, if any."""

    def __init__(self, clock: SandboxClock, zone: str) -> None:
        self._clock = clock
        self.zone = ZoneInfo(zone)
        self.moment: datetime | None = None

    def set_zone(self, name: str) -> None:
        """Move the server to another zone; `ValueError` for an unknown one."""
        try:
            self.zone = ZoneInfo(name)
        except (KeyError, OSError) as error:
            raise ValueError(f"No time zone {name!r}.") from error

    def now(self) -> datetime:
        """Give the server's local time."""
        return (self.moment or self._clock.now()).astimezone(self.zone)

    def epoch_s(self) -> float:
        """Give the real sandbox present, whatever moment of history is being written."""
        return self._clock.now().timestamp()

    def today(self) -> date:
        """Give the server's local day."""
        return self.now().date()

    def no_later(self, day: date) -> date:
        """Give the day, or the real sandbox day if that comes first."""
        return min(day, self._clock.now().astimezone(self.zone).date())


def hhmmss(moment: datetime) -> int:
    """Write a time as JDE's audit columns have it: 93005 for half past nine and five seconds."""
    return moment.hour * 10_000 + moment.minute * 100 + moment.second


def last_midnight_ms(day: date, zone: ZoneInfo) -> int:
    """Give a day's local midnight in milliseconds since 1970, as aggregations show dates."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1000)
