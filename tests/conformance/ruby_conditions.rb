# The cases of conditions-ruby.json.
#
# Knows which cases there are and in what order: ruby_written.rb, ruby_values.rb and ruby_objects.rb say
# what is typed and with which variables, ruby_host.rb asks Ruby what it comes to. Invariant: a case that
# Ruby cannot decide says by which rule it comes out.
#
#     ruby ruby_conditions.rb
#     ruby ruby_conditions.rb --check

require_relative "ruby_host"
require_relative "ruby_written"
require_relative "ruby_values"
require_relative "ruby_objects"

main(%i[
       literals names precedence commands logic truth arithmetic integers equality order strings patterns
       symbols ranges arrays blocks hashes objects reading redaction refusals bounds
     ])
