package org.genimage.app.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.io.Closer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that are too many, too slow, or gone, and a service that stops. */
@Timeout(60)
class ServiceFaultsTest {

  private static final Duration SHORT = Duration.ofMillis(600);
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final byte[] PNG = RedDetector.png(0.8);

  private final RedDetector detector = new RedDetector();
  private final HttpClient client = HttpClient.newHttpClient();
  private final Closer wires = Closer.create();
  private ServiceLimits limits = ServiceLimits.DEFAULT.imageBytes(100_000).uploadBytes(1 << 20);
  private ServiceTimes times = ServiceTimes.DEFAULT;
  private boolean behindProxy;
  private ScoringServer server;

  private void start() {
    server =
        ScoringServer.start(
            detector.batching().batchSize(1).maxWait(Duration.ZERO).threads(2),
            ServiceSettings.DEFAULT
                .at("127.0.0.1", 0)
                .limits(limits)
                .times(times)
                .behindProxy(behindProxy),
            line -> {});
    detector.scored.clear(); // the black images of the warm-up
  }

  @AfterEach
  void stop() throws IOException {
    detector.open();
    wires.close();
    if (server != null) {
      server.close();
    }
  }

  private URI at(String path) {
    return server.address().resolve(path);
  }

  private Wire wire() throws IOException {
    return wires.register(new Wire(server.address()));
  }

  private CompletableFuture<HttpResponse<String>> post(byte[] image, String... headers) {
    return postTo("/v1/score", image, headers);
  }

  private CompletableFuture<HttpResponse<String>> postTo(
      String path, byte[] image, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(at(path))
            .POST(HttpRequest.BodyPublishers.ofByteArray(image))
            .header("Content-Type", "image/png");
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.sendAsync(request.build(), BodyHandlers.ofString());
  }

  private String get(String path) throws Exception {
    return client.send(HttpRequest.newBuilder(at(path)).build(), BodyHandlers.ofString()).body();
  }

  private double metric(String name) throws Exception {
    return get("/metrics")
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElse(0);
  }

  private void waitUntil(String metric, double value) throws Exception {
    while (metric(metric) != value) {
      Thread.sleep(10);
    }
  }

  @Test
  void overload_isRefusedAtOnce_andEndsWithTheLoad() throws Exception {
    limits = limits.capacity(4, 4);
    start();
    detector.shut();
    List<CompletableFuture<HttpResponse<String>>> accepted = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      accepted.add(post(PNG));
    }
    waitUntil("genimage_images_open", 4);
    for (int i = 0; i < 40; i++) {
      long start = System.nanoTime();
      HttpResponse<String> refused = post(PNG).get();

      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(refused.headers().firstValue("Retry-After")).hasValue("1");
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
    }
    assertThat(metric("genimage_refusals_total{reason=\"busy\"}")).isEqualTo(40);
    detector.open();

