package org.genimage.models;

import static com.google.common.base.Preconditions.checkState;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Loader;
import org.genimage.data.internal.CudaLibraries;
import org.genimage.data.internal.NativeRuntime;
import org.genimage.models.internal.NvidiaDriver;
import org.tensorflow.TensorFlow;
import org.tensorflow.internal.c_api.TF_DeviceList;
import org.tensorflow.internal.c_api.TF_Graph;
import org.tensorflow.internal.c_api.TF_Session;
import org.tensorflow.internal.c_api.TF_SessionOptions;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.internal.c_api.global.tensorflow;

/**
 * What TensorFlow computes on in this process, and what a GPU is missing where it sees none.
 * Scoring and training use the first GPU that it sees; without one TensorFlow uses the CPU and
 * hardly says so, so a program that wants a GPU calls {@link #requireGpu} first. {@link #toString}
 * is the whole report, for people.
 */
public final class Devices {

  private final Facts facts;

  Devices(Facts facts) {
    this.facts = facts;
  }

  /**
   * Asks TensorFlow, which loads its native library if that is not yet done; where it finds GPUs it
   * begins to use them.
   *
   * @throws IllegalStateException if there is no native library for this machine
   */
  public static Devices visible() {
    NativeRuntime.prepare();
    List<Device> all = list();
    Optional<String> classifier = NativeRuntime.classifier();
    Map<String, String> closed = new LinkedHashMap<>();
    if (all.stream().noneMatch(Device::isGpu)) {
      List<String> names = new ArrayList<>(List.of(CudaLibraries.DRIVER));
      if (classifier.filter(Facts::isForGpus).isPresent()) {
        names.addAll(CudaLibraries.NEEDED);
      }
      names.forEach(
          name -> CudaLibraries.problem(name).ifPresent(problem -> closed.put(name, problem)));
    }
    return new Devices(
        new Facts(
            all,
            TensorFlow.version(),
            Loader.getPlatform(),
            classifier,
            NvidiaDriver.read(Path.of("/proc/driver/nvidia")),
            closed,
            Optional.ofNullable(System.getenv("CUDA_VISIBLE_DEVICES"))));
  }

  private static List<Device> list() {
    try (TF_Status status = TF_Status.newStatus();
        TF_Graph graph = TF_Graph.newGraph();
        TF_SessionOptions options = TF_SessionOptions.newSessionOptions();
        TF_Session session = TF_Session.newSession(graph, options, status)) {
      status.throwExceptionIfNotOK();
      TF_DeviceList list = tensorflow.TF_SessionListDevices(session, status);
      status.throwExceptionIfNotOK();
      try {
        return IntStream.range(0, tensorflow.TF_DeviceListCount(list))
            .mapToObj(
                i ->
                    new Device(
                        tensorflow.TF_DeviceListName(list, i, status).getString(),
                        tensorflow.TF_DeviceListType(list, i, status).getString(),
                        tensorflow.TF_DeviceListMemoryBytes(list, i, status)))
            .toList();
      } finally {
        tensorflow.TF_DeleteDeviceList(list);
      }
    }
  }

  /**
   * Refuses to run without a GPU.
   *
   * @throws IllegalStateException if TensorFlow sees none; the message says why and what to do
   */
  public static void requireGpu() {
    visible().checkGpu();
  }

  void checkGpu() {
    checkState(
        !gpus().isEmpty(),
        "expected a GPU for TensorFlow, found %s: %s",
        facts.names(),
        String.join("; ", missing()));
  }

  /** Returns all devices, CPUs among them, as TensorFlow orders them. */
  public List<Device> all() {
    return facts.devices();
  }

  /** Returns the GPUs, as TensorFlow orders them. */
  public List<Device> gpus() {
    return all().stream().filter(Device::isGpu).toList();
  }

  /**
   * Returns what keeps TensorFlow from a GPU, each a sentence with what to do about it; nothing if
   * it has one.
   */
  public List<String> missing() {
    return gpus().isEmpty() ? facts.missing() : List.of();
  }

  /** Returns the devices, the native library, the driver, CUDA, and what is missing, in lines. */
  @Override
  public String toString() {
    List<String> lines = new ArrayList<>();
    lines.add("TensorFlow %s computes on %s".formatted(facts.version(), facts.names()));
    lines.add(
        "Native library: "
            + facts
                .classifier()
                .map(name -> name + (Facts.isForGpus(name) ? ", for GPUs" : ", for the CPU"))
                .orElse("not from a jar"));
    lines.add("NVIDIA driver: " + facts.driver().map(Devices::describe).orElse(unnamedDriver()));
    lines.add("CUDA libraries: " + cuda());
    if (gpus().isEmpty()) {
      lines.add("To compute on a GPU:");
      missing().forEach(sentence -> lines.add("- " + sentence));
    }
    return String.join(System.lineSeparator(), lines);
  }

