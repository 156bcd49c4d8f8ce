package org.genimage.models;

import java.util.ServiceLoader;
import java.util.stream.Stream;

/** Finds the trainer that an application brought along. */
final class Trainers {

  private Trainers() {}

  /**
   * Returns the trainer that genimage's own class loader sees, or else the one that the thread's
   * context class loader sees: threads of the common pool have one that sees no fat jar, and a
   * server may share genimage between applications that bring the trainer.
   */
  static Trainer installed(Blueprint blueprint) {
    return Stream.of(Trainer.class.getClassLoader(), Thread.currentThread().getContextClassLoader())
        .flatMap(loader -> ServiceLoader.load(Trainer.class, loader).findFirst().stream())
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "%s cannot be trained: expected a trainer on the class path, found none; add"
                            .formatted(blueprint.name())
                        + " the Maven artifact org.genimage:genimage-train"));
  }
}