    for (CompletableFuture<HttpResponse<String>> answer : accepted) {
      assertThat(answer.get().statusCode()).isEqualTo(200);
    }
    waitUntil("genimage_images_open", 0);
    assertThat(post(PNG).get().statusCode()).isEqualTo(200);
  }

  @Test
  void explanations_ofAClient_areMadeOneAtATime_besideItsScores() throws Exception {
    start();
    detector.shut();
    CompletableFuture<HttpResponse<String>> first = postTo("/v1/score?explain=true", PNG);
    waitUntil("genimage_images_open", 1);
    HttpResponse<String> second = postTo("/v1/score?explain=true", PNG).get();
    CompletableFuture<HttpResponse<String>> score = post(PNG);

    assertThat(second.statusCode()).isEqualTo(429);
    assertThat(second.headers().firstValue("Retry-After")).hasValue("1");
    assertThat(second.body()).contains("This client has 1 explanations open, of at most 1");
    detector.open();
    assertThat(first.get().body()).contains("\"explanation\":{");
    assertThat(score.get().statusCode()).isEqualTo(200);
    waitUntil("genimage_images_open", 0);
    assertThat(postTo("/v1/score?explain=true", PNG).get().statusCode()).isEqualTo(200);
  }

  /** So that a page that is closed costs nothing more. */
  @Test
  void explanation_whoseClientLeaves_isNotMade() throws Exception {
    start();
    CountDownLatch asked = new CountDownLatch(1);
    detector.onScore =
        () -> {
          if (detector.scored.size() == 1) { // the score is given, the explanation begins
            asked.countDown();
            detector.shut();
          }
        };
    Wire leaving =
        wire().send(Wire.head(PNG.length).replace("/score", "/score?explain=true")).send(PNG);
    asked.await();
    leaving.close();
    waitUntil("genimage_clients_left_total", 1);
    detector.open();
    waitUntil("genimage_images_open", 0);
    server.close();

    assertThat(detector.scored).hasSizeLessThan(4); // of 27
  }

  /** A refused client knows whether it may send again on the same connection. */
  @Test
  void refusal_beforeTheBody_saysWhetherTheConnectionStays() throws Exception {
    limits = limits.capacity(1, 1);
    start();
    detector.shut();
    Wire first = wire().post(PNG);
    waitUntil("genimage_images_open", 1);
    Wire whole = wire().post(PNG);
    assertThat(whole.answer()).startsWith("HTTP/1.1 429").doesNotContain("close");
    Wire half = wire().send(Wire.head(50_000)).send(new byte[10]);
    assertThat(half.answer()).startsWith("HTTP/1.1 429").containsIgnoringCase("connection: close");
    assertThat(half.isClosed()).isTrue();
    detector.open();
    assertThat(first.answer()).startsWith("HTTP/1.1 200");
    waitUntil("genimage_images_open", 0);

    assertThat(whole.post(PNG).answer()).startsWith("HTTP/1.1 200");
  }

  @Test
  void oneClient_cannotTakeTheShareOfOthers() throws Exception {
    limits = limits.capacity(12, 8);
    behindProxy = true;
    start();
    detector.shut();
    List<CompletableFuture<HttpResponse<String>>> greedy = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      greedy.add(post(RedDetector.png(0.2), "X-Forwarded-For", "10.9.9.9, 10.0.0.1"));
    }
    waitUntil("genimage_images_open", 8);
    assertThat(post(PNG, "X-Forwarded-For", "10.8.8.8, 10.0.0.1").get().statusCode())
        .isEqualTo(429);
    CompletableFuture<HttpResponse<String>> modest =
        post(RedDetector.png(1), "X-Forwarded-For", "10.0.0.2");
    waitUntil("genimage_images_open", 9);
    // All have arrived, and one is being scored.
    waitUntil("genimage_queue_depth", 8);
    detector.open();

    assertThat(modest.get().statusCode()).isEqualTo(200);
    for (CompletableFuture<HttpResponse<String>> answer : greedy) {
      assertThat(answer.get().statusCode()).isEqualTo(200);
    }
    // Three of the greedy client's images run at once and one is next, then comes the modest one's;
    // two threads that decode may change places.
    assertThat(detector.scored.indexOf(255)).isBetween(3, 6);
  }

  @Test
  void bodies_thatExceedTheMemoryForThem_areRefused() throws Exception {
    limits = limits.uploadBytes(100_000);
    start();
    Wire first = wire().send(Wire.head(90_000)).send(new byte[10]);
    waitUntil("genimage_images_open", 1);

    Wire second = wire().send(Wire.head(20_000)).send(new byte[10]);
    assertThat(second.answer()).startsWith("HTTP/1.1 429");
    first.close();
    waitUntil("genimage_images_open", 0);
    assertThat(post(new byte[20_000]).get().statusCode()).isEqualTo(422);
  }

  @Test
  void slowHeaders_areCutOff() throws Exception {
    times = times.receiving(SHORT, LONG, LONG);
    start();
    Wire slow = wire();
    boolean isClosed = false;
    long start = System.nanoTime();
    try {
      for (int i = 0; i < 100; i++) {
        slow.send(i == 0 ? "POST /v1/score HTTP/1.1\r\nHost: t\r\nX-Slow: " : "a");
        Thread.sleep(100);
      }
    } catch (IOException e) {
      isClosed = true; // the other side has closed
    }

    assertThat(isClosed).isTrue();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(SHORT, Duration.ofSeconds(6));
    assertThat(post(PNG).get().statusCode()).isEqualTo(200);
  }

  @Test
  void keptConnections_areNotTakenForSlowHeaders() throws Exception {
    times = times.receiving(SHORT, LONG, LONG);
    start();
    Wire kept = wire();
    for (int i = 0; i < 3; i++) {
      assertThat(kept.post(PNG).answer()).startsWith("HTTP/1.1 200");
      Thread.sleep(1000);
    }
  }

  @Test
  void slowBody_isAnswered408_andFreesItsPlace() throws Exception {
    times = times.receiving(LONG, SHORT, LONG);
    start();
    Wire slow = wire().send(Wire.head(1000)).send(new byte[10]);
    String answer = slow.answer();

    assertThat(answer)
        .startsWith("HTTP/1.1 408")
        .containsIgnoringCase("connection: close")
        .contains("urn:genimage:problem:slow-body");
    assertThat(slow.isClosed()).isTrue();
    waitUntil("genimage_images_open", 0);
  }

  @Test
  void silentBody_isCutOffByTheIdleTime() throws Exception {
    times = times.receiving(LONG, LONG, SHORT);
    start();
    String answer = wire().send(Wire.head(1000)).send(new byte[10]).answer();

    assertThat(answer).doesNotContain("Exception").matches("(?s)(HTTP/1.1 4\\d\\d.*)?");
    waitUntil("genimage_images_open", 0);
  }

  @Test
  void halfSentBody_freesItsPlace() throws Exception {
    start();
    Wire half = wire().send(Wire.head(1000)).send(new byte[10]);
    waitUntil("genimage_images_open", 1);
    half.close();

    waitUntil("genimage_images_open", 0);
    assertThat(detector.scored).isEmpty();
  }

  @Test
  void tooLargeBody_isRefusedBeforeItIsSent() throws Exception {
    start();
    Wire wire = wire();
    wire.send(Wire.head(1L << 40).replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n"));

    assertThat(wire.answer()).startsWith("HTTP/1.1 413");
  }

  @Test
  void chunkedBody_beyondTheLimit_isRefused() throws Exception {
    start();
    Wire wire =
        wire()
            .send(
                "POST /v1/score HTTP/1.1\r\nHost: t\r\nContent-Type: image/png\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n");
    String answer = "";
    try {
      for (int i = 0; i < 13; i++) {
        wire.send("2000\r\n").send(new byte[0x2000]).send("\r\n");
      }
      wire.send("0\r\n\r\n");
    } catch (IOException e) {
      answer = "closed while it was sent";
    }
    if (answer.isEmpty()) {
      assertThat(wire.answer()).startsWith("HTTP/1.1 413");
    }
    waitUntil("genimage_images_open", 0);
  }

  @Test
  void requestsThatAreNoHttp_areProblems() throws Exception {
    start();
    String answer = wire().send("\u0001\u0002\u0003 / HTTP/9\r\n\r\n").answer();
    String long1 = wire().send("GET /" + "a".repeat(20_000) + " HTTP/1.1\r\n\r\n").answer();

    assertThat(answer).startsWith("HTTP/1.1 400").contains("application/problem+json", "nosniff");
    assertThat(long1).matches("(?s)HTTP/1.1 4(14|31).*").contains("application/problem+json");
  }

  @Test
  void slowDetector_isAnswered503() throws Exception {
    times = times.answer(SHORT);
    start();
    detector.shut();
    HttpResponse<String> response = post(PNG).get();

    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.headers().firstValue("Retry-After")).hasValue("10");
    assertThat(response.body()).contains("urn:genimage:problem:slow-answer");
  }

  @Test
  void clientThatLeaves_isNotScored() throws Exception {
    start();
    detector.shut();
    List<CompletableFuture<HttpResponse<String>>> others = List.of(post(PNG), post(PNG), post(PNG));
    waitUntil("genimage_images_open", 3);
    Wire leaving = wire().post(RedDetector.png(1));
    waitUntil("genimage_images_open", 4);
    leaving.close();
    waitUntil("genimage_clients_left_total", 1);
    waitUntil("genimage_images_open", 3);
    detector.open();

    for (CompletableFuture<HttpResponse<String>> other : others) {
      assertThat(other.get().statusCode()).isEqualTo(200);
    }
    assertThat(detector.scored).doesNotContain(255);
  }

  @Test
  void close_answersWhatWasAccepted_andRefusesTheRest() throws Exception {
    start();
    detector.shut();
    List<Wire> accepted = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      accepted.add(wire().post(PNG));
    }
    Wire idle = wire();
    waitUntil("genimage_images_open", 8);
    URI address = server.address();
    Thread closing = new Thread(server::close);
    closing.start();
    while (!Thread.State.TIMED_WAITING.equals(closing.getState())
        && !Thread.State.WAITING.equals(closing.getState())) {
      Thread.sleep(1);
    }
    Thread.sleep(200);
    assertThatThrownBy(() -> new Wire(address).close()).isInstanceOf(ConnectException.class);
    detector.open();
    closing.join(20_000);

    assertThat(closing.isAlive()).isFalse();
    for (Wire wire : accepted) {
      assertThat(wire.answer()).startsWith("HTTP/1.1 200");
      assertThat(wire.isClosed()).isTrue();
    }
    assertThat(idle.isClosed()).isTrue();
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .noneMatch(name -> name.equals("genimage-deadlines"));
  }

  @Test
  void close_withNotice_isFirstNotReady() throws Exception {
    times = times.stopping(Duration.ofSeconds(2), LONG);
    start();
    Thread closing = new Thread(server::close);
    closing.start();
    int status = 200;
    while (status == 200) {
      status =
          client
              .send(HttpRequest.newBuilder(at("/health/ready")).build(), BodyHandlers.ofString())
              .statusCode();
    }

    assertThat(status).isEqualTo(503);
    assertThat(get("/health/live")).contains("live");
    assertThat(post(PNG).get().statusCode()).isEqualTo(200);
    closing.join();
  }

  @Test
  void connections_beyondTheLimit_wait() throws Exception {
    limits = limits.connections(2);
    start();
    Wire first = wire();
    Wire second = wire();
    assertThat(first.post(PNG).answer()).startsWith("HTTP/1.1 200");
    assertThat(second.post(PNG).answer()).startsWith("HTTP/1.1 200");
    Wire third = wire().post(PNG);
    Thread.sleep(300);
    first.close();

    assertThat(third.answer()).startsWith("HTTP/1.1 200");
  }
}
