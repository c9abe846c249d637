"""The shop as a Flask application: `python app.py --port 8000`, or `gunicorn app:app`."""

import argparse

from flask import Flask, jsonify, request

from shop.catalogue import PRICES, cart_from
from shop.orders import OrderBook, OutOfStock

app = Flask("checkout")
book = OrderBook()


@app.get("/")
def catalogue():
    articles = {sku: {"title": title, "price": price} for sku, (title, price) in PRICES.items()}
    return jsonify(articles)


@app.post("/orders/<int:user_id>")
def place_order(user_id: int):
    wanted = request.get_json()
    cart = cart_from(user_id, wanted["items"], wanted.get("coupon"))
    total = cart.total()
    order = book.place(cart)
    return jsonify(number=order.number, total=total, to_pay=order.to_pay), 201


@app.get("/orders/<int:user_id>")
def list_orders(user_id: int):
    orders = book.of(user_id)
    return jsonify([{"number": order.number, "to_pay": order.to_pay} for order in orders])


@app.errorhandler(KeyError)
@app.errorhandler(OutOfStock)
def bad_order(error: Exception):
    return jsonify(error=f"{type(error).__name__}: {error}"), 400


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    app.run(port=parser.parse_args().port, threaded=True)
