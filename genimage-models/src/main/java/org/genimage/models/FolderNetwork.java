package org.genimage.models;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.genimage.models.networks.ClipClassifier;
import org.genimage.models.networks.ResNet;
import org.genimage.models.networks.ResNet.Block;
import org.genimage.models.networks.SwinTransformer;
import org.genimage.models.networks.VisionTransformer;
import org.genimage.models.nn.Activation;
import org.genimage.models.nn.Network;
import org.genimage.models.weights.WeightsException;

/**
 * The network that a model folder's {@code config.json} describes.
 *
 * @param network under genimage's keys
 * @param side height and width of its input in pixels; empty if it takes any
 * @param ratio hidden channels of an MLP for each of its inputs; empty without MLPs
 */
record FolderNetwork(Network network, Optional<Integer> side, Optional<Double> ratio) {

  private static final String KNOWN =
      "vit, swin, resnet or clip of transformers, or timm's vit, deit, swin or resnet";

  /** Hidden channels of an MLP for each of its inputs, in the networks here. */
  private static final double MLP_RATIO = 4;

  private static final int MAX_BLOCKS = 200;
  private static final int MAX_STAGES = 8;
  private static final long MAX_MASK = 1 << 25;

  private static final Pattern TIMM_VIT =
      Pattern.compile(
          "(vit|deit)_(tiny|small|base|large|huge)_patch(\\d{1,2})(_clip)?(_quickgelu)?_(\\d{2,4})");
  private static final Pattern TIMM_SWIN =
      Pattern.compile("swin_(tiny|small|base|large)_patch4_window(\\d{1,2})_(\\d{2,4})");
  private static final Pattern TIMM_RESNET = Pattern.compile("resnet(18|34|50|101|152)");

  /** Width, depth and heads. */
  private static final Map<String, List<Integer>> VIT =
      Map.of(
          "tiny", List.of(192, 12, 3),
          "small", List.of(384, 12, 6),
          "base", List.of(768, 12, 12),
          "large", List.of(1024, 24, 16),
          "huge", List.of(1280, 32, 16));

  private static final Map<String, Integer> SWIN_WIDTHS =
      Map.of("tiny", 96, "small", 96, "base", 128, "large", 192);

  /** Arguments of timm that change a network in a way that genimage has. */
  private static final Set<String> TIMM_ARGUMENTS =
      Set.of(
          "depth",
          "depths",
          "embed_dim",
          "img_size",
          "num_classes",
          "num_heads",
          "patch_size",
          "window_size",
          // These change training alone.
          "attn_drop_rate",
          "drop_path_rate",
          "drop_rate",
          "proj_drop_rate");

  /**
   * Returns the network.
   *
   * @throws WeightsException if it is not among the known; the message says what is unknown
   */
  static FolderNetwork of(FolderJson config, int outputs) {
    try {
      if (config.has("architecture")) {
        return timm(config, outputs);
      }
      return switch (config.text("model_type").orElse("")) {
        case "vit" -> vit(config, outputs);
        case "swin" -> swin(config, outputs);
        case "resnet" -> resnet(config, outputs);
        case "clip" -> clip(config, outputs);
        default -> throw config.expected("model_type " + KNOWN, "model_type", FolderJson.NETWORK);
      };
    } catch (IllegalArgumentException e) {
      throw new WeightsException(
          "%s: expected a network that can be, found %s; correct it"
              .formatted(config.file(), e.getMessage()),
          e);
    }
  }

  private static FolderNetwork vit(FolderJson config, int outputs) {
    colours(config);
    VisionTransformer network =
        new VisionTransformer(
                config.square("patch_size", 16),
                config.size("hidden_size", 768),
                blocks(config, "num_hidden_layers", 12),
                config.size("num_attention_heads", 12),
                outputs)
            .activation(activation(config))
            .epsilon(epsilon(config, 1e-12));
    return new FolderNetwork(network, Optional.of(config.square("image_size", 224)), ratio(config));
  }

  private static FolderNetwork clip(FolderJson whole, int outputs) {
    FolderJson config = whole.object("vision_config").orElse(whole);
    colours(config);
    VisionTransformer network =
        new VisionTransformer(
                config.square("patch_size", 32),
                config.size("hidden_size", 768),
                blocks(config, "num_hidden_layers", 12),
                config.size("num_attention_heads", 12),
                outputs)
            .activation(config.has("hidden_act") ? activation(config) : Activation.QUICK_GELU)
            .normFirst(true)
            .epsilon(epsilon(config, 1e-5));
    return new FolderNetwork(
        new ClipClassifier(network), Optional.of(config.square("image_size", 224)), ratio(config));
  }

