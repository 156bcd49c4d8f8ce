package org.genimage.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.io.ByteSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.Seed;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.Pixels;
import org.genimage.models.Blueprint;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;
import org.genimage.models.DifferentiableDetector;
import org.genimage.models.small.SmallDetectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every attack owes on every detector, with small inputs where the network takes them. */
class AttacksOnDetectorsTest {

  /** Attacked a second time, to files: a network of convolutions and a transformer. */
  private static final Set<String> TWICE = Set.of("ResNet-50", "DeiT-S");

  static List<Blueprint> detectors() {
    return SmallDetectors.all();
  }

  private static List<Attack<? super DifferentiableDetector>> attacks(double share) {
    Budget linf = Budget.linf(8 * share / 255);
    return List.of(
        Attacks.fgsm(linf),
        Attacks.bim(linf, 4 / 255.0, 2),
        Attacks.pgd(linf, 4 / 255.0, 1, 5),
        Attacks.miFgsm(linf, 4 / 255.0, 2, 1),
        Attacks.cwL2()
            .budget(Budget.l2(20 * share))
            .searchSteps(1)
            .steps(4)
            .constant(100)
            .learningRate(0.1),
        Attacks.deepFool(Budget.l2(20 * share), 2, 0.02),
        Attacks.square(linf, 4, 5));
  }

  @ParameterizedTest
  @MethodSource("detectors")
  void attack_onEveryDetector_keepsItsContract(Blueprint blueprint) {
    assertThat(attacks(1))
        .extracting(Attack::name)
        .containsExactlyElementsOf(Attacks.all().stream().map(Attack::name).toList());
    try (DifferentiableDetector victim = blueprint.load(blueprint.initialWeights(1))) {
      ImageBatch images = images(victim.input().side());
      List<Label> labels = new ArrayList<>();
      for (double score : victim.score(images)) {
        labels.add(score > Detector.THRESHOLD ? Label.AI : Label.NATURE);
      }
      for (var attack : attacks(1)) {
        assertContract(attack, victim, images, labels);
      }
    }
  }

  @Test
  void attack_withoutRoom_changesNothing() {
    Blueprint blueprint = SmallDetectors.of(Detectors.resnet50());
    try (DifferentiableDetector victim = blueprint.load(blueprint.initialWeights(1))) {
      Pixels clean = images(SmallDetectors.SIDE).toPixels();
      List<Label> labels = List.of(Label.AI, Label.NATURE);
      for (var attack : attacks(0)) {
        assertThat(attack.perturb(victim, clean, Goal.leave(labels)).toArray())
            .as(attack.name())
            .isEqualTo(clean.toArray());
      }
    }
  }

  private static void assertContract(
      Attack<? super DifferentiableDetector> attack,
      DifferentiableDetector victim,
      ImageBatch images,
      List<Label> labels) {
    String name = attack.name() + " on " + victim.name();
    Pixels clean = images.toPixels();
    float[] before = clean.toArray();
    float[] after = attack.perturb(victim, clean, Goal.leave(labels)).toArray();
    int length = before.length / clean.count();
    for (float value : after) {
      assertThat(value).as(name).isBetween(0f, 1f);
    }
    Norm norm = attack.budget().norm();
    for (int from = 0; from < before.length; from += length) {
      assertThat(norm.distance(before, after, from, from + length))
          .as(name)
          .isLessThanOrEqualTo(attack.budget().size() + norm.rounding(length));
    }
    if (!TWICE.contains(victim.name())) {
      return;
    }
    List<Image> saved = new ArrayList<>();

    AttackResult result = run(attack, victim, images, labels, saved);

    assertThat(result.accuracyBefore()).as(name).isEqualTo(1);
    assertThat(result.correctAfter()).as(name).isLessThanOrEqualTo(result.correctBefore());
    assertThat(ImageBatch.of(saved).toArray())
        .as(name + " twice")
        .isEqualTo(
            Pixels.of(clean.count(), clean.height(), clean.width(), after).toImages().toArray());
  }

  private static <D extends Detector> AttackResult run(
      Attack<D> attack,
      DifferentiableDetector victim,
      ImageBatch images,
      List<Label> labels,
      List<Image> saved) {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < images.count(); i++) {
      ByteSource png = ByteSource.wrap(images.image(i).toPng());
      samples.add(new Sample(i + ".png", png, labels.get(i), Generator.BIGGAN));
    }
    @SuppressWarnings("unchecked") // every attack takes this victim
    D any = (D) victim;
    return AttackRun.of(attack)
        .sink((measured, image) -> saved.add(image))
        .against(any, ImageDataset.of(samples));
  }

  private static ImageBatch images(int side) {
    List<Image> images = new ArrayList<>();
    for (int i = 0; i < (side > SmallDetectors.SIDE ? 1 : 2); i++) {
      RandomGenerator random = Seed.of(i).random();
      byte[] rgb = new byte[3 * side * side];
      random.nextBytes(rgb);
      images.add(Image.of(side, side, rgb));
    }
    return ImageBatch.of(images);
  }
}
