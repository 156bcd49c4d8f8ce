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
import java.util.Optional;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.Pixels;
import org.genimage.eval.protocol.Estimate;
import org.genimage.eval.protocol.Protocol;
import org.genimage.eval.protocol.ProtocolResult;
import org.genimage.eval.protocol.Protocols;
import org.genimage.eval.report.DegradedAccuracy;
import org.genimage.eval.statistics.Proportion;
import org.genimage.models.Detector;
import org.genimage.models.DifferentiableDetector;
import org.genimage.models.InputContract;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** A detector and a dataset that need no network and no disk. */
public final class Fakes {

  public static final int SIDE = 8;

  private Fakes() {}

  /** The score is the red value of the first pixel. */
  public record RedDetector(Map<String, String> provenance) implements Detector {
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

  /** As {@link RedDetector}; its gradient is largest at the left. */
  public record RedGradientDetector(RedDetector detector) implements DifferentiableDetector {
    @Override
    public String name() {
      return detector.name();
    }

    @Override
    public InputContract input() {
      return detector.input();
    }

    @Override
    public Map<String, String> provenance() {
      return detector.provenance();
    }

    @Override
    public double[] score(ImageBatch images) {
      return detector.score(images);
    }

    @Override
    public double[] score(Pixels pixels) {
      return detector.score(pixels.toImages());
    }

    @Override
    public Pixels lossGradient(Pixels pixels, List<Label> labels) {
      float[] values = pixels.toArray();
      for (int i = 0; i < values.length; i++) {
        values[i] = i / 3 % pixels.width() < 4 ? -1 : 0;
      }
      return Pixels.of(pixels.count(), pixels.height(), pixels.width(), values);
    }

    @Override
    public Operand<TFloat32> logits(Ops tf, Operand<TFloat32> pixels) {
      throw new UnsupportedOperationException("an evaluation builds no graph");
    }

    @Override
    public void close() {}
  }

  /** A flat image whose red value is given. */
  public static Sample sample(String name, int red, Label label, Generator generator) {
    return new Sample(name, ByteSource.wrap(png(red)), label, generator);
  }

  public static Sample broken(String name, Label label, Generator generator) {
    return new Sample(name, ByteSource.wrap(new byte[] {1, 2, 3}), label, generator);
  }

  /** Four images of each of two generators, one mistake in each label of the second. */
  public static ImageDataset dataset() {
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
  public static Scores scores(int perLabel, long seed) {
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

  /** Our accuracies: the paper's with a small shift, and one empty cell. */
  public static ProtocolResult protocolResult(Protocol protocol, int shift) {
    List<List<ProtocolResult.Figure>> cells = new ArrayList<>();
    for (Protocol.Row row : protocol.rows()) {
      List<ProtocolResult.Figure> figures = new ArrayList<>();
      for (Protocol.Cell cell : row.cells()) {
        double paper = cell.published().isEmpty() ? 99 : cell.published().get(0);
        long count = Math.max(0, Math.min(12_000, Math.round(120 * paper) + shift));
        figures.add(ProtocolResult.Figure.of(Estimate.of(new Proportion(count, 12_000)), 0));
      }
      cells.add(figures);
    }
    cells.get(0).set(0, ProtocolResult.Figure.missing("Midjourney: no folder val"));
    return new ProtocolResult(protocol, cells);
  }

  public static List<DegradedAccuracy> degradations() {
    List<DegradedAccuracy> rows = new ArrayList<>();
    int harm = 0;
    for (String series : List.of("ResNet-50", "GramNet", "CNNSpot")) {
      rows.add(new DegradedAccuracy(series, Degradation.NONE, new Proportion(99, 100)));
      for (Degradation degradation : Protocols.DEGRADATIONS) {
        harm += 7;
        rows.add(new DegradedAccuracy(series, degradation, new Proportion(98 - harm % 50, 100)));
      }
    }
    return rows;
  }

  public static EvaluationResult result(int perLabel) {
    Scores scores = scores(perLabel, 1);
    return new EvaluationResult(
        "d",
        Map.of(),
        "0",
        scores,
        List.of(),
        scores.size(),
        Duration.ofSeconds(4),
        Optional.empty());
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
