# frozen_string_literal: true

# What never leaves: by name, wherever the name stands, and by its look.

require_relative "helper"

class TestRedaction < AgentTest
  SOURCE = <<~RUBY
    class Secretive
      def initialize
        @api_key = "k"
        @open = 1
      end

      def call(password, kept)
        kept #: line
      end
    end
  RUBY

  GONE = { "$missing" => "redacted" }.freeze

  def setup
    super
    place(SOURCE, "secretive.rb")
    @secretive = Secretive.new
  end

  def kept(value)
    locals("line", limit: 1) { @secretive.call("hunter2", value) }
  end

  def test_a_local_and_a_field
    locals = kept(1)
    assert_equal GONE, locals["password"]
    assert_equal [GONE, 1], locals["self"].values_at("@api_key", "@open")
  end

  def test_keys_of_hashes_whatever_they_are
    entries = kept({ password: "a", "Authorization" => "b", "cookie".b => "c", open: "d" })["kept"]["$entries"]
    assert_equal [GONE, GONE, GONE, "d"], entries.map(&:last)
  end

  def test_members_of_structs
    found = kept(Struct.new(:token, :open).new("a", "b"))["kept"]
    assert_equal [GONE, "b"], found.values_at("token", "open")
  end

  def test_values_by_their_look
    found = kept(["ghp_abcdefghijklmnopqrstuvwxyz0123456789", 4111111111111111, "plain"])["kept"]
    assert_equal [GONE, GONE, "plain"], found
  end

  def test_a_condition_does_not_read_what_a_name_hides
    one = Placed.new("#{@path}:#{line("line")}", condition: "password == \"hunter2\"", kind: "count")
    @placed << one
    state = Placed.wait_for("no verdict") { one.report["state"] != "pending" && one.report }
    @secretive.call("hunter2", 1)
    assert(state["state"] == "refused" || one.counters["captured"].zero?, one.report)
  end

  def test_names_of_the_applications_own
    Stillframe.stop
    Stillframe.start(sink: ->(_) {}, service: "tests", redact: ["open"], readable: ["api_key"])
    locals = kept(1)
    assert_equal ["k", GONE], locals["self"].values_at("@api_key", "@open")
  end
end
