"""The pages of `reference/api`, made from the docstrings of what is public: `make api`.

Public are the names of `pilotlab.__all__`, and of the modules of `pilotlab.stats` all that have no underscore.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TypeAlias

import griffe

from pilotlab import PUBLIC

ROOT = Path(__file__).parents[1]
FOLDER = Path(__file__).parent / "reference" / "api"
KERNELS = "pilotlab.stats"
Documented: TypeAlias = griffe.Class | griffe.Function | griffe.Attribute

_INDEX = """\
# Python

Made from the docstrings by `make api`; a test holds the pages against the code.

- [`pilotlab`](pilotlab.md): what `import pilotlab as pl` gives, imported on first use
- `pilotlab.stats`: kernels, arrays in and small frozen results out, which know nothing of pilots
"""


def pages() -> dict[str, str]:
    """Write every page, by file name: the index, the package, and each room of kernels."""
    package = griffe.load("pilotlab", search_paths=[ROOT], docstring_parser="numpy")
    assert isinstance(package, griffe.Module)
    rooms = dict(sorted(_rooms(package["stats"])))
    index = [f"  - [{_first(_lines(room))}]({_file(name)})" for name, room in rooms.items()]
    made = {"README.md": _INDEX + "\n".join(index) + "\n", "pilotlab.md": _package(package)}
    return made | {_file(name): _room(name, room) for name, room in rooms.items()}


def _file(room: str) -> str:
    return f"stats-{room}.md" if room else "stats.md"


def _rooms(stats: griffe.Module) -> Iterator[tuple[str, griffe.Module]]:
    """The kernels' rooms by name, and under no name what lies beside them."""
    yield "", stats
    for name, module in stats.modules.items():
        if module.is_init_module:
            yield name, module


def _package(package: griffe.Module) -> str:
    parts = ["# `pilotlab`", _lines(package), "`import pilotlab as pl`; every name below is `pl.NAME`."]
    for name, target in sorted(_public(package), key=lambda pair: (pair[1].kind.value, pair[0])):
        parts += _documented(f"pl.{name}", target)
    return _joined(parts)


def _public(package: griffe.Module) -> Iterator[tuple[str, Documented]]:
    """What the lazy names of the package stand for."""
    for name, target in PUBLIC.items():
        yield name, package[target.partition(".")[2].replace(":", ".")]


def _room(name: str, room: griffe.Module) -> str:
    parts = [f"# `{KERNELS}.{name}`" if name else f"# `{KERNELS}`", _lines(room)]
    for module in sorted(room.modules.values(), key=lambda module: module.name):
        if module.is_init_module or module.name.startswith("_"):
            continue
        parts += [f"## `{module.path}`", *_docstring(module)]
        for member in module.members.values():
            if (
                isinstance(member, griffe.Alias)
                or member.name.startswith("_")
                or member.name == "annotations"
            ):
                continue
            parts += _documented(member.name, member, "###")  # type: ignore[arg-type]
    return _joined(parts)


def _documented(name: str, thing: Documented, level: str = "##") -> Iterator[str]:
    """One public thing: its heading, how it is written, what its docstring says; of a class its methods too."""
    yield f"{level} `{name}`"
    if isinstance(thing, griffe.Attribute):
        yield _code(_assigned(thing))
    elif isinstance(thing, griffe.Function):
        yield _code(_signature(thing, name))
    else:
        yield _code("\n".join(_fields(thing, name)))
    yield from _docstring(thing)
    if isinstance(thing, griffe.Class):
        for method in _methods(thing):
            yield f"{level}# `{name}.{method.name}`"
            yield _code(
                _signature(method, method.name) if isinstance(method, griffe.Function) else _typed(method)
            )
            yield from _docstring(method)


def _methods(owner: griffe.Class) -> Iterator[griffe.Function | griffe.Attribute]:
    """Its own documented methods and properties, and those of pilotlab's classes that it builds on."""
    for name, member in owner.all_members.items():
        found = member.final_target if isinstance(member, griffe.Alias) and member.inherited else member
        method = isinstance(found, griffe.Function) or "property" in found.labels
        if method and found.docstring and not name.startswith("_"):
            yield found  # type: ignore[misc]


