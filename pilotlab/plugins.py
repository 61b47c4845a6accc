"""Plug-ins: what installed packages add to pilotlab by name, imported when it is asked for and never before."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal

from pilotlab.errors import PilotlabError, unknown

Kind = Literal["estimator", "source", "section"]
GROUPS: dict[Kind, str] = {
    "estimator": "pilotlab.estimators",
    "source": "pilotlab.sources",
    "section": "pilotlab.sections",
}


class PluginError(PilotlabError):
    """A plug-in that can't be used; names the package that it came with."""


@dataclass(frozen=True, slots=True)
class Plugin:
    """One name that a package adds."""

    kind: Kind
    name: str
    package: str  # "toy-pilot 1.2"
    target: str

    def load(self, wanted: type | None = None) -> Any:
        """Import it.

        Raises
        ------
        PluginError
            Where its package can't be imported, or gives something else than `wanted`.
        """
        found = self.running(EntryPoint(self.name, self.target, GROUPS[self.kind]).load)
        if wanted is not None and not isinstance(found, wanted):
            raise PluginError(
                f"{self}: {self.target} is {type(found).__name__}, not {wanted.__name__}",
                fix="see how to write a plug-in, or uninstall the package",
            )
        return found

    def running(self, act: Any, *given: Any, **options: Any) -> Any:
        """Do what the plug-in does; what goes wrong there is said to be its own.

        Raises
        ------
        PluginError
            For an error that is none of pilotlab's.
        """
        try:
            return act(*given, **options)
        except PilotlabError:
            raise
        except Exception as error:
            raise PluginError(
                f"{self} failed: {type(error).__name__}: {error}",
                fix=f"update or uninstall {self.package.split(' ')[0]}, or use another {self.kind}",
            ) from error

    def __str__(self) -> str:
        return f"{self.kind} {self.name!r} of the package {self.package}"


def added(kind: Kind) -> tuple[str, ...]:
    """Names that installed packages add, alphabetical; nothing is imported."""
    return tuple(sorted({plugin.name for plugin in _installed(kind)}))


def plugin(kind: Kind, name: str, own: Collection[str] = ()) -> Plugin | None:
    """Find what a package adds under a name; None where the name is pilotlab's own, or nobody's.

    Parameters
    ----------
    own : collection of str
        Names that pilotlab has itself.

    Raises
    ------
    PluginError
        Where a package takes a name that is pilotlab's or another package's.
    """
    found = [each for each in _installed(kind) if each.name == name]
    if found and name in own:
        raise PluginError(
            f"{found[0]} takes a name that pilotlab has itself",
            fix=f"uninstall {found[0].package.split(' ')[0]}, or ask its authors for another name",
        )
    if len(found) > 1:
        raise PluginError(
            f"{found[0]} and {found[1].package} take the same name", fix="uninstall one of them"
        )
    return found[0] if found else None


def require(kind: Kind, name: str, own: Collection[str] = ()) -> Plugin:
    """Find a plug-in by name; `UsageError` lists those there are."""
    found = plugin(kind, name, own)
    if found is None:
        raise unknown(kind, name, (*own, *added(kind)))
    return found


@cache
def _installed(kind: Kind) -> tuple[Plugin, ...]:
    """What packages say they add; a package found twice on the path counts once, as Python imports the first."""
    seen: dict[tuple[str, str], Plugin] = {}
    for point in entry_points(group=GROUPS[kind]):
        name = point.dist.name if point.dist else "unknown"
        version = f" {point.dist.version}" if point.dist else ""
        seen.setdefault((name, point.name), Plugin(kind, point.name, f"{name}{version}", point.value))
    return tuple(seen.values())
