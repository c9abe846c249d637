# frozen_string_literal: true

require_relative 'cart'
require_relative 'orders'

# What the shop sells and who buys it.
module Shop
  Article = Struct.new(:title, :price)

  ARTICLES = {
    'SF-1001' => Article.new('Tripod', 39.90),
    'SF-1007' => Article.new('Lens cap', 4.50),
    'SF-1042' => Article.new('Camera bag', 89.00),
    'SF-1100' => Article.new('Film, 36 exposures', 12.80),
    'SF-1200' => Article.new('Darkroom lamp', 27.35)
  }.freeze

  USERS = %w[Lea Jon Ada Kim Max Eva Tom Ida].each.with_index(1).to_h do |name, id|
    [id, User.new(id, name, "#{name.downcase}@example.com", id * 7)]
  end

  # The cart of a request: `lines` says how many of which article.
  def self.cart_from(user_id, lines, coupon = nil)
    owner = USERS.fetch(user_id) { raise BadOrder, "no user #{user_id}" }
    cart = Cart.new(owner, coupon)
    lines.each do |sku, quantity|
      article = ARTICLES.fetch(sku) { raise BadOrder, "no article #{sku}" }
      cart.add(Item.new(sku, article.title, article.price, quantity))
    end
    cart
  end
end
