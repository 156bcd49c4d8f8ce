package org.genimage.models.pretrained;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The bytes of an answer, asked for one piece after the other, so that a slow disk does not fill
 * the memory. Unlike an input stream it ends a wait for bytes that do not come.
 */
final class Body implements Flow.Subscriber<List<ByteBuffer>>, AutoCloseable {

  private static final String REMEDY = "try again, it resumes where it stopped";

  /** Either bytes, or the end, or what went wrong. */
  private record Piece(List<ByteBuffer> bytes, boolean isEnd, Optional<Throwable> problem) {}

  private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
  private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();

  private Body() {}

  static Body of(Flow.Publisher<List<ByteBuffer>> publisher) {
    Body body = new Body();
    publisher.subscribe(body);
    return body;
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription.complete(given);
    given.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> bytes) {
    pieces.add(new Piece(bytes, false, Optional.empty()));
  }

  @Override
  public void onError(Throwable problem) {
    pieces.add(new Piece(List.of(), true, Optional.of(problem)));
  }

  @Override
  public void onComplete() {
    pieces.add(new Piece(List.of(), true, Optional.empty()));
  }

  /**
   * Returns the next bytes; empty at the end.
   *
   * @param longest the longest wait
   * @throws TransferException if they do not come
   * @throws InterruptedException if this thread is interrupted
   */
  Optional<List<ByteBuffer>> next(Duration longest) throws TransferException, InterruptedException {
    Piece piece = pieces.poll(longest.toMillis(), TimeUnit.MILLISECONDS);
    if (piece == null) {
      throw TransferException.passing("no more bytes for " + Timing.shown(longest), REMEDY);
    }
    if (piece.problem().isPresent()) {
      Throwable problem = piece.problem().get();
      throw TransferException.passing(
              "a connection that broke off (%s)".formatted(problem.getMessage()), REMEDY)
          .because(problem);
    }
    if (piece.isEnd()) {
      return Optional.empty();
    }
    subscription.join().request(1);
    return Optional.of(piece.bytes());
  }

  /** Ends the connection, unless all bytes have come. */
  @Override
  public void close() {
    subscription.thenAccept(Flow.Subscription::cancel);
  }
}
