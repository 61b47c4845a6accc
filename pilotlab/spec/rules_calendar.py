"""Rules about the calendar: baseline, wash-in, counted weeks, and what lies in their way."""

from __future__ import annotations

from datetime import timedelta

from pilotlab.errors import Level, nearest, shortened
from pilotlab.spec.case import Case, Issue, Issues
from pilotlab.spec.public_holidays import UnknownCalendar, public_holidays
from pilotlab.spec.standard import BASELINE_ADVISED, BASELINE_WEEKS
from pilotlab.wording.lists import some

LEAST_COUNTED = 4
STALE_WEEKS = 13


def start_is_ahead(case: Case) -> Issues:
    """A plan is frozen before its first week."""
    start = case.spec.calendar.start.monday
    if case.today is None or case.frozen or case.spec.data == "published":
        return
    if start < case.today:
        what = f"the pilot started on {start} and its plan is not frozen: no verdict follows from a plan that is frozen after the first entry"
        yield Issue(
            "PL323",
            what,
            ("calendar", "start"),
            value=start,
            fix="freeze before the first week, or choose a later start",
        )


def decides_after_the_end(case: Case) -> Issues:
    """The decision needs the last week."""
    decide_by, last = case.spec.calendar.decide_by, case.windows.end.sunday
    if decide_by is not None and decide_by <= last:
        what = f"decide_by {decide_by} comes before the last pilot week is over ({last})"
        yield Issue(
            "PL324",
            what,
            ("calendar", "decide_by"),
            value=decide_by,
            fix=f"a day after {last}, or fewer weeks",
        )


def baseline_is_long_enough(case: Case) -> Issues:
    """Six usable weeks for a decision, eight to be at ease."""
    weeks = len(case.windows.baseline)
    place = ("calendar", "baseline_weeks")
    if weeks < BASELINE_WEEKS:
        what = f"{weeks} usable baseline weeks; under {BASELINE_WEEKS} the answer is Not decision-ready"
        level: Level | None = None if weeks else "error"  # nothing to compare with at all
        yield Issue("PL325", what, place, value=weeks, fix=f"baseline_weeks: {BASELINE_ADVISED}", level=level)
    elif weeks < BASELINE_ADVISED:
        yield Issue(
            "PL326",
            f"{weeks} usable baseline weeks; {BASELINE_ADVISED} are planned for, 13 are good",
            place,
            value=weeks,
            fix=f"baseline_weeks: {BASELINE_ADVISED}",
        )


def enough_weeks_count(case: Case) -> Issues:
    """A few weeks after the wash-in say little."""
    weeks = len(case.windows.counted)
    if weeks < LEAST_COUNTED:
        what = f"{weeks} counted weeks: one odd week decides" if weeks else "no counted week is left"
        yield Issue(
            "PL354",
            what,
            ("calendar", "pilot_weeks"),
            value=weeks,
            fix="pilot_weeks: 12",
            level=None if weeks else "error",
        )


def blackouts_lie_inside(case: Case) -> Issues:
    """Say what each blackout week takes away."""
    windows, calendar = case.windows, case.spec.calendar
    for index, week in enumerate(calendar.blackout):
        place, number = ("calendar", "blackout", index), week.since(windows.start) + 1
        if week in calendar.blackout[:index]:
            yield Issue("PL312", f"blackout {week.monday} is listed twice", place, value=week, fix="keep one")
        elif number > calendar.washin_weeks and week <= windows.end:
            yield Issue(
                "PL311",
                f"blackout {week.monday} falls in pilot week {number}; {len(windows.counted)} usable weeks remain",
                place,
                value=week,
            )
        elif _baseline_first(case) <= week.index < _announced(case):
            yield Issue(
                "PL311",
                f"blackout {week.monday} falls in the baseline; {len(windows.baseline)} usable weeks remain",
                place,
                value=week,
            )
        else:
            where = (
                "in the wash-in"
                if 1 <= number <= calendar.washin_weeks
                else "between announcement and start"
                if number < 1 and week.index >= _announced(case)
                else "outside the pilot"
            )
            yield Issue(
                "PL312",
                f"blackout {week.monday} lies {where}, where nothing is counted",
                place,
                value=week,
                fix="remove it, or correct the date",
            )