  private String cuda() {
    if (!gpus().isEmpty()) {
      return "all open";
    }
    if (facts.classifier().filter(Facts::isForGpus).isEmpty()) {
      return "not used by this native library";
    }
    return CudaLibraries.NEEDED.stream()
        .map(name -> name + (facts.closed().containsKey(name) ? " is missing" : " opens"))
        .collect(Collectors.joining(", "));
  }

  /** The driver under Windows' WSL works without Linux's files. */
  private String unnamedDriver() {
    return facts.closed().containsKey(CudaLibraries.DRIVER)
        ? "none is loaded"
        : "there, of unknown version";
  }

  private static String describe(NvidiaDriver driver) {
    return driver.version()
        + driver.cards().stream().map(", "::concat).collect(Collectors.joining());
  }

  /**
   * All that is known.
   *
   * @param closed libraries that do not open, with the system's reason; where a GPU is missing the
   *     driver's is tried, and where the native library is for GPUs CUDA's are
   * @param chosen what CUDA_VISIBLE_DEVICES says, if it is set
   */
  record Facts(
      List<Device> devices,
      String version,
      String platform,
      Optional<String> classifier,
      Optional<NvidiaDriver> driver,
      Map<String, String> closed,
      Optional<String> chosen) {

    private static final String LINUX = "linux-x86_64";

    /** The first branch that CUDA 12 works with. */
    private static final int OLDEST_DRIVER = 525;

    static boolean isForGpus(String classifier) {
      return classifier.endsWith("-gpu");
    }

    /** Returns the devices, as in {@code CPU:0 and GPU:0 (75.2 GB)}. */
    String names() {
      return devices.stream()
          .map(
              device ->
                  device.name().substring(device.name().lastIndexOf("device:") + 7)
                      + (device.isGpu()
                          ? String.format(Locale.ROOT, " (%.1f GB)", device.memory() / 1e9)
                          : ""))
          .collect(Collectors.joining(" and "));
    }

    List<String> missing() {
      if (!platform.equals(LINUX)) {
        return List.of(
            "TensorFlow Java has a native library for GPUs on %s alone, this is %s; use such a machine"
                .formatted(LINUX, platform));
      }
      List<String> sentences = new ArrayList<>();
      boolean built = classifier.filter(Facts::isForGpus).isPresent();
      if (!built) {
        sentences.add(
            "the native library is for the CPU; in its place put the Maven artifact"
                + " org.tensorflow:tensorflow-core-native:1.1.0 with classifier linux-x86_64-gpu"
                + " (526 MB) on the class path, in genimage's own build by -Pgpu");
      }
      if (driver.isEmpty() && closed.containsKey(CudaLibraries.DRIVER)) {
        sentences.add(
            "no NVIDIA driver is loaded (/proc/driver/nvidia/version is missing); install version"
                + " 525.60.13 or newer, on Ubuntu by sudo ubuntu-drivers install, and start a"
                + " container with --gpus all");
      } else if (driver.filter(found -> found.branch() < OLDEST_DRIVER).isPresent()) {
        sentences.add(
            "the NVIDIA driver is %s; CUDA 12 needs 525.60.13 or newer"
                .formatted(driver.get().version()));
      } else if (closed.containsKey(CudaLibraries.DRIVER)) {
        sentences.add(
            "the driver's %s cannot be opened (%s); in a container, start that with --gpus all"
                .formatted(CudaLibraries.DRIVER, closed.get(CudaLibraries.DRIVER)));
      }
      List<String> libraries = CudaLibraries.NEEDED.stream().filter(closed::containsKey).toList();
      if (!libraries.isEmpty()) {
        sentences.add(
            "of CUDA %s cannot be opened (%s); put the Maven artifact"
                    .formatted(String.join(", ", libraries), closed.get(libraries.get(0)))
                + " org.bytedeco:cuda:12.6-9.5-1.5.11 with classifier linux-x86_64-redist (2.0 GB)"
                + " on the class path, in genimage's own build by -Pgpu,cuda, or install CUDA 12"
                + " and cuDNN 9 and name their folders in LD_LIBRARY_PATH");
      }
      chosen
          .filter(value -> sentences.isEmpty() || value.isBlank() || value.startsWith("-"))
          .map("CUDA_VISIBLE_DEVICES is \"%s\", which may hide the card; unset it"::formatted)
          .ifPresent(sentences::add);
      if (sentences.isEmpty()) {
        sentences.add(
            "driver and libraries are there; start with TF_CPP_MIN_LOG_LEVEL=0 in the environment"
                + " and read what TensorFlow says on standard error");
      }
      return sentences;
    }
  }
}
