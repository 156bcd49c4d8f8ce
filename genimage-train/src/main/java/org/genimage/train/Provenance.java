package org.genimage.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.genimage.data.ImageDataset;
import org.genimage.data.Sample;
import org.genimage.data.internal.FileNames;

/**
 * The description of the training images in the metadata of weights. Whether weights are a
 * derivative work of their training data is an open question, so they always carry this
 * description.
 */
final class Provenance {

  private static final ObjectMapper JSON = new ObjectMapper();

  private Provenance() {}

  /** Returns JSON: counts per generator and class, a hash of the file names, and the selection. */
  static String describe(ImageDataset data) {
    Map<String, Integer> counts = new TreeMap<>();
    Hasher names = Hashing.sha256().newHasher();
    for (Sample sample : data.samples()) {
      counts.merge(sample.generator().name() + "/" + sample.label().folder(), 1, Integer::sum);
      names.putString(FileNames.last(sample.name()) + "\n", StandardCharsets.UTF_8);
    }
    ObjectNode json = JSON.createObjectNode();
    json.set("images", JSON.valueToTree(counts));
    json.put("file_names_sha256", names.hash().toString());
    if (!data.selection().isEmpty()) {
      json.put("selection", data.selection());
    }
    return json.toString();
  }
}
