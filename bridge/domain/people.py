"""People and what they may do (users.md 3.9)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """One person of `[people]`. `roles` are names such as maker, checker, wh_manager, admin."""

    id: str
    name: str
    mail: str
    roles: tuple[str, ...] = ()
    dept: str = ""
    phone: str = ""
