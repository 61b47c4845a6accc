"""The readout as files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pilotlab.errors import PilotlabError, UsageError, unknown
from pilotlab.readout.document.model import Readout
from pilotlab.spec.frozen import digest
from pilotlab.text.characters import json_text
from pilotlab.whole_file import write_whole

# form: (suffix, renderer)
FORMS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "html": (".html", "pilotlab.readout.render.html:render_html"),
        "markdown": (".md", "pilotlab.readout.render.markdown:render_markdown"),
        "json": (".json", "pilotlab.readout.render.files:render_json"),
    }
)


@dataclass(frozen=True, slots=True)
class Page:
    """One readout, ready to be written.

    Attributes
    ----------
    stem : Path
        Where `write` puts it without a path of its own; the form's suffix is added.
    source : str
        Which stored run it was read from; empty where it was worked out just now.
    """

    readout: Readout = field(repr=False)
    stem: Path
    source: str = ""

    def text(self, form: str = "html") -> str:
        """Render it as `html`, `markdown` or `json`."""
        if form not in FORMS:
            raise unknown("form", form, FORMS)
        module, _, name = FORMS[form][1].partition(":")
        render: Callable[[Readout], str] = getattr(import_module(module), name)
        return render(self.readout)

    def write(self, path: Path | str | None = None, *, form: str | None = None) -> Path:
        """Write one file, and return its path; without `form` the path's suffix says which.

        Raises
        ------
        UsageError
            For a suffix that no form has.
        PilotlabError
            Where the file can't be written; what stood there before is untouched.
        """
        chosen = form or (_form_of(Path(path)) if path else "html")
        target = Path(path) if path else self.stem.with_name(self.stem.name + FORMS[chosen][0])
        _write(target, self.text(chosen))
        return target

    def digest(self) -> str:
        """SHA-256 of the readout's values."""
        return digest(self.to_dict())

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return self.readout.to_dict()


def render_json(readout: Readout) -> str:
    """Write the readout with its schema's name; open ends of intervals are null. The same readout, the same bytes."""
    return json_text(readout.to_dict(), indent=1) + "\n"


def _write(target: Path, text: str) -> None:
    try:
        write_whole(target, text.encode("utf-8"))
    except OSError as error:
        raise PilotlabError(
            f"{target.as_posix()} can't be written: {(error.strerror or str(error)).lower()}",
            fix="free the place, or name another with --out FILE",
        ) from None


def _form_of(path: Path) -> str:
    for form, (suffix, _) in FORMS.items():
        if path.suffix.lower() == suffix:
            return form
    known = ", ".join(suffix for suffix, _ in FORMS.values())
    raise UsageError(
        f"{path.name!r} does not say in which form to write", fix=f"end the name in one of: {known}"
    )
