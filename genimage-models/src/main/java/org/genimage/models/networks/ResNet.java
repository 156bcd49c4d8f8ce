package org.genimage.models.networks;

import static com.google.common.base.Preconditions.checkArgument;
import static org.genimage.models.nn.Conv.kernel;
import static org.genimage.models.nn.Layers.add;
import static org.genimage.models.nn.Layers.convBatchNorm;
import static org.genimage.models.nn.Layers.globalAveragePool;
import static org.genimage.models.nn.Layers.linear;
import static org.genimage.models.nn.Layers.maxPool;
import static org.genimage.models.nn.Layers.relu;

import java.util.ArrayList;
import java.util.List;
import org.genimage.models.nn.Conv;
import org.genimage.models.nn.Init;
import org.genimage.models.nn.Layers;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Network;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * Deep residual learning, He et al. 2016, table 1; the stride of a bottleneck sits on its 3x3
 * convolution ("v1.5"). Keys are timm's and torchvision's; shapes are those of a 224-pixel input.
 *
 * <p>Networks of one's own change a part of it: {@code new ResNet(Block.BASIC, List.of(2, 2, 2),
 * false, 2).stem(Stem.SMALL).headName("classifier")} has three stages and sees small images.
 *
 * @param block what a stage is made of
 * @param depths blocks per stage: bottlenecks (3, 4, 6, 3) are ResNet-50. Any number of stages;
 *     each is twice as wide and half as high as the one before
 * @param zeroInitLast whether a block's last gamma is 0 at first, so that it starts as the identity
 *     (timm), or 1 (torchvision)
 * @param outputs number of logits
 * @param stem what comes before the first stage
 * @param headName key of the last layer, such as {@code fc}
 * @param width channels of the stem; a bottleneck's output has four times as many in the first
 *     stage
 */
