"""What the shop sells and who buys it."""

from typing import Optional

from .cart import Cart, Item, User

PRICES = {
    "SF-1001": ("Tripod", 39.90),
    "SF-1007": ("Lens cap", 4.50),
    "SF-1042": ("Camera bag", 89.00),
    "SF-1100": ("Film, 36 exposures", 12.80),
    "SF-1200": ("Darkroom lamp", 27.35),
}

USERS = {
    number: User(number, name, f"{name.lower()}@example.com", orders=number * 7)
    for number, name in enumerate(["Lea", "Jon", "Ada", "Kim", "Max", "Eva", "Tom", "Ida"], start=1)
}


def cart_from(user_id: int, lines: dict[str, int], coupon: Optional[str] = None) -> Cart:
    """The cart of a request; an unknown user or article is a KeyError."""
    cart = Cart(USERS[user_id], coupon=coupon)
    for sku, quantity in lines.items():
        title, price = PRICES[sku]
        cart.add(Item(sku, title, price, quantity))
    return cart
