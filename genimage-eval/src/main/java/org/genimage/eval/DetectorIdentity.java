package org.genimage.eval;

import com.google.common.collect.ImmutableMap;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.genimage.models.Detector;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;

/**
 * Which detector scores belong to, as a score file records it.
 *
 * @param name the detector's name
 * @param provenance the origin of its weights
 * @param weights SHA-256 of keys, shapes and numbers of its weights, 64 hexadecimal digits; empty
 *     if the detector hands out no weights, and in files of genimage 0.1.0
 */
public record DetectorIdentity(
    String name, Map<String, String> provenance, Optional<String> weights) {

  /** Copies the map. */
  public DetectorIdentity {
    provenance = ImmutableMap.copyOf(provenance);
  }

  /** Returns the identity of a detector. Reads all its weights once. */
  public static DetectorIdentity of(Detector detector) {
    return new DetectorIdentity(detector.name(), detector.provenance(), hash(detector));
  }

  /**
   * Reads the identity from a score file.
   *
   * @throws ScoreFileException if the file is not a score file
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static DetectorIdentity read(Path scoreFile) {
    return ScoreReader.read(scoreFile).header().detector();
  }

  /**
   * Returns how another detector differs from this one, as a part of a sentence: {@code scores of
   * ResNet-50, found those of DeiT-S}. Empty if it does not, as far as both are known.
   */
  public Optional<String> difference(DetectorIdentity found) {
    if (!name.equals(found.name)) {
      return Optional.of("scores of %s, found those of %s".formatted(name, found.name));
    }
    String other = "scores of this %s, found those of other weights (%s)";
    Optional<String> key =
        Stream.concat(provenance.keySet().stream(), found.provenance.keySet().stream())
            .filter(k -> !Objects.equals(provenance.get(k), found.provenance.get(k)))
            .findFirst();
    if (key.isPresent()) {
      return Optional.of(
          String.format(Locale.ROOT, other, name, "provenance differs in '" + key.get() + "'"));
    }
    boolean same = weights.isEmpty() || found.weights.isEmpty() || weights.equals(found.weights);
    return same
        ? Optional.empty()
        : Optional.of(String.format(Locale.ROOT, other, name, "other numbers"));
  }

  private static Optional<String> hash(Detector detector) {
    Weights weights;
    try {
      weights = detector.weights();
    } catch (UnsupportedOperationException e) {
      return Optional.empty(); // a detector of a user's own
    }
    Hasher hasher = Hashing.sha256().newHasher();
    new TreeMap<>(weights.arrays()).forEach((key, array) -> put(hasher, key, array));
    return Optional.of(hasher.hash().toString());
  }

  private static void put(Hasher hasher, String key, WeightArray array) {
    hasher.putInt(key.length()).putString(key, StandardCharsets.UTF_8);
    hasher.putInt(array.shape().size());
    array.shape().forEach(hasher::putInt);
    ByteBuffer bytes;
    if (array.isInteger()) {
      long[] values = array.toLongs();
      bytes = ByteBuffer.allocate(Long.BYTES * values.length);
      bytes.asLongBuffer().put(values);
    } else {
      float[] values = array.floats();
      bytes = ByteBuffer.allocate(Float.BYTES * values.length);
      bytes.asFloatBuffer().put(values);
    }
    hasher.putBytes(bytes);
  }
}
