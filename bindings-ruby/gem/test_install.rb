# frozen_string_literal: true

# The gem as people get it: installed from one file into a `GEM_HOME` that holds nothing, and used.
#
# Knows RubyGems' command line and the files that `cargo xtask dist` makes. Invariant: no registry is asked, and
# the gem of the platform is installed where there is no cargo.

require "fileutils"
require "json"
require "minitest/autorun"
require "open3"
require "rbconfig"
require "tmpdir"

# A folder with a `GEM_HOME` and an application that is no gem's.
class Home
  GEM = ["-rrubygems/gem_runner", "-e", "Gem::GemRunner.new.run(ARGV)", "--"].freeze
  # Works until something was captured: probes of a file come while the program runs already.
  WORK = <<~RUBY
    def work(n)
      twice = n * 2
      twice
    end
    limit = Process.clock_gettime(Process::CLOCK_MONOTONIC) + 60
    until Dir["results/*.jsonl"].any? || Process.clock_gettime(Process::CLOCK_MONOTONIC) > limit
      work(21)
      sleep 0.01
    end
  RUBY
  PROBES = [{ location: "work.rb:3", kind: "snap" }].freeze

  attr_reader :folder

  def initialize(path)
    @folder = Dir.mktmpdir
    @path = path
    write("main.rb", "require_relative \"work\"\n")
    write("work.rb", WORK)
    write("probes.json", JSON.generate(PROBES))
  end

  def write(name, text)
    File.join(@folder, name).tap { |path| File.write(path, text) }
  end

  def remove
    FileUtils.remove_entry(@folder)
  end

  # Runs this Ruby with nothing of this process's environment; stdout, stderr and how it ended.
  def ruby(*words, **variables)
    home = File.join(@folder, "gems")
    own = { "GEM_HOME" => home, "GEM_PATH" => home, "PATH" => @path, "HOME" => @folder }
    variables = own.merge(variables.transform_keys(&:to_s))
    Open3.capture3(variables, RbConfig.ruby, *words, chdir: @folder, unsetenv_others: true)
  end

  def install(file, **variables)
    ruby(*GEM, "install", "--local", "--no-document", file, **variables)
  end

  # The one snapshot that `words` leave.
  def captured(*words, **variables)
    results = File.join(@folder, "results")
    FileUtils.rm_rf(results)
    sink = { STILLFRAME_PROBES: File.join(@folder, "probes.json"), STILLFRAME_SINK: "file://#{results}" }
    out, err, status = ruby(*words, **sink, **variables)
    raise "#{out}#{err}" unless status.success? && err.empty?

    lines = Dir[File.join(results, "*.jsonl")].flat_map { |file| File.readlines(file) }
    lines.map { |line| JSON.parse(line) }.find { |result| result["type"] == "snapshot" }
  end

  def installed
    Dir[File.join(@folder, "gems/gems/stillframe-*")].first
  end
end

# The gem of this platform.
class PlatformGemTest < Minitest::Test
  GEM = ENV.fetch("STILLFRAME_GEM") { abort "run: cargo xtask test --only 'ruby gem'" }

  def setup
    @home = Home.new("")
    out, err, status = @home.install(GEM)
    assert status.success?, out + err
  end

  def teardown
    @home.remove
  end

  def test_it_is_started_by_the_environment_alone
    snapshot = @home.captured("-rstillframe/auto", "main.rb")
    assert_equal 42, snapshot["locals"]["twice"]
    assert_equal "main", snapshot["service"]["name"]
    snapshot = @home.captured("main.rb", RUBYOPT: "-rstillframe/auto", STILLFRAME_SERVICE: "shop")
    assert_equal "shop", snapshot["service"]["name"]
  end

  def test_an_application_calls_it
    @home.write("app.rb", <<~RUBY)
      require "stillframe"
      Stillframe.start(service: "own", sink: "stderr")
      Dir.mkdir("results")
      File.write("results/none.jsonl", "")
      require_relative "work"
      Stillframe.probe("work.rb:3", limit: 1) { |one| puts one["locals"]["n"] }
      work(30)
      Stillframe.flush
      begin
        Stillframe.probe("work.rb:0")
      rescue Stillframe::Error => error
        puts error.code
      end
    RUBY
    out, err, status = @home.ruby("app.rb")
    assert status.success?, err
    assert_equal "30\nlocation\n", out
  end

  def test_the_agent_that_the_command_brought_is_the_one_that_the_application_finds
    agent = File.join(@home.folder, "agent")
    FileUtils.cp_r(File.join(@home.installed, "lib"), agent)
    @home.write("app.rb", <<~RUBY)
      require "stillframe"
      require "stillframe/auto"
      Stillframe.start(service: "own", sink: "stdout")
      require_relative "work"
    RUBY
    words = ["-w", "-r#{agent}/stillframe/auto", "app.rb"]
    snapshot = @home.captured(*words, STILLFRAME_SERVICE: "run")
    assert_equal "run", snapshot["service"]["name"]
  end

  def test_it_holds_what_is_needed_and_nothing_else
    files = Dir.chdir(@home.installed) { Dir["**/*"].select { |path| File.file?(path) } }
    sources = files.reject { |path| path.end_with?(".so") }
    binding = File.expand_path("..", __dir__)
    expected = Dir.chdir(binding) { Dir["lib/**/*.rb", "sig/*.rbs"] } + %w[LICENSE README.md]
    assert_equal expected.sort, sources.sort
    versions = (files - sources).map { |path| path[%r{\Alib/stillframe/(\d\.\d)/stillframe_ruby\.so\z}, 1] }
    assert_includes versions, RUBY_VERSION[/\A\d+\.\d+/]
    refute_includes versions, nil
  end
end

# The gem that cargo builds, on one Ruby only.
class SourceGemTest < Minitest::Test
  GEM = ENV.fetch("STILLFRAME_SOURCE_GEM", nil)
  RUST = %w[CARGO_HOME RUSTUP_HOME RUSTUP_TOOLCHAIN].freeze
  # How fast the library is, is not asked here.
  QUICKLY = { "LTO" => "off", "OPT_LEVEL" => "0", "CODEGEN_UNITS" => "16", "DEBUG" => "0" }
            .transform_keys { |key| "CARGO_PROFILE_RELEASE_#{key}" }.freeze

  # Methods that are not public are no tests.
  private unless GEM

  def test_it_is_built_where_there_is_cargo_and_works
    home = Home.new(ENV.fetch("PATH"))
    defaults = { "CARGO_HOME" => File.join(Dir.home, ".cargo"), "RUSTUP_HOME" => File.join(Dir.home, ".rustup") }
    rust = defaults.merge(ENV.slice(*RUST), QUICKLY)
    rust["CARGO_TARGET_DIR"] = ENV.fetch("STILLFRAME_GEM_BUILD")
    rust["CARGO_NET_OFFLINE"] = "true"
    out, err, status = home.install(GEM, **rust.transform_keys(&:to_sym))
    assert status.success?, out + err
    snapshot = home.captured("-rstillframe/auto", "main.rb")
    assert_equal 42, snapshot["locals"]["twice"]
  ensure
    home.remove
  end

  def test_where_there_is_no_cargo_it_says_what_to_do
    home = Home.new("")
    out, err, status = home.install(GEM)
    refute status.success?
    assert_includes out + err, "cargo, which could build one, is not found"
  ensure
    home.remove
  end
end
