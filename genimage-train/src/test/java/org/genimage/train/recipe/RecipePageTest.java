package org.genimage.train.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;
import org.junit.jupiter.api.Test;

/** The tables of docs/recipes.md are what the recipes print. */
class RecipePageTest {

  private static final Path PAGE = Path.of("..", "docs", "recipes.md");
  private static final String MARK = "<!-- What follows is generated: RecipePageTest. -->\n";

  @Test
  void page_tables_areTheRecipes() throws IOException {
    StringBuilder tables = new StringBuilder();
    Detectors.catalogue().forEach(entry -> tables.append(table(entry.blueprint())));
    Path generated = Files.createDirectories(Path.of("target")).resolve("recipes.md");
    String page = Files.readString(PAGE);
    int start = page.indexOf(MARK) + MARK.length();
    Files.writeString(generated, page.substring(0, start) + tables);

    assertThat(page.substring(start))
        .as("docs/recipes.md; copy %s there if the recipes are meant to be so", generated)
        .isEqualTo(tables.toString());
  }

  private static String table(Blueprint blueprint) {
    StringBuilder table =
        new StringBuilder(
            "\n## %s\n\n| value | is | from |\n| --- | --- | --- |\n".formatted(blueprint.name()));
    for (RecipeValue value : Recipe.paper(blueprint).values()) {
      table.append("| `%s` | %s | %s |\n".formatted(value.name(), value.value(), value.origin()));
    }
    return table.toString();
  }
}
