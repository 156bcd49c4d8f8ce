package org.genimage.eval;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.genimage.data.Filter;
import org.genimage.data.Image;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.Transforms;
import org.genimage.data.UnreadableImageException;

/**
 * The images that a detector was surest about, rightly and wrongly.
 *
 * @param groups mistakes first
 */
record Gallery(List<Group> groups) {

  private static final int GROUP_SIZE = 6;
  private static final int THUMBNAIL_SIDE = 160;

  /**
   * Images of one label that count as one label.
   *
   * @param label what they are
   * @param correct whether they count as that
   * @param pictures the surest first
   */
  record Group(Label label, boolean correct, List<Picture> pictures) {}

  /**
   * One image.
   *
   * @param score what the detector said
   * @param thumbnail a PNG as a data URI, unless the image can no longer be read
   */
  record Picture(Score score, Optional<String> thumbnail) {}

  private record Key(String name, Label label) {}

  /** Reads the images from the dataset that was scored. */
  static Gallery of(Scores scores, ImageDataset data) {
    Map<Key, Sample> samples = new HashMap<>();
    for (int i = 0; i < data.size(); i++) {
      Sample sample = data.sample(i);
      samples.put(new Key(sample.name(), sample.label()), sample);
    }
    return new Gallery(
        Stream.of(
                group(scores, Label.NATURE, false, samples),
                group(scores, Label.AI, false, samples),
                group(scores, Label.NATURE, true, samples),
                group(scores, Label.AI, true, samples))
            .toList());
  }

  private static Group group(
      Scores scores, Label label, boolean correct, Map<Key, Sample> samples) {
    Comparator<Score> rising = Comparator.comparingDouble(Score::value);
    boolean lowestFirst = (label == Label.NATURE) == correct;
    return new Group(
        label,
        correct,
        scores.all().stream()
            .filter(score -> score.label() == label && score.correct(scores.threshold()) == correct)
            .sorted(lowestFirst ? rising : rising.reversed())
            .limit(GROUP_SIZE)
            .map(
                score ->
                    new Picture(
                        score,
                        Optional.ofNullable(samples.get(new Key(score.name(), label)))
                            .flatMap(Gallery::thumbnail)))
            .toList());
  }

  private static Optional<String> thumbnail(Sample sample) {
    try {
      Image image = sample.image();
      int side = Math.min(THUMBNAIL_SIDE, Math.min(image.width(), image.height()));
      return Optional.of(
          png(
              Transforms.resizeShorterSide(side, Filter.BICUBIC)
                  .then(Transforms.centerCrop(side))
                  .apply(image, new SplittableRandom(0))));
    } catch (UnreadableImageException e) {
      return Optional.empty();
    }
  }

  private static String png(Image image) {
    BufferedImage buffer =
        new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        buffer.setRGB(
            x, y, image.value(x, y, 0) << 16 | image.value(x, y, 1) << 8 | image.value(x, y, 2));
      }
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    try {
      ImageIO.write(buffer, "png", png);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(png.toByteArray());
  }
}
