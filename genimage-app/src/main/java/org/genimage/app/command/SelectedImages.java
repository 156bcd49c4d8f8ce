package org.genimage.app.command;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.LinkedHashMap;
import java.util.Map;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;

/** Draws some images of a set, and keeps every generator. */
final class SelectedImages {

  /** One image of each label. */
  private static final int LEAST = 2;

  private SelectedImages() {}

  /**
   * Returns at most {@code limit} images, generator by generator. Each generator has the same
   * number, unless it has fewer; both labels have half of it.
   *
   * @throws IllegalArgumentException if the limit is below two images of each generator
   */
  static ImageDataset draw(ImageDataset images, int limit, long seed) {
    if (limit >= images.size()) {
      return images;
    }
    Map<Generator, Integer> left = new LinkedHashMap<>();
    for (int i = 0; i < images.size(); i++) {
      left.merge(images.sample(i).generator(), 1, Integer::sum);
    }
    checkArgument(
        limit >= LEAST * left.size(),
        "--limit must be at least %s, two images of each of the %s generators, got %s",
        LEAST * left.size(),
        left.size(),
        limit);
    return ImageDataset.union(
        shares(left, limit).entrySet().stream()
            .map(
                share ->
                    images
                        .filter(sample -> sample.generator().equals(share.getKey()))
                        .draw(share.getValue(), seed))
            .toArray(ImageDataset[]::new));
  }

  /** Gives one image to each generator in turn that has another one, until none is left to give. */
  private static Map<Generator, Integer> shares(Map<Generator, Integer> sizes, int limit) {
    Map<Generator, Integer> shares = new LinkedHashMap<>();
    int given = 0;
    while (given < limit) {
      for (Map.Entry<Generator, Integer> size : sizes.entrySet()) {
        int share = shares.getOrDefault(size.getKey(), 0);
        if (given < limit && share < size.getValue()) {
          shares.put(size.getKey(), share + 1);
          given++;
        }
      }
    }
    return shares;
  }
}
