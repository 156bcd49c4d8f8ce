package org.genimage.app.command;

import com.google.common.collect.ImmutableMap;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.genimage.data.image.ImageHeader;
import org.genimage.models.InputContract;
import org.genimage.models.Resize;

/** What about an image makes its score less worth: what the detector does not see of it. */
public final class ImageWarnings {

  /** Cameras and phones save JPEG files at 90 and more; messengers and web sites below. */
  private static final int CAMERA_QUALITY = 85;

  private static final double NEARLY_ALL = 0.99;

  private ImageWarnings() {}

  /**
   * One warning.
   *
   * @param code {@code tiny}, {@code resized}, {@code cropped} or {@code recompressed}
   * @param text for people
   */
  public record Warning(String code, String text) {}

  /** What each kind of warning says of several images, in the order of the lines about them. */
  static final Map<String, String> KINDS =
      ImmutableMap.of(
          "tiny", "have fewer pixels than the detector expects",
          "resized", "were seen in another size than they have",
          "cropped", "were seen in part: a score says nothing of what lies outside the middle",
          "recompressed", "are JPEG files of less quality than cameras use, probably saved again");

  /**
   * Returns what holds for an image.
   *
   * @param file the encoded image
   * @param width of the image in pixels
   * @param height of the image in pixels
   */
  public static List<Warning> of(InputContract input, byte[] file, int width, int height) {
    return of(input, header(file), width, height);
  }

  /** Returns what holds for an image whose file states this before its pixels. */
  static List<Warning> of(InputContract input, ImageHeader header, int width, int height) {
    List<Warning> warnings = new ArrayList<>();
    int shorter = Math.min(width, height);
    int side = input.side();
    Resize resize =
        input.resize() instanceof Resize.FlooredCrop crop ? crop.resize() : input.resize();
    if (input.resize().crops() && shorter < side) {
      warnings.add(
          new Warning(
              "tiny",
              "The image has %s x %s pixels; the detector expects %s x %s or more."
                  .formatted(width, height, side, side)));
    }
    double seen = 1;
    if (resize instanceof Resize.ShorterSide to) {
      if (to.side() != shorter) {
        warnings.add(
            new Warning(
                "resized",
                "The detector saw the image %s: its shorter side had %s instead of %s pixels."
                    .formatted(
                        to.side() < shorter ? "made smaller" : "enlarged", to.side(), shorter)));
      }
      double longer = (double) to.side() * Math.max(width, height) / shorter;
      seen = Math.min(1, side / longer) * Math.min(1, (double) side / to.side());
    } else if (resize instanceof Resize.Square || resize instanceof Resize.OpenCvSquare) {
      int square =
          resize instanceof Resize.Square to ? to.side() : ((Resize.OpenCvSquare) resize).side();
      if (width != square || height != square) {
        warnings.add(
            new Warning(
                "resized",
                "The detector saw the image as a square of %s x %s pixels, whatever its shape."
                    .formatted(square, square)));
      }
      seen = Math.min(1, (double) side * side / ((double) square * square));
    } else if (input.resize().crops()) {
      seen = Math.min(1, (double) side / width) * Math.min(1, (double) side / height);
    }
    if (seen < NEARLY_ALL) {
      warnings.add(
          new Warning(
              "cropped",
              "The detector saw the middle of the image, %s %% of its area. It says nothing of the"
                      .formatted(Math.max(1, Math.round(100 * seen)))
                  + " rest."));
    }
    header
        .quality()
        .ifPresent(
            quality -> {
              if (quality < CAMERA_QUALITY) {
                warnings.add(
                    new Warning(
                        "recompressed",
                        "The file is a JPEG of quality %s, less than cameras use, so it was"
                                .formatted(quality)
                            + " probably saved again. That removes traces of how an image was"
                            + " made."));
              }
            });
    return warnings;
  }

  /** Returns what the file states before its pixels. */
  private static ImageHeader header(byte[] file) {
    try {
      return ImageHeader.read(new ByteArrayInputStream(file));
    } catch (IOException e) {
      throw new UncheckedIOException("bytes in memory can be read", e);
    }
  }
}
