"""Teams: rows as people see them."""

from __future__ import annotations

from pilotlab.spec.pilot import PilotSpec
from pilotlab.spec.reading import parse_pilot
from pilotlab.spec.team import parse_teams
from tests.unit.spec.workspace import PILOT, replaced


def spec(edit: str = "{file: teams.csv}") -> PilotSpec:
    found = parse_pilot(replaced(PILOT, {"{file: teams.csv}": edit}), pilot="p").spec
    assert found is not None
    return found


def test_columns_become_attributes_and_size_a_number() -> None:
    teams = parse_teams("team,name,size,site,carers\napi,API team,9,berlin,3\n", spec())
    (team,) = teams.teams
    assert (team.name, team.size, team.site, team.line) == ("api", 9, "berlin", 2)
    assert team.attributes == {"name": "API team", "size": "9", "site": "berlin", "carers": "3"}
    assert teams.columns == ("team", "name", "size", "site", "carers")


def test_where_keeps_rows_by_value_and_rows_count_from_the_header() -> None:
    text = "team,site\n\napi,berlin\nweb,lyon\nops,leeds\n"
    teams = parse_teams(text, spec("{file: teams.csv, where: {site: [berlin, leeds]}}"))
    assert [(team.name, team.line) for team in teams.teams] == [("api", 3), ("ops", 5)]
    assert len(teams.rows) == 3


def test_all_bad_rows_are_named_in_one_run_and_the_good_ones_kept() -> None:
    text = "team,size,commute\napi,9,4500\napi,9,30\n,9,30\nweb,x,30\nweb2,9\nops,9,nan\nok,9,\n"
    teams = parse_teams(
        text, spec("{file: teams.csv, attributes: {commute: {range: [0, 300], unit: minutes}}}")
    )
    assert [(finding.code, finding.where.line if finding.where else 0) for finding in teams.findings] == [
        ("PL210", 2),
        ("PL208", 3),
        ("PL206", 4),
        ("PL209", 5),
        ("PL205", 6),
        ("PL209", 7),
    ]
    assert "commute of team 'api' is 4500; its declared range is 0 to 300 minutes" in teams.findings[0].what
    assert teams.names == ("api", "web", "ops", "ok")


def test_quoted_cells_hold_commas_and_line_ends() -> None:
    teams = parse_teams('team,name\napi,"Platform, API\nand mobile"\nweb,Web\n', spec())
    assert teams.teams[0].attributes["name"] == "Platform, API\nand mobile"
    assert teams.findings == ()
