"""Options that several commands share. Help texts are keys of the catalogue; the command tree is translated at start."""

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="cli.option.json")]
AsCsv = Annotated[bool, typer.Option("--csv", help="cli.option.csv")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="cli.option.dry_run")]
By = Annotated[str, typer.Option("--by", help="cli.option.by")]
Note = Annotated[str, typer.Option("--note", help="cli.option.note")]
Reason = Annotated[str, typer.Option("--reason", help="cli.option.reason")]
Pair = Annotated[list[str] | None, typer.Option("--pair", help="cli.option.pair")]
Yes = Annotated[bool, typer.Option("--yes", help="cli.option.yes")]
Limit = Annotated[int, typer.Option("--limit", help="cli.option.limit", min=1)]
