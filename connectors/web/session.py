"""A session for one call of a connector: under a deadline, and with nothing from the environment."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import requests

from connectors.web.deadline import Deadline, GuardedAdapter


@contextmanager
def bounded_session(
    seconds: float, *, verify: bool | str, headers: Mapping[str, str]
) -> Iterator[tuple[requests.Session, Deadline]]:
    """Open a session whose requests all end within `seconds`. Proxies and .netrc of the environment are not used.

    `verify` is whether certificates are checked, or the file of the authority to check them with.
    """
    with Deadline(seconds) as deadline, requests.Session() as session:
        session.trust_env = False
        session.verify = verify
        session.headers.update(headers)
        for scheme in ("http://", "https://"):
            session.mount(scheme, GuardedAdapter(deadline))
        yield session, deadline
