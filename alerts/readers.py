"""Who can be told: people by role, copies, the line of escalation, and who stands in for somebody without an address."""

from collections.abc import Mapping

from alerts.policy import MailPolicy
from bridge.domain.people import Person


def next_in_line(policy: MailPolicy, reader: Person, people: Mapping[str, Person]) -> tuple[Person, ...]:
    """Return who is next to ask when `reader` cannot answer, in the order of `policy.chain`. Nobody is written to."""
    found: dict[str, Person] = {}
    for step in policy.chain:
        group = (people[step],) if step in people else having(people, step)
        found.update({person.id: person for person in group if person.id != reader.id})
    return tuple(found.values())


def having(people: Mapping[str, Person], *roles: str) -> tuple[Person, ...]:
    """Return the people who have a mail address and one of the roles, in the order of their ids."""
    return tuple(p for _, p in sorted(people.items()) if p.mail and not set(roles).isdisjoint(p.roles))


def copied(reader: Person, people: Mapping[str, Person], policy: MailPolicy, *, held: bool) -> tuple[Person, ...]:
    """Return who gets a copy of what `reader` gets: the warehouse if something is `held`, and whom the pair names.

    An address gets one copy, whoever shares it, and none beside the mail itself.
    """
    warehouse = having(people, *policy.cc_roles) if held else ()
    named = tuple(people[name] for name in policy.copies if name in people and people[name].mail)
    found: dict[str, Person] = {}
    for person in (*warehouse, *named):
        found.setdefault(person.mail.casefold(), person)
    found.pop(reader.mail.casefold(), None)
    return tuple(found.values())


def reachable(owner: str, people: Mapping[str, Person], policy: MailPolicy) -> Person | None:
    """Return who is told in place of `owner`: himself, else an admin, else anybody with an address; None if nobody has.

    A variance without a reader must not vanish; the mail says for whom the reader stands in.
    """
    if owner in people and people[owner].mail:
        return people[owner]
    anybody = tuple(person for _, person in sorted(people.items()) if person.mail)
    return next(iter((*having(people, policy.admin_role), *anybody)), None)
