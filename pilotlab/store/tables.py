"""Tables: every table and column of the store, listed once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

GAPS: dict[str, str] = {
    "leave": "L",
    "holiday": "H",
    "no_work": "N",
    "forgot": "F",
    "not_applicable": "A",
}
"""Reasons for a gap, with the letter that stands for each in a map; the list is closed."""

SCHEMA_VERSION = 2
APPLICATION_ID = 0x504C4142  # "PLAB": tells our file from another program's


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its SQL, what it means, and the schema version that brought it."""

    name: str
    sql: str
    means: str
    since: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """A table: columns, what a row is, constraints over several columns."""

    name: str
    means: str
    columns: tuple[Column, ...]
    constraints: tuple[str, ...] = ()
    without_rowid: bool = False
    since: int = 1

    def create(self) -> str:
        """Return the statement that makes the table."""
        lines = [f"{column.name} {column.sql}" for column in self.columns] + list(self.constraints)
        return (
            f"CREATE TABLE {self.name} (\n  "
            + ",\n  ".join(lines)
            + "\n)"
            + (" WITHOUT ROWID" if self.without_rowid else "")
        )


_GAP = "gap IN (" + ", ".join(f"'{gap}'" for gap in GAPS) + ")"
_STATE = f"CHECK ((value IS NULL) <> (gap IS NULL) AND (gap IS NULL OR {_GAP}))"
_ACT = "INTEGER NOT NULL REFERENCES ledger(seq) DEFERRABLE INITIALLY DEFERRED"


def _act(verb: str) -> tuple[Column, ...]:
    return (
        Column("at", "TEXT NOT NULL", f"when it was {verb}, UTC"),
        Column("actor", "TEXT NOT NULL", f"by whom it was {verb}"),
        Column("ledger_seq", _ACT, "the act in the ledger"),
    )


_FIRST = Column(
    "ledger_seq",
    "INTEGER REFERENCES ledger(seq) DEFERRABLE INITIALLY DEFERRED",
    "the act that first named it; null before schema 2",
    since=2,
)
_CONTENT = (
    Column("content", "TEXT NOT NULL", "as JSON"),
    Column("digest", "TEXT NOT NULL", "SHA-256 of the content's canonical JSON"),
)
_CELL = (
    Column("value", "REAL", "in the metric's unit; null where there is a gap"),
    Column("gap", "TEXT", "reason why there is no value; null where there is one"),
    Column("numerator", "REAL", "of a share, where given"),
    Column("denominator", "REAL", "of a share, where given"),
    Column("n", "INTEGER", "people or events behind the value, where given"),
)

