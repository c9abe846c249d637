# frozen_string_literal: true

# Values of Ruby's libraries and of frames, as captures show them and conditions compare them.

require "bigdecimal"
require "date"
require_relative "helper"

# ActiveModel's classes as far as what they store: as ActiveRecord 6.1 and later fill them.
module ActiveModel
  class Attribute
    def initialize(name, given, **cast)
      @name = name
      @value_before_type_cast = given
      @type = nil
      @original_attribute = nil
      @value = cast[:value] if cast.key?(:value)
    end

    def value
      TestValues.ran << :value
    end
  end

  class AttributeSet
    def initialize(attributes)
      @attributes = attributes
    end

    %i[[] fetch_value to_hash keys each_value attributes].each do |name|
      define_method(name) { |*| TestValues.ran << name }
    end
  end

  class LazyAttributeSet < AttributeSet
    def initialize(attributes, values, casted_values)
      super(attributes)
      @values = values
      @casted_values = casted_values
      @types = {}
      @materialized = false
    end
  end
end

class TestValues < AgentTest
  @ran = []
  class << self
    attr_reader :ran
  end

  SOURCE = <<~RUBY
    class Kept
      def call(kept)
        1 #: line
      end

      def given(&block)
        1 #: given
      end

      def made(&block)
        block.to_s
        1 #: made
      end

      def around(&block)
        [1].each do
          1 #: inner
        end
      end

      def asked(first: begin
        1 #: asked
      end, second: [first], **others)
        first
      end
    end
  RUBY

  class Record
    def initialize(attributes)
      @new_record = false
      @attributes = attributes
    end
  end

  def setup
    super
    place(SOURCE, "kept.rb")
    @kept = Kept.new
    TestValues.ran.clear
  end

  def value(value)
    locals("line", limit: 1) { @kept.call(value) }["kept"]
  end

  def text(value)
    found = value(value)
    assert_equal value.class.name, found["$type"]
    found["$value"]
  end

  # In each of the ways in which one is kept: as a day, as year and month, as both.
  def test_dates_are_what_they_say
    looked = Date.new(2024, 2, 29).tap(&:jd)
    dates = [Date.new(2024, 2, 29), looked, Date.new(2000, 1, 1) + 8825, Date.jd(0), Date.new(1500, 2, 29),
             Date.new(1582, 10, 4), Date.new(1582, 10, 15), Date.new(-1, 3, 1), Date.new(1, 1, 1, Date::GREGORIAN),
             Date.parse("9999-12-31"), Date.jd(2_299_160), Date.jd(1_721_058), Date.jd(1_721_117), Date.jd(1_721_118)]
    dates.each { |date| assert_equal date.dup.strftime("%Y-%m-%d"), text(date) }
  end

  def test_moments_are_what_they_say
    moments = [DateTime.new(2024, 2, 29, 23, 59, 58, "+05:30"), DateTime.new(2024, 1, 1, 0, 30, 0, "+02:00"),
               DateTime.new(2024, 12, 31, 23, 30, 0, "-03:30"), DateTime.jd(2_460_344.75), DateTime.parse("1970-01-01")]
    moments.each { |moment| assert_equal moment.dup.to_s, text(moment) }
    moments.each { |moment| assert_equal moment.tap(&:hour).to_s, text(moment) }
    assert_equal "2024-02-03T04:05:06.000000007+01:30", text(DateTime.new(2024, 2, 3, 4, 5, 6 + 7r / 1_000_000_000, "+01:30"))
  end

  def test_dates_that_are_no_plain_numbers_are_objects
    assert_equal({ "$type" => "Date" }, value(Date.new(100_000_000, 1, 1)))
    assert_equal({ "$type" => "DateTime" }, value(DateTime.new(2024, 1, 1, 0, 0, 1r / 3_000_000_000)))
    assert_equal({ "$type" => "TestValues::Day" }, value(Day.new(2024, 1, 1)))
  end

  # A subclass may mean anything by what it inherits.
  class Day < Date; end

  def test_a_decimal_is_shown_unless_the_application_writes_it
    assert_equal "0.15e1", value(BigDecimal("1.5"))["$value"]
  end

  def test_records_show_their_columns
    written = ActiveModel::Attribute.new("qty", "7", value: 7)
    read = ActiveModel::Attribute.new("price", "1.5")
    row = { "id" => 1, "name" => "cup", "qty" => 2, "made" => "2024-01-01", "password" => "x" }
    lazy = ActiveModel::LazyAttributeSet.new({ "qty" => written, "extra" => read }, row, { "made" => Date.new(2024, 1, 1) })
    found = value(Record.new(lazy))["@attributes"]
    wanted = { "$type" => "ActiveModel::LazyAttributeSet", "id" => 1, "name" => "cup", "qty" => 7,
               "made" => { "$type" => "Date", "$value" => "2024-01-01" }, "password" => { "$missing" => "redacted" }, "extra" => "1.5" }
    assert_equal wanted, found
    plain = ActiveModel::AttributeSet.new({ "a" => ActiveModel::Attribute.new("a", "1", value: nil), "b" => read })
    assert_equal({ "$type" => "ActiveModel::AttributeSet", "a" => nil, "b" => "1.5" }, value(Record.new(plain))["@attributes"])
    assert_empty TestValues.ran
  end

  def test_a_block_of_which_no_object_was_made_is_a_block
    assert_equal "<block>", locals("given", limit: 1) { @kept.given { 1 } }["block"]
    assert_nil locals("given", limit: 1) { @kept.given }["block"]
    assert_equal "Proc", locals("made", limit: 1) { @kept.made { 1 } }["block"]["$type"]
    assert_equal "<block>", locals("inner", limit: 1) { @kept.around { 1 } }["block"]
  end

  # Ruby keeps apart which keywords were given, and has nil in their places meanwhile.
  def test_a_keyword_whose_default_is_being_worked_out_is_what_ruby_has_for_it
    found = locals("asked", limit: 1) { @kept.asked(more: 1) }
    assert_equal [nil, nil, 1], [*found.values_at("first", "second"), found["others"]["$length"]]
  end
end
