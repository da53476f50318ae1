"""One command's session: the configuration and the application, opened when first needed."""

import getpass
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import typer

from bridge.bootstrap import Application, bootstrap, kinds
from bridge.cli.arguments import Globals
from bridge.cli.equation import Names
from bridge.cli.output import Output
from bridge.domain.errors import ConfigError
from bridge.domain.people import Person
from config.loader import Loaded, load


@dataclass
class Session:
    """What every command gets. `lang` is the option's, else the configuration's once it is known, else Chinese."""

    options: Globals

    @cached_property
    def app(self) -> Application:
        """Return the running application. Raise ConfigError if the configuration is wrong."""
        return bootstrap(self.options.config, now=self.options.now, lang=self.options.lang)

    @cached_property
    def loaded(self) -> Loaded:
        """Return the configuration alone, its secret references unresolved."""
        return load(self.options.config, kinds(), resolve_secrets=False)

    @property
    def lang(self) -> str:
        """Return the language of texts."""
        if self.options.lang:
            return self.options.lang
        opened = self.__dict__.get("app") or self.__dict__.get("loaded")
        return opened.settings.plant.language if opened is not None else "zh"

    @property
    def out(self) -> Output:
        """Return where to print."""
        return Output(self.lang)

    @property
    def items_path(self) -> Path:
        """Return where items.csv stands. Raise ConfigError if the configuration names none."""
        path = self.app.settings.master.items
        if path is None:
            raise ConfigError("BR-2055", file=self.app.loaded.path)
        return self.app.loaded.resolve(path)

    def actor(self, by: str) -> Person:
        """Given `--by`, return that person. Raise ConfigError if `[people]` has none of this id."""
        return self.app.person(by)

    def called(self, person: str) -> str:
        """Given a person's id, return the name; what is no id of `[people]` (a login, say) is returned as it is."""
        known = self.app.people.get(person)
        return known.name if known else person

    def names(self, pair: str, numbers: Collection[str]) -> Names:
        """Given a pair and document numbers, return what its systems and these documents are called."""
        plan, zone = self.app.pair_plan(pair), self.app.clock.now().tzinfo
        with self.app.store.read() as uow:
            papers = uow.movements.of_documents(numbers).select(["source", "document_number", "maker", "first_seen"])
        return Names(
            plan.book,
            plan.stock,
            labels={name: source.label or name for name, source in self.app.settings.sources.items()},
            papers={
                (row["source"], row["document_number"]): (row["maker"], row["first_seen"].astimezone(zone))
                for row in papers.to_pylist()
            },
        )

    def operator(self, by: str) -> str:
        """Given `--by` or nothing, return who acts, for the audit log: a person's id or the login of this machine."""
        return self.app.person(by).id if by else f"login:{getpass.getuser()}"


def session_of(context: typer.Context) -> Session:
    """Return the session of a command."""
    session = context.obj
    if not isinstance(session, Session):
        raise TypeError("a command was started without its session")
    return session
