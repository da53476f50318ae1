"""Systems that list what they have as JSON over HTTP: one configurable reader for `mes`, `rest` and presets of it.

Other requests with the same login - a hold by PUT, say - go through `opened` and `Link.send`.
"""

from connectors.json_api.http import Link, opened
from connectors.json_api.scripts import show_requests
from connectors.json_api.settings import JsonApiSettings
from connectors.json_api.source import JsonSource, open_source

__all__ = ["JsonApiSettings", "JsonSource", "Link", "open_source", "opened", "show_requests"]
