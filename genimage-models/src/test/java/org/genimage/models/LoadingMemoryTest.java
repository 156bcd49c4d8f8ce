package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.genimage.data.fuzz.Allocations;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights go from their file into TensorFlow's memory, not through the heap. */
class LoadingMemoryTest {

  /** A copy of all numbers would take as much as the file. */
  @Test
  void load_takesAFractionOfTheFileFromTheHeap(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("resnet50.safetensors");
    Blueprint blueprint = Detectors.resnet50();
    blueprint.initialWeights(1).write(file);
    Runnable load = () -> blueprint.load(file).close();
    load.run(); // loads classes and starts threads

    assertThat(Allocations.ofAllThreads(load)).isLessThan(Files.size(file) / 3);
  }
}
