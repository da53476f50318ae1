"""Values of another system in our sentences."""

from typing import Any

from connectors.web import one_line


def shown(value: object) -> str:
    """Return a value as it stood in the answer, on one short line."""
    return one_line(str(value)) or '""'


def dig(tree: Any, path: str) -> Any:
    """Follow `path` (dots go deeper) into JSON objects. Return what stands there, None if nothing does."""
    if isinstance(tree, dict) and path in tree:
        return tree[path]
    for name in path.split("."):
        if not isinstance(tree, dict) or name not in tree:
            return None
        tree = tree[name]
    return tree


def put(tree: dict[str, Any], path: str, value: Any) -> None:
    """Let `value` stand at `path` (dots go deeper) of `tree`, which is changed."""
    *above, last = path.split(".")
    for name in above:
        below = tree.get(name)
        tree[name] = below = dict(below) if isinstance(below, dict) else {}
        tree = below
    tree[last] = value


def spelled(value: object) -> str:
    """Return a JSON value as text, so that 200 and "200" are one."""
    return str(value).lower() if isinstance(value, bool) else str(value).strip()
