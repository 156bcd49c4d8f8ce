package org.genimage.models.pretrained;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.genimage.models.weights.Weights;

/** Makes weights of the files that they were published in. */
final class Assembly {

  private Assembly() {}

  static Weights of(PublishedModel model, List<Path> files) {
    return read(files.get(0), model.container()).unwrapped();
  }

  private static Weights read(Path file, Optional<String> container) {
    return container.isPresent() ? Weights.read(file, container.get()) : Weights.read(file);
  }
}
