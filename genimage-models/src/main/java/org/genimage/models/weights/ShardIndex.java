package org.genimage.models.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.base.Ascii;
import com.google.common.collect.Maps;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.genimage.data.internal.Interruption;

/**
 * Weights in several safetensors files, shards, with an index as the hubs of models publish it: a
 * JSON file, such as {@code model.safetensors.index.json}, with the name of the shard of every key
 * in {@code weight_map}, and the bytes of all arrays in {@code metadata.total_size}. The shards lie
 * beside it. They are held against the index: every file there, every key in the one it is listed
 * for and in no other, and as many bytes as it says.
 */
final class ShardIndex {

  private static final int MAX_BYTES = 100_000_000;
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final Path index;

  private ShardIndex(Path index) {
    this.index = index;
  }

  static Weights read(Path index) {
    return new ShardIndex(index).weights();
  }

  private Weights weights() {
    JsonNode json = json();
    Map<String, String> listed = listed(json);
    Map<String, Safetensors.Opened> shards = shards(listed);
    Map<String, String> found = new LinkedHashMap<>();
    shards.forEach(
        (name, shard) -> {
          for (String key : shard.weights().keys()) {
            String other = found.put(key, name);
            if (other != null) {
              throw wrong("%s is in %s and in %s".formatted(shown(key), other, name));
            }
          }
        });
    Map<String, WeightArray> arrays = new LinkedHashMap<>();
    listed.forEach(
        (key, name) -> {
          if (!name.equals(found.remove(key))) {
            throw wrong("%s is not in %s, where the index lists it".formatted(shown(key), name));
          }
          arrays.put(key, shards.get(name).weights().get(key));
        });
    found.forEach(
        (key, name) -> {
          throw wrong("%s is in %s, but not in the index".formatted(shown(key), name));
        });
    checkSize(json.path("metadata").path("total_size"), shards);
    return Weights.of(arrays).with(common(shards));
  }

  private JsonNode json() {
    try {
      long size = Files.size(index);
      if (size > MAX_BYTES) {
        throw wrong("it has %s bytes, more than %s".formatted(size, MAX_BYTES));
      }
      JsonNode json = JSON.readTree(Files.readAllBytes(index));
      if (!json.isObject()) {
        throw wrong("it is no JSON object");
      }
      return json;
    } catch (JsonProcessingException e) {
      throw wrong("it is no JSON (%s)".formatted(shown(e.getOriginalMessage())));
    } catch (CharConversionException e) {
      throw wrong("it is no JSON (%s)".formatted(shown(e.getMessage())));
    } catch (IOException e) {
      Interruption.check(e, index + " was being read");
      throw wrong("it could not be read (%s)".formatted(WeightsFormat.reason(e)));
    }
  }

  /** Returns the name of the shard of each key. */
  private Map<String, String> listed(JsonNode json) {
    JsonNode map = json.path("weight_map");
    if (!map.isObject() || map.isEmpty()) {
      throw wrong("it has no object weight_map with the file of each key");
    }
    Map<String, String> listed = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> item : map.properties()) {
      String name = item.getValue().asText();
      if (!item.getValue().isTextual() || !isPlainName(name)) {
        throw wrong(
            "%s is listed in %s, which is not the name of a file beside the index"
                .formatted(shown(item.getKey()), shown(item.getValue().toString())));
      }
      listed.put(item.getKey(), name);
    }
    return listed;
  }

  /** An index from anywhere must not reach out of its folder. */
  private static boolean isPlainName(String name) {
    return name.matches("[^/\\\\:\\p{Cntrl}]+") && !name.equals(".") && !name.equals("..");
  }

  private Map<String, Safetensors.Opened> shards(Map<String, String> listed) {
    Map<String, Path> files = new LinkedHashMap<>();
    for (String name : new TreeSet<>(listed.values())) {
      files.put(name, index.resolveSibling(name));
    }
    List<String> missing =
        files.keySet().stream().filter(name -> Files.notExists(files.get(name))).toList();
    if (!missing.isEmpty()) {
      throw wrong(
          "%s of the %s files that it names are missing: %s"
              .formatted(missing.size(), files.size(), shown(String.join(", ", missing))));
    }
    Map<String, Safetensors.Opened> shards = new LinkedHashMap<>();
    files.forEach(
        (name, file) -> {
          if (WeightsFormat.of(file) != WeightsFormat.SAFETENSORS) {
            throw wrong("%s is no safetensors file".formatted(name));
          }
          shards.put(name, Safetensors.read(file));
        });
    return shards;
  }

  private void checkSize(JsonNode total, Map<String, Safetensors.Opened> shards) {
    long found = shards.values().stream().mapToLong(Safetensors.Opened::bytes).sum();
    if (!total.isMissingNode() && !(total.isIntegralNumber() && total.longValue() == found)) {
      throw wrong(
          "the arrays of all shards take %s bytes, and it states a total_size of %s"
              .formatted(found, shown(total.toString())));
    }
  }

  /** Returns the metadata that all shards have. */
  private static Map<String, String> common(Map<String, Safetensors.Opened> shards) {
    Map<String, String> common = new LinkedHashMap<>();
    boolean first = true;
    for (Safetensors.Opened shard : shards.values()) {
      Map<String, String> own = shard.weights().metadata();
      if (first) {
        common.putAll(own);
      }
      common.keySet().retainAll(Maps.difference(common, own).entriesInCommon().keySet());
      first = false;
    }
    return common;
  }

  private WeightsException wrong(String found) {
    return new WeightsException(
        "%s: expected an index and all its safetensors files beside it, but %s; download them again"
            .formatted(index, found));
  }

  private static String shown(String text) {
    return Ascii.truncate(text, 200, "...");
  }
}
