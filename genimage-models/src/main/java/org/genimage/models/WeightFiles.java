package org.genimage.models;

import static com.google.common.base.Preconditions.checkArgument;

import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.genimage.models.internal.KeyFit;
import org.genimage.models.weights.PublishedWeights;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;

/**
 * Weights as files have them, brought under a blueprint's keys, and what is wrong if they do not
 * fit.
 */
final class WeightFiles {

  private static final System.Logger LOGGER = System.getLogger(Blueprint.class.getName());
  private static final int SHOWN = 3;

  private final Blueprint blueprint;

  WeightFiles(Blueprint blueprint) {
    this.blueprint = blueprint;
  }

  /** Reads files that have a part of the weights each. */
  Weights read(List<Path> files) {
    checkArgument(
        !files.isEmpty(), "weights of %s need at least one file, got none", blueprint.name());
    Weights all = adapted(files.get(0), existing(files.get(0)));
    for (Path file : files.subList(1, files.size())) {
      Weights part = adapted(file, existing(file));
      try {
        all = all.joined(part);
      } catch (IllegalArgumentException e) {
        throw new WeightsException(
            "%s: expected files that complete each other, found one that repeats another: %s"
                .formatted(names(files), e.getMessage()),
            e);
      }
    }
    return all;
  }

  private Weights existing(Path file) {
    if (Files.notExists(file)) {
      throw new WeightsException(
          "%s: expected weights of %s, found no file; train some, or see docs/weights.md for what is"
                  .formatted(file, blueprint.name())
              + " published");
    }
    return Weights.read(file);
  }

  /** Brings what was read of a file under the blueprint's keys; messages begin with its name. */
  Weights adapted(Path file, Weights weights) {
    Weights adapted = naming(List.of(file), () -> adapted(weights));
    List<String> leftOut = adapted.report().leftOut();
    if (!adapted.keys().equals(weights.keys())) {
      LOGGER.log(
          leftOut.isEmpty() ? Level.DEBUG : Level.INFO,
          "{0}: {1} of {2} keys are read under the names that {3} has, the first in the file being"
              + " {4}; {5} keys are of other networks and are ignored{6}",
          file,
          adapted.keys().size(),
          weights.keys().size(),
          blueprint.name(),
          weights.keys().stream().findFirst().orElse(""),
          leftOut.size(),
          leftOut.stream()
              .limit(SHOWN)
              .collect(Collectors.joining(", ", leftOut.isEmpty() ? "" : ", such as ", "")));
    }
    return adapted;
  }

  /** As {@link Blueprint#adapted(Weights)}. */
  Weights adapted(Weights weights) {
    Weights bare;
    try {
      bare = PublishedWeights.official(blueprint.network(), weights.unwrapped());
    } catch (IllegalArgumentException e) {
      throw new WeightsException(
          "expected one array for each key without the prefixes of PyTorch's wrappers, found two: "
              + e.getMessage(),
          e);
    }
    // To ask for the entries takes time.
    return hasHead(bare) ? bare : bare.placed(blueprint.entries());
  }

  /** Loads weights of these files; messages begin with their names. */
  DifferentiableDetector load(List<Path> files, Weights weights, Precision precision) {
    return naming(
        files,
        () -> {
          WeightsMetadata.apply(blueprint, weights);
          if (!hasHead(weights) || weights.keys().stream().allMatch(this::isOfHead)) {
            // Before the graph is built, which would take zeros for all that is missing.
            verify(weights);
          }
          try {
            return blueprint.load(weights, precision);
          } catch (WeightsException e) {
            verify(weights);
            throw e;
          }
        });
  }

  private static <T> T naming(List<Path> files, Supplier<T> work) {
    try {
      return work.get();
    } catch (WeightsException e) {
      throw new WeightsException(names(files) + ": " + e.getMessage(), e);
    }
  }

  private static String names(List<Path> files) {
    return files.stream().map(Path::toString).collect(Collectors.joining(", "));
  }

  private boolean hasHead(Weights weights) {
    return weights.keys().stream().anyMatch(this::isOfHead);
  }

  private boolean isOfHead(String key) {
    return blueprint.network().head().stream().anyMatch(key::startsWith);
  }

  /** Refuses weights that do not fit, and says what to do about it where that is known. */
  private void verify(Weights weights) {
    KeyFit fit = KeyFit.of(blueprint.entries(), weights);
    if (fit.fits()) {
      return;
    }
    Optional<String> part = part(weights, fit);
    if (part.isPresent()) {
      throw new WeightsException(part.get());
    }
    fitting(weights)
        .ifPresent(
            other -> {
              throw new WeightsException(
                  "%s; they fit %s: load them into it"
                      .formatted(fit.describe(blueprint.name()), other));
            });
    fit.verify(blueprint.name(), "load weights made for it");
  }

  /** Returns what to do about weights that are whole but for the head, or the head alone. */
  private Optional<String> part(Weights weights, KeyFit fit) {
    List<String> head = blueprint.headKeys();
    List<String> rest = new ArrayList<>(fit.missing());
    rest.removeAll(head);
    boolean onlyMissing =
        fit.unexpected().isEmpty() && fit.misshapen().isEmpty() && fit.notFinite().isEmpty();
    if (onlyMissing && rest.isEmpty() && fit.missing().size() == head.size()) {
      return Optional.of(incomplete("all but those of its head (%s)", head));
    }
    boolean alone = weights.keys().stream().allMatch(this::isOfHead);
    return onlyMissing && alone && rest.size() == fit.missing().size()
        ? Optional.of(incomplete("those of its head alone (%s)", head))
        : Optional.empty();
  }

  private String incomplete(String found, List<String> head) {
    return "expected all arrays of %s, found %s; give both files, as in load(List.of(network, head))"
        .formatted(blueprint.name(), found.replace("%s", String.join(", ", head)));
  }

  /**
   * Returns the catalogue's detector of the same kind that the weights fit, such as another size.
   */
  private Optional<String> fitting(Weights weights) {
    Class<?> kind = blueprint.network().getClass();
    return Detectors.catalogue().stream()
        .map(CatalogueEntry::blueprint)
        .filter(other -> other.network().getClass() == kind)
        .filter(other -> KeyFit.of(other.entries(), weights).fits())
        .findFirst()
        .map(Blueprint::name);
  }
}
