package org.genimage.models;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import org.genimage.data.image.Filter;
import org.genimage.models.weights.WeightsException;

/**
 * The preprocessing of a model folder as an input contract: transformers' {@code
 * preprocessor_config.json}, or timm's {@code pretrained_cfg}.
 */
final class FolderInput {

  /** Classes whose size without a name is that of a square, and of the shorter side. */
  private static final List<String> SQUARE = List.of("ViT", "DeiT", "Swin");

  private static final List<String> SHORTER = List.of("CLIP", "Bit");

  /** The side from which ConvNext's preprocessing crops no more. */
  private static final int NO_CROP = 384;

  private FolderInput() {}

  /** Returns the contract of timm's {@code pretrained_cfg}: torchvision's resize and crop. */
  static InputContract timm(FolderJson config) {
    List<Integer> size = config.sizes("input_size", List.of());
    if (size.size() != 3 || size.get(0) != 3 || !size.get(1).equals(size.get(2))) {
      throw config.expected(
          "input_size of a square, [3, side, side]", "input_size", FolderJson.INPUT);
    }
    int side = size.get(1);
    double share = config.number("crop_pct", 0.875);
    int resized = (int) Math.floor(side / share);
    if (share <= 0 || resized < 1 || resized > InputContract.MAX_SIDE) {
      throw config.expected("crop_pct to be a share of the image", "crop_pct", FolderJson.INPUT);
    }
    Filter filter =
        switch (config.text("interpolation").orElse("")) {
          case "bicubic" -> Filter.BICUBIC;
          case "bilinear" -> Filter.BILINEAR;
          case "lanczos" -> Filter.LANCZOS;
          default ->
              throw config.expected(
                  "interpolation bilinear, bicubic or lanczos", "interpolation", FolderJson.INPUT);
        };
    Resize resize =
        switch (config.text("crop_mode").orElse("center")) {
          case "center" -> new Resize.ShorterSide(resized, filter);
          case "squash" -> new Resize.Square(resized, filter);
          default ->
              throw config.expected("crop_mode center or squash", "crop_mode", FolderJson.INPUT);
        };
    return contract(config, resize, side, config.colours("mean"), config.colours("std"));
  }

  /** Returns the contract of transformers' {@code preprocessor_config.json}. */
  static InputContract transformers(FolderJson config) {
    if (config.flag("do_pad", false)) {
      throw config.expected("preprocessing without do_pad", "do_pad", FolderJson.INPUT);
    }
    Optional<Integer> crop = crop(config);
    Resize resize = new Resize.None();
    int side = crop.orElse(0);
    if (config.flag("do_resize", true)) {
      Size size = size(config);
      Filter filter = filter(config);
      if (size.crop().isPresent()) {
        crop = size.crop();
      }
      resize =
          size.square()
              ? new Resize.Square(size.side(), filter)
              : new Resize.ShorterSide(size.side(), filter);
      if (crop.isEmpty() && !size.square()) {
        throw config.expected("a size of both sides, or a crop", "size", FolderJson.INPUT);
      }
      side = crop.orElse(size.side());
    } else if (crop.isEmpty()) {
      throw config.expected("a resize or a crop", "do_resize", FolderJson.INPUT);
    }
    boolean exact = resize instanceof Resize.Square square && square.side() == side;
    Resize cropped = exact ? resize : new Resize.FlooredCrop(resize, side);
    // A pixel becomes (value * factor - mean) / std, with values from 0 to 255.
    double factor =
        config.flag("do_rescale", true) ? 255 * config.number("rescale_factor", 1 / 255.0) : 255;
    double scale = Math.abs(factor - 1) < 1e-9 ? 1 : factor;
    boolean normalised = config.flag("do_normalize", true);
    List<Double> mean = normalised ? config.colours("image_mean") : List.of(0.0, 0.0, 0.0);
    List<Double> std = normalised ? config.colours("image_std") : List.of(1.0, 1.0, 1.0);
    return contract(
        config,
        cropped,
        side,
        mean.stream().map(value -> value / scale).toList(),
        std.stream().map(value -> value / scale).toList());
  }

