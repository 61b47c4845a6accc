"""The panels of an arm, in their order: a question, the finding, the charts, and the table twin of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pilotlab.readout.charts.adherence_chart import plot_adherence
from pilotlab.readout.charts.event_study_chart import plot_event_study
from pilotlab.readout.charts.presence_chart import plot_presence
from pilotlab.readout.charts.promises_chart import plot_promises
from pilotlab.readout.charts.result_chart import plot_result
from pilotlab.readout.charts.robustness_chart import plot_robustness
from pilotlab.readout.charts.slices_chart import plot_slices
from pilotlab.readout.document import twins
from pilotlab.readout.document.model import Arm, Readout, Slices
from pilotlab.readout.document.page_two import GateItem, RobustnessCard, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A chart with its table twin, "A1"."""

    name: str  # the chart's id
    svg: str
    twin: str
    table: Table
    brief: int = 0  # so many rows at the top sum up the rest

    @property
    def anchor(self) -> str:
        """The twin's place on the page."""
        return f"tab-{self.twin.lower()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One question on page one. `gate` holds the conditions where the panel is a list and not a chart."""

    name: str
    question: str
    finding: str
    note: str = ""
    figures: tuple[Figure, ...] = ()
    gate: tuple[GateItem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A goal's other analyses, plotted."""

    card: RobustnessCard
    figure: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmPanels:
    """An arm with its panels; `extra` holds those that page one has no room for, `cards` one a goal analysed otherwise."""

    arm: Arm
    panels: tuple[Panel, ...]
    extra: tuple[Panel, ...] = ()
    cards: tuple[Card, ...] = ()

    @property
    def more(self) -> str:
        """Head the panels that page one has no room for."""
        if not _later_slices(self.arm):
            return "When the other goal moved"
        return "For whom, by more measures" if len(self.arm.timing) < 2 else "The other goal, and for whom"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plotted:
    """Every chart of a readout."""

    arms: tuple[ArmPanels, ...]
    presence: Figure | None = None

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every chart, in the order of the tables A1, A2, …."""
        panels = [panel for arm in self.arms for panel in (*arm.panels, *arm.extra)]
        charts = [figure for panel in panels for figure in panel.figures]
        cards = [card.figure for arm in self.arms for card in arm.cards]
        return (*charts, *([self.presence] if self.presence else []), *cards)


def plot_panels(readout: Readout) -> Plotted:
    """Plot everything once; tables are numbered in the order of the page."""
    arms = [_arm(arm, place) for place, arm in enumerate(readout.arms)]
    completeness = readout.trust.completeness
    presence = None
    if any(group.shares for group in completeness.groups):
        svg = plot_presence("c-presence", completeness)
        presence = Figure(name="c-presence", svg=svg, twin="", table=twins.presence_table(completeness))
    return _numbered(Plotted(arms=tuple(arms), presence=presence))


def _arm(arm: Arm, place: int) -> ArmPanels:
    tag = "" if place == 0 else f"{place + 1}"
    extra = (
        *(_timing(arm, tag, later) for later in range(1, len(arm.timing))),
        *(_for_whom(each, f"{tag}-slices-{at}") for at, each in enumerate(_later_slices(arm), start=2)),
    )
    cards = tuple(_card(card, f"c{tag}-robust", at) for at, card in enumerate(arm.robustness))
    return ArmPanels(arm=arm, panels=tuple(_panels(arm, tag)), extra=extra, cards=cards)


def _panels(arm: Arm, tag: str) -> Iterator[Panel]:
    if arm.goals:
        yield _result(arm, tag)
    if arm.promises:
        figure = _figure(
            f"c{tag}-promises",
            plot_promises(f"c{tag}-promises", arm.promises),
            twins.promises_table(arm.promises),
        )
        yield Panel(
            name=f"p{tag}-promises",
            question="Promises kept" if any(row.deciding for row in arm.promises.rows) else "Watched",
            finding=arm.promises.finding,
            note=arm.promises.note if any(row.limit is not None for row in arm.promises.rows) else "",
            figures=(figure,),
        )
    if arm.timing:
        yield _timing(arm, tag, 0)
    if arm.adherence:
        figure = _figure(
            f"c{tag}-dose",
            plot_adherence(f"c{tag}-dose", arm.adherence),
            twins.adherence_table(arm.adherence),
        )
        yield Panel(
            name=f"p{tag}-dose",
            question="Did the policy happen",
            finding=arm.adherence.finding,
            note=arm.adherence.note,
            figures=(figure,),
        )
    if _shows_gate(arm):
        yield _gate(arm, tag)
    elif arm.slices and arm.slices.rows:
        yield _for_whom(arm.slices, f"{tag}-slices")


def _shows_gate(arm: Arm) -> bool:
    return not arm.decision.decided and bool(arm.gate)


def _later_slices(arm: Arm) -> tuple[Slices, ...]:
    """What page one has no room for: the gate stands in the first one's place."""
    first = (arm.slices,) if arm.slices and _shows_gate(arm) else ()
    return tuple(each for each in (*first, *arm.more_slices) if each.rows)


def _for_whom(slices: Slices, name: str) -> Panel:
    figure = _figure(f"c{name}", plot_slices(f"c{name}", slices), twins.slices_table(slices))
    return Panel(
        name=f"p{name}",
        question="For whom",
        finding=slices.finding,
        note=slices.note,
        figures=(figure,),
    )


def _result(arm: Arm, tag: str) -> Panel:
    several = len(arm.goals) > 1
    figures = []
    for place, goal in enumerate(arm.goals):
        name = f"c{tag}-bar" if place == 0 else f"c{tag}-bar-{place + 1}"
        figures.append(_figure(name, plot_result(name, goal, means=not several), twins.result_table(goal)))
    findings = "; ".join(f"{goal.label}, {goal.finding[:1].lower()}{goal.finding[1:]}" for goal in arm.goals)
    first = arm.goals[0]
    question = "The bar against the result"
    if first.bar is None:
        question = "The limit against the result" if first.limit is not None else "The result"
    return Panel(
        name=f"p{tag}-bar",
        question=question,
        finding=findings if several else first.finding,
        note=first.note,
        figures=tuple(figures),
    )


def _timing(arm: Arm, tag: str, place: int) -> Panel:
    study = arm.timing[place]
    name = f"c{tag}-event" if place == 0 else f"c{tag}-event-{place + 1}"
    figure = _figure(name, plot_event_study(name, study), twins.event_table(study))
    question = "When it happened" if len(arm.timing) == 1 else f"When it happened: {study.label}"
    return Panel(
        name=f"p{name[1:]}", question=question, finding=study.finding, note=study.note, figures=(figure,)
    )


def _gate(arm: Arm, tag: str) -> Panel:
    missing = [item for item in arm.gate if item.state == "not met"]
    met = sum(item.state == "met" for item in arm.gate)
    if missing:
        finding = "What is missing: " + "; ".join(
            item.condition[:1].lower() + item.condition[1:] for item in missing
        )
    else:
        finding = f"{met} of {len(arm.gate)} conditions met, none missed"
    return Panel(
        name=f"p{tag}-gate",
        question="The trust gate",
        finding=finding,
        gate=tuple(sorted(arm.gate, key=lambda item: item.state != "not met")),
    )


def _card(card: RobustnessCard, stem: str, place: int) -> Card:
    name = stem if place == 0 else f"{stem}-{place + 1}"
    return Card(card=card, figure=_figure(name, plot_robustness(name, card), twins.robustness_table(card)))


def _figure(name: str, svg: str, table: Table, *, brief: int = 0) -> Figure:
    return Figure(name=name, svg=svg, twin="", table=table, brief=brief)


def _numbered(plotted: Plotted) -> Plotted:
    order = {figure.name: f"A{place}" for place, figure in enumerate(plotted.figures, start=1)}

    def figure(one: Figure) -> Figure:
        return replace(one, twin=order[one.name])

    def panels(some: tuple[Panel, ...]) -> tuple[Panel, ...]:
        return tuple(replace(panel, figures=tuple(map(figure, panel.figures))) for panel in some)

    def cards(some: tuple[Card, ...]) -> tuple[Card, ...]:
        return tuple(replace(card, figure=figure(card.figure)) for card in some)

    arms = tuple(
        replace(arm, panels=panels(arm.panels), extra=panels(arm.extra), cards=cards(arm.cards))
        for arm in plotted.arms
    )
    return Plotted(arms=arms, presence=figure(plotted.presence) if plotted.presence else None)
