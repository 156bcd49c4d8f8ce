package org.genimage.data.reference;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The reference fixtures, computed by software that this project did not write: the folder that the
 * system property {@code genimage.reference} names, else the copy among the test resources.
 */
public final class ReferenceData {

  private static final ObjectMapper JSON = new ObjectMapper();

  private ReferenceData() {}

  /** Returns a file's bytes; the path is relative to the fixture folder. */
  public static byte[] bytes(String path) {
    String folder = System.getProperty("genimage.reference");
    try {
      if (folder != null) {
        return Files.readAllBytes(Path.of(folder, path));
      }
      try (InputStream in = resource(path)) {
        return in.readAllBytes();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(path, e);
    }
  }

  private static InputStream resource(String path) throws IOException {
    InputStream in =
        Thread.currentThread().getContextClassLoader().getResourceAsStream("reference/" + path);
    if (in == null) {
      throw new IOException("no test resource reference/" + path);
    }
    return in;
  }

  /** Returns a JSON file. */
  public static JsonNode json(String path) {
    try {
      return JSON.readTree(bytes(path));
    } catch (IOException e) {
      throw new UncheckedIOException(path, e);
    }
  }

  /** Returns the arrays of a safetensors file by name, in the order of its header. */
  public static Map<String, ReferenceArray> arrays(String path) {
    return arraysOf(bytes(path));
  }

  /** Returns the arrays of a safetensors file with these bytes. */
  public static Map<String, ReferenceArray> arraysOf(byte[] bytes) {
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int headerLength = Math.toIntExact(file.getLong());
    byte[] header = new byte[headerLength];
    file.get(header);
    ByteBuffer data = file.slice().order(ByteOrder.LITTLE_ENDIAN);
    Map<String, ReferenceArray> arrays = new LinkedHashMap<>();
    JsonNode entries;
    try {
      entries = JSON.readTree(new String(header, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (Map.Entry<String, JsonNode> entry : entries.properties()) {
      if (!entry.getKey().equals("__metadata__")) {
        arrays.put(entry.getKey(), ReferenceArray.of(entry.getValue(), data));
      }
    }
    return arrays;
  }

  /** Returns the SHA-256 of these bytes in lower-case hexadecimal digits. */
  public static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns the SHA-256 of these numbers as little-endian float32. */
  public static String sha256(float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return sha256(bytes.array());
  }
}
