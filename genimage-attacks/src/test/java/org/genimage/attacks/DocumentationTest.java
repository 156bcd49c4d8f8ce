package org.genimage.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DocumentationTest {

  private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  @Test
  void addingAnAttack_code_standsInTheSources() throws IOException {
    String guide = Files.readString(Path.of("..", "docs", "adding-an-attack.md"));
    List<String> blocks = BLOCK.matcher(guide).results().map(block -> block.group(1)).toList();
    List<String> sources;
    try (Stream<Path> files = Files.walk(Path.of("src"))) {
      sources =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .map(DocumentationTest::text)
              .map(DocumentationTest::withoutIndentation)
              .toList();
    }

    assertThat(blocks)
        .isNotEmpty()
        .allSatisfy(
            block ->
                assertThat(sources).anyMatch(source -> source.contains(withoutIndentation(block))));
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String withoutIndentation(String code) {
    return code.lines().map(line -> line.strip() + "\n").collect(Collectors.joining());
  }
}
