"""Rules about bars and margins: each goal and guardrail has the size it needs, on the side it needs."""

from __future__ import annotations

from pilotlab.errors import PilotlabError
from pilotlab.spec.case import Case, Issue, Issues
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.positions import Place
from pilotlab.spec.standard import least_gap
from pilotlab.spec.threshold import bar_size
from pilotlab.spec.uses import Used
from pilotlab.wording import numbers
from pilotlab.wording.numbers import typed


def bars_and_margins(case: Case) -> Issues:
    """Goals take worth_it under improve, a margin under do_no_harm, neither under learn; guardrails a margin."""
    claim = case.spec.claim
    for row in case.used:
        if row.role == "goal":
            yield from _goal(row, claim)
        elif row.role == "guardrail":
            yield from _guardrail(row, claim)
        else:
            yield from (
                _unused(row, key, f"{row.role} decides nothing")
                for key in ("worth_it", "margin")
                if _has(row, key)
            )


def keys_are_used(case: Case) -> Issues:
    """A gap is adherence's; what a breach means is asked of guardrails, and of goals that must do no harm."""
    limited = {"guardrail"} | ({"goal"} if case.spec.claim == "do_no_harm" else set())
    for row in case.used:
        idle = ["planned_gap", "minimum_gap"] if row.role != "adherence" else []
        idle += ["if_breached"] if row.role not in limited else []
        for key in (key for key in idle if _has(row, key)):
            what = f"{row.use.use} has {key}, which {_A[row.role]} does not use"
            yield Issue("PL368", what, (*row.place, key), "key", value=key, fix=f"remove {key}", mends=True)


_A = {"goal": "a goal", "guardrail": "a guardrail", "watch": "a watched metric", "adherence": "adherence"}


def gaps_agree(case: Case) -> Issues:
    """The gap asked for has the sign and at most the size of the one planned."""
    use = case.spec.metrics.adherence
    place = ("metrics", "adherence")
    if case.spec.data == "published" and use is None:
        return
    if use is None or use.planned_gap is None:
        what = "adherence is not measured" if use is None else f"{use.use} has no planned_gap"
        yield Issue(
            "PL362",
            f"{what}: nobody could say whether the policy happened",
            place,
            "key",
            fix="add `adherence: {use: office_days@1, planned_gap: 1.5}`",
        )
        return
    if use.planned_gap == 0:
        yield Issue(
            "PL353",
            "planned_gap is 0: the arms are to do the same",
            (*place, "planned_gap"),
            value=0,
            fix="the planned difference in office days, pilot less control",
        )
    elif use.minimum_gap is not None and use.minimum_gap * use.planned_gap <= 0:
        yield Issue(
            "PL353",
            f"minimum_gap {typed(use.minimum_gap)} does not point the way of planned_gap {typed(use.planned_gap)}",
            (*place, "minimum_gap"),
            value=use.minimum_gap,
            fix=f"for example {numbers.typed(least_gap(use.planned_gap, None))}",
        )
    elif use.minimum_gap is not None and abs(use.minimum_gap) > abs(use.planned_gap):
        yield Issue(
            "PL353",
            f"minimum_gap {typed(use.minimum_gap)} is more than planned_gap {typed(use.planned_gap)}",
            (*place, "minimum_gap"),
            value=use.minimum_gap,
            fix=f"for example {numbers.typed(least_gap(use.planned_gap, None))}",
        )
    elif not _gap_fits_policy(case, use.planned_gap):
        yield Issue(
            "PL353",
            f"planned_gap {typed(use.planned_gap)} and the office days of the arms point opposite ways",
            (*place, "planned_gap"),
            value=use.planned_gap,
            fix="the planned difference, pilot less control",
        )


def _goal(row: Used, claim: str) -> Issues:
    _, use, place, metric = row
    wanted, other = ("margin", "worth_it") if claim == "do_no_harm" else ("worth_it", "margin")
    if _has(row, other) and claim != "learn":
        yield _unused(row, other, f"under `claim: {claim}` a goal takes {wanted}")
    if not _has(row, wanted):
        if claim == "improve":
            fix = f"add `worth_it: {_example(metric)}`, the smallest change that would be worth it"
            yield Issue("PL313", f"goal {use.use} has no worth_it", place, value=use.use, fix=fix)
        elif claim == "do_no_harm":
            yield Issue(
                "PL316",
                f"goal {use.use} has no margin; under `claim: do_no_harm` it needs one",
                place,
                value=use.use,
                fix="add the worst change you would accept, for example `margin: 0.3`",
            )
    elif wanted == "worth_it" and metric is not None:
        yield from _worth_it(row, metric)
    elif metric is not None:
        yield from _margin(row, metric)


