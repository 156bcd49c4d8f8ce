package org.genimage.eval.alignment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.io.ByteSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.genimage.data.ErrorPolicy;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.Seed;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.ImageHeader;
import org.genimage.data.image.Transforms;
import org.genimage.data.image.UnreadableImageException;
import org.genimage.eval.Evaluation;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.Fakes;
import org.genimage.models.Detector;
import org.genimage.models.InputContract;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AlignmentTest {

  private static Image noise(int width, int height, long seed) {
    byte[] rgb = new byte[3 * width * height];
    new SplittableRandom(seed).nextBytes(rgb);
    return Image.of(width, height, rgb);
  }

  private static Sample sample(String name, byte[] file, Label label) {
    return new Sample(name, ByteSource.wrap(file), label, Generator.ADM);
  }

  private static final Sample NATURE = sample("n.jpg", noise(40, 32, 1).toJpeg(80), Label.NATURE);
  private static final Sample AI = sample("a.png", noise(32, 32, 2).toPng(), Label.AI);
  private static final ImageDataset BOTH = ImageDataset.of(List.of(NATURE, AI));

  private static ImageHeader header(Sample sample) throws IOException {
    return ImageHeader.read(sample.content().openStream());
  }

  private static Image jpeg(Sample sample, int quality) {
    return Transforms.jpeg(quality).apply(sample.image(), Seed.of(0).random());
  }

  private static void assertPixels(Image actual, Image expected) {
    assertThat(actual.width()).isEqualTo(expected.width());
    assertThat(actual.toArray()).isEqualTo(expected.toArray());
  }

  @Test
  void jpegOfAi_leavesPhotographsAlone() throws IOException {
    ImageDataset aligned = Alignment.jpegOfAi(96).of(BOTH);

    assertThat(aligned.sample(0)).isEqualTo(NATURE);
    assertPixels(aligned.sample(1).image(), jpeg(AI, 96)); // Pillow's, held by the data's fixtures
    assertThat(header(aligned.sample(1)).format()).isEqualTo("JPEG");
    assertThat(header(aligned.sample(1)).quality()).hasValue(96);
    assertThat(aligned.sample(1).name()).isEqualTo("a.png");
    assertThat(aligned.selection())
        .isEqualTo(
            "aligned: natural images as published, AI images JPEG 96; JPEG baseline, 4:2:0, as"
                + " Pillow's default");
  }

  @Test
  void jpegOfBoth_savesAllAgain() throws IOException {
    ImageDataset aligned = Alignment.jpegOfBoth(96).of(BOTH);

    assertPixels(aligned.sample(0).image(), jpeg(NATURE, 96));
    assertPixels(aligned.sample(1).image(), jpeg(AI, 96));
    assertThat(EvaluationResult.fingerprint(aligned))
        .isNotEqualTo(EvaluationResult.fingerprint(BOTH));
    // Chroma at half the size: two components of a quarter of the blocks.
    byte[] file = aligned.sample(0).content().read();
    int frame = 0;
    while ((file[frame] & 0xff) != 0xff || (file[frame + 1] & 0xff) != 0xc0) {
      frame++;
    }
    assertThat(file[frame + 11]).isEqualTo((byte) 0x22);
    assertThat(file[frame + 14]).isEqualTo((byte) 0x11);
  }

  @Test
  void randomJpeg_hasOneLawAndIsRepeatable() throws IOException {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      samples.add(sample(i + ".png", AI.content().read(), Label.values()[i % 2]));
    }
    Alignment alignment = Alignment.randomJpeg(70, 90);
    List<Integer> qualities = qualities(alignment, samples);

    Set<Integer> distinct = new HashSet<>(qualities);
    assertThat(distinct).hasSizeGreaterThan(12).allSatisfy(q -> assertThat(q).isBetween(70, 90));
    assertThat(qualities(alignment, samples)).isEqualTo(qualities);
    assertThat(qualities(alignment.seed(43), samples)).isNotEqualTo(qualities);
    assertThat(alignment.description()).contains("JPEG 70 to 90").endsWith(", seed 42");
  }

  private static List<Integer> qualities(Alignment alignment, List<Sample> samples)
      throws IOException {
    List<Integer> qualities = new ArrayList<>();
    for (Sample sample : alignment.of(ImageDataset.of(samples)).samples()) {
      qualities.add(header(sample).quality().orElseThrow());
    }
    return qualities;
  }

  @Test
  void png_changesFilesAndNoPixels() throws IOException {
    ImageDataset aligned = Alignment.png().of(BOTH);
    for (int i = 0; i < 2; i++) {
      assertThat(header(aligned.sample(i)).format()).isEqualTo("PNG");
      assertPixels(aligned.sample(i).image(), BOTH.sample(i).image());
    }
  }

  @Test
  void crop_makesOneSize_orRefusesSmallerImages() throws IOException {
    ImageDataset aligned = Alignment.jpegOfBoth(90).crop(24).of(BOTH);
    for (int i = 0; i < 2; i++) {
      assertThat(header(aligned.sample(i)).width()).isEqualTo(24);
      Image cropped = Transforms.centerCrop(24).apply(BOTH.sample(i).image(), Seed.of(0).random());
      assertPixels(
          aligned.sample(i).image(), Transforms.jpeg(90).apply(cropped, Seed.of(0).random()));
    }
    assertThat(Alignment.oneSize(24).name()).isEqualTo("crop 24");
    assertThat(header(Alignment.oneSize(24).of(BOTH).sample(0)).format()).isEqualTo("PNG");
    assertThatThrownBy(() -> Alignment.oneSize(33).of(BOTH).sample(0).image())
        .isInstanceOf(UnreadableImageException.class)
        .hasMessage(
            "n.jpg: expected an image of at least 33 pixels a side to crop, found 40x32; leave it out"
                + " or choose a smaller crop");
  }

  @Test
  void none_isTheDatasetItself() {
    assertThat(Alignment.NONE.of(BOTH)).isSameAs(BOTH);
    assertThatThrownBy(() -> Alignment.jpegOfBoth(0))
        .hasMessage(
            "JPEG quality must be from 1 to 100 and in order, or 0 for other formats, got 0 to 0 for"
                + " JPEG");
    assertThatThrownBy(() -> Alignment.randomJpeg(90, 70)).hasMessageContaining("got 90 to 70");
    assertThatThrownBy(() -> Alignment.oneSize(0))
        .hasMessage("side of a crop must be positive, got OptionalInt[0]");
  }

  /** A detector that only sees whether an image was a JPEG file: even values survive PNG alone. */
  private record FormatDetector() implements Detector {
    @Override
    public String name() {
      return "format";
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
      for (int i = 0; i < scores.length; i++) {
        int odd = 0;
        Image image = images.image(i);
        for (byte value : image.toArray()) {
          odd += value & 1;
        }
        scores[i] = odd == 0 ? 0.9 : 0.1;
      }
      return scores;
    }

    @Override
    public void close() {}
  }

  private static ImageDataset biased(int perLabel) {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < perLabel; i++) {
      Image image = noise(16, 16, i);
      byte[] even = image.toArray();
      for (int at = 0; at < even.length; at++) {
        even[at] &= (byte) 0xfe;
      }
      Image smooth = Image.of(16, 16, even);
      samples.add(sample("n" + i + ".jpg", smooth.toJpeg(95), Label.NATURE));
      samples.add(sample("a" + i + ".png", smooth.toPng(), Label.AI));
    }
    return ImageDataset.of(samples);
  }

  /** What is left of a detector of formats when formats are made equal: nothing. */
  @Test
  void sideBySide_detectorOfFormats_losesItsAccuracy(@TempDir Path folder) {
    Path file = folder.resolve("scores.jsonl");
    Evaluation evaluation = Evaluation.of(new FormatDetector(), biased(30)).file(file);
    SideBySide both =
        SideBySide.run(
            evaluation, List.of(Alignment.jpegOfBoth(96), Alignment.png(), Alignment.jpegOfAi(96)));

    assertThat(both.published().scores().accuracy().value()).isEqualTo(1);
    assertThat(both.warning())
        .contains(
            "File format alone reaches 100.0 %: the figures below do not measure generation.");
    SideBySide.Aligned jpeg = both.aligned().get(0);
    assertThat(jpeg.result().scores().accuracy().value()).isEqualTo(0.5);
    assertThat(jpeg.files().warning()).isEmpty();
    assertThat(jpeg.change().orElseThrow().accuracyDifference()).isEqualTo(-0.5);
    assertThat(jpeg.change().orElseThrow().accuracyInterval().high()).isNegative();
    assertThat(folder.resolve("scores-jpeg-96-on-both.jsonl")).exists();
    SideBySide.Aligned png = both.aligned().get(1);
    assertThat(png.result().scores().accuracy().value()).isEqualTo(1);
    assertThat(png.change().orElseThrow().accuracyInterval().width()).isPositive();
    assertThat(both.remaining())
        .containsExactly("After JPEG 96 on AI images, JPEG quality alone still reaches 100.0 %.");
  }

  @Test
  void sideBySide_imagesTooSmall_areCountedAndComparedWithoutThem() {
    List<Sample> samples = new ArrayList<>(biased(10).samples());
    samples.add(sample("small.png", noise(9, 9, 1).toPng(), Label.AI));
    Evaluation evaluation =
        Evaluation.of(new FormatDetector(), ImageDataset.of(samples)).onError(ErrorPolicy.skip(1));
    SideBySide both = SideBySide.run(evaluation, List.of(Alignment.oneSize(12)));

    assertThat(both.published().scores().size()).isEqualTo(21);
    SideBySide.Aligned cropped = both.aligned().get(0);
    assertThat(cropped.result().failures()).hasSize(1);
    assertThat(cropped.files().unreadable()).isEqualTo(1);
    assertThat(cropped.change().orElseThrow().accuracyDifference()).isZero();
  }
}
