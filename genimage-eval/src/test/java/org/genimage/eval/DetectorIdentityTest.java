package org.genimage.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.io.ByteSource;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.image.ImageBatch;
import org.genimage.models.Detector;
import org.genimage.models.InputContract;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Scores are told apart by the numbers of the weights, too: provenance may be the same, or empty.
 */
class DetectorIdentityTest {

  /** A detector that hands out weights, and whose scores say nothing of them. */
  private record WithWeights(Weights weights) implements Detector {
    @Override
    public String name() {
      return "Constant";
    }

    @Override
    public InputContract input() {
      return InputContract.crop(Fakes.SIDE);
    }

    @Override
    public Map<String, String> provenance() {
      return Map.of();
    }

    @Override
    public double[] score(ImageBatch images) {
      double[] scores = new double[images.count()];
      Arrays.fill(scores, 0.5);
      return scores;
    }

    @Override
    public void close() {}
  }

  private static Detector detector(float last) {
    return new WithWeights(
        Weights.of(
            Map.of(
                "fc.weight", WeightArray.of(List.of(1, 2), new float[] {0.5f, last}),
                "bn.count", WeightArray.counter(7))));
  }

  @Test
  void of_weights_isSha256OfKeysShapesAndNumbers() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    little(out, 8);
    out.write("bn.count".getBytes(StandardCharsets.UTF_8));
    little(out, 0);
    out.writeLong(7);
    little(out, 9);
    out.write("fc.weight".getBytes(StandardCharsets.UTF_8));
    little(out, 2);
    little(out, 1);
    little(out, 2);
    out.writeFloat(0.5f);
    out.writeFloat(-3);
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray());

    assertThat(DetectorIdentity.of(detector(-3)))
        .isEqualTo(
            new DetectorIdentity(
                "Constant", Map.of(), Optional.of(HexFormat.of().formatHex(hash))));
  }

  private static void little(DataOutputStream out, int value) throws Exception {
    out.writeInt(Integer.reverseBytes(value));
  }

  @Test
  void run_fileOfOtherNumbers_isRefused(@TempDir Path folder) {
    Path file = folder.resolve("scores.jsonl");
    Evaluation.of(detector(-3), Fakes.dataset()).file(file).run();

    assertThat(DetectorIdentity.read(file)).isEqualTo(DetectorIdentity.of(detector(-3)));
    assertThatThrownBy(() -> Evaluation.of(detector(3), Fakes.dataset()).file(file).run())
        .isInstanceOf(ScoreFileException.class)
        .hasMessageContaining("found those of other weights (other numbers)");
    assertThat(Evaluation.of(detector(-3), Fakes.dataset()).file(file).run().timed()).isZero();
  }

  @Test
  void difference_ofWhatOneDoesNotSay_isNone() {
    DetectorIdentity old = new DetectorIdentity("Constant", Map.of(), Optional.empty());
    assertThat(old.difference(DetectorIdentity.of(detector(1)))).isEmpty();
    assertThat(DetectorIdentity.of(detector(1)).difference(old)).isEmpty();
    assertThat(
            old.difference(new DetectorIdentity("Constant", Map.of("a", "null"), Optional.empty())))
        .contains(
            "scores of this Constant, found those of other weights (provenance differs in 'a')");
  }

  /** A name that UTF-8 cannot express is stored with a replacement, and still resumed. */
  @Test
  void run_nameWithALoneSurrogate_isResumed(@TempDir Path folder) {
    ByteSource content = Fakes.sample("x", 9, Label.AI, Generator.ADM).content();
    ImageDataset data =
        ImageDataset.of(
            List.of(
                new Sample("a\ud800.png", content, Label.AI, Generator.ADM),
                new Sample("b.png", content, Label.NATURE, Generator.named("Ours\udc00"))));
    Evaluation plan = Evaluation.of(detector(1), data).file(folder.resolve("scores.jsonl"));
    assertThat(plan.run().timed()).isEqualTo(2);
    EvaluationResult again = plan.run();
    assertThat(again.timed()).isZero();
    assertThat(again.scores().all().get(0).name()).isEqualTo("a\ud800.png");
  }
}