def _guardrail(row: Used, claim: str) -> Issues:
    _, use, place, metric = row
    if _has(row, "worth_it"):
        yield _unused(row, "worth_it", "a guardrail takes a margin")
    if _has(row, "margin"):
        if metric is not None:
            yield from _margin(row, metric)
    elif claim != "learn":
        yield Issue(
            "PL316",
            f"guardrail {use.use} has no margin",
            place,
            value=use.use,
            fix="add the worst change you would accept, for example `margin: 0.3`",
        )


def _worth_it(row: Used, metric: MetricSpec) -> Issues:
    place, written = (*row.place, "worth_it"), row.use.worth_it
    assert written is not None
    if (issue := _unreadable(written, metric, place)) is not None:
        yield issue
        return
    bar = _signed(written)
    if bar == 0:
        yield Issue(
            "PL317",
            f"worth_it of {row.use.use} is 0: no change is asked for",
            place,
            value=written,
            fix=f"for example {_example(metric)}; to show that nothing gets worse, `claim: do_no_harm`",
        )
    elif metric.direction != "context" and bar * metric.better < 0:
        what = f"worth_it {_written(written)} of {row.use.use} points to the worse side: {metric.direction} is better"
        yield Issue("PL314", what, place, value=written, fix=f"write {_flipped(written)}")
    elif (issue := _too_wide("worth_it", bar, written, metric, place)) is not None:
        yield issue


def _margin(row: Used, metric: MetricSpec) -> Issues:
    place, written = (*row.place, "margin"), row.use.margin
    assert written is not None
    if (issue := _unreadable(written, metric, place)) is not None:
        yield issue
        return
    margin = _signed(written)
    if margin <= 0:
        what = f"margin of {row.use.use} is {_written(written)}; it is the worst change you accept, as a size above 0"
        yield Issue(
            "PL317",
            what,
            place,
            value=written,
            fix=f"write {_flipped(written)}" if margin else "for example 0.3",
        )
    elif (issue := _too_wide("margin", margin, written, metric, place)) is not None:
        yield issue


def _unreadable(written: float | str, metric: MetricSpec, place: Place) -> Issue | None:
    """Refuse a percentage in plain units, a plain number on a log scale, and a fall of 100 % or more."""
    key = place[-1]
    if metric.transform == "log" and not isinstance(written, str):
        return Issue(
            "PL318",
            f"{key} {_written(written)} of {metric.key}: under `transform: log` it is a percentage",
            place,
            value=written,
            fix='for example "-10%"',
        )
    if metric.transform != "log" and isinstance(written, str):
        what = f"{key} {_written(written)} of {metric.key}: the metric is analysed in {metric.unit}, not as a percentage"
        return Issue("PL318", what, place, value=written, fix=f"a number in {metric.unit}")
    try:
        bar_size(written, metric)
    except PilotlabError:
        return Issue(
            "PL317",
            f"{key} {_written(written)} of {metric.key}: nothing falls by 100 % or more",
            place,
            value=written,
            fix='for example "-10%"',
        )
    return None


def _too_wide(key: str, size: float, written: float | str, metric: MetricSpec, place: Place) -> Issue | None:
    """A bar wider than all the values a metric can take is a slip of the unit."""
    if metric.transform != "none" or metric.range is None or abs(size) < metric.range[1] - metric.range[0]:
        return None
    low, high = metric.range
    what = f"{key} {_written(written)} of {metric.key} is as wide as its whole range, {typed(low)} to {typed(high)} {metric.unit}"
    return Issue("PL317", what, place, value=written, fix=f"a size in {metric.unit}")


def _gap_fits_policy(case: Case, gap: float) -> bool:
    days = {arm: policy.office_days for arm, policy in case.spec.policy.items()}
    control = days.get("control")
    differences = [
        value - control
        for arm, value in days.items()
        if arm != "control" and isinstance(value, int | float) and isinstance(control, int | float)
    ]
    return not differences or any(difference * gap > 0 for difference in differences)


def _unused(row: Used, key: str, reason: str) -> Issue:
    return Issue(
        "PL315",
        f"{row.use.use} has {key}, but {reason}",
        (*row.place, key),
        "key",
        value=key,
        fix=f"remove {key}",
        mends=True,
    )


def _has(row: Used, key: str) -> bool:
    return getattr(row.use, key) is not None


def _signed(written: float | str) -> float:
    return float(written.rstrip("% ")) if isinstance(written, str) else float(written)


def _written(written: float | str) -> str:
    return written if isinstance(written, str) else typed(written)


def _flipped(written: float | str) -> str:
    if isinstance(written, str):
        return f'"{written[1:]}"' if written[0] in "+-" and written[0] == "-" else f'"-{written.lstrip("+")}"'
    return typed(-written)


def _example(metric: MetricSpec | None) -> str:
    if metric is None:
        return "-0.5"
    if metric.transform == "log":
        return '"-10%"' if metric.better < 0 else '"10%"'
    step = 10 ** -min(metric.decimals, 1) * (5 if metric.decimals else 1)
    return typed(metric.better * step)
