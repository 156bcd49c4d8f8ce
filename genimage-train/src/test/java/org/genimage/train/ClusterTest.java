package org.genimage.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.common.base.Splitter;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.genimage.models.Blueprint;
import org.genimage.models.Head;
import org.genimage.models.nn.Conv;
import org.genimage.models.nn.Init;
import org.genimage.models.nn.Layers;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Network;
import org.genimage.models.weights.Weights;
import org.genimage.train.ClusterTraining.Job;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Processes on this machine train as one does, and end when one of them is lost. */
class ClusterTest {

  /** 128 and SIGABRT, by which a JVM ends after a crash. */
  private static final int ABORTED = 134;

  private static final int HUNG_SECONDS = 10;

  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void endAll() {
    started.forEach(Process::destroyForcibly);
  }

  @Test
  void parse_tfConfig_givesTheWorkers() {
    Cluster cluster =
        Cluster.parse(
            "{\"cluster\": {\"worker\": [\"a:2222\", \"b:2222\"]}, \"task\": {\"type\":"
                + " \"worker\", \"index\": 1}}");

    assertThat(cluster).isEqualTo(Cluster.of(List.of("a:2222", "b:2222"), 1));
  }

  @Test
  void parse_anythingElse_isRefused() {
    assertThatThrownBy(() -> Cluster.parse(""))
        .hasMessageStartingWith("TF_CONFIG must list workers only and name this one as task");
    assertThatThrownBy(() -> Cluster.parse("{")).hasMessage("TF_CONFIG must be JSON, got {");
    assertThatThrownBy(() -> Cluster.of(List.of("a:1"), 1))
        .hasMessage("a worker's index must be from 0 to below 1, got 1");
    assertThatThrownBy(() -> Cluster.of(List.of("a:1", "b"), 1))
        .hasMessage("a worker's address must be host:port, got b");
    assertThatThrownBy(() -> Cluster.of(List.of("a:1", "a:1"), 1))
        .hasMessage("every worker must have an address of its own, got [a:1, a:1]");
  }

  @Test
  void fit_twoWorkers_trainAsOneDoes(@TempDir Path folder) throws Exception {
    TreeMap<Long, Double> before = new TreeMap<>();
    assertThatThrownBy(
            () ->
                fit(
                    Job.SHORT,
                    Job.SHORT.trainer.checkpoints(everyStep(folder.resolve("SHORT"))),
                    before,
                    7))
        .hasMessage("stopped");
    List<Job> jobs =
        List.of(
            Job.SHORT, Job.CLIPPED_IN_PARTS, Job.NORMALISED, Job.HALF_FROZEN, Job.DEIT, Job.SWIN);
    Group pair = start(folder, 2, 60, jobs);
    // A part of a step normalises its images by themselves, as a worker does.
    GradientTrainer inParts =
        GradientTrainer.with(Job.NORMALISED.trainer.settings().recipe().parts(2));

    Trained shortly = Trained.by(Job.SHORT, Job.SHORT.trainer);
    Trained clipped = Trained.by(Job.CLIPPED_IN_PARTS, Job.CLIPPED_IN_PARTS.trainer);
    Trained normalised = Trained.by(Job.NORMALISED, inParts);
    Trained deit = Trained.by(Job.DEIT, Job.DEIT.trainer);
    Trained swin = Trained.by(Job.SWIN, Job.SWIN.trainer);

    assertLosses(pair.losses(Job.SHORT), shortly.losses(), 1e-5);
    for (String key : shortly.weights().keys()) {
      assertClose(key, pair.weights(Job.SHORT), shortly.weights());
    }
    assertLosses(pair.losses(Job.CLIPPED_IN_PARTS), clipped.losses(), 1e-5);
    for (String key : clipped.weights().keys()) {
      assertClose(key, pair.weights(Job.CLIPPED_IN_PARTS), clipped.weights());
    }
    assertLosses(pair.losses(Job.NORMALISED), normalised.losses(), 1e-5);
    assertLosses(pair.losses(Job.DEIT), deit.losses(), 1e-4);
    assertLosses(pair.losses(Job.SWIN), swin.losses(), 1e-4);
    assertStatisticsAreMeans(pair);
    for (int i = 0; i < 2; i++) {
      assertThat(folder.resolve("sums-" + i)).hasContent("[3, 20]");
      assertThat(pair.error(i))
          .isEqualTo(
              pair.name(i)
                  + " has other settings than the other workers: seed differ; give all workers the"
                  + " same settings, data and checkpoint folder, and restart all");
    }
  }

