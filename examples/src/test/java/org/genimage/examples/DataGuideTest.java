package org.genimage.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.genimage.data.GenImage;
import org.genimage.data.Generator;
import org.genimage.data.GeneratorSettings;
import org.genimage.data.ImageDataset;
import org.genimage.data.OpenOptions;
import org.genimage.data.PackedImages;
import org.genimage.data.Progress;
import org.genimage.data.Quarantine;
import org.genimage.data.Split;
import org.genimage.data.TestSet;
import org.genimage.data.Unbiased;
import org.genimage.data.claims.ClaimKind;
import org.genimage.data.claims.Claims;
import org.genimage.data.claims.FileClaims;
import org.genimage.data.doctor.DataDoctor;
import org.genimage.data.doctor.DataReport;
import org.genimage.data.image.Filter;
import org.genimage.data.image.Image;
import org.genimage.data.image.Transform;
import org.genimage.data.image.Transforms;
import org.genimage.data.simulation.SimulatedGenImage;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The code in docs/data.md and docs/claims.md, and the programs that they name, run. */
class DataGuideTest {

  @TempDir private static Path root;
  private static Path folder;

  @BeforeAll
  static void writeImages() throws IOException {
    folder = root.resolve("data");
    SimulatedGenImage.seeded(1)
        .generators(List.of(Generator.ADM, Generator.BIGGAN))
        .publishedBias(true)
        .imageSize(256)
        .train(6)
        .validation(2)
        .writeTo(folder, Progress.NONE);
    Path set = folder.resolve("NVAE");
    Path tree = folder.resolve("BigGAN/imagenet_ai_0419_biggan/val");
    for (String label : List.of("ai", "nature")) {
      Files.createDirectories(set.resolve(label));
      Files.write(set.resolve(label).resolve("1.png"), new byte[0]);
      assertThat(tree.resolve(label)).isDirectory();
    }
  }

  @Test
  void claims_code_runs() throws IOException {
    Path photograph = Files.write(root.resolve("photo.png"), Image.of(1, 1, new byte[3]).toPng());

    FileClaims claims = Claims.of(photograph);
    boolean saysAi = claims.says().contains(ClaimKind.AI_GENERATED);
    String paragraph = claims.summary();

    assertThat(saysAi).isFalse();
    assertThat(paragraph).contains("Absent claims mean nothing");
  }

  @Test
  void finding_code_runs() throws IOException {
    Path cache = root.resolve("cache");
    Path photographs = folder.resolve("ADM/imagenet_ai_0508_adm/val/nature");
    Path paintings = folder.resolve("ADM/imagenet_ai_0508_adm/val/ai");
    Path list = Files.writeString(root.resolve("own.csv"), "path,label\n1.png,ai\n");

    GenImage genImage = GenImage.open(folder);
    List<String> missing = genImage.missing();
    ImageDataset all = genImage.train();
    ImageDataset two = genImage.train(Generator.ADM, Generator.BIGGAN);
    ImageDataset test = genImage.validation(Generator.BIGGAN);
    GeneratorSettings settings = Generator.ADM.settings(); // what the paper states of it

    GenImage again = GenImage.open(folder, OpenOptions.DEFAULT.index(cache));

    ImageDataset pair =
        ImageDataset.ofFolders(photographs, paintings, Generator.named("Painter 2"));
    ImageDataset listed = ImageDataset.ofManifest(list);
    ImageDataset both = ImageDataset.union(pair, listed);

    assertThat(missing).hasSize(6);
    assertThat(all.size()).isEqualTo(two.size()).isEqualTo(24);
    assertThat(test.size()).isEqualTo(4);
    assertThat(settings.steps()).hasValue(1000);
    assertThat(again.train().samples()).hasSize(24);
    assertThat(both.size()).isEqualTo(5);
    GenImage data = genImage;
    for (TestSet set : data.testSets()) {
      ImageDataset images = data.testSet(set);
      assertThat(images.size()).isEqualTo(2);
    }
    assertThat(data.testSets()).hasSize(1);
  }

  @Test
  void doctor_code_runs() {
    Path state = root.resolve("state");
    Path list = root.resolve("list");
    GenImage data = GenImage.open(folder);

    DataReport report = DataDoctor.of(data).state(state).examine(Progress.NONE);
    report.quarantine().writeTo(list);
    GenImage healthy = GenImage.open(folder, OpenOptions.DEFAULT.quarantine(Quarantine.read(list)));

    assertThat(report.findings()).hasSize(2);
    assertThat(healthy.train().selection()).isEqualTo("without the images of a quarantine of 2");
  }

  @Test
  void unbiased_code_runs() {
    Generator generator = Generator.ADM;
    SimulatedGenImage.seeded(1)
        .generators(List.of(generator))
        .publishedBias(true)
        .imageSize(300)
        .train(40)
        .validation(0)
        .writeTo(root.resolve("large"), Progress.NONE);
    GenImage data = GenImage.open(root.resolve("large"));

    Unbiased.Selection selection =
        Unbiased.within(450, 550).select(data, Split.TRAIN, Progress.NONE, generator);
    ImageDataset unbiased = selection.data();
    Map<String, Integer> dropped = selection.dropped();

    assertThat(unbiased.size()).isBetween(2, 20);
    assertThat(dropped).containsEntry("ai: to balance", 40 - unbiased.size() / 2);
  }

  @Test
  void packedImages_code_runs() {
    Path file = root.resolve("packed");
    ImageDataset images = GenImage.open(folder).validation(Generator.ADM);

    Transform small = Transforms.resizeShorterSide(256, Filter.BILINEAR);
    PackedImages.write(file, images, small, "shorter side 256, bilinear", Progress.NONE);
    ImageDataset packed = PackedImages.open(file);

    assertThat(packed.size()).isEqualTo(4);
    assertThat(packed.selection()).isEqualTo("packed: shorter side 256, bilinear");
  }

  @Test
  void simulatedTestSets_code_runs() {
    Path written = root.resolve("sets");
    SimulatedGenImage.seeded(1)
        .generators(List.of(Generator.ADM))
        .testSets(TestSet.ALL)
        .imageSize(32)
        .train(0)
        .validation(1)
        .writeTo(written, Progress.NONE);

    assertThat(GenImage.open(written).testSets()).isEqualTo(TestSet.ALL);
  }
}
