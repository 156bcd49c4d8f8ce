package org.genimage.models;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.genimage.data.internal.Interruption;
import org.genimage.models.internal.TensorFlowStart;
import org.genimage.models.weights.LoraAdapter;
import org.genimage.models.weights.PublishedWeights;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;

/**
 * A folder as model hubs publish a detector: {@code config.json} says architecture and labels,
 * {@code preprocessor_config.json} the preprocessing, and one file has the weights. What the files
 * do not say is an error that says how to give it, never a guess.
 */
final class ModelFolder {

  private static final String CONFIG = "config.json";
  private static final String PREPROCESSOR = "preprocessor_config.json";
  private static final String ADAPTER = "adapter_config.json";
  private static final String SAFETENSORS = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";
  private static final String PYTORCH = "pytorch_model.bin";

  private static final List<String> ENDINGS =
      List.of(".safetensors", ".pth", ".pt", ".bin", ".ckpt", ".pth.tar");

  /** Files of training programs that end like weights and are none. */
  private static final List<String> NO_WEIGHTS =
      List.of(
          "training_args.bin", "optimizer.pt", "optimizer.bin", "scheduler.pt", "rng_state.pth");

  private static final Pattern HIDDEN =
      Pattern.compile("(.*\\.)?(intermediate\\.dense|mlp\\.fc1)\\.weight");

  private final Path folder;
  private final FolderOptions options;

  private ModelFolder(Path folder, FolderOptions options) {
    this.folder = folder;
    this.options = options;
  }

  static DifferentiableDetector load(Path folder, FolderOptions options) {
    return TensorFlowStart.beside(() -> new ModelFolder(folder, options).load());
  }

  private DifferentiableDetector load() {
    Optional<FolderJson> config = FolderJson.read(folder.resolve(CONFIG));
    Blueprint blueprint = config.map(this::blueprint).orElseGet(this::given);
    Path file = file();
    Weights weights = adapted(Weights.read(file));
    config.ifPresent(json -> verify(json, weights));
    Weights here =
        options.network().isEmpty()
            ? PublishedWeights.transformers(blueprint.network(), weights)
            : weights;
    try {
      return blueprint.load(file, here, options.precision());
    } catch (WeightsException e) {
      if (config.isEmpty()) {
        throw e;
      }
      throw new WeightsException(
          "%s: expected weights as %s describes them, found others: %s"
              .formatted(folder, CONFIG, e.getMessage()),
          e);
    }
  }

  /** Zeros take the place of channels and biases that the configuration says are not there. */
  private void verify(FolderJson config, Weights weights) {
    if (options.network().isPresent() || ownConfig(config).isPresent()) {
      return;
    }
    Optional<Double> ratio = FolderNetwork.of(config, FolderLabels.count(config)).ratio();
    if (ratio.isEmpty()) {
      return;
    }
    for (Map.Entry<String, WeightArray> entry : weights.arrays().entrySet()) {
      List<Integer> shape = entry.getValue().shape();
      if (HIDDEN.matcher(entry.getKey()).matches()
          && shape.size() == 2
          && shape.get(0) != Math.round(ratio.get() * shape.get(1))) {
        throw new WeightsException(
            "%s: expected weights as %s describes them, found %s of shape %s where it says %s times"
                    .formatted(folder, CONFIG, entry.getKey(), shape, ratio.get())
                + " as many rows as columns; take both files from one model");
      }
    }
    boolean queries = weights.keys().stream().anyMatch(key -> key.endsWith(".query.weight"));
    boolean biases = weights.keys().stream().anyMatch(key -> key.endsWith(".query.bias"));
    if (queries && biases != config.flag("qkv_bias", true)) {
      throw new WeightsException(
          "%s: expected weights as %s describes them, found %s biases of queries where qkv_bias is %s;"
                  .formatted(folder, CONFIG, biases ? "" : "no", !biases)
              + " take both files from one model");
    }
  }

  private Weights adapted(Weights weights) {
    return options
        .adapter()
        .map(adapter -> LoraAdapter.read(adapter).foldInto(weights))
        .orElse(weights);
  }

  /** Returns the blueprint of a folder without a configuration: the caller gives all of it. */
  private Blueprint given() {
    if (Files.exists(folder.resolve(ADAPTER))) {
      throw new WeightsException(
          ("%s: expected a whole detector, found a LoRA adapter, which changes one; load the folder of"
                  + " the detector with FolderOptions.NONE.adapter(folder)")
              .formatted(folder));
    }
    if (options.network().isEmpty() || options.head().isEmpty() || options.input().isEmpty()) {
      throw new WeightsException(
          ("%s: expected %s, which says the architecture, found none; download it, or give network,"
                  + " head and input with FolderOptions")
              .formatted(folder, CONFIG));
    }
    return new Blueprint(
        name(), options.network().get(), options.input().get(), options.head().get());
  }

