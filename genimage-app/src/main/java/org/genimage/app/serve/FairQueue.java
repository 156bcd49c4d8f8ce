package org.genimage.app.serve;

import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.HashMultiset;
import com.google.common.collect.Multiset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Admits work up to a capacity, and passes it on a few pieces at a time, one client after the
 * other. So a client with many images waits longer, and one with a single image does not wait
 * behind all of them. Safe for use by many threads at once.
 */
final class FairQueue {

  private final String pieces;
  private final int capacity;
  private final int perClient;
  private final int most;

  /** Places that are taken, by client. */
  private final Multiset<String> places = HashMultiset.create();

  /** Work that waits, by client. The first client is the next one, and then the last. */
  private final Map<String, Queue<Work<?>>> waiting = new LinkedHashMap<>();

  private int running;

  /**
   * Returns a queue.
   *
   * @param pieces what the work is called in messages, such as "images"
   * @param capacity the most places
   * @param perClient the most places of one client
   * @param running the most pieces of work that are passed on and not finished
   */
  FairQueue(String pieces, int capacity, int perClient, int running) {
    this.pieces = pieces;
    this.capacity = capacity;
    this.perClient = perClient;
    this.most = running;
  }

  private record Work<T>(
      CompletableFuture<T> result, Supplier<? extends CompletableFuture<T>> start) {}

  /**
   * Takes a place for a client.
   *
   * @throws ProblemException if all places, or all of the client's, are taken
   */
  Ticket enter(String client) {
    Ticket ticket = new Ticket(client);
    ticket.take(1);
    return ticket;
  }

  /** Returns how many places are taken. */
  synchronized int open() {
    return places.size();
  }

  /** Returns how many pieces of work wait to be passed on. */
  synchronized int waiting() {
    return waiting.values().stream().mapToInt(Queue::size).sum();
  }

  /** The places of one request. */
  final class Ticket implements AutoCloseable {

    private final String client;
    private int taken;

    private Ticket(String client) {
      this.client = client;
    }

    /**
     * Takes more places.
     *
     * @throws ProblemException if there are not as many; then none is taken
     */
    void take(int more) {
      synchronized (FairQueue.this) {
        if (places.count(client) + more > perClient) {
          throw new ProblemException(
              Problem.busy(
                  "This client has %s %s open, of at most %s. Wait for their answers."
                      .formatted(places.count(client), pieces, perClient)));
        }
        if (places.size() + more > capacity) {
          throw new ProblemException(
              Problem.busy(
                  "The service has as many %s open as it can take. Try again later."
                      .formatted(pieces)));
        }
        places.add(client, more);
        taken += more;
      }
    }

    /**
     * Passes work on when it is its turn.
     *
     * @param start begins the work; when its future is done, so is the result
     * @return the result. Cancelling it cancels the work, begun or not
     */
    <T> CompletableFuture<T> submit(Supplier<? extends CompletableFuture<T>> start) {
      CompletableFuture<T> result = new CompletableFuture<>();
      Work<T> work = new Work<>(result, start);
      synchronized (FairQueue.this) {
        checkState(taken > 0, "a request without places must not submit work");
        waiting.computeIfAbsent(client, key -> new ArrayDeque<>()).add(work);
      }
      result.whenComplete((value, problem) -> forget(client, work));
      passOn();
      return result;
    }

    /** Gives the places back. A second call does nothing. */
    @Override
    public void close() {
      synchronized (FairQueue.this) {
        places.remove(client, taken);
        taken = 0;
      }
    }
  }

  /** Removes work that was cancelled before its turn. */
  private synchronized void forget(String client, Work<?> work) {
    Queue<Work<?>> queue = waiting.get(client);
    if (queue != null && queue.removeIf(other -> other == work) && queue.isEmpty()) {
      waiting.remove(client);
    }
  }

  private void passOn() {
    List<Work<?>> next = new ArrayList<>();
    synchronized (this) {
      while (running < most && !waiting.isEmpty()) {
        Iterator<Map.Entry<String, Queue<Work<?>>>> first = waiting.entrySet().iterator();
        Map.Entry<String, Queue<Work<?>>> client = first.next();
        String name = client.getKey();
        Queue<Work<?>> queue = client.getValue();
        first.remove();
        Work<?> work = queue.remove();
        if (!queue.isEmpty()) {
          waiting.put(name, queue); // at the end
        }
        if (!work.result().isDone()) {
          running++;
          next.add(work);
        }
      }
    }
    next.forEach(this::begin);
  }

  private <T> void begin(Work<T> work) {
    CompletableFuture<T> begun;
    try {
      begun = work.start().get();
    } catch (RuntimeException e) {
      begun = CompletableFuture.failedFuture(e);
    }
    CompletableFuture<T> last = begun;
    work.result().whenComplete((value, problem) -> last.cancel(false)); // if it is cancelled
    last.whenComplete(
        (value, problem) -> {
          synchronized (this) {
            running--;
          }
          if (problem == null) {
            work.result().complete(value);
          } else {
            work.result().completeExceptionally(problem);
          }
          passOn();
        });
  }
}
