"""The sections of a readout, in order: adding one is a row here and its two templates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pilotlab.readout.document.model import Readout

EDITIONS = ("leader", "employee", "representative")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section: its templates are `<name>.html` and `<name>.md`."""

    name: str
    editions: tuple[str, ...] = EDITIONS
    shown: Callable[[Readout], bool] = lambda _: True


SECTIONS = (
    Section(name="page_one"),
    Section(name="trust"),
    Section(name="robustness", shown=lambda readout: any(arm.robustness for arm in readout.arms)),
    Section(name="arms", shown=lambda readout: len(readout.arms) > 1 or len(readout.lead.timing) > 1),
    Section(name="plan"),
    Section(name="added", shown=lambda readout: bool(readout.added)),
    Section(name="appendix"),
)


def sections_of(readout: Readout) -> tuple[Section, ...]:
    """Return the sections that this readout's edition has and that have something to show."""
    return tuple(
        section for section in SECTIONS if readout.edition in section.editions and section.shown(readout)
    )
