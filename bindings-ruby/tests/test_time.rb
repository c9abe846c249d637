# frozen_string_literal: true

# Durations: of methods, blocks and ranges of lines.

require_relative "helper"

class TestTime < AgentTest
  SOURCE = <<~RUBY
    class Timed
      def method(n)
        inner(n) if n > 0
        sleep 0.01 #: in
        n
      end

      def inner(n)
        n
      end

      def fails
        raise "no" #: fails
      end

      def range(n)
        n += 1 #: before
        sleep 0.005 #: first
        [1, 2].each { |x| n += x } #: last
        n #: after
      end

      def blocks(xs)
        xs.each do |x|
          x + 1 #: block
        end
      end

      def returns_early(xs)
        xs.each { |x| return if x > 1 }
        nil #: early
      end
    end
  RUBY

  def setup
    super
    place(SOURCE, "timed.rb")
    @timed = Timed.new
  end

  def timed(location)
    one = Placed.new(location, kind: "time")
    @placed << one
    one.armed
  end

  def durations(one)
    one.report["durations"]["running"].merge("open" => one.report["durations"]["open"])
  end

  def test_each_call_of_a_method_is_one_duration
    one = timed("Timed#method")
    3.times { @timed.method(1) }
    found = durations(one)
    assert_equal 3, found["count"], found
    assert_operator found["min_ns"], :>=, 10_000_000
  end

  def test_a_call_that_raises_ends
    one = timed("Timed#fails")
    2.times { @timed.fails rescue nil }
    assert_equal 2, durations(one)["count"]
  end

  def test_a_call_that_a_block_returns_from_ends
    one = timed("Timed#returns_early")
    2.times { @timed.returns_early([1, 2, 3]) }
    assert_equal 2, durations(one)["count"]
  end

  def test_a_range_of_lines_is_one_duration_each_time_it_is_passed
    one = timed("#{@path}:#{line("first")}..#{line("last")}")
    2.times { @timed.range(1) }
    found = durations(one)
    assert_equal 2, found["count"], found
    assert_operator found["min_ns"], :>=, 5_000_000
  end

  def test_calls_inside_calls_are_told_apart
    one = timed("Timed#inner")
    @timed.method(1)
    assert_equal 1, durations(one)["count"]
  end

  def test_threads_are_told_apart
    one = timed("Timed#method")
    Array.new(4) { Thread.new { @timed.method(0) } }.each(&:join)
    assert_equal 4, durations(one)["count"]
  end
end
