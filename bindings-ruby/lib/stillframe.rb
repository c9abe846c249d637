# frozen_string_literal: true

# Non-breaking breakpoints for running Ruby code.
#
#     require "stillframe"
#
#     Stillframe.start(sink: "stdout")
#     Stillframe.probe("shop/cart.rb:42", watches: ["items.first"])
#
# A probe sits on a line. When the line is reached a snapshot of the stack, the locals and the watches
# leaves the process; the application never pauses and no code of its own runs on our account. Nothing of
# this is needed in a program that was started with `stillframe run -- ruby app.rb`: probes then come from
# the command line.
#
# A Ruby that this build does not support, and STILLFRAME_ENABLED=false, make every method here do nothing;
# Stillframe.status says why.

# A process has one agent: where `stillframe run` brought one, the application's own gem is that.
return if defined?(Stillframe.start)

module Stillframe
  # Something asked of Stillframe cannot be done: +code+, +message+ and +hint+ say why.
  class Error < StandardError
    attr_reader :code, :hint

    def initialize(code, message, hint = nil)
      super(hint ? "#{message}; #{hint}" : message)
      @code = code
      @hint = hint
    end
  end
end

require_relative "stillframe/native"
require_relative "stillframe/callbacks"
require_relative "stillframe/fork"

module Stillframe
  @running = false
  @off = nil

  class << self
    # Starts the agent in this process.
    #
    # +hub+:: where probes come from: "http://127.0.0.1:4737".
    # +sink+:: where results go without a hub: "stdout", "stderr", "file:///folder", or what answers to
    #          +call+, which is called with each result on a thread of ours.
    # +service+:: name of the service; else STILLFRAME_SERVICE or OpenTelemetry's.
    # +version+:: version of the service.
    # +labels+:: labels of this instance, by which `stillframe snap --label` chooses.
    # +redact+:: further names whose values never leave, `*` at an end standing for anything.
    # +readable+:: names of the built-in list whose values may leave. Only the application can say so; what
    #              +redact+ or STILLFRAME_REDACT names stays redacted.
    #
    # What is absent comes from the environment, then from the defaults. A process has one agent: while it
    # runs, further calls change nothing. A configuration that cannot work is one line on stderr and a note
    # in Stillframe.status, never an exception: the application comes first.
    def start(hub: nil, sink: nil, service: nil, version: nil, labels: {}, redact: [], readable: [])
      return if @running || UNSUPPORTED

      @off = nil
      Native.start(
        hub: hub, sink: Callbacks.numbered(sink), service: service, version: version, labels: labels || {},
        redact: names(redact), readable: names(readable), **Identity.of_process
      )
      go_on
      nil
    rescue Error => error
      @off = error.message
      warn("stillframe: not started: #{error.message}")
      nil
    end

    # Takes every probe off, delivers what was captured within +timeout+ seconds, ends all threads. It may
    # be started again afterwards.
    def stop(timeout = 0.5)
      return unless @running

      @running = false
      Native.stop(timeout)
      Callbacks.clear
      nil
    end

    # Waits until everything captured so far was delivered, at most +timeout+ seconds; whether it was.
    def flush(timeout = 5.0)
      @running ? Native.flush(timeout) : true
    end

    # What the agent knows about itself: its link, its probes with exact counters, notes.
    #
    #     Stillframe.status["probes"][0]["counters"]["hits"] # => 1204
    def status
      return Native.status if @running

      { "enabled" => false, "probes" => [], "notes" => { "off" => UNSUPPORTED || @off || "not started" } }
    end

    # Places a probe and returns its id.
    #
    # +location+:: "shop/cart.rb:42", "shop/cart.rb:Cart#total" or "Shop::Cart#total"; with +kind+ "time"
    #              also lines, "shop/cart.rb:40..44". Code that is not loaded yet is waited for.
    # +condition+:: captures only where this is true: "total > 100 && user.id == 7".
    # +watches+:: expressions whose values travel with each snapshot.
    # +log+:: renders a log line instead of a snapshot: "total={cart.total}".
    # +kind+:: "count" counts hits, "time" measures how long a method or a range of lines takes; both leave
    #          their figures in Stillframe.status. Else a log line if +log+ is given, and a snapshot if not.
    # +limit+:: captures after which the probe ends.
    # +expires+:: seconds after which it ends.
    # +on_snapshot+:: is called with each result of this probe, on a thread of ours; a block is the same.
    #
    # Raises Stillframe::Error if the location, condition, a watch or a number cannot be right. What comes
    # of a probe later is in Stillframe.status. Where the agent is off, nothing happens and the id is empty.
    def probe(location, condition: nil, watches: [], log: nil, kind: nil, limit: nil, expires: nil,
              on_snapshot: nil, &block)
      unless @running
        return "" if UNSUPPORTED || @off

        raise Error.new("not_started", "place a probe: the agent is not running",
                        "call Stillframe.start first")
      end
      spec = { kind: (kind || (log ? "log" : "snap")).to_s, location: location.to_s }
      spec[:condition] = condition.to_s if condition
      spec[:watches] = Array(watches).map(&:to_s) unless Array(watches).empty?
      spec[:log] = log.to_s if log
      spec[:limit] = limit if limit
      spec[:expires_ms] = (expires * 1000).round if expires
      Native.probe(spec, Callbacks.numbered(on_snapshot || block))
    end

    # Takes a probe away. One that is gone already is no error.
    def remove(id)
      Native.remove(id) if @running
      nil
    end

    # Why there is no agent for this Ruby, or nil.
    def absent # :nodoc:
      UNSUPPORTED
    end

    # The native part while the agent runs, for the hook of forks.
    def following # :nodoc:
      @running ? Native : nil
    end

    private

    def go_on
      if Native.status.fetch("enabled", true)
        @running = true
        follow_forks
        at_exit_once
      else
        @off = "STILLFRAME_ENABLED is false"
      end
    end

    def at_exit_once
      return if @at_exit

      @at_exit = true
      at_exit { Stillframe.stop }
    end

    def names(names)
      names.is_a?(String) ? [names] : names.map(&:to_s)
    end
  end
end
