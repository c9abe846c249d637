// The shop on Express: `node dist/app.js --port 8002`.

import { parseArgs } from 'node:util'
import express, { type NextFunction, type Request, type Response } from 'express'
import { ARTICLES, cartFrom } from './shop/catalogue.js'
import { BadOrder, OrderBook, toPay } from './shop/orders.js'

interface Wanted {
  readonly items: Record<string, number>
  readonly coupon?: string | null
}

const app = express()
const book = new OrderBook()
app.use(express.json())

app.get('/', (request, response) => {
  response.json(Object.fromEntries(ARTICLES))
})

app.post('/orders/:userId', (request, response) => {
  const wanted = request.body as Wanted
  const cart = cartFrom(Number(request.params.userId), wanted.items, wanted.coupon ?? undefined)
  const total = cart.total()
  const order = book.place(cart)
  response.status(201).json({ number: order.number, total, to_pay: toPay(order) })
})

app.get('/orders/:userId', (request, response) => {
  const orders = book.of(Number(request.params.userId))
  response.json(orders.map((order) => ({ number: order.number, to_pay: toPay(order) })))
})

app.use((error: Error, request: Request, response: Response, next: NextFunction) => {
  if (!(error instanceof BadOrder)) return next(error)
  response.status(400).json({ error: `${error.name}: ${error.message}` })
})

const { values } = parseArgs({ options: { port: { type: 'string', default: '8002' } } })
app.listen(Number(values.port), '127.0.0.1')