  private static InputContract contract(
      FolderJson config, Resize resize, int side, List<Double> mean, List<Double> std) {
    try {
      return InputContract.of(resize, side)
          .normalised(
              mean.stream().map(Double::floatValue).toList(),
              std.stream().map(Double::floatValue).toList());
    } catch (IllegalArgumentException e) {
      throw new WeightsException(
          "%s: expected a usable preprocessing, found one that is not: %s; %s"
              .formatted(config.file(), e.getMessage(), FolderJson.INPUT),
          e);
    }
  }

  /**
   * What a size says.
   *
   * @param square whether both sides become it, or the shorter one
   * @param crop the crop that belongs to it
   */
  private record Size(int side, boolean square, Optional<Integer> crop) {}

  private static Size size(FolderJson config) {
    JsonNode size = config.json().path("size");
    String type =
        config
            .text("image_processor_type")
            .or(() -> config.text("feature_extractor_type"))
            .orElse("");
    if (size.isNumber()) {
      int side = side(config, "size");
      if (type.startsWith("ConvNext")) {
        return convNext(config, side);
      }
      boolean square = SQUARE.stream().anyMatch(type::startsWith);
      if (!square && SHORTER.stream().noneMatch(type::startsWith)) {
        throw config.expected(
            "size to say which side it is (height and width, or shortest_edge)",
            "size",
            FolderJson.INPUT);
      }
      return new Size(side, square, Optional.empty());
    }
    Optional<FolderJson> sides = config.object("size");
    if (sides.isPresent() && sides.get().has("shortest_edge") && size.size() == 1) {
      int side = side(sides.get(), "shortest_edge");
      return config.has("crop_pct") || type.startsWith("ConvNext")
          ? convNext(config, side)
          : new Size(side, false, Optional.empty());
    }
    if (sides.isPresent() && size.size() == 2 && size.path("height").equals(size.path("width"))) {
      return new Size(side(sides.get(), "height"), true, Optional.empty());
    }
    throw config.expected(
        "size to be equal height and width, or shortest_edge", "size", FolderJson.INPUT);
  }

  /** A small size is cropped from a larger one; a large one is that of a square. */
  private static Size convNext(FolderJson config, int side) {
    if (side >= NO_CROP) {
      return new Size(side, true, Optional.empty());
    }
    double share = config.number("crop_pct", 224 / 256.0);
    int resized = (int) (side / share);
    if (share <= 0 || resized < 1 || resized > InputContract.MAX_SIDE) {
      throw config.expected("crop_pct to be a share of the image", "crop_pct", FolderJson.INPUT);
    }
    return new Size(resized, false, Optional.of(side));
  }

  private static Optional<Integer> crop(FolderJson config) {
    if (!config.flag("do_center_crop", false)) {
      return Optional.empty();
    }
    JsonNode size = config.json().path("crop_size");
    if (size.isNumber()) {
      return Optional.of(side(config, "crop_size"));
    }
    Optional<FolderJson> sides = config.object("crop_size");
    if (sides.isEmpty() || !size.path("height").equals(size.path("width"))) {
      throw config.expected("crop_size of a square", "crop_size", FolderJson.INPUT);
    }
    return Optional.of(side(sides.get(), "height"));
  }

  private static int side(FolderJson config, String name) {
    int side = config.size(name);
    if (side > InputContract.MAX_SIDE) {
      throw config.expected(
          "%s of at most %s".formatted(name, InputContract.MAX_SIDE), name, FolderJson.INPUT);
    }
    return side;
  }

  /** Pillow's numbers of filters. */
  private static Filter filter(FolderJson config) {
    return switch (config.json().path("resample").asInt(-1)) {
      case 1 -> Filter.LANCZOS;
      case 2 -> Filter.BILINEAR;
      case 3 -> Filter.BICUBIC;
      default ->
          throw config.expected(
              "resample 1 (Lanczos), 2 (bilinear) or 3 (bicubic)", "resample", FolderJson.INPUT);
    };
  }
}
