package org.genimage.app.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * One request and its only answer: the first of several wins. Safe for use by many threads at once.
 */
final class Exchange {

  private static final JsonMapper JSON = new JsonMapper();

  /** The request's attribute with its id, and that with the client's name. */
  static final String ID = "org.genimage.id";

  private final Request request;
  private final Response response;
  private final Callback callback;
  private boolean answered;
  private boolean abandoned;

  Exchange(Request request, Response response, Callback callback) {
    this.request = request;
    this.response = response;
    this.callback = callback;
  }

  static String id(Request request) {
    return String.valueOf(request.getAttribute(ID));
  }

  String id() {
    return id(request);
  }

  Request request() {
    return request;
  }

  void answer(JsonNode json) {
    answer(200, "application/json", bytes(json));
  }

  void answer(int status, String type, byte[] content) {
    synchronized (this) {
      if (answered) {
        return;
      }
      answered = true;
    }
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, content.length);
    boolean isHead = "HEAD".equals(request.getMethod());
    response.write(true, isHead ? null : ByteBuffer.wrap(content), callback);
  }

  /** Answers with a problem, and returns whether nothing was answered before. */
  boolean fail(Problem problem) {
    synchronized (this) {
      if (answered) {
        return false;
      }
      answered = true;
    }
    write(problem, request, response, callback);
    return true;
  }

  /** Writes a problem as the answer to a request that nothing was written to. */
  static void write(Problem problem, Request request, Response response, Callback callback) {
    byte[] content = bytes(json(problem, id(request)));
    response.setStatus(problem.status());
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/problem+json");
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, content.length);
    problem
        .retryAfter()
        .ifPresent(
            seconds ->
                response.getHeaders().put(HttpHeader.RETRY_AFTER, Integer.toString(seconds)));
    if (problem.status() == 401) {
      response.getHeaders().put(HttpHeader.WWW_AUTHENTICATE, "Bearer");
    }
    // Else the client would learn of it only when its next request fails.
    boolean restIsRead =
        problem.status() != 408 && problem.status() != 413 && request.consumeAvailable();
    if (!restIsRead) {
      response.getHeaders().put(HttpHeader.CONNECTION, "close");
    }
    boolean isHead = "HEAD".equals(request.getMethod());
    response.write(true, isHead ? null : ByteBuffer.wrap(content), callback);
  }

  /** Returns the problem as RFC 9457 has it. */
  static ObjectNode json(Problem problem, String id) {
    ObjectNode json = JSON.createObjectNode();
    json.put("type", "urn:genimage:problem:" + problem.code());
    json.put("title", problem.title());
    json.put("status", problem.status());
    json.put("detail", problem.detail());
    json.put("instance", "urn:genimage:request:" + id);
    return json;
  }

  private static byte[] bytes(JsonNode json) {
    try {
      return (JSON.writeValueAsString(json) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("a tree can be written as JSON", e);
    }
  }

  /** Returns whether the client has left without an answer. */
  synchronized boolean isAbandoned() {
    return abandoned;
  }

  /**
   * Looks whether the client has left, once the body is read. The HTTP library does not read then,
   * so it would learn of it only when it writes.
   *
   * @return true if there is no one to answer, or an answer is on its way
   */
  synchronized boolean isOver() {
    if (answered || abandoned) {
      return true;
    }
    Object channel = request.getConnectionMetaData().getConnection().getEndPoint().getTransport();
    if (!(channel instanceof SocketChannel socket)) {
      return false;
    }
    int read;
    try {
      read = socket.read(ByteBuffer.allocate(1));
    } catch (IOException e) {
      read = -1;
    }
    if (read > 0) {
      // The start of a next request, which is lost: the client sends it again on a new connection.
      response.getHeaders().put(HttpHeader.CONNECTION, "close");
    }
    if (read < 0) {
      abandoned = true;
    }
    return read < 0;
  }

  /** Ends an exchange that nobody waits for. */
  void abandon() {
    synchronized (this) {
      if (answered) {
        return;
      }
      answered = true;
    }
    response.setStatus(LEFT);
    response.getHeaders().put(HttpHeader.CONNECTION, "close");
    response.write(true, null, callback);
  }

  /** The status in logs and metrics of a request whose client left, as nginx has it. */
  static final int LEFT = 499;
}