  /** What one process trains. */
  private record Trained(Weights weights, Map<Long, Double> losses) {
    static Trained by(Job job, GradientTrainer trainer) {
      Map<Long, Double> losses = new TreeMap<>();
      return new Trained(fit(job, trainer, losses, Long.MAX_VALUE), losses);
    }
  }

  private static void assertClose(String key, Weights found, Weights expected) {
    assertThat(found.get(key).toFloats())
        .as(key)
        .usingComparatorWithPrecision(1e-5f)
        .containsExactly(expected.get(key).toFloats());
  }

  /** Losses of the last steps. */
  private static void assertLosses(
      Map<Long, Double> found, Map<Long, Double> expected, double tolerance) {
    assertThat(found).isNotEmpty();
    found.forEach(
        (step, loss) ->
            assertThat(loss)
                .as("loss of step %d", step)
                .isCloseTo(expected.get(step), within(tolerance)));
  }

  private static void assertStatisticsAreMeans(Group pair) throws Exception {
    Job job = Job.HALF_FROZEN;
    Blueprint halves = new Blueprint("tiny", new Halves(), job.blueprint.input(), Head.NATURE_AI);
    GradientTrainer frozen =
        GradientTrainer.with(job.trainer.settings().recipe())
            .freeze("bn[12]\\.weight", "bn[12]\\.bias");
    TreeMap<Long, Double> losses = new TreeMap<>();
    Weights expected =
        ClusterTraining.fit(job, halves, frozen, remembering(losses, Long.MAX_VALUE));
    Weights found = pair.weights(job);
    assertLosses(pair.losses(job), losses, 1e-5);
    assertClose("conv1.weight", found, expected);
    for (String name : List.of("running_mean", "running_var")) {
      float[] first = expected.get("bn1." + name).toFloats();
      float[] second = expected.get("bn2." + name).toFloats();
      float[] shared = found.get("bn1." + name).toFloats();
      assertThat(first).isNotEqualTo(second);
      for (int i = 0; i < shared.length; i++) {
        assertThat(shared[i]).as(name).isCloseTo((first[i] + second[i]) / 2, within(1e-5f));
      }
    }
  }

  /** Both halves of a batch in one process, each with a batch norm of its own. */
  private record Halves() implements Network {
    @Override
    public Operand<TFloat32> logits(ModelScope scope, Operand<TFloat32> images) {
      Ops tf = scope.tf();
      List<Operand<TFloat32>> logits = new ArrayList<>();
      var count = tf.slice(tf.shape(images), tf.array(0), tf.array(1));
      var size = tf.math.div(count, tf.array(2));
      for (var first : List.of(tf.math.sub(size, size), tf.math.sub(count, size))) {
        var from = tf.concat(List.of(first, tf.array(0, 0, 0)), tf.constant(0));
        var extent = tf.concat(List.of(size, tf.array(8, 8, 3)), tf.constant(0));
        var half = tf.reshape(tf.slice(images, from, extent), tf.array(-1, 8, 8, 3));
        var x =
            Layers.convBatchNorm(
                scope.at("conv1"),
                scope.at("bn" + (logits.size() + 1)),
                half,
                8,
                Conv.kernel(3).stride(2),
                Init.ONES);
        logits.add(GradientTrainerTest.linear(scope, Layers.relu(scope, x)));
      }
      return tf.concat(logits, tf.constant(0));
    }
  }