TABLES: tuple[Table, ...] = (
    Table(
        "ledger",
        "every act that changed the store, each row sealed with the one before",
        (
            Column("seq", "INTEGER PRIMARY KEY", "1, 2, 3, ..."),
            Column("at", "TEXT NOT NULL", "when, UTC"),
            Column("actor", "TEXT NOT NULL", "who"),
            Column("verb", "TEXT NOT NULL", "log, import, assign, freeze, amend, ..."),
            Column("object", "TEXT NOT NULL", "what it was done to"),
            Column("digest", "TEXT NOT NULL", "SHA-256 of what was written"),
            Column("previous", "TEXT NOT NULL", "hash of the row before; empty in the first"),
            Column("hash", "TEXT NOT NULL UNIQUE", "SHA-256 of all the other columns"),
            Column("login", "TEXT NOT NULL DEFAULT ''", "login under which the act ran", since=2),
            Column(
                "rule", "INTEGER NOT NULL DEFAULT 1", "how the row is sealed: 2 covers every column", since=2
            ),
        ),
    ),
    Table(
        "origins",
        "how this file came to be: begun, brought to a newer schema, restored from a backup, begun anew",
        (
            Column("origin", "INTEGER PRIMARY KEY", "key"),
            Column("kind", "TEXT NOT NULL", "begin, upgrade, restore or anew"),
            Column("source", "TEXT NOT NULL", "schema it had, or file it came from; empty otherwise"),
            Column("replaced_seq", "INTEGER", "last ledger row of the store that it replaced"),
            Column("replaced_hash", "TEXT", "hash of that row"),
            Column("snapshot", "TEXT", "digest of all rows that an upgrade found, but entries"),
            Column("why", "TEXT NOT NULL", "reason; empty where none was needed"),
            *_act("done"),
        ),
        since=2,
    ),
    Table(
        "teams",
        "units that report: teams, or the anonymous people of a published study",
        (
            Column("team_id", "INTEGER PRIMARY KEY", "key"),
            Column("name", "TEXT NOT NULL UNIQUE", "name under which the team was first seen; never changes"),
            _FIRST,
        ),
    ),
    Table(
        "team_names",
        "later names of a team, each from a week on",
        (
            Column("name", "TEXT PRIMARY KEY", "the later name"),
            Column("team_id", "INTEGER NOT NULL REFERENCES teams(team_id)", "the team"),
            Column("valid_from", "INTEGER NOT NULL", "first week of the name, 202637 for 2026-W37"),
            Column("valid_to", "INTEGER", "last week of the name; null while it holds"),
            Column("why", "TEXT NOT NULL", "reason"),
            *_act("renamed"),
        ),
    ),
    Table(
        "metrics",
        "metrics that were ever logged, as they were defined then",
        (
            Column("metric_id", "INTEGER PRIMARY KEY", "key"),
            Column("id", "TEXT NOT NULL", "name, as cycle_time_p50"),
            Column("version", "INTEGER NOT NULL", "version of the definition"),
            Column("spec", "TEXT NOT NULL", "definition as JSON"),
            _FIRST,
        ),
        ("UNIQUE (id, version)",),
    ),
    Table(
        "submissions",
        "acts of logging or importing; append-only",
        (
            Column("submission", "INTEGER PRIMARY KEY", "key"),
            Column("source", "TEXT NOT NULL", "'log', or the imported file's name"),
            Column(
                "content_digest",
                "TEXT",
                "digest of all rows of an imported file, in any order; null for `log`",
            ),
            Column("why", "TEXT NOT NULL", "reason of a correction; empty otherwise"),
            Column("first_entry", "INTEGER NOT NULL", "first of its entries"),
            Column("entries", "INTEGER NOT NULL", "how many it wrote"),
            *_act("submitted"),
            Column(
                "digest",
                "TEXT",
                "SHA-256 of the entries it wrote; in older rows the ledger's digest",
                since=2,
            ),
        ),
    ),
    Table(
        "entries",
        "every value or gap ever logged; append-only, a correction is a newer revision",
        (
            Column("entry_id", "INTEGER PRIMARY KEY", "key"),
            Column("metric", "INTEGER NOT NULL REFERENCES metrics(metric_id)", "metric"),
            Column("week", "INTEGER NOT NULL", "202637 for 2026-W37"),
            Column("team", "INTEGER NOT NULL REFERENCES teams(team_id)", "team"),
            Column("slice", "TEXT NOT NULL", "group within the team; empty for all of it"),
            *_CELL,
            Column("revision", "INTEGER NOT NULL", "1, then 2 for its first correction, ..."),
            Column(
                "submission", "INTEGER NOT NULL REFERENCES submissions(submission)", "the act that wrote it"
            ),
        ),
        (_STATE,),
    ),
    Table(
        "observations",
        "the current revision of each metric, week, team and slice: what analysis reads",
        (
            Column("metric", "INTEGER NOT NULL REFERENCES metrics(metric_id)", "metric"),
            Column("week", "INTEGER NOT NULL", "202637 for 2026-W37"),
            Column("team", "INTEGER NOT NULL REFERENCES teams(team_id)", "team"),
            Column("slice", "TEXT NOT NULL", "group within the team; empty for all of it"),
            *_CELL,
            Column("revision", "INTEGER NOT NULL", "1, then 2 for its first correction, ..."),
            Column("submission", "INTEGER NOT NULL", "the act that wrote this revision"),
            Column("first_submission", "INTEGER NOT NULL", "the act that wrote the first"),
        ),
        ("PRIMARY KEY (metric, week, team, slice)",),
        without_rowid=True,
    ),
    Table(
        "pilots",
        "declarations, as they were when something was done with them; the newest holds",
        (Column("pilot", "TEXT NOT NULL", "folder's name"), *_CONTENT, *_act("recorded")),
        ("PRIMARY KEY (pilot, ledger_seq)",),
    ),
    Table(
        "draws",
        "every draw of teams to arms that was made; the newest holds",
        (
            Column("draw", "INTEGER PRIMARY KEY", "key"),
            Column("pilot", "TEXT NOT NULL", "pilot"),
            Column("method", "TEXT NOT NULL", "complete, stratified, declared, ..."),
            Column("seed", "INTEGER", "seed of the draw"),
            Column("input_digest", "TEXT NOT NULL", "digest of the teams and options it started from"),
            Column("balance", "TEXT NOT NULL", "balance table as JSON"),
            *_CONTENT,
            *_act("drawn"),
        ),
    ),
    Table(
        "assignments",
        "teams of a draw, with their arms",
        (
            Column("draw", "INTEGER NOT NULL REFERENCES draws(draw)", "draw"),
            Column("team", "INTEGER NOT NULL REFERENCES teams(team_id)", "team"),
            Column("arm", "TEXT NOT NULL", "arm"),
            Column("start", "INTEGER", "first pilot week; null in control"),
            Column("stratum", "TEXT NOT NULL", "stratum or pair; empty without"),
            Column("cluster", "TEXT NOT NULL", "teams that moved together; empty where alone"),
        ),
        ("PRIMARY KEY (draw, team)",),
        without_rowid=True,
    ),
    Table(
        "freezes",
        "frozen plans: declaration, metric versions, assignment, rule, program version",
        (Column("pilot", "TEXT PRIMARY KEY", "pilot"), *_CONTENT, *_act("frozen")),
    ),
    Table(
        "amendments",
        "changes of a frozen plan",
        (
            Column("pilot", "TEXT NOT NULL REFERENCES freezes(pilot)", "pilot"),
            Column("number", "INTEGER NOT NULL", "1, 2, ... within the pilot"),
            Column("why", "TEXT NOT NULL", "reason"),
            Column(
                "seen_data",
                "INTEGER NOT NULL CHECK (seen_data IN (0, 1))",
                "1 where pilot weeks had been seen",
            ),
            *_CONTENT,
            *_act("amended"),
        ),
        ("PRIMARY KEY (pilot, number)",),
    ),
    *(
        Table(
            name,
            means,
            (
                Column(key, "INTEGER PRIMARY KEY", "key"),
                Column("pilot", "TEXT NOT NULL", "pilot"),
                *_CONTENT,
                *_act(verb),
            ),
        )
        for name, key, means, verb in (
            ("runs", "run", "analyses that were run: digests, seed, version, results", "run"),
            ("decisions", "decision", "verdicts with their inputs", "decided"),
            ("readouts", "readout", "readouts that were written", "written"),
        )
    ),
    Table(
        "releases",
        "what was shown of results, to whom, and which people stood behind it",
        (
            Column("release", "INTEGER PRIMARY KEY", "key"),
            Column("pilot", "TEXT NOT NULL", "pilot"),
            Column("object", "TEXT NOT NULL", "kind of what was shown: mean, effect, count, ..."),
            Column("metric", "TEXT NOT NULL", "metric, as id@version; empty where it is about none"),
            Column("part", "TEXT NOT NULL", "arm, team or slice it is about; empty for the whole pilot"),
            Column("period", "TEXT NOT NULL", "weeks it is about, as 2027-W01..2027-W04; empty for all"),
            Column("audience", "TEXT NOT NULL", "to whom: the command or page that showed it"),
            Column("behind", "TEXT NOT NULL", "digest of the people behind it"),
            *_CONTENT,
            *_act("shown"),
        ),
        since=2,
    ),
)

