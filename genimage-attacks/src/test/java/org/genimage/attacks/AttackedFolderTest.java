package org.genimage.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.genimage.data.GenImage;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.models.DifferentiableDetector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttackedFolderTest {

  @TempDir Path root;

  @Test
  void sink_writesADatasetThatScoresAsTheResultSays() throws IOException {
    try (DifferentiableDetector victim = ReferenceVictim.TWO.load()) {
      AttackedFolder folder = AttackedFolder.at(root);
      AttackResult result =
          AttackRun.of(Attacks.fgsm(Budget.linf(8 / 255.0)))
              .batchSize(3)
              .sink(folder)
              .against(victim, ReferenceVictim.few());

      folder.manifest(result);

      ImageDataset attacked = GenImage.open(root).validation();
      assertThat(attacked.size()).isEqualTo(result.images().size());
      assertThat(attacked.samples().stream().filter(sample -> sample.label() == Label.AI))
          .hasSize(
              Math.toIntExact(ReferenceVictim.labels().stream().filter(Label.AI::equals).count()));
      JsonNode manifest = new ObjectMapper().readTree(root.resolve("manifest.json").toFile());
      assertThat(manifest.get("attack").asText()).isEqualTo("FGSM");
      assertThat(manifest.get("budget").asText()).isEqualTo("8/255");
      assertThat(manifest.get("settings").get("batch size").asText()).isEqualTo("3");
      for (int i = 0; i < result.images().size(); i++) {
        JsonNode entry = manifest.get("images").get(i);
        AttackedImage image = result.images().get(i);
        Image written = Image.read(root.resolve(entry.get("file").asText()));
        assertThat(victim.score(ImageBatch.of(List.of(written)))[0])
            .isCloseTo(image.savedScore(), within(1e-6));
        assertThat(entry.get("original").asText()).isEqualTo(image.sample().name());
        assertThat(entry.get("success").asBoolean()).isEqualTo(image.success());
      }
      AttackResult other =
          AttackRun.of(Attacks.fgsm(Budget.linf(8 / 255.0)))
              .against(victim, ReferenceVictim.many());
      assertThatThrownBy(() -> folder.manifest(other))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("sink of one run");
    }
  }
}
