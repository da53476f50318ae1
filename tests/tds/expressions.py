"""Expressions of T-SQL in SQLite's words, each with the type SQL Server gives it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from tds import failures
from tds.kinds import BIGINT, BIT, DATETIME, FLOAT, INT, Kind, kind_of, wider

COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)
_SIGNS = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%"}
_CONDITIONS = (exp.Predicate, exp.Connector, exp.Not, exp.Exists, exp.Between, exp.In, exp.Is, exp.Like)
_TEXT = Kind("nvarchar", 128)
SESSION_FUNCTIONS: dict[str, Kind] = {
    **dict.fromkeys(("DB_NAME", "SUSER_SNAME", "SCHEMA_NAME", "SERVERPROPERTY", "USER_NAME"), _TEXT),
    **dict.fromkeys(("HAS_PERMS_BY_NAME", "IS_MEMBER", "IS_SRVROLEMEMBER", "HAS_DBACCESS"), INT),
    **dict.fromkeys(("GETUTCDATE", "GETDATE"), DATETIME),
    "MIN_ACTIVE_ROWVERSION": Kind("binary", 8),
    "@@VERSION": Kind("nvarchar", 300),
    "@@TRANCOUNT": INT,
    "@@SPID": INT,
}

Columns = Mapping[str, tuple[str, Kind]]


@dataclass
class Scope:
    """The tables a SELECT sees: alias (lower case) to columns; `outer` for correlated subqueries."""

    tables: dict[str, Columns] = field(default_factory=dict)
    outer: "Scope | None" = None

    def find(self, column: exp.Column) -> tuple[str, Kind]:
        """Return real name and type. Raise SqlError 207 if no table in sight has the column."""
        alias, name = column.table.lower(), column.name.lower()
        for owner, columns in self.tables.items():
            if alias in {"", owner} and name in columns:
                return columns[name]
        if self.outer is not None:
            return self.outer.find(column)
        raise failures.no_column(column.name)


def call(name: str, *arguments: exp.Expression | str | int) -> exp.Expression:
    """Return a call of one of our SQLite functions."""
    return exp.Anonymous(this=name, expressions=[exp.convert(a) if isinstance(a, str | int) else a for a in arguments])


def put(node: exp.Expression, new: exp.Expression) -> None:
    """Replace a node inside its statement; `new` may contain it."""
    place = exp.Placeholder()
    node.replace(place)
    place.replace(new)


class Expressions:
    """Rewrites in place. `select` handles a nested SELECT and returns the type of its first column."""

    def __init__(self, parameters: Mapping[str, Kind], select: Callable[[exp.Expression, Scope], Kind | None]) -> None:
        self._parameters, self._select = parameters, select

    def visit(self, node: exp.Expression, scope: Scope) -> Kind | None:
        """Rewrite an expression and return its type; None for a bare NULL."""
        if isinstance(node, exp.Subquery | exp.Select | exp.Union):
            return self._select(node, scope)
        for kinds, rewrite in self._rules():
            if isinstance(node, kinds):
                return rewrite(node, scope)
        found = [self.visit(child, scope) for child in node.iter_expressions() if not isinstance(child, exp.DataType)]
        return next((kind for kind in found if kind is not None), None)

    def condition(self, node: exp.Expression, scope: Scope) -> None:
        """Rewrite a condition. Raise SqlError 4145 where SQL Server wants a comparison and finds a value."""
        if isinstance(node, exp.Paren | exp.Not):
            self.condition(node.this, scope)
        elif isinstance(node, exp.Connector):
            self.condition(node.this, scope)
            self.condition(node.expression, scope)
        elif isinstance(node, _CONDITIONS) and not isinstance(node, exp.Boolean):
            self.visit(node, scope)
        else:
            raise failures.not_a_condition(node.sql("tsql"))

    def collated(self, node: exp.Expression, kind: Kind | None) -> None:
        """Compare a text as the server's collation does."""
        if kind is not None and kind.is_text:
            put(node, exp.Collate(this=exp.paren(node.copy()), expression=exp.Var(this="prc")))

    def _rules(self) -> tuple[tuple[type | tuple[type, ...], Callable[..., Kind | None]], ...]:
        return (
            (exp.Null, lambda *_: None),
            (exp.National, self._national),
            (exp.Literal, self._literal),
            (exp.Column, self._column),
            (exp.Parameter, self._parameter),
            ((exp.Cast, exp.Convert), self._cast),
            (tuple(_SIGNS), self._arithmetic),
            ((*COMPARISONS, exp.Between, exp.In), self._comparison),
            ((exp.Connector, exp.Not), self.condition),
            (exp.Case, self._case),
            (exp.Coalesce, self._coalesce),
            (exp.Count, lambda node, scope: self._children(node, scope, INT)),
            (exp.Sum, self._sum),
            ((exp.Length, exp.Ascii, exp.Unicode), lambda node, scope: self._children(node, scope, INT)),
            (exp.CurrentSchema, self._schema_name),
            (exp.Anonymous, self._function),
        )

    def _children(self, node: exp.Expression, scope: Scope, kind: Kind) -> Kind:
        for child in list(node.iter_expressions()):
            if not isinstance(child, exp.Star):
                self.visit(child, scope)
        return kind

    def _national(self, node: exp.National, _scope: Scope) -> Kind:
        text = str(node.this)
        put(node, exp.Literal.string(text))
        return Kind("nvarchar", max(1, len(text)))

    def _literal(self, node: exp.Literal, _scope: Scope) -> Kind:
        if node.is_string:
            return Kind("varchar", max(1, len(node.this)))
        if "." in node.this:
            digits = node.this.replace(".", "").lstrip("0") or "0"
            return Kind("decimal", precision=max(len(digits), 1), scale=len(node.this.partition(".")[2]))
        return INT if abs(int(node.this)) < 2**31 else BIGINT

    def _column(self, node: exp.Column, scope: Scope) -> Kind:
        real, kind = scope.find(node)
        node.set("this", exp.to_identifier(real, quoted=True))
        for part in ("db", "catalog"):
            node.set(part, None)
        return kind

    def _parameter(self, node: exp.Parameter, _scope: Scope) -> Kind | None:
        if isinstance(node.this, exp.Parameter):  # @@VERSION
            name = f"@@{node.this.name.upper()}"
            put(node, call("tds_session", name))
            return SESSION_FUNCTIONS.get(name, INT)
        return self._parameters.get(node.name.lower())

    def _cast(self, node: exp.Cast | exp.Convert, scope: Scope) -> Kind:
        target, inner = (node.to, node.this) if isinstance(node, exp.Cast) else (node.this, node.expression)
        given = self.visit(inner, scope)
        inner = (node.this if isinstance(node, exp.Cast) else node.expression).copy()
        kind = kind_of(target.sql("tsql"))
        if kind.is_text:
            spelled = call("tds_datetime", inner) if given is not None and given.name.startswith("date") else inner
            put(node, call("tds_text", spelled, kind.length))
        elif kind.is_exact:
            put(node, call("tds_decimal", inner, kind.precision, kind.scale))
        elif kind.name in {"int", "bigint", "bit"} or kind.name == "binary":
            put(node, call("tds_integer", inner))  # binary(8): row versions are kept as numbers
        elif kind.name.startswith("date"):
            put(node, call("tds_datetime", inner))
        elif kind == FLOAT:
            put(node, exp.Cast(this=inner, to=exp.DataType.build("double")))
        else:
            put(node, inner)
        return kind

    def _arithmetic(self, node: exp.Binary, scope: Scope) -> Kind | None:
        first, second = self.visit(node.this, scope), self.visit(node.expression, scope)
        kind = wider(first, second)
        sign = _SIGNS[type(node)]
        if kind is not None and kind.is_text and sign == "+":
            put(node, exp.DPipe(this=node.this.copy(), expression=node.expression.copy()))
        elif kind is not None and kind.is_exact:
            put(node, call("tds_arithmetic", sign, node.this.copy(), node.expression.copy()))
            scale = kind.scale if sign != "*" else sum(k.scale for k in (first, second) if k is not None)
            return Kind("decimal", precision=38, scale=min(scale, 10) if sign != "/" else 10)
        return BIGINT if kind is not None and "binary" in kind.name else kind

    def _comparison(self, node: exp.Expression, scope: Scope) -> Kind:
        first = self.visit(node.this, scope)
        others = [child for child in node.iter_expressions() if child is not node.this]
        kinds = [self.visit(child, scope) for child in others]
        kind = first
        for other in kinds:
            kind = wider(kind, other)
        if kind is not None and kind.is_text:
            self.collated(node.this, kind)
        elif kind is not None and kind.is_exact and isinstance(node, COMPARISONS):
            put(node.this, call("tds_compare", node.this.copy(), node.expression.copy()))
            put(node.expression, exp.Literal.number(0))
        elif kind is not None and kind.name.startswith("datetime") and isinstance(node, COMPARISONS):
            put(node.this, call("tds_datetime", node.this.copy()))
            put(node.expression, call("tds_datetime", node.expression.copy()))
        return BIT

    def _case(self, node: exp.Case, scope: Scope) -> Kind | None:
        kind: Kind | None = None
        for branch in node.args["ifs"]:
            self.condition(branch.this, scope)
            kind = wider(kind, self.visit(branch.args["true"], scope))
        if node.args.get("default") is not None:
            kind = wider(kind, self.visit(node.args["default"], scope))
        return kind

    def _coalesce(self, node: exp.Coalesce, scope: Scope) -> Kind | None:
        kinds = [self.visit(child, scope) for child in (node.this, *node.expressions)]
        if node.args.get("is_null") and kinds[0] is not None:
            return kinds[0]  # ISNULL takes the type of its first argument
        kind: Kind | None = None
        for other in kinds:
            kind = wider(kind, other)
        return kind

    def _sum(self, node: exp.Sum, scope: Scope) -> Kind:
        kind = self.visit(node.this, scope) or INT
        if kind.is_text:
            text = f"Operand data type {kind.name} is invalid for sum operator."
            raise failures.SqlError(8117, text)
        if kind.is_exact:
            put(node, call("tds_sum", node.this.copy()))
            return Kind("decimal", precision=38, scale=kind.scale)
        return kind if kind in {FLOAT, BIGINT} else INT

    def _schema_name(self, node: exp.Expression, _scope: Scope) -> Kind:
        put(node, call("tds_session", "SCHEMA_NAME"))
        return _TEXT

    def _function(self, node: exp.Anonymous, scope: Scope) -> Kind | None:
        name = str(node.this).upper()
        kinds = [self.visit(child, scope) for child in node.expressions]
        if name in SESSION_FUNCTIONS:
            put(node, call("tds_session", name, *(child.copy() for child in node.expressions)))
            return SESSION_FUNCTIONS[name]
        if name == "BINARY_CHECKSUM":
            put(node, call("tds_checksum", *(child.copy() for child in node.expressions)))
            return INT
        if name.startswith("TDS_"):
            return kinds[0] if kinds else None
        text = f"'{node.this}' is not a recognized built-in function name."
        raise failures.SqlError(195, text, severity=15)
