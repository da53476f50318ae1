"""The one error tree, ordered by what the program does next.

An error carries a stable code and the facts of the case. The sentence is looked up in the text catalogues under
`errors.<code>`, so the same error speaks Chinese to the plant and English in the log. Every sentence names the thing,
the value, what is allowed and the next step; none holds a secret.
"""

from typing import ClassVar

from bridge import language


class BridgeError(Exception):
    """Root of the tree. `code` is stable (BR-1101); `facts` fill the sentence."""

    exit_code: ClassVar[int] = 1
    daemon_does: ClassVar[str] = "stops the step and tells IT"
    tells: ClassVar[str] = "IT admin"

    def __init__(self, code: str, **facts: object) -> None:
        self.code = code
        self.facts = {name: str(value) for name, value in facts.items()}
        super().__init__(code)

    def text(self, lang: str) -> str:
        """Return the whole sentence in `lang` (`zh` or `en`), with the code at its end."""
        return f"{language.text(lang, f'errors.{self.code}', **self.facts)} [{self.code}]"

    def packed(self) -> str:
        """Return the error as one string to keep: `language.unpacked` tells it in the reader's language."""
        return language.packed(f"errors.{self.code}", self.code, **self.facts)

    def __str__(self) -> str:
        return self.text("en")

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.code, self.facts))


def _rebuild(kind: type[BridgeError], code: str, facts: dict[str, str]) -> BridgeError:
    """Rebuild an error that crossed a process border."""
    return kind(code, **facts)


class ConfigError(BridgeError):
    """The configuration, a map file or a secret is wrong. `problems` lists every finding, not only the first."""

    exit_code = 2
    daemon_does = "keeps the old configuration and says so"

    def __init__(self, code: str, problems: tuple[BridgeError, ...] = (), **facts: object) -> None:
        super().__init__(code, **facts)
        self.problems = problems

    def text(self, lang: str) -> str:
        """Return the sentence and, below it, one line for each problem."""
        return "\n".join([super().text(lang), *(f"  - {problem.text(lang)}" for problem in self.problems)])

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild_config, (self.code, self.problems, self.facts))


def _rebuild_config(code: str, problems: tuple[BridgeError, ...], facts: dict[str, str]) -> ConfigError:
    return ConfigError(code, problems, **facts)


class SourceUnavailable(BridgeError):
    """A system did not answer: network, login server, time-out. Asking again later may help."""

    exit_code = 3
    daemon_does = "suspends the pair, tries again at the next slot"


class SourceRefused(BridgeError):
    """A system answered and said no: password, rights, missing table. Asking again will not help."""

    exit_code = 3
    daemon_does = "suspends the pair until the cause is removed"


class SnapshotRejected(BridgeError):
    """A reading arrived but cannot be believed. It freezes variances; it never clears or confirms one."""

    exit_code = 4
    daemon_does = "suspends the pair, keeps the last admitted snapshot"


class EffectRetryable(BridgeError):
    """A mail or hold did not go out, certainly had no effect, and may be tried again."""

    daemon_does = "tries again with back-off"


class EffectRefused(BridgeError):
    """The other side refused a mail or hold for good."""

    daemon_does = "marks the effect failed; see `status`, `mail outbox`, `holds list`"
    tells = "nobody by mail"


class EffectUnknown(BridgeError):
    """A mail or hold may or may not have taken effect; it must be probed before anything else is done."""

    daemon_does = "probes the target before the next attempt"


class BudgetExceeded(BridgeError):
    """A plan wants more holds than the budget allows. None is placed."""

    exit_code = 4
    daemon_does = "not raised: a plan over the budget waits for approval and the run goes on"
    tells = "owner and IT admin"


class NotPermitted(BridgeError):
    """The person may not do this: wrong role, or the same person twice."""

    exit_code = 5
    daemon_does = "changes nothing; attempts on a variance are recorded"
    tells = "the person"


class LeaseLost(BridgeError):
    """Another process has taken over this one's work. Nothing is wrong with the data; this process sends nothing more."""

    daemon_does = "sends nothing more; the other process goes on"


class InvariantBroken(BridgeError):
    """Something that cannot be is. The bridge stops writing until a person has looked."""

    daemon_does = "stops all writing (pause)"
