//! The story on Ruby: a hub, a server with not one line changed, probes in it.
//!
//! Knows the commands and their JSON. Invariant: the server is started by `run`.

use stillframe_hub::api::types::ProbeView;
use stillframe_tests::app::App;
use stillframe_tests::process;
use stillframe_tests::stand::{Stand, free_port, with_ruby};

const SERVER: &str = "\
require 'socket'
class Cart
  attr_reader :user, :items
  def initialize(user) = (@user, @items = user, [])
  def total = @items.sum { |item| item[:price] }
end
def place(cart, password)
  total = cart.total
  order = { user: cart.user, total: total }
  order # placed
end
server = TCPServer.new('127.0.0.1', Integer(ARGV.first))
user = 0
loop do
  client = server.accept
  loop { break if client.gets.to_s.strip.empty? }
  cart = Cart.new(user += 1)
  cart.items << { sku: 'SF-1042', price: 89 } << { sku: 'SF-1007', price: 1.5 }
  body = place(cart, 'hunter2').inspect
  client.write \"HTTP/1.1 200 OK\\r\\nContent-Length: #{body.size}\\r\\nConnection: close\\r\\n\\r\\n#{body}\"
  client.close
end
";
/// The line that is probed.
const PLACED: &str = "server.rb:10";

fn server(stand: &Stand) -> App {
    stand.file("server.rb", SERVER);
    let port = free_port();
    let words = ["run", "--service", "checkout", "--", "ruby", "server.rb"];
    let mut command = stand.stillframe(&words);
    command.arg(port.to_string()).current_dir(stand.folder());
    App::listening(stand, &mut command, port)
}

#[test]
fn a_server_on_ruby_shows_a_snapshot_and_counts() {
    with_ruby(|stand| {
        let hub = stand.hub(0);
        let app = server(stand);
        let instance = hub.instances("checkout", 1).remove(0);
        assert_eq!(instance.pid, app.program.pid(), "run keeps the process id");
        assert!(instance.runtime.starts_with("ruby 3."), "{}", instance.runtime);
        app.shows_a_snapshot_and_counts(stand, &hub, PLACED);
    });
}

#[test]
fn a_server_on_ruby_is_asked_conditions() {
    with_ruby(|stand| {
        let hub = stand.hub(0);
        let app = server(stand);
        hub.instances("checkout", 1);
        let words =
            ["log", PLACED, "{total} of {cart.user}", "--if", "cart.user > 7", "-o", "json"];
        let logged = stand.start(stand.stillframe(&words).current_dir(stand.folder())).end();
        assert_eq!(logged.code, Some(0), "{}", logged.stderr);
        let words = ["snap", PLACED, "--if", "total > 100 && totl < 3"];
        let refused = stand.start(stand.stillframe(&words).current_dir(stand.folder())).end();
        assert_eq!(refused.code, Some(5), "{refused:?}");
        assert!(refused.stderr.contains("did you mean total?"), "{}", refused.stderr);
        process::until("a log line", || {
            app.get("/");
            let all: Vec<ProbeView> = hub.get("/api/v1/probes");
            all.iter().any(|probe| probe.spec.log.is_some() && probe.captured > 0).then_some(())
        });
    });
}
