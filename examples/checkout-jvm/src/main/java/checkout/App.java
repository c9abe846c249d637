// The shop on the JDK's own server: `java -jar target/checkout.jar --port 8000`.

package checkout;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

final class App {
  private final Desk desk = new Desk();

  private App() {}

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String path = exchange.getRequestURI().getPath();
      Desk.Answer answer =
          desk.answer(exchange.getRequestMethod(), path, new String(body, StandardCharsets.UTF_8));
      byte[] json = answer.json().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(answer.status(), json.length);
      exchange.getResponseBody().write(json);
    }
  }

  public static void main(String[] args) throws IOException {
    Options options = Options.read(args);
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), options.port());
    HttpServer server = HttpServer.create(address, 0);
    server.setExecutor(options.executor());
    server.createContext("/", new App()::handle);
    server.start();
  }
}