BY_ACT = tuple(table.name for table in TABLES if any(column.name == "ledger_seq" for column in table.columns))
"""Tables whose rows name the act that wrote them."""

INDEXES: tuple[str, ...] = (
    *(f"CREATE INDEX {name}_act ON {name} (ledger_seq)" for name in BY_ACT),
    "CREATE UNIQUE INDEX entries_corrections ON entries (metric, week, team, slice, revision) WHERE revision > 1",
    "CREATE INDEX submissions_content ON submissions (content_digest)",
    "CREATE INDEX draws_pilot ON draws (pilot)",
    "CREATE INDEX releases_object ON releases (pilot, object, metric, part, period)",
)

APPEND_ONLY = (
    "origins",
    "teams",
    "metrics",
    "pilots",
    "entries",
    "submissions",
    "ledger",
    "draws",
    "assignments",
    "freezes",
    "amendments",
    "runs",
    "decisions",
    "readouts",
    "releases",
)

VIEWS: dict[str, str] = {  # `raw_`: before any threshold of what may be shown
    "released": """
SELECT r.pilot, r.object, r.metric, r.part, r.period, r.audience, r.content, r.at, r.actor
FROM releases r
WHERE r.release = (SELECT max(release) FROM releases newest WHERE newest.pilot = r.pilot AND newest.object = r.object
                   AND newest.metric = r.metric AND newest.part = r.part AND newest.period = r.period)""",
    "raw_entries": """
SELECT e.entry_id, t.name AS team, printf('%d-W%02d', e.week / 100, e.week % 100) AS week,
       m.id AS metric, m.version AS metric_version, e.slice, e.value, e.gap, e.numerator, e.denominator, e.n,
       e.revision, s.actor, s.source, s.content_digest AS source_digest, s.at, s.why
FROM entries e JOIN teams t ON t.team_id = e.team JOIN metrics m ON m.metric_id = e.metric
JOIN submissions s ON s.submission = e.submission""",
    "raw_observations": """
SELECT t.name AS team, printf('%d-W%02d', o.week / 100, o.week % 100) AS week,
       m.id AS metric, m.version AS metric_version, o.slice, o.value, o.gap, o.numerator, o.denominator, o.n,
       o.revision, s.actor, s.source, s.at, s.why
FROM observations o JOIN teams t ON t.team_id = o.team JOIN metrics m ON m.metric_id = o.metric
JOIN submissions s ON s.submission = o.submission""",
    "raw_assignments": """
SELECT d.pilot, t.name AS team, a.arm, CASE WHEN a.start THEN printf('%d-W%02d', a.start / 100, a.start % 100) END AS start, a.stratum, a.cluster
FROM assignments a JOIN draws d ON d.draw = a.draw JOIN teams t ON t.team_id = a.team
WHERE d.draw = (SELECT max(draw) FROM draws newest WHERE newest.pilot = d.pilot)""",
}


