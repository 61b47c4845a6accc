"""What holds for every small randomised design: the closed form is the brute-force inversion, in exact fractions."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from operator import mul

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilotlab.stats.randomization.draws import Design
from pilotlab.stats.randomization.sharp_null import randomization_test


@dataclass(frozen=True)
class Case:
    """A design, written out for the brute force: arm, stratum and cluster of each unit."""

    z: tuple[int, ...]
    strata: tuple[int, ...]
    cluster: tuple[int, ...]

    @property
    def design(self) -> Design:
        return Design.stratified(self.z, self.strata, cluster=self.cluster)

    @cache  # noqa: B019
    def draws(self) -> list[tuple[int, ...]]:
        """Every assignment of clusters with the numbers treated of each stratum, found by trying them all."""
        labels = sorted(set(self.cluster))
        stratum = {label: self.strata[self.cluster.index(label)] for label in labels}
        made = tuple(self.z[self.cluster.index(label)] for label in labels)
        found = []
        for tried in itertools.product((0, 1), repeat=len(labels)):
            if self._treated(tried, labels, stratum) == self._treated(made, labels, stratum):
                arm = dict(zip(labels, tried, strict=True))
                found.append(tuple(arm[label] for label in self.cluster))
        return found

    def _treated(self, tried: tuple[int, ...], labels: list[int], stratum: dict[int, int]) -> dict[int, int]:
        held = dict.fromkeys(stratum.values(), 0)
        for label, arm in zip(labels, tried, strict=True):
            held[stratum[label]] += arm
        return held

    def statistic(self, change: list[Fraction], z: tuple[int, ...]) -> Fraction:
        """T(z) from its definition."""
        total = Fraction(0)
        for stratum in set(self.strata):
            inside = [unit for unit in range(len(z)) if self.strata[unit] == stratum]
            treated = [change[unit] for unit in inside if z[unit]]
            others = [change[unit] for unit in inside if not z[unit]]
            difference = sum(treated) / Fraction(len(treated)) - sum(others) / Fraction(len(others))
            total += Fraction(len(inside), len(z)) * difference
        return total

    @cache  # noqa: B019 - the cases are few
    def weights(self) -> list[list[Fraction]]:
        """What each unit counts in T(z), draw by draw: T of a change of one in that unit alone."""
        units = range(len(self.z))
        return [
            [self.statistic([Fraction(one == unit) for one in units], z) for unit in units]
            for z in self.draws()
        ]

    def p(self, change: list[Fraction], effect: Fraction, tail: str) -> Fraction:
        """Refit every draw with the effect removed from the treated, and count."""
        removed = [value - effect * arm for value, arm in zip(change, self.z, strict=True)]
        drawn = [sum(map(mul, weights, removed)) for weights in self.weights()]
        observed = drawn[self.draws().index(self.z)]
        if tail == "upper":
            return Fraction(sum(one >= observed for one in drawn), len(drawn))
        if tail == "lower":
            return Fraction(sum(one <= observed for one in drawn), len(drawn))
        return Fraction(sum(abs(one) >= abs(observed) for one in drawn), len(drawn))


def alone(z: list[int], strata: list[int] | None = None) -> Case:
    return Case(tuple(z), tuple(strata or [0] * len(z)), tuple(range(len(z))))


CASES = {
    "3 against 3": alone([1, 0, 1, 0, 1, 0]),
    "2 against 4": alone([1, 0, 0, 0, 1, 0]),
    "5 against 2": alone([1, 1, 1, 0, 1, 0, 1]),
    "4 against 4": alone([1, 1, 1, 1, 0, 0, 0, 0]),
    "equal strata": alone([1, 1, 0, 0, 1, 0], [0, 0, 0, 0, 1, 1]),
    "unequal strata": alone([1, 0, 0, 1, 1, 0, 0, 1], [0, 0, 0, 1, 1, 1, 1, 1]),
    "4 pairs": alone([1, 0, 0, 1, 1, 0, 0, 1], [0, 0, 1, 1, 2, 2, 3, 3]),
    "5 pairs": alone([1, 0] * 5, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]),
    "equal clusters": Case((1, 1, 0, 0, 1, 1, 0, 0), (0,) * 8, (0, 0, 1, 1, 2, 2, 3, 3)),
    "unequal clusters": Case((1, 1, 1, 0, 0, 1, 0, 0), (0,) * 8, (0, 0, 0, 1, 2, 3, 4, 4)),
    "clusters in strata": Case((1, 1, 0, 0, 0, 1, 0), (0, 0, 0, 0, 1, 1, 1), (5, 5, 2, 1, 3, 4, 0)),
}
ALPHAS = (Fraction(1, 50), Fraction(1, 20), Fraction(1, 10), Fraction(1, 4), Fraction(1, 2))


@st.composite
def trials(draw: st.DrawFn) -> tuple[Case, list[Fraction]]:
    """A design and a whole-number change a unit, ties and all."""
    case = CASES[draw(st.sampled_from(sorted(CASES)))]
    values = draw(st.lists(st.integers(-6, 6), min_size=len(case.z), max_size=len(case.z)))
    return case, [Fraction(value) for value in values]


@settings(max_examples=80, deadline=None)
@given(trials())
def test_p_is_the_count_over_all_draws(trial: tuple[Case, list[Fraction]]) -> None:
    case, change = trial
    result = randomization_test([float(value) for value in change], case.z, case.design)
    assert result.n_draws == len(case.draws())
    assert result.att == pytest.approx(float(case.statistic(change, case.z)), abs=1e-12)
    for effect in (Fraction(0), Fraction(1), Fraction(-7, 3)):
        for tail in ("two-sided", "upper", "lower"):
            assert result.p_at(float(effect), tail) == float(case.p(change, effect, tail))


@settings(max_examples=60, deadline=None)
@given(trial=trials(), alpha=st.sampled_from(ALPHAS), scan=st.integers(3, 7))
def test_interval_is_the_brute_force_inversion(
    trial: tuple[Case, list[Fraction]], alpha: Fraction, scan: int
) -> None:
    case, change = trial
    result = randomization_test([float(value) for value in change], case.z, case.design)
    low, high = result.interval(float(alpha))
    lower, upper = result.bound("lower", float(alpha)), result.bound("upper", float(alpha))
    ends = {Fraction(end).limit_denominator(10_000) for end in (low, high, lower, upper) if np.isfinite(end)}
    nudge = Fraction(1, 10**6)
    tried = {end + step for end in ends for step in (-nudge, Fraction(0), nudge)}
    tried |= {Fraction(step, scan) for step in range(-12 * scan, 12 * scan, scan + 1)} | {
        Fraction(-(10**6)),
        Fraction(10**6),
    }
    for effect in tried:
        inside = float(effect)
        assert _between(low, inside, high) == (case.p(change, effect, "two-sided") > alpha)
        assert _between(lower, inside, np.inf) == (case.p(change, effect, "upper") > alpha)
        assert _between(-np.inf, inside, upper) == (case.p(change, effect, "lower") > alpha)


def _between(low: float, value: float, high: float) -> bool:
    return low - 1e-9 <= value <= high + 1e-9


@settings(max_examples=40, deadline=None)
@given(trials())
def test_enumerated_p_is_exact_at_every_attainable_level(trial: tuple[Case, list[Fraction]]) -> None:
    """Under the sharp null each draw was as likely: the share of draws with p <= a is a where a is attained, never more."""
    case, change = trial
    values, draws = np.array([float(value) for value in change]), case.draws()
    for tail in ("two-sided", "upper", "lower"):
        p = np.array(
            [
                randomization_test(values, z, Design.stratified(z, case.strata, cluster=case.cluster)).p_at(
                    0, tail
                )
                for z in draws
            ]
        )
        for level in {*p.tolist()}:
            assert np.mean(p <= level) == pytest.approx(level, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(trial=trials(), effect=st.floats(-50, 50), season=st.floats(-1e3, 1e3))
def test_an_injected_effect_moves_estimate_and_interval_by_itself(
    trial: tuple[Case, list[Fraction]], effect: float, season: float
) -> None:
    case, change = trial
    values, z = np.array([float(value) for value in change]), np.array(case.z)
    plain = randomization_test(values, z, case.design)
    moved = randomization_test(values + effect * z + season, z, case.design)
    assert moved.att == pytest.approx(plain.att + effect, abs=1e-9)
    for alpha in (0.05, 0.2, 0.5):
        ends = zip(plain.interval(alpha), moved.interval(alpha), strict=True)
        assert all(after == pytest.approx(before + effect, abs=1e-8) for before, after in ends)


@settings(max_examples=60, deadline=None)
@given(trial=trials(), order=st.randoms(use_true_random=False))
def test_the_order_of_units_does_not_matter(trial: tuple[Case, list[Fraction]], order: object) -> None:
    case, change = trial
    values = np.array([float(value) for value in change])
    place = np.array(order.sample(range(len(values)), len(values)))  # type: ignore[attr-defined]
    shuffled = Design.stratified(
        *(np.array(one)[place] for one in (case.z, case.strata)), cluster=np.array(case.cluster)[place]
    )
    plain = randomization_test(values, case.z, case.design)
    other = randomization_test(values[place], np.array(case.z)[place], shuffled)
    assert other.p_two_sided == plain.p_two_sided
    assert other.interval(0.2) == pytest.approx(plain.interval(0.2), abs=1e-12)
