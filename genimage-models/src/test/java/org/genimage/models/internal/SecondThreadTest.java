package org.genimage.models.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SecondThreadTest {

  private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();

  @Test
  void twoTasks_runAtTheSameTime() {
    CountDownLatch both = new CountDownLatch(2);
    Runnable task =
        () -> {
          threads.add(Thread.currentThread());
          both.countDown();
          await(both);
        };

    SecondThread.run(List.of(task, task));

    assertThat(threads).doesNotHaveDuplicates().contains(Thread.currentThread()).hasSize(2);
  }

  @Test
  void whileTheSecondThreadIsBusy_callersRunTheirOwnTasks() throws Exception {
    CountDownLatch begun = new CountDownLatch(2);
    CountDownLatch end = new CountDownLatch(1);
    Runnable waiting =
        () -> {
          begun.countDown();
          await(end);
        };
    Thread other = new Thread(() -> SecondThread.run(List.of(waiting, waiting)));
    other.start();
    begun.await();

    IntStream.range(0, 3).forEach(i -> runTwo());

    end.countDown();
    other.join();
    assertThat(threads).hasSize(6).containsOnly(Thread.currentThread());
  }

  private void runTwo() {
    Runnable task = () -> threads.add(Thread.currentThread());
    SecondThread.run(List.of(task, task));
  }

  @Test
  void failure_isThrownAsItIs_whenAllTasksHaveEnded() {
    IllegalStateException failure = new IllegalStateException("the second one");
    CountDownLatch failed = new CountDownLatch(1);

    assertThatThrownBy(
            () ->
                SecondThread.run(
                    List.of(
                        () -> {
                          await(failed);
                          threads.add(Thread.currentThread());
                        },
                        () -> {
                          failed.countDown();
                          throw failure;
                        })))
        .isSameAs(failure);

    assertThat(threads).hasSize(1);
  }

  @Test
  void error_isThrownAsItIs() {
    OutOfMemoryError failure = new OutOfMemoryError("expected by a test");

    assertThatThrownBy(
            () ->
                SecondThread.run(
                    List.of(
                        () -> {
                          throw failure;
                        },
                        () -> threads.add(Thread.currentThread()))))
        .isSameAs(failure);

    assertThat(threads).hasSize(1);
  }

  @Test
  void interruptedThread_runsItsTasks_andStaysInterrupted() {
    Thread.currentThread().interrupt();

    runTwo();

    assertThat(Thread.interrupted()).isTrue();
    assertThat(threads).hasSize(2);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