def _fields(owner: griffe.Class, name: str) -> Iterator[str]:
    """A class as it is declared: its bases, and its fields with their comments."""
    bases = ", ".join(str(base) for base in owner.bases)
    yield f"class {name.rpartition('.')[2]}({bases}):" if bases else f"class {name.rpartition('.')[2]}:"
    fields = [
        member
        for member in owner.members.values()
        if isinstance(member, griffe.Attribute)
        and "property" not in member.labels
        and not member.name.startswith("_")
        and member.lineno
        and member.annotation is not None
    ]
    yield from (f"    {_declared(field)}" for field in fields) if fields else ("    ...",)


def _declared(field: griffe.Attribute) -> str:
    lines = [line.strip() for line in field.source.splitlines()]
    return lines[0] if len(lines) == 1 else _typed(field)


def _assigned(constant: griffe.Attribute) -> str:
    lines = constant.source.splitlines()
    return lines[0] if len(lines) == 1 else _typed(constant)


def _typed(thing: griffe.Attribute) -> str:
    return f"{thing.name}: {thing.annotation}" if thing.annotation is not None else thing.name


def _signature(function: griffe.Function, name: str) -> str:
    """How it is called, on one line where that fits."""
    given = [parameter for parameter in function.parameters if parameter.name not in ("self", "cls")]
    parts = list(_parameters(given))
    returns = f" -> {function.returns}" if function.returns is not None else ""
    line = f"{name}({', '.join(parts)}){returns}"
    if len(line) <= 100:
        return line
    return "\n".join([f"{name}(", *(f"    {part}," for part in parts), f"){returns}"])


def _parameters(given: list[griffe.Parameter]) -> Iterator[str]:
    starred = False
    for parameter in given:
        kind = parameter.kind
        if kind is griffe.ParameterKind.keyword_only and not starred:
            starred = True
            yield "*"
        mark = {griffe.ParameterKind.var_positional: "*", griffe.ParameterKind.var_keyword: "**"}.get(
            kind, ""
        )
        starred = starred or mark == "*"
        typed = f": {parameter.annotation}" if parameter.annotation is not None else ""
        default = f" = {parameter.default}" if parameter.default is not None and not mark else ""
        yield f"{mark}{parameter.name}{typed}{default}"


def _docstring(thing: griffe.Object) -> Iterator[str]:
    for section in thing.docstring.parsed if thing.docstring else ():
        yield from _section(section)


def _section(section: griffe.DocstringSection) -> Iterator[str]:
    kind = section.kind.value
    if kind == "text":
        yield str(section.value)
    elif kind == "examples":
        yield "**Examples**"
        for part, text in section.value:
            yield str(text) if part.value == "text" else f"```pycon\n{text}\n```"
    elif kind == "admonition":
        yield f"**{section.title}**"
        yield str(section.value.description)
    elif isinstance(section.value, list):
        yield f"**{kind.capitalize()}**"
        alike = groupby(section.value, key=lambda item: (str(item.annotation), item.description))
        yield "\n".join(_item([*items]) for _, items in alike)
    else:
        raise TypeError(f"a docstring has a section {kind!r}, which this page cannot show")


def _item(items: list[griffe.DocstringElement]) -> str:
    """Parameters, attributes, return values or errors that are described together."""
    names = ", ".join(f"`{item.name}`" for item in items if getattr(item, "name", ""))
    typed = f"`{str(items[0].annotation).strip('()')}`" if items[0].annotation is not None else ""
    head = f"{names} ({typed})" if names and typed else names or typed
    return f"- {head}: {_one_line(items[0].description)}" if items[0].description else f"- {head}"


def _one_line(text: str) -> str:
    return re.sub(r"\s*\n\s*", " ", text.strip())


def _lines(module: griffe.Module) -> str:
    return module.docstring.value if module.docstring else ""


def _first(text: str) -> str:
    return text.partition("\n")[0].rstrip(".")


def _code(text: str) -> str:
    return f"```pyi\n{text}\n```"


def _joined(parts: list[str]) -> str:
    return "\n\n".join(part.rstrip() for part in parts if part) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.md"):
        old.unlink()
    for page, written in pages().items():
        (FOLDER / page).write_text(written, encoding="utf-8", newline="\n")
