package org.genimage.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.genimage.models.Devices;
import org.junit.jupiter.api.Test;

class DevicesReportTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

  private int run(String... arguments) {
    return DevicesReport.run(new PrintStream(out), new PrintStream(errors), arguments);
  }

  @Test
  void report_here_isPrinted() {
    assertThat(run()).isZero();

    assertThat(out.toString()).startsWith("TensorFlow").contains("CPU:0", "Native library: ");
    assertThat(errors.toString()).isEmpty();
  }

  @Test
  void requireGpu_here_failsUnlessThereIsOne() {
    boolean none = Devices.visible().gpus().isEmpty();

    assertThat(run("--require-gpu")).isEqualTo(none ? 1 : 0);

    assertThat(errors.toString().lines().filter(line -> line.startsWith("error: expected a GPU")))
        .hasSize(none ? 1 : 0);
  }
}
