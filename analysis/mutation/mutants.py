"""Mutants of the kernels: every place where one slip of the pen gives other code, and a seeded sample of them.

A mutant replaces one expression. What a reader is told (types, decorators, error messages, f-strings) is left alone.
"""

from __future__ import annotations

import ast
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
PAIRS = [
    "min max",
    "minimum maximum",
    "argmin argmax",
    "nanmin nanmax",
    "any all",
    "floor ceil",
    "left right",
]
OTHER = {one: two for pair in PAIRS for one, two in (pair.split(), pair.split()[::-1])}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One change to one expression: `source` is the text of its first line, `before` and `after` the expression."""

    module: str
    function: str
    line: int
    column: int  # in bytes, as ast counts
    kind: str
    source: str
    before: str
    after: str

    def apply(self, text: str) -> str:
        """Give the module's text with the expression replaced."""
        lines = text.encode().splitlines(keepends=True)
        start = sum(len(line) for line in lines[: self.line - 1]) + self.column
        whole, old = text.encode(), self.before.encode()
        if whole[start : start + len(old)] != old:
            raise ValueError(f"{self.module}:{self.line} does not hold {self.before!r}")
        return (whole[:start] + self.after.encode() + whole[start + len(old) :]).decode()


def mutants(path: Path) -> list[Mutant]:
    """Every mutant of one module, in the order of the text, none twice."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    found: dict[tuple[int, int, str, str], Mutant] = {}
    for node, function, kind, after in _walk(ast.parse(text), "module"):
        before = ast.get_source_segment(text, node) or ""
        key = (node.lineno, node.col_offset, before, after)
        found.setdefault(
            key,
            Mutant(
                module=path.stem,
                function=function,
                line=node.lineno,
                column=node.col_offset,
                kind=kind,
                source=lines[node.lineno - 1].strip(),
                before=before,
                after=after,
            ),
        )
    return [found[key] for key in sorted(found, key=lambda key: (key[0], key[1], len(key[2]), key[3]))]


def sample(modules: Sequence[Path], size: int, seed: int, least: int = 4) -> list[Mutant]:
    """At least `least` mutants of every module that has them, the rest in proportion; functions take turns.

    Each module draws from its own seed, so that a change in one leaves the mutants of the others as they were.
    """
    every = {path.stem: mutants(path) for path in modules}
    chosen: list[Mutant] = []
    for name, quota in _quotas({name: len(found) for name, found in every.items()}, size, least).items():
        drawn = _in_turns(every[name], random.Random(f"{seed}:{name}"))[:quota]
        chosen += sorted(drawn, key=lambda mutant: (mutant.line, mutant.column, mutant.after))
    return chosen


def _quotas(counts: dict[str, int], size: int, least: int) -> dict[str, int]:
    floor = {name: min(count, least) for name, count in counts.items()}
    rest, left = size - sum(floor.values()), sum(counts.values()) - sum(floor.values())
    return {name: floor[name] + round(rest * (counts[name] - floor[name]) / left) for name in sorted(counts)}


def _in_turns(found: list[Mutant], rng: random.Random) -> list[Mutant]:
    seen: dict[str, int] = defaultdict(int)
    turns = []
    for mutant in rng.sample(found, len(found)):
        turns.append((seen[mutant.function], len(turns), mutant))
        seen[mutant.function] += 1
    return [mutant for *_, mutant in sorted(turns, key=lambda turn: turn[:2])]


def _walk(node: ast.AST, function: str) -> Iterator[tuple[ast.expr | ast.stmt, str, str, str]]:
    if isinstance(node, (ast.Raise, ast.JoinedStr)):
        return
    if isinstance(node, (ast.expr, ast.stmt)):
        for kind, after in _changes(node):
            yield node, function, kind, after
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        function = node.name
    for child in _children(node):
        yield from _walk(child, function)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.FunctionDef():
            yield from (default for default in [*node.args.defaults, *node.args.kw_defaults] if default)
            yield from node.body
        case ast.ClassDef():
            yield from node.body
        case ast.AnnAssign():
            yield from [node.value] if node.value else []
        case ast.Call():
            yield node.func
            yield from node.args
            for keyword in node.keywords:
                yield from ast.iter_child_nodes(keyword.value) if keyword.arg == "axis" else [keyword.value]
        case _:
            yield from ast.iter_child_nodes(node)


def _changes(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Say what each change is and how the new expression reads; brackets keep it one expression."""
    match node:
        case ast.BinOp(left, op, right):
            if type(op) in ARITHMETIC:
                yield "operator", _text(ast.BinOp(left, ARITHMETIC[type(op)](), right))
            yield from (("drop", text) for text in _dropped(left, op, right))
        case ast.AugAssign(target, op, value) if type(op) in ARITHMETIC:
            yield "operator", ast.unparse(ast.AugAssign(target, ARITHMETIC[type(op)](), value))
        case ast.UnaryOp(op, operand) if isinstance(op, (ast.USub, ast.Not, ast.Invert)):
            yield "sign" if isinstance(op, ast.USub) else "negation", _text(operand)
        case ast.BoolOp(op, values):
            yield "and/or", _text(ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values))
        case ast.Compare(left, ops, comparators):
            for place, op in enumerate(ops):
                changed = [*ops[:place], COMPARISONS[type(op)](), *ops[place + 1 :]]
                yield "comparison", _text(ast.Compare(left, changed, comparators))
        case ast.Constant(bool(value)):
            yield "true/false", str(not value)
        case ast.Constant(int(value) | float(value)):
            yield "constant", _text(ast.Constant(value + 1))
        case ast.Constant(str(value)) if value in ("left", "right"):
            yield "min/max", repr(OTHER[value])
        case ast.Name(name) if name in OTHER:
            yield "min/max", OTHER[name]
        case ast.Attribute(value, name) if name in OTHER:
            yield "min/max", ast.unparse(ast.Attribute(value, OTHER[name]))
        case ast.Attribute(value, "T"):
            yield "transpose", _text(value)
        case ast.Call(keywords=keywords):
            yield from _other_axes(node, keywords)


def _dropped(left: ast.expr, op: ast.operator, right: ast.expr) -> list[str]:
    match op:
        case ast.Add() | ast.Mult():
            return [_text(left), _text(right)]
        case ast.Sub():
            return [_text(left), _text(ast.UnaryOp(ast.USub(), right))]
        case ast.Div():
            upside_down = _text(ast.BinOp(ast.Constant(1), ast.Div(), right))
            return [_text(left)] if ast.unparse(left) == "1" else [_text(left), upside_down]
        case _:
            return []


def _other_axes(call: ast.Call, keywords: list[ast.keyword]) -> Iterator[tuple[str, str]]:
    for keyword in keywords:
        if keyword.arg == "axis" and not isinstance(keyword.value, ast.Tuple):
            other = ast.Constant(1 if ast.unparse(keyword.value) == "0" else 0)
            changed = [ast.keyword("axis", other) if each is keyword else each for each in keywords]
            yield "axis", _text(ast.Call(call.func, call.args, changed))


def _text(node: ast.expr) -> str:
    return f"({ast.unparse(node)})"