def triggers() -> Iterator[tuple[str, str]]:
    """Yield (name, statement) of the triggers that keep history as it was."""
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            name = f"{table}_no_{verb.lower()}"
            yield (
                name,
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
            )
    yield (
        "ledger_follows",
        "CREATE TRIGGER ledger_follows BEFORE INSERT ON ledger\n"
        "WHEN NEW.seq IS NOT (SELECT ifnull(max(seq), 0) + 1 FROM ledger)\n"
        "  OR NEW.previous IS NOT ifnull((SELECT hash FROM ledger ORDER BY seq DESC LIMIT 1), '')\n"
        "  OR NEW.rule < ifnull((SELECT rule FROM ledger ORDER BY seq DESC LIMIT 1), 0)\n"
        "BEGIN SELECT RAISE(ABORT, 'ledger: a row must follow the one before'); END",
    )


def statements() -> dict[tuple[str, str], str]:
    """Return every statement that makes the file, by kind and name, as SQLite keeps it."""
    made = {("table", table.name): table.create() for table in TABLES}
    made |= {("index", statement.split(" INDEX ")[1].split()[0]): statement for statement in INDEXES}
    made |= {("view", name): f"CREATE VIEW {name} AS {select.strip()}" for name, select in VIEWS.items()}
    return made | {("trigger", name): statement for name, statement in triggers()}
