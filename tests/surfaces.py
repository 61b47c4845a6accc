"""Surfaces: everything that a pilot is shown on, read back, so that a test can hold each beside the others."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pilotlab.cli.main import cli

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Surfaces:
    """One pilot on one day, on every surface."""

    text: str  # analyze
    decided: str  # decide
    status: Row
    told: Row  # analyze --format json
    table: list[dict[str, str]]  # analyze --format csv
    decision: Row  # decide --format json
    page: Row  # readout --format json
    html: str  # its text, without marks
    markdown: str

    def rows(self) -> Iterator[tuple[Row, dict[str, str]]]:
        """Each metric and arm as JSON and CSV tell it."""
        yield from zip(self.told["results"], self.table, strict=True)

    def line(self, row: Row) -> Row:
        """Find a metric and arm in the page's list of all metrics."""
        return next(
            line
            for line in self.page["appendix"]["metrics"]
            if (line["arm"], line["metric"]) == (row["arm"], row["metric"])
        )


def read(root: Path, pilot: str, day: date) -> Surfaces:
    """Ask every command in every form."""

    def ask(*words: str) -> str:
        result = CliRunner().invoke(
            cli, [*words, "--workspace", str(root), "--today", day.isoformat()], env={"COLUMNS": "100"}
        )
        assert result.exit_code == 0, result.output
        return result.output

    told, table = ask("analyze", pilot, "--format", "json"), ask("analyze", pilot, "--format", "csv")
    ask("readout", pilot, *(word for form in ("html", "markdown", "json") for word in ("--format", form)))
    stem = root / "analysis" / "readouts" / pilot
    return Surfaces(
        text=_plain(ask("analyze", pilot)),
        decided=_plain(ask("decide", pilot)),
        status=json.loads(ask("status", pilot, "--format", "json")),
        told=json.loads(told),
        table=list(csv.DictReader(io.StringIO(table))),
        decision=json.loads(ask("decide", pilot, "--format", "json")),
        page=json.loads(stem.with_suffix(".json").read_text(encoding="utf-8")),
        html=_plain(_without_marks(stem.with_suffix(".html").read_text(encoding="utf-8"))),
        markdown=_plain(stem.with_suffix(".md").read_text(encoding="utf-8")).replace("\\", ""),
    )


def same_numbers(seen: Surfaces) -> None:
    """Effect, interval and sign of every metric, on JSON, CSV, page, Markdown and terminal."""
    for row, cells in seen.rows():
        line, estimate = seen.line(row), row.get("estimate") or {}
        effect = line["effect"]
        if "att" not in estimate:
            assert effect["estimate"] is None
            assert cells["att"] == cells["ci_low"] == cells["ci_high"] == ""
            continue
        low, high = estimate["ci"]
        assert (effect["estimate"], effect["low"], effect["high"]) == pytest.approx(
            (estimate["att"], low, high)
        )
        assert [_number(cells[name]) for name in ("att", "ci_low", "ci_high")] == [estimate["att"], low, high]
        assert cells["orientation"] == seen.told["orientation"] == "up is good"
        assert cells["unit"] == line["unit"] == row["unit"]
        assert (float(cells["p_value"]), line["p_value"]) == pytest.approx((estimate["p_value"],) * 2)
        said = _said(estimate, line)
        assert said in seen.markdown, said
        assert said in seen.html, said
        if row["role"] in ("goal", "guardrail", "watch"):
            number, interval = _signed(estimate["att"], line["decimals"]), _ends(estimate, line)
            assert re.search(rf"{re.escape(number)}\s+{re.escape(interval)}\b", seen.text), (number, interval)


def same_states(seen: Surfaces) -> None:
    """What the rule says of a goal or guardrail, and its sign and size there."""
    by_arm = {arm["arm"]: arm for arm in seen.decision["arms"]}
    for row, cells in seen.rows():
        states = [state for state in by_arm[row["arm"]]["states"] if state["metric"] == row["metric"]]
        if row["role"] not in ("goal", "guardrail"):
            continue
        (state,) = states
        assert cells["state"] == row["state"] == state["state"] == seen.line(row)["state"]
        if state["estimate"] is not None and state["transform"] == "none":
            assert state["estimate"] == pytest.approx(row["estimate"]["att"])
            assert [state["low"], state["high"]] == pytest.approx(row["estimate"]["ci"])


