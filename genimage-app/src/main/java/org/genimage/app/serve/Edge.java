package org.genimage.app.serve;

import com.google.common.collect.ImmutableMap;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** What every request passes: an id, the headers that protect a browser, the log, the metrics. */
final class Edge extends Handler.Wrapper {

  private static final String REQUEST_ID = "X-Request-Id";
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  private static final ImmutableMap<String, String> PROTECTION =
      ImmutableMap.of(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:;"
              + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
          "X-Content-Type-Options",
          "nosniff",
          "Referrer-Policy",
          "no-referrer",
          "Cross-Origin-Opener-Policy",
          "same-origin",
          "Cross-Origin-Resource-Policy",
          "same-origin",
          "Permissions-Policy",
          "camera=(), geolocation=(), microphone=()",
          "Cache-Control",
          "no-store");

  private final Routes routes;
  private final ServiceMetrics metrics;
  private final Deadlines deadlines;
  private final Consumer<String> log;

  Edge(
      Handler next,
      Routes routes,
      ServiceMetrics metrics,
      Deadlines deadlines,
      Consumer<String> log) {
    super(next);
    this.routes = routes;
    this.metrics = metrics;
    this.deadlines = deadlines;
    this.log = log;
  }

  /** Gives a request its id, and the answer its id and what protects a browser. */
  static void prepare(Request request, Response response) {
    if (request.getAttribute(Exchange.ID) == null) {
      request.setAttribute(Exchange.ID, id(request));
    }
    PROTECTION.forEach(response.getHeaders()::put);
    response.getHeaders().put(REQUEST_ID, Exchange.id(request));
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    long start = System.nanoTime();
    prepare(request, response);
    String id = Exchange.id(request);
    var connection = request.getConnectionMetaData().getConnection();
    deadlines.begun(connection);
    Request.addCompletionListener(
        request,
        failure -> {
          deadlines.ended(connection);
          long nanos = System.nanoTime() - start;
          String method = method(request);
          String route = routes.name(request);
          int status = response.getStatus();
          metrics.answered(method, route, status, nanos);
          if (!route.startsWith("/health/") && !route.equals("/metrics")) {
            log.accept(
                "%s %s %s %s in %s ms, %s bytes read"
                    .formatted(
                        id,
                        method,
                        route,
                        status,
                        nanos / 1_000_000,
                        Request.getContentBytesRead(request)));
          }
        });
    return super.handle(request, response, callback);
  }

  /** Returns the id that the client or its proxy sent, if it is harmless, or a new one. */
  private static String id(Request request) {
    String sent = request.getHeaders().get(REQUEST_ID);
    return sent != null && ID.matcher(sent).matches()
        ? sent
        : HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
  }

  private static String method(Request request) {
    String method = request.getMethod();
    return switch (method) {
      case "GET", "HEAD", "POST" -> method;
      default -> "other";
    };
  }
}
