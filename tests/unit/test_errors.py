"""Errors and findings say what, where and what next."""

from __future__ import annotations

from pilotlab.errors import Finding, PilotlabError, Span, nearest, unknown


def test_an_error_says_what_where_and_how_to_fix_it() -> None:
    error = PilotlabError(
        "start 'next monday' is no week", where=Span("pilot.yaml", 12, 17), fix="write 2026-W37"
    )
    assert str(error) == "pilot.yaml:12:17: start 'next monday' is no week\n  fix: write 2026-W37"


def test_a_place_without_a_column_leaves_it_out() -> None:
    assert (str(Span("teams.csv", 9)), str(Span("teams.csv"))) == ("teams.csv:9", "teams.csv")


def test_an_unknown_name_gets_the_nearest_and_the_list() -> None:
    error = unknown("estimator", "twef", ["twfe", "change"])
    assert error.what == "estimator 'twef' is not known; did you mean 'twfe'?"
    assert error.fix == "one of: change, twfe"
    assert nearest("zzz", ["twfe"]) == ""


def test_a_finding_is_one_line_and_plain_data() -> None:
    finding = Finding(
        "PL104", "error", "unknown key 'gaurdrails'", Span("pilot.yaml", 22, 3), value="gaurdrails"
    )
    assert str(finding) == "pilot.yaml:22:3  PL104 error unknown key 'gaurdrails'"
    assert finding.to_dict()["line"] == 22
    assert Finding("PL101", "warn", "x").to_dict()["file"] is None