def same_verdict(seen: Surfaces) -> None:
    """The verdict, its sentence, its day and its gate."""
    lead, box = seen.decision["arms"][0], seen.page["arms"][0]["decision"]
    assert seen.decision["arm"] == seen.page["arms"][0]["name"]
    lead = next(arm for arm in seen.decision["arms"] if arm["arm"] == seen.decision["arm"])
    assert box["verdict"] == lead["headline"]
    assert lead["headline"].upper() in seen.decided
    for text in (seen.html, seen.markdown):
        assert lead["headline"] in text
        assert _squeezed(_plain(lead["lead"])) in _squeezed(text.replace("**", ""))
    assert _squeezed(_plain(lead["lead"])) in _squeezed(seen.decided)
    for item in lead["gate"]:
        found = _squeezed(_plain(item["found"]))
        assert found in _squeezed(seen.html)
        assert found in _squeezed(seen.markdown)
        assert item["met"] or found in _squeezed(seen.decided)


def same_shares(seen: Surfaces) -> None:
    """How much came in: the heading as the gate's row, the list as `status`."""
    trust, lead = seen.page["trust"], seen.told["results"][0]["metric"]
    shares = [_percent(group["present"], group["expected"]) for group in trust["completeness"]["groups"]]
    for group, share in zip(trust["completeness"]["groups"], shares, strict=True):
        assert f"{group['present']:,} of {group['expected']:,} present ({share})" in seen.markdown
    row = next(
        item["found"] for item in seen.page["arms"][0]["gate"] if item["condition"] == "Team-weeks present"
    )
    arm, control = re.findall(r"([\d.]+ %|none due)", row)[:2]
    assert f"{arm} of the pilot and {control} of the comparison " in trust["finding"], (row, trust["finding"])
    assert trust["finding"] in seen.markdown
    assert trust["finding"] in seen.html
    for arm in seen.status["arms"]:
        if arm["metric"] == lead:
            assert _percent(arm["present"], arm["expected"]) in shares


def same_dates(seen: Surfaces, day: date) -> None:
    """The day of the page and of `status`, and the end of the plan."""
    said = f"{day.day} {day:%B %Y}"
    assert seen.page["date"] == seen.status["today"] == day.isoformat()
    assert said in seen.html
    assert said in seen.markdown
    end = next(
        item["needed"] for arm in seen.decision["arms"] for item in arm["gate"] if item["key"] == "end"
    )
    assert end in seen.html
    assert end in seen.markdown


def same_halves(seen: Surfaces) -> None:
    """The two halves of the counted weeks: in the heading and on the card."""
    for arm in seen.page["arms"]:
        for study, card in zip(arm["timing"], arm["robustness"], strict=False):
            runs = {run["label"]: run["effect"]["estimate"] for run in card["runs"]}
            early, late = runs["First half of the pilot only"], runs["Second half of the pilot only"]
            if early is None or late is None:
                continue
            assert _signed(early, study["decimals"]) in study["finding"]
            assert _signed(late, study["decimals"]) in study["finding"]
            novelty = next(one for one in card["threats"] if one["label"] == "A novelty that fades")
            found = re.search(r"half: ([+−]?[\d.]+)", novelty["found"])
            if found:
                unit = 10.0 ** -study["decimals"]
                apart = float(found[1].replace("−", "-")) - (late - early)
                explained = "the halves of the card differ by" in novelty["found"]
                assert explained or abs(apart) <= 3 * unit, "no further apart than roundings"


def _said(estimate: Row, line: Row) -> str:
    unit = line["unit"]
    return (
        f"{_signed(estimate['att'], line['decimals'])}{f' {unit}' if unit else ''} ({_ends(estimate, line)})"
    )


def _ends(estimate: Row, line: Row) -> str:
    low, high = estimate["ci"]
    first = "−∞" if low is None else _signed(low, line["decimals"])
    last = "∞" if high is None else _signed(high, line["decimals"])
    return f"{first} to {last}"


def _signed(value: float, decimals: int) -> str:
    """Write a number by hand: the writer of the program is what is tested."""
    size = f"{abs(value):.{decimals}f}"
    return size if float(size) == 0 else f"{'−' if value < 0 else '+'}{size}"


def _number(cell: str) -> float | None:
    value = float(cell)
    return value if abs(value) != float("inf") else None


def _percent(present: int, expected: int) -> str:
    share = 100 * present / expected
    whole = int(share + 0.5)
    return f"{share - 0.05:.1f} %" if share < 80 <= whole else f"{whole} %"


def _without_marks(page: str) -> str:
    body = re.sub(r"<(style|script|svg)\b.*?</\1>", " ", page, flags=re.S)
    return html.unescape(re.sub(r"<[^>]+>", "", body))


def _plain(text: str) -> str:
    return re.sub("[\u00a0\u202f]", " ", text)


def _squeezed(text: str) -> str:
    """Leave out what a page breaks lines by."""
    return re.sub(r"[\s`|]+", "", text)
