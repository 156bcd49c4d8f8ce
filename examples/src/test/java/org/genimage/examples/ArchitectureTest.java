package org.genimage.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.genimage.data.Generator;
import org.genimage.eval.Metric;
import org.genimage.eval.Metrics;
import org.genimage.models.Blueprint;
import org.genimage.models.CatalogueEntry;
import org.genimage.models.Detectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArchitectureTest {

  private static final Pattern DEPENDENCY = Pattern.compile("<artifactId>genimage-(\\w+)<");

  @ParameterizedTest
  @CsvSource({
    "data, ''",
    "models, data",
    "train, data models",
    "eval, data models",
    "attacks, data models"
  })
  void module_dependsOnNoSibling(String module, String allowed) throws IOException {
    Path pom = Path.of("..", "genimage-" + module, "pom.xml");
    Set<String> named =
        DEPENDENCY
            .matcher(Files.readString(pom))
            .results()
            .map(dependency -> dependency.group(1))
            .collect(Collectors.toSet());
    named.remove(module);

    assertThat(Set.of(allowed.split(" "))).containsAll(named);
  }

  /** What newer compilers refuse, and Java 17's accepts. */
  @Test
  void documentation_belongsToADeclaration() throws IOException {
    Pattern comment = Pattern.compile("/\\*\\*.*?\\*/\\s*(/\\*\\*|\\}|//|)", Pattern.DOTALL);
    List<Path> found;
    try (Stream<Path> files = Files.walk(Path.of(".."))) {
      found =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .filter(file -> !file.toString().contains("target"))
              .filter(
                  file ->
                      comment
                          .matcher(read(file))
                          .results()
                          .anyMatch(one -> !one.group(1).isEmpty()))
              .toList();
    }

    assertThat(found).isEmpty();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void detectors_catalogue_hasEveryDetector() throws ReflectiveOperationException {
    List<Object> offered = new ArrayList<>();
    for (Method method : Detectors.class.getMethods()) {
      if (method.getReturnType() == Blueprint.class && method.getParameterCount() == 0) {
        offered.add(method.invoke(null));
      }
    }

    assertThat(offered).isNotEmpty();
    assertThat(Detectors.catalogue())
        .extracting(CatalogueEntry::blueprint)
        .containsExactlyInAnyOrderElementsOf(cast(offered));
  }

  @Test
  void metrics_all_hasEveryConstant() throws ReflectiveOperationException {
    assertThat(Metrics.all())
        .containsExactlyInAnyOrderElementsOf(cast(constants(Metrics.class, Metric.class)));
  }

  @Test
  void generators_genimage_hasEveryConstant() throws ReflectiveOperationException {
    assertThat(Generator.GENIMAGE)
        .containsExactlyInAnyOrderElementsOf(cast(constants(Generator.class, Generator.class)));
  }

  /** A library that prints spoils its user's output. */
  @Test
  void libraries_neverPrint() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of(".."))) {
      List<Path> sources =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .filter(file -> file.toString().contains("src/main/java/org/genimage"))
              .filter(file -> file.getName(1).toString().startsWith("genimage-"))
              .toList();
      assertThat(sources).hasSizeGreaterThan(50);
      assertThat(sources)
          .allSatisfy(
              source ->
                  assertThat(Files.readString(source))
                      .doesNotContain("System.out", "System.err", "printStackTrace"));
    }
  }

  /** A program that teaches is read at one go. */
  @Test
  void examples_areShort() throws IOException {
    assertThat(sources(Path.of("src/main")))
        .hasSizeGreaterThan(8)
        .allSatisfy(source -> assertThat(Files.readAllLines(source)).hasSizeLessThanOrEqualTo(110));
  }

  /**
   * What differs between detectors is a value of theirs, or stands in a table: never in a branch.
   */
  @Test
  void programsAndTraining_branchOnNoDetectorsName() throws IOException {
    String names =
        Detectors.catalogue().stream()
            .map(entry -> Pattern.quote(entry.blueprint().name()))
            .collect(Collectors.joining("|"));
    Pattern branch =
        Pattern.compile(
            "(?i)case [^:;>]*\"(?:%1$s)\"|equals\\(\\s*\"(?:%1$s)\"|\"(?:%1$s)\"\\s*\\.equals"
                .replace("%1$s", names));
    assertThat(branch.matcher("case \"npr\", \"Swin-T\" ->").find()).isTrue();

    for (String module : List.of("genimage-train", "genimage-eval", "genimage-app", "examples")) {
      assertThat(sources(Path.of("..", module, "src/main")))
          .isNotEmpty()
          .allSatisfy(
              source ->
                  assertThat(
                          branch
                              .matcher(Files.readString(source))
                              .results()
                              .map(MatchResult::group))
                      .isEmpty());
    }
  }

  private static List<Path> sources(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList();
    }
  }

  private static List<Object> constants(Class<?> owner, Class<?> type)
      throws ReflectiveOperationException {
    List<Object> constants = new ArrayList<>();
    for (Field field : owner.getFields()) {
      if (Modifier.isStatic(field.getModifiers()) && field.getType() == type) {
        constants.add(field.get(null));
      }
    }
    return constants;
  }

  @SuppressWarnings("unchecked")
  private static <T> List<T> cast(List<Object> objects) {
    return (List<T>) objects;
  }
}