  @Test
  void fit_lostWorkers_endTheOthersInTimeAndTheRestResumes(@TempDir Path folder) throws Exception {
    List<Job> endless = List.of(Job.ENDLESS);
    Group hung = start(folder.resolve("hung"), 3, HUNG_SECONDS, endless);
    hung.awaitStep(8);
    hung.signal("STOP", 1);
    long stopped = System.nanoTime();
    List<CompletableFuture<Long>> ends =
        hung.workers().stream()
            .map(worker -> worker.onExit().thenApply(ended -> System.nanoTime()))
            .toList();
    Group first = start(folder.resolve("first"), 2, 60, endless);
    Group second = start(folder.resolve("second"), 2, 60, endless);

    first.awaitStep(8);
    first.signal("KILL", 0);
    first.assertEnds(1);
    assertThat(first.error(1)).isEqualTo(lost(first, 1, 0));
    second.awaitStep(8);
    second.signal("KILL", 1);
    second.assertEnds(0);
    assertThat(second.error(0)).isEqualTo(lost(second, 0, 1));
    assertResumes(first.folder().resolve("ENDLESS"));
    List<Boolean> logged = new ArrayList<>();
    for (int i : new int[] {0, 2}) {
      long ended = ends.get(i).get(5, TimeUnit.MINUTES);
      assertThat(Duration.ofNanos(ended - stopped))
          .isLessThan(Duration.ofSeconds(HUNG_SECONDS + 20));
      // After a timeout TensorFlow may crash when the other one ends first; the sentence is logged
      // before.
      assertThat(hung.workers().get(i).exitValue()).isIn(3, ABORTED);
      String log = Files.readString(hung.folder().resolve("stderr-" + i));
      String sentence =
          "%s waited %d s for another worker, which hangs, is too slow or cannot be reached"
              .formatted(hung.name(i), HUNG_SECONDS);
      // One that began to wait much later may lose the other first, which has logged the cause.
      assertThat(log).containsAnyOf(sentence, lost(hung, i, 2 - i));
      logged.add(log.contains(sentence));
    }
    assertThat(logged).contains(true);
  }

  private static String lost(Group group, int survivor, int dead) {
    return ("%s lost the connection to %s; its log may state the cause; restart all workers:"
            + " training resumes from the last checkpoint")
        .formatted(group.name(survivor), group.name(dead));
  }

  /** One process resumes as one that was never stopped. */
  private static void assertResumes(Path folder) {
    Checkpoints kept = everyStep(folder);
    TreeMap<Long, Double> rest = new TreeMap<>();
    assertThatThrownBy(() -> fit(Job.ENDLESS, Job.ENDLESS.trainer.checkpoints(kept), rest, 8))
        .hasMessage("stopped");
    assertThat(rest.firstKey()).isGreaterThan(7);
    TreeMap<Long, Double> straight = new TreeMap<>();
    assertThatThrownBy(() -> fit(Job.ENDLESS, Job.ENDLESS.trainer, straight, rest.lastKey()))
        .hasMessage("stopped");
    assertLosses(rest, straight, 1e-5);
  }

