package org.genimage.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.collect.Sets;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import org.genimage.data.internal.Interruption;
import org.genimage.data.internal.WholeFiles;
import org.genimage.models.nn.FloatSource;
import org.genimage.models.nn.Layout;
import org.genimage.models.nn.Parameter;
import org.genimage.models.nn.VariableValues;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;

/**
 * All that training needs to resume, in one file with a checksum: the values of the model, of the
 * optimizer and of the best epoch, and the progress. The file is replaced as a whole; the previous
 * one is kept beside it.
 *
 * @param numbers the model's values under their keys, the others under a prefix
 * @param state the progress
 */
record Checkpoint(Weights numbers, TrainingState state) {

  private static final System.Logger LOGGER = System.getLogger(Checkpoint.class.getName());
  static final String CURRENT = "training.safetensors";
  static final String PREVIOUS = "training.previous.safetensors";
  private static final String NEXT = "training.next.safetensors";
  private static final String BROKEN = "training.broken.safetensors";
  private static final String SLOTS = "optimizer.";
  private static final String BEST = "best.";
  static final String RUN = "genimage.run";
  static final String STATE = "genimage.state";
  static final String CHECKSUM = "genimage.sha256";
  private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(
              DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
              DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES,
              DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
              DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .build();

  /**
   * Returns a checkpoint.
   *
   * @param entries the optimizer's and the averages'
   * @param slots their values, which the checkpoint reads when it is written
   */
  static Checkpoint of(
      Weights weights,
      List<Parameter> entries,
      VariableValues slots,
      Optional<Weights> best,
      TrainingState state) {
    Map<String, WeightArray> arrays = new LinkedHashMap<>(weights.arrays());
    for (Parameter slot : entries) {
      arrays.put(SLOTS + slot.key(), WeightArray.of(slot.shape(), slots.source(slot)));
    }
    best.ifPresent(kept -> kept.arrays().forEach((key, array) -> arrays.put(BEST + key, array)));
    return new Checkpoint(Weights.of(arrays), state);
  }

  /**
   * Sets the model's and the optimizer's values to those of the checkpoint.
   *
   * @param folder where it was read, for messages
   * @throws WeightsException if it lacks a value, or has one of another shape
   */
  void restore(TrainingGraph graph, Path folder) {
    for (Parameter entry : graph.entries()) {
      if (entry.role().required()) {
        require(folder, entry.key(), entry.shape());
        if (best().isPresent()) {
          require(folder, BEST + entry.key(), entry.shape());
        }
      }
    }
    for (Parameter slot : graph.slotEntries()) {
      require(folder, SLOTS + slot.key(), slot.shape());
    }
    graph.load(
        parameter -> numbers.get(parameter.key()).source(),
        slot -> numbers.get(SLOTS + slot.key()).source());
  }

  private void require(Path folder, String key, List<Integer> shape) {
    WeightArray found = numbers.arrays().get(key);
    if (found == null || found.isInteger() || !found.shape().equals(shape)) {
      throw new WeightsException(
          "%s: expected a checkpoint with %s of shape %s, found %s; %s"
              .formatted(
                  folder,
                  key,
                  shape,
                  found == null ? "none" : "shape " + found.shape(),
                  "start again in another folder"));
    }
  }

  /** Returns the weights of the best epoch, if there is one; a large file's stay in the file. */
  Optional<Map<String, WeightArray>> best() {
    Map<String, WeightArray> arrays = new LinkedHashMap<>();
    numbers
        .arrays()
        .forEach(
            (key, array) -> {
              if (key.startsWith(BEST)) {
                arrays.put(key.substring(BEST.length()), array);
              }
            });
    return Optional.of(arrays).filter(found -> !found.isEmpty());
  }

  /**
   * Replaces the folder's checkpoint.
   *
   * @param run the identity of the training, see {@link RunIdentity}
   * @throws WeightsException if it cannot be written; the earlier one is then unchanged
   */
  void write(Path folder, Map<String, String> run) {
    Path next = folder.resolve(NEXT);
    Weights described = numbers.with(Map.of(RUN, json(run), STATE, json(state)));
    described.with(Map.of(CHECKSUM, checksum(described))).write(next);
    try {
      if (Files.exists(folder.resolve(CURRENT))) {
        move(folder, CURRENT, PREVIOUS);
      }
      move(folder, NEXT, CURRENT);
    } catch (IOException e) {
      Interruption.check(e, next + " was being renamed");
      throw new WeightsException(
          "%s: expected to rename the new checkpoint, got %s".formatted(next, e), e);
    }
  }

  /** Renames a broken checkpoint: the next one would push the good one out of its place. */
  private static void setAside(Path folder) {
    try {
      move(folder, CURRENT, BROKEN);
    } catch (NoSuchFileException e) {
      LOGGER.log(Level.DEBUG, "another worker has renamed the broken checkpoint", e);
    } catch (IOException e) {
      throw new WeightsException(
          "%s: expected to rename the broken checkpoint, got %s; delete it"
              .formatted(folder.resolve(CURRENT), e),
          e);
    }
  }

  private static void move(Path folder, String from, String to) throws IOException {
    WholeFiles.rename(folder.resolve(from), folder.resolve(to));
  }

  /**
   * Returns the folder's last good checkpoint, if there is one.
   *
   * @param run the identity of the training, see {@link RunIdentity}
   * @throws WeightsException if it belongs to another training, all are broken, or the content of
   *     one with the right checksum is not that of a checkpoint
   * @throws CancellationException if this thread is interrupted
   */
  static Optional<Checkpoint> latest(Path folder, Map<String, String> run) {
    Optional<Found> found = find(folder, run);
    if (found.isPresent()) {
      if (found.get().older()) {
        setAside(folder);
      }
      TrainingState state = found.get().checkpoint().state();
      LOGGER.log(
          Level.INFO,
          "training resumes from {0}: epoch {1}, step {2}",
          found.get().file(),
          state.epoch(),
          state.steps());
    }
    return found.map(Found::checkpoint);
  }

  /**
   * Returns the progress of the checkpoint that {@link #latest} would return, and leaves the folder
   * as it is.
   *
   * @throws WeightsException as {@link #latest} does
   */
  static Optional<TrainingState> progress(Path folder, Map<String, String> run) {
    return find(folder, run).map(found -> found.checkpoint().state());
  }

  /**
   * A good checkpoint.
   *
   * @param older whether it is the one before a broken one
   */
  private record Found(Path file, Checkpoint checkpoint, boolean older) {}

  private static Optional<Found> find(Path folder, Map<String, String> run) {
    List<String> broken = new ArrayList<>();
    for (String name : List.of(CURRENT, PREVIOUS)) {
      Path file = folder.resolve(name);
      if (Files.exists(file)) {
        Weights read;
        try {
          read = verified(file);
        } catch (WeightsException e) {
          Interruption.check("reading " + file);
          LOGGER.log(Level.WARNING, "skipped a broken checkpoint: {0}", e.getMessage());
          broken.add(e.getMessage());
          continue;
        }
        return Optional.of(new Found(file, of(file, read, run), !broken.isEmpty()));
      }
    }
    if (!broken.isEmpty()) {
      throw new WeightsException(
          "%s: expected a good checkpoint, found only broken ones (%s); delete them to start again"
              .formatted(folder, String.join("; ", broken)));
    }
    return Optional.empty();
  }

  private static Weights verified(Path file) {
    Weights read = Weights.read(file);
    String expected = read.metadata().get(CHECKSUM);
    String found = checksum(read);
    if (!found.equals(expected)) {
      throw new WeightsException(
          "%s: expected the checksum %s, found %s: the file was changed after it was written"
              .formatted(file, expected, found));
    }
    return read;
  }

  private static Checkpoint of(Path file, Weights read, Map<String, String> run) {
    try {
      Map<String, String> found = present(file, RUN, JSON.readValue(text(file, read, RUN), TEXTS));
      if (!found.equals(run)) {
        throw new WeightsException(
            ("%s: expected a checkpoint of this training, found one of another (%s); choose"
                    + " another checkpoint folder or delete this one")
                .formatted(file, String.join(", ", differences(found, run))));
      }
      TrainingState state =
          present(file, STATE, JSON.readValue(text(file, read, STATE), TrainingState.class));
      Checkpoint checkpoint = new Checkpoint(read, state);
      if (checkpoint.best().isPresent() == state.accuracies().isEmpty()) {
        throw new WeightsException(
            "%s: expected the best weights of %s validated epochs, found %s; %s"
                .formatted(
                    file,
                    state.accuracies().size(),
                    checkpoint.best().isPresent() ? "some" : "none",
                    "start again in another folder"));
      }
      return checkpoint;
    } catch (JsonProcessingException e) {
      throw new WeightsException(
          ("%s: expected a training state of this version, found one of another version (%s);"
                  + " resume with that version, or start again in another folder")
              .formatted(file, e.getOriginalMessage()),
          e);
    }
  }

  private static String text(Path file, Weights read, String name) {
    return present(file, name, read.metadata().get(name));
  }

  private static <T> T present(Path file, String name, T value) {
    if (value == null) {
      throw new WeightsException(
          "%s: expected a checkpoint with %s, found none; start again in another folder"
              .formatted(file, name));
    }
    return value;
  }

  private static List<String> differences(Map<String, String> found, Map<String, String> expected) {
    return Sets.union(found.keySet(), expected.keySet()).stream()
        .filter(name -> !Objects.equals(found.get(name), expected.get(name)))
        .map(name -> "%s is %s, expected %s".formatted(name, found.get(name), expected.get(name)))
        .toList();
  }

  /** SHA-256 over all keys, shapes, values and the metadata except itself. */
  static String checksum(Weights weights) {
    Hasher hasher = Hashing.sha256().newHasher();
    new TreeMap<>(weights.metadata())
        .forEach(
            (name, value) -> {
              if (!name.equals(CHECKSUM)) {
                hasher.putString(name + "=" + value + "\n", StandardCharsets.UTF_8);
              }
            });
    put(hasher, weights);
    return hasher.hash().toString();
  }

  /** Adds all keys, shapes and values to a hash. */
  static void put(Hasher hasher, Weights weights) {
    float[] part = Layout.part();
    ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * part.length);
    weights
        .arrays()
        .forEach(
            (key, array) -> {
              hasher.putString(key + array.shape() + "\n", StandardCharsets.UTF_8);
              int size = array.isInteger() ? 0 : size(array.shape());
              FloatSource.Sink sink =
                  (values, count, before) -> {
                    bytes.clear().asFloatBuffer().put(values, 0, count);
                    hasher.putBytes(bytes.limit(Float.BYTES * count));
                  };
              array.source().read(size, part, sink);
              for (long value : array.toLongs()) {
                hasher.putLong(value);
              }
            });
  }

  private static int size(List<Integer> shape) {
    return shape.stream().reduce(1, Math::multiplyExact);
  }

  private static String json(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a training state consists of numbers and text", e);
    }
  }
}
