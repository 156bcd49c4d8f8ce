package org.genimage.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.common.io.ByteSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.genimage.data.DatasetException;
import org.genimage.data.ErrorPolicy;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.Skipped;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.Pixels;
import org.genimage.data.image.UnreadableImageException;
import org.genimage.models.Blueprint;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;
import org.genimage.models.DifferentiableDetector;
import org.genimage.models.InputContract;
import org.genimage.models.Resize;
import org.genimage.models.weights.Calibration;
import org.junit.jupiter.api.Test;

class AttackRunTest {

  private static final BrightnessDetector VICTIM = new BrightnessDetector(2, 1);

  @Test
  void against_fgsm_countsWhatTheVictimSaysOfTheSavedImages() {
    // Right and moved over the threshold, right and far from it, wrong from the start, right.
    ImageDataset data =
        ImageDataset.of(
            List.of(
                sample(130, Label.AI),
                sample(200, Label.AI),
                sample(100, Label.AI),
                sample(124, Label.NATURE)));

    AttackResult result =
        AttackRun.of(Attacks.fgsm(Budget.linf(8 / 255.0))).batchSize(32).against(VICTIM, data);

    assertThat(result.attack()).isEqualTo("FGSM");
    assertThat(result.budget()).hasToString("8/255");
    assertThat(result.victim()).isEqualTo("Brightness");
    assertThat(result.correctBefore()).isEqualTo(3);
    assertThat(result.correctAfter()).isEqualTo(1);
    assertThat(result.accuracyBefore()).isEqualTo(0.75);
    assertThat(result.accuracyAfter()).isEqualTo(0.25);
    assertThat(result.images())
        .extracting(AttackedImage::success)
        .containsExactly(true, false, true, true);
    assertThat(result.images())
        .extracting(AttackedImage::correctBefore)
        .containsExactly(true, true, false, true);
    AttackedImage first = result.images().get(0);
    assertThat(first.sample()).isEqualTo(data.sample(0));
    assertThat(first.cleanScore()).isCloseTo(130 / 255.0, within(1e-6));
    assertThat(first.savedScore()).isCloseTo(122 / 255.0, within(1e-6));
    assertThat(first.score(Storage.FLOATS)).hasValueCloseTo(122 / 255.0, within(1e-6));
    assertThat(first.linf()).isCloseTo(8 / 255.0, within(1e-6));
    assertThat(first.l2()).isCloseTo(8 / 255.0 * Math.sqrt(12), within(1e-6));
    assertThat(result.examples().image(3).value(0, 0, 0)).isEqualTo(132);
  }

  @Test
  void against_lessThanHalfALevel_isLostWhenSaved() {
    AttackResult result =
        AttackRun.of(Attacks.fgsm(Budget.linf(0.4 / 255)))
            .against(VICTIM, ImageDataset.of(List.of(sample(130, Label.AI))));

    AttackedImage image = result.images().get(0);
    assertThat(image.score(Storage.FLOATS)).hasValueCloseTo(129.6 / 255, within(1e-6));
    assertThat(image.savedScore()).isEqualTo(image.cleanScore());
    assertThat(image.linf()).isCloseTo(0.4 / 255, within(1e-6));
  }

  @Test
  void against_anyBatchSize_givesTheSame() {
    ImageDataset data = grey(7);
    AttackRun<DifferentiableDetector> run = AttackRun.of(Attacks.fgsm(Budget.linf(0.1)));

    AttackResult expected = run.batchSize(7).against(VICTIM, data);

    for (int batchSize : new int[] {1, 3, 100}) {
      AttackResult result = run.batchSize(batchSize).against(VICTIM, data);
      assertThat(result.images()).isEqualTo(expected.images());
      assertThat(result.examples().toArray()).isEqualTo(expected.examples().toArray());
    }
  }

  @Test
  void against_manyImages_keepsAFewAndReportsProgress() {
    List<Long> done = new ArrayList<>();

    AttackResult result =
        AttackRun.of(Attacks.fgsm(Budget.linf(0.1)))
            .batchSize(3)
            .examples(4)
            .progress(
                (now, total) -> {
                  assertThat(total).isEqualTo(7);
                  done.add(now);
                })
            .against(VICTIM, grey(7));

    assertThat(result.images()).hasSize(7);
    assertThat(result.examples().count()).isEqualTo(4);
    assertThat(done).containsExactly(3L, 6L, 7L);
  }

  @Test
  void against_imagesOfOtherSizes_arePreparedAsTheContractSays() {
    byte[] rgb = new byte[3 * 4 * 6];
    Arrays.fill(rgb, (byte) 50);
    ImageDataset data =
        ImageDataset.of(List.of(sample("large", Image.of(6, 4, rgb).toPng(), Label.AI)));

    AttackResult result = AttackRun.of(Attacks.fgsm(Budget.linf(1 / 255.0))).against(VICTIM, data);

    assertThat(result.examples().image(0).toArray()).hasSize(12).containsOnly(49);
  }

