package org.genimage.models.weights;

import static org.genimage.models.weights.PyTorchFile.shown;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.genimage.models.weights.PickleNames.Placeholder;
import org.genimage.models.weights.TensorPickle.Dictionary;
import org.genimage.models.weights.TensorPickle.Tensor;
import org.genimage.models.weights.TensorPickle.UnreadableTensor;

/** The dictionaries of tensors in a checkpoint, and which of them is read. */
final class Containers {

  /** What training scripts call the network's own weights. */
  private static final Set<String> NETWORK =
      Set.of(
          "model",
          "model_state",
          "model_state_dict",
          "net",
          "netC",
          "network",
          "params",
          "state_dict",
          "weights");

  /** What they call an average of the weights over the training's steps. */
  private static final Pattern AVERAGE =
      Pattern.compile("(.*[^a-z])?(ema|swa|averaged)([^a-z].*)?", Pattern.CASE_INSENSITIVE);

  /**
   * The dictionary that is read.
   *
   * @param name its entry in the outer dictionary; empty if it is the outer one
   * @param all the entries that hold tensors
   */
  record Choice(Dictionary tensors, Optional<String> name, List<String> all) {}

  private Containers() {}

  /**
   * Returns the dictionary that holds the tensors: the outer one, or an entry of it. Of several
   * entries the one that is no average is read, or the only one that is called as a network's
   * weights are. Scalars beside such an entry, such as the best accuracy, do not count.
   *
   * @param content of the file
   * @param wanted the entry to read; empty if it is to be found
   * @throws RefusedCheckpointException if there is none, or several
   */
  static Choice choose(Object content, Optional<String> wanted) throws RefusedCheckpointException {
    if (content instanceof Placeholder object) {
      throw new RefusedCheckpointException(
          "it holds an object of %s, such as a whole pickled network, and no object is made; load it"
              + " in PyTorch and save the state_dict() alone",
          PickleNames.shown(object.name()));
    }
    if (!(content instanceof Dictionary outer)) {
      throw new RefusedCheckpointException(
          "it holds no dictionary of tensors; save a state_dict() in PyTorch");
    }
    Map<String, Dictionary> candidates = candidates(outer);
    if (wanted.isPresent()) {
      String name = wanted.get();
      return choice(candidates, name)
          .orElseThrow(
              () ->
                  new RefusedCheckpointException(
                      "it has no dictionary of tensors under %s%s, found %s",
                      name,
                      outer.entries().get(name) instanceof Placeholder object
                          ? ", which is an object of " + PickleNames.shown(object.name())
                          : "",
                      shown(candidates.keySet().toString())));
    }
    if (candidates.size() > 1) {
      candidates
          .values()
          .removeIf(inner -> inner.entries().values().stream().noneMatch(Containers::isWeight));
    }
    boolean flat =
        outer.entries().values().stream()
            .anyMatch(value -> isWeight(value) && !(value instanceof UnreadableTensor));
    if (candidates.isEmpty()) {
      if (outer.entries().values().stream().noneMatch(Containers::isTensor)) {
        throw noTensors(outer);
      }
      return new Choice(outer, Optional.empty(), List.of());
    }
    Optional<Choice> found =
        flat
            ? Optional.empty()
            : preferred(candidates.keySet()).flatMap(name -> choice(candidates, name));
    return found.orElseThrow(
        () ->
            new RefusedCheckpointException(
                "it has more than one dictionary of tensors, under %s%s; choose with"
                    + " Weights.read(file, container)",
                shown(candidates.keySet().toString()), flat ? " and beside them" : ""));
  }

  private static Map<String, Dictionary> candidates(Dictionary outer) {
    Map<String, Dictionary> candidates = new LinkedHashMap<>();
    outer
        .entries()
        .forEach(
            (key, value) -> {
              if (value instanceof Dictionary inner
                  && inner.entries().values().stream().anyMatch(Containers::isTensor)) {
                candidates.put(key, inner);
              }
            });
    return candidates;
  }

  private static Optional<Choice> choice(Map<String, Dictionary> candidates, String name) {
    return Optional.ofNullable(candidates.get(name))
        .map(inner -> new Choice(inner, Optional.of(name), List.copyOf(candidates.keySet())));
  }

  /** Returns the entry with the weights themselves, if the names tell. */
  private static Optional<String> preferred(Collection<String> names) {
    if (names.size() == 1) {
      return names.stream().findFirst();
    }
    List<String> plain = names.stream().filter(name -> !isAverage(name)).toList();
    List<String> network =
        plain.size() == 1 ? plain : plain.stream().filter(NETWORK::contains).toList();
    return network.size() == 1 ? Optional.of(network.get(0)) : Optional.empty();
  }

  /** Returns whether a name or prefix is that of an average of weights. */
  static boolean isAverage(String name) {
    return AVERAGE.matcher(name).matches();
  }

  private static RefusedCheckpointException noTensors(Dictionary outer) {
    Optional<Map.Entry<String, Object>> object =
        outer.entries().entrySet().stream()
            .filter(entry -> NETWORK.contains(entry.getKey()) || isAverage(entry.getKey()))
            .filter(entry -> entry.getValue() instanceof Placeholder)
            .findFirst();
    return object
        .map(
            entry ->
                new RefusedCheckpointException(
                    "its entry %s is an object of %s, such as a whole pickled network, and no object is"
                        + " made; load it in PyTorch and save the state_dict() alone",
                    shown(entry.getKey()),
                    PickleNames.shown(((Placeholder) entry.getValue()).name())))
        .orElseGet(
            () ->
                new RefusedCheckpointException(
                    "it has no tensors one or two dictionaries deep, found entries %s",
                    shown(outer.entries().keySet().toString())));
  }

  private static boolean isTensor(Object value) {
    return value instanceof Tensor || value instanceof UnreadableTensor;
  }

  /**
   * A scalar is a counter or a measure, and a row of bytes the state of a random number generator.
   */
  private static boolean isWeight(Object value) {
    return isTensor(value)
        && !(value instanceof Tensor tensor
            && (tensor.shape().isEmpty()
                || tensor.storage().numbers() == NumberType.U8 && tensor.shape().size() == 1));
  }
}
