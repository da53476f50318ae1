"""One T-SQL statement in SQLite's words: where its tables lie, what its result looks like, what it touches."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from tds import failures
from tds.catalog import Catalog, Table, Virtual, virtual_kind
from tds.expressions import Columns, Expressions, Scope, call, put
from tds.kinds import INT, Kind
from tds.rules import refuse_newer, refuse_ungrouped
from tds.tokens import Column

_SYSTEM = {"information_schema", "sys"}


@dataclass(frozen=True)
class Touch:
    """A table a statement reads or changes; `columns` those that an UPDATE sets."""

    right: str
    database: str
    table: str
    columns: tuple[str, ...] = ()


@dataclass
class Statement:
    """A statement ready to run. `columns` is None where there is no result set; `locking` = UPDLOCK was asked for."""

    sql: str
    columns: list[Column] | None = None
    touches: list[Touch] = field(default_factory=list)
    hints: set[str] = field(default_factory=set)

    @property
    def locking(self) -> bool:
        """Return whether what is read is to stay locked."""
        return bool(self.hints & {"UPDLOCK", "XLOCK", "TABLOCKX"})

    @property
    def writes(self) -> bool:
        """Return whether it changes data."""
        return any(touch.right != "SELECT" for touch in self.touches)


@dataclass(frozen=True)
class Surroundings:
    """What a statement is understood by: the current database, how to look others up, system views, parameters."""

    database: str
    catalog: Callable[[str], tuple[str, Catalog]]
    system: Callable[[str, str, str], Virtual | None]
    parameters: Mapping[str, Kind]
    version: int = 16


def translate(sql: str, around: Surroundings) -> Statement:
    """Return the statement. Raise SqlError as SQL Server would for what it cannot compile."""
    if re.match(r"\s*CREATE\s+TABLE\b", sql, re.IGNORECASE):
        return _create(sql, around)
    refuse_newer(sql, around.version)
    try:
        tree = sqlglot.parse_one(sql, dialect="tsql")
    except SqlglotError as cause:
        raise failures.syntax(sql.split(maxsplit=1)[0] if sql.split() else "") from cause
    return _Translation(around).statement(tree)


def _create(sql: str, around: Surroundings) -> Statement:
    name = re.match(r"\s*CREATE\s+TABLE\s+(?:\[?dbo\]?\.)?\[?(\w+)", sql, re.IGNORECASE)
    bare = re.sub(r"\[([^\]]+)\]", r'"\1"', sql)
    bare = re.sub(r"(?i)(\"?dbo\"?\.)", "", bare)
    bare = re.sub(r"(?i)\b(NUMERIC|DECIMAL)(?=\s*\()", "DECIMALTEXT", bare)  # kept as text: SQLite's numbers are floats
    return Statement(bare, touches=[Touch("CREATE TABLE", around.database, name[1] if name else "")])


class _Translation:
    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._found = Statement("")
        self._expressions = Expressions(around.parameters, self._nested)

    def statement(self, tree: exp.Expression) -> Statement:
        if isinstance(tree, exp.Subquery | exp.Select | exp.Union):
            kinds = self._select(tree, Scope())
            names = [_shown(projection) for projection in tree.selects]
            self._found.columns = [Column(name, kind or INT) for name, kind in zip(names, kinds, strict=True)]
        elif isinstance(tree, exp.Insert):
            self._insert(tree)
        elif isinstance(tree, exp.Update):
            self._update(tree)
        elif isinstance(tree, exp.Delete):
            scope = Scope(self._tables(tree, "DELETE"))
            self._where(tree, scope)
        else:
            raise failures.syntax(tree.sql("tsql"))
        self._found.sql = tree.sql("sqlite")
        return self._found

    def _nested(self, node: exp.Expression, outer: Scope) -> Kind | None:
        tree = node.this if isinstance(node, exp.Subquery) else node
        return self._select(tree, outer)[0]

    def _select(self, tree: exp.Expression, outer: Scope) -> list[Kind | None]:
        if isinstance(tree, exp.Subquery):
            return self._select(tree.this, outer)
        if isinstance(tree, exp.Union):
            first, _ = self._select(tree.left, outer), self._select(tree.right, outer)
            return first
        refuse_ungrouped(tree)
        scope = Scope(self._tables(tree, "SELECT"), outer)
        for join in tree.args.get("joins") or ():
            if join.args.get("on") is not None:
                self._expressions.condition(join.args["on"], scope)
        self._where(tree, scope)
        self._stars(tree, scope)
        for projection in tree.selects:
            if not isinstance(projection, exp.Alias):  # keep the server's column name whatever is rewritten inside
                put(projection, exp.alias_(projection.copy(), _shown(projection) or "none", quoted=True))
        kinds = [self._expressions.visit(projection.this, scope) for projection in tree.selects]
        named = {each.alias.lower(): kind for each, kind in zip(tree.selects, kinds, strict=True)}
        for clause in ("group", "order"):
            for node in list(tree.args[clause].expressions) if tree.args.get(clause) else ():
                inner = node.this if isinstance(node, exp.Ordered) else node
                is_alias = isinstance(inner, exp.Column) and not inner.table and inner.name.lower() in named
                place = exp.Paren(this=inner.copy())  # gives the rewriting a parent to hang on
                inner.replace(place)
                kind = named[inner.name.lower()] if is_alias else self._expressions.visit(place.this, scope)
                self._expressions.collated(place.this, kind)
        if tree.args.get("having"):
            self._expressions.condition(tree.args["having"].this, scope)
        return kinds

    def _stars(self, tree: exp.Select, scope: Scope) -> None:
        if any(isinstance(each, exp.Star) for each in tree.selects):
            every = [
                exp.column(exp.to_identifier(real, quoted=True), table=exp.to_identifier(owner, quoted=True))
                for owner, columns in scope.tables.items()
                for real, _ in columns.values()
            ]
            tree.set("expressions", every)

    def _where(self, tree: exp.Expression, scope: Scope) -> None:
        if tree.args.get("where"):
            self._expressions.condition(tree.args["where"].this, scope)

    def _insert(self, tree: exp.Insert) -> None:
        target = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
        table = self._table(target, "INSERT", ())
        names = (
            [name.name for name in tree.this.expressions] if isinstance(tree.this, exp.Schema) else list(table.columns)
        )
        if isinstance(tree.expression, exp.Values):
            for values in tree.expression.expressions:
                for name, value in zip(names, list(values.expressions), strict=True):
                    self._store(table, name, value, Scope())
        else:
            self._select(tree.expression, Scope())

    def _update(self, tree: exp.Update) -> None:
        sets = [each.this.name for each in tree.expressions]
        table = self._lookup(tree.this)[1]
        scope = Scope(self._tables(tree, "UPDATE", tuple(sets)))
        for each in tree.expressions:
            self._store(table, each.this.name, each.expression, scope)
            each.this.set("table", None)
        self._where(tree, scope)

    def _store(self, table: Table, column: str, value: exp.Expression, scope: Scope) -> None:
        if column.lower() not in table.columns:
            raise failures.no_column(column)
        place = exp.Paren(this=value.copy())
        value.replace(place)
        self._expressions.visit(place.this, scope)
        real, kind = table.columns[column.lower()]
        if kind.is_exact:
            place.replace(call("tds_decimal", place.this.copy(), kind.precision, kind.scale))
        elif kind.is_text:
            place.replace(call("tds_fitting", place.this.copy(), kind.length, real, table.name))
        elif kind.name.startswith("datetime"):
            place.replace(call("tds_datetime", place.this.copy()))

    def _tables(self, tree: exp.Expression, right: str, columns: tuple[str, ...] = ()) -> dict[str, Columns]:
        wanted: list[tuple[exp.Expression, str]] = []
        if isinstance(tree, exp.Update | exp.Delete):
            wanted.append((tree.this, right))
        source = tree.args.get("from_")
        wanted += [(source.this, "SELECT")] if source else []
        wanted += [(join.this, "SELECT") for join in tree.args.get("joins") or ()]
        found: dict[str, Columns] = {}
        for node, need in wanted:
            if isinstance(node, exp.Subquery):
                kinds = self._select(node.this, Scope())
                names = [_shown(each) for each in node.this.selects]
                found[node.alias.lower()] = {
                    name.lower(): (name, kind or INT) for name, kind in zip(names, kinds, strict=True)
                }
                continue
            alias = (node.alias or node.name).lower()
            found[alias] = self._table(node, need, columns).columns
        return found

    def _lookup(self, node: exp.Table) -> tuple[str, Table]:
        """Return the attached schema a table lies in, and the table. Raise SqlError 208."""
        shown = ".".join(part for part in (node.catalog, node.db, node.name) if part)
        if node.db.lower() not in {"", "dbo"}:
            raise failures.no_object(shown)
        schema, catalog = self._around.catalog(node.catalog or self._around.database)
        if node.name.lower() not in catalog:
            raise failures.no_object(shown)
        return schema, catalog[node.name.lower()]

    def _table(self, node: exp.Table, right: str, columns: tuple[str, ...]) -> Table:
        for hint in node.args.get("hints") or ():
            self._found.hints |= {each.name.upper() for each in hint.expressions}
        node.set("hints", None)
        if node.db.lower() in _SYSTEM:
            return self._system_view(node)
        schema, table = self._lookup(node)
        database = node.catalog or self._around.database
        self._found.touches.append(Touch(right, database, table.name, columns))
        alias = node.alias or node.name
        node.set("this", exp.to_identifier(table.name, quoted=True))
        node.set("db", exp.to_identifier(schema, quoted=True))
        node.set("catalog", None)
        if not node.alias and not isinstance(node.parent, exp.Update | exp.Delete | exp.Schema | exp.Insert):
            node.set("alias", exp.TableAlias(this=exp.to_identifier(alias, quoted=True)))
        return table

    def _system_view(self, node: exp.Table) -> Table:
        """Put a made-up view in the place of INFORMATION_SCHEMA.X or sys.X."""
        virtual = self._around.system(node.db.lower(), node.name.lower(), node.catalog or self._around.database)
        if virtual is None:
            raise failures.no_object(f"{node.db}.{node.name}")
        names, rows = virtual
        values = ", ".join(f"json_extract(value, '$[{at}]') AS \"{name}\"" for at, name in enumerate(names))
        body = sqlglot.parse_one(f"SELECT {values} FROM json_each(:rows)", dialect="sqlite")
        body.find(exp.Placeholder).replace(exp.Literal.string(json.dumps(rows)))
        alias = exp.TableAlias(this=exp.to_identifier(node.alias or node.name, quoted=True))
        node.replace(exp.Subquery(this=body, alias=alias))
        return Table(node.name, {name.lower(): (name, virtual_kind(name)) for name in names})


def _shown(projection: exp.Expression) -> str:
    return projection.alias_or_name if isinstance(projection, exp.Alias | exp.Column) else ""
