"""Orders that were placed."""

import itertools
import threading
from dataclasses import dataclass

from . import rules
from .cart import Cart


class OutOfStock(Exception):
    """Nothing is in the cart that could be delivered."""


@dataclass
class Order:
    number: int
    cart: Cart
    total: float
    discount: rules.Discount

    @property
    def to_pay(self) -> float:
        return round(self.total - self.discount.amount, 2)


class OrderBook:
    """Keeps the last orders of every customer."""

    KEPT = 20

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._orders: dict[int, list[Order]] = {}
        self._lock = threading.Lock()

    def place(self, cart: Cart) -> Order:
        if not cart.items:
            raise OutOfStock("the cart is empty")
        total = cart.total()
        discount = rules.best(cart, total)
        order = Order(next(self._numbers), cart, total, discount)
        with self._lock:
            orders = self._orders.setdefault(cart.owner.id, [])
            orders.append(order)
            del orders[: -self.KEPT]
        cart.owner.orders += 1
        return order

    def of(self, user_id: int) -> list[Order]:
        with self._lock:
            return list(self._orders.get(user_id, ()))
