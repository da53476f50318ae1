"""The demo's mail server: takes mail over SMTP (RFC 5321, the commands a client needs) and keeps it as .eml and .html.

It says 250 to a message only when its files stand on disk, and it delivers to nobody.
"""

import asyncio
import threading
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Self

MAX_BYTES = 20_000_000
_IDLE_S = 60.0
_LINE_LIMIT = 65_536


@dataclass(frozen=True)
class Letter:
    """One message for one transaction: its recipients, subject, identity and files (`html` None = it has no such part)."""

    number: int
    recipients: tuple[str, ...]
    subject: str
    message_id: str
    eml: Path
    html: Path | None


class Postbox:
    """Listen on 127.0.0.1 in a thread of its own until `stop`; a context manager does both. Port 0 takes a free one."""

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        self.folder = folder
        self.port = port
        self.letters: list[Letter] = []
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._failure: OSError | None = None
        self._closing: asyncio.Event = asyncio.Event()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._serve()), daemon=True)

    def start(self) -> Self:
        """Begin to listen. Raise OSError if the port is taken."""
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            self._thread.join()
            self._loop.close()
            raise self._failure
        return self

    def stop(self) -> None:
        """End and free the port."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._closing.set)
            self._thread.join()
            self._loop.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def keep(self, content: bytes, recipients: tuple[str, ...]) -> Letter:
        """Write a message's files and remember it."""
        message = message_from_bytes(content, policy=default)
        number = len(self.letters) + 1
        stem = f"{number:03d}-{_clock(message)}{_mailbox(recipients[0])}"
        self.folder.mkdir(parents=True, exist_ok=True)
        eml = self.folder / f"{stem}.eml"
        eml.write_bytes(content)
        body = message.get_body(("html",))
        html = None
        if body is not None:
            html = eml.with_suffix(".html")
            html.write_text(body.get_content(), encoding="utf-8")
        letter = Letter(number, recipients, str(message["Subject"]), str(message["Message-ID"]), eml, html)
        self.letters.append(letter)
        return letter

    async def _serve(self) -> None:
        try:
            server = await asyncio.start_server(self._converse, "127.0.0.1", self.port, limit=_LINE_LIMIT)
        except OSError as failure:
            self._failure = failure
            self._ready.set()
            return
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        async with server:
            await self._closing.wait()
            for conversation in asyncio.all_tasks() - {asyncio.current_task()}:
                conversation.cancel()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _Conversation(self, reader, writer).run()
        except (OSError, asyncio.IncompleteReadError, TimeoutError, asyncio.LimitOverrunError, ValueError):
            pass  # the client went away, fell silent or broke the rules: nothing was promised to it
        finally:
            writer.close()


class _Conversation:
    """One SMTP session."""

    def __init__(self, box: Postbox, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._box, self._reader, self._writer = box, reader, writer
        self._sender: str | None = None
        self._recipients: list[str] = []

    async def run(self) -> None:
        await self._say("220 stockbridge-demo ESMTP")
        while True:
            line = (await self._line()).decode("utf-8", "replace").strip()
            verb, _, rest = line.partition(" ")
            match verb.upper():
                case "EHLO":
                    await self._say(f"250-stockbridge-demo\r\n250-SIZE {MAX_BYTES}\r\n250 8BITMIME")
                case "HELO" | "NOOP":
                    await self._say("250 OK")
                case "RSET":
                    self._forget()
                    await self._say("250 OK")
                case "MAIL":
                    self._forget()
                    self._sender = _address(rest)
                    await self._say("250 OK")
                case "RCPT" if self._sender is not None and _address(rest):
                    self._recipients.append(_address(rest))
                    await self._say("250 OK")
                case "DATA" if self._recipients:
                    await self._take()
                case "RCPT" | "DATA":
                    await self._say("503 Bad sequence of commands")
                case "QUIT":
                    await self._say("221 Bye")
                    return
                case _:
                    await self._say("502 Command not implemented")

    async def _take(self) -> None:
        """Read the message up to the lone dot, take the doubled dots back, and answer for it."""
        await self._say("354 End data with <CR><LF>.<CR><LF>")
        lines: list[bytes] = []
        size = 0
        while (line := await self._line()) != b".\r\n":
            size += len(line)
            if size <= MAX_BYTES:
                lines.append(line[1:] if line.startswith(b".") else line)
        if size > MAX_BYTES:
            await self._say("552 Message too big")
        else:
            try:
                letter = self._box.keep(b"".join(lines), tuple(self._recipients))
                await self._say(f"250 OK kept as {letter.number:03d}")
            except OSError:
                await self._say("451 Could not keep it")
        self._forget()

    async def _line(self) -> bytes:
        async with asyncio.timeout(_IDLE_S):
            return await self._reader.readuntil(b"\r\n")

    async def _say(self, words: str) -> None:
        self._writer.write(f"{words}\r\n".encode())
        await self._writer.drain()

    def _forget(self) -> None:
        self._sender, self._recipients = None, []


def _address(rest: str) -> str:
    """Return what stands between < and > of `FROM:<a@b> SIZE=1`, '' for none (a bounce has no sender)."""
    return rest.partition("<")[2].partition(">")[0].strip()


def _clock(message: EmailMessage) -> str:
    return f"{parsedate_to_datetime(str(message['Date'])):%H%M}-" if message["Date"] else ""


def _mailbox(recipient: str) -> str:
    """Return the part before the @ as a file name can hold it."""
    return "".join(sign if sign.isalnum() or sign in "._-" else "_" for sign in recipient.partition("@")[0])[:40]
