package org.genimage.app.serve;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableMap;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** What stands at which address. */
final class Routes extends Handler.Abstract.NonBlocking {

  private static final JsonMapper JSON = new JsonMapper();
  private static final String METRICS = "text/plain; version=0.0.4; charset=utf-8";

  private final Token token;
  private final ServiceMetrics metrics;
  private final ImmutableMap<String, Route> routes;

  /**
   * What stands at an address.
   *
   * @param method the only one that it takes; GET includes HEAD
   * @param isOpen whether it is answered without a token
   * @param answer begins the answer
   */
  private record Route(String method, boolean isOpen, Consumer<Exchange> answer) {

    boolean takes(String other) {
      return other.equals(method) || method.equals("GET") && other.equals("HEAD");
    }
  }

  Routes(
      Token token,
      ServiceMetrics metrics,
      ScoreEndpoint score,
      DetectorFacts facts,
      BooleanSupplier isReady,
      Map<String, WebFile> files) {
    this.token = token;
    this.metrics = metrics;
    ImmutableMap.Builder<String, Route> all = ImmutableMap.builder();
    all.put("/v1/score", new Route("POST", false, score::handle));
    all.put("/v1/detectors", get(false, exchange -> exchange.answer(detectors(facts))));
    all.put("/health/live", get(true, exchange -> exchange.answer(status("live"))));
    all.put(
        "/health/ready",
        get(
            true,
            exchange -> {
              if (!isReady.getAsBoolean()) {
                throw new ProblemException(Problem.stopping());
              }
              exchange.answer(status("ready"));
            }));
    all.put(
        "/metrics",
        get(
            false,
            exchange ->
                exchange.answer(200, METRICS, metrics.text().getBytes(StandardCharsets.UTF_8))));
    files.forEach(
        (path, file) ->
            all.put(
                path,
                get(true, exchange -> exchange.answer(200, file.type(), file.content().array()))));
    this.routes = all.buildOrThrow();
  }

  private static Route get(boolean isOpen, Consumer<Exchange> answer) {
    return new Route("GET", isOpen, answer);
  }

  private static ObjectNode status(String status) {
    return JSON.createObjectNode().put("status", status);
  }

  private static ObjectNode detectors(DetectorFacts facts) {
    ObjectNode json = JSON.createObjectNode();
    json.putArray("detectors").add(facts.toJson());
    return json;
  }

  /** Returns the route of a request as logs and metrics have it: one of a fixed set. */
  String name(Request request) {
    String path = request.getHttpURI().getCanonicalPath();
    return path != null && routes.containsKey(path) ? path : "other";
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    Exchange exchange = new Exchange(request, response, callback);
    try {
      String path = request.getHttpURI().getCanonicalPath();
      Route route = path == null ? null : routes.get(path);
      if (route == null) {
        throw new ProblemException(Problem.notFound());
      }
      if (!route.takes(request.getMethod())) {
        response.getHeaders().put(HttpHeader.ALLOW, route.method());
        throw new ProblemException(Problem.method(route.method()));
      }
      if (!route.isOpen()) {
        token.check(request);
        OtherSites.check(request);
      }
      route.answer().accept(exchange);
    } catch (RuntimeException e) {
      Problem problem = ScoreEndpoint.problem(exchange, e);
      if (exchange.fail(problem)) {
        metrics.refused(problem);
      }
    }
    return true;
  }
}