  @Test
  void fit_workerThatNeverStarts_isReported() throws Exception {
    Cluster cluster = Cluster.of(addresses(2), 0).timeout(Duration.ofSeconds(1));

    assertThatThrownBy(() -> fit(cluster))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "worker 0 (%s) waited 1 s for worker 1 (%s) and could not connect; start all workers"
                    .formatted(cluster.workers().get(0), cluster.workers().get(1))
                + " with the same list of workers, and check that no firewall blocks the ports"
                + " between them");
  }

  @Test
  void fit_portInUse_isReported() throws Exception {
    try (ServerSocket other = new ServerSocket(0)) {
      String taken = "localhost:" + other.getLocalPort();
      List<String> addresses = List.of(taken, addresses(1).get(0));

      assertThatThrownBy(() -> fit(Cluster.of(addresses, 0)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("worker 0 cannot listen at " + taken)
          .hasMessageContaining("another program or an earlier run uses the port");
      assertThatThrownBy(() -> fit(Cluster.of(addresses, 1).timeout(Duration.ofSeconds(1))))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith(
              "worker 1 (%s) waited 1 s for another worker".formatted(addresses.get(1)));
    }
  }

  private static void fit(Cluster cluster) {
    Job job = Job.SHORT;
    ClusterTraining.fit(job, job.blueprint, job.trainer.distributed(cluster), report -> {});
  }

  private static Checkpoints everyStep(Path folder) {
    return Checkpoints.in(folder).everySteps(1);
  }

  private static Weights fit(
      Job job, GradientTrainer trainer, Map<Long, Double> losses, long most) {
    return ClusterTraining.fit(job, job.blueprint, trainer, remembering(losses, most));
  }

  /** Remembers losses by step, and stops where there are so many. */
  private static Consumer<StepReport> remembering(Map<Long, Double> losses, long most) {
    return report -> {
      losses.put(report.step(), report.loss());
      if (losses.size() >= most) {
        throw new IllegalStateException("stopped");
      }
    };
  }

  private static List<String> addresses(int count) throws IOException {
    List<ServerSocket> held = new ArrayList<>();
    List<String> addresses = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ServerSocket socket = new ServerSocket(0);
      held.add(socket);
      addresses.add("localhost:" + socket.getLocalPort());
    }
    for (ServerSocket socket : held) {
      socket.close();
    }
    return addresses;
  }

  private Group start(Path folder, int count, int seconds, List<Job> jobs) throws IOException {
    Files.createDirectories(folder);
    List<String> addresses = addresses(count);
    List<Process> workers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<String> command =
          new ArrayList<>(
              List.of(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx512m",
                  "-XX:TieredStopAtLevel=1",
                  "-XX:ErrorFile=" + folder.resolve("crash-%p.log"),
                  "-cp",
                  System.getProperty("java.class.path"),
                  ClusterTraining.class.getName(),
                  folder.toString(),
                  Integer.toString(seconds)));
      jobs.forEach(job -> command.add(job.name()));
      ProcessBuilder worker = new ProcessBuilder(command);
      worker
          .environment()
          .put(
              "TF_CONFIG",
              "{\"cluster\": {\"worker\": [%s]}, \"task\": {\"type\": \"worker\", \"index\": %d}}"
                  .formatted("\"" + String.join("\", \"", addresses) + "\"", i));
      worker.redirectError(folder.resolve("stderr-" + i).toFile());
      workers.add(worker.start());
    }
    started.addAll(workers);
    return new Group(folder, addresses, workers);
  }

  /**
   * Workers in processes of their own.
   *
   * @param folder what they write to
   * @param addresses of them in order
   */
  private record Group(Path folder, List<String> addresses, List<Process> workers) {

    void awaitStep(int steps) throws IOException {
      assertThat(workers.get(0).getInputStream().readNBytes(steps)).hasSize(steps);
    }

    void signal(String name, int worker) throws Exception {
      String command = "kill -%s %d".formatted(name, workers.get(worker).pid());
      assertThat(new ProcessBuilder("sh", "-c", command).start().waitFor()).isZero();
    }

    /** Waits until a worker has ended by what it met; says what it wrote if it ended otherwise. */
    void assertEnds(int worker) throws Exception {
      assertThat(workers.get(worker).waitFor(300, TimeUnit.SECONDS)).as(name(worker)).isTrue();
      assertThat(workers.get(worker).exitValue())
          .as("%s: %s", name(worker), Files.readString(folder.resolve("stderr-" + worker)))
          .isEqualTo(3);
    }

    String name(int worker) {
      return "worker %d (%s)".formatted(worker, addresses.get(worker));
    }

    String error(int worker) throws IOException {
      return Files.readString(folder.resolve("error-" + worker));
    }

    Weights weights(Job job) throws Exception {
      return Weights.read(written(job + "-1.safetensors", 1));
    }

    /** Returns the losses by step that the first worker heard, alone. */
    Map<Long, Double> losses(Job job) throws Exception {
      assertThat(written(job + "-1.losses", 1)).isEmptyFile();
      assertThat(written(job + "-1.sha256", 1))
          .hasSameTextualContentAs(written(job + "-0.sha256", 0));
      Map<Long, Double> losses = new TreeMap<>();
      for (String line : Files.readAllLines(written(job + "-0.losses", 0))) {
        List<String> words = Splitter.on(' ').splitToList(line);
        losses.put(Long.parseLong(words.get(0)), Double.parseDouble(words.get(1)));
      }
      return losses;
    }

    private Path written(String name, int worker) throws Exception {
      assertThat(workers.get(worker).waitFor(300, TimeUnit.SECONDS)).as(name(worker)).isTrue();
      assertThat(folder.resolve(name))
          .as(Files.readString(folder.resolve("stderr-" + worker)))
          .exists();
      return folder.resolve(name);
    }
  }
}
