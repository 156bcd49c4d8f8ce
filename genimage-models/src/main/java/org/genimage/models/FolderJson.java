package org.genimage.models;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.base.Ascii;
import com.google.common.base.CharMatcher;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.genimage.data.internal.Interruption;
import org.genimage.data.internal.JsonTree;
import org.genimage.models.weights.WeightsException;

/**
 * A JSON file of a model folder. Messages begin with its name; nothing is converted, so a number as
 * text is an error.
 *
 * @param file the file, or what stands for it in messages
 * @param json an object
 */
record FolderJson(String file, JsonNode json) {

  private static final int MAX_BYTES = 1 << 24;
  private static final int MAX_SIZE = 1 << 16;

  /** Characters of a value that a message shows. */
  static final int SHOWN = 100;

  /** Makes trees for what is written. */
  static final JsonMapper JSON = new JsonMapper();

  /** Returns the file's content; empty if there is no file. */
  static Optional<FolderJson> read(Path file) {
    if (Files.notExists(file)) {
      return Optional.empty();
    }
    try {
      if (!Files.isRegularFile(file) || Files.size(file) > MAX_BYTES) {
        throw new WeightsException(
            "%s: expected a JSON file of at most %s bytes; check the folder"
                .formatted(file, MAX_BYTES));
      }
      JsonNode json = JsonTree.read(Files.readAllBytes(file));
      if (!json.isObject()) {
        throw new WeightsException(
            "%s: expected a JSON object, found %s; download it again".formatted(file, shown(json)));
      }
      return Optional.of(new FolderJson(file.toString(), json));
    } catch (JsonProcessingException | CharConversionException e) {
      throw new WeightsException(
          "%s: expected a JSON object, found none; download it again".formatted(file), e);
    } catch (IOException e) {
      Interruption.check(e, file + " was being read");
      throw new WeightsException(
          "%s: expected a readable file, got %s; check the path"
              .formatted(file, e.getClass().getSimpleName()),
          e);
    }
  }

  /** Returns an object in it; empty if there is none. */
  Optional<FolderJson> object(String name) {
    return json.path(name).isObject()
        ? Optional.of(new FolderJson("%s: %s".formatted(file, name), json.path(name)))
        : Optional.empty();
  }

  /** Returns an object without content, for messages about this file. */
  FolderJson empty() {
    return new FolderJson(file, JSON.createObjectNode());
  }

  boolean has(String name) {
    return json.hasNonNull(name);
  }

  /** Returns a text; empty if there is none. */
  Optional<String> text(String name) {
    return json.path(name).isTextual()
        ? Optional.of(json.path(name).textValue())
        : Optional.empty();
  }

  /** Returns a size: a whole number from 1. */
  int size(String name) {
    return size(name, json.path(name));
  }

  /** Returns a size, or the one that the library has where a file does not say. */
  int size(String name, int usual) {
    return has(name) ? size(name) : usual;
  }

  private int size(String name, JsonNode value) {
    if (!value.isIntegralNumber()
        || !value.canConvertToInt()
        || value.intValue() < 1
        || value.intValue() > MAX_SIZE) {
      throw expected("%s to be a whole number from 1".formatted(name), value, "correct it");
    }
    return value.intValue();
  }

  /** Returns the one number of a square: a number, or two equal ones. */
  int square(String name, int usual) {
    JsonNode value = json.path(name);
    if (!value.isArray()) {
      return size(name, usual);
    }
    if (value.size() != 2 || !value.get(0).equals(value.get(1))) {
      throw expected("%s of a square".formatted(name), value, "genimage has square inputs alone");
    }
    return size(name, value.get(0));
  }

  /** Returns sizes, or those that the library has where a file does not say. */
  List<Integer> sizes(String name, List<Integer> usual) {
    if (!has(name)) {
      return usual;
    }
    JsonNode array = json.path(name);
    if (!array.isArray() || array.isEmpty() || array.size() > 16) {
      throw expected("%s to be a list of whole numbers".formatted(name), array, "correct it");
    }
    List<Integer> sizes = new ArrayList<>();
    array.forEach(value -> sizes.add(size(name, value)));
    return sizes;
  }

  /** Returns a finite number. */
  double number(String name, double usual) {
    JsonNode value = json.path(name);
    if (!has(name)) {
      return usual;
    }
    if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
      throw expected("%s to be a number".formatted(name), value, "correct it");
    }
    return value.doubleValue();
  }

  boolean flag(String name, boolean usual) {
    JsonNode value = json.path(name);
    if (!has(name)) {
      return usual;
    }
    if (!value.isBoolean()) {
      throw expected("%s to be true or false".formatted(name), value, "correct it");
    }
    return value.booleanValue();
  }

  /** Returns three numbers, of red, green and blue. */
  List<Double> colours(String name) {
    JsonNode array = json.path(name);
    List<Double> values = new ArrayList<>();
    for (JsonNode value : array) {
      if (value.isNumber()) {
        values.add(value.doubleValue());
      }
    }
    if (!array.isArray() || array.size() != 3 || values.size() != 3) {
      throw expected("%s to be three numbers".formatted(name), array, INPUT);
    }
    return values;
  }

  /** What to do where the preprocessing is unknown. */
  static final String INPUT = "give the input with FolderOptions.NONE.input(contract)";

  /** What to do where the architecture is unknown. */
  static final String NETWORK =
      "give the network with FolderOptions.NONE.network(network), or convert the weights to one of"
          + " genimage's";

  WeightsException expected(String what, String name, String remedy) {
    return expected(what, json.path(name), remedy);
  }

  WeightsException expected(String what, JsonNode found, String remedy) {
    return new WeightsException(
        "%s: expected %s, found %s; %s".formatted(file, what, shown(found), remedy));
  }

  static String shown(JsonNode found) {
    return found.isMissingNode() || found.isNull()
        ? "none"
        : CharMatcher.javaIsoControl()
            .replaceFrom(Ascii.truncate(found.toString(), SHOWN, "..."), '?');
  }
}
