"""The first account of an empty registry, and that there is no second first."""

from __future__ import annotations

from sqlalchemy import select, update

from registry import clock
from registry.db import db
from registry.models import Capacity, Membership, Person, Unit
from registry.rules import identifiers
from seeds import cast

OFFICE_CODE = "91341300MA2RABCD0T"
PASSWORD = "a long enough password"


def run(app, code: str, password: str = PASSWORD):
    """The command, its password from standard input."""
    arguments = ["account", "create-admin", "root", "--name", "管理员甲", "--office", "新建市场监督管理局"]
    return app.test_cli_runner().invoke(
        args=[*arguments, "--credit-code", code], input=f"{password}\n{password}\n", catch_exceptions=False
    )


def without_administrators() -> None:
    db.session.execute(
        update(Membership).where(Membership.role.in_(("admin", "security_admin"))).values(until=clock.today())
    )
    db.session.commit()


def free_code() -> str:
    """A credit code with the right check character that nobody has."""
    for last in "0123456789ABCDEFGHJKLMNPQRTUWXY":
        try:
            return identifiers.credit_code(OFFICE_CODE[:17] + last)
        except identifiers.IdentifierError:
            continue
    raise AssertionError


def test_the_first_administrator_signs_in(app, client) -> None:
    without_administrators()
    result = run(app, free_code())
    assert result.exit_code == 0, result.output
    assert PASSWORD not in result.output
    office = db.session.scalars(select(Unit).where(Unit.credit_code == free_code())).one()
    held = select(Capacity.capacity).where(Capacity.unit_id == office.id)
    assert (office.area_code, db.session.scalars(held).all()) == ("341300", ["regulator"])
    assert client.post("/account/sign-in", data={"login": "root", "password": PASSWORD}).status_code == 302
    assert client.get("/people/new").status_code == 200
    assert "您一人兼任系统、安全、审计管理员中的3个" in client.get("/people/").text


def test_an_office_on_file_is_not_registered_twice(app) -> None:
    without_administrators()
    code = db.session.scalar(select(Unit.credit_code).where(Unit.id == cast.unit("city").id))
    assert run(app, code).exit_code == 0
    assert len(db.session.scalars(select(Unit).where(Unit.credit_code == code)).all()) == 1


def test_where_somebody_administers_it_is_refused(app) -> None:
    result = run(app, free_code())
    assert result.exit_code == 1
    assert "已有系统管理员" in result.output


def test_bad_input_leaves_nothing(app) -> None:
    without_administrators()
    assert run(app, OFFICE_CODE[:17] + ("1" if free_code()[-1] != "1" else "2")).exit_code == 2
    short = run(app, free_code(), "short")
    assert (short.exit_code, "密码至少" in short.output) == (1, True)
    assert not db.session.scalars(select(Person).where(Person.name == "管理员甲")).all()
    assert not db.session.scalars(select(Unit).where(Unit.credit_code == free_code())).all()
