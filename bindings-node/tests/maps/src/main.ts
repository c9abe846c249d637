export { OrdersService, chain, twice } from './orders/orders.service'
export { rate } from './rates'
