package org.genimage.app.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;
import org.genimage.models.ErrorBound;
import org.genimage.models.SecondView;
import org.genimage.models.VerdictRule;
import org.genimage.models.weights.Calibration;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DetectorFactsTest {

  @TempDir private Path folder;
  private int files;

  /** The numbers are the same in all files, so the hash of the weights is, too. */
  @Test
  void calibration_tellsFilesWithTheSameNumbersApart() {
    Weights plain = Detectors.ferretNetSmall().initialWeights(1);
    Calibration calibration = Calibration.NONE.temperature(2);
    ErrorBound bound = new ErrorBound(0.05, 0.03, 0.95, 0, 100);
    VerdictRule rule =
        new VerdictRule(
            0.3,
            0.7,
            bound,
            bound,
            List.of(),
            new VerdictRule.Origin("FerretNet-S", 1, "0".repeat(64), "", true));
    ErrorBound weaker = new ErrorBound(0.05, 0.04, 0.95, 0, 80);
    List<ObjectNode> facts =
        List.of(
            facts(plain),
            facts(plain.calibrated(calibration)),
            facts(plain.calibrated(new Calibration(1, 0.25))),
            facts(rule.on(plain)),
            facts(rule.withViews(SecondView.CROP).on(plain)),
            facts(new VerdictRule(0.3, 0.7, weaker, bound, List.of(), rule.origin()).on(plain)));

    assertThat(facts)
        .extracting(json -> json.get("weights").textValue())
        .containsOnly(facts.get(0).get("weights").textValue());
    assertThat(facts)
        .extracting(json -> json.get("calibration").textValue())
        .allMatch(hash -> hash.matches("sha256:[0-9a-f]{64}"))
        .doesNotHaveDuplicates();
    assertThat(facts(plain)).isEqualTo(facts.get(0));
    assertThat(facts(plain.calibrated(Calibration.NONE))).isEqualTo(facts.get(0));
  }

  private ObjectNode facts(Weights weights) {
    Path file = folder.resolve(files++ + ".safetensors");
    weights.write(file);
    try (Detector detector = Detectors.load(file)) {
      return new DetectorFacts(detector, true).toJson();
    }
  }
}
