"""Values that libraries hide, read as data: loaded ones are there, others are *not loaded*."""

import pytest
from conftest import is_asking

#: No function of the API tells what an instance stores under a name that its class defines too.
ASKED = "attributes that a class hides are unreadable where layouts are not proven"


def watched(place, probe, where, run, *watches):
    placed = probe(where, "here", watches=list(watches))
    run()
    return placed.snapshot()["watches"]


def test_werkzeug_local_proxy(place, probe):
    if is_asking():
        pytest.skip(ASKED)
    pytest.importorskip("werkzeug")
    where = place(
        "from contextvars import ContextVar\n"
        "from werkzeug.local import LocalProxy\n"
        "class Request:\n"
        "    def __init__(self): self.path = '/cart'; self.user = {'id': 7}\n"
        "class Context:\n"
        "    def __init__(self): self.request = Request()\n"
        "variable = ContextVar('context')\n"
        "request = LocalProxy(variable, 'request')\n"
        "plain = LocalProxy(variable)\n"
        "unbound = LocalProxy(ContextVar('unbound'))\n"
        "def view():\n"
        "    variable.set(Context())\n"
        "    return 1  #: here\n"
    )
    got = watched(
        place, probe, where, where.module.view,
        "request.path", "request.user['id']", "plain.request.path", "unbound.path",
    )
    assert got["request.path"] == "/cart"
    assert got["request.user['id']"] == 7
    assert got["plain.request.path"] == "/cart"
    assert "not loaded" in got["unbound.path"]["$error"]


def test_sqlalchemy_columns_and_relations(place, probe):
    if is_asking():
        pytest.skip(ASKED)
    pytest.importorskip("sqlalchemy")
    where = place(
        "from sqlalchemy import ForeignKey, create_engine\n"
        "from sqlalchemy.orm import (DeclarativeBase, Mapped, Session, mapped_column,\n"
        "                            relationship)\n"
        "class Base(DeclarativeBase): pass\n"
        "class User(Base):\n"
        "    __tablename__ = 'users'\n"
        "    id: Mapped[int] = mapped_column(primary_key=True)\n"
        "    name: Mapped[str]\n"
        "class Order(Base):\n"
        "    __tablename__ = 'orders'\n"
        "    id: Mapped[int] = mapped_column(primary_key=True)\n"
        "    user_id: Mapped[int] = mapped_column(ForeignKey('users.id'))\n"
        "    user: Mapped[User] = relationship()\n"
        "def look(order):\n"
        "    return 1  #: here\n"
        "def run():\n"
        "    engine = create_engine('sqlite://')\n"
        "    Base.metadata.create_all(engine)\n"
        "    with Session(engine) as session:\n"
        "        session.add(Order(id=1, user=User(id=7, name='lea')))\n"
        "        session.commit()\n"
        "    with Session(engine) as session:\n"
        "        order = session.get(Order, 1)\n"
        "        look(order)\n"
        "        order.user.name\n"
        "        look(order)\n"
    )
    placed = probe(where, "here", watches=["order.user_id", "order.user.name"])
    where.module.run()
    before, after = placed.snapshot()["watches"], placed.snapshot()["watches"]
    assert before["order.user_id"] == 7
    assert "not loaded" in before["order.user.name"]["$error"]
    assert after == {"order.user_id": 7, "order.user.name": "lea"}


def test_django_lazy_objects_and_foreign_keys(place, probe):
    if is_asking():
        pytest.skip(ASKED)
    django = pytest.importorskip("django")
    from django.conf import settings

    if not settings.configured:
        settings.configure(
            DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
            INSTALLED_APPS=[],
        )
        django.setup()
    where = place(
        "from django.db import connection, models\n"
        "from django.utils.functional import SimpleLazyObject\n"
        "class Owner(models.Model):\n"
        "    name = models.CharField(max_length=9)\n"
        "    class Meta: app_label = 'shop'\n"
        "class Cart(models.Model):\n"
        "    owner = models.ForeignKey(Owner, models.CASCADE)\n"
        "    class Meta: app_label = 'shop'\n"
        "def look(cart, user):\n"
        "    return 1  #: here\n"
        "def run():\n"
        "    user = SimpleLazyObject(lambda: Owner(id=9, name='eve'))\n"
        "    cart = Cart(id=1, owner_id=7)\n"
        "    look(cart, user)\n"
        "    cart.owner = Owner(id=7, name='lea')\n"
        "    user.name\n"
        "    look(cart, user)\n"
    )
    placed = probe(where, "here", watches=["cart.owner_id", "cart.owner.name", "user.name"])
    where.module.run()
    before, after = placed.snapshot()["watches"], placed.snapshot()["watches"]
    assert before["cart.owner_id"] == 7
    assert "not loaded" in before["cart.owner.name"]["$error"]
    assert "not loaded" in before["user.name"]["$error"]
    assert after == {"cart.owner_id": 7, "cart.owner.name": "lea", "user.name": "eve"}


def test_opentelemetrys_current_trace(place, probe):
    trace = pytest.importorskip("opentelemetry.trace")
    where = place("def work(n):\n    return n  #: here\n")
    placed = probe(where, "here")
    number = 0x4BF92F3577B34DA6A3CE929D0E0E4736
    context = trace.SpanContext(number, 7, is_remote=False)
    with trace.use_span(trace.NonRecordingSpan(context)):
        where.module.work(1)
    where.module.work(2)
    assert placed.snapshot()["trace_id"] == f"{number:032x}"
    assert "trace_id" not in placed.snapshot()
