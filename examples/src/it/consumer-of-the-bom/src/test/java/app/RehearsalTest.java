package app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.genimage.data.GenImage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is published is complete: the BOM and the modules are resolved from a deployment alone. */
class RehearsalTest {

  private static final Path REPOSITORY = Path.of(System.getProperty("local.repository"));
  private static final Path GENIMAGE = REPOSITORY.resolve("org").resolve("genimage");
  private static final List<String> TESTING =
      List.of(
          "org.genimage:",
          "org.junit.",
          "org.opentest4j:",
          "org.apiguardian:",
          "org.assertj:",
          "net.bytebuddy:",
          "org.apache.maven.surefire:");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "org.genimage.data.GenImage",
        "org.genimage.models.Detectors",
        "org.genimage.train.GradientTrainer",
        "org.genimage.eval.Metrics",
        "org.genimage.attacks.Attacks"
      })
  void module_ofTheBom_isResolvedFromTheDeploymentAlone(String type) throws Exception {
    Path jar = jar(Class.forName(type));

    assertThat(jar).startsWith(GENIMAGE);
    assertThat(origins(jar.getParent())).isNotEmpty().allMatch(line -> line.contains(">rehearsal"));
    assertThat(text(jar, "META-INF/LICENSE")).contains("Apache License");
    assertThat(text(jar, "META-INF/NOTICE")).contains("The genimage authors");
  }

  @Test
  void bom_published_managesGenimageAlone() throws IOException {
    Path bom = pom(GENIMAGE.resolve("genimage-bom"));
    String text = Files.readString(bom);

    assertThat(origins(bom.getParent())).isNotEmpty().allMatch(line -> line.contains(">rehearsal"));
    assertThat(text).doesNotContain("<parent>", "<properties>", "<plugin>");
    assertThat(text.split("<dependencyManagement>")[1].lines())
        .filteredOn(line -> line.contains("<groupId>"))
        .hasSize(5)
        .allMatch(line -> line.contains(">org.genimage<"));
  }

  /** Every component that an application gets with the modules, but for this test's own. */
  @Test
  void notice_namesEveryComponentOnTheClassPath() throws Exception {
    String notice = text(jar(GenImage.class), "META-INF/NOTICE");
    List<String> components =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(Path::of)
            .filter(jar -> jar.startsWith(REPOSITORY))
            .map(RehearsalTest::coordinates)
            .filter(component -> TESTING.stream().noneMatch(component::startsWith))
            .toList();

    assertThat(components).hasSizeGreaterThan(20);
    assertThat(components)
        .allSatisfy(component -> assertThat(notice).containsPattern(component + "\\s"));
  }

  private static Path jar(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private static String text(Path jar, String entry) throws IOException {
    try (JarFile file = new JarFile(jar.toFile());
        InputStream text = file.getInputStream(file.getEntry(entry))) {
      return new String(text.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** A jar's path is group/id/artifact/version/file. */
  private static String coordinates(Path jar) {
    Path artifact = REPOSITORY.relativize(jar.getParent().getParent());
    List<String> group = new ArrayList<>();
    artifact.getParent().forEach(folder -> group.add(folder.toString()));
    return String.join(".", group) + ":" + artifact.getFileName();
  }

  /** Maven notes beside a file which repository it came from. */
  private static List<String> origins(Path folder) throws IOException {
    try (Stream<String> lines = Files.lines(folder.resolve("_remote.repositories"))) {
      return lines.filter(line -> !line.startsWith("#")).toList();
    }
  }

  private static Path pom(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".pom")).findFirst().orElseThrow();
    }
  }
}