public record ResNet(
    Block block,
    List<Integer> depths,
    boolean zeroInitLast,
    int outputs,
    Stem stem,
    String headName,
    int width)
    implements Network {

  private static final int WIDTH = 64;

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if there is no stage, a stage has no block, the stem has no
   *     channels, or the head has no name
   */
  public ResNet {
    depths = List.copyOf(depths);
    checkArgument(
        !depths.isEmpty() && depths.stream().allMatch(depth -> depth > 0),
        "a ResNet needs at least one stage and one block in each, got %s",
        depths);
    checkArgument(width > 0, "the stem of a ResNet needs channels, got %s", width);
    checkArgument(!headName.isEmpty(), "the last layer of a ResNet needs a name, got none");
  }

  /** Returns the network of the paper: the stem for 224-pixel images, the last layer {@code fc}. */
  public ResNet(Block block, List<Integer> depths, boolean zeroInitLast, int outputs) {
    this(block, depths, zeroInitLast, outputs, Stem.IMAGENET, "fc", WIDTH);
  }

  /** Returns the same network with another stem. */
  public ResNet stem(Stem stem) {
    return new ResNet(block, depths, zeroInitLast, outputs, stem, headName, width);
  }

  /**
   * Returns the same network with other stages.
   *
   * @throws IllegalArgumentException if there is none, or one has no block
   */
  public ResNet depths(List<Integer> depths) {
    return new ResNet(block, depths, zeroInitLast, outputs, stem, headName, width);
  }

  /** Returns the same network with the last layer under another key. */
  public ResNet headName(String headName) {
    return new ResNet(block, depths, zeroInitLast, outputs, stem, headName, width);
  }

  /** Returns the same network with another number of channels in the stem, and so in each stage. */
  public ResNet width(int channels) {
    return new ResNet(block, depths, zeroInitLast, outputs, stem, headName, channels);
  }

  @Override
  public Operand<TFloat32> logits(ModelScope scope, Operand<TFloat32> images) { // [N, 224, 224, 3]
    return linear(scope.at(headName), features(scope, images), outputs); // [N, outputs]
  }

  @Override
  public boolean takesAnySize() {
    return true;
  }

  @Override
  public List<String> head() {
    return List.of(headName + ".");
  }

  /**
   * Adds all but the last layer.
   *
   * @param images {@code [N, side, side, 3]}
   * @return what the last layer sees, {@code [N, features]}: 512 * expansion with four stages
   */
  public Operand<TFloat32> features(ModelScope scope, Operand<TFloat32> images) {
    List<Operand<TFloat32>> maps = maps(scope, images);
    var x = globalAveragePool(scope, maps.get(maps.size() - 1));
    return scope.at("pooled").output(x); // [N, 512 * expansion]
  }

  /**
   * Adds all before the pooling at the end.
   *
   * @param images {@code [N, side, side, 3]}
   * @return the feature maps of the first convolution, of the max pooling if the stem has one, and
   *     of each stage
   */
  public List<Operand<TFloat32>> maps(ModelScope scope, Operand<TFloat32> images) {
    List<Operand<TFloat32>> maps = new ArrayList<>();
    var x = conv(scope, "conv1", "bn1", images, width, stem.window(), Init.ONES);
    x = scope.at("act1").output(relu(scope, x)); // [N, 112, 112, 64]
    maps.add(x);
    if (stem.pools()) {
      x = scope.at("maxpool").output(maxPool(scope, x, kernel(3).stride(2))); // [N, 56, 56, 64]
      maps.add(x);
    }
    for (int i = 0; i < depths.size(); i++) { // [N, 56 >> i, 56 >> i, expansion * (64 << i)]
      x = stage(scope.at("layer" + (i + 1)), x, width << i, depths.get(i), i == 0 ? 1 : 2);
      maps.add(x);
    }
    return maps;
  }

  private Operand<TFloat32> stage(
      ModelScope scope, Operand<TFloat32> images, int width, int depth, int stride) {
    var x = images;
    for (int i = 0; i < depth; i++) {
      x = residual(scope.at(i), x, width, i == 0 ? stride : 1);
    }
    return scope.output(x);
  }

  private Operand<TFloat32> residual(ModelScope scope, Operand<TFloat32> x, int width, int stride) {
    var y = block.branch(scope, x, width, stride, zeroInitLast ? Init.ZEROS : Init.ONES);
    int filters = Layers.channels(y);
    var shortcut = x;
    if (stride > 1 || Layers.channels(x) != filters) {
      var down = scope.at("downsample");
      shortcut = conv(down, "0", "1", x, filters, kernel(1).stride(stride), Init.ONES);
    }
    return scope.output(relu(scope, add(scope, y, shortcut)));
  }

  private static Operand<TFloat32> conv(
      ModelScope scope,
      String conv,
      String norm,
      Operand<TFloat32> x,
      int filters,
      Conv window,
      Init gamma) {
    return convBatchNorm(scope.at(conv), scope.at(norm), x, filters, window, gamma);
  }

  /**
   * What comes before the first stage.
   *
   * @param kernel side of the convolution's kernel
   * @param stride of the convolution
   * @param pools whether a 3x3 max pooling of stride 2 follows
   */
  public record Stem(int kernel, int stride, boolean pools) {

    /** A 7x7 convolution of stride 2 and max pooling, as in the paper. */
    public static final Stem IMAGENET = new Stem(7, 2, true);

    /** A 3x3 convolution of stride 1 without max pooling, for small images or fine traces. */
    public static final Stem SMALL = new Stem(3, 1, false);

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException if the kernel's side is not odd or the stride not positive
     */
    public Stem {
      checkArgument(
          kernel % 2 == 1 && kernel > 0 && stride > 0,
          "a stem needs a kernel of odd side and a positive stride, got %s and %s",
          kernel,
          stride);
    }

    private Conv window() {
      return Conv.kernel(kernel).stride(stride);
    }
  }

  /** What is added to a block's input. */
  public enum Block {
    /** Two 3x3 convolutions: ResNet-18 and -34. */
    BASIC {
      @Override
      Operand<TFloat32> branch(
          ModelScope scope, Operand<TFloat32> x, int width, int stride, Init lastGamma) {
        var y =
            relu(scope, conv(scope, "conv1", "bn1", x, width, kernel(3).stride(stride), Init.ONES));
        return conv(scope, "conv2", "bn2", y, width, kernel(3), lastGamma);
      }
    },
    /** A 3x3 convolution between two of 1x1, the last four times as wide: ResNet-50 and deeper. */
    BOTTLENECK {
      @Override
      Operand<TFloat32> branch(
          ModelScope scope, Operand<TFloat32> x, int width, int stride, Init lastGamma) {
        var y = relu(scope, conv(scope, "conv1", "bn1", x, width, kernel(1), Init.ONES));
        y = relu(scope, conv(scope, "conv2", "bn2", y, width, kernel(3).stride(stride), Init.ONES));
        return conv(scope, "conv3", "bn3", y, 4 * width, kernel(1), lastGamma);
      }
    };

    abstract Operand<TFloat32> branch(
        ModelScope scope, Operand<TFloat32> x, int width, int stride, Init lastGamma);
  }
}
