package org.genimage.data.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.io.ByteSource;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.bytedeco.javacpp.Loader;
import org.genimage.data.image.Image;
import org.genimage.data.reference.ReferenceData;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.internal.c_api.global.tensorflow;

/** What can be seen in a JVM of its own alone, with class path and cache as each test has them. */
class NativeRuntimeTest {

  private static final String INTERRUPTED = "genimage.test.interrupted";
  private static final String DECODING = "genimage.test.decoding";
  private static final String SWITCH = "org.bytedeco.javacpp.loadLibraries";
  private static final Predicate<String> IS_FAILURE = line -> line.startsWith("failed: ");
  private static final String ARTIFACT = "org.tensorflow:tensorflow-core-native";

  @TempDir private Path folder;
  private final List<String> classPath = new ArrayList<>();
  private final String platform = Loader.getPlatform();

  /** The first call of a program that uses genimage. */
  static final class FirstUse {

    private FirstUse() {}

    public static void main(String[] arguments) {
      if (Boolean.getBoolean(INTERRUPTED)) {
        Thread.currentThread().interrupt();
      }
      byte[] jpeg = ReferenceData.bytes("images/jpeg_420_q75.jpg");
      for (int attempt = 0; attempt < 2; attempt++) {
        try {
          if (Boolean.getBoolean(DECODING)) {
            Image.read("a.jpg", ByteSource.wrap(jpeg));
          } else {
            NativeRuntime.prepare();
          }
        } catch (IllegalStateException e) {
          System.out.println("failed: " + e.getMessage());
        }
      }
      System.out.println("interrupted: " + Thread.interrupted());
      System.out.println("switch: " + System.getProperty(SWITCH));
    }
  }

