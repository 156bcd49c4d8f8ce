package org.genimage.app.serve;

import com.google.common.base.Throwables;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.genimage.models.Batching;
import org.genimage.models.DetectorService;

/**
 * Scores images over HTTP with one detector, until it is closed. docs/service.md has what it
 * answers.
 *
 * <pre>{@code
 * try (Detector detector = Detectors.load(weights);
 *     ScoringServer server = ScoringServer.start(detector.batching(), ServiceSettings.DEFAULT)) {
 *   URI page = server.address();
 *   ...
 * }
 * }</pre>
 */
public final class ScoringServer implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(ScoringServer.class.getName());
  private static final System.Logger REQUESTS = System.getLogger("org.genimage.requests");

  /** The HTTP library tells every start and stop; held, so that its level stays. */
  private static final Logger JETTY = Logger.getLogger("org.eclipse.jetty");

  static {
    if (JETTY.getLevel() == null) {
      JETTY.setLevel(Level.WARNING);
    }
  }

  private static final int THREADS = 32;
  private static final int HEADER_BYTES = 8192;

  private final ServiceSettings settings;
  private final DetectorService service;
  private final Explanations explanations;
  private final ServiceMetrics metrics;
  private final Deadlines deadlines;
  private final Server server;
  private final ServerConnector connector;
  private volatile boolean ready = true;

  private ScoringServer(Batching batching, ServiceSettings settings, Consumer<String> requests) {
    this.settings = settings;
    this.metrics = new ServiceMetrics();
    this.deadlines = new Deadlines(settings.times().headers());
    ServiceLimits limits = settings.limits();
    int scores = 1 + batching.detector().verdictRule().map(rule -> rule.views().size()).orElse(0);
    // As many as Detector.score(Stream) holds: a batch that is scored, one that waits, one decoded.
    int running = Math.max(1, 3 * batching.batchSize() / scores);
    FairQueue queue = new FairQueue("images", limits.capacity(), limits.perClient(), running);
    this.service =
        batching
            .capacity(scores * (limits.capacity() + running))
            .listener(metrics.listener())
            .start();
    metrics.watch(queue, service);
    this.explanations =
        new Explanations(
            batching.detector(),
            settings.times().explanation(),
            () -> service.unanswered() > 0,
            metrics);
    DetectorFacts facts = new DetectorFacts(batching.detector(), explanations.areOffered());
    ScoreEndpoint score =
        new ScoreEndpoint(
            settings, queue, new Scoring(service, facts, limits), explanations, metrics, deadlines);
    Routes routes =
        new Routes(new Token(settings.token()), metrics, score, facts, () -> ready, WebFile.all());

    QueuedThreadPool threads = new QueuedThreadPool(THREADS);
    threads.setName("genimage-http");
    threads.setDaemon(true);
    this.server = new Server(threads);
    this.connector = connector();
    server.addConnector(connector);
    server.addBean(new NetworkConnectionLimit(limits.connections(), connector));
    server.setHandler(new Edge(new Draining(routes), routes, metrics, deadlines, requests));
    server.setErrorHandler(new Errors());
    server.setStopTimeout(settings.times().drain().toMillis());
  }

  private ServerConnector connector() {
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setSendDateHeader(true);
    http.setRequestHeaderSize(HEADER_BYTES);
    http.setMaxUnconsumedRequestContentReads(4); // then the connection is closed
    ServerConnector made = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
    made.setHost(settings.host());
    made.setPort(settings.port());
    made.setIdleTimeout(settings.times().idle().toMillis());
    // Deadlines closes what is idle; a body that is on its way keeps its time.
    made.setShutdownIdleTimeout(settings.times().idle().toMillis());
    made.addBean(deadlines);
    return made;
  }

  /**
   * Warms the detector up and starts to answer. Requests are logged by {@code
   * org.genimage.requests}.
   *
   * @param batching how requests become batches; its capacity and listener are replaced. The
   *     detector stays the caller's to close, after the server
   * @throws UncheckedIOException if the address cannot be had, such as a port in use
   */
  public static ScoringServer start(Batching batching, ServiceSettings settings) {
    return start(batching, settings, line -> REQUESTS.log(System.Logger.Level.INFO, line));
  }

  /**
   * Warms the detector up and starts to answer.
   *
   * @param batching as above
   * @param requests receives a line about each request, without its content and without the
   *     client's address; called by many threads at once
   * @throws UncheckedIOException if the address cannot be had, such as a port in use
   */
  public static ScoringServer start(
      Batching batching, ServiceSettings settings, Consumer<String> requests) {
    ScoringServer server = new ScoringServer(batching, settings, requests);
    try {
      server.service.warmUp();
      server.server.start();
    } catch (Exception e) {
      server.close();
      Throwables.throwIfUnchecked(e);
      throw new UncheckedIOException(
          "expected a free port %s at %s, found %s; choose others with --host and --port"
              .formatted(settings.port(), settings.host(), reason(e)),
          e instanceof IOException io ? io : new IOException(e));
    }
    return server;
  }

  private static String reason(Exception e) {
    Throwable root = Throwables.getRootCause(e);
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }

  /** Returns where the page is, such as {@code http://127.0.0.1:8080/}. */
  public URI address() {
    String host = settings.host().contains(":") ? "[" + settings.host() + "]" : settings.host();
    return URI.create("http://" + host + ":" + connector.getLocalPort() + "/");
  }

  /**
   * Says that it is not ready, refuses new requests after the time of notice, answers those that
   * were accepted, and frees threads and port. Leaves the detector open. A second call does
   * nothing.
   */
  @Override
  public synchronized void close() {
    if (!ready) {
      return;
    }
    ready = false;
    try {
      if (server.isStarted()) {
        Thread.sleep(settings.times().notice().toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    deadlines.stopping();
    try {
      server.stop();
    } catch (Exception e) {
      LOG.log(System.Logger.Level.WARNING, "the service did not stop in order", e);
    }
    deadlines.close();
    explanations.close();
    service.close();
    metrics.close();
  }

  /** Answers what was accepted when the service stops, and refuses the rest. */
  private static final class Draining extends GracefulHandler {

    private Draining(Routes routes) {
      super(routes);
    }

    @Override
    protected void handleShutdownRejection(Request request, Response response, Callback callback) {
      response.getHeaders().put("Connection", "close");
      Exchange.write(Problem.stopping(), request, response, callback);
    }
  }

  /** What the HTTP library refuses, and what nobody caught: never with a stack trace. */
  private static final class Errors extends ErrorHandler {

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      Edge.prepare(request, response);
      if (request.getAttribute(ERROR_EXCEPTION) instanceof Throwable failure) {
        LOG.log(System.Logger.Level.DEBUG, "request " + Exchange.id(request) + " failed", failure);
      }
      Exchange.write(Problem.ofStatus(response.getStatus()), request, response, callback);
      return true;
    }
  }
}
