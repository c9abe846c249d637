# frozen_string_literal: true

# The first probe of a process, its first hit and its first snapshot: nanoseconds of each, on one line.
#
# Invariant: each was counted.

require_relative "stillframe"

def timed
  began = Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond)
  answer = yield
  [Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond) - began, answer]
end

%i[count removed].each { |name| Workload.define(name) }
subject = Ours.new
subject.start
arming, id = timed { subject.place("#{Workload[:count]}:#{Workload::PROBED}", kind: "count") }
hit, = timed { of_count(1) }
expect("the first hit", subject.report(id)["counters"]["captured"], 1)
id = subject.place("#{Workload[:removed]}:#{Workload::PROBED}", **Ours::WITHOUT_RATE)
snapshot, = timed { of_removed(1) }
expect("the first snapshot", subject.report(id)["counters"]["captured"], 1)
puts "#{arming} #{hit} #{snapshot}"
