"""Why a JDE program refuses an entry, in the words of its forms (the words are ours, their kinds JDE's)."""

from typing import NoReturn

from integrations.sandbox.books import BooksRefusal, Reason


class ErpRefusal(Exception):  # noqa: N818 - an answer of the simulated system, not an error of ours
    """A program refuses; nothing was changed. `control` names the input that was wrong."""

    def __init__(self, title: str, text: str, control: str = "") -> None:
        super().__init__(title)
        self.title = title
        self.text = text
        self.control = control


def refuse(title: str, text: str, control: str = "") -> NoReturn:
    """Raise a refusal."""
    raise ErpRefusal(title, text, control)


def by_the_books(refusal: BooksRefusal, control: str = "") -> ErpRefusal:
    """Word a refusal of the books."""
    title = _TITLES.get(refusal.reason, "Record Invalid")
    return ErpRefusal(title, refusal.message, control)


_TITLES = {
    Reason.PERIOD_CLOSED: "G/L Date Is Before Current Period (PBCO)",
    Reason.PERIOD_LOCKED: "G/L Date Is in a Locked Period (PBCO)",
    Reason.NO_PERIOD: "G/L Date Is Beyond the Fiscal Calendar (WACO)",
    Reason.UNBALANCED: "Document Out of Balance",
    Reason.UNKNOWN_ACCOUNT: "Account Number Invalid",
    Reason.INACTIVE_ACCOUNT: "Account Is Inactive",
    Reason.UNKNOWN_CURRENCY: "Currency Code Invalid",
    Reason.OVER_APPLIED: "Payment Exceeds Open Amount",
}
