"""What a customer wants to buy."""

from dataclasses import dataclass, field
from typing import Optional


@dataclass
class User:
    id: int
    name: str
    email: str
    orders: int = 0


@dataclass
class Item:
    sku: str
    title: str
    price: float
    quantity: int = 1


@dataclass
class Cart:
    owner: User
    items: list[Item] = field(default_factory=list)
    coupon: Optional[str] = None

    def add(self, item: Item) -> None:
        for known in self.items:
            if known.sku == item.sku:
                known.quantity += item.quantity
                return
        self.items.append(item)

    def total(self) -> float:
        total = 0.0
        for item in self.items:
            total += item.price * item.quantity
        return round(total, 2)
