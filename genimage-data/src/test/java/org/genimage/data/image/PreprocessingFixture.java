package org.genimage.data.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.genimage.data.reference.ReferenceArray;
import org.genimage.data.reference.ReferenceData;

/**
 * A file of expected images. The copy among the test resources holds a few in full and of the
 * others, in {@code sha256.json}, the hash.
 */
final class PreprocessingFixture {

  private static final Map<String, ReferenceArray> DECODED =
      ReferenceData.arrays("images/decode.safetensors");

  private final Map<String, ReferenceArray> arrays;
  private final JsonNode hashes;

  private PreprocessingFixture(Map<String, ReferenceArray> arrays, JsonNode hashes) {
    this.arrays = arrays;
    this.hashes = hashes;
  }

  static PreprocessingFixture of(String file) {
    boolean whole = System.getProperty("genimage.reference") != null;
    return new PreprocessingFixture(
        ReferenceData.arrays("preprocessing/" + file),
        whole
            ? MissingNode.getInstance()
            : ReferenceData.json("preprocessing/sha256.json").path(file));
  }

  /** Returns the image that a file of the fixtures decodes to. */
  static Image decoded(String name) {
    return image(DECODED.get(name));
  }

  /** Returns an expected image that is held in full. */
  Image image(String key) {
    return image(arrays.get(key));
  }

  /** Returns expected numbers that are held in full. */
  float[] floats(String key) {
    return arrays.get(key).floats();
  }

  /** Returns the width of the first image. */
  int width() {
    return arrays.values().iterator().next().shape().get(1);
  }

  Set<String> keys() {
    Set<String> keys = new TreeSet<>(arrays.keySet());
    hashes.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  void assertEqual(String key, Image actual) {
    ReferenceArray expected = arrays.get(key);
    if (expected != null) {
      assertThat(expected.shape()).as(key).containsExactly(actual.height(), actual.width(), 3);
      assertThat(actual.rgb()).as(key).isEqualTo(expected.bytes());
    } else {
      assertThat(ReferenceData.sha256(actual.rgb())).as(key).isEqualTo(hashes.get(key).asText());
    }
  }

  private static Image image(ReferenceArray array) {
    return Image.of(array.shape().get(1), array.shape().get(0), array.bytes());
  }
}
