package org.genimage.models.pretrained;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server on this machine that answers as it is told, well or badly, and notes every request. */
final class LocalServer implements AutoCloseable {

  /** What a client asked. */
  record Request(String method, String address, Headers headers) {

    Optional<String> header(String name) {
      return Optional.ofNullable(headers.getFirst(name));
    }
  }

  /** Answers one request. */
  @FunctionalInterface
  interface Answering {
    void answer(HttpExchange exchange) throws IOException;
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, Deque<Answering>> answers = new ConcurrentHashMap<>();
  private final List<Request> requests = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch closing = new CountDownLatch(1);

  LocalServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /** Returns the address by a name, so that one server can stand for several hosts. */
  URI address(String host) {
    return URI.create("http://" + host + ":" + server.getAddress().getPort());
  }

  URI address() {
    return address("127.0.0.1");
  }

  /** Answers requests of a path, the first by the first answer, and all later ones by the last. */
  LocalServer on(String path, Answering... given) {
    answers.put(path, new ArrayDeque<>(Arrays.asList(given)));
    return this;
  }

  List<Request> requests() {
    synchronized (requests) {
      return List.copyOf(requests);
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    URI address = exchange.getRequestURI();
    Headers headers = new Headers();
    headers.putAll(exchange.getRequestHeaders());
    requests.add(new Request(exchange.getRequestMethod(), address.toString(), headers));
    Deque<Answering> own = answers.get(address.getPath());
    try (exchange) {
      if (own == null) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      Answering answering;
      synchronized (own) {
        answering = own.size() > 1 ? own.remove() : own.peek();
      }
      answering.answer(exchange);
    } catch (IOException e) {
      // The client has gone.
      return;
    }
  }

  /** Answers with a status and no content. */
  static Answering status(int status, String... headers) {
    return exchange -> {
      set(exchange, headers);
      exchange.sendResponseHeaders(status, -1);
    };
  }

  static Answering redirect(int status, String location, String... headers) {
    return exchange -> {
      exchange.getResponseHeaders().set("Location", location);
      set(exchange, headers);
      exchange.sendResponseHeaders(status, -1);
    };
  }

  /** Serves a file, or the part of it that is asked for, if that is of the same content. */
  static Answering file(byte[] content, String... headers) {
    return exchange -> serve(exchange, content, content.length, headers);
  }

  /** Begins as {@link #file} does, and breaks off before the byte {@code end} of the file. */
  static Answering cut(byte[] content, int end, String... headers) {
    return exchange -> serve(exchange, content, end, headers);
  }

  /** Begins as {@link #file} does, and sends nothing more from the byte {@code end} on. */
  Answering stall(byte[] content, int end, String... headers) {
    return exchange -> {
      set(exchange, headers);
      exchange.sendResponseHeaders(200, content.length);
      exchange.getResponseBody().write(content, 0, end);
      exchange.getResponseBody().flush();
      await();
    };
  }

  /** Takes the request and never answers. */
  Answering silence() {
    return exchange -> await();
  }

  private void await() {
    try {
      closing.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Sends a content without its length. */
  static Answering chunked(byte[] content, String... headers) {
    return exchange -> {
      set(exchange, headers);
      exchange.sendResponseHeaders(200, 0);
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(content);
      }
    };
  }

  private static void serve(HttpExchange exchange, byte[] content, int end, String... headers)
      throws IOException {
    set(exchange, headers);
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(content.length));
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    int start = start(exchange);
    if (start >= content.length) {
      exchange.sendResponseHeaders(416, -1);
      return;
    }
    if (start > 0) {
      exchange
          .getResponseHeaders()
          .set(
              "Content-Range",
              "bytes %s-%s/%s".formatted(start, content.length - 1, content.length));
    }
    exchange.sendResponseHeaders(start > 0 ? 206 : 200, content.length - start);
    OutputStream out = exchange.getResponseBody();
    out.write(content, start, Math.max(0, end - start));
    if (end == content.length) {
      out.close();
    }
  }

  private static int start(HttpExchange exchange) {
    String range = exchange.getRequestHeaders().getFirst("Range");
    String condition = exchange.getRequestHeaders().getFirst("If-Range");
    String etag = exchange.getResponseHeaders().getFirst("ETag");
    boolean same = condition == null || condition.equals(etag);
    return range == null || !same ? 0 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
  }

  private static void set(HttpExchange exchange, String... headers) {
    for (int i = 0; i < headers.length; i += 2) {
      exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
    }
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