  @Test
  void against_unreadableImages_areCountedOrRefused() {
    Sample broken = sample("broken.png", new byte[] {1, 2, 3}, Label.AI);
    List<Sample> samples = new ArrayList<>(grey(3).samples());
    samples.add(1, broken);
    samples.add(broken);
    ImageDataset data = ImageDataset.of(samples);
    List<Long> done = new ArrayList<>();
    AttackRun<DifferentiableDetector> run =
        AttackRun.of(Attacks.fgsm(Budget.linf(0.1)))
            .batchSize(2)
            .progress((now, total) -> done.add(now));

    AttackResult result = run.onError(ErrorPolicy.skip(2)).against(VICTIM, data);

    assertThat(result.images())
        .extracting(image -> image.sample().name())
        .containsExactly("0", "1", "2");
    assertThat(result.skipped()).extracting(Skipped::sample).containsExactly(broken, broken);
    assertThat(done).endsWith(5L).isSorted();
    assertThatThrownBy(() -> run.onError(ErrorPolicy.skip(1)).against(VICTIM, data))
        .isInstanceOf(UnreadableImageException.class);
    assertThatThrownBy(() -> run.against(VICTIM, data))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageContaining("broken.png");
    assertThatThrownBy(
            () ->
                run.onError(ErrorPolicy.skip(9)).against(VICTIM, ImageDataset.of(List.of(broken))))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("broken.png");
  }

