package org.genimage.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.genimage.app.Run;
import org.genimage.models.Devices;
import org.junit.jupiter.api.Test;

class DevicesCommandTest {

  @Test
  void report_here_isPrinted() {
    Run run = Run.of("devices");

    assertThat(run.code()).isEqualTo(ExitCode.DONE);
    assertThat(run.out()).startsWith("TensorFlow").contains("CPU:0", "Native library: ");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void requireGpu_here_failsUnlessThereIsOne() {
    boolean none = Devices.visible().gpus().isEmpty();

    Run run = Run.of("devices", "--require-gpu");

    assertThat(run.code()).isEqualTo(none ? ExitCode.FAILED : ExitCode.DONE);
    assertThat(run.err().lines().filter(line -> line.startsWith("error: expected a GPU")))
        .hasSize(none ? 1 : 0);
  }
}
