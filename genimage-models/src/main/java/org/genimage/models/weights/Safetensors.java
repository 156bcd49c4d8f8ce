package org.genimage.models.weights;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.base.Ascii;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.genimage.data.internal.Interruption;
import org.genimage.data.internal.JsonTree;
import org.genimage.data.internal.WholeFiles;

/**
 * The safetensors format: eight bytes for the header's length, a JSON header with each array's
 * type, shape and place, then the arrays, little-endian, without gaps. A file may come from
 * anywhere: everything it claims is checked against its real length before memory is taken.
 */
final class Safetensors {

  private static final int MAX_HEADER = 100_000_000;
  private static final String METADATA = "__metadata__";

  private Safetensors() {}

  /**
   * A file that is open.
   *
   * @param bytes how many the arrays take
   */
  record Opened(Weights weights, long bytes) {}

  static Opened read(Path file) {
    try {
      FileState state = FileState.of(file);
      try (FileChannel channel = FileChannel.open(file)) {
        return read(state, channel);
      }
    } catch (IOException e) {
      Interruption.check(e, file + " was being read");
      throw new WeightsException(
          "%s: expected a readable safetensors file, got %s; check the path"
              .formatted(file, WeightsFormat.reason(e)),
          e);
    }
  }

  private static Opened read(FileState state, FileChannel channel) throws IOException {
    Path file = state.file();
    long length = state.size();
    if (length < 8) {
      throw malformed(file, "the file has %d bytes, fewer than the 8 of its length field", length);
    }
    long headerLength = fill(channel, 0, 8).getLong();
    if (headerLength < 2 || headerLength > MAX_HEADER) {
      throw malformed(file, "its header claims %d bytes of a file of %d", headerLength, length);
    }
    if (headerLength > length - 8) {
      throw malformed(
          file,
          "it is cut short, as by a download that broke off: its header takes %d bytes, found %d",
          headerLength,
          length - 8);
    }
    JsonNode header = header(file, fill(channel, 8, (int) headerLength).array());
    Map<String, String> metadata = metadata(file, header);
    FileHash.checkVersion(file, metadata);
    long start = 8 + headerLength;
    StoredNumbers.Content content = StoredNumbers.Content.of(file, start);
    Map<String, StoredNumbers> arrays = new LinkedHashMap<>();
    FileHash hash = new FileHash();
    for (Entry entry : entries(file, header, length - start)) {
      StoredNumbers numbers = entry.numbers(state, content);
      if (metadata.containsKey(FileHash.SHA256)) {
        hash.add(entry.key(), entry.type(), entry.shape(), numbers.readHash());
      }
      arrays.put(entry.key(), numbers);
    }
    hash.verify(file, metadata);
    metadata.remove(FileHash.SHA256);
    return new Opened(StoredWeights.of(state, arrays).with(metadata), length - start);
  }

  private static Map<String, String> metadata(Path file, JsonNode header) {
    JsonNode json = header.path(METADATA);
    if (!json.isMissingNode() && !json.isObject()) {
      throw malformed(file, "its metadata is no JSON object");
    }
    Map<String, String> metadata = new TreeMap<>();
    for (Map.Entry<String, JsonNode> item : json.properties()) {
      if (!item.getValue().isTextual()) {
        throw malformed(file, "its metadata %s is not text", item.getKey());
      }
      metadata.put(item.getKey(), item.getValue().textValue());
    }
    return metadata;
  }

  private static JsonNode header(Path file, byte[] bytes) {
    try {
      JsonNode header = JsonTree.read(bytes);
      if (!header.isObject()) {
        throw malformed(file, "its header is no JSON object");
      }
      return header;
    } catch (IOException e) {
      throw malformed(file, "its header is no JSON (%s)", e.getClass().getSimpleName());
    }
  }

  private static List<Entry> entries(Path file, JsonNode header, long dataLength) {
    List<Entry> entries = new ArrayList<>();
    for (Map.Entry<String, JsonNode> item : header.properties()) {
      if (!item.getKey().equals(METADATA)) {
        entries.add(Entry.of(file, item.getKey(), item.getValue()));
      }
    }
    long end = 0;
    for (Entry entry : entries.stream().sorted(Comparator.comparingLong(Entry::begin)).toList()) {
      if (entry.begin() != end) {
        throw malformed(file, "%s begins at byte %d, expected %d", entry.key(), entry.begin(), end);
      }
      end += entry.bytes();
    }
    if (end > dataLength) {
      throw malformed(
          file,
          "it is cut short, as by a download that broke off: its arrays take %d bytes, found %d",
          end,
          dataLength);
    }
    if (end < dataLength) {
      throw malformed(file, "its arrays take %d bytes, found %d", end, dataLength);
    }
    return entries;
  }

