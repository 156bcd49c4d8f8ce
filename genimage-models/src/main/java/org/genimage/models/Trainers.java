package org.genimage.models;

import java.util.ServiceLoader;

/** Finds the trainer that an application brought along. */
final class Trainers {

  private Trainers() {}

  static Trainer installed(Blueprint blueprint) {
    return ServiceLoader.load(Trainer.class)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "%s cannot be trained: expected a trainer on the class path, found none; add"
                            .formatted(blueprint.name())
                        + " the Maven artifact org.genimage:genimage-train"));
  }
}
