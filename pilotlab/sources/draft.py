"""Drafts: what was typed of a team's week and not saved yet, kept for its author alone until it is."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pilotlab.sources.entry import Form
from pilotlab.whole_file import OWN, write_whole

SCHEMA = "pilotlab/draft@1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was typed of one metric: a number or the reason for a gap, and how many people stand behind it."""

    value: float | None = None
    gap: str | None = None
    of: int | None = None


Answers = dict[str, Answer]  # by metric key


@dataclass(frozen=True, slots=True)
class Draft:
    """The draft of one team's week; `keep` never fails, for a draft is a help and no record."""

    path: Path

    @classmethod
    def of(cls, folder: Path, pilot: str, form: Form) -> Draft:
        """Name the draft of a form; a team's name need not be a file's."""
        team = hashlib.sha256(form.team.encode()).hexdigest()[:12]
        return cls(folder / f"{pilot}-{form.week}-{team}.json")

    def load(self, form: Form) -> Answers:
        """Return what was typed before of the form's metrics; nothing where there is no draft that can be read."""
        with suppress(OSError, ValueError, TypeError, AttributeError, KeyError):
            data: dict[str, Any] = json.loads(self.path.read_text(encoding="utf-8"))
            if data["schema"] == SCHEMA and data["team"] == form.team:
                known = {metric.key for metric in form.metrics}
                return {key: Answer(**row) for key, row in data["answers"].items() if key in known}
        return {}

    def keep(self, form: Form, answers: Answers) -> None:
        """Write what was typed; without an answer there is no draft."""
        if not answers:
            self.drop()
            return
        rows = {key: asdict(answer) for key, answer in answers.items()}
        content = {"schema": SCHEMA, "team": form.team, "week": str(form.week), "answers": rows}
        with suppress(OSError):
            write_whole(self.path, json.dumps(content, ensure_ascii=False).encode(), mode=OWN)

    def drop(self) -> None:
        """Take the draft away: what it held is saved."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)