  @Test
  void against_changeBeyondTheBudget_isTheAttacksFault() {
    Attack<Detector> greedy = attack(Budget.linf(8 / 255.0), values -> added(values, 9 / 255f));

    assertThatThrownBy(() -> AttackRun.of(greedy).against(VICTIM, grey(2)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("test attack")
        .hasMessageContaining("8/255")
        .hasMessageContaining("changed 0 by 0.0352");
  }

  @Test
  void against_changeBeyondAnL2Budget_isTheAttacksFault() {
    double size = 0.1 * Math.sqrt(12);
    UnaryOperator<float[]> change = values -> added(values, 0.1f);

    AttackRun.of(attack(Budget.l2(size), change)).against(VICTIM, grey(2));

    assertThatThrownBy(
            () -> AttackRun.of(attack(Budget.l2(size - 1e-4), change)).against(VICTIM, grey(2)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("L2");
  }

  @Test
  void against_pixelsThatAreNoNumbers_areTheAttacksFault() {
    for (Budget budget : List.of(Budget.linf(1), Budget.l2(Double.POSITIVE_INFINITY))) {
      Attack<Detector> broken = attack(budget, values -> added(values, Float.NaN));

      assertThatThrownBy(() -> AttackRun.of(broken).against(VICTIM, grey(2)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageEndingWith("by NaN");
    }
  }

  @Test
  void against_pixelsOutside01_areClippedByTheLibrary() {
    Attack<Detector> careless = attack(Budget.linf(1), values -> added(values, 7));

    AttackResult result =
        AttackRun.of(careless)
            .against(
                VICTIM,
                ImageDataset.of(List.of(sample(90, Label.NATURE), sample(99, Label.NATURE))));

    assertThat(result.images()).extracting(AttackedImage::savedScore).containsOnly(1.0);
    assertThat(result.images()).allSatisfy(image -> assertThat(image.linf()).isLessThan(1));
  }

  @Test
  void against_anotherShape_isTheAttacksFault() {
    Attack<Detector> dropping =
        new TestAttack(Budget.linf(1), pixels -> Pixels.of(1, 2, 2, new float[12]));

    assertThatThrownBy(() -> AttackRun.of(dropping).against(VICTIM, grey(2)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("test attack must return 2 images of 2x2 pixels, got 1 of 2x2");
  }

  @Test
  void against_victimOf8BitImagesOnly_hasNoScoreInFloats() {
    Attack<Detector> brightening = attack(Budget.linf(0.1), values -> added(values, 0.1f));

    AttackResult result = AttackRun.of(brightening).against(new BlackBox(VICTIM), grey(2));

    assertThat(result.images())
        .allSatisfy(image -> assertThat(image.score(Storage.FLOATS)).isEmpty())
        .allSatisfy(image -> assertThat(image.savedScore()).isGreaterThan(image.cleanScore()));
  }

  @Test
  void against_errorThatTheAttackUndoes_countsWithTheOriginal() {
    Attack<Detector> brightening = attack(Budget.linf(0.5), values -> added(values, 0.5f));

    AttackResult result =
        AttackRun.of(brightening).against(VICTIM, ImageDataset.of(List.of(sample(100, Label.AI))));

    assertThat(result.images().get(0).success()).isTrue();
    assertThat(result.images().get(0).l2()).isZero();
    assertThat(result.examples().toArray()).isEqualTo(result.originals().toArray());
  }

  @Test
  void against_everyStorage_isScoredAsTheVictimWouldSeeIt() {
    AttackResult result =
        AttackRun.of(Attacks.fgsm(Budget.linf(8 / 255.0)))
            .against(VICTIM, ImageDataset.of(List.of(sample(130, Label.AI))));

    AttackedImage image = result.images().get(0);
    assertThat(image.scores()).containsOnlyKeys(Storage.values());
    for (Storage storage : Storage.values()) {
      assertThat(image.score(storage)).hasValueCloseTo(122 / 255.0, within(1.5 / 255));
      assertThat(image.success(storage)).isTrue();
      assertThat(result.accuracyAfter(storage)).isZero();
    }
    assertThat(image.score(Storage.PNG)).hasValue(image.savedScore());
  }

  @Test
  void target_wantsItOfEveryImage() {
    ImageDataset data = ImageDataset.of(List.of(sample(130, Label.AI), sample(120, Label.NATURE)));

    AttackResult result =
        AttackRun.of(Attacks.fgsm(Budget.linf(8 / 255.0)))
            .target(Label.NATURE)
            .against(VICTIM, data);

    assertThat(result.images()).extracting(AttackedImage::wanted).containsOnly(Label.NATURE);
    assertThat(result.images()).extracting(AttackedImage::success).containsOnly(true);
    assertThat(result.images())
        .extracting(AttackedImage::savedScore)
        .allSatisfy(score -> assertThat(score).isLessThan(123 / 255.0));
    assertThat(result.accuracyAfter()).isEqualTo(0.5);
    assertThat(result.settings()).containsEntry("goal", "say NATURE");
  }

  @Test
  void toString_hasEverySettingAndFigure() {
    AttackResult result =
        AttackRun.of(Attacks.pgd(Budget.linf(8 / 255.0), 2 / 255.0, 10, 7))
            .batchSize(3)
            .against(VICTIM, grey(4));

    assertThat(result.toString())
        .startsWith("PGD on Brightness, budget 8/255\n")
        .contains("step size: 2/255\n", "steps: 10\n", "start: random, seed 7\n")
        .contains("batch size: 3\n", "goal: leave the image's label\n")
        .contains("accuracy before: 50.0 % (2 of 4)\n", "accuracy after, JPEG 75: ");
  }

  @Test
  void against_gradientOf0_warns() {
    AttackResult result =
        AttackRun.of(Attacks.fgsm(Budget.linf(8 / 255.0)))
            .against(new BrightnessDetector(2, 0), grey(3));

    assertThat(result.warnings()).hasSize(1);
    assertThat(result.warnings().get(0)).startsWith("the gradient of 3 of the first 3 images is 0");
    assertThat(AttackRun.of(Attacks.fgsm(Budget.linf(0.1))).against(VICTIM, grey(3)).warnings())
        .isEmpty();
  }

  @Test
  void against_scoresOf0And1_warnOfSaturation() {
    AttackResult result =
        AttackRun.of(Attacks.fgsm(Budget.linf(8 / 255.0)))
            .against(
                VICTIM,
                ImageDataset.of(
                    List.of(sample(0, Label.NATURE), sample(255, Label.AI), sample(9, Label.AI))));

    assertThat(result.warnings()).hasSize(1);
    assertThat(result.warnings().get(0)).startsWith("the logits of 2 of 3 images are more than 16");
  }

  /** A temperature changes scores, not what the loss's gradient is calculated of. */
  @Test
  void against_calibratedVictim_warnsOfSaturationAsWithout() {
    List<List<String>> warnings = new ArrayList<>();
    for (double temperature : new double[] {1, 0.01, 100}) {
      Calibration calibration = new Calibration(temperature, 0.5);
      try (DifferentiableDetector victim = ReferenceVictim.TWO.load("trained", calibration)) {
        warnings.add(
            AttackRun.of(Attacks.fgsm(Budget.linf(8 / 255.0)))
                .against(victim, ReferenceVictim.few())
                .warnings());
      }
    }

    assertThat(warnings).containsOnly(List.of());
  }

  @Test
  void against_highTemperatureOfAnUncertainScore_warnsByTheLogits() {
    var victim = new BrightnessDetector(2, 100).calibrated(new Calibration(100, 0.5));

    AttackResult result =
        AttackRun.of(Attacks.fgsm(Budget.linf(8 / 255.0)))
            .against(
                victim, ImageDataset.of(List.of(sample(200, Label.AI), sample(130, Label.AI))));

    assertThat(result.warnings()).hasSize(1);
    assertThat(result.warnings().get(0)).startsWith("the logits of 1 of 2 images are more than 16");
  }

  @Test
  void against_attackWithoutGradients_asksForNone() {
    var victim = new BrightnessDetector(2, 1);

    AttackResult result =
        AttackRun.of(Attacks.square(Budget.linf(8 / 255.0), 20, 1))
            .against(victim, ImageDataset.of(List.of(sample(130, Label.AI))));

    assertThat(result.images()).hasSize(1);
    assertThat(victim.gradients()).isZero();
  }

  @Test
  void maskedGradients_blackBoxThatDoesMore_isReported() {
    Budget budget = Budget.linf(8 / 255.0);
    ImageDataset data = ImageDataset.of(List.of(sample(130, Label.AI), sample(120, Label.NATURE)));
    var misleading = new BrightnessDetector(2, -1);
    AttackResult square = AttackRun.of(Attacks.square(budget, 50, 1)).against(misleading, data);
    AttackResult fgsm = AttackRun.of(Attacks.fgsm(budget)).against(misleading, data);
    AttackResult honest = AttackRun.of(Attacks.fgsm(budget)).against(VICTIM, data);

    assertThat(fgsm.maskedGradients(square))
        .hasValueSatisfying(warning -> assertThat(warning).endsWith("gradients are masked"));
    assertThat(honest.maskedGradients(square)).isEmpty();
    AttackResult larger = AttackRun.of(Attacks.fgsm(Budget.linf(0.1))).against(VICTIM, data);
    assertThatThrownBy(() -> fgsm.maskedGradients(larger))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("8/255");
  }

  @Test
  void settings_notPositive_areRefused() {
    AttackRun<DifferentiableDetector> run = AttackRun.of(Attacks.fgsm(Budget.linf(0.1)));

    assertThatThrownBy(() -> run.batchSize(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("batch size must be positive, got 0");
    assertThatThrownBy(() -> run.examples(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("number of examples must be positive, got 0");
  }

  private static float[] added(float[] values, float change) {
    for (int i = 0; i < values.length; i++) {
      values[i] += change;
    }
    return values;
  }

  private static Attack<Detector> attack(Budget budget, UnaryOperator<float[]> change) {
    return new TestAttack(
        budget,
        pixels ->
            Pixels.of(
                pixels.count(), pixels.height(), pixels.width(), change.apply(pixels.toArray())));
  }

  private record TestAttack(Budget budget, UnaryOperator<Pixels> change)
      implements Attack<Detector> {

    @Override
    public String name() {
      return "test attack";
    }

    @Override
    public Pixels perturb(Detector victim, Pixels pixels, Goal goal) {
      return change.apply(pixels);
    }
  }

  /** Hides everything but the scores of 8-bit images. */
  private record BlackBox(Detector inside) implements Detector {

    @Override
    public String name() {
      return inside.name();
    }

    @Override
    public InputContract input() {
      return inside.input();
    }

    @Override
    public Map<String, String> provenance() {
      return inside.provenance();
    }

    @Override
    public double[] score(ImageBatch images) {
      return inside.score(images);
    }

    @Override
    public void close() {
      inside.close();
    }
  }

  private static ImageDataset grey(int count) {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      samples.add(
          sample(Integer.toString(i), png(90 + 10 * i), i % 2 == 0 ? Label.NATURE : Label.AI));
    }
    return ImageDataset.of(samples);
  }

  private static Sample sample(int level, Label label) {
    return sample("grey " + level, png(level), label);
  }

  @Test
  void against_wholeImages_isRefused() {
    Blueprint small = Detectors.ferretNetSmall();
    Blueprint whole = small.input(small.input().resize(new Resize.Whole(1)));
    ImageDataset data = ImageDataset.of(List.of(sample(130, Label.AI)));
    try (DifferentiableDetector victim = whole.load(whole.initialWeights(1))) {
      assertThatThrownBy(() -> AttackRun.of(Attacks.fgsm(Budget.linf(0.1))).against(victim, data))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "an attack on a dataset needs images of one size, FerretNet-S takes whole images;"
                  + " load it with an input contract that crops");
    }
  }

  private static Sample sample(String name, byte[] content, Label label) {
    return new Sample(name, ByteSource.wrap(content), label, Generator.STABLE_DIFFUSION_V1_4);
  }

  private static byte[] png(int level) {
    byte[] rgb = new byte[12];
    Arrays.fill(rgb, (byte) level);
    return Image.of(2, 2, rgb).toPng();
  }
}
