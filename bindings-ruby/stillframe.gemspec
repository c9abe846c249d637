# frozen_string_literal: true

# Where libraries lie beside the Ruby code, this is the gem of a platform; else the one that cargo builds at its
# install, of a folder that holds the crate and the core too. `cargo xtask dist` lays out both.

libraries = Dir["lib/stillframe/*/stillframe_ruby.so"]
versions = libraries.map { |path| Gem::Version.new(File.basename(File.dirname(path))) }.sort

Gem::Specification.new do |gem|
  gem.name = "stillframe"
  gem.version = "0.1.0"
  gem.summary = "Non-breaking breakpoints for running Ruby code."
  gem.description = "A probe sits on a line of running code; when the line is reached and its condition holds, " \
                    "a snapshot of stack, locals and watches leaves the process, which never pauses."
  gem.authors = ["The Stillframe authors"]
  gem.license = "Apache-2.0"
  gem.metadata = { "rubygems_mfa_required" => "true" }
  gem.files = Dir["lib/**/*.{rb,so}", "sig/*.rbs", "README.md", "LICENSE"]
  gem.required_ruby_version = ">= 3.1"
  if versions.empty?
    crates = Dir["{core,bindings-ruby}/{Cargo.toml,build.rs,src/**/*,benches/*}", "Cargo.{toml,lock}"]
    gem.files += Dir["ext/**/*.rb"] + crates.select { |path| File.file?(path) }
    gem.extensions = ["ext/stillframe/extconf.rb"]
  else
    # A library fits the versions of Ruby that it was built with, and none in between or beyond.
    gem.required_ruby_version = ">= #{versions.first}", "< #{Gem::Version.new("#{versions.last}.0").bump}"
    gem.platform = Gem::Platform.local.to_s
  end
end
