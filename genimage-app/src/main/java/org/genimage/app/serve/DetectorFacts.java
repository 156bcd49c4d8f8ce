package org.genimage.app.serve;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.genimage.eval.DetectorIdentity;
import org.genimage.models.CatalogueEntry;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;
import org.genimage.models.VerdictRule;

/** What every answer says of the detector: computed once, since a hash reads all weights. */
final class DetectorFacts {

  private static final JsonMapper JSON = new JsonMapper();

  private static final List<String> LIMITS =
      List.of(
          "A score is not evidence. It says how much an image resembles the AI-made images of the"
              + " detector's training.",
          "A high score does not prove that AI made the image, and a low score does not prove that"
              + " a camera did.",
          "Generators and cameras that the detector has not seen, resizing, compression and edits"
              + " change scores.",
          "Where few images are AI-made, most of those that a detector accuses are honest. Never"
              + " decide about a person by a score alone.");

  private final Detector detector;
  private final boolean explains;
  private final Optional<String> weights;
  private final String calibration;
  private final ImmutableList<String> limits;

  /**
   * Reads the weights, for their hash.
   *
   * @param explains whether the service makes explanations
   */
  DetectorFacts(Detector detector, boolean explains) {
    this.detector = detector;
    this.explains = explains;
    this.weights = DetectorIdentity.of(detector).weights();
    this.calibration = calibration(detector);
    ImmutableList.Builder<String> all = ImmutableList.<String>builder().addAll(LIMITS);
    entry(detector.name())
        .ifPresent(
            entry -> all.add("%s is bad at: %s.".formatted(detector.name(), entry.weakness())));
    detector.verdictRule().ifPresent(rule -> all.add(rule.sentences()));
    this.limits = all.build();
  }

  /** Returns the hash of all that turns the numbers of the weights into answers. */
  private static String calibration(Detector detector) {
    List<String> premises = new ArrayList<>(List.of(detector.name(), detector.input().toString()));
    premises.add(detector.calibration().toString());
    premises.add(Double.toString(detector.threshold()));
    detector
        .verdictRule()
        .ifPresent(
            rule -> {
              premises.add(rule.toString());
              premises.add(rule.falseAccusations().toString());
              premises.add(rule.missed().toString());
              premises.add(rule.origin().toString());
            });
    return Hashing.sha256()
        .hashString(String.join("\n", premises), StandardCharsets.UTF_8)
        .toString();
  }

  private static Optional<CatalogueEntry> entry(String name) {
    return Detectors.catalogue().stream()
        .filter(entry -> entry.blueprint().name().equals(name))
        .findFirst();
  }

  Detector detector() {
    return detector;
  }

  /** Returns what a score of this detector does not prove. */
  ArrayNode limits() {
    ArrayNode json = JSON.createArrayNode();
    limits.forEach(json::add);
    return json;
  }

  /** Returns the thresholds of verdicts: equal if no score is unsure. */
  ObjectNode thresholds() {
    ObjectNode json = JSON.createObjectNode();
    Optional<VerdictRule> rule = detector.verdictRule();
    json.put("naturalBelow", rule.map(VerdictRule::natureBelow).orElse(detector.threshold()));
    json.put("aiAbove", rule.map(VerdictRule::aiAbove).orElse(detector.threshold()));
    return json;
  }

  /** Writes name, hashes and thresholds into an answer. */
  void identify(ObjectNode json) {
    json.put("detector", detector.name());
    json.put("weights", weights.map(hash -> "sha256:" + hash).orElse(null));
    json.put("calibration", "sha256:" + calibration);
    json.put("threshold", detector.threshold());
    json.set("thresholds", thresholds());
  }

  /** Returns all of it, for the list of detectors. */
  ObjectNode toJson() {
    ObjectNode json = JSON.createObjectNode();
    json.put("name", detector.name());
    identify(json);
    json.remove("detector"); // which answers call the name
    json.put("side", detector.input().side());
    json.put("licence", detector.provenance().get("genimage.licence"));
    json.put("source", detector.provenance().get("genimage.source"));
    json.put("explanations", explains);
    json.set("limits", limits());
    return json;
  }
}
