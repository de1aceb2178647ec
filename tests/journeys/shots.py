"""Screenshots of the journeys: of where one failed, and of every step where the documentation's are taken anew."""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from portal.launch import ROOT

ARTEFACTS = ROOT / ".local" / "screenshots"
DOCS = ROOT / "docs" / "screenshots"


@dataclass(slots=True)
class Camera:
    """Takes the pictures of one journey, numbered in their order."""

    journey: str
    for_docs: bool
    taken: int = 0

    def __call__(self, page: Page, name: str, *, docs: str = "", whole: bool = True) -> None:
        """Take a picture where DOCS_SCREENSHOTS is set; `docs` names it in the documentation."""
        if self.for_docs:
            self.keep(page, name, whole=whole)
            if docs:
                DOCS.mkdir(parents=True, exist_ok=True)
                page.screenshot(path=DOCS / f"{docs}.png", animations="disabled")

    def keep(self, page: Page, name: str, *, whole: bool = True) -> None:
        """Keep a picture under .local, whatever is set."""
        self.taken += 1
        page.screenshot(path=self._folder() / f"{self.taken:02}-{name}.png", full_page=whole, animations="disabled")

    def _folder(self) -> Path:
        folder = ARTEFACTS / self.journey
        folder.mkdir(parents=True, exist_ok=True)
        if self.taken == 1:
            for old in folder.glob("*.png"):
                old.unlink()
        return folder
