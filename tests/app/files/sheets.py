"""Sheets: weekly files as people send them, and how each is to be read: the values, or what is named and in which row."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

Values = Mapping[tuple[str, str, str], float | str]  # team, week, metric: value or reason for a gap
TEAMS = ("api", "web", "search", "équipe", "Büro")
HEAD = "team,week,focus_hours\n"
COST = "team,week,cost_per_head\n"
TWO: Values = {("api", "2026-W40", "focus_hours"): 21.5, ("web", "2026-W40", "focus_hours"): 18.0}
LETTERS: Values = {("équipe", "2026-W40", "focus_hours"): 21.5, ("Büro", "2026-W40", "focus_hours"): 18.0}
GERMAN = "team;week;focus_hours\néquipe;2026-W40;21,5\nBüro;2026-W40;18\n"


class Sheet(NamedTuple):
    """A file with what comes of it.

    Attributes
    ----------
    values : mapping
        What would be stored.
    told : tuple of str
        Words that notes must hold.
    errors : tuple of (row, code, words)
        What is refused, in row order, with words of the message or its fix.
    not_said : tuple of str
        What no message may hold: a part of a number, offered as if it were all of it.
    """

    content: str | bytes
    values: Values = MappingProxyType({})
    told: tuple[str, ...] = ()
    errors: tuple[tuple[int, str, str], ...] = ()
    not_said: tuple[str, ...] = ()
    options: Mapping[str, str] = MappingProxyType({})


def one(value: float | str, metric: str = "focus_hours", week: str = "2026-W40") -> Values:
    return {("api", week, metric): value}


def cost(cell: str, value: float, told: str = "") -> Sheet:
    """A cell that is read."""
    quoted = f'"{cell}"' if "," in cell else cell
    return Sheet(f"{COST}api,2026-W40,{quoted}\n", one(value, "cost_per_head"), (told,) if told else ())


def bad(cell: str, code: str, words: str, *not_said: str, metric: str = "cost_per_head") -> Sheet:
    """A cell that is refused."""
    quoted = f'"{cell}"' if "," in cell else cell
    return Sheet(f"team,week,{metric}\napi,2026-W40,{quoted}\n", {}, (), ((2, code, words),), not_said)


def week(cell: str, meant: str = "2026-W40", told: str = "is read as") -> Sheet:
    """A week that is read."""
    return Sheet(f'{HEAD}api,"{cell}",20\n', one(20.0, week=meant), (told,))


def no_week(cell: str, code: str, words: str) -> Sheet:
    """A week that is refused."""
    return Sheet(f'{HEAD}api,"{cell}",20\n', {}, (), ((2, code, words),))


SHEETS: dict[str, Sheet] = {
    # what stands between cells, and in which encoding
    "commas": Sheet(HEAD + "api,2026-W40,21.5\nweb,2026-W40,18\n", TWO),
    "semicolons": Sheet(
        "team;week;focus_hours\napi;2026-W40;21.5\nweb;2026-W40;18\n", TWO, ("semicolons between cells",)
    ),
    "tabs": Sheet(
        "team\tweek\tfocus_hours\napi\t2026-W40\t21.5\nweb\t2026-W40\t18\n", TWO, ("tabs between cells",)
    ),
    "bars": Sheet(
        "team|week|focus_hours\napi|2026-W40|21.5\nweb|2026-W40|18\n", TWO, ("bars between cells",)
    ),
    "sep= row": Sheet(
        "sep=;\nteam;week;focus_hours\napi;2026-W40;21,5\nweb;2026-W40;18\n", TWO, ("'sep=;'",)
    ),
    "byte order mark": Sheet(
        b"\xef\xbb\xbf" + (HEAD + "api,2026-W40,21.5\nweb,2026-W40,18\n").encode(), TWO, ("byte order mark",)
    ),
    "UTF-16": Sheet(GERMAN.encode("utf-16"), LETTERS, ("UTF-16",)),
    "UTF-16 without a mark": Sheet(GERMAN.encode("utf-16-le"), LETTERS, ("UTF-16",)),
    "Windows": Sheet(GERMAN.encode("cp1252"), LETTERS, ("Windows-1252",)),
    "Mac": Sheet(GERMAN.encode("mac_roman"), LETTERS, ("Mac Roman",)),
    "DOS": Sheet(GERMAN.encode("cp850"), LETTERS, ("code page 850",)),
    "mixed line ends": Sheet(HEAD + "api,2026-W40,21.5\r\nweb,2026-W40,18\r", TWO),
    "quoted line end": Sheet('team,week,metric,value\napi,2026-W40,"focus_hours\n",21.5\n', one(21.5)),
    # numbers
    "decimal comma": Sheet(
        "team;week;focus_hours\napi;2026-W40;21,5\nweb;2026-W40;18\n", TWO, ("a comma for decimals",)
    ),
    "point of a German sheet": Sheet(
        "team;week;cost_per_head\napi;2026-W40;987,50\nweb;2026-W40;1.250\nsearch;2026-W40;1.034\n",
        {},
        (),
        ((2, "PL416", "987.5"), (3, "PL416", "1.25 or 1250"), (4, "PL416", "1.034 or 1034")),
    ),
    "point settled by the column": Sheet(
        "team;week;cost_per_head\napi;2026-W40;1.250,50\nweb;2026-W40;1.250\n",
        {("api", "2026-W40", "cost_per_head"): 1250.5, ("web", "2026-W40", "cost_per_head"): 1250.0},
        ("a point for thousands",),
    ),
    "point settled by the option": Sheet(
        "team;week;cost_per_head\napi;2026-W40;1.250\n",
        one(1250.0, "cost_per_head"),
        ("thousands",),
        (),
        (),
        {"decimal": "comma"},
    ),
    "point settled by the range": Sheet("team;week;focus_hours\napi;2026-W40;4.125\n", one(4.125)),
    "point in a sheet of commas": cost("1.250", 1.25),
    "comma and three digits": bad("1,250", "PL416", "1.25 or 1250"),
    "American thousands": cost("1,250.50", 1250.5, "a comma for thousands"),
    "German thousands": cost("1.250,50", 1250.5, "a comma for decimals"),
    "points for millions": cost("1.250.000", 1250000.0, "a point for thousands"),
    "Swiss thousands": cost("1'250", 1250.0, "an apostrophe for thousands"),
    "Swiss thousands, curled": cost("1’250.50", 1250.5, "an apostrophe for thousands"),
    "French thousands": cost("1\u202f250,5", 1250.5, "a space for thousands"),
    "thousands with a no-break space": cost("1\u00a0250", 1250.0, "a space for thousands"),
    "minus as pilotlab prints it": cost("\u22120.5", -0.5, "minus"),
    "minus behind": cost("12-", -12.0, "a minus behind the number"),
    "brackets": cost("(12)", -12.0, "brackets for minus"),
    "per cent of a share": bad("45 %", "PL415", "0.45", metric="cross_team_share"),
    "per cent of a percentage": bad("45%", "PL415", ": 45", metric="goal_attainment"),
    "hours with their unit": bad("12,5 h", "PL415", "12.5", ": 12,", metric="focus_hours"),
    "euros": bad("€ 1.250,00", "PL415", "1250", ": 1,", "1.25"),
    "francs": bad("CHF 1'250", "PL415", "1250", ": 1,", ": 250"),
    "a stretch": bad("20-22", "PL414", "is not a number", "(20"),
    "a bound": bad("<5", "PL414", "a bound"),
    "a time": bad("1:30", "PL414", "a time"),
    "spreadsheet's error": bad("#N/A", "PL414", "a spreadsheet's error"),
    "German spreadsheet's error": bad("#NV", "PL414", "a spreadsheet's error"),
    "n/a": bad("n/a", "PL414", "says that there is none"),
    "dash": bad("-", "PL414", "says that there is none"),
    "empty": Sheet(HEAD + "api,2026-W40,21.5\nweb,2026-W40,\n", one(21.5), ("nothing is logged there",)),
    "reason in a cell": Sheet(HEAD + "api,2026-W40,holiday\n", one("holiday")),
    # weeks
    "KW 40 2026": week("KW 40 2026"),
    "W40 2026": week("W40 2026"),
    "40/2026": week("40/2026"),
    "S40 2026": week("S40 2026"),
    "2026 KW40": week("2026 KW40"),
    "28.09.26": week("28.09.26", told="day first"),
    "28. September 2026": week("28. September 2026"),
    "28-Sep-26": week("28-Sep-26"),
    "28 sept. 2026": week("28 sept. 2026"),
    "Sep 28, 2026": week("Sep 28, 2026"),
    "20260928": week("20260928"),
    "2026/09/28": week("2026/09/28"),
    "2026-09-28 00:00:00": week("2026-09-28 00:00:00"),
    "28/09/2026": week("28/09/2026", told="day first"),
    "09/28/2026": week("09/28/2026", told="month first"),
    "order by another cell": Sheet(
        HEAD + "api,14/09/2026,20\nweb,07/09/2026,21\n",
        {("api", "2026-W38", "focus_hours"): 20.0, ("web", "2026-W37", "focus_hours"): 21.0},
        ("day first",),
    ),
    "order by the option": Sheet(
        HEAD + "api,07/09/2026,20\n", one(20.0, week="2026-W37"), ("day first",), (), (), {"order": "day"}
    ),
    "order against the option": Sheet(
        HEAD + "api,14/09/2026,20\n", {}, (), ((2, "PL411", "against --monthfirst"),), (), {"order": "month"}
    ),
    "open order": no_week("07/09/2026", "PL411", "--dayfirst or --monthfirst"),
    "day number": no_week("46293", "PL412", "write 2026-W40"),
    "no year": no_week("KW 40", "PL410", "write 2026-W40"),
    "month or week": no_week("10/2026", "PL410", "a week or a month?"),
    "a stretch of days": no_week("28.09.2026 - 04.10.2026", "PL410", "a stretch of days"),
    "Sunday": no_week("2026-10-04", "PL410", "2026-W41 where the week begins on that Sunday, 2026-W40"),
    "Wednesday": no_week("30.09.2026", "PL410", "write 2026-W40 or 2026-09-28"),
    # headers and rows that are none
    "titles above": Sheet(
        "Weekly,,\nfrom HR,,\n" + HEAD + "api,2026-W40,21.5\n", one(21.5), ("2 rows above the header",)
    ),
    "labels above": Sheet(
        "Team,Week,Focus time\n" + HEAD + "api,2026-W40,21.5\n", one(21.5), ("1 row above the header",)
    ),
    "header again": Sheet(
        HEAD + "api,2026-W40,21.5\n" + HEAD, one(21.5), (), ((3, "PL430", "the header again"),)
    ),
    "labels below": Sheet(
        HEAD + "Which team?,Which week?,How many?\napi,2026-W40,21.5\n",
        one(21.5),
        (),
        ((2, "PL430", "second header"),),
    ),
    "survey tool": Sheet(
        HEAD
        + 'Team?,Week?,Hours?\n"{""ImportId"":""Q1""}","{""ImportId"":""Q2""}","{""ImportId"":""Q3""}"\napi,2026-W40,21.5\n',
        one(21.5),
        (),
        ((2, "PL430", "second header"), (3, "PL430", "third header")),
    ),
    "totals": Sheet(HEAD + "api,2026-W40,21.5\nTotal,,900\n", one(21.5), (), ((3, "PL430", "a totals row"),)),
    "Summe": Sheet(
        HEAD + "api,2026-W40,21.5\nSumme,2026-W40,900\n", one(21.5), (), ((3, "PL430", "a totals row"),)
    ),
    "note below": Sheet(
        HEAD + "api,2026-W40,21.5\nSource: HR,,\n", one(21.5), (), ((3, "PL430", "a title or a note"),)
    ),
    "empty rows and columns": Sheet("team,week,focus_hours,,\napi,2026-W40,21.5,,\n,,,,\n,,,,\n", one(21.5)),
    "merged team": Sheet(
        HEAD + "api,2026-W40,21.5\n,2026-W39,20\n", one(21.5), (), ((3, "PL408", "a merged cell?"),)
    ),
    "unknown team": Sheet(HEAD + "apii,2026-W40,20\n", {}, (), ((2, "PL408", "did you mean 'api'?"),)),
    "same row twice": Sheet(HEAD + "api,2026-W40,21.5\napi,2026-W40,21.5\n", one(21.5), ("counted once",)),
    "two values": Sheet(
        HEAD + "api,2026-W40,21.5\napi,2026-W40,20\n", {}, (), ((3, "PL423", "21.5 in row 2 and 20 here"),)
    ),
    "headings of a lead": Sheet(
        "Squad,KW,focus_hours\napi,40,20\n",
        {},
        (),
        ((1, "PL404", "did you mean 'team'?"), (1, "PL404", "did you mean 'week'?")),
    ),
    "labels for metrics": Sheet(
        "team,week,Job satisfaction\napi,2026-W40,7\n", {}, (), ((1, "PL406", "'job_satisfaction'"),)
    ),
    "weeks in columns": Sheet(
        "team,2026-W39,2026-W40\napi,20,21\n", {}, (), ((1, "PL404", "weeks stand in columns"),)
    ),
    "column twice": Sheet(
        "team,week,focus_hours,focus_hours\napi,2026-W40,20,21\n", {}, (), ((1, "PL405", "2 times"),)
    ),
    "n of a long table": Sheet(
        "team,week,metric,value,n\napi,2026-W40,job_satisfaction,7.4,9\n", one(7.4, "job_satisfaction")
    ),
    "n of a wide table": Sheet(
        "team,week,job_satisfaction,job_satisfaction_n\napi,2026-W40,7.4,9\n", one(7.4, "job_satisfaction")
    ),
    "whose n": Sheet(
        "team,week,job_satisfaction,Responses\napi,2026-W40,7.4,9\n",
        {},
        (),
        ((1, "PL406", "'job_satisfaction_n'"),),
    ),
    "exits as people": Sheet(
        "team,week,voluntary_exits,voluntary_exits_denominator\napi,2026-W40,1,6\n",
        one(5217.857 / 6, "voluntary_exits"),
    ),
    "exits as a rate": Sheet(
        "team,week,voluntary_exits\napi,2026-W40,869.57\n", {}, (), ((2, "PL421", "1 of 6"),)
    ),
    "more exits than people": Sheet(
        "team,week,metric,value,numerator,denominator\napi,2026-W40,voluntary_exits,,7,6\n",
        {},
        (),
        ((2, "PL421", "7 of 6"),),
    ),
    # no table at all
    "nothing": Sheet("", {}, (), ((0, "PL403", "the file is empty"),)),
    "header alone": Sheet(HEAD, {}, (), ((1, "PL403", "a header and no rows"),)),
    "workbook": Sheet(b"PK\x03\x04" + bytes(60), {}, (), ((0, "PL402", "an Excel workbook"),)),
    "old workbook": Sheet(b"\xd0\xcf\x11\xe0" + bytes(60), {}, (), ((0, "PL402", "an Excel 97 workbook"),)),
    "web page": Sheet(
        "<html><table><tr><td>team</td></tr></table></html>", {}, (), ((0, "PL402", "a web page"),)
    ),
    "PDF": Sheet(b"%PDF-1.7\n\xe2\xe3", {}, (), ((0, "PL402", "a PDF document"),)),
    "open quote": Sheet(HEAD + '"api,2026-W40,20\n', {}, (), ((2, "PL401", "never closed"),)),
}
