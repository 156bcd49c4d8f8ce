package org.genimage.data.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.io.ByteSource;
import com.google.common.util.concurrent.Uninterruptibles;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.genimage.data.BatchLoader;
import org.genimage.data.Batches;
import org.genimage.data.ErrorPolicy;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.image.Image;
import org.genimage.data.image.UnreadableImageException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An interrupt ends the work. It is no failure of the file that was being read or written. */
class InterruptionTest {

  @TempDir Path folder;

  @AfterEach
  void clearInterrupt() {
    Thread.interrupted();
  }

  @Test
  void check_failuresByInterrupts_cancel() {
    for (IOException e :
        List.of(
            new ClosedByInterruptException(),
            new InterruptedIOException("stopped"),
            new IOException("wrapped", new ClosedByInterruptException()))) {
      assertThatThrownBy(() -> Interruption.check(e, "a.png was being read"))
          .isInstanceOf(CancellationException.class)
          .hasMessage("interrupted while a.png was being read");
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void check_otherFailures_passUnlessTheThreadIsInterrupted() {
    assertThatCode(() -> Interruption.check(new SocketTimeoutException("slow"), "reading"))
        .doesNotThrowAnyException();
    assertThatCode(() -> Interruption.check(new IOException("broken"), "reading"))
        .doesNotThrowAnyException();
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> Interruption.check(new IOException("broken"), "reading"))
        .isInstanceOf(CancellationException.class);
  }

  @Test
  void read_interrupted_isNoBrokenImage() throws IOException {
    Path file = Files.write(folder.resolve("a.png"), Image.of(1, 1, new byte[3]).toPng());
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> Image.read(file))
        .isInstanceOf(CancellationException.class)
        .hasMessageEndingWith("a.png was being read");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(Image.read(file).width()).isEqualTo(1);
  }

  @Test
  void read_timeout_isAFailureOfTheImage() {
    Sample slow = sample(new SocketTimeoutException("no answer"));
    assertThatThrownBy(slow::image)
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageContaining("(no answer)");
  }

  @Test
  void batches_interruptWhileAnImageIsRead_skipNothing() {
    ImageDataset data = ImageDataset.of(List.of(sample(new ClosedByInterruptException())));
    try (Batches batches = BatchLoader.of(data).threads(1).onError(ErrorPolicy.skip(1)).epoch(0)) {
      assertThatThrownBy(batches::hasNext)
          .isInstanceOf(CancellationException.class)
          .hasMessageContaining("a.png was being read");
      assertThat(batches.skipped()).isEmpty();
    }
  }

  @Test
  void batches_interruptWhileAllIsReady_end() throws InterruptedException {
    byte[] png = Image.of(1, 1, new byte[3]).toPng();
    Sample good = new Sample("a.png", ByteSource.wrap(png), Label.AI, Generator.ADM);
    ImageDataset data = ImageDataset.of(List.of(good, good, good, good));
    try (Batches batches = BatchLoader.of(data).batchSize(1).threads(1).epoch(0)) {
      batches.next();
      Thread.sleep(50);
      Thread.currentThread().interrupt();
      assertThatThrownBy(batches::next).isInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void inOrder_interruptInAResult_ends() {
    assertThatThrownBy(
            () ->
                InOrder.run(
                    0, 100, 1, i -> i, i -> i, (i, value) -> Thread.currentThread().interrupt()))
        .isInstanceOf(CancellationException.class);
  }

  @Test
  void inOrder_interrupted_waitsForTheItemsAtWork() {
    AtomicInteger atWork = new AtomicInteger();
    assertThatThrownBy(
            () ->
                InOrder.run(
                    0,
                    8,
                    2,
                    i -> i,
                    i -> slowly(i, atWork),
                    (i, value) -> Thread.currentThread().interrupt()))
        .isInstanceOf(CancellationException.class);
    assertThat(atWork).hasValue(0);
    assertThat(Thread.interrupted()).isTrue();
  }

  /** Returns the value after a time that no interrupt shortens, as when a file is written. */
  private static int slowly(int value, AtomicInteger atWork) {
    atWork.incrementAndGet();
    Uninterruptibles.sleepUninterruptibly(Duration.ofMillis(value == 0 ? 1 : 200));
    atWork.decrementAndGet();
    return value;
  }

  @Test
  void write_interrupted_keepsTheEarlierFileAndAdvisesNothing() throws IOException {
    Path file = folder.resolve("a.txt");
    WholeFiles.write(file, "earlier");
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> WholeFiles.write(file, "later"))
        .isInstanceOf(CancellationException.class)
        .hasMessage("interrupted while %s was being written", file);
    assertThatThrownBy(
            () ->
                WholeFiles.folder(
                    folder.resolve("f"), part -> WholeFiles.write(part.resolve("a"), "text")))
        .isInstanceOf(CancellationException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(file).hasContent("earlier");
    assertThat(folder.toFile().list()).containsExactly("a.txt");
  }

  private static Sample sample(IOException failure) {
    ByteSource content =
        new ByteSource() {
          @Override
          public InputStream openStream() throws IOException {
            throw failure;
          }
        };
    return new Sample("a.png", content, Label.AI, Generator.ADM);
  }
}
