# frozen_string_literal: true

# What a customer wants to buy.
module Shop
  # A customer.
  class User
    attr_reader :id, :name, :email
    attr_accessor :orders

    def initialize(id, name, email, orders)
      @id = id
      @name = name
      @email = email
      @orders = orders
    end
  end

  Item = Struct.new(:sku, :title, :price, :quantity)

  # Items of one customer.
  class Cart
    attr_reader :owner, :items, :coupon

    def initialize(owner, coupon = nil)
      @owner = owner
      @coupon = coupon
      @items = []
    end

    def add(item)
      known = @items.find { |other| other.sku == item.sku }
      if known
        known.quantity += item.quantity
      else
        @items << item
      end
    end

    def total
      total = 0.0
      @items.each do |item|
        total += item.price * item.quantity
      end
      total.round(2)
    end
  end
end
