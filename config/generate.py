"""`python -m config.generate`: write bridge.toml, docs/configuration.md and docs/errors.md anew from the code."""

from pathlib import Path

from config.error_page import errors_markdown
from config.reference import reference_markdown
from config.sample import sample_toml
from connectors.registry import connectors


def generated() -> dict[str, str]:
    """Return the text of each generated file by its path below the repository's folder."""
    kinds = {kind: connector.settings for kind, connector in connectors().items()}
    return {
        "bridge.toml": sample_toml(kinds),
        "docs/configuration.md": reference_markdown(kinds),
        "docs/errors.md": errors_markdown(),
    }


def write(root: Path) -> None:
    """Given the repository's folder, write the generated files into it."""
    for name, text in generated().items():
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(__file__).resolve().parent.parent)
