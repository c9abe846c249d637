export const rate: number = 3
