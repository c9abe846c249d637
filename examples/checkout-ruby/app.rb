# frozen_string_literal: true

# The shop on Sinatra: `ruby app.rb --port 8003`, or `puma` with what `config.ru` says.

require 'json'
require 'optparse'
require 'sinatra/base'
require_relative 'shop/catalogue'
require_relative 'shop/orders'

# Endpoints of the shop.
class App < Sinatra::Base
  BOOK = Shop::OrderBook.new

  set :bind, '127.0.0.1'
  set :server, :puma
  set :show_exceptions, false
  set :dump_errors, false

  before { content_type :json }

  get '/' do
    Shop::ARTICLES.transform_values(&:to_h).to_json
  end

  post '/orders/:user_id' do
    wanted = JSON.parse(request.body.read)
    cart = Shop.cart_from(params['user_id'].to_i, wanted['items'], wanted['coupon'])
    total = cart.total
    order = BOOK.place(cart)
    status 201
    { number: order.number, total: total, to_pay: order.to_pay }.to_json
  end

  get '/orders/:user_id' do
    orders = BOOK.of(params['user_id'].to_i)
    orders.map { |order| { number: order.number, to_pay: order.to_pay } }.to_json
  end

  error Shop::BadOrder do |error|
    status 400
    { error: "#{error.class}: #{error.message}" }.to_json
  end
end

if __FILE__ == $PROGRAM_NAME
  options = { port: 8003 }
  OptionParser.new { |parser| parser.on('--port PORT', Integer) }.parse!(into: options)
  App.run!(port: options[:port], quiet: true)
end
