"""What is measured: the table of tasks, with sizes, programs, and how near their numbers must be."""

from __future__ import annotations

from dataclasses import dataclass, field

PATH = ("att at -3", "att at -2", "att at +0", "att at +1", "att at +4")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task.

    Attributes
    ----------
    panel : str
        Which of the data of `panels.py`.
    near : dict
        By number: largest distance between ours and a peer's, relative unless it is a p or a bound.
    sizes : dict
        By size: the peers that are asked; large sizes leave out those that took minutes at a smaller one.
    bar : float, optional
        The ratio to the best peer that we want.
    """

    title: str
    panel: str
    sizes: dict[str, tuple[str, ...]]
    near: dict[str, float] = field(default_factory=dict)
    bar: float | None = None
    apart: str = ""  # what may differ, and why


TASKS = {
    "twfe": Task(
        title="TWFE, standard error by team",
        panel="staggered",
        sizes={
            "S": ("pyfixest", "statsmodels", "linearmodels"),
            "M": ("pyfixest", "statsmodels", "linearmodels"),
            "L": ("pyfixest", "statsmodels", "linearmodels"),
            "XL": ("pyfixest", "statsmodels"),
        },
        near={"att": 1e-6, "se": 0.02},
        bar=3,
        apart="small-sample factors of the SE differ: weeks counted or not, G/(G-1) or not",
    ),
    "event_study": Task(
        title="event study, standard errors by team",
        panel="staggered",
        sizes={"S": ("pyfixest",), "M": ("pyfixest",), "L": ("pyfixest",), "XL": ()},
        near=dict.fromkeys(PATH, 1e-6) | {"se at +0": 1e-4},
        bar=10,
    ),
    "group_time": Task(
        title="Callaway & Sant'Anna by event time, band of 999 draws",
        panel="staggered",
        sizes={
            "S": ("diff_diff", "moderndid", "csdid"),
            "M": ("diff_diff", "moderndid", "csdid"),
            "L": ("diff_diff", "moderndid"),
            "XL": (),
        },
        near=dict.fromkeys(PATH, 1e-6) | {"se at +0": 0.15},
        bar=3,
        apart="our SE is analytic, theirs comes from the 999 draws",
    ),
    "imputation": Task(
        title="Borusyak, Jaravel & Spiess with standard error",
        panel="staggered",
        sizes={"S": ("diff_diff",), "M": ("diff_diff",), "L": ("diff_diff",), "XL": ()},
        near={"att": 1e-6, "se": 1e-4},
        bar=5,
    ),
    "wild": Task(
        title="wild bootstrap, 9,999 draws, 40 clusters",
        panel="one_start",
        sizes={"S": ("pyfixest", "diff_diff")},
        near={"att": 1e-6, "p": 0.01},
        bar=10,
        apart="ours gives the interval too",
    ),
    "randomization": Task(
        title="randomisation, 9,999 draws, 40 teams",
        panel="one_start",
        sizes={"S": ("pyfixest", "ritest", "diff_diff")},
        near={"att": 1e-6, "p": 0.01},
        bar=5,
        apart="ours gives the interval too",
    ),
    "randomization_exact": Task(
        title="randomisation, all 184,756 draws, 20 teams", panel="twenty", sizes={"S": ()}
    ),
    "synthetic_did": Task(
        title="synthetic difference-in-differences, 200 placebos",
        panel="few_treated",
        sizes={"S": ("diff_diff", "synthdid")},
        near={"att": 1e-3, "se": 0.15},
        bar=3,
        apart="the SE comes from 200 random placebos",
    ),
    "honest": Task(
        title="HonestDiD, C-LF, one m",
        panel="path",
        sizes={"S": ("moderndid",)},
        near={"low": 0.01, "high": 0.01},
        bar=50,
        apart="the peer walks a grid (step .002) and draws a critical value: its ends move by .004 from seed to seed",
    ),
    "honest_breakdown": Task(
        title="HonestDiD, C-LF, one m and the breakdown value", panel="path", sizes={"S": ()}
    ),
}
ABSOLUTE = {"p", "low", "high"}


def distance(number: str, ours: float, theirs: float) -> float:
    """How far apart two programs are."""
    gap = abs(ours - theirs)
    return gap if number in ABSOLUTE else gap / max(abs(ours), abs(theirs), 1e-9)


def disagreements(task: Task, ours: dict[str, float], theirs: dict[str, float]) -> list[str]:
    """Name the numbers that are further apart than the task allows."""
    return [
        f"{number}: {ours[number]:.6g} and {theirs[number]:.6g}"
        for number, allowed in task.near.items()
        if not distance(number, ours[number], theirs[number]) <= allowed
    ]