def washin_covers_windows(case: Case) -> Issues:
    """A rolling metric still holds weeks from before the start for as long as its window is."""
    washin = case.spec.calendar.washin_weeks
    for role, use, place, metric in case.roles("goal", "guardrail", "watch"):
        if metric is not None and metric.window_weeks > 1 and washin < metric.window_weeks:
            what = f"{use.use} looks back {metric.window_weeks} weeks and wash-in is {washin}: the first counted values of this {role} hold weeks before the start"
            yield Issue("PL327", what, place, value=use.use, fix=f"washin_weeks: {metric.window_weeks}")


def announcement_is_named(case: Case) -> Issues:
    """People react when they hear of it: what they do then is neither baseline nor pilot."""
    announced, start = case.spec.announced_on, case.spec.calendar.start.monday
    if announced is None:
        if case.spec.data != "published":
            what = (
                "announced_on is not said: the baseline runs up to the start and may cross the announcement"
            )
            yield Issue(
                "PL329",
                what,
                ("announced_on",),
                fix="say when people heard or will hear: `announced_on: 2026-08-17`",
            )
    elif announced > start:
        what = f"announced on {announced}, after the start on {start}: nobody may be in a pilot they were not told of"
        yield Issue("PL330", what, ("announced_on",), value=announced, fix="announce before the start")
    elif (gap := (start - announced).days // 7) > STALE_WEEKS:
        what = f"{gap} weeks lie between announcement and start: the baseline is from another season"
        yield Issue("PL331", what, ("announced_on",), value=announced, fix="announce later, or start earlier")


def calendars_are_known(case: Case) -> Issues:
    """Each site's calendar is one that is known."""
    for site, code in case.spec.calendar.holidays.items():
        try:
            public_holidays(code, [])
        except UnknownCalendar as error:
            fix = "a country, or a country and its part: FR, DE-BE, GB-ENG"
            place, mends = ("calendar", "holidays", site), bool(error.hint)
            yield Issue("PL358", str(error), place, value=code, fix=fix, mends=mends)


def sites_are_there(case: Case) -> Issues:
    """Holidays are named for sites that teams have."""
    if case.teams is None or "site" not in case.teams.columns or not case.teams.rows:
        return
    held = dict.fromkeys(team.site for team in case.teams.rows if team.site)
    for site in case.spec.calendar.holidays:
        if site not in held:
            hint = nearest(site, held)
            what = f"no team is at the site {shortened(site)}{hint}"
            place, fix = ("calendar", "holidays", site), "one of: " + ", ".join(sorted(held)[:12])
            yield Issue("PL367", what, place, "key", value=site, fix=fix, mends=bool(hint))


def holidays_in_baseline(case: Case) -> Issues:
    """Name the public holidays that fall in the baseline, site by site."""
    sites = case.spec.calendar.holidays
    if not sites:
        return
    days = [week.monday + timedelta(days=day) for week in case.windows.baseline for day in range(5)]
    for site, code in sites.items():
        place = ("calendar", "holidays", site)
        try:
            known = public_holidays(code, days)
        except UnknownCalendar:
            continue
        if closed := [day for day in days if day in known]:
            listed = some((f"{day} ({known[day]})" for day in closed), 3)
            weeks = {day.isocalendar()[1] for day in closed}
            heavy = [week for week in weeks if sum(day.isocalendar()[1] == week for day in closed) > 1]
            what = f"{site}: {listed} in the baseline" + (
                f"; week {heavy[0]} has two or more" if heavy else ""
            )
            yield Issue(
                "PL328",
                what,
                place,
                value=code,
                level="warn" if heavy else None,
                fix="put such a week in `blackout`" if heavy else "",
            )


def _announced(case: Case) -> int:
    windows = case.windows
    return windows.announced[0].index if windows.announced else windows.start.index


def _baseline_first(case: Case) -> int:
    return _announced(case) - case.spec.calendar.baseline_weeks
