"""Answering slices: who is hidden, each group's estimate, whether groups differ, and how far each is pulled."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from pilotlab.errors import PilotlabError
from pilotlab.estimate.data.assigned import with_assignment
from pilotlab.estimate.data.frame import read_study
from pilotlab.estimate.data.study import Study
from pilotlab.estimate.did import did
from pilotlab.estimate.heterogeneity.slice_frames import LEVEL, Question
from pilotlab.estimate.heterogeneity.slice_tests import interaction
from pilotlab.estimate.notes.by_code import note
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.effect import Estimate, NotEstimable
from pilotlab.estimate.results.slice_effects import Ends, Group, Interaction, Slices, band
from pilotlab.note import Note
from pilotlab.stats.arrays import BoolArray, FloatArray
from pilotlab.stats.heterogeneity.shrinkage import shrink
from pilotlab.stats.randomization.multiplicity import holm
from pilotlab.stats.secondary_suppression import suppressed

Hidden = tuple[str, str] | None  # code and words of why a group is not shown
ALONE = 0.2  # share of a group's units whose stratum may hold one arm of the group only


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asked:
    """How groups are estimated: `named` are the arguments of `did` as they were given."""

    options: Options
    people: str | None
    min_group: int
    named: Mapping[str, Any]


def answer(overall: Estimate, whole: pd.DataFrame, questions: Sequence[Question], asked: Asked) -> Slices:
    """Estimate every group of every slice.

    Parameters
    ----------
    overall, whole : Estimate and DataFrame
        The effect of the whole, and the frame it was made of.
    """
    study = with_assignment(read_study(whole, asked.options), asked.options, strata=True)
    groups: list[Group] = []
    tests: list[Interaction] = []
    for question in questions:
        own = _groups(overall, study, question, whole, asked)
        groups += pulled(own, overall)
        tests.append(interaction(overall, whole, question, own, asked.options))
    notes = (note("people_not_counted"),) if asked.people is None else ()
    return Slices(overall=overall, groups=tuple(groups), tests=adjusted(tests), notes=notes)


def adjusted(tests: Sequence[Interaction]) -> tuple[Interaction, ...]:
    """Holm over every slice that has a test."""
    made = [test.p_value for test in tests if test.p_value is not None]
    after = iter(holm(made).tolist())
    return tuple(test if test.p_value is None else replace(test, p_holm=next(after)) for test in tests)


def pulled(groups: Sequence[Group], overall: Estimate) -> list[Group]:
    """Pull the groups of one slice towards the whole; where fewer than two have an interval they stay."""
    errors = [_error(group.ci, overall.alpha) for group in groups]
    kept = [place for place, error in enumerate(errors) if math.isfinite(error) and error > 0]
    if len(kept) < 2:
        return list(groups)
    centre = _error(overall.ci, overall.alpha)
    found = shrink(
        np.array([groups[place].att for place in kept], dtype=float),
        np.array([errors[place] for place in kept]),
        overall.att,
        centre_error=centre if math.isfinite(centre) else overall.se,
        level=1 - overall.alpha,
    )
    changed = list(groups)
    for row, place in enumerate(kept):
        ends = float(found.low[row]), float(found.high[row])
        changed[place] = replace(groups[place], shrunken=float(found.mean[row]), shrunken_ci=ends)
    return changed


def _error(ci: Ends | None, alpha: float) -> float:
    """The standard error of a normal with this interval: draws and few degrees of freedom count as they should."""
    return math.inf if ci is None else (ci[1] - ci[0]) / (2 * float(ndtri(1 - alpha / 2)))


def _groups(
    overall: Estimate, study: Study, question: Question, whole: pd.DataFrame, asked: Asked
) -> list[Group]:
    hidden, people = _hidden(study, question, whole, asked)
    found = []
    for place, level in enumerate(question.levels):
        head = Group(slice=question.name, level=level)
        if (why := hidden[place]) is not None:
            found.append(replace(head, hidden=why[1], code=why[0]))
            continue
        rows = question.frame[question.frame[LEVEL] == place]
        estimate, notes = _estimate(overall, study, rows, asked)
        count = "" if people is None else band(float(people[place].sum()), asked.min_group)
        found.append(_filled(replace(head, people=count), estimate, notes))
    return found


def _filled(group: Group, estimate: Estimate | NotEstimable, notes: tuple[Note, ...]) -> Group:
    if isinstance(estimate, NotEstimable):
        return replace(group, reason=estimate.reason, code=estimate.code, notes=notes)
    return replace(
        group,
        att=estimate.att,
        ci=estimate.ci,
        p_value=estimate.p_value,
        se=estimate.se,
        df=estimate.df,
        inference=estimate.inference,
        n_units=estimate.n_units,
        n_treated=estimate.n_treated,
        notes=(*notes, *estimate.notes),
    )


def _estimate(
    overall: Estimate, study: Study, rows: pd.DataFrame, asked: Asked
) -> tuple[Estimate | NotEstimable, tuple[Note, ...]]:
    """Estimate one group as the whole was; without strata where the group breaks too many of them."""
    options = asked.options
    method: dict[str, Any] = {**asked.named, "estimator": overall.estimator}
    inside: BoolArray = np.asarray(study.units.isin(rows[options.unit].unique()))
    notes: tuple[Note, ...] = ()
    alone = _alone(study, inside)
    if alone > ALONE * inside.sum():
        method |= {"strata": None, "pairs": None, "assignment": None}
        notes = (note("group_without_strata"),)
    elif alone and options.pairs:
        method |= {"strata": options.pairs, "pairs": None}
    given = method.get("assignment")
    if isinstance(given, np.ndarray | list | tuple | pd.DataFrame):
        method["assignment"] = _draws_of(given, study, inside)
    try:
        return did(rows, **method), notes
    except PilotlabError as error:
        return NotEstimable(error.what, error.fix), notes


def _alone(study: Study, inside: BoolArray) -> int:
    """Units of a group whose stratum holds one arm of it only."""
    if study.strata is None:
        return 0
    strata, treated = study.strata[inside], study.ever[inside]
    held, on = np.bincount(strata), np.bincount(strata, weights=treated)
    return int(held[(on == 0) | (on == held)].sum())


def _draws_of(given: Any, study: Study, inside: BoolArray) -> pd.DataFrame:
    """Draws of a group's units: those that treat as many of them as were."""
    draws = (
        given if isinstance(given, pd.DataFrame) else pd.DataFrame(np.asarray(given), columns=study.all_units)
    )
    own = draws[list(study.units[inside])]
    on = own.apply(pd.to_numeric, errors="coerce").fillna(0.0)
    same = ((on != 0) & np.isfinite(on)).sum(axis=1) == study.ever[inside].sum()
    return pd.DataFrame(own.loc[same])


