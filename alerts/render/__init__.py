"""Digest to words: `render` gives subject, plain text and HTML of a mail."""

from alerts.render.rendering import Rendered, render

__all__ = ["Rendered", "render"]
