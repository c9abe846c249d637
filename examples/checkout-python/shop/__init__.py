"""Carts, discount rules and orders of a small shop."""
