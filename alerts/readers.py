"""Who can be told: people by role, the line of escalation, and who stands in for somebody without an address."""

from collections.abc import Mapping

from alerts.policy import MailPolicy
from bridge.domain.people import Person


def next_in_line(policy: MailPolicy, reader: Person, people: Mapping[str, Person]) -> tuple[Person, ...]:
    """Return to whom it goes when `reader` does not answer, in the order of `policy.chain`."""
    found: dict[str, Person] = {}
    for step in policy.chain:
        group = (people[step],) if step in people else having(people, step)
        found.update({person.id: person for person in group if person.id != reader.id})
    return tuple(found.values())


def having(people: Mapping[str, Person], *roles: str) -> tuple[Person, ...]:
    """Return the people who have a mail address and one of the roles, in the order of their ids."""
    return tuple(p for _, p in sorted(people.items()) if p.mail and not set(roles).isdisjoint(p.roles))


def reachable(owner: str, people: Mapping[str, Person], policy: MailPolicy) -> Person | None:
    """Return who is told in place of `owner`: himself, else an admin, else anybody with an address; None if nobody has.

    A variance without a reader must not vanish; the mail says for whom the reader stands in.
    """
    if owner in people and people[owner].mail:
        return people[owner]
    anybody = tuple(person for _, person in sorted(people.items()) if person.mail)
    return next(iter((*having(people, policy.admin_role), *anybody)), None)
