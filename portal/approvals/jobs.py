"""What the scheduler runs for the two-person rule."""

from integrations.approvals.requests import lapse_over


def tick() -> None:
    """End the requests that nobody decided in time. The scheduler calls it every few minutes."""
    lapse_over()
