"""The settings of any system that lists its stock as JSON."""

from connectors.json_api import JsonApiSettings


class RestSettings(JsonApiSettings):
    """`kind = "rest"`: a low-code platform, CRM, QMS or other system that lists its stock as JSON over HTTP."""
