# frozen_string_literal: true

# Conditions, watches and log lines in real frames: what a name means where it is typed.

require_relative "helper"

class TestConditions < AgentTest
  SOURCE = <<~RUBY
    module Priced
      LIMIT = 100
      class Cart
        SMALL = 5
        @@made = 3
        Point = Struct.new(:x, :y)
        attr_reader :total, :user
        alias_method :sum, :total
        def initialize(total)
          @total = total
          @user = { name: "ann", "id" => 7, 1 => :one }
          @defaulted = Hash.new(4)
          @computed = Hash.new { |_, key| key * 2 }
        end

        def computed
          raise "never"
        end

        def check(n, word: "w")
          state = :paid
          point = Point.new(1, 2)
          list = [1, 2, 3]
          missing = nil
          n + list.size #: line
        end

        def self.build(n)
          n #: singleton
        end
      end
    end
  RUBY

  def setup
    super
    place(SOURCE, "priced.rb")
    @cart = Priced::Cart.new(120)
  end

  # Whether a condition holds at the line, or why it does not: false, :failed, or what refused it.
  def holds(condition, **with)
    one = Placed.new("#{@path}:#{line("line")}", condition: condition, kind: "count")
    @placed << one
    state = Placed.wait_for("no verdict") { one.report["state"] != "pending" && one.report }
    return state["why"]["message"] if state["state"] == "refused"

    @cart.check(10, **with)
    counters = one.counters
    return :failed if counters["condition_failed"] == 1

    counters["captured"] == 1
  ensure
    one&.remove
  end

  def self.means(name, condition, expected)
    define_method("test_#{name}") do
      assert_equal expected, holds(condition), condition
    end
  end

  means "a_local", "n > 5", true
  means "a_local_that_is_less", "n < 5", false
  means "a_keyword", "word == \"w\"", true
  means "nil", "missing.nil?", true
  means "a_symbol", "state == :paid", true
  means "a_symbol_is_no_string", "state == \"paid\"", false
  means "a_variable_of_self", "@total == 120", true
  means "a_variable_that_is_not_set", "@nothing.nil?", true
  means "what_self_answers", "total == 120", true
  means "what_self_answers_by_another_name", "sum == 120", true
  means "what_self_answers_by_name", "self.total == 120", true
  means "a_method_with_code", "self.computed == 1", :failed
  means "a_member_of_a_struct", "point.x == 1 && point.y == 2", true
  means "a_constant_of_the_class", "SMALL == 5", true
  means "a_constant_of_the_module", "LIMIT == 100", true
  means "a_constant_by_its_path", "Priced::Cart::SMALL == 5", true
  means "a_variable_of_the_class", "@@made == 3", true
  means "an_element", "list[1] == 2", true
  means "a_key_that_is_a_symbol", "@user[:name] == \"ann\"", true
  means "a_key_that_is_a_string", "@user[\"id\"] == 7", true
  means "a_key_that_is_a_number", "@user[1] == :one", true
  means "a_default_value", "@defaulted[:x] == 4", true
  means "a_default_that_is_code", "@computed[:x] == 4", :failed
  means "a_class", "self.is_a?(Priced::Cart)", true
  means "words", "n > 5 and not missing", true

  def test_a_name_that_nobody_knows_is_refused_and_one_alike_is_told
    assert_match(/wrod/, holds("wrod == 1"))
    one = Placed.new("#{@path}:#{line("line")}", condition: "wrod == 1")
    @placed << one
    assert_match(/word/, one.report["why"].to_s)
  end

  def test_a_watch_travels_with_the_snapshot
    one = probe("line", watches: ["list.last", "@user[:name]", "state"])
    @cart.check(10)
    assert_equal({ "list.last" => 3, "@user[:name]" => "ann", "state" => { "$type" => "Symbol", "$value" => "paid" } },
                 one.snapshot["watches"])
  end

  def test_a_log_line_is_rendered
    one = Placed.new("#{@path}:#{line("line")}", log: "n={n} state={state} total={@total}")
    @placed << one
    one.armed
    @cart.check(10)
    assert_equal "n=10 state=:paid total=120", one.snapshot["message"].to_s.sub("state=paid", "state=:paid")
  end
end
