package org.genimage.app.serve;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;

/**
 * Watches what the HTTP library does not: clients that send headers a byte at a time, clients that
 * leave while their image waits, and the time that a body or an answer takes as a whole.
 */
final class Deadlines implements Connection.Listener, AutoCloseable {

  private static final Duration LOOK = Duration.ofMillis(250);

  private final Duration headers;
  private final ScheduledThreadPoolExecutor timer;
  private final Map<Connection, Sending> connections = new ConcurrentHashMap<>();
  private final Map<Exchange, Runnable> waiting = new ConcurrentHashMap<>();

  /** Connections with a request that is not answered. */
  private final Set<Connection> busy = ConcurrentHashMap.newKeySet();

  Deadlines(Duration headers) {
    this.headers = headers;
    this.timer =
        new ScheduledThreadPoolExecutor(
            1,
            new ThreadFactoryBuilder().setNameFormat("genimage-deadlines").setDaemon(true).build());
    timer.setRemoveOnCancelPolicy(true);
    timer.scheduleWithFixedDelay(this::look, LOOK.toNanos(), LOOK.toNanos(), TimeUnit.NANOSECONDS);
  }

  /**
   * What a connection has sent of its next request.
   *
   * @param before the bytes that were read when the last request ended
   * @param since when more of them were first seen, of {@link System#nanoTime}; 0: not yet
   */
  private record Sending(long before, long since) {}

  /** Runs something later, unless what is returned is cancelled. */
  Future<?> after(Duration time, Runnable then) {
    return timer.schedule(then, time.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Runs something, once, if the client leaves before the exchange is answered. */
  void watch(Exchange exchange, Runnable left) {
    waiting.put(exchange, left);
  }

  /** Stops watching an exchange. */
  void forget(Exchange exchange) {
    waiting.remove(exchange);
  }

  /** A request's headers have been read. */
  void begun(Connection connection) {
    busy.add(connection);
  }

  /** A request was answered; the connection may send another one. */
  void ended(Connection connection) {
    connections.computeIfPresent(
        connection, (same, sending) -> new Sending(connection.getBytesIn(), 0));
    busy.remove(connection);
  }

  @Override
  public void onOpened(Connection connection) {
    connections.put(connection, new Sending(0, 0));
  }

  @Override
  public void onClosed(Connection connection) {
    connections.remove(connection);
    busy.remove(connection);
  }

  /** Closes connections without a request at once, and those with one when it is answered. */
  void stopping() {
    timer.scheduleWithFixedDelay(this::closeIdle, 0, 20, TimeUnit.MILLISECONDS);
  }

  private void closeIdle() {
    for (Connection connection : connections.keySet()) {
      if (!busy.contains(connection)) {
        connection.getEndPoint().close();
      }
    }
  }

  private void look() {
    long now = System.nanoTime();
    connections.forEach(
        (connection, sending) -> {
          if (busy.contains(connection) || connection.getBytesIn() <= sending.before()) {
            return;
          }
          if (sending.since() == 0) {
            connections.replace(connection, sending, new Sending(sending.before(), now));
          } else if (now - sending.since() > headers.toNanos()) {
            connection.getEndPoint().close();
          }
        });
    waiting.forEach(
        (exchange, left) -> {
          if (exchange.isOver()) {
            waiting.remove(exchange);
            if (exchange.isAbandoned()) {
              left.run();
            }
          }
        });
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
