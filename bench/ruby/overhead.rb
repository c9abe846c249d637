# frozen_string_literal: true

# What a hit costs on this Ruby: ours, and what Ruby itself offers. One subject a process, rows as JSON
# lines: `ruby overhead.rb stillframe|tracepoint|binding|debug [--short]`.
#
# Invariant: base and case are measured in turns, and of many short rounds the quickest counts: what
# else runs on the machine only ever adds.

require "fileutils"
require "tmpdir"

SUBJECT = ARGV[0]
SHORT = ARGV.include?("--short")
ROUNDS = SHORT ? 3 : 60
CALLS = SHORT ? 2_000 : 20_000
CAPTURES = SHORT ? 3 : 60
# A process takes so many snapshots a second.
CAPTURE_EVERY_S = 0.09
CASES = { "stillframe" => %i[condition_false count removed unprobed_function] }.fetch(SUBJECT, %i[condition_false])
# A debugger wants files.
FOLDER = Dir.mktmpdir("stillframe-bench")
at_exit { FileUtils.remove_entry(FOLDER) }

def loaded(name, source)
  path = File.join(FOLDER, "of_#{name}.rb")
  File.write(path, source)
  load path
  path
end

# A function for each case, the same but for its name.
def define(name)
  path = loaded(name, <<~RUBY)
    def of_#{name}(a)
      b = a + 1
      b
    end
    def times_of_#{name}(count)
      began = Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond)
      i = 0
      while i < count
        of_#{name}(i)
        i += 1
      end
      Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond) - began
    end
  RUBY
  "#{path}:3"
end

def row(name, subject, ns, ratio)
  puts %({"runtime":"ruby","version":"#{RUBY_VERSION}","case":"#{name}","subject":"#{subject}","ns":#{ns},"ratio":#{ratio}})
end

def armed(location, **options)
  spec = { location: location, kind: "snap", budget_ppm: 1_000_000, limit: 1 << 40 }.merge(options)
  id = Stillframe::Native.probe(spec, nil)
  report = Stillframe.status["probes"].find { |one| one["probe"] == id }
  raise "not armed: #{report}" unless report["state"] == "armed"

  id
end

def target(name, location, &block)
  traced = TracePoint.new(:line, &block)
  traced.enable(target: method("of_#{name}"), target_line: location[/\d+\z/].to_i)
  traced
end

def arm(name, location)
  case [SUBJECT, name]
  in ["stillframe", :count] then armed(location, kind: "count")
  in ["stillframe", :unprobed_function] then nil
  in ["stillframe", :removed] then Stillframe.remove(armed(location, condition: "b < 0"))
  in ["stillframe", _] then armed(location, condition: "b < 0")
  in ["tracepoint", _] then target(name, location) {}
  in ["binding", _] then target(name, location) { |point| raise if point.binding.local_variable_get(:b) < 0 }
  in ["debug", _] then DEBUGGER__::SESSION.add_line_breakpoint(location[/\A[^:]+/], 3, cond: "b < 0")
  end
end

# The quickest of many captures of ten locals, one at a time.
def capture_10_locals
  path = loaded("ten", <<~RUBY)
    def of_ten(a, b, c, d)
      e = a; f = "text"; g = :sym; h = 1.5; i = nil
      j = [1, 2, 3]
      j
    end
    def once_of_ten
      began = Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond)
      of_ten(1, 2, 3, 4)
      Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond) - began
    end
  RUBY
  base = Array.new(1_000) { once_of_ten }.min
  id = armed("#{path}:4", rate_per_s: 1_000_000)
  best = Array.new(CAPTURES) do
    # An application runs meanwhile: asleep, the processor would forget its own caches.
    ends = Process.clock_gettime(Process::CLOCK_MONOTONIC) + CAPTURE_EVERY_S
    times_of_base(100) while Process.clock_gettime(Process::CLOCK_MONOTONIC) < ends
    # The first of two warms what the wait has cooled.
    [once_of_ten, once_of_ten].min
  end.min
  captured = Stillframe.status["probes"].find { |one| one["probe"] == id }["counters"]["captured"]
  raise "#{captured} captures of #{2 * CAPTURES}" unless captured == 2 * CAPTURES

  row("capture_10_locals", SUBJECT, best - base, (best.fdiv(base)).round(3))
end

case SUBJECT
when "stillframe"
  $LOAD_PATH.unshift(File.expand_path("../../bindings-ruby/lib", __dir__))
  require "stillframe"
  Stillframe.start(sink: ->(_) {}, service: "bench")
when "debug"
  require "debug/session"
  DEBUGGER__.start(nonstop: true)
end

names = %i[base base_again] + CASES
locations = names.to_h { |name| [name, define(name)] }
CASES.each { |name| arm(name, locations[name]) }
best = Hash.new(Float::INFINITY)
calls = SUBJECT == "debug" ? CALLS / 10 : CALLS
ROUNDS.times { names.each { |name| best[name] = [best[name], send("times_of_#{name}", calls).fdiv(calls)].min } }
if SUBJECT == "stillframe"
  row("base", "none", best[:base].round(2), 1)
  row("base_again", "none", (best[:base_again] - best[:base]).round(2), (best[:base_again] / best[:base]).round(3))
end
CASES.each do |name|
  row(name, SUBJECT, (best[name] - best[:base]).round(2), (best[name] / best[:base]).round(3))
end
capture_10_locals if SUBJECT == "stillframe"
$stdout.flush
return unless SUBJECT == "debug"

FileUtils.remove_entry(FOLDER)
exit!(0)
