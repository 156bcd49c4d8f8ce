package org.genimage.app.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class FairQueueTest {

  private final List<String> begun = new ArrayList<>();
  private final List<CompletableFuture<String>> works = new ArrayList<>();

  private CompletableFuture<String> begin(String name) {
    CompletableFuture<String> work = new CompletableFuture<>();
    begun.add(name);
    works.add(work);
    return work;
  }

  private static FairQueue.Ticket places(FairQueue queue, String client, int count) {
    FairQueue.Ticket ticket = queue.enter(client);
    ticket.take(count - 1);
    return ticket;
  }

  @Test
  void clients_takeTurns() {
    FairQueue queue = new FairQueue("images", 10, 10, 1);
    FairQueue.Ticket many = places(queue, "many", 4);
    FairQueue.Ticket one = places(queue, "one", 1);
    FairQueue.Ticket two = places(queue, "two", 2);
    for (int i = 1; i <= 4; i++) {
      String name = "many" + i;
      many.submit(() -> begin(name));
    }
    one.submit(() -> begin("one1"));
    two.submit(() -> begin("two1"));
    two.submit(() -> begin("two2"));
    assertThat(begun).containsExactly("many1");
    assertThat(queue.waiting()).isEqualTo(6);

    for (int i = 0; i < 7; i++) {
      works.get(i).complete("done");
    }

    assertThat(begun).containsExactly("many1", "many2", "one1", "two1", "many3", "two2", "many4");
    assertThat(queue.waiting()).isZero();
  }

  @Test
  void running_isBounded_andResultsAreThoseOfTheWork() {
    FairQueue queue = new FairQueue("images", 10, 10, 2);
    FairQueue.Ticket ticket = places(queue, "a", 3);
    CompletableFuture<String> first = ticket.submit(() -> begin("1"));
    ticket.submit(() -> begin("2"));
    CompletableFuture<String> third = ticket.submit(() -> begin("3"));
    assertThat(begun).containsExactly("1", "2");

    works.get(0).complete("one");
    works.get(2).completeExceptionally(new IllegalStateException("three"));

    assertThat(first).isCompletedWithValue("one");
    assertThat(third).isCompletedExceptionally();
  }

  @Test
  void places_beyondTheCapacity_areRefusedAndComeBack() {
    FairQueue queue = new FairQueue("images", 3, 2, 1);
    FairQueue.Ticket a = places(queue, "a", 2);

    assertThatThrownBy(() -> queue.enter("a"))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("This client has 2 images open, of at most 2");
    FairQueue.Ticket b = queue.enter("b");
    assertThatThrownBy(() -> b.take(1))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("The service has as many images open");
    a.close();
    a.close();
    b.take(1);
    assertThat(queue.open()).isEqualTo(2);
  }

  @Test
  void cancellation_beforeItsTurn_neverBegins() {
    FairQueue queue = new FairQueue("images", 9, 9, 1);
    FairQueue.Ticket ticket = places(queue, "a", 3);
    ticket.submit(() -> begin("1"));
    ticket.submit(() -> begin("2")).cancel(false);
    assertThat(queue.waiting()).isZero();
    ticket.submit(() -> begin("3"));
    works.get(0).complete("done");

    assertThat(begun).containsExactly("1", "3");
  }

  @Test
  void cancellation_ofBegunWork_cancelsIt() {
    FairQueue queue = new FairQueue("images", 9, 9, 1);
    FairQueue.Ticket ticket = places(queue, "a", 2);
    CompletableFuture<String> result = ticket.submit(() -> begin("1"));
    ticket.submit(() -> begin("2"));
    result.cancel(false);

    assertThat(works.get(0)).isCancelled();
    assertThat(begun).containsExactly("1", "2");
  }

  @Test
  void workThatThrows_failsAndLetsTheNextOneBegin() {
    FairQueue queue = new FairQueue("images", 9, 9, 1);
    FairQueue.Ticket ticket = places(queue, "a", 2);
    CompletableFuture<String> broken =
        ticket.submit(
            () -> {
              throw new IllegalStateException("broken");
            });
    ticket.submit(() -> begin("2"));

    assertThat(broken).isCompletedExceptionally();
    assertThat(begun).containsExactly("2");
  }
}
