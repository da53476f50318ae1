"""A connector call under a hard deadline and a memory cap, in a child process that can be killed.

A hung driver, a trickling body, an endless redirect or a compressed bomb ends at the deadline; the daemon lives on. One
warm child per source is kept between rounds and replaced when it was killed. Settings and their secrets travel over the
pipe, never by argument or environment.
"""

from bridge.isolation.source import Isolated, is_isolated

__all__ = ["Isolated", "is_isolated"]
