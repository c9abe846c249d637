// The same shop on Jetty: `java -cp target/checkout.jar checkout.jetty.JettyApp --port 8000`.

package checkout.jetty;

import checkout.Desk;
import checkout.Options;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

final class JettyApp extends Handler.Abstract {
  /** Threads that Jetty itself needs to accept and select. */
  private static final int OF_JETTY = 4;

  private final Desk desk = new Desk();

  private JettyApp() {}

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    String body = Content.Source.asString(request);
    String path = Request.getPathInContext(request);
    Desk.Answer answer = desk.answer(request.getMethod(), path, body);
    response.setStatus(answer.status());
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
    Content.Sink.write(response, true, answer.json(), callback);
    return true;
  }

  public static void main(String[] args) throws Exception {
    Options options = Options.read(args);
    QueuedThreadPool threads = new QueuedThreadPool(options.threads() + OF_JETTY);
    if (options.virtual()) {
      threads.setVirtualThreadsExecutor(options.executor());
    }
    Server server = new Server(threads);
    ServerConnector connector = new ServerConnector(server, 1, 1);
    connector.setHost("127.0.0.1");
    connector.setPort(options.port());
    server.addConnector(connector);
    server.setHandler(new JettyApp());
    server.start();
    server.join();
  }
}
