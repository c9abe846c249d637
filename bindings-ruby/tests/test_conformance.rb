# frozen_string_literal: true

# The conditions of `tests/conformance/conditions-ruby.json`, evaluated in real frames of this Ruby.

require "json"
require_relative "helper"

class TestConformance < AgentTest
  FOLDER = File.expand_path("../../tests/conformance", __dir__)
  SECTIONS = %i[
    literals names precedence commands logic truth arithmetic integers equality order strings patterns
    symbols ranges arrays blocks hashes objects reading redaction refusals bounds
  ].freeze

  # Why a case is none of a real frame. The list may only shrink.
  SKIPPED = { "name: x #3" => "Ruby has no local that is visible and not set" }.freeze

  # What each case is set up with, by its name; the file has what it comes to.
  def self.written
    %w[host written values objects].each { |part| require "#{FOLDER}/ruby_#{part}" }
    before, $VERBOSE = $VERBOSE, nil
    SECTIONS.each { |section| TOPLEVEL_BINDING.receiver.send(section) }
    CASES.to_h { |entry| [entry[:name], entry] }
  ensure
    $VERBOSE = before
  end

  # The method of a case, in the class of what it is called on.
  def text_of(number, entry)
    # A method sets no constant.
    outside, inside = entry[:setup].split(/\n|; /).partition { |text| text.match?(/\A[A-Z]\w* = /) }
    lines = [*outside, "def conformance_#{number}", *(outside.empty? ? entry[:setup].lines(chomp: true) : inside),
             "#{number} #: #{number}", "end"]
    return lines unless entry[:self]

    ["class #{entry[:self].class}", *lines, "end"]
  end

  def setup
    super
    @cases = JSON.parse(File.read("#{FOLDER}/conditions-ruby.json")).reject { |entry| SKIPPED.key?(entry["name"]) }
    Object.autoload(:Later, File.join(@folder, "later.rb"))
    File.write(File.join(@folder, "later.rb"), "raise 'code of the application ran'")
    @written = self.class.written
    lines = @cases.each_with_index.flat_map { |entry, number| text_of(number, @written.fetch(entry["name"])) }
    @path = File.join(@folder, "conformance_cases.rb")
    File.write(@path, lines.join("\n"))
    silently { load @path }
    @lines = File.readlines(@path, chomp: true).each_with_index.to_h { |text, at| [text[/#: (\d+)\z/, 1]&.to_i, at + 1] }
  end

  def teardown
    super
    Object.send(:remove_const, :Later)
  end

  def test_a_condition_means_what_ruby_means
    faults = []
    @cases.each_with_index do |entry, number|
      fault = fault_of(entry, number)
      faults << "#{entry["name"]}: #{entry["source"][0, 80]}: #{fault}" if fault
    end
    warn "conditions-ruby.json: #{@cases.size} ran, skipped: #{SKIPPED}"
    tell("conditions-ruby.json", @cases.size, SKIPPED.values.tally)
    assert_empty faults, "#{faults.size} of #{@cases.size}:\n#{faults.first(60).join("\n")}"
  end

  def fault_of(entry, number)
    expect = entry["expect"]
    # The one case with a constant that means something else in every other.
    Object.const_set(:None, 4) if entry["vars"].key?("None")
    begin
      # A count has the quota for hundreds of cases a second.
      one = Placed.new("#{@path}:#{@lines.fetch(number)}", condition: entry["source"], kind: "count")
    rescue Stillframe::Error => error
      # The agent refuses the longest ones before it looks inside.
      wanted = entry["source"].bytesize > 4096 ? "4096 bytes" : expect["refused"]
      return wanted && error.message.downcase.include?(wanted.downcase) ? nil : error.message
    end
    judged(entry, number, one)
  rescue RuntimeError => error
    error.message
  ensure
    one&.remove
    Object.send(:remove_const, :None) if Object.const_defined?(:None)
  end

  def judged(entry, number, one)
    report = Placed.wait_for(-> { one.report }) { (found = one.report)["state"] != "pending" && found }
    wanted = entry["expect"]["refused"]
    if report["state"] != "armed" || wanted
      why = report.fetch("why", {}).values.join(" ")
      return wanted && why.downcase.include?(wanted.downcase) ? nil : report.slice("state", "why").to_s
    end
    receiver = @written.fetch(entry["name"])[:self] || Object.new
    Runs.count = 0
    receiver.send("conformance_#{number}")
    counters = one.counters
    found = counters.values_at("captured", "condition_false", "condition_failed")
    expected = entry["expect"]["error"] ? [0, 0, 1] : { true => [1, 0, 0], false => [0, 1, 0] }[entry["test"]]
    return "code of the application ran" if Runs.count.positive?

    found == expected ? nil : "#{found} instead of #{expected} #{one.report["why"]}"
  end
end