  private static FolderNetwork swin(FolderJson config, int outputs) {
    colours(config);
    if (config.flag("use_absolute_embeddings", false)) {
      throw config.expected("no absolute positions", "use_absolute_embeddings", FolderJson.NETWORK);
    }
    if (activation(config) != Activation.GELU) {
      throw config.expected("hidden_act gelu", "hidden_act", FolderJson.NETWORK);
    }
    if (config.number("layer_norm_eps", 1e-5) != 1e-5) {
      throw config.expected("layer_norm_eps 1e-5", "layer_norm_eps", FolderJson.NETWORK);
    }
    SwinTransformer network =
        new SwinTransformer(
            config.square("patch_size", 4),
            config.size("embed_dim", 96),
            bounded(config, "depths", config.sizes("depths", List.of(2, 2, 6, 2))),
            config.sizes("num_heads", List.of(3, 6, 12, 24)),
            config.size("window_size", 7),
            outputs);
    int side = config.square("image_size", 224);
    return checkedSwin(config, network, side, config.number("mlp_ratio", MLP_RATIO));
  }

  private static Optional<Double> ratio(FolderJson config) {
    int width = config.size("hidden_size", 768);
    int hidden = config.size("intermediate_size", 3072);
    return ratio(config, "intermediate_size", hidden / (double) width);
  }

  private static Optional<Double> ratio(FolderJson config, String name, double ratio) {
    if (!(ratio > 0 && ratio <= MLP_RATIO)) {
      throw config.expected(
          "%s of at most 4 hidden channels for each of an MLP's inputs".formatted(name),
          name,
          FolderJson.NETWORK);
    }
    return Optional.of(ratio);
  }

  private static FolderNetwork resnet(FolderJson config, int outputs) {
    colours(config);
    Block block =
        switch (config.text("layer_type").orElse("bottleneck")) {
          case "bottleneck" -> Block.BOTTLENECK;
          case "basic" -> Block.BASIC;
          default ->
              throw config.expected(
                  "layer_type basic or bottleneck", "layer_type", FolderJson.NETWORK);
        };
    if (!config.text("hidden_act").orElse("relu").equals("relu")) {
      throw config.expected("hidden_act relu", "hidden_act", FolderJson.NETWORK);
    }
    for (String flag : List.of("downsample_in_first_stage", "downsample_in_bottleneck")) {
      if (config.flag(flag, false)) {
        throw config.expected(flag + " false", flag, FolderJson.NETWORK);
      }
    }
    int width = config.size("embedding_size", 64);
    List<Integer> sizes = config.sizes("hidden_sizes", List.of(256, 512, 1024, 2048));
    int first = block == Block.BASIC ? width : 4 * width;
    for (int i = 0; i < sizes.size(); i++) {
      if (sizes.get(i) != first << i) {
        throw config.expected(
            "hidden_sizes that begin with %s and double".formatted(first),
            "hidden_sizes",
            FolderJson.NETWORK);
      }
    }
    List<Integer> depths = bounded(config, "depths", config.sizes("depths", List.of(3, 4, 6, 3)));
    if (depths.size() != sizes.size()) {
      throw config.expected("depths of %s stages".formatted(sizes.size()), "depths", "correct it");
    }
    return new FolderNetwork(
        new ResNet(block, depths, true, outputs).width(width), Optional.empty(), Optional.empty());
  }

  private static double epsilon(FolderJson config, double usual) {
    double epsilon = config.number("layer_norm_eps", usual);
    if (!(epsilon >= 0 && epsilon <= 1)) {
      throw config.expected("layer_norm_eps from 0 to 1", "layer_norm_eps", "correct it");
    }
    return epsilon;
  }

  /** A file must not ask for a graph that takes minutes to build. */
  private static int blocks(FolderJson config, String name, int usual) {
    return bounded(config, name, List.of(config.size(name, usual))).get(0);
  }

  private static List<Integer> bounded(FolderJson config, String name, List<Integer> blocks) {
    if (blocks.size() > MAX_STAGES || blocks.stream().mapToInt(one -> one).sum() > MAX_BLOCKS) {
      throw config.expected(
          "%s of at most %s blocks in %s stages".formatted(name, MAX_BLOCKS, MAX_STAGES),
          name,
          FolderJson.NETWORK);
    }
    return blocks;
  }

  /** The mask of moved windows takes a number for each token and each place in its window. */
  private static FolderNetwork checkedSwin(
      FolderJson config, SwinTransformer network, int side, double ratio) {
    long tokens = (long) side / network.patch();
    if (network.depths().size() != network.heads().size()
        || tokens * tokens * network.window() * network.window() > MAX_MASK) {
      throw config.expected(
          "as many numbers of heads as stages, and windows of usual size",
          config.json(),
          FolderJson.NETWORK);
    }
    return new FolderNetwork(network, Optional.of(side), ratio(config, "mlp_ratio", ratio));
  }

