import { rate } from '../rates'

/** What is sold. */
export interface Item {
  sku: string
  price: number
}

type Total = number

export class OrdersService {
  private readonly items: Item[] = []

  constructor (private readonly owner: string) {}

  add (item: Item): void {
    this.items.push(item)
  }

  total (country: string): Total {
    let sum: number = 0
    for (const item of this.items) {
      sum += item.price * rate(country) //: body
    }
    return sum //: total
  }

  async place (country: string): Promise<{ owner: string, total: Total }> {
    const total = this.total(country)
    const order = await Promise.resolve({ owner: this.owner, total }) //: order
    return order //: placed
  }
}

export const twice = (amount: number): number => {
  const doubled = amount * 2
  return doubled //: twice
}

export function chain (amounts: number[]): number[] {
  return amounts.map(amount => twice(amount)).filter(amount => amount > 2) //: chain
}
