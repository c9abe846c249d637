"""The same shop on FastAPI: `python fastapi_app.py --port 8000`, or `uvicorn fastapi_app:app`."""

import argparse
from typing import Optional

import uvicorn
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

from shop.catalogue import cart_from
from shop.orders import OrderBook

app = FastAPI(title="checkout")
book = OrderBook()


class Wanted(BaseModel):
    items: dict[str, int]
    coupon: Optional[str] = None


@app.post("/orders/{user_id}", status_code=201)
async def place_order(user_id: int, wanted: Wanted) -> dict:
    try:
        cart = cart_from(user_id, wanted.items, wanted.coupon)
    except KeyError as error:
        raise HTTPException(400, f"unknown: {error}") from error
    total = cart.total()
    order = book.place(cart)
    return {"number": order.number, "total": total, "to_pay": order.to_pay}


@app.get("/orders/{user_id}")
def list_orders(user_id: int) -> list[dict]:
    orders = book.of(user_id)
    return [{"number": order.number, "to_pay": order.to_pay} for order in orders]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    uvicorn.run(app, port=parser.parse_args().port, log_level="warning")
