package org.genimage.models.weights;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What was found in a weights file besides the numbers that were read. Empty for weights that come
 * from no file.
 *
 * @param container the entry of the outer dictionary that holds what was read, such as {@code
 *     model}; empty if the file has no such entries
 * @param containers every entry that holds tensors, the one that was read among them
 * @param prefixes the known prefixes of wrappers that every key begins with, the outermost first,
 *     such as {@code module.}
 * @param objects the Python names of the objects in the file, which were passed over, in
 *     alphabetical order
 * @param leftOut keys that a detector did not need, and that stand apart from those it needs
 */
public record WeightsReport(
    Optional<String> container,
    List<String> containers,
    List<String> prefixes,
    List<String> objects,
    List<String> leftOut) {

  /** The report of weights that come from no file. */
  public static final WeightsReport NONE =
      new WeightsReport(Optional.empty(), List.of(), List.of(), List.of(), List.of());

  private static final int SHOWN = 8;

  /** Copies the lists. */
  public WeightsReport {
    containers = List.copyOf(containers);
    prefixes = List.copyOf(prefixes);
    objects = List.copyOf(objects);
    leftOut = List.copyOf(leftOut);
  }

  /** Returns the same report with prefixes. */
  WeightsReport prefixes(List<String> found) {
    return new WeightsReport(container, containers, found, objects, leftOut);
  }

  /** Returns the same report with keys that were left out. */
  WeightsReport leftOut(List<String> keys) {
    return new WeightsReport(container, containers, prefixes, objects, keys);
  }

  /** Returns whether the file has other entries with tensors than the one that was read. */
  public boolean hasChoice() {
    return containers.size() > 1;
  }

  /** Returns the report in one line; empty if there is nothing to say. */
  @Override
  public String toString() {
    List<String> parts = new ArrayList<>();
    container.ifPresent(name -> parts.add("the entry '%s' was read".formatted(name)));
    if (hasChoice()) {
      List<String> others =
          containers.stream().filter(name -> !container.equals(Optional.of(name))).toList();
      parts.add("other entries with tensors were not read: " + shown(others));
    }
    if (!prefixes.isEmpty()) {
      parts.add("all keys begin with " + String.join("", prefixes));
    }
    if (!leftOut.isEmpty()) {
      parts.add("keys that the detector does not need: " + shown(leftOut));
    }
    if (!objects.isEmpty()) {
      parts.add("Python objects that were not read: " + shown(objects));
    }
    return String.join("; ", parts);
  }

  private static String shown(List<String> names) {
    String first = String.join(", ", names.stream().limit(SHOWN).toList());
    return names.size() > SHOWN ? "%s and %s more".formatted(first, names.size() - SHOWN) : first;
  }
}
