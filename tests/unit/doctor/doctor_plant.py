"""A small plant for the doctor: two SQLite sources, and whatever else a test puts into its bridge.toml."""

import contextlib
import io
import json
import sqlite3

from bridge.cli.main import main

NOW = "2026-11-24T09:00:00+08:00"
TOML = """
[plant]
name = "体检工厂"
data_dir = "data"
[sources.book]
kind = "sql"
label = "账"
url = "sqlite:///{folder}/book.db"
query = "SELECT item, warehouse, quantity FROM stock"
items_query = "SELECT item, name, cost, active FROM items"
[sources.shelf]
kind = "sql"
label = "库"
url = "sqlite:///{folder}/shelf.db"
query = "SELECT item, warehouse, quantity FROM stock"
{sources}
[[pairs]]
id = "p"
book = ["book"]
stock = ["shelf"]
owner = "wang"
[people]
wang = {{ name = "王芳", mail = "wang@example.com", roles = ["maker"], deputy = "li" }}
li = {{ name = "李明", mail = "li@example.com", roles = ["checker"] }}
{tables}
"""


class Plant:
    """A folder with bridge.toml and its databases."""

    def __init__(self, folder):
        self.folder = folder
        for name in ("book", "shelf"):
            self.sql(name, "CREATE TABLE stock (item TEXT, warehouse TEXT, quantity TEXT)")
            self.sql(name, "CREATE TABLE items (item TEXT, name TEXT, cost TEXT, active INT)")
            self.sql(name, "INSERT INTO stock VALUES ('NA', '01', '10'), ('00710', '01', '2.5')")
            self.sql(name, "INSERT INTO items VALUES ('NA', '铜箔', '2', 1), ('00710', '端子', '4', 1)")
        self.write()

    @property
    def config(self):
        """Return the path of bridge.toml."""
        return self.folder / "bridge.toml"

    def write(self, sources="", tables=""):
        """Write bridge.toml, with more sources and tables."""
        text = TOML.format(folder=self.folder.as_posix(), sources=sources, tables=tables)
        self.config.write_text(text, encoding="utf-8")

    def sql(self, name, *statements):
        """Run statements on a source's file."""
        with sqlite3.connect(self.folder / f"{name}.db") as link:
            for statement in statements:
                link.execute(statement)
        link.close()

    def run(self, *words, now=NOW, lang="en"):
        """Run a command; return exit code, stdout, stderr."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(["--config", str(self.config), "--now", now, "--lang", lang, *words])
        return code, out.getvalue(), err.getvalue()

    def doctor(self, *words, **more):
        """Return exit code and findings as (area, level, code)."""
        code, out, _ = self.run("doctor", *words, "--json", **more)
        return code, [(each["area"], each["level"], each["code"]) for each in json.loads(out)["findings"]]

    def accept(self):
        """Accept both baselines."""
        for name in ("book", "shelf"):
            assert self.run("baseline", "accept", name)[0] == 0
