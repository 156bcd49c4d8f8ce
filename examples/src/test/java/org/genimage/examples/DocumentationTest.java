package org.genimage.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.Iterables;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Code in README and docs stands verbatim, but for indentation, in a source that is compiled. */
class DocumentationTest {

  private static final Path PROJECT = Path.of("").toAbsolutePath().getParent();
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");

  static Stream<Path> pages() {
    return Stream.concat(
        Stream.of("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
            .map(PROJECT::resolve),
        files(PROJECT.resolve("docs"), ".md").stream());
  }

  @ParameterizedTest
  @MethodSource("pages")
  void java_block_standsInASource(Path page) {
    List<String> sources = files(PROJECT, ".java").stream().map(DocumentationTest::lines).toList();

    assertThat(blocks(page, "java"))
        .filteredOn(block -> sources.stream().noneMatch(source -> source.contains(block)))
        .isEmpty();
  }

  @Test
  void xml_block_standsInTheConsumersPom() {
    String pom =
        lines(PROJECT.resolve("examples/src/it/consumer/pom.xml"))
            .replace("@project.version@", property("genimage.version"))
            .replace("@tensorflow.version@", property("tensorflow.version"))
            .replace("@tensorflow.native.classifier@", "linux-x86_64");

    assertThat(blocks(PROJECT.resolve("README.md"), "xml"))
        .isNotEmpty()
        .allSatisfy(block -> assertThat(pom).contains(block));
  }

  /** What somebody sees who reads no further. */
  @Test
  void readme_firstThirtyLines_haveDependencyAndProgram() throws IOException {
    List<String> first = Files.readAllLines(PROJECT.resolve("README.md")).subList(0, 30);

    assertThat(first).contains("```xml", "```java");
    assertThat(first.stream().filter(line -> line.startsWith("```"))).hasSize(4);
  }

  @Test
  void continuousIntegration_runsTheReadmesTestCommand() throws IOException {
    List<String> script = Files.readAllLines(PROJECT.resolve(".ci/run"));

    assertThat(blocks(PROJECT.resolve("README.md"), ""))
        .contains(script.get(script.size() - 1) + "\n");
  }

  @ParameterizedTest
  @MethodSource("pages")
  void links_leadSomewhere(Path page) throws IOException {
    assertThat(LINK.matcher(Files.readString(page)).results().map(link -> link.group(1)))
        .allSatisfy(link -> assertThat(page.resolveSibling(link)).exists());
  }

  private static List<String> blocks(Path page, String language) {
    return Pattern.compile(
            "^ *```" + language + "\n(.*?)^ *```$", Pattern.DOTALL | Pattern.MULTILINE)
        .matcher(text(page))
        .results()
        .map(block -> block.group(1).lines().map(line -> line.strip() + "\n"))
        .map(lines -> lines.collect(Collectors.joining()))
        .toList();
  }

  private static List<Path> files(Path folder, String suffix) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> file.toString().endsWith(suffix))
          .filter(file -> !Iterables.contains(file, Path.of("target")))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String lines(Path file) {
    return text(file).lines().map(line -> line.strip() + "\n").collect(Collectors.joining());
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String property(String name) {
    return System.getProperty(name);
  }
}
