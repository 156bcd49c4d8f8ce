package org.genimage.eval.protocol;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import org.genimage.data.ImageDataset;
import org.genimage.data.Sample;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageHeader;
import org.genimage.data.image.Transform;
import org.genimage.data.image.UnreadableImageException;
import org.genimage.data.internal.Interruption;
import org.genimage.eval.Score;
import org.genimage.eval.Scores;

/**
 * Scores by what the files of the images state: size and JPEG quality. Whether squashing, cropping
 * or native sizes are better differs from size to size, which a mean hides.
 */
public final class Strata {

  private static final List<Integer> SIDES = List.of(128, 256, 512, 1024, 2048);
  private static final List<Integer> QUALITIES = List.of(50, 70, 80, 90, 96);
  private static final int NO_JPEG = 101;

  private Strata() {}

  /**
   * Returns scores by the shorter side of the images, from the smallest: below 128 pixels, 128 to
   * 255, and so on, 2048 or more. Strata without images are left out.
   *
   * @param scores of some or all of the images
   * @param images whose headers are read; those that cannot be read do not count
   * @throws IllegalArgumentException if no image has a score
   */
  public static Map<String, Scores> bySize(Scores scores, ImageDataset images) {
    return by(
        scores,
        images,
        header -> place(SIDES, Math.min(header.width(), header.height())),
        place -> named(SIDES, place, " pixels"));
  }

  /**
   * Returns scores by the quality of JPEG files, from the lowest: below 50, 50 to 69, 70 to 79, 80
   * to 89, 90 to 95, 96 or more; then all other files. It is the file's, before a sample's
   * preparation.
   *
   * @param scores of some or all of the images
   * @param images whose headers are read; those that cannot be read do not count
   * @throws IllegalArgumentException if no image has a score
   */
  public static Map<String, Scores> byQuality(Scores scores, ImageDataset images) {
    return by(
        scores,
        images,
        header -> {
          OptionalInt quality = header.quality();
          return quality.isPresent() ? place(QUALITIES, quality.getAsInt()) : NO_JPEG;
        },
        place -> place == NO_JPEG ? "no JPEG file" : "JPEG " + named(QUALITIES, place, ""));
  }

  private interface Naming {
    String name(int place);
  }

  private static Map<String, Scores> by(
      Scores scores, ImageDataset images, ToIntFunction<ImageHeader> stratum, Naming naming) {
    Map<Score.Key, Integer> places = new HashMap<>();
    for (int i = 0; i < images.size(); i++) {
      Sample sample = images.sample(i);
      Interruption.check("headers of images were being read");
      try {
        places.put(
            new Score.Key(sample.name(), sample.generator(), sample.label()),
            stratum.applyAsInt(header(sample)));
      } catch (UnreadableImageException e) {
        continue; // it has no score either
      }
    }
    Map<Integer, List<Score>> parts = new TreeMap<>();
    for (Score score : scores.all()) {
      Integer place = places.get(score.key());
      if (place != null) {
        parts.computeIfAbsent(place, key -> new ArrayList<>()).add(score);
      }
    }
    if (parts.isEmpty()) {
      throw new IllegalArgumentException(
          "strata need scores of these images, found none of %s; pass the images that were scored"
              .formatted(images.size()));
    }
    ImmutableMap.Builder<String, Scores> named = ImmutableMap.builder();
    parts.forEach(
        (place, part) -> named.put(naming.name(place), Scores.of(part).at(scores.threshold())));
    return named.buildOrThrow();
  }

  private static ImageHeader header(Sample sample) {
    ImageHeader header;
    try (InputStream content = sample.content().openStream()) {
      header = ImageHeader.read(content);
    } catch (IOException e) {
      Interruption.check(e, sample.name() + " was being read");
      throw new UnreadableImageException(sample.name() + ": " + e.getMessage(), e);
    }
    if (header.width() > 0 && sample.preparation().equals(Transform.IDENTITY)) {
      return header;
    }
    Image image = sample.image(); // only JPEG and PNG state it, and a preparation may change it
    return header.sized(image.width(), image.height());
  }

  /** Returns the number of bounds that are not above a value. */
  private static int place(List<Integer> bounds, int value) {
    return (int) bounds.stream().filter(bound -> bound <= value).count();
  }

  private static String named(List<Integer> bounds, int place, String unit) {
    if (place == 0) {
      return "below %s%s".formatted(bounds.get(0), unit);
    }
    return place == bounds.size()
        ? "%s%s or more".formatted(bounds.get(place - 1), unit)
        : "%s to %s%s".formatted(bounds.get(place - 1), bounds.get(place) - 1, unit);
  }
}
