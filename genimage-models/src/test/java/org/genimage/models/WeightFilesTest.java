package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.genimage.data.image.Image;
import org.genimage.models.networks.UnivFd;
import org.genimage.models.nn.Parameter;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights in one file or several, whole or in part, of this detector or of another. */
class WeightFilesTest {

  private static final int SIDE = 28;
  private static final Blueprint UNIV_FD =
      new Blueprint(
          "UnivFD",
          new UnivFd(14, 8, 2, 2, 4, 1),
          InputContract.clip(new Resize.None(), SIDE),
          Head.AI_LOGIT);
  private static final Weights WHOLE = Weights.of(UNIV_FD.initialWeights(5).arrays());
  private static final Image IMAGE = DetectorTest.noise(SIDE, SIDE, 3);

  @TempDir private Path folder;

  private Path file(String name, Weights weights) {
    Path file = folder.resolve(name);
    weights.write(file);
    return file;
  }

  private Path tower() {
    return file("tower.safetensors", WHOLE.without("fc."));
  }

  private Path head() {
    return file("head.safetensors", renamed(WHOLE.without("visual."), key -> key.substring(3)));
  }

  private static Weights renamed(Weights weights, UnaryOperator<String> name) {
    Map<String, String> names = new LinkedHashMap<>();
    weights.keys().forEach(key -> names.put(key, name.apply(key)));
    return weights.renamed(names);
  }

  /** As transformers publishes it, but for the attention, which KeyAliasesTest takes apart. */
  private static Weights withText(Weights weights) {
    Map<String, WeightArray> arrays = new LinkedHashMap<>(weights.arrays());
    arrays.put("transformer.resblocks.0.ln_1.weight", WeightArray.of(List.of(2), new float[2]));
    arrays.put("token_embedding.weight", WeightArray.of(List.of(3, 2), new float[6]));
    arrays.put("positional_embedding", WeightArray.of(List.of(3, 2), new float[6]));
    arrays.put("ln_final.bias", WeightArray.of(List.of(2), new float[2]));
    arrays.put("text_projection", WeightArray.of(List.of(2, 2), new float[4]));
    arrays.put("logit_scale", WeightArray.of(List.of(), new float[1]));
    return Weights.of(arrays);
  }

  @Test
  void load_towerAndHead_isTheWholeDetector() {
    double expected;
    try (Detector detector = UNIV_FD.load(WHOLE)) {
      expected = detector.score(IMAGE);
    }
    for (List<Path> files : List.of(List.of(tower(), head()), List.of(head(), tower()))) {
      try (Detector detector = UNIV_FD.load(files)) {
        assertThat(detector.score(IMAGE)).isEqualTo(expected);
      }
    }
  }

  @Test
  void load_textEncoderBesideTheTower_isLeftOutAndReported() {
    Weights adapted = UNIV_FD.adapted(withText(WHOLE));

    assertThat(adapted.keys()).containsExactlyElementsOf(WHOLE.keys());
    assertThat(adapted.report().leftOut())
        .containsExactly(
            "transformer.resblocks.0.ln_1.weight",
            "token_embedding.weight",
            "positional_embedding",
            "ln_final.bias",
            "text_projection",
            "logit_scale");
    Path whole = file("whole.safetensors", withText(WHOLE.without("fc.")));
    List<String> said =
        logged(
            () -> {
              try (Detector detector = UNIV_FD.load(List.of(whole, head()))) {
                assertThat(detector.score(IMAGE)).isBetween(0.0, 1.0);
              }
            });
    assertThat(said)
        .contains(
            whole
                + ": 32 of 38 keys are read under the names that UnivFD has, the first in the file"
                + " being visual.class_embedding; 6 keys are of other networks and are ignored,"
                + " such as transformer.resblocks.0.ln_1.weight, token_embedding.weight,"
                + " positional_embedding");
  }

  /** Returns what is logged meanwhile. */
  private static List<String> logged(Runnable work) {
    List<String> said = new ArrayList<>();
    SimpleFormatter formatter = new SimpleFormatter();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord entry) {
            said.add(formatter.formatMessage(entry));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger(Blueprint.class.getName());
    logger.addHandler(handler);
    try {
      work.run();
    } finally {
      logger.removeHandler(handler);
    }
    return said;
  }

