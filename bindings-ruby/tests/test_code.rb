# frozen_string_literal: true

# Kinds of code that are not a plain method: templates, refinements, methods made of others, fibers.

require_relative "helper"
require "erb"

class TestCode < AgentTest
  SOURCE = <<~RUBY
    module Shop
      module Rules
        def self.best(a)
          a + 1 #: best
        end
      end

      class Kinds
        def first(a)
          b = a + 1
          b #: first
        end
        alias second first
        alias_method :third, :first
        define_method(:fourth, instance_method(:first))

        def spread(a)
          [ #: spread
            a,
            a + 1
          ].sum
        end

        def sleepy(a)
          Fiber.yield a
          a + 1 #: fiber
        end
      end

      module Around
        def first(a)
          super(a + 10) #: around
        end
      end

      module Refined
        refine Integer do
          def halved
            half = self / 2
            half #: refined
          end
        end
      end
    end
    using Shop::Refined
    Shop::HALVED = ->(n) { n.halved }
  RUBY

  def setup
    super
    place(SOURCE, "kinds.rb")
    @kinds = Shop::Kinds.new
  end

  def test_a_method_is_hit_by_all_its_names
    one = probe("first", kind: "count")
    old = Shop::Kinds.instance_method(:first)
    @kinds.first(1)
    @kinds.second(1)
    @kinds.third(1)
    @kinds.fourth(1)
    old.bind_call(@kinds, 1)
    @kinds.method(:first).unbind.bind_call(@kinds, 1)
    assert_equal 6, one.hits
  end

  def test_what_a_wrapper_hides_is_found_by_its_file_and_hit_behind_it
    kinds = Class.new(Shop::Kinds) { prepend Shop::Around }.new
    inner, outer = probe("first"), probe("around", kind: "count")
    kinds.first(1)
    assert_equal [1, 11], [outer.hits, inner.snapshot["locals"]["a"]]
  end

  def test_a_file_and_a_name_with_modules
    one = Placed.new("#{@path}:Shop::Rules.best", kind: "count")
    @placed << one
    one.armed
    Shop::Rules.best(1)
    assert_equal [1, line("best")], [one.hits, one.report["at"]["line"]]
  end

  def test_a_refinement_shows_its_locals
    one = probe("refined")
    Shop::HALVED.call(8)
    assert_equal 4, one.snapshot["locals"]["half"]
  end

  def test_an_expression_over_lines_is_one_hit
    one = probe("spread", kind: "count")
    @kinds.spread(1)
    assert_equal 1, one.hits
  end

  def test_a_fiber_is_hit_when_it_goes_on
    one = probe("fiber")
    kinds = @kinds
    fiber = Fiber.new { kinds.sleepy(3) }
    fiber.resume
    assert_equal 0, one.hits
    fiber.resume
    assert_equal [1, 3], [one.hits, one.snapshot["locals"]["a"]]
  end

  def test_a_line_of_a_template
    path = File.join(@folder, "page.html.erb")
    File.write(path, "<ul>\n<% items.each do |item| %>\n<li><%= item * 2 %></li>\n<% end %>\n</ul>\n")
    template = ERB.new(File.read(path))
    template.filename = path
    template.def_method(Shop::Kinds, "page(items)", path)
    one = Placed.new("page.html.erb:3")
    @placed << one
    one.armed
    assert_match(/<li>10/, @kinds.page([5]))
    snapshot = one.snapshot
    assert_equal [5, [5]], snapshot["locals"].values_at("item", "items")
  end
end
