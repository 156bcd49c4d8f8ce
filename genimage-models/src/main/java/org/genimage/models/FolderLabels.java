package org.genimage.models;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.genimage.models.weights.WeightsException;

/** The names of a model folder's labels, and which of them means AI. An order is never guessed. */
final class FolderLabels {

  /** Letters and digits alone, in lower case. */
  private static final Set<String> AI =
      Set.of(
          "ai",
          "aiart",
          "aigenerated",
          "aigeneratedimage",
          "aiimage",
          "aimade",
          "artificial",
          "deepfake",
          "fake",
          "fakeimage",
          "generated",
          "generatedimage",
          "machinegenerated",
          "synthetic",
          "syntheticimage");

  private static final Set<String> NATURE =
      Set.of(
          "authentic",
          "genuine",
          "human",
          "humanmade",
          "natural",
          "naturalimage",
          "nature",
          "nonai",
          "notai",
          "notaigenerated",
          "photo",
          "photograph",
          "real",
          "realimage",
          "realphoto");

  private static final String REMEDY =
      "say which output means AI, as in FolderOptions.NONE.head(Head.AI_NATURE)";

  private FolderLabels() {}

  /**
   * Returns the number of outputs: that of the named labels, else {@code num_labels} or {@code
   * num_classes}, else the two that transformers has.
   */
  static int count(FolderJson config) {
    List<String> names = names(config);
    int usual = names.isEmpty() ? 2 : names.size();
    int stated = config.size("num_labels", config.size("num_classes", usual));
    if (!names.isEmpty() && stated != names.size()) {
      throw new WeightsException(
          "%s: expected as many names of labels as outputs, found %s and %s; correct it"
              .formatted(config.file(), names.size(), stated));
    }
    return stated;
  }

  /** Returns the order of the labels, if their names tell it. */
  static Head head(FolderJson config) {
    int outputs = count(config);
    List<String> names = names(config);
    if (outputs > 2) {
      throw new WeightsException(
          "%s: expected one output or two, nature and AI, found %s: %s; genimage tells no more classes"
                  .formatted(config.file(), outputs, shown(names))
              + " apart");
    }
    List<Boolean> ai = names.stream().map(FolderLabels::isAi).flatMap(Optional::stream).toList();
    if (names.isEmpty()
        || ai.size() < names.size()
        || ai.size() == 2 && ai.get(0).equals(ai.get(1))) {
      throw new WeightsException(
          "%s: expected labels whose names say which is AI (such as artificial and human), found %s;"
                  .formatted(config.file(), names.isEmpty() ? "none" : shown(names))
              + " "
              + REMEDY);
    }
    if (outputs == 1) {
      return ai.get(0) ? Head.AI_LOGIT : Head.NATURE_LOGIT;
    }
    return ai.get(0) ? Head.AI_NATURE : Head.NATURE_AI;
  }

  private static Optional<Boolean> isAi(String name) {
    String letters = name.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]", "");
    if (AI.contains(letters)) {
      return Optional.of(true);
    }
    return NATURE.contains(letters) ? Optional.of(false) : Optional.empty();
  }

  /** Returns the names in the order of the outputs; none if the file has none. */
  private static List<String> names(FolderJson config) {
    if (config.has("id2label")) {
      List<String> names = byIndex(config);
      check(config, names);
      return names;
    }
    FolderJson place =
        config.has("label_names") ? config : config.object("pretrained_cfg").orElse(config);
    List<String> names = new ArrayList<>();
    for (JsonNode name : place.json().path("label_names")) {
      if (!name.isTextual()) {
        throw place.expected("label_names to be texts", name, REMEDY);
      }
      names.add(name.textValue());
    }
    return names;
  }

  private static List<String> byIndex(FolderJson config) {
    JsonNode labels = config.json().path("id2label");
    List<String> names = new ArrayList<>();
    for (int i = 0; i < labels.size(); i++) {
      JsonNode name = labels.path(Integer.toString(i));
      if (!name.isTextual()) {
        throw config.expected(
            "id2label to name the outputs 0 to %s".formatted(labels.size() - 1), labels, REMEDY);
      }
      names.add(name.textValue());
    }
    return names;
  }

  /** {@code label2id} says the same the other way round, or the file contradicts itself. */
  private static void check(FolderJson config, List<String> names) {
    for (Map.Entry<String, JsonNode> entry : config.json().path("label2id").properties()) {
      int index = entry.getValue().isTextual() ? -1 : entry.getValue().asInt(-1);
      boolean same =
          entry.getValue().isTextual()
              ? names.contains(entry.getKey())
                  && entry
                      .getValue()
                      .textValue()
                      .equals(Integer.toString(names.indexOf(entry.getKey())))
              : index >= 0 && index < names.size() && names.get(index).equals(entry.getKey());
      if (!same) {
        throw config.expected(
            "label2id to say what id2label says (%s)".formatted(shown(names)), "label2id", REMEDY);
      }
    }
  }

  private static String shown(List<String> names) {
    return FolderJson.shown(new ObjectMapper().valueToTree(names));
  }
}
