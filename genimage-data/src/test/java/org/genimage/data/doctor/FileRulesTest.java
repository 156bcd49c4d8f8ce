package org.genimage.data.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.common.io.ByteSource;
import java.util.ArrayList;
import java.util.List;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Progress;
import org.genimage.data.Sample;
import org.genimage.data.image.Image;
import org.genimage.data.image.Transforms;
import org.junit.jupiter.api.Test;

class FileRulesTest {

  private static Image image(int side) {
    return Image.of(side, side, new byte[3 * side * side]);
  }

  private static Sample sample(byte[] file, Label label, int number) {
    return new Sample(label + " " + number, ByteSource.wrap(file), label, Generator.ADM);
  }

  @Test
  void warning_pngAgainstJpeg_namesTheFormat() {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      samples.add(sample(image(16 + i % 5).toJpeg(96), Label.NATURE, i));
      samples.add(sample(i == 0 ? image(16).toJpeg(96) : image(16 + i % 5).toPng(), Label.AI, i));
    }
    FileRules rules = FileRules.of(ImageDataset.of(samples), Progress.NONE);

    assertThat(rules.best().orElseThrow().property()).isEqualTo("file format");
    assertThat(rules.best().orElseThrow().leaveOneOut()).isCloseTo(0.99, within(1e-9));
    assertThat(rules.warning())
        .contains("File format alone reaches 99.0 %: the figures below do not measure generation.");
    assertThat(rules.unreadable()).isZero();
  }

  @Test
  void warning_alikeOrFewFiles_isNone() {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      samples.add(sample(image(16).toJpeg(90), Label.values()[i % 2], i));
    }
    samples.add(sample(new byte[0], Label.AI, 99));
    FileRules rules = FileRules.of(ImageDataset.of(samples), Progress.NONE);
    assertThat(rules.warning()).isEmpty();
    assertThat(rules.rules())
        .hasSize(3)
        .allSatisfy(rule -> assertThat(rule.images()).isEqualTo(20));
    assertThat(rules.unreadable()).isEqualTo(1);

    ImageDataset three =
        ImageDataset.of(
            List.of(
                sample(image(8).toPng(), Label.AI, 1),
                sample(image(8).toJpeg(90), Label.NATURE, 2),
                sample(image(8).toJpeg(90), Label.NATURE, 3)));
    assertThat(FileRules.of(three, Progress.NONE).warning()).isEmpty();
  }

  /** The unbiased selection stores images anew after they are read: their files tell nothing. */
  @Test
  void rules_preparedSamples_seeThePreparedSizeAlone() {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      boolean ai = i % 2 == 1;
      byte[] file = ai ? image(20).toPng() : image(24 + i).toJpeg(90);
      samples.add(
          sample(file, ai ? Label.AI : Label.NATURE, i).preparation(Transforms.centerCrop(16)));
    }
    FileRules rules = FileRules.of(ImageDataset.of(samples), Progress.NONE);
    assertThat(rules.warning()).isEmpty();
    assertThat(rules.rules()).allSatisfy(rule -> assertThat(rule.accuracy()).isEqualTo(0.5));
  }

  @Test
  void rules_oneLabel_areNone() {
    ImageDataset ai = ImageDataset.of(List.of(sample(image(8).toPng(), Label.AI, 1)));
    FileRules rules = FileRules.of(ai, Progress.NONE);
    assertThat(rules.rules()).isEmpty();
    assertThat(rules.best()).isEmpty();
    assertThat(rules.warning()).isEmpty();
  }
}