def _hidden(
    study: Study, question: Question, whole: pd.DataFrame, asked: Asked
) -> tuple[list[Hidden], FloatArray | None]:
    """Why each group is hidden, None where it is not; and people by group and arm."""
    if asked.people is None:
        return [None] * len(question.levels), None
    arms = pd.Series(study.ever, index=study.units)
    unit, column = asked.options.unit, asked.people
    levels = [question.frame[question.frame[LEVEL] == place] for place in range(len(question.levels))]
    people = np.array([_people(rows, unit, column, arms) for rows in levels])
    rest = _people(_rest(whole, question, asked), unit, column, arms)
    return _said(question, *_suppressed(people, rest, question, asked.min_group), asked.min_group), people


def _suppressed(
    people: FloatArray, rest: FloatArray, question: Question, least: int
) -> tuple[BoolArray, BoolArray]:
    """Hide small groups; people whose group is not known are a group that is never shown."""
    if not (rest >= 1).any():
        return suppressed(people, question.lines, least)
    unknown = len(people)
    lines = [np.append(line, unknown) for line in question.lines]
    first, hidden = suppressed(np.vstack([people, np.maximum(rest, 0)]), lines, least)
    return first[:unknown], hidden[:unknown]


def _rest(whole: pd.DataFrame, question: Question, asked: Asked) -> pd.DataFrame:
    """People of each unit and time whose group is not known."""
    keys = [name for name in (asked.options.unit, asked.options.time) if name is not None]
    column = str(asked.people)
    known = question.frame.groupby(keys, observed=True)[column].sum().rename("__known__")
    rows = whole[[*keys, column]].join(known, on=keys)
    return rows.assign(**{column: rows[column].fillna(0.0) - rows["__known__"].fillna(0.0)})


def _people(rows: pd.DataFrame, unit: str | None, column: str, arms: pd.Series) -> FloatArray:
    """People by arm, comparison first: each unit's median over time."""
    each = rows[column].astype(float).fillna(0.0).groupby(rows[unit], observed=True).median()
    treated = arms.reindex(each.index).to_numpy(dtype=bool)
    return np.array([each[~treated].sum(), each[treated].sum()])


def _said(question: Question, first: BoolArray, hidden: BoolArray, least: int) -> list[Hidden]:
    small = [level for level, few in zip(question.levels, first, strict=True) if few]
    beside = f"hidden with {', '.join(small)}" if small else "hidden with people of no known group"
    return [
        ("few_people", f"fewer than {least} people in an arm")
        if few
        else ("beside_few", beside)
        if off
        else None
        for few, off in zip(first, hidden, strict=True)
    ]
