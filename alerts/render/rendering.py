"""A digest as subject, plain text and HTML, from the pair of templates of its kind."""

from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from alerts.digest import Digest
from alerts.render.page import page
from bridge import language


@dataclass(frozen=True)
class Rendered:
    """What a reader gets to see."""

    subject: str
    text: str
    html: str


def render(digest: Digest, lang: str = "") -> Rendered:
    """Given a digest, return its mail in `lang` (default: the policy's). The same digest gives the same bytes."""
    lang = lang or digest.policy.language
    shown = page(digest, lang)
    bodies = {
        kind: templates()
        .get_template(f"{digest.kind}/mail.{kind}")
        .render(page=shown, t=partial(language.text, lang), lang=lang)
        for kind in ("txt", "html")
    }
    return Rendered(shown.subject, bodies["txt"], bodies["html"])


@cache
def templates() -> Environment:
    """Return the templates, one folder for each kind of mail; HTML escapes every value."""
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
