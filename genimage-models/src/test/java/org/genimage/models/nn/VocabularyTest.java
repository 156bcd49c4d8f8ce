package org.genimage.models.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Layers and networks are formulas: they do not know what computes them. */
class VocabularyTest {

  private static final Path SOURCES = Path.of("src/main/java/org/genimage/models");

  /** The kernels, and where a graph's are chosen. */
  private static final Set<String> CHOOSING =
      Set.of(
          "Kernels.java",
          "PlainKernels.java",
          "Purpose.java",
          "ModelScope.java",
          "ModelVariables.java");

  @Test
  void layersAndNetworks_nameNoKernelsOfTheirOwn() throws IOException {
    List<Path> formulas = new ArrayList<>();
    for (String room : List.of("nn", "networks")) {
      try (Stream<Path> files = Files.list(SOURCES.resolve(room))) {
        formulas.addAll(
            files.filter(file -> !CHOOSING.contains(file.getFileName().toString())).toList());
      }
    }

    assertThat(formulas).hasSizeGreaterThan(25);
    assertThat(formulas)
        .allSatisfy(
            file ->
                assertThat(Files.readString(file))
                    .doesNotContain(
                        "PlainKernels",
                        "OneDnn",
                        "TrainingKernels",
                        "Purpose",
                        "models.internal",
                        "instanceof",
                        "_Mkl"));
  }

  /** The dependency goes one way: kernels of another kind of machine need no change here. */
  @Test
  void vocabulary_knowsNoOtherRoom() throws IOException {
    try (Stream<Path> files = Files.list(SOURCES.resolve("nn"))) {
      assertThat(files.toList())
          .allSatisfy(
              file ->
                  assertThat(Files.readString(file))
                      .doesNotContain(
                          "org.genimage.models.internal",
                          "org.genimage.models.networks",
                          "org.genimage.models.weights"));
    }
  }
}
