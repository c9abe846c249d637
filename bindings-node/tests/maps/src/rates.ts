const RATES: Record<string, number> = { fr: 2, de: 3 }

export function rate (country: string): number {
  const known = RATES[country]
  return known ?? 1 //: rate
}