  private Blueprint blueprint(FolderJson config) {
    Optional<Blueprint> own = ownConfig(config);
    if (own.isPresent()) {
      Blueprint known = own.get();
      return known
          .input(options.input().orElse(known.input()))
          .head(options.head().orElse(known.head()));
    }
    Head head = options.head().orElseGet(() -> FolderLabels.head(config));
    if (options.network().isPresent()) {
      return new Blueprint(name(), options.network().get(), input(config, Optional.empty()), head);
    }
    int outputs = FolderLabels.count(config);
    FolderNetwork found = FolderNetwork.of(config, outputs);
    if (outputs != head.outputs()) {
      throw new WeightsException(
          "%s: expected %s outputs for the head %s, found %s; give the head that the network has"
              .formatted(config.file(), head.outputs(), head, outputs));
    }
    return new Blueprint(name(), found.network(), input(config, found.side()), head);
  }

  /** Returns the detector of a configuration that is its program's own: Community Forensics'. */
  static Optional<Blueprint> ownConfig(FolderJson config) {
    boolean own =
        config.has("input_size")
            && config.has("model_size")
            && !config.has("model_type")
            && !config.has("architecture");
    if (!own) {
      return Optional.empty();
    }
    if (!config.text("model_size").orElse("").equals("small")) {
      throw config.expected("model_size small", "model_size", FolderJson.NETWORK);
    }
    if (config.size("patch_size", 16) != 16) {
      throw config.expected("patch_size 16", "patch_size", FolderJson.NETWORK);
    }
    return Optional.of(
        switch (config.size("input_size")) {
          case 384 -> Detectors.communityForensics();
          case 224 -> Detectors.communityForensics224();
          default ->
              throw config.expected("input_size 384 or 224", "input_size", FolderJson.NETWORK);
        });
  }

  private InputContract input(FolderJson config, Optional<Integer> side) {
    InputContract input = options.input().orElseGet(() -> stated(config));
    if (side.isPresent() && side.get() != input.side()) {
      throw new WeightsException(
          ("%s: expected inputs of %s pixels, which %s says that the network takes, found a"
                  + " preprocessing to %s; %s")
              .formatted(folder, side.get(), CONFIG, input.side(), FolderJson.INPUT));
    }
    return input;
  }

  private InputContract stated(FolderJson config) {
    Optional<FolderJson> timm = config.object("pretrained_cfg");
    if (timm.isPresent()) {
      return FolderInput.timm(timm.get());
    }
    return FolderJson.read(folder.resolve(PREPROCESSOR))
        .map(FolderInput::transformers)
        .orElseThrow(
            () ->
                new WeightsException(
                    "%s: expected %s, which says how an image becomes the network's input, found none;"
                            .formatted(folder, PREPROCESSOR)
                        + " download it, or "
                        + FolderJson.INPUT));
  }

  private String name() {
    Path name = folder.toAbsolutePath().normalize().getFileName();
    return name == null ? "model" : name.toString();
  }

  /** Returns the file of weights. */
  private Path file() {
    if (options.weights().isPresent()) {
      Path file = folder.resolve(options.weights().get());
      if (!Files.isRegularFile(file)) {
        throw new WeightsException(
            "%s: expected weights in it, found no file %s; there are %s"
                .formatted(folder, options.weights().get(), candidates()));
      }
      return file;
    }
    List<String> files = candidates();
    if (files.contains(INDEX)) {
      return folder.resolve(INDEX);
    }
    // Hubs keep the same weights in both formats.
    if (files.size() == 1
        || files.size() == 2 && files.containsAll(List.of(SAFETENSORS, PYTORCH))) {
      return folder.resolve(files.contains(SAFETENSORS) ? SAFETENSORS : files.get(0));
    }
    if (files.isEmpty()) {
      throw new WeightsException(
          "%s: expected weights (%s), found none; download them"
              .formatted(folder, String.join(", ", ENDINGS)));
    }
    throw new WeightsException(
        "%s: expected one file of weights, found %s; choose with FolderOptions.NONE.weights(name)"
            .formatted(folder, files));
  }

  private List<String> candidates() {
    try (Stream<Path> files = Files.list(folder)) {
      List<String> names =
          files
              .filter(Files::isRegularFile)
              .map(file -> file.getFileName().toString())
              .sorted()
              .toList();
      boolean sharded = names.contains(INDEX);
      return names.stream()
          .filter(name -> name.equals(INDEX) || ENDINGS.stream().anyMatch(name::endsWith))
          .filter(name -> !NO_WEIGHTS.contains(name) && !name.startsWith("adapter_model."))
          .filter(name -> !(sharded && name.matches("model-\\d+-of-\\d+\\.safetensors")))
          .toList();
    } catch (IOException e) {
      Interruption.check(e, folder + " was being read");
      throw new WeightsException(
          "%s: expected a readable folder, got %s; check the path"
              .formatted(folder, e.getClass().getSimpleName()),
          e);
    }
  }
}