  @Test
  void load_checkpointOfTheAuthorsTrainer_isReadWithoutItsPrefix() {
    Weights tower = withText(WHOLE.without("fc."));
    Map<String, WeightArray> arrays =
        new LinkedHashMap<>(renamed(tower, key -> "model." + key).arrays());
    arrays.putAll(WHOLE.without("visual.").arrays());

    assertThat(UNIV_FD.adapted(Weights.of(arrays)).keys())
        .containsExactlyInAnyOrderElementsOf(WHOLE.keys());
  }

  @Test
  void load_towerAlone_asksForTheHead() {
    Path tower = tower();

    assertThatThrownBy(() -> UNIV_FD.load(tower))
        .isInstanceOf(WeightsException.class)
        .hasMessage(
            tower
                + ": expected all arrays of UnivFD, found all but those of its head (fc.weight,"
                + " fc.bias); give both files, as in load(List.of(network, head))");
  }

  @Test
  void load_headAlone_asksForTheTower() {
    Path head = head();

    assertThatThrownBy(() -> UNIV_FD.load(head))
        .isInstanceOf(WeightsException.class)
        .hasMessage(
            head
                + ": expected all arrays of UnivFD, found those of its head alone (fc.weight,"
                + " fc.bias); give both files, as in load(List.of(network, head))");
    assertThatThrownBy(() -> Detectors.univFd().load(head))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith(
            head + ": weights do not fit UnivFD: of 298 keys expected and 2 found, 296 missing:")
        .hasMessageContaining("fc.weight has shape [1, 4], expected [1, 768]");
  }

  @Test
  void load_sameArrayTwice_isRefusedByName() {
    Path tower = tower();
    Path whole = file("whole.safetensors", WHOLE);

    assertThatThrownBy(() -> UNIV_FD.load(List.of(tower, whole)))
        .isInstanceOf(WeightsException.class)
        .hasMessage(
            "%s, %s: expected files that complete each other, found one that repeats another: both"
                + " parts have an array visual.class_embedding",
            tower, whole);
    Path none = folder.resolve("none.safetensors");
    assertThatThrownBy(() -> UNIV_FD.load(List.of(tower, none)))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith(none + ": expected weights of UnivFD, found no file");
  }

  @Test
  void load_ofNoFile_isRefused() {
    assertThatThrownBy(() -> UNIV_FD.load(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("weights of UnivFD need at least one file, got none");
  }

  @Test
  void load_timmsProjectionWithABias_isRefused() {
    Map<String, WeightArray> arrays = new LinkedHashMap<>();
    arrays.put("norm_pre.weight", WeightArray.of(List.of(8), new float[8]));
    arrays.put("patch_embed.proj.weight", WeightArray.of(List.of(1), new float[1]));
    arrays.put("head.bias", WeightArray.of(List.of(2), new float[] {0, 0.5f}));

    assertThatThrownBy(() -> UNIV_FD.adapted(Weights.of(arrays)))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith("expected a head.bias of zeros beside CLIP's tower")
        .hasMessageContaining("found 0.5");
  }

  /** Positions are not resized; the message says which detector they are of. */
  @Test
  void load_weightsOfAnotherSize_namesTheDetectorThatTheyFit() {
    Map<String, WeightArray> arrays = new LinkedHashMap<>();
    for (Parameter entry : Detectors.communityForensics().entries()) {
      arrays.put(entry.key(), WeightArray.of(entry.shape(), new float[entry.size()]));
    }
    Path file = Path.of("model.safetensors");

    assertThatThrownBy(
            () ->
                Detectors.communityForensics224().load(file, Weights.of(arrays), Precision.FLOAT32))
        .isInstanceOf(WeightsException.class)
        .hasMessage(
            "model.safetensors: weights do not fit Community Forensics-224: of 152 keys expected"
                + " and 152 found, 1 of another shape: vit.pos_embed has shape [1, 577, 384],"
                + " expected [1, 197, 384]; they fit Community Forensics: load them into it");
  }

  @Test
  void startFrom_tower_keepsItAndDrawsTheHead() {
    Weights start = UNIV_FD.startFrom(9, withText(WHOLE.without("fc.")));

    assertThat(start.get("visual.proj").toFloats()).isEqualTo(WHOLE.get("visual.proj").toFloats());
    assertThat(start.get("fc.weight").toFloats()).isNotEqualTo(WHOLE.get("fc.weight").toFloats());
  }
}
