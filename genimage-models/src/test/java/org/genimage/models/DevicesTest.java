package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.genimage.data.internal.NativeRuntime;
import org.genimage.models.internal.NvidiaDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DevicesTest {

  private static final String PLACE = "/job:localhost/replica:0/task:0/device:";
  private static final Device CPU = new Device(PLACE + "CPU:0", "CPU", 1 << 28);
  private static final Device GPU = new Device(PLACE + "GPU:0", "GPU", 75_200_000_000L);
  private static final Optional<NvidiaDriver> DRIVER =
      Optional.of(new NvidiaDriver("550.54.15", List.of("NVIDIA H100 80GB HBM3")));
  private static final Optional<String> FOR_GPUS = Optional.of("linux-x86_64-gpu");
  private static final String NOT_FOUND = ": cannot open shared object file: No such file";
  private static final Devices.Facts READY =
      facts(FOR_GPUS, DRIVER, Map.of(), Optional.empty(), CPU, GPU);

  private static Devices.Facts facts(
      Optional<String> classifier,
      Optional<NvidiaDriver> driver,
      Map<String, String> closed,
      Optional<String> chosen,
      Device... devices) {
    return new Devices.Facts(
        List.of(devices), "2.18.0", "linux-x86_64", classifier, driver, closed, chosen);
  }

  @Test
  void toString_gpu_saysAllThatIsThere() {
    Devices devices = new Devices(READY);

    assertThat(devices.gpus()).containsExactly(GPU);
    assertThat(devices.missing()).isEmpty();
    assertThat(devices.toString().lines())
        .containsExactly(
            "TensorFlow 2.18.0 computes on CPU:0 and GPU:0 (75.2 GB)",
            "Native library: linux-x86_64-gpu, for GPUs",
            "NVIDIA driver: 550.54.15, NVIDIA H100 80GB HBM3",
            "CUDA libraries: all open");
    assertThatCode(devices::checkGpu).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"de", "ar-EG-u-nu-arab"})
  void toString_anyLocale_writesNumbersTheSame(String language) {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag(language));
    try {
      assertThat(new Devices(READY).toString()).contains("GPU:0 (75.2 GB)");
    } finally {
      Locale.setDefault(before);
    }
  }

  /** As under Windows' WSL. */
  @Test
  void toString_driverWithoutLinuxsFiles_isNotDenied() {
    Devices.Facts gpu = facts(FOR_GPUS, Optional.empty(), Map.of(), Optional.empty(), CPU, GPU);
    Devices.Facts nativeOfTheCpu =
        facts(Optional.of("linux-x86_64"), Optional.empty(), Map.of(), Optional.empty(), CPU);

    assertThat(new Devices(gpu).toString()).contains("NVIDIA driver: there, of unknown version");
    assertThat(nativeOfTheCpu.missing())
        .singleElement()
        .asString()
        .startsWith("the native library is for the CPU");
  }

  @Test
  void missing_nativeOfTheCpu_namesTheArtifact() {
    Devices devices =
        new Devices(facts(Optional.of("linux-x86_64"), DRIVER, Map.of(), Optional.empty(), CPU));

    assertThat(devices.missing())
        .singleElement()
        .asString()
        .contains(
            "the native library is for the CPU",
            "org.tensorflow:tensorflow-core-native:1.1.0 with classifier linux-x86_64-gpu",
            "-Pgpu");
    assertThatThrownBy(devices::checkGpu)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("expected a GPU for TensorFlow, found CPU:0: " + devices.missing().get(0));
  }

  @Test
  void missing_driver_saysHowToGetIt() {
    Devices devices =
        new Devices(
            facts(
                FOR_GPUS,
                Optional.empty(),
                Map.of("libcuda.so.1", "libcuda.so.1" + NOT_FOUND),
                Optional.empty(),
                CPU));

    assertThat(devices.missing())
        .singleElement()
        .asString()
        .contains("no NVIDIA driver is loaded", "525.60.13 or newer", "--gpus all");
    assertThat(devices.toString()).contains("NVIDIA driver: none is loaded");
  }

  @Test
  void missing_driverOfTheHostAlone_saysSo() {
    Devices.Facts facts =
        facts(
            FOR_GPUS,
            DRIVER,
            Map.of("libcuda.so.1", "libcuda.so.1" + NOT_FOUND),
            Optional.empty(),
            CPU);

    assertThat(facts.missing())
        .singleElement()
        .asString()
        .contains("the driver's libcuda.so.1 cannot be opened", "--gpus all");
  }

  @Test
  void missing_oldDriver_namesBothVersions() {
    Optional<NvidiaDriver> old = Optional.of(new NvidiaDriver("470.82.01", List.of()));

    assertThat(facts(FOR_GPUS, old, Map.of(), Optional.empty(), CPU).missing())
        .containsExactly("the NVIDIA driver is 470.82.01; CUDA 12 needs 525.60.13 or newer");
  }

  @Test
  void missing_libraries_areNamedWithTheirArtifact() {
    Devices devices =
        new Devices(
            facts(
                FOR_GPUS,
                DRIVER,
                Map.of(
                    "libcudnn.so.9", "libcudnn.so.9" + NOT_FOUND,
                    "libcufft.so.11", "libcufft.so.11" + NOT_FOUND),
                Optional.empty(),
                CPU));

    assertThat(devices.missing())
        .singleElement()
        .asString()
        .startsWith("of CUDA libcufft.so.11, libcudnn.so.9 cannot be opened (libcufft.so.11: ")
        .contains("org.bytedeco:cuda:", "linux-x86_64-redist", "-Pgpu,cuda", "LD_LIBRARY_PATH");
    assertThat(devices.toString())
        .contains("libcublas.so.12 opens", "libcufft.so.11 is missing", "libcudnn.so.9 is missing");
  }

  @ParameterizedTest
  @CsvSource({"-1, CUDA_VISIBLE_DEVICES is \"-1\"", "'', CUDA_VISIBLE_DEVICES is \"\""})
  void missing_hiddenCard_namesTheVariable(String chosen, String expected) {
    assertThat(facts(FOR_GPUS, DRIVER, Map.of(), Optional.of(chosen), CPU).missing())
        .singleElement()
        .asString()
        .contains(expected);
  }

  @Test
  void missing_nothingKnown_sendsToTensorFlowsLog() {
    assertThat(facts(FOR_GPUS, DRIVER, Map.of(), Optional.empty(), CPU).missing())
        .singleElement()
        .asString()
        .contains("TF_CPP_MIN_LOG_LEVEL=0");
  }

  @Test
  void missing_platformWithoutGpus_namesTheOneThatHasThem() {
    Devices.Facts facts =
        new Devices.Facts(
            List.of(CPU),
            "2.18.0",
            "macosx-arm64",
            Optional.of("macosx-arm64"),
            Optional.empty(),
            Map.of(),
            Optional.empty());

    assertThat(facts.missing())
        .singleElement()
        .asString()
        .contains("on linux-x86_64 alone, this is macosx-arm64");
  }

  /** The sentences name what the build resolves. */
  @Test
  void missing_versions_areTheBuilds() throws IOException {
    String pom = Files.readString(Path.of("..", "pom.xml"));
    Devices.Facts facts =
        facts(
            Optional.of("linux-x86_64"),
            DRIVER,
            Map.of("libcudnn.so.9", NOT_FOUND),
            Optional.empty(),
            CPU);

    assertThat(String.join(" ", facts.missing()))
        .contains(
            "tensorflow-core-native:" + property(pom, "tensorflow.version"),
            "org.bytedeco:cuda:" + property(pom, "cuda.version"));
  }

  private static String property(String pom, String name) {
    Matcher value = Pattern.compile("<" + name + ">(.*)</").matcher(pom);
    assertThat(value.find()).as(name).isTrue();
    return value.group(1);
  }

  @Test
  void visible_here_isWhatTensorFlowHas() {
    Devices devices = Devices.visible();

    assertThat(devices.all()).extracting(Device::type).contains("CPU");
    assertThat(devices.all()).extracting(Device::name).allMatch(name -> name.startsWith(PLACE));
    assertThat(devices.toString())
        .contains("TensorFlow 2.18.0 computes on CPU:0")
        .contains(NativeRuntime.classifier().orElseThrow());
    if (devices.gpus().isEmpty()) {
      assertThatThrownBy(Devices::requireGpu)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("expected a GPU for TensorFlow, found CPU:0: ");
    } else {
      assertThatCode(Devices::requireGpu).doesNotThrowAnyException();
      assertThat(devices.gpus()).allMatch(gpu -> gpu.memory() > 0);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'NVRM version: NVIDIA UNIX x86_64 Kernel Module  470.82.01  Wed Oct 27 2021', 470.82.01, 470",
    "'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  560.35.03  Release', 560.35.03, 560"
  })
  void driver_linuxsFiles_areRead(String text, String version, int branch, @TempDir Path folder)
      throws IOException {
    Files.writeString(folder.resolve("version"), text + "\nGCC version:  gcc 12.3.0\n");
    Path card = Files.createDirectories(folder.resolve("gpus").resolve("0000:01:00.0"));
    Files.writeString(card.resolve("information"), "Model: \t\t NVIDIA L4\nIRQ:   \t\t 182\n");

    NvidiaDriver driver = NvidiaDriver.read(folder).orElseThrow();

    assertThat(driver).isEqualTo(new NvidiaDriver(version, List.of("NVIDIA L4")));
    assertThat(driver.branch()).isEqualTo(branch);
  }

  @Test
  void driver_withoutCards_isRead(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("version"), "NVRM version: Kernel Module  550.54.15\n");

    assertThat(NvidiaDriver.read(folder)).contains(new NvidiaDriver("550.54.15", List.of()));
  }

  @Test
  void driver_withoutFiles_isNone(@TempDir Path folder) {
    assertThat(NvidiaDriver.read(folder)).isEmpty();
  }
}
