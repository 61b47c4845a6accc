"""The toy's section of the readout: what the policy costs."""

from __future__ import annotations

from pilotlab.decide.course import Course
from pilotlab.readout.document.model import Added, Row, Table


def build(course: Course) -> Added | None:
    """Say what the pilot's teams are, in a sentence, a row and a table."""
    teams = course.plan.assigned.teams
    return Added(
        name="toy",
        title="What the toy <adds>",
        paragraphs=(f"The toy counts **{len(teams)}** teams.",),
        rows=(Row(label="Verdict", text=course.decision.verdict),),
        tables=(
            Table(
                title="Arms",
                columns=("Arm", "Teams"),
                rows=tuple(
                    (arm, str(len(course.plan.assigned.of(arm)))) for arm in course.plan.assigned.arms
                ),
                numeric=(1,),
            ),
        ),
    )
