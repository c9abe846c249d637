"""Discounts, the best of which applies."""

from typing import Callable, NamedTuple

from .cart import Cart


class Discount(NamedTuple):
    reason: str
    amount: float


NONE = Discount("none", 0.0)


def coupon(cart: Cart, total: float) -> Discount:
    if cart.coupon == "WELCOME":
        return Discount("coupon", 5.0)
    return NONE


def loyalty(cart: Cart, total: float) -> Discount:
    percent = min(cart.owner.orders // 10, 5)
    return Discount("loyalty", round(total * percent / 100, 2)) if percent else NONE


def bulk(cart: Cart, total: float) -> Discount:
    pieces = sum(item.quantity for item in cart.items)
    return Discount("bulk", round(total * 0.08, 2)) if pieces >= 6 else NONE


RULES: list[Callable[[Cart, float], Discount]] = [coupon, loyalty, bulk]


def best(cart: Cart, total: float) -> Discount:
    return max((rule(cart, total) for rule in RULES), key=lambda discount: discount.amount)
