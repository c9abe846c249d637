// What a customer wants to buy.

export interface User {
  readonly id: number
  readonly name: string
  readonly email: string
  orders: number
}

export interface Item {
  readonly sku: string
  readonly title: string
  readonly price: number
  quantity: number
}

export class Cart {
  readonly items: Item[] = []

  constructor(
    readonly owner: User,
    readonly coupon?: string,
  ) {}

  add(item: Item): void {
    const known = this.items.find(({ sku }) => sku === item.sku)
    if (known === undefined) {
      this.items.push(item)
    } else {
      known.quantity += item.quantity
    }
  }

  total(): number {
    let total = 0
    for (const item of this.items) {
      total += item.price * item.quantity
    }
    return rounded(total)
  }
}

/** An amount in whole cents. */
export function rounded(amount: number): number {
  return Math.round(amount * 100) / 100
}