  @BeforeEach
  void takeNativesAway() {
    Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> !entry.contains("tensorflow-core-native") || !entry.contains(platform))
        .forEach(classPath::add);
  }

  @Test
  void prepare_withoutNative_namesTheArtifactEveryTime() {
    String sentence =
        "failed: expected TensorFlow's native library on the class path, found none: add the Maven"
            + " artifact %s with classifier %s".formatted(ARTIFACT, platform);

    assertThat(run()).filteredOn(IS_FAILURE).containsExactly(sentence, sentence);
  }

  @Test
  void decode_withoutNative_namesTheArtifactEveryTime() {
    assertThat(run("-D" + DECODING + "=true"))
        .filteredOn(IS_FAILURE)
        .hasSize(2)
        .allMatch(line -> line.contains("add the Maven artifact " + ARTIFACT));
  }

  /** The library is damaged, so that its loading fails; that it comes so far is what counts. */
  @Test
  void prepare_interrupted_unpacksAllTheSame() throws IOException {
    classPath.add(jar(platform));

    assertThat(String.join("\n", run("-D" + INTERRUPTED + "=true", cache())))
        .contains("(0 MB) is unpacked into " + folder)
        .contains("failed: TensorFlow's native library for %s cannot be loaded".formatted(platform))
        .contains("interrupted: true");
  }

  @Test
  void prepare_withTwoNatives_namesBoth() throws IOException {
    classPath.add(jar(platform));
    classPath.add(jar(platform + "-gpu"));

    assertThat(run())
        .filteredOn(IS_FAILURE)
        .hasSize(2)
        .first()
        .asString()
        .contains("the CPU's and the GPU's", platform + " and " + platform + "-gpu");
  }

  @Test
  void prepare_nativeNotYetUnpacked_saysSoAndWhyItDoesNotLoad() throws IOException {
    classPath.add(jar(platform));

    assertThat(String.join("\n", run()))
        .contains("(0 MB) is unpacked into " + folder, "once")
        .contains("failed: TensorFlow's native library for %s cannot be loaded".formatted(platform))
        .doesNotContain("add the Maven artifact");
  }

  /** JavaCPP says on its debug log when it loads a class's library or unpacks one. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void prepare_nativeUnpacked_isLoadedByItsPathWithoutASearch() {
    classPath.clear();
    classPath.add(System.getProperty("java.class.path"));

    List<String> lines = run("-Dorg.bytedeco.javacpp.logger.debug=true");

    assertThat(lines)
        .filteredOn(line -> line.contains("Loading") || line.contains("Extracting"))
        .singleElement()
        .asString()
        .endsWith(System.mapLibraryName("jnitensorflow"));
    assertThat(lines).noneMatch(IS_FAILURE).contains("switch: null", "interrupted: false");
  }

  /** A program that uses other libraries by JavaCPP needs JavaCPP's own. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void prepare_javaCppsOwnLibraryIsThere_isLoadedByIts() throws IOException {
    classPath.clear();
    classPath.add(System.getProperty("java.class.path"));
    String name = System.mapLibraryName("jnijavacpp");
    classPath.add(jar("javacpp", "org/bytedeco/javacpp/%s/%s".formatted(platform, name)));

    List<String> lines = run("-Dorg.bytedeco.javacpp.logger.debug=true");

    assertThat(lines).anyMatch(line -> line.contains("Loading") && line.contains(name));
    assertThat(lines).noneMatch(IS_FAILURE);
  }

  /** A class that is forgotten costs a search when it is first used. */
  @Test
  void classesThatAskForALibrary_areAllInitializedByThen() throws IOException {
    Set<String> asking = new TreeSet<>();
    for (Class<?> type : List.of(Loader.class, tensorflow.class)) {
      String jar = type.getProtectionDomain().getCodeSource().getLocation().getPath();
      try (ZipFile open = new ZipFile(jar)) {
        for (ZipEntry entry :
            (Iterable<ZipEntry>) open.stream().map(ZipEntry.class::cast)::iterator) {
          if (entry
                  .getName()
                  .matches("org/(bytedeco/javacpp|tensorflow/.*c_api(/global)?)/[^/]*class")
              && asks(open.getInputStream(entry).readAllBytes())) {
            asking.add(entry.getName().replaceAll("\\.class$", "").replace('/', '.'));
          }
        }
      }
    }

    asking.removeIf(name -> name.matches(".*\\.(Loader|ClassProperties|TFJ_RuntimeLibrary)"));

    assertThat(LibraryByPath.CLASSES).containsExactlyInAnyOrderElementsOf(asking);
  }

  private static boolean asks(byte[] type) {
    String constants = new String(type, StandardCharsets.ISO_8859_1);
    return Stream.of("<clinit>", "org/bytedeco/javacpp/Loader", "\0\4load\1")
        .allMatch(constants::contains);
  }

  @Test
  void prepare_cudaForTheGpusNative_isLoadedFirst() throws IOException {
    classPath.add(jar(platform + "-gpu"));
    classPath.add(jar("cuda", "org/bytedeco/cuda/%s/libcudnn.so.9".formatted(platform)));

    assertThat(String.join("\n", run()))
        .contains("NVIDIA's CUDA (0 MB) is unpacked into " + folder)
        .containsPattern("failed: .*libcudnn.so.9: NVIDIA's library cannot be loaded: ");
  }

  @Test
  void prepare_cudaForTheCpusNative_isLeftAlone() throws IOException {
    classPath.add(jar(platform));
    classPath.add(jar("cuda", "org/bytedeco/cuda/%s/libcudnn.so.9".formatted(platform)));

    assertThat(String.join("\n", run())).contains("failed: TensorFlow's").doesNotContain("NVIDIA");
  }

  @Test
  void prepare_noFolderToUnpackInto_namesTheOptionEveryTime() throws IOException {
    classPath.add(jar(platform));
    Path file = Files.createFile(folder.resolve("file"));
    String home = "-Duser.home=" + file.resolve("home");
    String temporary = "-Djava.io.tmpdir=" + file.resolve("tmp");
    String sentence =
        "failed: expected a folder to unpack TensorFlow's native library into, found neither"
            + " %s nor %s writable; name one with 1 GB of free space by the Java option"
                .formatted(file.resolve("home"), file.resolve("tmp"))
            + " -Dorg.bytedeco.javacpp.cachedir=FOLDER";

    assertThat(run(home, temporary)).filteredOn(IS_FAILURE).containsExactly(sentence, sentence);
  }

  /** Returns a jar with something in it that is called like TensorFlow's library. */
  private String jar(String name) throws IOException {
    return jar(
        name,
        "org/tensorflow/internal/c_api/%s/%s"
            .formatted(name, System.mapLibraryName("jnitensorflow")));
  }

  private String jar(String name, String entry) throws IOException {
    Path jar = folder.resolve(name + ".jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new JarEntry(entry));
      out.write("no library".getBytes(StandardCharsets.UTF_8));
    }
    return jar.toString();
  }

  private List<String> run() {
    return run(cache());
  }

  private String cache() {
    return "-Dorg.bytedeco.javacpp.cachedir=" + folder.resolve("cache");
  }

  private List<String> run(String... options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.add("-cp");
    command.add(classPath.stream().collect(Collectors.joining(File.pathSeparator)));
    command.add(FirstUse.class.getName());
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      return process.inputReader().lines().toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
