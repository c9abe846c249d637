# frozen_string_literal: true

# Discounts, the best of which applies.
module Shop
  Discount = Struct.new(:reason, :amount)

  # The rules themselves.
  module Rules
    NONE = Discount.new(:none, 0.0).freeze

    def self.coupon(cart, _total)
      cart.coupon == 'WELCOME' ? Discount.new(:coupon, 5.0) : NONE
    end

    def self.loyalty(cart, total)
      percent = [cart.owner.orders / 10, 5].min
      Discount.new(:loyalty, (total * percent / 100).round(2))
    end

    def self.bulk(cart, total)
      pieces = cart.items.sum(&:quantity)
      pieces >= 6 ? Discount.new(:bulk, (total * 0.08).round(2)) : NONE
    end

    ALL = %i[coupon loyalty bulk].map { |name| method(name) }.freeze

    def self.best(cart, total)
      best = NONE
      ALL.each do |rule|
        discount = rule.call(cart, total)
        best = discount if discount.amount > best.amount
      end
      best
    end
  end
end
