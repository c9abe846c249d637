// Discounts, the best of which applies.

import { type Cart, rounded } from './cart.js'

export interface Discount {
  readonly reason: 'none' | 'coupon' | 'loyalty' | 'bulk'
  readonly amount: number
}

type Rule = (cart: Cart, total: number) => Discount

const NONE: Discount = { reason: 'none', amount: 0 }

const coupon: Rule = (cart) => {
  return cart.coupon === 'WELCOME' ? { reason: 'coupon', amount: 5 } : NONE
}

const loyalty: Rule = (cart, total) => {
  const percent = Math.min(Math.floor(cart.owner.orders / 10), 5)
  return { reason: 'loyalty', amount: rounded((total * percent) / 100) }
}

const bulk: Rule = (cart, total) => {
  const pieces = cart.items.reduce((sum, item) => sum + item.quantity, 0)
  return pieces >= 6 ? { reason: 'bulk', amount: rounded(total * 0.08) } : NONE
}

const RULES = [coupon, loyalty, bulk]

export function best(cart: Cart, total: number): Discount {
  let best = NONE
  for (const rule of RULES) {
    const discount = rule(cart, total)
    if (discount.amount > best.amount) best = discount
  }
  return best
}
