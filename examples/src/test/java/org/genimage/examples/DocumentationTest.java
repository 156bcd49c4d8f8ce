package org.genimage.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.Iterables;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Code in README and docs stands verbatim, but for indentation, in a source that is compiled. */
class DocumentationTest {

  private static final Path PROJECT = Path.of("").toAbsolutePath().getParent();
  private static final Path README = PROJECT.resolve("README.md");
  private static final Path EXTENSIONS =
      PROJECT.resolve("examples/src/it/extensions/src/main/java");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]*)((?:#[^)]*)?)\\)");

  static Stream<Path> pages() {
    return Stream.concat(
        Stream.of("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md").map(PROJECT::resolve),
        guides());
  }

  static Stream<Path> guides() {
    return Stream.concat(Stream.of(README), files(PROJECT.resolve("docs"), ".md").stream());
  }

  @ParameterizedTest
  @MethodSource("pages")
  void java_block_standsInASource(Path page) {
    List<String> sources = files(PROJECT, ".java").stream().map(DocumentationTest::lines).toList();

    assertThat(blocks(page, "java"))
        .filteredOn(block -> sources.stream().noneMatch(source -> source.contains(block)))
        .isEmpty();
  }

  /** README's pom is the consumer's, without what only its test needs. */
  @Test
  void readme_pom_isTheConsumers() {
    String pom =
        lines(PROJECT.resolve("examples/src/it/consumer/pom.xml"))
            .replaceAll("(?s)<!-- not in README.*?<!-- in README again -->\n", "")
            .replace("@project.version@", property("genimage.version"))
            .replace("@tensorflow.version@", property("tensorflow.version"))
            .replace("@tensorflow.native.classifier@", "linux-x86_64");

    assertThat(blocks(README, "xml")).containsExactly(pom);
  }

  /** No Gradle runs in this build, so the coordinates at least are held. */
  @Test
  void readme_gradleFile_hasThePomsCoordinates() {
    assertThat(blocks(README, "kotlin"))
        .singleElement()
        .asString()
        .contains("\"org.genimage:genimage-train:" + property("genimage.version") + "\"")
        .contains(
            "\"org.tensorflow:tensorflow-core-native:%s:linux-x86_64\""
                .formatted(property("tensorflow.version")));
  }

  /** What somebody sees who reads no further, and how long it takes to read all of it. */
  @Test
  void readme_isShort_andBeginsWithAProgram() throws IOException {
    List<String> lines = Files.readAllLines(README);

    assertThat(lines).hasSizeLessThanOrEqualTo(150);
    assertThat(lines.subList(0, 20)).contains("```java", "```");
    assertThat(blocks(README, "java").get(0).lines().count()).isLessThanOrEqualTo(10);
  }

  @Test
  void continuousIntegration_runsTheReadmesTestCommand() throws IOException {
    List<String> script = Files.readAllLines(PROJECT.resolve(".ci/run"));

    assertThat(blocks(README, "")).contains(script.get(script.size() - 1) + "\n");
  }

  @ParameterizedTest
  @MethodSource("pages")
  void links_leadSomewhere(Path page) {
    assertThat(LINK.matcher(text(page)).results())
        .allSatisfy(
            link -> {
              Path target =
                  link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1)).normalize();
              assertThat(target).exists();
              if (!link.group(2).isEmpty()) {
                assertThat(anchors(target)).contains(link.group(2));
              }
            });
  }

  /** Every program of the project that extends genimage from outside stands in a guide. */
  @Test
  void extensions_programs_standInTheGuides() {
    List<String> blocks =
        extensionGuides().stream().flatMap(page -> blocks(page, "java").stream()).toList();

    assertThat(files(EXTENSIONS, ".java"))
        .hasSizeGreaterThan(5)
        .allSatisfy(
            file ->
                assertThat(blocks)
                    .contains(lines(file).replaceFirst("(?s)^package .*?\n(?=/\\*\\*)", "")));
  }

  /** A guide's own types are compiled outside genimage, against exported packages alone. */
  @Test
  void extensionGuides_types_areCompiledOutsideGenimage() {
    List<String> programs =
        files(EXTENSIONS, ".java").stream().map(DocumentationTest::lines).toList();
    for (Path page : extensionGuides()) {
      String own = text(page).replaceFirst("(?s)\n## In genimage.*", "");
      List<String> types =
          blocks(page, "java").stream()
              .filter(block -> block.startsWith("/**") && block.endsWith("}\n"))
              .filter(block -> own.contains(block.substring(0, block.indexOf('\n'))))
              .toList();
      assertThat(types)
          .as(page.toString())
          .allMatch(type -> programs.stream().anyMatch(program -> program.endsWith(type)));
      boolean code = !page.endsWith("adding-a-generator.md"); // its own data need none
      assertThat(types.isEmpty()).as(page.toString()).isNotEqualTo(code);
    }
  }

  private static List<Path> extensionGuides() {
    return files(PROJECT.resolve("docs"), ".md").stream()
        .filter(page -> page.getFileName().toString().startsWith("adding-"))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void prose_isWrappedBelow120Columns(Path page) {
    assertThat(prose(page)).allSatisfy(line -> assertThat(line).hasSizeLessThan(120));
  }

  @Test
  void glossary_terms_areInOrderAndExplainedInAFewWords() {
    Pattern entry = Pattern.compile("^- \\*\\*(.+?)\\*\\*: (.+)$");
    List<MatchResult> entries =
        lines(PROJECT.resolve("docs/glossary.md"))
            .lines()
            .flatMap(line -> entry.matcher(line).results())
            .toList();

    assertThat(entries.stream().map(term -> term.group(1).toLowerCase(Locale.ROOT)))
        .contains("blueprint", "fill", "head", "input contract", "kernels", "place")
        .isSorted()
        .doesNotHaveDuplicates();
    assertThat(entries)
        .allSatisfy(
            term -> assertThat(term.group(2).split(" ")).as(term.group(1)).hasSizeBetween(3, 20));
  }

  /** The code of a page in one language, without indentation; {@code ""} means commands. */
  private static List<String> blocks(Path page, String language) {
    List<String> blocks = new ArrayList<>();
    StringBuilder block = new StringBuilder();
    for (String line : lines(page).lines().toList()) {
      if (block.isEmpty()) {
        if (line.startsWith("```")) {
          block.append(line.substring(3)).append('\n');
        }
      } else if (line.equals("```")) {
        blocks.add(block.toString());
        block.setLength(0);
      } else {
        block.append(line).append('\n');
      }
    }
    String first = language + "\n";
    return blocks.stream()
        .filter(one -> one.startsWith(first))
        .map(one -> one.substring(first.length()))
        .toList();
  }

  /** The lines of a page that are neither code nor a row of a table. */
  private static List<String> prose(Path page) {
    List<String> prose = new ArrayList<>();
    boolean code = false;
    for (String line : text(page).lines().toList()) {
      boolean fence = line.strip().startsWith("```");
      if (!fence && !code && !line.startsWith("|")) {
        prose.add(line);
      }
      code = fence != code;
    }
    return prose;
  }

  /** The anchors that a page's headings get: lower case, hyphens for spaces, no punctuation. */
  private static List<String> anchors(Path page) {
    return prose(page).stream()
        .filter(line -> line.startsWith("#"))
        .map(line -> line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT))
        .map(title -> "#" + title.replaceAll("[^\\p{L}\\p{N} -]", "").replace(' ', '-'))
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
