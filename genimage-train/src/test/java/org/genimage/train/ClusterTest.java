package org.genimage.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.genimage.models.Weights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two processes on this machine train as one does. */
class ClusterTest {

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
  }

  @Test
  void fit_twoWorkers_trainAsOneDoes(@TempDir Path folder) throws Exception {
    List<Process> workers = start(folder, 3);
    for (Process worker : workers) {
      assertThat(worker.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(worker.exitValue()).as(errors(folder)).isZero();
    }
    List<Double> losses = new ArrayList<>();
    Weights alone =
        ClusterTraining.fit(
            ClusterTraining.trainer(3)
                .listener(
                    new TrainingListener() {
                      @Override
                      public void onStep(StepReport report) {
                        losses.add(report.loss());
                      }
                    }));

    List<String> found = Files.readAllLines(folder.resolve("losses-0"));
    assertThat(found).hasSameSizeAs(losses);
    for (int i = 0; i < losses.size(); i++) {
      assertThat(Double.parseDouble(found.get(i))).isCloseTo(losses.get(i), within(1e-5));
    }
    Weights first = Weights.read(folder.resolve("worker-0.safetensors"));
    Weights second = Weights.read(folder.resolve("worker-1.safetensors"));
    GradientTrainerTest.assertSameNumbers(first, second);
    for (String key : alone.keys()) {
      assertThat(first.get(key).toFloats())
          .as(key)
          .usingComparatorWithPrecision(1e-5f)
          .containsExactly(alone.get(key).toFloats());
    }
    assertThat(Files.readAllLines(folder.resolve("losses-1"))).isEmpty();
  }

  @Test
  void fit_killedWorker_endsTheOtherAndOneAloneGoesOn(@TempDir Path folder) throws Exception {
    List<Process> workers = start(folder, 3000);
    try (InputStream steps = workers.get(0).getInputStream()) {
      steps.readNBytes(8);
      workers.get(1).destroyForcibly();
      assertThat(workers.get(0).waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(errors(folder)).contains("worker 0 of [", "has lost another one", "start all again");
    List<Long> rest = new ArrayList<>();
    TrainingListener stopping =
        new TrainingListener() {
          @Override
          public void onStep(StepReport report) {
            rest.add(report.step());
            throw new IllegalStateException("stopped");
          }
        };

    assertThatThrownBy(
            () ->
                ClusterTraining.fit(
                    ClusterTraining.trainer(3000).checkpoints(folder).listener(stopping)))
        .hasMessage("stopped");
    assertThat(rest.get(0)).isGreaterThan(7);
  }

  private static String errors(Path folder) throws IOException {
    Path file = folder.resolve("error-0");
    return Files.exists(file) ? Files.readString(file) : "";
  }

  private static List<Process> start(Path folder, int epochs) throws IOException {
    String addresses = "\"localhost:%d\", \"localhost:%d\"".formatted(freePort(), freePort());
    List<Process> workers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      ProcessBuilder worker =
          new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-Xmx256m",
              "-XX:TieredStopAtLevel=1",
              "-cp",
              System.getProperty("java.class.path"),
              ClusterTraining.class.getName(),
              folder.toString(),
              Integer.toString(epochs));
      worker
          .environment()
          .put(
              "TF_CONFIG",
              "{\"cluster\": {\"worker\": [%s]}, \"task\": {\"type\": \"worker\", \"index\": %d}}"
                  .formatted(addresses, i));
      worker.redirectError(folder.resolve("stderr-" + i).toFile());
      workers.add(worker.start());
    }
    return workers;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