  private static void colours(FolderJson config) {
    if (config.size("num_channels", 3) != 3) {
      throw config.expected("num_channels 3", "num_channels", FolderJson.NETWORK);
    }
  }

  private static Activation activation(FolderJson config) {
    return switch (config.text("hidden_act").orElse("gelu")) {
      case "gelu" -> Activation.GELU;
      case "quick_gelu" -> Activation.QUICK_GELU;
      default ->
          throw config.expected("hidden_act gelu or quick_gelu", "hidden_act", FolderJson.NETWORK);
    };
  }

  private static FolderNetwork timm(FolderJson config, int outputs) {
    FolderJson arguments = config.object("model_args").orElseGet(config::empty);
    for (String argument : (Iterable<String>) arguments.json()::fieldNames) {
      if (!TIMM_ARGUMENTS.contains(argument)) {
        throw arguments.expected(
            "arguments of genimage's networks alone", arguments.json(), FolderJson.NETWORK);
      }
    }
    String name = config.text("architecture").orElse("").replaceFirst("\\..*", "");
    Matcher vit = TIMM_VIT.matcher(name);
    Matcher swin = TIMM_SWIN.matcher(name);
    Matcher resnet = TIMM_RESNET.matcher(name);
    if (vit.matches()) {
      pooled(config, "token");
      return timmVit(vit, arguments, outputs);
    }
    if (swin.matches()) {
      pooled(config, "avg");
      return timmSwin(swin, arguments, outputs);
    }
    if (resnet.matches()) {
      pooled(config, "avg");
      return new FolderNetwork(
          timmResNet(resnet.group(1), outputs), Optional.empty(), Optional.empty());
    }
    throw config.expected("architecture " + KNOWN, "architecture", FolderJson.NETWORK);
  }

  private static void pooled(FolderJson config, String way) {
    if (!config.text("global_pool").orElse(way).equals(way)) {
      throw config.expected("global_pool " + way, "global_pool", FolderJson.NETWORK);
    }
  }

  private static FolderNetwork timmVit(Matcher name, FolderJson arguments, int outputs) {
    List<Integer> sizes = VIT.get(name.group(2));
    boolean clip = name.group(4) != null;
    VisionTransformer network =
        new VisionTransformer(
                arguments.square("patch_size", Integer.parseInt(name.group(3))),
                arguments.size("embed_dim", sizes.get(0)),
                blocks(arguments, "depth", sizes.get(1)),
                arguments.size("num_heads", sizes.get(2)),
                outputs)
            .activation(name.group(5) == null ? Activation.GELU : Activation.QUICK_GELU)
            .normFirst(clip)
            .epsilon(clip ? 1e-5 : 1e-6);
    return new FolderNetwork(
        network,
        Optional.of(arguments.square("img_size", Integer.parseInt(name.group(6)))),
        Optional.of(MLP_RATIO));
  }

  private static FolderNetwork timmSwin(Matcher name, FolderJson arguments, int outputs) {
    String size = name.group(1);
    int width = arguments.size("embed_dim", SWIN_WIDTHS.get(size));
    List<Integer> depths = size.equals("tiny") ? List.of(2, 2, 6, 2) : List.of(2, 2, 18, 2);
    SwinTransformer network =
        new SwinTransformer(
            arguments.square("patch_size", 4),
            width,
            bounded(arguments, "depths", arguments.sizes("depths", depths)),
            arguments.sizes("num_heads", heads(SWIN_WIDTHS.get(size), depths.size())),
            arguments.size("window_size", Integer.parseInt(name.group(2))),
            outputs);
    int side = arguments.square("img_size", Integer.parseInt(name.group(3)));
    return checkedSwin(arguments, network, side, MLP_RATIO);
  }

  /** A head has 32 channels; each stage has twice as many as the one before. */
  private static List<Integer> heads(int width, int stages) {
    return IntStream.range(0, stages).mapToObj(i -> width / 32 << i).toList();
  }

  private static ResNet timmResNet(String layers, int outputs) {
    return switch (layers) {
      case "18" -> new ResNet(Block.BASIC, List.of(2, 2, 2, 2), true, outputs);
      case "34" -> new ResNet(Block.BASIC, List.of(3, 4, 6, 3), true, outputs);
      case "50" -> new ResNet(Block.BOTTLENECK, List.of(3, 4, 6, 3), true, outputs);
      case "101" -> new ResNet(Block.BOTTLENECK, List.of(3, 4, 23, 3), true, outputs);
      default -> new ResNet(Block.BOTTLENECK, List.of(3, 8, 36, 3), true, outputs);
    };
  }
}
