// Orders that were placed.

import { type Cart, rounded } from './cart.js'
import { best, type Discount } from './rules.js'

/** Nothing is in it that could be delivered. */
export class BadOrder extends Error {
  override readonly name = 'BadOrder'
}

export interface Order {
  readonly number: number
  readonly cart: Cart
  readonly total: number
  readonly discount: Discount
}

export function toPay(order: Order): number {
  return rounded(order.total - order.discount.amount)
}

/** Keeps the last orders of every customer. */
export class OrderBook {
  private static readonly KEPT = 20

  private readonly orders = new Map<number, Order[]>()
  private last = 0

  place(cart: Cart): Order {
    if (cart.items.length === 0) throw new BadOrder('the cart is empty')
    const user = cart.owner
    const total = cart.total()
    const discount = best(cart, total)
    this.last += 1
    const order: Order = { number: this.last, cart, total, discount }
    const latest = [...this.of(user.id), order].slice(-OrderBook.KEPT)
    this.orders.set(user.id, latest)
    user.orders += 1
    return order
  }

  of(userId: number): readonly Order[] {
    return this.orders.get(userId) ?? []
  }
}
