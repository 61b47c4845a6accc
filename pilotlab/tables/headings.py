"""Headings: names that people give to columns, and the column each of them stands for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from types import MappingProxyType

CALLED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "team": (
            "team name, teamname, team id, squad, squad name, crew, group, unit, org unit, organisational unit, department, "
            "gruppe, abteilung, mannschaft, einheit, organisationseinheit, équipe, nom de l'équipe, groupe, service, squadra",
        ),
        "week": (
            "iso week, calendar week, week number, week no, week of, week starting, week beginning, week commencing, week start, "
            "week ending, week end, wk, w/c, cw, date, day, period, monday, kw, kalenderwoche, woche, datum, montag, zeitraum, "
            "semaine, date de début, lundi, période, settimana, data, reporting week, reporting period, timestamp",
        ),
        "metric": (
            "measure, kpi, indicator, variable, question, kennzahl, messgröße, indikator, indicateur, mesure",
        ),
        "value": (
            "result, score, mean, average, wert, ergebnis, mittelwert, valeur, résultat, moyenne, valore",
        ),
        "n": (
            "respondents, responses, answers, number of answers, number of respondents, n respondents, sample size, antworten, "
            "anzahl antworten, anzahl, teilnehmer, réponses, répondants, nombre de réponses, effectif répondant",
        ),
        "gap": ("reason, gap reason, why missing, missing because, grund, raison, motif",),
        "slice": ("segment, subgroup, untergruppe, sous-groupe",),
        "numerator": ("count, events, zähler, numérateur",),
        "denominator": ("of, exposure, base, total of, nenner, dénominateur",),
        "size": (
            "headcount, head count, hc, members, member count, people, employees, staff, fte, team size, number of people, "
            "mitarbeiter, mitarbeitende, mitarbeiterzahl, anzahl mitarbeiter, personen, kopfzahl, größe, teamgröße, effectif, "
            "effectifs, taille, nombre de personnes",
        ),
        "site": ("location, office, city, place, standort, ort, büro, lieu, bureau, ville, sede",),
        "function": ("discipline, area, division, funktion, bereich, fonction, domaine",),
        "country": ("land, pays, paese, country code",),
        "lead": (
            "manager, team lead, teamlead, leader, teamleiter, teamleitung, leitung, responsable, chef",
        ),
    }
)


def folded(name: str) -> str:
    """A name without case, accents, punctuation and doubled blanks: `Team_Name ` is `team name`."""
    bare = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", name.casefold())
        if not unicodedata.combining(letter)
    )
    return " ".join(re.sub(r"[^\w]+|_", " ", bare).split())


_STANDS_FOR: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        column: (folded(column), *(folded(name) for name in names[0].split(", ")))
        for column, names in CALLED.items()
    }
)


def offered(name: str, wanted: Collection[str]) -> str:
    """Return the wanted column that a heading stands for, or nothing: `Headcount` is `size`."""
    word = folded(name)
    return next((column for column in wanted if word in _STANDS_FOR.get(column, (folded(column),))), "")


def meant(name: str, wanted: Collection[str]) -> str:
    """Return a "; did you mean 'size'?" suffix for a heading that people use, or nothing."""
    column = offered(name, wanted)
    return f"; did you mean {column!r}?" if column else ""
