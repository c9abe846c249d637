// What the shop sells and who buys it.

import { Cart, type User } from './cart.js'
import { BadOrder } from './orders.js'

export interface Article {
  readonly title: string
  readonly price: number
}

export const ARTICLES = new Map<string, Article>([
  ['SF-1001', { title: 'Tripod', price: 39.9 }],
  ['SF-1007', { title: 'Lens cap', price: 4.5 }],
  ['SF-1042', { title: 'Camera bag', price: 89 }],
  ['SF-1100', { title: 'Film, 36 exposures', price: 12.8 }],
  ['SF-1200', { title: 'Darkroom lamp', price: 27.35 }],
])

const NAMES = ['Lea', 'Jon', 'Ada', 'Kim', 'Max', 'Eva', 'Tom', 'Ida']

const USERS = new Map<number, User>(
  NAMES.map((name, index) => {
    const email = `${name.toLowerCase()}@example.com`
    return [index + 1, { id: index + 1, name, email, orders: (index + 1) * 7 }]
  }),
)

/** The cart of a request: `lines` says how many of which article. */
export function cartFrom(userId: number, lines: Record<string, number>, coupon?: string): Cart {
  const owner = USERS.get(userId)
  if (owner === undefined) throw new BadOrder(`no user ${userId}`)
  const cart = new Cart(owner, coupon)
  for (const [sku, quantity] of Object.entries(lines)) {
    const article = ARTICLES.get(sku)
    if (article === undefined) throw new BadOrder(`no article ${sku}`)
    cart.add({ sku, ...article, quantity })
  }
  return cart
}
