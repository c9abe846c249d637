# frozen_string_literal: true

# `ruby -r…/stillframe/auto`: starts the agent by the environment alone.
#
# Written for any Ruby, however old, and for those that are no MRI. Invariant: an application starts as it
# would without us, whatever is wrong here; only the command that was started is told of it, not its
# children; where the agent is off or there is none for this Ruby, nothing of ours stays behind.

lambda do
  here = File.dirname(File.expand_path(__FILE__))
  own = ENV["STILLFRAME_RUN"]
  is_child = !own.nil? && own != Process.pid.to_s
  is_no = lambda { |name| %w[false 0 no off].include?(ENV[name].to_s.strip.downcase) }

  say = lambda do |reason|
    return if is_child || is_no.call("STILLFRAME_LOG")

    begin
      $stderr.write("stillframe: #{reason}: the program starts untouched\n")
    rescue StandardError
      nil # There is no stderr, so there is nobody to tell.
    end
  end

  # `--children=no`: what starts the agent is taken out of the environment.
  keep_from_children = lambda do
    words = ENV["RUBYOPT"].to_s.split.reject { |word| word =~ %r{\A-r.*/stillframe/auto\z} }
    ENV["RUBYOPT"] = words.empty? ? nil : words.join(" ")
    %w[STILLFRAME_RUN STILLFRAME_CHILDREN].each { |name| ENV.delete(name) }
  end

  # Why there is no agent for this Ruby, or nil.
  misfit = lambda do
    engine = defined?(RUBY_ENGINE) ? RUBY_ENGINE : "ruby"
    return "there is an agent for Ruby (MRI), and this is #{engine}" if engine != "ruby"
    return if ENV["STILLFRAME_RUBY_LIBRARY"]

    version = RUBY_VERSION[/\A\d+\.\d+/]
    libraries = Dir[File.join(here, "*", "stillframe_ruby.so")]
    known = libraries.map { |path| File.basename(File.dirname(path)) }.sort
    return if known.include?(version)

    "there is no agent for Ruby #{version} (#{known.empty? ? "none is carried" : known.join(", ")})"
  end

  # Starts it; why it could not, or nil.
  start = lambda do
    require File.join(File.dirname(here), "stillframe")
    absent = Stillframe.absent
    Stillframe.start unless absent
    absent
  end

  begin
    is_left_alone = is_no.call("STILLFRAME_CHILDREN")
    keep_from_children.call if is_left_alone
    unless is_no.call("STILLFRAME_ENABLED") || (is_left_alone && is_child)
      reason = misfit.call || start.call
      say.call(reason) if reason
    end
  rescue StandardError, ScriptError => error
    say.call("#{error.class}: #{error.message}".lines.first.to_s.chomp)
  end
end.call
