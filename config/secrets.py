"""The encrypted secrets of one plant: `secrets.enc`, readable only with the key in `secrets.key`.

Fernet (AES-128-CBC with HMAC-SHA256) over all names and values in one token, so none can be changed or swapped
unseen. The key file holds one key a line, the newest first. `rotate` adds the new key before the store is written with
it and drops the old ones afterwards: whatever is on disk at any moment fits together.
"""

import base64
import hashlib
import json
import os
import re
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet, InvalidToken
from pydantic import SecretStr

from bridge.domain.errors import ConfigError

STORE: Final = "secrets.enc"
KEY: Final = "secrets.key"
KEY_FILE_VARIABLE: Final = "STOCKBRIDGE_KEY_FILE"
_HEAD: Final = "stockbridge-secrets-1"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_KEY_BYTES: Final = 32
Finding = tuple[str, dict[str, str]]


@dataclass(frozen=True)
class SecretBox:
    """The store of one folder. Nothing is kept in memory: every call reads the files."""

    store: Path
    key_file: Path

    @classmethod
    def open(cls, folder: Path, environ: Mapping[str, str] = os.environ) -> "SecretBox":
        """Given the data folder, return its store; the files need not exist yet. STOCKBRIDGE_KEY_FILE moves the key."""
        elsewhere = environ.get(KEY_FILE_VARIABLE, "")
        return cls(folder / STORE, Path(elsewhere) if elsewhere else folder / KEY)

    def names(self) -> tuple[str, ...]:
        """Return the names of all secrets, sorted."""
        return tuple(sorted(self._read()))

    def get(self, name: str) -> SecretStr:
        """Return a secret. Raise ConfigError if there is none of this name, or the store cannot be read."""
        found = self._read()
        if name not in found:
            raise ConfigError("BR-1061", name=name, store=self.store, known=", ".join(sorted(found)) or "-")
        return SecretStr(found[name])

    def set(self, name: str, value: SecretStr) -> None:
        """Keep a secret under `name`; the first creates the key file. Raise ConfigError if name or value is unfit."""
        if _NAME.fullmatch(name) is None:
            raise ConfigError("BR-1062", name=name)
        if not value.get_secret_value():
            raise ConfigError("BR-1063", name=name)
        if not self.key_file.exists() and not self.store.exists():
            _write(self.key_file, Fernet.generate_key().decode() + "\n")
        self._write(self._read() | {name: value.get_secret_value()})

    def delete(self, name: str) -> None:
        """Forget a secret. Raise ConfigError if there is none of this name."""
        self.get(name)
        self._write({kept: value for kept, value in self._read().items() if kept != name})

    def rotate(self) -> None:
        """Make a new key and encrypt everything with it. A crash at any point leaves a store that can be read."""
        found, old = self._read(), self._keys()
        new = Fernet.generate_key().decode()
        _write(self.key_file, "\n".join([new, *old]) + "\n")
        self._write(found)
        _write(self.key_file, new + "\n")

    def findings(self) -> tuple[Finding, ...]:
        """Return what is unsafe about the files: a key that others on this machine may read."""
        if os.name == "nt" or not self.key_file.exists():
            return ()
        mode = stat.S_IMODE(self.key_file.stat().st_mode)
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            return (("BR-1091", {"file": str(self.key_file), "mode": f"{mode:04o}"}),)
        return ()

    def _keys(self) -> list[str]:
        """Return the keys, newest first."""
        try:
            lines = self.key_file.read_text(encoding="ascii").split()
        except FileNotFoundError as cause:
            raise ConfigError("BR-1064", file=self.key_file, store=self.store) from cause
        except (OSError, UnicodeDecodeError) as cause:
            raise ConfigError("BR-1065", file=self.key_file) from cause
        if not lines or not all(_is_key(line) for line in lines):
            raise ConfigError("BR-1065", file=self.key_file)
        return lines

    def _read(self) -> dict[str, str]:
        try:
            text = self.store.read_text(encoding="ascii")
        except FileNotFoundError:
            return {}
        except UnicodeDecodeError as cause:
            raise ConfigError("BR-1067", store=self.store) from cause
        except OSError as cause:
            raise ConfigError("BR-1068", store=self.store, detail=cause.strerror or type(cause).__name__) from cause
        head, _, rest = text.strip().partition(" ")
        mark, _, token = rest.partition("\n")
        if head != _HEAD or not token:
            raise ConfigError("BR-1067", store=self.store)
        key = next((key for key in self._keys() if _fingerprint(key) == mark), None)
        if key is None:
            raise ConfigError("BR-1066", file=self.key_file, store=self.store)
        try:
            found: dict[str, str] = json.loads(Fernet(key).decrypt(token.encode()))
        except (InvalidToken, ValueError) as cause:
            raise ConfigError("BR-1067", store=self.store) from cause
        return found

    def _write(self, secrets: Mapping[str, str]) -> None:
        key = self._keys()[0]
        token = Fernet(key).encrypt(json.dumps(secrets, sort_keys=True).encode()).decode()
        _write(self.store, f"{_HEAD} {_fingerprint(key)}\n{token}\n")


def _is_key(line: str) -> bool:
    try:
        return len(base64.b64decode(line, altchars=b"-_", validate=True)) == _KEY_BYTES
    except ValueError:
        return False


def _fingerprint(key: str) -> str:
    """Return what tells a wrong key from a damaged store; it says nothing of the key."""
    return hashlib.sha256(f"{_HEAD}:{key}".encode()).hexdigest()[:16]


def _write(path: Path, text: str) -> None:
    """Replace a file as a whole, readable by its owner only: after a crash the old or the new text stands there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make the replacement itself durable; Windows has no such call and needs none."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
