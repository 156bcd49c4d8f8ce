package org.genimage.models.weights;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.common.base.Ascii;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.genimage.data.internal.JsonTree;

/**
 * The version of genimage's own weights files, and the hash in them. Safetensors has no checksum:
 * without this a flipped bit is another number, and nobody sees it.
 *
 * <p>The hash is the SHA-256, in hexadecimal, of a JSON text in UTF-8 without blanks, {@code
 * {"arrays":{KEY:[TYPE,SHAPE,HASH],...},"metadata":{KEY:TEXT,...}}}: all arrays in the order of
 * their keys, each with the SHA-256 of its bytes, and the metadata that begin with {@code
 * genimage.}, less the hash itself, in the order of theirs. Other metadata may be changed by other
 * programs, and so may the order of the arrays.
 */
final class FileHash {

  /** The metadata key of the format's version; files by version 0.1.0 have none. */
  static final String FORMAT = "genimage.format";

  /** The version that this code writes, and the newest that it reads. */
  static final int VERSION = 2;

  static final String SHA256 = "genimage.content_sha256";

  private static final String OWN = "genimage.";

  private final Map<String, Stored> arrays = new TreeMap<>();

  private record Stored(String type, List<Integer> shape, String hash) {}

  /**
   * Adds an array as it is stored.
   *
   * @param hash the SHA-256 of its bytes, in hexadecimal
   */
  void add(String key, NumberType type, List<Integer> shape, String hash) {
    arrays.put(key, new Stored(type.name(), shape, hash));
  }

  /** Returns the hash of the arrays so far and of these metadata. */
  String of(Map<String, String> metadata) {
    Map<String, String> own = new TreeMap<>(metadata);
    own.keySet().removeIf(key -> !key.startsWith(OWN) || key.equals(SHA256));
    return Hashing.sha256().hashBytes(JsonTree.bytes(json -> write(json, own))).toString();
  }

  private void write(JsonGenerator json, Map<String, String> metadata) throws IOException {
    json.writeStartObject();
    json.writeObjectFieldStart("arrays");
    for (Map.Entry<String, Stored> item : arrays.entrySet()) {
      Stored stored = item.getValue();
      json.writeArrayFieldStart(item.getKey());
      json.writeString(stored.type());
      JsonTree.integers(json, stored.shape());
      json.writeString(stored.hash());
      json.writeEndArray();
    }
    json.writeEndObject();
    JsonTree.texts(json, "metadata", metadata);
    json.writeEndObject();
  }

  /** Returns the metadata as a file has them: with a hash if they state a version. */
  static Map<String, String> recorded(Weights weights) {
    Map<String, String> metadata = new TreeMap<>(weights.metadata());
    metadata.remove(SHA256);
    if (metadata.containsKey(FORMAT)) {
      FileHash hash = new FileHash();
      weights
          .arrays()
          .forEach(
              (key, array) -> hash.add(key, NumberType.of(array), array.shape(), encoded(array)));
      metadata.put(SHA256, hash.of(metadata));
    }
    return metadata;
  }

  private static String encoded(WeightArray array) {
    Hasher hasher = Hashing.sha256().newHasher();
    try {
      NumberType.encode(array, hasher::putBytes);
    } catch (IOException e) {
      throw new UncheckedIOException("a hash takes all bytes", e);
    }
    return hasher.hash().toString();
  }

  /**
   * Compares a recorded hash, if there is one, with that of what was read.
   *
   * @throws WeightsException if they differ
   */
  void verify(Path file, Map<String, String> metadata) {
    String recorded = metadata.get(SHA256);
    if (recorded != null && !recorded.equals(of(metadata))) {
      throw new WeightsException(
          ("%s: expected content with the SHA-256 that metadata %s records (%s), found %s: the file"
                  + " was damaged or changed after it was written; copy it again, or delete that"
                  + " entry if the change is yours")
              .formatted(file, SHA256, shown(recorded), of(metadata)));
    }
  }

  /**
   * Checks the version of a file's format, before anything else of it is judged.
   *
   * @throws WeightsException if a newer genimage wrote it, or the version is no version
   */
  static void checkVersion(Path file, Map<String, String> metadata) {
    String version = metadata.getOrDefault(FORMAT, Integer.toString(VERSION));
    if (!version.matches("[1-9][0-9]{0,8}") || Integer.parseInt(version) < VERSION) {
      throw new WeightsException(
          ("%s: expected metadata %s to be the number of a format, %s or more, found %s: the file is"
                  + " damaged; copy it again")
              .formatted(file, FORMAT, VERSION, shown(version)));
    }
    if (Integer.parseInt(version) > VERSION) {
      throw new WeightsException(
          ("%s: expected weights of format %s or older, found format %s: a newer genimage wrote the"
                  + " file; read it with that version")
              .formatted(file, VERSION, version));
    }
  }

  private static String shown(String text) {
    return Ascii.truncate(text, 100, "...");
  }
}
