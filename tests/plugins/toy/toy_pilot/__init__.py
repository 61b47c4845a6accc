"""A package that adds an estimator, a file format and a readout section to pilotlab."""

from pilotlab.spec.engine import Entry

TOY = Entry(
    "toy_pilot.estimator:fit",
    estimand="mean effect on the treated units, units weighing alike, as a toy sees it",
    formula="per unit, last value after the start minus last value before it; treated minus comparison",
    source="The authors of the toy",
    inferences=("randomization", "cr2", "cluster"),
)
