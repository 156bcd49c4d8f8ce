package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.UnreadableImageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class DetectorServiceTest {

  private static final Duration LONG = Duration.ofMinutes(1);
  private static final int SIDE = 4;

  private final GatedDetector detector = new GatedDetector();

  @Test
  void score_byManyThreads_isThatOfTheDetectorAlone() throws Exception {
    detector.open();
    ExecutorService pool = Executors.newFixedThreadPool(8);
    try (DetectorService service = Batching.of(detector).capacity(400).start()) {
      List<Future<List<Double>>> answers = new ArrayList<>();
      for (int thread = 0; thread < 8; thread++) {
        int first = 32 * thread;
        answers.add(
            pool.submit(
                () -> {
                  List<CompletableFuture<Double>> futures = new ArrayList<>();
                  for (int red = first; red < first + 32; red++) {
                    futures.add(service.score(red(red)));
                  }
                  return futures.stream().map(CompletableFuture::join).toList();
                }));
      }
      for (int red = 0; red < 256; red++) {
        assertThat(answers.get(red / 32).get().get(red % 32)).isEqualTo(red / 255.0);
      }
      assertThat(detector.batches).allMatch(size -> size <= 16);
      assertThat(detector.batches.stream().mapToInt(size -> size).sum()).isEqualTo(256);
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void score_ofFileAndBytes_isThatOfTheImage(@TempDir Path folder) throws IOException {
    detector.open();
    byte[] png = red(51).toPng();
    Path file = Files.write(folder.resolve("image.png"), png);
    try (DetectorService service = Batching.of(detector).start()) {
      assertThat(service.score(red(51)).join()).isEqualTo(0.2);
      assertThat(service.score(file).join()).isEqualTo(0.2);
      assertThat(service.score(png).join()).isEqualTo(0.2);
      assertThat(service.score(new ByteArrayInputStream(png)).join()).isEqualTo(0.2);
      assertThat(service.score(red(51).toBufferedImage()).join()).isEqualTo(0.2);
    }
  }

  @Test
  void stream_thatFails_isAnUnreadableImage() {
    InputStream failing =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("line broken");
          }
        };
    try (DetectorService service = detector.batching().start()) {
      assertThatThrownBy(service.score(failing)::get)
          .hasCauseInstanceOf(UnreadableImageException.class)
          .hasMessageContaining("found an error in reading it (line broken); send it again");
    }
  }

  @Test
  void supplier_runsOnTheServicesThreads_andItsExceptionIsTheFutures() {
    detector.open();
    try (DetectorService service = detector.batching().start()) {
      AtomicReference<String> thread = new AtomicReference<>();
      Supplier<Image> image =
          () -> {
            thread.set(Thread.currentThread().getName());
            return red(51);
          };
      Supplier<Image> none =
          () -> {
            throw new UnsupportedOperationException("no image");
          };

      assertThat(service.score(image).join()).isEqualTo(0.2);
      assertThat(thread.get()).startsWith("genimage-preparing-");
      assertThatThrownBy(service.score(none)::get)
          .hasCauseInstanceOf(UnsupportedOperationException.class);
    }
  }

  @Test
  void judge_withoutARule_isByTheThreshold() {
    detector.open();
    try (DetectorService service = detector.batching().start()) {
      assertThat(service.judge(() -> red(204)).join())
          .isEqualTo(new DetectorService.Judgement(0.8, Verdict.AI));
      assertThat(service.judge(() -> red(51)).join())
          .isEqualTo(new DetectorService.Judgement(0.2, Verdict.NATURE));
    }
  }

  @Test
  void judge_withViews_isThatOfTheDetector() {
    detector.open();
    detector.rule = Optional.of(rule(SecondView.CROP, SecondView.RESCALE));
    AtomicInteger made = new AtomicInteger();
    try (DetectorService service =
        detector.batching().batchSize(3).maxWait(LONG).capacity(3).start()) {
      for (Image image : List.of(red(255), red(0), red(128), dot())) {
        DetectorService.Judgement judgement =
            service
                .judge(
                    () -> {
                      made.incrementAndGet();
                      return image;
                    })
                .join();

        assertThat(judgement.verdict()).isEqualTo(detector.verdict(image));
        assertThat(judgement.score()).isEqualTo(detector.score(image));
      }
      assertThat(service.judge(DetectorServiceTest::dot).join().verdict())
          .isEqualTo(Verdict.UNSURE);
    }
    assertThat(made).hasValue(4);
  }

  @Test
  void judge_refusedForAView_dropsTheOthers() throws InterruptedException {
    detector.rule = Optional.of(rule(SecondView.CROP, SecondView.RESCALE));
    try (DetectorService service = detector.batching().capacity(2).start()) {
      CompletableFuture<DetectorService.Judgement> judgement = service.judge(() -> red(1));

      assertThatThrownBy(judgement::get).hasCauseInstanceOf(RejectedExecutionException.class);
      detector.open();
      detector.rule = Optional.empty();
      assertThat(submitUntilAccepted(service).join()).isEqualTo(1 / 255.0);
    }
  }

  @Test
  void judge_cancelled_freesAllPlaces() throws InterruptedException {
    detector.rule = Optional.of(rule(SecondView.CROP));
    try (DetectorService service =
        detector.batching().batchSize(1).maxWait(Duration.ZERO).capacity(3).start()) {
      CompletableFuture<Double> first = service.score(red(0));
      detector.entered.await();
      CompletableFuture<DetectorService.Judgement> judgement = service.judge(() -> red(1));
      waitUntilReady(service, 2);
      judgement.cancel(false);
      detector.open();
      first.join();
      while (service.unanswered() > 0) {
        Thread.sleep(1);
      }

      assertThat(detector.batches).containsExactly(1);
    }
  }

  @Test
  void listener_learnsOfBatchesAndRefusals_andMayFail() {
    List<String> events = new CopyOnWriteArrayList<>();
    DetectorService.Listener listener =
        new DetectorService.Listener() {
          @Override
          public void scored(int images, Duration time) {
            events.add("scored " + images + (time.isNegative() ? " in no time" : ""));
            throw new IllegalStateException("listener");
          }

          @Override
          public void refused() {
            events.add("refused");
          }
        };
    Batching batching = detector.batching().batchSize(2).capacity(2).maxWait(LONG);
    try (DetectorService service = batching.listener(listener).start()) {
      List<CompletableFuture<Double>> futures = submit(service, 3);
      assertThat(futures.get(2)).isCompletedExceptionally();
      assertThat(service.capacity()).isEqualTo(2);
      assertThat(service.unanswered()).isEqualTo(2);
      detector.open();
      futures.subList(0, 2).forEach(CompletableFuture::join);
    }
    assertThat(events).containsExactly("refused", "scored 2");
  }

  @Test
  void requests_fullBatch_waitsNoLonger() {
    detector.open();
    try (DetectorService service = Batching.of(detector).batchSize(4).maxWait(LONG).start()) {
      List<CompletableFuture<Double>> futures = submit(service, 8);
      futures.forEach(CompletableFuture::join);

      assertThat(detector.batches).containsExactly(4, 4);
    }
  }

  @Test
  void requests_thatFillNoBatch_waitForTheTimeSet() {
    detector.open();
    Duration wait = Duration.ofMillis(300);
    try (DetectorService service = Batching.of(detector).batchSize(4).maxWait(wait).start()) {
      long start = System.nanoTime();
      submit(service, 3).forEach(CompletableFuture::join);

      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(wait, wait.multipliedBy(10));
      assertThat(detector.batches).containsExactly(3);
    }
  }

  @Test
  void requests_whileABatchIsScored_becomeTheNext() throws InterruptedException {
    try (DetectorService service =
        Batching.of(detector).batchSize(8).maxWait(Duration.ZERO).start()) {
      CompletableFuture<Double> first = service.score(red(0));
      detector.entered.await();
      List<CompletableFuture<Double>> futures = submit(service, 8);
      waitUntilReady(service, 8);
      detector.open();
      first.join();
      futures.forEach(CompletableFuture::join);

      assertThat(detector.batches).containsExactly(1, 8);
    }
  }

  @Test
  void unreadableImage_failsAlone() {
    detector.open();
    try (DetectorService service = Batching.of(detector).batchSize(3).maxWait(LONG).start()) {
      CompletableFuture<Double> bad = service.score(new byte[] {1, 2, 3});
      CompletableFuture<Double> missing = service.score(Path.of("no", "such.png"));
      List<CompletableFuture<Double>> good = submit(service, 3);
      good.forEach(CompletableFuture::join);

      assertThatThrownBy(bad::get).hasCauseInstanceOf(UnreadableImageException.class);
      assertThatThrownBy(missing::get).hasCauseInstanceOf(UnreadableImageException.class);
    }
  }

  @Test
  void imageThatTheDetectorRefuses_failsAlone() {
    detector.open();
    detector.refused = 1;
    try (DetectorService service = Batching.of(detector).batchSize(3).maxWait(LONG).start()) {
      List<CompletableFuture<Double>> futures = submit(service, 3);

      assertThat(futures.get(0).join()).isEqualTo(0);
      assertThat(futures.get(2).join()).isEqualTo(2 / 255.0);
      assertThatThrownBy(futures.get(1)::get)
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(IllegalStateException.class)
          .hasMessageContaining("refused");
      assertThat(detector.batches).containsExactly(1, 1);
    }
  }

  @Test
  void capacity_exceeded_isRefusedAtOnceAndFreedByAnswers() {
    try (DetectorService service =
        Batching.of(detector).batchSize(1).capacity(2).maxWait(Duration.ZERO).start()) {
      List<CompletableFuture<Double>> accepted = submit(service, 2);
      CompletableFuture<Double> refused = service.score(red(3));

      assertThat(refused).isCompletedExceptionally();
      assertThatThrownBy(refused::get)
          .hasCauseInstanceOf(RejectedExecutionException.class)
          .hasMessageContaining(
              "the service of detector gated has 2 open requests, its capacity; try again later");
      detector.open();
      for (int i = 0; i < 100; i++) {
        accepted.forEach(CompletableFuture::join);
        accepted = submit(service, 2);
      }
      accepted.forEach(CompletableFuture::join);
    }
  }

  @Test
  void cancellation_dropsTheRequestAndFreesItsPlace() throws InterruptedException {
    try (DetectorService service =
        Batching.of(detector).batchSize(4).capacity(5).maxWait(Duration.ZERO).start()) {
      CompletableFuture<Double> first = service.score(red(0));
      detector.entered.await();
      List<CompletableFuture<Double>> futures = submit(service, 4);
      waitUntilReady(service, 4);
      futures.get(0).cancel(false);
      futures.get(2).cancel(false);
      detector.open();

      assertThat(futures.get(1).join()).isEqualTo(1 / 255.0);
      assertThat(futures.get(3).join()).isEqualTo(3 / 255.0);
      first.join();
      assertThat(detector.batches).containsExactly(1, 2);
      assertThatThrownBy(futures.get(0)::join).isInstanceOf(CancellationException.class);
      submit(service, 5).forEach(CompletableFuture::join);
    }
  }

  @Test
  void close_whileRequestsWait_answersThem() throws InterruptedException {
    DetectorService service =
        Batching.of(detector).batchSize(2).maxWait(Duration.ofMillis(1)).start();
    List<CompletableFuture<Double>> futures = submit(service, 9);
    detector.entered.await();
    Thread closing = new Thread(service::close);
    closing.start();
    closing.join(50);

    assertThat(closing.isAlive()).isTrue();
    detector.open();
    closing.join();
    assertThat(futures).allMatch(CompletableFuture::isDone);
    for (int i = 0; i < futures.size(); i++) {
      assertThat(futures.get(i).join()).isEqualTo(i / 255.0);
    }
    assertThat(detector.closed).isFalse();
  }

  @Test
  void close_interrupted_cancelsWhatIsOpen() throws InterruptedException {
    DetectorService service = Batching.of(detector).batchSize(1).start();
    List<CompletableFuture<Double>> futures = submit(service, 5);
    detector.entered.await();
    Thread closing = new Thread(service::close);
    closing.start();
    closing.interrupt();
    closing.join();

    assertThat(futures).allMatch(CompletableFuture::isCancelled);
    detector.open();
  }

  @Test
  void detector_thatLeavesItsThreadInterrupted_losesNoRequest() {
    detector.open();
    detector.interrupts = true;
    Batching batching = Batching.of(detector).batchSize(2).maxWait(Duration.ofMillis(20));
    try (DetectorService service = batching.start()) {
      for (int round = 0; round < 10; round++) {
        List<CompletableFuture<Double>> futures = submit(service, 3);
        for (int i = 0; i < 3; i++) {
          assertThat(futures.get(i).join()).isEqualTo(i / 255.0);
        }
      }
    }
  }

  @Test
  void callerThatIsInterrupted_stopsWaitingAlone(@TempDir Path folder) throws Exception {
    Path file = Files.write(folder.resolve("image.png"), red(51).toPng());
    try (DetectorService service = Batching.of(detector).start()) {
      Thread.currentThread().interrupt();
      CompletableFuture<Double> future = service.score(file);
      assertThatThrownBy(future::get).isInstanceOf(InterruptedException.class);
      assertThat(Thread.currentThread().isInterrupted()).isFalse();
      detector.open();
      assertThat(future.get()).isEqualTo(0.2);
    }
  }

  @Test
  void close_inWhatDependsOnAFuture_doesNotHang() {
    DetectorService service = Batching.of(detector).start();
    CompletableFuture<Void> closing = service.score(red(1)).thenRun(service::close);
    detector.open();
    closing.join();

    assertThatThrownBy(service::warmUp)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the service of detector gated is closed; start another");
  }

  @Test
  void close_thenScore_saysSo() {
    DetectorService service = Batching.of(detector).start();
    service.close();
    service.close();

    assertThatThrownBy(service.score(red(1))::join)
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the service of detector gated is closed; start another");
  }

  @Test
  void closedDetector_failsEachRequestAndSaysSo() {
    Blueprint tiny = DetectorTest.TINY;
    Detector closed = tiny.load(tiny.initialWeights(1));
    try (DetectorService service = Batching.of(closed).start()) {
      service.warmUp();
      assertThat(service.score(DetectorTest.noise(9, 9, 1)).join()).isBetween(0.0, 1.0);
      closed.close();

      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(service.score(DetectorTest.noise(9, 9, 1))::join)
            .hasCauseInstanceOf(IllegalStateException.class)
            .hasMessageContaining("detector tiny is closed; load it again");
      }
      assertThatThrownBy(service::warmUp)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("detector tiny is closed");
    }
  }

  @Test
  void whatDependsOnAFuture_mayBeSlow() {
    CountDownLatch slow = new CountDownLatch(1);
    try (DetectorService service = Batching.of(detector).start()) {
      CompletableFuture<Void> dependent = service.score(red(1)).thenAccept(score -> awaited(slow));
      detector.open();
      assertThat(service.score(red(2)).join()).isEqualTo(2 / 255.0);
      slow.countDown();
      dependent.join();
    }
  }

  @Test
  void manySlowDependents_holdNoOtherAnswer() {
    CountDownLatch slow = new CountDownLatch(1);
    try (DetectorService service = Batching.of(detector).start()) {
      List<CompletableFuture<Void>> dependents = slowDependents(service, 40, slow);
      detector.open();
      assertThat(service.score(red(2)).join()).isEqualTo(2 / 255.0);
      slow.countDown();
      dependents.forEach(CompletableFuture::join);
    }
  }

  /** So that slow dependents cannot take all threads of the process. */
  @Test
  void slowDependents_beyondTheBound_keepRequestsOut() throws InterruptedException {
    CountDownLatch slow = new CountDownLatch(1);
    try (DetectorService service = Batching.of(detector).capacity(8).start()) {
      List<CompletableFuture<Void>> dependents = new ArrayList<>();
      for (int round = 0; round < 9; round++) {
        detector.shut();
        dependents.addAll(slowDependents(service, 8, slow));
        detector.open();
        while (service.unanswered() > 0) {
          Thread.sleep(1);
        }
      }
      assertThatThrownBy(service.score(red(1))::join)
          .hasCauseInstanceOf(RejectedExecutionException.class)
          .hasMessageContaining(
              "the service of detector gated has answers whose dependents still run on all its"
                  + " threads; try again later");
      assertThat(Thread.getAllStackTraces().keySet())
          .filteredOn(thread -> thread.getName().startsWith("genimage-answering-"))
          .hasSizeBetween(60, 80);
      slow.countDown();
      dependents.forEach(CompletableFuture::join);
      assertThat(submitUntilAccepted(service).join()).isEqualTo(1 / 255.0);
    }
  }

  private static List<CompletableFuture<Void>> slowDependents(
      DetectorService service, int count, CountDownLatch slow) {
    return submit(service, count).stream()
        .map(future -> future.thenAccept(score -> awaited(slow)))
        .toList();
  }

  private static CompletableFuture<Double> submitUntilAccepted(DetectorService service)
      throws InterruptedException {
    CompletableFuture<Double> future = service.score(red(1));
    while (future.isCompletedExceptionally()) {
      Thread.sleep(1);
      future = service.score(red(1));
    }
    return future;
  }

  @Test
  void warmUp_scoresOneImageAndAWholeBatch() {
    detector.open();
    try (DetectorService service = Batching.of(detector).batchSize(5).start()) {
      service.warmUp();

      assertThat(detector.batches).containsExactly(1, 5);
    }
  }

  @Test
  void settings_outOfRange_areRefused() {
    Batching batching = Batching.of(detector);

    assertThatThrownBy(() -> batching.batchSize(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("batch size must be positive, got 0");
    assertThatThrownBy(() -> batching.maxWait(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("waiting time must not be negative, got PT-0.001S");
    assertThatThrownBy(() -> batching.capacity(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("capacity must be positive, got 0");
    assertThatThrownBy(() -> batching.threads(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("number of threads must be positive, got 0");
  }

  private static List<CompletableFuture<Double>> submit(DetectorService service, int count) {
    List<CompletableFuture<Double>> futures = new ArrayList<>();
    for (int red = 0; red < count; red++) {
      futures.add(service.score(red(red)));
    }
    return futures;
  }

  private static void waitUntilReady(DetectorService service, int count)
      throws InterruptedException {
    while (service.waiting() < count) {
      Thread.sleep(1);
    }
  }

  private static void awaited(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** One red pixel, the first that the detector sees, which a smaller copy makes dark. */
  private static Image dot() {
    byte[] rgb = new byte[3 * 22 * 22];
    rgb[3 * (22 * 9 + 9)] = (byte) 255;
    return Image.of(22, 22, rgb);
  }

  private static VerdictRule rule(SecondView... views) {
    ErrorBound bound = new ErrorBound(0.05, 0.03, 0.95, 0, 100);
    VerdictRule.Origin origin = new VerdictRule.Origin("gated", 1, "0".repeat(64), "", true);
    return new VerdictRule(0.4, 0.6, bound, bound, List.of(views), origin);
  }

  private static Image red(int red) {
    byte[] rgb = new byte[3 * SIDE * SIDE];
    rgb[0] = (byte) red;
    return Image.of(SIDE, SIDE, rgb);
  }

  /** The score is the red value of the first pixel; none is given before the gate opens. */
  private static final class GatedDetector implements Detector {

    final List<Integer> batches = new CopyOnWriteArrayList<>();
    final CountDownLatch entered = new CountDownLatch(1);
    private volatile CountDownLatch gate = new CountDownLatch(1);
    volatile int refused = -1;
    volatile boolean interrupts;
    volatile boolean closed;
    volatile Optional<VerdictRule> rule = Optional.empty();

    void open() {
      gate.countDown();
    }

    void shut() {
      gate = new CountDownLatch(1);
    }

    @Override
    public String name() {
      return "gated";
    }

    @Override
    public InputContract input() {
      return InputContract.crop(SIDE);
    }

    @Override
    public Map<String, String> provenance() {
      return Map.of();
    }

    @Override
    public Optional<VerdictRule> verdictRule() {
      return rule;
    }

    @Override
    public double[] score(ImageBatch images) {
      entered.countDown();
      double[] scores = new double[images.count()];
      for (int i = 0; i < scores.length; i++) {
        int red = images.image(i).value(0, 0, 0);
        if (red == refused) {
          throw new IllegalStateException("refused");
        }
        scores[i] = red / 255.0;
      }
      try {
        gate.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      batches.add(images.count());
      if (interrupts) {
        Thread.currentThread().interrupt();
      }
      return scores;
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
