# frozen_string_literal: true

require_relative 'rules'

# Orders that were placed.
module Shop
  # Nothing is in it that could be delivered.
  class BadOrder < StandardError; end

  Order = Struct.new(:number, :cart, :total, :discount) do
    def to_pay
      (total - discount.amount).round(2)
    end
  end

  # Keeps the last orders of every customer.
  class OrderBook
    KEPT = 20

    def initialize
      @orders = Hash.new { |orders, user_id| orders[user_id] = [] }
      @last = 0
      @lock = Mutex.new
    end

    def place(cart)
      raise BadOrder, 'the cart is empty' if cart.items.empty?

      user = cart.owner
      total = cart.total
      discount = Rules.best(cart, total)
      @lock.synchronize do
        order = Order.new(@last += 1, cart, total, discount)
        @orders[user.id] = [*@orders[user.id], order].last(KEPT)
        user.orders += 1
        order
      end
    end

    def of(user_id)
      @lock.synchronize { @orders.fetch(user_id, []) }
    end
  end
end