  private static ByteBuffer fill(FileChannel channel, long position, int length)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new IOException("the file became shorter while it was read");
      }
    }
    return buffer.flip();
  }

  static void write(Path file, Weights weights) {
    try {
      byte[] header = header(weights);
      WholeFiles.writeAlone(file, channel -> write(channel, header, weights));
    } catch (WholeFiles.FileInUseException e) {
      throw new WeightsException(
          file
              + ": the weights could not be written (another process is writing this file); let it"
              + " finish, or choose another name",
          e);
    } catch (IOException e) {
      throw new WeightsException(
          "%s: the weights could not be written (%s); free some space or choose another place"
              .formatted(file, WeightsFormat.reason(e)),
          e);
    }
  }

  private static void write(WritableByteChannel channel, byte[] header, Weights weights)
      throws IOException {
    ByteBuffer start = ByteBuffer.allocate(8 + header.length).order(ByteOrder.LITTLE_ENDIAN);
    WholeFiles.drain(channel, start.putLong(header.length).put(header).flip());
    for (WeightArray array : weights.arrays().values()) {
      NumberType.encode(array, part -> WholeFiles.drain(channel, part));
    }
  }

  private static byte[] header(Weights weights) {
    byte[] json = JsonTree.bytes(generator -> header(generator, weights));
    // Spaces up to a multiple of 8 keep the arrays aligned, as the format's own writer does.
    byte[] padded = Arrays.copyOf(json, (json.length + 7) / 8 * 8);
    Arrays.fill(padded, json.length, padded.length, (byte) ' ');
    return padded;
  }

  private static void header(JsonGenerator json, Weights weights) throws IOException {
    json.writeStartObject();
    Map<String, String> metadata = FileHash.recorded(weights);
    if (!metadata.isEmpty()) {
      JsonTree.texts(json, METADATA, metadata);
    }
    long offset = 0;
    for (Map.Entry<String, WeightArray> item : weights.arrays().entrySet()) {
      WeightArray array = item.getValue();
      NumberType type = NumberType.of(array);
      long end = offset + type.bytes(array.shape());
      json.writeObjectFieldStart(item.getKey());
      json.writeStringField("dtype", type.name());
      json.writeFieldName("shape");
      JsonTree.integers(json, array.shape());
      json.writeFieldName("data_offsets");
      json.writeArray(new long[] {offset, end}, 0, 2);
      json.writeEndObject();
      offset = end;
    }
    json.writeEndObject();
  }

  private static WeightsException malformed(Path file, String found, Object... arguments) {
    return new WeightsException(
        "%s: expected a complete safetensors file, but %s; download or write it again"
            .formatted(
                file,
                String.format(
                    Locale.ROOT,
                    found,
                    Arrays.stream(arguments).map(Safetensors::shown).toArray())));
  }

  /** A file's texts may be long. */
  private static Object shown(Object argument) {
    return argument instanceof Number ? argument : Ascii.truncate(argument.toString(), 200, "...");
  }

  /** An array's place in a file. */
  private record Entry(String key, NumberType type, List<Integer> shape, long begin, long bytes) {

    static Entry of(Path file, String key, JsonNode json) {
      NumberType type;
      try {
        type = NumberType.valueOf(json.path("dtype").asText());
      } catch (IllegalArgumentException e) {
        throw malformed(
            file,
            "%s has type %s, known are %s",
            key,
            json.path("dtype"),
            Arrays.toString(NumberType.values()));
      }
      List<Integer> shape = new ArrayList<>();
      for (JsonNode side : json.path("shape")) {
        if (!side.isInt() || side.intValue() < 0) {
          throw malformed(file, "%s has shape %s", key, json.path("shape"));
        }
        shape.add(side.intValue());
      }
      JsonNode offsets = json.path("data_offsets");
      long bytes;
      try {
        bytes = type.bytes(shape);
      } catch (ArithmeticException e) {
        throw malformed(file, "%s has shape %s", key, json.path("shape"));
      }
      if (!json.path("shape").isArray()
          || offsets.size() != 2
          || !offsets.get(0).isIntegralNumber()
          || !offsets.get(1).isIntegralNumber()
          || offsets.get(1).longValue() - offsets.get(0).longValue() != bytes) {
        throw malformed(file, "%s of shape %s lies at %s", key, json.path("shape"), offsets);
      }
      long count = NumberType.count(shape);
      if (count > NumberType.MAX_COUNT) {
        throw new WeightsException(
            "%s: expected arrays of up to %s numbers, found %s of shape %s with %s; split it"
                .formatted(file, NumberType.MAX_COUNT, shown(key), shape, count));
      }
      return new Entry(key, type, List.copyOf(shape), offsets.get(0).longValue(), bytes);
    }

    StoredNumbers numbers(FileState state, StoredNumbers.Content content) {
      return new StoredNumbers(
          state, content, begin, bytes, type, ByteOrder.LITTLE_ENDIAN, shape, Optional.empty());
    }
  }
}
