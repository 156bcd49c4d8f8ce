package org.genimage.eval;

import com.google.common.io.ByteSource;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.genimage.data.Generator;
import org.genimage.data.ImageBatch;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.models.Detector;
import org.genimage.models.InputContract;

/** A detector and a dataset that need no network and no disk. */
final class Fakes {

  static final int SIDE = 8;

  private Fakes() {}

  /** The score is the red value of the first pixel. */
  record RedDetector(Map<String, String> provenance) implements Detector {
    @Override
    public String name() {
      return "Red";
    }

    @Override
    public InputContract input() {
      return InputContract.crop(SIDE);
    }

    @Override
    public double[] score(ImageBatch images) {
      double[] scores = new double[images.count()];
      for (int i = 0; i < scores.length; i++) {
        scores[i] = images.image(i).value(0, 0, 0) / 255.0;
      }
      return scores;
    }

    @Override
    public void close() {}
  }

  /** A flat image whose red value is given. */
  static Sample sample(String name, int red, Label label, Generator generator) {
    return new Sample(name, ByteSource.wrap(png(red)), label, generator);
  }

  static Sample broken(String name, Label label, Generator generator) {
    return new Sample(name, ByteSource.wrap(new byte[] {1, 2, 3}), label, generator);
  }

  /** Four images of each of two generators, one mistake in each label of the second. */
  static ImageDataset dataset() {
    return ImageDataset.of(
        List.of(
            sample("1.png", 250, Label.AI, Generator.ADM),
            sample("2.png", 200, Label.AI, Generator.ADM),
            sample("3.png", 100, Label.NATURE, Generator.ADM),
            sample("4.png", 50, Label.NATURE, Generator.ADM),
            sample("5.png", 240, Label.AI, Generator.BIGGAN),
            sample("6.png", 20, Label.AI, Generator.BIGGAN),
            sample("7.png", 230, Label.NATURE, Generator.BIGGAN),
            sample("8.png", 10, Label.NATURE, Generator.BIGGAN)));
  }

  /** Scores like those of a detector that knows some generators better than others. */
  static Scores scores(int perLabel, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Score> scores = new ArrayList<>();
    double gap = 4;
    for (Generator generator : Generator.GENIMAGE) {
      for (int i = 0; i < 2 * perLabel; i++) {
        Label label = Label.values()[i % 2];
        double logit = (label == Label.AI ? gap : -3.2) + 2 * random.nextGaussian();
        scores.add(
            new Score(
                generator.folder() + "/" + i + ".png",
                generator,
                label,
                1 / (1 + Math.exp(-logit))));
      }
      gap -= 0.6;
    }
    return Scores.of(scores);
  }

  static EvaluationResult result(int perLabel) {
    Scores scores = scores(perLabel, 1);
    return new EvaluationResult(
        "d", Map.of(), "0", scores, List.of(), scores.size(), Duration.ofSeconds(4));
  }

  private static byte[] png(int red) {
    BufferedImage image = new BufferedImage(SIDE + 2, SIDE, BufferedImage.TYPE_INT_RGB);
    for (int x = 0; x < image.getWidth(); x++) {
      for (int y = 0; y < image.getHeight(); y++) {
        image.setRGB(x, y, red << 16);
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
