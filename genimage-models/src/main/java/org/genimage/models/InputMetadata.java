package org.genimage.models;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.Ascii;
import com.google.common.collect.Iterators;
import com.google.common.collect.Sets;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.genimage.data.image.Filter;
import org.genimage.data.internal.JsonTree;

/**
 * An input contract as JSON. Reading converts nothing: a number as text, a missing field, an
 * unknown one or a value out of its range is an error, since each would change scores silently.
 */
final class InputMetadata {

  private static final String SHORTER_SIDE = "resize_shorter_side";
  private static final String SQUARE = "resize_square";
  private static final String OPENCV_SQUARE = "resize_opencv_square";
  private static final String TILE = "tile";
  private static final String WHOLE = "whole";
  private static final String FLOORED_CROP = "floored_crop";
  private static final String FILTER = "filter";
  private static final String SIDE = "side";
  private static final String CHANNELS = "channels";
  private static final String MEAN = "mean";
  private static final String STD = "std";
  private static final Set<String> RESIZES =
      Set.of(SHORTER_SIDE, SQUARE, OPENCV_SQUARE, TILE, WHOLE);
  private static final Set<String> FIELDS =
      Sets.union(RESIZES, Set.of(FLOORED_CROP, FILTER, SIDE, CHANNELS, MEAN, STD));

  private InputMetadata() {}

  static String write(InputContract input) {
    ObjectNode json = FolderJson.JSON.createObjectNode();
    Resize before = input.resize();
    if (before instanceof Resize.FlooredCrop crop) {
      json.put(FLOORED_CROP, crop.side());
      before = crop.resize();
    }
    if (before instanceof Resize.ShorterSide resize) {
      json.put(SHORTER_SIDE, resize.side()).put(FILTER, resize.filter().name());
    } else if (before instanceof Resize.Square resize) {
      json.put(SQUARE, resize.side()).put(FILTER, resize.filter().name());
    } else if (before instanceof Resize.OpenCvSquare resize) {
      json.put(OPENCV_SQUARE, resize.side());
    } else if (before instanceof Resize.Tile resize) {
      json.put(TILE, resize.side());
    } else if (before instanceof Resize.Whole resize) {
      json.put(WHOLE, resize.multiple());
    }
    json.put(SIDE, input.side());
    json.put(CHANNELS, input.channels().name());
    json.set(MEAN, FolderJson.JSON.valueToTree(input.mean()));
    json.set(STD, FolderJson.JSON.valueToTree(input.std()));
    return json.toString();
  }

  /**
   * Returns the contract of a text.
   *
   * @throws IllegalArgumentException with what was expected and what was found
   */
  static InputContract read(String text) {
    JsonNode json = parse(text);
    return new InputContract(
        resize(json),
        side(json, SIDE),
        constant(json, CHANNELS, ChannelOrder.class),
        three(json, MEAN),
        three(json, STD));
  }

  private static JsonNode parse(String text) {
    JsonNode json;
    try {
      json = JsonTree.read(text);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "expected a JSON object, found " + Ascii.truncate(text, FolderJson.SHOWN, "..."), e);
    }
    if (!json.isObject()) {
      throw expected("a JSON object", json);
    }
    for (String field : (Iterable<String>) json::fieldNames) {
      if (!FIELDS.contains(field)) {
        throw new IllegalArgumentException(
            "expected the fields %s, found %s"
                .formatted(
                    FIELDS.stream().sorted().toList(),
                    Ascii.truncate(field, FolderJson.SHOWN, "...")));
      }
    }
    return json;
  }

  private static Resize resize(JsonNode json) {
    List<String> resizes = RESIZES.stream().filter(json::has).sorted().toList();
    if (resizes.size() > 1) {
      throw new IllegalArgumentException("expected one resize, found " + resizes);
    }
    String resize = resizes.isEmpty() ? "" : resizes.get(0);
    boolean filtered = resize.equals(SHORTER_SIDE) || resize.equals(SQUARE);
    if (json.has(FILTER) && !filtered) {
      throw new IllegalArgumentException(
          "expected a filter only with %s or %s, found one without"
              .formatted(SHORTER_SIDE, SQUARE));
    }
    Resize result = resize(json, resize);
    return json.has(FLOORED_CROP)
        ? new Resize.FlooredCrop(result, side(json, FLOORED_CROP))
        : result;
  }

  private static Resize resize(JsonNode json, String resize) {
    return switch (resize) {
      case SHORTER_SIDE -> new Resize.ShorterSide(side(json, resize), filter(json));
      case SQUARE -> new Resize.Square(side(json, resize), filter(json));
      case OPENCV_SQUARE -> new Resize.OpenCvSquare(side(json, resize));
      case TILE -> new Resize.Tile(side(json, resize));
      case WHOLE -> new Resize.Whole(side(json, resize));
      default -> new Resize.None();
    };
  }

  private static int side(JsonNode json, String field) {
    JsonNode value = json.path(field);
    if (!value.isIntegralNumber()
        || !value.canConvertToInt()
        || value.intValue() < 1
        || value.intValue() > InputContract.MAX_SIDE) {
      throw expected(
          "%s to be a whole number from 1 to %s".formatted(field, InputContract.MAX_SIDE), value);
    }
    return value.intValue();
  }

  private static Filter filter(JsonNode json) {
    return constant(json, FILTER, Filter.class);
  }

  private static <E extends Enum<E>> E constant(JsonNode json, String field, Class<E> type) {
    JsonNode value = json.path(field);
    return Arrays.stream(type.getEnumConstants())
        .filter(constant -> value.isTextual() && constant.name().equals(value.textValue()))
        .findFirst()
        .orElseThrow(
            () ->
                expected(
                    "%s to be one of %s".formatted(field, Arrays.toString(type.getEnumConstants())),
                    value));
  }

  private static List<Float> three(JsonNode json, String field) {
    JsonNode array = json.path(field);
    if (!array.isArray()
        || array.size() != 3
        || !Iterators.all(array.elements(), JsonNode::isNumber)) {
      throw expected("%s to be three numbers".formatted(field), array);
    }
    List<Float> values = new ArrayList<>();
    array.forEach(value -> values.add(value.floatValue()));
    return values;
  }

  private static IllegalArgumentException expected(String what, JsonNode found) {
    String shown =
        found.isMissingNode() ? "none" : Ascii.truncate(found.toString(), FolderJson.SHOWN, "...");
    return new IllegalArgumentException("expected %s, found %s".formatted(what, shown));
  }
}
