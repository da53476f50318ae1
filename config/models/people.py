"""`[people]`, `[segregation]`, `[escalation]`: who does what, who may not, and who is next."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from config.base import Table
from config.kinds_of_value import MailAddress, Money, PositiveDuration, Role

RolePair = Annotated[tuple[Role, ...], Field(min_length=2, max_length=2)]


class Person(Table):
    """One person; the key is the id that pairs and lists use."""

    name: str = Field(description="name in mails", examples=["王芳"])
    mail: MailAddress = Field(description="mail address", examples=["wangfang@example.com"])
    roles: tuple[Role, ...] = Field(
        default=(), description="what the person may do: makers take and explain, checkers approve"
    )
    dept: str = Field(default="", description="department", examples=["财务"])
    phone: str = Field(default="", description="telephone")
    deputy: str | None = Field(
        default=None,
        description="person who stands in: `doctor` warns of owners without one, nothing is sent to them by itself",
        examples=["li.zong"],
    )


class DeclaredException(Table):
    """A person who, in a small plant, holds two roles that exclude each other; declared, so that `config check` accepts it."""

    person: str = Field(description="whom it is for")
    roles: RolePair = Field(description="the two roles")
    by: str = Field(description="another person, who answers for it")
    why: Annotated[str, Field(min_length=1)] = Field(description="reason")


class Segregation(Table):
    """Separation of duties."""

    forbid_same_person: tuple[RolePair, ...] = Field(
        default=(("maker", "checker"), ("wh_manager", "maker"), ("wh_manager", "checker"), ("admin", "checker")),
        description="pairs of roles nobody may hold together",
    )
    dual_sign_over: Money = Field(
        default=Decimal(10000),
        description="above this value, without a known cost, and for cause X9 a checker and a wh_manager both sign",
    )
    exceptions: tuple[DeclaredException, ...] = Field(default=(), description="declared exceptions")


class ResponseTimes(Table):
    """Time to answer by ABC class, in working time."""

    A: PositiveDuration = Field(default="2h", description="class A")
    B: PositiveDuration = Field(default="4h", description="class B")
    C: PositiveDuration = Field(default="1d", description="class C, and items without a class")


class ResolveTimes(Table):
    """Time to settle by ABC class, in working time."""

    A: PositiveDuration = Field(default="8h", description="class A")
    B: PositiveDuration = Field(default="2d", description="class B")
    C: PositiveDuration = Field(default="5d", description="class C, and items without a class")


class Escalation(Table):
    """Deadlines, and who is named as the next; nothing is sent to them yet."""

    first_response: ResponseTimes = Field(default=ResponseTimes(), description="until somebody takes it")
    resolve: ResolveTimes = Field(default=ResolveTimes(), description="until it is settled")
    chain: Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        default=("owner", "wh_manager", "owner_of_last_resort"),
        description="named in the mail as the next, in this order: owner, a role or a person's id; nothing is sent to them",
    )
