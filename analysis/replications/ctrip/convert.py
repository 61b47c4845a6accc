"""Convert: the published Ctrip files to a list of units and long import tables; entry errors are left in."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd

FIRST_MONDAY = date(2009, 12, 28)  # of code 201001: the week of 1 January 2010
SURVEY_MONTHS = {
    1: (2010, 11),
    2: (2011, 2),
    3: (2011, 4),
    4: (2011, 6),
    5: (2011, 8),
}  # the first before the draw; only their order counts
LONG = ["team", "week", "metric", "value", "n"]
LAST_MONTH = (2011, 8)
BEFORE_START = (2010, 11)


def weekly_panel(folder: Path) -> pd.DataFrame:
    """Return the persons in the experiment of `ctrip_weekly`: home (expgroup 1) and office (0)."""
    panel = pd.read_csv(folder / "ctrip_weekly.csv", index_col=0)
    return panel[panel["expgroup"].isin([0, 1])]


def weekly_long(panel: pd.DataFrame) -> pd.DataFrame:
    """Return weekly performance as a long import table; the codes in order are consecutive Mondays."""
    codes = sorted(panel["year_week"].unique())
    mondays = {code: (FIRST_MONDAY + timedelta(weeks=place)).isoformat() for place, code in enumerate(codes)}
    seen = panel[panel["perform1"].notna()]
    return _long(seen["personid"], seen["year_week"].map(mondays), "weekly_performance", seen["perform1"])


def course_long(folder: Path) -> pd.DataFrame:
    """Return surveys, exits and monthly scores of `ctrip_course` as one long import table, errors and all."""
    return pd.concat([*_attitudes(folder), *_exits(folder), *_monthly(folder)], ignore_index=True)


def units(panel: pd.DataFrame, course: Path) -> pd.DataFrame:
    """Return the list of units: a row a person with the arm and baseline attributes, errors and all.

    Arms come from the weekly panel and stand in the course files too; where the two disagree, that is an error.
    """
    arms = panel.drop_duplicates("personid").set_index("personid")["expgroup"]
    status = pd.read_csv(course / "employeestatus.csv").set_index("personid")["treatment"]
    if not status.reindex(arms.index).equals(arms.astype(status.dtype).rename("treatment")):
        raise ValueError("ctrip_weekly and ctrip_course disagree on who works from home")
    people = pd.read_csv(course / "employeecharacteristics.csv").set_index("personid").loc[arms.index]
    return pd.DataFrame(
        {
            "team": [person_name(person) for person in arms.index],
            "arm": ["home" if arm == 1 else "control" for arm in arms],
            **{
                name: people[name].map("{:g}".format).to_numpy()
                for name in ("age", "tenure", "prior_experience", "male", "married")
            },
        }
    ).sort_values("team")


def person_name(person: float) -> str:
    """Name a unit by the file's own anonymous number."""
    return f"p{int(person):05d}"


def month_week(year: int, month: int) -> str:
    """Return the Monday at which a month stands: its first."""
    first = date(year, month, 1)
    return (first + timedelta(days=-first.weekday() % 7)).isoformat()


def _attitudes(folder: Path) -> list[pd.DataFrame]:
    table = pd.read_csv(folder / "attitudes.csv")
    weeks = table["surveyno"].map({survey: month_week(*month) for survey, month in SURVEY_MONTHS.items()})
    columns = {
        "satisfaction": "work_satisfaction",
        "general": "general_satisfaction",
        "life": "life_satisfaction",
    }
    return [_long(table["personid"], weeks, metric, table[column]) for column, metric in columns.items()]


def _exits(folder: Path) -> list[pd.DataFrame]:
    """Whether a person had left, at the end and month by month; before the start everybody was there, by the design."""
    quits = pd.read_csv(folder / "quits.csv")
    months = pd.read_csv(folder / "quitdate.csv")
    nobody, everybody = pd.Series(0, quits.index), pd.Series(1, quits.index)
    before, after = month_week(*BEFORE_START), month_week(*LAST_MONTH)
    return [
        _long(quits["personid"], before, "left_company", nobody),
        _long(quits["personid"], after, "left_company", quits["quitjob"]),
        _long(quits["personid"], before, "still_working", everybody),
        _long(months["personid"], _month_weeks(months), "still_working", months["stillworking"]),
    ]


def _monthly(folder: Path) -> list[pd.DataFrame]:
    table = pd.read_csv(folder / "performance_panel.csv")
    columns = {
        "performance_score": "monthly_score",
        "total_monthly_calls": "monthly_calls",
        "calls_per_hour": "monthly_calls_per_hour",
    }
    frames = []
    for column, metric in columns.items():
        seen = table[table[column].notna()]
        frames.append(_long(seen["personid"], _month_weeks(seen), metric, seen[column]))
    return frames


def _month_weeks(table: pd.DataFrame) -> pd.Series:
    return pd.Series(
        [
            month_week(int(year), int(month))
            for year, month in zip(table["year"], table["month"], strict=True)
        ],
        table.index,
    )


def _long(person: pd.Series, week: pd.Series | str, metric: str, value: pd.Series) -> pd.DataFrame:
    return pd.DataFrame(
        {"team": person.map(person_name), "week": week, "metric": metric, "value": value, "n": 1}
    )[LONG]
