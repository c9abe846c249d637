# frozen_string_literal: true

# Datadog's dynamic instrumentation, driven by its own probe manager, and its agent played by a small server.
#
# The product is a gem of the GEM_HOME. Invariant: every snapshot that is measured reaches the server, and a condition
# that becomes true does.

require "json"
require "socket"
require_relative "subjects"

# What the product's agent hears.
class DatadogsAgent
  ENDPOINTS = %w[/info /debugger/v1/input /debugger/v1/diagnostics /debugger/v2/input].freeze
  ANSWER = JSON.generate(version: "7.70.0", endpoints: ENDPOINTS)

  attr_reader :port

  def initialize
    @server = TCPServer.new("127.0.0.1", 0)
    @port = @server.addr[1]
    @heard = Queue.new
    Thread.new { loop { serve(@server.accept) } }
  end

  # How many snapshots of a probe arrived since it was last asked.
  def snapshots(id)
    all = +""
    all << @heard.pop until @heard.empty?
    all.scan(/"probe":\{"id":"#{id}"/).size
  end

  private

  def serve(client)
    head = +""
    while (line = client.gets) && line != "\r\n"
      head << line
    end
    @heard << client.read(head[/^content-length: *(\d+)/i, 1].to_i)
    client.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: #{ANSWER.bytesize}\r\n" \
                 "Connection: close\r\n\r\n#{ANSWER}")
  rescue SystemCallError, IOError
    nil # It left.
  ensure
    client.close
  end
end

class DatadogsProbes < Subject
  CASES = %i[condition_false].freeze
  FEW = { condition_false: 500 }.freeze
  IS_FALSE = { "dsl" => "b < 0", "json" => { "lt" => [{ "ref" => "b" }, 0] } }.freeze

  def name
    "datadog"
  end

  def start
    @agent = DatadogsAgent.new
    ENV["DD_TRACE_STARTUP_LOGS"] = "false"
    require "datadog"
    Datadog::DI.activate_tracking!
    configure(@agent.port)
    @product = Datadog::DI.component
    expect("datadog: its component is there", @product.nil?, false)
  end

  # Without its limits: how often it captures, and how long it may take for it.
  def configure(port)
    Datadog.configure do |settings|
      settings.agent.host = "127.0.0.1"
      settings.agent.port = port
      settings.logger.level = Logger::ERROR
      settings.tracing.enabled = false
      settings.telemetry.enabled = false
      settings.crashtracking.enabled = false
      settings.remote.enabled = true
      settings.dynamic_instrumentation.enabled = true
      within = settings.dynamic_instrumentation.internal
      within.development = true
      within.snapshot_queue_capacity = 10_000
      within.max_processing_time = 60.0
    end
  end

  def arm(name)
    place(name.to_s, Workload[name], Workload::PROBED, "when" => IS_FALSE)
  end

  def place(id, path, line, **more)
    probe = @product.parse_probe_spec_and_notify(
      "id" => id, "type" => "LOG_PROBE", "language" => "ruby", "captureSnapshot" => true, "template" => "",
      "segments" => [], "where" => { "sourceFile" => path, "lines" => [line.to_s] },
      "sampling" => { "snapshotsPerSecond" => 1_000_000 }, **more
    )
    expect("datadog: a probe at #{path}:#{line}", @product.probe_manager.add_probe(probe), true)
  end

  def control(_called)
    expect("datadog: snapshots of what is false", delivered("condition_false"), 0)
    of_condition_false(-5)
    expect("datadog: snapshots of what is true", delivered("condition_false"), 1)
  end

  def delivered(id)
    @product.probe_notifier_worker.flush
    @agent.snapshots(id)
  end

  # Captures at a line; answers how often it did.
  def capture(path, line)
    place("ten", path, line)
    -> { delivered("ten") }
  end

  # Its threads are of no further use.
  def stop
    $stdout.flush
    Workload.close
    exit!(0)
  end
end
