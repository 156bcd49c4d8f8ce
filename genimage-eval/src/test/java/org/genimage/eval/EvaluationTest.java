package org.genimage.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.io.ByteSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.genimage.data.DatasetException;
import org.genimage.data.ErrorPolicy;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.fuzz.Allocations;
import org.genimage.data.image.Decoding;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.ImageFile;
import org.genimage.data.image.Transform;
import org.genimage.data.image.UnreadableImageException;
import org.genimage.eval.statistics.Proportion;
import org.genimage.models.Detector;
import org.genimage.models.InputContract;
import org.genimage.models.Resize;
import org.junit.jupiter.api.Test;

class EvaluationTest {

  private static final Detector DETECTOR = new Fakes.RedDetector(Map.of("recipe", "none"));

  @Test
  void run_twoGenerators_scoresEveryImageInOrder() {
    EvaluationResult result = Evaluation.of(DETECTOR, Fakes.dataset()).batchSize(3).run();

    assertThat(result.detector()).isEqualTo("Red");
    assertThat(result.provenance()).containsEntry("recipe", "none");
    assertThat(result.failures()).isEmpty();
    assertThat(result.scores().all())
        .extracting(Score::name)
        .containsExactly("1.png", "2.png", "3.png", "4.png", "5.png", "6.png", "7.png", "8.png");
    assertThat(result.scores().all().get(2))
        .isEqualTo(new Score("3.png", Generator.ADM, Label.NATURE, 100 / 255.0));
    assertThat(result.scores().of(Generator.ADM).accuracy()).isEqualTo(new Proportion(4, 4));
    assertThat(result.scores().of(Generator.BIGGAN).accuracy()).isEqualTo(new Proportion(2, 4));
  }

  /** The whole image has 4.3 million bytes. */
  @Test
  void preparation_withoutDegradation_decodesNoMoreThanTheCrop() {
    ByteSource jpeg = ByteSource.wrap(Image.of(1200, 1200, new byte[3 * 1200 * 1200]).toJpeg(75));
    ImageFile file = ImageFile.read("a.jpg", jpeg, Decoding.PILLOW);
    Transform steps = Degradation.NONE.transform().then(InputContract.crop(64).evaluation());
    Runnable apply = () -> file.apply(steps, new SplittableRandom(1));
    apply.run();

    assertThat(Allocations.during(apply)).isLessThan(1_000_000);
  }

  /** Whole images have sizes of their own, so no two are in one batch. */
  @Test
  void run_wholeImagesOfManySizes_scoresEach() {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      byte[] rgb = new byte[3 * (i + 2) * (9 - i)];
      Arrays.fill(rgb, (byte) (i % 2 == 0 ? 40 : 200));
      ByteSource png = ByteSource.wrap(Image.of(i + 2, 9 - i, rgb).toPng());
      Label label = i % 2 == 0 ? Label.NATURE : Label.AI;
      samples.add(new Sample(i + ".png", png, label, Generator.ADM));
    }
    List<String> seen = new ArrayList<>();
    Detector whole =
        new Detector() {
          @Override
          public String name() {
            return "Whole";
          }

          @Override
          public InputContract input() {
            return InputContract.of(new Resize.Whole(1), Fakes.SIDE);
          }

          @Override
          public Map<String, String> provenance() {
            return Map.of();
          }

          @Override
          public double[] score(ImageBatch images) {
            seen.add("%s %sx%s".formatted(images.count(), images.width(), images.height()));
            return DETECTOR.score(images);
          }

          @Override
          public void close() {}
        };

    EvaluationResult result = Evaluation.of(whole, ImageDataset.of(samples)).batchSize(3).run();

    assertThat(result.scores().of(Generator.ADM).accuracy()).isEqualTo(new Proportion(6, 6));
    assertThat(seen).contains("1 2x9", "1 3x8", "1 7x4").hasSize(6);
  }

  @Test
  void run_progress_countsImages() {
    List<Long> heard = new ArrayList<>();
    Evaluation.of(DETECTOR, Fakes.dataset())
        .batchSize(3)
        .threads(1)
        .progress((done, total) -> heard.add(100 * done + total))
        .run();
    assertThat(heard).containsExactly(308L, 608L, 808L);
  }

  @Test
  void run_unreadableImage_isCountedWithItsReason() {
    ImageDataset data =
        ImageDataset.union(
            ImageDataset.of(List.of(Fakes.broken("bad.png", Label.AI, Generator.ADM))),
            Fakes.dataset());

    EvaluationResult result =
        Evaluation.of(DETECTOR, data).onError(ErrorPolicy.skip(1)).batchSize(2).run();

    assertThat(result.scores().size()).isEqualTo(8);
    assertThat(result.failures())
        .singleElement()
        .satisfies(
            skipped -> {
              assertThat(skipped.name()).isEqualTo("bad.png");
              assertThat(skipped.reason()).contains("bad.png");
            });
    assertThatThrownBy(() -> Evaluation.of(DETECTOR, data).run())
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageContaining("bad.png");
  }

  @Test
  void run_oneLabelOnly_isRefused() {
    ImageDataset natural = Fakes.dataset().filter(sample -> sample.label() == Label.NATURE);
    assertThatThrownBy(() -> Evaluation.of(DETECTOR, natural).run())
        .isInstanceOf(DatasetException.class)
        .hasMessage(
            "an evaluation needs readable images of both labels, found 4 images, all of label"
                + " [NATURE]");
  }

  @Test
  void run_noImages_isRefused() {
    assertThatThrownBy(() -> Evaluation.of(DETECTOR, ImageDataset.of(List.of())).run())
        .isInstanceOf(DatasetException.class)
        .hasMessage("an evaluation needs readable images of both labels, found 0 images");
  }

  @Test
  void run_onlyImageOfALabelUnreadable_isRefused() {
    ImageDataset data =
        ImageDataset.union(
            ImageDataset.of(List.of(Fakes.broken("bad.png", Label.AI, Generator.ADM))),
            Fakes.dataset().filter(sample -> sample.label() == Label.NATURE));
    assertThatThrownBy(() -> Evaluation.of(DETECTOR, data).onError(ErrorPolicy.skip(9)).run())
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("all of label [NATURE]");
  }

  @Test
  void run_degraded_changesTheImagesFirst() {
    Degradation inverted =
        new Degradation(
            "Inverted",
            1,
            "times",
            (image, random) -> {
              byte[] rgb = image.toArray();
              for (int i = 0; i < rgb.length; i++) {
                rgb[i] = (byte) ~rgb[i];
              }
              return Image.of(image.width(), image.height(), rgb);
            });
    EvaluationResult result = Evaluation.of(DETECTOR, Fakes.dataset()).degraded(inverted).run();
    assertThat(result.scores().all().get(0).value()).isEqualTo(5 / 255.0);
  }
}
