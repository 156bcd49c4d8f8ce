package org.genimage.eval;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.util.List;
import java.util.Optional;
import org.genimage.data.ImageDataset;
import org.genimage.data.Sample;

/**
 * The first line of a score file: whose scores they are.
 *
 * @param data the fingerprint of all images, those of other parts included
 * @param images the number of images of this part
 */
record ScoreHeader(
    DetectorIdentity detector,
    double threshold,
    String degradation,
    String data,
    Part part,
    int images) {

  static final String FORMAT = "genimage-scores";

  /** Version 1, of genimage 0.1.0, has no checksums and does not state its version. */
  static final int VERSION = 2;

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Returns the header of another part of the same images. */
  ScoreHeader of(Part other, int size) {
    return new ScoreHeader(detector, threshold, degradation, data, other, size);
  }

  /** Returns the line of the current version without its checksum and end. */
  String json() {
    ObjectNode node = JSON.createObjectNode();
    node.put("format", FORMAT);
    node.put("version", VERSION);
    node.put("detector", detector.name());
    detector.weights().ifPresent(hash -> node.put("weights", hash));
    node.put("threshold", threshold);
    node.put("degradation", degradation);
    node.put("data", data);
    if (!part.equals(Part.WHOLE)) {
      node.put("part", part.index());
      node.put("parts", part.count());
    }
    node.put("images", images);
    ObjectNode origin = node.putObject("provenance");
    detector.provenance().forEach(origin::put);
    return node.toString();
  }

  /** Returns what differs, as a part of a sentence: expected this, found that. */
  Optional<String> difference(ScoreHeader found) {
    Optional<String> other = detector.difference(found.detector);
    if (other.isPresent()) {
      return other;
    }
    if (!degradation.equals(found.degradation)) {
      return Optional.of(
          "scores of images with degradation '%s', found '%s'"
              .formatted(degradation, found.degradation));
    }
    if (!part.equals(found.part)) {
      return Optional.of(
          "scores of %s of the images, found those of %s".formatted(part, found.part));
    }
    if (images != found.images || !data.equals(found.data)) {
      return Optional.of(
          "scores of these %s images, found those of %s others".formatted(images, found.images));
    }
    return threshold == found.threshold
        ? Optional.empty()
        : Optional.of(
            "scores decided at threshold %s, found %s".formatted(threshold, found.threshold));
  }

  /** Returns SHA-256 over every image's name, generator and label, and how they were chosen. */
  static String fingerprint(ImageDataset data) {
    Hasher hasher = Hashing.sha256().newHasher();
    hasher.putUnencodedChars(data.selection());
    for (int i = 0; i < data.size(); i++) {
      Sample sample = data.sample(i);
      for (String part :
          List.of(sample.name(), sample.generator().name(), sample.label().folder())) {
        hasher.putInt(part.length()).putUnencodedChars(part);
      }
    }
    return hasher.hash().toString();
  }
}
